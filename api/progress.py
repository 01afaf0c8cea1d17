"""News of forecasts, brought from PostgreSQL to everyone who waits for it in this process.

One connection listens for all. A waiter is only woken, never sent anything, so one that is slow is woken once for
all that happened meanwhile, and one that has vanished costs nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Self

from domain.identity import ForecastId
from storage.database import Database

CHANNEL = "milepost_forecasts"
CONNECTED_AGAIN = "*"


class ProgressFeed:
    """Wakes whoever follows a forecast. Used as ``async with``, for as long as the server lives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def follow(self, forecast_id: ForecastId) -> AsyncIterator[None]:
        """Yield at once, then each time something may have changed about the forecast, for as long as asked."""
        key, news = str(forecast_id), asyncio.Event()
        self._waiting[key].add(news)
        try:
            # Registered before the first look, so that nothing falls between the look and the wait.
            while True:
                news.clear()
                yield
                await news.wait()
        finally:
            self._waiting[key].discard(news)
            if not self._waiting[key]:
                del self._waiting[key]

    async def _listen(self) -> None:
        async for payload in self._database.listen(CHANNEL, on_connected=CONNECTED_AGAIN):
            # While the connection was gone, news was lost: everyone has to look.
            keys = list(self._waiting) if payload == CONNECTED_AGAIN else [payload]
            for key in keys:
                for news in self._waiting.get(key, ()):
                    news.set()
