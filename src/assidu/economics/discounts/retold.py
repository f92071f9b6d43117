"""Recorded history told again with a share of its discounts turned into points, for the one core to decide.

On each ticket the discount of the chosen lines gets smaller; what the customer pays more stands on lines of its own, of
the same department, brand and VAT, and a rule of the tried plan gives exactly that back in its currency. Units that a
smaller discount no longer brings are left out by chance, which is the customer's own and the same in every run. Tickets
that were changed since, or are in another money, stay as they were: nobody looked at the discounts of these.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from assidu.decisions.events import LineKind
from assidu.economics.discounts.types import Turning
from assidu.events.types import AFTER_SALE, EventType
from assidu.loyalty.recorded import Recorded

TURNED = "turned-discount"
"""The article under which what is paid more stands on a ticket, and the rule that gives it back."""

_CHANGES = frozenset(AFTER_SALE) - {EventType.RETURN}

TicketOf = tuple[UUID, int]
"""Whose ticket it is, and its ``seq``."""
KeptUnits = Mapping[tuple[str, int], float]
"""By article and week, for those whose discount is turned: the share of its units that is still bought."""


@dataclass(slots=True)
class _Ticket:
    """What became of a ticket, for what comes back of it later: by line its amount then and now, what was turned of
    it, and the line on which that stands."""

    is_gone: bool = False
    amounts: list[tuple[int, int]] = field(default_factory=list)
    turned: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Retelling:
    """``turned_minor`` is by customer what they pay more at the till. ``is_marked``: lines of what was turned count
    as discounted, as the goods they were taken from, unless the plan then gives nothing on them."""

    kept: KeptUnits
    turning: Turning
    week_of: Callable[[date], int]
    seed: int
    is_marked: bool = True
    turned_minor: dict[UUID, int] = field(default_factory=dict)
    _tickets: dict[TicketOf, _Ticket] = field(default_factory=dict)

    def __call__(self, histories: Iterable[list[Recorded]]) -> list[list[Recorded]]:
        """All sales first: what comes back may belong to a ticket of somebody who was merged into another since."""
        known = list(histories)
        changed = {_ticket_of(one) for history in known for one in history if one.type in _CHANGES}
        told = [self._with_sales(history, changed) for history in known]
        return [[one for one in map(self._with_return, history) if one is not None] for history in told]

    # ------------------------------------------------------------ sales

    def _with_sales(self, history: list[Recorded], changed: Set[TicketOf]) -> list[Recorded]:
        chance = np.random.default_rng([self.seed, history[0].customer_id.int])
        found = []
        for recorded in history:
            if recorded.type is EventType.SALE and (recorded.customer_id, recorded.seq) not in changed:
                retold = self._sale(recorded, chance)
                if retold is not None:
                    found.append(retold)
            else:
                found.append(recorded)
        return found

    def _sale(self, recorded: Recorded, chance: np.random.Generator) -> Recorded | None:
        """The ticket as it would have been; nothing when nothing of it is bought any more."""
        body = recorded.body()
        if "foreign" in body:
            return recorded
        lines: list[list[Any]] = body["lines"]
        week = self.week_of(recorded.day)
        chosen = [
            (n, self.kept[line[0], week])
            for n, line in enumerate(lines)
            if line[3] > 0 and line[1] > 0 and line[2] >= 0 and (line[0], week) in self.kept
            and (len(line) <= 7 or line[7] == LineKind.PRODUCT.value)
        ]  # fmt: skip
        if not chosen:
            return recorded
        # What is paid with rewards was counted out at the till: the ticket stays as large as it was.
        is_whole = "payments" in body or "hold" in body
        ticket = _Ticket(amounts=[(line[2], line[2]) for line in lines])
        paid_more: dict[tuple[str, str, int], int] = {}
        for n, share in chosen:
            line = lines[n]
            units = line[1] if is_whole else int(chance.binomial(line[1], share))
            before = line[2]
            _shrink(line, units)
            turned = line[3] * self.turning.share_percent // 100
            line[3] -= turned
            if not line[3]:
                del line[9:]  # nothing is left of the promotion of the calendar either
            ticket.amounts[n] = before, line[2]
            if turned:
                where = line[4], line[5], line[6]
                paid_more[where] = paid_more.get(where, 0) + turned
                ticket.turned[n] = turned, len(lines) + list(paid_more).index(where)
        self._tickets[recorded.customer_id, recorded.seq] = ticket
        if not any(line[1] for line in lines):
            ticket.is_gone = True
            return None
        for (department, brand, vat_bp), amount in paid_more.items():
            lines.append([TURNED, 1, amount, int(self.is_marked), department, brand, vat_bp])
        more = sum(paid_more.values())
        self.turned_minor[recorded.customer_id] = self.turned_minor.get(recorded.customer_id, 0) + more
        change = more - sum(before - after for before, after in ticket.amounts)
        return _rewritten(recorded, body, recorded.amount_minor + change)

    # ------------------------------------------------------------ what comes back

    def _with_return(self, recorded: Recorded) -> Recorded | None:
        if recorded.type is not EventType.RETURN:
            return recorded
        body = recorded.body()
        ticket = self._tickets.get(_ticket_of(recorded))
        if ticket is None or (not body["lines"] and not ticket.is_gone):
            return recorded
        if ticket.is_gone:
            return None
        parts: dict[int, int] = {}
        for line, amount in body["lines"]:
            before, now = ticket.amounts[line]
            if now and before:
                parts[line] = parts.get(line, 0) + amount * now // before
            if line in ticket.turned and now:
                turned, where = ticket.turned[line]
                parts[where] = parts.get(where, 0) + (turned * amount // before if before else turned)
        body["lines"] = [[line, amount] for line, amount in parts.items() if amount]
        if not body["lines"]:
            return None
        return _rewritten(recorded, body, -sum(parts.values()))


def _ticket_of(recorded: Recorded) -> TicketOf:
    body = recorded.body()
    owner = UUID(body["sale_owner"]) if "sale_owner" in body else recorded.customer_id
    return owner, body["sale_seq"]


def _shrink(line: list[Any], units: int) -> None:
    """Let a line have fewer units at the same prices."""
    was = line[1]
    if units == was:
        return
    line[1] = units
    line[2], line[3] = line[2] * units // was, line[3] * units // was
    if len(line) > 8:
        line[8] = [[offer, amount * units // was] for offer, amount in line[8]]
    if len(line) > 9:
        promotion, off = line[9]
        line[9] = [promotion, off * units // was]


def _rewritten(recorded: Recorded, body: dict[str, Any], amount_minor: int) -> Recorded:
    return replace(recorded, encoded_body=msgspec.json.encode(body).decode(), amount_minor=amount_minor)
