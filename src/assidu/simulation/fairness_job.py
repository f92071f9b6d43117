"""The process of one look at fairness: `python -m assidu.simulation.fairness_job RUN_ID`."""

import os
import sys
import time
from uuid import UUID

import django


def main(run_id: UUID) -> int:
    """Look at history under the run's document, telling how far it is; 0 when it is done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assidu.project.settings")
    django.setup()
    # Rooms with Django can be imported only now.
    from django.db import connection

    from assidu.foundation.database import as_url
    from assidu.loyalty.plans import plan_book
    from assidu.plans.compile import compile_plan
    from assidu.plans.reading import read
    from assidu.simulation import fairness_runs
    from assidu.simulation.fairness import fairness
    from assidu.simulation.run import Progress

    asked = fairness_runs.run(run_id)
    if asked is None:
        return 2
    try:
        document = read(asked.yaml).document
        recorded = plan_book(asked.programme)
        assert document is not None, "a document is checked before it is looked at"
        assert recorded is not None, "a programme that is looked at has been published"
        url = as_url(connection.settings_dict)
        connection.close()  # the processes that are forked open their own

        began = time.monotonic()

        def tell(progress: Progress) -> None:
            fairness_runs.tell(run_id, progress.done, progress.total, time.monotonic() - began)

        found, standings = fairness(
            url, recorded, compile_plan(document), since=asked.since, until=asked.until, on_progress=tell
        )
        fairness_runs.finish(run_id, found, standings)
    except Exception as error:
        fairness_runs.fail(run_id, f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(UUID(sys.argv[1])))
