"""Tickets in another money: converted once and for all, to the cent, and worth the same when they come back."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions.decision import Decision, RefusalCode, Refused, ReturnedPart
from assidu.decisions.events import AppliedOffer, Foreign, Return, ReturnedLine, Sale, SaleLine
from assidu.decisions.exchange import KnownRate, exchanged, in_foreign
from assidu.decisions.money import Rate
from assidu.decisions.plan import Exclusions, Money
from builders.notebook import Notebook
from builders.offers import Shopper, a_plan_with
from builders.plans import a_plan, a_rule
from builders.sales import NOON, a_line, a_sale
from builders.states import a_member
from decisions.strategies import lines

EURO = Money("EUR", 2, {"CHF": 2, "JPY": 0, "TND": 3}, rate_days_max=3)
PLAN = replace(a_plan(a_rule()), money=EURO)
SUNDAY = date(2026, 3, 1)
FRANC = KnownRate(Rate(9432, 4), SUNDAY)

rates = st.builds(Rate, st.integers(1, 10**7), st.integers(4, 8))
currencies = st.sampled_from(["CHF", "JPY", "TND"])


def in_francs(*amounts: int, rate: KnownRate = FRANC) -> Sale:
    lines = [a_line(amount, sku=f"sku-{n}") for n, amount in enumerate(amounts)]
    return paid_in("CHF", a_sale(*lines), rate)


def paid_in(currency: str, sale: Sale, rate: KnownRate) -> Sale:
    found = exchanged(PLAN, sale, currency, rate)
    assert isinstance(found, Sale)
    return found


def told_in(sale: Sale) -> Foreign:
    assert sale.foreign is not None
    return sale.foreign


def bought(sale: Sale) -> Notebook:
    book = Notebook(PLAN, a_member(seq=0))
    book.must(sale)
    return book


def came_back(book: Notebook) -> dict[int, int]:
    found: dict[int, int] = {}
    for entry in book.entries:
        for part in entry.decision.returned:
            found[part.line] = found.get(part.line, 0) + part.amount_minor
    return found


# ---------------------------------------------------------------- converting


def test_a_ticket_in_francs_counts_in_euros_at_its_rate_which_it_keeps() -> None:
    sale = in_francs(5000)
    assert sale.total_minor == 4716
    foreign = told_in(sale)
    assert (foreign.currency, str(foreign.rate), foreign.rate_day) == ("CHF", "0.9432", SUNDAY)
    assert bought(sale).state.available("points") == 47


@settings(max_examples=80, deadline=None)
@given(st.lists(lines, max_size=6).map(tuple), currencies, rates)
def test_converted_lines_add_up_to_the_converted_ticket(
    told: tuple[SaleLine, ...], currency: str, rate: Rate
) -> None:
    sale = paid_in(currency, a_sale(*told), KnownRate(rate))
    per_unit = rate.units * 100, 10 ** (rate.decimals + EURO.foreign[currency])
    exact = told_in(sale).total_minor * per_unit[0]
    assert abs(2 * (sale.total_minor * per_unit[1] - exact)) <= per_unit[1]
    for line, there in zip(sale.lines, told_in(sale).lines, strict=True):
        assert line.amount_minor * there.amount_minor >= 0, "no sign is turned around"
        assert there.amount_minor or not line.amount_minor, "nothing comes from nothing"
        assert abs(line.amount_minor * per_unit[1] - there.amount_minor * per_unit[0]) < per_unit[1]
        assert (line.discount_minor > 0) == (there.discount_minor > 0), "what was taken off stays taken off"


@settings(deadline=None)
@given(st.integers(1, 10_000), rates, st.integers(0, 3))
def test_a_line_and_the_one_that_voids_it_cancel_out_as_they_did_there(
    amount: int, rate: Rate, between: int
) -> None:
    others = [a_line(333 + n, sku=f"other-{n}") for n in range(between)]
    sale = paid_in("CHF", a_sale(a_line(amount), *others, a_line(-amount)), KnownRate(rate))
    assert sale.lines[0].amount_minor == -sale.lines[-1].amount_minor


def test_a_ticket_told_in_the_programmes_own_money_stays_as_it_is() -> None:
    assert exchanged(PLAN, a_sale(1000), "EUR", None) == a_sale(1000)


@pytest.mark.parametrize(
    ("currency", "known", "refused"),
    [
        ("GBP", FRANC, Refused(RefusalCode.MONEY_NOT_ACCEPTED, subject="GBP")),
        ("CHF", None, Refused(RefusalCode.NO_RATE, subject="CHF")),
        (
            "CHF",
            KnownRate(FRANC.rate, date(2026, 2, 26)),
            Refused(RefusalCode.RATE_TOO_OLD, {"days": 4, "days_max": 3}, "CHF"),
        ),
    ],
)
def test_a_money_that_is_not_accepted_or_has_no_fresh_rate_is_refused(
    currency: str, known: KnownRate | None, refused: Refused
) -> None:
    assert exchanged(PLAN, a_sale(1000), currency, known) == refused


def test_a_rate_is_taken_as_old_as_the_plan_accepts_and_a_tickets_own_has_no_age() -> None:
    assert isinstance(exchanged(PLAN, a_sale(1000), "CHF", KnownRate(FRANC.rate, date(2026, 2, 27))), Sale)
    assert isinstance(exchanged(PLAN, a_sale(1000), "CHF", KnownRate(FRANC.rate)), Sale)


@pytest.mark.parametrize("written", ["0", "-1", "NaN", "Infinity", "1e30", "0.0000000000001"])
def test_what_is_no_rate_is_not_taken_for_one(written: str) -> None:
    assert Rate.of(written) is None


@pytest.mark.parametrize("written", ["0.9432", "1", "0.00612", "120.50", "0.000000000001"])
def test_a_rate_is_kept_as_it_is_written(written: str) -> None:
    assert str(Rate.of(written)) == written


def test_a_line_discounted_in_francs_is_discounted_here() -> None:
    plan = replace(PLAN, exclusions=Exclusions(discounted=True))
    told = a_sale(a_line(1000, discount_minor=1), a_line(1000, sku="other"))
    sale = exchanged(plan, told, "JPY", KnownRate(Rate(1, 3)))
    assert isinstance(sale, Sale)
    book = Notebook(plan, a_member(seq=0))
    assert book.must(sale).eligible_minor == sale.lines[1].amount_minor


# ---------------------------------------------------------------- coming back


def test_what_comes_back_is_worth_what_it_was_worth_whatever_the_rate_of_the_day() -> None:
    book = bought(in_francs(5000, 2000))
    # Half of the first article: 25.00 of 50.00 francs, at the sale's own 0.9432.
    half = book.must(Return(NOON, 1, (ReturnedLine(0, 2500),)))
    assert half.returned == (ReturnedPart(0, 2358, 2500),)
    # The rest is paid out in euros at 0.9600: it is what is left of the article, and worth what it was.
    rest = book.must(Return(NOON, 1, (ReturnedLine(0, 2400),), currency="EUR", rate=Rate(96, 2)))
    assert rest.returned == (ReturnedPart(0, 2358, 2500),)
    assert book.must(Return(NOON, 1)).returned == (ReturnedPart(1, 1886, 2000),)
    assert book.state.available("points") == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=3), currencies, rates, st.data(), st.booleans())
def test_parts_that_come_back_in_any_steps_add_up_exactly_to_the_ticket(
    amounts: list[int], currency: str, rate: Rate, data: st.DataObject, at_end: bool
) -> None:
    lines = [a_line(amount, sku=f"sku-{n}") for n, amount in enumerate(amounts)]
    sale = paid_in(currency, a_sale(*lines), KnownRate(rate))
    book = bought(sale)
    left = dict(enumerate(amounts))
    for _ in range(data.draw(st.integers(0, 5))):
        line = data.draw(st.sampled_from(sorted(left)))
        part = data.draw(st.integers(1, left[line]))
        answer = book.tell(Return(NOON, 1, (ReturnedLine(line, part),), currency=currency))
        if isinstance(answer, Refused):
            assert sale.lines[line].amount_minor == 0, "only what is worth nothing here cannot come back"
            continue
        [told] = answer.returned
        assert told.foreign_minor == part
        assert told.amount_minor >= 0
        left[line] -= part
        if not left[line]:
            del left[line]
        if not left:
            break
    if at_end and any(sale.lines[line].amount_minor for line in left):
        book.must(Return(NOON, 1))
        left = {}
    if not left:
        assert came_back(book) == {
            n: line.amount_minor for n, line in enumerate(sale.lines) if line.amount_minor
        } | {n: 0 for n in came_back(book) if not sale.lines[n].amount_minor}
        assert book.state.available("points") == 0
        assert isinstance(book.tell(Return(NOON, 1)), Refused)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 20_000), rates, st.data())
def test_a_part_told_in_the_programmes_money_is_that_much_of_the_ticket(
    amount: int, rate: Rate, data: st.DataObject
) -> None:
    sale = paid_in("TND", a_sale(amount), KnownRate(rate))
    worth = sale.total_minor
    if not worth:
        return
    book = bought(sale)
    part = data.draw(st.integers(1, worth))
    [told] = book.must(Return(NOON, 1, (ReturnedLine(0, part),), currency="EUR")).returned
    assert part <= told.amount_minor <= worth
    one_there = -(-rate.units * 100 // 10 ** (rate.decimals + 3))
    assert told.amount_minor - part <= one_there, "no further than one smallest unit of the ticket's money"
    if told.amount_minor < worth:
        book.must(Return(NOON, 1))
    assert came_back(book) == {0: worth}


@pytest.mark.parametrize(
    ("event", "refused"),
    [
        (
            Return(NOON, 1, (ReturnedLine(0, 5001),)),
            Refused(
                RefusalCode.RETURN_EXCEEDS_SALE, {"line": 0, "asked_minor": 5001, "left_minor": 5000}, "CHF"
            ),
        ),
        (
            Return(NOON, 1, (ReturnedLine(0, 4717),), currency="EUR"),
            Refused(RefusalCode.RETURN_EXCEEDS_SALE, {"line": 0, "asked_minor": 4717, "left_minor": 4716}),
        ),
        (
            Return(NOON, 1, (ReturnedLine(0, 100),), currency="JPY"),
            Refused(RefusalCode.RETURN_IN_OTHER_MONEY, subject="JPY"),
        ),
        (
            Return(NOON, 1, (ReturnedLine(3, 100),)),
            Refused(RefusalCode.UNKNOWN_LINE, {"line": 3, "lines": 1}),
        ),
    ],
)
def test_no_more_comes_back_than_was_bought_and_only_in_a_money_of_the_ticket(
    event: Return, refused: Refused
) -> None:
    assert bought(in_francs(5000)).tell(event) == refused


def test_a_ticket_in_euros_does_not_come_back_in_francs() -> None:
    book = bought(a_sale(5000))
    asked = Return(NOON, 1, (ReturnedLine(0, 5000),), currency="CHF")
    assert book.tell(asked) == Refused(RefusalCode.RETURN_IN_OTHER_MONEY, subject="CHF")
    assert isinstance(book.tell(replace(asked, currency="EUR")), Decision)


# ---------------------------------------------------------------- offers


def test_a_till_that_rounds_what_it_takes_off_to_its_own_money_did_what_it_was_told() -> None:
    """33 % off 9.90 pounds at 1.17: the 3.82 euros due are no whole number of pence."""
    offered = a_plan_with("third: effect: {percent: {off: 33}}")
    plan = replace(offered, money=Money("EUR", 2, {"GBP": 2}))
    shopper, pound = Shopper(plan), KnownRate(Rate(117, 2))
    basket = exchanged(plan, a_sale(990), "GBP", pound)
    assert isinstance(basket, Sale)
    [due] = shopper.tries(basket).offers.given
    pence = in_foreign(due.given_minor, told_in(basket))
    told = a_line(990 - pence)
    paid = exchanged(plan, a_sale(replace(told, offers=(AppliedOffer("third", pence),))), "GBP", pound)
    assert isinstance(paid, Sale)
    recorded = shopper.records(paid).offers
    assert (due.given_minor, pence, recorded.given[0].given_minor) == (382, 326, 381)
    assert recorded.notes == ()
