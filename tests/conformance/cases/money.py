"""Tickets in another money: how they are converted, when they are refused, what comes back of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from assidu.decisions.events import Payment, Return, ReturnedLine, Sale, SaleUpdate
from assidu.decisions.exchange import KnownRate
from assidu.decisions.money import Rate
from builders.documents import HEAD, TIERS
from builders.offers import offers
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import programme
from conformance.story import Programme, Story

MARCH, LATER = on("2026-03-02"), on("2026-03-20")
FRANC = KnownRate(Rate(9432, 4), date(2026, 3, 1))
YEN = KnownRate(Rate(612, 5), date(2026, 3, 2))
DINAR = KnownRate(Rate(2987, 4))
POUND = KnownRate(Rate(117, 2), date(2026, 3, 2))
ACCEPTED = "{code: EUR, foreign: [{code: CHF}, {code: JPY, decimals: 0}, {code: TND, decimals: 3}, {code: GBP}], rate_days_at_most: 3}"  # noqa: E501


def stories() -> Iterator[Story]:
    plan = _plan("moneys")
    yield _in_francs(plan)
    yield _odd_tickets(plan)
    yield _refused(plan)
    yield _in_small_steps(plan)
    yield _with_offers()
    yield _changed(plan)


def _plan(name: str, more: str = "") -> Programme:
    assert "sale_currency: {code: EUR}" in HEAD
    return programme(name=name, tiers=TIERS, more=more, sale_currency=ACCEPTED)


def _in_francs(plan: Programme) -> Story:
    story = Story("Paid in francs, brought back in francs and in euros", plan, a_member(points=500))
    bought = a_sale(5000, 2000, at=MARCH, payments=[Payment("points", 100)])
    story.pay(bought, "CHF", FRANC)
    sale = story.seq
    story.tell(Return(LATER, sale, (ReturnedLine(0, 2500),)))
    story.tell(Return(LATER, sale, (ReturnedLine(0, 2501),), currency="CHF"), refused="return_exceeds_sale")
    story.tell(Return(LATER, sale, (ReturnedLine(0, 100),), currency="GBP"), refused="return_in_other_money")
    story.tell(Return(LATER, sale, (ReturnedLine(0, 2400),), currency="EUR", rate=Rate(96, 2)))
    story.tell(Return(LATER, sale, (ReturnedLine(1, 943),), currency="EUR"))
    story.tell(Return(LATER, sale, (ReturnedLine(1, 944),), currency="EUR"), refused="return_exceeds_sale")
    story.tell(Return(LATER, sale))
    story.tell(Return(LATER, sale), refused="nothing_left_to_return")
    assert story.state.available("points") == 500
    return story


def _odd_tickets(plan: Programme) -> Story:
    story = Story("Smaller and larger units, voided and discounted lines", plan, a_member())
    yen = [a_line(1), a_line(333, sku="b", discount_minor=1), a_line(333, sku="c"), a_line(333, sku="d")]
    story.pay(a_sale(*yen, at=MARCH), "JPY", YEN)
    sale = story.seq
    story.tell(Return(LATER, sale, (ReturnedLine(1, 167), ReturnedLine(3, 333))))
    story.tell(Return(LATER, sale))
    voided = [a_line(12_345), a_line(7), a_line(99_999, sku="b"), a_line(-12_345), a_line(-3, sku="coupon")]
    story.pay(a_sale(*voided, at=MARCH), "TND", DINAR)
    story.pay(a_sale(0, at=MARCH), "GBP", POUND)
    story.pay(a_sale(-500, at=MARCH), "GBP", POUND)
    return story


def _refused(plan: Programme) -> Story:
    story = Story("Not accepted, without a rate, or with one that is too old", plan, a_member())
    ticket = a_sale(1000, at=MARCH)
    story.pay(ticket, "USD", FRANC, refused="money_not_accepted")
    story.pay(ticket, "CHF", None, refused="no_rate")
    story.pay(ticket, "CHF", KnownRate(FRANC.rate, date(2026, 2, 26)), refused="rate_too_old")
    story.pay(ticket, "CHF", KnownRate(FRANC.rate, date(2026, 2, 27)))
    large = a_sale(a_line(10**9), at=MARCH)
    story.pay(large, "CHF", KnownRate(Rate(11)), refused="amount_out_of_range")
    # Late on 2 March in London, early on 3 March in Paris: the local day counts.
    story.pay(replace(ticket, at=on("2026-03-03", 0)), "CHF", KnownRate(FRANC.rate, date(2026, 2, 28)))
    return story


def _in_small_steps(plan: Programme) -> Story:
    story = Story("Brought back by the smallest unit, to the cent in all", plan, a_member())
    story.pay(a_sale(110, at=MARCH), "TND", DINAR)
    sale = story.seq
    for _ in range(11):
        story.tell(Return(LATER, sale, (ReturnedLine(0, 10),)))
    return story


def _changed(plan: Programme) -> Story:
    story = Story("Changed in its own money, at its own rate", plan, a_member())
    story.pay(a_sale(a_line(5000), a_line(333, sku="b"), at=MARCH), "CHF", FRANC)
    sale = story.seq
    story.tell(Return(LATER, sale, (ReturnedLine(0, 1250),)))
    story.tell(SaleUpdate(LATER, sale, (a_line(5000),), currency="EUR"), refused="return_in_other_money")
    story.tell(SaleUpdate(LATER, sale, (a_line(1249),)), refused="returned_line_changed")
    story.tell(
        SaleUpdate(LATER, sale, (a_line(333, sku="b"), a_line(4001), a_line(7, sku="c")), currency="CHF")
    )
    story.tell(SaleUpdate(LATER, sale, (a_line(333, sku="b"), a_line(4001), a_line(7, sku="c"))))
    story.tell(Return(LATER, sale, (ReturnedLine(1, 1),)))
    story.tell(SaleUpdate(LATER, sale))
    assert story.state.available("points") == 0
    return story


def _with_offers() -> Story:
    plan = _plan("moneys-and-offers", offers("third: effect: {percent: {off: 33}}"))
    story = Story("Offers on a ticket in pounds, rounded by the till to its own money", plan, a_member())
    basket = story.exchange(a_sale(990, at=MARCH), "GBP", POUND)
    assert isinstance(basket, Sale)
    story.ask(basket)
    told = a_sale(a_line(990 - 326, offers=(("third", 326),)), at=MARCH)
    story.pay(told, "GBP", POUND)
    assert story.written[story.seq].decision.offers.notes == ()
    return story
