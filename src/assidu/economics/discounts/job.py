"""The process of one question about discounts: `python -m assidu.economics.discounts.job RUN_ID`."""

import os
import sys
import time
from uuid import UUID

import django


def main(run_id: UUID) -> int:
    """Answer it, telling how far it is; 0 when it is done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assidu.project.settings")
    django.setup()
    # Rooms with Django can be imported only now.
    from django.db import connection

    from assidu.economics.discounts import runs
    from assidu.economics.discounts.asking import Programme, ask_discounts
    from assidu.foundation.database import as_url
    from assidu.loyalty.plans import plan_book
    from assidu.plans.reading import read
    from assidu.simulation.history import Progress

    asked = runs.run(run_id)
    if asked is None:
        return 2
    try:
        programme = None
        if asked.question.turning is not None:
            document, recorded = read(asked.yaml).document, plan_book(asked.question.programme)
            assert document is not None, "a document is checked before it is tried"
            assert recorded is not None, "a programme that is asked about has been published"
            programme = Programme(recorded, document)
        url = as_url(connection.settings_dict)
        connection.close()  # the processes that are forked open their own

        began = time.monotonic()

        def tell(progress: Progress) -> None:
            runs.tell(run_id, progress.done, progress.total, time.monotonic() - began)

        answer = ask_discounts(url, asked.question, programme, on_progress=tell)
    except Exception as error:
        runs.fail(run_id, f"{type(error).__name__}: {error}")
        return 1
    runs.finish(run_id, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(UUID(sys.argv[1])))
