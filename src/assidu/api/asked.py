"""What a caller means: the programme in service, and the plan that is to be tried."""

from assidu.api.door import stop
from assidu.foundation import clock
from assidu.foundation.problems import Fault
from assidu.loyalty import plans, queries
from assidu.plans.check import examine
from assidu.plans.document import Document
from assidu.plans.problems import path_text
from assidu.plans.wording import Language, problem
from assidu.plans.writing import to_yaml


def programme_in_service() -> str:
    known = plans.programmes()
    if not known:
        raise stop("no_programme", "Publish one: POST /v1/plans, or assidu plan publish.")
    return known[0]


def published_plan(version: int | None = None) -> tuple[int, Document, str]:
    """A published version with its text; the one in force where none is named."""
    programme = programme_in_service()
    book = queries.current_book(programme)
    assert book is not None, "a programme has at least one version"
    wanted = version or book.at(clock.now()).version
    plan = next((one for one in queries.versions(programme) if one.version == wanted), None)
    if plan is None:
        raise stop("unknown_plan", f"There is no version {wanted}.")
    return wanted, plan.document, plan.yaml or to_yaml(plan.document)


def document_in(content: str, spoken: Language) -> Document:
    """What was sent, in YAML or JSON, without a mistake and about the programme in service."""
    programme = programme_in_service()
    examined = examine(content)
    if examined.document is None or examined.errors:
        raise stop(
            "plan_has_errors",
            errors=[Fault(path_text(one.path), problem(one, spoken), one.code) for one in examined.errors],
        )
    if examined.document.programme != programme:
        raise stop("other_programme", f"In service: {programme}.")
    return examined.document


def plan_asked(content: str, spoken: Language, version: int | None = None) -> tuple[Document, str]:
    """What is to be tried, with its text: what was sent, else a published version."""
    if content:
        return document_in(content, spoken), content
    return published_plan(version)[1:]
