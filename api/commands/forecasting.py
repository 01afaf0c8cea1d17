"""``milepost forecast``: ask for a forecast of scenarios, watch it sharpen, read what it says."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.commands.console import AsJson, StateName, err, milepost, out, print_json, print_table, state_named
from api.commands.scenarios import scenario_named
from api.operator import acting_operator
from domain.errors import CannotForecast, NotFound
from domain.forecasts import Forecast, ForecastState
from domain.identity import ForecastId, ScenarioId
from domain.ports import UnitOfWork
from simulation.outcomes import Estimate, ForecastOutcome

if TYPE_CHECKING:
    from api.deployment import Deployment

LOOK_SECONDS = 0.2
WORKER_LOOK_SECONDS = 1.0


def forecast(
    state: StateName = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="A scenario, by name; several are compared with the first. Default: the baseline."),
    ] = None,
    replications: Annotated[int, typer.Option(help="How many replications.")] = 200,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same forecast.")] = None,
    as_json: AsJson = False,
) -> None:
    """Forecast which milestones will be attained under each scenario. Interrupting cancels it."""
    from simulation.outcome_codec import outcome_from_bytes

    with milepost() as deployment:
        asked = _request(deployment, state, scenario or [], replications, seed)
        try:
            with _some_worker(deployment):
                ended = _follow(deployment, asked, quiet=as_json)
        except KeyboardInterrupt:
            _cancel(deployment, asked)
            raise
        with deployment.open_work() as work:
            kept = work.ledger.outcome(asked)
            names = {str(s): _name_of(work, s) for s in ended.scenario_ids}
        if ended.state is not ForecastState.FINISHED or kept is None:
            raise CannotForecast("STOPPED", f"it ended before it was finished. {ended.message}")
        if as_json:
            print_json(_document(ended, kept, names))
        else:
            _show(ended, outcome_from_bytes(kept), names)


def _request(
    deployment: "Deployment", state: str | None, names: list[str], replications: int, seed: int | None
) -> ForecastId:
    from simulation.forecasting import request_forecast

    with deployment.open_work() as work:
        held = work.scenarios.of_state(state_named(work, state).id)
        chosen = [scenario_named(held, name) for name in names] or [s for s in held if s.is_baseline][:1]
        asked = request_forecast(
            work, acting_operator(), scenario_ids=[s.id for s in chosen], replications=replications, seed=seed
        )
        work.commit()
        return asked.id


@contextmanager
def _some_worker(deployment: "Deployment") -> Iterator[None]:
    """See that somebody works on it: whoever does already, or we, from the moment that nobody does."""
    from api.health import worker_is_alive

    over = threading.Event()

    def stand_in() -> None:
        while not over.is_set() and worker_is_alive(deployment.database.url):
            over.wait(WORKER_LOOK_SECONDS)
        if over.is_set():
            return
        from api.worker.loop import Worker

        settings = deployment.settings
        own = Worker(
            deployment.database.url,
            deployment.open_work,
            processes=settings.processes,
            lease_seconds=settings.lease_seconds,
        )

        def stop_when_over() -> None:
            over.wait()
            own.stop()

        threading.Thread(target=stop_when_over, name="own-worker-end", daemon=True).start()
        own.work()

    helper = threading.Thread(target=stand_in, name="own-worker")
    helper.start()
    try:
        yield
    finally:
        over.set()
        helper.join()


def _follow(deployment: "Deployment", asked: ForecastId, *, quiet: bool) -> Forecast:
    with Progress(
        TextColumn("Forecasting"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("replications"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=quiet,
        transient=True,
    ) as bar:
        task = bar.add_task("forecast", total=None)
        while True:
            with deployment.open_work() as work:
                now = work.forecasts.get(asked)
            bar.update(task, total=now.replications, completed=now.done)
            if not now.state.open:
                return now
            time.sleep(LOOK_SECONDS)


def _cancel(deployment: "Deployment", asked: ForecastId) -> None:
    from simulation.forecasting import cancel_forecast

    with deployment.open_work() as work:
        if work.forecasts.get(asked).state.open:
            cancel_forecast(work, acting_operator(), forecast_id=asked)
            work.commit()


def _name_of(work: UnitOfWork, scenario_id: ScenarioId) -> str:
    try:
        return work.scenarios.get(scenario_id).name
    except NotFound:
        return "a scenario thrown away since"


def _document(ended: Forecast, kept: bytes, names: dict[str, str]) -> dict[str, Any]:
    return {
        "forecast": str(ended.id),
        "seed": ended.seed,
        "replications": ended.replications,
        "modelVersion": ended.model_version,
        "inputsHash": ended.inputs_hash,
        "seconds": _seconds(ended),
        "scenarioNames": names,
        "outcome": orjson.loads(kept),
    }


def _seconds(ended: Forecast) -> float:
    return round(((ended.ended_at or datetime.now(UTC)) - ended.requested_at).total_seconds(), 2)


def _show(ended: Forecast, outcome: ForecastOutcome, names: dict[str, str]) -> None:
    print_table(
        ["scenario", "milestones expected to be attained", "of", "cost"],
        [
            (names[told.scenario_id], _interval(told.expected_attained), told.milestones, f"${told.cost:,.0f}")
            for told in outcome.scenarios
        ],
        empty="Nothing was forecast.",
    )
    for told in outcome.differences:
        if told.identical:
            words = "makes no difference at all"
        else:
            words = (
                f"attains {_interval(told.difference, signed=True)} more; "
                f"better in {100 * told.probability_better.value:.0f} of 100 worlds"
            )
        out.print(f"\n{names[told.scenario_id]} against {names[told.reference_id]}: {words}.", highlight=False)
    if outcome.unforecastable:
        out.print(f"\n{len(outcome.unforecastable)} goals cannot be forecast:", highlight=False)
        for message in sorted({told.message for told in outcome.unforecastable}):
            out.print(f"  {message}", highlight=False)
    out.print(
        f"\n{outcome.replications} replications, seed {ended.seed}, {_seconds(ended)} s. Intervals are of simulation "
        "error, 95 %.",
        style="dim",
        highlight=False,
    )


def _interval(told: Estimate, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{told.value:{sign}.1f}  ({told.low:{sign}.1f} to {told.high:{sign}.1f})"
