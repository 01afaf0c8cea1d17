"""Freezing the plan: from what a state has recorded to everything a forecast depends on.

Each indicator is calibrated from the state's own panel, every goal's school is placed by its Kalman posterior, and a
goal that the data cannot carry is left out with the reason (``Unforecastable``), never with a number.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.calendar import ANNUAL_TEST, annual_test_day, school_year
from domain.errors import InvalidInput
from domain.goals import Goal, ImplementationStage, Milestone, MilestoneKind
from domain.identity import IndicatorId, OrganizationId
from domain.indicators import ALL_STUDENTS, Indicator, Observation, ObservedValue, Occasion
from domain.organizations import DesignationKind, Organization, OrganizationKind
from domain.scenarios import Scenario, months_into
from domain.supports import Assignment, Pool, PoolKind, Support, SupportKind
from simulation.effects import DEFAULT_OVERLAP, Ramp
from simulation.inputs import (
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
from simulation.months import calendar_months, month_of
from simulation.outcomes import Unforecastable
from simulation.parameters import MODEL_VERSION, Parameters
from simulation.promises import Promise, capacity_steps, ongoing_supports, promised_elsewhere
from simulation.standing import GroupHistory, IndicatorStanding, NoStanding, stand

INTERIM_MONTHS_AFTER_TEST = (5, 8, 10)
"""Interim assessments fall in October, January and March, and the annual one in May: the quarters of a school year."""

TIERS = {DesignationKind.CSI: 0, DesignationKind.TSI: 1, DesignationKind.ATSI: 1}
LEAST_INTENSIVE_TIER = 2
USUAL_LEADERSHIP_CAPACITY = 0.5
"""Where no capacity profile says otherwise: below what autonomy asks for."""

WHOLE_SCHOOL_KEYS = frozenset({"turnaround", "whole_school", "restart", "transformation"})
"""Catalogue keys of supports that restructure a school, whatever they are drawn from."""

_RAMPS = {SupportKind.TUTORING: Ramp.IMMEDIATE, SupportKind.FUNDS: Ramp.IMMEDIATE}
_DURATIONS = {
    SupportKind.COACHING: "coaching",
    SupportKind.PROFESSIONAL_LEARNING: "cohort",
    SupportKind.TECHNICAL_ASSISTANCE: "assistance",
    SupportKind.TEMPLATE: "assistance",
    SupportKind.TUTORING: "tutoring",
    SupportKind.FUNDS: "grant",
}


@dataclass(frozen=True, slots=True)
class PlanSnapshot:
    """One state's plan as it stands: ``schools`` are all its schools, not only those with goals.

    ``observations`` may hold any occasion, student group and reading state; the calibration uses the annual readings of
    all students. ``scale_breaks`` names, by indicator, the school years from which a new scale holds.
    """

    state: Organization
    districts: Sequence[Organization]
    schools: Sequence[Organization]
    indicators: Sequence[Indicator]
    observations: Sequence[Observation | ObservedValue]
    goals: Sequence[Goal]
    supports: Sequence[Support]
    pools: Sequence[Pool]
    assignments: Sequence[Assignment] = ()
    scale_breaks: Mapping[IndicatorId, Sequence[int]] = field(default_factory=dict)
    leadership_capacity: Mapping[OrganizationId, float] = field(default_factory=dict)


def freeze(
    snapshot: PlanSnapshot,
    scenarios: Sequence[Scenario],
    *,
    seed: int = 0,
    parameters: Parameters | None = None,
    overlap: str = DEFAULT_OVERLAP,
) -> ExperimentInputs:
    """Return everything that a forecast of ``scenarios`` depends on; the first is what the others are compared with.

    Raises ``InvalidInput`` if there is no scenario or they differ in start or horizon, and what ``Scenario.check``
    raises.
    """
    parameters = parameters or Parameters()
    start, horizon = _common_frame(scenarios)
    for scenario in scenarios:
        scenario.check(snapshot.pools)
    standings = _standings(snapshot, start)
    schools = {school.id: school for school in snapshot.schools}
    indicators = {indicator.id: indicator for indicator in snapshot.indicators}
    goals: list[GoalInput] = []
    refused: list[Unforecastable] = []
    for goal in sorted(snapshot.goals, key=lambda held: str(held.id)):
        if goal.target.due <= start:
            continue
        try:
            school = _forecastable_school(goal, schools, start)
            standing = standings[goal.indicator_id]
            if isinstance(standing, NoStanding):
                raise standing
            goals.append(_goal(goal, school, standing, parameters, start, horizon))
        except NoStanding as refusal:
            refused.append(Unforecastable(str(goal.id), refusal.reason, refusal.message))
    cohort = {goal.school_id for goal in goals}
    used = {goal.indicator_id for goal in goals}
    pools = sorted(snapshot.pools, key=lambda pool: str(pool.id))
    districts = {str(district.id) for district in snapshot.districts}
    supports = _supports(snapshot.supports, {pool.kind for pool in pools}, parameters)
    ongoing = ongoing_supports(snapshot.assignments, goals, supports, start)
    elsewhere = promised_elsewhere(snapshot.assignments, snapshot.pools, {held.id for held in ongoing}, start, horizon)
    frozen = ExperimentInputs(
        model_version=MODEL_VERSION,
        seed=seed,
        starts_on=start,
        horizon_months=horizon,
        overlap=overlap,
        parameters=parameters.cards,
        schools=_schools([school for school in snapshot.schools if str(school.id) in cohort], snapshot, start),
        indicators=tuple(
            _indicator(indicators[identity], standing, start)
            for identity, standing in sorted(standings.items(), key=lambda item: str(item[0]))
            if isinstance(standing, IndicatorStanding) and str(identity) in used
        ),
        goals=tuple(goals),
        supports=supports,
        pools=tuple(
            PoolInput(
                str(pool.id),
                pool.kind.value,
                pool.name,
                pool.unit,
                str(pool.owner_id) if str(pool.owner_id) in districts else None,
            )
            for pool in pools
        ),
        ongoing=ongoing,
        occasions=_occasions(start, horizon),
        year_starts=tuple(
            int(months_into(scenarios[0], year))
            for year in scenarios[0].fiscal_years
            if months_into(scenarios[0], year) > 0
        ),
        scenarios=tuple(_scenario(scenario, snapshot.pools, cohort, elsewhere) for scenario in scenarios),
        unforecastable=tuple(refused),
    )
    # Stored whole numbers may stand for measures; written and read once, equal plans have one hash.
    return ExperimentInputs.from_bytes(frozen.to_bytes())


def _common_frame(scenarios: Sequence[Scenario]) -> tuple[date, int]:
    if not scenarios:
        raise InvalidInput("A forecast needs at least one scenario.", field=("scenarioIds",))
    first = scenarios[0]
    for index, other in enumerate(scenarios):
        if other.starts_on != first.starts_on or other.horizon_months != first.horizon_months:
            raise InvalidInput(
                f"Scenarios are compared over the same months: “{first.name}” covers {first.horizon_months} months "
                f"from {first.starts_on}, “{other.name}” {other.horizon_months} from {other.starts_on}.",
                field=("scenarioIds", index),
            )
    return first.starts_on, first.horizon_months


def _standings(snapshot: PlanSnapshot, start: date) -> dict[IndicatorId, IndicatorStanding | NoStanding]:
    """Return how every indicator with a goal stands, or why nothing can be said of it."""
    wanted = {goal.indicator_id for goal in snapshot.goals if goal.target.due > start}
    groups = {(goal.indicator_id, goal.student_group) for goal in snapshot.goals}
    readings: dict[tuple[IndicatorId, str], list[ObservedValue]] = defaultdict(list)
    for observation in snapshot.observations:
        held = observation if isinstance(observation, ObservedValue) else _observed(observation)
        if held is None or held.observed_on > start or held.indicator_id not in wanted:
            continue
        key = (held.indicator_id, held.student_group)
        if held.student_group == ALL_STUDENTS or key in groups:
            readings[key].append(held)
    known = {district.id for district in snapshot.districts}
    parents = [school.parent_on(start) for school in snapshot.schools]
    districts = [str(parent) if parent in known else "" for parent in parents]
    standings: dict[IndicatorId, IndicatorStanding | NoStanding] = {}
    for indicator in snapshot.indicators:
        if indicator.id not in wanted:
            continue
        by_group = {group: held for (identity, group), held in readings.items() if identity == indicator.id}
        try:
            standings[indicator.id] = stand(
                indicator, snapshot.schools, districts, by_group, snapshot.scale_breaks.get(indicator.id, ()), start
            )
        except NoStanding as refusal:
            standings[indicator.id] = refusal
    for identity in wanted - standings.keys():
        standings[identity] = NoStanding("UNKNOWN_INDICATOR", "its indicator is not in the catalogue.")
    return standings


def _observed(observation: Observation) -> ObservedValue | None:
    """Return what was observed, or None where nothing was: suppressed, missing and not applicable are no readings."""
    reading = observation.reading
    if reading.value is None:
        return None
    return ObservedValue(
        observation.organization_id,
        observation.indicator_id,
        observation.student_group,
        observation.occasion,
        observation.observed_on,
        reading.value,
        reading.tested,
    )


def _forecastable_school(goal: Goal, schools: Mapping[OrganizationId, Organization], start: date) -> Organization:
    school = schools.get(goal.organization_id)
    if school is None or school.kind is not OrganizationKind.SCHOOL:
        raise NoStanding("NOT_A_SCHOOL", "only goals of schools are simulated so far.")
    if not school.open_on(start):
        raise NoStanding("SCHOOL_CLOSED", f"{school.name} is not open on {start}.")
    return school


def _goal(
    goal: Goal, school: Organization, standing: IndicatorStanding, parameters: Parameters, start: date, horizon: int
) -> GoalInput:
    placed = standing.place(school.id, goal.student_group)
    open_milestones = [
        milestone for milestone in goal.milestones if _open(milestone, goal, placed.history, start, horizon)
    ]
    for milestone in open_milestones:
        if milestone.threshold is not None:
            standing.require_reachable(milestone.threshold, goal.direction.upward)
    return GoalInput(
        id=str(goal.id),
        title=goal.title,
        school_id=str(school.id),
        indicator_id=str(goal.indicator_id),
        student_group=goal.student_group,
        upward=goal.direction.upward,
        baseline=goal.target.baseline,
        baseline_month=month_of(goal.target.baseline_on, start),
        aim=goal.target.aim,
        due_month=month_of(goal.target.due, start),
        level_mean=placed.level_mean,
        level_sd=placed.level_sd,
        long_run_mean=placed.long_run_mean,
        long_run_sd=placed.long_run_sd,
        correlation=placed.correlation,
        deviation_mean=placed.deviation_mean,
        deviation_sd=placed.deviation_sd,
        tested=placed.tested,
        last_reading=placed.last_reading,
        practice_months=_practice_months(goal, parameters, start),
        milestones=tuple(
            MilestoneInput(
                str(milestone.id),
                milestone.kind.value,
                month_of(milestone.due, start),
                milestone.threshold,
                milestone.required_stage.value if milestone.required_stage else None,
                milestone.required_fidelity,
            )
            for milestone in sorted(open_milestones, key=lambda held: (held.due, str(held.id)))
        ),
    )


def _open(milestone: Milestone, goal: Goal, history: GroupHistory, start: date, horizon: int) -> bool:
    """Whether a milestone is still to be decided, within the horizon."""
    if milestone.due <= start or month_of(milestone.due, start) > horizon:
        return False
    if milestone.attained_on is not None and milestone.attained_on <= start:
        return False
    if milestone.threshold is None:
        return True
    counted = {Occasion.ANNUAL}
    if milestone.kind is MilestoneKind.INTERIM_ASSESSMENT:
        counted.add(Occasion.INTERIM)
    return not any(
        held.occasion in counted
        and goal.target.baseline_on < held.observed_on <= milestone.due
        and goal.direction.reached(held.value, milestone.threshold)
        for held in history
    )


def stage_months(stage: ImplementationStage, parameters: Parameters) -> float:
    """Return the supported months in which a practice reaches ``stage``."""
    if stage is ImplementationStage.EXPLORATION:
        return 0.0
    return parameters[f"practice.{stage.value.lower()}"]


def _practice_months(goal: Goal, parameters: Parameters, start: date) -> float:
    """Return how far the goal's practice is in use: the highest stage attained, and the school's own effort since.

    Without an attained stage the effort counts from the goal's baseline. A stage that is still open has not been
    reached, so the practice is short of it.
    """
    stages = [
        (stage_months(milestone.required_stage, parameters), milestone.attained_on)
        for milestone in goal.milestones
        if milestone.required_stage is not None
    ]
    attained = [(needed, on) for needed, on in stages if on is not None and on <= start]
    reached, since = max(attained, default=(0.0, goal.target.baseline_on))
    by_effort = reached + parameters["practice.own_pace"] * max(0.0, -month_of(since, start))
    still_open = [needed for needed, on in stages if needed > reached and (on is None or on > start)]
    short = parameters["practice.short_of_next"]
    return max(reached, min([by_effort, *(needed - short for needed in still_open)]))


def _schools(cohort: Sequence[Organization], snapshot: PlanSnapshot, start: date) -> tuple[SchoolInput, ...]:
    year = school_year(start)
    known = [share for school in snapshot.schools if (share := _latest(school, year)[1]) is not None]
    usual_share = sum(known) / len(known) if known else 0.5
    sizes = sorted(size for school in snapshot.schools if (size := _latest(school, year)[0]) is not None)
    usual_size = sizes[len(sizes) // 2] if sizes else 0
    frozen = []
    for school in sorted(cohort, key=lambda held: str(held.id)):
        enrolment, share = _latest(school, year)
        designation = school.designation_on(start)
        frozen.append(
            SchoolInput(
                id=str(school.id),
                name=school.name,
                district_id=str(school.parent_on(start) or ""),
                tier=TIERS[designation.kind] if designation else LEAST_INTENSIVE_TIER,
                enrolment=usual_size if enrolment is None else enrolment,
                share_disadvantaged=usual_share if share is None else share,
                leadership_capacity=snapshot.leadership_capacity.get(school.id, USUAL_LEADERSHIP_CAPACITY),
            )
        )
    return tuple(frozen)


def _latest(school: Organization, year: int) -> tuple[int | None, float | None]:
    """Return the last known enrolment and share disadvantaged up to a school year."""
    enrolment: int | None = None
    share: float | None = None
    for profile in sorted(school.profiles, key=lambda held: held.year):
        if profile.year <= year:
            enrolment = profile.enrolment if profile.enrolment is not None else enrolment
            share = profile.share_disadvantaged if profile.share_disadvantaged is not None else share
    return enrolment, share


def _indicator(indicator: Indicator, standing: IndicatorStanding, start: date) -> IndicatorInput:
    learnt = standing.calibration
    low, high = learnt.intervals.get("drift_per_year", (learnt.drift_per_year, learnt.drift_per_year))
    return IndicatorInput(
        id=str(indicator.id),
        key=indicator.key,
        name=indicator.name,
        higher_is_better=indicator.higher_is_better,
        lowest=indicator.lowest,
        highest=indicator.highest,
        origin_month=min(0, calendar_months(annual_test_day(standing.last_year), start)),
        statewide_level=standing.statewide_level,
        between_sd=learnt.between_sd,
        student_sd=indicator.student_sd if indicator.student_sd is not None else learnt.student_sd,
        drift_per_year=learnt.drift_per_year,
        drift_sd=(high - low) / (2 * 1.96),
        year_shock_sd=learnt.year_shock_sd,
        district_shock_sd=learnt.district_shock_sd,
        reversion_per_year=learnt.reversion_per_year,
        walk_sd_per_year=learnt.walk_sd_per_year,
        noise_floor_sd=learnt.noise_floor_sd,
        noise_per_pupil_sd=learnt.noise_per_pupil_sd,
        source=learnt.source,
    )


def _supports(
    supports: Sequence[Support], held_kinds: set[PoolKind], parameters: Parameters
) -> tuple[SupportInput, ...]:
    """Return the supports a school can ask for: site visits come by themselves, and nothing comes from no pool."""

    def funds(support: Support) -> int:
        if PoolKind.FUNDS not in held_kinds or support.draws_on is PoolKind.FUNDS:
            return 0
        return int(parameters[f"funds.{support.kind.value}"])

    def restructures(support: Support) -> bool:
        return support.key in WHOLE_SCHOOL_KEYS

    return tuple(
        SupportInput(
            id=str(support.id),
            key=support.key,
            name=support.name,
            kind=support.kind.value,
            pool_kind=support.draws_on.value,
            units=int(parameters[f"units.{support.kind.value}"]),
            funds=funds(support),
            mean=support.effect.mean_in_use,
            sd=support.effect.sd,
            ramp=(Ramp.WHOLE_SCHOOL if restructures(support) else _RAMPS.get(support.kind, Ramp.PRACTICE)).value,
            duration="turnaround" if restructures(support) else _DURATIONS[support.kind],
        )
        for support in sorted(supports, key=lambda held: str(held.id))
        if support.draws_on in held_kinds and support.kind is not SupportKind.SITE_VISIT
    )


def _occasions(start: date, horizon: int) -> tuple[OccasionInput, ...]:
    """Return the days of the horizon on which schools are measured."""
    found = []
    for year in range(start.year - 1, start.year + horizon // 12 + 2):
        test = date(year, *ANNUAL_TEST)
        for after in (0, *INTERIM_MONTHS_AFTER_TEST):
            mark = calendar_months(test, start) + after
            month = month_of(test, start) + after
            if month > 0 and mark >= 0 and month <= horizon:
                found.append(OccasionInput(month, mark, annual=after == 0))
    return tuple(sorted(found, key=lambda held: held.month))


def _scenario(
    scenario: Scenario, pools: Sequence[Pool], cohort: set[str], elsewhere: Sequence[Promise]
) -> ScenarioInput:
    return ScenarioInput(
        id=str(scenario.id),
        name=scenario.name,
        policy=scenario.policy.kind.value,
        weights=tuple(
            NeedWeight(term.value, float(weight)) for term, weight in sorted(scenario.policy.weights.items())
        ),
        pins=tuple(
            PinInput(str(pin.pool_id), str(pin.organization_id))
            for pin in scenario.policy.pins
            if str(pin.organization_id) in cohort
        ),
        pools=tuple(
            PoolCapacity(
                str(held.pool_id),
                capacity_steps(scenario, held.pool_id, held.capacity, elsewhere),
            )
            for held in sorted(scenario.allocation, key=lambda allocated: str(allocated.pool_id))
        ),
        cost=sum(scenario.cost(pools).values()),
    )
