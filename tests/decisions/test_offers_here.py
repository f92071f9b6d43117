"""What a ticket of one store could have now: decided by the conditions that decide the ticket itself."""

from dataclasses import replace
from datetime import date

from assidu.decisions.offers.here import OfferHere, offers_here
from assidu.decisions.state import OfferStanding, State
from builders.offers import Shopper, a_plan_with
from builders.sales import a_line, a_sale
from builders.states import a_member

TUESDAY = date(2026, 3, 3)


def here(shopper: Shopper, *, day: date = TUESDAY, store: str = "317", minute: int = 600) -> list[OfferHere]:
    return list(
        offers_here(shopper.plan, shopper.state, day, store=store, channel="store", minute=lambda: minute)
    )


def codes(found: list[OfferHere]) -> list[str]:
    return [one.offer.code for one in found]


def test_only_what_this_store_gives_at_this_hour_of_this_day_is_there() -> None:
    shopper = Shopper(
        a_plan_with(
            "here: effect: {amount: 1.00}|when: {stores: ['317']}",
            "there: effect: {amount: 1.00}|when: {stores: ['318']}",
            "online: effect: {amount: 1.00}|when: {channels: [web]}",
            "tuesdays: effect: {amount: 1.00}|when: {days: [tuesday]}",
            "mornings: effect: {amount: 1.00}|when: {hours: {first: '08:00', until: '11:00'}}",
        )
    )
    assert codes(here(shopper)) == ["here", "tuesdays", "mornings"]
    assert codes(here(shopper, minute=720, store="318", day=date(2026, 3, 4))) == ["there"]


def test_what_waits_for_the_customer_is_there_and_what_they_do_not_have_is_not() -> None:
    shopper = Shopper(
        a_plan_with(
            "tap: effect: {amount: 1.00}|needs: activated",
            "given: effect: {amount: 1.00}|needs: allotted",
            "theirs: effect: {amount: 1.00}|needs: allotted",
            "used: effect: {amount: 1.00}|needs: activated",
            "over: effect: {amount: 1.00}|needs: allotted",
            "letter: effect: {amount: 1.00}|needs: code",
        ),
        state=replace(
            a_member(seq=0),
            offers={
                "theirs": OfferStanding("allotted", TUESDAY, None),
                "used": OfferStanding("used", TUESDAY, None),
                "over": OfferStanding("allotted", TUESDAY, TUESDAY),
            },
        ),
    )
    found = here(shopper)
    assert codes(found) == ["tap", "theirs", "letter"]
    assert [one.theirs is not None and one.theirs.may_be_activated for one in found] == [True, False, False]


def test_how_often_they_may_still_have_it_goes_down_with_each_ticket_until_it_is_no_longer_there() -> None:
    shopper = Shopper(a_plan_with("twice: effect: {amount: 1.00}|times: {limit: 2, per: month}"))
    left = []
    for _ in range(2):
        left.append([one.times_left for one in here(shopper)])
        shopper.buys(a_sale(a_line(1_000)))
    assert left == [[2], [1]]
    assert here(shopper) == []


def test_what_is_for_a_first_purchase_is_no_longer_there_after_it() -> None:
    shopper = Shopper(
        a_plan_with("first: effect: {amount: 1.00}|when: {first_purchase: true}|combines: true")
    )
    assert codes(here(shopper)) == ["first"]
    shopper.buys(a_sale(a_line(1_000)))
    assert here(shopper) == []


def test_whoever_is_no_active_member_has_none() -> None:
    plan = a_plan_with("open: effect: {amount: 1.00}", "letter: effect: {amount: 1.00}|needs: code")
    assert here(Shopper(plan, state=State())) == []
