"""What is kept of a month that was closed, as text that never changes, and how it is read again."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import msgspec

from assidu.decisions.decision import Account
from assidu.economics.models.journal import Entry
from assidu.economics.models.month import MonthFigures
from assidu.economics.models.movements import Move, Moves
from assidu.economics.models.policy import Policy
from assidu.economics.types import TierUnits
from assidu.foundation.sql import rows


class _Kept(msgspec.Struct, frozen=True):
    """``moves``: what was booked in the month, currency by currency."""

    figures: MonthFigures
    moves: tuple[tuple[str, date | None, date | None, int, int, bool, int], ...]
    tiers: tuple[TierUnits, ...]
    entries: tuple[Entry, ...]
    policy: Policy


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    figures: MonthFigures
    moves: Moves
    tiers: tuple[TierUnits, ...]
    entries: tuple[Entry, ...]
    policy: Policy
    closed_at: datetime
    closed_by: str
    hash: str

    @property
    def month(self) -> date:
        return self.figures.month


def closed_months(programme: str) -> list[ClosedMonth]:
    """The oldest first."""
    found = rows(
        "SELECT figures, closed_at, closed_by, hash FROM economics_month WHERE programme = %s ORDER BY month",
        [programme],
    )
    return [_read(*row) for row in found]


def text_of(
    figures: MonthFigures,
    moves: Moves,
    tiers: tuple[TierUnits, ...],
    entries: tuple[Entry, ...],
    policy: Policy,
) -> str:
    rows_ = tuple(
        (move.currency, move.issued, move.ends, move.source.value, move.target.value, move.is_exchange, units)
        for move, units in moves.items()
    )
    return msgspec.json.encode(_Kept(figures, rows_, tiers, entries, policy)).decode()


def seal(previous: str, text: str) -> str:
    """The hash of a month takes in that of the month before."""
    return sha256((previous + text).encode()).hexdigest()


def broken_seals(programme: str) -> list[date]:
    """Months that are not what was closed."""
    found = rows(
        "SELECT month, figures, previous, hash, lag(hash, 1, '') OVER (ORDER BY month) FROM economics_month "
        "WHERE programme = %s ORDER BY month",
        [programme],
    )
    return [
        month
        for month, text, previous, kept, before in found
        if seal(previous, text) != kept or previous != before
    ]


def _read(text: str, closed_at: datetime, closed_by: str, kept: str) -> ClosedMonth:
    one = msgspec.json.decode(text, type=_Kept)
    moves = {
        Move(currency, issued, ends, Account(source), Account(target), is_exchange): units
        for currency, issued, ends, source, target, is_exchange, units in one.moves
    }
    return ClosedMonth(one.figures, moves, one.tiers, one.entries, one.policy, closed_at, closed_by, kept)
