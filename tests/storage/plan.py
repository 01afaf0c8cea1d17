"""A small plan to test with: one state, two districts, three schools, one indicator, a goal, a pool, an account."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.calendar import Validity
from domain.forecasts import Forecast
from domain.goals import Direction, Goal, Milestone, MilestoneKind, Target
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
    new_id,
)
from domain.indicators import Indicator, Observation, Occasion, Reading
from domain.organizations import Organization, OrganizationKind
from domain.people import Account, Role, RoleGrant, Viewer
from domain.ports import Acting, UnitOfWork
from domain.scenarios import Policy, PolicyKind, PoolAllocation, Scenario
from domain.supports import (
    Assignment,
    EffectCard,
    EvidenceTier,
    FigureStatus,
    Pool,
    PoolKind,
    Support,
    SupportKind,
)

EVER_SINCE = Validity(date(2000, 7, 1))
TODAY = date(2026, 10, 1)
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    """What ``small_plan`` has stored."""

    state: Organization
    north: Organization
    south: Organization
    east: Organization
    west: Organization
    lake: Organization
    reading: Indicator
    goal: Goal
    coaching: Support
    coaches: Pool
    baseline: Scenario
    planner: Account

    @property
    def acting(self) -> Acting:
        """The state's planner, now."""
        return Acting(Viewer.of(self.planner, TODAY), NOW)


def organization(kind: OrganizationKind, name: str, parent: Organization | None = None) -> Organization:
    made = Organization(OrganizationId(new_id()), kind, name)
    if parent is not None:
        made.place_under(parent, EVER_SINCE)
    return made


def indicator(owner: Organization, key: str = "reading") -> Indicator:
    return Indicator(IndicatorId(new_id()), owner.id, key, f"Grade 3 {key}", "points", 0, 100, student_sd=20.0)


def goal(of: Organization, about: Indicator, title: str = "Read by grade 3", **options: object) -> Goal:
    target = Target(40.0, date(2025, 5, 15), 60.0, date(2028, 5, 15))
    return Goal(GoalId(new_id()), of.id, about.id, title, Direction.RAISE, target, **options)  # type: ignore[arg-type]


def milestone(on: Goal, title: str = "Half of them", due: date = date(2027, 5, 15), threshold: float = 50) -> Milestone:
    return Milestone(MilestoneId(new_id()), on.id, MilestoneKind.ANNUAL_ASSESSMENT, title, due, threshold=threshold)


def observation(of: Organization, about: Indicator, on: date, value: float = 42.0) -> Observation:
    return Observation(
        ObservationId(new_id()), of.id, about.id, "ALL", Occasion.ANNUAL, on, Reading.observed(value), "test"
    )


def support(owner: Organization, key: str = "coaching") -> Support:
    return Support(
        SupportId(new_id()),
        owner.id,
        key,
        key.title(),
        SupportKind.COACHING,
        "The state",
        "week",
        1500.0,
        EvidenceTier.STRONG,
        EffectCard(0.1, 0.05, "Kraft, Blazar and Hogan 2018", FigureStatus.VERIFIED, published_effect=0.18),
        PoolKind.COACHES,
    )


def pool(owner: Organization, places: float = 2.0) -> Pool:
    capacity = {2026: places, 2027: places, 2028: places}
    return Pool(PoolId(new_id()), owner.id, PoolKind.COACHES, "Coaches", "coaches", 90_000.0, capacity)


def assignment(given: Support, out_of: Pool, to: Organization, *, slots: float = 1.0) -> Assignment:
    year = Validity(date(2026, 9, 1), date(2027, 6, 1))
    return Assignment(AssignmentId(new_id()), given.id, out_of.id, to.id, year, 36.0, slots)


def scenario(state: Organization, of: Pool, name: str = "As it is", **options: object) -> Scenario:
    return Scenario(
        ScenarioId(new_id()),
        state.id,
        name,
        date(2026, 7, 1),
        36,
        (PoolAllocation(of.id, {2027: 2.0}),),
        Policy(PolicyKind.FIRST_COME),
        {2027: 200_000.0},
        **options,  # type: ignore[arg-type]
    )


def forecast(of: Scenario, *, requested_at: datetime = NOW) -> Forecast:
    return Forecast(ForecastId(new_id()), of.state_id, (of.id,), 7, 200, "1", "hash", requested_at)


def account(email: str, *grants: RoleGrant) -> Account:
    return Account(AccountId(new_id()), email, email.split("@")[0], list(grants))


def small_plan(work: UnitOfWork) -> Plan:
    """Store the plan and commit it."""
    state = organization(OrganizationKind.STATE, "Cascadia")
    north = organization(OrganizationKind.DISTRICT, "North", state)
    south = organization(OrganizationKind.DISTRICT, "South", state)
    east = organization(OrganizationKind.SCHOOL, "East", north)
    west = organization(OrganizationKind.SCHOOL, "West", north)
    lake = organization(OrganizationKind.SCHOOL, "Lake", south)
    reading = indicator(state)
    aim = goal(east, reading)
    aim.add_milestone(milestone(aim))
    coaching, coaches = support(state), pool(state)
    baseline = scenario(state, coaches, is_baseline=True)
    planner = account("planner@cascadia.example", RoleGrant(Role.STATE_PLANNER, state.id, EVER_SINCE))
    with work:
        for held in (lake, west, east, south, north, state):
            work.organizations.add(held)
        work.goals.add(aim)
        work.indicators.add(reading)
        work.supports.add(coaching)
        work.pools.add(coaches)
        work.scenarios.add(baseline)
        work.accounts.add(planner)
        work.commit()
    return Plan(state, north, south, east, west, lake, reading, aim, coaching, coaches, baseline, planner)
