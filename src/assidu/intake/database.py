"""Scripts on asyncpg: connections of intake, and what its errors mean to a sender."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

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
    # Every statement is prepared and looks up by key: planning again for each batch would cost more than it gains, and
    # what was planned while a table was small must still be right when it is large.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
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
# Without room for the next file of its log (16 MB), PostgreSQL stops rather than lie, and cannot start again.
ROOM_BYTES_MIN = 32 * 1024 * 1024


class NoRoom(Exception):
    """The database does not answer, and its disk is full: the one explains the other."""


FULL = (pg.DiskFullError, pg.PostgresIOError, pg.OutOfMemoryError, NoRoom)


def connector(url: Callable[[], str], folder: Path | None = None) -> Connect:
    """Connects to wherever ``url`` says at that moment: a restarted server may have another port.

    ``folder`` is where the database lies, if that is on this machine.
    """

    async def connect() -> Connection:
        try:
            connection: Connection = await asyncpg.connect(
                url(), timeout=CONNECT_SECONDS, server_settings=SETTINGS
            )
        except LOST as error:
            if folder is not None and _has_no_room(folder):
                raise NoRoom from error
            raise
        # The driver would write the last day, which is our "never", as infinity: another day to everybody else.
        await connection.set_type_codec(
            "date", schema="pg_catalog", encoder=_days_since_epoch, decoder=_day, format="tuple"
        )
        return connection

    return connect


_EPOCH = date(2000, 1, 1).toordinal()


def _days_since_epoch(day: date) -> tuple[int]:
    return (day.toordinal() - _EPOCH,)


def _day(days: tuple[int]) -> date:
    return date.fromordinal(days[0] + _EPOCH)


def _has_no_room(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < ROOM_BYTES_MIN
    except OSError:
        return False


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
