"""A ticket line by line: what each line counted for, and which rules gave something because of it."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from assidu.decisions.earning import charged_minor, counting_minor
from assidu.decisions.events import Sale, SaleLine
from assidu.decisions.plan import Lines, Plan


class NotCounted(StrEnum):
    """Why a line counts for nothing, or for less than was paid for it."""

    KIND = "kind"
    DEPARTMENT = "department"
    ARTICLE = "article"
    DISCOUNTED = "discounted"
    TAKEN_OFF = "taken_off"  # voided, brought back on the spot, or a coupon that other lines bear
    PAID_WITH_REWARDS = "paid_with_rewards"


@dataclass(frozen=True, slots=True)
class TicketLine:
    """``counting_minor`` is what rules saw of the line; ``rules`` are those that gave something and looked at it."""

    line: SaleLine
    counting_minor: int
    why_less: NotCounted | None
    rules: tuple[str, ...]


def ticket_lines(plan: Plan, sale: Sale, given: Set[str]) -> list[TicketLine]:
    """As the rules of this version saw them; ``given`` are the rules that gave something."""
    looked_at = {rule.code: rule.lines for rule in plan.rules if rule.code in given}
    found = []
    charged = charged_minor(sale)
    counting = counting_minor(plan, sale, charged)
    for line, paid, counts in zip(sale.lines, charged, counting, strict=True):
        why_not = _excluded(plan, line)
        why_less = why_not
        if why_not is None and paid != line.amount_minor:
            why_less = NotCounted.TAKEN_OFF
        elif why_not is None and counts < paid:
            why_less = NotCounted.PAID_WITH_REWARDS
        amount = 0 if why_not else counts
        rules = tuple(code for code, lines in looked_at.items() if amount and _holds(lines, line))
        found.append(TicketLine(line, amount, why_less, rules))
    return found


def _excluded(plan: Plan, line: SaleLine) -> NotCounted | None:
    out = plan.exclusions
    if line.kind in out.kinds:
        return NotCounted.KIND
    if line.department in out.departments:
        return NotCounted.DEPARTMENT
    if line.sku in out.skus or line.brand in out.brands:
        return NotCounted.ARTICLE
    if out.discounted and line.is_discounted:
        return NotCounted.DISCOUNTED
    return None


def _holds(lines: Lines | None, line: SaleLine) -> bool:
    return lines is None or (
        (not lines.departments or line.department in lines.departments)
        and (not lines.brands or line.brand in lines.brands)
        and (not lines.skus or line.sku in lines.skus)
    )
