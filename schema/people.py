"""Who asks: the viewer, and the roles they hold on parts of the tree."""

from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry

from domain.identity import OrganizationId
from domain.people import RIGHTS, Right, Role
from domain.people import Viewer as Caller
from schema.context import Info
from schema.relay import Kind, node_of
from schema.scalars import described

if TYPE_CHECKING:
    from schema.organizations import Organization

described(
    Role,
    "What a person may do within one subtree of the organizations.",
    {
        "STATE_ADMIN": "Everything.",
        "STATE_PLANNER": "Read, edit plans, record, import, and plan supports.",
        "DISTRICT_LEAD": "Read, edit plans and record.",
        "PRINCIPAL": "Read, edit plans and record.",
        "TEAM_MEMBER": "Read and record.",
        "COACH": "Read and record.",
        "RESEARCHER": "Read.",
        "GUEST": "Read.",
    },
)


@strawberry.type(description="A role held on an organization and all below it.")
class RoleGrant:
    """A role held on an organization and all below it."""

    role: Role = strawberry.field(description="What may be done there.")
    organization_id: strawberry.Private[OrganizationId | None]

    @strawberry.field(description="Where it holds; null if it holds everywhere, or the organization is not to be seen.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.organizations")] | None:
        node: Organization | None = await node_of(info.context, Kind.ORGANIZATION, self.organization_id)
        return node


@strawberry.type(description="Whoever is asking.")
class Viewer:
    """Whoever is asking."""

    signed_in: bool = strawberry.field(description="Whether anybody is signed in; if not, there is nothing to see.")
    name: str = strawberry.field(description="What to call them.")
    grants: list[RoleGrant] = strawberry.field(description="The roles that hold today.")
    may_plan_supports: bool = strawberry.field(description="Whether they may plan supports and forecast somewhere.")
    caller: strawberry.Private[Caller]

    @strawberry.field(description="The address they sign in with; null if nobody is signed in.")
    async def email(self, info: Info) -> str | None:
        if self.caller.account_id is None:
            return None
        account = await info.context.reader.account(self.caller.account_id)
        return None if account is None else account.email

    @strawberry.field(description="Where to begin: the organization of their first role, or the first state they see.")
    async def home(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.organizations")] | None:
        home: Any = None
        for grant in self.caller.grants:
            home = home or await node_of(info.context, Kind.ORGANIZATION, grant.organization_id)
        if home is None:
            states = await info.context.reader.states(info.context.sight)
            home = await node_of(info.context, Kind.ORGANIZATION, states[0].id) if states else None
        return home  # type: ignore[no-any-return]

    @classmethod
    def of(cls, caller: Caller) -> Self:
        return cls(
            signed_in=caller.account_id is not None,
            name=caller.name,
            grants=[RoleGrant(role=grant.role, organization_id=grant.organization_id) for grant in caller.grants],
            may_plan_supports=any(Right.PLAN_SUPPORTS in RIGHTS[grant.role] for grant in caller.grants),
            caller=caller,
        )


@strawberry.type
class PeopleQueries:
    """What may be asked of people."""

    @strawberry.field(description="Whoever is asking; never null, but perhaps nobody.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.viewer)
