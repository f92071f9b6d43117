"""What a version takes from customers is found, whatever it is; what it gives asks for no notice."""

from datetime import date

import pytest

from assidu.plans.check import examine
from assidu.plans.diff import Kind
from assidu.plans.document import Document
from assidu.plans.notice import against_customers, earliest_day, told_to_members
from assidu.plans.wording import Language, change
from builders.documents import BASE, TIERS, a_document, a_programme, a_rule

FIXED = a_rule(
    "{fixed: 10}",
    "when: {tiers: [bronze, gold], amount_at_least: 20.00}",
    "cap: {units: 50, per: month}",
    "budget: {units: 500, over: store}",
)
STEPS = a_rule("{steps: [{at_least: 50.00, give: 20}, {at_least: 90.00, give: 40}]}", code="steps")
MORE = """\
closing: {last_day_to_earn: 2027-06-30, last_day_to_use: 2027-09-30}
referral: {referrer: {currency: points, units: 200}, at_most: {limit: 5, per: year}, when: {kept_for: {days: 14}}}
exclusions: {departments: [gifts]}
accounts: {household: {members_at_most: 5, leaver_takes: equal, welcome: each}, company: {leaver_takes: nothing}}
"""


def text() -> str:
    money = "{code: EUR, foreign: [{code: CHF}, {code: GBP}]}"
    programme = a_programme(BASE, FIXED, STEPS, more=MORE, sale_currency=money)
    return programme.replace("    pays: true\n", "    expires: {months: 12}\n    pays: true\n", 1)


def read(written: str) -> Document:
    examined = examine(written)
    assert examined.is_ok, examined.errors
    assert examined.document is not None
    return examined.document


WORSE = {
    "francs are no longer accepted": ("[{code: CHF}, {code: GBP}]", "[{code: GBP}]"),
    "a rate has to be fresher": ("{code: GBP}]}", "{code: GBP}], rate_days_at_most: 2}"),
    "points are worth less": ("{units: 100, amount: 1.00}", "{units: 125, amount: 1.00}"),
    "points expire sooner": ("expires: {months: 12}", "expires: {months: 6}"),
    "the whole balance expires": (
        "expires: {months: 12}",
        "expires: {months: 12, counted_from: last_purchase}",
    ),
    "points wait": ("    pays: true", "    pending: {days: 3}\n    pays: true"),
    "points no longer pay": ("    pays: true\n", ""),
    "a point costs more": ("{give: 1, each: 1.00}", "{give: 1, each: 2.00}"),
    "a fixed gift shrinks": ("{fixed: 10}", "{fixed: 9}"),
    "a step rises": ("{at_least: 90.00, give: 40}", "{at_least: 95.00, give: 40}"),
    "a step gives less": ("give: 20}", "give: 19}"),
    "another kind of gift": ("{fixed: 10}", "{per_amount: {give: 50, each: 1.00}}"),
    "fewer statuses": ("tiers: [bronze, gold]", "tiers: [gold]"),
    "a higher minimum": ("amount_at_least: 20.00", "amount_at_least: 21.00"),
    "an end": ("amount_at_least: 20.00", "amount_at_least: 20.00, last_day: 2026-12-31"),
    "a tighter cap": ("{units: 50, per: month}", "{units: 49, per: month}"),
    "a smaller budget": ("{units: 500, over: store}", "{units: 499, over: store}"),
    "one budget for all stores": ("{units: 500, over: store}", "{units: 500}"),
    "nothing where little is left": ("{units: 500, over: store}", "{units: 500, over: store, clip: false}"),
    "a cap over longer": ("{units: 50, per: month}", "{units: 50, per: year}"),
    "a higher status threshold": ("spend_at_least: 1000.00", "spend_at_least: 1001.00"),
    "a status for less long": ("months: 12, until_end_of: month", "months: 11, until_end_of: month"),
    "an earlier closing": ("2027-06-30", "2027-06-29"),
    "a smaller referral": ("units: 200}", "units: 199}"),
    "a longer wait for a referral": ("kept_for: {days: 14}", "kept_for: {days: 15}"),
    "a smaller household": ("members_at_most: 5", "members_at_most: 4"),
    "another share for who leaves": ("leaver_takes: equal", "leaver_takes: own"),
    "what the last one loses": ("leaver_takes: equal", "leaver_takes: equal, lost_with_last: true"),
    "one welcome for all": ("welcome: each", "welcome: once"),
    "no companies any more": (", company: {leaver_takes: nothing}", ""),
    "more that earns nothing": ("[gifts]", "[gifts, books]"),
}
BETTER = {
    "points are worth more": ("{units: 100, amount: 1.00}", "{units: 80, amount: 1.00}"),
    "points live longer": ("expires: {months: 12}", "expires: {months: 18}"),
    "points never expire": ("    expires: {months: 12}\n", ""),
    "a fixed gift grows": ("{fixed: 10}", "{fixed: 11}"),
    "a step falls": ("{at_least: 90.00, give: 40}", "{at_least: 80.00, give: 40}"),
    "any status": ("tiers: [bronze, gold], ", ""),
    "a lower minimum": ("amount_at_least: 20.00", "amount_at_least: 19.00"),
    "a wider cap": ("{units: 50, per: month}", "{units: 51, per: month}"),
    "a lower threshold": ("spend_at_least: 1000.00", "spend_at_least: 999.00"),
    "a later closing": ("2027-09-30", "2027-10-30"),
    "a larger household": ("members_at_most: 5", "members_at_most: 6"),
    "a share where there was none": ("{leaver_takes: nothing}", "{leaver_takes: own}"),
    "dollars too": ("[{code: CHF}, {code: GBP}]", "[{code: CHF}, {code: GBP}, {code: USD}]"),
    "less that earns nothing": ("exclusions: {departments: [gifts]}\n", ""),
    "another name": ("fr: Le Club", "fr: Le Cercle"),
}


@pytest.mark.parametrize(("old", "new"), WORSE.values(), ids=WORSE)
def test_what_takes_from_customers_is_found_and_said(old: str, new: str) -> None:
    before = text()
    assert old in before
    one, other = read(before), read(before.replace(old, new, 1))
    [found] = against_customers(one, other)
    assert change(found, one, other, Language.FR)
    assert change(found, one, other, Language.EN)


@pytest.mark.parametrize(("old", "new"), BETTER.values(), ids=BETTER)
def test_what_gives_to_customers_asks_for_no_notice(old: str, new: str) -> None:
    before = text()
    assert old in before
    assert against_customers(read(before), read(before.replace(old, new, 1))) == ()


def test_a_rule_that_disappears_takes_unless_it_was_over() -> None:
    both, alone = a_document(BASE, FIXED), a_document(BASE)
    assert len(against_customers(both, alone)) == 1
    assert against_customers(alone, both) == ()
    over = a_document(BASE, a_rule("{fixed: 10}", "when: {first_day: 2026-01-01, last_day: 2026-02-01}"))
    later = read(a_programme(BASE).replace("2026-01-01", "2026-02-02"))
    assert against_customers(over, later) == ()
    assert against_customers(a_document(BASE, tiers=TIERS), a_document(BASE, tiers="")) != ()


def test_the_earliest_day_follows_from_the_notice_that_was_promised() -> None:
    promised = text() + "notice: {days: 30}\n"
    before, worse = read(promised), read(promised.replace("{fixed: 10}", "{fixed: 9}", 1))
    assert earliest_day(before, worse, date(2026, 3, 1)) == date(2026, 3, 31)
    assert earliest_day(before, before, date(2026, 3, 1)) is None
    assert earliest_day(read(text()), worse, date(2026, 3, 1)) is None, "nothing was promised"
    shorter = read(promised.replace("days: 30", "days: 5", 1))
    assert earliest_day(before, shorter, date(2026, 3, 1)) == date(2026, 3, 31), (
        "the notice itself is promised"
    )


def test_what_no_longer_extends_the_life_of_points_takes_something() -> None:
    by_both, by_purchases = (
        read(text().replace("expires: {months: 12}", f"expires: {{months: 12, extended_by: [{by}]}}"))
        for by in ("sale, visit", "sale")
    )
    assert against_customers(by_both, by_purchases)
    assert against_customers(by_purchases, by_both) == ()


def test_a_rule_that_becomes_that_of_a_group_is_told_to_all_and_names_the_group_to_nobody() -> None:
    group = "audiences:\n  - {code: staff, name: {fr: l'équipe, en: our staff}}\n"
    ours = "when: {audiences: [staff]}"
    everybodys, theirs = (
        a_document(BASE, a_rule("{fixed: 5}", *more, code="ours"), more=group) for more in ((), (ours,))
    )
    [taken] = told_to_members(everybodys, theirs)
    assert taken.field == "when.audiences"
    assert "our staff" in change(taken, everybodys, theirs, Language.EN)
    assert "our staff" not in change(taken, everybodys, theirs, Language.EN, for_members=True)
    less = a_document(BASE, a_rule("{fixed: 4}", ours, code="ours"), more=group)
    assert told_to_members(theirs, less) == ()
    assert [one.field for one in told_to_members(theirs, less, {"staff"})] == ["gift"]


def test_members_are_told_what_touches_anybody_among_them() -> None:
    """Not what the programme spends, what it is called in the office, nor what is for a group alone."""
    group = "audiences:\n  - {code: staff, name: {fr: l'équipe, en: staff}}\n"
    ours = a_rule("{fixed: 5}", "when: {audiences: [staff]}", code="ours")
    before = read(text())
    after = read(
        text()
        .replace("{units: 50, per: month}", "{units: 60, per: month}")
        .replace("{units: 500, over: store}", "{units: 400, over: store}")
        .replace("rules:\n", f"{group}second_person_above: 50.00\nrules:\n")
        .replace("tiers:\n", f"  - {ours.replace(chr(10), chr(10) + '    ').rstrip()}\ntiers:\n", 1)
    )
    assert [f"{one.part}.{one.field}" for one in told_to_members(before, after)] == ["rules.cap"]
    assert told_to_members(before, after, {"staff"})[-1].subject == "ours"
    [removed] = told_to_members(a_document(BASE, STEPS), a_document(BASE))
    assert (removed.kind, removed.subject) == (Kind.REMOVED, "steps")
