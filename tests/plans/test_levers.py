"""The numbers of a programme that one can turn without rewriting it."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache

import pytest

from assidu.demo.programme import FILES, plan_text
from assidu.plans.check import check, examine
from assidu.plans.diff import diff
from assidu.plans.document import Document
from assidu.plans.lever import BadNumber, LeverKind
from assidu.plans.levers import OFFERS_MAX, levers, switch_names, turned, unreadable
from builders.documents import BASE, a_document, a_rule
from builders.offers import offers
from conformance.cases.plans import VOUCHER


def as_it_is(document: Document) -> dict[str, str]:
    """The form as it is first shown."""
    texts = {lever.name: "" if lever.value is None else str(lever.value) for lever in levers(document)}
    return texts | dict.fromkeys(switch_names(document), "on")


@cache
def le_cercle(name: str = FILES[-1]) -> Document:
    document = examine(plan_text(name)).document
    assert document is not None
    return document


@pytest.mark.parametrize("name", FILES)
def test_a_form_that_nobody_touched_changes_nothing(name: str) -> None:
    document = le_cercle(name)
    assert turned(document, as_it_is(document)) == document
    assert turned(document, {}, switches=False) == document


EVERY_OFFER = offers(
    "percent: effect: {percent: {off: 20}}|times: {limit: 2, per: quarter}|when: {amount_at_most: 90.00}",
    "amount: effect: {amount: 5.00}|budget: {amount: 100.00, per: month}",
    "price: effect: {price: 1.00}|lines: {products: [apple]}",
    "free: effect: {free: 1}|quota: {first: 10, per: day, over: store}",
    "third: effect: {buy: {buy: 2, get: 1, percent: 50}}",
    "lucky: effect: {points: {currency: points, units: 100}}|chance: {one_in: 50}|budget: {units: 900, per: ever}",
    "more: effect: {points: {currency: points, per_amount: {give: 1, each: 2.00}}}",
    "voucher: effect: {voucher: {currency: voucher-5, units: 1}}|needs: allotted",
    "bag: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 9",
)
STATUSES = """\
tiers:
  keep: {months: 12}
  levels:
    - {code: bronze, name: {fr: b, en: b}}
    - {code: silver, name: {fr: s, en: s}, units_at_least: {currency: points, units: 500}, purchases_at_least: 9}
"""
REWARDS = """\
rewards:
  - code: five
    name: {fr: c, en: f}
    costs: {currency: points, units: 500}
    gives: {currency: voucher-5, units: 1}
    stock: 40
"""


@cache
def with_offers() -> Document:
    return a_document(BASE, currencies=VOUCHER, tiers=STATUSES, more=EVERY_OFFER + REWARDS)


DOCUMENTS = (le_cercle, with_offers)


def test_every_number_of_the_programme_has_its_lever() -> None:
    kinds = {lever.kind for make in DOCUMENTS for lever in levers(make())}
    assert kinds == set(LeverKind) - {LeverKind.ENGAGEMENT_AT_LEAST}


@pytest.mark.parametrize(
    ("make", "name"), [(make, lever.name) for make in DOCUMENTS for lever in levers(make())]
)
def test_each_lever_turns_one_thing(make: Callable[[], Document], name: str) -> None:
    document = make()
    texts = as_it_is(document)
    number = int(Decimal(texts[name] or 7))
    texts[name] = str(99 if number == 100 else number + 1)
    changes = diff(document, turned(document, texts))
    assert len(changes) == 1
    assert name.split(".")[1] in (changes[0].subject, "")


def test_a_rule_that_is_switched_off_is_gone_and_what_stands_on_it_is_told() -> None:
    document = le_cercle()
    texts = as_it_is(document)
    del texts["rules.drive.on"]
    assert turned(document, texts).rule("drive") is None
    del texts["rules.base.on"]
    assert [p.code for p in check(turned(document, texts)) if not p.is_warning], "others multiply it"


def test_an_empty_limit_is_no_limit() -> None:
    document = le_cercle()
    texts = as_it_is(document) | {"rules.double-produce.cap": "", "rules.first-ten.quota": " "}
    changed = turned(document, texts)
    assert changed.rule("double-produce").cap is None  # type: ignore[union-attr]
    assert changed.rule("first-ten").quota is None  # type: ignore[union-attr]


def test_an_offer_is_switched_off_turned_and_rid_of_a_limit() -> None:
    document = with_offers()
    texts = as_it_is(document) | {
        "offers.percent.times": "",
        "offers.amount.budget": "",
        "offers.bag.stock": "",
    }
    del texts["offers.third.on"]
    changed = turned(document, texts)
    assert changed.offer("third") is None
    assert changed.offer("percent").times is None  # type: ignore[union-attr]
    assert changed.offer("amount").budget is None  # type: ignore[union-attr]
    assert changed.offer("bag").stock is None  # type: ignore[union-attr]
    for name, text in {
        "offers.percent.off": "101",
        "offers.lucky.one_in": "1",
        "offers.lucky.fixed": "",
    }.items():
        assert set(unreadable(document, as_it_is(document) | {name: text})) == {name}


def test_offers_beyond_what_a_page_can_show_stay_as_they_are() -> None:
    written = [f"o{n}: effect: {{amount: 1.00}}" for n in range(OFFERS_MAX + 3)]
    document = a_document(BASE, more=offers(*written))
    assert len(turned(document, {"rules.base.on": "on"}).offers) == 3
    assert turned(document, as_it_is(document)) == document


@pytest.mark.parametrize("text", ["2,5", "2.5", " 2,50 ", "2\u202f,5"])
def test_decimals_are_read_as_each_language_writes_them(text: str) -> None:
    document = a_document(BASE)
    changed = turned(document, as_it_is(document) | {"rules.base.each": text})
    assert changed.rule("base").gift.per_amount.each == Decimal("2.5")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text", ["", "abc", "-1", "0", "1e9999", "NaN", "Infinity", "٣", "1.5.2", "9" * 40, "1_0", "½"]
)
def test_what_is_not_a_number_is_refused_and_named(text: str) -> None:
    document = a_document(BASE, a_rule("{fixed: 10}"))
    texts = as_it_is(document) | {"rules.extra.fixed": text, "rules.base.each": text}
    assert set(unreadable(document, texts)) == {"rules.extra.fixed", "rules.base.each"}
    with pytest.raises(BadNumber):
        turned(document, texts)


def test_names_that_are_no_levers_are_left_alone() -> None:
    document = a_document(BASE)
    assert turned(document, as_it_is(document) | {"rules.nothing.give": "x", "csrf": "y"}) == document
