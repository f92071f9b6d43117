"""What a ticket earns: the plan's rules on its eligible lines, under inputs that are kept with the decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assidu.decisions.calendar import period_key
from assidu.decisions.decision import Award, Claim, Reason, ReasonCode
from assidu.decisions.events import Sale
from assidu.decisions.facts import SaleInputs
from assidu.decisions.money import allocate, divide
from assidu.decisions.plan import (
    EarnRule,
    Fixed,
    Gift,
    Lines,
    Multiply,
    PerAmount,
    Plan,
    QuotaScope,
    Threshold,
)


@dataclass(frozen=True, slots=True)
class Earned:
    """``eligible_minor`` counts for tiers and rules; ``read`` are the counters that rules looked at."""

    awards: tuple[Award, ...]
    claims: tuple[Claim, ...]
    reasons: tuple[Reason, ...]
    eligible_minor: int
    read: Mapping[str, int]


class _Basket:
    """A ticket's eligible lines, each with what earns on it, and their sums, computed once."""

    __slots__ = ("amounts", "by_department", "lines", "total_minor")

    def __init__(self, plan: Plan, sale: Sale, returned_minor: Mapping[int, int]) -> None:
        out = plan.exclusions
        lines = []
        amounts = []
        by_department: dict[str, int] = {}
        counting = counting_minor(plan, sale)
        if returned_minor:
            counting = _less_returned(sale, counting, returned_minor)
        for line, amount in zip(sale.lines, counting, strict=True):
            if (
                amount == 0
                or line.kind in out.kinds
                or line.department in out.departments
                or line.sku in out.skus
                or line.brand in out.brands
                or (out.discounted and line.discount_minor > 0)
            ):
                continue
            lines.append(line)
            amounts.append(amount)
            by_department[line.department] = by_department.get(line.department, 0) + amount
        self.lines = lines
        self.amounts = amounts
        self.total_minor = sum(amounts)
        self.by_department = by_department

    def amount_of(self, lines: Lines | None) -> tuple[int, bool]:
        """What the selected lines add up to, and whether there is one at all."""
        if lines is None:
            return self.total_minor, bool(self.lines)
        if not lines.brands and not lines.skus:
            found = [self.by_department[name] for name in lines.departments if name in self.by_department]
            return sum(found), bool(found)
        total = 0
        any_line = False
        for line, amount in zip(self.lines, self.amounts, strict=True):
            if lines.departments and line.department not in lines.departments:
                continue
            if lines.brands and line.brand not in lines.brands:
                continue
            if lines.skus and line.sku not in lines.skus:
                continue
            total += amount
            any_line = True
        return total, any_line


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


def counting_minor(plan: Plan, sale: Sale) -> list[int]:
    """What each line counts for: without what was paid with the programme's own currencies, unless that earns."""
    charged = charged_minor(sale)
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


def rules_met(plan: Plan, basket: _Basket, inputs: SaleInputs) -> Iterable[int]:
    """The rules that this ticket could meet, in the plan's order."""
    index = plan.index.get(inputs.tier) or plan.index[None]
    found = set(index.anywhere)
    if index.by_department:
        for department in basket.by_department:
            found.update(index.by_department.get(department, ()))
    if index.by_brand:
        for brand in {line.brand for line in basket.lines}:
            found.update(index.by_brand.get(brand, ()))
    if index.by_sku:
        for line in basket.lines:
            found.update(index.by_sku.get(line.sku, ()))
    return sorted(found)


def earn(
    plan: Plan,
    sale: Sale,
    inputs: SaleInputs,
    *,
    returned_minor: Mapping[int, int] = MappingProxyType({}),
    trace: bool = False,
) -> Earned:
    """Decide every rule that the ticket meets, or with ``trace`` every rule there is, and say why (not).

    ``returned_minor``, by line, is what came back since: the ticket is decided as if it had never been bought.
    """
    basket = _Basket(plan, sale, returned_minor)
    awards: list[Award] = []
    claims: list[Claim] = []
    reasons: list[Reason] = []
    read: dict[str, int] = {}
    indexes = range(len(plan.rules)) if trace else rules_met(plan, basket, inputs)
    for i in indexes:
        rule = plan.rules[i]
        if rule.trigger != "sale":
            continue
        answer = _apply(rule, basket, sale, inputs, read)
        if isinstance(answer, Award):
            awards.append(answer)
            if trace:
                figures = {"given": answer.quantity, "basis_minor": answer.basis_minor}
                if answer.wished != answer.quantity:
                    figures["wished"] = answer.wished
                reasons.append(Reason(rule.code, ReasonCode.APPLIED, figures))
        elif isinstance(answer, Claim):
            claims.append(answer)
            reasons.append(Reason(rule.code, ReasonCode.QUOTA_ASKED, {"limit": answer.limit}))
        elif trace:
            reasons.append(answer)
    return Earned(tuple(awards), tuple(claims), tuple(reasons), basket.total_minor, read)


def _apply(
    rule: EarnRule, basket: _Basket, sale: Sale, inputs: SaleInputs, read: dict[str, int]
) -> Award | Claim | Reason:
    refusal = _why_not(rule, basket, sale, inputs)
    if refusal is not None:
        if refusal.code is ReasonCode.AMOUNT_TOO_HIGH:
            # A return may bring the amount down again: what the rule's caps were is then needed.
            for counter, _, _ in caps_of(rule, inputs):
                read[counter] = inputs.counters.get(counter, 0)
        return refusal
    basis, any_line = basket.amount_of(rule.lines)
    if not any_line:
        return Reason(rule.code, ReasonCode.NO_SUCH_LINE)
    wished = gift_of(rule.gift, basis)
    if wished == 0:
        if isinstance(rule.gift, Threshold):
            return Reason(rule.code, ReasonCode.BELOW_FIRST_STEP, {"missing_minor": rule.gift.steps[0][0] - basis})
        return Reason(rule.code, ReasonCode.NOTHING_ELIGIBLE, {"basis_minor": basis})
    given = wished
    if rule.cap_per_sale is not None:
        given = min(given, rule.cap_per_sale)
        if given == 0:
            return Reason(rule.code, ReasonCode.SALE_CAP_REACHED, {"cap": 0})
    for counter, limit, code in caps_of(rule, inputs):
        used = inputs.counters.get(counter, 0)
        read[counter] = used
        if used >= limit:
            return Reason(rule.code, code, {"limit": limit, "used": used})
        if code is ReasonCode.CAP_REACHED:
            given = min(given, limit - used)
    if rule.quota is not None:
        key = claim_key(rule, sale, inputs)
        granted = inputs.grants.get(key)
        if granted is None:
            return Claim(key, rule.quota.limit, rule.code)
        if granted <= 0:
            return Reason(rule.code, ReasonCode.QUOTA_TAKEN, {"limit": rule.quota.limit})
    return Award(rule.code, rule.currency, given, basis, wished)


def _why_not(rule: EarnRule, basket: _Basket, sale: Sale, inputs: SaleInputs) -> Reason | None:
    when = rule.when
    code: ReasonCode | None = None
    figures: dict[str, int] = {}
    if not inputs.is_member:
        code = ReasonCode.NOT_A_MEMBER
    elif when.from_day is not None and inputs.day < when.from_day:
        code = ReasonCode.NOT_YET
    elif when.to_day is not None and inputs.day > when.to_day:
        code = ReasonCode.OVER
    elif when.channels and sale.channel not in when.channels:
        code = ReasonCode.OTHER_CHANNEL
    elif when.stores and sale.store not in when.stores:
        code = ReasonCode.OTHER_STORE
    elif when.weekdays and inputs.day.weekday() not in when.weekdays:
        code = ReasonCode.OTHER_DAY
    elif when.tiers and inputs.tier not in when.tiers:
        code = ReasonCode.OTHER_TIER
    elif when.is_first_purchase and not inputs.is_first_purchase:
        code = ReasonCode.NOT_FIRST_PURCHASE
    elif when.amount_min_minor is not None and basket.total_minor < when.amount_min_minor:
        code = ReasonCode.AMOUNT_TOO_LOW
        figures = {"missing_minor": when.amount_min_minor - basket.total_minor}
    elif when.amount_max_minor is not None and basket.total_minor > when.amount_max_minor:
        code = ReasonCode.AMOUNT_TOO_HIGH
        figures = {"limit_minor": when.amount_max_minor}
    return None if code is None else Reason(rule.code, code, figures)


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
    return divide(basis_minor * gift.give, gift.per_minor, gift.rounding)


def caps_of(rule: EarnRule, inputs: SaleInputs) -> list[tuple[str, int, ReasonCode]]:
    """The counters that hold a rule back: (counter, limit, reason when it is reached)."""
    found = []
    if rule.times is not None:
        counter = f"times:{rule.code}:{period_key(rule.times.period, inputs.day)}"
        found.append((counter, rule.times.limit, ReasonCode.TIMES_REACHED))
    if rule.cap is not None:
        counter = f"cap:{rule.code}:{period_key(rule.cap.period, inputs.day)}"
        found.append((counter, rule.cap.limit, ReasonCode.CAP_REACHED))
    return found


def claim_key(rule: EarnRule, sale: Sale, inputs: SaleInputs) -> str:
    """The shared counter that a quota draws on, for example ``quota:first-ten:2026-11-22:*``."""
    assert rule.quota is not None
    where = sale.store if rule.quota.scope is QuotaScope.STORE else "*"
    return f"quota:{rule.code}:{period_key(rule.quota.period, inputs.day)}:{where}"
