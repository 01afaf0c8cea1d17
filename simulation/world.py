"""The inputs of an experiment in canonical order, with everything that no replication changes worked out once.

Canonical order is by identity: schools by id, goals by school and id, milestones by goal, due date and id. An index in
this order is the *code* of an entity: it decides between simultaneous events and equal priorities.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.goals import ImplementationStage, MilestoneKind
from domain.supports import PoolKind
from simulation.clock import ticks
from simulation.effects import Curves
from simulation.inputs import (
    ExperimentInputs,
    GoalInput,
    IndicatorInput,
    MilestoneInput,
    OngoingInput,
    PoolInput,
    SchoolInput,
    SupportInput,
)
from simulation.parameters import Parameters
from simulation.streams import FloatArray, UintArray, entity_key

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MARK_EVERY_MONTHS = 3
"""Trajectories are kept by quarter: a band is read, not differentiated."""


@dataclass(frozen=True, slots=True)
class PracticeMilestone:
    """A milestone of implementation or professional practice: so many supported months, or a fidelity, by ``due``."""

    index: int
    months: float | None
    fidelity: float | None
    due: int


@dataclass(frozen=True, slots=True)
class World:
    """Shapes: n schools, g goals, k milestones, j occasions, q marks. Levels are in each goal's own unit.

    ``sign`` is +1 where improvement is upward. ``path`` is the straight line to the aim at each occasion, ``noise_sd``
    a reading's error. ``assessed`` are the milestones judged by readings and ``counts``, shape (k', j), the occasions
    that count for each. ``practice`` and ``evaluations`` are the others, by goal.
    """

    inputs: ExperimentInputs
    parameters: Parameters
    curves: Curves
    horizon: int
    schools: tuple[SchoolInput, ...]
    indicators: tuple[IndicatorInput, ...]
    goals: tuple[GoalInput, ...]
    supports: tuple[SupportInput, ...]
    pools: tuple[PoolInput, ...]
    milestones: tuple[MilestoneInput, ...]
    milestone_goal: IntArray
    milestone_due: IntArray
    goals_of_school: tuple[tuple[int, ...], ...]
    pools_of_school: tuple[dict[str, tuple[int, ...]], ...]
    school_of_goal: IntArray
    indicator_of_goal: IntArray
    sign: FloatArray
    unit: FloatArray
    aim: FloatArray
    statewide_level: FloatArray
    between_sd: FloatArray
    lowest: FloatArray
    highest: FloatArray
    noise_sd: FloatArray
    marks: IntArray
    path: FloatArray
    path_at_start: FloatArray
    assessed: IntArray
    threshold: FloatArray
    counts: BoolArray
    practice: tuple[tuple[PracticeMilestone, ...], ...]
    evaluations: IntArray
    school_keys: UintArray
    goal_keys: UintArray
    series_keys: UintArray
    group_keys: UintArray
    indicator_keys: UintArray
    district_keys: UintArray
    support_keys: UintArray
    milestone_keys: UintArray
    district_of_goal: IntArray

    def ongoing_codes(self, held: OngoingInput) -> tuple[int, int, int]:
        """Return the codes of an ongoing support's goal, support and pool."""
        goal = next(g for g, goal in enumerate(self.goals) if goal.id == held.goal_id)
        support = next(k for k, support in enumerate(self.supports) if support.id == held.support_id)
        return goal, support, next(p for p, pool in enumerate(self.pools) if pool.id == held.pool_id)

    @property
    def visited(self) -> bool:
        """Whether schools wait for a site visit: some pool of the experiment holds teams."""
        return any(pool.kind == PoolKind.SITE_VISIT_TEAMS for pool in self.pools)


@lru_cache(maxsize=4)
def world_of(inputs: ExperimentInputs) -> World:
    """Return ``inputs`` in canonical order. Kept for the experiments used last."""
    parameters = Parameters(inputs.parameters)
    schools = tuple(sorted(inputs.schools, key=lambda school: school.id))
    school_index = {school.id: index for index, school in enumerate(schools)}
    goals = tuple(sorted(inputs.goals, key=lambda goal: (goal.school_id, goal.id)))
    indicators = tuple(sorted(inputs.indicators, key=lambda indicator: indicator.id))
    indicator_index = {indicator.id: index for index, indicator in enumerate(indicators)}
    of_goal = np.array([indicator_index[goal.indicator_id] for goal in goals], dtype=np.int64)
    school_of_goal = np.array([school_index[goal.school_id] for goal in goals], dtype=np.int64)
    pools = tuple(sorted(inputs.pools, key=lambda pool: pool.id))
    placed = [
        (g, milestone)
        for g, goal in enumerate(goals)
        for milestone in sorted(goal.milestones, key=lambda held: (held.due_month, held.id))
    ]
    milestones = tuple(milestone for _, milestone in placed)
    assessed = [k for k, milestone in enumerate(milestones) if milestone.threshold is not None]
    series = [(schools[s].district_id, indicators[i].id) for s, i in zip(school_of_goal, of_goal, strict=True)]
    district_series = sorted(set(series))
    parts = [indicators[i] for i in of_goal]
    noise = [
        (part.noise_floor_sd**2 + part.noise_per_pupil_sd**2 / max(goal.tested, 1.0)) ** 0.5
        for part, goal in zip(parts, goals, strict=True)
    ]
    return World(
        inputs=inputs,
        parameters=parameters,
        curves=Curves.of(parameters),
        horizon=ticks(float(inputs.horizon_months)),
        schools=schools,
        indicators=indicators,
        goals=goals,
        supports=tuple(sorted(inputs.supports, key=lambda support: support.id)),
        pools=pools,
        milestones=milestones,
        milestone_goal=np.array([g for g, _ in placed], dtype=np.int64),
        milestone_due=np.array([ticks(milestone.due_month) for milestone in milestones], dtype=np.int64),
        goals_of_school=tuple(tuple(int(g) for g in np.flatnonzero(school_of_goal == s)) for s in range(len(schools))),
        pools_of_school=tuple(_pools_open_to(school, pools) for school in schools),
        school_of_goal=school_of_goal,
        indicator_of_goal=of_goal,
        sign=np.array([1.0 if goal.upward else -1.0 for goal in goals]),
        unit=np.array([part.student_sd for part in parts]),
        aim=np.array([goal.aim for goal in goals]),
        statewide_level=np.array([part.statewide_level for part in parts]),
        between_sd=np.array([part.between_sd for part in parts]),
        lowest=np.array([part.lowest for part in parts]),
        highest=np.array([part.highest for part in parts]),
        noise_sd=np.array(noise),
        marks=_marks(inputs.horizon_months),
        path=np.array([[_path(goal, occasion.month) for occasion in inputs.occasions] for goal in goals]).reshape(
            len(goals), len(inputs.occasions)
        ),
        path_at_start=np.array([_path(goal, 0.0) for goal in goals]),
        assessed=np.array(assessed, dtype=np.int64),
        threshold=np.array([milestones[k].threshold or 0.0 for k in assessed]),
        counts=_counts(inputs, [(goals[placed[k][0]], milestones[k]) for k in assessed]),
        practice=_practice(goals, placed, parameters),
        evaluations=np.array(
            [k for k, milestone in enumerate(milestones) if milestone.kind == MilestoneKind.EVALUATION], dtype=np.int64
        ),
        school_keys=_keys([school.id for school in schools]),
        goal_keys=_keys([goal.id for goal in goals]),
        series_keys=_keys([f"{goal.school_id}|{goal.indicator_id}" for goal in goals]),
        group_keys=_keys([f"{goal.school_id}|{goal.indicator_id}|{goal.student_group}" for goal in goals]),
        indicator_keys=_keys([indicator.id for indicator in indicators]),
        district_keys=_keys([f"{district}|{indicator}" for district, indicator in district_series]),
        support_keys=_keys([support.id for support in sorted(inputs.supports, key=lambda support: support.id)]),
        milestone_keys=_keys([milestone.id for milestone in milestones]),
        district_of_goal=np.array([district_series.index(pair) for pair in series], dtype=np.int64),
    )


def _keys(texts: list[str]) -> UintArray:
    return np.array([entity_key(text) for text in texts], dtype=np.uint64)


def _marks(horizon_months: int) -> IntArray:
    """Return the months at which levels are kept: each quarter, and the horizon."""
    marks = list(range(0, horizon_months + 1, MARK_EVERY_MONTHS))
    if marks[-1] != horizon_months:
        marks.append(horizon_months)
    return np.array(marks, dtype=np.int64)


def _path(goal: GoalInput, month: float) -> float:
    """Return the straight path from the baseline to the aim, flat before and after."""
    share = (month - goal.baseline_month) / (goal.due_month - goal.baseline_month)
    return goal.baseline + (goal.aim - goal.baseline) * min(1.0, max(0.0, share))


def _pools_open_to(school: SchoolInput, pools: tuple[PoolInput, ...]) -> dict[str, tuple[int, ...]]:
    """Return, by kind, the pools a school may draw on: its district's own before the state's."""
    open_to: dict[str, list[tuple[bool, int]]] = {}
    for index, pool in enumerate(pools):
        if pool.district_id is None or pool.district_id == school.district_id:
            open_to.setdefault(pool.kind, []).append((pool.district_id is None, index))
    return {kind: tuple(index for _, index in sorted(found)) for kind, found in open_to.items()}


def _counts(inputs: ExperimentInputs, assessed: list[tuple[GoalInput, MilestoneInput]]) -> BoolArray:
    """Return which occasions count for which assessed milestone: after the baseline, by the due date, of its kind."""
    counted = [
        [
            goal.baseline_month < occasion.month <= milestone.due_month
            and (occasion.annual or milestone.kind == MilestoneKind.INTERIM_ASSESSMENT)
            for occasion in inputs.occasions
        ]
        for goal, milestone in assessed
    ]
    return np.array(counted, dtype=np.bool_).reshape(len(assessed), len(inputs.occasions))


def _practice(
    goals: tuple[GoalInput, ...], placed: list[tuple[int, MilestoneInput]], parameters: Parameters
) -> tuple[tuple[PracticeMilestone, ...], ...]:
    """Return, by goal, the milestones that depend on its practice."""
    by_goal: list[list[PracticeMilestone]] = [[] for _ in goals]
    for index, (g, milestone) in enumerate(placed):
        due = ticks(milestone.due_month)
        if milestone.stage is not None:
            early = milestone.stage == ImplementationStage.EXPLORATION
            months = 0.0 if early else parameters[f"practice.{milestone.stage.lower()}"]
            by_goal[g].append(PracticeMilestone(index, months, None, due))
        elif milestone.fidelity is not None:
            by_goal[g].append(PracticeMilestone(index, None, milestone.fidelity, due))
    return tuple(tuple(found) for found in by_goal)


def months_until(world: World, fidelity_reached: float, required: float) -> float | None:
    """Return the supported months until fidelity is ``required``, for a school that reaches ``fidelity_reached``.

    None if it never does.
    """
    in_use = world.curves.implementation
    month = bisect_left(in_use, required, key=lambda share: fidelity_reached * share)
    return float(month) if month < len(in_use) else None
