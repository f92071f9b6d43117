"""Members who bring others: both sides are rewarded on a purchase that is kept."""

from datetime import date

from assidu.decisions.decision import Emission, EmissionKind, ReasonCode
from assidu.decisions.events import (
    Joining,
    Leaving,
    Merger,
    ReferralKept,
    Resumption,
    Return,
    ReturnedLine,
    Suspension,
)
from assidu.decisions.plan import REFERRAL, Plan
from assidu.decisions.state import ReferralStep
from assidu.plans.compile import compile_plan
from builders.documents import a_document
from builders.member import AMember
from builders.sales import a_sale, on

ANNE, BRUNO = "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"
TO_ANNE = (Emission(EmissionKind.REFERRAL_KEPT, ANNE),)
POLICY = (
    "referrer: {currency: points, units: 200}, referee: {currency: points, units: 100}, "
    "when: {first_purchase_at_least: 20.00, kept_for: {days: 14}}, at_most: {limit: 2, per: year}"
)


def a_plan(policy: str = POLICY, more: str = "") -> Plan:
    return compile_plan(a_document(more=f"referral: {{{policy}}}\n{more}"), version=1)


def a_newcomer(plan: Plan | None = None) -> AMember:
    return AMember(plan or a_plan(), Joining(on("2026-01-02"), referrer=ANNE))


def test_both_are_rewarded_once_the_purchase_is_kept() -> None:
    bruno = a_newcomer()
    bruno.does(a_sale(3000, at=on("2026-01-10")))
    assert bruno.points == 30
    assert bruno.wakes("2026-01-24") == [], "fourteen days are not over"
    [morning] = bruno.wakes("2026-01-25")
    assert morning.emissions == TO_ANNE
    assert bruno.points == 130
    assert bruno.state.referral is not None
    assert bruno.state.referral.step is ReferralStep.KEPT
    bruno.does(a_sale(3000, at=on("2026-02-10")))
    assert bruno.wakes("2026-12-31") == [], "only once"


def test_without_a_delay_the_purchase_counts_the_same_day() -> None:
    bruno = a_newcomer(a_plan("referee: {currency: points, units: 100}"))
    bruno.does(a_sale(100, at=on("2026-01-10")))
    [at_once] = bruno.wakes("2026-01-10")
    assert at_once.emissions == TO_ANNE
    assert bruno.points == 101


def test_what_was_kept_while_the_newcomers_card_was_suspended_is_rewarded_once_it_is_resumed() -> None:
    bruno = a_newcomer()
    bruno.does(a_sale(3000, at=on("2026-01-10")))
    bruno.does(Suspension(on("2026-01-20")))
    assert bruno.wakes("2026-02-10") == []
    bruno.does(Resumption(on("2026-02-10")))
    [at_once] = bruno.wakes("2026-02-10")
    assert at_once.emissions == TO_ANNE
    assert bruno.points == 130


def test_a_purchase_that_is_too_small_waits_for_the_next_one() -> None:
    bruno = a_newcomer()
    bruno.does(a_sale(1999, at=on("2026-01-10")))
    assert bruno.wakes("2026-12-31") == []
    bruno.does(a_sale(2000, at=on("2026-03-10")))
    assert len(bruno.wakes("2026-12-31")) == 1


def test_a_purchase_that_comes_back_in_time_counts_for_nothing() -> None:
    bruno = a_newcomer()
    bruno.does(a_sale(3000, at=on("2026-01-10")))
    bruno.does(Return(on("2026-01-20"), 2))
    assert bruno.wakes("2026-12-31") == []
    bruno.does(a_sale(2000, at=on("2027-01-10")))
    assert len(bruno.wakes("2027-02-10")) == 1, "the next purchase may"


def test_what_is_left_of_a_purchase_must_still_be_enough() -> None:
    bruno, carla = a_newcomer(), a_newcomer()
    for one in (bruno, carla):
        one.does(a_sale(1500, 1500, at=on("2026-01-10")))
    bruno.does(Return(on("2026-01-20"), 2, (ReturnedLine(1, 1000),)))
    assert len(bruno.wakes("2026-02-10")) == 1
    carla.does(Return(on("2026-01-20"), 2, (ReturnedLine(1, 1001),)))
    assert carla.wakes("2026-02-10") == []


def test_what_comes_back_later_takes_no_reward_back() -> None:
    bruno = a_newcomer()
    bruno.does(a_sale(3000, at=on("2026-01-10")))
    bruno.wakes("2026-01-25")
    bruno.does(Return(on("2026-01-26"), 2))
    assert bruno.points == 100


def test_who_was_a_member_before_is_brought_by_nobody() -> None:
    again = AMember(a_plan(), Joining(on("2026-01-02")))
    again.does(Leaving(on("2026-01-03")))
    again.does(Joining(on("2026-01-04"), referrer=ANNE))
    assert again.state.referral is None


def test_who_leaves_or_turns_out_to_be_known_is_not_counted() -> None:
    leaver, double = a_newcomer(), a_newcomer()
    leaver.does(a_sale(3000, at=on("2026-01-10")))
    leaver.does(Leaving(on("2026-01-12")))
    assert leaver.wakes("2026-12-31") == []
    earlier = AMember(double.plan, Joining(on("2025-05-05")))
    double.does(a_sale(3000, at=on("2026-01-10")))
    double.does(Merger(on("2026-01-12")), absorbed=earlier.state)
    assert [decision for decision in double.wakes("2026-12-31") if decision.emissions] == []


def test_a_suspended_newcomer_waits() -> None:
    bruno = a_newcomer()
    bruno.does(a_sale(3000, at=on("2026-01-10")))
    bruno.does(Suspension(on("2026-01-12")))
    assert bruno.wakes("2026-12-31") == []


def test_who_brings_others_is_rewarded_up_to_a_limit_and_told_why_not() -> None:
    anne = AMember(a_plan(), Joining(on("2025-01-02")))
    for day in ("2026-01-25", "2026-03-01"):
        decision = anne.does(ReferralKept(on(day), BRUNO))
        assert [award.quantity for award in decision.awards] == [200]
    third = anne.does(ReferralKept(on("2026-05-01"), BRUNO))
    assert third.awards == ()
    assert [reason.code for reason in third.reasons] == [ReasonCode.TIMES_REACHED]
    assert anne.points == 400
    anne.does(ReferralKept(on("2027-01-01"), BRUNO))
    assert anne.points == 600, "a new year, new places"


def test_who_brought_somebody_and_left_since_gets_nothing_and_it_is_recorded() -> None:
    anne = AMember(a_plan(), Joining(on("2025-01-02")))
    anne.does(Leaving(on("2026-01-20")))
    decision = anne.does(ReferralKept(on("2026-01-25"), BRUNO))
    assert decision.postings == ()
    assert [(reason.rule, reason.code) for reason in decision.reasons] == [
        (REFERRAL, ReasonCode.NOT_A_MEMBER)
    ]


def test_after_the_last_day_to_earn_no_referral_is_rewarded() -> None:
    closing = "closing: {last_day_to_earn: 2026-01-20, last_day_to_use: 2026-02-20}\n"
    bruno = a_newcomer(a_plan(more=closing))
    bruno.does(a_sale(3000, at=on("2026-01-10")))
    [morning] = bruno.wakes("2026-01-25")
    assert morning.emissions == ()
    assert bruno.state.referral is not None
    assert bruno.state.referral.step is ReferralStep.VOID
    anne = AMember(bruno.plan, Joining(on("2025-01-02")))
    assert [reason.code for reason in anne.does(ReferralKept(on("2026-01-25"), BRUNO)).reasons] == [
        ReasonCode.OVER
    ]


def test_without_the_policy_nobody_is_followed() -> None:
    bruno = AMember(compile_plan(a_document(), version=1), Joining(on("2026-01-02"), referrer=ANNE))
    assert bruno.state.referral is None
    assert bruno.state.joined_on == date(2026, 1, 2)
