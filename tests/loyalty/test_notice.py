"""A version that takes something from customers is published only as early as they were promised."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from assidu.loyalty.plans import NoticeTooShort, publish, published_plans
from assidu.plans.document import Document
from builders.documents import BASE, a_document, a_rule

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def version(gift: int, valid_from: date, notice: str = "notice: {days: 30}\n") -> Document:
    return replace(a_document(BASE, a_rule(f"{{fixed: {gift}}}"), more=notice), valid_from=valid_from)


@pytest.fixture(autouse=True)
def _in_force(db: None) -> None:
    publish(version(10, date(2026, 1, 1)), "", at=datetime(2025, 12, 1, tzinfo=UTC))


def test_what_takes_waits_for_the_notice_and_what_gives_does_not() -> None:
    with pytest.raises(NoticeTooShort) as short:
        publish(version(9, date(2026, 3, 30)), "", at=MARCH)
    assert short.value.earliest == date(2026, 3, 31)
    assert len(published_plans("club")) == 1
    assert publish(version(11, date(2026, 3, 2)), "", at=MARCH).version == 2
    assert publish(version(10, date(2026, 3, 31)), "", at=MARCH).version == 3


def test_the_notice_cannot_be_dropped_without_notice() -> None:
    with pytest.raises(NoticeTooShort):
        publish(version(10, date(2026, 3, 2), notice=""), "", at=MARCH)


def test_what_has_not_begun_is_taken_back_at_once() -> None:
    publish(version(20, date(2026, 4, 1)), "", at=MARCH)
    taken_back = publish(version(10, date(2026, 4, 1)), "", at=MARCH)
    assert taken_back.version == 3
