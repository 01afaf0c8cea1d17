"""Run the benchmarks, each in a process of its own, and print what they print.

    python -m benchmarks [NAME ...]

Without names, all of them; those that need the public school data say so where the data are not beside the project.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
NEED_DATA = {"backtest", "imports"}
ALL = ("simulation", "what_if", "backtest", "imports")


def main(names: list[str]) -> int:
    """Run the named benchmarks and return how many failed."""
    unknown = set(names) - set(ALL)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(ALL)}.")
        return 1
    failed = 0
    for name in names or ALL:
        print(f"\n== {name}", flush=True)
        if name in NEED_DATA and not DATA.is_dir():
            print("left out: the public school data are not beside this checkout")
            continue
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
