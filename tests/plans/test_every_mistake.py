"""Every mistake that can be told is made here once, and must be told at its line, marked `# here`."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

import assidu.plans
from assidu.plans.check import SELECTED_ALL_MAX, Examination, check, examine
from assidu.plans.document import Gift, Lines, PerAmount
from assidu.plans.problems import Mark
from assidu.plans.reading import read
from assidu.plans.reading.nodes import BYTES_MAX, DEPTH_MAX, NODES_MAX
from assidu.plans.wording import Language, placed_problem
from assidu.plans.wording.problems import NEVER, PROBLEMS
from assidu.plans.writing import to_json
from builders import draw_mistakes, life_mistakes, offer_mistakes
from builders.documents import BASE, HEAD, a_document, a_programme, a_rule

GOLD_ONLY = "when: {tiers: [gold]}"


def swapped(old: str, new: str) -> str:
    """The smallest programme with one piece replaced."""
    text = a_programme()
    assert old in text
    return text.replace(old, new, 1)


def with_rule(*parts: str, gift: str = "{fixed: 10}") -> str:
    return a_programme(BASE, a_rule(gift, *parts))


def with_points(part: str, *of_rule: str) -> str:
    """The points say more, and so may the rule that gives them."""
    text = a_programme(BASE, a_rule("{fixed: 10}", *of_rule))
    return text.replace("    worth: {units: 100", f"    {part}\n    worth: {{units: 100", 1)


NOT_A_TREE = {
    "empty": "",
    "not_yaml": "format: [1, 2\nname: }  # here\n",
    "tab": "rules:\n\t- code: base  # here\n",
    "bad_character": "format: 1\nname: \x07  # here\n",
    "several_documents": "format: 1\n--- # here\nformat: 1\n",
    "alias": "name: &n {fr: a, en: b}\nzone: *n  # here\n",
    "tag": "format: 1\nname: !!python/object:os.system {}  # here\n",
    "key_not_text": "format: 1\n[a, b]: 1  # here\n",
    "not_json": '{"format": 1,\n "name" 2}  # here',
    "too_deep": "format: 1\na: " + "[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1) + "  # here\n",
    "too_many_parts": '{"format": 1,\n"a": [' + "1," * NODES_MAX + "1]}  # here\n",
}

WRONG_TYPES = {
    "unknown_name_close": swapped("tiers:\n", "tierss:  # here\n"),
    "unknown_name": swapped("zone:", "colour: blue  # here\nzone:"),
    "missing": swapped("    gift: {per_amount: {give: 1, each: 1.00}}\n", "").replace(
        "code: base", "code: base  # here"
    ),
    "twice": swapped("zone:", "programme: other  # here\nzone:"),
    "not_named_parts": swapped("name: {fr: Le Club, en: The Club}", "name: Le Club  # here"),
    "not_named_values": a_programme(more="labels: {brands: [a]}  # here\n"),
    "not_one_value": swapped("Europe/Paris", "[Europe/Paris]  # here"),
    "not_a_list": with_rule("when: {tiers: gold}  # here"),
    "too_many": with_rule(
        "when: {days: [monday, monday, monday, monday, monday, monday, monday, monday]}  # here"
    ),
    "too_few": swapped("rules:", "rewards: []\nrules:").replace(
        HEAD[HEAD.index("currencies:") :], "currencies: []  # here\n"
    ),
    "unknown_choice_close": swapped("kind: points", "kind: point  # here"),
    "unknown_choice": swapped("kind: points", "kind: stars-and-stripes  # here"),
    "not_text": swapped("Europe/Paris", "~  # here"),
    "unprintable": swapped("fr: Le Club", '"fr": "Le\\u0001Club"').replace("The Club}", "The Club}  # here"),
    "too_long": swapped("programme: club", f"programme: {'c' * 41}  # here"),
    "bad_code": swapped("programme: club", "programme: Le Club  # here"),
    "bad_money_code": swapped("code: EUR}", "code: euro}  # here"),
    "not_whole": with_rule(gift="{fixed: 1.5}  # here"),
    "too_small": with_rule(gift="{fixed: 0}  # here"),
    "too_large": swapped("format: 1", "format: 2  # here"),
    "not_true_or_false": swapped("pays: true", "pays: yes  # here"),
    "not_a_day": swapped("2026-01-01", "2026-02-30  # here"),
    "not_an_amount": swapped("amount: 1.00}", "amount: 1e2}  # here"),
    "amount_too_large": swapped("amount: 1.00}", "amount: 999999999}  # here"),
}


def with_activity(*parts: str, gift: str = "{fixed: 10}") -> str:
    return with_rule("trigger: activity", *parts, gift=gift)


def with_badge(parts: str = "", gift: str = "{fixed: 1}", rule: str = "") -> str:
    """A programme with a badge, given by a rule."""
    badge = f"  - {{code: star, kind: badge, name: {{fr: a, en: a}}{parts}}}"
    mark = "  # here" if parts else ""
    text = with_rule(*([rule] if rule else []), gift=gift).replace("rules:", f"{badge}{mark}\nrules:", 1)
    head, _, tail = text.rpartition("currency: points")
    return f"{head}currency: star{tail}"


GOOD_LINE = "  - {code: bag, kind: good, name: {fr: a, en: a}}\n"


def a_bag(parts: str, mark: str = "  # here") -> str:
    """A reward that gives a good."""
    given = "costs: {currency: points, units: 5}, gives: {currency: bag}"
    return f"rewards:\n  - {{code: bag, name: {{fr: a, en: a}}, {given}, {parts}}}{mark}\n"


def with_good(parts: str, more: str = "", kind: str = "good") -> str:
    """A programme with a reward that gives a good, whose currency says ``parts``."""
    line = (
        f"  - {{code: bag, kind: {kind}, name: {{fr: a, en: a}}, worth: {{amount: 1.00}}, {parts}}}  # here\n"
    )
    return a_programme(more=a_bag("stock: 5", "") + more).replace("rules:", line + "rules:", 1)


BASE_ITEM = a_programme().partition("rules:\n")[2].partition("tiers:")[0]
STARS_ITEM = BASE_ITEM.replace("code: base", "code: stars").replace("currency: points", "currency: stars")

WITHOUT_SENSE = {
    **offer_mistakes.WITHOUT_SENSE,
    **life_mistakes.WITHOUT_SENSE,
    **draw_mistakes.WITHOUT_SENSE,
    "money_not_foreign": a_programme(
        sale_currency="{code: EUR, foreign: [{code: CHF}, {code: EUR}]}  # here"
    ),
    "levels_two_currencies": a_programme(
        tiers="""tiers:
  levels:
    - {code: a, name: {fr: a, en: a}}
    - {code: b, name: {fr: b, en: b}, units_at_least: {currency: points, units: 5}}
    - {code: c, name: {fr: c, en: c}, units_at_least: {currency: stars, units: 9}}  # here
  keep: {months: 12}
""",
    )
    .replace(
        "rules:",
        "  - {code: stars, kind: points, name: {fr: a, en: a}, pays: true, worth: {amount: 1.00}}\nrules:",
    )
    .replace(BASE_ITEM, BASE_ITEM + STARS_ITEM),
    "unknown_partner_close": with_good(
        "partner: tailo", "partners:\n  - {code: tailor, name: {fr: a, en: a}}\n"
    ),
    "unknown_partner": with_good("partner: tailor"),
    "partner_not_of_a_good": with_good(
        "partner: tailor", "partners:\n  - {code: tailor, name: {fr: a, en: a}}\n", kind="voucher, pays: true"
    ),
    "settles_without_partner": with_good("settles: 3.50"),
    "good_pays": with_good("pays: true"),
    "reward_cannot": a_programme(more=a_bag("when: {days: [monday]}")).replace(
        "rules:", GOOD_LINE + "rules:", 1
    ),
    "stock_and_sessions": a_programme(
        more=a_bag("stock: 5, sessions: [{code: may, on: 2026-05-04, places: 2, name: {fr: a, en: a}}]")
    ).replace("rules:", GOOD_LINE + "rules:", 1),
    "badge_pays": with_badge(", pays: true, worth: {amount: 1.00}"),
    "budget_without_worth": with_badge(rule="budget: {amount: 5.00}  # here"),
    "badge_not_one": with_badge(gift="{fixed: 2}  # here"),
    "activity_known": a_programme(more="activities:\n  - {code: visit, name: {fr: a, en: a}}  # here\n"),
    "profile_without_activity": with_activity("activity: visit", "profile: [email]  # here"),
    "activity_missing": with_activity().replace("code: extra", "code: extra  # here"),
    "activity_without_trigger": with_rule("activity: visit  # here"),
    "activity_not_fixed": with_activity(
        "activity: visit", gift="{per_amount: {give: 1, each: 1.00}}  # here"
    ),
    "activity_cannot": with_activity("activity: visit", "cap_per_sale: 10  # here"),
    "unknown_activity_close": with_activity("activity: visite  # here"),
    "unknown_activity": with_activity("activity: knitting  # here"),
    "unknown_audience_close": a_programme(
        BASE,
        a_rule("{fixed: 10}", "when: {audiences: [studens]}  # here"),
        more="audiences:\n  - {code: students, name: {fr: a, en: a}}\n",
    ),
    "unknown_audience": with_rule("when: {audiences: [students]}  # here"),
    "unknown_objective_close": a_programme(
        BASE,
        a_rule("{fixed: 10}", "serves: win-bac  # here"),
        more="objectives:\n  - {code: win-back, name: {fr: a, en: a}}\n",
    ),
    "unknown_objective": with_rule("serves: win-back  # here"),
    "no_engagement": with_rule("when: {engagement_at_least: 10}  # here"),
    "hours_empty": with_rule('when: {hours: {first: "08:00", until: "08:00"}}  # here'),
    "bad_hour": with_rule('when: {hours: {first: "8h", until: "10:00"}}  # here'),
    "goal_target": with_rule("goal: {measure: spend, at_least: 3, per: month}  # here"),
    "goal_not_fixed": with_rule(
        "goal: {measure: purchases, at_least: 3, per: month}  # here",
        gift="{per_amount: {give: 1, each: 1.00}}",
    ),
    "goal_ever_in_a_row": with_rule(
        "goal: {measure: purchases, at_least: 3, per: ever, in_a_row: 2}  # here"
    ),
    "goal_of_activity": with_activity(
        "activity: visit", "goal: {measure: purchases, at_least: 3, per: month}  # here"
    ),
    "goal_of_sale": with_rule("goal: {measure: times, at_least: 3, per: month}  # here"),
    "zone_unknown": swapped("Europe/Paris", "Europe/Paname  # here"),
    "amount_zero": swapped("amount: 1.00}", "amount: 0.00}  # here"),
    "too_many_decimals": swapped("amount: 1.00}", "amount: 1.005}  # here"),
    "duration_count": with_rule("expires: {days: 3, months: 1}  # here"),
    "each_year_alone": with_points("expires: {each_year: 01-31, counted_from: last_earning}  # here"),
    "extended_from_earning": with_points(
        "expires: {months: 6, counted_from: last_purchase, extended_by_purchases: true}  # here"
    ),
    "extended_by_nothing": with_points("expires: {months: 6, counted_from: last_activity}  # here"),
    "extended_twice": with_points(
        "expires: {months: 6, extended_by: [visit], extended_by_purchases: true}  # here"
    ),
    "expires_with_balance": with_points(
        "expires: {months: 6, counted_from: last_purchase}", "expires: {days: 3}  # here"
    ),
    "pending_count": with_points("pending: {days: 3, weeks: 1}  # here"),
    "pending_event_end": with_points(
        "pending: {until_event: visit, days: 30, expires_from_earning: true}  # here"
    ),
    "pending_event_validity": with_points("pending: {until_event: visit, days: 30, otherwise: lost}  # here"),
    "pending_event_of_rule": with_rule(
        "pending: {until_event: visit, days: 3, otherwise: lost, expires_from_earning: true}  # here"
    ),
    "pending_beyond_expiry": with_points(
        "expires: {days: 3}", "pending: {days: 4, expires_from_earning: true}  # here"
    ),
    "code_twice": a_programme(BASE, BASE.replace("code: base", "code: base  # here")),
    "voucher_without_worth": HEAD
    + "  - {code: gift, kind: voucher, pays: true, name: {fr: bon, en: voucher}}  # here\n"
    + "rewards:\n  - {code: gift, name: {fr: bon, en: voucher}, costs: {currency: points, units: 5},"
    + " gives: {currency: gift}}\n"
    + "rules:\n  - {code: a, name: {fr: a, en: a}, currency: points, gift: {fixed: 1}}\n"
    + "  - {code: b, name: {fr: a, en: a}, currency: points, gift: {fixed: 1}}\n",
    "pays_without_worth": swapped("    worth: {units: 100, amount: 1.00}\n", "").replace(
        "pays: true", "pays: true  # here"
    ),
    "decimals_not_money": swapped("kind: points", "kind: points\n    decimals: 2  # here"),
    "kind_product": a_programme(more="exclusions: {kinds: [product]}  # here\n"),
    "listed_twice": with_rule("when: {tiers: [gold, gold]}  # here"),
    "unknown_currency_close": swapped("currency: points", "currency: pionts  # here"),
    "unknown_currency": swapped("currency: points", "currency: stars  # here"),
    "unknown_tier_close": with_rule("when: {tiers: [golden]}  # here"),
    "unknown_tier": with_rule("when: {tiers: [platinum]}  # here"),
    "unknown_rule_close": with_rule(gift="{multiply: {rule: basse, percent: 200}}  # here"),
    "unknown_rule": with_rule(gift="{multiply: {rule: other, percent: 200}}  # here"),
    "gift_count": with_rule(gift="{fixed: 1, per_amount: {give: 1, each: 1.00}}  # here"),
    "gives_too_much": with_rule(gift="{per_amount: {give: 1000000000, each: 0.01}}  # here"),
    "multiply_not_per_amount": a_programme(
        BASE,
        a_rule("{fixed: 10}", code="flat"),
        a_rule("{multiply: {rule: flat, percent: 200}}  # here"),
    ),
    "multiply_other_currency": a_programme(
        BASE,
        a_rule("{multiply: {rule: base, percent: 200}}  # here").replace(
            "currency: points", "currency: stars"
        ),
    ).replace(
        "rules:",
        "  - {code: stars, kind: points, name: {fr: s, en: s}, pays: true, worth: {amount: 1.00}}\nrules:",
        1,
    ),
    "steps_not_rising": with_rule(
        gift="{steps: [{at_least: 9, give: 1}, {at_least: 9.00, give: 2}]}  # here"
    ),
    "days_reversed": with_rule("when: {first_day: 2026-03-02, last_day: 2026-03-01}  # here"),
    "amounts_reversed": with_rule("when: {amount_at_least: 10, amount_at_most: 9.99}  # here"),
    "lines_empty": with_rule("lines: {}  # here"),
    "joining_not_fixed": with_rule("trigger: joining", gift="{per_amount: {give: 1, each: 1.00}}  # here"),
    "joining_cannot": with_rule("trigger: joining", "when: {first_purchase: true}  # here"),
    "reward_same_currency": a_programme(
        more="rewards: [{code: r, name: {fr: r, en: r}, costs: {currency: points}, gives: {currency: points}}]  # here"
    ),
    "levels_not_rising": swapped(
        "name: {fr: Bronze, en: Bronze}}", "name: {fr: B, en: B}, spend_at_least: 1000}"
    ).replace("1000.00}", "1000.00}  # here"),
}

ODD = {
    **offer_mistakes.ODD,
    **life_mistakes.ODD,
    **draw_mistakes.ODD,
    "goal_streak_too_long": with_rule(
        "goal: {measure: purchases, at_least: 3, per: quarter, in_a_row: 5}  # here"
    ),
    "pending_over": with_points("pending: {until: 2025-12-01}  # here"),
    "pays_at_least_alone": swapped("pays: true", "pays_at_least: 2  # here")
    .replace(
        "rules:",
        "rewards: [{code: v, name: {fr: v, en: v}, costs: {currency: points}, gives: {currency: v}}]\nrules:",
    )
    .replace(
        "rewards:",
        "  - {code: v, kind: voucher, name: {fr: v, en: v}, pays: true, worth: {amount: 5.00}}\nrewards:",
        1,
    ),
    "currency_never_earned": swapped(
        "rules:",
        "  - {code: v, kind: voucher, name: {fr: v, en: v}, pays: true, worth: {amount: 5.00}}  # here\nrules:",
    ),
    "currency_never_used": swapped("pays: true", "pays: false").replace(
        "code: points", "code: points  # here", 1
    ),
    "step_gives_less": with_rule(gift="{steps: [{at_least: 9, give: 2}, {at_least: 10, give: 2}]}  # here"),
    "multiply_beyond_base": a_programme(
        BASE + GOLD_ONLY + "\n", a_rule("{multiply: {rule: base, percent: 200}}  # here")
    ),
    "months_without_meaning": swapped(
        "  keep:", "  window: {kind: calendar_year, months: 6}  # here\n  keep:"
    ),
    "rule_never": a_programme(
        BASE,
        a_rule("{fixed: 1}", "when: {last_day: 2025-12-31}").replace("code: extra", "code: extra  # here"),
    ),
    "multipliers_overlap": a_programme(
        BASE,
        a_rule("{multiply: {rule: base, percent: 200}}", "lines: {departments: [a, b]}", code="one"),
        a_rule(
            "{multiply: {rule: base, percent: 150}}  # here", "lines: {departments: [b, c]}", code="other"
        ),
    ),
    "without_label_close": with_rule("lines: {departments: [produc]}  # here")
    + "labels: {departments: {produce: {fr: Primeur, en: Produce}}}\n",
    "without_label": with_rule("when: {stores: ['9']}  # here")
    + "labels: {stores: {'317': {fr: Lille, en: Lille}}}\n",
}

ELSEWHERE = {
    "no_rules": "a programme without rules has no line to show",
    "too_big": "a file that is too big is not read at all",
    "not_utf8": "what is not UTF-8 has lines, and no text",
    "amount_out_of_range": "amounts in a file are in range; those of a document built by a program need not be",
    "multiply_joining": "its rule of joining that gives per amount is a mistake already",
    "selected_too_many": "two hundred thousand selections",
}


def line_marked(text: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if "# here" in line), 1)


def codes(examined: Examination) -> list[str]:
    return [problem.code for problem in examined.problems]


CASES = [
    pytest.param(code, text, id=code)
    for table in (NOT_A_TREE, WRONG_TYPES, WITHOUT_SENSE, ODD)
    for code, text in table.items()
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_a_mistake_is_told_alone_and_at_its_line(code: str, text: str) -> None:
    examined = examine(text)
    assert codes(examined) == [code]
    problem = examined.problems[0]
    assert problem.mark is not None
    assert problem.mark.line == line_marked(text)
    assert problem.is_warning == (code in ODD)
    for language in Language:
        told = placed_problem(problem, language)
        assert str(problem.mark.line) in told
        assert "{" not in told.replace("{amount", "").replace("{units", "")


@pytest.mark.parametrize("text", offer_mistakes.ACCEPTED + life_mistakes.ACCEPTED + draw_mistakes.ACCEPTED)
def test_what_is_close_to_a_mistake_is_accepted(text: str) -> None:
    assert examine(text).problems == ()


def test_an_article_for_nothing_is_beyond_the_law() -> None:
    assert codes(examine(offer_mistakes.with_law("{free: 1}", "lines: {departments: [dairy]}"))) == [
        "beyond_the_law"
    ]
    assert examine(offer_mistakes.with_law("{free: 1}", "lines: {departments: [drugstore]}")).is_ok


def test_every_sentence_has_its_mistake_and_every_mistake_its_sentence() -> None:
    made = NOT_A_TREE.keys() | WRONG_TYPES.keys() | WITHOUT_SENSE.keys() | ODD.keys() | ELSEWHERE.keys()
    assert made == PROBLEMS.keys()
    source = "".join(path.read_text() for path in Path(assidu.plans.__path__[0]).rglob("*.py"))
    whys = set(re.findall(r'return "(\w+)"', source)) - {"other"}
    assert NEVER.keys() <= whys


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = swapped("zone: Europe/Paris", "zone: Nowhere").replace("currency: points", "currency: pionts")
    text = text.replace("pays: true", "payss: true").replace("each: 1.00", "each: 1.001")
    told = [(problem.code, problem.mark.line) for problem in examine(text).problems if problem.mark]
    assert [code for code, _ in told] == [
        "zone_unknown",
        "unknown_name_close",
        "unknown_currency_close",
        "too_many_decimals",
    ]
    assert told == sorted(told, key=lambda one: one[1])


def test_the_sentence_says_where_and_what_to_do() -> None:
    problem = examine(swapped("tiers:\n", "tierss:\n")).problems[0]
    assert (
        placed_problem(problem, Language.EN) == "line 19: `tierss` is not known here; did you mean `tiers`?"
    )
    assert placed_problem(problem, Language.FR) == (
        "ligne 19\u00a0: «\u00a0tierss\u00a0» n'existe pas ici\u00a0; vouliez-vous dire «\u00a0tiers\u00a0»\u00a0?"
    )


def test_a_programme_without_rules_is_odd_but_correct() -> None:
    examined = examine(HEAD + "rewards: []\n")
    assert examined.is_ok
    assert set(codes(examined)) == {"no_rules", "currency_never_earned"}


def test_a_file_too_big_is_not_read() -> None:
    assert codes(examine(b"#" * (BYTES_MAX + 1))) == ["too_big"]


def test_what_is_not_utf8_is_refused_at_its_line() -> None:
    problem = read(b"format: 1\nname: \xe9t\xe9\n").problems[0]
    assert (problem.code, problem.mark) == ("not_utf8", Mark(2, 1))


def test_yaml_with_too_much_in_it_is_not_even_begun() -> None:
    assert codes(examine("a: [" + "1," * (NODES_MAX + 1) + "1]")) == ["too_many_parts"]


def test_selections_have_a_limit_in_all() -> None:
    document = a_document(BASE, a_rule("{fixed: 1}", "lines: {products: [a]}"))
    wide = replace(
        document.rules[1], lines=Lines(products=tuple(f"p{i}" for i in range(SELECTED_ALL_MAX + 1)))
    )
    assert [problem.code for problem in check(replace(document, rules=(document.rules[0], wide)))] == [
        "selected_too_many"
    ]


def test_a_document_made_by_a_program_is_checked_like_a_file() -> None:
    document = a_document()
    gift = Gift(per_amount=PerAmount(give=1, each=Decimal(-1)))
    rules = (replace(document.rules[0], gift=gift),)
    assert [problem.code for problem in check(replace(document, rules=rules))] == ["amount_out_of_range"]
    assert placed_problem(check(replace(document, rules=rules))[0], Language.EN) == (
        "rules[0].gift.per_amount.each: -1 is not an amount between 0 and 100000000"
    )


def test_nothing_of_joining_can_be_multiplied() -> None:
    welcome = a_rule("{per_amount: {give: 1, each: 1}}", "trigger: joining", code="welcome")
    told = codes(examine(a_programme(BASE, welcome, a_rule("{multiply: {rule: welcome, percent: 200}}"))))
    assert told == ["joining_not_fixed", "multiply_joining"]


def test_a_bomb_of_aliases_stays_one_line() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert codes(examine(bomb)) == ["alias"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "- " * 50_000, "{" * 3000])
def test_depth_does_not_exhaust_the_stack(text: str) -> None:
    assert not examine(text).is_ok


def test_json_is_read_with_its_places_too() -> None:
    text = to_json(a_document())
    assert examine(text).document == a_document()
    wrong = text.replace('"give": 1', '"give": "1"')
    problem = examine(wrong).problems[0]
    line = next(n for n, one in enumerate(wrong.splitlines(), 1) if '"give"' in one)
    assert (problem.code, problem.mark) == (
        "not_whole",
        Mark(line, wrong.splitlines()[line - 1].index('"1"') + 1),
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('{"a": 1,}', 9),
        ('{"a": 01}', 8),
        ('{"a": "b}', 7),
        ('{"a" 1}', 6),
        ("{'a': 1}", 2),
        ('{"a": 1} x', 10),
        ('{"a": nul}', 7),
        ('{"a"', 5),
    ],
)
def test_broken_json_is_told_at_its_column(text: str, column: int) -> None:
    problem = read(text).problems[0]
    assert (problem.code, problem.mark) == ("not_json", Mark(1, column))


@pytest.mark.parametrize("name", ["Le Clüb 🍓", "ﻟﻮﻟﻮ", "l'été – « oui »", "日本語", "a\u0301"])
def test_names_may_be_in_any_script(name: str) -> None:
    document = examine(swapped("fr: Le Club", f"fr: {json.dumps(name, ensure_ascii=False)}")).document
    assert document is not None
    assert document.name.fr == name


@pytest.mark.parametrize("name", ["\ud800", "\x00", "a\u202eb"[:1] + "\x1b[31m"])
def test_text_that_no_store_or_screen_can_hold_is_refused(name: str) -> None:
    text = json.dumps(json.loads(to_json(a_document())) | {"name": {"fr": name, "en": "x"}})
    assert codes(examine(text)) == ["unprintable"]


def test_codes_that_look_like_numbers_or_words_stay_text() -> None:
    document = examine(with_rule("when: {stores: [0317, no, 1_000, 1.50]}")).document
    assert document is not None
    assert document.rules[1].when.stores == ("0317", "no", "1_000", "1.50")


def test_amounts_never_go_through_binary_fractions() -> None:
    document = examine(with_rule("when: {amount_at_least: 0.07, amount_at_most: 99999999.99}")).document
    assert document is not None
    assert str(document.rules[1].when.amount_at_least) == "0.07"
    assert str(document.rules[1].when.amount_at_most) == "99999999.99"


def test_an_explicit_part_with_nothing_in_it_is_no_part() -> None:
    assert examine(a_programme().replace("tiers:", "rewards:\nexclusions:\ntiers:")).is_ok
