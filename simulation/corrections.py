"""What the Kalman filter misses and earlier origins show: size, poverty, district, other indicators.

Stand at every earlier origin whose target has been read, compare what came with what the filter expected, and regress
the difference on what was known of each school there and then. The regression is shrunk, so that with little to learn
from it says little; each origin is taken about its own mean, so that no year's statewide luck is learnt as a school's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from simulation.calibration import CalibratedPanel
from simulation.kalman import FilteredLevels
from simulation.panel import FloatArray

PENALTY = 1000.0  # on a standardised coefficient, in typical schools: half the weight of the data at 1,000 of them
FARTHER_PENALTY = 3.0  # times as much, on what two years ahead adds to one: its origins overlap
USUAL_FREEDOM = 8.0  # of the Student-t of what is left over: excess kurtosis 1.5
FEWEST_MISSES = 50
_KNOWN_SHARE = 0.4  # of schools for which a covariate must be known before it is used
_NEIGHBOURS = 3.0  # schools whose weight a district's mean is shrunk by


@dataclass(frozen=True, slots=True)
class KnownThen:
    """What is known of every school after one year, shape (n, p), one column a name in ``names``."""

    names: tuple[str, ...]
    columns: FloatArray


@dataclass(frozen=True, slots=True)
class Correction:
    """A shrunken regression of misses on what is known: ``slopes``, shape (p,), per standard deviation of a column.

    ``spread_slopes``, shape (4,), is the law of the logarithm of the scale in a constant, the school's level, its
    square and its size; ``freedom`` is that of the Student-t of what is left.
    """

    names: tuple[str, ...]
    centre: FloatArray
    width: FloatArray
    slopes: FloatArray
    spread_slopes: FloatArray
    freedom: float

    def mean(self, known: KnownThen) -> FloatArray:
        """Return what to add to the filter's expectation, shape (n,)."""
        return ((known.columns - self.centre) / self.width) @ self.slopes

    def stretch(self, known: KnownThen) -> FloatArray:
        """Return what to multiply the filter's standard deviation by to have the Student-t's scale, shape (n,)."""
        return np.asarray(np.exp(_spread_columns(known) @ self.spread_slopes))


def no_correction(names: Sequence[str]) -> Correction:
    """Return the correction that nothing has taught: the filter's mean, its variance in a usual Student-t."""
    flat = np.zeros(len(names))
    shrink = 0.5 * float(np.log((USUAL_FREEDOM - 2.0) / USUAL_FREEDOM))
    return Correction(tuple(names), flat, np.ones(len(names)), flat, np.array([shrink, 0.0, 0.0, 0.0]), USUAL_FREEDOM)


def learn_correction(
    known: Sequence[KnownThen], misses: Sequence[FloatArray], sds: Sequence[FloatArray], prior: Correction | None
) -> Correction | None:
    """Return the correction that earlier origins teach.

    For each origin: what was known, the misses (reading less expectation, shape (n,), NaN where none came) and the
    filter's SDs, shape (n,). ``prior`` is the correction of a nearer horizon, toward which this one is shrunk; without
    it the slopes are shrunk toward 0. With fewer than fifty misses nothing is learnt and the prior is returned.
    """
    taught = [origin for origin, miss in enumerate(misses) if np.isfinite(miss).any()]
    known, misses, sds = [known[o] for o in taught], [misses[o] for o in taught], [sds[o] for o in taught]
    seen = [np.isfinite(miss) for miss in misses]
    if sum(int(each.sum()) for each in seen) < FEWEST_MISSES:
        return prior
    names = known[0].names
    x = np.vstack([then.columns[each] for then, each in zip(known, seen, strict=True)])
    spread_x = np.vstack([_spread_columns(then)[each] for then, each in zip(known, seen, strict=True)])
    sd = np.concatenate([each_sd[each] for each_sd, each in zip(sds, seen, strict=True)])
    miss = np.concatenate(
        [m[each] - np.average(m[each], weights=s[each] ** -2.0) for m, s, each in zip(misses, sds, seen, strict=True)]
    )
    centre, width = x.mean(axis=0), x.std(axis=0)
    width = np.where(width > 1e-9, width, 1.0)
    start = prior.slopes if prior else np.zeros(x.shape[1])
    penalty = PENALTY * (FARTHER_PENALTY if prior else 1.0)
    slopes, left = _robust_ridge((x - centre) / width, miss, sd, start, penalty)
    spread_slopes, freedom = _law_of_spread(left, sd, spread_x)
    return Correction(names, centre, width, slopes, spread_slopes, freedom)


def what_is_known(
    calibrated: CalibratedPanel, filtered: FilteredLevels, sizes: FloatArray, column: int, covariates: Sequence[str]
) -> KnownThen:
    """Return what is known of every school after the year at ``column``, each about the mean of its year, 0 if unknown.

    ``sizes``, shape (n, t), are pupils tested. The levels come in between-school SDs, the others in their own.
    """
    panel, unit = calibrated.panel, calibrated.calibration.between_sd
    level = filtered.level[:, column] / unit
    latest = calibrated.centred[:, column] / unit
    surprise = np.nan_to_num(filtered.surprise[:, column])
    size = _standardised(np.log(sizes[:, column]))
    columns = {
        "level": level,
        "below": np.minimum(level, 0.0),
        "extreme": level**2 - 1.0,
        "latest": np.where(np.isfinite(latest), latest - level, 0.0),
        "long run": filtered.long_run[:, column] / unit - level,
        "size": size,
        "size x level": size * level,
        "district": _others_in_district(panel.districts, level),
        "district surprise": _others_in_district(panel.districts, surprise),
    }
    for label in sorted(set(panel.levels) - {""})[:-1]:
        columns[f"is {label}"] = np.asarray([each == label for each in panel.levels], dtype=np.float64)
    for name in covariates:
        columns[name] = _standardised(panel.covariates[name][:, column])
    return KnownThen(tuple(columns), np.column_stack(list(columns.values())))


def usable_covariates(calibrated: CalibratedPanel) -> tuple[str, ...]:
    """Return the covariates known at the last year for enough schools to be worth a slope."""
    return tuple(
        name
        for name, values in sorted(calibrated.panel.covariates.items())
        if np.isfinite(values[:, -1]).mean() > _KNOWN_SHARE
    )


def _standardised(values: FloatArray) -> FloatArray:
    """Return ``values`` about their mean in their SDs, at most 4 away; 0 where unknown or alike."""
    seen = np.isfinite(values)
    if not seen.any():
        return np.zeros(len(values))
    spread = float(values[seen].std())
    if spread <= 1e-12:
        return np.zeros(len(values))
    return np.where(seen, np.clip((np.where(seen, values, 0.0) - values[seen].mean()) / spread, -4.0, 4.0), 0.0)


def _others_in_district(districts: Sequence[str], values: FloatArray) -> FloatArray:
    """Return the mean over the other schools of each school's district, shrunk toward 0; 0 for one that has none."""
    names, district = np.unique(np.asarray(districts), return_inverse=True)
    count = np.bincount(district, minlength=len(names))[district]
    total = np.bincount(district, weights=values, minlength=len(names))[district]
    known = np.asarray([each != "" for each in districts])
    return np.where(known, (total - values) / (count - 1 + _NEIGHBOURS), 0.0)


def _spread_columns(known: KnownThen) -> FloatArray:
    level = np.clip(known.columns[:, known.names.index("level")], -3.0, 3.0)
    size = known.columns[:, known.names.index("size")]
    return np.column_stack([np.ones_like(level), level, level**2 - 1.0, size])


def _robust_ridge(
    x: FloatArray, miss: FloatArray, sd: FloatArray, start: FloatArray, penalty: float
) -> tuple[FloatArray, FloatArray]:
    """Return slopes, shape (p,), shrunk toward ``start``, and what they leave, by iterated Student-t weights."""
    weight, scale = np.ones(len(miss)), 1.0
    slopes, left = start, miss - x @ start
    for _ in range(6):
        worth = weight / (sd * scale) ** 2
        # A unit of penalty is one typical school's worth of evidence.
        gram = (x * worth[:, None]).T @ x + penalty / (scale**2 * float(np.mean(sd**2))) * np.eye(x.shape[1])
        slopes = start + np.linalg.solve(gram, x.T @ (worth * (miss - x @ start)))
        left = miss - x @ slopes
        far = (left / (sd * scale)) ** 2
        weight = (USUAL_FREEDOM + 1.0) / (USUAL_FREEDOM + far)
        scale *= float(np.sqrt(np.mean(weight * far)))
    return slopes, left


def _law_of_spread(left: FloatArray, sd: FloatArray, columns: FloatArray) -> tuple[FloatArray, float]:
    """Return the scale's slopes, shape (4,), and the Student-t's degrees of freedom, most likely for what is left."""
    prior_sd = np.full(columns.shape[1], 0.1)

    def minus_log_posterior(theta: FloatArray) -> tuple[float, FloatArray]:
        slopes, more = theta[:-1], float(np.exp(theta[-1]))
        freedom = 2.0 + more
        log_scale = np.log(sd) + columns @ slopes
        far = np.exp(2.0 * (np.log(np.abs(left) + 1e-12) - log_scale))
        pull = (freedom + 1.0) * far / (freedom + far)
        grain = special.gammaln((freedom + 1.0) / 2.0) - special.gammaln(freedom / 2.0) - 0.5 * np.log(freedom * np.pi)
        value = float((log_scale + 0.5 * (freedom + 1.0) * np.log1p(far / freedom)).sum() - len(left) * grain)
        by_freedom = 0.5 * (special.digamma((freedom + 1.0) / 2.0) - special.digamma(freedom / 2.0) - 1.0 / freedom)
        slope_gradient = columns.T @ (1.0 - pull) + slopes / prior_sd**2
        freedom_gradient = (0.5 * np.log1p(far / freedom) - 0.5 * pull / freedom).sum() - len(left) * by_freedom
        about = (theta[-1] - np.log(USUAL_FREEDOM - 2.0)) / 0.5**2
        value += float(0.5 * ((slopes / prior_sd) ** 2).sum() + 0.5 * about**2 * 0.5**2)
        return value, np.append(slope_gradient, freedom_gradient * more + about)

    start = np.append(np.zeros(columns.shape[1]), np.log(USUAL_FREEDOM - 2.0))
    found = optimize.minimize(
        minus_log_posterior, start, jac=True, method="L-BFGS-B", bounds=[(-2.0, 2.0)] * 4 + [(-1.0, 5.0)]
    )
    theta = np.asarray(found.x, dtype=np.float64)
    return theta[:-1], 2.0 + float(np.exp(theta[-1]))
