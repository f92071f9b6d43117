"""What customers exchange their units for: asked for, called off, handed over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from assidu.decisions.calendar import LAST_DAY, end_after, local_day
from assidu.decisions.decision import (
    Account,
    Claim,
    Decision,
    ReasonCode,
    RefusalCode,
    Refused,
    RewardAsked,
    Settlement,
)
from assidu.decisions.earning import why_not_now
from assidu.decisions.events import HandOver, RewardCancellation, RewardRequest
from assidu.decisions.facts import Facts, SaleInputs
from assidu.decisions.inputs import inputs_on
from assidu.decisions.offers.given import NOTHING, OffersDecided, Release
from assidu.decisions.plan import CurrencyKind, Plan, Reward
from assidu.decisions.state import AskedReward, LotKey
from assidu.decisions.suspending import not_served
from assidu.decisions.wallet import Wallet, lot_for


def decide_reward(plan: Plan, facts: Facts, event: RewardRequest) -> Decision | Refused:
    """All or nothing: half a voucher is none, also when it is history that asks."""
    state = facts.state
    day = local_day(event.at, plan.zone)
    if not state.is_member_on(day):
        return not_served(state, day)
    reward = plan.rewards.get(event.reward)
    if reward is None:
        return Refused(RefusalCode.UNKNOWN_REWARD, subject=event.reward)
    if event.quantity < 1:
        return Refused(RefusalCode.QUANTITY_TOO_SMALL, {"asked": event.quantity, "at_least": 1}, event.reward)
    if event.session != "" or reward.sessions:
        session = reward.sessions.get(event.session)
        if session is None:
            return Refused(RefusalCode.UNKNOWN_SESSION, subject=event.session)
        if session.on < day:
            return Refused(RefusalCode.ALREADY_OVER, subject=event.reward)
    inputs = inputs_on(plan, facts, day)
    when = reward.when
    if facts.has_happened and event.store == event.channel == "":
        # The past that does not say where is not known to have been elsewhere.
        when = replace(when, stores=frozenset(), channels=frozenset())
    why = why_not_now(when, inputs, event.store, event.channel, lambda: 0)
    if why is not None:
        is_elsewhere = why in (ReasonCode.OTHER_CHANNEL, ReasonCode.OTHER_STORE)
        code = RefusalCode.REWARD_NOT_HERE if is_elsewhere else RefusalCode.REWARD_NOT_FOR_THEM
        return Refused(code, subject=event.reward)
    wallet = Wallet(state)
    cost = reward.cost * event.quantity
    available = wallet.available(reward.currency)
    if cost > available:
        return Refused(
            RefusalCode.INSUFFICIENT_BALANCE, {"asked": cost, "available": available}, reward.currency
        )
    claim = _claim(reward, event)
    granted: dict[str, int] = {}
    if claim is not None:
        grant = inputs.grants.get(claim.key)
        if grant is None:
            return Decision(plan.version, claims=(claim,))
        if grant < event.quantity:
            return Refused(
                RefusalCode.OUT_OF_STOCK, {"asked": event.quantity, "limit": claim.limit}, event.reward
            )
        granted[claim.key] = grant
    wallet.take(Account.USED, reward.currency, cost)
    wallet.credit(Account.ISSUED, lot_for(plan, reward.gives, day), reward.quantity_each * event.quantity)
    asked = None
    if reward.cancel is not None:
        until = end_after(day, reward.cancel)
        if event.session:
            until = min(until, reward.sessions[event.session].on)
        asked = RewardAsked(event.reward, event.quantity, event.session, until)
    kept = None
    if granted:
        kept = SaleInputs(day, True, inputs.tier, False, {}, granted, inputs.audiences, inputs.engagement)
    return Decision(plan.version, tuple(wallet.postings), inputs=kept, reward=asked)


def _claim(reward: Reward, event: RewardRequest) -> Claim | None:
    """What is wanted of what customers share: things of a stock, or places of a session."""
    if event.session:
        key = session_key(reward, event.session)
        places = reward.sessions[event.session].places
        return Claim(key, places, reward.code, event.quantity, can_come_back=True)
    if reward.stock is None:
        return None
    return Claim(stock_key(reward), reward.stock, reward.code, event.quantity, can_come_back=True)


def stock_key(reward: Reward) -> str:
    return f"stock:{reward.code}"


def session_key(reward: Reward, session: str) -> str:
    return f"session:{reward.code}:{session}"


def decide_reward_cancellation(plan: Plan, facts: Facts, event: RewardCancellation) -> Decision | Refused:
    """What was asked for goes back whole, once, while nothing of it was used; so does what was paid for it."""
    day = local_day(event.at, plan.zone)
    if not facts.state.is_member_on(day):
        return not_served(facts.state, day)
    asked = facts.state.asked.get(event.request_seq)
    if asked is None:
        return Refused(RefusalCode.UNKNOWN_REQUEST, {"seq": event.request_seq})
    if asked.until <= day:
        return Refused(RefusalCode.ALREADY_OVER, subject=asked.reward)
    wallet = Wallet(facts.state)
    if wallet.available(asked.gives) < asked.given:
        return Refused(
            RefusalCode.ALREADY_USED,
            {"asked": asked.given, "available": wallet.available(asked.gives)},
            asked.gives,
        )
    wallet.take(Account.ISSUED, asked.gives, asked.given)
    for lot, quantity in asked.paid:
        wallet.credit(Account.USED, _lot_again(plan, lot, day), quantity)
    released: tuple[Release, ...] = ()
    reward = plan.rewards.get(asked.reward)
    if asked.session and reward is not None:
        released = (Release(session_key(reward, asked.session), asked.quantity),)
    elif reward is not None and reward.stock is not None:
        released = (Release(stock_key(reward), asked.quantity),)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        offers=OffersDecided(releases=released) if released else NOTHING,
        called_off=event.request_seq,
    )


def _lot_again(plan: Plan, lot: LotKey, today: date) -> LotKey:
    """The lot that the units came from or, once it has expired, a new one from today."""
    return lot if (lot.expires_on or LAST_DAY) > today else lot_for(plan, lot.currency, today)


def decide_hand_over(plan: Plan, facts: Facts, event: HandOver) -> Decision | Refused:
    """A thing, or a service, reaches the customer: its unit is used, and its partner is owed what was agreed."""
    day = local_day(event.at, plan.zone)
    if not facts.state.is_member_on(day) and not facts.has_happened:
        return not_served(facts.state, day)
    currency = plan.currencies.get(event.currency)
    if currency is None:
        return Refused(RefusalCode.UNKNOWN_CURRENCY, subject=event.currency)
    if currency.kind is not CurrencyKind.GOOD:
        return Refused(RefusalCode.NOTHING_TO_HAND_OVER, subject=event.currency)
    wallet = Wallet(facts.state)
    available = wallet.available(event.currency)
    if event.quantity < 1 or event.quantity > available:
        return Refused(
            RefusalCode.INSUFFICIENT_BALANCE,
            {"asked": event.quantity, "available": available},
            event.currency,
        )
    wallet.take(Account.USED, event.currency, event.quantity)
    settled: tuple[Settlement, ...] = ()
    if currency.partner:
        amount = currency.settles_minor * event.quantity
        settled = (Settlement(currency.partner, event.currency, event.quantity, amount),)
    return Decision(plan.version, tuple(wallet.postings), settlements=settled)


def asked_after(asked: Mapping[int, AskedReward], decision: Decision, seq: int) -> dict[int, AskedReward]:
    """What may still be called off, after the decision at ``seq``."""
    after = dict(asked)
    if decision.called_off is not None:
        after.pop(decision.called_off, None)
    if decision.reward is not None:
        one = decision.reward
        gives = [p for p in decision.postings if p.source is Account.ISSUED]
        after = {
            known: other for known, other in after.items() if (other.until - one.until).days > -DAYS_KEPT_MAX
        }
        after[seq] = AskedReward(
            one.reward,
            one.quantity,
            one.session,
            one.until,
            tuple(
                (p.lot, p.quantity)
                for p in decision.postings
                if p.target is Account.USED and p.lot is not None
            ),
            gives[0].currency if gives else "",
            sum(p.quantity for p in gives),
        )
    return after


DAYS_KEPT_MAX = 400
"""How long after its end a request is remembered; nothing can be done with it any more."""
