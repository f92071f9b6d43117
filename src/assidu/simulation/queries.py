"""Reads the simulations that people asked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from assidu.foundation.clock import now
from assidu.simulation.types import Report, Run, RunState

SILENT_AFTER = timedelta(minutes=2)
"""A run that has not told anything for so long has died with its process."""

_COLUMNS = (
    "run_id, programme, label, yaml, asked_at, asked_by, done, total, told_at, seconds, process_id, state, "
    "report::text, failure"
)


def run(run_id: UUID) -> Run | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM simulation_run WHERE run_id = %s", (run_id,))
        row = cursor.fetchone()
    return None if row is None else _run(row)


def runs(programme: str, limit: int = 20) -> list[Run]:
    """The last ones first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM simulation_run WHERE programme = %s ORDER BY asked_at DESC LIMIT %s",
            (programme, limit),
        )
        return [_run(row) for row in cursor.fetchall()]


def _run(row: Sequence[Any]) -> Run:
    (
        run_id,
        programme,
        label,
        yaml,
        asked_at,
        asked_by,
        done,
        total,
        told_at,
        seconds,
        process_id,
        state,
        report,
        failure,
    ) = row
    found = Run(
        run_id,
        programme,
        label,
        yaml,
        asked_at,
        asked_by,
        RunState(state),
        done,
        total,
        told_at,
        seconds,
        process_id,
        None if report is None else msgspec.json.decode(report, type=Report),
        failure,
    )
    if not found.state.is_over and now() - found.told_at > SILENT_AFTER:
        return replace(found, state=RunState.FAILED, failure="the process that ran it is gone")
    return found
