"""One forecast under way in a worker: which batches are still to be computed, and what those done add up to."""

import time
from collections import deque
from dataclasses import dataclass, field

from domain.errors import CannotForecast
from domain.forecasts import Forecast
from domain.identity import ForecastId
from domain.ports import UnitOfWork
from simulation.experiment import plan_batches
from simulation.inputs import ExperimentInputs
from simulation.outcome_codec import outcome_to_bytes
from simulation.output_analysis import conclude
from simulation.parameters import MODEL_VERSION
from simulation.statistics import BatchStatistics

FASTEST_ESTIMATES_SECONDS = 0.25
FEWEST_FOR_AN_ESTIMATE = 2


@dataclass(slots=True)
class Run:
    """A forecast that this worker holds.

    Statistics are merged in the order of the batches alone, so their sums do not depend on who was done first:
    ``merged`` holds those up to ``reached``, ``ahead`` the ones that came too early, by their first replication.
    """

    id: ForecastId
    inputs: ExperimentInputs
    inputs_hash: str
    payload: bytes
    replications: int
    waiting: deque[tuple[int, int]]
    lasts: dict[int, int]
    merged: BatchStatistics | None = None
    reached: int = 0
    done: int = 0
    ahead: dict[int, BatchStatistics] = field(default_factory=dict)
    under_way: int = 0
    failures: int = 0
    told_at: float = 0.0
    told_of: int = 0

    @classmethod
    def resume(cls, work: UnitOfWork, forecast: Forecast) -> "Run":
        """Take up a forecast where its stored batches leave off.

        Raises ``CannotForecast`` for one that was asked of another version of the model: its batches and ours would
        not be about the same thing.
        """
        if forecast.model_version != MODEL_VERSION:
            raise CannotForecast(
                "MODEL_CHANGED",
                f"it was asked of version {forecast.model_version} of the model, and this is version {MODEL_VERSION}. "
                "Ask for it again.",
            )
        payload = work.ledger.inputs(forecast.id)
        planned = [(batch.first, batch.last) for batch in plan_batches(forecast.replications)]
        stored = set(work.ledger.batches(forecast.id))
        run = cls(
            forecast.id,
            ExperimentInputs.from_bytes(payload),
            forecast.inputs_hash,
            payload,
            forecast.replications,
            deque(batch for batch in planned if batch not in stored),
            dict(planned),
        )
        for first, last in planned:
            if (first, last) in stored:
                run.add(first, last, BatchStatistics.from_bytes(work.ledger.batch(forecast.id, first)))
        return run

    def add(self, first: int, last: int, statistics: BatchStatistics) -> None:
        """Take in a finished batch."""
        self.done += last - first
        self.ahead[first] = statistics
        while (following := self.ahead.pop(self.reached, None)) is not None:
            self.merged = following if self.merged is None else self.merged.merged(following)
            self.reached = self.lasts[self.reached]

    @property
    def finished(self) -> bool:
        return self.reached == self.replications

    def has_news(self) -> bool:
        """Whether an estimate is worth making: the first at once, later ones no faster than a person can look."""
        if self.reached < FEWEST_FOR_AN_ESTIMATE or self.reached == self.told_of:
            return False
        return self.finished or time.monotonic() - self.told_at >= FASTEST_ESTIMATES_SECONDS

    def outcome(self) -> bytes:
        """Return what the forecast says by now, as bytes to keep."""
        assert self.merged is not None  # noqa: S101 - asked only after ``has_news``
        said = outcome_to_bytes(conclude(self.inputs, self.merged))
        self.told_at, self.told_of = time.monotonic(), self.reached
        return said
