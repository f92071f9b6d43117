"""A plan beside another version over the same past: only the change differs, and what is kept is not replayed again."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as rewritten

from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import published_plans
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.simulation import baselines
from assidu.simulation.baseline import Baseline
from assidu.simulation.history import Past, Progress
from assidu.simulation.run import Against, compare, simulate
from assidu.simulation.sample import FIRST_ROUND
from assidu.simulation.types import Partial, Report
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on, sale

DOUBLE = a_rule("{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}", code="double")
FIRST_TWO = a_rule("{fixed: 40}", "quota: {first: 2, per: day}", code="first-two")
RICH = BASE.replace("give: 1", "give: 2")
CUSTOMERS = FIRST_ROUND + 9


@pytest.fixture
def club(assidu_db: Database) -> History:
    """Decided under two versions: the second gives twice as much."""
    richer = rewritten(a_document(RICH, FIRST_TWO), valid_from=on(15).date())
    history = History([a_document(BASE), richer])
    for n in range(CUSTOMERS):
        customer = history.customer()
        for day in range(1, 30, 9 + n % 3):
            history.tell(customer, sale(on(day, n), 20 + n, department="produce" if n % 3 else "grocery"))
    history.write(assidu_db.url)
    return history


def untimed(report: Report | None) -> Report:
    assert report is not None
    return replace(report, seconds=0.0, sales_per_second=0.0, examples=(), differences={})


@pytest.mark.parametrize(
    ("version", "tried"),
    [
        (1, a_document(BASE, DOUBLE)),
        (1, a_document(BASE, FIRST_TWO)),
        (2, a_document(RICH, FIRST_TWO, DOUBLE)),
        (2, a_document(RICH)),
    ],
    ids=["nothing-shared", "places-in-the-tried", "places-in-both", "places-in-the-other"],
)
def test_only_the_change_differs_and_what_is_kept_is_not_replayed_again(
    assidu_db: Database, club: History, version: int, tried: Document
) -> None:
    book = PlanBook.of_one(compile_plan(tried, 9))
    other = club.book.version(version)
    happened = simulate(assidu_db.url, club.book, book, processes=1)
    alone = simulate(assidu_db.url, club.book, PlanBook.of_one(other), processes=1)
    kept: list[Baseline] = []
    told: list[Partial] = []
    steps: list[Progress] = []
    found = compare(
        assidu_db.url,
        club.book,
        book,
        Against(other, keep=lambda _, baseline: kept.append(baseline)),
        processes=2,
        on_partial=told.append,
        on_progress=steps.append,
    )
    assert untimed(found.report) == untimed(happened)
    compared = untimed(found.compared)
    assert compared.recorded == alone.replayed
    assert compared.replayed == happened.replayed
    assert compared.recorded_cost_minor == alone.replayed_cost_minor != alone.recorded_cost_minor
    assert compared.recorded_outstanding_minor == alone.replayed_outstanding_minor
    assert compared.rules["base"]["recorded"] == alone.rules["base"]["replayed"]
    assert steps[-1].done == steps[-1].total
    assert told[0].customers == FIRST_ROUND, "the same ones under both"
    if not told[-1].holds_places:
        assert told[-1].cost_minor.recorded == compared.recorded_cost_minor
        assert told[-1].deciles == compared.deciles

    again: list[Progress] = []
    second = compare(
        assidu_db.url,
        club.book,
        book,
        Against(other, known=lambda _: kept[0]),
        processes=1,
        on_progress=again.append,
    )
    assert untimed(second.compared) == compared
    assert again[-1].total == happened.events


def test_nothing_changed_is_replayed_once_and_is_kept(assidu_db: Database, club: History) -> None:
    steps: list[Progress] = []
    against = baselines.against("club", 2)
    found = compare(
        assidu_db.url,
        club.book,
        PlanBook.of_one(against.plan),
        against,
        processes=1,
        on_progress=steps.append,
    )
    assert steps[-1].total == found.report.events
    assert found.report.differences, "the first version gave less"
    assert found.compared is not None
    assert (found.compared.winner_count, found.compared.loser_count) == (0, 0)
    assert found.compared.recorded == found.compared.replayed

    past = Past(found.report.events, found.report.since, found.report.until)
    kept = against.known(past)
    assert kept is not None
    assert kept.flows == found.report.replayed
    assert len(kept.customers) == CUSTOMERS
    assert against.known(replace(past, events=past.events + 1)) is None, "something was recorded since"
    assert baselines.against("club", 1).known(past) is None, "another version"
    published = published_plans("club")
    more = [*published, replace(published[0], version=3)]
    assert baselines.key_of(published, 2) != baselines.key_of(more, 2), "something was published since"
