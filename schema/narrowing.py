"""Which organizations a list is narrowed to and in which order it stands, as clients say it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from domain.identity import OrganizationId
from domain.organizations import DesignationKind, OrganizationKind, SchoolLevel
from domain.reading import OrganizationOrder, OrganizationsWanted
from schema.errors import BadUserInput
from schema.relay import Kind, argument_id
from schema.scalars import described, given, wrong_with

described(
    OrganizationKind,
    "The level an organization acts on.",
    {
        "STATE": "The agency at the top of the tree.",
        "DISTRICT": "A district, under a state.",
        "SCHOOL": "A school, under a district.",
        "NETWORK": "Schools of a state gathered for a common purpose.",
    },
)
described(
    SchoolLevel,
    "Which grades a school teaches.",
    {
        "ELEMENTARY": "The first grades.",
        "MIDDLE": "The grades between elementary and high school.",
        "HIGH": "The last grades, up to graduation.",
        "COMBINED": "Grades of more than one level.",
    },
)
described(
    DesignationKind,
    "Why a state identified a school (Every Student Succeeds Act, section 1111(c)(4)(D) and (d)(2)).",
    {
        "CSI": "Comprehensive support and improvement: among the lowest in the state.",
        "TSI": "Targeted support and improvement: a student group does badly year after year.",
        "ATSI": "Additional targeted support: a student group alone would put the school among the lowest.",
    },
)
described(
    OrganizationOrder,
    "In which order organizations are listed.",
    {"NAME_ASC": "By name, from A to Z.", "NAME_DESC": "By name, from Z to A."},
)


class SchoolOrder(StrEnum):
    """In which order schools are listed."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"


described(
    SchoolOrder,
    "In which order schools are listed.",
    {"NAME_ASC": "By name, from A to Z.", "NAME_DESC": "By name, from Z to A."},
)


@strawberry.input(description="Which texts to keep; every condition given has to hold.")
class TextFilter:
    """Which texts to keep."""

    eq: str | None = strawberry.field(default=UNSET, description="Exactly this text.")
    contains: str | None = strawberry.field(default=UNSET, description="This text somewhere in it, in capitals or not.")


@strawberry.input(description="Which organizations to keep; every condition given has to hold.")
class OrganizationFilter:
    """Which organizations to keep."""

    name: TextFilter | None = strawberry.field(default=UNSET, description="By name.")
    kinds: list[OrganizationKind] | None = strawberry.field(default=UNSET, description="Of one of these kinds.")
    under_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="This organization and all below it, at any depth."
    )
    identified: bool | None = strawberry.field(
        default=UNSET, description="Whether a designation stands today; only schools have one."
    )
    levels: list[SchoolLevel] | None = strawberry.field(
        default=UNSET, description="Schools that teach one of these levels."
    )

    def wanted(self) -> OrganizationsWanted:
        """Return what it asks for. Raises ``BadUserInput``."""
        equal, contains = _texts(self.name)
        return OrganizationsWanted(
            kinds=_set(self.kinds),
            name=equal,
            contains=contains,
            under=_under(self.under_id, "filter.underId"),
            identified=given(self.identified),
            levels=_set(self.levels),
        )


@strawberry.input(description="Which schools to keep; every condition given has to hold.")
class SchoolFilter:
    """Which schools to keep."""

    name: TextFilter | None = strawberry.field(default=UNSET, description="By name.")
    district_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Schools of this district.")
    identified: bool | None = strawberry.field(default=UNSET, description="Whether a designation stands today.")
    designation: list[DesignationKind] | None = strawberry.field(
        default=UNSET, description="One of these designations stands today."
    )
    levels: list[SchoolLevel] | None = strawberry.field(default=UNSET, description="Teaching one of these levels.")

    def wanted(self) -> OrganizationsWanted:
        """Return what it asks for. Raises ``BadUserInput``."""
        equal, contains = _texts(self.name)
        return OrganizationsWanted(
            kinds=frozenset((OrganizationKind.SCHOOL,)),
            name=equal,
            contains=contains,
            under=_under(self.district_id, "filter.districtId"),
            identified=given(self.identified),
            designations=_set(self.designation),
            levels=_set(self.levels),
        )


def _set(values: Sequence[Any] | None) -> frozenset[Any] | None:
    held = given(values)
    return None if held is None else frozenset(held)


def _under(identity: strawberry.ID | None, argument: str) -> OrganizationId | None:
    text = given(identity)
    return None if text is None else OrganizationId(argument_id(text, Kind.ORGANIZATION, argument))


def _texts(name: TextFilter | None) -> tuple[str | None, str | None]:
    held = given(name)
    if held is None:
        return None, None
    equal, contains = given(held.eq), given(held.contains)
    for argument, text in (("filter.name.eq", equal), ("filter.name.contains", contains)):
        fault = wrong_with(text)
        if fault:
            raise BadUserInput(argument, fault)
    return equal, contains


SchoolsWanted = Annotated[SchoolFilter | None, strawberry.argument(description="Which schools to keep.")]
SchoolsOrder = Annotated[SchoolOrder | None, strawberry.argument(description="In which order.")]
OrganizationsFilter = Annotated[
    OrganizationFilter | None, strawberry.argument(description="Which organizations to keep.")
]
OrganizationsOrder = Annotated[OrganizationOrder | None, strawberry.argument(description="In which order.")]
