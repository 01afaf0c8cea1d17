"""What every resolver is told: who asks, when, what may be read and how something is done.

A context belongs to one operation. Its batches remember what they have read, so an operation sees each object once;
each event of a subscription, and whatever follows a mutation, reads anew.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar
from uuid import UUID

import strawberry

from domain.identity import ForecastId
from domain.people import Viewer
from domain.reading import Reader, Sight

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Rest = ParamSpec("Rest")
BatchRead: TypeAlias = Callable[Concatenate[Sight, Sequence[Key], Rest], Awaitable[Mapping[Key, Answer]]]


class Perform(Protocol):
    """Carries out one act, off the event loop; see ``domain.services.performing``."""

    async def __call__(
        self, service: Callable[..., object], *, key: str | None, request: dict[str, Any], **arguments: Any
    ) -> UUID:
        """Return the identity of what ``service`` answered with; raises what it refuses."""
        ...


# How many turns of the event loop a question waits for others like it: the executor comes to the parts of a list in
# different turns, and one more turn costs less than one more statement.
TURNS_WAITED = 4


class Batches:
    """Gathers single questions of one kind into one question about many objects, and remembers the answers."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._gathering: dict[Hashable, tuple[list[Any], asyncio.Task[Mapping[Any, Any]]]] = {}
        self._answers: dict[Hashable, asyncio.Task[Mapping[Any, Any]]] = {}

    async def load(
        self, read: BatchRead[Key, Rest, Answer], key: Key, *rest: Rest.args, **named: Rest.kwargs
    ) -> Answer | None:
        """Return what ``read`` answers about ``key``; all that is asked meanwhile with equal ``rest`` goes along."""
        question = (read.__name__, *rest, *named.items())
        answers = self._answers.get((question, key))
        if answers is None:
            if question not in self._gathering:
                keys: list[Key] = []
                asked = self._answered(question, lambda: read(self._sight, keys, *rest, **named))
                self._gathering[question] = keys, asyncio.create_task(asked)
            gathered, answers = self._gathering[question]
            gathered.append(key)
            self._answers[question, key] = answers
        # One that is called off must not call off what others wait for.
        held: Answer | None = (answers.result() if answers.done() else await asyncio.shield(answers)).get(key)
        return held

    async def _answered(self, question: Hashable, ask: Callable[[], Awaitable[Mapping[Any, Any]]]) -> Mapping[Any, Any]:
        for _ in range(TURNS_WAITED):
            await asyncio.sleep(0)
        del self._gathering[question]
        return await ask()


@dataclass(slots=True)
class Context:
    """One for each operation.

    ``progress`` wakes at once and then at every change of a forecast. ``identify`` asks again who the caller is and
    what they may do, before each event of a subscription; without it the caller keeps the grants that still hold then.
    """

    viewer: Viewer
    now: datetime
    reader: Reader
    perform: Perform
    progress: Callable[[ForecastId], AsyncIterator[None]]
    request_id: str
    identify: Callable[[], Awaitable[Viewer]] | None = None
    clock: Callable[[], datetime] | None = None
    batches: Batches = field(init=False)

    def __post_init__(self) -> None:
        self.batches = Batches(self.sight)

    @property
    def sight(self) -> Sight:
        """Whose eyes read, as of now."""
        return Sight.of(self.viewer, self.now)

    def forget(self) -> None:
        """Read everything anew from here on."""
        self.batches = Batches(self.sight)

    async def renew(self) -> None:
        """Ask again what time it is and what the caller may do, then read everything anew."""
        if self.clock is not None:
            self.now = self.clock()
        if self.identify is not None:
            self.viewer = await self.identify()
        else:
            standing = tuple(held for held in self.viewer.grants if held.validity.holds_on(self.now.date()))
            self.viewer = replace(self.viewer, grants=standing)
        self.forget()


Info: TypeAlias = strawberry.Info[Context, None]
