"""The pages of the studio on paper, for other doors (see ``economics.papers``)."""

from collections.abc import Sequence
from datetime import date

from assidu.backoffice.programme import Programme, programme_called
from assidu.backoffice.views.studio import discounts as looked
from assidu.backoffice.views.studio import expected as brought
from assidu.backoffice.views.studio import owed as owing
from assidu.backoffice.views.studio import tried as trials
from assidu.economics.discounts.runs import DiscountsRun
from assidu.economics.micro.runs import TrialRun
from assidu.economics.types import Assumptions, Liability, SavedAssumptions


def owed(found: Liability, month: date | None) -> bytes:
    return owing.paper(_known(found.programme), found, month)


def expected(programme: str, found: Assumptions) -> bytes:
    return brought.paper(_known(programme), found)


def compared(programme: str, sets: Sequence[SavedAssumptions]) -> bytes:
    return brought.compared_paper(_known(programme), sets)


def tried(run: TrialRun) -> bytes:
    return trials.paper(_known(run.programme), run)


def discounts(run: DiscountsRun) -> bytes:
    return looked.paper(_known(run.question.programme), run)


def _known(code: str) -> Programme:
    known = programme_called(code)
    assert known is not None, "what is on paper was worked out under a version"
    return known
