"""What a client may change: one input each, and a payload with the changed object or the reasons against it."""
