"""A replay with its progress, for commands that try a document on the recorded past. Needs Django."""

from collections.abc import Callable

from django.db import connection

from assidu.cli.output import Advance, Output
from assidu.cli.speech import gettext as _
from assidu.foundation.database import as_url
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import plan_book
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.simulation.history import Progress
from assidu.simulation.run import simulate
from assidu.simulation.types import Report


def replayed(output: Output, document: Document, *, processes: int = 0) -> Report:
    """All recorded history under ``document``, which is about a programme in service."""
    recorded = plan_book(document.programme)
    assert recorded is not None, "a programme in service has a version"
    book = PlanBook.of_one(compile_plan(document))
    with output.progress(_("Deciding again")) as advance:
        url = as_url(connection.settings_dict)
        return simulate(url, recorded, book, processes=processes or None, on_progress=following(advance))


def following(advance: Advance) -> Callable[[Progress], None]:
    """Turns how far a replay is into steps of a progress bar."""
    shown = 0

    def follow(progress: Progress) -> None:
        nonlocal shown
        advance(progress.done - shown)
        shown = progress.done

    return follow
