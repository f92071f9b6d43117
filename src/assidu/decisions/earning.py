"""What a ticket earns: the plan's rules on its eligible lines, under inputs that are kept with the decision."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from types import MappingProxyType

from assidu.decisions.calendar import Period, minute_of, period_key
from assidu.decisions.decision import Award, Claim, Count, Reason, ReasonCode
from assidu.decisions.events import Sale
from assidu.decisions.facts import SaleInputs
from assidu.decisions.goals import progress
from assidu.decisions.law import LaterMinor, LegalRoom
from assidu.decisions.money import Rounding, allocate, divide
from assidu.decisions.offers.given import Release
from assidu.decisions.plan import (
    ALWAYS,
    Conditions,
    EarnRule,
    Fixed,
    Gift,
    GoalMeasure,
    Lines,
    Multiply,
    PerAmount,
    PeriodCap,
    Plan,
    Threshold,
    Trigger,
)
from assidu.decisions.plan.offers import legal_percents
from assidu.decisions.sharing import NOTHING_KNOWN, Asked, Known, Sharing
from assidu.decisions.values import value_type

UNLIMITED = 1 << 62
"""More than any rule can give: the room that a rule without a cap leaves."""


@value_type(frozen=True, slots=True)
class Earned:
    """``eligible_minor`` counts for tiers and rules; ``read`` are the counters that rules looked at, ``granted`` the
    answers to claims.

    ``rules`` are those behind ``awards``, in the same order, and ``counts`` how the counters of their caps move.
    ``releases`` is what they were granted and do not need, ``wished`` what they could use of it, by key.
    """

    awards: tuple[Award, ...]
    rules: tuple[EarnRule, ...]
    counts: tuple[Count, ...]
    claims: tuple[Claim, ...]
    reasons: tuple[Reason, ...]
    eligible_minor: int
    read: Mapping[str, int]
    granted: Mapping[str, int]
    releases: tuple[Release, ...] = ()
    wished: Mapping[str, int] = field(default_factory=dict)


class _Ticket:
    """What rules look at: the eligible lines with what earns on them, their sums, and what is known besides."""

    __slots__ = (
        "_at",
        "_by_brand",
        "_zone",
        "amounts",
        "by_department",
        "channel",
        "counts",
        "day",
        "inputs",
        "law",
        "lines",
        "periods",
        "places",
        "progress",
        "read",
        "sharing",
        "store",
        "total_minor",
    )

    def __init__(
        self,
        plan: Plan,
        sale: Sale,
        inputs: SaleInputs,
        returned_minor: Mapping[int, int],
        known: Known,
        later: LaterMinor,
    ) -> None:
        out = plan.exclusions
        kinds, departments, skus, brands = out.kinds, out.departments, out.skus, out.brands
        names_articles = bool(skus or brands or out.discounted)
        lines = []
        amounts = []
        places = []
        by_department: dict[str, int] = {}
        charged = charged_minor(sale)
        counting = counting_minor(plan, sale, charged)
        if returned_minor:
            counting = _less_returned(sale, counting, returned_minor)
        for i, line in enumerate(sale.lines):
            amount = counting[i]
            department = line.department
            if amount == 0 or department in departments or line.kind in kinds:
                continue
            if names_articles and (
                line.sku in skus or line.brand in brands or (out.discounted and line.is_discounted)
            ):
                continue
            lines.append(line)
            amounts.append(amount)
            places.append(i)
            by_department[department] = by_department.get(department, 0) + amount
        self.lines = lines
        self.amounts = amounts
        self.places = places
        self.by_department = by_department
        self._by_brand: dict[str, int] | None = None
        self.total_minor = sum(amounts)
        self.inputs = inputs
        self.channel = sale.channel
        self.store = sale.store
        self.day = inputs.day
        self.progress: dict[str, int] = {}
        self._at = sale.at
        self._zone = plan.zone
        self.periods: dict[Period, str] = {}
        self.read: dict[str, int] = {}
        self.counts: list[Count] = []
        self.sharing = Sharing(inputs.grants, sale.store, inputs.day, known)
        caps = plan.offers.legal_caps
        percents = legal_percents(caps, inputs.day, of_rules=True) if caps else None
        self.law = LegalRoom(percents, sale, charged, returned_minor, later) if percents else None

    @property
    def by_brand(self) -> Mapping[str, int]:
        """Only worked out where a rule names a brand."""
        found = self._by_brand
        if found is None:
            found = self._by_brand = {}
            for line, amount in zip(self.lines, self.amounts, strict=True):
                found[line.brand] = found.get(line.brand, 0) + amount
        return found

    def minute(self) -> int:
        return minute_of(self._at, self._zone)

    def amount_of(self, lines: Lines | None) -> int:
        """What the selected lines add up to; 0 when there is none, since lines of nothing are left out."""
        if lines is None:
            return self.total_minor
        total = 0
        if not lines.skus:
            if not lines.brands:
                for department in lines.departments:
                    total += self.by_department.get(department, 0)
                return total
            if not lines.departments:
                for brand in lines.brands:
                    total += self.by_brand.get(brand, 0)
                return total
        for line, amount in zip(self.lines, self.amounts, strict=True):
            if (
                (not lines.departments or line.department in lines.departments)
                and (not lines.brands or line.brand in lines.brands)
                and (not lines.skus or line.sku in lines.skus)
            ):
                total += amount
        return total

    def selected(self, lines: Lines) -> tuple[list[int], list[int]]:
        """The places on the ticket of the selected lines, and what counts of each."""
        found = [
            (i, amount)
            for i, line, amount in zip(self.places, self.lines, self.amounts, strict=True)
            if (not lines.departments or line.department in lines.departments)
            and (not lines.brands or line.brand in lines.brands)
            and (not lines.skus or line.sku in lines.skus)
        ]
        return [i for i, _ in found], [amount for _, amount in found]

    def departments_of(self, lines: Lines | None) -> dict[str, int]:
        """The departments of the selected lines, each once."""
        return {
            line.department: 1
            for line in self.lines
            if line.department
            and (
                lines is None
                or (
                    (not lines.departments or line.department in lines.departments)
                    and (not lines.brands or line.brand in lines.brands)
                    and (not lines.skus or line.sku in lines.skus)
                )
            )
        }

    def counter(self, kind: str, rule: EarnRule, cap: PeriodCap) -> str:
        """The counter behind a cap, as ``caps_of`` names it, with the period named once for all rules."""
        period = self.periods.get(cap.period)
        if period is None:
            period = self.periods[cap.period] = period_key(cap.period, self.day)
        return f"{kind}:{rule.code}:{period}"

    def used(self, counter: str) -> int:
        """The counter's value before the ticket; it is kept with the decision."""
        value = self.read[counter] = self.inputs.counters.get(counter, 0)
        return value


def charged_minor(sale: Sale) -> list[int]:
    """What was paid for each line in the end, never negative.

    A negative line takes off the lines of the same article (it was voided, or brought back on the spot); what is
    left of it (a coupon at the till) takes off all lines in proportion.
    """
    charged = [line.amount_minor for line in sale.lines]
    if not charged or min(charged) >= 0:
        return charged
    rest = 0
    for i, line in enumerate(sale.lines):
        if line.amount_minor >= 0:
            continue
        off = -line.amount_minor
        charged[i] = 0
        for j, other in enumerate(sale.lines):
            if off and charged[j] > 0 and other.sku == line.sku:
                part = min(off, charged[j])
                charged[j] -= part
                off -= part
        rest += off
    return _less(charged, rest)


def counting_minor(plan: Plan, sale: Sale, charged: list[int]) -> list[int]:
    """What each line counts for: what was ``charged``, without what was paid with the programme's own currencies,
    unless that earns."""
    if not sale.payments or plan.earns_on_part_paid_with_rewards:
        return charged
    return _less(charged, sum(worth_minor(plan, p.currency, p.quantity) for p in sale.payments))


def _less(amounts: list[int], off: int) -> list[int]:
    """``amounts`` less ``off``, shared in proportion, to the cent, and as far as they go."""
    off = min(off, sum(amounts))
    if off <= 0:
        return amounts
    return [amount - share for amount, share in zip(amounts, allocate(off, amounts), strict=True)]


def _less_returned(sale: Sale, counting: list[int], returned_minor: Mapping[int, int]) -> list[int]:
    """What still counts when a part of a line came back: that line alone shrinks, in proportion, rounded down.

    No other line ever counts for more, so that returns in several parts add up to one return of everything.
    """
    left = list(counting)
    for i, returned in returned_minor.items():
        bought = sale.lines[i].amount_minor
        if bought > 0:
            left[i] = counting[i] * max(bought - returned, 0) // bought
    return left


def worth_minor(plan: Plan, currency: str, quantity: int) -> int:
    """What units of a currency take off a ticket, rounded down."""
    found = plan.currencies.get(currency)
    if found is None:
        return 0
    return quantity * found.worth_minor // found.worth_units


def _rules_met(plan: Plan, ticket: _Ticket) -> list[int]:
    """The rules that this ticket could meet, in the plan's order."""
    if not ticket.inputs.is_member:
        return []
    index = plan.index.get(ticket.inputs.tier) or plan.index[None]
    found = set(index.anywhere)
    if index.by_department:
        for department in ticket.by_department:
            if department in index.by_department:
                found.update(index.by_department[department])
    if index.by_brand:
        for brand in ticket.by_brand:
            if brand in index.by_brand:
                found.update(index.by_brand[brand])
    if index.by_sku:
        for line in ticket.lines:
            if line.sku in index.by_sku:
                found.update(index.by_sku[line.sku])
    return sorted(found)


def _rules_of_sales(plan: Plan) -> list[int]:
    return [i for i, rule in enumerate(plan.rules) if rule.trigger is Trigger.SALE]


def earn(
    plan: Plan,
    sale: Sale,
    inputs: SaleInputs,
    *,
    returned_minor: Mapping[int, int] = MappingProxyType({}),
    known: Known | None = None,
    later: LaterMinor = MappingProxyType({}),
    trace: bool = False,
) -> Earned:
    """Decide every rule that the ticket meets, or with ``trace`` every rule there is, and say why (not).

    ``returned_minor``, by line, is what came back since: the ticket is decided as if it had never been bought.
    ``known`` is what a changed ticket has of budgets, ``later`` what its offers give for its lines.
    """
    ticket = _Ticket(plan, sale, inputs, returned_minor, known or NOTHING_KNOWN, later)
    awards: list[Award] = []
    rules: list[EarnRule] = []
    claims: list[Claim] = []
    reasons: list[Reason] = []
    for i in _rules_of_sales(plan) if trace else _rules_met(plan, ticket):
        rule = plan.rules[i]
        answer = _apply(plan, rule, ticket)
        if isinstance(answer, Award):
            awards.append(answer)
            rules.append(rule)
            if trace:
                reasons.append(
                    applied(
                        answer,
                        is_clipped=rule.code in ticket.sharing.clipped,
                        is_law=ticket.law is not None and rule.code in ticket.law.held,
                    )
                )
        elif isinstance(answer, Asked):
            claims += answer.claims
            reasons.append(asked(rule, answer.claims))
        elif trace:
            reasons.append(Reason(rule.code, answer, _figures(rule, ticket, answer)))
    return Earned(
        tuple(awards),
        tuple(rules),
        tuple(ticket.counts),
        tuple(claims),
        tuple(reasons),
        ticket.total_minor,
        ticket.read,
        ticket.sharing.granted,
        tuple(ticket.sharing.releases),
        ticket.sharing.wished,
    )


def _apply(plan: Plan, rule: EarnRule, ticket: _Ticket) -> Award | Asked | ReasonCode:
    """What a rule gives or asks, or why it gives nothing."""
    code = _why_not(rule, ticket)
    if code is not None:
        if code is ReasonCode.AMOUNT_TOO_HIGH and ticket.amount_of(rule.lines):
            # A return may bring the amount down again: what the rule's caps were is then needed.
            _room(rule, ticket)
        return code
    basis = ticket.total_minor if rule.lines is None else ticket.amount_of(rule.lines)
    if basis == 0:
        return ReasonCode.NO_SUCH_LINE
    if rule.goal is not None:
        missed = _toward(rule, ticket, basis)
        if missed is not None:
            return missed
    wished = given = gift_of(rule.gift, basis)
    if wished == 0:
        return (
            ReasonCode.BELOW_FIRST_STEP if isinstance(rule.gift, Threshold) else ReasonCode.NOTHING_ELIGIBLE
        )
    if rule.cap_per_sale is not None and rule.cap_per_sale < given:
        given = rule.cap_per_sale
        if given == 0:
            return ReasonCode.SALE_CAP_REACHED
    if rule.times is not None or rule.cap is not None:
        room = _room(rule, ticket)
        if isinstance(room, ReasonCode):
            return room
        given = min(given, room)
    lawful = None
    if ticket.law is not None and rule.lines is not None and rule.is_within_law:
        places, amounts = ticket.selected(rule.lines)
        lawful = ticket.law.parts(plan.currencies[rule.currency], given, places, amounts)
        if lawful is not None and sum(lawful) < given:
            given = sum(lawful)
            if given == 0:
                return ReasonCode.LEGAL_LIMIT
            ticket.law.held.add(rule.code)
    if not rule.is_local:
        taken = ticket.sharing.take(rule, given)
        if not isinstance(taken, int):
            return taken
        given = taken
    if lawful is not None:
        assert ticket.law is not None
        ticket.law.take(plan.currencies[rule.currency], given, places, lawful)
    if rule.times is not None:
        ticket.counts.append(Count(ticket.counter("times", rule, rule.times), 1))
    if rule.cap is not None:
        ticket.counts.append(Count(ticket.counter("cap", rule, rule.cap), given))
    return Award(rule.code, rule.currency, given, basis, wished)


def _toward(rule: EarnRule, ticket: _Ticket, basis_minor: int) -> ReasonCode | None:
    """Count the ticket toward the rule's goal; why it does not give yet, or ``None`` when the goal is reached now."""
    goal = rule.goal
    assert goal is not None
    if goal.measure is GoalMeasure.SPEND:
        items = {"": basis_minor}
    elif goal.measure is GoalMeasure.DEPARTMENTS:
        items = ticket.departments_of(rule.lines)
    elif goal.measure is GoalMeasure.DAYS:
        items = {ticket.day.isoformat(): 1}
    else:
        items = {"": 1}
    made = progress(rule, ticket.inputs.counters, ticket.day, items)
    ticket.read.update(made.read)
    ticket.counts += made.counts
    ticket.progress[rule.code] = made.done
    return made.refusal


def _room(rule: EarnRule, ticket: _Ticket) -> int | ReasonCode:
    """What a rule may still give to this customer, or which of its limits is reached."""
    if rule.times is not None and ticket.used(ticket.counter("times", rule, rule.times)) >= rule.times.limit:
        return ReasonCode.TIMES_REACHED
    if rule.cap is None:
        return UNLIMITED
    room = rule.cap.limit - ticket.used(ticket.counter("cap", rule, rule.cap))
    return room if room > 0 else ReasonCode.CAP_REACHED


def _why_not(rule: EarnRule, ticket: _Ticket) -> ReasonCode | None:
    """The first condition that fails."""
    when = rule.when
    if when.looks_beyond_amounts or not ticket.inputs.is_member:
        code = why_not_now(when, ticket.inputs, ticket.store, ticket.channel, ticket.minute)
        if code is not None:
            return code
    elif when is ALWAYS:
        return None
    if when.is_first_purchase and not ticket.inputs.is_first_purchase:
        return ReasonCode.NOT_FIRST_PURCHASE
    if when.amount_min_minor is not None and ticket.total_minor < when.amount_min_minor:
        return ReasonCode.AMOUNT_TOO_LOW
    if when.amount_max_minor is not None and ticket.total_minor > when.amount_max_minor:
        return ReasonCode.AMOUNT_TOO_HIGH
    return None


def why_not_now(
    when: Conditions, inputs: SaleInputs, store: str, channel: str, minute: Callable[[], int]
) -> ReasonCode | None:
    """The first condition that fails of those that any occasion can meet, with or without a ticket.

    ``minute`` of the local day is only asked for where a rule has hours.
    """
    if not inputs.is_member:
        return ReasonCode.SUSPENDED if inputs.is_suspended else ReasonCode.NOT_A_MEMBER
    if when.from_day is not None and inputs.day < when.from_day:
        return ReasonCode.NOT_YET
    if when.to_day is not None and inputs.day > when.to_day:
        return ReasonCode.OVER
    if when.channels and channel not in when.channels:
        return ReasonCode.OTHER_CHANNEL
    if when.stores and store not in when.stores:
        return ReasonCode.OTHER_STORE
    if when.weekdays and inputs.day.weekday() not in when.weekdays:
        return ReasonCode.OTHER_DAY
    if when.from_minute is not None and not _is_between(minute(), when.from_minute, when.until_minute):
        return ReasonCode.OTHER_HOUR
    if when.tiers and inputs.tier not in when.tiers:
        return ReasonCode.OTHER_TIER
    if when.audiences and when.audiences.isdisjoint(inputs.audiences):
        return ReasonCode.NOT_IN_AUDIENCE
    if when.engagement_min is not None and inputs.engagement < when.engagement_min:
        return ReasonCode.ENGAGEMENT_TOO_LOW
    return None


def _is_between(minute: int, first: int, until: int | None) -> bool:
    """Hours may run past midnight: from 22:00 until 02:00."""
    assert until is not None, "hours have two ends"
    return first <= minute < until if first < until else minute >= first or minute < until


def applied(award: Award, *, is_clipped: bool = False, is_law: bool = False) -> Reason:
    """Why something was given: that a rule applied, and on what. ``is_clipped``: its budget had no more; ``is_law``:
    the law allowed no more."""
    figures = {"given": award.quantity, "basis_minor": award.basis_minor}
    if award.wished != award.quantity:
        figures["wished"] = award.wished
    if is_clipped:
        figures["budget_left"] = award.quantity
    if is_law:
        figures["lawful"] = award.quantity
    return Reason(award.rule, ReasonCode.APPLIED, figures)


def asked(rule: EarnRule, claims: tuple[Claim, ...]) -> Reason:
    """Why it is not known yet what a rule gives."""
    code = ReasonCode.BUDGET_ASKED if rule.quota is None else ReasonCode.QUOTA_ASKED
    return Reason(rule.code, code, {"limit": claims[0].limit})


def _figures(rule: EarnRule, ticket: _Ticket, code: ReasonCode) -> dict[str, int]:
    """What goes with the code: how much is missing, which limit was met."""
    when = rule.when
    if code is ReasonCode.AMOUNT_TOO_LOW and when.amount_min_minor is not None:
        return {"missing_minor": when.amount_min_minor - ticket.total_minor}
    if code is ReasonCode.AMOUNT_TOO_HIGH and when.amount_max_minor is not None:
        return {"limit_minor": when.amount_max_minor}
    if code is ReasonCode.BELOW_FIRST_STEP and isinstance(rule.gift, Threshold):
        return {"missing_minor": rule.gift.steps[0][0] - ticket.amount_of(rule.lines)}
    if code is ReasonCode.NOTHING_ELIGIBLE:
        return {"basis_minor": ticket.amount_of(rule.lines)}
    if code is ReasonCode.SALE_CAP_REACHED:
        return {"cap": 0}
    if code is ReasonCode.TIMES_REACHED and rule.times is not None:
        return {"limit": rule.times.limit, "used": ticket.used(ticket.counter("times", rule, rule.times))}
    if code is ReasonCode.CAP_REACHED and rule.cap is not None:
        return {"limit": rule.cap.limit, "used": ticket.used(ticket.counter("cap", rule, rule.cap))}
    if code is ReasonCode.QUOTA_TAKEN and rule.quota is not None:
        return {"limit": rule.quota.limit}
    if code is ReasonCode.BUDGET_GONE and rule.budget is not None:
        return {"limit": rule.budget.limit}
    if code is ReasonCode.ENGAGEMENT_TOO_LOW and when.engagement_min is not None:
        return {"missing": when.engagement_min - ticket.inputs.engagement}
    if code is ReasonCode.GOAL_NOT_REACHED and rule.goal is not None:
        return {"done": ticket.progress[rule.code], "target": rule.goal.target}
    return {}


def gift_of(gift: Gift, basis_minor: int) -> int:
    """What a rule wishes to give on an amount, before its caps."""
    if isinstance(gift, Fixed):
        return gift.give
    if isinstance(gift, PerAmount):
        return _per_amount(gift, basis_minor)
    if isinstance(gift, Multiply):
        # Only what is above 100 % is given here: the base rule gives the rest on the same lines.
        base = gift.base
        if base.whole_steps:
            return _per_amount(base, basis_minor) * (gift.percent - 100) // 100
        more = basis_minor * base.give * (gift.percent - 100)
        return divide(more, base.per_minor * 100, base.rounding)
    reached = 0
    for at_least, give in gift.steps:
        if basis_minor >= at_least:
            reached = give
    return reached


def _per_amount(gift: PerAmount, basis_minor: int) -> int:
    if gift.whole_steps:
        return basis_minor // gift.per_minor * gift.give
    if gift.rounding is Rounding.DOWN:
        return basis_minor * gift.give // gift.per_minor
    return divide(basis_minor * gift.give, gift.per_minor, gift.rounding)


def caps_of(rule: EarnRule, day: date) -> list[tuple[str, int, ReasonCode]]:
    """The counters that hold a rule back on a day: (counter, limit, reason when it is reached)."""
    found = []
    if rule.times is not None:
        counter = f"times:{rule.code}:{period_key(rule.times.period, day)}"
        found.append((counter, rule.times.limit, ReasonCode.TIMES_REACHED))
    if rule.cap is not None:
        counter = f"cap:{rule.code}:{period_key(rule.cap.period, day)}"
        found.append((counter, rule.cap.limit, ReasonCode.CAP_REACHED))
    return found
