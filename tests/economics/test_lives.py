"""What trials see of one life under a plan: when a higher status came near, whatever it asks for."""

from datetime import datetime
from uuid import UUID

import pytest

from assidu.decisions.events import Joining, Sale
from assidu.economics.micro.lives import Watch
from assidu.events.types import EventType
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.simulation.rehearsal import HeldPlaces, Rehearsal, Told
from builders.documents import a_document
from builders.history import on, sale

ANNE = UUID(int=1)


def came_near(asks: str, more: str = "") -> list[datetime]:
    """Under a status that ``asks``, of somebody who spends 100 € each week for ten weeks."""
    tiers = f"""\
tiers:
  levels:
    - {{code: bronze, name: {{fr: Bronze, en: Bronze}}}}
    - {{code: gold, name: {{fr: Or, en: Gold}}, {asks}}}
  keep: {{months: 12, until_end_of: month}}
{more}"""
    book = PlanBook.of_one(compile_plan(a_document(tiers=tiers)))
    told = [Told(ANNE, 1, EventType.JOINING, on(0), Joining(on(0)), {})]
    bought: list[Sale] = [sale(on(7 * n), 100) for n in range(1, 11)]
    told += [Told(ANNE, n, EventType.SALE, one.at, one, {}) for n, one in enumerate(bought, start=2)]
    watch = Watch(book)
    Rehearsal(book, HeldPlaces({}, 1.0, lambda _: 0.5), {}, watch).follow(told, on(80).date())
    return watch.life().near


ALL = "  needs: all\n"


@pytest.mark.parametrize(
    ("asks", "more", "weeks"),
    [
        ("spend_at_least: 1000.00", "", [9]),
        ("purchases_at_least: 8", "", [7]),
        ("units_at_least: {currency: points, units: 600}", "", []),  # 500 are too few, 600 are there
        ("units_at_least: {currency: points, units: 700}", "", [6]),
        ("spend_at_least: 1000.00, purchases_at_least: 30", ALL, []),
        ("spend_at_least: 1000.00, purchases_at_least: 10", ALL, [9]),
        ("spend_at_least: 500.00, purchases_at_least: 8", ALL, [7]),
        ("spend_at_least: 5000.00, purchases_at_least: 8", "", [7]),
    ],
)
def test_a_status_comes_near_when_little_is_missing_of_whatever_it_asks(
    asks: str, more: str, weeks: list[int]
) -> None:
    assert came_near(asks, more) == [on(7 * week) for week in weeks]
