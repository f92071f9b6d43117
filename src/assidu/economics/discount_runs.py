"""Questions about discounts that people asked: worked on in a process of their own, told, kept for a while, read."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from assidu.economics.discount_types import DiscountsAnswer, DiscountsQuestion
from assidu.foundation.clock import now
from assidu.foundation.database import as_url
from assidu.foundation.ids import new_id
from assidu.foundation.sql import rows
from assidu.foundation.work import SILENT_AFTER, RunState, is_running

KEPT_MAX = 20
"""Of each programme; the oldest go when another one is asked for."""


@dataclass(frozen=True, slots=True)
class DiscountsRun:
    """``answer`` once it is done; ``yaml`` is the programme that gives points, where a share is turned into them."""

    run_id: UUID
    question: DiscountsQuestion
    yaml: str
    label: str
    asked_at: datetime
    asked_by: str
    state: RunState
    done: int
    total: int
    told_at: datetime
    seconds: float  # since it began, as last told
    answer: DiscountsAnswer | None
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


def ask(question: DiscountsQuestion, yaml: str = "", *, label: str, by: str) -> UUID:
    """Write down what is asked; of earlier questions, the last ones stay."""
    asked_at = now()
    run_id = new_id(asked_at)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO economics_discounts (run_id, programme, question, yaml, label, asked_at, asked_by, told_at) "
            "VALUES (%s, %s, %s::jsonb, %s, %s, %s, %s, %s)",
            (
                run_id,
                question.programme,
                msgspec.json.encode(question).decode(),
                yaml,
                label,
                asked_at,
                by,
                asked_at,
            ),
        )
        cursor.execute(
            "DELETE FROM economics_discounts WHERE programme = %s AND state NOT IN ('waiting', 'running') "
            "AND run_id NOT IN (SELECT run_id FROM economics_discounts WHERE programme = %s "
            "ORDER BY asked_at DESC LIMIT %s)",
            (question.programme, question.programme, KEPT_MAX),
        )
    return run_id


def start(question: DiscountsQuestion, yaml: str = "", *, label: str, by: str) -> UUID:
    """Ask, and set it off in a process of its own; answers at once."""
    run_id = ask(question, yaml, label=label, by=by)
    process = subprocess.Popen(
        [sys.executable, "-m", "assidu.economics.discounts_job", str(run_id)],
        # Its matrices are many and small: more threads would only wait for one another.
        env={
            **os.environ,
            "ASSIDU_DATABASE_URL": as_url(connection.settings_dict),
            "OPENBLAS_NUM_THREADS": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE economics_discounts SET process_id = %s WHERE run_id = %s", (process.pid, run_id)
        )
    return run_id


def cancel(run_id: UUID) -> None:
    """Stop one that is not over; one that is over stays as it ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE economics_discounts SET state = 'cancelled', told_at = %s WHERE run_id = %s "
            "AND state IN ('waiting', 'running') RETURNING process_id",
            (now(), run_id),
        )
        row = cursor.fetchone()
    if row is not None and row[0] is not None and is_running(run_id, row[0]):
        with suppress(ProcessLookupError):
            os.killpg(row[0], signal.SIGTERM)


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far it is, ``seconds`` after it began; one that was cancelled stays so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE economics_discounts SET state = 'running', done = %s, total = %s, seconds = %s, told_at = %s "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (done, total, seconds, now(), run_id),
        )


def finish(run_id: UUID, answer: DiscountsAnswer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE economics_discounts SET state = 'done', answer = %s::jsonb, done = total, told_at = %s "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (msgspec.json.encode(answer).decode(), now(), run_id),
        )


def fail(run_id: UUID, why: str) -> None:
    """It did not come to its end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE economics_discounts SET state = 'failed', failure = %s, told_at = %s "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (why, now(), run_id),
        )


# ---------------------------------------------------------------- reading

_COLUMNS = (
    "run_id, question::text, yaml, label, asked_at, asked_by, state, done, total, told_at, seconds, answer::text, "
    "failure"
)


def run(run_id: UUID) -> DiscountsRun | None:
    found = rows(f"SELECT {_COLUMNS} FROM economics_discounts WHERE run_id = %s", [run_id])
    return _run(found[0]) if found else None


def runs(programme: str) -> list[DiscountsRun]:
    """The last ones first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM economics_discounts WHERE programme = %s ORDER BY asked_at DESC LIMIT %s",
        [programme, KEPT_MAX],
    )
    return [_run(row) for row in found]


def _run(row: Sequence[Any]) -> DiscountsRun:
    (
        run_id,
        question,
        yaml,
        label,
        asked_at,
        asked_by,
        state,
        done,
        total,
        told_at,
        seconds,
        answer,
        failure,
    ) = row
    found = DiscountsRun(
        run_id,
        msgspec.json.decode(question, type=DiscountsQuestion),
        yaml,
        label,
        asked_at,
        asked_by,
        RunState(state),
        done,
        total,
        told_at,
        seconds,
        None if answer is None else msgspec.json.decode(answer, type=DiscountsAnswer),
        failure,
    )
    if not found.state.is_over and now() - found.told_at > SILENT_AFTER:
        return replace(found, state=RunState.FAILED, failure="the process that ran it is gone")
    return found
