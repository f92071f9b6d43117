"""Forms of the programme: what stands in the blanks of a part reads back as it, and mistakes find their blank."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

import assidu.demo
from assidu.plans.blanks import (
    Blank,
    Clause,
    Form,
    added,
    begun,
    fill,
    form_of,
    lists,
    members,
    removed,
    texts_of,
    whole,
    wholes,
)
from assidu.plans.blanks.filling import BLANK
from assidu.plans.blanks.kinds import is_apart, struct
from assidu.plans.blanks.loose import AllTerms, General, LegalCaps, Table, loose, written_twice
from assidu.plans.blanks.parts import whole_at, with_whole
from assidu.plans.check import examine
from assidu.plans.document import Document, Rule, When
from assidu.plans.document.life import TermsText
from assidu.plans.legal import laws
from assidu.plans.problems import Path as Path_
from assidu.plans.rewriting import rewritten
from assidu.plans.wording import blanks as words
from assidu.plans.wording.language import Language
from assidu.plans.writing import to_yaml
from builders.documents import a_document, a_rule

DEMO = Path(assidu.demo.__file__).parent / "plans"
FIRST = {"currency": "points"}


def demo(name: str) -> Document:
    document = examine((DEMO / name).read_bytes()).document
    assert document is not None
    return document


def kept(part: msgspec.Struct) -> dict[str, object]:
    """What a form does not ask."""
    built = msgspec.to_builtins(part, str_keys=True, enc_hook=str)
    kind = struct(type(part))
    names = {field.name for field in kind.fields if is_apart(kind, field)}
    return {name: built[name] for name in names if name in built}


def parts_of(document: Document) -> list[msgspec.Struct]:
    found = [member.value for name in lists() for member in members(document, name)]
    return found + [part for name in wholes() if (part := whole(document, name)) is not None]


def blanks_of(form: Form) -> dict[str, Blank]:
    found: dict[str, Blank] = {}

    def walk(piece: object) -> None:
        if isinstance(piece, Blank):
            found[piece.name] = piece
        elif isinstance(piece, Clause):
            for inner in piece.pieces:
                walk(inner)

    walk(form.name)
    for group in form.groups:
        for clause in group.clauses:
            walk(clause)
    return found


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["le-cercle-v1.yaml", "le-cercle-v2.yaml", "le-cercle-v3.yaml"])
def test_what_stands_in_the_blanks_of_a_part_is_that_part(name: str, language: Language) -> None:
    document = demo(name)
    for part in parts_of(document):
        filled = fill(type(part), texts_of(part, language), kept(part))
        assert filled.problems == {}
        assert filled.part == part


@pytest.mark.parametrize("language", Language)
def test_every_text_has_a_blank_and_every_blank_is_asked_by_name(language: Language) -> None:
    document = demo("le-cercle-v3.yaml")
    for part in parts_of(document):
        texts = texts_of(part, language)
        form = form_of(type(part), texts, document, {}, language)
        blanks = blanks_of(form)
        assert set(texts) - {"has"} == set(blanks), type(part)
        assert all(blank.label for blank in blanks.values())


def test_a_rule_begun_empty_says_what_is_missing_beside_each_blank() -> None:
    texts = begun(Rule, FIRST)
    filled = fill(Rule, texts, {"code": "new"})
    assert filled.part is None
    assert set(filled.problems) == {"name.fr", "name.en", "gift.fixed"}
    assert {problem.code for told in filled.problems.values() for problem in told} == {BLANK}
    texts |= {"name.fr": ["Bonus"], "name.en": ["Bonus"], "gift.fixed": ["1 200"]}
    rule = fill(Rule, texts, {"code": "new"}).part
    assert (rule.gift.fixed, rule.currency, rule.code) == (1200, "points", "new")


def test_amounts_and_shares_may_be_typed_with_their_unit() -> None:
    texts = texts_of(demo("le-cercle-v3.yaml").rules[6])
    texts["gift.steps.1.at_least"] = ["120,50 €"]
    filled = fill(Rule, texts, {"code": "full-basket"}, ("€", "EUR"))
    assert filled.part.gift.steps[1].at_least == Decimal("120.50")
    assert set(fill(Rule, texts, {"code": "full-basket"}, ("£", "GBP")).problems) == {"gift.steps.1.at_least"}


def test_a_mistake_stands_beside_its_blank_with_the_words_of_the_document() -> None:
    texts = texts_of(demo("le-cercle-v3.yaml").rules[6])
    texts["gift.steps.1.at_least"] = ["cent"]
    texts["times.limit"] = ["0"]
    texts["when.first_day"] = ["31/02"]
    texts["has"].append("when.first_day")
    problems = fill(Rule, texts, {"code": "full-basket"}).problems
    assert {name: told[0].code for name, told in problems.items()} == {
        "gift.steps.1.at_least": "not_an_amount",
        "times.limit": "too_small",
        "when.first_day": "not_a_day",
    }


def test_amounts_are_read_as_people_of_both_languages_write_them() -> None:
    texts = added(Rule, begun(Rule, FIRST), "when.amount_at_least", FIRST)
    texts |= {"name.fr": ["a"], "name.en": ["a"], "gift.fixed": ["3"]}
    for written in ("1 250,50", "1250.50", "1\u202f250,50"):
        texts["when.amount_at_least"] = [written]
        rule = fill(Rule, texts, {"code": "a"}).part
        assert str(rule.when.amount_at_least) == "1250.50"


def test_clauses_are_added_and_taken_away_one_by_one() -> None:
    texts = begun(Rule, FIRST)
    for name in ("when.channels", "when.first_purchase", "times", "expires", "lines.brands"):
        texts = added(Rule, texts, name, FIRST)
    texts |= {
        "name.fr": ["a"], "name.en": ["a"], "gift.fixed": ["3"], "when.channels": ["web", "app"],
        "times.limit": ["4"], "times.per": ["month"], "expires.number": ["2"], "expires.unit": ["weeks"],
        "lines.brands": ["private"],
    }  # fmt: skip
    rule = fill(Rule, texts, {"code": "a"}).part
    assert rule.when.channels == ("web", "app")
    assert rule.when.first_purchase
    assert (rule.times.limit, rule.times.per.value) == (4, "month")
    assert rule.expires.weeks == 2
    for name in ("when.channels", "when.first_purchase", "times", "expires", "lines.brands"):
        texts = removed(texts, name)
    bare = fill(Rule, texts, {"code": "a"}).part
    assert (bare.times, bare.expires, bare.lines, bare.when) == (None, None, None, When())
    assert added(Rule, texts, "no.such.thing", FIRST) == texts


def test_steps_move_up_when_one_before_them_goes() -> None:
    texts = texts_of(demo("le-cercle-v3.yaml").rules[6])
    texts = removed(texts, "gift.steps.0")
    rule = fill(Rule, texts, {"code": "full-basket"}).part
    assert [step.give for step in rule.gift.steps] == [60, 100]
    texts = added(Rule, texts, "gift.steps", FIRST)
    texts |= {"gift.steps.2.at_least": ["300"], "gift.steps.2.give": ["500"]}
    rule = fill(Rule, texts, {"code": "full-basket"}).part
    assert [step.give for step in rule.gift.steps] == [60, 100, 500]


def test_another_way_to_give_asks_its_own_blanks() -> None:
    document = a_document()
    texts = begun(Rule, FIRST) | {"name.fr": ["a"], "name.en": ["a"], "gift.kind": ["multiply"]}
    form = form_of(Rule, texts, document, {}, Language.EN)
    blanks = blanks_of(form)
    assert {"gift.multiply.percent", "gift.multiply.rule"} <= set(blanks)
    assert [option.value for option in blanks["gift.multiply.rule"].options] == ["base"]
    texts |= {"gift.multiply.percent": ["200"], "gift.multiply.rule": ["base"]}
    rule = fill(Rule, texts, {"code": "a"}).part
    assert (rule.gift.multiply.rule, rule.gift.multiply.percent, rule.gift.fixed) == ("base", 200, None)


def test_what_nobody_knows_any_more_stays_choosable() -> None:
    document = a_document(a_rule("{fixed: 10}", "when: {channels: [kiosk]}"))
    texts = texts_of(document.rules[0])
    form = form_of(Rule, texts, document, {"channels": []}, Language.EN)
    assert [option.value for option in blanks_of(form)["when.channels"].options] == ["kiosk"]


def test_an_empty_list_is_not_the_list_that_is_there_by_default() -> None:
    document = a_document(more="exclusions: {kinds: []}")
    assert document.exclusions.kinds == ()
    texts = texts_of(document.exclusions)
    assert fill(type(document.exclusions), texts).part == document.exclusions


def test_every_field_of_every_list_and_part_has_a_form_with_words() -> None:
    """A class added to the document shows up here without another line, and asks for its words: nothing is called by
    its own name."""
    document = a_document()
    for part, cls in lists().items():
        assert words.LISTS[part].fr != part
        assert words.MEMBERS[part][0].fr != part
        for form in unfolded(cls, document):
            assert told_apart(form)
    for part, (cls, _) in wholes().items():
        assert words.WHOLES[part].fr != part
        for form in unfolded(cls, document):
            assert told_apart(form)


def told_apart(form: Form) -> bool:
    """Is every blank called something, and no clause by the name of a field?"""
    labels = [blank.label for blank in blanks_of(form).values()]
    labels += [clause.label for group in form.groups for clause in group.clauses]
    labels += [addable.label for group in form.groups for addable in group.addable]
    return all(label.strip() and "_" not in label for label in labels)


def unfolded(cls: type[msgspec.Struct], document: Document) -> list[Form]:
    """The form with every clause that can be added, once for each way of the parts that are one of several."""
    waiting, done, found = [begun(cls, FIRST)], set(), []
    while waiting:
        texts = waiting.pop()
        form = form_of(cls, texts, document, {}, Language.FR)
        names = [one.name for group in form.groups for one in group.addable]
        # A list that has a member already is not made longer.
        names = [name for name in names if name not in texts["has"] and f"{name}.0" not in texts["has"]]
        if names:
            for name in names:
                texts = added(cls, texts, name, FIRST)
            waiting.append(texts)
            continue
        found.append(form)
        for name, blank in blanks_of(form).items():
            for option in blank.option_values if name.endswith(".kind") and blank.changes_shape else ():
                chosen = f"{name.removesuffix('kind')}{option}"
                if chosen not in done:
                    done.add(chosen)
                    waiting.append(added(cls, texts | {name: [option]}, chosen, FIRST))
    return found


def test_the_sessions_of_a_reward_are_asked_with_it() -> None:
    document = a_document(
        currencies="  - {code: seats, kind: good, name: {fr: places, en: seats}}\n",
        more="""
rewards:
  - code: tasting
    name: {fr: Dégustation, en: Tasting}
    costs: {currency: points, units: 300}
    gives: {currency: seats}
    sessions:
      - {code: may, name: {fr: En mai, en: In May}, on: 2026-05-12, places: 20}
""",
    )
    reward = document.rewards[0]
    texts = added(type(reward), texts_of(reward), "sessions", FIRST)
    texts |= {
        "sessions.1.code": ["june"], "sessions.1.name.fr": ["En juin"], "sessions.1.name.en": ["In June"],
        "sessions.1.on": ["2026-06-09"], "sessions.1.places": ["15"],
    }  # fmt: skip
    longer = fill(type(reward), texts, {"code": "tasting"}).part
    assert [(one.code, one.places) for one in longer.sessions] == [("may", 20), ("june", 15)]
    texts = removed(texts, "sessions.0")
    assert [one.code for one in fill(type(reward), texts, {"code": "tasting"}).part.sessions] == ["june"]


def test_terms_are_added_changed_and_taken_away_with_their_text_to_the_letter() -> None:
    text = "Article 1\n\n  Les points valent un an.\n"
    more = "terms: [{version: 2026-01, first_day: 2026-01-01, url: https://example.org/terms}]\n"
    document = a_document(more=more)
    texts = added(AllTerms, texts_of(whole(document, "terms")), "terms", FIRST)
    texts |= {"terms.1.version": ["2026-07"], "terms.1.first_day": ["2026-07-01"]}
    texts = added(AllTerms, texts, "terms.1.text", FIRST)
    texts |= {"terms.1.text.fr": [text.replace("\n", "\r\n")], "terms.1.text.en": ["Article 1"]}
    blanks = blanks_of(form_of(AllTerms, texts, document, {}, Language.FR))
    assert (blanks["terms.1.text.fr"].kind, blanks["terms.0.url"].length_max) == ("prose", 300)
    longer = with_whole(document, "terms", fill(AllTerms, texts).part)
    assert [(one.version, one.url is None) for one in longer.terms] == [("2026-01", False), ("2026-07", True)]
    assert longer.terms[1].text == TermsText(fr=text, en="Article 1")
    assert fill(AllTerms, texts_of(whole(longer, "terms"))).part.terms == longer.terms
    assert rewritten(to_yaml(document), longer) != to_yaml(document)
    assert examine(rewritten(to_yaml(document), longer)).document == longer
    texts = removed(texts, "terms")
    assert with_whole(document, "terms", fill(AllTerms, texts).part).terms == ()


def test_limits_of_the_law_are_chosen_by_their_name() -> None:
    document = a_document()
    texts = added(LegalCaps, texts_of(whole(document, "legal_caps")), "legal_caps", FIRST)
    blank = blanks_of(form_of(LegalCaps, texts, document, {}, Language.EN))["legal_caps.0.law"]
    assert set(blank.option_values) == set(laws())
    texts |= {"legal_caps.0.law": [blank.option_values[0]], "legal_caps.0.departments": ["grocery"]}
    changed = with_whole(document, "legal_caps", fill(LegalCaps, texts).part)
    assert [(cap.law, cap.departments) for cap in changed.legal_caps] == [
        (blank.option_values[0], ("grocery",))
    ]


def test_days_are_days() -> None:
    texts = added(Rule, begun(Rule, FIRST), "when.last_day", FIRST)
    texts |= {"name.fr": ["a"], "name.en": ["a"], "gift.fixed": ["3"], "when.last_day": ["2026-12-31"]}
    assert fill(Rule, texts, {"code": "a"}).part.when.last_day == date(2026, 12, 31)


def test_what_lies_loose_in_the_document_is_gathered_in_a_form_and_put_back() -> None:
    document = demo("le-cercle-v3.yaml")
    for name in loose():
        assert with_whole(document, name, whole(document, name)) == document
    texts = texts_of(whole(document, "general"))
    texts |= {"zone": ["Europe/Brussels"], "sale_currency.code": ["CHF"], "second_person_above": ["50"]}
    texts["has"].append("second_person_above")
    changed = with_whole(document, "general", fill(General, texts).part)
    assert (changed.zone, changed.sale_currency.code) == ("Europe/Brussels", "CHF")
    assert changed.second_person_above == Decimal(50)
    assert changed.rules == document.rules


def test_a_name_is_added_to_a_table_and_a_code_named_twice_is_told_at_its_blank() -> None:
    document = demo("le-cercle-v3.yaml")
    texts = added(Table, texts_of(whole(document, "labels.stores")), "words", FIRST)
    texts |= {"words.0.of": ["317"], "words.0.fr": ["Nantes"], "words.0.en": ["Nantes"]}
    table = fill(Table, texts).part
    assert with_whole(document, "labels.stores", table).labels.stores["317"].fr == "Nantes"
    texts = added(Table, texts, "words", FIRST)
    texts |= {"words.1.of": ["317"], "words.1.fr": ["Rezé"], "words.1.en": ["Rezé"]}
    assert list(written_twice(fill(Table, texts).part)) == ["words.1.of"]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (("zone",), "general"),
        (("name", "fr"), "general"),
        (("labels", "stores", "317", "fr"), "labels.stores"),
        (("closing", "last_day_to_use"), "closing"),
        (("terms", 0, "url"), "terms"),
        (("legal_caps", 0, "law"), "legal_caps"),
        (("rules", 3, "code"), None),
        ((), None),
    ],
)
def test_a_mistake_leads_to_the_form_in_which_its_place_is_asked(path: Path_, part: str | None) -> None:
    assert whole_at(path) == part
