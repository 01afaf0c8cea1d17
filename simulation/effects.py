"""What a support does to a school's level, as plain functions of numbers that every engine calls.

effect = prior mean x dose share x fidelity x ramp x load, in student SD a year while the support is in force, so a
level grows by the area under that curve. A programme is in force for about a year, the time over which published
effects are measured, even if its delivery is shorter; whole-school change for three. What has been gained fades
afterwards unless it became routine.
Times are months. Sources stand on the cards (``parameters.py``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp

from simulation.parameters import Parameters

LONGEST_CURVE_MONTHS = 120
"""Past this a ramp is at its end: longer than any horizon together with what came before it."""

Curve = tuple[float, ...]


class Ramp(StrEnum):
    """How a support comes into its own."""

    IMMEDIATE = "IMMEDIATE"
    """Given to students directly: full from the day it takes hold, fading from the day it ends."""
    PRACTICE = "PRACTICE"
    """Changes how adults teach: full from the day it takes hold, for a year, and longer if it becomes routine."""
    WHOLE_SCHOOL = "WHOLE_SCHOOL"
    """Restructures a school: a share in each of three years."""

    @property
    def organizational(self) -> bool:
        """Whether it changes adults' work, and so may dip, be set back by a departure, and become routine."""
        return self is not Ramp.IMMEDIATE


@dataclass(frozen=True, slots=True)
class Curves:
    """The shapes of effects, tabulated by month once for every engine.

    ``accrued[ramp][m]``: the share of full effect summed over the first m months in force, and ``in_force[ramp]`` how
    many months it grows. ``implementation[m]``: how far a practice is in use in its month m, a share. ``kept_after_*``:
    what is left of a gain then; lines between, and the last share ever after.
    """

    accrued: Mapping[Ramp, Curve]
    in_force: Mapping[Ramp, float]
    implementation: Curve
    kept_after_one_year: float
    kept_after_two_years: float

    @classmethod
    def of(cls, parameters: Parameters) -> "Curves":
        """Tabulate the ramps that the cards describe."""
        midpoint, spread = parameters["ramp.implementation_midpoint"], parameters["ramp.implementation_spread"]
        years = [parameters[f"ramp.whole_school_year_{year}"] for year in (1, 2, 3)]
        programme = int(parameters["ramp.programme_months"])
        accrued = {
            Ramp.IMMEDIATE: _running_sum([1.0] * programme),
            Ramp.PRACTICE: _running_sum([1.0] * programme),
            Ramp.WHOLE_SCHOOL: _running_sum([share for share in years for _ in range(12)]),
        }
        months = range(LONGEST_CURVE_MONTHS)
        return cls(
            accrued,
            {ramp: float(len(curve) - 1) for ramp, curve in accrued.items()},
            tuple(1.0 / (1.0 + exp((midpoint - month - 0.5) / spread)) for month in months),
            parameters["fade.after_one_year"],
            parameters["fade.after_two_years"],
        )


def _running_sum(shares: Sequence[float]) -> Curve:
    sums = [0.0]
    for share in shares:
        sums.append(sums[-1] + share)
    return tuple(sums)


def read_curve(curve: Curve, months: float) -> float:
    """Return a running sum, or any curve given at whole months, read between them; its last value afterwards."""
    month = int(months)
    if month >= len(curve) - 1:
        return curve[-1]
    return curve[month] + (months - month) * (curve[month + 1] - curve[month])


def gain(amplitude: float, strength: float, accrued: Curve, clock: float, elapsed: float) -> float:
    """Return the student SD gained in ``elapsed`` months in force after ``clock`` such months.

    ``amplitude`` is in student SD a year; ``strength`` the product of fidelity reached and load.
    """
    return amplitude * strength * (read_curve(accrued, clock + elapsed) - read_curve(accrued, clock)) / 12.0


def kept_share(curves: Curves, months: float) -> float:
    """Return the share of a gain that is left ``months`` after its support ended."""
    if months >= 24.0:
        return curves.kept_after_two_years
    if months >= 12.0:
        lost = curves.kept_after_one_year - curves.kept_after_two_years
        return curves.kept_after_one_year - lost * (months - 12.0) / 12.0
    return 1.0 - (1.0 - curves.kept_after_one_year) * months / 12.0


def dip(depth: float, months: float, deepest: float, over: float) -> float:
    """Return a passing loss: 0 at the start, ``-depth`` at ``deepest`` months, 0 again from ``over`` on."""
    if months <= 0.0 or months >= over:
        return 0.0
    if months <= deepest:
        return -depth * months / deepest
    return -depth * (over - months) / (over - deepest)


def dose_share(received: float, wanted: float) -> float:
    """Return the share of the need that is met, at most 1."""
    return min(1.0, received / wanted) if wanted > 0.0 else 0.0


def load_factor(active: int, free: float, cost_each: float) -> float:
    """Return what is left of every effect in a school with ``active`` initiatives, ``free`` of which cost nothing."""
    return max(0.0, 1.0 - cost_each * max(0.0, active - free))


def best_of(effects: Sequence[float], diminishing: float) -> float:
    """Only the strongest effect counts; losses are kept."""
    return max([effect for effect in effects if effect > 0.0], default=0.0) + sum(
        effect for effect in effects if effect < 0.0
    )


def random_overlap(effects: Sequence[float], diminishing: float) -> float:
    """Effects that reach students independently of each other: what one has gained the next cannot gain again."""
    left = 1.0
    for effect in effects:
        left *= 1.0 - effect
    return 1.0 - left


def additive(effects: Sequence[float], diminishing: float) -> float:
    """Every effect counts in full."""
    total = 0.0
    for effect in effects:
        total += effect
    return total


def saturating(effects: Sequence[float], diminishing: float) -> float:
    """The largest effect counts in full, each further one for the share ``diminishing`` of the one before."""
    total, weight = 0.0, 1.0
    for effect in sorted(effects, key=abs, reverse=True):
        total += weight * effect
        weight *= diminishing
    return total


Overlap = Callable[[Sequence[float], float], float]

OVERLAPS: Mapping[str, Overlap] = {
    "BEST_OF": best_of,
    "RANDOM_OVERLAP": random_overlap,
    "ADDITIVE": additive,
    "SATURATING": saturating,
}
DEFAULT_OVERLAP = "SATURATING"
