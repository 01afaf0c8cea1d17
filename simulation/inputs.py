"""All that a forecast depends on, frozen: the plan, the figures and the allocations, as plain data.

Two experiments whose inputs have one hash give the same result, whoever computes it. Months count from the start of the
forecast and may be negative (before it); a fraction stands for the day within its calendar month. Identities are text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

from domain.errors import InvalidInput
from simulation.outcomes import Unforecastable
from simulation.parameters import ParameterCard

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SchoolInput:
    """A school of the cohort. ``tier`` is 0 (most intensive support) to 2; shares lie in [0, 1].

    ``share_disadvantaged`` is the state's mean where the school's own is unknown.
    """

    id: str
    name: str
    district_id: str
    tier: int
    enrolment: int
    share_disadvantaged: float
    leadership_capacity: float


@dataclass(frozen=True, slots=True)
class IndicatorInput:
    """How one indicator moves and is measured, in its own unit (see ``calibration.py``).

    ``statewide_level`` is the mean of all schools in the last year read, which ended at ``origin_month``. ``source`` is
    ``calibrated`` or ``borrowed``.
    """

    id: str
    key: str
    name: str
    higher_is_better: bool
    lowest: float
    highest: float
    origin_month: int
    statewide_level: float
    between_sd: float
    student_sd: float
    drift_per_year: float
    drift_sd: float
    year_shock_sd: float
    district_shock_sd: float
    reversion_per_year: float
    walk_sd_per_year: float
    noise_floor_sd: float
    noise_per_pupil_sd: float
    source: str


@dataclass(frozen=True, slots=True)
class MilestoneInput:
    """An open milestone due within the horizon; its ``kind`` (a ``MilestoneKind``) says which field is set."""

    id: str
    kind: str
    due_month: float
    threshold: float | None = None
    stage: str | None = None
    fidelity: float | None = None


@dataclass(frozen=True, slots=True)
class GoalInput:
    """A goal, its path, and where its indicator truly stands at the indicator's ``origin_month``, as far as known.

    The school's level and long-run level are jointly normal with ``level_*``, ``long_run_*`` and ``correlation``; the
    student group's level is the school's plus a deviation that is normal too (0 for all students). ``tested`` is the
    number of pupils behind a reading. ``last_reading`` is what the school last saw of itself. ``practice_months`` is
    how far its practice is in use at the start, in months of supported implementation.
    """

    id: str
    title: str
    school_id: str
    indicator_id: str
    student_group: str
    upward: bool
    baseline: float
    baseline_month: float
    aim: float
    due_month: float
    level_mean: float
    level_sd: float
    long_run_mean: float
    long_run_sd: float
    correlation: float
    deviation_mean: float
    deviation_sd: float
    tested: float
    last_reading: float
    practice_months: float
    milestones: tuple[MilestoneInput, ...]


@dataclass(frozen=True, slots=True)
class SupportInput:
    """A support that schools may ask for. ``mean`` and ``sd``: prior of its effect in student SD a year.

    One engagement takes ``units`` of a pool of ``pool_kind`` and, if ``funds`` is above 0, so many dollars of a fund.
    ``ramp`` is a ``effects.Ramp``; ``duration`` names the cards of its length.
    """

    id: str
    key: str
    name: str
    kind: str
    pool_kind: str
    units: int
    funds: int
    mean: float
    sd: float
    ramp: str
    duration: str


@dataclass(frozen=True, slots=True)
class PoolInput:
    """A pool that schools draw on: those of ``district_id``, or of the whole state if it is None."""

    id: str
    kind: str
    name: str
    unit: str
    district_id: str | None


@dataclass(frozen=True, slots=True)
class CapacityStep:
    """From ``month`` on a pool holds ``units`` (funds: dollars until the next step, which replace what is left)."""

    month: float
    units: int


@dataclass(frozen=True, slots=True)
class PoolCapacity:
    """What one pool holds over time; nothing before the first step."""

    pool_id: str
    steps: tuple[CapacityStep, ...]


@dataclass(frozen=True, slots=True)
class NeedWeight:
    """How much one ``NeedTerm`` counts in a need index."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class PinInput:
    """A place in a pool promised to a school."""

    pool_id: str
    school_id: str


@dataclass(frozen=True, slots=True)
class ScenarioInput:
    """One allocation under one policy; ``cost`` in dollars over the horizon."""

    id: str
    name: str
    policy: str
    weights: tuple[NeedWeight, ...]
    pins: tuple[PinInput, ...]
    pools: tuple[PoolCapacity, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class OngoingInput:
    """A support already under way at the start: it holds ``units`` of its pool until ``end_month``."""

    id: str
    goal_id: str
    support_id: str
    pool_id: str
    units: int
    end_month: float


@dataclass(frozen=True, slots=True)
class OccasionInput:
    """A day on which every school is measured; ``mark`` is the whole month whose level is read."""

    month: float
    mark: int
    annual: bool


@dataclass(frozen=True, slots=True)
class ExperimentInputs:
    """Everything that is simulated: ``scenarios`` share all else, and luck too."""

    model_version: str
    seed: int
    starts_on: date
    horizon_months: int
    overlap: str
    parameters: tuple[ParameterCard, ...]
    schools: tuple[SchoolInput, ...]
    indicators: tuple[IndicatorInput, ...]
    goals: tuple[GoalInput, ...]
    supports: tuple[SupportInput, ...]
    pools: tuple[PoolInput, ...]
    ongoing: tuple[OngoingInput, ...]
    occasions: tuple[OccasionInput, ...]
    year_starts: tuple[int, ...]
    scenarios: tuple[ScenarioInput, ...]
    unforecastable: tuple[Unforecastable, ...] = field(default=())

    def to_bytes(self) -> bytes:
        """Return the inputs as canonical JSON: sorted keys, shortest floats that read back exactly."""
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_bytes(cls, data: bytes) -> "ExperimentInputs":
        """Return what ``to_bytes`` wrote; raises ``InvalidInput`` if ``data`` is something else."""
        return decoded(cls, orjson.loads(data))

    @property
    def hash(self) -> str:
        """The SHA-256 of the canonical JSON, in hexadecimal."""
        return sha256(self.to_bytes()).hexdigest()


def decoded(kind: type[T], data: Any) -> T:
    """Build a dataclass from decoded JSON by its annotations; raises ``InvalidInput`` naming what does not fit."""
    value: T = _decode(kind, data, kind.__name__)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(kind: Any, data: Any, place: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if data is None and NoneType in get_args(kind):
            return None
        return _decode(next(part for part in get_args(kind) if part is not NoneType), data, place)
    if origin is tuple and isinstance(data, list):
        part = get_args(kind)[0]
        return tuple(_decode(part, item, place) for item in data)
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if kind is date and isinstance(data, str):
        return date.fromisoformat(data)
    if hasattr(kind, "__dataclass_fields__") and isinstance(data, Mapping):
        hints = _hints(kind)
        if data.keys() - hints.keys():
            raise InvalidInput(f"{kind.__name__} has no {sorted(data.keys() - hints.keys())[0]}.")
        try:
            return kind(**{name: _decode(hints[name], value, f"{place}.{name}") for name, value in data.items()})
        except TypeError as missing:
            raise InvalidInput(f"{place} is incomplete: {missing}") from missing
    if isinstance(kind, type) and type(data) is kind:
        return data
    raise InvalidInput(f"{place} cannot be {data!r}.")
