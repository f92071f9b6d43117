"""What a hold sets aside of what customers share: for its ticket alone, and back to everybody without one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assidu.decisions.chance import Chance, OpenDraw, drawn
from assidu.decisions.decision import Decision
from assidu.decisions.events import (
    Event,
    Hold,
    HoldExpiry,
    Leaving,
    Payment,
    Release,
    Return,
    Sale,
    SaleLine,
    ShownCode,
    Suspension,
)
from builders.offers import Shopper, a_plan_with, as_paid
from builders.states import a_member

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BAG = "bag: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 1"
FIRST = "first: effect: {percent: {off: 10}}|quota: {first: 1, per: day}|gives_back: [place]"
FUND = "fund: effect: {points: {currency: points, units: 7}}|budget: {units: 10}"


def lines(*cents: int) -> tuple[SaleLine, ...]:
    return tuple(SaleLine(f"s{n}", amount, department="grocery") for n, amount in enumerate(cents))


def a_hold(*cents: int, **rest: Any) -> Hold:
    return Hold(NOON, rest.pop("payments", ()), 15, "317", "store", lines(*cents or (2_000,)), **rest)


def ticket(told: Decision, hold: Hold, name: str, **changes: Any) -> Sale:
    """The ticket that a till makes of what it was told with the hold."""
    at = NOON + timedelta(minutes=5)
    paid = as_paid(Sale(at, "317", "store", hold.lines, hold.payments, hold.codes, name), told)
    return replace(paid, **changes)


def given(decision: Decision) -> dict[str, int]:
    found = {one.offer: one.given_minor or one.quantity for one in decision.offers.given}
    return found | {award.rule: award.quantity for award in decision.awards if award.rule == "fund"}


def two(*offers: str) -> tuple[Shopper, Shopper]:
    """Two customers before the same shelves."""
    plan, places = a_plan_with(*offers), dict[str, int]()
    return Shopper(plan, places), Shopper(plan, places)


def test_what_a_hold_sets_aside_nobody_else_gets_and_its_ticket_asks_for_nothing_more() -> None:
    anne, bob = two(BAG, FIRST, FUND)
    held = anne.records(a_hold())
    assert given(held) == {"bag": 1, "first": 200}
    assert dict(anne.state.holds["1"].places) == {
        "budget:fund:ever": 7,
        "quota:first:2026-03-02:*": 1,
        "stock:bag": 1,
    }
    assert held.awards == ()
    assert held.postings == ()
    assert given(bob.buys(Sale(NOON, "317", "store", lines(2_000)))) == {"fund": 3}
    assert bob.asked != ()
    sold = anne.records(ticket(held, a_hold(), "1"))
    assert anne.asked == ()
    assert given(sold) == {"bag": 1, "first": 200, "fund": 7}
    assert sold.offers.notes == ()
    assert anne.state.holds == {}
    assert anne.places == {"budget:fund:ever": 10, "quota:first:2026-03-02:*": 1, "stock:bag": 1}


@pytest.mark.parametrize(
    "end", [Release(NOON, "1"), HoldExpiry(NOON + timedelta(minutes=15), "1"), Suspension(NOON), Leaving(NOON)]
)  # fmt: skip
def test_a_hold_that_ends_without_a_ticket_gives_its_places_to_others_once(end: Event) -> None:
    anne, bob = two(BAG, FIRST)
    anne.records(a_hold())
    anne.records(end)
    assert anne.state.holds == {}
    assert not any(anne.places.values())
    assert given(bob.buys(Sale(NOON, "317", "store", lines(2_000)))) == {"bag": 1, "first": 200}


def test_a_ticket_that_needs_less_gives_the_rest_back() -> None:
    plan = a_plan_with(
        "fund: effect: {percent: {off: 10}}|budget: {amount: 10.00}", BAG + "|when: {amount_at_least: 15.00}"
    )
    anne = Shopper(plan)
    hold = a_hold(2_000, 3_000)
    held = anne.records(hold)
    assert anne.places == {"budget:fund:ever": 500, "stock:bag": 1}
    whole = ticket(held, hold, "1")
    sold = anne.records(replace(whole, lines=whole.lines[:1]))
    assert anne.asked == ()
    assert given(sold) == {"fund": 200, "bag": 1}
    assert anne.places == {"budget:fund:ever": 200, "stock:bag": 1}
    other = Shopper(plan, anne.places)
    other.records(a_hold(2_000))
    other.records(Sale(NOON, "317", "store", lines(1_000), hold="1"))
    assert other.places == {"budget:fund:ever": 200, "stock:bag": 1}, (
        "the ticket took nothing of what was held"
    )


def test_a_ticket_that_needs_more_asks_for_what_was_not_held_alone() -> None:
    anne, _ = two(
        BAG, "wine: effect: {points: {currency: points, units: 5}}|lines: {departments: [wine]}|stock: 5"
    )
    held = anne.records(a_hold())
    more = (*lines(2_000), SaleLine("w", 900, department="wine"))
    sold = anne.records(ticket(held, a_hold(), "1", lines=more))
    assert [claim.key for claim in anne.asked] == ["stock:wine"]
    assert given(sold) == {"bag": 1}
    assert [award.quantity for award in sold.awards if award.rule == "wine"] == [5]
    assert anne.places == {"stock:bag": 1, "stock:wine": 1}


def test_a_code_that_serves_once_is_held_once() -> None:
    anne, bob = two("code: effect: {amount: 5.00}|needs: code")
    hold = a_hold(codes=(ShownCode("code", "5ec7e7"),))
    assert given(anne.records(hold)) == {"code": 500}
    assert given(bob.records(hold)) == {}
    anne.records(Release(NOON, "1"))
    assert given(bob.records(hold)) == {"code": 500}


def test_nothing_is_drawn_for_a_hold_so_that_nobody_holds_until_they_win() -> None:
    plan = a_plan_with("lucky: effect: {gift: {name: {fr: l, en: l}}}|chance: {one_in: 2}|stock: 3")
    secret = bytes(32)
    winner = next(f"anne-{n}" for n in range(99) if drawn(secret, "lucky", f"anne-{n}", 2, 2) == 0)
    anne = Shopper(plan, chance=Chance(winner, {"lucky": OpenDraw(secret)}))
    held = anne.records(a_hold())
    assert given(held) == {}
    assert anne.places == {}
    sold = anne.records(ticket(held, a_hold(), "1"))
    assert given(sold) == {"lucky": 1}
    assert anne.places == {"stock:lucky": 1}


def test_units_and_places_are_held_together() -> None:
    plan = a_plan_with(BAG)
    anne = Shopper(plan, state=a_member(points=500, seq=0))
    hold = a_hold(payments=(Payment("points", 300),))
    held = anne.records(hold)
    assert anne.state.available("points") == 200
    assert given(held) == {"bag": 1}
    anne.records(ticket(held, hold, "1"))
    assert anne.state.holds == {}
    assert anne.places == {"stock:bag": 1}


def test_a_returned_ticket_gives_back_what_its_hold_had_taken() -> None:
    anne, bob = two(BAG, FIRST)
    held = anne.records(a_hold())
    anne.records(ticket(held, a_hold(), "1"))
    anne.records(Return(NOON + timedelta(days=1), 2))
    assert not any(anne.places.values())
    assert given(bob.buys(Sale(NOON, "317", "store", lines(2_000)))) == {"bag": 1, "first": 200}
