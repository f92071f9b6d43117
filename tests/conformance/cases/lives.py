"""Lives drawn from a seed: whatever may happen, in any order, late, twice, refused or not."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from assidu.decisions.chance import Chance, OpenDraw
from assidu.decisions.events import (
    Absorption,
    Activity,
    AudienceChange,
    Correction,
    Event,
    Hold,
    Joining,
    Leaving,
    LineKind,
    Merger,
    OfferStep,
    OpeningLot,
    Payment,
    Release,
    Resumption,
    Return,
    ReturnedLine,
    RewardCancellation,
    RewardRequest,
    Sale,
    SaleLine,
    ShownCode,
    StatusGrant,
    Suspension,
    TakeOver,
    TransferOut,
)
from assidu.decisions.state import State
from builders.documents import BASE
from builders.offers import offers
from conformance.cases.plans import CENTS, VOUCHER, points, programme, rule
from conformance.story import Programme, Story

LIVES, EVENTS = 24, 28
POLICIES = ("within_balance", "may_go_negative", "only_pending")
SECRET = bytes(reversed(range(32)))
MORE = """\
audiences: [{code: young, name: {fr: y, en: y}}]
engagement: {half_life_months: 3, weights: [{of: sale, score: 3}, {of: visit, score: 5}]}
exclusions: {departments: [tobacco], kinds: [gift_card, deposit], discounted: true}
rewards:
  - code: voucher-5
    name: {fr: v, en: v}
    costs: {currency: points, units: 60}
    gives: {currency: voucher-5}
    stock: 5
    cancel_within: {days: 14}
"""
TIERS = """\
tiers:
  window: {kind: rolling_months, months: 3}
  keep: {months: 2, until_end_of: month}
  grace: {months: 1}
  levels:
    - {code: bronze, name: {fr: b, en: b}}
    - {code: silver, name: {fr: s, en: s}, spend_at_least: 300.00}
    - {code: gold, name: {fr: g, en: g}, spend_at_least: 900.00, engagement_at_least: 40}
"""
PRODUCE = "lines: {departments: [produce]}"
RULES = (
    BASE,
    rule("double", "{multiply: {rule: base, percent: 200}}", PRODUCE, "when: {tiers: [silver, gold]}",
         "cap_per_sale: 60"),
    rule("half", "{per_amount: {give: 1, each: 2.00, rounding: half_even}}", "cap: {units: 40, per: day}"),
    rule("steps", "{steps: [{at_least: 20.00, give: 20}, {at_least: 50.00, give: 80}]}",
         "times: {limit: 2, per: week}"),
    rule("early", "{fixed: 10}", "quota: {first: 2, per: day, over: store}", "expires: {days: 3}"),
    rule("first", "{fixed: 20}", "when: {first_purchase: true}", "pending: {days: 10}"),
    rule("young", "{fixed: 2}", "when: {audiences: [young], amount_at_most: 40.00}"),
    rule("web", "{per_amount: {give: 1, each: 0.50, rounding: up}}",
         "when: {channels: [web], days: [saturday, sunday]}", currency="cents"),
    rule("stars", "{per_amount: {give: 1, each: 3.00}}", "lines: {brands: [ours]}", currency="stars"),
    rule("mission", "{fixed: 15}", "goal: {measure: departments, at_least: 2, per: month}", currency="stars"),
    rule("streak", "{fixed: 25}", "goal: {measure: purchases, at_least: 1, per: week, in_a_row: 2}"),
    rule("visit", "{fixed: 1}", "trigger: activity", "activity: visit", "times: {limit: 1, per: day}"),
    rule("welcome", "{fixed: 100}", "trigger: joining", "times: {limit: 2, per: year}"),
)  # fmt: skip
OFFERS = offers(
    "ten: effect: {percent: {off: 10, at_most: 5.00}}|lines: {departments: [produce]}|times: {limit: 3, per: month}",
    "five: effect: {amount: 5.00}|when: {amount_at_least: 30.00}|budget: {amount: 40.00, per: week}"
    "|gives_back: [budget]",
    "bag: effect: {gift: {name: {fr: Sac, en: Bag}}}|chance: {one_in: 5}|stock: 3",
    "plus: effect: {points: {currency: stars, units: 9}}|needs: activated",
    "code: effect: {percent: {off: 50}}|needs: code|combines: true",
)


def stories() -> Iterator[Story]:
    for number in range(LIVES):
        chance = random.Random(f"life {number}")  # the same for ever
        plan = _plan(POLICIES[number % 3], earns=bool(number & 1), is_extended=number % 4 == 3)
        story = Story(f"Life {number + 1}", plan, is_traced=False)
        story.chance = Chance(f"member-{number}", {"bag": OpenDraw(SECRET)})
        _live(story, chance)
        yield story


def _plan(policy: str, *, earns: bool, is_extended: bool) -> Programme:
    expires = "expires: {weeks: 6, extended_by_purchases: true}" if is_extended else "expires: {weeks: 6}"
    stars = points(
        expires,
        "pending: {days: 9}",
        "debt_at_most: 12",
        "transfers: {at_least: 2, cap: {units: 30, per: month}}",
    )
    more = f"returns: {{take_back: {policy}}}\npart_paid_with_rewards_earns: {str(earns).lower()}\n{MORE}{OFFERS}"
    return programme(*RULES, name="every-kind", more=more, tiers=TIERS, currencies=stars + CENTS + VOUCHER)


def _live(story: Story, chance: random.Random) -> None:
    now = datetime(2026, 1, 14, 10, tzinfo=UTC)
    stranger: State | None = None
    for number in range(EVENTS):
        now += timedelta(hours=chance.choice([0, 1, 3, 20, 49, 200, 900]))
        event = Joining(now, "a", "web") if number == 0 else _event(story, chance, now)
        if isinstance(event, Merger) and stranger is None:
            stranger = story.state
            continue
        if isinstance(event, Sale) and chance.random() < 0.4:
            event = story.ask(event)
        absorbed = stranger if isinstance(event, Merger) else None
        story.try_(event, now=now, has_happened=chance.random() < 0.25, absorbed=absorbed)
    story.try_(Absorption(now))


def _event(story: Story, chance: random.Random, now: datetime) -> Event:
    weights = {
        _sale: 40, _return: 15, _correction: 5, _reward: 6, _hold: 6, _release: 3, _activity: 6, _step: 5,
        _staff: 3, _membership: 6, _transfer: 3, _arrival: 2,
    }  # fmt: skip
    [make] = chance.choices(list(weights), list(weights.values()))
    return make(story, chance, now) or _sale(story, chance, now)


def _sale(story: Story, chance: random.Random, now: datetime) -> Event:
    lines = tuple(_line(chance) for _ in range(chance.randint(1, 4)))
    payments = [Payment("points", 30), Payment("stars", 2), Payment("voucher-5", 1), Payment("cents", 12)]
    paid = tuple(chance.sample(payments, chance.choice([0, 0, 0, 1, 2])))
    codes = (ShownCode("code", f"c{chance.randint(1, 3)}"),) if chance.random() < 0.15 else ()
    hold = chance.choice(sorted(story.state.holds)) if story.state.holds and chance.random() < 0.6 else ""
    at = now - timedelta(days=chance.choice([0, 0, 0, 0, 0, 1, 20]))
    return Sale(at, chance.choice("ab"), chance.choice(["store", "web"]), lines, paid, codes, hold)


def _line(chance: random.Random) -> SaleLine:
    return SaleLine(
        chance.choice(["apple", "soap", "wine"]),
        chance.choice([0, 1, -200, *(chance.randint(1, 9000) for _ in range(4)), 60_000]),
        chance.choice([1, 1, 2, 0, -1]),
        chance.choice([0, 0, 0, 50]),
        chance.choice(["produce", "grocery", "tobacco"]),
        chance.choice(["", "ours", "national"]),
        550,
        chance.choice([LineKind.PRODUCT] * 4 + [LineKind.GIFT_CARD]),
    )


def _return(story: Story, chance: random.Random, now: datetime) -> Event | None:
    sales = [(seq, one.event) for seq, one in sorted(story.written.items()) if isinstance(one.event, Sale)]
    if not sales:
        return None
    seq, sale = chance.choice(sales[-6:])
    parts = [
        ReturnedLine(i, chance.randint(1, line.amount_minor))
        for i, line in enumerate(sale.lines)
        if line.amount_minor > 0 and chance.random() < 0.5
    ]
    return Return(now, seq, tuple(parts))


def _correction(story: Story, chance: random.Random, now: datetime) -> Event:
    return Correction(
        now, chance.choice(["points", "stars", "cents"]), chance.choice([-150, -8, -1, 0, 40, 300])
    )


def _reward(story: Story, chance: random.Random, now: datetime) -> Event:
    if story.state.asked and chance.random() < 0.5:
        return RewardCancellation(now, chance.choice(sorted(story.state.asked)))
    return RewardRequest(now, chance.choice(["voucher-5", "voucher-5", "bicycle"]), chance.randint(1, 2))


def _hold(story: Story, chance: random.Random, now: datetime) -> Event:
    payments = (Payment(chance.choice(["points", "stars"]), chance.randint(1, 40)),)
    return Hold(now, payments, chance.choice([15, 60 * 24, 60 * 24 * 40]))


def _release(story: Story, chance: random.Random, now: datetime) -> Event | None:
    return Release(now, chance.choice(sorted(story.state.holds))) if story.state.holds else None


def _activity(story: Story, chance: random.Random, now: datetime) -> Event:
    return Activity(now, chance.choice(["visit", "visit", "review"]), chance.choice("ab"), "store")


def _step(story: Story, chance: random.Random, now: datetime) -> Event:
    until = None if chance.random() < 0.5 else (now + timedelta(days=20)).date()
    return OfferStep(
        now, chance.choice(["plus", "plus", "none"]), chance.choice(["allotted", "seen", "activated"]), until
    )


def _staff(story: Story, chance: random.Random, now: datetime) -> Event:
    if chance.random() < 0.5:
        return AudienceChange(now, "young", is_in=chance.random() < 0.7)
    until = None if chance.random() < 0.5 else (now + timedelta(days=30)).date()
    return StatusGrant(now, chance.choice(["silver", "gold"]), until)


def _membership(story: Story, chance: random.Random, now: datetime) -> Event:
    if story.state.joined_on is None or story.state.left_on is not None:
        return Joining(now, "b", "store")
    found: list[Event] = [
        Leaving(now),
        Suspension(now),
        Resumption(now),
        Resumption(now),
        Merger(now),
        Merger(now),
    ]
    return chance.choice(found)


def _transfer(story: Story, chance: random.Random, now: datetime) -> Event:
    return TransferOut(now, chance.choice(["stars", "stars", "points"]), chance.choice([1, 2, 15]))


def _arrival(story: Story, chance: random.Random, now: datetime) -> Event:
    day = now.date()
    lots = (
        OpeningLot("points", 250, day - timedelta(days=90), day + timedelta(days=60)),
        OpeningLot("stars", 6, day, None, day + timedelta(days=9)),
    )
    return TakeOver(
        now, day - timedelta(days=500), chance.choice([None, "gold"]), day + timedelta(days=9), lots
    )
