"""Offers allotted to many at once: who would have it and who is left out, how far it is, and what became of each.

Whom it is about is fixed when it is looked at; nothing happens before it is begun (``allotting``).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from assidu.customers.queries import by_lines
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import RefusalCode
from assidu.decisions.offers.given import Step
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import OfferNeeds
from assidu.foundation.ids import new_id
from assidu.foundation.sql import rows
from assidu.loyalty.queries import current_book

LINES_MAX = 200_000
FORGOTTEN_AFTER = timedelta(days=1)
"""One that was looked at and never begun is of no use to anybody after that."""
_CELL = re.compile(r"[;,\t]")
ERASED = "erased"
"""Beside the core's refusals, why somebody is left out: nobody can tell them any more."""


class AllotmentRefused(Exception):
    """It makes no sense to begin. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AllotmentState(StrEnum):
    LOOKED_AT = "looked_at"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Allotment:
    """``audience``, or a list of ``lines`` of which ``unknown`` name nobody. ``left_out`` and ``kept`` are counts by
    why the offer was not allotted, or not taken back."""

    allotment_id: UUID
    programme: str
    offer: str
    until: date | None
    audience: str
    lines: int
    unknown: int
    asked_at: datetime
    asked_by: str
    begun_at: datetime | None
    ended_at: datetime | None
    undo_begun_at: datetime | None
    undone_at: datetime | None
    told_at: datetime
    customers: int = 0
    waiting: int = 0
    allotted: int = 0
    taken_back: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)

    @property
    def state(self) -> AllotmentState:
        if self.undone_at is not None:
            return AllotmentState.UNDONE
        if self.undo_begun_at is not None:
            return AllotmentState.UNDOING
        if self.ended_at is not None:
            return AllotmentState.DONE
        return AllotmentState.LOOKED_AT if self.begun_at is None else AllotmentState.RUNNING

    @property
    def is_at_work(self) -> bool:
        return self.state in (AllotmentState.RUNNING, AllotmentState.UNDOING)

    @property
    def done(self) -> int:
        if self.state is AllotmentState.UNDOING:
            return self.taken_back + sum(self.kept.values())
        return self.customers - self.waiting

    @property
    def total(self) -> int:
        return self.allotted if self.state is AllotmentState.UNDOING else self.customers


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Before it begins: how many would have it, and who is left out and why, of ``customers`` in all."""

    customers: int
    will_have: int
    left_out: Mapping[str, int]


# ---------------------------------------------------------------- looking at one


def lines_in(text: str) -> list[str]:
    """Of a list that was pasted, or of a table as a spreadsheet writes it: the first cell of each row."""
    cells = (_CELL.split(line, maxsplit=1)[0].strip().strip('"').strip() for line in text.splitlines())
    return [cell for cell in cells if cell]


def unknown_among(lines: Collection[str]) -> list[str]:
    """Those that name nobody, for whoever wrote them: they are not kept."""
    known = by_lines(lines)
    return [line for line in dict.fromkeys(lines) if line not in known]


@transaction.atomic
def look_at(
    programme: str,
    offer: str,
    *,
    at: datetime,
    by: str,
    audience: str = "",
    lines: Collection[str] = (),
    until: date | None = None,
    allotment_id: UUID | None = None,
) -> Allotment:
    """Fix whom it is about; nobody is allotted anything yet. ``lines`` name customers, each by a card, a telephone, an
    e-mail, or as ``card:…``, ``customer:…``; they are not kept. The same ``allotment_id`` again answers what it is
    about already. Raises ``AllotmentRefused``."""
    book = current_book(programme)
    if book is None:
        raise AllotmentRefused("no_programme")
    if allotment_id is not None and (known := allotment(allotment_id)) is not None:
        if (known.programme, known.offer, known.until, known.audience) != (programme, offer, until, audience):
            raise AllotmentRefused("other_allotment")
        return known
    plan = book.at(at)
    _may_be_allotted(plan, offer, audience, until, local_day(at, plan.zone))
    named = list(dict.fromkeys(line for line in (line.strip() for line in lines) if line))
    if not audience and not named:
        raise AllotmentRefused("nobody_named")
    if len(named) > LINES_MAX:
        raise AllotmentRefused("too_many_lines")
    made = allotment_id or new_id(at)
    found = by_lines(named)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM loyalty_allotment WHERE begun_at IS NULL AND asked_at < %s", [at - FORGOTTEN_AFTER]
        )
        cursor.execute(
            "INSERT INTO loyalty_allotment (allotment_id, programme, offer, until, audience, lines, unknown, asked_at, "
            "asked_by, told_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [made, programme, offer, until, audience, len(named), len(named) - len(found), at, by, at],
        )
        if audience:
            cursor.execute(_FROM_AUDIENCE, [made, programme, audience])
        else:
            cursor.execute(_FROM_LIST, [made, programme, sorted(set(found.values()))])
    looked_at = allotment(made)
    assert looked_at is not None, "it was just written"
    return looked_at


def _may_be_allotted(plan: Plan, code: str, audience: str, until: date | None, today: date) -> None:
    offer = plan.offers.by_code.get(code)
    if offer is None:
        raise AllotmentRefused(RefusalCode.UNKNOWN_OFFER.value)
    if offer.needs not in (OfferNeeds.ALLOTTED, OfferNeeds.ACTIVATED):
        raise AllotmentRefused("nothing_to_allot")
    if (offer.when.to_day is not None and offer.when.to_day < today) or (
        until is not None and until <= today
    ):
        raise AllotmentRefused(RefusalCode.OFFER_OVER.value)
    if audience and audience not in plan.audiences:
        raise AllotmentRefused(RefusalCode.UNKNOWN_AUDIENCE.value)


_FROM_AUDIENCE = """
INSERT INTO loyalty_allotted (allotment_id, customer_id, outcome)
SELECT %s, m.customer_id, CASE WHEN c.erased_at IS NOT NULL THEN 'erased' END
  FROM loyalty_member AS m JOIN customers_customer AS c USING (customer_id)
 WHERE m.programme = %s AND m.membership NOT IN ('absorbed', 'in_account') AND m.state -> 'audiences' ? %s
"""
_FROM_LIST = """
INSERT INTO loyalty_allotted (allotment_id, customer_id, outcome)
SELECT %s, c.customer_id,
       CASE WHEN c.erased_at IS NOT NULL THEN 'erased' WHEN m.customer_id IS NULL THEN 'not_a_member' END
  FROM customers_customer AS c LEFT JOIN loyalty_member AS m ON m.customer_id = c.customer_id AND m.programme = %s
 WHERE c.customer_id IN (SELECT coalesce(b.account_id, n.id) FROM unnest(%s::uuid[]) AS n (id)
                           LEFT JOIN customers_belonging AS b ON b.customer_id = n.id)
"""
"""Whoever is named and shares an account is that account, once for all of it."""
_FORESEEN = """
SELECT a.customer_id, coalesce(a.outcome,
         CASE WHEN m.membership = 'suspended' THEN 'suspended'
              WHEN m.membership <> 'member' OR m.joined_on > %(today)s THEN 'not_a_member'
              WHEN s.step IS NOT NULL AND s.step <> %(used)s AND (s.until IS NULL OR s.until > %(today)s)
                   THEN 'already_allotted'
              ELSE '' END) AS outcome
  FROM loyalty_allotted AS a LEFT JOIN loyalty_member AS m USING (customer_id)
 CROSS JOIN LATERAL (SELECT m.state -> 'offers' -> %(offer)s ->> 0 AS step,
                            (m.state -> 'offers' -> %(offer)s ->> 2)::date AS until) AS s
 WHERE a.allotment_id = %(id)s
"""


def foreseen(one: Allotment, now: datetime) -> Foreseen:
    """Counted over what customers are now; the core decides each of them when it is done."""
    counts: dict[str, int] = dict(
        rows(f"SELECT outcome, count(*) FROM ({_FORESEEN}) AS f GROUP BY 1", _foreseen_on(one, now))
    )
    will_have = counts.pop("", 0)
    return Foreseen(one.customers, will_have, counts)


def left_out_people(one: Allotment, now: datetime, limit: int) -> list[tuple[UUID, str]]:
    """Some of those who would not have it, or did not, and why."""
    became = "SELECT customer_id, outcome FROM loyalty_allotted WHERE allotment_id = %(id)s"
    return rows(
        f"SELECT customer_id, outcome FROM ({_FORESEEN if one.begun_at is None else became}) AS f "
        "WHERE outcome <> '' ORDER BY outcome, customer_id LIMIT %(limit)s",
        _foreseen_on(one, now) | {"limit": limit},
    )


def _foreseen_on(one: Allotment, now: datetime) -> dict[str, Any]:
    book = current_book(one.programme)
    assert book is not None, "an allotment is of a programme"
    return {
        "id": one.allotment_id,
        "offer": one.offer,
        "used": Step.USED.value,
        "today": local_day(now, book.at(now).zone),
    }


# ---------------------------------------------------------------- how far they are

_COLUMNS = (
    "allotment_id, programme, offer, until, audience, lines, unknown, asked_at, asked_by, begun_at, ended_at, "
    "undo_begun_at, undone_at, told_at"
)


def allotment(allotment_id: UUID) -> Allotment | None:
    found = rows(f"SELECT {_COLUMNS} FROM loyalty_allotment WHERE allotment_id = %s", [allotment_id])
    return _counted(found[0]) if found else None


def allotments(programme: str, offer: str = "", limit: int = 20) -> list[Allotment]:
    """Those that were begun, the youngest first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM loyalty_allotment WHERE programme = %s AND begun_at IS NOT NULL "
        "AND (%s = '' OR offer = %s) ORDER BY asked_at DESC LIMIT %s",
        [programme, offer, offer, limit],
    )
    return [_counted(row) for row in found]


def _counted(row: tuple[Any, ...]) -> Allotment:
    counts = rows(
        "SELECT outcome, undo_outcome, count(*) FROM loyalty_allotted WHERE allotment_id = %s GROUP BY 1, 2",
        [row[0]],
    )
    left_out: dict[str, int] = {}
    kept: dict[str, int] = {}
    for outcome, undo_outcome, count in counts:
        if outcome:
            left_out[outcome] = left_out.get(outcome, 0) + count
        if undo_outcome:
            kept[undo_outcome] = kept.get(undo_outcome, 0) + count
    return replace(
        Allotment(*row),
        customers=sum(count for _, _, count in counts),
        waiting=sum(count for outcome, _, count in counts if outcome is None),
        allotted=sum(count for outcome, _, count in counts if outcome == ""),
        taken_back=sum(count for _, undo_outcome, count in counts if undo_outcome == ""),
        left_out=left_out,
        kept=kept,
    )
