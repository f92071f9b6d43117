"""What is behind every figure and chart of liability and of the macro model, as tables to take away."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal

from assidu.economics.models.hindsight import hindsight
from assidu.economics.models.redemption import bounds, bounds_minor
from assidu.economics.owed_by_tier import TierOwed
from assidu.economics.types import (
    LINES,
    CostRoll,
    CurrencyMonth,
    Entry,
    Fan,
    Interval,
    Liability,
    MacroReport,
    MonthState,
    Past,
    RevenueRoll,
    Totals,
    cost_roll,
)
from assidu.foundation.tables import Cell, Table

ENDS = ("low_80_minor", "high_80_minor", "low_95_minor", "high_95_minor")
BANDS = ("net", "incremental_sales_ht", "incremental_margin", "costs")
"""What is told of a segment with its bands."""


def liability_tables(found: Liability) -> list[Table]:
    """Of every month and currency."""
    each = [(state, one) for state in found.months for one in state.figures.currencies]
    return [
        Table(
            "roll-forward",
            ("month", "is_closed", "currency", "opening", *LINES, "closing", "pending", "held", "debt", "late"),
            tuple(
                (
                    state.month, state.is_closed, one.currency, one.units.opening,
                    *_lines(one),
                    one.units.closing, one.units.pending, one.units.held, one.units.debt, one.late.closing,
                )
                for state, one in each
            ),
        ),
        # As the page tells it: what was handed in for a reward stands apart, so that the rows of all currencies add
        # up to what the programme gave and what was used of it.
        _rolls("liability-ht", CostRoll, each, lambda one, month: (cost_roll(one, month), one.liability_within)),
        _rolls("revenue-ht", RevenueRoll, each, lambda one, _month: (one.revenue, one.deferred_within)),
        _months(found),
        _issue_months(found),
        triangle(found),
        _hindsight(found),
    ]  # fmt: skip


def _months(found: Liability) -> Table:
    """What is owed at each month's end, all currencies together; in units of money, HT."""
    scale = 10**found.decimals
    return Table(
        "months",
        ("month", "is_over", "is_closed", "owed_ht", "deferred_ht"),
        tuple(
            (
                one.month, one.is_over, one.is_closed,
                one.figures.liability_minor / scale, one.figures.deferred_minor / scale,
            )
            for one in found.months
        ),
    )  # fmt: skip


def _lines(one: CurrencyMonth) -> list[int]:
    return [getattr(one.units, name) for name in LINES]


def _rolls(
    name: str,
    kind: type[CostRoll] | type[RevenueRoll],
    months: Iterable[tuple[MonthState, CurrencyMonth]],
    of: Callable[[CurrencyMonth, date], tuple[CostRoll | RevenueRoll, Callable[[int], Interval | None]]],
) -> Table:
    """``of``: how the view went, and between what its end lies."""
    columns = tuple(one.name for one in fields(kind))
    rows: list[tuple[Cell, ...]] = []
    for state, one in months:
        roll, within = of(one, state.month)
        lines = (getattr(roll, column) for column in columns)
        ends = (*bounds_minor(within(80)), *bounds_minor(within(95)))
        rows.append((state.month, state.is_closed, one.currency, *lines, *ends))
    return Table(name, ("month", "is_closed", "currency", *columns, *ENDS), tuple(rows))


def _issue_months(found: Liability) -> Table:
    columns = (
        "month", "currency", "issued", "base", "used", "outstanding", "expected", "rate", "low_80", "high_80", "low_95",
        "high_95", "credibility", "basis",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for state in found.months:
        for one in state.figures.currencies:
            for ultimate in one.ultimates:
                rows.append(
                    (
                        state.month, one.currency, ultimate.month, ultimate.base, ultimate.used, ultimate.outstanding,
                        ultimate.expected, ultimate.rate,
                        *bounds(ultimate.within(80)), *bounds(ultimate.within(95)),
                        ultimate.credibility, ultimate.basis.value,
                    )
                )  # fmt: skip
    return Table("redemption-rates", columns, tuple(rows))


def triangle(found: Liability) -> Table:
    """What was used of each issue month, cumulated, by age; as of the last month."""
    rows: list[tuple[Cell, ...]] = []
    last = found.months[-1] if found.months else None
    for one in last.figures.currencies if last is not None else ():
        for issued, used in used_by_age(found, one.currency).items():
            rows += [(one.currency, issued, age, units) for age, units in enumerate(used)]
    return Table("triangle", ("currency", "issued", "age", "used"), tuple(rows))


def used_by_age(found: Liability, currency: str) -> dict[date, list[int]]:
    """By issue month: what was used by the end of its month, of the next one and so on."""
    used: dict[date, list[int]] = {}
    for state in found.months:
        one = state.figures.currency(currency)
        for ultimate in one.ultimates if one is not None else ():
            row = used.setdefault(ultimate.month, [])
            row += [0] * (ultimate.age - len(row))  # ages that were lived in an earlier programme
            row.append(ultimate.used)
    return used


def _hindsight(found: Liability) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for currency in currencies_of(found):
        for one in hindsight(of_currency(found, currency)):
            rows.append((currency, one.month, one.expected, one.used, *bounds(one.interval)))
    return Table("hindsight", ("currency", "month", "expected", "used", "low_80", "high_80"), tuple(rows))


def currencies_of(found: Liability) -> list[str]:
    return list(dict.fromkeys(one.currency for state in found.months for one in state.figures.currencies))


def of_currency(found: Liability, currency: str) -> list[tuple[date, CurrencyMonth]]:
    each = ((state.month, state.figures.currency(currency)) for state in found.months if state.is_over)
    return [(month, one) for month, one in each if one is not None]


def tiers_table(month: date, found: Sequence[TierOwed], decimals: int) -> Table:
    """Money in units: what is outstanding at face value (TTC), and its part of what is owed at cost (HT)."""
    scale = 10**decimals
    return Table(
        "tiers",
        ("month", "tier", "currency", "outstanding", "face_ttc", "owed_ht"),
        tuple(
            (month, one.tier, one.currency, one.units, one.face_minor / scale, one.liability_minor / scale)
            for one in found
        ),
    )


def journal_table(found: Sequence[Entry], decimals: int) -> Table:
    """One row a line, as accounting programs read it; amounts in units of money."""

    def amount(minor: int) -> str:
        return str(Decimal(minor).scaleb(-decimals))

    return Table(
        "journal",
        ("reference", "journal", "date", "account", "label", "debit", "credit"),
        tuple(
            (
                entry.reference, entry.journal, entry.day, line.account,
                f"{entry.currency} {entry.cause.value} {entry.day:%Y-%m}",
                amount(line.debit_minor), amount(line.credit_minor),
            )
            for entry in found
            for line in entry.lines
        ),
    )  # fmt: skip


def past_table(found: Past) -> Table:
    """The past month after month; amounts in money, HT."""
    scale = 10**found.decimals
    return Table(
        "past",
        ("month", "members", "buyers", "purchases", "net_sales_ht", "participation", "frequency", "basket_ht",
         "redemption", "redemption_low_80", "redemption_high_80"),
        tuple(
            (
                one.month, one.members, one.buyers, one.purchases, one.net_sales_ht_minor / scale,
                one.participation, one.frequency,
                None if one.basket_minor is None else one.basket_minor / scale,
                one.redemption, one.redemption_low, one.redemption_high,
            )
            for one in found.months
        ),
    )  # fmt: skip


def macro_tables(found: MacroReport, decimals: int) -> list[Table]:
    """What is behind each chart of the macro model; amounts in units of money, without VAT unless they say TTC."""

    def money(minor: int) -> float:
        amount: float = minor / 10**decimals
        return amount

    totals = [("", found.total), *((one.code, one.totals) for one in found.segments)]
    names = tuple(one.name for one in fields(Totals))
    return [
        Table(
            "totals",
            ("segment", *(name.removesuffix("_minor") for name in names)),
            tuple((code, *(_total(one, name, decimals) for name in names)) for code, one in totals),
        ),
        Table(
            "months",
            (
                "month", "baseline_sales_ht", "incremental_sales_ht", "incremental_margin", "rewards_baseline",
                "rewards_incremental", "running", "net", "cash_cumulated", "p2_5", "p10", "p50", "p90", "p97_5",
            ),
            tuple(
                (
                    one.number,
                    *(
                        money(minor)
                        for minor in (
                            one.baseline_sales_ht_minor, one.incremental_sales_ht_minor, one.incremental_margin_minor,
                            one.rewards_baseline_minor, one.rewards_incremental_minor, one.running_minor, one.net_minor,
                            one.cash_minor,
                        )
                    ),
                    *_fan(one.fan, decimals),
                )
                for one in found.months
            ),
        ),
        Table(
            "segment-months",
            (
                "segment", "month", "members", "baseline_sales_ht", "incremental_sales_ht", "incremental_margin",
                "rewards_baseline", "rewards_incremental", "running", "net",
            ),
            tuple(
                (
                    segment.code, one.number, one.members,
                    *(
                        money(minor)
                        for minor in (
                            one.baseline_sales_ht_minor, one.incremental_sales_ht_minor, one.incremental_margin_minor,
                            one.rewards_baseline_minor, one.rewards_incremental_minor, one.running_minor, one.net_minor,
                        )
                    ),
                )
                for segment in found.segments
                for one in segment.months
            ),
        ),
        Table(
            "segment-bands",
            ("segment", "figure", "p2_5", "p10", "p50", "p90", "p97_5"),
            tuple(
                (segment.code, name, *_fan(getattr(segment.chances, name), decimals))
                for segment in found.segments
                if segment.chances is not None
                for name in BANDS
            ),
        ),
        Table("waterfall", ("step", "amount"), tuple((one.name, money(one.amount_minor)) for one in found.waterfall)),
        Table(
            "tornado",
            ("figure", "segment", "low", "high", "basis", "net_low", "net_high"),
            tuple(
                row
                for one in found.tornado
                for row in (
                    # Where segments differ, their ends follow in rows of their own; the nets are of all at once.
                    (one.name, "", one.low, one.high, one.basis, money(one.net_low_minor), money(one.net_high_minor)),
                    *((one.name, part.segment, part.low, part.high, part.basis, None, None) for part in one.parts),
                )
            ),
        ),
        Table(
            "break-even", ("uplift", "net"), tuple((one.uplift, money(one.net_minor)) for one in found.break_even)
        ),
        Table(
            "needed",
            ("segment", "generosity", "break_even_uplift", "is_assumed"),
            tuple(
                row
                for one in found.needed
                for row in (
                    (one.code, one.generosity, one.break_even_uplift, True),
                    *((one.code, point.generosity, point.break_even_uplift, False) for point in one.points),
                )
            ),
        ),
        Table(
            "generosity",
            ("face_rate", "margin_after_rewards", "break_even_uplift", "net"),
            tuple(
                (one.face_rate, one.margin_after_rewards, one.break_even_uplift, money(one.net_minor))
                for one in found.frontier
            ),
        ),
    ]  # fmt: skip


def _total(found: Totals, name: str, decimals: int) -> Cell:
    value: Cell = getattr(found, name)
    return value / 10**decimals if name.endswith("_minor") and isinstance(value, int) else value


def _fan(fan: Fan | None, decimals: int) -> list[float | None]:
    if fan is None:
        return [None] * 5
    ends = (fan.p2_5_minor, fan.p10_minor, fan.p50_minor, fan.p90_minor, fan.p97_5_minor)
    return [minor / 10**decimals for minor in ends]
