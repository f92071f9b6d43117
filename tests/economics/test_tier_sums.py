"""What was bought by status is kept month by month, and added up again when the past became another one."""

from datetime import date

import pytest

from assidu.catalogue.costs import put_costs, put_margins
from assidu.catalogue.types import Cost, Margin
from assidu.decisions.events import Leaving, TakeOver
from assidu.economics.tier_sums import TierSums, tier_sums
from assidu.foundation.database import Database
from assidu.foundation.sql import rows
from builders.club import a_club
from builders.history import History, on, sale

JANUARY = date(2026, 1, 1)


def kept() -> list[TierSums]:
    return tier_sums("club", JANUARY, date(2026, 3, 31))


def anew() -> list[TierSums]:
    rows("DELETE FROM economics_tier_sums RETURNING month")
    return kept()


def margin() -> int:
    [(_tier, *figures)] = kept()[0].bought
    return figures[6]


@pytest.fixture
def club(assidu_db: Database) -> History:
    history = History([a_club()])
    anne = history.customer()
    for sku in ("milk", "tea"):
        history.tell(anne, sale(on(1), 100 if sku == "milk" else 50, sku=sku))
    history.write(assidu_db.url)
    return history


def test_a_member_taken_over_later_with_an_earlier_status_had_it_in_the_months_kept(
    assidu_db: Database, club: History
) -> None:
    before, told = kept(), len(club.desk.gathered)
    assert [tier for tier, *_figures in before[0].bought] == ["bronze"]
    [anne] = club.members
    club.tell(anne, Leaving(on(90)))
    club.tell(anne, TakeOver(on(91), on(-400).date(), "gold", on(300).date()))
    club.write(assidu_db.url, since=told)
    after = kept()
    assert [tier for tier, *_figures in after[0].bought] == ["gold"]
    assert after == anew()


@pytest.mark.usefixtures("club")
def test_costs_of_two_products_that_change_places_are_other_costs() -> None:
    put_costs([Cost("milk", JANUARY, 1000), Cost("unsold", JANUARY, 3000)])
    assert margin() == 9000
    put_costs([Cost("milk", JANUARY, 3000), Cost("unsold", JANUARY, 1000)])
    assert margin() == 7000
    put_margins([Margin("grocery", JANUARY, 2000), Margin("unsold", JANUARY, 4000)])
    assert margin() == 8000
    put_margins([Margin("grocery", JANUARY, 4000), Margin("unsold", JANUARY, 2000)])
    assert margin() == 9000
    [(stamp,)] = rows("SELECT stamp FROM economics_tier_sums")
    put_costs([Cost("milk", date(2026, 2, 1), 1)])
    assert margin() == 9000
    assert rows("SELECT stamp FROM economics_tier_sums") == [(stamp,)], (
        "what it costs later is nothing to January"
    )
