"""Offers at the till: told before the customer pays, recorded as they were applied, exact whoever asks at once."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from assidu.catalogue.prices import put_prices
from assidu.catalogue.types import Price
from assidu.customers.types import Profile
from assidu.foundation import clock
from assidu.loyalty import draws, offer_codes, plans
from assidu.loyalty.due import run_due
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from builders.counter import Counter, sale
from builders.shop import PLANS

OFFERS = """
offers:
  - code: produce-20
    name: {fr: 20 % sur les fruits et légumes, en: 20% off produce}
    effect: {percent: {off: 20}}
    lines: {departments: [produce]}
    when: {first_day: 2026-02-22}
  - code: big-basket
    name: {fr: 10 € dès 150 €, en: €10 from €150}
    effect: {amount: 10.00}
    when: {amount_at_least: 150.00}
    combines: true
  - code: bags
    name: {fr: Cabas, en: Bag}
    effect: {gift: {name: {fr: un cabas, en: a bag}, worth: 2.00}}
    stock: 10
  - code: lucky
    name: {fr: Ticket gagnant, en: Lucky ticket}
    effect: {points: {currency: points, units: 500}}
    chance: {one_in: 2}
  - code: half
    name: {fr: Moitié prix, en: Half price}
    effect: {percent: {off: 50}}
    needs: code
    exclusive: true
  - code: mine
    name: {fr: Pour vous, en: For you}
    effect: {amount: 1.00}
    needs: activated
    combines: true
  - code: surprise
    name: {fr: Surprise, en: Surprise}
    effect: {points: {currency: points, units: 5}}
    when: {amount_at_least: 130.00}
    chance: {one_in: 50}
  - code: come-back
    name: {fr: Revenez, en: Come back}
    effect: {points: {currency: points, units: 5}}
    when: {amount_at_least: 140.00}
    needs: code
"""
CARD = "2990000000012"
OPENED = datetime(2026, 2, 1, tzinfo=UTC)
"""Before the tickets: its draw was committed to by then."""


@pytest.fixture
def stall(counter: Counter) -> Counter:
    text = (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8") + OFFERS
    examined = examine(text)
    assert not examined.errors, examined.errors
    assert examined.document is not None
    plans.publish(examined.document, text, at=OPENED)
    counter.shop.member(Profile(card=CARD))
    return counter


def answered(counter: Counter, *events: dict[str, Any], path: str = "/v1/events") -> list[dict[str, Any]]:
    responses = counter.post(*events, path=path)
    assert [response.status_code for response in responses] == [200] * len(events), responses[0].text
    return [response.json() for response in responses]


def paid(event: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The same ticket once the till did what it was told."""
    lines = [dict(line) for line in event["data"]["lines"]]
    for offer in told["offers"]:
        for part in offer["lines"]:
            line = lines[part["line"]]
            line["amount_minor"] -= part["amount_minor"]
            line.setdefault("offers", []).append(
                {"code": offer["code"], "amount_minor": part["amount_minor"]}
            )
    return event | {"data": event["data"] | {"lines": lines}}


def test_a_basket_is_told_its_discounts_what_is_missing_and_the_whole_cost(stall: Counter) -> None:
    basket = sale()
    basket["data"]["lines"][0]["discount_minor"] = 0
    feed = [
        Price(basket["data"]["lines"][0]["sku"], date(2026, 2, day), price)
        for day, price in ((1, 950), (20, 990), (22, 900))  # the last one since the offer began
    ]
    put_prices(feed)
    [told] = answered(stall, basket, path="/v1/evaluate")
    by_code = {offer["code"]: offer for offer in told["offers"]}
    assert by_code["produce-20"]["lines"] == [{"line": 0, "amount_minor": 2460, "lowest_30_days_minor": 950}]
    assert by_code["produce-20"]["name"] == "20 % sur les fruits et légumes"
    assert by_code["bags"]["quantity"] == 1
    assert [(one["code"], one["missing_minor"]) for one in told["next_offers"]] == [("big-basket", 2700)]
    # More in the basket alone gives neither: one wants a code as well, the other only gives a chance.
    assert {"surprise", "come-back"} <= {
        one["rule"] for one in told["reasons"] if one["code"] == "amount_too_low"
    }
    points = sum(effect["quantity"] for effect in told["effects"] if effect["currency"] == "points")
    assert told["cost"] == {
        "promotions_minor": 0,
        "offers_minor": 2460,
        "units_minor": points,
        "total_minor": 2460 + points,
    }
    reasons = {one["rule"]: one for one in told["reasons"]}
    assert reasons["lucky"]["code"] == "odds"
    assert reasons["lucky"]["text"].replace("\u00a0", " ") == "« Ticket gagnant » : une chance sur 2"
    assert stall.rows("SELECT count(*) FROM loyalty_quota WHERE key LIKE 'stock:%%'") == [(0,)]


def test_what_was_evaluated_is_recorded_without_a_note_and_earns_on_what_was_paid(stall: Counter) -> None:
    basket = sale()
    [told] = answered(stall, basket, path="/v1/evaluate")
    [recorded] = answered(stall, paid(basket, told))
    assert "offer_notes" not in recorded
    assert {offer["code"]: offer["amount_minor"] for offer in recorded["offers"]} == {
        "produce-20": 2460,
        "bags": 0,
    }
    base = next(effect for effect in recorded["effects"] if effect["rule"] == "base")
    assert (base["quantity"], base["basis_minor"]) == (98, 9840)
    assert stall.rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(1,)]
    [again] = answered(stall, paid(basket, told))
    assert again["status"] == "exists"
    assert stall.rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(1,)]


def test_a_till_that_gave_too_much_is_told_so_and_served(stall: Counter) -> None:
    event = sale()
    event["data"]["lines"][0] |= {
        "amount_minor": 9000,
        "offers": [{"code": "produce-20", "amount_minor": 3300}],
    }
    [recorded] = answered(stall, event)
    [note] = recorded["offer_notes"]
    assert (note["code"], note["cause"], note["told_minor"], note["due_minor"]) == (
        "produce-20", "more_than_due", 3300, 2460,
    )  # fmt: skip
    assert "33,00" in note["text"]


def test_of_forty_tickets_at_once_ten_get_a_bag_and_a_return_brings_it_back_once(stall: Counter) -> None:
    cards = [f"29900001{n:05d}" for n in range(40)]
    for card in cards:
        stall.shop.member(Profile(card=card))

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        return await asyncio.gather(
            *(client.post("/v1/events", json=sale(f"B-{n}", f"card:{card}")) for n, card in enumerate(cards))
        )

    told = [response.json() for response in stall.tell(story)]
    winners = [n for n, one in enumerate(told) if any(offer["code"] == "bags" for offer in one["offers"])]
    assert len(winners) == 10
    assert stall.rows("SELECT limit_places, taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(10, 10)]
    back = {
        "specversion": "1.0", "id": "R-1", "source": "till/store-317", "type": "Order Refunded",
        "time": "2026-03-01T11:00:00+01:00", "subject": f"card:{cards[winners[0]]}",
        "data": {"original_event": {"source": "till/store-317", "id": f"B-{winners[0]}"}, "whole": True},
    }  # fmt: skip
    answered(stall, back, back)
    assert stall.rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(9,)]


def a_hold(id_: str, card: str) -> dict[str, Any]:
    """Of a basket, as its till sees it before it is paid."""
    content = {name: sale()["data"][name] for name in ("store", "channel", "lines")}
    return sale(id_, f"card:{card}", type="Hold Placed", time="2026-03-01T12:00:00Z") | {"data": content}


def test_a_hold_of_a_basket_keeps_the_last_bags_for_its_tickets_and_ends_for_others(
    stall: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [f"29900001{n:05d}" for n in range(12)]
    for card in cards:
        stall.shop.member(Profile(card=card))
    run_due(clock.now())  # what else is due of members who joined a year ago
    holds = [a_hold(f"H-{n}", card) for n, card in enumerate(cards)]
    told = answered(stall, *holds, path="/v1/holds")
    have = [{offer["code"] for offer in one["offers"]} for one in told]
    assert have == [{"produce-20", "bags"}] * 10 + [{"produce-20"}] * 2
    assert told[0]["offers"][0]["lines"] == [{"line": 0, "amount_minor": 2460}]
    assert answered(stall, holds[0], path="/v1/holds")[0]["offers"] == told[0]["offers"]
    assert stall.rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(10,)]
    # Two are sold with their hold, told as they were held; one is let go, and is there for the next.
    for n in (0, 1):
        basket = sale(f"T-{n}", f"card:{cards[n]}", data={"hold": told[n]["hold"]["id"]})
        [sold] = answered(stall, paid(basket, told[n]))
        assert {offer["code"] for offer in sold["offers"]} == {"produce-20", "bags"}
        assert "offer_notes" not in sold
    stall.tell(lambda client: client.delete(f"/v1/holds/{told[2]['hold']['id']}"))
    [eleventh] = answered(stall, sale("T-10", f"card:{cards[10]}"))
    assert "bags" in {offer["code"] for offer in eleventh["offers"]}
    [twelfth] = answered(stall, sale("T-11", f"card:{cards[11]}"), path="/v1/evaluate")
    assert "bags" not in {offer["code"] for offer in twelfth["offers"]}
    # The other nine run out, and the clock gives their bags to whoever comes.
    monkeypatch.setenv("ASSIDU_NOW", "2026-03-01T12:15:00Z")
    assert run_due(clock.now()) == 9
    assert run_due(clock.now()) == 0
    assert stall.rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(3,)]
    [late] = stall.post(sale("T-3", f"card:{cards[3]}", data={"hold": told[3]["hold"]["id"]}))
    assert late.json()["code"] == "hold_not_open"
    [twelfth] = answered(stall, sale("T-11", f"card:{cards[11]}"))
    assert "bags" in {offer["code"] for offer in twelfth["offers"]}
    assert verify(stall.database.url, processes=1).found == []


def test_a_hold_of_nothing_at_all_is_no_hold(stall: Counter) -> None:
    [empty] = stall.post(a_hold("H-1", CARD) | {"data": {"store": "317"}}, path="/v1/holds")
    assert (empty.status_code, empty.json()["errors"][0]["code"]) == (422, "payments_or_lines")


def test_a_code_is_good_once_for_whom_it_was_made_and_is_written_nowhere(stall: Counter) -> None:
    now = clock.now()
    [code] = offer_codes.make_codes("le-cercle", "half", at=now, pool="march")
    assert len(code.replace("-", "")) * 5 >= 80
    [[customer]] = stall.rows("SELECT customer_id FROM loyalty_member LIMIT 1")
    other = stall.shop.member(Profile(card="2990000000999"))
    [theirs] = offer_codes.make_codes("le-cercle", "half", at=now, customers=[other])
    basket = sale(data={"codes": [code.lower()]})
    [told] = answered(stall, basket, path="/v1/evaluate")
    assert [offer["code"] for offer in told["offers"]] == ["half"]
    answered(stall, paid(basket, told))
    [again] = answered(stall, sale("T-2", data={"codes": [code]}), path="/v1/evaluate")
    assert "half" not in [offer["code"] for offer in again["offers"]]
    [not_mine] = answered(stall, sale("T-3", data={"codes": [theirs, "wrong"]}), path="/v1/evaluate")
    assert "half" not in [offer["code"] for offer in not_mine["offers"]]
    [[bodies]] = stall.rows("SELECT string_agg(body::text, ' ') FROM events_event")
    assert code.replace("-", "") not in bodies.upper().replace("-", "")
    assert customer is not None


def test_a_draw_is_committed_to_before_and_drawn_again_by_anybody_after(stall: Counter) -> None:
    [draw] = [one for one in draws.draws("le-cercle") if one.offer == "lucky"]
    assert (draw.offer, draw.secret) == ("lucky", "")
    told = answered(stall, *(sale(f"L-{n}") for n in range(12)))
    won = [any(effect["rule"] == "lucky" for effect in one["effects"]) for one in told]
    assert 0 < sum(won) < 12
    assert {effect["name"] for one in told for effect in one["effects"] if effect["rule"] == "lucky"} == {
        "Ticket gagnant"
    }
    odds = {4: 2}
    sealed = draws.verify("le-cercle", "lucky", odds)
    assert sealed is not None
    assert (sealed.is_ok, sealed.tickets, sealed.won) == (True, 12, sum(won))
    today = clock.now().date()
    with pytest.raises(draws.DrawRefused, match="not_over"):
        draws.reveal("le-cercle", "lucky", last_day=today, today=today, at=clock.now(), by="test")
    revealed = draws.reveal("le-cercle", "lucky", last_day=None, today=today, at=clock.now(), by="test")
    assert len(bytes.fromhex(revealed.secret)) == 32
    by_anybody = draws.verify("le-cercle", "lucky", odds, bytes.fromhex(revealed.secret))
    assert by_anybody is not None
    assert by_anybody.is_ok
    invented = draws.verify("le-cercle", "lucky", odds, bytes(32))
    assert invented is not None
    assert not invented.is_ok
    [[everything]] = stall.rows("SELECT string_agg(record::text, ' ') FROM loyalty_decision")
    assert revealed.secret not in everything


def test_an_offer_activated_in_the_app_is_known_at_the_till(stall: Counter) -> None:
    def step(id_: str, type_: str) -> dict[str, Any]:
        return {
            "specversion": "1.0", "id": id_, "source": "app", "type": type_,
            "time": "2026-03-01T09:00:00+01:00", "subject": f"card:{CARD}", "data": {"offer": "mine"},
        }  # fmt: skip

    [before] = answered(stall, sale(), path="/v1/evaluate")
    assert "mine" not in [offer["code"] for offer in before["offers"]]
    answered(stall, step("S-1", "Offer Seen"), step("S-2", "Offer Activated"))
    basket = sale()
    [told] = answered(stall, basket, path="/v1/evaluate")
    assert "mine" in [offer["code"] for offer in told["offers"]]
    answered(stall, paid(basket, told))
    assert stall.rows("SELECT state -> 'offers' -> 'mine' ->> 0 FROM loyalty_member") == [("used",)]
