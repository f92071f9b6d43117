"""The connections that only look: keys, readiness, what an event would be worth."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from assidu.foundation import clock
from assidu.intake.database import Connect, Connection, run_script
from assidu.intake.shops import Shops
from assidu.loyalty.entries import Entry, Later, Outcome, entry_again
from assidu.loyalty.live import OutOfDate, post

CONNECTIONS_MAX = 2
ATTEMPTS_MAX = 3
Found = TypeVar("Found")


class Looking:
    """A small pool; a connection that failed is not used again."""

    def __init__(self, connect: Connect, shops: Shops, now: Callable[[], datetime] = clock.now) -> None:
        self._connect = connect
        self._shops = shops
        self._now = now
        self._free: list[Connection] = []
        self._places = asyncio.Semaphore(CONNECTIONS_MAX)

    async def with_connection(self, look: Callable[[Connection], Awaitable[Found]]) -> Found:
        async with self._places:
            connection = self._free.pop() if self._free else None
            is_reused = connection is not None
            if connection is None or connection.is_closed():
                connection, is_reused = await self._connect(), False
            try:
                found = await look(connection)
            except BaseException:
                with contextlib.suppress(Exception):
                    await connection.close(timeout=1)
                if not is_reused:
                    raise
            else:
                self._free.append(connection)
                return found
            # The database was restarted since: once more, on a fresh connection.
            connection = await self._connect()
            try:
                found = await look(connection)
            except BaseException:
                with contextlib.suppress(Exception):
                    await connection.close(timeout=1)
                raise
            self._free.append(connection)
            return found

    async def evaluate(self, entries: Sequence[Entry]) -> list[Outcome]:
        """What recording would answer; nothing is changed.

        Who was merged, or entered or left an account, while we looked is looked up once more.
        """
        outcomes = await self._look(entries)
        again = {
            place: once_more
            for place, (outcome, entry) in enumerate(zip(outcomes, entries, strict=True))
            if (once_more := entry_again(outcome, entry)) is not None
        }
        if again:
            for place, outcome in zip(again, await self._look(list(again.values())), strict=True):
                outcomes[place] = outcome
        found: list[Outcome] = []
        for outcome in outcomes:
            assert not isinstance(outcome, Later), "what is only tried waits for nothing"
            found.append(outcome)
        return found

    async def _look(self, entries: Sequence[Entry]) -> list[Outcome | Later]:
        async def look(connection: Connection) -> list[Outcome | Later]:
            for _ in range(ATTEMPTS_MAX):
                opened = self._shops.current or await self._shops.load(connection)
                try:
                    async with connection.transaction(readonly=True):
                        script = post(entries, opened.shop, self._now(), is_trying=True)
                        outcomes = await run_script(connection, script)
                except OutOfDate:
                    await self._shops.load(connection)
                    continue
                return outcomes
            raise AssertionError("a programme is not published faster than it is read")

        return await self.with_connection(look)

    async def close(self) -> None:
        while self._free:
            with contextlib.suppress(Exception):
                await self._free.pop().close(timeout=2)
