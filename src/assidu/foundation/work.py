"""Work that somebody asked for, done in a process of its own: set off, told how far it is, stopped, ended, read.

A row of a table is all that the process and those who follow it have in common. Which table and which process, the kind
says; what is asked for and what comes out is each kind's own.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import psutil
from django.db import connection, transaction

from assidu.foundation.clock import now
from assidu.foundation.database import as_url
from assidu.foundation.ids import new_id
from assidu.foundation.sql import rows

SILENT_AFTER = timedelta(minutes=2)
"""Work that has not told anything for so long has died with its process."""


SMOOTHED_SECONDS = 30.0
"""Over how long what is left is smoothed, at most."""


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in (RunState.DONE, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something that somebody asked for and that takes its time."""

    run_id: UUID
    programme: str
    label: str
    yaml: str
    asked_at: datetime
    asked_by: str
    state: RunState
    done: int
    total: int
    told_at: datetime
    seconds: float  # since it began, as last told
    process_id: int | None
    failure: str
    ends_after: float | None = None  # seconds after it began, smoothed

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far, unknown while nothing is done; smoothed, as no part goes at the pace of the one before,
        and what is told must count down. Never less than a quarter of what the pace alone would tell."""
        if not self.done or self.seconds <= 0:
            return None
        at_pace = self.seconds * (self.total - self.done) / self.done
        return at_pace if self.ends_after is None else max(self.ends_after - self.seconds, at_pace / 4)


@dataclass(frozen=True, slots=True)
class Kind:
    """Where such work is written down, and the module and words with which its process begins.

    ``kept_max``: so many of each programme stay; the oldest go when another one is asked for.
    """

    table: str
    process: tuple[str, ...]
    kept_max: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


_SHARED = (
    "run_id", "programme", "label", "yaml", "asked_at", "asked_by", "state", "done", "total", "told_at", "seconds",
    "process_id", "failure", "ends_after",
)  # fmt: skip
_COLUMNS = ", ".join(_SHARED)
_OPEN = "state IN ('waiting', 'running')"
# The longer it goes on, the slower what was thought before is forgotten; `seconds` is as told before. After some
# hours of silence nothing is left of it, and PostgreSQL refuses an exponential that is too near to nothing.
_ENDS_AFTER = (
    "coalesce(ends_after + (1 - exp(-least(greatest(%(seconds)s - seconds, 0) "
    "/ greatest(least(%(seconds)s / 4.0, %(slowly)s), 1.0), 700))) * (%(at_pace)s - ends_after), %(at_pace)s)"
)
AnyWork = TypeVar("AnyWork", bound=Work)


# ---------------------------------------------------------------- from its beginning to its end


@transaction.atomic
def ask(kind: Kind, programme: str, yaml: str, *, label: str, by: str, own: Mapping[str, Any]) -> UUID:
    """Write down what is to be done; ``own`` are the columns that this kind alone has."""
    asked_at = now()
    run_id = new_id(asked_at)
    columns = {
        "run_id": run_id,
        "programme": programme,
        "label": label,
        "yaml": yaml,
        "asked_at": asked_at,
        "asked_by": by,
        "told_at": asked_at,
        **own,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {kind.table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
            list(columns.values()),
        )
        if kind.kept_max is not None:
            cursor.execute(
                f"DELETE FROM {kind.table} WHERE programme = %s AND NOT {_OPEN} AND run_id NOT IN "
                f"(SELECT run_id FROM {kind.table} WHERE programme = %s ORDER BY asked_at DESC LIMIT %s)",
                (programme, programme, kind.kept_max),
            )
    return run_id


def set_off(kind: Kind, run_id: UUID) -> None:
    """In a process of its own; answers at once."""
    process = subprocess.Popen(
        [sys.executable, "-m", *kind.process, str(run_id)],
        env={**os.environ, **kind.environment, "ASSIDU_DATABASE_URL": as_url(connection.settings_dict)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {kind.table} SET process_id = %s WHERE run_id = %s", (process.pid, run_id))


def tell(kind: Kind, run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far it is, ``seconds`` after it began; what was stopped stays so."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET state = 'running', done = %(done)s, total = %(total)s, seconds = %(seconds)s, "
            f"told_at = %(now)s, ends_after = {_ENDS_AFTER} WHERE run_id = %(run_id)s AND {_OPEN}",
            {
                "done": done,
                "total": total,
                "seconds": seconds,
                "now": now(),
                "run_id": run_id,
                "at_pace": seconds * total / done if done else None,
                "slowly": SMOOTHED_SECONDS,
            },
        )


def show(kind: Kind, run_id: UUID, report: bytes) -> None:
    """What is known so far of something that goes on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET report = %s::jsonb, told_at = %s WHERE run_id = %s AND {_OPEN}",
            (report.decode(), now(), run_id),
        )


def end(kind: Kind, run_id: UUID, report: bytes | None, failure: str = "") -> bool:
    """Keep what came out, or why nothing did; answers whether it was still wanted."""
    state = RunState.FAILED if report is None else RunState.DONE
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET state = %s, report = %s::jsonb, failure = %s, told_at = %s, done = total "
            f"WHERE run_id = %s AND {_OPEN}",
            (state.value, None if report is None else report.decode(), failure, now(), run_id),
        )
        return bool(cursor.rowcount)


def cancel(kind: Kind, run_id: UUID) -> None:
    """Stop what is not over; what is over stays as it ended."""
    stopped = rows(
        f"UPDATE {kind.table} SET state = 'cancelled', told_at = %s WHERE run_id = %s AND {_OPEN} "
        "RETURNING process_id",
        [now(), run_id],
    )
    if stopped and stopped[0][0] is not None and is_running(run_id, stopped[0][0]):
        with suppress(ProcessLookupError):
            os.killpg(stopped[0][0], signal.SIGTERM)


def is_running(run_id: UUID, process_id: int) -> bool:
    """Is it still the process of this work? Its number may have gone to somebody else since."""
    try:
        process = psutil.Process(process_id)
        return process.status() != psutil.STATUS_ZOMBIE and str(run_id) in process.cmdline()
    except psutil.Error:
        return False


# ---------------------------------------------------------------- as it is read


def one(kind: Kind, run_id: UUID, own: str) -> tuple[Any, ...] | None:
    """The row of some work, what all kinds have first, then the columns named ``own``."""
    found = rows(f"SELECT {_COLUMNS}, {own} FROM {kind.table} WHERE run_id = %s", [run_id])
    return found[0] if found else None


def last(kind: Kind, programme: str, own: str, limit: int) -> Sequence[tuple[Any, ...]]:
    """The rows of the last ones that were asked for, the youngest first."""
    return rows(
        f"SELECT {_COLUMNS}, {own} FROM {kind.table} WHERE programme = %s ORDER BY asked_at DESC LIMIT %s",
        [programme, limit],
    )


def shared(row: Sequence[Any]) -> dict[str, Any]:
    """What all kinds have, by name, of a row of ``one`` or ``last``."""
    found = dict(zip(_SHARED, row, strict=False))
    return found | {"state": RunState(found["state"])}


def as_heard(found: AnyWork, at: datetime) -> AnyWork:
    """What has been silent for too long has failed."""
    if found.state.is_over or at - found.told_at <= SILENT_AFTER:
        return found
    return replace(found, state=RunState.FAILED, failure="the process that ran it is gone")
