"""Leaving with a time to regret it: nothing can be used, everything is found again in time, then it is lost."""

from datetime import date, timedelta

import pytest

from assidu.decisions.decision import Account, RefusalCode, Refused
from assidu.decisions.due import next_due
from assidu.decisions.events import (
    Hold,
    Joining,
    Leaving,
    Payment,
    ReferralKept,
    Return,
    RewardRequest,
    Suspension,
    TakeOver,
)
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, ReferralStep, Referred
from assidu.plans.compile import compile_plan
from assidu.plans.wording import Language, receipt
from builders.documents import BASE, a_document, a_rule
from builders.member import AMember
from builders.sales import a_sale, on

REGRET = "leaving: {regret: {days: 14}}\n"
REFERRAL = "referral: {referee: {currency: points, units: 100}, when: {kept_for: {days: 3}}}\n"
WELCOME = a_rule("{fixed: 200}", "trigger: joining", code="welcome")


def a_plan(more: str = REGRET) -> Plan:
    return compile_plan(a_document(BASE + "expires: {weeks: 4}\n", WELCOME, more=more), version=1)


def gone(plan: Plan | None = None, **joining: str) -> AMember:
    """A gold member with 1,300 points who left on 1 February."""
    member = AMember(plan or a_plan(), Joining(on("2026-01-20"), **joining))
    member.does(a_sale(110_000, at=on("2026-01-20")))
    member.does(Hold(on("2026-01-31"), (Payment("points", 300),), 60 * 48))
    member.does(Leaving(on("2026-02-01")))
    return member


def test_who_leaves_keeps_everything_and_can_use_nothing() -> None:
    member = gone()
    assert member.points == 1300
    assert not member.state.holds
    for event in (
        a_sale(1000, at=on("2026-02-02"), payments=[Payment("points", 50)]),
        Hold(on("2026-02-02"), (Payment("points", 50),), 15),
        RewardRequest(on("2026-02-02"), "any"),
    ):
        assert member.tries(event) == Refused(RefusalCode.NOT_A_MEMBER)


def test_who_comes_back_in_time_has_what_they_had_and_no_second_welcome() -> None:
    member = gone()
    before = member.state
    decision = member.does(Joining(on("2026-02-15", 23)))
    assert decision.postings == ()
    state = member.state
    assert (state.membership, state.joined_on, state.left_on) == (
        Membership.MEMBER, date(2026, 1, 20), None,
    )  # fmt: skip
    assert (state.lots, state.tiers, state.tier_until, state.counters) == (
        before.lots, before.tiers, before.tier_until, before.counters,
    )  # fmt: skip


def test_who_comes_back_a_day_late_begins_anew() -> None:
    member = gone()
    member.wakes("2026-02-16")
    assert member.points == 0
    member.does(Joining(on("2026-02-16")))
    assert (member.points, member.state.tier) == (200, "bronze")


def test_the_morning_after_forfeits_what_is_left_and_asks_for_no_other() -> None:
    member = gone()
    *_, last = member.wakes("2026-02-16")
    assert [(p.target, p.quantity) for p in last.postings] == [
        (Account.FORFEITED, 1100),
        (Account.FORFEITED, 200),
    ]
    assert next_due(member.state) is None


def test_dates_do_not_wait_for_who_left() -> None:
    plan = a_plan("leaving: {regret: {days: 40}}\n")
    member = gone(plan)
    (expired,) = member.wakes("2026-02-18")
    assert [(p.target, p.quantity) for p in expired.postings] == [(Account.BREAKAGE, 1100)]
    assert member.state.may_come_back_on(date(2026, 3, 1))


def test_a_status_whose_time_ended_meanwhile_is_reviewed_on_coming_back() -> None:
    member = gone(a_plan("leaving: {regret: {months: 24}}\n"))
    decision = member.does(Joining(on("2027-06-01")))
    assert decision.tier is not None
    assert member.state.tier == "bronze"


def test_what_was_bought_while_away_earns_nothing_however_late_it_is_told() -> None:
    member = gone()
    told_in_time = member.does(a_sale(1000, at=on("2026-02-05")))
    member.does(Joining(on("2026-02-10")))
    told_late = member.does(a_sale(1000, at=on("2026-02-06")))
    before_leaving = member.does(a_sale(1000, at=on("2026-01-31")))
    assert told_in_time.awards == told_late.awards == ()
    assert before_leaving.awards


def test_goods_that_come_back_meanwhile_take_their_points_from_what_is_found_again() -> None:
    member = gone()
    member.does(Return(on("2026-02-03"), 2))
    member.does(Joining(on("2026-02-10")))
    assert member.points == 200


def test_a_suspended_card_is_not_resumed_by_leaving_and_coming_back() -> None:
    member = AMember(a_plan(), Joining(on("2026-01-20")))
    member.does(Suspension(on("2026-01-25")))
    member.does(Leaving(on("2026-02-01")))
    member.does(Joining(on("2026-02-02")))
    assert member.state.membership is Membership.SUSPENDED
    assert member.tries(Joining(on("2026-02-03"))) == Refused(RefusalCode.SUSPENDED)


@pytest.mark.parametrize(("comes_back", "step"), [(True, ReferralStep.WAITING), (False, ReferralStep.VOID)])
def test_a_referral_waits_for_who_may_come_back(comes_back: bool, step: ReferralStep) -> None:
    member = AMember(a_plan(REGRET + REFERRAL), Joining(on("2026-01-20"), referrer="anne"))
    member.does(Leaving(on("2026-02-01")))
    if comes_back:
        member.does(Joining(on("2026-02-10")))
    member.wakes("2026-03-01")
    assert member.state.referral is not None
    assert member.state.referral.step is step


def test_a_purchase_that_was_kept_meanwhile_rewards_both_once_they_are_back() -> None:
    member, gone_for_good = (
        AMember(a_plan(REGRET + REFERRAL), Joining(on("2026-01-20"), referrer="anne")) for _ in range(2)
    )
    for one in (member, gone_for_good):
        one.does(a_sale(1000, at=on("2026-01-30")))
        one.does(Leaving(on("2026-02-01")))
        assert one.wakes("2026-02-10") == [], "it is kept since the 3rd, and nothing can be given"
    back = member.does(Joining(on("2026-02-10"), referrer="bruno"))
    assert back.emissions == ()
    [at_once] = member.wakes("2026-02-10")
    assert [one.to for one in at_once.emissions] == ["anne"]
    assert member.points == 200 + 10 + 100
    [too_late] = gone_for_good.wakes("2026-03-01")
    assert too_late.emissions == ()
    assert gone_for_good.state.referral == Referred("anne", ReferralStep.VOID)


def test_taken_over_meanwhile_is_being_back() -> None:
    member = AMember(a_plan(REGRET + REFERRAL), Joining(on("2026-01-20"), referrer="anne"))
    member.does(a_sale(1000, at=on("2026-01-30")))
    member.does(Leaving(on("2026-02-01")))
    member.does(TakeOver(on("2026-02-10"), date(2025, 1, 1)))
    assert next_due(member.state) == date(2026, 2, 10)


def test_who_is_back_before_the_purchase_is_kept_waits_like_everybody() -> None:
    member = AMember(a_plan(REGRET + REFERRAL), Joining(on("2026-01-20"), referrer="anne"))
    member.does(a_sale(1000, at=on("2026-01-30")))
    member.does(Leaving(on("2026-01-31")))
    member.does(Joining(on("2026-02-01")))
    assert [morning.emissions for morning in member.wakes("2026-02-02")] == []
    assert len(member.wakes("2026-02-03")) == 1


def test_nobody_is_rewarded_for_others_while_they_have_left() -> None:
    plan = a_plan(REGRET + "referral: {referrer: {currency: points, units: 100}}\n")
    member = gone(plan)
    member.does(ReferralKept(on("2026-02-03"), "bruno"))
    assert member.points == 1300


def test_who_leaves_and_comes_back_each_week_gains_nothing_by_it() -> None:
    member = AMember(a_plan(), Joining(on("2026-01-20")))
    day = date(2026, 1, 21)
    for _ in range(3):
        member.does(Leaving(on(day)))
        day += timedelta(days=7)
        member.does(Joining(on(day)))
    assert member.points == 200
    assert len(member.state.absences) == 3


@pytest.mark.parametrize("language", Language)
def test_the_receipt_says_until_when_one_may_come_back_and_welcomes_back(language: Language) -> None:
    document = a_document(BASE, WELCOME, more=REGRET)
    plan = compile_plan(document, version=1)
    member = AMember(plan, Joining(on("2026-01-20")))
    left = member.does(Leaving(on("2026-02-01")))
    said = receipt(left, member.state, plan, document, language, date(2026, 2, 1))
    assert "15" in said
    assert "200" not in said
    back = member.does(Joining(on("2026-02-02")))
    said = receipt(back, member.state, plan, document, language, date(2026, 2, 2))
    assert said.startswith(("Bon retour dans Le Club", "Welcome back to The Club"))
    assert "200" in said
