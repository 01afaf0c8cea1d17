"""Small worlds made up for tests and benchmarks: inputs built straight from figures, no plan behind them."""

import random
from dataclasses import replace
from datetime import date

from simulation.effects import DEFAULT_OVERLAP, Ramp
from simulation.inputs import (
    CapacityStep,
    ExperimentInputs,
    GoalInput,
    IndicatorInput,
    MilestoneInput,
    NeedWeight,
    OccasionInput,
    PinInput,
    PoolCapacity,
    PoolInput,
    ScenarioInput,
    SchoolInput,
    SupportInput,
)
from simulation.parameters import MODEL_VERSION, Parameters

START = date(2026, 7, 1)
DAY_OF_TEST = 14 / 31
COACHES = PoolInput("coaches", "COACHES", "Coaches", "coaches", None)


def indicator(identity: str = "maths", **figures: object) -> IndicatorInput:
    usual = IndicatorInput(
        id=identity,
        key=identity,
        name=identity.capitalize(),
        higher_is_better=True,
        lowest=0.0,
        highest=100.0,
        origin_month=-2,
        statewide_level=55.0,
        between_sd=14.0,
        student_sd=30.0,
        drift_per_year=0.6,
        drift_sd=0.4,
        year_shock_sd=0.6,
        district_shock_sd=1.2,
        reversion_per_year=0.1,
        walk_sd_per_year=2.8,
        noise_floor_sd=2.0,
        noise_per_pupil_sd=25.0,
        source="borrowed",
    )
    return replace(usual, **figures)  # type: ignore[arg-type]


def still(identity: str = "maths", **figures: object) -> IndicatorInput:
    """An indicator that does not move by itself and is read without error: whatever happens is the supports' doing."""
    return indicator(
        identity,
        **{
            "drift_per_year": 0.0,
            "drift_sd": 0.0,
            "year_shock_sd": 0.0,
            "district_shock_sd": 0.0,
            "walk_sd_per_year": 0.0,
            "noise_floor_sd": 0.0,
            "noise_per_pupil_sd": 0.0,
            **figures,
        },
    )


def school(identity: str, **figures: object) -> SchoolInput:
    return replace(SchoolInput(identity, identity, "D1", 0, 400, 0.5, 0.5), **figures)  # type: ignore[arg-type]


def goal(identity: str, school_id: str, **figures: object) -> GoalInput:
    usual = GoalInput(
        id=identity,
        title=identity,
        school_id=school_id,
        indicator_id="maths",
        student_group="ALL",
        upward=True,
        baseline=40.0,
        baseline_month=-2.0,
        aim=60.0,
        due_month=34.5,
        level_mean=40.0,
        level_sd=0.0,
        long_run_mean=40.0,
        long_run_sd=0.0,
        correlation=0.0,
        deviation_mean=0.0,
        deviation_sd=0.0,
        tested=100.0,
        last_reading=40.0,
        practice_months=0.0,
        milestones=(),
    )
    return replace(usual, **figures)  # type: ignore[arg-type]


def coaching(identity: str = "coaching", **figures: object) -> SupportInput:
    usual = SupportInput(
        identity, identity, identity, "COACHING", "COACHES", 1, 0, 0.09, 0.06, Ramp.PRACTICE.value, "coaching"
    )
    return replace(usual, **figures)  # type: ignore[arg-type]


def steady(pool_id: str, units: int) -> PoolCapacity:
    return PoolCapacity(pool_id, (CapacityStep(0.0, units),))


def occasions(horizon: int) -> tuple[OccasionInput, ...]:
    """The assessments of a forecast from July on: October, January, March and May of each year."""
    marks = [(12 * year + mark, mark == 10) for year in range(horizon // 12 + 1) for mark in (3, 6, 8, 10)]
    return tuple(
        OccasionInput(mark + DAY_OF_TEST, mark, annual) for mark, annual in marks if mark + DAY_OF_TEST <= horizon
    )


def experiment(
    *,
    schools: tuple[SchoolInput, ...],
    goals: tuple[GoalInput, ...],
    pools: tuple[PoolInput, ...],
    scenarios: tuple[ScenarioInput, ...],
    supports: tuple[SupportInput, ...],
    indicators: tuple[IndicatorInput, ...] = (),
    parameters: Parameters | None = None,
    horizon: int = 36,
    seed: int = 1,
) -> ExperimentInputs:
    made = ExperimentInputs(
        model_version=MODEL_VERSION,
        seed=seed,
        starts_on=START,
        horizon_months=horizon,
        overlap=DEFAULT_OVERLAP,
        parameters=(parameters or Parameters()).cards,
        schools=schools,
        indicators=indicators or (indicator(),),
        goals=goals,
        supports=supports,
        pools=pools,
        ongoing=(),
        occasions=occasions(horizon),
        year_starts=tuple(range(12, horizon + 1, 12)),
        scenarios=scenarios,
    )
    return ExperimentInputs.from_bytes(made.to_bytes())


def scenario(identity: str, *pools: PoolCapacity, policy: str = "FIRST_COME", **figures: object) -> ScenarioInput:
    return replace(ScenarioInput(identity, identity, policy, (), (), pools, 0.0), **figures)  # type: ignore[arg-type]


POLICIES = ("FIRST_COME", "WORST_FIRST", "TIERED", "NEED_INDEX", "FIXED")
INDICATORS = ("maths", "reading", "score", "attendance")


def random_world(
    seed: int,
    *,
    schools: int = 6,
    goals_each: int = 4,
    horizon: int = 36,
    scenarios: int = 2,
    effects: bool = True,
    policies: tuple[str, ...] = POLICIES,
) -> ExperimentInputs:
    """A made-up state: each scenario has its own pools and policy, and everything else in common.

    Without ``effects`` no support has any.
    """
    luck = random.Random(seed)
    names = INDICATORS[: max(1, min(goals_each, len(INDICATORS)))]
    members = tuple(
        school(
            f"school-{n:04d}",
            district_id=f"D{luck.randrange(max(1, schools // 3))}",
            tier=luck.randrange(3),
            enrolment=luck.randrange(120, 900),
            share_disadvantaged=luck.random(),
            leadership_capacity=luck.random(),
        )
        for n in range(schools)
    )
    pools = (
        PoolInput("pool-coaches", "COACHES", "Coaches", "coaches", None),
        PoolInput("pool-coaches-D0", "COACHES", "Coaches of D0", "coaches", "D0"),
        PoolInput("pool-teams", "SITE_VISIT_TEAMS", "Site-visit teams", "teams", None),
        PoolInput("pool-cohorts", "LEARNING_COHORTS", "Learning cohorts", "seats", None),
        PoolInput("pool-tutors", "TUTORING_SEATS", "Tutoring", "seats", None),
        PoolInput("pool-funds", "FUNDS", "Improvement funds", "dollars", None),
    )
    size = 1.0 if effects else 0.0
    supports = (
        coaching("support-coaching", mean=0.09 * size, sd=0.06 * size),
        SupportInput("support-learning", "pl", "Learning", "PROFESSIONAL_LEARNING", "LEARNING_COHORTS", 1, 5_000,
                     0.10 * size, 0.07 * size, "PRACTICE", "cohort"),
        SupportInput("support-tutoring", "tut", "Tutoring", "TUTORING", "TUTORING_SEATS", 40, 10_000,
                     0.16 * size, 0.08 * size, "IMMEDIATE", "tutoring"),
        SupportInput("support-grant", "grant", "Grant", "FUNDS", "FUNDS", 50_000, 0,
                     0.0, 0.05 * size, "IMMEDIATE", "grant"),
    )  # fmt: skip
    allocations = []

    def coaches() -> int:
        return int(schools * luck.uniform(0.1, 1.2))

    for n in range(scenarios):
        share = luck.uniform(0.1, 0.8)
        years = range(0, horizon, 12)
        allocations.append(
            ScenarioInput(
                f"scenario-{n}",
                f"Scenario {n}",
                luck.choice(policies),
                (NeedWeight("GAP_TO_PATH", luck.random()), NeedWeight("WAITING", 0.1 + luck.random())),
                (PinInput("pool-coaches", members[luck.randrange(schools)].id),),
                (
                    PoolCapacity("pool-coaches", tuple(CapacityStep(y, coaches()) for y in years)),
                    PoolCapacity("pool-coaches-D0", tuple(CapacityStep(y, luck.randrange(3)) for y in years)),
                    steady("pool-teams", max(1, schools // 30)),
                    steady("pool-cohorts", max(1, int(schools * share))),
                    steady("pool-tutors", 20 * schools),
                    PoolCapacity("pool-funds", tuple(CapacityStep(y, int(20_000 * schools * share)) for y in years)),
                ),
                1_000.0 * n,
            )
        )  # fmt: skip
    goals = tuple(_random_goal(luck, member, name, horizon) for member in members for name in INDICATORS[:goals_each])
    return experiment(
        schools=members,
        goals=goals,
        pools=pools,
        scenarios=tuple(allocations),
        supports=supports,
        indicators=tuple(indicator(name) for name in names),
        horizon=horizon,
        seed=seed,
    )


def _random_goal(luck: random.Random, member: SchoolInput, name: str, horizon: int) -> GoalInput:
    level = luck.gauss(42.0, 9.0)
    lift = luck.uniform(3.0, 14.0)
    identity = f"{member.id}-{name}"
    milestones = [
        MilestoneInput(f"{identity}-{year}", "ANNUAL_ASSESSMENT", 12.0 * year + 11.9, level + lift * (year + 1) / 3)
        for year in range(horizon // 12)
    ]
    extra = luck.randrange(4)
    if extra == 0:
        stage = luck.choice(("INSTALLATION", "INITIAL", "FULL"))
        milestones.append(MilestoneInput(f"{identity}-stage", "IMPLEMENTATION", 20.0, stage=stage))
    elif extra == 1:
        milestones.append(MilestoneInput(f"{identity}-fidelity", "PROFESSIONAL_PRACTICE", 30.0, fidelity=0.4))
    elif extra == 2:
        milestones.append(MilestoneInput(f"{identity}-interim", "INTERIM_ASSESSMENT", 9.0, level + 2.0))
    else:
        milestones.append(MilestoneInput(f"{identity}-evaluation", "EVALUATION", 12.0))
    return goal(
        identity,
        member.id,
        indicator_id=name,
        level_mean=level,
        level_sd=2.5,
        long_run_mean=0.8 * level + 10.0,
        long_run_sd=4.0,
        correlation=0.5,
        baseline=level,
        aim=level + lift,
        tested=float(luck.randrange(30, 300)),
        last_reading=level + luck.gauss(0.0, 3.0),
        milestones=tuple(milestones),
    )
