"""What staff, commands and the administrative API do to one customer, each in one transaction."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from assidu.customers.types import Profile
from assidu.decisions.decision import RefusalCode, Refused
from assidu.decisions.state import Membership
from assidu.events.wire import Incoming, Subject, parse_one
from assidu.events.wire import Profile as WrittenProfile
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.entries import Anonymous, Conflict, Later, Outcome, Told, UnknownCustomer
from builders.shop import PROGRAMME, Shop

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HUGO = Actor(person_id=UUID(int=9))


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


@pytest.fixture
def anne(shop: Shop) -> UUID:
    return shop.member(Profile(card="2990000000012", email="anne@example.org"))


def sale(id_: str = "T-1", subject: str | None = "card:2990000000012", **data: Any) -> Incoming:
    lines = data.pop("lines", [{"sku": "s", "amount_minor": 12_300, "department": "produce"}])
    return parse_one(
        {
            "specversion": "1.0",
            "id": id_,
            "source": data.pop("source", "till/store-317"),
            "type": "Order Completed",
            "time": "2026-03-01T10:02:11+01:00",
            "subject": subject,
            "data": {"store": "317", "channel": "store", "ticket": id_, "lines": lines} | data,
        }
    )


def told(outcome: Any) -> Told:
    assert isinstance(outcome, Told), outcome
    return outcome


def record(incoming: Incoming, at: datetime = NOW) -> Any:
    return actions.record(incoming, at, programme=PROGRAMME)


def counts() -> list[tuple[Any, ...]]:
    return rows(
        "SELECT (SELECT count(*) FROM events_key), (SELECT count(*) FROM events_event), "
        "(SELECT count(*) FROM ledger_posting), (SELECT count(*) FROM customers_customer), "
        "(SELECT count(*) FROM events_reject)"
    )


def test_a_ticket_is_posted_once_however_often_it_is_told(anne: UUID) -> None:
    first = told(record(sale()))
    assert first.is_new
    assert first.customer_id == anne
    assert first.state.available("points") > 0
    before = counts()
    again = told(record(sale()))
    assert not again.is_new
    assert again.decision.awards == first.decision.awards
    assert again.decision.postings == first.decision.postings
    assert again.state.available("points") == first.state.available("points")
    assert counts() == before


def test_the_same_key_with_another_meaning_is_a_conflict_and_leaves_a_trace(anne: UUID) -> None:
    record(sale())
    outcome = record(sale(lines=[{"sku": "s", "amount_minor": 99}]))
    assert isinstance(outcome, Conflict)
    assert rows("SELECT source, id, code FROM events_reject") == [
        ("till/store-317", "T-1", "idempotency_conflict")
    ]


def test_the_same_ticket_from_another_source_is_told_as_a_duplicate(anne: UUID) -> None:
    first = told(record(sale()))
    again = told(record(sale(source="web/shop")))
    assert again.duplicate_of == first.key
    assert again.seq == first.seq


@pytest.mark.parametrize("fault", [UniqueViolation, DeadlockDetected, SerializationFailure])
def test_who_crossed_somebody_else_is_posted_at_the_next_attempt(
    anne: UUID, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    """Two who lock in opposite orders cannot be arranged every time: the fault is raised in their place."""
    faults, attempt = [fault()], actions._record

    def crossed(*arguments: Any) -> Outcome | Later:
        if faults:
            raise faults.pop()
        return attempt(*arguments)

    monkeypatch.setattr(actions, "_record", crossed)
    assert told(record(sale())).is_new


def test_an_unknown_card_opens_a_customer_and_a_refusal_does_not(shop: Shop) -> None:
    before = counts()
    refused = record(sale(subject="card:777700001111", payments=[{"currency": "points", "quantity": 300}]))
    assert isinstance(refused, Refused)
    assert counts() == before
    opened = told(record(sale(subject="card:777700001111")))
    assert opened.state.membership is Membership.NONE
    assert counts()[0][3] == before[0][3] + 1


def test_evaluating_answers_the_same_and_changes_nothing(anne: UUID) -> None:
    before = counts()
    tried = told(actions.evaluate(sale(), NOW, programme=PROGRAMME))
    assert counts() == before
    assert tried.decision.reasons != ()
    assert replace(tried.decision, reasons=()) == told(record(sale())).decision
    unknown = told(actions.evaluate(sale("T-2", "card:777700001111"), NOW, programme=PROGRAMME))
    assert unknown.decision.awards == ()


def test_a_ticket_without_a_customer_is_counted(shop: Shop) -> None:
    assert isinstance(record(sale(subject=None)), Anonymous)
    again = record(sale(subject=None))
    assert isinstance(again, Anonymous)
    assert not again.is_new
    assert rows("SELECT ticket, amount_minor FROM events_anonymous") == [("T-1", 12_300)]
    other = record(sale(source="web/shop"))
    assert isinstance(other, Anonymous)
    assert other.duplicate_of == again.key


def back(id_: str, subject: str = "card:2990000000012", **data: Any) -> Incoming:
    original = {"store": "317", "date": "2026-03-01", "ticket": "T-1"}
    return parse_one(
        {
            "specversion": "1.0",
            "id": id_,
            "source": "till/store-317",
            "type": "Order Refunded",
            "time": "2026-03-02T09:00:00+01:00",
            "subject": subject,
            "data": {"store": "317", "channel": "store", "ticket": id_, "original": original} | data,
        }
    )


def test_goods_come_back_line_by_line_and_never_more_than_was_bought(anne: UUID) -> None:
    sold = told(record(sale()))
    points = sold.state.available("points")
    part = told(record(back("R-1", lines=[{"line": 0, "amount_minor": 6_000}])))
    assert part.state.available("points") < points
    too_much = record(back("R-2", lines=[{"line": 0, "amount_minor": 6_301}]))
    assert isinstance(too_much, Refused)
    assert too_much.code is RefusalCode.RETURN_EXCEEDS_SALE
    rest = told(record(back("R-3", whole=True)))
    assert rest.state.available("points") == points - sum(
        p.quantity for p in sold.decision.postings if p.currency == "points"
    )
    assert rows("SELECT amount_minor FROM events_event WHERE id = 'R-3'") == [(-6_300,)]
    nothing = record(back("R-4", whole=True))
    assert isinstance(nothing, Refused)
    assert nothing.code is RefusalCode.NOTHING_LEFT_TO_RETURN


def test_nobody_brings_back_what_somebody_else_bought(shop: Shop, anne: UUID) -> None:
    record(sale())
    shop.member(Profile(card="2990000000029"))
    outcome = record(back("R-1", subject="card:2990000000029", whole=True))
    assert isinstance(outcome, Refused)
    assert outcome.code is RefusalCode.UNKNOWN_SALE
    assert isinstance(record(back("R-1", subject="card:666600001111", whole=True)), UnknownCustomer)


def test_a_merger_moves_everything_and_the_old_card_finds_the_survivor(shop: Shop, anne: UUID) -> None:
    other = shop.member(Profile(card="2990000000029"))
    theirs = told(record(sale(subject="card:2990000000029"))).state.available("points")
    mine = told(record(sale("T-2"))).state.available("points")
    merged = told(actions.merge(anne, other, by=HUGO, reason="same person", at=NOW, programme=PROGRAMME))
    assert merged.state.available("points") == mine + theirs
    after = told(record(sale("T-3", "card:2990000000029")))
    assert after.customer_id == anne
    brought_back = told(record(back("R-1", subject="card:2990000000012", whole=True)))
    assert brought_back.state.available("points") < after.state.available("points")
    again = actions.merge(anne, other, by=HUGO, reason="again", at=NOW, programme=PROGRAMME)
    assert isinstance(again, Refused)
    assert again.code is RefusalCode.SAME_CUSTOMER


def test_who_joins_with_a_profile_is_found_by_it_and_nothing_personal_lies_in_the_event(shop: Shop) -> None:
    profile = WrittenProfile(
        first_name="Zoé", last_name="Béré", email="Zoe@Example.org", card="2990000000036"
    )
    joined = told(
        actions.join(
            Subject("card", "2990000000036"), store="317", channel="store", terms_version="3", profile=profile,
            at=NOW, programme=PROGRAMME,
        )
    )  # fmt: skip
    assert joined.state.membership is Membership.MEMBER
    [(name,)] = rows("SELECT last_name FROM customers_customer WHERE customer_id = %s", [joined.customer_id])
    assert name == "Béré"
    by_mail = told(record(sale(subject="email:zoe@example.org")))
    assert by_mail.customer_id == joined.customer_id
    assert rows(
        "SELECT body::text FROM events_event WHERE type = 'Member Joined' AND seq = %s", [joined.seq]
    ) == [('{"terms_version": "3"}',)]
    assert rows(
        "SELECT count(*) FROM customers_event_personal WHERE customer_id = %s", [joined.customer_id]
    ) == [(1,)]
    again = actions.join(
        Subject("card", "2990000000036"), store="317", channel="store", terms_version="4",
        profile=WrittenProfile(first_name="Other"), at=NOW, programme=PROGRAMME,
    )  # fmt: skip
    assert isinstance(again, Refused)
    assert rows("SELECT first_name FROM customers_customer WHERE customer_id = %s", [joined.customer_id]) == [
        ("Zoé",)
    ]


def test_corrections_rewards_and_leaving(anne: UUID) -> None:
    def outcome(value: Outcome) -> Told:
        return told(value)

    given = outcome(actions.correct(anne, "points", 700, "goodwill", by=HUGO, at=NOW, programme=PROGRAMME))
    voucher = outcome(actions.request_reward(anne, "voucher-5", 1, at=NOW, programme=PROGRAMME))
    assert voucher.state.available("points") == given.state.available("points") - 500
    assert voucher.state.available("voucher-5") == 1
    short = actions.request_reward(anne, "voucher-5", 10, at=NOW, programme=PROGRAMME)
    assert isinstance(short, Refused)
    left = outcome(actions.leave(anne, at=NOW + timedelta(hours=1), programme=PROGRAMME))
    assert left.state.membership is Membership.LEFT
    assert left.state.lots == {}
    assert isinstance(actions.leave(UUID(int=5), at=NOW, programme=PROGRAMME), UnknownCustomer)
