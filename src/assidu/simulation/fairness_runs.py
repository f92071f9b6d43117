"""Looks at fairness that people asked for: the last ones are kept, with what became of each member."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from assidu.foundation import work
from assidu.foundation.clock import now
from assidu.foundation.sql import rows
from assidu.foundation.work import Kind, Work
from assidu.plans.document import Document
from assidu.plans.identity import what_it_says
from assidu.simulation.fairness_types import COULD_HAVE, REACHED, Fairness, Standing

KEPT_MAX = 20
FAIRNESS = Kind("simulation_fairness", ("assidu.simulation.job", "fairness"), KEPT_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessRun(Work):
    """``fairness`` once it is done."""

    since: date | None
    until: date | None
    fairness: Fairness | None


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
    own = {"since": since, "until": until, "document": what_it_says(document)}
    return work.ask(FAIRNESS, document.programme, yaml, label=label, by=by, own=own)


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
    work.set_off(FAIRNESS, run_id)
    return run_id


def cancel(run_id: UUID) -> None:
    """Stop a look that is not over; one that is over stays as it ended."""
    work.cancel(FAIRNESS, run_id)


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far it is, ``seconds`` after it began."""
    work.tell(FAIRNESS, run_id, done, total, seconds)


@transaction.atomic
def finish(run_id: UUID, found: Fairness, standings: Sequence[Standing]) -> None:
    """Keep what was found, and what became of each member; one that was cancelled stays so."""
    if not work.end(FAIRNESS, run_id, msgspec.json.encode(found)):
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO simulation_fairness_member (run_id, customer_id, outcomes) VALUES (%s, %s, %s)",
            [(run_id, one.customer_id, list(one.outcomes)) for one in standings],
        )


def fail(run_id: UUID, why: str) -> None:
    """It did not come to its end."""
    work.end(FAIRNESS, run_id, None, why)


# ---------------------------------------------------------------- reading

_OWN = "since, until, report::text"


def run(run_id: UUID) -> FairnessRun | None:
    row = work.one(FAIRNESS, run_id, _OWN)
    return None if row is None else _run(row)


def runs(programme: str) -> list[FairnessRun]:
    """The last ones first."""
    return [_run(row) for row in work.last(FAIRNESS, programme, _OWN, KEPT_MAX)]


def last_of(document: Document) -> FairnessRun | None:
    """The last look at exactly what the document says: one that is done, else one that may still be."""
    found = rows(
        "SELECT run_id FROM simulation_fairness WHERE programme = %s AND document = %s::jsonb "
        "ORDER BY (state = 'done') DESC, asked_at DESC LIMIT 1",
        [document.programme, what_it_says(document)],
    )
    return run(found[0][0]) if found else None


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
    since, until, report = row[-3:]
    found = FairnessRun(
        **work.shared(row),
        since=since,
        until=until,
        fairness=None if report is None else msgspec.json.decode(report, type=Fairness),
    )
    return work.as_heard(found, now())
