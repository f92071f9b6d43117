"""What a sender is told about an event: what it gave and why, what the customer has, what to print."""

from datetime import date, datetime
from typing import Any

from assidu.decisions.decision import Account, Decision, Posting, Refused
from assidu.decisions.earning import applied
from assidu.decisions.events import Sale
from assidu.decisions.nearness import with_streak
from assidu.decisions.plan import Plan, TierMeasure
from assidu.decisions.state import Membership, State
from assidu.decisions.tiers import Missing, to_climb, to_stay
from assidu.events.types import EventKey
from assidu.events.wire import (
    HoldData,
    JoiningData,
    SaleCancellationData,
    SaleUpdateData,
    hold_address,
)
from assidu.foundation.problems import Problem
from assidu.intake import problems
from assidu.intake.offers import Lowest, exchange_of, given_of, offers_of
from assidu.intake.sentences import OWN, Wanted
from assidu.intake.shops import OpenShop
from assidu.loyalty.coming import Coming
from assidu.loyalty.entries import Anonymous, Conflict, Entry, RefusedTo, Told, UnknownCustomer
from assidu.plans.document import Document, Text
from assidu.plans.wording.language import Language, language_of, text_in
from assidu.plans.wording.phrases import phrases_of
from assidu.plans.wording.reasons import clawback_said, reason, refusal
from assidu.plans.wording.receipts import receipt, short_receipt
from assidu.plans.wording.standing import missing_said

Answer = dict[str, Any]


def answer(
    outcome: Told | Anonymous | Conflict | UnknownCustomer | Refused | Problem,
    entry: Entry,
    opened: OpenShop,
    at: datetime,
    *,
    is_trying: bool = False,
    sentences: Wanted = None,
) -> Answer | Problem:
    match outcome:
        case Told():
            return _told(outcome, entry, opened, at, is_trying=is_trying, sentences=sentences)
        case Anonymous():
            return _anonymous(outcome, is_trying=is_trying)
        case Refused():
            plan = opened.shop.book.at(at)
            known = outcome.language if isinstance(outcome, RefusedTo) else ""
            words = refusal(outcome, opened.documents[plan.version], _language(entry, known, opened))
            return problems.refused(outcome.code, words, outcome.figures)
        case Conflict():
            return problems.TICKET_CONFLICT if outcome.is_of_ticket else problems.CONFLICT
        case UnknownCustomer():
            return problems.UNKNOWN_CUSTOMER
        case _:
            return outcome


def _told(
    told: Told, entry: Entry, opened: OpenShop, at: datetime, *, is_trying: bool, sentences: Wanted
) -> Answer:
    decision, state, plan = told.decision, told.state, told.plan
    document = opened.documents[plan.version]
    language = _language(entry, told.language, opened)
    status = "created" if told.is_new else "exists"
    is_known = told.customer_id.int >> 32 != 0  # a card tried before anybody has it: see `post`
    answered: Answer = {
        "status": "evaluated" if is_trying and told.is_new else status,
        "source": told.key.source,
        "id": told.key.id,
        "type": told.type.value,
        "customer": str(told.customer_id) if is_known else None,
        **({"member": str(told.member)} if told.member is not None else {}),
        "seq": told.seq,
        "day": told.day.isoformat(),
        "plan_version": plan.version,
    }
    if told.duplicate_of is not None:
        answered["duplicate_of"] = _key(told.duplicate_of)
    data = entry.incoming.data
    is_change = isinstance(data, SaleUpdateData | SaleCancellationData)
    answered["effects"] = _effects(decision, document, language, "changed" if is_change else "returned")
    if is_change:
        returned = sum(part.amount_minor for part in decision.returned)
        answered["changed_minor"] = decision.changed_minor - returned
    if sentences is not None:
        spoken = language if sentences == OWN else Language(sentences)
        for effect, said in zip(answered["effects"], _sentences(decision, document, spoken), strict=True):
            effect["text"] = said
    answered["movements"] = _movements(decision)
    if decision.shortfalls:
        answered["shortfalls"] = [
            {"currency": s.currency, "quantity": s.quantity, "cause": s.cause.value}
            for s in decision.shortfalls
        ]
    for change in decision.holds:
        if change.until is not None:
            answered["hold"] = {
                "id": hold_address(told.customer_id, change.hold),
                "until": change.until.isoformat(),
            }
    if decision.tier is not None:
        answered["tier_change"] = {"code": decision.tier.tier, "cause": decision.tier.cause.value}
    if decision.referral is not None and isinstance(data, JoiningData):
        # Why a code does not count is for staff to read: whoever joins is told nothing of others.
        answered["referral"] = decision.referral.step.value
    if decision.terms:
        answered["terms_version"] = decision.terms
    if isinstance(told.event, Sale):
        answered |= exchange_of(told.event)
        if document.offers:
            lowest = Lowest(told.event.lines, opened.prices, plan, told.day)
            answered |= offers_of(
                decision, told.event, plan, document, language, lowest, state.counters, is_trying=is_trying
            )
    elif document.offers and isinstance(data, HoldData | SaleUpdateData) and data.lines:
        lowest = Lowest(data.lines, opened.prices, plan, told.day)
        answered |= given_of(decision, phrases_of(document, language, for_members=True), lowest=lowest)
    answered |= position(state, plan, document, language, told.day)
    answered["receipt"] = receipt(decision, state, plan, document, language, told.day)
    answered["receipt_short"] = short_receipt(decision, state, document, language)
    if state.membership in (Membership.MEMBER, Membership.SUSPENDED) and (
        coming := opened.announced.at(at, language, state.audiences)
    ):
        answered["to_come"] = [_coming(one) for one in coming]
    if is_trying:
        answered["reasons"] = [
            {
                "rule": r.rule,
                "code": r.code.value,
                "figures": dict(r.figures),
                "text": reason(r, document, language, for_members=True),
            }
            for r in (with_streak(plan, decision.inputs, one) for one in decision.reasons)
        ]
    return answered


def _coming(coming: Coming) -> Answer:
    return {
        "starts": coming.starts.isoformat(),
        "announced_on": coming.announced_on.isoformat(),
        "sentences": list(coming.sentences),
        "takes": coming.takes,
    }


def position(state: State, plan: Plan, document: Document, language: Language, day: date) -> Answer:
    """What a customer has, and what is missing to the next level, and to keep this one."""
    standing: Answer = {
        "membership": state.membership.value,
        "balances": _balances(plan, state),
        "tier": None,
        "next_tier": None,
        "keep_tier": None,
    }
    if state.regret_until is not None:
        standing["regret_until"] = state.regret_until.isoformat()
    if (still := state.stands_still_since) is not None:
        standing["stands_still_since"] = still.isoformat()
    names = {level.code: level.name for level in document.tiers.levels} if document.tiers else {}
    if state.membership is Membership.MEMBER and state.tier is not None:
        name = names.get(state.tier)
        standing["tier"] = {
            "code": state.tier,
            "name": text_in(name, language) if name else state.tier,
            "until": state.tier_until.isoformat() if state.tier_until else None,
        }
    if state.membership is Membership.MEMBER:
        for place, missing in (
            ("next_tier", to_climb(plan, state, day)),
            ("keep_tier", to_stay(plan, state, day)),
        ):
            if missing is not None:
                standing[place] = _missing(missing, names.get(missing.level), document, language)
    return standing


def _missing(missing: Missing, name: Text | None, document: Document, language: Language) -> Answer:
    answered: Answer = {
        "code": missing.level,
        "name": text_in(name, language) if name else missing.level,
        "missing": {measure.value: quantity for measure, quantity in missing.by.items()},
        "needs_all": missing.needs_all,
        "text": missing_said(missing, document, language),
    }
    if TierMeasure.SPEND in missing.by:
        answered["missing_minor"] = missing.by[TierMeasure.SPEND]
    if missing.until is not None:
        answered["until"] = missing.until.isoformat()
    return answered


def _balances(plan: Plan, state: State) -> list[Answer]:
    """Every currency of the plan, and any other that the customer still has."""
    available: dict[str, int] = dict.fromkeys(plan.currencies, 0)
    next_expiry: dict[str, tuple[date, int]] = {}
    for lot, quantity in state.lots.items():
        available[lot.currency] = available.get(lot.currency, 0) + quantity
        end = state.end_of(lot) if state.lapses else lot.expires_on
        if end is not None:
            first = next_expiry.get(lot.currency)
            if first is None or end < first[0]:
                next_expiry[lot.currency] = (end, quantity)
            elif end == first[0]:
                next_expiry[lot.currency] = (first[0], first[1] + quantity)
    for pending in state.pending:
        available.setdefault(pending.currency, 0)
    balances = []
    for currency, quantity in available.items():
        balance: Answer = {"currency": currency, "available": quantity}
        if state.pending and (awaited := state.awaited(currency)):
            balance["pending"] = sum(units for _, units in awaited)
            waits = plan.currencies[currency].pending if currency in plan.currencies else None
            if waits is not None and waits.event:
                balance["awaits"] = waits.event
            if waits is None or not waits.is_lost:
                balance["next_activation"] = {"on": awaited[0][0].isoformat(), "quantity": awaited[0][1]}
        if state.holds and (held := state.held(currency)):
            balance["held"] = held
        if owed := state.debts.get(currency):
            balance["debt"] = owed
        if (soonest := next_expiry.get(currency)) is not None:
            balance["next_expiry"] = {"on": soonest[0].isoformat(), "quantity": soonest[1]}
        balances.append(balance)
    return balances


def _effects(decision: Decision, document: Document, language: Language, taken_back: str) -> list[Answer]:
    """What each rule gave, or took back (and why), and on what."""
    name_of = phrases_of(document, language).giver_name
    effects: list[Answer] = []
    for award in decision.awards:
        effect: Answer = {
            "rule": award.rule,
            "name": name_of(award.rule),
            "currency": award.currency,
            "quantity": award.quantity,
            "reason": "applied",
            "basis_minor": award.basis_minor,
        }
        if award.wished != award.quantity:
            effect["wished"] = award.wished
        effects.append(effect)
    for clawback in decision.clawbacks:
        effects.append(
            {
                "rule": clawback.rule,
                "name": name_of(clawback.rule),
                "currency": clawback.currency,
                "quantity": -clawback.quantity,
                "reason": taken_back,
            }
        )
    return effects


def _sentences(decision: Decision, document: Document, language: Language) -> list[str]:
    """The reason of each effect, in their order."""
    given = [reason(applied(award), document, language, for_members=True) for award in decision.awards]
    return given + [clawback_said(one, document, language) for one in decision.clawbacks]


def _movements(decision: Decision) -> list[Answer]:
    """How each lot of the wallet changed, or the debt: signed, as the customer sees it."""
    movements = []
    for posting in decision.postings:
        if posting.source.is_in_wallet and posting.target.is_in_wallet and posting.lot is not None:
            movements += _within(posting)
            continue
        is_credit = posting.target.is_in_wallet
        inside = posting.target if is_credit else posting.source
        outside = posting.source if is_credit else posting.target
        movement: Answer = {
            "currency": posting.currency,
            "quantity": posting.quantity if is_credit else -posting.quantity,
            "account": _ACCOUNTS[inside],
            "cause": _ACCOUNTS[outside],
        }
        if posting.lot is not None and posting.lot.expires_on is not None:
            movement["expires_on"] = posting.lot.expires_on.isoformat()
        if posting.active_on is not None:
            movement["active_on"] = posting.active_on.isoformat()
        movements.append(movement)
    return movements


def _within(posting: Posting) -> list[Answer]:
    """Units that only change their place in the wallet leave one account and come to the other."""
    dates = (
        {}
        if posting.lot is None or posting.lot.expires_on is None
        else {"expires_on": posting.lot.expires_on.isoformat()}
    )
    return [
        {
            "currency": posting.currency,
            "quantity": quantity,
            "account": _ACCOUNTS[account],
            "cause": _ACCOUNTS[cause],
            **dates,
        }
        for quantity, account, cause in (
            (-posting.quantity, posting.source, posting.target),
            (posting.quantity, posting.target, posting.source),
        )
    ]


_ACCOUNTS = {account: account.name.lower() for account in Account}


def _anonymous(outcome: Anonymous, *, is_trying: bool) -> Answer:
    status = "created" if outcome.is_new else "exists"
    answered: Answer = {
        "status": "evaluated" if is_trying and outcome.is_new else status,
        "source": outcome.key.source,
        "id": outcome.key.id,
        "customer": None,
        "day": outcome.day.isoformat(),
        "effects": [],
        "movements": [],
        "balances": [],
        "tier": None,
        "next_tier": None,
    }
    if outcome.duplicate_of is not None:
        answered["duplicate_of"] = _key(outcome.duplicate_of)
    return answered


def _key(key: EventKey) -> Answer:
    return {"source": key.source, "id": key.id}


def language_for(outcome: object, entry: Entry, opened: OpenShop, sentences: Wanted) -> Language:
    """In which words the sender is told something: those that were asked for, else the customer's."""
    if sentences is not None and sentences != OWN:
        return Language(sentences)
    return _language(entry, outcome.language if isinstance(outcome, Told) else "", opened)


def _language(entry: Entry, of_customer: str, opened: OpenShop) -> Language:
    """The customer's own, else that of the till, else ours."""
    said: str = getattr(entry.incoming.data, "language", "")
    return language_of(of_customer or said, opened.language)
