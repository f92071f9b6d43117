"""Which currencies do not live equally long in plans that are tried beside one another."""

from assidu.decisions.plan import Plan
from assidu.economics.micro.expiry import differently_long
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_programme, a_rule

STARS = """\
  - code: stars
    kind: points
    name: {fr: étoiles, en: stars}
    expires: {months: 1}
"""


def a_plan(*rules: str, points: str = "", currencies: str = "") -> Plan:
    text = a_programme(*rules, currencies=currencies)
    text = text.replace("    pays: true\n", f"    pays: true\n{points}", 1)
    document = examine(text).document
    assert document is not None
    return compile_plan(document)


YEAR = "    expires: {months: 12}\n"
MONTH_FOR_A_RULE = a_rule("{fixed: 10}", "expires: {months: 1}")


def test_plans_that_give_more_of_what_lives_as_long_do_not_differ() -> None:
    twice = BASE.replace("give: 1", "give: 2")
    assert differently_long([a_plan(points=YEAR), a_plan(twice, points=YEAR, currencies=STARS)]) == ()


def test_a_currency_or_a_rule_of_it_that_lives_longer_in_one_of_the_plans_is_named() -> None:
    without, year, month = a_plan(), a_plan(points=YEAR), a_plan(points="    expires: {months: 1}\n")
    assert differently_long([year, year, without]) == ("points",)
    assert differently_long([year, month]) == ("points",)
    ruled = a_plan(BASE, MONTH_FOR_A_RULE, points=YEAR)
    assert differently_long([a_plan(BASE, a_rule("{fixed: 10}"), points=YEAR), ruled]) == ("points",)
    assert differently_long([ruled, ruled]) == ()


def test_a_rule_that_says_what_its_currency_says_anyway_does_not_differ() -> None:
    says_so = a_plan(BASE, MONTH_FOR_A_RULE, points="    expires: {months: 1}\n")
    assert differently_long([says_so, a_plan(points="    expires: {months: 1}\n")]) == ()
