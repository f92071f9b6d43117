"""A text is changed where its document changed: comments, order and layout of the rest are those of who wrote it."""

from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

import assidu.demo
import assidu.plans.library
from assidu.plans.document import Document, Duration, Leaving, Notice, Text
from assidu.plans.reading import read
from assidu.plans.rewriting import rewritten
from assidu.plans.writing import to_yaml
from plans.test_any_document import documents

PLANS = sorted(Path(assidu.demo.__file__).parent.glob("plans/*.yaml")) + sorted(
    Path(assidu.plans.library.__file__).parent.glob("**/*.yaml")
)
CLUB = """\
# The club of our three stores.
format: 1
programme: club   # never changes
name: {fr: Le Club, en: The Club}
valid_from: 2026-01-01
zone:   'Europe/Paris'
sale_currency: {code: EUR}

currencies:
# Points are what everybody earns.
- code: points
  kind: points
  name: {fr: points, en: points}
  singular: {fr: point, en: point}
  worth: {units: 100, amount: 1.0}   # a hundredth
  pays: true

# What is earned.
rules:
# The plain one comes first.
- code: base
  name: {fr: Base, en: Base}
  currency: points
  gift: {per_amount: {give: 1, each: 1.00}}   # one for one

# Twice on Mondays, decided by the board.
- code: monday
  name: {fr: Lundi, en: Monday}
  currency: points
  gift:
    multiply: {rule: base, percent: 200}
  when:
    days: [monday]  # and on no other day

- code: ten
  name: {fr: Dix, en: Ten}
  currency: points
  gift: {fixed: 10}
  # because of the anniversary
  times: {limit: 1, per: ever}
second_person_above: 50.00
# The end.
"""


def club() -> Document:
    document = read(CLUB).document
    assert document is not None
    return document


@dataclass
class Difference:
    gone: list[str]
    new: list[str]


def after(document: Document, text: str = CLUB) -> Difference:
    """What is different in the text that says the document."""
    written = rewritten(text, document)
    assert read(written).document == document
    lines = list(ndiff(text.splitlines(), written.splitlines()))
    return Difference(
        [line[2:] for line in lines if line.startswith("- ")],
        [line[2:] for line in lines if line.startswith("+ ")],
    )


def with_rule(code: str, **parts: Any) -> Document:
    document = club()
    return replace(
        document,
        rules=tuple(replace(rule, **parts) if rule.code == code else rule for rule in document.rules),
    )


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_what_says_the_same_stays_to_the_letter(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document = read(text).document
    assert document is not None
    assert rewritten(text, document) == text


def test_a_value_changes_in_its_place_and_keeps_the_comment_beside_it() -> None:
    found = after(replace(club(), zone="Europe/Brussels"))
    assert found == Difference(["zone:   'Europe/Paris'"], ['zone:   "Europe/Brussels"'])
    rule = club().rules[1]
    assert rule.gift.multiply is not None
    found = after(
        with_rule("monday", gift=replace(rule.gift, multiply=replace(rule.gift.multiply, percent=150)))
    )
    assert found.new == ["    multiply: {rule: base, percent: 150}"]


def test_an_emoji_is_written_as_it_was_typed_and_a_backslash_stays_one() -> None:
    for words in ("Fête 🎉", r"\U0001F389", "\\🎉", "\U000e0001"):
        document = replace(club(), name=Text(fr=words, en="Party"))
        written = to_yaml(document)
        assert read(written).document == document, words
        assert ("🎉" in written) == ("🎉" in words)


def test_a_byte_order_mark_costs_no_comment() -> None:
    changed = replace(club(), zone="Europe/Brussels")
    assert rewritten(f"\ufeff{CLUB}", changed) == rewritten(CLUB, changed)


def test_a_clause_is_added_behind_what_comes_before_it() -> None:
    rule = club().rules[2]
    found = after(with_rule("ten", when=replace(rule.when, stores=("317",)), expires=Duration(months=2)))
    assert found.gone == []
    assert found.new == ["  when:", "    stores: ['317']", "  expires: {months: 2}"]


def test_a_clause_that_goes_takes_its_own_comment_along() -> None:
    assert after(with_rule("ten", times=None)) == Difference(
        ["  # because of the anniversary", "  times: {limit: 1, per: ever}"], []
    )


def test_a_rule_that_goes_takes_the_comment_above_it_and_no_other() -> None:
    document = club()
    found = after(replace(document, rules=(document.rules[0], document.rules[2])))
    assert found.new == []
    assert found.gone[0] == "# Twice on Mondays, decided by the board."
    assert len([line for line in found.gone if line.startswith("#")]) == 1


def test_the_comment_of_a_list_stays_when_its_first_member_goes() -> None:
    document = club()
    found = after(replace(document, rules=document.rules[2:]))
    assert not any("plain one" in line or "What is earned" in line for line in found.gone)


def test_a_new_rule_stands_apart_where_the_others_do() -> None:
    document = club()
    found = after(replace(document, rules=(*document.rules, replace(document.rules[2], code="twelve"))))
    assert found.gone == []
    assert found.new[:2] == ["", "- code: twelve"]


def test_rules_in_another_order_bring_their_comments() -> None:
    first, second, third = club().rules
    written = rewritten(CLUB, replace(club(), rules=(third, replace(second, currency="points"), first)))
    assert (
        written.index("decided by the board") < written.index("code: monday") < written.index("one for one")
    )
    assert written.index("because of the anniversary") < written.index("decided by the board")
    assert written.endswith("# The end.\n")


def test_parts_come_and_go_at_the_root() -> None:
    document = replace(
        club(), second_person_above=None, notice=Notice(days=30), leaving=Leaving(regret=Duration(days=14))
    )
    found = after(document)
    assert found.gone == ["second_person_above: 50.00"]
    assert [line for line in found.new if line.startswith(("notice", "leaving"))]
    assert rewritten(CLUB, document).endswith("# The end.\n")


def test_names_of_a_table_are_written_one_below_another() -> None:
    document = club()
    labels = replace(document.labels, stores={"317": Text(fr="Nantes", en="Nantes")})
    found = after(replace(document, labels=labels))
    assert found.gone == []
    assert found.new == ["labels:", "  stores:", "    '317': {fr: Nantes, en: Nantes}"]


def test_a_text_that_nobody_can_read_is_written_anew() -> None:
    document = club()
    assert rewritten("rules: [", document) == to_yaml(document)
    assert read(rewritten('{"format": 1}', document)).document == document


def test_lines_may_end_as_those_of_browsers_do() -> None:
    document = replace(club(), zone="Europe/Brussels", notice=Notice(days=30))
    written = rewritten(CLUB.replace("\n", "\r\n"), document)
    assert read(written).document == document
    assert "# Twice on Mondays" in written


@given(before=documents, now=documents)
@settings(max_examples=8, deadline=None)
def test_any_text_says_any_document_in_the_end(before: Document, now: Document) -> None:
    mark = "# Written by hand.\n"
    text = mark + to_yaml(before)
    written = rewritten(text, now)
    assert read(written).document == now
    assert written.startswith(mark), "piece by piece, not anew"
