"""What can be given, what it is drawn from, and what was promised and delivered, as clients see them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from domain import supports
from domain.supports import EvidenceTier, FigureStatus, PoolKind, SupportKind
from schema.context import Info
from schema.goals import Goal
from schema.relay import Kind, Node, global_id, node_of, required_node, serve_nodes
from schema.scalars import described

if TYPE_CHECKING:
    from schema.organizations import Organization

described(
    SupportKind,
    "What a support does in a school.",
    {
        "COACHING": "A coach works with leaders or teachers over months.",
        "SITE_VISIT": "A team visits, looks and reports.",
        "PROFESSIONAL_LEARNING": "Staff learn together, in a cohort or a course.",
        "TECHNICAL_ASSISTANCE": "Specialists help with a defined problem.",
        "TUTORING": "Students are taught in small groups, on top of class.",
        "FUNDS": "Money to spend on the plan.",
        "TEMPLATE": "A tool or template to work from.",
    },
)
described(
    PoolKind,
    "What a pool holds, and so how it is used up.",
    {
        "COACHES": "Coaches, each with schools at the same time.",
        "SITE_VISIT_TEAMS": "Teams, each at one school at a time.",
        "LEARNING_COHORTS": "Seats for schools in learning cohorts.",
        "ASSISTANCE_DAYS": "Days of specialists.",
        "TUTORING_SEATS": "Seats for students.",
        "FUNDS": "Dollars.",
    },
)
described(
    EvidenceTier,
    "How strong the evidence is (Every Student Succeeds Act, section 8101(21)(A)).",
    {
        "STRONG": "A well-made experimental study.",
        "MODERATE": "A well-made quasi-experimental study.",
        "PROMISING": "A well-made correlational study that allows for selection.",
        "RATIONALE": "Good reasons, and an evaluation under way.",
    },
)
described(
    FigureStatus,
    "How far a figure can be relied upon.",
    {
        "VERIFIED": "Read in the source itself.",
        "SECONDARY": "Reported by another source.",
        "ASSUMED": "A judgement, so that there is a figure at all.",
    },
)


@strawberry.type(
    description="What a support is expected to do, in student-level standard deviations a year at full implementation."
)
class EffectCard:
    """What a support is expected to do."""

    mean: float = strawberry.field(description="The default, adjusted for scale, in student-level SD a year.")
    sd: float = strawberry.field(description="How uncertain that is: its prior's SD, in student-level SD a year.")
    mean_in_use: float = strawberry.field(
        description="What forecasts use: the agency's own figure where there is one, in student-level SD a year."
    )
    published_effect: float | None = strawberry.field(
        description="What the source found, in student-level SD; null if it gives no such figure."
    )
    citation: str = strawberry.field(description="The source.")
    status: FigureStatus = strawberry.field(description="How far the figure can be relied upon.")
    override_reason: str | None = strawberry.field(
        description="Why the agency uses its own figure; null where it uses the default."
    )

    @classmethod
    def of(cls, card: supports.EffectCard) -> Self:
        return cls(
            mean=card.mean,
            sd=card.sd,
            mean_in_use=card.mean_in_use,
            published_effect=card.published_effect,
            citation=card.citation,
            status=card.status,
            override_reason=card.override_reason,
        )


@strawberry.type(description="One kind of help in a state's catalogue.")
class Support(Node):
    """One kind of help in a catalogue."""

    version: int = strawberry.field(description="Counts the changes; starts at 1.")
    key: str = strawberry.field(description="A short name for files and programs.")
    name: str = strawberry.field(description="What planners call it.")
    kind: SupportKind = strawberry.field(description="What it does in a school.")
    provider: str = strawberry.field(description="Who gives it.")
    unit: str = strawberry.field(description="What it is counted in, e.g. `coaching days`.")
    unit_cost: float = strawberry.field(description="Dollars per unit.")
    evidence_tier: EvidenceTier = strawberry.field(description="How strong the evidence for it is.")
    effect: EffectCard = strawberry.field(description="What it is expected to do.")
    draws_on: PoolKind = strawberry.field(description="Which kind of pool it is drawn from.")
    description: str = strawberry.field(description="What it is, in words; may be empty.")

    @classmethod
    def of(cls, support: supports.Support) -> Self:
        return cls(
            id=global_id(Kind.SUPPORT, support.id),
            version=support.version,
            key=support.key,
            name=support.name,
            kind=support.kind,
            provider=support.provider,
            unit=support.unit,
            unit_cost=support.unit_cost,
            evidence_tier=support.evidence_tier,
            effect=EffectCard.of(support.effect),
            draws_on=support.draws_on,
            description=support.description,
        )


@strawberry.type(description="An amount of a pool in one fiscal year.")
class YearUnits:
    """An amount of a pool in one fiscal year."""

    year: int = strawberry.field(description="The fiscal year, 1 July to 30 June, named by its spring.")
    units: float = strawberry.field(description="Units at the same time, in the pool's unit; of funds dollars a year.")


@strawberry.type(description="Dollars in one fiscal year.")
class YearDollars:
    """Dollars in one fiscal year."""

    year: int = strawberry.field(description="The fiscal year, 1 July to 30 June, named by its spring.")
    dollars: float = strawberry.field(description="US dollars.")


def years_of(capacity: dict[int, float] | None) -> list[YearUnits]:
    """Return amounts by fiscal year, the earliest first."""
    return [YearUnits(year=year, units=units) for year, units in sorted((capacity or {}).items())]


@strawberry.type(description="People, seats or money that run out.")
class Pool(Node):
    """People, seats or money that run out."""

    version: int = strawberry.field(description="Counts the changes; starts at 1.")
    kind: PoolKind = strawberry.field(description="What it holds.")
    name: str = strawberry.field(description="What planners call it.")
    unit: str = strawberry.field(description="What it is counted in, e.g. `coaches`.")
    unit_cost: float = strawberry.field(description="Dollars per unit and fiscal year; 1 for funds.")
    capacity: list[YearUnits] = strawberry.field(description="How much there is in each fiscal year, earliest first.")

    @classmethod
    def of(cls, pool: supports.Pool) -> Self:
        return cls(
            id=global_id(Kind.POOL, pool.id),
            version=pool.version,
            kind=pool.kind,
            name=pool.name,
            unit=pool.unit,
            unit_cost=pool.unit_cost,
            capacity=years_of(pool.capacity),
        )


@strawberry.type(description="What reached a school on a day.")
class Delivery:
    """What reached a school on a day."""

    on: date = strawberry.field(description="The day.")
    units: float = strawberry.field(description="How much, in the support's unit.")
    note: str = strawberry.field(description="A remark; may be empty.")


@strawberry.type(description="A promise of a support to an organization for a time.")
class Assignment(Node):
    """A promise of a support to an organization."""

    version: int = strawberry.field(description="Counts the changes, deliveries included; starts at 1.")
    starts: date = strawberry.field(description="The first day.")
    ends: date | None = strawberry.field(description="The day after the last one; null if it is open.")
    promised_units: float = strawberry.field(description="How much is promised, in the support's unit.")
    delivered_units: float = strawberry.field(description="How much has arrived, in the support's unit.")
    dose_share: float = strawberry.field(
        description="The delivered share of what was promised, from 0 to 1; more than was promised counts as 1."
    )
    slots: float = strawberry.field(description="How much of the pool it holds meanwhile, in the pool's unit.")
    deliveries: list[Delivery] = strawberry.field(description="What arrived when, earliest first.")
    assignment: strawberry.Private[supports.Assignment]

    @strawberry.field(description="What is promised.")
    async def support(self, info: Info) -> Support:
        node: Support = await required_node(info.context, Kind.SUPPORT, self.assignment.support_id)
        return node

    @strawberry.field(description="What it is drawn from.")
    async def pool(self, info: Info) -> Pool:
        node: Pool = await required_node(info.context, Kind.POOL, self.assignment.pool_id)
        return node

    @strawberry.field(description="To whom it is promised.")
    async def organization(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.organizations")]:
        node: Organization = await required_node(info.context, Kind.ORGANIZATION, self.assignment.organization_id)
        return node

    @strawberry.field(description="The goal it is to serve; null if none is named.")
    async def goal(self, info: Info) -> Goal | None:
        node: Goal | None = await node_of(info.context, Kind.GOAL, self.assignment.goal_id)
        return node

    @classmethod
    def of(cls, assignment: supports.Assignment) -> Self:
        return cls(
            id=global_id(Kind.ASSIGNMENT, assignment.id),
            version=assignment.version,
            starts=assignment.validity.start,
            ends=assignment.validity.end,
            promised_units=assignment.promised_units,
            delivered_units=assignment.delivered_units,
            dose_share=assignment.dose_share,
            slots=assignment.slots,
            deliveries=[
                Delivery(on=held.on, units=held.units, note=held.note)
                for held in sorted(assignment.deliveries, key=lambda held: held.on)
            ],
            assignment=assignment,
        )


serve_nodes(Kind.SUPPORT, lambda reader: reader.supports, lambda held, _: Support.of(held))
serve_nodes(Kind.POOL, lambda reader: reader.pools, lambda held, _: Pool.of(held))
serve_nodes(Kind.ASSIGNMENT, lambda reader: reader.assignments, lambda held, _: Assignment.of(held))
