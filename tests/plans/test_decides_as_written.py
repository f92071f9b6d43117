"""From the text to the points, on tickets worked out by hand."""

from datetime import date

import pytest

from assidu.decisions import decide, evolve
from assidu.decisions.calendar import Duration, RoundTo, Unit
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.events import Joining, LineKind, Payment, Sale
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Money, Plan
from assidu.decisions.state import LotKey, Membership, State, TierSpan
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document, a_rule
from builders.sales import a_line, a_sale, on

EVERY_KIND = compile_plan(
    a_document(
        BASE,
        a_rule(
            "{per_amount: {give: 5, each: 10.00, whole_steps: true}}",
            "lines: {brands: [own]}",
            code="own-steps",
        ),
        a_rule(
            "{multiply: {rule: base, percent: 250}}",
            "when: {tiers: [gold]}",
            "lines: {departments: [produce]}",
            "cap: {units: 30, per: month}",
            code="gold-produce",
        ),
        a_rule("{steps: [{at_least: 50.00, give: 20}, {at_least: 100.00, give: 60}]}", code="basket"),
        a_rule("{fixed: 7}", "lines: {products: ['42'], departments: [grocery]}", code="product"),
        a_rule("{fixed: 100}", "when: {channels: [web], stores: ['9']}", code="web"),
        a_rule(
            "{fixed: 3}",
            "when: {days: [tuesday], amount_at_least: 10.00, amount_at_most: 20.00}",
            code="tuesday",
        ),
        a_rule(
            "{per_amount: {give: 1, each: 3.00, rounding: half_up}}",
            "when: {first_day: 2026-03-10, last_day: 2026-03-11}",
            "cap_per_sale: 4",
            code="days",
        ),
        a_rule("{fixed: 50}", "when: {first_purchase: true}", code="first"),
        a_rule("{fixed: 200}", "trigger: joining", "times: {limit: 1, per: ever}", code="welcome"),
        more="exclusions: {departments: [fuel], products: ['13']}\n",
    ),
    version=4,
)


def a_member(tier: str | None = "bronze", **more: object) -> State:
    joined = date(2026, 1, 2)
    tiers = (TierSpan(joined, tier),) if tier is not None else ()
    counters = {"sales:ever": 1}
    return State(1, Membership.MEMBER, joined, tiers=tiers, counters=counters | more)  # type: ignore[arg-type]


def awards(sale: Sale, state: State | None = None, plan: Plan = EVERY_KIND) -> dict[str, int]:
    decision = decide(plan, Facts(state or a_member()), sale)
    assert isinstance(decision, Decision)
    return {award.rule: award.quantity for award in decision.awards}


TICKETS = [
    ("12.99 gives 12, rounded down", a_sale(1299), "bronze", {"base": 12}),
    ("0.99 gives nothing", a_sale(99), "bronze", {}),
    ("cents of several lines add up", a_sale(60, 60), "bronze", {"base": 1}),
    (
        "19.99 of the own brand holds one full step of 10",
        a_sale(a_line(1999, brand="own")),
        "bronze",
        {"base": 19, "own-steps": 5},
    ),
    (
        "40 of the own brand holds four",
        a_sale(a_line(4000, brand="own")),
        "bronze",
        {"base": 40, "own-steps": 20},
    ),
    (
        "9.99 of produce at 250 % for gold: 9 + 14",
        a_sale(a_line(999, department="produce")),
        "gold",
        {"base": 9, "gold-produce": 14},
    ),
    ("the same for bronze", a_sale(a_line(999, department="produce")), "bronze", {"base": 9}),
    ("the same without a status", a_sale(a_line(999, department="produce")), None, {"base": 9}),
    (
        "only the lines of the department are multiplied",
        a_sale(a_line(1000, department="produce"), a_line(500)),
        "gold",
        {"base": 15, "gold-produce": 15},
    ),
    (
        "100 of produce would add 150, the month allows 30",
        a_sale(a_line(10_000, department="produce")),
        "gold",
        {"base": 100, "gold-produce": 30, "basket": 60},
    ),
    ("49.99 is below the first step", a_sale(4999), "bronze", {"base": 49}),
    ("50.00 reaches it", a_sale(5000), "bronze", {"base": 50, "basket": 20}),
    ("99.99 does not reach the second", a_sale(9999), "bronze", {"base": 99, "basket": 20}),
    ("the product in its department", a_sale(a_line(100, sku="42")), "bronze", {"base": 1, "product": 7}),
    (
        "the product in another department",
        a_sale(a_line(100, sku="42", department="deli")),
        "bronze",
        {"base": 1},
    ),
    ("web and store 9 together", a_sale(100, channel="web", store="9"), "bronze", {"base": 1, "web": 100}),
    ("web in another store", a_sale(100, channel="web"), "bronze", {"base": 1}),
    ("Tuesday, 10.00", a_sale(1000, at=on("2026-03-03")), "bronze", {"base": 10, "tuesday": 3}),
    ("Tuesday, 20.00", a_sale(2000, at=on("2026-03-03")), "bronze", {"base": 20, "tuesday": 3}),
    ("Tuesday, 20.01", a_sale(2001, at=on("2026-03-03")), "bronze", {"base": 20}),
    ("Tuesday, 9.99", a_sale(999, at=on("2026-03-03")), "bronze", {"base": 9}),
    ("the day before the two days", a_sale(600, at=on("2026-03-09")), "bronze", {"base": 6}),
    ("4.50 at 1 per 3.00, half up, is 2", a_sale(450, at=on("2026-03-11")), "bronze", {"base": 4, "days": 2}),
    ("4.49 is 1", a_sale(449, at=on("2026-03-11")), "bronze", {"base": 4, "days": 1}),
    (
        "30.00 would be 10, the ticket allows 4",
        a_sale(3000, at=on("2026-03-11")),
        "bronze",
        {"base": 30, "days": 4},
    ),
    ("the day after", a_sale(600, at=on("2026-03-12")), "bronze", {"base": 6}),
    ("fuel is excluded", a_sale(a_line(9000, department="fuel"), 100), "bronze", {"base": 1}),
    ("a product is excluded", a_sale(a_line(9000, sku="13"), 100), "bronze", {"base": 1}),
    (
        "gift cards are excluded unless said otherwise",
        a_sale(a_line(9000, kind=LineKind.GIFT_CARD), 100),
        "bronze",
        {"base": 1},
    ),
    (
        "what is paid with points earns nothing",
        a_sale(1000, payments=[Payment("points", 500)]),
        "bronze",
        {"base": 5},
    ),
]


@pytest.mark.parametrize(("sale", "tier", "expected"), [pytest.param(*row[1:], id=row[0]) for row in TICKETS])
def test_a_ticket_earns_what_a_person_would_work_out(
    sale: Sale, tier: str | None, expected: dict[str, int]
) -> None:
    state = a_member(tier)
    if sale.payments:
        state = State(
            1,
            Membership.MEMBER,
            date(2026, 1, 2),
            tiers=state.tiers,
            counters=state.counters,
            lots={LotKey("points", date(2026, 2, 1), None): 600},
        )
    assert awards(sale, state) == expected


def test_the_first_purchase_is_the_first_only() -> None:
    new = State(1, Membership.MEMBER, date(2026, 1, 2))
    assert awards(a_sale(100), new) == {"base": 1, "first": 50}


def test_joining_gives_the_welcome_once_even_after_leaving() -> None:
    state = State()
    joined = decide(EVERY_KIND, Facts(state), Joining(on("2026-03-01")))
    assert isinstance(joined, Decision)
    assert [(award.rule, award.quantity) for award in joined.awards] == [("welcome", 200)]
    assert joined.tier is not None
    assert joined.tier.tier == "bronze"
    state = evolve(state, joined)
    again = decide(EVERY_KIND, Facts(State(counters=state.counters)), Joining(on("2026-04-01")))
    assert isinstance(again, Decision)
    assert not again.awards


def test_a_quota_becomes_a_claim_and_is_given_when_granted() -> None:
    plan = compile_plan(
        a_document(
            BASE, a_rule("{fixed: 9}", "quota: {first: 3, per: day, over: store}", "expires: {days: 2}")
        )
    )
    asked = decide(plan, Facts(a_member()), a_sale(100))
    assert isinstance(asked, Decision)
    claim = asked.claims[0]
    assert (claim.key, claim.limit) == ("quota:extra:2026-03-02:317", 3)
    given = decide(plan, Facts(a_member(), grants={claim.key: 1}), a_sale(100))
    assert isinstance(given, Decision)
    lots = {posting.lot.expires_on: posting.quantity for posting in given.postings if posting.lot is not None}
    assert lots == {None: 1, date(2026, 3, 5): 9}


def test_each_status_meets_only_the_rules_it_can() -> None:
    index = EVERY_KIND.index
    assert set(index) == {None, "bronze", "gold"}
    codes = [rule.code for rule in EVERY_KIND.rules]
    assert codes.index("gold-produce") in index["gold"].by_department["produce"]
    assert "produce" not in index["bronze"].by_department
    assert "produce" not in index[None].by_department
    assert index[None].by_sku == {"42": (codes.index("product"),)}
    assert "grocery" not in index[None].by_department, "the product is rarer than its department"
    assert index[None].by_brand == {"own": (codes.index("own-steps"),)}
    assert codes.index("welcome") not in index[None].anywhere
    assert EVERY_KIND.joining_rules == (codes.index("welcome"),)


def test_everything_else_is_carried_over() -> None:
    plan = compile_plan(
        a_document(
            more="""\
            returns: {take_back: may_go_negative}
            part_paid_with_rewards_earns: true
            exclusions: {kinds: [], discounted: true, brands: [x]}
            """,
            sale_currency="{code: EUR, foreign: [{code: CHF}, {code: JPY, decimals: 0}], rate_days_at_most: 3}",
            tiers="""\
tiers:
  levels: [{code: one, name: {fr: a, en: a}, spend_at_least: 0.5}]
  window: {kind: calendar_year}
  keep: {years: 1, until_end_of: year}
  downgrade: reassess
""",
        )
    )
    assert plan.version == 0
    assert plan.money == Money("EUR", 2, {"CHF": 2, "JPY": 0}, rate_days_max=3)
    assert plan.return_policy == "may_go_negative"
    assert plan.earns_on_part_paid_with_rewards
    assert not plan.exclusions.kinds
    assert plan.exclusions.discounted
    assert plan.exclusions.brands == {"x"}
    assert plan.tiers is not None
    assert plan.tiers.levels[0].spend_min_minor == 50
    assert plan.tiers.window == "calendar_year"
    assert plan.tiers.keep == Duration(1, Unit.YEAR, RoundTo.YEAR)
    assert plan.tiers.downgrade == "reassess"
    points = plan.currencies["points"]
    assert (points.worth_minor, points.worth_units, points.pays, points.expires) == (100, 100, True, None)
    assert EVERY_KIND.version == 4


def test_paying_too_little_is_refused() -> None:
    plan = compile_plan(a_document(more="", tiers=""))
    refused = decide(plan, Facts(a_member(None)), a_sale(1000, payments=[Payment("stars", 1)]))
    assert isinstance(refused, Refused)
