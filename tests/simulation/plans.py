"""Plans made up of domain objects, for what reads plans: a state with a history, and schools with goals."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from domain.calendar import Validity, annual_test_day
from domain.goals import Direction, Goal, Milestone, MilestoneKind, Target
from domain.identity import (
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
from domain.organizations import Designation, DesignationKind, Organization, OrganizationKind, Profile, SchoolLevel
from domain.scenarios import Policy, PolicyKind, PoolAllocation, Scenario
from domain.supports import EffectCard, EvidenceTier, FigureStatus, Pool, PoolKind, Support, SupportKind
from simulation.baseline import PlanSnapshot

START = date(2026, 7, 1)
ALWAYS = Validity(date(2000, 1, 1))


def plan(
    seed: int = 1,
    *,
    schools: int = 30,
    districts: int = 4,
    with_goals: int = 4,
    years: Sequence[int] = range(2021, 2027),
    keys: Sequence[str] = ("maths",),
    groups: Sequence[str] = ("ALL",),
    level_sd: float = 12.0,
    noise_sd: float = 3.0,
) -> PlanSnapshot:
    """Return a state whose schools wander and are read with error; the first ``with_goals`` schools have goals."""
    luck = random.Random(seed)
    state = Organization(OrganizationId(new_id()), OrganizationKind.STATE, "State")
    areas = [
        Organization(OrganizationId(new_id()), OrganizationKind.DISTRICT, f"District {n}") for n in range(districts)
    ]
    indicators = [Indicator(IndicatorId(new_id()), state.id, key, key.capitalize(), "points", 0, 100) for key in keys]
    members, readings, goals = [], [], []
    for n in range(schools):
        member = Organization(
            OrganizationId(new_id()), OrganizationKind.SCHOOL, f"School {n}", level=SchoolLevel.ELEMENTARY
        )
        member.place_under(areas[n % districts], ALWAYS)
        member.profiles.append(Profile(2026, 200 + 10 * n, share_disadvantaged=luck.random()))
        if n < with_goals:
            member.designate(Designation(DesignationKind.CSI, ALWAYS, "lowest five per cent"))
        members.append(member)
        for indicator in indicators:
            level = min(85.0, max(15.0, luck.gauss(50.0, level_sd)))
            for year in years:
                level += luck.gauss(0.5, 2.5)
                for group in groups:
                    value = level + luck.gauss(0.0, noise_sd) - (0.0 if group == "ALL" else 8.0)
                    readings.append(reading(member, indicator, year, value, group=group))
            if n < with_goals:
                goals.append(goal_of(member, indicator, round(level, 1)))
    years_of_pools = range(2026, 2032)
    coaches, teams = PoolId(new_id()), PoolId(new_id())
    pools = [
        Pool(coaches, state.id, PoolKind.COACHES, "Coaches", "coaches", 1e5, dict.fromkeys(years_of_pools, 3.0)),
        Pool(teams, state.id, PoolKind.SITE_VISIT_TEAMS, "Teams", "teams", 1.0, dict.fromkeys(years_of_pools, 2.0)),
    ]
    card = EffectCard(0.09, 0.06, "Kraft, Blazar & Hogan (2018)", FigureStatus.VERIFIED)
    supports = [
        Support(SupportId(new_id()), state.id, "coaching", "Coaching", SupportKind.COACHING, "State", "months", 1.0,
                EvidenceTier.STRONG, card, PoolKind.COACHES),
    ]  # fmt: skip
    return PlanSnapshot(state, areas, members, indicators, readings, goals, supports, pools)


def reading(
    member: Organization,
    indicator: Indicator,
    year: int,
    value: float | None,
    *,
    group: str = "ALL",
    occasion: Occasion = Occasion.ANNUAL,
    on: date | None = None,
) -> Observation:
    """Return a reading; a ``value`` of None is a suppressed one."""
    held = Reading.suppressed() if value is None else Reading.observed(min(100.0, max(0.0, value)), 80)
    return Observation(
        ObservationId(new_id()), member.id, indicator.id, group, occasion, on or annual_test_day(year), held, "state"
    )


def goal_of(
    member: Organization, indicator: Indicator, baseline: float, *, group: str = "ALL", lift: float = 6.0
) -> Goal:
    """Return a goal to rise by ``lift`` in three years, with a milestone each spring."""
    goal = Goal(
        GoalId(new_id()),
        member.id,
        indicator.id,
        f"Raise {indicator.name}",
        Direction.RAISE,
        Target(baseline, date(2026, 5, 15), baseline + lift, date(2029, 6, 30)),
        student_group=group,
    )
    for n, year in enumerate((2027, 2028, 2029), start=1):
        goal.add_milestone(
            Milestone(
                MilestoneId(new_id()),
                goal.id,
                MilestoneKind.ANNUAL_ASSESSMENT,
                f"Spring {year}",
                date(year, 6, 1),
                threshold=baseline + lift * n / 3,
            )
        )
    return goal


def scenario_of(snapshot: PlanSnapshot, name: str = "As it is", *, horizon: int = 36, **units: float) -> Scenario:
    """Return a scenario that keeps every pool as it is but those of the kinds named in ``units``."""
    scenario = Scenario(ScenarioId(new_id()), snapshot.state.id, name, START, horizon, (), Policy(PolicyKind.TIERED))
    years = [year for year in scenario.fiscal_years if year < 2030]
    scenario.allocation = tuple(
        PoolAllocation(pool.id, dict.fromkeys(years, units.get(pool.kind.value, pool.capacity[2027])))
        for pool in snapshot.pools
    )
    return scenario


def changed(snapshot: PlanSnapshot, **parts: object) -> PlanSnapshot:
    return replace(snapshot, **parts)  # type: ignore[arg-type]
