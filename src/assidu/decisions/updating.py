"""A ticket that was recorded is changed: decided again as it now reads, and the difference is posted, up or down.

It is decided as of the sale: on what its rules looked at then, under the version of then, with the places that it was
given and the numbers that were drawn. Only what more lines newly need is looked up, claimed or drawn now. What came
back stays back, and what the sale no longer deserves is taken back as after a return.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from assidu.decisions.calendar import local_day
from assidu.decisions.chance import Chance
from assidu.decisions.decision import (
    Account,
    Award,
    Claim,
    Clawback,
    Count,
    Decision,
    Reason,
    RefusalCode,
    Refused,
    Shortfall,
    ShortfallCause,
)
from assidu.decisions.earning import Earned, charged_minor, earn, worth_minor
from assidu.decisions.events import Return, Sale, SaleUpdate
from assidu.decisions.facts import Facts, SaleInputs, SoldBefore
from assidu.decisions.goals import changed
from assidu.decisions.offers.given import freeing
from assidu.decisions.offers.meeting import DRAW
from assidu.decisions.offers.settling import Offered, offered
from assidu.decisions.offers.updating import OffersMoved, is_shared, known_of, offers_moved
from assidu.decisions.paying import may_pay, quantities
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import GivesUnits
from assidu.decisions.referral import bought_since
from assidu.decisions.returned_parts import left_minor
from assidu.decisions.returning import (
    Key,
    decide_return,
    due_back,
    give_back,
    limits_counted,
    purchases_counted,
    reverse,
)
from assidu.decisions.sharing import Known, as_taken, budgets_of, freed, known_from
from assidu.decisions.sold import carried, grants_of, kept_of, paid_with, updated
from assidu.decisions.state import LotKey, Membership
from assidu.decisions.suspending import not_served
from assidu.decisions.tiers import standing_counts, units_counted, upgrade
from assidu.decisions.wallet import Wallet, earned_into


def decide_update(plan: Plan, facts: Facts, event: SaleUpdate, *, trace: bool = False) -> Decision | Refused:
    """``plan`` is the version under which the ticket was decided."""
    sold = facts.sold
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if sold is None:
        return Refused(RefusalCode.UNKNOWN_SALE)
    if not event.lines and sold.returned_minor:
        # Cancelled after a part of it came back: so does the rest.
        return decide_return(plan, facts, Return(event.at, event.sale_seq, (), event.sale_owner))
    foreign = sold.sale.foreign
    if event.currency not in ("", plan.money.code if foreign is None else foreign.currency):
        return Refused(RefusalCode.RETURN_IN_OTHER_MONEY, subject=event.currency)
    sale = updated(sold, event)
    if isinstance(sale, Refused):
        return sale
    if sale == sold.sale:
        return Decision(plan.version)
    back = carried(sold, sale)
    if isinstance(back, Refused):
        return back
    returned = back.minor
    wallet = Wallet(facts.state)
    paid = _pay(plan, wallet, facts, event, sold, sale, returned)
    if isinstance(paid, Refused):
        return paid
    seen = _look(plan, facts, sold, sale, returned, trace=trace)
    kept = kept_of(sold)
    changes = {
        key: change for key, now in _deserved(seen, kept).items() if (change := now - kept.get(key, 0))
    }
    shortfalls = _post(plan, wallet, sold, changes, event.sale_owner)
    moved = seen.offers(plan, sold, is_basket=facts.is_basket)
    given = {key: kept.get(key, 0) + changes.get(key, 0) for key in {**kept, **changes}}
    more = seen.now.earned.eligible_minor - seen.before.earned.eligible_minor
    counts = _counts(plan, facts, sold, seen, kept, changes, more)
    counts += moved.counts
    if _is_back(sold.sale, sold.returned_minor) != (is_back := _is_back(sale, returned)):
        counts += purchases_counted(plan, sold.inputs.day, -1 if is_back else 1)
    is_member, tier = sold.inputs.is_member, None
    if is_member and any(count.change > 0 for count in counts):
        tier = upgrade(plan, facts.state, sold.inputs.day, counts)
    return Decision(
        plan_version=plan.version,
        postings=tuple(wallet.postings),
        awards=_awards(seen, changes),
        counts=tuple(counts) if is_member else (),
        tier=tier,
        claims=seen.claims,
        shortfalls=paid + shortfalls,
        clawbacks=tuple(Clawback(*key, -change) for key, change in changes.items() if change < 0),
        eligible_minor=more,
        changed_minor=sale.total_minor - sold.sale.total_minor,
        inputs=seen.inputs,
        reasons=seen.reasons,
        offers=freeing(moved.decided, freed(budgets_of(plan, sold), sold, given, seen.inputs.grants)),
        referral=bought_since(plan, facts.state, sold, seen.now.earned.eligible_minor),
    )


# ---------------------------------------------------------------- what it deserves


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A ticket decided, without what came back of it."""

    earned: Earned
    had: Offered | None

    def units(self) -> dict[Key, int]:
        return {(award.rule, award.currency): award.quantity for award in self.awards}

    @property
    def awards(self) -> tuple[Award, ...]:
        return self.earned.awards if self.had is None else (*self.earned.awards, *self.had.awards)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The ticket as it read, as it reads ``now``, and as it would if nothing had come back. ``inputs`` are what was
    looked at besides what was at first."""

    before: _Ticket
    now: _Ticket
    whole: _Ticket
    inputs: SaleInputs

    @property
    def claims(self) -> tuple[Claim, ...]:
        had = self.now.had
        return self.now.earned.claims if had is None else (*self.now.earned.claims, *had.claims)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        had = self.now.had
        return self.now.earned.reasons if had is None else (*self.now.earned.reasons, *had.reasons)

    def offers(self, plan: Plan, sold: SoldBefore, *, is_basket: bool) -> OffersMoved:
        if self.before.had is None or self.now.had is None:
            return OffersMoved()
        granted = self.inputs.grants
        return offers_moved(plan, sold, self.before.had, self.now.had, granted, is_basket=is_basket)


def _look(
    plan: Plan, facts: Facts, sold: SoldBefore, sale: Sale, returned: Mapping[int, int], *, trace: bool
) -> _Seen:
    # What its rules did not look at then, nothing of the ticket has moved since: it is as it was.
    budgets = frozenset(budgets_of(plan, sold).values())
    inputs = as_taken(budgets, sold)
    inputs = replace(inputs, counters={**facts.state.counters, **sold.inputs.counters})
    before = _decided(plan, sold.sale, inputs, sold.returned_minor, is_basket=sold.is_basket)
    answered = facts.grants or {}
    # Of what its offers and budgets have of what customers share, they may need more: that is told apart, as ``known``.
    kept = {
        key: n for key, n in sold.inputs.grants.items() if key not in budgets and not is_shared(plan, key)
    }
    inputs = replace(inputs, grants={**kept, **grants_of(sold, answered)})
    granted = {key: n for key, n in sold.inputs.grants.items() if key in budgets}
    of_rules = known_from(granted, sold.taken, before.earned.wished)
    known = None if before.had is None else known_of(plan, sold, before.had)
    is_basket = facts.is_basket and not any(line.offers for line in sale.lines)
    now = _decided(
        plan,
        sale,
        inputs,
        returned,
        is_basket=is_basket,
        known=known,
        of_rules=of_rules,
        chance=facts.chance,
        seq=sold.seq,
        trace=trace,
    )
    whole = now
    if returned:
        whole = _decided(
            plan,
            sale,
            inputs,
            {},
            is_basket=is_basket,
            known=known,
            of_rules=Known(of_rules.taken),
            chance=facts.chance,
            seq=sold.seq,
        )
    read, granted = dict(now.earned.read), dict(now.earned.granted)
    if now.had is not None:
        read |= now.had.read
        granted |= now.had.granted
    newly = {key: n for key, n in answered.items() if key in granted}
    newly |= {key: n for key, n in granted.items() if key.startswith(DRAW) and key not in sold.inputs.grants}
    counters = {name: value for name, value in read.items() if name not in sold.inputs.counters}
    return _Seen(before, now, whole, sold.inputs.kept(counters, newly))


def _decided(
    plan: Plan,
    sale: Sale,
    inputs: SaleInputs,
    returned: Mapping[int, int],
    *,
    is_basket: bool,
    known: Known | None = None,
    of_rules: Known | None = None,
    chance: Chance | None = None,
    seq: int = 0,
    trace: bool = False,
) -> _Ticket:
    had = None
    if plan.offers:
        had = offered(
            plan,
            sale,
            inputs,
            is_basket=is_basket,
            chance=chance,
            seq=seq,
            known=known,
            returned_minor=returned,
            trace=trace,
        )
        sale = had.sale
    later = {} if had is None else had.later
    earned = earn(plan, sale, inputs, returned_minor=returned, known=of_rules, later=later, trace=trace)
    return _Ticket(earned, had)


def _deserved(seen: _Seen, kept: Mapping[Key, int]) -> dict[Key, int]:
    """What each rule gives from now on. What came back never adds anything: as after a return, no currency comes to
    more than the whole ticket gave."""
    found = {**dict.fromkeys(kept, 0), **seen.now.units()}
    if seen.whole is seen.now:
        return found
    most = _by_currency(seen.whole.units())
    for currency, quantity in _by_currency(found).items():
        too_much = quantity - most.get(currency, 0)
        keys = [key for key in found if key[1] == currency]
        for key in sorted(keys, key=lambda key: kept.get(key, 0) - found[key]):  # who would gain most, first
            part = max(min(found[key], too_much), 0)
            found[key] -= part
            too_much -= part
    return found


def _by_currency(units: Mapping[Key, int]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for (_, currency), quantity in units.items():
        totals[currency] = totals.get(currency, 0) + quantity
    return totals


def _awards(seen: _Seen, changes: Mapping[Key, int]) -> tuple[Award, ...]:
    """What rules give more, on what they count more."""
    basis = {(award.rule, award.currency): award.basis_minor for award in seen.before.awards}
    found = []
    for award in seen.now.awards:
        key = award.rule, award.currency
        more = changes.get(key, 0)
        if more > 0:
            found.append(
                award._replace(quantity=more, basis_minor=award.basis_minor - basis.get(key, 0), wished=more)
            )
    return tuple(found)


# ---------------------------------------------------------------- what moves


def _post(
    plan: Plan, wallet: Wallet, sold: SoldBefore, changes: Mapping[Key, int], owner: str
) -> tuple[Shortfall, ...]:
    """Lot by lot, as they would have been fed from the start: what goes first, then what comes. What could not be taken
    back, now or before, is made up for before anything is given again."""
    by_lot: dict[tuple[LotKey, date | None], int] = {}
    for (code, currency), change in changes.items():
        into = _into(plan, code, currency, sold.inputs.day)
        by_lot[into] = by_lot.get(into, 0) + change
    missing = dict(sold.not_recovered)
    shortfalls = []
    reversed_now: dict[tuple[int, int], int] = {}
    for into, change in by_lot.items():
        if change >= 0:
            continue
        currency = into[0].currency
        left = reverse(plan, wallet, sold, currency, -change, owner=owner, of=into, reversed_now=reversed_now)
        left = reverse(plan, wallet, sold, currency, left, owner=owner, reversed_now=reversed_now)
        if left:
            shortfalls.append(Shortfall(currency, left, ShortfallCause.NOT_RECOVERED))
            missing[currency] = missing.get(currency, 0) + left
    for (lot, active_on), change in by_lot.items():
        if change > 0:
            made_up = min(change, missing.get(lot.currency, 0))
            missing[lot.currency] = missing.get(lot.currency, 0) - made_up
            wallet.earn(Account.ISSUED, lot, active_on, change - made_up)
    return tuple(shortfalls)


def _into(plan: Plan, code: str, currency: str, day: date) -> tuple[LotKey, date | None]:
    """The lot of what a rule or an offer gave on the day of the sale."""
    for rule in plan.rules:
        if rule.code == code:
            return earned_into(plan, currency, day, rule.expires, rule.pending)
    effect = plan.offers.by_code[code].effect
    assert isinstance(effect, GivesUnits), "nothing else of an offer is an award"
    return earned_into(plan, currency, day, effect.expires, None)


def _pay(
    plan: Plan,
    wallet: Wallet,
    facts: Facts,
    event: SaleUpdate,
    sold: SoldBefore,
    sale: Sale,
    returned: Mapping[int, int],
) -> tuple[Shortfall, ...] | Refused:
    """What it is paid with less comes back, what it is paid with more is taken, net of what returns gave back."""
    before, asked = quantities(sold.sale.payments), quantities(sale.payments)
    day = local_day(event.at, plan.zone)
    is_whole = bool(returned) and not left_minor(sale, returned)
    shortfalls = []
    for currency in {**before, **asked}:
        wanted = asked.get(currency, 0)
        if wanted > before.get(currency, 0) and not facts.has_happened:
            refused = may_pay(plan, currency, wanted)
            if refused is not None:
                return refused
        paid = paid_with(sold, sale, currency)
        had = sold.paid.get(currency, 0) - sold.paid_back.get(currency, 0)
        more = paid - due_back(plan, sale, currency, paid, returned, is_whole=is_whole) - had
        if more < 0:
            # The last that was taken comes back first: what stays is what would have been taken from the start. Where
            # nothing stays it all comes back as after a return, of which a debt is repaid with what expires first.
            postings = reversed(sold.postings) if had + more else sold.postings
            give_back(plan, wallet, sold, postings, currency, -more, day)
        elif more > 0:
            if not (facts.has_happened or facts.state.is_member_on(day)):
                return not_served(facts.state, day)
            available = wallet.available(currency) if sold.inputs.is_member else 0
            if available < more and not facts.has_happened:
                figures = {"asked": more, "available": available}
                return Refused(RefusalCode.INSUFFICIENT_BALANCE, figures, currency)
            taken = wallet.take(Account.USED, currency, min(more, available))
            if taken < more:
                shortfalls.append(Shortfall(currency, more - taken, ShortfallCause.UNFUNDED_BURN))
    worth = sum(worth_minor(plan, currency, quantity) for currency, quantity in asked.items())
    total = sum(charged_minor(sale))
    if worth > total and not facts.has_happened:
        return Refused(RefusalCode.PAYS_MORE_THAN_TICKET, {"worth_minor": worth, "total_minor": total})
    return tuple(shortfalls)


def _counts(
    plan: Plan,
    facts: Facts,
    sold: SoldBefore,
    seen: _Seen,
    kept: Mapping[Key, int],
    changes: Mapping[Key, int],
    more_minor: int,
) -> list[Count]:
    """In the periods of the sale."""
    day = sold.inputs.day
    counts = limits_counted(plan, day, kept, changes)
    if more_minor:
        counts += standing_counts(plan, day, spend_minor=more_minor)
    for (_, currency), change in changes.items():
        counts += units_counted(plan, day, currency, change)
    counts += changed(seen.before.earned.counts, seen.now.earned.counts, facts.state.counters)
    return counts


def _is_back(sale: Sale, returned: Mapping[int, int]) -> bool:
    """Is it no purchase any more: cancelled, or all of it brought back?"""
    return not sale.lines or (bool(returned) and not left_minor(sale, returned))
