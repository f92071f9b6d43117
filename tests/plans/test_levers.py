"""The numbers of a programme that one can turn without rewriting it."""

from decimal import Decimal

import pytest

from assidu.demo.programme import FILES, plan_text
from assidu.plans.check import check, examine
from assidu.plans.diff import diff
from assidu.plans.document import Document
from assidu.plans.levers import BadNumber, LeverKind, levers, switch_name, turned, unreadable
from builders.documents import BASE, a_document, a_rule


def as_it_is(document: Document) -> dict[str, str]:
    """The form as it is first shown."""
    texts = {lever.name: "" if lever.value is None else str(lever.value) for lever in levers(document)}
    return texts | {switch_name(rule.code): "on" for rule in document.rules}


def le_cercle(name: str = FILES[-1]) -> Document:
    document = examine(plan_text(name)).document
    assert document is not None
    return document


@pytest.mark.parametrize("name", FILES)
def test_a_form_that_nobody_touched_changes_nothing(name: str) -> None:
    document = le_cercle(name)
    assert turned(document, as_it_is(document)) == document


def test_every_number_of_a_rule_has_its_lever() -> None:
    kinds = {lever.kind for lever in levers(le_cercle())}
    assert kinds == set(LeverKind) - {LeverKind.AMOUNT_AT_MOST}


@pytest.mark.parametrize("name", [lever.name for lever in levers(le_cercle())])
def test_each_lever_turns_one_thing(name: str) -> None:
    document = le_cercle()
    texts = as_it_is(document)
    texts[name] = str(int(Decimal(texts[name] or 7)) + 1)
    changes = diff(document, turned(document, texts))
    assert len(changes) == 1
    assert name.split(".")[1] in (changes[0].subject, "")


def test_a_rule_that_is_switched_off_is_gone_and_what_stands_on_it_is_told() -> None:
    document = le_cercle()
    texts = as_it_is(document)
    del texts[switch_name("drive")]
    assert turned(document, texts).rule("drive") is None
    del texts[switch_name("base")]
    assert [p.code for p in check(turned(document, texts)) if not p.is_warning], "others multiply it"


def test_an_empty_limit_is_no_limit() -> None:
    document = le_cercle()
    texts = as_it_is(document) | {"rules.double-produce.cap": "", "rules.first-ten.quota": " "}
    changed = turned(document, texts)
    assert changed.rule("double-produce").cap is None  # type: ignore[union-attr]
    assert changed.rule("first-ten").quota is None  # type: ignore[union-attr]


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
