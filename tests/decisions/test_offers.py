"""Offers on a ticket: told before it is paid, honoured when it was, taken back with what comes back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions import decide
from assidu.decisions.chance import Chance, OpenDraw, commitment, drawn
from assidu.decisions.decision import Account, Decision, ReasonCode, RefusalCode, Refused
from assidu.decisions.events import AppliedOffer, OfferStep, Return, ReturnedLine, ShownCode, Suspension
from assidu.decisions.facts import Facts
from assidu.decisions.nearness import reached_percent
from assidu.decisions.offers.effects import taken_off, taken_off_one
from assidu.decisions.offers.given import NoteCause, OfferNote, Step
from assidu.decisions.offers.theirs import offers_of
from assidu.decisions.plan.offers import AmountOff, BuyGet, FixedPrice, PercentOff, PriceEffect
from assidu.decisions.sold import kept_of
from assidu.plans.compile import compile_plan
from builders.documents import a_document, a_rule
from builders.offers import Shopper, a_plan_with, as_paid, off, offers, units
from builders.sales import NOON, a_line, a_sale, on
from builders.states import a_member

PRODUCE = "lines: {departments: [produce]}"


def shopper(*written: str, stacking: str = "", tier: str | None = None) -> Shopper:
    found = Shopper(a_plan_with(*written, stacking=stacking))
    found.state = a_member(seq=0, tier=tier)
    return found


# ---------------------------------------------------------------- what is taken off


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("{percent: {off: 20}}", [200, 101, 0]),
        ("{percent: {off: 20, at_most: 1.50}}", [100, 50, 0]),
        ("{amount: 5.00}", [332, 168, 0]),
        ("{amount: 50.00}", [1000, 505, 0]),
        ("{price: 3.00}", [700, 0, 0]),
        ("{free: 1}", [0, 252, 0]),
        ("{buy: {buy: 2, get: 1}}", [0, 252, 0]),
        ("{buy: {buy: 1, get: 1, percent: 50}}", [0, 126, 0]),
        ("{buy: {buy: 3, get: 1}}", [0, 0, 0]),
    ],
)
def test_each_effect_takes_off_what_it_says_to_the_cent(effect: str, expected: list[int]) -> None:
    """Three units: one at 10 €, two at 2.52 € each; the gift card has no offers."""
    basket = a_sale(a_line(1000, department="produce"), a_line(505, department="produce", quantity=2), 300)
    told = shopper(f"o: effect: {effect}|{PRODUCE}").tries(basket)
    by_line = dict(told.offers.given[0].by_line) if told.offers.given else {}
    assert [by_line.get(i, 0) for i in range(3)] == expected


@settings(max_examples=80)
@given(
    st.sampled_from(
        [
            PercentOff(30),
            PercentOff(30, 100),
            AmountOff(250),
            FixedPrice(120),
            BuyGet(0, 1),
            BuyGet(1, 1, 50),
            BuyGet(2, 1),
        ]
    ),
    st.integers(0, 5_000),
    st.integers(-1, 7),
    st.integers(0, 5_000),
)
def test_one_line_alone_is_worked_out_as_among_others(
    effect: PriceEffect, amount: int, quantity: int, room: int
) -> None:
    room = min(room, amount)
    assert taken_off(effect, (amount,), (quantity,), (room,)) == [
        taken_off_one(effect, amount, quantity, room)
    ]


def test_the_reduced_amount_is_what_earns_and_what_counts_for_the_status() -> None:
    customer = shopper("o: effect: {percent: {off: 50}}")
    told = customer.buys(a_sale(10_000))
    assert units(told) == {"base": 50}
    assert told.eligible_minor == 5_000


def test_a_ticket_recorded_as_it_was_evaluated_is_given_the_same_and_nothing_is_noted() -> None:
    customer = shopper("o: effect: {percent: {off: 10}}", "p: effect: {points: {currency: points, units: 7}}")
    basket = a_sale(1_999, 1)
    told = customer.tries(basket)
    recorded = customer.records(as_paid(basket, told))
    assert off(recorded) == off(told) == {"o": 200}
    assert recorded.awards == told.awards
    assert recorded.offers.notes == ()


@pytest.mark.parametrize(
    ("applied", "note"),
    [
        ({"o": 100}, None),
        ({"o": 150}, (NoteCause.MORE_THAN_DUE, 150, 100)),
        ({"o": 50}, (NoteCause.LESS_THAN_DUE, 50, 100)),
        ({}, (NoteCause.NOT_GIVEN, 0, 100)),
        ({"o": 100, "gone": 30}, (NoteCause.UNKNOWN_OFFER, 30, 0)),
        ({"o": 100, "gold": 30}, (NoteCause.NOT_DUE, 30, 0)),
    ],
)
def test_what_a_till_applied_otherwise_is_honoured_and_noted(
    applied: dict[str, int], note: tuple[NoteCause, int, int] | None
) -> None:
    customer = shopper(
        "o: effect: {amount: 1.00}", "gold: effect: {amount: 2.00}|when: {tiers: [gold]}|combines: true"
    )
    line = a_line(1000 - sum(applied.values()))
    line = replace(line, offers=tuple(AppliedOffer(code, amount) for code, amount in applied.items()))
    told = customer.records(a_sale(line))
    noted = [(one.cause, one.told_minor, one.due_minor) for one in told.offers.notes]
    assert noted == ([note] if note else [])
    assert off(told) == {code: amount for code, amount in applied.items() if code != "gone"}


def test_nobody_is_given_offers_without_being_a_member() -> None:
    customer = shopper("o: effect: {percent: {off: 10}}")
    customer.state = replace(customer.state, membership=type(customer.state.membership).NONE, joined_on=None)
    assert off(customer.tries(a_sale(1000))) == {}
    line = replace(a_line(900), offers=(AppliedOffer("o", 100),))
    assert [n.cause for n in customer.records(a_sale(line)).offers.notes] == [NoteCause.NOT_DUE]


# ---------------------------------------------------------------- 22 and 23: lines and percentages


def test_a_line_already_discounted_by_another_team_is_left_alone_unless_the_offer_takes_it() -> None:
    basket = a_sale(a_line(1000, discount_minor=200), a_line(500))
    assert off(shopper("o: effect: {percent: {off: 10}}").tries(basket)) == {"o": 50}
    assert off(shopper("o: effect: {percent: {off: 10}}|takes_discounted: true").tries(basket)) == {"o": 150}
    alone = a_sale(a_line(1000, discount_minor=200))
    assert shopper("o: effect: {percent: {off: 10}}").why(alone)["o"] is ReasonCode.ALREADY_DISCOUNTED


def test_a_line_in_a_promotion_of_the_calendar_is_left_alone_too_whether_or_not_its_amount_is_known() -> None:
    ten = "o: effect: {percent: {off: 10}}"
    for known_minor in (0, 200):
        promoted = a_line(1000, promotion="spring", promotion_minor=known_minor)
        assert off(shopper(ten).tries(a_sale(promoted, a_line(500)))) == {"o": 50}
        assert off(shopper(f"{ten}|takes_discounted: true").tries(a_sale(promoted, a_line(500)))) == {
            "o": 150
        }
        assert shopper(ten).why(a_sale(promoted))["o"] is ReasonCode.ALREADY_DISCOUNTED


def test_one_benefit_for_each_line_unless_offers_combine() -> None:
    ten, twenty = "ten: effect: {percent: {off: 10}}", f"twenty: effect: {{percent: {{off: 20}}}}|{PRODUCE}"
    basket = a_sale(a_line(1000, department="produce"), a_line(1000))
    assert off(shopper(ten, twenty).tries(basket)) == {"ten": 100, "twenty": 200}
    joined = shopper(f"{ten}|combines: true", twenty).tries(basket)
    assert off(joined) == {"ten": 80 + 100, "twenty": 200}
    initial = shopper(f"{ten}|combines: true|on_initial_price: true", twenty).tries(basket)
    assert off(initial) == {"ten": 100 + 100, "twenty": 200}


def test_a_group_leaves_room_for_so_many_and_an_exclusive_offer_for_none() -> None:
    stacking = "stacking: {groups: [{code: one}]}\n"
    a, b = "a: effect: {amount: 1.00}|group: one", f"b: effect: {{amount: 3.00}}|group: one|{PRODUCE}"
    basket = a_sale(1000, a_line(1000, department="produce"))
    assert off(shopper(a, b, stacking=stacking).tries(basket)) == {"b": 300}
    alone = "alone: effect: {percent: {off: 20}}|exclusive: true"
    assert off(shopper(a, b, alone, stacking=stacking).tries(basket)) == {"alone": 400}
    order = "stacking: {choose: in_order, groups: [{code: one}]}\n"
    assert off(shopper(a, b, alone, stacking=order).tries(basket)) == {"a": 100}
    assert off(shopper(a, f"{b}|priority: 5", stacking=order).tries(basket)) == {"b": 300}


def test_points_on_lines_of_their_own_compete_with_what_is_taken_off_them() -> None:
    points = f"points: effect: {{points: {{currency: points, units: 500}}}}|{PRODUCE}"
    percent = f"percent: effect: {{percent: {{off: 10}}}}|{PRODUCE}"
    basket = a_sale(a_line(1000, department="produce"))
    told = shopper(points, percent).tries(basket)
    assert (off(told), units(told)) == ({}, {"base": 10, "points": 500})
    customer = shopper(points, percent)
    line = replace(a_line(900, department="produce"), offers=(AppliedOffer("percent", 100),))
    recorded = customer.records(a_sale(line))
    assert units(recorded) == {"base": 9}, "the till gave the line another benefit already"


# ---------------------------------------------------------------- limits


def test_budget_has_three_left_and_the_offer_is_worth_five_is_clipped_or_refused() -> None:
    for clip, expected in (("true", {"o": 300}), ("false", {})):
        customer = shopper(f"o: effect: {{amount: 5.00}}|budget: {{amount: 8.00, clip: {clip}}}")
        assert off(customer.buys(a_sale(1000))) == {"o": 500}
        told = customer.tries(a_sale(1000))
        assert off(told) == expected
        if expected:
            [one] = told.offers.given
            assert (one.given_minor, one.wished_minor) == (300, 500)
        customer.buys(a_sale(1000))
        assert customer.places["budget:o:ever"] == 500 + sum(expected.values())


def test_points_under_a_budget_are_clipped_and_both_figures_are_told() -> None:
    customer = shopper("o: effect: {points: {currency: points, units: 5}}|budget: {units: 8}")
    customer.buys(a_sale(100))
    told = customer.buys(a_sale(100))
    [award] = [award for award in told.awards if award.rule == "o"]
    assert (award.quantity, award.wished) == (3, 5)
    assert units(customer.buys(a_sale(100))) == {"base": 1}


def test_what_goes_beyond_a_budget_is_honoured_and_noted_and_the_budget_stays_exact() -> None:
    customer = shopper("o: effect: {amount: 5.00}|budget: {amount: 8.00}")
    basket = a_sale(1000)
    paid = as_paid(basket, customer.tries(basket))
    customer.records(paid)
    late = customer.records(paid)
    assert off(late) == {"o": 500}
    assert late.offers.notes == (OfferNote("o", NoteCause.MORE_THAN_DUE, 500, 300),)
    assert customer.places["budget:o:ever"] == 800
    assert [n.cause for n in customer.records(paid).offers.notes] == [NoteCause.BEYOND_LIMIT]
    assert customer.places["budget:o:ever"] == 800


def test_so_often_for_each_customer_and_the_first_so_many_of_the_day_in_each_store() -> None:
    customer = shopper(
        "o: effect: {amount: 1.00}|times: {limit: 2, per: month}|quota: {first: 3, per: day, over: store}"
    )
    assert [off(customer.buys(a_sale(1000))) for _ in range(3)] == [{"o": 100}, {"o": 100}, {}]
    assert customer.state.counters["offer:o:2026-03"] == 2
    assert customer.places == {"quota:o:2026-03-02:317": 2}
    other = Shopper(customer.plan, customer.places)
    assert [off(other.buys(a_sale(1000))) for _ in range(2)] == [{"o": 100}, {}]
    assert off(other.buys(a_sale(1000, store="318"))) == {"o": 100}


# ---------------------------------------------------------------- 13 and 16: cancelling


def test_a_place_is_freed_by_a_return_only_where_the_plan_says_so_and_stock_comes_back_once() -> None:
    for gives_back, left in (("[stock]", (1, 0)), ("[place, stock]", (0, 0)), ("[]", (1, 1))):
        customer = shopper(
            "o: effect: {gift: {name: {fr: Sac, en: Bag}}}|quota: {first: 10, per: day}|stock: 5"
            f"|gives_back: {gives_back}"
        )
        bought = customer.records(a_sale(1000))
        assert [(one.offer, one.quantity) for one in bought.offers.given] == [("o", 1)]
        customer.records(Return(NOON, 1, (ReturnedLine(0, 400),)))
        assert customer.places == {"quota:o:2026-03-02:*": 1, "stock:o": 1}, "the ticket still deserves it"
        back = customer.records(Return(NOON, 1))
        assert [(one.offer, one.quantity) for one in back.offers.given] == [("o", -1)]
        assert (customer.places["quota:o:2026-03-02:*"], customer.places["stock:o"]) == left


def test_returns_in_parts_take_each_offer_back_exactly() -> None:
    customer = shopper("o: effect: {percent: {off: 15}}|budget: {amount: 100.00}|gives_back: [budget]")
    bought = customer.buys(a_sale(333, 1001, 7))
    given = bought.offers.given[0].given_minor
    assert customer.places["budget:o:ever"] == given
    backs = [
        customer.records(Return(NOON, 1, (ReturnedLine(1, 500),))),
        customer.records(Return(NOON, 1, (ReturnedLine(0, 100), ReturnedLine(1, 1)))),
        customer.records(Return(NOON, 1)),
    ]
    assert sum(one.given_minor for back in backs for one in back.offers.given) == -given
    assert customer.places["budget:o:ever"] == 0
    assert customer.state.available("points") == 0


def test_a_return_decides_an_offer_of_points_again_and_draws_nothing_anew() -> None:
    customer = shopper("o: effect: {points: {currency: points, units: 30}}|when: {amount_at_least: 10.00}")
    customer.records(a_sale(700, 500))
    assert customer.state.available("points") == 12 + 30
    back = customer.records(Return(NOON, 1, (ReturnedLine(1, 500),)))
    assert {(c.rule, c.quantity) for c in back.clawbacks} == {("base", 5), ("o", 30)}


# ---------------------------------------------------------------- chance


SECRET = bytes(range(32))


def test_a_draw_depends_on_the_secret_the_customer_and_the_place_of_the_ticket() -> None:
    customer = shopper("o: effect: {gift: {name: {fr: Vélo, en: Bicycle}}}|chance: {one_in: 4}|stock: 1000")
    customer.chance = Chance("member-1", {"o": OpenDraw(SECRET)})
    won = []
    for seq in range(1, 60):
        told = customer.records(a_sale(100))
        number = drawn(SECRET, "o", "member-1", seq, 4)
        assert told.inputs is not None
        assert told.inputs.grants["draw:o"] == number
        assert bool(told.offers.given) == (number == 0)
        won.append(bool(told.offers.given))
    assert 5 < sum(won) < 30
    assert commitment(SECRET) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"


def test_the_last_prize_and_two_winning_draws_give_one_prize() -> None:
    written = "o: effect: {gift: {name: {fr: Vélo, en: Bicycle}}}|chance: {one_in: 2}|stock: 1"
    places: dict[str, int] = {}
    winners = []
    for n in range(20):
        customer = Shopper(a_plan_with(written), places, chance=Chance(f"m{n}", {"o": OpenDraw(SECRET)}))
        told = customer.records(a_sale(100))
        winners.append((drawn(SECRET, "o", f"m{n}", 1, 2), len(told.offers.given)))
    assert sum(given for _, given in winners) == 1
    assert [number for number, _ in winners].count(0) > 2
    assert winners[[number for number, _ in winners].index(0)][1] == 1, "the first one drawn has it"


def test_an_evaluation_tells_the_odds_and_never_the_draw() -> None:
    customer = shopper(
        "o: effect: {points: {currency: points, units: 50}}|chance: {one_in: 50}|times: {limit: 1, per: month}"
    )
    customer.chance = Chance("m", {"o": OpenDraw(SECRET)})
    assert customer.why(a_sale(1000))["o"] is ReasonCode.ODDS
    told = customer.tries(a_sale(1000))
    assert told.inputs is not None
    assert "draw:o" not in told.inputs.grants


def test_a_ticket_from_before_the_draw_was_committed_to_is_not_drawn() -> None:
    customer = shopper("o: effect: {points: {currency: points, units: 50}}|chance: {one_in: 2}")
    for opened_at, number in ((NOON, 1), (NOON + timedelta(seconds=1), None)):
        customer.chance = Chance("member-1", {"o": OpenDraw(SECRET, opened_at)})
        told = customer.records(a_sale(1000, at=NOON))
        assert told.inputs is not None
        assert told.inputs.grants.get("draw:o") == number
        assert told.offers.undrawn == (() if number is not None else ("o",))
    assert customer.why(a_sale(1000, at=NOON), is_basket=False)["o"] is ReasonCode.ODDS
    past = decide(
        customer.plan, Facts(customer.state, chance=Chance("member-1", {})), a_sale(1000), trace=True
    )
    assert isinstance(past, Decision)
    assert ("o", ReasonCode.NOT_DRAWN) in [(reason.rule, reason.code) for reason in past.reasons]


# ---------------------------------------------------------------- activation and codes


def step(offer: str, step: str, until: str | None = None, at: str = "2026-03-02") -> OfferStep:
    return OfferStep(on(at), offer, step, None if until is None else date.fromisoformat(until))


def test_an_offer_is_allotted_seen_activated_and_used_and_is_the_same_on_every_channel() -> None:
    customer = shopper(
        "o: effect: {amount: 1.00}|needs: activated", "a: effect: {amount: 2.00}|needs: allotted"
    )
    basket = a_sale(a_line(1000), at=on("2026-03-03"))
    assert customer.why(basket) == {
        "base": ReasonCode.APPLIED,
        "o": ReasonCode.NOT_ACTIVATED,
        "a": ReasonCode.NOT_ALLOTTED,
    }
    assert customer.told(step("a", "activated")) == Refused(RefusalCode.OFFER_NOT_ALLOTTED, subject="a")
    customer.records(step("o", "seen"))
    customer.records(step("o", "activated"))
    customer.records(step("o", "seen"))
    assert customer.state.offers["o"].step == Step.ACTIVATED, "steps only go forward"
    assert off(customer.tries(replace(basket, channel="web"))) == {"o": 100}
    customer.buys(basket)
    assert customer.state.offers["o"].step == Step.USED
    assert customer.why(basket)["o"] is ReasonCode.OFFER_USED


def test_an_allotted_offer_expires_by_its_date_and_may_be_allotted_again() -> None:
    customer = shopper("a: effect: {amount: 2.00}|needs: allotted")
    customer.records(step("a", "allotted", "2026-03-10"))
    assert off(customer.tries(a_sale(1000, at=on("2026-03-09")))) == {"a": 200}
    assert off(customer.tries(a_sale(1000, at=on("2026-03-10")))) == {}
    assert customer.told(step("a", "seen", at="2026-03-10")) == Refused(RefusalCode.OFFER_OVER, subject="a")
    customer.records(step("a", "allotted", "2026-04-10", at="2026-03-12"))
    assert off(customer.buys(a_sale(1000, at=on("2026-03-20")))) == {"a": 200}
    assert customer.why(a_sale(1000, at=on("2026-03-21")))["a"] is ReasonCode.OFFER_USED
    assert customer.told(step("none", "allotted")) == Refused(RefusalCode.UNKNOWN_OFFER, subject="none")


def test_a_code_serves_once_whoever_shows_it() -> None:
    customer = shopper("c: effect: {percent: {off: 50}}|needs: code")
    with_code = replace(a_sale(1000), codes=(ShownCode("c", "ab12"),))
    assert customer.why(a_sale(1000))["c"] is ReasonCode.NO_CODE
    assert off(customer.buys(with_code)) == {"c": 500}
    assert off(customer.tries(with_code)) == {}
    other = Shopper(customer.plan, customer.places)
    assert off(other.tries(with_code)) == {}


# ---------------------------------------------------------------- the law


LAW = "legal_caps: [{law: egalim-food, departments: [grocery]}]\n"


def test_no_stacking_goes_beyond_what_the_law_allows_at_once_or_later() -> None:
    twice = ("a: effect: {percent: {off: 30}}|combines: true|takes_discounted: true",
             "b: effect: {percent: {off: 30}}|combines: true|takes_discounted: true")  # fmt: skip
    basket = a_sale(a_line(1000), a_line(1000, department="books"))
    told = shopper(*twice, stacking=LAW).tries(basket)
    by_line = [sum(dict(one.by_line).get(i, 0) for one in told.offers.given) for i in range(2)]
    assert by_line == [340, 510]
    already = a_sale(a_line(800, discount_minor=200))
    assert off(shopper(*twice, stacking=LAW).tries(already)) == {"a": 140}
    later = "p: effect: {points: {currency: points, units: 900}}|lines: {departments: [grocery]}"
    assert units(shopper(later, stacking=LAW).tries(a_sale(1000)))["p"] == 340
    before = shopper(*twice, stacking=LAW).tries(a_sale(a_line(1000), at=on("2018-06-01")))
    assert off(before) == {}, "not a member then"


@settings(max_examples=60, deadline=None)
@given(
    paid=st.integers(1, 5_000),
    discount=st.integers(0, 2_000),
    taken=st.sampled_from([0, 10, 34]),
    back=st.integers(0, 5_000),
)
def test_what_rules_give_on_a_product_stays_within_the_law_with_all_that_is_taken_off(
    paid: int, discount: int, taken: int, back: int
) -> None:
    of_dairy = "lines: {departments: [dairy]}"
    rules = (
        a_rule("{per_amount: {give: 30, each: 1.00}}", of_dairy, code="thirty"),
        a_rule("{fixed: 40}", of_dairy, code="forty"),
        a_rule("{fixed: 7}", code="ticket"),
    )
    law = "legal_caps: [{law: egalim-food, departments: [dairy], holds_rules: true}]\n"
    takes = f"less: effect: {{percent: {{off: {taken}}}}}|{of_dairy}|takes_discounted: true"
    more = offers(takes, stacking=law) if taken else law
    customer = Shopper(compile_plan(a_document(*rules, more=more), 1))
    told = customer.buys(a_sale(a_line(paid, department="dairy", discount_minor=discount)))
    [line] = customer.history[-1][0].lines  # type: ignore[union-attr]
    gone = discount + paid - line.amount_minor
    later = sum(award.quantity for award in told.awards if award.rule != "ticket")
    room = max((paid + discount) * 34 // 100 - gone, 0)
    assert later <= room
    if back := min(back, line.amount_minor):
        customer.records(Return(on("2026-03-20"), 1, (ReturnedLine(0, back),)))
        kept = kept_of(customer.sold(1))
        left = sum(quantity for (rule, _), quantity in kept.items() if rule != "ticket")
        assert left <= room * (line.amount_minor - back) // line.amount_minor


@pytest.mark.parametrize(
    ("day", "most"),
    [("2024-02-29", 1000), ("2024-03-01", 340), ("2025-04-15", 340), ("2025-04-16", 400), ("2028-04-15", 400),
     ("2028-04-16", 1000)],
)  # fmt: skip
def test_goods_other_than_food_are_held_to_the_limit_of_their_day(day: str, most: int) -> None:
    law = "legal_caps: [{law: egalim-care, departments: [grocery]}]\n"
    customer = shopper("all: effect: {amount: 50.00}", stacking=law)
    customer.state = replace(customer.state, joined_on=date(2023, 1, 1))
    assert off(customer.tries(a_sale(a_line(1000), at=on(day)))) == {"all": most}


# ---------------------------------------------------------------- what holds always


def test_a_grant_that_turns_out_not_to_be_needed_goes_back() -> None:
    """The better offer's place is gone, so that the ticket has the other one; nothing is kept that was not used."""
    customer = shopper(
        "best: effect: {points: {currency: points, units: 500}}|stock: 1|quota: {first: 100, per: day}|group: one",
        "next: effect: {points: {currency: points, units: 200}}|group: one",
        stacking="stacking: {groups: [{code: one}]}\n",
    )
    assert units(customer.records(a_sale(1000))) == {"base": 10, "best": 500}
    assert units(customer.records(a_sale(1000))) == {"base": 10, "next": 200}
    assert customer.places == {"quota:best:2026-03-02:*": 1, "stock:best": 1}


def test_a_plan_without_offers_is_decided_as_before() -> None:
    customer = Shopper(a_plan_with("x: effect: {amount: 1.00}|when: {stores: [nowhere]}"))
    told = customer.records(a_sale(1000))
    assert not told.offers
    assert [(p.source, p.target, p.quantity) for p in told.postings] == [
        (Account.ISSUED, Account.AVAILABLE, 10)
    ]


SELECTIONS = (
    "products: [a]",
    "products: [b, a]",
    "products: [c]",
    "departments: [books, grocery]",
    "products: [a, b], departments: [books]",
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(SELECTIONS), st.booleans()), min_size=1, max_size=9
    )
)
def test_telling_why_changes_nothing_of_what_is_decided(found: list[tuple[int, str, bool]]) -> None:
    written = [
        f"o-{n}: effect: {{percent: {{off: {off_}}}}}|lines: {{{lines}}}|combines: {str(joins).lower()}"
        for n, (off_, lines, joins) in enumerate(found)
    ]
    customer = shopper(*written, "all: effect: {percent: {off: 15}}")
    basket = a_sale(
        a_line(999, sku="a"),
        a_line(501, sku="b", department="books"),
        a_line(250, sku="d"),
        a_line(100, sku="a"),
    )
    facts = Facts(customer.state, is_basket=True)
    plain, traced = (decide(customer.plan, facts, basket, trace=trace) for trace in (False, True))
    assert isinstance(plain, Decision)
    assert isinstance(traced, Decision)
    assert replace(traced, reasons=()) == replace(plain, reasons=())


# ---------------------------------------------------------------- what is theirs


def test_each_offer_has_one_state_for_its_customer_whoever_asks() -> None:
    customer = shopper(
        "open: effect: {amount: 1.00}",
        "gold: effect: {amount: 2.00}|when: {tiers: [gold]}",
        "club: effect: {percent: {off: 5}}|needs: activated|combines: true",
        "mine: effect: {amount: 3.00}|needs: allotted|combines: true",
        "coded: effect: {amount: 4.00}|needs: code",
        "spring: effect: {amount: 5.00}|needs: activated|when: {first_day: 2026-04-01, last_day: 2026-04-30}",
    )

    def states(day: str) -> dict[str, str]:
        found = offers_of(customer.plan, customer.state, date.fromisoformat(day))
        return {one.offer.code: one.state.value for one in found}

    assert states("2026-03-02") == {"open": "open", "club": "available"}
    customer.records(OfferStep(on("2026-03-02"), "mine", "allotted", date(2026, 3, 10)))
    customer.records(OfferStep(on("2026-03-02"), "spring", "allotted"))
    customer.records(OfferStep(on("2026-03-03"), "club", "activated"))
    assert states("2026-03-09") == {
        "open": "open", "club": "activated", "mine": "allotted", "spring": "allotted",
    }  # fmt: skip
    [spring] = [
        one
        for one in offers_of(customer.plan, customer.state, date(2026, 4, 1))
        if one.offer.code == "spring"
    ]
    assert (spring.until, spring.may_be_activated, spring.may_be_withdrawn) == (date(2026, 5, 1), True, True)
    customer.buys(a_sale(10_000, at=on("2026-03-09")))
    assert states("2026-03-20") == {"open": "open", "club": "used", "mine": "used", "spring": "allotted"}
    assert states("2026-05-01")["spring"] == "expired"
    customer.records(OfferStep(on("2026-03-20"), "spring", "withdrawn"))
    assert "spring" not in states("2026-03-20")


def test_nothing_is_whose_membership_stands_still() -> None:
    customer = shopper("open: effect: {amount: 1.00}")
    customer.records(Suspension(on("2026-03-02")))
    assert offers_of(customer.plan, customer.state, date(2026, 3, 3)) == ()


def test_an_offer_of_an_earlier_version_is_noted_where_the_plan_has_none_left() -> None:
    line = replace(a_line(900), offers=(AppliedOffer("o", 100),))
    told = Shopper(compile_plan(a_document())).records(a_sale(line))
    assert [note.cause for note in told.offers.notes] == [NoteCause.UNKNOWN_OFFER]
    assert told.awards[0].quantity == 9


def test_nothing_was_near_that_a_larger_ticket_alone_would_not_have_given() -> None:
    anne = shopper(
        "large: effect: {amount: 1.00}|when: {amount_at_least: 100.00}",
        "coded: effect: {amount: 1.00}|when: {amount_at_least: 100.00}|needs: code",
        "drawn: effect: {points: {currency: points, units: 5}}|when: {amount_at_least: 100.00}|chance: {one_in: 50}",
        "theirs: effect: {amount: 1.00}|when: {amount_at_least: 100.00}|needs: activated",
        "once: effect: {amount: 1.00}|when: {amount_at_least: 95.00}|times: {limit: 1, per: month}",
    )

    def near(*codes: ShownCode) -> dict[str, int | None]:
        decision = decide(anne.plan, Facts(anne.state), replace(a_sale(7500), codes=codes), trace=True)
        assert isinstance(decision, Decision)
        return {
            found.rule: reached_percent(anne.plan, decision.inputs, codes, found, anne.state.counters)
            for found in decision.reasons
            if found.code is ReasonCode.AMOUNT_TOO_LOW
        }

    others = {"drawn": None, "theirs": None}
    assert near() == {"large": 75, "coded": None, "once": 78, **others}
    assert near(ShownCode("coded", "k1")) == {"large": 75, "coded": 75, "once": 78, **others}
    anne.buys(a_sale(9600))
    assert near()["once"] is None, "they have had it as often as they may this month"
