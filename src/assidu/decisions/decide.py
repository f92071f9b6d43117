"""The one evaluator. Live, offline, simulated and explained: it is always this function."""

from dataclasses import replace
from typing import assert_never

from assidu.decisions.accounts import (
    decide_admission,
    decide_departure,
    decide_entry,
    decide_exit,
    decide_opening,
    not_told_of,
    with_contribution,
)
from assidu.decisions.audiences import decide_audience_change
from assidu.decisions.closing import closed_to, decide_programme_end
from assidu.decisions.correcting import decide_correction
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.due import decide_tick
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountExit,
    AccountOpening,
    Activity,
    Admission,
    AudienceChange,
    Correction,
    Departure,
    Event,
    HandOver,
    Hold,
    HoldExpiry,
    Joining,
    Leaving,
    Merger,
    OfferStep,
    PrizeWon,
    ProgrammeEnd,
    ReferralKept,
    Release,
    Restoration,
    Resumption,
    Return,
    RewardCancellation,
    RewardRequest,
    Sale,
    SaleUpdate,
    Separation,
    StatusGrant,
    Suspension,
    TakeOver,
    TermsAcceptance,
    Tick,
    TransferIn,
    TransferOut,
)
from assidu.decisions.facts import Facts
from assidu.decisions.granting import decide_status_grant
from assidu.decisions.holding import decide_hold, decide_release
from assidu.decisions.lapsing import moved_lapses
from assidu.decisions.leaving import decide_leaving
from assidu.decisions.membership import decide_joining, decide_take_over
from assidu.decisions.merging import decide_absorption, decide_merger
from assidu.decisions.occasions import decide_activity
from assidu.decisions.offers.steps import decide_offer_step
from assidu.decisions.plan import Plan
from assidu.decisions.prizes import decide_prize
from assidu.decisions.referral import decide_referral_kept, followed
from assidu.decisions.returning import decide_return
from assidu.decisions.rewards import decide_hand_over, decide_reward, decide_reward_cancellation
from assidu.decisions.selling import decide_sale
from assidu.decisions.separating import decide_restoration, decide_separation
from assidu.decisions.suspending import decide_resumption, decide_suspension
from assidu.decisions.terms import decide_terms_acceptance
from assidu.decisions.transferring import decide_transfer_in, decide_transfer_out
from assidu.decisions.updating import decide_update

SEMANTICS_VERSION = 1
"""Raised by a release that changes an outcome; kept with every decision."""


def decide(plan: Plan, facts: Facts, event: Event, *, trace: bool = False) -> Decision | Refused:
    """Say what ``event`` means for a customer under ``plan``; change nothing.

    ``plan`` is the version in force at ``event.at`` (for a return or a change: at the original sale). What is due
    before the event has already been decided (``next_due``). When the decision asks claims, take them and decide again
    with ``facts.grants``. ``trace`` adds why, and why not, for every rule considered.
    """
    if plan.closing is not None and (refused := closed_to(plan, facts, event)) is not None:
        return refused
    if (refused := not_told_of(facts, event)) is not None:
        return refused
    answer = _decide(plan, facts, event, trace=trace)
    if isinstance(answer, Refused):
        return answer
    if facts.state.referral is not None or isinstance(event, Joining):
        answer = followed(plan, facts, event, answer)
    if facts.member and facts.state.account is not None:
        answer = with_contribution(facts.state, facts.member, answer)
    if plan.lapsing and not isinstance(event, Tick | Resumption):
        return replace(answer, lapses=moved_lapses(plan, facts, event, answer))
    return answer


def _decide(plan: Plan, facts: Facts, event: Event, *, trace: bool) -> Decision | Refused:
    match event:
        case Sale():
            return decide_sale(plan, facts, event, trace=trace)
        case Return():
            return decide_return(plan, facts, event)
        case SaleUpdate():
            return decide_update(plan, facts, event, trace=trace)
        case Tick():
            return decide_tick(plan, facts, event)
        case RewardRequest():
            return decide_reward(plan, facts, event)
        case RewardCancellation():
            return decide_reward_cancellation(plan, facts, event)
        case HandOver():
            return decide_hand_over(plan, facts, event)
        case Correction():
            return decide_correction(plan, facts, event)
        case Joining():
            return decide_joining(plan, facts, event, trace=trace)
        case Activity():
            return decide_activity(plan, facts, event, trace=trace)
        case StatusGrant():
            return decide_status_grant(plan, facts, event)
        case AudienceChange():
            return decide_audience_change(plan, facts, event)
        case OfferStep():
            return decide_offer_step(plan, facts, event)
        case Leaving():
            return decide_leaving(plan, facts, event)
        case TermsAcceptance():
            return decide_terms_acceptance(plan, facts, event)
        case ReferralKept():
            return decide_referral_kept(plan, facts, event, trace=trace)
        case PrizeWon():
            return decide_prize(plan, facts, event, trace=trace)
        case ProgrammeEnd():
            return decide_programme_end(plan, facts, event)
        case Suspension():
            return decide_suspension(plan, facts, event)
        case Resumption():
            return decide_resumption(plan, facts, event)
        case TakeOver():
            return decide_take_over(plan, facts, event)
        case Absorption():
            return decide_absorption(plan, facts, event)
        case Merger():
            return decide_merger(plan, facts, event)
        case Hold():
            return decide_hold(plan, facts, event, trace=trace)
        case Release() | HoldExpiry():
            return decide_release(plan, facts, event)
        case TransferOut():
            return decide_transfer_out(plan, facts, event)
        case TransferIn():
            return decide_transfer_in(plan, facts, event)
        case Separation():
            return decide_separation(plan, facts, event)
        case Restoration():
            return decide_restoration(plan, facts, event)
        case AccountOpening():
            return decide_opening(plan, facts, event)
        case Admission():
            return decide_admission(plan, facts, event)
        case AccountEntry():
            return decide_entry(plan, facts, event)
        case Departure():
            return decide_departure(plan, facts, event)
        case AccountExit():
            return decide_exit(plan, facts, event)
        case _:
            assert_never(event)
