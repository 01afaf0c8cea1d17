"""How commands speak: tables and sentences for people, one JSON document for machines, exit codes for scripts.

0: done. 1: refused, or it went wrong. 2: the command was not understood.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, TypedDict

import orjson
import typer
from rich.console import Console
from rich.table import Table

from api.logs import set_up_logging
from api.settings import Settings, load_settings
from domain.errors import InvalidInput

if TYPE_CHECKING:
    # The database's and the model's libraries take seconds to load, and `milepost --help` needs none of them.
    from api.deployment import Deployment
    from domain.organizations import Organization
    from domain.ports import UnitOfWork

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document, for machines.")]
StateName = Annotated[
    str | None, typer.Option("--state", help="The state, by name; may be left out where there is only one.")
]


class _AsItIs(TypedDict):
    highlight: bool
    soft_wrap: bool
    markup: bool


out = Console()
err = Console(stderr=True)
PLAIN: Final[_AsItIs] = {"highlight": False, "soft_wrap": True, "markup": False}
"""How to print what others have written: not coloured, not cut into lines, and never taken for markup."""


@cache
def settings() -> Settings:
    """Return the settings, read once, with the log set up by them. Raises ``SettingsRefused``."""
    held = load_settings()
    set_up_logging(held.log_level, held.log_format)
    return held


@contextmanager
def milepost() -> Iterator["Deployment"]:
    """Yield the deployment that this command works on."""
    from api.deployment import deployed

    with deployed(settings()) as deployment:
        yield deployment


def print_json(answer: object) -> None:
    """Write one JSON document to standard output."""
    typer.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Write a table, or a sentence where there is nothing to show."""
    if not rows:
        out.print(empty)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    out.print(table)


def amount(value: float) -> str:
    """Return a number as people write it: “1,800,000”, “0.5”; never with an exponent."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def answer(as_json: bool, document: Mapping[str, Any], sentence: str) -> None:
    """Say what was done, in the form that was asked for."""
    if as_json:
        print_json(document)
    else:
        out.print(sentence, **PLAIN)


def state_named(work: "UnitOfWork", name: str | None) -> "Organization":
    """Return the state of that name, or the only one. Raises ``InvalidInput`` that lists what there is."""
    states = work.organizations.states()
    wanted = [state for state in states if name is None or state.name.casefold() == name.strip().casefold()]
    if len(wanted) == 1:
        return wanted[0]
    if not states:
        raise InvalidInput("There is no state yet. Load the sample with `milepost sample load`, or import one.")
    known = ", ".join(f"“{state.name}”" for state in states)
    if name is None:
        raise InvalidInput(f"There are several states; name one with --state: {known}.", field=("state",))
    if wanted:
        raise InvalidInput(f"There are {len(wanted)} states called “{name}”.", field=("state",))
    raise InvalidInput(f"There is no state “{name}”. There is {known}.", field=("state",))
