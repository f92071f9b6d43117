"""What changes for members: published versions of the programme that begin later, in the plan's own sentences."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from assidu.decisions.calendar import local_day
from assidu.loyalty import queries
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import PublishedPlan
from assidu.plans.document import Document
from assidu.plans.notice import against_customers, told_to_members
from assidu.plans.wording import Language, change

COMING_MAX = 5
KEPT_MAX = 256
"""Of combinations of audiences there may be thousands; most members are in a few of them."""


@dataclass(frozen=True, slots=True)
class Coming:
    """From the day ``starts`` on; ``takes``: a member may get or keep less by it, so that notice was owed."""

    starts: date
    announced_on: date
    sentences: tuple[str, ...]
    takes: bool


def changes_to_come(
    programme: str, now: datetime, language: Language, audiences: Collection[str] = ()
) -> tuple[Coming, ...]:
    """The next ones first, for whoever is in these ``audiences``. A version that another one replaced before its day is
    not told."""
    book = queries.current_book(programme)
    return () if book is None else to_come(book, queries.versions(programme), now, language, audiences)


class Announced:
    """The same out of memory, for whoever answers tills: worded once for each language and those
    audiences that rules and rewards speak of, until a version begins."""

    def __init__(self, book: PlanBook, published: Sequence[PublishedPlan]) -> None:
        self._book, self._published = book, published
        self._begins = sorted({one.valid_from for one in published})
        self._groups = frozenset(
            code
            for one in published
            for part in (one.document.rules, one.document.rewards)
            for member in part
            for code in member.when.audiences
        )
        self._told = lru_cache(maxsize=KEPT_MAX)(self._tell)

    def at(self, now: datetime, language: Language, audiences: frozenset[str]) -> tuple[Coming, ...]:
        begun = bisect_right(self._begins, now)
        if begun in (0, len(self._begins)):
            return ()
        return self._told(begun, language, audiences & self._groups)

    def _tell(self, begun: int, language: Language, audiences: frozenset[str]) -> tuple[Coming, ...]:
        return to_come(self._book, self._published, self._begins[begun - 1], language, audiences)


def to_come(
    book: PlanBook,
    published: Sequence[PublishedPlan],
    now: datetime,
    language: Language,
    audiences: Collection[str] = (),
) -> tuple[Coming, ...]:
    """``changes_to_come`` of the versions of one programme."""
    by_number = {one.version: one for one in published}
    begins = sorted({one.valid_from for one in published if one.valid_from > now})
    before = by_number[book.at(now).version].document
    found = []
    for begin in begins[:COMING_MAX]:
        version = by_number[book.at(begin).version]
        sentences = tuple(
            change(one, before, version.document, language, for_members=True)
            for one in told_to_members(before, version.document, audiences)
        )
        if sentences:
            found.append(_coming(version, before, sentences))
        before = version.document
    return tuple(found)


def _coming(version: PublishedPlan, before: Document, sentences: tuple[str, ...]) -> Coming:
    zone = ZoneInfo(version.document.zone)
    return Coming(
        local_day(version.valid_from, zone),
        local_day(version.published_at, zone),
        sentences,
        bool(against_customers(before, version.document)),
    )
