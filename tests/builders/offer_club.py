"""A club whose offers are activated, allotted, everybody's or over, and whose members are in an audience."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from assidu.events.wire import parse_one
from assidu.loyalty import actions
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import publish
from builders.documents import BASE, a_document
from builders.offers import offers

OPENED = datetime(2025, 12, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 2, 10, tzinfo=UTC)
OFFERS = offers(
    "brioche: effect: {percent: {off: 50}}|needs: activated",
    "back: effect: {amount: 5.00}|needs: allotted|when: {audiences: [young]}",
    "open: effect: {amount: 1.00}",
    "gone: effect: {amount: 1.00}|needs: allotted|when: {last_day: 2026-03-01}",
    "half: effect: {percent: {off: 50}}|needs: code",
)
AUDIENCES = "audiences: [{code: young, name: {fr: jeunes fauchés, en: young and broke}}]\n"


def told(id_: str, type_: str, card: int, at: datetime = MARCH, **data: Any) -> UUID:
    incoming = parse_one(
        {
            "specversion": "1.0", "id": id_, "source": "till", "type": type_, "time": at.isoformat(),
            "subject": f"card:2990000000{card:04d}", "data": data,
        }
    )  # fmt: skip
    outcome = actions.record(incoming, at, programme="club")
    assert isinstance(outcome, Told), outcome
    return outcome.customer_id


def a_club(count: int, more: str = "") -> list[UUID]:
    """All but the last are in the audience."""
    publish(a_document(BASE, more=AUDIENCES + OFFERS + more), "", at=OPENED)
    found = [told(f"j{n}", "Member Joined", n) for n in range(count)]
    for n in range(count - 1):
        told(f"a{n}", "Audience Changed", n, audience="young")
    return found
