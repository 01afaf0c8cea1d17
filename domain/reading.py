"""What may be read, and by whom: questions asked for many objects at once, answered as things stand on a day.

A question about many objects is one question, whatever their number, and what the asker may not see is left out of
its answer as if it did not exist. That rule has one home, behind this port, so single objects, lists and counts
cannot disagree about it.

What an organization is seen by: a grant that lets its holder read it or one above it. Catalogues (indicators,
supports, pools) are seen from below as well, because the goals and assignments of a school speak of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from domain.forecasts import Forecast
from domain.goals import Goal, MilestoneStatus
from domain.identity import (
    AccountId,
    AssignmentId,
    ForecastId,
    GoalId,
    IndicatorId,
    MilestoneId,
    ObservationId,
    OrganizationId,
    PoolId,
    ScenarioId,
    SupportId,
)
from domain.indicators import Indicator, Observation, Occasion
from domain.organizations import Designation, DesignationKind, OrganizationKind, Profile, SchoolLevel
from domain.people import Account, Right, Viewer
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support

Item = TypeVar("Item", covariant=True)

Place = tuple[str | int, ...]
"""Where an item stands in an order: its sort keys as text or whole numbers, its identity last."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose eyes are reading, and when. ``reach``: below which organizations they may read; None means everywhere."""

    reach: frozenset[OrganizationId] | None
    at: datetime

    @classmethod
    def of(cls, viewer: Viewer, now: datetime) -> "Sight":
        return cls(viewer.reach(Right.READ), now)

    @property
    def on(self) -> date:
        """The day as which the tree of organizations and every dated fact is read."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is wanted: ``size`` items next to one of its ends, between two places.

    ``backward`` asks for the last items instead of the first. Both places are left out themselves.
    """

    size: int
    backward: bool = False
    after: Place | None = None
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list, in the list's own order, and whether there is more of it on either side."""

    items: Sequence[Item]
    more_before: bool = False
    more_after: bool = False


class OrganizationOrder(StrEnum):
    """In which order organizations are listed."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"


@dataclass(frozen=True, slots=True)
class OrganizationsWanted:
    """Which organizations a list is narrowed to; None asks for no narrowing.

    ``contains`` ignores case. ``identified``: whether a designation stands today. ``under``: itself or below it.
    """

    kinds: frozenset[OrganizationKind] | None = None
    name: str | None = None
    contains: str | None = None
    under: OrganizationId | None = None
    identified: bool | None = None
    designations: frozenset[DesignationKind] | None = None
    levels: frozenset[SchoolLevel] | None = None


@dataclass(frozen=True, slots=True)
class OrganizationRecord:
    """An organization as it stands on a day; ``parent_id`` is None where it has none then."""

    id: OrganizationId
    kind: OrganizationKind
    name: str
    city: str | None
    level: SchoolLevel | None
    identifiers: Mapping[str, str]
    opened: date | None
    closed: date | None
    generated: bool
    parent_id: OrganizationId | None
    version: int


@dataclass(frozen=True, slots=True)
class MilestoneTally:
    """How many milestones of an organization and all below it stand how."""

    attained: int = 0
    on_track: int = 0
    at_risk: int = 0
    overdue: int = 0
    cannot_say: int = 0

    @property
    def total(self) -> int:
        return self.attained + self.on_track + self.at_risk + self.overdue + self.cannot_say


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Which readings belong together: one indicator of one student group of one organization."""

    organization_id: OrganizationId
    indicator_id: IndicatorId
    student_group: str


@dataclass(frozen=True, slots=True)
class KeptOutcome:
    """What a forecast says after ``replications`` replications; the payload is opaque here."""

    replications: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class ForecastFrame:
    """What a forecast was asked about, frozen with its inputs: the names its scenarios had, its start and length."""

    starts_on: date
    horizon_months: int
    scenario_names: Mapping[ScenarioId, str]


def place_of_organization(record: OrganizationRecord) -> Place:
    """Return where an organization stands by name."""
    return (record.name, str(record.id))


def place_of_goal(goal: Goal) -> Place:
    """Return where a goal stands by due date."""
    return (goal.target.due.isoformat(), str(goal.id))


def place_of_scenario(scenario: Scenario) -> Place:
    """Return where a scenario stands: the baseline first, then by age."""
    return (0 if scenario.is_baseline else 1, str(scenario.id))


def place_of_forecast(forecast: Forecast) -> Place:
    """Return where a forecast stands, newest first."""
    return (forecast.requested_at.isoformat(), str(forecast.id))


class Reader(Protocol):
    """Everything that may be read. A key that is missing from an answer is of nothing the asker may see."""

    async def account(self, account_id: AccountId) -> Account | None: ...

    async def states(self, sight: Sight) -> Sequence[OrganizationRecord]:
        """Return the states, by name."""
        ...

    async def organizations(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, OrganizationRecord]: ...

    async def organizations_below(
        self,
        sight: Sight,
        roots: Sequence[OrganizationId | None],
        wanted: OrganizationsWanted,
        order: OrganizationOrder,
        window: Window,
    ) -> Mapping[OrganizationId | None, Page[OrganizationRecord]]:
        """Return a page of the organizations below each root, at any depth; the root None is above them all."""
        ...

    async def number_below(
        self, sight: Sight, roots: Sequence[OrganizationId | None], wanted: OrganizationsWanted
    ) -> Mapping[OrganizationId | None, int]: ...

    async def profiles(
        self, sight: Sight, ids: Sequence[OrganizationId], year: int | None
    ) -> Mapping[OrganizationId, Profile]:
        """Return the profiles of a school year, or each organization's latest if ``year`` is None."""
        ...

    async def designations(self, sight: Sight, ids: Sequence[OrganizationId]) -> Mapping[OrganizationId, Designation]:
        """Return what stands on the day; the most intensive designation where there are several."""
        ...

    async def milestone_tallies(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, MilestoneTally]:
        """Return how the milestones of each organization and all below it stand on the day."""
        ...

    async def indicators(self, sight: Sight, ids: Sequence[IndicatorId]) -> Mapping[IndicatorId, Indicator]: ...

    async def indicators_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Indicator]]:
        """Return what each owner has measured, by name."""
        ...

    async def observations(self, sight: Sight, ids: Sequence[ObservationId]) -> Mapping[ObservationId, Observation]: ...

    async def series(
        self, sight: Sight, keys: Sequence[SeriesKey], occasion: Occasion | None, since: date
    ) -> Mapping[SeriesKey, Sequence[Observation]]:
        """Return the readings of each series taken on or after ``since``, oldest first; None: of either occasion."""
        ...

    async def latest_readings(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Observation]]:
        """Return the latest annual reading of each indicator for all students, by the indicator's name."""
        ...

    async def goals(self, sight: Sight, ids: Sequence[GoalId]) -> Mapping[GoalId, Goal]: ...

    async def goals_of_milestones(self, sight: Sight, ids: Sequence[MilestoneId]) -> Mapping[MilestoneId, Goal]: ...

    async def goals_of(
        self, sight: Sight, owners: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Goal]]:
        """Return a page of each organization's own goals, by due date."""
        ...

    async def number_of_goals(self, sight: Sight, owners: Sequence[OrganizationId]) -> Mapping[OrganizationId, int]: ...

    async def milestone_statuses(
        self, sight: Sight, ids: Sequence[MilestoneId]
    ) -> Mapping[MilestoneId, MilestoneStatus]:
        """Return how each milestone stands on the day."""
        ...

    async def supports(self, sight: Sight, ids: Sequence[SupportId]) -> Mapping[SupportId, Support]: ...

    async def supports_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Support]]:
        """Return each owner's catalogue, by name."""
        ...

    async def pools(self, sight: Sight, ids: Sequence[PoolId]) -> Mapping[PoolId, Pool]: ...

    async def pools_of(self, sight: Sight, owners: Sequence[OrganizationId]) -> Mapping[OrganizationId, Sequence[Pool]]:
        """Return what each owner has that is scarce, by name."""
        ...

    async def assignments(self, sight: Sight, ids: Sequence[AssignmentId]) -> Mapping[AssignmentId, Assignment]: ...

    async def assignments_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Assignment]]:
        """Return what has been promised to each organization, the latest start first."""
        ...

    async def scenarios(self, sight: Sight, ids: Sequence[ScenarioId]) -> Mapping[ScenarioId, Scenario]: ...

    async def baselines(self, sight: Sight, states: Sequence[OrganizationId]) -> Mapping[OrganizationId, Scenario]:
        """Return the allocation in force in each state."""
        ...

    async def scenarios_of(
        self, sight: Sight, states: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Scenario]]:
        """Return a page of each state's scenarios: the baseline, then the others by age."""
        ...

    async def number_of_scenarios(
        self, sight: Sight, states: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, int]: ...

    async def forecasts(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, Forecast]: ...

    async def forecasts_of(
        self, sight: Sight, states: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Forecast]]:
        """Return a page of each state's forecasts, newest first."""
        ...

    async def number_of_forecasts(
        self, sight: Sight, states: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, int]: ...

    async def frames(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, ForecastFrame]: ...

    async def replications_told(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, int]:
        """Return after how many replications each forecast last said something."""
        ...

    async def outcomes(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, KeptOutcome]:
        """Return what each forecast says so far."""
        ...
