"""The process of work that somebody asked for: `python -m assidu.simulation.job simulation|fairness RUN_ID`."""

import os
import sys
import time
from typing import TYPE_CHECKING
from uuid import UUID

import django

if TYPE_CHECKING:
    from collections.abc import Callable

    from assidu.decisions.plan import Plan
    from assidu.loyalty.book import PlanBook
    from assidu.simulation.history import Progress

    Tell = Callable[[Progress], None]


def main(kind: str, run_id: UUID) -> int:
    """Do it under the document that was asked with, telling how far it is; 0 when it is done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assidu.project.settings")
    django.setup()
    # Rooms with Django can be imported only now.
    from django.db import connection

    from assidu.foundation import work
    from assidu.foundation.database import as_url
    from assidu.loyalty.plans import plan_book
    from assidu.plans.compile import compile_plan
    from assidu.plans.reading import read
    from assidu.simulation import fairness_runs, queries
    from assidu.simulation.fairness_runs import FAIRNESS
    from assidu.simulation.types import SIMULATION

    of = SIMULATION if kind == "simulation" else FAIRNESS
    asked = queries.run(run_id) if of is SIMULATION else fairness_runs.run(run_id)
    if asked is None:
        return 2
    try:
        document = read(asked.yaml).document
        recorded = plan_book(asked.programme)
        assert document is not None, "a document is checked before it is tried"
        assert recorded is not None, "a programme that is tried has been published"
        url = as_url(connection.settings_dict)
        connection.close()  # the processes that are forked open their own

        began = time.monotonic()

        def tell(progress: "Progress") -> None:
            work.tell(of, run_id, progress.done, progress.total, time.monotonic() - began)

        do = _simulate if of is SIMULATION else _look_at_fairness
        do(run_id, url, recorded, compile_plan(document), tell)
    except Exception as error:
        work.end(of, run_id, None, f"{type(error).__name__}: {error}")
        return 1
    return 0


def _simulate(run_id: UUID, url: str, recorded: "PlanBook", plan: "Plan", tell: "Tell") -> None:
    from assidu.loyalty.book import PlanBook
    from assidu.simulation import actions, baselines, queries
    from assidu.simulation.run import compare
    from assidu.simulation.types import Partial

    asked = queries.run(run_id)
    assert asked is not None, "it was there a moment ago"

    def show(partial: Partial) -> None:
        actions.show(run_id, partial)

    against = None if asked.against is None else baselines.against(asked.programme, asked.against)
    found = compare(
        url,
        recorded,
        PlanBook.of_one(plan),
        against,
        on_progress=tell,
        on_partial=show,
        seed=asked.seed,
    )
    actions.finish(run_id, found.report, found.compared)


def _look_at_fairness(run_id: UUID, url: str, recorded: "PlanBook", plan: "Plan", tell: "Tell") -> None:
    from assidu.simulation import fairness_runs
    from assidu.simulation.fairness import fairness

    asked = fairness_runs.run(run_id)
    assert asked is not None, "it was there a moment ago"
    found, standings = fairness(url, recorded, plan, since=asked.since, until=asked.until, on_progress=tell)
    fairness_runs.finish(run_id, found, standings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], UUID(sys.argv[2])))
