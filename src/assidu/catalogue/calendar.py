"""Which promotion of another team an article is in, at its store and moment: an index by day, made when a day is asked.

What is found is written with the ticket, so that a calendar which changes later changes nothing that was decided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from assidu.decisions.calendar import add_months, month_of
from assidu.decisions.events import LineKind, Sale, SaleLine
from assidu.decisions.money import Rounding, divide
from assidu.decisions.plan import Lines

WHOLE_BP = 10_000
DAYS_KEPT_MAX = 800
MONTHS_MAX = 12 * 20
"""Longer promotions than that are told anew every now and then."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """A line of the calendar: which articles, where, from when to when. Times are local; a set that is empty asks
    nothing. At most one of ``off_bp`` (hundredths of a per cent) and ``off_minor`` (of each unit) is known."""

    code: str
    name: str
    starts_at: datetime
    ends_at: datetime
    lines: Lines
    stores: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    off_bp: int | None = None
    off_minor: int | None = None
    kind: str = ""

    def taken_off(self, line: SaleLine) -> int:
        """What it took off a line that was paid, as far as that is known."""
        if self.off_minor is not None:
            return self.off_minor * max(line.quantity, 1)
        if self.off_bp is None or self.off_bp >= WHOLE_BP:
            return 0
        paid = line.amount_minor + sum(applied.amount_minor for applied in line.offers)
        return divide(max(paid, 0) * self.off_bp, WHOLE_BP - self.off_bp, Rounding.HALF_UP)

    def runs(self, sale: Sale, at: datetime) -> bool:
        """``at`` is local."""
        return (
            self.starts_at <= at < self.ends_at
            and (not self.stores or sale.store in self.stores)
            and (not self.channels or sale.channel in self.channels)
        )

    def holds(self, line: SaleLine) -> bool:
        lines = self.lines
        return (
            (not lines.skus or line.sku in lines.skus)
            and (not lines.departments or line.department in lines.departments)
            and (not lines.brands or line.brand in lines.brands)
        )


@dataclass(frozen=True, slots=True)
class _Day:
    """The promotions of one day, each where the fewest articles meet it."""

    by_sku: dict[str, list[Promotion]]
    by_department: dict[str, list[Promotion]]
    by_brand: dict[str, list[Promotion]]
    anywhere: list[Promotion]

    def met_by(self, line: SaleLine) -> Sequence[Promotion]:
        found: Sequence[Promotion] = self.by_sku.get(line.sku, ())
        if self.by_department and (more := self.by_department.get(line.department)):
            found = [*found, *more]
        if self.by_brand and (more := self.by_brand.get(line.brand)):
            found = [*found, *more]
        return [*found, *self.anywhere] if self.anywhere else found


class PromotionCalendar:
    """Everything that runs, ran or will run, at hand for whoever reads tickets."""

    __slots__ = ("_by_month", "_days")

    def __init__(self, promotions: Iterable[Promotion] = ()) -> None:
        self._by_month: dict[date, list[Promotion]] = {}
        self._days: dict[date, _Day | None] = {}
        for one in promotions:
            month, last = month_of(one.starts_at.date()), (one.ends_at - timedelta(microseconds=1)).date()
            for _ in range(MONTHS_MAX):
                if month > last:
                    break
                self._by_month.setdefault(month, []).append(one)
                month = add_months(month, 1)

    def __bool__(self) -> bool:
        return bool(self._by_month)

    def noted(self, sale: Sale, zone: ZoneInfo) -> Sale:
        """The ticket with the promotion that each of its articles was in."""
        at = sale.at.astimezone(zone).replace(tzinfo=None)
        day = self._day(at.date())
        if day is None:
            return sale
        lines: list[SaleLine] | None = None
        for i, line in enumerate(sale.lines):
            if line.kind is not LineKind.PRODUCT or line.amount_minor <= 0:
                continue
            met = day.met_by(line)
            if met and (running := [one for one in met if one.runs(sale, at) and one.holds(line)]):
                # Of several, the one that takes most off, as far as that is known.
                off, code = min([(-one.taken_off(line), one.code) for one in running])
                if lines is None:
                    lines = list(sale.lines)
                lines[i] = line.promoted(code, -off)
        return sale if lines is None else replace(sale, lines=tuple(lines))

    def _day(self, day: date) -> _Day | None:
        if day in self._days:
            return self._days[day]
        if len(self._days) >= DAYS_KEPT_MAX:
            self._days.clear()
        found = self._days[day] = self._made(day)
        return found

    def _made(self, day: date) -> _Day | None:
        begin = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (local time, as the calendar is told)
        end = begin + timedelta(days=1)
        running = [
            one
            for one in self._by_month.get(month_of(day), ())
            if one.starts_at < end and one.ends_at > begin
        ]
        if not running:
            return None
        made = _Day({}, {}, {}, [])
        for one in running:
            lines = one.lines
            for names, index in (
                (lines.skus, made.by_sku),
                (lines.departments, made.by_department),
                (lines.brands, made.by_brand),
            ):
                if names:
                    for name in names:
                        index.setdefault(name, []).append(one)
                    break
            else:
                made.anywhere.append(one)
        return made


NO_PROMOTIONS = PromotionCalendar()
