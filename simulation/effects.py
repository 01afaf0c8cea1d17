"""What a support does to a school's level, as plain functions of numbers that every engine calls.

effect = prior mean x dose share x fidelity x ramp x load, in student SD a year while the practice is in force, so a
level grows by the area under that curve. What has been gained fades after the support unless it became routine.
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
    IMPLEMENTATION = "IMPLEMENTATION"
    """Changes how adults work: a logistic in the months it has been in force."""
    WHOLE_SCHOOL = "WHOLE_SCHOOL"
    """Restructures a school: a share in each of three years."""

    @property
    def organizational(self) -> bool:
        """Whether it changes adults' work, and so may dip, be set back by a departure, and become routine."""
        return self is not Ramp.IMMEDIATE


@dataclass(frozen=True, slots=True)
class Curves:
    """The shapes of effects, tabulated by month once for every engine.

    ``in_use[ramp][m]``: share of full effect in month m of being in force. ``accrued[ramp][m]``: its sum over the
    months before m. ``kept_after_*``: what is left of a gain then; lines between, and the last share ever after.
    """

    in_use: Mapping[Ramp, Curve]
    accrued: Mapping[Ramp, Curve]
    kept_after_one_year: float
    kept_after_two_years: float

    @classmethod
    def of(cls, parameters: Parameters) -> "Curves":
        """Tabulate the ramps that the cards describe."""
        midpoint, spread = parameters["ramp.implementation_midpoint"], parameters["ramp.implementation_spread"]
        years = [parameters[f"ramp.whole_school_year_{year}"] for year in (1, 2, 3)]
        months = range(LONGEST_CURVE_MONTHS)
        in_use = {
            Ramp.IMMEDIATE: tuple(1.0 for _ in months),
            Ramp.IMPLEMENTATION: tuple(1.0 / (1.0 + exp((midpoint - month - 0.5) / spread)) for month in months),
            Ramp.WHOLE_SCHOOL: tuple(years[min(month // 12, 2)] for month in months),
        }
        growing = int(parameters["ramp.growth_years"] * 12)
        return cls(
            in_use,
            {ramp: _running_sum(curve, growing) for ramp, curve in in_use.items()},
            parameters["fade.after_one_year"],
            parameters["fade.after_two_years"],
        )


def _running_sum(curve: Curve, growing: int) -> Curve:
    sums = [0.0]
    for month, share in enumerate(curve):
        sums.append(sums[-1] + (share if month < growing else 0.0))
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
