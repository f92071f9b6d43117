"""History under a programme with offers: what it would have given, and recorded offers decided again to the unit."""

import psycopg
import pytest

from assidu.decisions.chance import OpenDraw
from assidu.decisions.events import Leaving
from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Tally
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.simulation.run import simulate
from assidu.simulation.types import DrawReplayed
from builders.documents import BASE, a_document, a_programme
from builders.draw_mistakes import CHANCES, EARNED
from builders.history import History, on, sale
from builders.offers import offers

WITH_OFFERS = offers(
    "half: effect: {percent: {off: 50}}|lines: {departments: [produce]}",
    "bags: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 2",
    "lucky: effect: {points: {currency: points, units: 7}}|chance: {one_in: 2}",
    "budget: effect: {points: {currency: points, units: 5}}|budget: {units: 8}",
)


def a_club(more: str = "") -> Document:
    examined = examine(a_programme(BASE, more=more))
    assert examined.document is not None
    assert examined.is_ok, examined.errors
    return examined.document


def test_a_rehearsal_takes_offers_off_recorded_tickets_and_draws_the_same_each_time(
    assidu_db: Database,
) -> None:
    history = History([a_club()])
    for n in range(6):
        history.tell(history.customer(on(n)), sale(on(10 + n), 40, department="produce"))
    history.write(assidu_db.url)
    new = PlanBook.of_one(compile_plan(a_club(WITH_OFFERS)))
    alone = simulate(assidu_db.url, history.book, new, processes=1)
    assert alone.unexplained == 0
    points = alone.replayed["points"].issued
    assert points >= 6 * 20 + 8, "half of each ticket earns; the budget is given to the unit; some are drawn"
    assert points <= 6 * 20 + 8 + 6 * 7
    together = simulate(assidu_db.url, history.book, new, processes=2)
    again = together.replayed["points"].issued
    assert again == points


def test_recorded_offers_decided_again_are_what_was_recorded(assidu_db: Database) -> None:
    """Budgets, stock, draws and what a return frees: from the record alone, to the unit."""
    history = History([a_club(WITH_OFFERS)])
    history.desk.draws = {"lucky": OpenDraw(bytes(32))}
    customers = [history.customer(on(n)) for n in range(6)]
    tickets = [
        history.tell(customer, sale(on(10 + n), 40, department="produce"))
        for n, customer in enumerate(customers)
    ]
    history.bring_back(customers[0], on(30), tickets[0])
    history.write(assidu_db.url)
    report = simulate(assidu_db.url, history.book, None, processes=1)
    assert report.differences == {}
    assert report.replayed == report.recorded
    places = history.desk.quotas
    assert isinstance(places, Tally)
    assert places.taken == {"budget:budget:ever": 8, "stock:bags": 1}, (
        "the bag that came back is there for another"
    )
    with psycopg.connect(assidu_db.url) as connection:
        kept: dict[str, int] = dict(connection.execute("SELECT key, taken FROM loyalty_quota").fetchall())
    assert kept == places.taken
    assert [one for one in verify(assidu_db.url).found if one.what.startswith("places")] == []


@pytest.mark.parametrize("processes", [1, 2])
def test_a_rehearsal_gives_what_came_back_to_who_comes_after_it_and_to_nobody_before(
    assidu_db: Database, processes: int
) -> None:
    history = History([a_club()])
    customers = [history.customer(on(n)) for n in range(5)]
    first = history.tell(customers[0], sale(on(10), 40))
    history.tell(customers[1], sale(on(11), 40))
    history.tell(customers[2], sale(on(12), 40))
    history.bring_back(customers[0], on(13), first)
    history.tell(customers[3], sale(on(14), 40))
    history.tell(customers[4], sale(on(15), 40))
    history.write(assidu_db.url)
    two = "early: effect: {points: {currency: points, units: 7}}|quota: {first: 2, per: ever}|gives_back: [place]"
    new = PlanBook.of_one(compile_plan(a_club(offers(two))))
    report = simulate(assidu_db.url, history.book, new, processes=processes)
    assert report.unexplained == 0
    assert report.rules["early"] == {"replayed": 3 * 7 - 7, "replayed_times": 3}


def test_a_replay_tells_how_many_entries_there_would_have_been_and_what_the_prizes_cost(
    assidu_db: Database,
) -> None:
    """Six members with a chance for each ticket up to the last day; one brought theirs back, one has left."""
    history = History([a_club()])
    customers = [history.customer(on(n)) for n in range(6)]
    tickets = [history.tell(one, sale(on(10 + n), 40)) for n, one in enumerate(customers)]
    history.tell(customers[1], sale(on(12), 40))
    history.tell(customers[5], sale(on(70), 40))  # after the last day
    history.bring_back(customers[0], on(60), tickets[0])
    history.tell(customers[3], Leaving(on(61)))
    history.write(assidu_db.url)
    prizes = "[{name: {fr: p, en: p}, count: 9, gives: {currency: points, units: 500}}]"
    draw = (
        f"{{code: d, name: {{fr: d, en: d}}, entries: chances, last_day: {on(50).date()}, prizes: {prizes}}}"
    )
    document = a_document(BASE, EARNED, currencies=CHANCES, more=f"draws: [{draw}]\n")
    for processes in (1, 2):
        told = simulate(
            assidu_db.url, history.book, PlanBook.of_one(compile_plan(document)), processes=processes
        )
        assert told.unexplained == 0
        assert told.draws == {"d": DrawReplayed(members=4, entries=5, prizes=4, cost_minor=2_000)}
