"""Sentences: none is missing in either language, and none leaves a brace or an empty place."""

import dataclasses
import re
import string
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from types import ModuleType

import pytest
from msgspec import Struct, structs
from msgspec.structs import replace

from assidu.decisions.calendar import Period, RoundTo
from assidu.decisions.decision import (
    Account,
    Award,
    Decision,
    Posting,
    Reason,
    ReasonCode,
    RefusalCode,
    Refused,
    TierChange,
)
from assidu.decisions.events import LineKind
from assidu.decisions.facts import SaleInputs
from assidu.decisions.offers.given import NoteCause, OfferNote
from assidu.decisions.plan import CurrencyKind, Downgrade, ReturnPolicy, TierWindow, Trigger
from assidu.decisions.state import LotKey, Membership, State, TierCause, TierSpan
from assidu.demo.programme import plan_documents
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from assidu.plans.diff import NOT_COMPARED, diff
from assidu.plans.document import (
    Activity,
    Audience,
    Currency,
    Document,
    Exclusions,
    Labels,
    Level,
    Lines,
    Objective,
    Partner,
    Returns,
    Reward,
    Rule,
    SaleCurrency,
    Text,
    Tiers,
    Weekday,
    When,
    Window,
)
from assidu.plans.wording import (
    Language,
    changes,
    describe,
    description,
    figures,
    language_of,
    phrases,
    problems,
    reason,
    reasons,
    receipt,
    receipts,
    refusal,
    short_receipt,
    tier_cause,
)
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.offers import notes_said
from assidu.plans.wording.phrases import phrases_of
from builders.documents import BASE, a_document, a_programme, a_rule
from builders.draw_mistakes import a_prize, with_draw
from builders.offers import offers

CATALOGUES: tuple[ModuleType, ...] = (changes, description, phrases, problems, reasons, receipts)
LE_CERCLE = plan_documents(date(2026, 1, 4))[1]
EURO = SaleCurrency(code="EUR")


def sentences(module: ModuleType) -> list[tuple[str, Sentence]]:
    found: list[tuple[str, Sentence]] = []
    for name, value in vars(module).items():
        if isinstance(value, Sentence):
            found.append((name, value))
        elif isinstance(value, dict) and name.isupper():
            for key, part in value.items():
                found += [(f"{name}.{key}", one) for one in (part if isinstance(part, tuple) else (part,))]
    assert found, module
    return found


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("module", CATALOGUES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_both_languages_say_the_same_figures(module: ModuleType) -> None:
    for name, sentence in sentences(module):
        assert sentence.fr.strip(), name
        assert sentence.en.strip(), name
        # A word of grammar may be needed in one language alone; every figure is told in both.
        assert blanks(sentence.fr) == blanks(sentence.en), name


@pytest.mark.parametrize(
    ("codes", "catalogue"),
    [
        (ReasonCode, reasons.REASONS),
        (RefusalCode, reasons.REFUSALS),
        (TierCause, reasons.TIER_CAUSES),
        (Period, phrases.PERIODS),
        (Period, phrases.OF_PERIODS),
        (Weekday, phrases.DAYS),
        (RoundTo, phrases.ROUNDED),
        (TierWindow, phrases.WINDOWS),
        (Downgrade, phrases.DOWNGRADES),
        (ReturnPolicy, phrases.RETURN_POLICIES),
        (Trigger, phrases.TRIGGERS),
        (CurrencyKind, phrases.CURRENCY_KINDS),
        (LineKind, phrases.KINDS),
    ],
)
def test_every_code_has_its_sentence(codes: type[Enum], catalogue: Mapping[object, Sentence]) -> None:
    assert set(catalogue) == set(codes)


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (1, "this calendar month"),
        (2, "2 calendar months (this one and the one before it)"),
        (12, "12 calendar months (this one and the 11 before it)"),
    ],
)
def test_rolling_months_are_said_to_be_calendar_months(months: int, said: str) -> None:
    window = Window(kind=TierWindow.ROLLING_MONTHS, months=months)
    assert phrases_of(a_document(BASE), Language.EN).window(window) == said


def test_every_field_that_may_change_has_its_words() -> None:
    wanted = set()
    for part, kind, but in (
        ("document", Document, NOT_COMPARED),
        ("objectives", Objective, {"code"}),
        ("activities", Activity, {"code"}),
        ("audiences", Audience, {"code"}),
        ("partners", Partner, {"code"}),
        ("currencies", Currency, {"code"}),
        ("rules", Rule, {"code"}),
        ("rewards", Reward, {"code"}),
        ("levels", Level, {"code"}),
        ("tiers", Tiers, {"levels"}),
    ):
        inner: dict[str, type[Struct]] = {
            "exclusions": Exclusions,
            "returns": Returns,
            "labels": Labels,
            "when": When,
            "lines": Lines,
        }
        parts: type[Struct] = kind
        for field in structs.fields(parts):
            if field.name in inner:
                wanted |= {f"{part}.{field.name}.{one.name}" for one in structs.fields(inner[field.name])}
            elif field.name not in but:
                wanted.add(f"{part}.{field.name}")
    assert set(changes.FIELDS) == wanted
    assert set(changes.ADDED) == set(changes.REMOVED)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_is_a_sentence_for_every_rule(code: ReasonCode, language: Language) -> None:
    given = {
        "given": 4,
        "wished": 9,
        "basis_minor": 12345,
        "missing_minor": 1,
        "limit": 3,
        "used": 3,
        "limit_minor": 99,
    }
    for rule in (*(rule.code for rule in LE_CERCLE.rules), "gone"):
        said = reason(Reason(rule, code, given), LE_CERCLE, language)
        assert said
        assert "{" not in said
        assert reason(Reason(rule, code), LE_CERCLE, language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_is_a_sentence(code: RefusalCode, language: Language) -> None:
    for subject in ("points", "voucher-5", "nowhere", ""):
        said = refusal(Refused(code, {"asked": 700, "available": 12}, subject), LE_CERCLE, language)
        assert said.endswith(".")
        assert "{" not in said


def test_a_refusal_tells_the_figures() -> None:
    asked = Refused(RefusalCode.INSUFFICIENT_BALANCE, {"asked": 1500, "available": 1}, "points")
    assert refusal(asked, LE_CERCLE, Language.FR) == (
        "Le solde ne suffit pas\u00a0: il faut 1\u202f500, il y a 1 point."
    )
    too_much = Refused(RefusalCode.RETURN_EXCEEDS_SALE, {"line": 2, "asked_minor": 500, "left_minor": 250})
    assert refusal(too_much, LE_CERCLE, Language.EN) == (
        "The return asked for (€5.00) goes beyond what is left (€2.50) of line 2."
    )


@pytest.mark.parametrize("language", Language)
def test_every_cause_of_a_status_is_told(language: Language) -> None:
    for cause in TierCause:
        assert tier_cause(cause, "gold", LE_CERCLE, language)


@pytest.mark.parametrize(
    ("figure", "french", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1234567, "1\u202f234\u202f567", "1,234,567"),
        (-1234, "−1\u202f234", "−1,234"),
    ],
)
def test_numbers_are_grouped_as_each_language_does(figure: int, french: str, english: str) -> None:
    assert figures.number(figure, Language.FR) == french
    assert figures.number(figure, Language.EN) == english


def test_amounts_and_days_are_written_as_each_language_does() -> None:
    assert figures.money(13050, EURO, Language.FR) == "130,50\u00a0€"
    assert figures.money(123_456_789, EURO, Language.EN) == "€1,234,567.89"
    assert figures.money(-5, EURO, Language.FR) == "−0,05\u00a0€"
    assert figures.money(5000, EURO, Language.FR, is_short=True) == "50\u00a0€"
    assert figures.money(500, SaleCurrency(code="JPY", decimals=0), Language.EN) == "¥500"
    assert figures.amount(Decimal("0.07"), EURO, Language.FR) == "0,07\u00a0€"
    assert figures.day(date(2026, 6, 1), Language.FR) == "1er juin 2026"
    assert figures.day(date(2026, 6, 11), Language.FR) == "11 juin 2026"
    assert figures.day(date(2026, 6, 1), Language.EN) == "1 June 2026"
    assert figures.short_day(date(2026, 9, 1), Language.FR) == "1er sept. 2026"
    assert figures.short_day(date(2026, 9, 14), Language.EN) == "14 Sept 2026", (
        "the day before the month, as above"
    )


def test_prizes_are_named_as_they_are_and_counted_beside() -> None:
    gives = "{currency: points, units: 500}"
    document = examine(with_draw(prizes=a_prize(gives, 10) + a_prize(gives))).document
    assert document is not None
    for language, said in (
        (Language.EN, "to win: 10 times “a prize” (500 points each) and “a prize” (500 points)"),
        (Language.FR, "à gagner : 10 fois « un lot » (500 points à chaque fois) et « un lot » (500 points)"),
    ):
        [told] = [
            line.sentence
            for part in describe(document, language).sections
            for line in part.lines
            if line.code == "summer"
        ]
        assert said in told.replace("\u00a0", " ")


def test_units_agree_with_their_number() -> None:
    points = LE_CERCLE.currency("points")
    assert [figures.quantity(n, points, Language.FR) for n in (0, 1, 2)] == ["0 point", "1 point", "2 points"]
    assert [figures.quantity(n, points, Language.EN) for n in (0, 1, 2)] == [
        "0 points",
        "1 point",
        "2 points",
    ]
    words = Text(fr="euros", en="euros")
    purse = Currency(
        code="purse", kind=CurrencyKind.MONEY, decimals=2, name=words, singular=Text(fr="euro", en="euro")
    )
    assert figures.quantity(199, purse, Language.FR) == "1,99 euro"
    assert figures.quantity(100, purse, Language.EN) == "1.00 euro"
    assert figures.quantity(3, None, Language.EN) == "3"


def test_any_tag_leads_to_one_of_the_languages() -> None:
    assert [language_of(tag) for tag in ("fr-BE", "en_GB", "EN", "de", "", None)] == [
        Language.FR,
        Language.EN,
        Language.EN,
        Language.FR,
        Language.FR,
        Language.FR,
    ]


def test_a_limit_names_whose_it_is_once_and_a_long_list_says_how_much_is_left_out() -> None:
    told = str(describe(plan_documents(date(2026, 1, 4))[-1], Language.EN))
    assert "Who brings others is rewarded at most 5 times a year." in told
    assert "Deli and 3 more, together with" in told


def test_a_programme_is_described_rule_by_rule() -> None:
    described = describe(LE_CERCLE, Language.FR)
    said = {line.code: line.sentence for section in described.sections for line in section.lines}
    assert said["double-produce"].replace("\u00a0", " ") == (
        "« Fruits et légumes doublés » porte à 200 % les points de « 1 point par euro » dans le rayon Fruits et "
        "légumes, pour le statut Or ; au plus 300 points par client et par mois."
    )
    english = {
        line.code: line.sentence for part in describe(LE_CERCLE, Language.EN).sections for line in part.lines
    }
    assert english["first-ten"] == (
        "“First ten of the day” gives 100 points from €40 spent; for the first 10 tickets of the day over all stores; "
        "once a month for each customer; valid for 3 months, then until the end of the month."
    )
    assert [section.code for section in described.sections] == [
        "rules",
        "exclusions",
        "rewards",
        "tiers",
        "currencies",
        "returns",
        "forgotten_tickets",
    ]


def test_other_moneys_are_described_and_a_new_one_is_told() -> None:
    francs = a_document(sale_currency="{code: EUR, foreign: [{code: CHF}], rate_days_at_most: 3}")
    said = {section.code: section.lines for section in describe(francs, Language.FR).sections}
    assert said["sale_currency"][0].sentence == (
        "Un ticket peut aussi être payé en francs suisses (CHF)\u00a0; il est converti une fois pour toutes, à son "
        "propre cours ou à celui de son jour, à défaut au dernier connu s'il a 3 jours au plus."
    )
    [found] = diff(a_document(), francs)
    assert changes.change(found, a_document(), francs, Language.EN) == (
        "The programme: currency of the tickets, EUR (2), or CHF (2) at a rate of at most 3 days (before: EUR (2))."
    )


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["when: {days: [sunday, monday]}"], "“extra” gives 2 points on Mondays and Sundays."),
        (["when: {first_day: 2026-03-01}"], "“extra” gives 2 points from 1 March 2026 on."),
        (["when: {last_day: 2026-03-01}"], "“extra” gives 2 points until 1 March 2026."),
        (["when: {first_day: 2026-03-01, last_day: 2026-03-01}"], "“extra” gives 2 points on 1 March 2026."),
        (
            ["when: {amount_at_least: 5, amount_at_most: 9.50}"],
            "“extra” gives 2 points between €5 and €9.50 spent.",
        ),
        (["when: {amount_at_most: 9.50}"], "“extra” gives 2 points up to €9.50 spent."),
        (["when: {stores: [a, b, c, d, e, f, g, h, i]}"], "“extra” gives 2 points in 9 stores."),
        (
            ["lines: {brands: [x, y], products: ['1']}"],
            "“extra” gives 2 points on product 1, for the brands x and y.",
        ),
        (["cap: {units: 9, per: ever}"], "“extra” gives 2 points; at most 9 points per customer in all."),
        (["times: {limit: 2, per: ever}"], "“extra” gives 2 points; at most 2 times for each customer."),
        (
            ["quota: {first: 1, per: month}"],
            "“extra” gives 2 points; for the first ticket of the month over all stores.",
        ),
        (
            ["quota: {first: 5, per: year, over: store}"],
            "“extra” gives 2 points; for the first 5 tickets of the year in each store.",
        ),
        (["budget: {units: 100}"], "“extra” gives 2 points; a budget of 100 points in all."),
        (
            ["budget: {amount: 5.00, per: month, over: store, clip: false}"],
            "“extra” gives 2 points; a budget of €5 per month in each store, nothing where not enough is left.",
        ),
        (["expires: {years: 1}"], "“extra” gives 2 points; valid for 1 year."),
    ],
)
def test_each_part_of_a_rule_is_told(parts: list[str], sentence: str) -> None:
    document = a_document(BASE, a_rule("{fixed: 2}", *parts))
    said = describe(document, Language.EN).sections[0].lines[1].sentence
    assert said == sentence


def a_ticket(
    *awards: Award, used: int = 0, tier: TierChange | None = None, is_member: bool = True
) -> Decision:
    lot = LotKey("points", date(2026, 3, 1), None)
    postings = [Posting(Account.AVAILABLE, Account.USED, "points", used, lot)] if used else []
    total = sum(award.quantity for award in awards)
    if total:
        postings.append(Posting(Account.ISSUED, Account.AVAILABLE, "points", total, lot))
    inputs = SaleInputs(date(2026, 3, 2), is_member, "bronze", False)
    return Decision(1, tuple(postings), awards, tier=tier, inputs=inputs)


def a_wallet(points: int, spent_minor: int = 0) -> State:
    return State(
        2,
        Membership.MEMBER,
        date(2026, 1, 1),
        tiers=(TierSpan(date(2026, 1, 1), "silver"),),
        counters={"spend:2026-03": spent_minor},
        lots={LotKey("points", date(2026, 3, 1), None): points},
    )


def test_a_receipt_says_gain_balance_and_what_is_missing() -> None:
    plan = compile_plan(LE_CERCLE)
    decision = a_ticket(Award("base", "points", 8), Award("double-produce", "points", 4))
    state = a_wallet(512, 300_000 - 13_050)
    assert receipt(decision, state, plan, LE_CERCLE, Language.FR).replace("\u00a0", " ") == (
        "Vous gagnez 12 points (8 pour vos achats et 4 de Fruits et légumes doublés). Solde : 512 points. "
        "Encore 130,50 € d'achats pour le statut Or."
    )
    assert receipt(decision, state, plan, LE_CERCLE, Language.EN) == (
        "You earn 12 points (8 for what you bought and 4 from Double produce). Balance: 512 points. "
        "€130.50 more to spend for Gold status."
    )


def test_the_parts_of_a_receipt_add_up_to_what_was_earned() -> None:
    """Offers are among them, and what is not named is told as others'; a total that debts took from stands alone."""
    club = a_document(BASE, more=offers("basket: effect: {points: {currency: points, units: 50}}"))
    gave = [Award("base", "points", 8), Award("basket", "points", 50)]
    gave += [Award(f"gone-{n}", "points", n) for n in (1, 2, 30, 40, 60)]
    said = receipt(a_ticket(*gave), a_wallet(512), compile_plan(club), club, Language.EN)
    assert said.startswith(
        "You earn 191 points (8 for what you bought, 50 from basket, 30 from gone-30, 40 from gone-40, "
        "60 from gone-60 and 3 from others)."
    )
    less = dataclasses.replace(a_ticket(*gave), postings=a_ticket(Award("base", "points", 100)).postings)
    assert receipt(less, a_wallet(512), compile_plan(club), club, Language.EN).startswith(
        "You earn 100 points. "
    )


def test_a_receipt_counts_out_only_what_there_is() -> None:
    """No « 0 sac en coton »; that no points are left is said of those that this ticket used."""
    more = [
        "  - {code: bag, kind: good, name: {fr: sacs, en: bags}}",
        "  - {code: cash, kind: money, decimals: 2, name: {fr: € de cagnotte, en: € in cash}}",
    ]
    club = a_document(BASE, currencies="\n".join(more) + "\n")
    plan = compile_plan(club)
    empty, decision = a_wallet(0), a_ticket(used=10)
    assert "Balance: 0 points." in receipt(decision, empty, plan, club, Language.EN)
    held = dataclasses.replace(empty, lots={LotKey("bag", date(2026, 3, 1), None): 2})
    assert "Balance: 2 bags." in receipt(a_ticket(), held, plan, club, Language.EN)
    assert "Balance: 0 points." in receipt(a_ticket(), empty, plan, club, Language.EN)


def test_a_receipt_of_who_is_no_member_says_so() -> None:
    plan = compile_plan(LE_CERCLE)
    decision = a_ticket(is_member=False)
    assert (
        receipt(decision, State(), plan, LE_CERCLE, Language.EN)
        == "A card that Le Cercle does not know, or not a member yet: this ticket earns nothing."
    )
    left = State(membership=Membership.LEFT, joined_on=date(2025, 1, 1), left_on=date(2025, 2, 1))
    said = receipt(decision, left, plan, LE_CERCLE, Language.EN)
    assert said == "Not a member of Le Cercle on that day: this ticket earns nothing."
    assert short_receipt(decision, State(), LE_CERCLE, Language.FR) == "Merci de votre visite"


@pytest.mark.parametrize(
    ("figures_found", "french", "english"),
    [
        ({"given": 100}, "100 points à partir de 150 € d'achats", "100 points from €150 spent on"),
        ({"given": 60}, "60 points à partir de 100 € d'achats", "60 points from €100 spent on"),
        (
            {"given": 40, "wished": 100},
            "à partir de 150 € d'achats (au lieu de",
            "from €150 spent on (instead",
        ),
    ],
)
def test_the_step_that_was_reached_is_named(figures_found: dict[str, int], french: str, english: str) -> None:
    found = Reason("full-basket", ReasonCode.APPLIED, figures_found)
    for language, wanted in ((Language.FR, french), (Language.EN, english)):
        said = reason(found, LE_CERCLE, language).replace("\xa0", " ").replace("\u202f", " ")
        assert wanted in said


def test_a_new_status_is_celebrated_and_a_lower_one_told() -> None:
    plan = compile_plan(LE_CERCLE)
    for cause, words in ((TierCause.REACHED, "passez au statut Or"), (TierCause.LOWERED, "désormais Or")):
        decision = a_ticket(tier=TierChange("gold", date(2026, 3, 2), None, cause))
        assert words in receipt(decision, a_wallet(0), plan, LE_CERCLE, Language.FR)


def test_what_a_till_of_the_past_did_not_take_off_is_told_once_with_the_reason() -> None:
    words = phrases_of(a_document(BASE, more=offers("a: effect: {amount: 5.00}")), Language.EN)
    missed = [OfferNote("a", NoteCause.NOT_GIVEN, 0, 500), OfferNote("b", NoteCause.NOT_GIVEN, 0, 90)]
    notes = [*missed, OfferNote("c", NoteCause.MORE_THAN_DUE, 200, 100)]
    said = list(notes_said(notes, words, is_past=True))
    assert said[0] == "c: €2.00 off instead of €1.00."
    assert said[1].startswith("A ticket of the past")
    assert "“a” (€5.00) and b (€0.90)" in said[1]
    assert len(said) == 2
    assert "the till did not take it off" in next(notes_said(missed, words, is_past=False))


def test_what_is_taken_back_given_back_and_expired_is_told() -> None:
    plan = compile_plan(LE_CERCLE)
    lot = LotKey("points", date(2026, 3, 1), None)
    for source, target, words in (
        (Account.AVAILABLE, Account.ISSUED, "Retour\u00a0: 2 points en moins."),
        (Account.USED, Account.AVAILABLE, "2 points vous sont rendus."),
        (Account.AVAILABLE, Account.BREAKAGE, "2 points ont expiré."),
    ):
        decision = Decision(1, (Posting(source, target, "points", 2, lot),))
        assert (
            receipt(decision, a_wallet(5), plan, LE_CERCLE, Language.FR) == f"{words} Solde\u00a0: 5 points."
        )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", [1, 999, 1_000_000, 999_999_999_999, 10**30])
def test_the_display_of_a_till_is_never_too_small(size: int, language: Language) -> None:
    words = Text(fr="points de fidélité du Cercle", en="points of the loyalty circle")
    named = replace(LE_CERCLE.currencies[0], name=words, singular=None)
    for document in (LE_CERCLE, replace(LE_CERCLE, currencies=(named, *LE_CERCLE.currencies[1:]))):
        for decision in (
            a_ticket(),
            a_ticket(Award("base", "points", size)),
            a_ticket(used=size),
            a_ticket(Award("base", "points", size), used=size),
        ):
            shown = short_receipt(decision, a_wallet(size), document, language)
            assert 0 < len(shown) <= receipts.SHORT_MAX
            assert "\u00a0" not in shown
            assert "\u202f" not in shown


def test_a_language_kept_as_text_speaks_the_same() -> None:
    """A profile keeps `fr`, not an object."""
    kept: Language = "fr"  # type: ignore[assignment]
    assert describe(LE_CERCLE, kept) == describe(LE_CERCLE, Language.FR)
    assert figures.money(13050, EURO, kept) == figures.money(13050, EURO, Language.FR)


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (
            "{measure: purchases, at_least: 1, per: week, in_a_row: 4}",
            "dès le premier achat dans la semaine, 4 fois de suite",
        ),
        ("{measure: departments, at_least: 3, per: month}", "dès 3 rayons différents dans le mois"),
        ("{measure: spend, amount_at_least: 50.00, per: ever}", "dès 50\u00a0€ d'achats cumulés en tout"),
    ],
)
def test_a_goal_is_said_with_its_number_and_its_period(goal: str, said: str) -> None:
    document = a_document(BASE, a_rule("{fixed: 10}", f"goal: {goal}"))
    assert said in describe(document, Language.FR).sections[0].lines[1].sentence
    if "in_a_row" in goal:
        english = describe(document, Language.EN).sections[0].lines[1].sentence
        assert "from the first purchase on in a week, 4 weeks in a row" in english


@pytest.mark.parametrize(
    ("parts", "code", "figures_found", "french", "english"),
    [
        (
            ["goal: {measure: departments, at_least: 12, per: year}"],
            ReasonCode.GOAL_NOT_REACHED,
            {"done": 8, "target": 12},
            "rayons différents : 8 sur 12 dans l'année",
            "different departments: 8 of 12 in the year",
        ),
        (
            ["goal: {measure: purchases, at_least: 1, per: week, in_a_row: 4}"],
            ReasonCode.GOAL_NOT_REACHED,
            {"done": 5, "target": 1, "in_a_row": 2},
            "semaine 2 d'une série de 4 sans interruption",
            "week 2 of a run of 4",
        ),
        (
            ["goal: {measure: departments, at_least: 12, per: year}"],
            ReasonCode.GOAL_ALREADY_REACHED,
            {},
            "déjà obtenu cette année-là",
            "already given in that year",
        ),
        (
            ["times: {limit: 1, per: ever}"],
            ReasonCode.TIMES_REACHED,
            {"limit": 1, "used": 1},
            "déjà obtenu une fois, le maximum",
            "already given once, the most there is",
        ),
    ],
)
def test_a_goal_says_how_far_it_is_and_a_limit_since_when(
    parts: list[str], code: ReasonCode, figures_found: dict[str, int], french: str, english: str
) -> None:
    document = a_document(BASE, a_rule("{fixed: 10}", *parts))
    for language, wanted in ((Language.FR, french), (Language.EN, english)):
        said = reason(Reason("extra", code, figures_found), document, language)
        assert said.replace("\xa0", " ").endswith(f": {wanted}")


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("{months: 6, extended_by: [sale, visit]}", "6 months, extended by a purchase and a visit"),
        (
            "{months: 12, counted_from: last_activity, extended_by: [visit]}",
            "12 months after the last activity that counts (a visit)",
        ),
    ],
)
def test_what_keeps_points_alive_is_told(expires: str, said: str) -> None:
    text = a_programme(BASE).replace("    pays: true\n", f"    expires: {expires}\n    pays: true\n", 1)
    document = examine(text).document
    assert document is not None
    lines = [line.sentence for part in describe(document, Language.EN).sections for line in part.lines]
    assert any(said in line for line in lines)


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ("usable", "usable after the event “a visit”, at the latest after 30 days"),
        ("lost", "usable after the event “a visit”, lost where it has not come after 30 days"),
    ],
)
def test_what_units_wait_for_is_told(otherwise: str, said: str) -> None:
    waits = f"{{until_event: visit, days: 30, otherwise: {otherwise}, expires_from_earning: true}}"
    text = a_programme(BASE).replace("    pays: true\n", f"    pending: {waits}\n    pays: true\n", 1)
    document = examine(text).document
    assert document is not None
    lines = [line.sentence for part in describe(document, Language.EN).sections for line in part.lines]
    assert any(said in line for line in lines)


@pytest.mark.parametrize(
    ("language", "staff", "members"),
    [
        (Language.FR, "aux dépensiers", "certains membres"),
        (Language.EN, "big spenders", "some members"),
    ],
)
def test_what_a_brand_calls_its_audiences_is_told_to_staff_and_not_to_members(
    language: Language, staff: str, members: str
) -> None:
    document = a_document(
        BASE,
        a_rule("{fixed: 10}", "when: {audiences: [spenders]}"),
        more="audiences:\n  - code: spenders\n    name: {fr: aux dépensiers, en: big spenders}\n"
        "    answered: {question: purse, answers: [full, fuller]}\n",
    )
    [fills] = [part for part in describe(document, language).sections if part.code == "audiences"]
    assert {Language.FR: "full ou fuller", Language.EN: "full or fuller"}[language] in fills.lines[0].sentence
    assert all(part.code != "audiences" for part in describe(document, language, for_members=True).sections)
    found = Reason("extra", ReasonCode.NOT_IN_AUDIENCE)
    for for_members, wanted, never in ((False, staff, members), (True, members, staff)):
        described = describe(document, language, for_members=for_members)
        [rule] = [line.sentence for part in described.sections for line in part.lines if line.code == "extra"]
        for said in (rule, reason(found, document, language, for_members=for_members)):
            assert wanted in said
            assert never not in said


def test_the_same_worth_written_otherwise_is_no_change() -> None:
    text = "  - {{code: cents, kind: money, name: {{fr: c, en: c}}, pays: true, worth: {worth}}}\n"
    before, after, dearer = (
        a_document(currencies=text.format(worth=worth))
        for worth in ("{amount: 0.01}", "{units: 100, amount: 1.00}", "{units: 100, amount: 1.01}")
    )
    assert diff(before, after) == ()
    assert [one.field for one in diff(before, dearer)] == ["worth"]


def test_a_group_is_told_by_its_offers_and_once_is_not_one_times() -> None:
    document = a_document(
        more=offers(
            "small: effect: {amount: 1.00}|group: baskets",
            "large: effect: {buy: {buy: 2, get: 1, times: 1}}|group: baskets",
            stacking="stacking: {groups: [{code: baskets, at_most: 1}]}\n",
        )
    )
    for language, group, once in (
        (Language.EN, "Of “small” and “large”: at most 1 per ticket.", "at most once per ticket"),
        (Language.FR, "Parmi « small » et « large » : au plus 1 par ticket.", "une fois au plus par ticket"),
    ):
        told = re.sub(r"\s", " ", str(describe(document, language)))
        told = told.replace("\\xa0", " ").replace("\\u202f", " ")
        assert group in told
        assert once in told
        assert "baskets" not in told
