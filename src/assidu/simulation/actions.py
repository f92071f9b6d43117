"""Starts a simulation in a process of its own, which tells how far it is; stops it when nobody wants it any more."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from uuid import UUID

import msgspec
import psutil
from django.db import connection

from assidu.foundation.clock import now
from assidu.foundation.database import as_url
from assidu.foundation.ids import new_id
from assidu.plans.document import Document
from assidu.plans.identity import canonical_json
from assidu.simulation.types import Report, RunState


def ask(document: Document, yaml: str, *, label: str, by: str) -> UUID:
    """Write down what is to be tried."""
    asked_at = now()
    run_id = new_id(asked_at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO simulation_run (run_id, programme, label, yaml, document, asked_at, asked_by, told_at) "
            "VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s)",
            (
                run_id,
                document.programme,
                label,
                yaml,
                canonical_json(document).decode(),
                asked_at,
                by,
                asked_at,
            ),
        )
    return run_id


def start(document: Document, yaml: str, *, label: str, by: str) -> UUID:
    """Ask for a replay of all history under ``document`` and set it off; answers at once."""
    run_id = ask(document, yaml, label=label, by=by)
    environment = {**os.environ, "ASSIDU_DATABASE_URL": as_url(connection.settings_dict)}
    process = subprocess.Popen(
        [sys.executable, "-m", "assidu.simulation.job", str(run_id)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE simulation_run SET process_id = %s WHERE run_id = %s", (process.pid, run_id))
    return run_id


def cancel(run_id: UUID) -> None:
    """Stop a run that is not over; one that is over stays as it ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_run SET state = 'cancelled', told_at = %s WHERE run_id = %s "
            "AND state IN ('waiting', 'running') RETURNING process_id",
            (now(), run_id),
        )
        row = cursor.fetchone()
    if row is not None and row[0] is not None and is_running(run_id, row[0]):
        with suppress(ProcessLookupError):
            os.killpg(row[0], signal.SIGTERM)


def is_running(run_id: UUID, process_id: int) -> bool:
    """Is it still the process of this run? Its number may have gone to somebody else since."""
    try:
        process = psutil.Process(process_id)
        return process.status() != psutil.STATUS_ZOMBIE and str(run_id) in process.cmdline()
    except psutil.Error:
        return False


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far a run is, ``seconds`` after it began; a run that was cancelled stays so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_run SET state = 'running', done = %s, total = %s, seconds = %s, told_at = %s "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (done, total, seconds, now(), run_id),
        )


def finish(run_id: UUID, report: Report | None, failure: str = "") -> None:
    state = RunState.FAILED if report is None else RunState.DONE
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_run SET state = %s, report = %s::jsonb, failure = %s, told_at = %s, done = total "
            "WHERE run_id = %s AND state IN ('waiting', 'running')",
            (
                state.value,
                None if report is None else msgspec.json.encode(report).decode(),
                failure,
                now(),
                run_id,
            ),
        )
