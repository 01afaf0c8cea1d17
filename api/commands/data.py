"""``milepost import``, ``sample``, ``schema`` and ``backtest``: what goes in and what comes out of files."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from api.commands.console import PLAIN, AsJson, answer, err, milepost, out, print_json, print_table

if TYPE_CHECKING:
    from api.deployment import Deployment
    from storage.imports import ImportReport

MISTAKES_SHOWN = 5

sample = typer.Typer(no_args_is_help=True, help="The generated sample state.")


@sample.command("load")
def load_sample(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only where there is no state at all.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load the sample state: 60 generated districts, 600 schools, their goals and supports."""
    from api.sample_state.load import load_sample_state

    with milepost() as deployment:
        if if_empty:
            loaded = load_sample_if_empty(deployment)
        else:
            loaded = load_sample_state(deployment.open_work(), datetime.now(UTC).date())
    words = "The sample state is loaded." if loaded else "Nothing to do: there is a state already."
    answer(as_json, {"loaded": loaded}, words)


def load_sample_if_empty(deployment: "Deployment") -> bool:
    """Load the sample state where there is no state at all; return whether it was."""
    with deployment.open_work() as work:
        if work.organizations.states():
            return False
    from api.sample_state.load import load_sample_state

    return load_sample_state(deployment.open_work(), datetime.now(UTC).date())


def print_schema() -> None:
    """Print the GraphQL schema, the contract with every client."""
    from schema.root import printed

    typer.echo(printed(), nl=False)


def backtest(
    panel: Annotated[list[Path], typer.Option(help="A panel file (CSV, may be compressed); one for each --profile.")],
    profile: Annotated[list[str], typer.Option(help="The mapping profile that says what its columns mean.")],
    questions: Annotated[Path, typer.Option(help="Milestone questions, one a row.")],
    to: Annotated[Path, typer.Option("--out", help="Where the answers go.")],
    as_json: AsJson = False,
) -> None:
    """Answer milestone questions from panels, each with nothing but the rows up to its origin."""
    from api.backtesting import answer_questions

    if len(panel) != len(profile):
        raise typer.BadParameter(f"{len(panel)} panels and {len(profile)} profiles; give one profile a panel.")
    with Progress(console=err, disable=as_json, transient=True) as bar:
        task = bar.add_task("Answering", total=None)
        done = answer_questions(
            list(zip(panel, profile, strict=True)),
            questions,
            to,
            progress=lambda answered, total: bar.update(task, completed=answered, total=total),
        )
    answer(
        as_json,
        {"out": str(to), "answered": done.answered, "refused": done.refused},
        f"{done.answered:,} questions answered, {done.refused:,} refused with a reason, in {to}.",
    )


def bring_in(
    file: Annotated[Path, typer.Argument(help="The file: CSV (also compressed) or Parquet.")],
    profile: Annotated[str, typer.Option(help="A mapping profile: a name from examples/profiles, or a path.")],
    into: Annotated[str | None, typer.Option(help="A state already there, in place of the profile's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, show what would change.")] = False,
    errors_to: Annotated[Path | None, typer.Option("--errors", help="Where wrong rows are listed (CSV).")] = None,
    as_json: AsJson = False,
) -> None:
    """Import a directory or a panel through a mapping profile: all of it, or nothing."""
    from storage.imports import RowsRefused, load_profile, run_import

    held = load_profile(profile)
    wrong = errors_to or file.with_name(f"{file.name.partition('.')[0]}.errors.csv")
    with milepost() as deployment, Progress(console=err, disable=as_json, transient=True) as bar:
        task = bar.add_task("Checking the file", total=None)
        try:
            report = run_import(
                deployment.database,
                file,
                held,
                into=into,
                dry_run=dry_run,
                errors_path=wrong,
                progress=lambda now: bar.update(task, description=now.stage, completed=now.done, total=now.total),
            )
        except RowsRefused as refusal:
            if as_json:
                print_json(_told(refusal.report))
            err.print(f"Every mistake is listed in {wrong}.", **PLAIN)
            raise
    if as_json:
        print_json(_told(report))
    elif not report.wrong_rows:
        _show(report)
    if report.wrong_rows:
        _show_mistakes(report, wrong)
        raise typer.Exit(1)


def _told(report: "ImportReport") -> dict[str, object]:
    return {name: value for name, value in asdict(report).items() if name != "preview" or value}


def _show_mistakes(report: "ImportReport", listed_in: Path) -> None:
    many = "mistakes" if report.wrong_rows > 1 else "mistake"
    err.print(
        f"{report.file_name} has {report.wrong_rows:,} {many}; as it stands, nothing of it would be imported.",
        **PLAIN,
    )
    for mistake in report.errors[:MISTAKES_SHOWN]:
        where = f"row {mistake.row}, column “{mistake.column}”" if mistake.column else f"row {mistake.row}"
        err.print(f"  {where}: {mistake.message}", **PLAIN)
    err.print(f"Every mistake is listed in {listed_in}.", **PLAIN)


def _show(report: "ImportReport") -> None:
    kinds = ("states", "districts", "schools", "profiles", "indicators", "observations", "goals")
    tallies = [(kind, getattr(report, kind)) for kind in kinds]
    print_table(
        ["", "added", "changed", "as they were"],
        [(kind, f"{t.added:,}", f"{t.changed:,}", f"{t.unchanged:,}") for kind, t in tallies if t.total],
        empty="The file holds nothing that this profile keeps.",
    )
    for row in report.preview:
        was = f" (was {row.before})" if row.before else ""
        out.print(f"  row {row.row}: {row.what} {row.name} {row.effect}: {row.after}{was}", **PLAIN)
    if report.changes_nothing:
        words = "Nothing to do: everything is there already."
    elif report.dry_run:
        words = "This was a dry run; nothing was written."
    else:
        words = f"Imported {report.file_name}: {report.rows:,} rows, {report.rows_left_out:,} of them left out."
    out.print(words, highlight=False)
