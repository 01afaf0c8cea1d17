"""The command ``milepost``, also ``python -m api``."""

import sys
from collections.abc import Sequence

import structlog
import typer

from api.commands import accounts, data, database, forecasting, running, scenarios
from api.commands.console import err
from api.listening import PortTaken
from api.settings import SettingsRefused
from domain.errors import ImprovementError, InvalidInput

app = typer.Typer(
    name="milepost",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Plan rapid school improvement together, and forecast what a different allocation of supports would attain.",
)
app.command("serve")(running.serve)
app.command("worker")(running.worker)
app.command("migrate")(database.migrate)
app.command("forecast")(forecasting.forecast)
app.add_typer(scenarios.scenarios, name="scenario")
app.add_typer(accounts.tokens, name="token")
app.command("sign-in-link")(accounts.sign_in_link)
app.command("import")(data.bring_in)
app.command("backtest")(data.backtest)
app.add_typer(data.sample, name="sample")
app.command("backup")(database.backup)
app.command("restore")(database.restore)
app.command("doctor")(database.doctor)
app.command("schema")(data.print_schema)


def main() -> None:
    """Run one command; whatever goes wrong is said in words, with the exit code that says so to a script."""
    try:
        _require_text(sys.argv[1:])
        app(prog_name="milepost")
    except ImprovementError as refusal:
        _refuse(refusal.message)
    except (SettingsRefused, PortTaken) as refusal:
        _refuse(str(refusal))
    except KeyboardInterrupt:
        _refuse("Stopped.")
    except OSError as trouble:
        _refuse(f"{trouble.strerror or trouble}{f': {trouble.filename}' if trouble.filename else ''}.")
    except Exception as trouble:
        _refuse(_in_words(trouble))


def _require_text(arguments: Sequence[str]) -> None:
    """Refuse bytes that are no text: Python passes them on as halves of surrogate pairs, which nothing can keep."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise InvalidInput(f"{argument.encode(errors='replace').decode()} is not written in UTF-8.") from None


def _in_words(trouble: Exception) -> str:
    # Loaded only now: whoever raised one of these has loaded them long ago.
    import psycopg
    from sqlalchemy.exc import OperationalError

    from storage.database import DatabaseUnreachable, SchemaNotCurrent
    from storage.embedded import EmbeddedPostgresFailed

    if isinstance(trouble, DatabaseUnreachable | SchemaNotCurrent | EmbeddedPostgresFailed):
        return str(trouble)
    # What it says may hold SQL and the values in it, so that it is for the log alone.
    structlog.get_logger(__name__).debug("command failed", exc_info=trouble)
    if isinstance(trouble, OperationalError | psycopg.OperationalError):
        return "The database went away, or took too long. `milepost doctor` says how it is; then try again."
    return "Something went wrong that should not. Set MILEPOST_LOG_LEVEL=debug to see where."


def _refuse(words: str) -> None:
    err.print(words, highlight=False, soft_wrap=True, markup=False)
    sys.exit(1)


if __name__ == "__main__":
    main()
