"""In which order what is recorded happens again."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from assidu.events.types import EventType
from assidu.loyalty.recorded import Recorded
from assidu.simulation.order import in_time_order

LEARNT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def recorded(customer: UUID, seq: int, type_: EventType, at: datetime, **body: str) -> Recorded:
    return Recorded(
        customer, seq, type_, at, LEARNT, at.date(), "", "", 0, True, json.dumps(body), 1, "{}", ()
    )  # fmt: skip


@pytest.mark.parametrize(("person", "home"), [(1, 2), (2, 1)])
def test_whoever_left_an_account_does_nothing_before_both_sides_of_it_were_told(
    person: int, home: int
) -> None:
    anne, account = UUID(int=person), UUID(int=home)
    late = LEARNT - timedelta(days=9)
    theirs = [
        recorded(account, 1, EventType.ACCOUNT_OPENING, LEARNT),
        recorded(account, 2, EventType.ADMISSION, late, member=str(anne)),
        recorded(account, 3, EventType.SALE, late),
        recorded(account, 4, EventType.DEPARTURE, late, member=str(anne)),
    ]
    hers = [
        recorded(anne, 1, EventType.SALE, late),
        recorded(anne, 2, EventType.ACCOUNT_ENTRY, late, into=str(account)),
        recorded(anne, 3, EventType.ACCOUNT_EXIT, late, **{"from": str(account)}),
        recorded(anne, 4, EventType.SALE, late),
    ]
    told = [(one.customer_id, one.seq) for _, one in in_time_order([hers, theirs])]
    places = {one: n for n, one in enumerate(told)}
    assert places[anne, 1] < places[account, 2] < places[account, 3]
    assert places[anne, 2] < places[account, 2]
    assert places[account, 4] < places[anne, 4]
