"""What tickets earn: every gift, every condition, every limit."""

from collections.abc import Iterator

from assidu.decisions.events import AudienceChange, Joining, LineKind, Payment
from builders.documents import BASE, TIERS
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import CENTS, VOUCHER, programme, rule
from conformance.story import Story

AMOUNTS = (
    0,
    1,
    49,
    50,
    99,
    100,
    101,
    149,
    150,
    250,
    999,
    1000,
    1999,
    2000,
    4999,
    5000,
    5001,
    123_456,
    -1,
    -500,
)
GIFTS = {
    "one point for each euro": "{per_amount: {give: 1, each: 1.00}}",
    "three points for each whole ten euros": "{per_amount: {give: 3, each: 10.00, whole_steps: true}}",
    "one point for each two euros, half to even": "{per_amount: {give: 1, each: 2.00, rounding: half_even}}",
    "one point for each two euros, half up": "{per_amount: {give: 1, each: 2.00, rounding: half_up}}",
    "seven points for each three euros, up": "{per_amount: {give: 7, each: 3.00, rounding: up}}",
    "five points": "{fixed: 5}",
    "steps": "{steps: [{at_least: 20.00, give: 20}, {at_least: 50.00, give: 80}]}",
    "a multiple of the base": "{multiply: {rule: base, percent: 250}}",
}
CONDITIONS = {
    "channels": "channels: [web]",
    "stores": "stores: [a, b]",
    "weekdays": "days: [saturday, sunday]",
    "a first day": "first_day: 2026-03-02",
    "a last day": "last_day: 2026-03-01",
    "statuses": "tiers: [gold]",
    "an amount at least": "amount_at_least: 20.00",
    "an amount at most": "amount_at_most: 20.00",
    "hours of the day": "hours: {first: '08:00', until: '11:30'}",
    "hours past midnight": "hours: {first: '22:00', until: '02:00'}",
    "audiences": "audiences: [young]",
}
AUDIENCES = "audiences: [{code: young, name: {fr: y, en: y}}, {code: old, name: {fr: o, en: o}}]\n"
PERIODS = ("day", "week", "month", "year", "ever")
DAYS = (
    "2026-12-27",
    "2026-12-28",
    "2026-12-31",
    "2027-01-01",
    "2027-01-03",
    "2027-01-04",
    "2027-02-01",
    "2028-02-29",
)


def stories() -> Iterator[Story]:
    for what, gift in GIFTS.items():
        yield _amounts(f"A gift of {what}, on each amount", gift)
    for what, condition in CONDITIONS.items():
        yield _conditions(f"A rule that asks for {what}", condition)
    for period in PERIODS:
        yield _limits(period)
    yield _lines()
    yield _exclusions()
    yield _kinds()
    yield _first_purchase()
    yield _first_of_all()
    yield _engaged()
    yield _quota("programme")
    yield _quota("store")
    yield _part_paid(earns=False)
    yield _part_paid(earns=True)
    yield _shared_lines()
    yield _nobody()
    yield _late()
    yield _new_version()
    yield _welcome()
    yield _promoted()


def _amounts(name: str, gift: str) -> Story:
    rules = [BASE] if "multiply" in gift else []
    story = Story(name, programme(*rules, rule("extra", gift)), a_member())
    for amount in AMOUNTS:
        story.tell(a_sale(amount))
    story.tell(a_sale(1, 2, 3, -1, 95))
    return story


def _conditions(name: str, condition: str) -> Story:
    asked = rule("asked", "{fixed: 10}", f"when: {{{condition}}}")
    plan = programme(asked, tiers=TIERS, more=AUDIENCES)
    story = Story(name, plan, a_member(tier="bronze"))
    times = [
        on("2026-02-28", 1), on("2026-03-01", 2), on("2026-03-02", 8), on("2026-03-02", 11), on("2026-03-03", 22),
    ]  # fmt: skip
    for at, store, channel in zip(times, "abcab", ("web", "store", "web", "app", "web"), strict=True):
        story.tell(a_sale(1999, at=at, store=store, channel=channel))
        story.tell(a_sale(2000, at=at, store=store, channel=channel))
    story.tell(AudienceChange(on("2026-03-04"), "old"))
    story.tell(a_sale(2001, at=on("2026-03-04")))
    story.tell(AudienceChange(on("2026-03-04"), "young"))
    story.tell(a_sale(120_000, at=on("2026-03-05")), tier="gold")
    story.tell(a_sale(2000, at=on("2026-03-06", 23)))
    story.tell(AudienceChange(on("2026-03-06", 23), "young", is_in=False))
    story.tell(AudienceChange(on("2026-03-06", 23), "nobody"), refused="unknown_audience")
    return story


def _limits(period: str) -> Story:
    plan = programme(
        rule(
            "capped",
            "{per_amount: {give: 1, each: 1.00}}",
            f"cap: {{units: 12, per: {period}}}",
            "cap_per_sale: 8",
        ),
        rule("counted", "{fixed: 1}", f"times: {{limit: 2, per: {period}}}"),
    )
    story = Story(f"Limits of a {period}" if period != "ever" else "Limits for ever", plan, a_member())
    for day in DAYS:
        for amount in (500, 2000, 100):
            story.tell(a_sale(amount, at=on(day)))
    story.tell(a_sale(700, at=on("2026-12-31")), now=on("2028-03-01"))
    return story


def _lines() -> Story:
    base = "{per_amount: {give: 1, each: 1.00}}"
    plan = programme(
        rule("department", base, "lines: {departments: [produce, dairy]}"),
        rule("brand", base, "lines: {brands: [ours]}"),
        rule("product", base, "lines: {products: [wine]}"),
        rule("all-three", base, "lines: {departments: [produce], brands: [ours], products: [wine, apple]}"),
        rule("half-more", "{multiply: {rule: department, percent: 150}}", "lines: {brands: [ours]}"),
    )
    story = Story("Rules about lines: each list that is given must hold the line", plan, a_member())
    story.tell(a_sale(a_line(1050, department="produce"), a_line(999, department="dairy"), a_line(400)))
    story.tell(a_sale(a_line(1050, brand="ours"), a_line(1050, brand="other", sku="wine")))
    story.tell(a_sale(a_line(3333, department="produce", brand="ours", sku="apple")))
    story.tell(
        a_sale(
            a_line(3333, department="produce", brand="ours"), a_line(-333, department="produce", brand="ours")
        )
    )
    return story


def _exclusions() -> Story:
    selected = "departments: [tobacco], brands: [cheap], products: [stamp]"
    more = f"exclusions: {{{selected}, kinds: [gift_card, fee], discounted: true}}\n"
    story = Story("Lines that never earn", programme(more=more), a_member())
    lines = [
        a_line(1000), a_line(1000, department="tobacco"), a_line(1000, brand="cheap"), a_line(1000, sku="stamp"),
        a_line(1000, discount_minor=1), a_line(1000, kind=LineKind.GIFT_CARD), a_line(1000, kind=LineKind.FEE),
        a_line(1000, kind=LineKind.DEPOSIT), a_line(1000, kind=LineKind.SHIPPING),
    ]  # fmt: skip
    for line in lines:
        story.tell(a_sale(line, 100))
    story.tell(a_sale(*lines), have={"points": 69})
    story.tell(
        a_sale(a_line(-100, department="tobacco"), 150), have={"points": 69}
    )  # what was voided was not paid
    return story


def _promoted() -> Story:
    story = Story(
        "Lines in a promotion of the calendar", programme(more="exclusions: {discounted: true}\n"), a_member()
    )
    story.tell(a_sale(a_line(1000, promotion="spring"), 2000), have={"points": 20})
    told = a_line(800, discount_minor=200, promotion="spring", promotion_minor=250)
    story.tell(a_sale(told, a_line(700, promotion="spring", promotion_minor=300)), have={"points": 20})
    return story


def _first_purchase() -> Story:
    plan = programme(rule("first", "{fixed: 20}", "when: {first_purchase: true, amount_at_least: 10.00}"))
    story = Story("The first purchase is the first, whether it earned or not", plan)
    story.tell(a_sale(5000), have={"points": 0})
    story.tell(Joining(on("2026-03-02")))
    story.tell(a_sale(999, at=on("2026-03-03")), have={"points": 0})
    story.tell(a_sale(5000, at=on("2026-03-03")), have={"points": 0})
    return story


def _first_of_all() -> Story:
    plan = programme(rule("first", "{fixed: 20}", "when: {first_purchase: true}"))
    story = Story("The very first ticket", plan, a_member())
    story.tell(a_sale(1000), have={"points": 20})
    story.tell(a_sale(1000), have={"points": 20})
    return story


def _kinds() -> Story:
    """Unless the programme writes the list itself."""
    story = Story("Gift cards, deposits, shipping and fees earn nothing", programme(), a_member())
    for kind in LineKind:
        story.tell(a_sale(a_line(1000, kind=kind), 100))
    assert story.state.available("points") == 15
    return story


def _engaged() -> Story:
    more = "engagement: {half_life_months: 2, weights: [{of: sale, score: 10}, {of: visit, score: 3}]}\n"
    plan = programme(rule("engaged", "{fixed: 1}", "when: {engagement_at_least: 20}"), more=more)
    story = Story("A score that fades month by month decides", plan, a_member())
    for day in (
        "2026-01-10",
        "2026-01-11",
        "2026-01-31",
        "2026-02-01",
        "2026-04-01",
        "2026-06-30",
        "2027-01-01",
    ):
        story.tell(a_sale(1000, at=on(day)))
    return story


def _quota(over: str) -> Story:
    limited = rule(
        "early", "{fixed: 10}", f"quota: {{first: 2, per: day, over: {over}}}", "times: {limit: 1, per: week}"
    )
    asks = rule("weekly", "{fixed: 3}", f"quota: {{first: 3, per: week, over: {over}}}")
    plan, places = programme(limited, asks), dict[str, int]()
    story = Story(f"The first two of the day, counted over the {over}", plan, a_member(), places)
    places.update({"quota:early:2026-03-02": 1, "quota:early:2026-03-02:b": 2})
    for store in "abab":
        story.tell(a_sale(1000, store=store))
    story.tell(a_sale(1000, at=on("2026-03-09")))
    return story


def _part_paid(*, earns: bool) -> Story:
    plan = programme(
        BASE, rule("big", "{steps: [{at_least: 20.00, give: 7}]}"),
        more=f"part_paid_with_rewards_earns: {str(earns).lower()}\n", currencies=VOUCHER + CENTS,
    )  # fmt: skip
    state = a_member(points=5000, vouchers=4)
    story = Story(
        f"The part paid with points and vouchers {'earns' if earns else 'earns nothing'}", plan, state
    )
    story.tell(a_sale(3000, payments=[Payment("points", 500)]))
    story.tell(a_sale(1999, 1001, payments=[Payment("points", 7), Payment("voucher-5", 1)]))
    story.tell(a_sale(500, payments=[Payment("voucher-5", 1)]))
    story.tell(a_sale(499, payments=[Payment("voucher-5", 1)]), refused="pays_more_than_ticket")
    story.tell(a_sale(3000, payments=[Payment("cents", 1)]), refused="insufficient_balance")
    story.tell(a_sale(3000, payments=[Payment("stamps", 1)]), refused="unknown_currency")
    story.tell(a_sale(3000, payments=[Payment("points", 0)]), refused="payment_too_small")
    story.tell(a_sale(3000, payments=[Payment("cents", 50), Payment("voucher-5", 3)]), has_happened=True)
    story.tell(a_sale(1000, payments=[Payment("points", 300), Payment("points", 300)]))
    return story


def _shared_lines() -> Story:
    plan = programme(
        BASE,
        rule("double", "{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}"),
        rule("more", "{multiply: {rule: base, percent: 133}}", "lines: {brands: [ours]}"),
    )
    story = Story("Two multipliers of the same lines both count", plan, a_member())
    for amount in (100, 101, 150, 1999):
        story.tell(a_sale(a_line(amount, department="produce", brand="ours"), a_line(amount, brand="ours")))
    return story


def _nobody() -> Story:
    story = Story("Nothing is earned before joining nor after leaving", programme())
    story.tell(a_sale(1000), have={"points": 0})
    story.tell(a_sale(1000, payments=[Payment("points", 1)]), refused="not_a_member")
    story.tell(a_sale(1000, payments=[Payment("points", 1)]), has_happened=True)
    story.tell(Joining(on("2026-03-05")))
    story.tell(a_sale(1000, at=on("2026-03-04")), have={"points": 0})
    story.tell(a_sale(1000, at=on("2026-03-05")), have={"points": 10})
    return story


def _late() -> Story:
    plan = programme(BASE, rule("gold", "{fixed: 100}", "when: {tiers: [gold]}"), tiers=TIERS)
    story = Story("A ticket told late counts on its own day, and changes nothing that was decided", plan)
    story.tell(Joining(on("2026-01-05")))
    story.tell(a_sale(80_000, at=on("2026-02-10")), tier="bronze")
    story.tell(a_sale(10_000, at=on("2026-03-10")), tier="bronze")
    story.tell(a_sale(30_000, at=on("2026-02-20")), now=on("2026-03-15"), tier="gold")
    story.tell(a_sale(1_000, at=on("2026-02-15")), now=on("2026-03-16"))
    story.tell(a_sale(1_000, at=on("2026-03-01")), now=on("2026-03-16"))
    story.tell(a_sale(1_000, at=on("2025-12-31")), now=on("2026-03-16"), has_happened=True)
    return story


def _new_version() -> Story:
    story = Story("A new version decides what happens from then on", programme(), a_member())
    story.tell(a_sale(1000), have={"points": 10})
    story.programme = programme(rule("base", "{per_amount: {give: 2, each: 1.00}}"), name="club-2", version=2)
    story.tell(a_sale(1000), have={"points": 30})
    return story


def _welcome() -> Story:
    plan = programme(
        BASE,
        rule("welcome", "{fixed: 100}", "trigger: joining", "times: {limit: 1, per: ever}"),
        rule("web", "{fixed: 7}", "trigger: joining", "when: {channels: [web], first_day: 2026-03-01}"),
        rule("first-three", "{fixed: 50}", "trigger: joining", "when: {stores: [a]}"),
        tiers=TIERS,
    )
    story = Story("What joining gives", plan)
    story.tell(Joining(on("2026-03-02"), "a", "web"), have={"points": 157}, tier="bronze")
    story.tell(Joining(on("2026-03-03"), "a", "web"), refused="already_a_member")
    return story
