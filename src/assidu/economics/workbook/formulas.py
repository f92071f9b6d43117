"""Formulas of workbooks, written once: the words that a spreadsheet works out, and what they come to.

A formula is built with Python's operators and the functions below, and each step does both: what a program shows that
works nothing out (a preview, a telephone, a reader of data) cannot differ from what one finds that does."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

Value = float | str | bool
COMPARED, ADDED, MULTIPLIED, RAISED, WHOLE = range(5)
"""How strongly a formula holds together, the loosest first: one that is too loose for its place is put in brackets."""


@dataclass(frozen=True, slots=True)
class Formula:
    """``value`` is what it comes to; not a number (nan) where a spreadsheet says that it divides by nothing."""

    text: str
    value: Value
    holds: int = WHOLE

    @property
    def number(self) -> float:
        """What it counts for in arithmetic. Raises TypeError for a text."""
        if isinstance(self.value, str):
            raise TypeError(f"{self.text} is a text")
        return float(self.value)

    def __add__(self, other: "Operand") -> "Formula":
        return _joined("+", ADDED, self, other, lambda one, two: one + two)

    def __sub__(self, other: "Operand") -> "Formula":
        return _joined("-", ADDED, self, other, lambda one, two: one - two)

    def __mul__(self, other: "Operand") -> "Formula":
        return _joined("*", MULTIPLIED, self, other, lambda one, two: one * two)

    def __truediv__(self, other: "Operand") -> "Formula":
        return _joined("/", MULTIPLIED, self, other, lambda one, two: one / two if two else math.nan)

    def __pow__(self, other: "Operand") -> "Formula":
        return _joined("^", RAISED, self, other, lambda one, two: one**two)

    def __gt__(self, other: "Operand") -> "Formula":
        return _joined(">", COMPARED, self, other, lambda one, two: one > two)

    def __lt__(self, other: "Operand") -> "Formula":
        return _joined("<", COMPARED, self, other, lambda one, two: one < two)

    def __radd__(self, other: float) -> "Formula":
        return constant(other) + self

    def __rsub__(self, other: float) -> "Formula":
        return constant(other) - self

    def __rmul__(self, other: float) -> "Formula":
        return constant(other) * self

    def __rtruediv__(self, other: float) -> "Formula":
        return constant(other) / self

    def __neg__(self) -> "Formula":
        return Formula(f"-{self.within(WHOLE)}", -self.number, ADDED)

    def equals(self, other: "Operand") -> "Formula":
        return _joined("=", COMPARED, self, other, lambda one, two: one == two)

    def within(self, holds: int) -> str:
        """As it stands in another formula."""
        return self.text if self.holds >= holds else f"({self.text})"


Operand = Formula | float


@dataclass(frozen=True, slots=True)
class Cells:
    """A piece of a column, or what is worked out of each of its cells."""

    text: str
    values: tuple[float, ...]

    def each(self, work: Callable[[Formula], Formula]) -> "Cells":
        """Where a spreadsheet takes a whole piece of a column for one figure."""
        worked = [work(Formula(self.text, one)) for one in self.values]
        return Cells(worked[0].text, tuple(one.number for one in worked))


def constant(value: Operand | str) -> Formula:
    match value:
        case Formula():
            return value
        case str():
            inside = value.replace('"', '""')
            return Formula(f'"{inside}"', value)
        case _:
            text = f"{value:.0f}" if value == int(value) else repr(value)
            return Formula(text, value, WHOLE if value >= 0 else ADDED)


def total(parts: Iterable[Formula]) -> Formula:
    """One after another; nothing comes to 0."""
    found = list(parts)
    return reduce(lambda one, two: one + two, found) if found else constant(0)


def product(parts: Iterable[Formula]) -> Formula:
    found = list(parts)
    return reduce(lambda one, two: one * two, found) if found else constant(1)


def sum_of(cells: Cells) -> Formula:
    return Formula(f"SUM({cells.text})", math.fsum(cells.values))


def sum_of_products(*columns: Cells) -> Formula:
    """Of pieces of columns of the same length, row by row."""
    rows = zip(*(one.values for one in columns), strict=True)
    return Formula(
        f"SUMPRODUCT({','.join(one.text for one in columns)})", math.fsum(math.prod(row) for row in rows)
    )


def largest(cells: Cells) -> Formula:
    return Formula(f"MAX({cells.text})", max(cells.values, default=0.0))


def smallest(*parts: Operand) -> Formula:
    return _called("MIN", [constant(one) for one in parts], lambda values: min(values))


def absolute(one: Formula) -> Formula:
    return _called("ABS", [one], lambda values: abs(values[0]))


def rounded(one: Formula, decimals: int) -> Formula:
    """Halves go away from nothing."""
    unit = 10**decimals
    value = math.copysign(math.floor(abs(one.number) * unit + 0.5) / unit, one.number)
    return Formula(f"ROUND({one.text},{decimals})", value)


def if_(condition: Formula, then: Operand | str, otherwise: Operand | str) -> Formula:
    chosen, other = constant(then), constant(otherwise)
    value = chosen.value if condition.value else other.value
    return Formula(f"IF({condition.text},{chosen.text},{other.text})", value)


def all_of(conditions: Sequence[Formula]) -> Formula:
    return Formula(f"AND({','.join(one.text for one in conditions)})", all(one.value for one in conditions))


def any_of(conditions: Sequence[Formula]) -> Formula:
    return Formula(f"OR({','.join(one.text for one in conditions)})", any(one.value for one in conditions))


def _joined(
    sign: str, holds: int, one: Formula, other: Operand, work: Callable[[float, float], float | bool]
) -> Formula:
    """Signs of one strength are read from the left."""
    two = constant(other)
    text = f"{one.within(holds)}{sign}{two.within(holds + 1)}"
    return Formula(text, work(one.number, two.number), holds)


def _called(name: str, parts: Sequence[Formula], work: Callable[[Sequence[float]], float]) -> Formula:
    return Formula(f"{name}({','.join(one.text for one in parts)})", work([one.number for one in parts]))
