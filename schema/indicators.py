"""What is measured and what was read: a value is never shown without what is known of it."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from domain import indicators
from domain.calendar import school_year, school_year_start
from domain.identity import IndicatorId, OrganizationId
from domain.indicators import Occasion, ReadingState
from schema.context import Info
from schema.errors import BadUserInput
from schema.relay import Kind, Node, global_id, required_node, serve_nodes
from schema.scalars import described

if TYPE_CHECKING:
    from schema.organizations import Organization

DEFAULT_YEARS = 8
MOST_YEARS = 30

described(
    Occasion,
    "Which kind of measurement a reading comes from.",
    {
        "ANNUAL": "The assessment or count that the state makes once a school year.",
        "INTERIM": "A measurement during the school year, for steering.",
    },
)
described(
    ReadingState,
    "What is known of a value. The last three are not zeros, and not each other.",
    {
        "OBSERVED": "The value is there.",
        "SUPPRESSED": "The value exists and is not shown, because too few students stand behind it.",
        "MISSING": "The value should be there and is not.",
        "NOT_APPLICABLE": "There can be no value, e.g. a graduation rate of an elementary school.",
    },
)

EXPLANATIONS = {
    ReadingState.SUPPRESSED: "Not shown, to protect a small group of students.",
    ReadingState.MISSING: "Should be there, but has not been reported.",
    ReadingState.NOT_APPLICABLE: "Does not apply here.",
}

Years = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many school years back, this one counted: 1 to {MOST_YEARS}; {DEFAULT_YEARS} by default."
    ),
]


def since_years_ago(info: Info, years: int | None) -> date:
    """Return the first day of the earliest of the last ``years`` school years. Raises ``BadUserInput``."""
    if years is None:
        years = DEFAULT_YEARS
    if not 1 <= years <= MOST_YEARS:
        raise BadUserInput("years", f"years is {years}; it takes 1 to {MOST_YEARS}.")
    return school_year_start(school_year(info.context.now.date()) - years + 1)


@strawberry.type(description="Something measured in every school of a state, in one unit and one range.")
class Indicator(Node):
    """Something measured in every school of a state."""

    version: int = strawberry.field(description="Counts the changes; starts at 1.")
    key: str = strawberry.field(description="A short name for files and programs, e.g. `math_grade_8`.")
    name: str = strawberry.field(description="What planners call it.")
    unit: str = strawberry.field(description="The unit of every value of it, e.g. `% proficient`.")
    lowest: float = strawberry.field(description="The lowest value there can be, in `unit`.")
    highest: float = strawberry.field(description="The highest value there can be, in `unit`.")
    higher_is_better: bool = strawberry.field(description="Whether a higher value is the better one.")
    decimals: int = strawberry.field(description="How many digits after the point are worth showing.")
    description: str = strawberry.field(description="What is measured, how and in whom; may be empty.")

    @classmethod
    def of(cls, indicator: indicators.Indicator) -> Self:
        return cls(
            id=global_id(Kind.INDICATOR, indicator.id),
            version=indicator.version,
            key=indicator.key,
            name=indicator.name,
            unit=indicator.unit,
            lowest=indicator.lowest,
            highest=indicator.highest,
            higher_is_better=indicator.higher_is_better,
            decimals=indicator.decimals,
            description=indicator.description,
        )


@strawberry.type(description="A value together with what is known of it.")
class Reading:
    """A value together with what is known of it."""

    state: ReadingState = strawberry.field(description="What is known of the value.")
    value: float | None = strawberry.field(description="In the indicator's unit; there exactly if `state` is OBSERVED.")
    tested: int | None = strawberry.field(description="How many students stand behind the value; null if not told.")
    standard_error: float | None = strawberry.field(
        description="How far the value may well be off because few were tested, in the indicator's unit; null if not "
        "known."
    )
    explanation: str | None = strawberry.field(
        description="What to show a person in place of a value that is not there; null if it is there."
    )

    @classmethod
    def of(cls, reading: indicators.Reading) -> Self:
        return cls(
            state=reading.state,
            value=reading.value,
            tested=reading.tested,
            standard_error=reading.standard_error,
            explanation=EXPLANATIONS.get(reading.state),
        )


@strawberry.type(description="One reading of one indicator for one student group of one organization on one day.")
class Observation(Node):
    """One reading on the record."""

    student_group: str = strawberry.field(description="Whose reading it is; `ALL` is all students together.")
    occasion: Occasion = strawberry.field(description="Which kind of measurement it comes from.")
    observed_on: date = strawberry.field(description="The day it stands for.")
    school_year: int = strawberry.field(
        description="The school year of that day, named by its spring: 2018 is 2017-18."
    )
    reading: Reading = strawberry.field(description="What was read.")
    source: str = strawberry.field(description="Where it comes from.")
    revision: int = strawberry.field(description="Counts the corrections; starts at 1.")
    organization_id: strawberry.Private[OrganizationId]
    indicator_id: strawberry.Private[IndicatorId]

    @strawberry.field(description="Where it was read.")
    async def organization(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.organizations")]:
        node: Organization = await required_node(info.context, Kind.ORGANIZATION, self.organization_id)
        return node

    @strawberry.field(description="What was read.")
    async def indicator(self, info: Info) -> Indicator:
        node: Indicator = await required_node(info.context, Kind.INDICATOR, self.indicator_id)
        return node

    @classmethod
    def of(cls, observation: indicators.Observation) -> Self:
        return cls(
            id=global_id(Kind.OBSERVATION, observation.id),
            student_group=observation.student_group,
            occasion=observation.occasion,
            observed_on=observation.observed_on,
            school_year=school_year(observation.observed_on),
            reading=Reading.of(observation.reading),
            source=observation.source,
            revision=observation.revision,
            organization_id=observation.organization_id,
            indicator_id=observation.indicator_id,
        )


serve_nodes(Kind.INDICATOR, lambda reader: reader.indicators, lambda held, _: Indicator.of(held))
serve_nodes(Kind.OBSERVATION, lambda reader: reader.observations, lambda held, _: Observation.of(held))
