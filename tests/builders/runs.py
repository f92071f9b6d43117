"""Simulations that people asked for, in each state a page may find them in."""

import time
from dataclasses import dataclass
from uuid import UUID

from assidu.plans.document import Document
from assidu.plans.levers import levers, switch_names, turned
from assidu.plans.writing import to_yaml
from assidu.simulation import actions, queries

SECONDS_MAX = 90


@dataclass(frozen=True, slots=True)
class Runs:
    done: UUID
    other: UUID
    failed: UUID
    stopped: UUID
    running: UUID


def with_levers(document: Document, **changes: str) -> Document:
    """The document with some levers turned: ``rules__base__give="2"``."""
    texts = {lever.name: "" if lever.value is None else str(lever.value) for lever in levers(document)}
    texts |= dict.fromkeys(switch_names(document), "on")
    return turned(document, texts | {name.replace("__", "."): value for name, value in changes.items()})


def a_finished_run(document: Document, label: str) -> UUID:
    """One whose process has come to its end."""
    run_id = actions.start(document, to_yaml(document), label=label, by="")
    until = time.monotonic() + SECONDS_MAX
    while time.monotonic() < until:
        run = queries.run(run_id)
        if run is not None and run.state.is_over:
            assert run.report is not None, run.failure
            return run_id
        time.sleep(0.1)
    raise AssertionError("the run did not end")


def runs_of(document: Document) -> Runs:
    """Two that are done, one that failed, one that was stopped, and one on its way for ever."""
    double = with_levers(document, **{"rules.base.give": "2"})
    done = a_finished_run(double, "Deux points par euro")
    other = a_finished_run(document, "Rien de changé")
    failed, stopped, running = (
        actions.ask(double, to_yaml(double), label=label, by="")
        for label in ("Une panne", "Une autre idée", "Trois points par euro")
    )
    actions.fail(failed, "OperationalError: the connection was lost")
    actions.tell(stopped, 40, 320, 2.0)
    actions.cancel(stopped)
    actions.tell(running, 120, 320, 6.0)
    return Runs(done, other, failed, stopped, running)
