"""What can be given: supports with their effect cards, the pools they are drawn from, and what was delivered."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import fsum, inf

from domain.calendar import Validity, school_year, school_year_start
from domain.errors import CapacityExceeded, InvalidAllocation, InvalidSupport
from domain.identity import AssignmentId, GoalId, OrganizationId, PoolId, SupportId
from domain.wording import LONGEST_NAME, LONGEST_TEXT, check_length, in_words

HALF_A_CENT = 0.005
MOST_DELIVERED = 2.0


class SupportKind(StrEnum):
    """What a support does in a school."""

    COACHING = "COACHING"
    SITE_VISIT = "SITE_VISIT"
    PROFESSIONAL_LEARNING = "PROFESSIONAL_LEARNING"
    TECHNICAL_ASSISTANCE = "TECHNICAL_ASSISTANCE"
    TUTORING = "TUTORING"
    FUNDS = "FUNDS"
    TEMPLATE = "TEMPLATE"


class PoolKind(StrEnum):
    """What a pool holds, and so how it is used up."""

    COACHES = "COACHES"
    SITE_VISIT_TEAMS = "SITE_VISIT_TEAMS"
    LEARNING_COHORTS = "LEARNING_COHORTS"
    ASSISTANCE_DAYS = "ASSISTANCE_DAYS"
    TUTORING_SEATS = "TUTORING_SEATS"
    FUNDS = "FUNDS"

    @property
    def countable(self) -> bool:
        """Whether the pool holds people, teams, seats or days, which come whole, and not dollars."""
        return self is not PoolKind.FUNDS


class EvidenceTier(StrEnum):
    """How strong the evidence is (Every Student Succeeds Act, section 8101(21)(A))."""

    STRONG = "STRONG"
    MODERATE = "MODERATE"
    PROMISING = "PROMISING"
    RATIONALE = "RATIONALE"


class FigureStatus(StrEnum):
    """How far a figure can be relied upon."""

    VERIFIED = "VERIFIED"
    SECONDARY = "SECONDARY"
    ASSUMED = "ASSUMED"


@dataclass(frozen=True, slots=True)
class EffectCard:
    """What a support is expected to do, in student-level SD per year at full implementation.

    ``published_effect`` is what the source found; ``mean`` and ``sd`` the prior used by default, adjusted for scale.
    A local ``override_mean`` needs its reason.
    """

    mean: float
    sd: float
    citation: str
    status: FigureStatus
    published_effect: float | None = None
    override_mean: float | None = None
    override_reason: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.sd < inf:
            raise InvalidSupport(f"An effect's standard deviation cannot be {self.sd}.", field=("sd",))
        if (self.override_mean is None) != (not self.override_reason):
            raise InvalidSupport("A local figure needs its reason, and a reason its figure.", field=("overrideReason",))
        for what, text, name in (
            ("A citation", self.citation, "citation"),
            ("A reason", self.override_reason, "overrideReason"),
        ):
            check_length(text, LONGEST_TEXT, what=what, field=name, refusal=InvalidSupport)

    @property
    def mean_in_use(self) -> float:
        return self.mean if self.override_mean is None else self.override_mean


@dataclass(eq=False)
class Support:
    """One kind of help in an owner's catalogue. ``unit_cost`` is in dollars per ``unit``."""

    id: SupportId
    owner_id: OrganizationId
    key: str
    name: str
    kind: SupportKind
    provider: str
    unit: str
    unit_cost: float
    evidence_tier: EvidenceTier
    effect: EffectCard
    draws_on: PoolKind
    description: str = ""
    version: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.unit_cost < inf:
            raise InvalidSupport(f"A unit cannot cost {self.unit_cost} dollars.", field=("unitCost",))
        for what, text, name in (
            ("A key", self.key, "key"),
            ("A name", self.name, "name"),
            ("A provider", self.provider, "provider"),
            ("A unit", self.unit, "unit"),
        ):
            check_length(text, LONGEST_NAME, what=what, field=name, refusal=InvalidSupport)
        check_length(self.description, LONGEST_TEXT, what="A description", field="description", refusal=InvalidSupport)


@dataclass(eq=False)
class Pool:
    """People, seats or money that run out. ``capacity`` maps a fiscal year to units at once (funds: dollars a year).

    ``unit_cost`` is in dollars per unit of capacity and fiscal year; 1 for funds. ``name`` is shown to planners.
    """

    id: PoolId
    owner_id: OrganizationId
    kind: PoolKind
    name: str
    unit: str
    unit_cost: float
    capacity: dict[int, float] = field(default_factory=dict)
    version: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.unit_cost < inf:
            raise InvalidAllocation(f"A unit of {self.name} cannot cost {self.unit_cost} dollars.", field=("unitCost",))
        for year, units in self.capacity.items():
            if not 0 <= units < inf:
                raise InvalidAllocation(
                    f"{self.name} cannot hold {in_words(units)} {self.unit} in {year}.", field=("capacity", year)
                )
        for what, text, name in (("A name", self.name, "name"), ("A unit", self.unit, "unit")):
            check_length(text, LONGEST_NAME, what=what, field=name, refusal=InvalidAllocation)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Units of a support that reached a school on a day."""

    on: date
    units: float
    note: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.units < inf:
            raise InvalidSupport(f"A delivery of {in_words(self.units)} units is none.", field=("units",))
        check_length(self.note, LONGEST_TEXT, what="A remark", field="note", refusal=InvalidSupport)


@dataclass(eq=False)
class Assignment:
    """A promise of ``promised_units`` of a support to an organization, occupying ``slots`` of a pool meanwhile."""

    id: AssignmentId
    support_id: SupportId
    pool_id: PoolId
    organization_id: OrganizationId
    validity: Validity
    promised_units: float
    slots: float = 1.0
    goal_id: GoalId | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    version: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.promised_units < inf:
            raise InvalidSupport(
                f"A promise of {in_words(self.promised_units)} units is none.", field=("promisedUnits",)
            )
        if not 0 < self.slots < inf:
            raise InvalidSupport(f"An assignment cannot occupy {in_words(self.slots)} places.", field=("slots",))

    def deliver(self, delivery: Delivery) -> None:
        """Record what reached the school; it must fall within the assignment.

        More than was promised may arrive, but more than twice as much is taken for a slip in the unit.
        """
        if not self.validity.holds_on(delivery.on):
            raise InvalidSupport(
                f"The delivery on {delivery.on} falls outside the assignment "
                f"({self.validity.start} to {self.validity.end or 'open'}).",
                field=("on",),
            )
        delivered = self.delivered_units + delivery.units
        if delivered > MOST_DELIVERED * self.promised_units:
            raise InvalidSupport(
                f"With this {in_words(delivered)} units would have been delivered, more than twice what was promised "
                f"({in_words(self.promised_units)}); check the unit.",
                field=("units",),
            )
        self.deliveries.append(delivery)

    @property
    def delivered_units(self) -> float:
        return sum(delivery.units for delivery in self.deliveries)

    @property
    def dose_share(self) -> float:
        """The delivered share of what was promised; more than was promised counts as 1."""
        return min(1.0, self.delivered_units / self.promised_units)


def check_capacity(pool: Pool, held: list[Assignment], wanted: Assignment) -> None:
    """Raise ``CapacityExceeded`` if ``wanted`` asks for more of ``pool`` on some day than ``held`` leaves free.

    Dollars are used up and do not come back: what is promised out of a pool of funds in assignments that start in one
    fiscal year may not exceed what the pool has that year, whatever places they occupy. Of every other pool
    the places in use at the same time count. That need is greatest on a day an assignment starts or a fiscal year
    opens, so only those days are looked at.
    """
    if wanted.validity.end is None:
        raise InvalidSupport("An assignment from a pool needs an end.", field=("end",))
    if not pool.kind.countable:
        _check_funds(pool, held, wanted)
        return
    days = {wanted.validity.start}
    days |= {other.validity.start for other in held if wanted.validity.holds_on(other.validity.start)}
    years = range(school_year(wanted.validity.start) + 1, school_year(wanted.validity.end) + 1)
    days |= {school_year_start(year) for year in years if wanted.validity.holds_on(school_year_start(year))}
    for day in sorted(days):
        in_use = sum(other.slots for other in held if other.id != wanted.id and other.validity.holds_on(day))
        capacity = pool.capacity.get(school_year(day), 0.0)
        if in_use + wanted.slots > capacity:
            raise CapacityExceeded(
                f"{pool.name} has {in_words(capacity)} {pool.unit} on {day}, of which {in_words(in_use)} are promised; "
                f"{in_words(wanted.slots)} more do not fit.",
                field=("poolId",),
            )


def _check_funds(pool: Pool, held: list[Assignment], wanted: Assignment) -> None:
    year = school_year(wanted.validity.start)
    capacity = pool.capacity.get(year, 0.0)
    promised = fsum(
        other.promised_units for other in held if other.id != wanted.id and school_year(other.validity.start) == year
    )
    if promised + wanted.promised_units > capacity + HALF_A_CENT:
        raise CapacityExceeded(
            f"{pool.name} has {in_words(capacity)} {pool.unit} in {year}, of which {in_words(promised)} are promised; "
            f"{in_words(wanted.promised_units)} more do not fit.",
            field=("poolId",),
        )
