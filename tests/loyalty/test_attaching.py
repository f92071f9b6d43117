"""A forgotten ticket, claimed: by its own day's rules, once for ever, and refused with the reason otherwise."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, transaction

from assidu.catalogue.promotions import put_promotions, remove_promotion
from assidu.catalogue.rates import ToldRate, put_rates
from assidu.catalogue.told import promotion_told
from assidu.customers import actions as customers
from assidu.customers.types import Profile
from assidu.decisions.events import Merger, Sale
from assidu.decisions.money import Rate
from assidu.events.wire import parse_one
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE, Actor
from assidu.foundation.sql import rows
from assidu.loyalty import actions, queries
from assidu.loyalty.attaching import (
    ClaimRefusal,
    ClaimRefused,
    Paid,
    Proof,
    attach_ticket,
    record_typed_ticket,
)
from assidu.loyalty.entries import Conflict, Told, UnknownCustomer
from assidu.loyalty.plans import publish
from assidu.loyalty.rebuild import verify
from assidu.measurement.sums import stretches
from assidu.plans.check import examine
from assidu.plans.wording import Language
from builders.shop import PLANS, PROGRAMME, Shop

SOLD = datetime(2026, 3, 1, 10, 2, 11, tzinfo=UTC)
DAY = date(2026, 3, 1)
MONTH = DAY, date(2026, 3, 31)
NOW = SOLD + timedelta(days=12)
HUGO = Actor(person_id=UUID(int=9))


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


@pytest.fixture
def anne(shop: Shop) -> UUID:
    return shop.member(Profile(card="2990000000012"))


@pytest.fixture
def luc(shop: Shop) -> UUID:
    return shop.member(Profile(card="2990000000029"))


def anonymous(id_: str = "T-1", *, at: datetime = SOLD, amount: int = 4_200, **data: Any) -> None:
    written = {
        "specversion": "1.0",
        "id": id_,
        "source": "till/store-317",
        "type": "Order Completed",
        "time": at.isoformat(),
        "data": {
            "store": "317",
            "channel": "store",
            "ticket": id_,
            "lines": [{"sku": "s", "amount_minor": amount, "department": "grocery"}],
        }
        | data,
    }
    actions.record(parse_one(written), at, programme=PROGRAMME)


def attached(customer: UUID, ticket: str = "T-1", *, at: datetime = NOW, **rest: Any) -> Any:
    proof = rest.pop("proof", None) or Proof("317", DAY, ticket)
    return attach_ticket(customer, proof, by=HUGO, at=at, programme=PROGRAMME, **rest)


def refused(outcome: Any) -> ClaimRefusal:
    assert isinstance(outcome, ClaimRefused), outcome
    assert outcome.said(Language.FR)
    return outcome.code


def told(outcome: Any) -> Told:
    assert isinstance(outcome, Told), outcome
    return outcome


def points(customer: UUID, at: datetime = NOW) -> int:
    standing = queries.standing(customer, at)
    assert standing is not None
    return standing.available("points")


def test_a_forgotten_ticket_earns_at_its_own_date_and_by_its_own_rules(
    shop: Shop, anne: UUID, luc: UUID
) -> None:
    before = points(anne), points(luc)
    anonymous()
    outcome = told(attached(anne))
    with_card = told(
        actions.record(
            parse_one(
                {
                    "specversion": "1.0", "id": "T-2", "source": "till/store-317", "type": "Order Completed",
                    "time": SOLD.isoformat(), "subject": f"customer:{luc}",
                    "data": {"store": "317", "channel": "store", "ticket": "T-2",
                             "lines": [{"sku": "s", "amount_minor": 4_200, "department": "grocery"}]},
                }
            ),
            SOLD,
            programme=PROGRAMME,
        )
    )  # fmt: skip
    assert outcome.day == DAY
    assert outcome.at == SOLD
    assert outcome.decision.plan_version == with_card.decision.plan_version
    assert outcome.decision.awards == with_card.decision.awards
    assert outcome.decision.awards
    assert points(anne) - before[0] == points(luc) - before[1] > 0


def test_a_ticket_in_francs_is_theirs_at_the_rate_that_it_came_in_with(shop: Shop, anne: UUID) -> None:
    francs = ToldRate("CHF", DAY, Rate(9432, 4))
    with_francs()
    put_rates([francs], at=SOLD, by="command")
    anonymous(currency="CHF")
    put_rates([replace(francs, rate=Rate(2))], at=NOW, by="command")
    assert refused(attached(anne, proof=Proof("317", DAY, "", 4_201, "CHF"))) is ClaimRefusal.UNKNOWN_TICKET
    outcome = told(attached(anne, proof=Proof("317", DAY, "", 4_200, "CHF")))
    assert isinstance(outcome.event, Sale)
    assert outcome.event.total_minor == 3_961
    assert outcome.event.foreign is not None
    assert (outcome.event.foreign.total_minor, str(outcome.event.foreign.rate)) == (4_200, "0.9432")
    put_rates([ToldRate("CHF", NOW.date(), Rate(2))], at=NOW, by="command")
    typed = record_typed_ticket(
        anne, "317", "T-77", 1_000, by=HUGO, at=NOW, programme=PROGRAMME, currency="CHF"
    )
    assert told(typed).decision.eligible_minor == 2_000, "at the rate of the day on which it was typed"


def test_it_keeps_the_promotions_that_ran_when_it_came_in(shop: Shop, anne: UUID) -> None:
    fair = {"code": "fair", "name": "Fair", "first_day": "2026-03-01", "last_day": "2026-03-01"}
    put_promotions([promotion_told(fair)], at=SOLD, by="command")
    anonymous()
    remove_promotion("fair")
    outcome = told(attached(anne))
    assert isinstance(outcome.event, Sale)
    assert [line.promotion for line in outcome.event.lines] == ["fair"]


def with_francs() -> None:
    text = (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8")
    text = text.replace("{code: EUR, decimals: 2}", "{code: EUR, foreign: [{code: CHF}]}")
    document = examine(text).document
    assert document is not None
    publish(document, text, at=SOLD - timedelta(days=9))


def test_it_is_claimed_once_for_ever(shop: Shop, anne: UUID, luc: UUID) -> None:
    anonymous()
    told(attached(anne))
    had = points(anne)
    assert refused(attached(anne)) is ClaimRefusal.ALREADY_THEIRS
    assert refused(attached(luc)) is ClaimRefusal.ALREADY_TAKEN
    assert points(anne) == had
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows("DELETE FROM events_claim RETURNING source")


def test_the_same_request_sent_again_gets_the_first_answer(shop: Shop, anne: UUID) -> None:
    anonymous()
    event = uuid4()
    first = told(attached(anne, event_id=event))
    again = told(attached(anne, event_id=event, at=NOW + timedelta(minutes=5)))
    assert (again.seq, again.is_new) == (first.seq, False)
    anonymous("T-9")
    assert isinstance(attached(anne, "T-9", event_id=event), Conflict)


def test_the_amount_proves_it_where_one_ticket_alone_has_it(shop: Shop, anne: UUID) -> None:
    anonymous("T-1", amount=4_200)
    anonymous("T-2", amount=999)
    anonymous("T-3", amount=999)
    assert refused(attached(anne, proof=Proof("317", DAY, amount_minor=999))) is ClaimRefusal.SEVERAL_TICKETS
    assert refused(attached(anne, proof=Proof("317", DAY, "T-1", 4_100))) is ClaimRefusal.OTHER_AMOUNT
    assert refused(attached(anne, proof=Proof("317", DAY, amount_minor=4_100))) is ClaimRefusal.UNKNOWN_TICKET
    told(attached(anne, proof=Proof("317", DAY, amount_minor=4_200)))
    told(attached(anne, proof=Proof("317", DAY, "T-2", 999)))
    told(attached(anne, proof=Proof("317", DAY, amount_minor=999)))  # the other one is alone now


@pytest.mark.parametrize(
    "proof",
    [Proof("317", DAY, "T-7"), Proof("318", DAY, "T-1"), Proof("317", DAY + timedelta(days=1), "T-1")],
    ids=["another number", "another store", "another day"],
)
def test_a_ticket_that_nobody_told_is_refused(shop: Shop, anne: UUID, proof: Proof) -> None:
    anonymous()
    assert refused(attached(anne, proof=proof)) is ClaimRefusal.UNKNOWN_TICKET


def test_a_ticket_with_a_customer_is_not_to_be_had(shop: Shop, anne: UUID, luc: UUID) -> None:
    told(record_typed_ticket(luc, "317", "T-1", 4_200, by=HUGO, at=SOLD, programme=PROGRAMME))
    assert refused(attached(anne)) is ClaimRefusal.ALREADY_TAKEN
    assert refused(attached(luc)) is ClaimRefusal.ALREADY_THEIRS


def test_the_plan_says_for_how_long(shop: Shop, anne: UUID) -> None:
    anonymous()
    late = attached(anne, at=SOLD + timedelta(days=31))
    assert refused(late) is ClaimRefusal.TOO_LATE
    assert late.figures == {"age": 31, "days": 30}
    told(attached(anne, at=SOLD + timedelta(days=30)))


def test_whoever_was_no_member_on_that_day_loses_nothing_and_gains_nothing(shop: Shop) -> None:
    later = shop.member(Profile(card="2990000000036"), at=SOLD + timedelta(days=5))
    anonymous()
    assert refused(attached(later)) is ClaimRefusal.NOT_A_MEMBER_THEN
    assert rows("SELECT count(*) FROM events_claim") == [(0,)]
    assert len(queries.timeline([later]).entries) == 1


def test_nobody_erased_or_unknown_claims_anything(shop: Shop, anne: UUID) -> None:
    anonymous()
    assert isinstance(attached(uuid4()), UnknownCustomer)
    customers.erase(anne, COMMAND_LINE, NOW)
    assert isinstance(attached(anne), UnknownCustomer)


def test_whoever_was_merged_claims_for_who_they_became(shop: Shop, anne: UUID, luc: UUID) -> None:
    shop.must(anne, Merger(SOLD + timedelta(days=1)), absorbed=luc)
    anonymous()
    assert told(attached(luc)).customer_id == anne


def test_a_claimed_ticket_is_returned_like_any_other(shop: Shop, anne: UUID) -> None:
    anonymous()
    had = points(anne)
    told(attached(anne))
    back = parse_one(
        {
            "specversion": "1.0", "id": "R-1", "source": "till/store-317", "type": "Order Refunded",
            "time": (NOW + timedelta(days=1)).isoformat(), "subject": "card:2990000000012",
            "data": {"original": {"store": "317", "date": "2026-03-01", "ticket": "T-1"}, "whole": True},
        }
    )  # fmt: skip
    told(actions.record(back, NOW + timedelta(days=1), programme=PROGRAMME))
    assert points(anne, NOW + timedelta(days=1)) == had


def test_its_turnover_counts_once_now_with_a_card(shop: Shop, anne: UUID) -> None:
    anonymous()
    [before] = stretches(*MONTH)
    told(attached(anne))
    [after] = stretches(*MONTH)
    assert after.carded_minor - before.carded_minor == 4_200
    assert before.anonymous_minor - after.anonymous_minor == 4_200
    assert stretches(*MONTH) == [after], "as it is kept"


def test_a_ticket_of_today_takes_a_voucher_or_points(shop: Shop, anne: UUID) -> None:
    actions.correct(anne, "points", 600, "Queue", by=HUGO, at=SOLD, programme=PROGRAMME)
    anonymous("T-1")
    short = attached(anne, at=SOLD + timedelta(hours=1), payments=[Paid("points", 10_000)])
    assert not isinstance(short, Told | ClaimRefused)
    told(attached(anne, at=SOLD + timedelta(hours=1), payments=[Paid("points", 500)]))
    assert points(anne, SOLD + timedelta(hours=1)) < 600


def test_what_was_typed_is_known_when_the_till_tells_it(shop: Shop, anne: UUID) -> None:
    event = uuid4()
    typed = {"by": HUGO, "programme": PROGRAMME, "event_id": event}
    first = told(record_typed_ticket(anne, "317", "T-5", 4_200, at=SOLD, **typed))  # type: ignore[arg-type]
    later = SOLD + timedelta(minutes=1)
    again = told(record_typed_ticket(anne, "317", "T-5", 4_200, at=later, **typed))  # type: ignore[arg-type]
    assert (again.seq, again.is_new) == (first.seq, False)
    had = points(anne)
    anonymous("T-5")
    assert points(anne) == had
    assert rows("SELECT count(*) FROM events_anonymous") == [(0,)]


def test_of_two_who_claim_one_ticket_at_once_one_gets_it(assidu_db: Database) -> None:
    from django.db import connection

    shop = Shop.opened()
    people = [shop.member(Profile(card=f"29900000000{n}")) for n in (12, 29, 36, 43)]
    anonymous()
    outcomes: list[Any] = []
    ready = threading.Barrier(len(people))

    def claims(one: UUID) -> None:
        try:
            ready.wait()
            outcomes.append(attached(one))
        finally:
            connection.close()

    threads = [threading.Thread(target=claims, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Told) for one in outcomes) == 1
    assert [one.code for one in outcomes if isinstance(one, ClaimRefused)] == [ClaimRefusal.ALREADY_TAKEN] * 3
    assert rows("SELECT count(*) FROM events_claim") == [(1,)]
    assert verify(assidu_db.url).found == []
