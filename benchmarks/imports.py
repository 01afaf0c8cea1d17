"""Import every public file twice and print seconds, rows and the peak memory of the importing process.

    python -m benchmarks.imports [FOLDER]

FOLDER holds the files (by default ../shared/data). Each import runs in a process of its own against one durable
embedded PostgreSQL, so its peak memory is its own; that of the server is not in it. The national directory has to take
less than 60 s and 1 GiB.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from storage.database import Database, migrate
from storage.embedded import EmbeddedPostgres
from storage.imports import load_profile, read_panels, run_import

FILES = {
    "mi": "mi_school_panel",
    "nyc": "nyc_math_panel",
    "ca": "ca_api_1999_2000",
    "nc": "nc_school_panel",
    "tx": "tx_campus_ratings",
    "nces": "us_school_directory_2019",
}
SECONDS_ALLOWED = 60.0
MEBIBYTES_ALLOWED = 1024.0


def peak_mebibytes() -> float:
    """Return the most memory this process has had; Linux counts it in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def measure_import(url: str, path: Path, profile: str) -> None:
    """Import one file and print what it took, for the parent to read."""
    started = time.perf_counter()
    report = run_import(Database(url), path, profile)
    seconds = time.perf_counter() - started
    counted = {name: [tally.added, tally.changed, tally.unchanged] for name, tally in report.tallies().items()}
    print(json.dumps({"seconds": seconds, "mebibytes": peak_mebibytes(), "rows": report.rows, "counted": counted}))


def measure_panel(path: Path, profile: str) -> None:
    """Read one panel and print what it took, for the parent to read."""
    started = time.perf_counter()
    panels = read_panels(path, load_profile(profile))
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "mebibytes": peak_mebibytes(), "panels": len(panels)}))


def in_process_of_its_own(*arguments: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.imports", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main(folder: Path) -> int:
    failed = False
    print(f"{'profile':8}{'rows':>9}{'import s':>10}{'again s':>9}{'peak MiB':>10}{'as panels s':>13}")
    with tempfile.TemporaryDirectory() as home, EmbeddedPostgres(Path(home)) as server:
        for profile, file in FILES.items():
            path = folder / f"{file}.csv.gz"
            url = server.create_database(f"bench_{profile}")
            migrate(url)
            first = in_process_of_its_own("--import", url, str(path), profile)
            again = in_process_of_its_own("--import", url, str(path), profile)
            panel = in_process_of_its_own("--panel", str(path), profile) if profile != "nces" else None
            peak = max(first["mebibytes"], again["mebibytes"])
            failed |= first["seconds"] > SECONDS_ALLOWED or peak > MEBIBYTES_ALLOWED
            print(
                f"{profile:8}{first['rows']:>9,}{first['seconds']:>10.1f}{again['seconds']:>9.1f}{peak:>10.0f}"
                + (f"{panel['seconds']:>13.2f}" if panel else "")
            )
            server.drop_database(f"bench_{profile}")
    return int(failed)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--import", url, path, profile]:
            measure_import(url, Path(path), profile)
        case ["--panel", path, profile]:
            measure_panel(Path(path), profile)
        case [folder]:
            sys.exit(main(Path(folder)))
        case _:
            sys.exit(main(Path(__file__).resolve().parents[1].parent / "shared" / "data"))
