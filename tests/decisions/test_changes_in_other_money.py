"""A changed ticket in another money: told in that one, worth what it is at the ticket's own rate."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assidu.decisions.decision import Decision, RefusalCode, Refused
from assidu.decisions.events import Return, ReturnedLine, Sale, SaleLine, SaleUpdate
from assidu.decisions.exchange import KnownRate, exchanged
from assidu.decisions.money import Rate
from assidu.decisions.plan import Exclusions, Money, Plan
from builders.offers import Shopper
from builders.plans import a_plan, a_rule
from builders.sales import NOON, a_line, a_sale
from builders.states import a_member
from decisions.strategies import lines

PLAN = replace(a_plan(a_rule()), money=Money("EUR", 2, {"CHF": 2, "JPY": 0, "TND": 3}, rate_days_max=3))
FRANC = KnownRate(Rate(9432, 4), date(2026, 3, 1))
LATER = NOON + timedelta(days=3)
tickets = st.lists(lines, min_size=1, max_size=4).map(tuple)
rates = st.builds(Rate, st.integers(1, 10**7), st.integers(4, 8))


def shopper(plan: Plan = PLAN) -> Shopper:
    return Shopper(plan, state=a_member(seq=0))


def paid_in(currency: str, told: tuple[SaleLine, ...], rate: KnownRate = FRANC) -> Sale:
    found = exchanged(PLAN, a_sale(*told), currency, rate)
    assert isinstance(found, Sale)
    return found


def an_update(*told: SaleLine, currency: str = "") -> SaleUpdate:
    return SaleUpdate(LATER, 1, told, currency=currency)


@settings(max_examples=50, deadline=None)
@given(first=tickets, second=tickets, currency=st.sampled_from(["CHF", "JPY", "TND"]), rate=rates)
def test_it_comes_to_what_it_would_have_come_to_from_the_start(
    first: tuple[SaleLine, ...], second: tuple[SaleLine, ...], currency: str, rate: Rate
) -> None:
    first, second = (tuple(replace(line, promotion="") for line in told) for told in (first, second))
    sale, other = paid_in(currency, first, KnownRate(rate)), paid_in(currency, second, KnownRate(rate))
    changed, straight = shopper(), shopper()
    changed.records(sale)
    straight.records(other)
    answer = changed.records(an_update(*second, currency=currency))
    assert answer.changed_minor == other.total_minor - sale.total_minor
    assert changed.state.lots == straight.state.lots
    assert changed.records(an_update(*second)) == Decision(1), "the same lines change nothing"


@settings(max_examples=50, deadline=None)
@given(first=tickets, more=tickets, rate=rates, data=st.data())
def test_what_came_back_stays_back_and_the_rest_comes_back_to_the_cent(
    first: tuple[SaleLine, ...], more: tuple[SaleLine, ...], rate: Rate, data: st.DataObject
) -> None:
    first, more = (
        tuple(a_line(1 + abs(line.amount_minor), sku=f"{kind}{n}") for n, line in enumerate(told))
        for kind, told in (("a", first), ("b", more))
    )
    sale = paid_in("CHF", first, KnownRate(rate))
    assume(all(line.amount_minor for line in sale.lines))
    one = shopper()
    one.records(sale)
    line = data.draw(st.integers(0, len(first) - 1))
    part = data.draw(st.integers(1, first[line].amount_minor))
    came = sum(
        back.amount_minor for back in one.records(Return(LATER, 1, (ReturnedLine(line, part),))).returned
    )
    now = paid_in("CHF", (*first[: line + 1], *more), KnownRate(rate))
    assume(all(line.amount_minor for line in now.lines))
    one.records(an_update(*first[: line + 1], *more))
    left = now.total_minor - now.lines[line].amount_minor * part // first[line].amount_minor
    back = one.told(Return(LATER + timedelta(hours=1), 1))
    assert isinstance(back, Decision)
    assert sum(returned.amount_minor for returned in back.returned) == left
    assert sum(returned.foreign_minor for returned in back.returned) == (
        sum(line.amount_minor for line in (*first[: line + 1], *more)) - part
    )
    assert came >= 0
    assert not one.state.available("points")


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_it_is_told_in_the_tickets_money_and_in_no_other(currency: str) -> None:
    one = shopper()
    one.records(paid_in("CHF", (a_line(5000),)))
    refused = Refused(RefusalCode.RETURN_IN_OTHER_MONEY, subject=currency)
    assert one.told(an_update(a_line(4000), currency=currency)) == refused


def test_nor_is_a_ticket_in_the_programmes_money_changed_in_another() -> None:
    one = shopper()
    one.records(a_sale(5000))
    refused = Refused(RefusalCode.RETURN_IN_OTHER_MONEY, subject="CHF")
    assert one.told(an_update(a_line(4000), currency="CHF")) == refused
    assert one.records(an_update(a_line(4000), currency="EUR")).changed_minor == -1000


def test_a_change_that_takes_off_what_came_back_is_refused_in_the_tickets_money() -> None:
    one = shopper()
    one.records(paid_in("CHF", (a_line(5000),)))
    one.records(Return(LATER, 1, (ReturnedLine(0, 3000),)))
    refused = one.told(an_update(a_line(2000)))
    figures = {"line": 0, "returned_minor": 3000, "missing_minor": 1000}
    assert refused == Refused(RefusalCode.RETURNED_LINE_CHANGED, figures, "CHF")


def test_one_that_is_worth_more_than_any_ticket_is_refused() -> None:
    one = shopper()
    one.records(paid_in("CHF", (a_line(5000),), KnownRate(Rate(11))))
    assert one.told(an_update(a_line(10**9))) == Refused(RefusalCode.AMOUNT_OUT_OF_RANGE, subject="CHF")


def test_a_cancelled_ticket_is_opened_again_in_its_money() -> None:
    one, straight = shopper(), shopper()
    one.records(paid_in("CHF", (a_line(5000),)))
    one.records(an_update())
    assert not one.state.available("points")
    one.records(an_update(a_line(7000)))
    straight.records(paid_in("CHF", (a_line(7000),)))
    assert one.state.lots == straight.state.lots


def test_an_article_stays_in_the_promotion_that_it_was_sold_in_whatever_the_ticket_is_changed_to() -> None:
    plan = replace(PLAN, exclusions=Exclusions(discounted=True))
    soap = a_line(1000, sku="soap", promotion="spring", promotion_minor=250)
    told = a_line(2000, sku="soap")
    one = shopper(plan)
    one.records(a_sale(soap, a_line(3000)))
    assert one.state.available("points") == 30
    one.records(an_update(told, a_line(3000)))
    assert one.state.available("points") == 30, "it is in no less of a promotion for being told again"
    one.records(an_update())
    one.records(an_update(told))
    assert one.state.available("points") == 0, "nor after a change without it"
    assert one.told(an_update(a_line(1000, sku="wine"))) is not None
    assert one.state.available("points") == 10
