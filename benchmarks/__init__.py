"""Speed and memory: what was promised, measured."""
