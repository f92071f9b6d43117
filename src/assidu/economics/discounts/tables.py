"""What is behind the answer about discounts, as tables to take away, one CSV file each.

Estimates have five columns: the figure, then where it lies with 80 and 95 chances in a hundred. Amounts are in minor
units.
"""

from collections.abc import Iterable, Sequence

from assidu.economics.discounts.types import WHOLE, DiscountsAnswer, DiscountSums, Estimate
from assidu.foundation.tables import Cell, Table

_ENDS = ("", "_low_80", "_high_80", "_low_95", "_high_95")
_SUMS = (
    "units", "paid_minor", "given_minor",
    *(f"{name}{end}" for name in ("bought_anyway_minor", "extra_units", "lift_percent", "change_ht") for end in _ENDS),
)  # fmt: skip


BREAK_EVEN = "break_even_percent"


def with_never(table: Table, never: str) -> Table:
    """For people: a margin above the whole price is the word for never, and no figure."""

    def told(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        if row[:1] != (BREAK_EVEN,):
            return row
        return tuple(never if isinstance(cell, int | float) and cell > WHOLE else cell for cell in row)

    return Table(table.name, table.columns, tuple(told(row) for row in table.rows))


def tables(answer: DiscountsAnswer) -> list[Table]:
    """Those that there are figures for."""
    told, found = answer.told, []
    if told is not None:
        margin = told.margin
        found += [
            _of_estimates(
                "summary",
                (
                    ("given_bought_anyway_minor", told.split.bought_anyway),
                    ("given_pulled_forward_minor", told.split.pulled_forward),
                    ("given_taken_from_others_minor", told.split.taken_from_others),
                    ("given_new_minor", told.split.new),
                    ("units_extra", told.units.extra),
                    ("units_pulled_forward", told.units.pulled_forward),
                    ("units_taken_from_others", told.units.taken_from_others),
                    ("units_net", told.units.net),
                    ("margin_without_ht", margin.without_ht if margin else None),
                    ("margin_change_ht", margin.change_ht if margin else None),
                    (BREAK_EVEN, margin.break_even_percent if margin else None),
                    ("elasticity", told.elasticity),
                    ("wears_off", told.wears_off),
                    ("deeper", told.deeper),
                    *((f"week_{one.weeks:+d}_percent", one.change_percent) for one in told.around),
                ),
            ),
            Table(
                "by-depth",
                ("from_percent", "below_percent", *_SUMS),
                tuple((one.from_percent, one.below_percent, *_sums(one.sums)) for one in told.by_depth),
            ),
            Table(
                "by-repetition",
                ("from_weeks", "to_weeks", *_SUMS),
                tuple((one.from_weeks, one.to_weeks, *_sums(one.sums)) for one in told.by_repetition),
            ),
            Table(
                "by-department",
                ("department", "products", "measured", "all_given_minor", *_ends("elasticity"), *_SUMS),
                tuple(
                    (
                        one.department, one.products, one.measured, one.given_minor,
                        *_estimate(one.elasticity), *_sums(one.sums),
                    )
                    for one in told.by_department
                ),
            ),
            Table(
                "by-product",
                ("sku", "department", "weeks", "depth_percent", *_ends("elasticity"), *_SUMS),
                tuple(
                    (
                        one.sku, one.department, one.weeks, one.depth_percent,
                        *_estimate(one.elasticity), *_sums(one.sums),
                    )
                    for one in told.top_products
                ),
            ),
        ]  # fmt: skip
    return found + _turned(answer)


def _turned(answer: DiscountsAnswer) -> list[Table]:
    turned = answer.turned
    if turned is None:
        return []
    margin = turned.margin
    return [
        _of_estimates(
            "turned",
            (
                ("given_now_minor", turned.given_now),
                ("turned_minor", turned.turned),
                ("units_lost", turned.units_lost),
                ("sales_change_minor", turned.sales_change),
                ("cost_later_minor", turned.cost_later),
                ("liability_minor", turned.liability),
                ("goods_ht", margin.goods_ht if margin else None),
                ("elsewhere_ht", margin.elsewhere_ht if margin else None),
                ("points_ht", margin.points_ht if margin else None),
                ("margin_change_ht", margin.change_ht if margin else None),
            ),
        ),
        Table(
            "turned-by-decile",
            (
                "decile", "customers", "spend_minor", "paid_more_minor", "given_more_minor", "winners", "even",
                "losers",
            ),
            tuple(
                (
                    one.decile, one.customers, one.spend_minor, one.paid_more_minor, one.given_more_minor,
                    one.winners, one.even, one.losers,
                )
                for one in turned.deciles
            ),
        ),
    ]  # fmt: skip


def _of_estimates(name: str, rows: Iterable[tuple[str, Estimate | None]]) -> Table:
    return Table(
        name,
        ("figure", *_ends("value")),
        tuple((figure, *_estimate(one)) for figure, one in rows if one is not None),
    )


def _ends(name: str) -> tuple[str, ...]:
    return tuple(f"{name}{end}" for end in _ENDS)


def _sums(sums: DiscountSums | None) -> Sequence[Cell]:
    if sums is None:
        return [None] * len(_SUMS)
    return [
        sums.units,
        sums.paid_minor,
        sums.given_minor,
        *_estimate(sums.bought_anyway_minor),
        *_estimate(sums.extra_units),
        *_estimate(sums.lift_percent),
        *_estimate(sums.change_ht),
    ]


def _estimate(one: Estimate | None) -> Sequence[Cell]:
    if one is None:
        return [None] * len(_ENDS)
    return [one.value, one.low_80, one.high_80, one.low_95, one.high_95]
