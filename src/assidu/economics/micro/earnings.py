"""What a ticket earns, from what the catalogue knows of its lines on its day in the programme."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from assidu.decisions.calendar import local_day
from assidu.decisions.events import Sale, SaleLine

Since = tuple[Sequence[date], Sequence[int]]
"""Figures and from which day on each holds, the oldest first."""


@dataclass(frozen=True, slots=True)
class CatalogueEarnings:
    """Margin is net sales HT less their cost HT: from the article's own cost, else from the margin of its department
    (basis points), else ``otherwise_percent`` of net sales.

    ``costs`` by article, of one unit, ``margins`` by department.
    """

    costs: Mapping[str, Since]
    margins: Mapping[str, Since]
    otherwise_percent: float
    zone: ZoneInfo

    def __call__(self, sale: Sale) -> tuple[int, int]:
        """Net sales and margin without VAT, in minor units."""
        net = earned = 0.0
        day = local_day(sale.at, self.zone)
        for line in sale.lines:
            ht = line.amount_minor * 10_000 / (10_000 + line.vat_bp)
            net += ht
            earned += self._margin(line, ht, day)
        return round(net), round(earned)

    def _margin(self, line: SaleLine, ht: float, day: date) -> float:
        cost = _on(self.costs.get(line.sku), day)
        if cost is not None:
            return ht - cost * line.quantity
        margin = _on(self.margins.get(line.department), day)
        return ht * self.otherwise_percent / 100 if margin is None else ht * margin / 10_000


def catalogue_earnings(
    connection: psycopg.Connection[Any], otherwise_percent: float, zone: ZoneInfo
) -> CatalogueEarnings:
    return CatalogueEarnings(
        _by_name(connection, "SELECT sku, day, cost_minor FROM catalogue_cost ORDER BY sku, day"),
        _by_name(
            connection, "SELECT department, day, margin_bp FROM catalogue_margin ORDER BY department, day"
        ),
        otherwise_percent,
        zone,
    )


def _by_name(connection: psycopg.Connection[Any], query: str) -> Mapping[str, Since]:
    found: dict[str, tuple[list[date], list[int]]] = {}
    for name, day, figure in connection.execute(query.encode()):
        days, figures = found.setdefault(name, ([], []))
        days.append(day)
        figures.append(figure)
    return found


def _on(known: Since | None, day: date) -> int | None:
    if known is None:
        return None
    place = bisect_right(known[0], day)
    return known[1][place - 1] if place else None
