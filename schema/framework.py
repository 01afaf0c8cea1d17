"""The improvement framework as clients see it; it comes with Milepost and is the same for everybody."""

from typing import Annotated, Self

import strawberry

from domain import framework
from schema.scalars import described

described(
    framework.Level,
    "A level of the system, in what the framework asks of it.",
    {
        "STATE": "The state agency.",
        "DISTRICT": "The district office.",
        "SCHOOL": "The school and its leadership team.",
    },
    name="SystemLevel",
)


@strawberry.type(description="One statement of the framework with a key of its own.")
class FrameworkPoint:
    """One statement of the framework."""

    key: str = strawberry.field(description="The key that goals and messages name it by, e.g. `1B.d2` or `Q7`.")
    text: str = strawberry.field(description="What it says, in our words.")

    @classmethod
    def of(cls, point: framework.Point) -> Self:
        return cls(key=point.key, text=point.text)


@strawberry.type(description="One thing a level of the system does to enact a practice.")
class Enactment:
    """One thing a level does to enact a practice."""

    key: str = strawberry.field(description="The key that goals and messages name it by, e.g. `1C.state.3`.")
    level: framework.Level = strawberry.field(description="Whose doing it is.")
    text: str = strawberry.field(description="What it asks, in our words.")

    @classmethod
    def of(cls, enactment: framework.Enactment) -> Self:
        return cls(key=enactment.key, level=enactment.level, text=enactment.text)


@strawberry.type(description="One of the broad activities of an improvement domain. None has to come before another.")
class Practice:
    """One of the broad activities of an improvement domain."""

    key: str = strawberry.field(description="The key that goals name it by, e.g. `1B`.")
    title: str = strawberry.field(description="What it is called.")
    description: list[FrameworkPoint] = strawberry.field(description="What the practice consists of.")
    practice: strawberry.Private[framework.Practice]

    @strawberry.field(description="Who does what to enact the practice.")
    def enactments(
        self,
        level: Annotated[
            framework.Level | None, strawberry.argument(description="Only what is asked of this level.")
        ] = strawberry.UNSET,
    ) -> list[Enactment]:
        asked = self.practice.enactments_at(level) if level else self.practice.enactments
        return [Enactment.of(enactment) for enactment in asked]

    @classmethod
    def of(cls, practice: framework.Practice) -> Self:
        return cls(
            key=practice.key,
            title=practice.title,
            description=[FrameworkPoint.of(point) for point in practice.description],
            practice=practice,
        )

    @classmethod
    def by_key(cls, key: str | None) -> Self | None:
        """Return the practice that a goal names, or None if it names none of ours."""
        held = next((p for p in framework.standard_framework().practices() if p.key == key), None)
        return None if held is None else cls.of(held)


@strawberry.type(description="One of the framework's domains, with its practices and questions for self-reflection.")
class ImprovementDomain:
    """One of the framework's domains."""

    key: str = strawberry.field(description="Its key, e.g. `1`.")
    title: str = strawberry.field(description="What it is called.")
    introduction: list[FrameworkPoint] = strawberry.field(description="What it says of itself, point by point.")
    practices: list[Practice] = strawberry.field(description="Its practices, in the order of the source.")
    questions: list[FrameworkPoint] = strawberry.field(description="Its questions for self-reflection.")

    @classmethod
    def of(cls, domain: framework.ImprovementDomain) -> Self:
        return cls(
            key=domain.key,
            title=domain.title,
            introduction=[FrameworkPoint.of(point) for point in domain.introduction],
            practices=[Practice.of(practice) for practice in domain.practices],
            questions=[FrameworkPoint.of(question) for question in domain.questions],
        )


@strawberry.type(description="What rapid improvement asks of each level of the system, as versioned data.")
class Framework:
    """What rapid improvement asks of each level of the system."""

    key: str = strawberry.field(description="The framework's own key.")
    title: str = strawberry.field(description="What it is called.")
    version: str = strawberry.field(description="Which version of it this is.")
    domains: list[ImprovementDomain] = strawberry.field(description="Its improvement domains.")

    @classmethod
    def of(cls, held: framework.Framework) -> Self:
        return cls(
            key=held.key,
            title=held.title,
            version=held.version,
            domains=[ImprovementDomain.of(domain) for domain in held.domains],
        )


@strawberry.type
class FrameworkQueries:
    """What may be asked of the framework."""

    @strawberry.field(description="The improvement framework in use; the same for everybody, signed in or not.")
    def framework(self) -> Framework:
        return Framework.of(framework.standard_framework())
