"""Estimates in the reader's words: each with where it lies, and rows of them for tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.economics.discounts.types import WHOLE, Estimate
from assidu.plans.wording.figures import MINUS as SIGN

MINUS = f"{SIGN}\u2060"
"""Never at the end of a line."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, where it lies with eighty chances in a hundred, and whether it is surely ``more`` or ``less`` than
    nothing."""

    value: str
    between: str = ""
    tone: str = ""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    note: str
    cells: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: what its rows are, the heads of the other columns, the rows."""

    first: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes figures in the currency of the sales."""

    currency: str

    def money(self, minor: float) -> str:
        """Whole units: nobody reads cents of an estimate."""
        return formats.money(round(minor), self.currency, cents=False).replace(SIGN, MINUS)

    def known(self, minor: float) -> Figure:
        return Figure(self.money(minor))

    def amount(self, one: Estimate | None) -> Figure:
        if one is None:
            return Figure("")
        return Figure(self.money(one.value), _between(self.money(one.low_80), self.money(one.high_80)))

    def change(self, one: Estimate | None) -> Figure:
        """An amount that may be a gain or a loss, with its sign."""
        if one is None:
            return Figure("")
        value, low, high = (_signed(at, self.money(abs(at))) for at in (one.value, one.low_80, one.high_80))
        return Figure(value, _between(low, high), tone_of(one))

    @staticmethod
    def number(one: Estimate | None, digits: int = 0) -> Figure:
        if one is None:
            return Figure("")
        value, low, high = (number(at, digits) for at in (one.value, one.low_80, one.high_80))
        return Figure(value, _between(low, high))

    @staticmethod
    def percent(one: Estimate, digits: int = 0, *, of: float = 100.0, is_signed: bool = False) -> Figure:
        """``of`` is what a hundred percent are."""

        def written(at: float) -> str:
            plain = formats.percent(round(abs(at) / of, digits + 2), digits)
            return _signed(at, plain) if is_signed or at < 0 else plain

        low, high = written(one.low_80), written(one.high_80)
        return Figure(written(one.value), _between(low, high), tone_of(one) if is_signed else "")

    @classmethod
    def margin(cls, one: Estimate) -> Figure:
        """From which margin on; more than the whole price is never."""

        def written(at: float) -> str:
            return _("never") if at > WHOLE else cls.percent(Estimate(at, at, at, at, at)).value

        low, high = written(one.low_80), written(one.high_80)
        return Figure(written(one.value), low if low == high else _between(low, high))


def tone_of(one: Estimate) -> str:
    return "more" if one.low_80 > 0 else "less" if one.high_80 < 0 else ""


def number(value: float, digits: int = 0) -> str:
    return formats.number(round(value, digits) + 0.0, digits).replace(SIGN, MINUS)


def drawn(minor: float) -> float:
    """An amount as charts take it."""
    return round(minor) / 100


def whisker(one: Estimate, by: float = 100.0) -> tuple[float, float]:
    return one.low_80 / by, one.high_80 / by


def cells_of(figures: Sequence[Figure]) -> list[str]:
    """For the table below a chart: the figure, and in the next column where it lies."""
    return [text for one in figures for text in (one.value, one.between)]


def _between(low: str, high: str) -> str:
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _signed(value: float, written: str) -> str:
    return ("+" if value > 0 else MINUS if value < 0 else "") + written
