"""What the sample state can give: its catalogue, its four pools, what is already promised, and the baseline."""

from datetime import date, timedelta

import numpy as np

from api.sample_state.identities import Identities
from domain.calendar import Validity, school_year, school_year_start
from domain.goals import Goal
from domain.identity import AssignmentId, PoolId, ScenarioId, SupportId
from domain.organizations import Organization
from domain.scenarios import Policy, PolicyKind, PoolAllocation, Scenario
from domain.supports import (
    Assignment,
    Delivery,
    EffectCard,
    EvidenceTier,
    FigureStatus,
    Pool,
    PoolKind,
    Support,
    SupportKind,
    check_capacity,
)

HORIZON_MONTHS = 36
POOL_YEARS = 6

_POOLS = (
    # kind, name, unit, dollars per unit and year, units
    (PoolKind.SITE_VISIT_TEAMS, "Site-visit teams", "teams", 240_000.0, 3.0),
    (PoolKind.COACHES, "Improvement coaches", "schools at once", 38_000.0, 36.0),
    (PoolKind.LEARNING_COHORTS, "Learning cohorts", "seats a term", 9_500.0, 24.0),
    (PoolKind.FUNDS, "Improvement funds", "dollars", 1.0, 1_800_000.0),
)


def catalogue(identities: Identities, state: Organization) -> list[Support]:
    """Return the supports on offer, with their effect cards."""

    def support(
        key: str,
        name: str,
        kind: SupportKind,
        draws_on: PoolKind,
        unit: str,
        unit_cost: float,
        tier: EvidenceTier,
        effect: EffectCard,
        description: str,
    ) -> Support:
        return Support(
            SupportId(identities.next()),
            state.id,
            key,
            name,
            kind,
            "State improvement office",
            unit,
            unit_cost,
            tier,
            effect,
            draws_on,
            description,
        )

    return [
        support(
            "site_visit", "Site visit with needs assessment", SupportKind.SITE_VISIT, PoolKind.SITE_VISIT_TEAMS,
            "visits", 6_000, EvidenceTier.RATIONALE,
            EffectCard(0.0, 0.0, "A visit finds the needs; by itself it is given no effect.", FigureStatus.ASSUMED),
            "A team looks at the plan at work and helps to find root causes.",
        ),
        support(
            "teacher_coaching", "Teacher coaching", SupportKind.COACHING, PoolKind.COACHES,
            "coaching weeks", 1_100, EvidenceTier.STRONG,
            EffectCard(
                0.09, 0.06, "Kraft, Blazar & Hogan 2018: 0.18; less at 100+ teachers", FigureStatus.SECONDARY, 0.18
            ),
            "A coach works with teachers in their classrooms, week by week.",
        ),
        support(
            "curriculum_learning", "Professional learning with curriculum", SupportKind.PROFESSIONAL_LEARNING,
            PoolKind.LEARNING_COHORTS, "seats", 9_500, EvidenceTier.MODERATE,
            EffectCard(0.10, 0.07, "Lynch et al. 2019: 0.21", FigureStatus.SECONDARY, 0.21),
            "A cohort of schools learns to teach with strong materials.",
        ),
        support(
            "improvement_grant", "School improvement grant", SupportKind.FUNDS, PoolKind.FUNDS,
            "dollars", 1, EvidenceTier.RATIONALE,
            EffectCard(0.0, 0.05, "Dragoset et al. 2017: no effect found", FigureStatus.SECONDARY, 0.0),
            "Money for what the plan names.",
        ),
    ]  # fmt: skip


def pools(identities: Identities, state: Organization, year: int) -> list[Pool]:
    """Return the four pools, funded evenly from last fiscal year on."""
    return [
        Pool(
            PoolId(identities.next()),
            state.id,
            kind,
            name,
            unit,
            unit_cost,
            dict.fromkeys(range(year - 1, year + POOL_YEARS), units),
        )
        for kind, name, unit, unit_cost, units in _POOLS
    ]


def baseline_scenario(identities: Identities, state: Organization, held: list[Pool], today: date) -> Scenario:
    """Return the allocation in force, from the first of next month, with a budget a twentieth above its cost."""
    starts = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    scenario = Scenario(
        ScenarioId(identities.next()),
        state.id,
        "What is funded now",
        starts,
        HORIZON_MONTHS,
        (),
        Policy(PolicyKind.TIERED),
        is_baseline=True,
    )
    scenario.allocation = tuple(
        PoolAllocation(pool.id, {year: pool.capacity[year] for year in scenario.fiscal_years}) for pool in held
    )
    scenario.budget = {year: round(dollars * 1.05, -4) for year, dollars in scenario.cost(held).items()}
    return scenario


def assignments(
    rng: np.random.Generator,
    identities: Identities,
    schools: list[Organization],
    goals: list[Goal],
    supports: list[Support],
    held: list[Pool],
    today: date,
) -> list[Assignment]:
    """Return what is already promised: coaching and cohort seats for some schools, delivered nearly as promised."""
    by_key = {support.key: support for support in supports}
    by_kind = {pool.kind: pool for pool in held}
    opened = school_year_start(school_year(today))
    promised: list[Assignment] = []
    for rank, school in enumerate(schools):
        if rank % 3 == 0:
            support, units, months = by_key["teacher_coaching"], 24.0, 8
        elif rank % 7 == 0:
            support, units, months = by_key["curriculum_learning"], 6.0, 5
        else:
            continue
        goal = next(goal for goal in goals if goal.organization_id == school.id and "math" in goal.title)
        starts = opened + timedelta(days=int(rng.integers(20, 70)))
        assignment = Assignment(
            AssignmentId(identities.next()),
            support.id,
            by_kind[support.draws_on].id,
            school.id,
            Validity(starts, starts + timedelta(days=int(30.4 * months))),
            units,
            goal_id=goal.id,
        )
        check_capacity(by_kind[support.draws_on], [a for a in promised if a.pool_id == assignment.pool_id], assignment)
        fidelity = float(rng.uniform(0.5, 1.0))
        step = timedelta(days=int(30.4 * months / units))
        day = starts + step
        while day < today and assignment.validity.holds_on(day):
            if rng.random() < fidelity:
                assignment.deliver(Delivery(day, 1.0))
            day += step
        promised.append(assignment)
    return promised
