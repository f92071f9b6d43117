"""Tickets in another money and in others' promotions, through the door and back again."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from assidu.catalogue.promotions import put_promotions, remove_promotion
from assidu.catalogue.rates import ToldRate, put_rates
from assidu.catalogue.told import promotion_told
from assidu.customers.types import Profile
from assidu.decisions.money import Rate
from assidu.loyalty import plans, queries
from assidu.loyalty.explain import Explanation, explain
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from assidu.plans.wording import Language
from assidu.simulation.run import simulate
from builders.counter import Counter, sale
from builders.shop import PLANS, PROGRAMME

OPENED = datetime(2026, 2, 1, tzinfo=UTC)
SOLD = "2026-02-15T10:00:00+01:00"
CARD = "card:2990000000012"
MORE = """
offers:
  - code: tenth
    name: {fr: Un dixième, en: A tenth}
    effect: {percent: {off: 10}}
"""
FAIR = {"code": "fair", "name": "Foire", "first_day": "2026-03-01", "last_day": "2026-03-01", "percent": 20}


@pytest.fixture
def border(counter: Counter) -> Counter:
    """A shop near a border: 0.9432 € for a franc, and 0.96 later."""
    text = (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8") + MORE
    own = "sale_currency: {code: EUR, decimals: 2}"
    assert own in text
    text = text.replace(own, "sale_currency: {code: EUR, foreign: [{code: CHF}, {code: JPY, decimals: 0}]}")
    examined = examine(text)
    assert examined.document is not None, examined.errors
    plans.publish(examined.document, text, at=OPENED)
    counter.shop.member(Profile(card="2990000000012"))
    for day, written in ((date(2026, 2, 10), "0.9432"), (date(2026, 2, 25), "0.96")):
        rate = Rate.of(written)
        assert rate is not None
        put_rates([ToldRate("CHF", day, rate)], at=OPENED, by="command")
    return counter


def told(border: Counter, *events: dict[str, Any], path: str = "/v1/events") -> list[dict[str, Any]]:
    answers = border.post(*events, path=path)
    assert [answer.status_code for answer in answers] == [200] * len(events), answers[0].text
    return [answer.json() for answer in answers]


def refund(id_: str, at: str, **data: Any) -> dict[str, Any]:
    original = {"original_event": {"source": "till/store-317", "id": "T-1"}}
    return {
        "specversion": "1.0", "id": id_, "source": "till/store-317", "type": "Order Refunded", "time": at,
        "subject": CARD, "data": original | data,
    }  # fmt: skip


def of_event(border: Counter, id_: str) -> Explanation:
    [(customer, seq)] = border.rows("SELECT customer_id, seq FROM events_event WHERE id = %s", [id_])
    found = explain(customer, seq, Language.FR)
    assert found is not None
    return found


def test_a_ticket_in_francs_and_its_return_at_another_days_rate(border: Counter) -> None:
    francs = {"currency": "CHF"}
    basket = sale(data=francs, time=SOLD)
    [asked] = told(border, basket, path="/v1/evaluate")
    [offer] = [one for one in asked["offers"] if one["code"] == "tenth"]
    assert offer["lines"] == [{"line": 0, "amount_minor": 1160, "foreign_minor": 1230}]
    line = {**basket["data"]["lines"][0], "amount_minor": 12_300 - 1230}
    line["offers"] = [{"code": "tenth", "amount_minor": 1230}]
    paid = sale(data=francs | {"lines": [line]}, time=SOLD)
    [sold] = told(border, paid)
    assert sold["exchange"] == {
        "currency": "CHF", "rate": "0.9432", "day": "2026-02-10", "foreign_minor": 11_070, "amount_minor": 10_441,
    }  # fmt: skip
    assert "offer_notes" not in sold
    # The same ticket from another system, and with another amount.
    [again] = told(border, paid | {"source": "web/shop", "id": "W-1"})
    assert again["duplicate_of"]["id"] == "T-1"
    [other] = border.post(sale(data=francs, time=SOLD, source="web/shop", id="W-2"))
    assert other.json()["code"] == "ticket_conflict"
    # Half of it comes back later, when a franc is worth more; then the rest, in euros.
    half, rest = told(
        border,
        refund("R-1", "2026-02-26T10:00:00+01:00", currency="CHF", rate="0.9999",
               lines=[{"line": 0, "amount_minor": 5535}]),
        refund("R-2", "2026-02-27T10:00:00+01:00", whole=True),
    )  # fmt: skip
    del half, rest
    back = border.rows(
        "SELECT (d.record -> 'returned' -> 0 ->> 1)::int FROM loyalty_decision AS d JOIN events_event AS e "
        "USING (customer_id, seq) WHERE e.id LIKE 'R-%%' ORDER BY e.id"
    )
    assert sum(part for (part,) in back) == 10_441, "what it was worth, to the cent"
    [refused] = border.post(refund("R-3", "2026-02-27T10:00:00+01:00", whole=True))
    assert refused.json()["code"] == "nothing_left_to_return"
    why = of_event(border, "T-1")
    assert why.is_same
    assert "110,70\u00a0CHF au cours de 0,9432 (celui du 10 février 2026)\u00a0: 104,41\u00a0€." in " ".join(
        why.sentences
    )
    assert of_event(border, "R-1").is_same
    book = queries.current_book(PROGRAMME)
    assert book is not None
    assert simulate(border.database.url, book, None, processes=1).differences == {}
    assert verify(border.database.url).found == []


@pytest.mark.parametrize(
    ("data", "at", "code"),
    [
        ({"currency": "USD"}, "2026-02-15T10:00:00+01:00", "money_not_accepted"),
        ({"currency": "JPY"}, "2026-02-15T10:00:00+01:00", "no_rate"),
        ({"currency": "CHF"}, "2026-02-09T23:30:00+01:00", "no_rate"),
        ({"currency": "CHF"}, "2026-02-20T10:00:00+01:00", "rate_too_old"),
        ({"currency": "CHF", "rate": "0"}, SOLD, "invalid_event"),
        ({"rate": "0.9"}, SOLD, "invalid_event"),
    ],
)
def test_a_ticket_that_cannot_be_converted_is_refused_and_may_be_sent_again(
    border: Counter, data: dict[str, Any], at: str, code: str
) -> None:
    event = sale(data=data, time=at)
    for path in ("/v1/evaluate", "/v1/events"):
        [refused] = border.post(event, path=path)
        assert refused.status_code == (422 if code in ("invalid_event", "money_not_accepted") else 409)
        assert refused.json()["code"] == code, refused.text
    [(count,)] = border.rows("SELECT count(*) FROM events_key WHERE id = 'T-1'")
    assert count == 0
    told(border, sale(data={"currency": "CHF", "rate": "0.95"}, time=at))


def test_an_article_in_a_promotion_is_left_alone_and_stays_so_when_the_calendar_changes(
    border: Counter,
) -> None:
    put_promotions([promotion_told({**FAIR, "departments": "produce"})], at=OPENED, by="command")
    event = sale()
    event["data"]["lines"] = [
        {"sku": "a", "amount_minor": 8000, "department": "produce"},
        {"sku": "b", "amount_minor": 1000, "department": "grocery"},
    ]
    [asked] = told(border, event, path="/v1/evaluate")
    [offer] = [one for one in asked["offers"] if one["code"] == "tenth"]
    assert offer["lines"] == [{"line": 1, "amount_minor": 100}]
    event["data"]["lines"][1] |= {"amount_minor": 900, "offers": [{"code": "tenth", "amount_minor": 100}]}
    [sold] = told(border, event)
    assert "offer_notes" not in sold
    cost = sold["cost"]
    assert (cost["promotions_minor"], cost["calendar_minor"], cost["offers_minor"]) == (2000, 2000, 100)
    assert cost["total_minor"] == 2100 + cost["units_minor"]
    remove_promotion("fair")
    why = of_event(border, "T-1")
    assert why.is_same
    assert why.cost is not None
    assert why.cost.calendar_minor == 2000
    [later] = told(border, sale("T-2"))
    assert [note["code"] for note in later["offer_notes"]] == ["tenth"], "it would have been due on this one"
    book = queries.current_book(PROGRAMME)
    assert book is not None
    assert simulate(border.database.url, book, None, processes=1).differences == {}
    assert verify(border.database.url).found == []


def test_a_ticket_in_francs_is_changed_in_francs_at_its_own_rate(border: Counter) -> None:
    lines = [{"sku": "a", "amount_minor": 10_000, "department": "grocery"}]
    told(border, sale(data={"currency": "CHF", "lines": lines}, time=SOLD))
    told(border, refund("R-1", "2026-02-26T10:00:00+01:00", lines=[{"line": 0, "amount_minor": 2500}]))
    lines = [
        {**lines[0], "amount_minor": 9_000},
        {"sku": "b", "amount_minor": 1_500, "department": "grocery"},
    ]
    change = refund("U-1", "2026-02-27T10:00:00+01:00", lines=lines) | {"type": "Order Updated"}
    [refused] = border.post(change | {"data": change["data"] | {"currency": "EUR"}})
    assert refused.json()["code"] == "return_in_other_money", refused.text
    less = [{**lines[0], "amount_minor": 2_000}]
    [refused] = border.post(change | {"data": change["data"] | {"lines": less}})
    assert refused.json()["code"] == "returned_line_changed"
    assert "25,00\u00a0CHF" in refused.text
    [asked] = told(border, change, path="/v1/evaluate")
    [changed] = told(border, change | {"data": change["data"] | {"currency": "CHF"}})
    # 105 francs instead of 100, at 0.9432: 99.04 € instead of 94.32.
    assert (asked["changed_minor"], changed["changed_minor"]) == (472, 472)
    why = of_event(border, "U-1")
    assert why.is_same
    assert "105,00\u00a0CHF" in why.sentences[0]
    told(border, refund("R-2", "2026-02-28T10:00:00+01:00", whole=True))
    back = border.rows(
        "SELECT sum((part ->> 1)::int)::int, sum((part ->> 2)::int)::int FROM loyalty_decision AS d "
        "JOIN events_event AS e USING (customer_id, seq), jsonb_array_elements(d.record -> 'returned') AS part "
        "WHERE e.id LIKE 'R-%%'"
    )
    assert back == [(9_904, 10_500)], "what it was worth as it read last, to the cent"
    book = queries.current_book(PROGRAMME)
    assert book is not None
    assert simulate(border.database.url, book, None, processes=1).differences == {}
    assert verify(border.database.url).found == []
