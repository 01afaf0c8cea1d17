"""A small schema that does everything a transport must carry: answers, refusals, faults, slowness, streams."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import GraphQLSchema
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from api.serving.faults import FaultCode, RequestFault
from domain.errors import InvalidInput


@dataclass
class Counts:
    """What happened on the server's side of a stream."""

    opened: int = 0
    closed: int = 0
    written: int = 0
    cancelled: int = 0


@dataclass
class ToyContext:
    request_id: str
    counts: Counts


@dataclass
class ToyDoor:
    counts: Counts = field(default_factory=Counts)
    routes: list[BaseRoute] = field(default_factory=list)

    async def context(self, connection: HTTPConnection, said: Any = None) -> ToyContext:
        shown = (said or {}).get("Authorization") or connection.headers.get("authorization")
        if shown == "Bearer bad":
            raise RequestFault(401, FaultCode.UNAUTHENTICATED, "This token is unknown.")
        return ToyContext(connection.scope["state"]["request_id"], self.counts)


Info = strawberry.Info[ToyContext, None]


@strawberry.type
class Leaf:
    name: str

    @strawberry.field
    def deeper(self) -> "Leaf":
        return Leaf(name="deeper")


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def leaf(self) -> Leaf:
        return Leaf(name="leaf")

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("SELECT secret FROM /etc/passwd")

    @strawberry.field
    def refused(self) -> str | None:
        raise InvalidInput("Seven is not a colour.", field=("colour",))

    @strawberry.field
    async def slow(self, info: Info, seconds: float) -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            info.context.counts.cancelled += 1
            raise
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def write(self, info: Info) -> int:
        info.context.counts.written += 1
        return info.context.counts.written


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info, to: int, pause: float = 0.0) -> AsyncIterator[int]:
        info.context.counts.opened += 1
        try:
            for number in range(to):
                yield number
                await asyncio.sleep(pause)
        finally:
            info.context.counts.closed += 1

    @strawberry.subscription
    async def breaking(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("SELECT secret")


def toy_schema() -> GraphQLSchema:
    return strawberry.Schema(Query, Mutation, Subscription)._schema
