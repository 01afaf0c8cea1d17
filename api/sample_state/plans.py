"""The identified schools of the sample state and the plans they made: four goals each, with milestones on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from api.sample_state.identities import Identities
from domain.calendar import annual_test_day
from domain.goals import Direction, Goal, GoalTerm, ImplementationStage, Milestone, MilestoneKind, Target
from domain.identity import GoalId, IndicatorId, MilestoneId, OrganizationId
from domain.indicators import Indicator
from domain.organizations import DesignationKind, Organization

PLAN_YEARS = 4
SHARES_OF_THE_WAY = (0.25, 0.5, 0.75, 1.0)
ACCOUNTABLE = ("Principal", "Assistant principal", "Leadership team chair", "Data coach")

AnnualValues = Mapping[tuple[OrganizationId, IndicatorId, int], float]


@dataclass(frozen=True, slots=True)
class _Ambition:
    """What a plan usually aims at on one indicator: a change over four years (mean, SD), through which practice."""

    change: tuple[float, float]
    title: str
    success: str
    practice: str


AMBITIONS: Mapping[str, _Ambition] = {
    "performance_score": _Ambition(
        (9.0, 2.5), "Raise the school performance score", "The spring score reaches the aim.", "1A"
    ),
    "math_proficiency": _Ambition(
        (11.0, 3.0),
        "More pupils at grade level in mathematics",
        "The share at grade level reaches the aim, and no group falls behind.",
        "1C",
    ),
    "reading_proficiency": _Ambition(
        (7.0, 2.5),
        "More pupils at grade level in reading",
        "The share at grade level reaches the aim, and no group falls behind.",
        "1C",
    ),
    "chronic_absence": _Ambition(
        (-3.0, 1.0), "Fewer pupils chronically absent", "The share chronically absent falls to the aim.", "1B"
    ),
}


def identified_schools(
    schools: list[Organization], indicators: list[Indicator], annual: AnnualValues, year: int, count: int
) -> list[tuple[Organization, DesignationKind, str]]:
    """Return the ``count`` schools with the lowest performance score of ``year`` that have every reading of it.

    The lowest third is identified for comprehensive support, the next for targeted, the last for additional targeted.
    """
    lead = indicators[0]

    def score(school: Organization) -> float:
        return annual[school.id, lead.id, year]

    complete = [
        school for school in schools if all((school.id, indicator.id, year) in annual for indicator in indicators)
    ]
    lowest = sorted(complete, key=lambda school: (score(school), school.name))[:count]
    kinds = (
        (DesignationKind.CSI, "Among the lowest-performing schools of the state"),
        (DesignationKind.TSI, "One or more student groups have stayed behind for years"),
        (DesignationKind.ATSI, "A student group performs like the lowest-performing schools"),
    )
    return [(school, *kinds[min(2, rank * 3 // count)]) for rank, school in enumerate(lowest)]


def plan_of(
    rng: np.random.Generator,
    identities: Identities,
    school: Organization,
    rank: int,
    indicators: list[Indicator],
    annual: AnnualValues,
    baseline_year: int,
    today: date,
) -> list[Goal]:
    """Return the school's four goals, set on the readings of ``baseline_year`` and due four springs later."""
    goals = []
    for place, indicator in enumerate(indicators):
        ambition = AMBITIONS[indicator.key]
        baseline = annual[school.id, indicator.id, baseline_year]
        mean, sd = ambition.change
        change = float(np.sign(mean) * max(1.0, rng.normal(abs(mean), sd)))
        aim = float(np.clip(round(baseline + change, indicator.decimals), 0.0, 99.0))
        if aim == baseline:
            aim = baseline + float(np.sign(mean))
        upward = aim > baseline
        goal = Goal(
            GoalId(identities.next()),
            school.id,
            indicator.id,
            ambition.title,
            Direction.RAISE if upward else Direction.LOWER,
            Target(
                baseline,
                annual_test_day(baseline_year),
                aim,
                annual_test_day(baseline_year + PLAN_YEARS),
            ),
            term=GoalTerm.LONG,
            definition_of_success=ambition.success,
            practice=ambition.practice,
            # One goal in nine has nobody accountable yet: a gap the plan has to show.
            accountable=None if (rank + place) % 9 == 0 else ACCOUNTABLE[place],
        )
        for milestone in _milestones(rng, identities, goal, indicator, baseline_year, today):
            # A step too small to show in the indicator's decimals would be attained from the start.
            if milestone.threshold != baseline:
                goal.add_milestone(milestone)
        goals.append(goal)
    return goals


def _milestones(
    rng: np.random.Generator,
    identities: Identities,
    goal: Goal,
    indicator: Indicator,
    baseline_year: int,
    today: date,
) -> list[Milestone]:
    target = goal.target
    whole = target.aim - target.baseline

    def on_the_way(share: float) -> float:
        return round(target.baseline + share * whole, max(1, indicator.decimals))

    held = [
        Milestone(
            MilestoneId(identities.next()),
            goal.id,
            MilestoneKind.ANNUAL_ASSESSMENT,
            f"Spring {baseline_year + step}: {on_the_way(share):g} {indicator.unit}",
            annual_test_day(baseline_year + step),
            threshold=on_the_way(share),
        )
        for step, share in enumerate(SHARES_OF_THE_WAY, 1)
    ]
    if indicator.key in ("math_proficiency", "reading_proficiency"):
        held.append(
            Milestone(
                MilestoneId(identities.next()),
                goal.id,
                MilestoneKind.INTERIM_ASSESSMENT,
                f"Winter check {baseline_year + 2}: {on_the_way(0.4):g} {indicator.unit}",
                date(baseline_year + 2, 2, 10),
                threshold=on_the_way(0.4),
            )
        )
    if indicator.key == "performance_score":
        held += [
            _evidenced(
                rng,
                identities,
                goal,
                today,
                date(baseline_year + 1, 1, 31),
                "Leadership team meets every two weeks",
                stage=ImplementationStage.INSTALLATION,
            ),
            _evidenced(
                rng,
                identities,
                goal,
                today,
                date(baseline_year + 2, 6, 1),
                "Shared leadership in use in every grade",
                stage=ImplementationStage.INITIAL,
            ),
        ]
    if indicator.key == "math_proficiency":
        held.append(
            _evidenced(rng, identities, goal, today, date(baseline_year + 1, 10, 15),
                       "Lessons follow the agreed routine in 7 of 10 visits", fidelity=0.7)
        )  # fmt: skip
    if indicator.key == "chronic_absence":
        held.append(
            Milestone(
                MilestoneId(identities.next()),
                goal.id,
                MilestoneKind.EVALUATION,
                "Review what brought pupils back, and what did not",
                date(baseline_year + 2, 12, 15),
            )
        )
    return held


def _evidenced(
    rng: np.random.Generator,
    identities: Identities,
    goal: Goal,
    today: date,
    due: date,
    title: str,
    *,
    stage: ImplementationStage | None = None,
    fidelity: float | None = None,
) -> Milestone:
    """Return a milestone judged by evidence: two in three of those already due were attained."""
    attained = due < today and rng.random() < 2 / 3
    return Milestone(
        MilestoneId(identities.next()),
        goal.id,
        MilestoneKind.IMPLEMENTATION if stage else MilestoneKind.PROFESSIONAL_PRACTICE,
        title,
        due,
        required_stage=stage,
        required_fidelity=fidelity,
        attained_on=due if attained else None,
        evidence="Minutes and walk-through notes, reviewed by the district" if attained else "",
    )
