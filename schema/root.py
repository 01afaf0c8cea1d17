"""The contract as a whole: what may be asked, changed and followed. ``schema.graphql`` is printed from here."""

import asyncio
from typing import Annotated

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.context import Info
from schema.errors import BadUserInput, MaskFaults
from schema.framework import FrameworkQueries
from schema.mutations.forecasts import ForecastMutations, Subscription
from schema.mutations.goals import GoalMutations
from schema.mutations.records import RecordMutations
from schema.mutations.scenarios import ScenarioMutations
from schema.mutations.supports import SupportMutations
from schema.organizations import District, Network, OrganizationQueries, School, State
from schema.people import PeopleQueries
from schema.relay import MOST_NODES, Node, node_by_id
from schema.scalars import SCALARS


@strawberry.type
class NodeQueries:
    """Asking for anything by its id."""

    @strawberry.field(
        description="What bears this id; null if nothing does, or the caller may not see it, or it is no id at all."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id.")],  # noqa: A002
    ) -> Node | None:
        return await node_by_id(info.context, id)

    @strawberry.field(description="What bears these ids, in their order, each null for the same reasons as `node`.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description=f"The ids; up to {MOST_NODES}.")],
    ) -> list[Node | None]:
        if len(ids) > MOST_NODES:
            raise BadUserInput("ids", f"nodes takes up to {MOST_NODES} ids, not {len(ids)}.")
        return await asyncio.gather(*(node_by_id(info.context, held) for held in ids))


@strawberry.type(description="What may be asked. What the caller may not see is as if it did not exist.")
class Query(NodeQueries, PeopleQueries, OrganizationQueries, FrameworkQueries):
    """What may be asked."""


@strawberry.type(
    description="What may be changed. A refusal is data: look at `errors` of the payload before anything else."
)
class Mutation(GoalMutations, RecordMutations, SupportMutations, ScenarioMutations, ForecastMutations):
    """What may be changed."""


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[State, District, School, Network],
    extensions=[MaskFaults],
    config=StrawberryConfig(scalar_map=SCALARS),
)


def printed() -> str:
    """Return the contract as it is kept in ``schema.graphql``."""
    return schema.as_str() + "\n"
