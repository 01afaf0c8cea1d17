"""The read port answered from memory, for tests and trials: what ``SqlReader`` says in SQL, said in plain Python."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from domain.forecasts import Forecast
from domain.goals import DatedValue, Goal, MilestoneStatus, milestone_status
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
from domain.indicators import ALL_STUDENTS, Indicator, Observation, Occasion
from domain.organizations import Designation, Organization, OrganizationKind, Profile
from domain.people import Account
from domain.reading import (
    ForecastFrame,
    KeptOutcome,
    MilestoneTally,
    OrganizationOrder,
    OrganizationRecord,
    OrganizationsWanted,
    Page,
    Place,
    SeriesKey,
    Sight,
    Window,
    place_of_forecast,
    place_of_goal,
    place_of_organization,
    place_of_scenario,
)
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support
from storage.in_memory import Memory
from storage.reading.organizations import COUNTED_AS

Item = TypeVar("Item")
Owned = TypeVar("Owned", Indicator, Support, Pool)
OfState = TypeVar("OfState", Scenario, Forecast)


class InMemoryReader:
    """Answers ``domain.reading.Reader`` from what has been committed to ``memory``."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    # --- what there is, and who may see it

    def _all(self, kind: type[Item]) -> list[Item]:
        with self._memory.guard:
            return list(self._memory.entities.get(kind, {}).values())

    def _rows(self, table: str) -> dict[Any, Any]:
        with self._memory.guard:
            return dict(self._memory.rows.get(table, {}))

    def _lineage(self, organization_id: OrganizationId, on: date) -> list[OrganizationId]:
        organizations: dict[UUID, Organization] = self._memory.entities.get(Organization, {})
        held, lineage = organizations.get(organization_id), list[OrganizationId]()
        while held is not None:
            lineage.append(held.id)
            parent = held.parent_on(on)
            held = None if parent is None else organizations.get(parent)
        return lineage

    def _sees(self, sight: Sight, organization_id: OrganizationId) -> bool:
        return sight.reach is None or not sight.reach.isdisjoint(self._lineage(organization_id, sight.on))

    def _sees_catalogue(self, sight: Sight, owner_id: OrganizationId) -> bool:
        return self._sees(sight, owner_id) or owner_id in self._ever_above(sight.reach or ())

    def _ever_above(self, organization_ids: Iterable[OrganizationId]) -> set[OrganizationId]:
        organizations: dict[UUID, Organization] = self._memory.entities.get(Organization, {})
        above, found = set(organization_ids), set[OrganizationId]()
        while above:
            found |= above
            above = {link.parent_id for held in above if held in organizations for link in organizations[held].parents}
        return found

    # --- people and organizations

    async def account(self, account_id: AccountId) -> Account | None:
        return next((held for held in self._all(Account) if held.id == account_id), None)

    def _records(self, sight: Sight) -> list[OrganizationRecord]:
        seen = [held for held in self._all(Organization) if self._sees(sight, held.id)]
        return sorted((_record(held, sight) for held in seen), key=attrgetter("name", "id"))

    async def states(self, sight: Sight) -> Sequence[OrganizationRecord]:
        return [held for held in self._records(sight) if held.kind is OrganizationKind.STATE]

    async def organizations(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, OrganizationRecord]:
        return _by_id(self._records(sight), ids)

    def _listed(
        self, sight: Sight, root: OrganizationId | None, wanted: OrganizationsWanted
    ) -> list[OrganizationRecord]:
        records = self._records(sight)
        seen = {held.id for held in records}
        if any(above is not None and above not in seen for above in (root, wanted.under)):
            return []
        organizations: dict[UUID, Organization] = self._memory.entities.get(Organization, {})
        return [
            held
            for held in records
            if _is_wanted(organizations[held.id], wanted, sight)
            and (root is None or (held.id != root and root in self._lineage(held.id, sight.on)))
            and (wanted.under is None or wanted.under in self._lineage(held.id, sight.on))
        ]

    async def organizations_below(
        self,
        sight: Sight,
        roots: Sequence[OrganizationId | None],
        wanted: OrganizationsWanted,
        order: OrganizationOrder,
        window: Window,
    ) -> Mapping[OrganizationId | None, Page[OrganizationRecord]]:
        descending = order is OrganizationOrder.NAME_DESC
        return {
            root: _page(self._listed(sight, root, wanted), place_of_organization, window, descending=descending)
            for root in roots
        }

    async def number_below(
        self, sight: Sight, roots: Sequence[OrganizationId | None], wanted: OrganizationsWanted
    ) -> Mapping[OrganizationId | None, int]:
        return {root: len(self._listed(sight, root, wanted)) for root in roots}

    async def profiles(
        self, sight: Sight, ids: Sequence[OrganizationId], year: int | None
    ) -> Mapping[OrganizationId, Profile]:
        found = {}
        for held in _by_id(self._all(Organization), ids).values():
            profiles = [profile for profile in held.profiles if year in (None, profile.year)]
            if profiles and self._sees(sight, held.id):
                found[held.id] = max(profiles, key=lambda profile: profile.year)
        return found

    async def designations(self, sight: Sight, ids: Sequence[OrganizationId]) -> Mapping[OrganizationId, Designation]:
        held = _by_id(self._all(Organization), ids).values()
        standing = {one.id: one.designation_on(sight.on) for one in held if self._sees(sight, one.id)}
        return {identity: designation for identity, designation in standing.items() if designation is not None}

    async def milestone_tallies(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, MilestoneTally]:
        tallies = {}
        for identity in ids:
            if self._sees(sight, identity):
                numbers = dict.fromkeys(COUNTED_AS.values(), 0)
                for goal in self._all(Goal):
                    if identity in self._lineage(goal.organization_id, sight.on):
                        for status in self._statuses(goal, sight).values():
                            numbers[COUNTED_AS[status]] += 1
                if any(numbers.values()):
                    tallies[identity] = MilestoneTally(**numbers)
        return tallies

    # --- readings and goals

    async def indicators(self, sight: Sight, ids: Sequence[IndicatorId]) -> Mapping[IndicatorId, Indicator]:
        return _by_id(self._catalogue(Indicator, sight), ids)

    async def indicators_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Indicator]]:
        return _by_owner(self._catalogue(Indicator, sight), owners, attrgetter("owner_id"))

    def _catalogue(self, kind: type[Owned], sight: Sight) -> list[Owned]:
        seen = [held for held in self._all(kind) if self._sees_catalogue(sight, held.owner_id)]
        return sorted(seen, key=attrgetter("name", "id"))

    def _readings(self, sight: Sight) -> list[Observation]:
        seen = [held for held in self._all(Observation) if self._sees(sight, held.organization_id)]
        return sorted(seen, key=attrgetter("observed_on", "occasion"))

    async def observations(self, sight: Sight, ids: Sequence[ObservationId]) -> Mapping[ObservationId, Observation]:
        return _by_id(self._readings(sight), ids)

    async def series(
        self, sight: Sight, keys: Sequence[SeriesKey], occasion: Occasion | None, since: date
    ) -> Mapping[SeriesKey, Sequence[Observation]]:
        held = [one for one in self._readings(sight) if one.observed_on >= since and occasion in (None, one.occasion)]
        return _by_owner(held, keys, lambda one: SeriesKey(one.organization_id, one.indicator_id, one.student_group))

    async def latest_readings(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Observation]]:
        latest: dict[tuple[UUID, UUID], Observation] = {}
        for held in self._readings(sight):
            if held.occasion is Occasion.ANNUAL and held.student_group == ALL_STUDENTS:
                latest[held.organization_id, held.indicator_id] = held
        places = {held.id: place for place, held in enumerate(self._catalogue(Indicator, sight))}
        shown = [held for held in latest.values() if held.indicator_id in places]
        return _by_owner(sorted(shown, key=lambda held: places[held.indicator_id]), ids, attrgetter("organization_id"))

    def _goals(self, sight: Sight) -> list[Goal]:
        return [held for held in self._all(Goal) if self._sees(sight, held.organization_id)]

    async def goals(self, sight: Sight, ids: Sequence[GoalId]) -> Mapping[GoalId, Goal]:
        return _by_id(self._goals(sight), ids)

    async def goals_of_milestones(self, sight: Sight, ids: Sequence[MilestoneId]) -> Mapping[MilestoneId, Goal]:
        of = {milestone.id: goal for goal in self._goals(sight) for milestone in goal.milestones}
        return {identity: of[identity] for identity in ids if identity in of}

    async def goals_of(
        self, sight: Sight, owners: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Goal]]:
        goals = _by_owner(self._goals(sight), owners, attrgetter("organization_id"))
        return {owner: _page(goals.get(owner, ()), place_of_goal, window) for owner in owners}

    async def number_of_goals(self, sight: Sight, owners: Sequence[OrganizationId]) -> Mapping[OrganizationId, int]:
        return _lengths(_by_owner(self._goals(sight), owners, attrgetter("organization_id")), owners)

    async def milestone_statuses(
        self, sight: Sight, ids: Sequence[MilestoneId]
    ) -> Mapping[MilestoneId, MilestoneStatus]:
        statuses = {key: status for goal in self._goals(sight) for key, status in self._statuses(goal, sight).items()}
        return {identity: statuses[identity] for identity in ids if identity in statuses}

    def _statuses(self, goal: Goal, sight: Sight) -> dict[MilestoneId, MilestoneStatus]:
        observed = [
            dated
            for held in self._all(Observation)
            if (held.organization_id, held.indicator_id, held.student_group)
            == (goal.organization_id, goal.indicator_id, goal.student_group)
            and (dated := DatedValue.of(held)) is not None
        ]
        return {held.id: milestone_status(held, goal, observed, sight.on) for held in goal.milestones}

    # --- supports

    async def supports(self, sight: Sight, ids: Sequence[SupportId]) -> Mapping[SupportId, Support]:
        return _by_id(self._catalogue(Support, sight), ids)

    async def supports_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Support]]:
        return _by_owner(self._catalogue(Support, sight), owners, attrgetter("owner_id"))

    async def pools(self, sight: Sight, ids: Sequence[PoolId]) -> Mapping[PoolId, Pool]:
        return _by_id(self._catalogue(Pool, sight), ids)

    async def pools_of(self, sight: Sight, owners: Sequence[OrganizationId]) -> Mapping[OrganizationId, Sequence[Pool]]:
        return _by_owner(self._catalogue(Pool, sight), owners, attrgetter("owner_id"))

    def _assignments(self, sight: Sight) -> list[Assignment]:
        seen = [held for held in self._all(Assignment) if self._sees(sight, held.organization_id)]
        return sorted(seen, key=lambda held: (-held.validity.start.toordinal(), held.id))

    async def assignments(self, sight: Sight, ids: Sequence[AssignmentId]) -> Mapping[AssignmentId, Assignment]:
        return _by_id(self._assignments(sight), ids)

    async def assignments_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Assignment]]:
        return _by_owner(self._assignments(sight), owners, attrgetter("organization_id"))

    # --- scenarios and forecasts

    def _of_states(self, kind: type[OfState], sight: Sight) -> list[OfState]:
        return [held for held in self._all(kind) if self._sees(sight, held.state_id)]

    async def scenarios(self, sight: Sight, ids: Sequence[ScenarioId]) -> Mapping[ScenarioId, Scenario]:
        return _by_id(self._of_states(Scenario, sight), ids)

    async def baselines(self, sight: Sight, states: Sequence[OrganizationId]) -> Mapping[OrganizationId, Scenario]:
        held = [one for one in self._of_states(Scenario, sight) if one.is_baseline and one.state_id in states]
        return {one.state_id: one for one in held}

    async def scenarios_of(
        self, sight: Sight, states: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Scenario]]:
        held = _by_owner(self._of_states(Scenario, sight), states, attrgetter("state_id"))
        return {state: _page(held.get(state, ()), place_of_scenario, window) for state in states}

    async def number_of_scenarios(self, sight: Sight, states: Sequence[OrganizationId]) -> Mapping[OrganizationId, int]:
        return _lengths(_by_owner(self._of_states(Scenario, sight), states, attrgetter("state_id")), states)

    async def forecasts(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, Forecast]:
        return _by_id(self._of_states(Forecast, sight), ids)

    async def forecasts_of(
        self, sight: Sight, states: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Forecast]]:
        held = _by_owner(self._of_states(Forecast, sight), states, attrgetter("state_id"))
        return {state: _page(held.get(state, ()), place_of_forecast, window, descending=True) for state in states}

    async def number_of_forecasts(self, sight: Sight, states: Sequence[OrganizationId]) -> Mapping[OrganizationId, int]:
        return _lengths(_by_owner(self._of_states(Forecast, sight), states, attrgetter("state_id")), states)

    async def frames(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, ForecastFrame]:
        inputs = self._rows("forecast_inputs")
        seen = _by_id(self._of_states(Forecast, sight), ids)
        return {identity: _frame(json.loads(inputs[identity])) for identity in seen if identity in inputs}

    async def replications_told(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, int]:
        return {identity: kept.replications for identity, kept in (await self.outcomes(sight, ids)).items()}

    async def outcomes(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, KeptOutcome]:
        said = self._rows("forecast_outcomes")
        seen = _by_id(self._of_states(Forecast, sight), ids)
        return {
            identity: KeptOutcome(json.loads(said[identity])["replications"], said[identity])
            for identity in seen
            if identity in said
        }


def _record(held: Organization, sight: Sight) -> OrganizationRecord:
    return OrganizationRecord(
        id=held.id,
        kind=held.kind,
        name=held.name,
        city=held.city,
        level=held.level,
        identifiers=dict(held.identifiers),
        opened=held.opened,
        closed=held.closed,
        generated=held.generated,
        parent_id=held.parent_on(sight.on),
        version=held.version,
    )


def _is_wanted(held: Organization, wanted: OrganizationsWanted, sight: Sight) -> bool:
    kinds = {one.kind for one in held.designations if one.validity.holds_on(sight.on)}
    return (
        (wanted.kinds is None or held.kind in wanted.kinds)
        and (wanted.levels is None or held.level in wanted.levels)
        and (wanted.name is None or held.name == wanted.name)
        and (wanted.contains is None or wanted.contains.casefold() in held.name.casefold())
        and (wanted.identified is None or bool(kinds) is wanted.identified)
        and (wanted.designations is None or not kinds.isdisjoint(wanted.designations))
    )


def _frame(inputs: Mapping[str, Any]) -> ForecastFrame:
    return ForecastFrame(
        date.fromisoformat(inputs["starts_on"]),
        inputs["horizon_months"],
        {ScenarioId(UUID(held["id"])): held["name"] for held in inputs["scenarios"]},
    )


def _by_id(entities: Iterable[Any], ids: Collection[Any]) -> dict[Any, Any]:
    return {held.id: held for held in entities if held.id in ids}


def _by_owner(items: Iterable[Item], owners: Collection[Any], owner: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    found: dict[Any, list[Item]] = {}
    for item in items:
        if owner(item) in owners:
            found.setdefault(owner(item), []).append(item)
    return found


def _lengths(found: Mapping[Any, Sequence[Any]], owners: Iterable[Any]) -> dict[Any, int]:
    return {owner: len(found.get(owner, ())) for owner in owners}


def _page(
    items: Iterable[Item], place: Callable[[Item], Place], window: Window, *, descending: bool = False
) -> Page[Item]:
    ordered = sorted(items, key=place)
    places = [place(item) for item in ordered]
    lower, upper = (window.before, window.after) if descending else (window.after, window.before)
    first = 0 if lower is None else bisect_right(places, lower)
    last = len(ordered) if upper is None else bisect_left(places, upper)
    held = ordered[first:last]
    if descending:
        held.reverse()
    more = len(held) > window.size
    if window.backward:
        return Page(tuple(held[len(held) - window.size :] if more else held), more, window.before is not None)
    return Page(tuple(held[: window.size]), window.after is not None, more)
