"""``milepost sample``, ``schema``, ``backtest``: what goes in and what comes out of files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import AsJson, answer, err, milepost

sample = typer.Typer(no_args_is_help=True, help="The generated sample state.")


@sample.command("load")
def load_sample(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only where there is no state at all.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load the sample state: 60 generated districts, 600 schools, their goals and supports."""
    from api.sample_state.load import load_sample_state

    with milepost() as deployment:
        with deployment.open_work() as work:
            held = bool(work.organizations.states())
        loaded = not (if_empty and held) and load_sample_state(deployment.open_work(), datetime.now(UTC).date())
    sentence = "The sample state is loaded." if loaded else "Nothing to do: the sample state is there already."
    if not loaded and if_empty and held:
        sentence = "Nothing to do: the database is not empty."
    answer(as_json, {"loaded": loaded}, sentence)


def print_schema() -> None:
    """Print the GraphQL schema, the contract with every client."""
    from schema.root import printed

    typer.echo(printed(), nl=False)


def backtest(
    panel: Annotated[Path, typer.Option(help="A panel file (CSV, may be compressed).")],
    profile: Annotated[str, typer.Option(help="The mapping profile that says what its columns mean.")],
    questions: Annotated[Path, typer.Option(help="Milestone questions, one a row.")],
    to: Annotated[Path, typer.Option("--out", help="Where the answers go.")],
    as_json: AsJson = False,
) -> None:
    """Answer milestone questions from a panel, each with nothing but the rows up to its origin."""
    from api.backtesting import answer_questions

    done = answer_questions(panel, profile, questions, to)
    answer(
        as_json,
        {"out": str(to), "answered": done.answered, "refused": done.refused, "otherPanels": done.elsewhere},
        f"{done.answered:,} questions answered, {done.refused:,} refused with a reason, in {to}.",
    )
    if done.elsewhere and not as_json:
        err.print(f"{done.elsewhere:,} questions are about other panels; those are refused too.", highlight=False)
