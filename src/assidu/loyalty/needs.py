"""How many must approve a version besides those who wrote it, and why: decided once, and kept with its grounds.

Nobody spares themselves: of the thresholds that are set, one by an author of the version counts only if it is lower.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from assidu.foundation.sql import rows
from assidu.plans.document import Currency, Document
from assidu.plans.identity import identity

DAYS_A_YEAR = 365


class Cause(StrEnum):
    """Why so many."""

    OPENING = "opening"  # the first version of a programme
    NO_THRESHOLD = "no_threshold"
    BELOW = "below"
    ABOVE = "above"
    WORTH = "worth"  # a currency is worth something else
    UNCHANGED = "unchanged"
    WENT_BACK = "went_back"  # to what was in force before
    WITHDRAWN = "withdrawn"  # instead of a version that is to come


@dataclass(frozen=True, slots=True)
class YearlyChange:
    """What a simulation says that a version costs more (or less) than the one in force, for a year of ``days`` tried.

    ``run`` is that simulation.
    """

    change_minor: int
    days: int
    run: str = ""

    @classmethod
    def of(cls, change_minor: int, days: int, run: str = "") -> "YearlyChange":
        """``change_minor`` over ``days``, as much of it as falls to a year; nothing where nothing was recorded."""
        yearly = Fraction(change_minor * DAYS_A_YEAR, days) if days > 0 else Fraction(0)
        return cls(round(yearly), days, run)


@dataclass(frozen=True, slots=True)
class Need:
    """``approvals`` by others than the authors; ``figures`` are what it was decided on."""

    approvals: int
    cause: Cause
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def grounds(self) -> dict[str, Any]:
        return {"cause": self.cause.value, **self.figures}


class NotSimulated(Exception):
    """There is a threshold, and nobody has simulated what the version costs."""


def need_of(
    before: Document | None,
    after: Document,
    threshold_minor: int | None,
    change: YearlyChange | None,
    returns_to: Document | None = None,
) -> Need:
    """``before`` is the version in force; ``returns_to`` one that was in force earlier and that ``after`` may repeat.

    Raises ``NotSimulated`` where the answer depends on a cost that nobody knows.
    """
    if before is None:
        return Need(0, Cause.OPENING)
    if threshold_minor is None:
        return Need(0, Cause.NO_THRESHOLD)
    if identity(before) == identity(after):
        return Need(0, Cause.UNCHANGED)
    if codes := worth_changed(before, after):
        return Need(1, Cause.WORTH, {"currencies": codes})
    if returns_to is not None and identity(returns_to) == identity(after):
        return Need(0, Cause.WENT_BACK, {"version": returns_to.version})
    if change is None:
        raise NotSimulated
    figures = {
        "threshold_minor": threshold_minor,
        "change_minor": change.change_minor,
        "days": change.days,
        "run": change.run,
    }
    # A programme that suddenly gives much less concerns as many people as one that gives much more.
    if abs(change.change_minor) >= threshold_minor:
        return Need(1, Cause.ABOVE, figures)
    return Need(0, Cause.BELOW, figures)


def worth_changed(before: Document, after: Document) -> list[str]:
    """The currencies that customers may hold and that are worth something else, or nothing any more."""
    new = {currency.code: currency for currency in after.currencies}
    return [old.code for old in before.currencies if _worth(old) != _worth(new.get(old.code))]


def _worth(currency: Currency | None) -> Fraction | None:
    if currency is None or currency.worth is None:
        return None
    return Fraction(currency.worth.amount) / currency.worth.units


def threshold_for(programme: str, authors: Iterable[str] = ()) -> int | None:
    """The yearly cost from which on a second person is needed, in minor units; ``None``: never."""
    known = rows(
        "SELECT set_by, yearly_minor FROM loyalty_approval_threshold WHERE programme = %s ORDER BY set_at DESC",
        [programme],
    )
    if not known:
        return None
    mine = set(authors)
    newest: int | None = known[0][1]
    others: list[int | None] = [yearly for by, yearly in known if by not in mine]
    return min((one for one in (newest, *others[:1]) if one is not None), default=None)
