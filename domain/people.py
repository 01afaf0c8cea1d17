"""Who acts: accounts, and the roles they hold on subtrees of the organization tree."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.calendar import Validity
from domain.errors import InvalidInput, NotPermitted
from domain.identity import AccountId, OrganizationId
from domain.wording import LONGEST_ADDRESS, LONGEST_NAME, check_length


class Role(StrEnum):
    """What somebody may do within a subtree."""

    STATE_ADMIN = "STATE_ADMIN"
    STATE_PLANNER = "STATE_PLANNER"
    DISTRICT_LEAD = "DISTRICT_LEAD"
    PRINCIPAL = "PRINCIPAL"
    TEAM_MEMBER = "TEAM_MEMBER"
    COACH = "COACH"
    RESEARCHER = "RESEARCHER"
    GUEST = "GUEST"


class Right(StrEnum):
    """Something a role allows."""

    READ = "READ"
    EDIT_PLAN = "EDIT_PLAN"
    RECORD = "RECORD"
    PLAN_SUPPORTS = "PLAN_SUPPORTS"
    IMPORT = "IMPORT"
    ADMINISTER = "ADMINISTER"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.STATE_ADMIN: frozenset(Right),
    Role.STATE_PLANNER: frozenset({Right.READ, Right.EDIT_PLAN, Right.RECORD, Right.PLAN_SUPPORTS, Right.IMPORT}),
    Role.DISTRICT_LEAD: frozenset({Right.READ, Right.EDIT_PLAN, Right.RECORD}),
    Role.PRINCIPAL: frozenset({Right.READ, Right.EDIT_PLAN, Right.RECORD}),
    Role.TEAM_MEMBER: frozenset({Right.READ, Right.RECORD}),
    Role.COACH: frozenset({Right.READ, Right.RECORD}),
    Role.RESEARCHER: frozenset({Right.READ}),
    Role.GUEST: frozenset({Right.READ}),
}


class TokenScope(StrEnum):
    """How much of what its account may do an API token may do."""

    READ = "READ"
    WRITE = "WRITE"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role held on an organization and all below it; ``organization_id`` None means every organization."""

    role: Role
    organization_id: OrganizationId | None
    validity: Validity


@dataclass(eq=False)
class Account:
    """A person or a service that signs in."""

    id: AccountId
    email: str
    name: str
    grants: list[RoleGrant] = field(default_factory=list)
    disabled: bool = False
    version: int = 1

    def __post_init__(self) -> None:
        if "@" not in self.email.strip("@"):
            raise InvalidInput(f"“{self.email}” is not an e-mail address.", field=("email",))
        check_length(self.email, LONGEST_ADDRESS, what="An e-mail address", field="email", refusal=InvalidInput)
        check_length(self.name, LONGEST_NAME, what="A name", field="name", refusal=InvalidInput)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is asking now: an account and the grants that hold today. Nobody signed in has no grants."""

    account_id: AccountId | None
    name: str
    grants: tuple[RoleGrant, ...]

    @classmethod
    def of(cls, account: Account, today: date) -> "Viewer":
        standing = () if account.disabled else tuple(g for g in account.grants if g.validity.holds_on(today))
        return cls(account.id, account.name, standing)

    def may(self, right: Right, lineage: Iterable[OrganizationId]) -> bool:
        """Return whether ``right`` is held on any organization of ``lineage`` (one and all above it)."""
        above = set(lineage)
        return any(
            right in RIGHTS[grant.role] and (grant.organization_id is None or grant.organization_id in above)
            for grant in self.grants
        )

    def require(self, right: Right, lineage: Iterable[OrganizationId]) -> None:
        """Raise ``NotPermitted`` unless ``right`` is held on any organization of ``lineage``."""
        if not self.may(right, lineage):
            words = right.lower().replace("_", " ")
            raise NotPermitted(f"Your role does not let you {words} here.")

    def reach(self, right: Right) -> frozenset[OrganizationId] | None:
        """Return the organizations below which ``right`` is held; None means everywhere."""
        held = [grant.organization_id for grant in self.grants if right in RIGHTS[grant.role]]
        return None if None in held else frozenset(identity for identity in held if identity is not None)


NOBODY = Viewer(None, "nobody", ())
