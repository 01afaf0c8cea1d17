"""States, districts, schools and networks as clients see them, and what hangs on them."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.identity import IndicatorId, OrganizationId
from domain.indicators import ALL_STUDENTS, Occasion
from domain.organizations import DesignationKind, OrganizationKind, SchoolLevel
from domain.reading import (
    MilestoneTally,
    OrganizationOrder,
    OrganizationRecord,
    OrganizationsWanted,
    SeriesKey,
    place_of_organization,
)
from schema.context import Info
from schema.errors import BadUserInput
from schema.forecasts import FORECASTS_BY_AGE, Forecast
from schema.goals import GOALS_BY_DUE_DATE, Goal
from schema.indicators import Indicator, Observation, Years, since_years_ago
from schema.narrowing import (
    OrganizationFilter,
    OrganizationsFilter,
    OrganizationsOrder,
    SchoolFilter,
    SchoolOrder,
    SchoolsOrder,
    SchoolsWanted,
)
from schema.relay import (
    BY_NAME,
    After,
    Before,
    Connection,
    First,
    Kind,
    Last,
    Node,
    Ordering,
    argument_id,
    connection,
    global_id,
    node_of,
    serve_nodes,
)
from schema.scalars import given, wrong_with
from schema.scenarios import SCENARIOS_BY_AGE, Scenario
from schema.supports import Assignment, Pool, Support

ORGANIZATIONS_BY_NAME: Ordering[OrganizationRecord] = Ordering("organizations", place_of_organization, BY_NAME)


@strawberry.type(description="What an organization is called in one numbering scheme.")
class Identifier:
    """What an organization is called in one numbering scheme."""

    scheme: str = strawberry.field(description="Whose numbering it is, e.g. `nces`.")
    value: str = strawberry.field(description="The number or code there.")


@strawberry.type(description="A school's identification for support, and how long it stands.")
class Designation:
    """A school's identification for support."""

    kind: DesignationKind = strawberry.field(description="Why the state identified the school.")
    since: date = strawberry.field(description="The first day.")
    until: date | None = strawberry.field(description="The day after the last one; null if it is open.")
    reason: str = strawberry.field(description="What the state gave as its reason; may be empty.")


@strawberry.type(description="What an organization looked like in one school year.")
class Profile:
    """What an organization looked like in one school year."""

    year: int = strawberry.field(description="The school year, named by its spring: 2018 is 2017-18.")
    enrolment: int | None = strawberry.field(description="How many students; null if not known.")
    lowest_grade: str | None = strawberry.field(description="The lowest grade taught; null if not known.")
    highest_grade: str | None = strawberry.field(description="The highest grade taught; null if not known.")
    share_disadvantaged: float | None = strawberry.field(
        description="The share of students who are economically disadvantaged, from 0 to 1; null if not known."
    )


@strawberry.type(description="How many milestones stand how today.")
class MilestoneCounts:
    """How many milestones stand how today."""

    total: int = strawberry.field(description="All of them.")
    attained: int = strawberry.field(description="Reached.")
    on_track: int = strawberry.field(description="Open and on the way.")
    at_risk: int = strawberry.field(description="Open and short of the way.")
    overdue: int = strawberry.field(description="Past their day and not reached.")
    cannot_say: int = strawberry.field(description="Open, and nothing has been read since the baseline.")


@strawberry.interface(description="A state agency, a district, a school or a network, as it stands today.")
class Organization(Node):
    """A state agency, a district, a school or a network."""

    version: int = strawberry.field(description="Counts the changes; starts at 1.")
    kind: OrganizationKind = strawberry.field(description="The level it acts on.")
    name: str = strawberry.field(description="What it is called.")
    city: str | None = strawberry.field(description="Where it is; null if not known.")
    identifiers: list[Identifier] = strawberry.field(description="What it is called elsewhere, by scheme.")
    opened: date | None = strawberry.field(description="Its first day; null if not known.")
    closed: date | None = strawberry.field(description="The day after its last one; null while it is open.")
    generated: bool = strawberry.field(description="Generated sample data, not a real organization.")
    record: strawberry.Private[OrganizationRecord]

    @strawberry.field(description="What it stands under today; null at the top, or if that is not to be seen.")
    async def parent(self, info: Info) -> "Organization | None":
        node: Organization | None = await node_of(info.context, Kind.ORGANIZATION, self.record.parent_id)
        return node

    @strawberry.field(description="The yearly profile; the latest one if no year is given.")
    async def profile(
        self,
        info: Info,
        year: Annotated[int | None, strawberry.argument(description="The school year, named by its spring.")] = UNSET,
    ) -> Profile | None:
        context = info.context
        held = await context.batches.load(context.reader.profiles, self.record.id, given(year))
        if held is None:
            return None
        return Profile(
            year=held.year,
            enrolment=held.enrolment,
            lowest_grade=held.lowest_grade,
            highest_grade=held.highest_grade,
            share_disadvantaged=held.share_disadvantaged,
        )

    @strawberry.field(description="How the milestones of this organization and all below it stand today.")
    async def milestone_counts(self, info: Info) -> MilestoneCounts:
        context = info.context
        tally = await context.batches.load(context.reader.milestone_tallies, self.record.id) or MilestoneTally()
        return MilestoneCounts(
            total=tally.total,
            attained=tally.attained,
            on_track=tally.on_track,
            at_risk=tally.at_risk,
            overdue=tally.overdue,
            cannot_say=tally.cannot_say,
        )

    @strawberry.field(description="What this organization itself has promised, by due date.")
    def goals(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Goal]:
        context, owner = info.context, self.record.id
        return connection(
            GOALS_BY_DUE_DATE,
            Goal.of,
            (first, after, last, before),
            page=lambda window: context.batches.load(context.reader.goals_of, owner, window),
            number=lambda: context.batches.load(context.reader.number_of_goals, owner),
        )

    @classmethod
    def of(cls, record: OrganizationRecord) -> Any:
        """Return the organization as what it is: a state, a district, a school or a network."""
        return _SHOWN_AS[record.kind](
            id=global_id(Kind.ORGANIZATION, record.id),
            version=record.version,
            kind=record.kind,
            name=record.name,
            city=record.city,
            identifiers=[
                Identifier(scheme=scheme, value=value) for scheme, value in sorted(record.identifiers.items())
            ],
            opened=record.opened,
            closed=record.closed,
            generated=record.generated,
            record=record,
        )


def organizations_below(
    info: Info,
    root: OrganizationId | None,
    wanted: OrganizationsWanted,
    order: OrganizationOrder,
    asked: tuple[int | None, str | None, int | None, str | None],
) -> Connection[Any]:
    """Return the organizations below a root, at any depth, as a connection."""
    context = info.context
    return connection(
        ORGANIZATIONS_BY_NAME,
        Organization.of,
        asked,
        page=lambda window: context.batches.load(context.reader.organizations_below, root, wanted, order, window),
        number=lambda: context.batches.load(context.reader.number_below, root, wanted),
    )


def _schools(
    info: Info,
    root: OrganizationId,
    narrowed: SchoolFilter | None,
    order: SchoolOrder | None,
    asked: tuple[int | None, str | None, int | None, str | None],
) -> Connection[Any]:
    wanted = (given(narrowed) or SchoolFilter()).wanted()
    return organizations_below(info, root, wanted, OrganizationOrder(order or SchoolOrder.NAME_ASC), asked)


@strawberry.type(description="A state agency: the top of a tree, and the owner of indicators, supports and pools.")
class State(Organization):
    """A state agency."""

    @strawberry.field(description="Its districts.")
    def districts(
        self,
        info: Info,
        filter: OrganizationsFilter = UNSET,  # noqa: A002 (a name of the contract)
        order_by: OrganizationsOrder = OrganizationOrder.NAME_ASC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Annotated["District", strawberry.lazy("schema.organizations")]]:
        asked = (given(filter) or OrganizationFilter()).wanted()
        kinds = frozenset((OrganizationKind.DISTRICT,)) & (
            asked.kinds if asked.kinds is not None else frozenset(OrganizationKind)
        )
        return organizations_below(
            info,
            self.record.id,
            replace(asked, kinds=kinds),
            order_by or OrganizationOrder.NAME_ASC,
            (first, after, last, before),
        )

    @strawberry.field(description="All schools of its districts.")
    def schools(
        self,
        info: Info,
        filter: SchoolsWanted = UNSET,  # noqa: A002 (a name of the contract)
        order_by: SchoolsOrder = SchoolOrder.NAME_ASC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Annotated["School", strawberry.lazy("schema.organizations")]]:
        return _schools(info, self.record.id, filter, order_by, (first, after, last, before))

    @strawberry.field(description="What is measured in its schools, by name.")
    async def indicators(self, info: Info) -> list[Indicator]:
        context = info.context
        held = await context.batches.load(context.reader.indicators_of, self.record.id)
        return [Indicator.of(indicator) for indicator in held or ()]

    @strawberry.field(description="Its catalogue of supports, by name.")
    async def supports(self, info: Info) -> list[Support]:
        context = info.context
        held = await context.batches.load(context.reader.supports_of, self.record.id)
        return [Support.of(support) for support in held or ()]

    @strawberry.field(description="What it has that is scarce, by name.")
    async def pools(self, info: Info) -> list[Pool]:
        context = info.context
        held = await context.batches.load(context.reader.pools_of, self.record.id)
        return [Pool.of(pool) for pool in held or ()]

    @strawberry.field(description="Its scenarios: the baseline, then the others by age.")
    def scenarios(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Scenario]:
        context, owner = info.context, self.record.id
        return connection(
            SCENARIOS_BY_AGE,
            Scenario.of,
            (first, after, last, before),
            page=lambda window: context.batches.load(context.reader.scenarios_of, owner, window),
            number=lambda: context.batches.load(context.reader.number_of_scenarios, owner),
        )

    @strawberry.field(description="The allocation in force now.")
    async def baseline(self, info: Info) -> Scenario | None:
        context = info.context
        held = await context.batches.load(context.reader.baselines, self.record.id)
        return None if held is None else Scenario.of(held)

    @strawberry.field(description="Its forecasts, newest first.")
    def forecasts(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Forecast]:
        context, owner = info.context, self.record.id
        return connection(
            FORECASTS_BY_AGE,
            Forecast.of,
            (first, after, last, before),
            page=lambda window: context.batches.load(context.reader.forecasts_of, owner, window),
            number=lambda: context.batches.load(context.reader.number_of_forecasts, owner),
        )


@strawberry.type(description="A district: schools under one office.")
class District(Organization):
    """A district."""

    @strawberry.field(description="Its schools.")
    def schools(
        self,
        info: Info,
        filter: SchoolsWanted = UNSET,  # noqa: A002 (a name of the contract)
        order_by: SchoolsOrder = SchoolOrder.NAME_ASC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Annotated["School", strawberry.lazy("schema.organizations")]]:
        return _schools(info, self.record.id, filter, order_by, (first, after, last, before))


@strawberry.type(description="A school.")
class School(Organization):
    """A school."""

    @strawberry.field(description="Which grades it teaches; null if not known.")
    def level(self) -> SchoolLevel | None:
        return self.record.level

    @strawberry.field(description="Its district today; null if it has none, or that is not to be seen.")
    async def district(self, info: Info) -> District | None:
        node: District | None = await node_of(info.context, Kind.ORGANIZATION, self.record.parent_id)
        return node

    @strawberry.field(description="Its designation today, the most intensive one if there are several.")
    async def designation(self, info: Info) -> Designation | None:
        context = info.context
        held = await context.batches.load(context.reader.designations, self.record.id)
        if held is None:
            return None
        return Designation(kind=held.kind, since=held.validity.start, until=held.validity.end, reason=held.reason)

    @strawberry.field(
        description="Readings of one indicator and student group, oldest first; the last `years` school years (default "
        "8, at most 30)."
    )
    async def series(
        self,
        info: Info,
        indicator_id: Annotated[strawberry.ID, strawberry.argument(description="Which indicator.")],
        student_group: Annotated[
            str | None, strawberry.argument(description="Whose readings; `ALL` is all students together.")
        ] = ALL_STUDENTS,
        occasion: Annotated[
            Occasion | None, strawberry.argument(description="Which kind of measurement; both if null.")
        ] = Occasion.ANNUAL,
        years: Years = 8,
    ) -> list[Observation]:
        context = info.context
        fault = wrong_with(student_group)
        if fault:
            raise BadUserInput("studentGroup", fault)
        indicator = IndicatorId(argument_id(indicator_id, Kind.INDICATOR, "indicatorId"))
        key = SeriesKey(self.record.id, indicator, ALL_STUDENTS if student_group is None else student_group)
        held = await context.batches.load(context.reader.series, key, occasion, since_years_ago(info, years))
        return [Observation.of(observation) for observation in held or ()]

    @strawberry.field(description="The latest annual reading of each indicator for all students.")
    async def latest_readings(self, info: Info) -> list[Observation]:
        context = info.context
        held = await context.batches.load(context.reader.latest_readings, self.record.id)
        return [Observation.of(observation) for observation in held or ()]

    @strawberry.field(description="What has been promised to it, the latest start first.")
    async def assignments(self, info: Info) -> list[Assignment]:
        context = info.context
        held = await context.batches.load(context.reader.assignments_of, self.record.id)
        return [Assignment.of(assignment) for assignment in held or ()]


@strawberry.type(description="Schools of one state gathered for a common purpose, without being their parent.")
class Network(Organization):
    """Schools of one state gathered for a common purpose."""


_SHOWN_AS: dict[OrganizationKind, type[Organization]] = {
    OrganizationKind.STATE: State,
    OrganizationKind.DISTRICT: District,
    OrganizationKind.SCHOOL: School,
    OrganizationKind.NETWORK: Network,
}


def _shown(record: OrganizationRecord, _: UUID) -> Organization:
    node: Organization = Organization.of(record)
    return node


serve_nodes(Kind.ORGANIZATION, lambda reader: reader.organizations, _shown)


@strawberry.type
class OrganizationQueries:
    """What may be asked of organizations."""

    @strawberry.field(description="The states that the caller may see, by name.")
    async def states(self, info: Info) -> list[State]:
        return [Organization.of(record) for record in await info.context.reader.states(info.context.sight)]

    @strawberry.field(description="The organizations that the caller may see.")
    def organizations(
        self,
        info: Info,
        filter: OrganizationsFilter = UNSET,  # noqa: A002 (a name of the contract)
        order_by: OrganizationsOrder = OrganizationOrder.NAME_ASC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Organization]:
        wanted = (given(filter) or OrganizationFilter()).wanted()
        return organizations_below(
            info, None, wanted, order_by or OrganizationOrder.NAME_ASC, (first, after, last, before)
        )
