"""What a replay says before its end: figures for all from some, with intervals that hold, and the same report."""

import random
from dataclasses import replace

import pytest

from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.writing import to_yaml
from assidu.simulation import actions, queries
from assidu.simulation.estimates import Between, Histories, Moments, counted, moved, scaled
from assidu.simulation.run import simulate
from assidu.simulation.sample import FIRST_ROUND, SAMPLE_MAX, in_rounds, rounds, sampled
from assidu.simulation.types import Partial, Report
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on, sale

DOUBLE = a_rule("{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}", code="double")
FIRST_TWO = a_rule("{fixed: 40}", "quota: {first: 2, per: day}", code="first-two")
CUSTOMERS = FIRST_ROUND + 9


def estimated(population: list[tuple[int, int]], n: int) -> Between:
    """From the first ``n`` customers, each with their history and what is asked for."""
    histories, found = Histories(), Moments()
    for x, y in population[:n]:
        histories.add(x)
        found.add(x, y)
    return scaled(histories, found, len(population), sum(x for x, _ in population))


@pytest.mark.parametrize("n", [FIRST_ROUND, 240])
def test_an_interval_holds_about_as_often_as_it_says(n: int) -> None:
    luck = random.Random(2469)
    held = 0
    for _ in range(400):
        sizes = [1 + int(luck.expovariate(1 / 40)) for _ in range(600)]
        population = [(x, int(x * luck.gammavariate(1.5, 80)) - 900) for x in sizes]
        known = estimated(population, n)
        held += known.low <= sum(y for _, y in population) <= known.high
    assert 0.74 <= held / 400 <= 0.86


def test_a_count_holds_about_as_often_as_it_says_also_when_few_are_such() -> None:
    luck = random.Random(7)
    held = dict.fromkeys((0.02, 0.3, 0.97), 0)
    for share in held:
        people = [n < 900 * share for n in range(900)]
        for _ in range(400):
            known = counted(sum(luck.sample(people, 90)), 90, 900)
            held[share] += known.low <= sum(people) <= known.high
    assert all(0.74 <= count / 400 <= 0.92 for count in held.values()), held


def test_when_everybody_is_decided_nothing_is_estimated() -> None:
    population = [(3, 10), (1, -4), (9, 0), (2, 77)]
    assert estimated(population, 4) == Between(83, 83, 83)
    assert counted(2, 5, 5) == Between(2, 2, 2)
    assert moved(3, 1, 5, 5) == Between(2, 2, 2)


def test_nobody_seen_is_not_nobody_there() -> None:
    none = counted(0, 64, 2000)
    assert (none.value, none.low) == (0, 0)
    assert none.high > 20
    still = moved(0, 0, 64, 2000)
    assert still.low < 0 < still.high


def test_rounds_hold_everybody_once_and_as_many_in_every_share() -> None:
    for groups, parts in ((1, 1), (40, 2), (73, 2), (5000, 3), (20_000, 7)):
        ends = rounds(groups, parts)
        places = list(range(groups))
        shares = [list(in_rounds(places[part::parts], ends)) for part in range(parts)]
        assert sorted(one for share in shares for some in share for one in some) == places
        assert {len(share) for share in shares} == {len(ends)}
        for number in range(len(ends)):
            so_far = [one for share in shares for some in share[: number + 1] for one in some]
            assert sorted(so_far) == places[: len(so_far)], "a beginning of the order that chance drew"
    assert (sampled(12), sampled(2400), sampled(10**6)) == (12, 300, SAMPLE_MAX)


@pytest.fixture
def club(assidu_db: Database) -> History:
    history = History([a_document(BASE)])
    for n in range(CUSTOMERS):
        customer = history.customer()
        for day in range(1 + n % 3):
            history.tell(customer, sale(on(1 + day, n), 20 + n, department="produce" if n % 3 else "grocery"))
    history.write(assidu_db.url)
    return history


def replayed(
    database: Database, history: History, document: Document, processes: int, *, asks: bool = True
) -> tuple[Report, list[Partial]]:
    told: list[Partial] = []
    book = PlanBook.of_one(compile_plan(document))
    show = told.append if asks else None
    found = simulate(database.url, history.book, book, processes=processes, on_partial=show, seed=5)
    # Which differences are examples is chance; how long it took too.
    return replace(found, seconds=0.0, sales_per_second=0.0, examples=()), told


def test_answers_sharpen_until_the_last_is_the_report(assidu_db: Database, club: History) -> None:
    document = a_document(BASE, DOUBLE)
    plain, _ = replayed(assidu_db, club, document, 1, asks=False)
    for processes in (1, 2):
        report, told = replayed(assidu_db, club, document, processes)
        assert report == plain
        first, last = told[0], told[-1]
        assert first.customers == FIRST_ROUND
        assert first.cost_minor.low < first.cost_minor.change < first.cost_minor.high
        assert not first.holds_places
        assert (last.customers, last.of_customers) == (CUSTOMERS, CUSTOMERS)
        cost = last.cost_minor
        assert (cost.recorded, cost.replayed) == (report.recorded_cost_minor, report.replayed_cost_minor)
        assert cost.low == cost.change == cost.high
        assert last.outstanding_minor.replayed == report.replayed_outstanding_minor
        assert last.flows["points"]["issued"].replayed == report.replayed["points"].issued
        assert last.winners == Between(*[report.winner_count] * 3)
        assert last.deciles == report.deciles
        assert last.spend_minor == report.spend_minor


def test_where_places_are_shared_a_sample_speaks_first_and_the_report_is_the_same(
    assidu_db: Database, club: History
) -> None:
    document = a_document(BASE, DOUBLE, FIRST_TWO)
    plain, _ = replayed(assidu_db, club, document, 1, asks=False)
    report, told = replayed(assidu_db, club, document, 2)
    assert report == plain
    assert [one.customers for one in told] == [FIRST_ROUND]
    assert told[0].holds_places
    assert told[0].cost_minor.low < told[0].cost_minor.high


def test_a_run_keeps_its_chance_and_what_it_knew_and_one_that_was_stopped_learns_nothing(
    assidu_db: Database, club: History
) -> None:
    document = a_document(BASE, DOUBLE)
    _, told = replayed(assidu_db, club, document, 1)
    run_id = actions.ask(document, to_yaml(document), label="", by="")
    actions.show(run_id, told[0])
    actions.cancel(run_id)
    actions.show(run_id, told[-1])
    run = queries.run(run_id)
    assert run is not None
    assert run.partial == told[0]
    other = queries.run(actions.ask(document, to_yaml(document), label="", by=""))
    assert other is not None
    assert other.seed != run.seed
