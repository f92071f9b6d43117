"""What is behind every figure and chart, as tables to take away. Text that a spreadsheet would run is made harmless."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from io import StringIO

from assidu.economics.models.hindsight import hindsight
from assidu.economics.models.redemption import bounds
from assidu.economics.types import LINES, CurrencyMonth, Entry, Liability, MoneyRoll, RevenueRoll, TierUnits

Cell = str | int | float | date | None
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is good for a file; columns are named in English, as in the API."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def harmless(text: str) -> str:
    """Nothing that begins like a formula is one."""
    return f"'{text}" if text.startswith(RUN_BY_SPREADSHEETS) else text


def as_csv(table: Table) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_cell(one) for one in row])
    return out.getvalue()


def _cell(value: Cell) -> str | int:
    match value:
        case None:
            return ""
        case bool() | int():
            return value
        case float():
            return f"{value:.6f}".rstrip("0").rstrip(".")
        case date():
            return value.isoformat()
        case _:
            return harmless(value)


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
        _rolls("liability-ht", MoneyRoll, [(s.month, s.is_closed, one.currency, one.money) for s, one in each]),
        _rolls("revenue-ht", RevenueRoll, [(s.month, s.is_closed, one.currency, one.revenue) for s, one in each]),
        _issue_months(found),
        triangle(found),
        _hindsight(found),
    ]  # fmt: skip


def _lines(one: CurrencyMonth) -> list[int]:
    return [getattr(one.units, name) for name in LINES]


def _rolls(
    name: str,
    kind: type[MoneyRoll] | type[RevenueRoll],
    rows: Iterable[tuple[date, bool, str, MoneyRoll | RevenueRoll]],
) -> Table:
    columns = tuple(one.name for one in fields(kind))
    return Table(
        name,
        ("month", "is_closed", "currency", *columns),
        tuple(
            (month, is_closed, currency, *(getattr(roll, column) for column in columns))
            for month, is_closed, currency, roll in rows
        ),
    )


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


def tiers_table(month: date, found: Sequence[TierUnits]) -> Table:
    return Table(
        "tiers",
        ("month", "tier", "currency", "outstanding"),
        tuple((month, one.tier, one.currency, one.units) for one in found),
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
