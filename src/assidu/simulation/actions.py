"""Simulations that people ask for: a replay of all history under another document."""

from uuid import UUID

import msgspec

from assidu.foundation import work
from assidu.plans.document import Document
from assidu.plans.identity import canonical_json
from assidu.simulation.types import SIMULATION, Report


def ask(document: Document, yaml: str, *, label: str, by: str) -> UUID:
    """Write down what is to be tried."""
    own = {"document": canonical_json(document).decode()}
    return work.ask(SIMULATION, document.programme, yaml, label=label, by=by, own=own)


def start(document: Document, yaml: str, *, label: str, by: str) -> UUID:
    """Ask, and set it off in a process of its own; answers at once."""
    run_id = ask(document, yaml, label=label, by=by)
    work.set_off(SIMULATION, run_id)
    return run_id


def cancel(run_id: UUID) -> None:
    """Stop a run that is not over; one that is over stays as it ended."""
    work.cancel(SIMULATION, run_id)


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far a run is, ``seconds`` after it began; a run that was cancelled stays so."""
    work.tell(SIMULATION, run_id, done, total, seconds)


def finish(run_id: UUID, report: Report) -> None:
    work.end(SIMULATION, run_id, msgspec.json.encode(report))


def fail(run_id: UUID, why: str) -> None:
    """It did not come to its end."""
    work.end(SIMULATION, run_id, None, why)
