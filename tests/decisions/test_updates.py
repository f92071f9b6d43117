"""A ticket that was recorded is changed: as if it had read so from the start, and what came back stays back."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assidu.decisions import decide
from assidu.decisions.chance import Chance, OpenDraw, drawn
from assidu.decisions.decision import (
    Account,
    Decision,
    RefusalCode,
    Refused,
    Shortfall,
    ShortfallCause,
)
from assidu.decisions.events import (
    Correction,
    Event,
    Joining,
    Payment,
    Return,
    ReturnedLine,
    Sale,
    SaleLine,
    SaleUpdate,
    Tick,
)
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan, ReturnPolicy
from assidu.decisions.state import ReferralStep, State
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document, a_rule
from builders.offers import Shopper, offers
from builders.plans import a_full_plan
from builders.sales import NOON, a_line, a_sale, on
from builders.states import a_lot, a_member
from decisions.strategies import lines, members, sales

FULL = a_full_plan()
LATER = NOON + timedelta(hours=3)
TIERS = """\
tiers:
  levels:
    - {code: bronze, name: {fr: Bronze, en: Bronze}}
    - {code: gold, name: {fr: Or, en: Gold}, spend_at_least: 100.00}
  keep: {months: 12, until_end_of: month}
"""
EVERYTHING = compile_plan(
    a_document(
        BASE,
        a_rule("{fixed: 40}", "goal: {measure: departments, at_least: 3, per: month}", code="mission"),
        a_rule("{fixed: 15}", "goal: {measure: spend, amount_at_least: 80.00, per: month}", code="spender"),
        a_rule(
            "{per_amount: {give: 1, each: 2.00}}",
            "pending: {days: 14}",
            "cap: {units: 30, per: day}",
            code="later",
        ),
        a_rule(
            "{steps: [{at_least: 30.00, give: 9}]}",
            "times: {limit: 2, per: week}",
            "expires: {days: 40}",
            code="steps",
        ),
        a_rule("{fixed: 6}", "lines: {departments: [wine]}", "quota: {first: 5, per: day}", code="early"),
        tiers=TIERS,
        more=offers(
            "bag: effect: {gift: {name: {fr: sac, en: bag}}}|when: {amount_at_least: 40.00}|stock: 9"
            "|times: {limit: 1, per: ever}|gives_back: [stock, times]",
            "fund: effect: {points: {currency: points, per_amount: {give: 1, each: 10.00}}}"
            "|budget: {units: 50}|gives_back: [budget]",
            "wine: effect: {points: {currency: points, units: 4}}|lines: {departments: [wine]}"
            "|quota: {first: 3, per: day}|gives_back: [place]",
        ),
    ),
    1,
)
DEPARTMENTS = ("grocery", "wine", "produce", "dairy")
baskets = st.lists(
    st.builds(
        a_line,
        st.one_of(st.integers(1, 9_000), st.sampled_from([1_000, 2_000, 4_000, 10_000])),
        sku=st.sampled_from("abc"),
        department=st.sampled_from(DEPARTMENTS),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


def outcome(shopper: Shopper) -> dict[str, Any]:
    """Everything that a ticket leaves behind but its number and, since nobody loses one so, the status."""
    state = shopper.state
    return {
        "lots": state.lots,
        "pending": state.pending,
        "debts": state.debts,
        "counters": {name: value for name, value in state.counters.items() if value},
        "places": {key: taken for key, taken in shopper.places.items() if taken and "early" not in key},
    }


def an_update(of: int, *sold: SaleLine, **rest: Any) -> SaleUpdate:
    return SaleUpdate(rest.pop("at", LATER), of, sold, **rest)


def rich(plan: Plan = EVERYTHING, **counted: Any) -> Shopper:
    return Shopper(plan, state=a_member(seq=0, points=5_000, tier="bronze", **counted))


# ---------------------------------------------------------------- as if it had read so from the start


@settings(max_examples=40, deadline=None)
@given(first=baskets, second=baskets, paid=st.sampled_from([0, 200, 400]), less=st.sampled_from([0, 100]))
def test_an_update_comes_to_what_the_ticket_would_have_come_to_from_the_start(
    first: tuple[SaleLine, ...], second: tuple[SaleLine, ...], paid: int, less: int
) -> None:
    payments = (Payment("points", paid),) if paid else ()
    fewer = (Payment("points", paid - less),) if paid > less else ()
    told, straight = rich(), rich()
    assume(isinstance(told.told(Sale(NOON, "a", "store", first, payments)), Decision))
    answer = told.told(an_update(1, *second, payments=fewer))
    expected = straight.told(Sale(NOON, "a", "store", second, fewer))
    if isinstance(answer, Refused) or isinstance(expected, Refused):
        assert isinstance(answer, Refused)
        assert isinstance(expected, Refused)
        assert answer.code is expected.code
        return
    assert outcome(told) == outcome(straight)
    assert told.state.tiers >= straight.state.tiers or told.state.tier == straight.state.tier
    assert answer.changed_minor == sum(line.amount_minor for line in second) - sum(
        line.amount_minor for line in first
    )
    # From then on they are the same ticket.
    back = Return(LATER + timedelta(hours=1), 1)
    told.told(back)
    straight.told(back)
    assert outcome(told) == outcome(straight)


@settings(max_examples=35, deadline=None)
@given(first=sales, second=st.lists(lines, min_size=1, max_size=5).map(tuple), state=members)
def test_so_does_one_of_odd_lines_under_every_kind_of_rule(
    first: Sale, second: tuple[SaleLine, ...], state: State
) -> None:
    assume(first.lines)
    state = replace(state, debts={}, seq=0)
    told, straight = Shopper(FULL, state=state), Shopper(FULL, state=state)
    assume(isinstance(told.told(first), Decision))
    answer = told.told(an_update(1, *second))
    promoted = {line.sku: line.promotion for line in reversed(first.lines) if line.promotion}
    second = tuple(replace(line, promotion=line.promotion or promoted.get(line.sku, "")) for line in second)
    expected = straight.told(replace(first, lines=second))
    assert isinstance(answer, Refused) == isinstance(expected, Refused)
    assert isinstance(answer, Refused) or outcome(told) == outcome(straight)


@settings(max_examples=25, deadline=None)
@given(baskets, st.lists(baskets, min_size=1, max_size=3), baskets)
def test_updates_add_up_to_the_last_one(
    first: tuple[SaleLine, ...], between: list[tuple[SaleLine, ...]], last: tuple[SaleLine, ...]
) -> None:
    often, once = rich(), rich()
    for shopper in (often, once):
        shopper.records(Sale(NOON, "a", "store", first))
    for basket in between:
        often.records(an_update(1, *basket))
    often.records(an_update(1, *last))
    once.records(an_update(1, *last))
    assert outcome(often) == outcome(once)
    changed = often.records(an_update(1, *last))
    assert changed == Decision(1), "the same lines change nothing"


@settings(max_examples=30, deadline=None)
@given(baskets, baskets, st.booleans())
def test_a_ticket_that_is_cancelled_leaves_nothing_and_can_be_opened_again(
    first: tuple[SaleLine, ...], second: tuple[SaleLine, ...], is_paid: bool
) -> None:
    told, straight, before = rich(), rich(), rich()
    payments = (Payment("points", 1),) if is_paid and sum(line.amount_minor for line in first) > 1 else ()
    told.records(Sale(NOON, "a", "store", first, payments))
    cancelled = told.records(an_update(1))
    assert outcome(told) == outcome(before)
    assert cancelled.changed_minor == -sum(line.amount_minor for line in first)
    told.records(an_update(1, *second, payments=()))
    straight.records(Sale(NOON, "a", "store", second))
    assert outcome(told) == outcome(straight)


@settings(max_examples=40, deadline=None)
@given(first=baskets, more=baskets, data=st.data())
def test_what_came_back_stays_back_and_the_rest_brings_everything_back(
    first: tuple[SaleLine, ...], more: tuple[SaleLine, ...], data: st.DataObject
) -> None:
    shopper = rich()
    before = outcome(shopper)
    shopper.records(Sale(NOON, "a", "store", first))
    line = data.draw(st.integers(0, len(first) - 1))
    part = data.draw(st.integers(1, first[line].amount_minor))
    shopper.records(Return(LATER, 1, (ReturnedLine(line, part),)))
    answer = shopper.told(an_update(1, *first[: line + 1], *more, at=LATER))
    assert isinstance(answer, Decision)
    wanted = sum(one.amount_minor for one in (*first[: line + 1], *more)) - part
    back = shopper.told(Return(LATER + timedelta(hours=1), 1))
    if wanted:
        assert isinstance(back, Decision)
        assert sum(one.amount_minor for one in back.returned) == wanted
    assert outcome(shopper) == before
    over = shopper.told(Return(LATER + timedelta(hours=1), 1))
    assert isinstance(over, Refused)
    assert over.code is RefusalCode.NOTHING_LEFT_TO_RETURN


# ---------------------------------------------------------------- case by case


def test_a_change_that_takes_away_what_came_back_is_refused() -> None:
    shopper = rich()
    shopper.records(Sale(NOON, "a", "store", (a_line(3_000, sku="a"), a_line(2_000, sku="b"))))
    shopper.records(Return(LATER, 1, (ReturnedLine(1, 1_500),)))
    for gone in ((a_line(3_000, sku="a"),), (a_line(3_000, sku="a"), a_line(1_499, sku="b"))):
        refused = shopper.told(an_update(1, *gone))
        assert isinstance(refused, Refused)
        assert refused.code is RefusalCode.RETURNED_LINE_CHANGED
        assert refused.figures["line"] == 1
    # The article may stand elsewhere, and be split.
    told = shopper.records(
        an_update(1, a_line(500, sku="b"), a_line(100, sku="c"), a_line(1_000, sku="b"), at=LATER)
    )
    assert told.changed_minor == 1_600 - 5_000
    back = shopper.records(Return(LATER, 1))
    assert [(part.line, part.amount_minor) for part in back.returned] == [(1, 100)]


def test_a_ticket_of_which_a_part_came_back_is_cancelled_by_bringing_back_the_rest() -> None:
    shopper = rich()
    before = outcome(shopper)
    shopper.records(a_sale(3_000, 2_000))
    shopper.records(Return(LATER, 1, (ReturnedLine(1, 1_500),)))
    told = shopper.records(an_update(1))
    assert [(part.line, part.amount_minor) for part in told.returned] == [(0, 3_000), (1, 500)]
    assert outcome(shopper) == before


def test_an_unknown_ticket_cannot_be_changed() -> None:
    plan = compile_plan(a_document())
    refused = decide(plan, Facts(a_member()), an_update(1, a_line()))
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.UNKNOWN_SALE


def test_what_was_spent_cannot_be_taken_back_and_is_not_given_twice_when_the_ticket_is_opened_again() -> None:
    """Otherwise a ticket that is cancelled and opened again, again and again, would make points out of nothing."""
    plan = compile_plan(a_document())
    shopper = Shopper(plan, state=a_member(seq=0))
    shopper.records(a_sale(10_000))
    shopper.records(Correction(LATER, "points", -80))
    cancelled = shopper.records(an_update(1))
    assert cancelled.shortfalls == (Shortfall("points", 80, ShortfallCause.NOT_RECOVERED),)
    assert shopper.state.available("points") == 0
    for _ in range(3):
        opened = shopper.records(an_update(1, a_line(10_000)))
        assert [award.quantity for award in opened.awards] == [100]
        assert shopper.state.available("points") == 20
        shopper.records(an_update(1))
        assert shopper.state.available("points") == 0


def test_where_the_plan_lets_them_owe_what_was_spent_is_owed_and_repaid() -> None:
    plan = replace(compile_plan(a_document()), return_policy=ReturnPolicy.MAY_GO_NEGATIVE)
    shopper = Shopper(plan, state=a_member(seq=0))
    shopper.records(a_sale(10_000))
    shopper.records(Correction(LATER, "points", -80))
    shopper.records(an_update(1))
    assert shopper.state.debts == {"points": 80}
    shopper.records(an_update(1, a_line(10_000)))
    assert shopper.state.debts == {}
    assert shopper.state.available("points") == 20


def test_a_ticket_that_is_paid_otherwise_takes_more_or_gives_back_the_last_that_was_taken() -> None:
    shopper = Shopper(compile_plan(a_document()), state=a_member(seq=0, points=500))
    shopper.records(a_sale(10_000, payments=[Payment("points", 300)]))
    assert shopper.state.available("points") == 200 + 97
    shopper.records(an_update(1, a_line(10_000), payments=(Payment("points", 100),)))
    assert shopper.state.available("points") == 400 + 99
    shopper.records(an_update(1, a_line(10_000), payments=(Payment("points", 400),)))
    assert shopper.state.available("points") == 100 + 96
    too_much = shopper.told(an_update(1, a_line(10_000), payments=(Payment("points", 900),)))
    assert isinstance(too_much, Refused)
    assert too_much.code is RefusalCode.INSUFFICIENT_BALANCE
    small = shopper.told(an_update(1, a_line(300)))
    assert isinstance(small, Refused)
    assert small.code is RefusalCode.PAYS_MORE_THAN_TICKET
    shopper.records(an_update(1))
    assert shopper.state.available("points") == 500


def test_what_a_cancelled_ticket_was_paid_with_repays_a_debt_with_what_expires_first() -> None:
    first, last = a_lot(30, expires="2026-08-01"), a_lot(30, expires="2026-09-01")
    state = a_member(seq=0, lots=first | last, debts={"points": 50})
    shopper = Shopper(compile_plan(a_document()), state=state)
    shopper.records(a_sale(60, payments=[Payment("points", 60)]))
    shopper.records(an_update(1))
    assert shopper.state.debts == {}
    assert shopper.state.lots == {next(iter(last)): 10}


def test_more_lines_claim_only_what_they_newly_need_and_what_was_refused_stays_refused() -> None:
    shopper = rich()
    shopper.places["stock:bag"] = 9
    shopper.places["budget:fund:ever"] = 45
    shopper.records(a_sale(a_line(4_000, department="wine")))
    assert {claim.key for claim in shopper.asked} >= {"stock:bag", "budget:fund:ever"}
    shopper.places["stock:bag"] = 0  # one that comes back later was not there for this ticket
    told = shopper.records(an_update(1, a_line(6_000, department="wine")))
    assert [(claim.key, claim.quantity) for claim in shopper.asked] == [("budget:fund:ever", 2)]
    assert told.offers.given == ()
    assert shopper.places["budget:fund:ever"] == 50
    assert sum(award.quantity for award in told.awards if award.rule == "fund") == 1, "one was left"


def test_chance_is_not_drawn_again_and_a_line_that_meets_a_draw_later_is_drawn_as_of_the_sale() -> None:
    lucky = "lucky: effect: {points: {currency: points, units: 50}}|chance: {one_in: 2}|lines: {departments: [wine]}"
    plan = compile_plan(a_document(more=offers(lucky)))
    secret = bytes(32)
    names = {drawn(secret, "lucky", f"m-{n}", 1, 2): f"m-{n}" for n in range(50)}
    for number, name in names.items():
        shopper = Shopper(plan, state=a_member(seq=0), chance=Chance(name, {"lucky": OpenDraw(secret)}))
        shopper.records(a_sale(a_line(1_000)))
        for _ in range(3):
            told = shopper.records(an_update(1, a_line(1_000), a_line(500, department="wine")))
            assert sum(award.quantity for award in told.awards if award.rule == "lucky") == (
                50 if number == 0 else 0
            )
            shopper.records(an_update(1, a_line(1_000)))
        seen = [made for event, made in shopper.history if made.inputs and "draw:lucky" in made.inputs.grants]
        assert len(seen) == 1, "drawn once"


def test_a_status_reached_by_more_lines_is_held_from_the_day_of_the_sale() -> None:
    shopper = rich()
    shopper.records(a_sale(5_000, at=on("2026-03-02")))
    shopper.records(an_update(1, a_line(12_000), at=on("2026-03-20")))
    assert shopper.state.tier == "gold"
    assert shopper.state.tiers[-1].since == date(2026, 3, 2)
    shopper.records(an_update(1, a_line(1_000), at=on("2026-03-21")))
    assert shopper.state.tier == "gold", "nobody loses a status before its time"


def test_a_referral_follows_the_ticket_as_it_reads() -> None:
    plan = compile_plan(
        a_document(
            more="referral: {referee: {currency: points, units: 30}, "
            "when: {first_purchase_at_least: 20.00, kept_for: {days: 14}}}\n"
        )
    )
    shopper = Shopper(plan, state=State())
    shopper.records(Joining(on("2026-03-01"), referrer="somebody"))
    shopper.records(a_sale(1_000, at=on("2026-03-02")))
    steps: list[tuple[Event, tuple[Any, ...]]] = [
        (
            an_update(2, a_line(2_500), at=on("2026-03-05")),
            (ReferralStep.BOUGHT, date(2026, 3, 17), 2, 2_500),
        ),
        (an_update(2, a_line(1_500), at=on("2026-03-06")), (ReferralStep.WAITING, None, 0, 0)),
        (
            an_update(2, a_line(3_000), at=on("2026-03-07")),
            (ReferralStep.BOUGHT, date(2026, 3, 17), 2, 3_000),
        ),
        (
            an_update(2, a_line(2_000), at=on("2026-03-08")),
            (ReferralStep.BOUGHT, date(2026, 3, 17), 2, 2_000),
        ),
        (Tick(on("2026-03-17", 0), date(2026, 3, 17)), (ReferralStep.KEPT, None, 2, 2_000)),
    ]
    for event, expected in steps:
        shopper.records(event)
        referral = shopper.state.referral
        assert referral is not None
        assert (referral.step, referral.due, referral.sale_seq, referral.basis_minor) == expected


def test_units_go_back_to_the_lots_that_they_came_from_and_come_with_the_dates_of_the_sale() -> None:
    shopper = rich()
    shopper.records(a_sale(4_000, at=on("2026-03-02")))
    told = shopper.records(an_update(1, a_line(4_000), a_line(3_000), at=on("2026-04-10")))
    earned = [posting for posting in told.postings if posting.source is Account.ISSUED]
    assert {posting.lot.issued_month for posting in earned if posting.lot} == {date(2026, 3, 1)}
    assert {posting.active_on for posting in earned} == {None, date(2026, 3, 17)}
    less = shopper.records(an_update(1, a_line(4_000), at=on("2026-04-11")))
    assert all(posting.reverses is not None for posting in less.postings)


@pytest.mark.parametrize("policy", list(ReturnPolicy))
@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.one_of(baskets, st.just(())), min_size=1, max_size=5), spent=st.integers(0, 60))
def test_whatever_is_changed_the_customer_never_has_more_than_the_ticket_deserves(
    policy: ReturnPolicy, steps: list[tuple[SaleLine, ...]], spent: int
) -> None:
    plan = replace(EVERYTHING, return_policy=policy)
    shopper = Shopper(plan, state=a_member(seq=0, tier="bronze"))
    shopper.records(a_sale(4_000, 3_000))
    if 0 < spent <= shopper.state.available("points"):
        shopper.records(Correction(LATER, "points", -spent))
    else:
        spent = 0
    for step in steps:
        shopper.records(an_update(1, *step))
    straight = Shopper(plan, state=a_member(seq=0, tier="bronze"))
    if steps[-1]:
        straight.records(Sale(NOON, "317", "store", steps[-1]))

    def holds(one: Shopper) -> int:
        waits = sum(left for key, left in one.state.pending.items() if key.currency == "points")
        return one.state.available("points") + waits - one.state.debts.get("points", 0)

    deserved = holds(straight)
    if policy is ReturnPolicy.MAY_GO_NEGATIVE:
        assert holds(shopper) == deserved - spent
    elif policy is ReturnPolicy.WITHIN_BALANCE:
        assert deserved - spent <= holds(shopper) <= max(deserved, 0)
