"""What offers take off is a cost like units: in a replay, by customer and offer, and on one recorded day."""

from datetime import date
from uuid import UUID

import psycopg
import pytest

from assidu.decisions.events import AppliedOffer, RewardRequest, Sale, SaleLine
from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.simulation.receipts import try_day
from assidu.simulation.run import simulate
from assidu.simulation.types import Report
from builders.documents import BASE, a_document
from builders.history import History, on, sale
from builders.offers import offers

HALF = offers("half: effect: {percent: {off: 50}}")
GOODS = """\
  - code: bags
    kind: good
    name: {fr: sacs, en: bags}
  - code: tickets
    kind: good
    name: {fr: billets, en: tickets}
    partner: cinema
    settles: 6.00
"""
REWARDS = """\
partners:
  - {code: cinema, name: {fr: Cinéma, en: Cinema}}
rewards:
  - {code: bag, name: {fr: Sac, en: Bag}, costs: {currency: points, units: 100}, gives: {currency: bags}}
  - {code: film, name: {fr: Film, en: Film}, costs: {currency: points, units: 100}, gives: {currency: tickets}}
"""


def under(database: Database, history: History, plan: Document) -> Report:
    return simulate(database.url, history.book, PlanBook.of_one(compile_plan(plan, 9)), processes=1)


@pytest.fixture
def club(assidu_db: Database) -> History:
    return History([a_document()])


def told(club: History) -> tuple[UUID, UUID]:
    anne, bruno = club.customer(), club.customer()
    club.tell(anne, sale(on(1), 80))
    club.tell(bruno, sale(on(1), 10))
    return anne, bruno


def test_half_of_everything_costs_half_of_what_is_sold_whoever_approves_it(
    assidu_db: Database, club: History
) -> None:
    anne, bruno = told(club)
    club.write(assidu_db.url)
    report = under(assidu_db, club, a_document(BASE, more=HALF))
    assert report.recorded_cost_minor == 80 + 10
    assert report.rules["half"] == {"replayed_off_minor": 40_00 + 5_00, "replayed_times": 2}
    assert report.replayed_cost_minor == 45_00 + 45, "half the points, too"
    assert [(one.customer_id, one.replayed_minor) for one in report.winners] == [
        (anne, 40_00 + 40),
        (bruno, 5_00 + 5),
    ]
    assert sum(one.replayed_minor for one in report.deciles) == report.replayed_cost_minor


def test_what_tills_took_off_is_told_beside_what_the_plan_would_not(assidu_db: Database) -> None:
    club = History([a_document(BASE, more=HALF)])
    line = SaleLine("1", 40_00, offers=(AppliedOffer("half", 40_00),))
    club.tell(club.customer(), Sale(on(1), "317", "store", (line,)))
    club.write(assidu_db.url)
    report = under(assidu_db, club, a_document())
    assert report.rules["half"] == {"recorded_off_minor": 40_00, "recorded_times": 1}
    assert (report.recorded_cost_minor, report.replayed_cost_minor) == (40_00 + 40, 40)
    again = simulate(assidu_db.url, club.book, None, processes=1)
    assert (again.recorded_cost_minor, again.replayed_cost_minor) == (40_00 + 40, 40_00 + 40)


def test_a_gift_of_which_nobody_knows_the_worth_costs_the_units_that_it_was_asked_for(
    assidu_db: Database,
) -> None:
    club = History([a_document(currencies=GOODS, more=REWARDS)])
    anne = club.customer()
    club.tell(anne, sale(on(1), 250))
    club.tell(anne, RewardRequest(on(2), "bag"))
    club.tell(anne, RewardRequest(on(3), "film"))
    club.write(assidu_db.url)
    report = simulate(assidu_db.url, club.book, None, processes=1)
    assert report.recorded_cost_minor == 250 - 100 + 6_00, (
        "the bag costs its points, the film what the partner is owed"
    )


def test_a_new_offer_is_told_on_the_receipts_of_a_day_with_whom_it_meets(
    assidu_db: Database, club: History
) -> None:
    anne, bruno = told(club)
    club.write(assidu_db.url)
    live, draft = compile_plan(a_document(), 1), compile_plan(a_document(BASE, more=HALF), 2)
    with psycopg.connect(assidu_db.url) as connection:
        day = try_day(connection, live, draft, date(2026, 1, 6))
    half = next(one for one in day.rules if one.rule == "half")
    assert (half.is_changed, half.live.minor, half.draft.minor, half.draft.times) == (True, 0, 45_00, 2)
    assert half.met == (("base", 2),)
    assert {one.customer_id for one in day.gainers} == {anne, bruno}
    assert (day.live_minor, day.draft_minor) == (90, 45_00 + 45)


def test_chance_is_drawn_on_the_receipts_of_a_day_as_in_a_replay(assidu_db: Database, club: History) -> None:
    for _n in range(12):
        club.tell(club.customer(), sale(on(1), 20))
    club.write(assidu_db.url)
    lucky = offers("lucky: effect: {points: {currency: points, units: 50}}|chance: {one_in: 2}")
    live, draft = compile_plan(a_document(), 1), compile_plan(a_document(BASE, more=lucky), 2)
    with psycopg.connect(assidu_db.url) as connection:
        day = try_day(connection, live, draft, date(2026, 1, 6))
    won = next(one for one in day.rules if one.rule == "lucky").draft
    assert 0 < won.times < 12
    assert won.units == 50 * won.times
