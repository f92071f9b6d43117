"""The ASGI application of the hot routes: `assidu.intake.app:application`.

Mounted beside Django by `assidu serve`, and able to run alone. It starts without a database and answers 503 until
there is one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from assidu.foundation.database import known_database
from assidu.foundation.postgres.place import existing_base
from assidu.foundation.problems import Problem
from assidu.foundation.settings import Settings, SettingsError, current_settings
from assidu.intake import metrics, problems
from assidu.intake.database import Connection, connector, unavailability
from assidu.intake.http import Disconnected, Request, Response, respond
from assidu.intake.keys import Keys
from assidu.intake.lanes import Lanes
from assidu.intake.looking import Looking
from assidu.intake.recording import Recording
from assidu.intake.shops import NoProgramme, Shops

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

REFRESH_SECONDS = 10
HOLD_PATH = "/v1/holds/"

_log = structlog.get_logger(__name__)


class Intake:
    """One process's hot routes. ``url`` and ``settings`` are asked when it starts, not before."""

    def __init__(
        self,
        url: Callable[[], str] | None = None,
        settings: Callable[[], Settings] = current_settings,
    ) -> None:
        self._url = url
        self._settings = settings
        self._started: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive)
            with contextlib.suppress(Disconnected):
                await respond(send, request, await self._answer(request))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except SettingsError as error:
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    # ------------------------------------------------------------ starting and stopping

    async def start(self) -> None:
        settings = self._settings()
        folder = None if self._url or settings.database_url else existing_base(settings.home)
        connect = connector(self._url or (lambda: _address(settings)), folder)
        self._shops = Shops(settings)
        self._lanes = Lanes(connect, self._shops)
        self._looking = Looking(connect, self._shops)
        self._recording = Recording(self._lanes, self._looking, self._shops, Keys(), settings.pseudonym_key)
        self._lanes.start()
        self._refreshing = asyncio.create_task(self._refresh(), name="refresh")
        # The first request need not wait for the programme to be read; without a database it is read later.
        with contextlib.suppress(Exception):
            await self._looking.with_connection(self._shops.load)

    async def close(self) -> None:
        if self._refreshing is not None:
            self._refreshing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refreshing
        await self._lanes.close()
        await self._looking.close()

    async def _refresh(self) -> None:
        """Follow what changes beside us."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self._looking.with_connection(self._shops.refresh)
            except Exception as error:
                _log.warning("catalogue not refreshed", error=type(error).__name__)

    async def _ready(self) -> None:
        """Servers without a life span (a Dispatcher asked late) start with the first request.

        A start that failed is tried again with the next one.
        """
        started = self._started
        if started is None or (started.done() and (started.cancelled() or started.exception() is not None)):
            started = self._started = asyncio.create_task(self.start())
        await asyncio.shield(started)

    # ------------------------------------------------------------ routes

    async def _answer(self, request: Request) -> Response | Problem:
        path = request.path.rstrip("/") or "/"
        if path == "/livez":
            return Response(200, b'{"status":"alive"}')
        try:
            if self._refreshing is None:
                await self._ready()
            match path:
                case "/v1/events":
                    return await self._recording.record(request)
                case "/v1/evaluate":
                    return await self._recording.evaluate(request)
                case "/v1/holds":
                    return await self._recording.hold(request)
                case _ if path.startswith(HOLD_PATH):
                    return await self._recording.release(request, path.removeprefix(HOLD_PATH))
                case "/readyz":
                    return await self._readiness()
                case "/metrics":
                    return Response(200, metrics.latest(), metrics.CONTENT_TYPE.encode())
                case _:
                    return problems.NOT_FOUND
        except Disconnected:
            raise
        except Exception as error:
            _log.error("request failed", request_id=request.id, path=path, exc_info=error)
            return problems.FAILED

    async def _readiness(self) -> Response | Problem:
        """Can an event be recorded now?"""

        async def look(connection: Connection) -> None:
            await connection.fetchval("SELECT 1")
            if self._shops.current is None:
                await self._shops.load(connection)

        try:
            await self._looking.with_connection(look)
        except NoProgramme:
            return problems.NO_PROGRAMME
        except Exception as error:
            _log.warning("not ready", error=type(error).__name__)
            return unavailability(error) or problems.DATABASE_DOWN
        return Response(200, b'{"status":"ready"}')


def _address(settings: Settings) -> str:
    database = known_database(settings)
    if database is None:
        raise ConnectionError("no database is known on this home")
    return database.url


application = Intake()
