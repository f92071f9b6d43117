"""History under a programme with offers: what it would have given, and recorded offers decided again to the unit."""

import psycopg

from assidu.decisions.chance import OpenDraw
from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Tally, released_by
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.simulation.run import simulate
from builders.documents import BASE, a_programme
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
    freed = released_by(history.desk.gathered)
    taken = {key: count - freed.get(key, 0) for key, count in places.taken.items()}
    assert taken == {"budget:budget:ever": 8, "stock:bags": 1}, "the bag that came back is there for another"
    with psycopg.connect(assidu_db.url) as connection:
        for key, count in taken.items():
            connection.execute(
                "INSERT INTO loyalty_quota VALUES (%s, %s, %s)", (key, places.limits[key], count)
            )
    assert [one for one in verify(assidu_db.url).found if one.what.startswith("places")] == []
