"""The pages of the studio as files to send. The screens make them, and live above this room: which module that is, the
settings say (``STUDIO_PAPERS``), so that other doors can hand out the same paper."""

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from assidu.economics.discounts.runs import DiscountsRun
from assidu.economics.micro.runs import TrialRun
from assidu.economics.types import Assumptions, Liability, SavedAssumptions


class Papers(Protocol):
    """Each a PDF file, in the language that is active."""

    def owed(self, found: Liability, month: date | None) -> bytes: ...

    def expected(self, programme: str, found: Assumptions) -> bytes: ...

    def compared(self, programme: str, sets: Sequence[SavedAssumptions]) -> bytes: ...

    def tried(self, run: TrialRun) -> bytes: ...

    def discounts(self, run: DiscountsRun) -> bytes: ...


def papers() -> Papers:
    return cast(Papers, import_module(settings.STUDIO_PAPERS))
