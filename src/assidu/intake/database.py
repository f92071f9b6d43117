"""Scripts on asyncpg: connections of intake, and what its errors mean to a sender."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from asyncpg import Connection
from asyncpg import exceptions as pg

from assidu.foundation.problems import Problem
from assidu.intake import problems
from assidu.loyalty.script import Answer, Script

CONNECT_SECONDS = 5
LOCK_MILLISECONDS = 5_000
STATEMENT_MILLISECONDS = 30_000

Connect = Callable[[], Awaitable[Connection]]

SETTINGS = {
    "application_name": "assidu intake",
    "synchronous_commit": "on",  # whatever the server's default: this is money
    "lock_timeout": str(LOCK_MILLISECONDS),
    "statement_timeout": str(STATEMENT_MILLISECONDS),
    "idle_in_transaction_session_timeout": "60000",
    # Every statement is prepared and looks up by key: planning again for each batch would cost more than it gains.
    "plan_cache_mode": "force_generic_plan",
}
LOST = (
    OSError,
    TimeoutError,
    asyncio.IncompleteReadError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    pg.PostgresConnectionError,
    pg.CannotConnectNowError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.TooManyConnectionsError,
    pg.InvalidAuthorizationSpecificationError,
    pg.InvalidCatalogNameError,
)
TRY_AGAIN = (pg.UniqueViolationError, pg.DeadlockDetectedError, pg.SerializationError)
BUSY = (pg.LockNotAvailableError, pg.QueryCanceledError)
FULL = (pg.DiskFullError, pg.PostgresIOError, pg.OutOfMemoryError)


def connector(url: Callable[[], str]) -> Connect:
    """Connects to wherever ``url`` says at that moment: a restarted server may have another port."""

    async def connect() -> Connection:
        connection: Connection = await asyncpg.connect(
            url(), timeout=CONNECT_SECONDS, server_settings=SETTINGS
        )
        return connection

    return connect


def unavailability(error: BaseException) -> Problem | None:
    """The problem of a failure that is not the event's fault, and that waiting may cure."""
    if isinstance(error, FULL):
        return problems.STORAGE_FULL
    if isinstance(error, BUSY):
        return problems.BUSY
    return problems.DATABASE_DOWN if isinstance(error, LOST) else None


async def run_script(connection: Connection, script: Script[Answer]) -> Answer:
    """Run a script on a connection, in the transaction that is open there."""
    try:
        step = next(script)
        while True:
            rows = await connection.fetch(step.statement, *step.parameters)
            step = script.send(rows)
    except StopIteration as finished:
        answer: Answer = finished.value
        return answer


__all__ = ["Connect", "Connection", "connector", "run_script", "unavailability"]
