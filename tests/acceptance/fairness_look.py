"""A look at fairness that is done, for the pages that show one."""

from functools import cache
from uuid import UUID


@cache
def looked(site_address: str) -> UUID:
    """Decides the site's past again under the version in force, once."""
    from django.db import connection

    from assidu.foundation.clock import now
    from assidu.foundation.database import as_url
    from assidu.loyalty.plans import plan_book, programmes, published_plans
    from assidu.plans.writing import to_yaml
    from assidu.simulation import fairness_runs
    from assidu.simulation.fairness import fairness

    programme = programmes()[0]
    book = plan_book(programme)
    assert book is not None
    plan = book.at(now())
    document = next(one.document for one in published_plans(programme) if one.version == plan.version)
    run_id = fairness_runs.ask(document, to_yaml(document), label="Version 1", by="")
    url = as_url(connection.settings_dict)
    fairness_runs.finish(run_id, *fairness(url, book, plan, processes=1))
    return run_id
