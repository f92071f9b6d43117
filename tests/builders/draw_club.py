"""A club with a draw among entries at the end of June: a chance for each 20 €, vouchers and points to be won."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from assidu.decisions.state import AccountKind
from assidu.events.wire import Subject
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import accounts
from assidu.loyalty.accounts import Opened
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import publish
from assidu.plans.document import Document
from builders.documents import BASE, a_document
from builders.draw_mistakes import CHANCES, EARNED
from builders.offer_club import told
from conformance.cases.plans import VOUCHER

OPENED = datetime(2025, 12, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 10, 10, tzinfo=UTC)
CLOSED = datetime(2026, 7, 1, 10, tzinfo=UTC)
DRAWN = datetime(2026, 7, 6, 22, tzinfo=UTC)
"""Midnight in Paris, as 7 July begins."""
NAME = "summer:2026-06-30"
VOUCHERS = "{name: {fr: b, en: b}, count: 2, gives: {currency: voucher-5, units: 4}}"
POINTS = "{name: {fr: p, en: p}, count: 3, gives: {currency: points, units: 500}}"


def a_club(
    prizes: str = f"[{VOUCHERS}, {POINTS}]",
    drawn_on: str = "2026-07-07",
    valid_from: str = "2026-01-01",
    more: str = "",
) -> Document:
    draw = (
        f"draws:\n  - {{code: summer, name: {{fr: Été, en: Summer}}, entries: chances, last_day: 2026-06-30, "
        f"drawn_on: {drawn_on}, prizes: {prizes}}}\n"
    )
    return from_day(a_document(BASE, EARNED, currencies=VOUCHER + CHANCES, more=draw + more), valid_from)


def from_day(document: Document, day: str) -> Document:
    return msgspec.structs.replace(document, valid_from=date.fromisoformat(day))


def buys(id_: str, card: int, at: datetime = JUNE) -> None:
    told(id_, "Order Completed", card, at, lines=[{"sku": "s", "amount_minor": 5000}])


def members(count: int) -> list[UUID]:
    """The first has one entry, the second two…"""
    found = []
    for n in range(count):
        found.append(told(f"j{n}", "Member Joined", n, JUNE))
        for ticket in range(n + 1):
            buys(f"s{n}-{ticket}", n)
    return found


def a_home(at: datetime) -> UUID:
    opened = accounts.open_(AccountKind.HOUSEHOLD, "Béraud", by=COMMAND_LINE, at=at, programme="club")
    assert isinstance(opened, Opened), opened
    return opened.account_id


def enters(home: UUID, person: UUID, at: datetime) -> None:
    subject = Subject("customer", str(person))
    outcome = accounts.enter(home, subject, "", by=COMMAND_LINE, at=at, programme="club")
    assert isinstance(outcome, Told), outcome


def leaves(home: UUID, person: UUID, at: datetime) -> None:
    outcome = accounts.leave(home, person, "", by=COMMAND_LINE, at=at, programme="club")
    assert isinstance(outcome, Told), outcome


def a_draw_club() -> list[UUID]:
    """Its draw is due, and nobody has drawn."""
    publish(a_club(), "", at=OPENED)
    return members(4)
