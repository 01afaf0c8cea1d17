"""States, districts, schools and networks: a tree whose every edge is dated.

A school stands under a district, a district under a state; a network gathers schools of one state without being
their parent. What an organization was on a past day (parent, profile, designation) can always be asked.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.calendar import Validity
from domain.errors import InvalidOrganization, InvalidParent
from domain.identity import OrganizationId
from domain.wording import LONGEST_NAME, LONGEST_TEXT, check_length


class OrganizationKind(StrEnum):
    """The level an organization acts on."""

    STATE = "STATE"
    DISTRICT = "DISTRICT"
    SCHOOL = "SCHOOL"
    NETWORK = "NETWORK"


PARENT_KIND = {
    OrganizationKind.STATE: None,
    OrganizationKind.DISTRICT: OrganizationKind.STATE,
    OrganizationKind.SCHOOL: OrganizationKind.DISTRICT,
    OrganizationKind.NETWORK: OrganizationKind.STATE,
}


class SchoolLevel(StrEnum):
    """Which grades a school teaches."""

    ELEMENTARY = "ELEMENTARY"
    MIDDLE = "MIDDLE"
    HIGH = "HIGH"
    COMBINED = "COMBINED"


class DesignationKind(StrEnum):
    """Why a state identified a school (Every Student Succeeds Act, section 1111(c)(4)(D) and (d)(2))."""

    CSI = "CSI"
    TSI = "TSI"
    ATSI = "ATSI"


@dataclass(frozen=True, slots=True)
class Designation:
    """A school's identification for support, and the days on which it stands."""

    kind: DesignationKind
    validity: Validity
    reason: str

    def __post_init__(self) -> None:
        check_length(self.reason, LONGEST_TEXT, what="A reason", field="reason", refusal=InvalidOrganization)


@dataclass(frozen=True, slots=True)
class ParentLink:
    """Under which organization another one stood, and when."""

    parent_id: OrganizationId
    validity: Validity


@dataclass(frozen=True, slots=True)
class Profile:
    """What an organization looked like in one school year; ``share_disadvantaged`` lies in [0, 1]."""

    year: int
    enrolment: int | None = None
    lowest_grade: str | None = None
    highest_grade: str | None = None
    share_disadvantaged: float | None = None

    def __post_init__(self) -> None:
        if self.enrolment is not None and self.enrolment < 0:
            raise InvalidOrganization(f"Enrolment cannot be negative ({self.enrolment}).", field=("enrolment",))
        if self.share_disadvantaged is not None and not 0 <= self.share_disadvantaged <= 1:
            raise InvalidOrganization(
                f"The share of disadvantaged pupils is {self.share_disadvantaged}; a share lies between 0 and 1.",
                field=("shareDisadvantaged",),
            )


@dataclass(eq=False)
class Organization:
    """A state agency, a district, a school or a network.

    ``identifiers`` maps a scheme (``nces``, ``state``) to what this organization is called there.
    """

    id: OrganizationId
    kind: OrganizationKind
    name: str
    identifiers: dict[str, str] = field(default_factory=dict)
    level: SchoolLevel | None = None
    city: str | None = None
    opened: date | None = None
    closed: date | None = None
    generated: bool = False
    parents: list[ParentLink] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    designations: list[Designation] = field(default_factory=list)
    version: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidOrganization("An organization needs a name.", field=("name",))
        for what, text, name in (("A name", self.name, "name"), ("The name of a city", self.city, "city")):
            check_length(text, LONGEST_NAME, what=what, field=name, refusal=InvalidOrganization)
        if self.opened and self.closed and self.closed <= self.opened:
            raise InvalidOrganization(
                f"{self.name} cannot close on {self.closed}, before it opened on {self.opened}.", field=("closed",)
            )

    def place_under(self, parent: "Organization", validity: Validity) -> None:
        """Put this organization under ``parent`` for the days of ``validity``.

        Raises ``InvalidParent`` if a level would be skipped, a cycle made, or two parents held on one day.
        """
        wanted = PARENT_KIND[self.kind]
        if parent.id == self.id:
            raise InvalidParent(f"{self.name} cannot stand under itself.", field=("parentId",))
        if parent.kind is not wanted:
            place = f"under a {wanted.lower()}" if wanted else "under nothing"
            raise InvalidParent(
                f"A {self.kind.lower()} stands {place}; {parent.name} is a {parent.kind.lower()}.", field=("parentId",)
            )
        for link in self.parents:
            if link.validity.overlaps(validity):
                raise InvalidParent(
                    f"{self.name} already has a parent from {link.validity.start} to {link.validity.end or 'now on'}; "
                    "end that one first.",
                    field=("validity",),
                )
        self.parents.append(ParentLink(parent.id, validity))

    def parent_on(self, day: date) -> OrganizationId | None:
        """Return the parent this organization had on ``day``."""
        return next((link.parent_id for link in self.parents if link.validity.holds_on(day)), None)

    def designate(self, designation: Designation) -> None:
        """Record why the state identified this school; the same kind cannot stand twice on one day."""
        if self.kind is not OrganizationKind.SCHOOL:
            raise InvalidOrganization(f"Only schools are identified; {self.name} is a {self.kind.lower()}.")
        if any(
            held.kind is designation.kind and held.validity.overlaps(designation.validity) for held in self.designations
        ):
            raise InvalidOrganization(f"{self.name} is already identified as {designation.kind} in that time.")
        self.designations.append(designation)

    def designation_on(self, day: date) -> Designation | None:
        """Return the designation that stands on ``day``; the most intensive one if there are several."""
        standing = [held for held in self.designations if held.validity.holds_on(day)]
        return min(standing, key=lambda held: list(DesignationKind).index(held.kind), default=None)

    def open_on(self, day: date) -> bool:
        """Return whether the organization exists on ``day``."""
        return (self.opened is None or self.opened <= day) and (self.closed is None or day < self.closed)

    def profile_of(self, year: int) -> Profile | None:
        """Return the profile of school year ``year``."""
        return next((profile for profile in self.profiles if profile.year == year), None)
