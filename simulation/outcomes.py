"""What a forecast says: plain figures, each with its interval, ready to be shown.

Months count from the start of the forecast. Every interval here is of Monte Carlo error at 95 % unless it is called a
band: a band is where a reading or level is expected to lie, parameters and luck included.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class MilestoneChance:
    """P(attained by its date) of one milestone under one scenario.

    ``typical_month``: median month of attainment among replications that attain it, None if none does.
    """

    milestone_id: str
    probability: Estimate
    typical_month: float | None


@dataclass(frozen=True, slots=True)
class MonthOfPool:
    """One month of a pool, averaged over replications; ``waiting`` counts requests in the queue."""

    month: int
    capacity: float
    in_use: float
    waiting: float


@dataclass(frozen=True, slots=True)
class PoolUse:
    """How a pool fared: share of capacity used, waits in months, and requests never served by the horizon."""

    pool_id: str
    utilization: Estimate
    mean_wait_months: Estimate
    p90_wait_months: float
    served: Estimate
    still_waiting: Estimate
    months: tuple[MonthOfPool, ...]


@dataclass(frozen=True, slots=True)
class BandPoint:
    """Quantiles of the level of one goal's indicator at a month, in the indicator's unit."""

    month: int
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float


@dataclass(frozen=True, slots=True)
class GoalTrajectory:
    """Where one goal's indicator is expected to be."""

    goal_id: str
    band: tuple[BandPoint, ...]


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """Expected milestones attained by one school under one scenario, and how long it waits for its first support."""

    organization_id: str
    expected_attained: Estimate
    milestones: int
    mean_wait_months: float | None


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """What one scenario leads to."""

    scenario_id: str
    expected_attained: Estimate
    milestones: int
    cost: float
    chances: tuple[MilestoneChance, ...]
    pools: tuple[PoolUse, ...]
    schools: tuple[UnitOutcome, ...]
    trajectories: tuple[GoalTrajectory, ...] = ()


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Scenario minus reference in milestones attained, on common random numbers.

    ``probability_better``: share of worlds in which the scenario attains more, ties counted as half.
    """

    scenario_id: str
    reference_id: str
    difference: Estimate
    probability_better: Estimate
    identical: bool


@dataclass(frozen=True, slots=True)
class Unforecastable:
    """A goal left out, and why in a planner's words."""

    goal_id: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ForecastOutcome:
    """All that a forecast says after ``replications`` replications."""

    replications: int
    scenarios: tuple[ScenarioOutcome, ...]
    differences: tuple[PairedDifference, ...]
    unforecastable: tuple[Unforecastable, ...]
