"""A till or a shop site changes a ticket that was recorded: by HTTP, again, at once, and as every proof sees it."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from assidu.customers.types import Profile
from assidu.foundation import clock
from assidu.loyalty import plans, queries
from assidu.loyalty.explain import explain, explain_all
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from assidu.plans.wording import Language
from assidu.simulation.run import simulate
from builders.counter import Counter, key_with, sale
from builders.shop import PLANS

CARD = "2990000000012"
OFFERS = """
offers:
  - code: bags
    name: {fr: Cabas, en: Bag}
    effect: {gift: {name: {fr: un cabas, en: a bag}, worth: 2.00}}
    stock: 10
    when: {amount_at_least: 50.00}
  - code: fund
    name: {fr: Fonds, en: Fund}
    effect: {points: {currency: points, per_amount: {give: 1, each: 10.00}}}
    budget: {units: 100}
    gives_back: [budget]
"""


@pytest.fixture
def anne(counter: Counter) -> str:
    text = (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8") + OFFERS
    examined = examine(text)
    assert examined.document is not None, examined.errors
    plans.publish(examined.document, text, at=datetime(2026, 2, 1, tzinfo=UTC))
    return str(counter.shop.member(Profile(card=CARD), datetime(2026, 2, 2, 9, tzinfo=UTC)))


def line(amount_minor: int, sku: str = "s") -> dict[str, Any]:
    return {"sku": sku, "amount_minor": amount_minor, "department": "produce"}


def an_update(id_: str, *lines: dict[str, Any], of: str = "T-1", **data: Any) -> dict[str, Any]:
    named = {"original_event": {"source": "till/store-317", "id": of}}
    content = {"store": "317", "lines": list(lines), **named} | data
    return sale(id_, type="Order Updated", time="2026-03-01T11:00:00+01:00") | {"data": content}


def back(id_: str, *lines: tuple[int, int], of: str = "T-1") -> dict[str, Any]:
    data: dict[str, Any] = {"original_event": {"source": "till/store-317", "id": of}}
    data |= {"lines": [{"line": n, "amount_minor": a} for n, a in lines]} if lines else {"whole": True}
    return sale(id_, type="Order Refunded", time="2026-03-01T11:30:00+01:00") | {"data": data}


def cancelled(id_: str, of: str = "T-1") -> dict[str, Any]:
    data = {"original_event": {"source": "till/store-317", "id": of}}
    return sale(id_, type="Order Cancelled", time="2026-03-01T11:40:00+01:00") | {"data": data}


def answered(counter: Counter, *events: dict[str, Any], path: str = "/v1/events") -> list[dict[str, Any]]:
    found = counter.post(*events, path=path)
    assert [one.status_code for one in found] == [200] * len(events), [one.text for one in found][-1]
    return [one.json() for one in found]


def points(answer: dict[str, Any]) -> int:
    found: int = next(b["available"] for b in answer["balances"] if b["currency"] == "points")
    return found


def is_proven(counter: Counter, customer: str) -> None:
    """Rebuilt, decided again as it was, and explained: all say the same."""
    assert verify(counter.database.url, processes=1).found == []
    book = queries.current_book("le-cercle")
    assert book is not None
    report = simulate(counter.database.url, book, None, processes=1)
    assert report.differences == {}
    assert report.replayed == report.recorded
    assert all(one.is_same for one in explain_all(UUID(customer), Language.FR))


def test_a_ticket_is_changed_up_and_down_cancelled_and_opened_again(counter: Counter, anne: str) -> None:
    [sold] = answered(counter, sale("T-1", data={"lines": [line(12_300)]}))
    before = points(sold) - sum(e["quantity"] for e in sold["effects"] if e["currency"] == "points")
    dearer, cheaper = an_update("U-1", line(12_300), line(8_000, "w")), an_update("U-2", line(4_000))
    [up] = answered(counter, dearer)
    assert up["changed_minor"] == 8_000
    assert up["seq"] == sold["seq"] + 1
    assert points(up) > points(sold)
    assert [e["quantity"] for e in up["effects"] if e["rule"] == "fund"] == [8]
    assert "offers" in up
    [down] = answered(counter, cheaper)
    assert down["changed_minor"] == -16_300
    assert {e["reason"] for e in down["effects"]} == {"changed"}
    assert "Ticket modifié" in down["receipt"]
    [again] = answered(counter, cheaper)
    assert (again["status"], points(again)) == ("exists", points(down))
    assert counter.rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(0,)]
    assert counter.rows("SELECT taken FROM loyalty_quota WHERE key LIKE 'budget:fund%%'") == [(4,)]
    [nothing] = answered(counter, cancelled("C-1"))
    assert (points(nothing), nothing["changed_minor"]) == (before, -4_000)
    [opened] = answered(counter, an_update("U-3", line(12_300)))
    assert points(opened) == points(sold)
    [returned] = answered(counter, back("R-1"))
    assert points(returned) == before
    amounts = counter.rows("SELECT sum(amount_minor)::int FROM events_event WHERE type LIKE 'Order %%'")
    assert amounts == [(0,)]
    is_proven(counter, anne)


def test_what_came_back_stays_back_and_a_change_that_takes_it_away_is_refused(
    counter: Counter, anne: str
) -> None:
    answered(counter, sale("T-1", data={"lines": [line(6_000), line(3_000, "w")]}), back("R-1", (1, 2_000)))
    [refused] = counter.post(an_update("U-1", line(6_000), line(1_000, "w")))
    assert (refused.status_code, refused.json()["code"]) == (409, "returned_line_changed")
    assert "20,00" in refused.json()["detail"]
    answered(counter, an_update("U-2", line(9_000), line(2_500, "w")))
    [too_much] = counter.post(back("R-2", (1, 501)))
    assert too_much.json()["code"] == "return_exceeds_sale"
    answered(counter, back("R-3", (1, 500)), back("R-4"))
    is_proven(counter, anne)


def test_a_change_can_be_tried_first_and_changes_nothing(counter: Counter, anne: str) -> None:
    [sold] = answered(counter, sale("T-1", data={"lines": [line(4_000)]}))
    [tried] = answered(counter, an_update("U-1", line(7_000)), path="/v1/evaluate")
    assert tried["status"] == "evaluated"
    assert [(offer["code"], offer["quantity"]) for offer in tried["offers"]] == [("bags", 1)]
    assert {reason["rule"] for reason in tried["reasons"]} >= {"base", "fund", "bags"}
    assert counter.rows("SELECT count(*) FROM events_event WHERE type = 'Order Updated'") == [(0,)]
    assert counter.rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == []
    [now] = answered(counter, sale("T-2"), path="/v1/evaluate")
    assert now["seq"] == sold["seq"] + 1


def test_a_ticket_is_named_by_its_number_and_only_its_customer_changes_it(
    counter: Counter, anne: str
) -> None:
    answered(counter, sale("T-1", data={"lines": [line(4_000)]}))
    original = {"store": "317", "date": "2026-03-01", "ticket": "T-1"}
    by_number = an_update("U-1", line(5_000))
    by_number["data"] = {"store": "317", "lines": [line(5_000)], "original": original}
    [changed] = answered(counter, by_number)
    assert changed["changed_minor"] == 1_000
    counter.shop.member(Profile(card="2990000000029"))
    [stranger] = counter.post(an_update("U-2", line(1)) | {"subject": "card:2990000000029"})
    [unknown] = counter.post(an_update("U-3", line(1), of="T-9"))
    assert stranger.json()["code"] == unknown.json()["code"] == "unknown_sale"
    nameless = an_update("U-4", line(1))
    del nameless["data"]["original_event"]
    [unnamed] = counter.post(nameless)
    assert unnamed.json()["errors"][0]["code"] == "original"


def test_of_twenty_changes_at_once_each_is_decided_on_the_one_before(counter: Counter, anne: str) -> None:
    [sold] = answered(counter, sale("T-1", data={"lines": [line(12_300)]}))
    before = points(sold) - sum(e["quantity"] for e in sold["effects"] if e["currency"] == "points")

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        changes = [an_update(f"U-{n}", line(1_000 * (n + 1))) for n in range(20)]
        return await asyncio.gather(*(client.post("/v1/events", json=one) for one in changes))

    told = counter.tell(story)
    assert {one.status_code for one in told} == {200}
    assert sum(one.json()["changed_minor"] for one in told) % 1_000 == 1_000 - 300
    [over] = answered(counter, cancelled("C-1"))
    assert points(over) == before
    is_proven(counter, anne)


def test_a_change_told_afterwards_is_not_refused_for_its_payments_and_needs_its_scope(
    counter: Counter, anne: str
) -> None:
    answered(counter, sale("T-1", data={"lines": [line(90_000)]}))
    paid = an_update("U-1", line(90_000), payments=[{"currency": "points", "quantity": 40_000}])
    [refused] = counter.post(paid)
    assert refused.json()["code"] == "insufficient_balance"
    happened = paid | {"data": paid["data"] | {"has_happened": True}}
    [forbidden] = counter.post(happened)
    assert forbidden.json()["code"] == "missing_scope"
    [told] = counter.post(happened, key=key_with("events:write", "events:past"))
    assert told.status_code == 200, told.text
    assert told.json()["shortfalls"][0]["cause"] == "unfunded_burn"
    is_proven(counter, anne)


def test_the_time_line_tells_a_change_and_why(counter: Counter, anne: str) -> None:
    [sold] = answered(counter, sale("T-1", data={"lines": [line(4_000)]}))
    [changed] = answered(counter, an_update("U-1", line(9_000)))
    [over] = answered(counter, cancelled("C-1"))
    told = explain(UUID(anne), changed["seq"], Language.EN)
    assert told is not None
    sentences = " ".join(told.sentences)
    assert f"The ticket of 1 March 2026 (no. {sold['seq']}) was changed: it now comes to €90.00." in sentences
    assert "So changed, rule" in sentences
    assert {one.rule for one in told.applied} >= {"base", "bags"}
    ended = explain(UUID(anne), over["seq"], Language.FR)
    assert ended is not None
    assert ended.sentences[0].startswith("Ticket du 1er mars 2026")
    assert clock.now() >= told.entry.at
