"""What the ledger moved in a month, and how outstanding units went from its beginning to its end.

Units are outstanding while they lie in a lot, whether they can be used, wait or are held. A debt is not: nobody can use
it. Where units are taken that are not there, they are owed, and what is earned next repays them first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple

from assidu.decisions.decision import Account

IN_LOTS = (Account.AVAILABLE, Account.PENDING, Account.HELD)


class Move(NamedTuple):
    """Which units go from where to where. ``ends``: the last month in which they can be used (``None``: for ever, or
    they lie in no lot). ``is_exchange``: they were handed in for a reward, or are one."""

    currency: str
    issued: date | None
    ends: date | None
    source: Account
    target: Account
    is_exchange: bool = False


Moves = Mapping[Move, int]
"""How many units of each."""


def added(parts: Iterable[Moves]) -> dict[Move, int]:
    total: dict[Move, int] = {}
    for part in parts:
        for move, units in part.items():
            total[move] = total.get(move, 0) + units
    return {move: units for move, units in total.items() if units}


def without(whole: Moves, part: Moves) -> dict[Move, int]:
    return added((whole, {move: -units for move, units in part.items()}))


@dataclass(frozen=True, slots=True)
class UnitRoll:
    """One currency over one month, in units: what each line did to what is outstanding.

    ``given_back``: used before, and back with a return. ``owed``: taken although it was not there, less what was
    repaid. ``in_transit`` is nothing once both sides of every gift and merger are recorded."""

    opening: int = 0
    issued: int = 0
    exchanged_in: int = 0
    taken_back: int = 0
    taken_over: int = 0
    corrected: int = 0
    paid: int = 0
    exchanged_out: int = 0
    given_back: int = 0
    expired: int = 0
    forfeited: int = 0
    in_transit: int = 0
    variance: int = 0
    owed: int = 0
    closing: int = 0
    pending: int = 0  # of the closing
    held: int = 0
    debt: int = 0  # beside it

    @property
    def available(self) -> int:
        return self.closing - self.pending - self.held

    @property
    def used(self) -> int:
        """As a positive figure, net of what came back."""
        return -(self.paid + self.exchanged_out + self.given_back)

    @property
    def lost(self) -> int:
        return -(self.expired + self.forfeited)

    @property
    def difference(self) -> int:
        """What the lines leave unexplained: nothing."""
        explained: int = sum(getattr(self, name) for name in LINES)
        return self.closing - self.opening - explained


LINES = tuple(
    one.name for one in fields(UnitRoll) if one.name not in ("opening", "closing", "pending", "held", "debt")
)
"""The names of what happens between opening and closing, in the order in which they are shown."""


def roll(before: UnitRoll, currency: str, moves: Moves) -> UnitRoll:
    """The month after ``before``."""
    lines = dict.fromkeys(LINES, 0)
    pending, held, debt = before.pending, before.held, before.debt
    closing = before.closing
    for move, units in moves.items():
        if move.currency != currency:
            continue
        into = move.target.is_in_wallet and not move.source.is_in_wallet
        out = move.source.is_in_wallet and not move.target.is_in_wallet
        if into or out:
            outside = move.source if into else move.target
            lines[_line(outside, into, move.is_exchange)] += units if into else -units
        owed = units * ((move.source is Account.DEBT) - (move.target is Account.DEBT))
        lines["owed"] += owed
        debt += owed
        pending += units * ((move.target is Account.PENDING) - (move.source is Account.PENDING))
        held += units * ((move.target is Account.HELD) - (move.source is Account.HELD))
        closing += units * ((move.target in IN_LOTS) - (move.source in IN_LOTS))
    return UnitRoll(before.closing, **lines, closing=closing, pending=pending, held=held, debt=debt)


def _line(outside: Account, into: bool, is_exchange: bool) -> str:
    match outside:
        case Account.ISSUED if into:
            return "exchanged_in" if is_exchange else "issued"
        case Account.ISSUED:
            return "taken_back"
        case Account.USED if into:
            return "given_back"
        case Account.USED:
            return "exchanged_out" if is_exchange else "paid"
        case Account.OPENING:
            return "taken_over"
        case Account.CORRECTED:
            return "corrected"
        case Account.BREAKAGE:
            return "expired"
        case Account.FORFEITED:
            return "forfeited"
        case Account.IN_TRANSIT:
            return "in_transit"
        case _:
            assert outside is Account.VARIANCE, f"{outside} is an account of the programme"
            return "variance"
