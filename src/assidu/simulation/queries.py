"""Reads the simulations that people asked for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from assidu.foundation import work
from assidu.foundation.clock import now
from assidu.simulation.types import SIMULATION, Partial, Report, Run

RUNNING_MAX = 2
"""Each takes every core: more of them would only make all of them slow."""
_OWN = "seed, against, partial::text, report::text, compared::text"


def run(run_id: UUID) -> Run | None:
    row = work.one(SIMULATION, run_id, _OWN)
    return None if row is None else _run(row)


def runs(programme: str, limit: int = 20) -> list[Run]:
    """The last ones first."""
    return [_run(row) for row in work.last(SIMULATION, programme, _OWN, limit)]


def is_busy(programme: str) -> bool:
    """Whether as many are at work as may be."""
    return sum(not one.state.is_over for one in runs(programme)) >= RUNNING_MAX


def _run(row: Sequence[Any]) -> Run:
    seed, against, partial, report, compared = row[-5:]
    found = Run(
        **work.shared(row),
        report=None if report is None else msgspec.json.decode(report, type=Report),
        seed=seed,
        partial=None if partial is None else msgspec.json.decode(partial, type=Partial),
        against=against,
        compared=None if compared is None else msgspec.json.decode(compared, type=Report),
    )
    return work.as_heard(found, now())
