"""The process of one trial of plans: `python -m assidu.economics.micro.job RUN_ID`."""

import os
import sys
import time
from uuid import UUID

import django


def main(run_id: UUID) -> int:
    """Answer it, telling how far it is and what is known so far; 0 when it is done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assidu.project.settings")
    django.setup()
    # Rooms with Django can be imported only now.
    import psycopg
    from django.db import connection

    from assidu.economics.micro import runs
    from assidu.economics.micro.earnings import catalogue_earnings
    from assidu.economics.micro.run import Choice, try_plans
    from assidu.foundation.database import as_url
    from assidu.loyalty.book import PlanBook
    from assidu.loyalty.plans import plan_book
    from assidu.plans.compile import compile_plan
    from assidu.plans.reading import read

    asked = runs.run(run_id)
    if asked is None:
        return 2
    try:
        choices = []
        for one in asked.question.plans:
            document = read(one.yaml).document
            assert document is not None, "a document is checked before it is tried"
            choices.append(Choice(one.label, PlanBook.of_one(compile_plan(document))))
        recorded = plan_book(asked.programme)
        assert recorded is not None, "a programme that is tried has been published"
        behaviour = asked.question.behaviour
        url = as_url(connection.settings_dict)
        connection.close()  # the processes that are forked open their own
        with psycopg.connect(url) as reading:
            earnings = catalogue_earnings(reading, behaviour.margin.value, recorded.versions[-1].plan.zone)

        began = time.monotonic()
        result = try_plans(
            url,
            recorded,
            choices,
            earnings,
            behaviour,
            on_round=lambda known: runs.show(run_id, known),
            on_progress=lambda done, total: runs.tell(run_id, done, total, time.monotonic() - began),
        )
    except Exception as error:
        runs.fail(run_id, f"{type(error).__name__}: {error}")
        return 1
    runs.finish(run_id, result)
    return 0


if __name__ == "__main__":
    sys.exit(main(UUID(sys.argv[1])))
