"""Rewards with a stock, with sessions, for some; called off; handed over; and what a partner is owed for them."""

from datetime import date

import pytest

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Account, Decision, RefusalCode, Refused, Settlement
from assidu.decisions.events import (
    Correction,
    Event,
    HandOver,
    Joining,
    Payment,
    RewardCancellation,
    RewardRequest,
)
from assidu.decisions.facts import Facts
from assidu.decisions.offers.given import Release
from assidu.decisions.plan import Plan
from assidu.decisions.record import decision_from, decision_record, state_from, state_record
from assidu.decisions.state import State
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document
from builders.sales import a_sale, on

GOODS = """\
  - {code: bag, kind: good, name: {fr: sacs, en: bags}, partner: tailor, settles: 3.50}
  - {code: seat, kind: good, name: {fr: places, en: seats}}
  - {code: voucher, kind: voucher, name: {fr: bons, en: vouchers}, worth: {amount: 5.00}, pays: true}
"""
PARTNERS = "partners:\n  - {code: tailor, name: {fr: a, en: a}}\n"


def a_plan(*rewards: str) -> Plan:
    listed = "".join(f"  - {{{reward}, name: {{fr: a, en: a}}}}\n" for reward in rewards)
    return compile_plan(a_document(BASE, more=f"{PARTNERS}rewards:\n{listed}", currencies=GOODS), version=1)


BAGS = a_plan(
    "code: bag, costs: {currency: points, units: 100}, gives: {currency: bag}, stock: 2, cancel_within: {days: 7}"
)


class Customer:
    def __init__(self, plan: Plan, points: int = 1000) -> None:
        self.plan = plan
        self.state = State()
        self.does(Joining(on("2026-01-02")))
        self.does(Correction(on("2026-01-03"), "points", points))

    def tries(self, event: Event, grant: int | None = None) -> Decision | Refused:
        decision = decide(self.plan, Facts(self.state), event)
        if isinstance(decision, Decision) and decision.claims and grant is not None:
            (claim,) = decision.claims
            decision = decide(self.plan, Facts(self.state, grants={claim.key: grant}), event)
        return decision

    def does(self, event: Event, grant: int | None = None) -> Decision:
        decision = self.tries(event, grant)
        assert isinstance(decision, Decision), decision
        assert decision_from(decision_record(decision), 1, decision.postings) == decision
        self.state = evolve(self.state, decision)
        state = self.state
        assert state_from(state_record(state), state.seq, state.lots, state.debts) == state
        return decision


def test_a_reward_of_a_stock_asks_for_as_many_as_are_wanted_before_anything_is_paid() -> None:
    customer = Customer(BAGS)
    asked = customer.tries(RewardRequest(on("2026-03-02"), "bag", 2))
    assert isinstance(asked, Decision)
    (claim,) = asked.claims
    assert (claim.key, claim.limit, claim.quantity, asked.postings) == ("stock:bag", 2, 2, ())
    assert customer.tries(RewardRequest(on("2026-03-02"), "bag", 2), grant=0) == Refused(
        RefusalCode.OUT_OF_STOCK, {"asked": 2, "limit": 2}, "bag"
    )
    got = customer.does(RewardRequest(on("2026-03-02"), "bag", 2), grant=2)
    assert got.inputs is not None
    assert got.inputs.grants == {"stock:bag": 2}
    assert (customer.state.available("bag"), customer.state.available("points")) == (2, 800)


def test_nobody_takes_from_the_stock_without_the_points_for_it() -> None:
    refused = Customer(BAGS, points=99).tries(RewardRequest(on("2026-03-02"), "bag"))
    assert refused == Refused(RefusalCode.INSUFFICIENT_BALANCE, {"asked": 100, "available": 99}, "points")


def test_what_is_called_off_comes_back_once_to_the_customer_and_to_the_stock() -> None:
    customer = Customer(BAGS)
    customer.does(RewardRequest(on("2026-03-02"), "bag", 2), grant=2)
    seq = customer.state.seq
    back = customer.does(RewardCancellation(on("2026-03-05"), seq))
    assert back.offers.releases == (Release("stock:bag", 2),)
    assert (customer.state.available("bag"), customer.state.available("points")) == (0, 1000)
    assert customer.state.asked == {}
    again = customer.tries(RewardCancellation(on("2026-03-05"), seq))
    assert again == Refused(RefusalCode.UNKNOWN_REQUEST, {"seq": seq})


@pytest.mark.parametrize(("day", "code"), [("2026-03-09", None), ("2026-03-10", RefusalCode.ALREADY_OVER)])
def test_calling_off_has_a_last_day(day: str, code: RefusalCode | None) -> None:
    customer = Customer(BAGS)
    customer.does(RewardRequest(on("2026-03-02"), "bag"), grant=1)
    answer = customer.tries(RewardCancellation(on(day), customer.state.seq))
    assert (answer.code if isinstance(answer, Refused) else None) == code


def test_what_was_handed_over_cannot_be_called_off_and_its_partner_is_owed_once() -> None:
    customer = Customer(BAGS)
    customer.does(RewardRequest(on("2026-03-02"), "bag", 2), grant=2)
    seq = customer.state.seq
    handed = customer.does(HandOver(on("2026-03-03"), "bag", 2, "317"))
    assert handed.settlements == (Settlement("tailor", "bag", 2, 700),)
    assert [(p.source, p.target) for p in handed.postings] == [(Account.AVAILABLE, Account.USED)]
    assert customer.tries(RewardCancellation(on("2026-03-04"), seq)) == Refused(
        RefusalCode.ALREADY_USED, {"asked": 2, "available": 0}, "bag"
    )
    assert customer.tries(HandOver(on("2026-03-04"), "bag")) == Refused(
        RefusalCode.INSUFFICIENT_BALANCE, {"asked": 1, "available": 0}, "bag"
    )


def test_only_goods_are_handed_over_and_none_of_them_pays() -> None:
    customer = Customer(BAGS)
    assert customer.tries(HandOver(on("2026-03-04"), "points")) == Refused(
        RefusalCode.NOTHING_TO_HAND_OVER, subject="points"
    )
    customer.does(RewardRequest(on("2026-03-02"), "bag"), grant=1)
    paid = customer.tries(a_sale(at=on("2026-03-04"), payments=[Payment("bag", 1)]))
    assert paid == Refused(RefusalCode.CURRENCY_CANNOT_PAY, subject="bag")


TASTING = a_plan(
    "code: tasting, costs: {currency: points, units: 10}, gives: {currency: seat}, cancel_within: {days: 30}, "
    "sessions: [{code: may, on: 2026-05-04, places: 2, name: {fr: a, en: a}}, "
    "{code: june, on: 2026-06-01, places: 5, name: {fr: a, en: a}}]"
)


def test_each_session_has_its_own_places_and_its_day() -> None:
    customer = Customer(TASTING)
    assert customer.tries(RewardRequest(on("2026-03-02"), "tasting")) == Refused(
        RefusalCode.UNKNOWN_SESSION, subject=""
    )
    asked = customer.tries(RewardRequest(on("2026-05-04"), "tasting", session="may"))
    assert isinstance(asked, Decision)
    assert [(claim.key, claim.limit) for claim in asked.claims] == [("session:tasting:may", 2)]
    assert customer.tries(RewardRequest(on("2026-05-05"), "tasting", session="may")) == Refused(
        RefusalCode.ALREADY_OVER, subject="tasting"
    )
    customer.does(RewardRequest(on("2026-04-20"), "tasting", session="may"), grant=1)
    # Thirty days would go beyond the session: until it begins, and no longer.
    assert customer.state.asked[customer.state.seq].until == date(2026, 5, 4)


def test_a_reward_may_be_for_some_statuses_only() -> None:
    plan = a_plan(
        "code: gift, costs: {currency: points, units: 1}, gives: {currency: voucher}, when: {tiers: [gold]}"
    )
    assert Customer(plan).tries(RewardRequest(on("2026-03-02"), "gift")) == Refused(
        RefusalCode.REWARD_NOT_FOR_THEM, subject="gift"
    )


def test_a_reward_may_be_asked_for_in_some_stores_and_through_some_channels_only() -> None:
    plan = a_plan(
        "code: gift, costs: {currency: points, units: 1}, gives: {currency: voucher}, "
        "when: {stores: ['317'], channels: [store]}"
    )
    nowhere = Refused(RefusalCode.REWARD_NOT_HERE, subject="gift")
    for store, channel in (("", ""), ("317", "web"), ("401", "store")):
        asked = RewardRequest(on("2026-03-02"), "gift", store=store, channel=channel)
        assert Customer(plan).tries(asked) == nowhere
        assert not plan.rewards["gift"].is_given_at(store, channel)
        past = decide(plan, Facts(Customer(plan).state, has_happened=True), asked)
        # Of the past that does not say where, nobody knows that it was elsewhere.
        assert isinstance(past, Decision) if (store, channel) == ("", "") else past == nowhere
    Customer(plan).does(RewardRequest(on("2026-03-02"), "gift", store="317", channel="store"))
    assert plan.rewards["gift"].is_given_at("317", "store")


def test_points_that_have_expired_meanwhile_come_back_as_new_ones() -> None:
    document = a_document(
        BASE,
        more=PARTNERS
        + "rewards:\n  - {code: bag, costs: {currency: stars, units: 5}, gives: {currency: bag}, "
        + "cancel_within: {days: 60}, name: {fr: a, en: a}}\n",
        currencies=GOODS
        + "  - {code: stars, kind: points, name: {fr: a, en: a}, pays: true, worth: {amount: 1.00}, "
        + "expires: {days: 20}}\n",
    )
    customer = Customer(compile_plan(document, version=1))
    customer.does(Correction(on("2026-03-01"), "stars", 5))
    customer.does(RewardRequest(on("2026-03-02"), "bag"))
    customer.does(RewardCancellation(on("2026-04-20"), customer.state.seq))
    ((lot, quantity),) = customer.state.open_lots("stars")
    assert (lot.expires_on, quantity) == (date(2026, 5, 11), 5)
