"""Why: every kind of event explained, from what was recorded, in both languages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from assidu.customers.types import Profile
from assidu.decisions.decision import Lapse, ReasonCode
from assidu.decisions.events import (
    Correction,
    Joining,
    Leaving,
    Merger,
    OpeningLot,
    Payment,
    Return,
    ReturnedLine,
    RewardRequest,
    TakeOver,
)
from assidu.events.types import EventType
from assidu.loyalty import explain as room
from assidu.loyalty import queries
from assidu.loyalty.desk import Decided
from assidu.loyalty.explain import Explanation, explain
from assidu.loyalty.wording import said_of
from assidu.plans.wording import Language
from builders.sales import a_line, a_sale
from builders.shop import Shop

pytestmark = pytest.mark.django_db

MARCH = datetime(2025, 3, 3, 11, tzinfo=UTC)


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


def why(decided: Decided, language: Language = Language.EN) -> Explanation:
    found = explain(decided.customer_id, decided.seq, language)
    assert found is not None
    assert found.is_same is True, found.differing
    return found


def a_customer(shop: Shop, card: str = "2990000000012") -> UUID:
    return shop.member(Profile(card=card, first_name="Anne", last_name="Béraud"))


def test_a_sale_tells_of_every_rule_why_or_why_not(shop: Shop) -> None:
    customer = a_customer(shop)
    bought = shop.must(customer, a_sale(4500, a_line(1000, department="tobacco"), at=MARCH))
    found = why(bought)
    assert {one.rule for one in found.applied} == {award.rule for award in bought.decision.awards}
    assert len(found.reasons) > len(found.applied)
    assert next(one.code for one in found.reasons if one.rule == "double-produce") is ReasonCode.OTHER_TIER
    assert next(one.code for one in found.reasons if one.rule == "full-basket") is ReasonCode.BELOW_FIRST_STEP
    assert "€45.00 count for the programme" in " ".join(found.sentences)
    assert [(one.rule, one.reached_percent) for one in found.nearly] == [("full-basket", 90)]
    assert found.not_applied == found.nearly + found.others
    assert "45" in next(one.sentence for one in found.applied if one.rule == "base")
    kept = replace(bought.decision, lapses=(Lapse("points", date(2025, 10, 1)),))
    document = queries.document_at("le-cercle", MARCH)
    assert document is not None
    said = list(said_of(replace(found.entry, decision=kept), document, Language.EN))
    assert "The whole balance (points) now lasts until 30 September 2025." in said
    in_french = why(bought, Language.FR)
    assert "Achat de 55,00" in in_french.sentences[0]
    assert any("valable jusqu'au 30 septembre 2025" in sentence for sentence in in_french.sentences)
    assert found.balances_after["points"] - found.balances_before["points"] == bought.decision.postings[
        0
    ].quantity + sum(posting.quantity for posting in bought.decision.postings[1:])


def test_the_first_ten_of_the_day_are_explained_as_they_were_granted(shop: Shop) -> None:
    buyers = [a_customer(shop, f"29900000002{n:02d}") for n in range(11)]
    told = [shop.must(buyer, a_sale(6000, at=MARCH + timedelta(minutes=n))) for n, buyer in enumerate(buyers)]
    assert [why(one) for one in told]
    codes = [next(r.code for r in why(one).reasons if r.rule == "first-ten") for one in told]
    assert codes == [ReasonCode.APPLIED] * 10 + [ReasonCode.QUOTA_TAKEN]


def test_a_return_tells_what_was_taken_back_and_what_could_not_be(shop: Shop) -> None:
    customer = a_customer(shop)
    bought = shop.must(customer, a_sale(30_000, 20_000, at=MARCH))
    shop.must(customer, RewardRequest(MARCH + timedelta(days=1), "voucher-5"))
    one = shop.must(customer, Return(MARCH + timedelta(days=2), bought.seq, (ReturnedLine(1, 20_000),)))
    rest = shop.must(customer, Return(MARCH + timedelta(days=3), bought.seq))
    first, second = why(one), why(rest)
    assert "Return of €200.00 from the purchase of 3 March 2025" in first.sentences[0]
    assert any("Without what came back" in sentence for sentence in first.sentences)
    assert any("taken back" in sentence for sentence in first.sentences)
    assert any("not recovered" in sentence for sentence in second.sentences)


def test_everything_else_is_told_from_the_record_too(shop: Shop) -> None:
    customer = a_customer(shop)
    other = shop.customer(Profile(card="2990000000029", first_name="A.", last_name="Béraud"))
    opening = TakeOver(
        MARCH - timedelta(days=30),
        datetime(2022, 5, 1, tzinfo=UTC).date(),
        "silver",
        datetime(2025, 7, 1, tzinfo=UTC).date(),
        (
            OpeningLot(
                "points",
                700,
                datetime(2024, 11, 3, tzinfo=UTC).date(),
                datetime(2025, 6, 1, tzinfo=UTC).date(),
            ),
        ),
    )
    told = [
        shop.must(other, opening),
        shop.must(customer, Correction(MARCH, "points", 500, "goodwill")),
        shop.must(customer, Correction(MARCH + timedelta(hours=1), "points", -100, "typing error")),
        shop.must(customer, RewardRequest(MARCH + timedelta(days=1), "voucher-5")),
        shop.must(customer, a_sale(3000, at=MARCH + timedelta(days=2), payments=[Payment("voucher-5", 1)])),
        shop.must(customer, Merger(MARCH + timedelta(days=3)), absorbed=other),
    ]
    for decided in told:
        why(decided)
    joined = queries.timeline([customer], types=[EventType.JOINING]).entries[0]
    found = explain(customer, joined.seq, Language.FR)
    assert found
    assert found.is_same
    assert [one.rule for one in found.applied] == ["welcome"]
    merger = why(told[-1], Language.FR)
    assert any("arrivée de l'autre fiche" in sentence for sentence in merger.sentences)
    assert any("Membre depuis le 1er mai 2022" in sentence for sentence in merger.sentences)
    absorption = queries.timeline([other], types=[EventType.ABSORPTION]).entries[0]
    assert explain(other, absorption.seq, Language.EN).is_same  # type: ignore[union-attr]
    shop.must(customer, Leaving(MARCH + timedelta(days=500)))
    ticks = queries.timeline([customer], types=[EventType.TICK]).entries
    assert ticks
    for tick in ticks:
        one = explain(customer, tick.seq, Language.EN)
        assert one
        assert one.is_same
        assert any("expired" in sentence or "status" in sentence for sentence in one.sentences)


def test_a_record_that_today_is_decided_otherwise_is_told_as_such(shop: Shop) -> None:
    customer = a_customer(shop)
    bought = shop.must(customer, a_sale(4500, at=MARCH))
    entry = queries.entry(customer, bought.seq)
    assert entry
    forged = replace(entry.decision, eligible_minor=1)
    before = room._folded(room._history(customer), bought.seq - 1)
    book = queries.current_book("le-cercle")
    assert book
    _, differing = room._decided_again(book.version(1), replace(entry, decision=forged), before, None)
    assert differing == ("eligible_minor",)
    assert explain(customer, 999, Language.EN) is None


def test_joining_again_is_refused_and_leaves_nothing_to_explain(shop: Shop) -> None:
    customer = a_customer(shop)
    assert not isinstance(shop.tell(customer, Joining(MARCH)), Decided)
    assert explain(customer, 2, Language.EN) is None
