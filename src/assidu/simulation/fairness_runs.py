"""Looks at fairness that people asked for: started in a process of their own, told, kept for a while, read."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from assidu.foundation.clock import now
from assidu.foundation.database import as_url
from assidu.foundation.ids import new_id
from assidu.foundation.sql import rows
from assidu.plans.document import Document
from assidu.simulation.actions import is_running
from assidu.simulation.fairness_types import COULD_HAVE, REACHED, Fairness, Standing
from assidu.simulation.queries import SILENT_AFTER
from assidu.simulation.types import RunState

KEPT_MAX = 20
"""Of each programme; the oldest go when another one is asked for."""


@dataclass(frozen=True, slots=True)
class FairnessRun:
    """``fairness`` once it is done."""

    run_id: UUID
    programme: str
    label: str
    yaml: str
    since: date | None
    until: date | None
    asked_at: datetime
    asked_by: str
    state: RunState
    done: int
    total: int
    told_at: datetime
    seconds: float  # since it began, as last told
    fairness: Fairness | None
    failure: str

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; unknown while nothing is done."""
        if not self.done or self.seconds <= 0:
            return None
        return self.seconds * (self.total - self.done) / self.done


# ---------------------------------------------------------------- writing


def ask(
    document: Document,
    yaml: str,
    *,
    label: str,
    by: str,
    since: date | None = None,
    until: date | None = None,
) -> UUID:
    """Write down what is to be looked at; of earlier looks, the last ones stay."""
    asked_at = now()
    run_id = new_id(asked_at)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO simulation_fairness (run_id, programme, label, yaml, since, until, asked_at, asked_by, "
            "told_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (run_id, document.programme, label, yaml, since, until, asked_at, by, asked_at),
        )
        cursor.execute(
            "DELETE FROM simulation_fairness WHERE programme = %s AND state NOT IN ('waiting', 'running') "
            "AND run_id NOT IN (SELECT run_id FROM simulation_fairness WHERE programme = %s "
            "ORDER BY asked_at DESC LIMIT %s)",
            (document.programme, document.programme, KEPT_MAX),
        )
    return run_id


def start(
    document: Document,
    yaml: str,
    *,
    label: str,
    by: str,
    since: date | None = None,
    until: date | None = None,
) -> UUID:
    """Ask, and set it off in a process of its own; answers at once."""
    run_id = ask(document, yaml, label=label, by=by, since=since, until=until)
    process = subprocess.Popen(
        [sys.executable, "-m", "assidu.simulation.fairness_job", str(run_id)],
        env={**os.environ, "ASSIDU_DATABASE_URL": as_url(connection.settings_dict)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_fairness SET process_id = %s WHERE run_id = %s", (process.pid, run_id)
        )
    return run_id


def cancel(run_id: UUID) -> None:
    """Stop a look that is not over; one that is over stays as it ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_fairness SET state = 'cancelled', told_at = %s WHERE run_id = %s "
            "AND state IN ('waiting', 'running') RETURNING process_id",
            (now(), run_id),
        )
        row = cursor.fetchone()
    if row is not None and row[0] is not None and is_running(run_id, row[0]):
        with suppress(ProcessLookupError):
            os.killpg(row[0], signal.SIGTERM)


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far it is, ``seconds`` after it began."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_fairness SET state = 'running', done = %s, total = %s, seconds = %s, told_at = %s "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (done, total, seconds, now(), run_id),
        )


@transaction.atomic
def finish(run_id: UUID, found: Fairness, standings: Sequence[Standing]) -> None:
    """Keep what was found, and what became of each member; one that was cancelled stays so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_fairness SET state = 'done', report = %s::jsonb, done = total, told_at = %s "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (msgspec.json.encode(found).decode(), now(), run_id),
        )
        if cursor.rowcount:
            cursor.executemany(
                "INSERT INTO simulation_fairness_member (run_id, customer_id, outcomes) VALUES (%s, %s, %s)",
                [(run_id, one.customer_id, list(one.outcomes)) for one in standings],
            )


def fail(run_id: UUID, why: str) -> None:
    """It did not come to its end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_fairness SET state = 'failed', failure = %s, told_at = %s "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (why, now(), run_id),
        )


# ---------------------------------------------------------------- reading

_COLUMNS = (
    "run_id, programme, label, yaml, since, until, asked_at, asked_by, state, done, total, told_at, seconds, "
    "report::text, failure"
)


def run(run_id: UUID) -> FairnessRun | None:
    found = rows(f"SELECT {_COLUMNS} FROM simulation_fairness WHERE run_id = %s", [run_id])
    return _run(found[0]) if found else None


def runs(programme: str) -> list[FairnessRun]:
    """The last ones first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM simulation_fairness WHERE programme = %s ORDER BY asked_at DESC LIMIT %s",
        [programme, KEPT_MAX],
    )
    return [_run(row) for row in found]


def people(
    run_id: UUID, place: int, outcome: str = "", *, start: int = 0, limit: int = 50
) -> list[tuple[UUID, str]]:
    """Members with what became of them on the line of this place (from 0): those with one outcome, or all who are
    left out."""
    wanted = "m.outcomes[%s] = %s" if outcome else "NOT (m.outcomes[%s] = ANY (%s))"
    found = rows(
        "SELECT m.customer_id, m.outcomes[%s] FROM simulation_fairness_member AS m "
        f"WHERE m.run_id = %s AND {wanted} ORDER BY m.customer_id LIMIT %s OFFSET %s",
        [place + 1, run_id, place + 1, outcome or [REACHED, COULD_HAVE], limit, start],
    )
    return [(customer, said) for customer, said in found]


def _run(row: Sequence[Any]) -> FairnessRun:
    (
        run_id,
        programme,
        label,
        yaml,
        since,
        until,
        asked_at,
        asked_by,
        state,
        done,
        total,
        told_at,
        seconds,
        report,
        failure,
    ) = row
    found = FairnessRun(
        run_id,
        programme,
        label,
        yaml,
        since,
        until,
        asked_at,
        asked_by,
        RunState(state),
        done,
        total,
        told_at,
        seconds,
        None if report is None else msgspec.json.decode(report, type=Fairness),
        failure,
    )
    if not found.state.is_over and now() - found.told_at > SILENT_AFTER:
        return replace(found, state=RunState.FAILED, failure="the process that ran it is gone")
    return found
