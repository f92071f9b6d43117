"""Budgets of rules: what customers share is what was given, whatever happens to tickets afterwards."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions.decision import Decision
from assidu.decisions.events import Return, ReturnedLine, SaleUpdate
from assidu.decisions.sold import kept_of
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document, a_rule
from builders.offers import Shopper, offers
from builders.sales import NOON, a_line, a_sale

LATER = NOON + timedelta(hours=3)
KEY = "budget:extra:ever"
OFFERS = offers("less: effect: {percent: {off: 50}}|lines: {departments: [wine]}|budget: {amount: 6.00}")
DOUBLE = "{per_amount: {give: 2, each: 1.00}}"


def shopping(budget: str, *more: str, with_offers: bool = False) -> Shopper:
    rule = a_rule(DOUBLE, f"budget: {budget}", *more)
    return Shopper(compile_plan(a_document(BASE, rule, more=OFFERS if with_offers else ""), 1))


actions = st.lists(
    st.tuples(
        st.sampled_from(["sale", "sale", "return", "change", "cancel"]),
        st.integers(1, 6_000),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(done=actions, is_clipped=st.booleans(), cap=st.sampled_from(["cap: {units: 40, per: day}", ""]))
def test_a_budget_counts_what_tickets_have_and_is_never_exceeded(
    done: list[tuple[str, int, int]], is_clipped: bool, cap: str
) -> None:
    budget = f"{{units: 90, clip: {str(is_clipped).lower()}}}"
    shopper, sales = shopping(budget, *([cap] if cap else [])), list[int]()
    for what, amount, which in done:
        if what == "sale":
            assert isinstance(shopper.told(a_sale(amount)), Decision)
            sales.append(len(shopper.history))
        elif sales:
            seq = sales[which % len(sales)]
            if what == "return":
                shopper.told(Return(LATER, seq, (ReturnedLine(0, amount),)))
            else:
                lines = () if what == "cancel" else (a_line(amount),)
                shopper.told(SaleUpdate(LATER, seq, lines))
        kept = sum(kept_of(shopper.sold(seq)).get(("extra", "points"), 0) for seq in sales)
        assert shopper.places.get(KEY, 0) == kept
        assert kept <= 90


def test_of_a_basket_whose_offers_took_something_off_no_more_is_taken_than_is_given() -> None:
    shopper = shopping("{units: 50}", with_offers=True)
    told = shopper.tries(a_sale(a_line(1000, department="wine")))
    assert {award.rule: award.quantity for award in told.awards} == {"base": 5, "extra": 10}
    shopper.buys(a_sale(a_line(1000, department="wine")))
    assert shopper.places[KEY] == 10


def test_what_was_cut_off_is_not_made_up_for_by_a_later_change() -> None:
    shopper = shopping("{units: 50}")
    shopper.places[KEY] = 40
    shopper.records(a_sale(2000))
    shopper.places[KEY] = 10  # somebody else's ticket came back
    shopper.records(SaleUpdate(LATER, 1, (a_line(3000),)))
    assert shopper.places[KEY] == 10


@pytest.mark.parametrize(("store", "given"), [("a", 5), ("b", 20)])
def test_each_store_has_its_own_budget(store: str, given: int) -> None:
    shopper = shopping("{units: 20, per: day, over: store}")
    shopper.places["budget:extra:2026-03-02:a"] = 15
    found = shopper.records(a_sale(1000, store=store))
    assert [award.quantity for award in found.awards if award.rule == "extra"] == [given]
