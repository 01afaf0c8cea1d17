"""A forecast as a lasting piece of work: asked for, run in batches, ended one way or another.

What it computes is the simulation's business; here is what may happen to it and in which order.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import InvalidInput, RunNotOpen
from domain.identity import AccountId, ForecastId, OrganizationId, ScenarioId

MOST_SCENARIOS = 8
MOST_REPLICATIONS = 20_000
FEWEST_REPLICATIONS = 20


class ForecastState(StrEnum):
    """Where a forecast stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def open(self) -> bool:
        return self in (ForecastState.QUEUED, ForecastState.RUNNING)


@dataclass(eq=False)
class Forecast:
    """One run of one or more scenarios of a state under common random numbers.

    ``seed``, ``model_version`` and ``inputs_hash`` determine the result, whoever computes it and in whatever order.
    The first of ``scenario_ids`` is what the others are compared with. ``done`` counts finished replications.
    """

    id: ForecastId
    state_id: OrganizationId
    scenario_ids: tuple[ScenarioId, ...]
    seed: int
    replications: int
    model_version: str
    inputs_hash: str
    requested_at: datetime
    requested_by: AccountId | None = None
    state: ForecastState = ForecastState.QUEUED
    done: int = 0
    message: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not 1 <= len(self.scenario_ids) <= MOST_SCENARIOS:
            raise InvalidInput(
                f"A forecast takes 1 to {MOST_SCENARIOS} scenarios, not {len(self.scenario_ids)}.",
                field=("scenarioIds",),
            )
        if len(set(self.scenario_ids)) < len(self.scenario_ids):
            raise InvalidInput("A scenario stands twice in this forecast.", field=("scenarioIds",))
        if not FEWEST_REPLICATIONS <= self.replications <= MOST_REPLICATIONS:
            raise InvalidInput(
                f"A forecast takes {FEWEST_REPLICATIONS} to {MOST_REPLICATIONS:,} replications, not "
                f"{self.replications:,}.",
                field=("replications",),
            )
        if not 0 <= self.seed < 2**53:
            raise InvalidInput("A seed is a whole number from 0 to 9007199254740991.", field=("seed",))

    def begin(self, at: datetime) -> None:
        """A worker has taken the forecast up (again, after a crash)."""
        self._require_open("begin")
        self.state = ForecastState.RUNNING
        self.started_at = self.started_at or at

    def advance(self, done: int) -> None:
        """``done`` replications are stored by now; a late report of fewer changes nothing."""
        self._require_open("go on")
        self.done = max(self.done, done)

    def finish(self, at: datetime) -> None:
        self._end(ForecastState.FINISHED, at, "")

    def cancel(self, at: datetime) -> None:
        self._end(ForecastState.CANCELLED, at, "Cancelled on request.")

    def fail(self, at: datetime, message: str) -> None:
        """Nothing more will come; ``message`` tells a planner why."""
        self._end(ForecastState.FAILED, at, message)

    def _end(self, state: ForecastState, at: datetime, message: str) -> None:
        self._require_open("end")
        self.state = state
        self.ended_at = at
        self.message = message

    def _require_open(self, verb: str) -> None:
        if not self.state.open:
            raise RunNotOpen(f"This forecast cannot {verb}: it is already {self.state.lower()}.", field=("id",))
