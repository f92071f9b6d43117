"""Simulations that people ask for: a replay of all history under another document."""

import secrets
from uuid import UUID

import msgspec
from django.db import connection, transaction

from assidu.foundation import work
from assidu.plans.document import Document
from assidu.plans.identity import canonical_json
from assidu.simulation.types import SIMULATION, Partial, Report


def ask(document: Document, yaml: str, *, label: str, by: str, against: int | None = None) -> UUID:
    """Write down what is to be tried, and the chance by which customers come in it. ``against`` is the version that it
    is compared with; without one, with what really happened only."""
    own = {
        "document": canonical_json(document).decode(),
        "seed": secrets.randbelow(2**31),
        "against": against,
    }
    return work.ask(SIMULATION, document.programme, yaml, label=label, by=by, own=own)


def start(document: Document, yaml: str, *, label: str, by: str, against: int | None = None) -> UUID:
    """Ask, and set it off in a process of its own; answers at once."""
    run_id = ask(document, yaml, label=label, by=by, against=against)
    work.set_off(SIMULATION, run_id)
    return run_id


def cancel(run_id: UUID) -> None:
    """Stop a run that is not over; one that is over stays as it ended."""
    work.cancel(SIMULATION, run_id)


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far a run is, ``seconds`` after it began; a run that was cancelled stays so."""
    work.tell(SIMULATION, run_id, done, total, seconds)


def show(run_id: UUID, partial: Partial) -> None:
    """What is known so far of a run that goes on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE simulation_run SET partial = %s::jsonb WHERE run_id = %s AND state IN ('waiting', 'running')",
            (msgspec.json.encode(partial).decode(), run_id),
        )


@transaction.atomic
def finish(run_id: UUID, report: Report, compared: Report | None = None) -> None:
    """``compared`` is the report beside the version that it was to be compared with."""
    is_wanted = work.end(SIMULATION, run_id, msgspec.json.encode(report))
    if is_wanted and compared is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE simulation_run SET compared = %s::jsonb WHERE run_id = %s",
                (msgspec.json.encode(compared).decode(), run_id),
            )


def fail(run_id: UUID, why: str) -> None:
    """It did not come to its end."""
    work.end(SIMULATION, run_id, None, why)
