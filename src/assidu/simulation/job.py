"""The process of one simulation: `python -m assidu.simulation.job RUN_ID`."""

import os
import sys
import time
from uuid import UUID

import django


def main(run_id: UUID) -> int:
    """Replay under the run's document, telling how far it is; 0 when it is done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assidu.project.settings")
    django.setup()
    # Rooms with Django can be imported only now.
    from django.db import connection

    from assidu.foundation.database import as_url
    from assidu.loyalty.book import PlanBook
    from assidu.loyalty.plans import plan_book
    from assidu.plans.compile import compile_plan
    from assidu.plans.reading import read
    from assidu.simulation import actions, queries
    from assidu.simulation.run import Progress, simulate

    asked = queries.run(run_id)
    if asked is None:
        return 2
    try:
        document = read(asked.yaml).document
        recorded = plan_book(asked.programme)
        assert document is not None, "a document is checked before it is simulated"
        assert recorded is not None, "a programme that is simulated has been published"
        url = as_url(connection.settings_dict)
        connection.close()  # the processes that are forked open their own

        began = time.monotonic()

        def tell(progress: Progress) -> None:
            actions.tell(run_id, progress.done, progress.total, time.monotonic() - began)

        report = simulate(url, recorded, PlanBook.of_one(compile_plan(document)), on_progress=tell)
    except Exception as error:
        actions.finish(run_id, None, f"{type(error).__name__}: {error}")
        return 1
    actions.finish(run_id, report)
    return 0


if __name__ == "__main__":
    sys.exit(main(UUID(sys.argv[1])))
