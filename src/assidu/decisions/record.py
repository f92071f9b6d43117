"""How decisions and states are written down: plain JSON values, short, read back to the same objects.

Postings are not part of a record: they are the ledger's rows, joined again when a decision is read.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from assidu.decisions.calendar import LAST_DAY
from assidu.decisions.decision import (
    AccountMove,
    AudienceMove,
    Award,
    Claim,
    Clawback,
    Count,
    Decision,
    Emission,
    EmissionKind,
    HoldChange,
    Lapse,
    MembershipChange,
    Posting,
    ReturnedPart,
    RewardAsked,
    Settlement,
    Shortfall,
    ShortfallCause,
    TierChange,
)
from assidu.decisions.facts import SaleInputs
from assidu.decisions.offers.given import NOTHING
from assidu.decisions.offers.record import offers_from, offers_record
from assidu.decisions.state import (
    Absence,
    AccountKind,
    AskedReward,
    Held,
    LotKey,
    Membership,
    Moved,
    OfferStanding,
    PendingKey,
    ReferralStep,
    Referred,
    SharedAccount,
    State,
    SuspendedSpan,
    TierBefore,
    TierCause,
    TierSpan,
)

Record = dict[str, Any]


def decision_record(decision: Decision) -> Record:
    """All of a decision but its postings, its plan version and its trace; empty parts are left out."""
    record: Record = {}
    if decision.awards:
        record["awards"] = [
            [a.rule, a.currency, a.quantity, a.basis_minor, a.wished] for a in decision.awards
        ]
    if decision.counts:
        record["counts"] = [[c.counter, c.change] for c in decision.counts]
    if decision.tier is not None:
        record["tier"] = _tier_record(decision.tier)
    if decision.membership is not None:
        record["membership"] = _membership_record(decision.membership)
    if decision.claims:
        record["claims"] = [_claim_record(c) for c in decision.claims]
    if decision.shortfalls:
        record["shortfalls"] = [[s.currency, s.quantity, s.cause.value] for s in decision.shortfalls]
    if decision.clawbacks:
        record["clawbacks"] = [[c.rule, c.currency, c.quantity] for c in decision.clawbacks]
    if decision.returned:
        record["returned"] = [
            [r.line, r.amount_minor, r.foreign_minor] if r.foreign_minor else [r.line, r.amount_minor]
            for r in decision.returned
        ]
    if decision.eligible_minor:
        record["eligible_minor"] = decision.eligible_minor
    if decision.changed_minor:
        record["changed_minor"] = decision.changed_minor
    if decision.reward is not None:
        one = decision.reward
        record["reward"] = [one.reward, one.quantity, one.session, one.until.isoformat()]
    if decision.called_off is not None:
        record["called_off"] = decision.called_off
    if decision.settlements:
        record["settlements"] = [list(settlement) for settlement in decision.settlements]
    if decision.audience is not None:
        record["audience"] = list(decision.audience)
    if decision.answered:
        record["answered"] = [list(move) for move in decision.answered]
    if decision.holds:
        record["holds"] = [_hold_record(hold) for hold in decision.holds]
    if decision.offers:
        record["offers"] = offers_record(decision.offers)
    if decision.lapses:
        record["lapses"] = [[lapse.currency, _iso(lapse.on)] for lapse in decision.lapses]
    if decision.terms:
        record["terms"] = decision.terms
    if decision.referral is not None:
        record["referral"] = _referral_record(decision.referral)
    if decision.emissions:
        record["emissions"] = [[emission.kind.value, emission.to] for emission in decision.emissions]
    if decision.account is not None:
        record["account"] = list(decision.account)
    if decision.moved:
        record["moved"] = _moved_record(dict(decision.moved))
    if decision.inputs is not None:
        record["inputs"] = _inputs_record(decision.inputs)
    return record


def _moved_record(moved: Mapping[str, tuple[Moved, ...]]) -> Record:
    return {owner: [[one.seq, one.days, list(one.waits)] for one in each] for owner, each in moved.items()}


def _moved_from(record: Mapping[str, Any]) -> dict[str, tuple[Moved, ...]]:
    return {
        owner: tuple(Moved(seq, days, tuple(waits)) for seq, days, waits in each)
        for owner, each in record.items()
    }


def _tier_record(change: TierChange) -> list[Any]:
    fields: list[Any] = [change.tier, change.since.isoformat(), _iso(change.until), change.cause.value]
    return fields if change.under is None else [*fields, [change.under.tier, _iso(change.under.until)]]


def _tier_from(tier: str, since: str, until: str | None, cause: str, under: Any = None) -> TierChange:
    before = None if under is None else TierBefore(under[0], _date(under[1]))
    return TierChange(tier, _day(since), _date(until), TierCause(cause), before)


def _membership_record(change: MembershipChange) -> list[Any]:
    fields: list[Any] = [change.membership.value, change.on.isoformat()]
    is_plain = change.until is None and change.since is None
    return fields if is_plain else [*fields, _iso(change.until), _iso(change.since)]


def _claim_record(claim: Claim) -> list[Any]:
    fields: list[Any] = [claim.key, claim.limit, claim.rule]
    return fields if claim.quantity == 1 else [*fields, claim.quantity, claim.can_be_clipped]


def _hold_record(hold: HoldChange) -> list[Any]:
    fields: list[Any] = [hold.hold, hold.until.isoformat() if hold.until else None]
    return [*fields, [list(place) for place in hold.places]] if hold.places else fields


def decision_from(record: Mapping[str, Any], plan_version: int, postings: Iterable[Posting]) -> Decision:
    """The decision that ``decision_record`` wrote, with the ledger's postings put back."""
    get = record.get
    tier, membership, inputs = get("tier"), get("membership"), get("inputs")
    return Decision(
        plan_version=plan_version,
        postings=tuple(postings),
        awards=tuple(Award(*fields) for fields in get("awards", ())),
        counts=tuple(Count(*fields) for fields in get("counts", ())),
        tier=None if tier is None else _tier_from(*tier),
        membership=None
        if membership is None
        else MembershipChange(
            Membership(membership[0]), _day(membership[1]), *(_date(day) for day in membership[2:])
        ),
        claims=tuple(Claim(*fields) for fields in get("claims", ())),
        shortfalls=tuple(Shortfall(c, q, ShortfallCause(cause)) for c, q, cause in get("shortfalls", ())),
        clawbacks=tuple(Clawback(*fields) for fields in get("clawbacks", ())),
        returned=tuple(ReturnedPart(*fields) for fields in get("returned", ())),
        eligible_minor=get("eligible_minor", 0),
        changed_minor=get("changed_minor", 0),
        inputs=None if inputs is None else inputs_from(inputs),
        lapses=tuple(Lapse(currency, _date(on)) for currency, on in get("lapses", ())),
        holds=tuple(
            HoldChange(hold, _instant(until), _places(*places)) for hold, until, *places in get("holds", ())
        ),
        audience=AudienceMove(*record["audience"]) if "audience" in record else None,
        answered=tuple([AudienceMove(*move) for move in record.get("answered", ())]),
        reward=_asked(get("reward")),
        called_off=get("called_off"),
        settlements=tuple(Settlement(*fields) for fields in get("settlements", ())),
        offers=offers_from(record["offers"]) if "offers" in record else NOTHING,
        terms=get("terms", ""),
        referral=_referral_from(record["referral"]) if "referral" in record else None,
        emissions=tuple(Emission(EmissionKind(kind), to) for kind, to in get("emissions", ())),
        account=_account_move(record["account"]) if "account" in record else None,
        moved=tuple(sorted(_moved_from(record["moved"]).items())) if "moved" in record else (),
    )


def _inputs_record(inputs: SaleInputs) -> Record:
    record: Record = {"day": inputs.day.isoformat()}
    if inputs.is_member:
        record["is_member"] = True
    if inputs.tier is not None:
        record["tier"] = inputs.tier
    if inputs.is_first_purchase:
        record["is_first_purchase"] = True
    if inputs.counters:
        record["counters"] = dict(inputs.counters)
    if inputs.grants:
        record["grants"] = dict(inputs.grants)
    if inputs.audiences:
        record["audiences"] = sorted(inputs.audiences)
    if inputs.engagement:
        record["engagement"] = inputs.engagement
    if inputs.offers:
        record["offers"] = dict(inputs.offers)
    if inputs.is_suspended:
        record["is_suspended"] = True
    return record


def inputs_from(record: Mapping[str, Any]) -> SaleInputs:
    return SaleInputs(
        day=_day(record["day"]),
        is_member=record.get("is_member", False),
        tier=record.get("tier"),
        is_first_purchase=record.get("is_first_purchase", False),
        counters=record.get("counters", {}),
        grants=record.get("grants", {}),
        audiences=frozenset(record.get("audiences", ())),
        engagement=record.get("engagement", 0),
        offers=record.get("offers", {}),
        is_suspended=record.get("is_suspended", False),
    )


def state_record(state: State) -> Record:
    """A state without its ``seq``, lots and debts, which have columns and tables of their own.

    What is pending (day by day) and held (hold by hold) is here; the ledger keeps its sum beside each lot.
    """
    record: Record = {"membership": state.membership.value}
    if state.joined_on is not None:
        record["joined_on"] = state.joined_on.isoformat()
    if state.left_on is not None:
        record["left_on"] = state.left_on.isoformat()
    if state.tiers:
        record["tiers"] = [[span.since.isoformat(), span.tier] for span in state.tiers]
    if state.tier_until is not None:
        record["tier_until"] = state.tier_until.isoformat()
    if state.tier_cause is not None:
        record["tier_cause"] = state.tier_cause.value
    if state.tier_before is not None:
        record["tier_before"] = [state.tier_before.tier, _iso(state.tier_before.until)]
    if state.counters:
        record["counters"] = dict(state.counters)
    if state.asked:
        record["asked"] = {str(seq): _asked_record(one) for seq, one in state.asked.items()}
    if state.audiences:
        record["audiences"] = sorted(state.audiences)
    if state.pending:
        record["pending"] = [
            [
                key.currency,
                key.issued_month.isoformat(),
                _iso(key.expires_on),
                key.active_on.isoformat(),
                left,
            ]
            for key, left in sorted(state.pending.items(), key=_by_day)
        ]
    if state.holds:
        record["holds"] = {
            hold: [
                held.until.isoformat(),
                [
                    [key.currency, key.issued_month.isoformat(), _iso(key.expires_on), n]
                    for key, n in held.parts
                ],
                *([[list(place) for place in held.places]] if held.places else ()),
            ]
            for hold, held in state.holds.items()
        }
    if state.offers:
        record["offers"] = {
            code: [standing.step, standing.on.isoformat(), _iso(standing.until)]
            for code, standing in state.offers.items()
        }
    if state.terms:
        record["terms"] = state.terms
    if state.referral is not None:
        record["referral"] = _referral_record(state.referral)
    if state.suspensions:
        record["suspensions"] = [[span.since.isoformat(), _iso(span.until)] for span in state.suspensions]
    if state.moved:
        record["moved"] = _moved_record(state.moved)
    if state.regret_until is not None:
        record["regret_until"] = state.regret_until.isoformat()
    if state.absences:
        record["absences"] = [[away.since.isoformat(), away.until.isoformat()] for away in state.absences]
    if state.account is not None:
        kind, people, is_closed = state.account
        record["account"] = [kind.value, list(people), is_closed]
    if state.lapses:
        record["lapses"] = {currency: on.isoformat() for currency, on in sorted(state.lapses.items())}
    return record


def _referral_record(referral: Referred) -> list[Any]:
    return [
        referral.by,
        referral.step.value,
        _iso(referral.due),
        referral.sale_seq,
        referral.basis_minor,
    ]


def _referral_from(fields: list[Any]) -> Referred:
    by, step, due, sale_seq, basis_minor = fields
    return Referred(by, ReferralStep(step), _date(due), sale_seq, basis_minor)


def _by_day(item: tuple[PendingKey, int]) -> tuple[str, date, date, date]:
    key = item[0]
    return key.currency, key.active_on, key.expires_on or LAST_DAY, key.issued_month


def state_from(
    record: Mapping[str, Any], seq: int, lots: Mapping[LotKey, int], debts: Mapping[str, int]
) -> State:
    get = record.get
    return State(
        seq=seq,
        membership=Membership(get("membership", "none")),
        joined_on=_date(get("joined_on")),
        left_on=_date(get("left_on")),
        tiers=tuple(TierSpan(_day(since), tier) for since, tier in get("tiers", ())),
        tier_until=_date(get("tier_until")),
        tier_cause=TierCause(record["tier_cause"]) if "tier_cause" in record else None,
        tier_before=TierBefore(record["tier_before"][0], _date(record["tier_before"][1]))
        if "tier_before" in record
        else None,
        counters=get("counters", {}),
        lots=lots,
        debts=debts,
        audiences=frozenset(get("audiences", ())),
        asked={int(seq): _asked_from(fields) for seq, fields in get("asked", {}).items()},
        pending={
            PendingKey(currency, _day(issued), _date(end), _day(active)): left
            for currency, issued, end, active, left in get("pending", ())
        },
        lapses={currency: _day(on) for currency, on in get("lapses", {}).items()},
        holds={
            hold: Held(
                datetime.fromisoformat(until),
                tuple((LotKey(currency, _day(issued), _date(end)), n) for currency, issued, end, n in parts),
                _places(*places),
            )
            for hold, (until, parts, *places) in get("holds", {}).items()
        },
        offers={
            code: OfferStanding(step, _day(on), _date(until))
            for code, (step, on, until) in get("offers", {}).items()
        },
        suspensions=tuple(
            SuspendedSpan(_day(since), _date(until)) for since, until in get("suspensions", ())
        ),
        moved=_moved_from(get("moved", {})),
        terms=get("terms", ""),
        referral=_referral_from(record["referral"]) if "referral" in record else None,
        regret_until=_date(get("regret_until")),
        absences=tuple(Absence(_day(since), _day(until)) for since, until in get("absences", ())),
        account=_account_from(record["account"]) if "account" in record else None,
    )


def _account_move(fields: list[Any]) -> AccountMove:
    kind, enters, leaves, closes = fields
    return AccountMove(None if kind is None else AccountKind(kind), enters, leaves, closes)


def _account_from(fields: list[Any]) -> SharedAccount:
    kind, people, is_closed = fields
    return SharedAccount(AccountKind(kind), tuple(people), is_closed)


def _asked(fields: list[Any] | None) -> RewardAsked | None:
    return None if fields is None else RewardAsked(fields[0], fields[1], fields[2], _day(fields[3]))


def _asked_record(one: AskedReward) -> list[Any]:
    paid = [
        [lot.currency, lot.issued_month.isoformat(), _iso(lot.expires_on), quantity]
        for lot, quantity in one.paid
    ]
    return [one.reward, one.quantity, one.session, one.until.isoformat(), paid, one.gives, one.given]


def _asked_from(fields: list[Any]) -> AskedReward:
    reward, quantity, session, until, paid, gives, given = fields
    lots = tuple((LotKey(c, _day(month), _date(end)), units) for c, month, end, units in paid)
    return AskedReward(reward, quantity, session, _day(until), lots, gives, given)


def _places(fields: Iterable[list[Any]] = ()) -> tuple[tuple[str, int], ...]:
    return tuple((key, quantity) for key, quantity in fields)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
