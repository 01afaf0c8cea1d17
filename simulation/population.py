"""One replication's schools: where they truly stand, what will move them whatever is allocated, and how it is read.

Nothing here depends on a scenario, so all scenarios of a replication share it: that is how they share luck. The level
of a school's indicator, in its own unit, follows

    x[m+1] = long run + (1 - reversion)^(1/12) (x[m] - long run) + own walk + district shock
    level  = x + statewide drift and year shocks + departures of leaders and teachers + the student group's deviation

by months from the last year read to the horizon. All is NumPy over goals; the engines only read it.
"""

from dataclasses import dataclass

import numpy as np

from simulation.clock import TICKS_PER_MONTH
from simulation.distributions import exponential, lognormal, normal
from simulation.streams import FloatArray, Purpose, UintArray, streams, uniforms, world_key
from simulation.world import IntArray, World

MOST_TURNOVER = 0.9
_DEPARTURES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Population:
    """Shapes: n schools, g goals, j occasions, q marks, y summers.

    ``levels`` (g, q) and ``readings`` (g, j) are what they would be without any support. ``departures``: ticks at which
    each school's leader leaves. ``teachers_leaving`` (n, y): the share of teachers who leave in each summer of the
    horizon. ``fidelity`` (n,): what a school reaches in the end. ``pace`` (g,): how
    fast a goal's practice comes into use, 1 on average. ``support_effects``: student SD a year by support.
    ``evaluated``: by evaluation milestone, the month in which it is done.
    """

    world_key: int
    levels: FloatArray
    readings: FloatArray
    departures: tuple[tuple[int, ...], ...]
    teachers_leaving: FloatArray
    fidelity: FloatArray
    pace: FloatArray
    support_effects: FloatArray
    evaluated: FloatArray


def draw_population(world: World, replication: int) -> Population:
    """Return the population of one replication: a pure function of the inputs, their seed and ``replication``."""
    key = world_key(world.inputs.seed, replication)
    departures = _departures(world, key)
    leaving = _teachers_leaving(world, key)
    levels = (
        _levels(world, key)
        + (world.sign * world.unit)[:, None] * (_people(world, departures, leaving)[world.school_of_goal])
    )
    occasions = world.inputs.occasions
    noise = _normals(key, world.group_keys, Purpose.NOISE, len(occasions), first=0)
    readings = levels[:, [occasion.mark for occasion in occasions]] + world.noise_sd[:, None] * noise
    parameters = world.parameters
    reached = _normals(key, world.school_keys, Purpose.FIDELITY, 1)[:, 0]
    means = np.array([support.mean for support in world.supports])
    spreads = np.array([support.sd for support in world.supports])
    late = uniforms(streams(key, world.milestone_keys[world.evaluations], Purpose.EVALUATION), 1)[:, 0]
    due = np.array([world.milestones[k].due_month for k in world.evaluations])
    return Population(
        world_key=key,
        levels=levels[:, world.marks],
        readings=readings,
        departures=departures,
        teachers_leaving=leaving,
        fidelity=np.clip(parameters["fidelity.mean"] + parameters["fidelity.sd"] * reached, 0.05, 1.0),
        pace=lognormal(1.0, parameters["practice.pace_cv"]).of_each(
            uniforms(streams(key, world.goal_keys, Purpose.PACE), 1)[:, 0]
        ),
        support_effects=means + spreads * _normals(key, world.support_keys, Purpose.EFFECT, 1)[:, 0],
        evaluated=due - parameters["evaluation.lead"] + exponential(parameters["evaluation.slip_mean"]).of_each(late),
    )


def _normals(key: int, entities: UintArray, purpose: Purpose, draws: int, first: int = 0) -> FloatArray:
    return normal().of_each(uniforms(streams(key, entities, purpose), draws, first))


def _levels(world: World, key: int) -> FloatArray:
    """Return the levels of all goals, shape (g, horizon months + 1), by whole months from the start."""
    horizon = world.inputs.horizon_months
    parts = world.indicators
    of_goal = world.indicator_of_goal
    origin = np.array([part.origin_month for part in parts], dtype=np.int64)[of_goal]
    first = int(origin.min(initial=0))
    steps = horizon - first
    start = world.inputs.starts_on
    calendar_month = start.year * 12 + start.month - 1 + first
    kept = np.array([(1.0 - part.reversion_per_year) ** (1.0 / 12.0) for part in parts])[of_goal]
    monthly = np.array([_monthly_sd(part.reversion_per_year) for part in parts])[of_goal]
    walk = monthly * np.array([part.walk_sd_per_year for part in parts])[of_goal]
    shock = monthly * np.array([part.district_shock_sd for part in parts])[of_goal]
    own = _normals(key, world.series_keys, Purpose.WALK, steps, calendar_month)
    shared = _normals(key, world.district_keys, Purpose.DISTRICT_YEAR, steps, calendar_month)[world.district_of_goal]
    moves = walk[:, None] * own + shock[:, None] * shared
    level, long_run = _starting_levels(world, key)
    statewide = _statewide(world, key, first, steps)[of_goal]
    path: FloatArray = np.empty((len(world.goals), steps + 1))
    deviation = level - long_run
    path[:, 0] = deviation
    for step in range(steps):
        deviation = np.where(first + step >= origin, kept * deviation + moves[:, step], deviation)
        path[:, step + 1] = deviation
    passed = np.arange(first, horizon + 1)[None, :] - origin[:, None]
    since_origin = statewide - statewide[np.arange(len(origin)), origin - first][:, None]
    group = _normals(key, world.group_keys, Purpose.DEVIATION, 1)[:, 0]
    apart = np.array([goal.deviation_mean for goal in world.goals]) + group * np.array(
        [goal.deviation_sd for goal in world.goals]
    )
    levels = path + long_run[:, None] + np.where(passed > 0, since_origin, 0.0) + apart[:, None]
    return np.ascontiguousarray(levels[:, -first:])


def _monthly_sd(reversion: float) -> float:
    """Return the SD of a month's move that makes a year's move, as the calibration has it, one SD."""
    kept = (1.0 - reversion) ** (1.0 / 12.0)
    return float(np.sqrt((1.0 - kept**2) / (1.0 - kept**24))) if 0.0 < kept < 1.0 else float(12.0**-0.5)


def _starting_levels(world: World, key: int) -> tuple[FloatArray, FloatArray]:
    """Return level and long-run level of each goal's school at its origin, drawn from their joint posterior."""
    first = _normals(key, world.series_keys, Purpose.LEVEL, 1)[:, 0]
    second = _normals(key, world.series_keys, Purpose.LONG_RUN, 1)[:, 0]
    together = np.array([goal.correlation for goal in world.goals])
    level = np.array([goal.level_mean for goal in world.goals]) + first * np.array(
        [goal.level_sd for goal in world.goals]
    )
    mixed = together * first + np.sqrt(1.0 - together**2) * second
    long_run = np.array([goal.long_run_mean for goal in world.goals]) + mixed * np.array(
        [goal.long_run_sd for goal in world.goals]
    )
    return level, long_run


def _statewide(world: World, key: int, first: int, steps: int) -> FloatArray:
    """Return the statewide movement of each indicator since month ``first``, shape (i, steps + 1).

    A year's shock comes evenly over the twelve months that end with that year's annual test, in May.
    """
    parts = world.indicators
    start = world.inputs.starts_on
    ends = start.year * 12 + start.month - 1 + first + 1 + np.arange(steps, dtype=np.int64)
    years = (ends + 7) // 12
    drift = (
        np.array([part.drift_per_year for part in parts])
        + np.array([part.drift_sd for part in parts]) * (_normals(key, world.indicator_keys, Purpose.DRIFT, 1)[:, 0])
    )
    earliest = int(years[0])
    shocks = _normals(key, world.indicator_keys, Purpose.STATE_YEAR, int(years[-1]) - earliest + 1, earliest)
    shocks = shocks * np.array([part.year_shock_sd for part in parts])[:, None]
    monthly = (drift[:, None] + shocks[:, years - earliest]) / 12.0
    return np.concatenate([np.zeros((len(parts), 1)), np.cumsum(monthly, axis=1)], axis=1)


def _departures(world: World, key: int) -> tuple[tuple[int, ...], ...]:
    """Return the ticks, up to the horizon, at which each school's leader leaves: a Poisson process."""
    hazard = world.parameters["leader.hazard"]
    if hazard <= 0.0:
        return tuple(() for _ in world.schools)
    stays = exponential(12.0 / hazard)
    keys = streams(key, world.school_keys, Purpose.LEADER)
    elapsed = np.zeros((len(world.schools), 1))
    draws = 0
    found: list[list[int]] = [[] for _ in world.schools]
    while bool((elapsed[:, -1] * TICKS_PER_MONTH <= world.horizon).any()):
        more = elapsed[:, -1:] + np.cumsum(stays.of_each(uniforms(keys, _DEPARTURES_AT_ONCE, draws)), axis=1)
        at = np.floor(more * TICKS_PER_MONTH + 0.5).astype(np.int64)
        for s, k in zip(*np.nonzero((at > 0) & (at <= world.horizon)), strict=True):
            found[s].append(int(at[s, k]))
        elapsed = more
        draws += _DEPARTURES_AT_ONCE
    return tuple(tuple(ticks) for ticks in found)


def _teachers_leaving(world: World, key: int) -> FloatArray:
    """Return the share of each school's teachers who leave in each summer of the horizon, and in the one before."""
    table = lognormal(world.parameters["teachers.turnover"], world.parameters["teachers.turnover_cv"])
    summers = len(world.inputs.year_starts) + 1
    keys = streams(key, world.school_keys, Purpose.TEACHERS)
    return np.minimum(table.of_each(uniforms(keys, summers, world.inputs.starts_on.year)), MOST_TURNOVER)


def _people(world: World, departures: tuple[tuple[int, ...], ...], leaving: FloatArray) -> FloatArray:
    """Return what departures cost each school by month, in student SD, shape (n, horizon months + 1).

    A leader's departure is felt as a dip; overlapping dips count once, the deepest. Teachers' turnover counts as far as
    it differs from the usual one, which the indicator's own drift holds already.
    """
    parameters = world.parameters
    month = np.arange(world.inputs.horizon_months + 1, dtype=np.float64)
    starts: IntArray = np.array((0, *world.inputs.year_starts), dtype=np.int64)
    year = np.searchsorted(starts, np.arange(world.inputs.horizon_months + 1), side="right") - 1
    cost = -parameters["teachers.effect"] * (leaving[:, year] - parameters["teachers.turnover"])
    depth, deepest, over = (parameters[f"leader.{name}"] for name in ("dip", "dip_deepest", "dip_over"))
    for s, ticks in enumerate(departures):
        dips = [_dip(month - tick / TICKS_PER_MONTH, deepest, over) for tick in ticks]
        if dips:
            cost[s] -= depth * np.max(dips, axis=0)
    return cost


def _dip(since: FloatArray, deepest: float, over: float) -> FloatArray:
    """Return the share of the deepest dip felt ``since`` so many months."""
    down, up = since / deepest, (over - since) / (over - deepest)
    return np.clip(np.minimum(down, up), 0.0, None)
