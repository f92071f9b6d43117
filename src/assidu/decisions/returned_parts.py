"""What of a ticket comes back, line by line, never more than was bought; in whichever money it is told."""

from collections.abc import Mapping
from dataclasses import replace

from assidu.decisions.decision import RefusalCode, Refused, ReturnedPart
from assidu.decisions.earning import charged_minor
from assidu.decisions.events import Foreign, Return, Sale
from assidu.decisions.exchange import in_foreign
from assidu.decisions.facts import SoldBefore
from assidu.decisions.plan import Plan


def left_minor(sale: Sale, returned_minor: Mapping[int, int]) -> dict[int, int]:
    """By line, what can still come back; nothing of a line that was voided on the ticket itself."""
    charged = charged_minor(sale)
    return {
        i: line.amount_minor - returned_minor.get(i, 0)
        for i, line in enumerate(sale.lines)
        if charged[i] > 0 and line.amount_minor > returned_minor.get(i, 0)
    }


def parts_of(plan: Plan, sold: SoldBefore, event: Return) -> list[ReturnedPart] | Refused:
    foreign, own = sold.sale.foreign, plan.money
    if event.currency not in ("", own.code, "" if foreign is None else foreign.currency):
        return Refused(RefusalCode.RETURN_IN_OTHER_MONEY, subject=event.currency)
    left = left_minor(sold.sale, sold.returned_minor)
    if foreign is not None:
        return _foreign_parts(sold, foreign, event, left)
    if not left:
        return Refused(RefusalCode.NOTHING_LEFT_TO_RETURN)
    if not event.lines:
        return [ReturnedPart(line, amount) for line, amount in left.items()]
    asked = _asked(sold, event)
    if isinstance(asked, Refused):
        return asked
    for line, amount in asked.items():
        if amount > left.get(line, 0):
            return _too_much(line, amount, left.get(line, 0))
    parts = [ReturnedPart(line, amount) for line, amount in sorted(asked.items()) if amount > 0]
    return parts or Refused(RefusalCode.NOTHING_LEFT_TO_RETURN)


def _asked(sold: SoldBefore, event: Return) -> dict[int, int] | Refused:
    """By line, as it was told."""
    asked: dict[int, int] = {}
    for part in event.lines:
        if not 0 <= part.line < len(sold.sale.lines):
            return Refused(RefusalCode.UNKNOWN_LINE, {"line": part.line, "lines": len(sold.sale.lines)})
        asked[part.line] = asked.get(part.line, 0) + max(part.amount_minor, 0)
    return asked


def _too_much(line: int, asked: int, left: int, currency: str = "") -> Refused:
    figures = {"line": line, "asked_minor": asked, "left_minor": left}
    return Refused(RefusalCode.RETURN_EXCEEDS_SALE, figures, currency)


# ---------------------------------------------------------------- a ticket in another money


def _foreign_parts(
    sold: SoldBefore, foreign: Foreign, event: Return, own_left: Mapping[int, int]
) -> list[ReturnedPart] | Refused:
    """Counted in the ticket's money: all of a line there is all of what it was converted to, whatever the steps."""
    charged = charged_minor(sold.sale)
    left = {
        i: amount
        for i, line in enumerate(foreign.lines)
        if charged[i] > 0 and (amount := line.amount_minor - sold.returned_foreign.get(i, 0)) > 0
    }
    if not left:
        return Refused(RefusalCode.NOTHING_LEFT_TO_RETURN)
    asked = _asked_there(sold, foreign, event, left, own_left) if event.lines else left
    if isinstance(asked, Refused):
        return asked
    for line, amount in asked.items():
        if amount > left.get(line, 0):
            return _too_much(line, amount, left.get(line, 0), foreign.currency)
    parts = [
        ReturnedPart(line, _own_minor(sold, foreign, line, amount), amount)
        for line, amount in sorted(asked.items())
        if amount > 0
    ]
    return parts or Refused(RefusalCode.NOTHING_LEFT_TO_RETURN)


def _asked_there(
    sold: SoldBefore,
    foreign: Foreign,
    event: Return,
    left: Mapping[int, int],
    own_left: Mapping[int, int],
) -> dict[int, int] | Refused:
    """By line, in the ticket's money, however it was told."""
    asked = _asked(sold, event)
    if isinstance(asked, Refused) or event.currency in ("", foreign.currency):
        return asked
    if event.rate is not None:
        at_refund = replace(foreign, rate=event.rate)
        return {
            line: _nearly(in_foreign(amount, at_refund), left.get(line, 0)) for line, amount in asked.items()
        }
    for line, amount in asked.items():
        if amount > own_left.get(line, 0):
            return _too_much(line, amount, own_left.get(line, 0))
    return {line: _told_in_own(sold, foreign, line, amount) for line, amount in asked.items()}


def _own_minor(sold: SoldBefore, foreign: Foreign, line: int, amount: int) -> int:
    """What a part is worth at the sale's own rate, rounded down together with what came back before it."""
    back = sold.returned_foreign.get(line, 0) + amount
    worth = sold.sale.lines[line].amount_minor * back // foreign.lines[line].amount_minor
    return worth - sold.returned_minor.get(line, 0)


def _told_in_own(sold: SoldBefore, foreign: Foreign, line: int, amount: int) -> int:
    """How much of a foreign line comes back, told in the programme's money at the sale's own rate: the least that is
    worth as much."""
    whole, there = sold.sale.lines[line].amount_minor, foreign.lines[line].amount_minor
    if amount <= 0:
        return 0
    back = sold.returned_minor.get(line, 0) + amount
    return -(-there * back // whole) - sold.returned_foreign.get(line, 0)


def _nearly(amount: int, left: int) -> int:
    """What is one smallest unit more than what is left is all of it: two roundings met."""
    return left if amount == left + 1 else amount
