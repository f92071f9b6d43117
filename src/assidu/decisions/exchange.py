"""Tickets in another money: converted once, when they are told, line by line, and kept with their rate.

Rules, offers and statuses only ever see the programme's money. What comes back later is worth what it was worth then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import RefusalCode, Refused
from assidu.decisions.events import AppliedOffer, Foreign, ForeignLine, Sale, SaleLine
from assidu.decisions.money import Rate, Rounding, divide
from assidu.decisions.plan import Plan

AMOUNT_MINOR_MAX = 10**10
"""What a line may be in any money, and so in ours."""


@dataclass(frozen=True, slots=True)
class KnownRate:
    """``day`` is the one that it was told for; without one it is the ticket's own."""

    rate: Rate
    day: date | None = None


def exchanged(plan: Plan, sale: Sale, currency: str, known: KnownRate | None) -> Sale | Refused:
    """The ticket in the programme's money. The amounts of ``sale`` are of ``currency``; ``known`` is its rate, or the
    last one that there is."""
    money = plan.money
    if currency == money.code:
        return sale
    decimals = money.foreign.get(currency)
    if decimals is None:
        return Refused(RefusalCode.MONEY_NOT_ACCEPTED, subject=currency)
    if known is None:
        return Refused(RefusalCode.NO_RATE, subject=currency)
    if known.day is not None:
        age = (local_day(sale.at, plan.zone) - known.day).days
        if age > money.rate_days_max:
            figures = {"days": age, "days_max": money.rate_days_max}
            return Refused(RefusalCode.RATE_TOO_OLD, figures, currency)
    return converted(sale, Foreign(currency, decimals, known.rate, (), known.day, money.decimals))


def converted(sale: Sale, at_rate_of: Foreign) -> Sale | Refused:
    """The ticket at a known rate. The amounts of its lines are told in that money."""
    told = tuple(
        ForeignLine(
            line.amount_minor, line.discount_minor, tuple(applied.amount_minor for applied in line.offers)
        )
        for line in sale.lines
    )
    foreign = replace(at_rate_of, lines=told)
    amounts = amounts_of(sale.lines, foreign)
    if any(abs(amount) > AMOUNT_MINOR_MAX for amount in amounts):
        return Refused(RefusalCode.AMOUNT_OUT_OF_RANGE, subject=foreign.currency)
    lines = tuple(
        replace(
            line,
            amount_minor=amount,
            discount_minor=_beside(line.discount_minor, foreign),
            offers=tuple(
                AppliedOffer(applied.offer, _beside(applied.amount_minor, foreign)) for applied in line.offers
            ),
        )
        for line, amount in zip(sale.lines, amounts, strict=True)
    )
    return replace(sale, lines=lines, foreign=foreign)


def amounts_of(lines: Sequence[SaleLine], foreign: Foreign) -> list[int]:
    """The amounts of foreign lines, so that together they are what the whole ticket is worth, to the smallest unit.

    A line and the one that voids it cancel out here as they did there. The others are rounded down, and what is
    missing then goes to those that lost most (the first of them where several did).
    """
    up, down = _ratio(foreign)
    amounts = [0] * len(lines)
    open_lines = []
    for i, other in _voided(lines):
        if other is None:
            open_lines.append(i)
        else:
            amounts[i] = _signed(lines[i].amount_minor * up, down)
            amounts[other] = -amounts[i]
    exact = [lines[i].amount_minor * up for i in open_lines]
    for i, whole in zip(open_lines, exact, strict=True):
        amounts[i] = whole // down
    missing = _signed(sum(exact), down) - sum(whole // down for whole in exact)
    by_loss = sorted(range(len(exact)), key=lambda place: (-(exact[place] % down), place))
    for place in by_loss[:missing]:
        amounts[open_lines[place]] += 1
    return amounts


def in_foreign(amount_minor: int, foreign: Foreign) -> int:
    """What an amount of the programme's money is in that of the ticket, rounded half up."""
    up, down = _ratio(foreign)
    return _signed(amount_minor * down, up)


def slack_minor(foreign: Foreign, lines: int) -> int:
    """How far what a till took off so many lines may be from what it was told: it rounds to its own money's unit."""
    up, down = _ratio(foreign)
    return lines * divide(up, down, Rounding.UP)


def _ratio(foreign: Foreign) -> tuple[int, int]:
    """A smallest unit there in smallest units of ours, as a fraction."""
    rate = foreign.rate
    return rate.units * 10**foreign.own_decimals, 10 ** (rate.decimals + foreign.decimals)


def _beside(amount_minor: int, foreign: Foreign) -> int:
    """An amount that nothing has to add up to. What was taken off stays taken off, be it of the smallest unit."""
    up, down = _ratio(foreign)
    return max(_signed(amount_minor * up, down), 1) if amount_minor > 0 else _signed(amount_minor * up, down)


def _signed(numerator: int, denominator: int) -> int:
    """Rounded half up, away from zero below it."""
    found = divide(abs(numerator), denominator, Rounding.HALF_UP)
    return found if numerator >= 0 else -found


def _voided(lines: Sequence[SaleLine]) -> list[tuple[int, int | None]]:
    """Every line once: with the one that voids it, or alone."""
    waiting: dict[tuple[str, int], list[int]] = {}
    found: list[tuple[int, int | None]] = []
    paired = set()
    for i, line in enumerate(lines):
        before = waiting.get((line.sku, -line.amount_minor))
        if line.amount_minor < 0 and before:
            first = before.pop(0)
            paired |= {first, i}
            found.append((first, i))
        else:
            waiting.setdefault((line.sku, line.amount_minor), []).append(i)
    return found + [(i, None) for i in range(len(lines)) if i not in paired]
