"""Parameter cards: every number of the model that the agency's own history does not give, with where it comes from.

Nothing numeric stands in the model itself. A card is *verified* once its figure has been read in its source by us, and
*secondary* while we rely on what others report of it. Its ``value`` is the default in use; a local ``override`` needs
its reason. ``sd`` above 0 is the spread of a prior that is drawn anew in each replication; the others are held fixed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from domain.errors import InvalidInput, NotFound
from domain.supports import FigureStatus

MODEL_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class ParameterCard:
    """One number: ``key`` is its lasting name, ``status`` a ``FigureStatus``."""

    key: str
    value: float
    unit: str
    source: str
    status: str
    sd: float = 0.0
    override: float | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.sd < 0:
            raise InvalidInput(f"The prior of {self.key} cannot have a spread of {self.sd:g}.", field=(self.key, "sd"))
        if (self.override is None) != (not self.reason):
            raise InvalidInput(
                f"A local figure for {self.key} needs its reason, and a reason its figure.", field=(self.key, "reason")
            )

    @property
    def in_use(self) -> float:
        return self.value if self.override is None else self.override


def _verified(key: str, value: float, unit: str, source: str, sd: float = 0.0) -> ParameterCard:
    return ParameterCard(key, value, unit, source, FigureStatus.VERIFIED.value, sd)


def _secondary(key: str, value: float, unit: str, source: str, sd: float = 0.0) -> ParameterCard:
    return ParameterCard(key, value, unit, source, FigureStatus.SECONDARY.value, sd)


def _assumed(key: str, value: float, unit: str, source: str, sd: float = 0.0) -> ParameterCard:
    return ParameterCard(key, value, unit, source, FigureStatus.ASSUMED.value, sd)


_SD = "student SD a year"

CARDS: tuple[ParameterCard, ...] = (
    # What supports do: priors that cross zero.
    _secondary("effect.coaching", 0.09, _SD, "Kraft, Blazar & Hogan (2018): 0.18, less at 100+ teachers", 0.06),
    _secondary("effect.coaching_instruction", 0.25, "SD of instruction", "Kraft, Blazar & Hogan (2018): 0.49", 0.12),
    _secondary("effect.learning_with_curriculum", 0.10, _SD, "Lynch et al. (2019): 0.21", 0.07),
    _assumed("effect.professional_learning", 0.02, _SD, "professional learning alone: assumed", 0.03),
    _secondary(
        "effect.tutoring",
        0.16,
        _SD,
        "Nickow et al. (2023): 0.29; Kraft, Schueler & Falken (2024): 0.16 at 1,000+ students",
        0.08,
    ),
    _secondary("effect.turnaround_mathematics", 0.06, _SD, "Schueler et al. (2022)", 0.08),
    _secondary("effect.turnaround_reading", 0.02, _SD, "Schueler et al. (2022)", 0.06),
    _secondary("effect.extended_time", 0.05, _SD, "Figlio, Holden & Ozek (2018)", 0.04),
    _secondary(
        "effect.data_use", 0.05, _SD, "interim assessment and data use: Carlson, Borman & Robinson (2011)", 0.03
    ),
    _secondary("effect.principal_coaching", 0.03, _SD, "Master et al. (2021): from year 3, uptake 0.5", 0.03),
    _secondary("effect.attendance_messages", 0.08, "share of chronic absence", "Rogers & Feller (2018)", 0.04),
    _secondary("effect.funds", 0.00, _SD, "Dragoset et al. (2017): no effect of funds alone", 0.05),
    _secondary("effect.unknown", 0.05, _SD, "Kraft (2020): median effect 0.10, a third under 0.05", 0.08),
    _assumed("effect.multiplier_sd", 0.35, "SD of a factor with mean 1", "spread between engagements: assumed"),
    # How an effect comes and goes.
    _secondary(
        "ramp.whole_school_year_1",
        0.25,
        "share of full effect",
        "whole-school change takes three years: Borman et al. (2003); shares assumed",
    ),
    _secondary("ramp.whole_school_year_2", 0.55, "share of full effect", "as above"),
    _secondary("ramp.whole_school_year_3", 1.00, "share of full effect", "as above"),
    _secondary(
        "ramp.implementation_midpoint",
        18.0,
        "months",
        "implementation takes 2-4 years: Fixsen et al. (2005); midpoint assumed",
    ),
    _assumed(
        "ramp.implementation_spread", 5.0, "months (scale of the logistic)", "assumed: a tenth in use after half a year"
    ),
    _secondary(
        "ramp.programme_months",
        12.0,
        "months",
        "published effects are those of a year or so: Kraft, Blazar & Hogan (2018)",
    ),
    _secondary(
        "fade.after_one_year",
        0.43,
        "share kept",
        "student-level supports; persistence: Bailey et al. (2020), figures not checked there",
    ),
    _secondary("fade.after_two_years", 0.37, "share kept", "as above; constant afterwards: assumed"),
    _assumed(
        "routine.share", 0.5, "probability at full fidelity", "organizational change that outlives its support: assumed"
    ),
    _assumed("dip.largest", 0.03, "student SD", "dip at the start of structural change, 0 to this: assumed"),
    _assumed("dip.deepest_month", 2.0, "months after the start", "assumed"),
    _assumed("dip.over_month", 8.0, "months after the start", "assumed"),
    _assumed(
        "overlap.diminishing",
        0.5,
        "share of the one before",
        "saturating overlap: each further support adds this much of its own: assumed",
    ),
    _secondary(
        "load.free_initiatives",
        3.0,
        "initiatives",
        "direction: Dougherty & Weiner (2017); number: the framework's limit on priorities",
    ),
    _assumed("load.cost_each", 0.15, "share of effect", "direction: Dougherty & Weiner (2017); size assumed"),
    _assumed(
        "autonomy.least_capacity",
        0.75,
        "share",
        "leadership capacity from which an on-track school runs a support itself: assumed",
    ),
    _assumed("autonomy.effect", 0.6, "share of effect", "assumed"),
    _assumed("autonomy.cost", 0.5, "share of funds", "assumed"),
    # People who leave.
    _secondary("leader.hazard", 0.20, "departures a year", "Miller (2013)"),
    _secondary("leader.dip", 0.03, "student SD at the deepest", "Miller (2013)"),
    _secondary("leader.dip_deepest", 12.0, "months after departure", "Miller (2013): lowest around the change"),
    _secondary("leader.dip_over", 36.0, "months after departure", "Miller (2013): three years to recover"),
    _assumed("leader.cut", 0.5, "probability", "a new leader interrupts a support under way: assumed"),
    _assumed("leader.setback", 0.3, "share of implementation", "fidelity lost with a leader: assumed"),
    _secondary(
        "teachers.turnover",
        0.16,
        "share a year",
        "National Center for Education Statistics, Teacher Follow-up Survey 2012-13",
    ),
    _assumed("teachers.turnover_cv", 0.4, "SD over mean", "assumed"),
    _secondary("teachers.effect", 0.08, "student SD at full turnover", "Ronfeldt, Loeb & Wyckoff (2013)"),
    # How long things take.
    _assumed("entry.latest", 3.0, "months", "schools enter the cohort evenly over this time: assumed"),
    _assumed("duration.visit.mean", 0.30, "months (lognormal)", "assumed"),
    _assumed("duration.visit.cv", 0.5, "SD over mean", "assumed"),
    _assumed("duration.needs.mean", 0.75, "months (lognormal)", "assumed"),
    _assumed("duration.needs.cv", 0.4, "SD over mean", "assumed"),
    _assumed("duration.coaching.mean", 7.0, "months (gamma)", "assumed"),
    _assumed("duration.coaching.shape", 6.0, "gamma shape", "assumed"),
    _assumed("duration.cohort.mean", 2.0, "months (gamma)", "assumed"),
    _assumed("duration.cohort.shape", 100.0, "gamma shape", "a cohort ends nearly on time: assumed"),
    _assumed("duration.assistance.mean", 4.0, "months (gamma)", "assumed"),
    _assumed("duration.assistance.shape", 6.0, "gamma shape", "assumed"),
    _assumed("duration.tutoring.mean", 8.0, "months (gamma)", "assumed: most of a school year"),
    _assumed("duration.tutoring.shape", 25.0, "gamma shape", "assumed"),
    _assumed("duration.turnaround.mean", 36.0, "months (gamma)", "a turnaround takes three years: assumed"),
    _assumed("duration.turnaround.shape", 100.0, "gamma shape", "assumed"),
    _assumed("duration.grant.mean", 12.0, "months (gamma)", "assumed: a fiscal year"),
    _assumed("duration.grant.shape", 100.0, "gamma shape", "assumed"),
    _assumed("delay.effect.mean", 1.5, "months (gamma)", "assumed"),
    _assumed("delay.effect.shape", 4.0, "gamma shape", "assumed"),
    _assumed("delay.response.mean", 1.0, "months (lognormal)", "from a reading below the path to a request: assumed"),
    _assumed("delay.response.cv", 0.5, "SD over mean", "assumed"),
    _assumed("cohort.every", 3.0, "months", "learning cohorts start this often: assumed"),
    _assumed("cohort.first", 1.0, "months after the start", "assumed"),
    # What one engagement takes, and who asks for what.
    _assumed("units.COACHING", 1.0, "caseload slots", "assumed"),
    _assumed("units.SITE_VISIT", 1.0, "teams", "assumed"),
    _assumed("units.PROFESSIONAL_LEARNING", 1.0, "seats (one school's team)", "assumed"),
    _assumed("units.TECHNICAL_ASSISTANCE", 1.0, "assistance places", "assumed"),
    _assumed("units.TUTORING", 40.0, "pupils tutored", "assumed"),
    _assumed("units.FUNDS", 50_000.0, "dollars a grant", "assumed"),
    _assumed("units.TEMPLATE", 1.0, "places", "assumed"),
    _assumed("funds.COACHING", 0.0, "dollars an engagement", "salaries are in the pool: assumed"),
    _assumed("funds.PROFESSIONAL_LEARNING", 5_000.0, "dollars an engagement", "substitutes and materials: assumed"),
    _assumed("funds.TECHNICAL_ASSISTANCE", 0.0, "dollars an engagement", "assumed"),
    _assumed("funds.TUTORING", 10_000.0, "dollars an engagement", "materials and transport: assumed"),
    _assumed("funds.TEMPLATE", 0.0, "dollars an engagement", "assumed"),
    _verified("priorities.most_intensive", 3.0, "priorities", "the framework asks for two or three"),
    _verified("priorities.others", 2.0, "priorities", "as above"),
    _assumed("severity.intensive", 0.35, "share", "need from which a school asks for coaching or tutoring: assumed"),
    _assumed("engagements.most", 4.0, "engagements a goal", "how often a school asks again: assumed"),
    _assumed("need.gap_scale", 0.5, "student SD", "gap to the path that counts as greatest: assumed"),
    _assumed("need.level_scale", 2.0, "SD between schools", "distance below the state that counts as lowest: assumed"),
    _assumed("need.waiting_scale", 12.0, "months", "wait that counts as longest: assumed"),
    _assumed("response.trigger", 1.0, "reading SD", "shortfall that calls for swift intervention: assumed"),
    # Practice in use.
    _assumed(
        "practice.own_pace",
        0.5,
        "share of the supported pace",
        "schools put practices in use without support too: assumed",
    ),
    _assumed("practice.pace_cv", 0.4, "SD over mean", "schools differ in how fast they put a practice in use: assumed"),
    _assumed("practice.short_of_next", 1.0, "supported months", "a stage not reached is at least this far: assumed"),
    _assumed("practice.installation", 2.0, "supported months", "stages: Fixsen et al. (2005); months assumed"),
    _assumed("practice.initial", 8.0, "supported months", "as above"),
    _secondary("practice.full", 24.0, "supported months", "Fixsen et al. (2005): two to four years"),
    _secondary("fidelity.mean", 0.8, "share reached in the end", "Durlak & DuPre (2008): few above 0.8"),
    _assumed("fidelity.sd", 0.12, "SD between schools", "assumed"),
    _assumed("evaluation.lead", 1.0, "months before due", "evaluations are planned to be done: assumed"),
    _assumed("evaluation.slip_mean", 1.0, "months (exponential)", "assumed"),
)


class Parameters:
    """The cards of an experiment, by key."""

    def __init__(self, cards: Iterable[ParameterCard] = CARDS) -> None:
        self._cards: Mapping[str, ParameterCard] = MappingProxyType({card.key: card for card in cards})
        self._in_use = {key: card.in_use for key, card in self._cards.items()}

    def __getitem__(self, key: str) -> float:
        """Return the value in use; raises ``NotFound`` if there is no such card."""
        found = self._in_use.get(key)
        return self.card(key).in_use if found is None else found

    def __contains__(self, key: str) -> bool:
        return key in self._cards

    def card(self, key: str) -> ParameterCard:
        """Return the card itself; raises ``NotFound`` if there is none."""
        try:
            return self._cards[key]
        except KeyError:
            raise NotFound("parameter", key, field=("parameters", key)) from None

    def overridden(self, values: Mapping[str, float], reason: str) -> "Parameters":
        """Return these cards with local figures for some, all for one ``reason``."""
        local = {key: replace(self.card(key), override=value, reason=reason) for key, value in values.items()}
        return Parameters({**self._cards, **local}.values())

    @property
    def cards(self) -> tuple[ParameterCard, ...]:
        """Every card, ordered by key."""
        return tuple(self._cards[key] for key in sorted(self._cards))
