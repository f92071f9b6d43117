"""A trial of plans that is done, for the pages that show one."""

from functools import cache
from uuid import UUID


@cache
def tried(site_address: str) -> UUID:
    """Two plans on the site's own customers."""
    from assidu.economics.micro import job, runs
    from assidu.economics.micro.types import Behaviour, MicroQuestion, PlanAsked
    from assidu.loyalty import queries
    from assidu.loyalty.plans import programmes
    from assidu.plans.writing import to_yaml

    programme = programmes()[0]
    yaml = to_yaml(queries.versions(programme)[-1].document)
    question = MicroQuestion(
        (PlanAsked("Version 1", yaml), PlanAsked("Version 1, encore", yaml)), Behaviour(draws=100)
    )
    run_id = runs.ask(programme, question, label="", by="")
    assert job.main(run_id) == 0
    return run_id
