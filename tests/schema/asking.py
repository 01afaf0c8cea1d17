"""A client of the schema within the process: asks as somebody, on a day, over one store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event
from strawberry.types import ExecutionResult

from domain.identity import ForecastId
from domain.people import NOBODY, Viewer
from domain.ports import Acting, UnitOfWork
from domain.reading import Reader
from domain.services.performing import perform
from schema.context import Context
from schema.root import schema
from storage.database import Database

REQUEST_ID = "request-1"


async def no_progress(forecast_id: ForecastId) -> AsyncIterator[None]:
    yield


@dataclass(frozen=True)
class Asker:
    """Asks ``schema`` as ``viewer`` at ``now``."""

    reader: Reader
    open_work: Callable[[], UnitOfWork]
    viewer: Viewer
    now: datetime
    progress: Callable[[ForecastId], AsyncIterator[None]] = field(default=no_progress)

    def as_(self, viewer: Viewer = NOBODY) -> "Asker":
        return replace(self, viewer=viewer)

    def context(self) -> Context:
        async def carry_out(
            service: Callable[..., object], *, key: str | None, request: dict[str, Any], **arguments: Any
        ) -> UUID:
            acting = Acting(self.viewer, self.now)
            return await asyncio.to_thread(
                perform, self.open_work, acting, service, key=key, request=request, **arguments
            )

        return Context(self.viewer, self.now, self.reader, carry_out, self.progress, REQUEST_ID)

    async def answer(self, document: str, **variables: Any) -> ExecutionResult:
        result = await schema.execute(document, variable_values=variables, context_value=self.context())
        assert isinstance(result, ExecutionResult)
        return result

    async def ask(self, document: str, **variables: Any) -> Any:
        """Return the data of an answer without errors."""
        result = await self.answer(document, **variables)
        assert result.errors is None, result.errors
        return result.data

    async def error(self, document: str, **variables: Any) -> tuple[str, str]:
        """Return the code and the words of the one error of an answer."""
        result = await self.answer(document, **variables)
        assert result.errors is not None
        assert len(result.errors) == 1, result.errors
        return (result.errors[0].extensions or {})["code"], result.errors[0].message

    async def change(self, mutation: str, type_: str, selection: str, **asked: Any) -> Any:
        """Return the payload of a mutation that takes one input."""
        document = (
            f"mutation ($input: {type_}!) {{ {mutation}(input: $input) "
            f"{{ {selection} errors {{ field code message }} }} }}"
        )
        return (await self.ask(document, input=asked))[mutation]

    async def refusal(self, mutation: str, type_: str, **asked: Any) -> dict[str, Any]:
        """Return the one reason for which a mutation is refused."""
        payload = await self.change(mutation, type_, "__typename", **asked)
        assert len(payload["errors"]) == 1, payload
        refusal: dict[str, Any] = payload["errors"][0]
        return refusal


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that reach PostgreSQL meanwhile."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
