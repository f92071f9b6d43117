"""A plan beside another version over the same past: only the change differs, and what is kept is not replayed again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace as rewritten

from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.loyalty.needs import YearlyChange
from assidu.loyalty.plans import published_plans
from assidu.plans.compile import compile_plan
from assidu.plans.writing import to_yaml
from assidu.simulation import actions, baselines
from assidu.simulation.baseline import Baseline
from assidu.simulation.history import Past, Progress
from assidu.simulation.run import Against, compare, simulate
from assidu.simulation.sample import FIRST_ROUND
from assidu.simulation.types import Partial, Report
from assidu.simulation.up_to_date import RecordedByNow
from assidu.simulation.yearly import Yearly, yearly_of
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


CASES = {
    "nothing shared": (1, a_document(BASE, DOUBLE)),
    "places in both": (2, a_document(RICH, FIRST_TWO, DOUBLE)),
    "places in the other": (2, a_document(RICH)),
}


def test_only_the_change_differs_and_what_is_kept_is_not_replayed_again(
    assidu_db: Database, club: History
) -> None:
    for case, (version, tried) in CASES.items():
        beside_a_version(assidu_db, club, case, version, PlanBook.of_one(compile_plan(tried, 9)))


def beside_a_version(database: Database, club: History, case: str, version: int, book: PlanBook) -> None:
    other = club.book.version(version)
    happened = simulate(database.url, club.book, book, processes=1)
    alone = simulate(database.url, club.book, PlanBook.of_one(other), processes=1)
    kept: list[Baseline] = []
    told: list[Partial] = []
    steps: list[Progress] = []
    found = compare(
        database.url,
        club.book,
        book,
        Against(other, keep=lambda _, baseline: kept.append(baseline)),
        processes=2,
        on_partial=told.append,
        on_progress=steps.append,
    )
    assert untimed(found.report) == untimed(happened), case
    compared = untimed(found.compared)
    assert compared.recorded == alone.replayed, case
    assert compared.replayed == happened.replayed, case
    assert compared.recorded_cost_minor == alone.replayed_cost_minor != alone.recorded_cost_minor, case
    assert compared.recorded_outstanding_minor == alone.replayed_outstanding_minor, case
    assert compared.rules["base"]["recorded"] == alone.rules["base"]["replayed"], case
    assert steps[-1].done == steps[-1].total, case
    assert told[0].customers == FIRST_ROUND, "the same ones under both"
    if not told[-1].holds_places:
        assert told[-1].cost_minor.recorded == compared.recorded_cost_minor
        assert told[-1].deciles == compared.deciles

    again: list[Progress] = []
    known = Against(other, known=lambda _: kept[0])
    second = compare(database.url, club.book, book, known, processes=1, on_progress=again.append)
    assert untimed(second.compared) == compared, case
    assert again[-1].total == happened.events, case


def test_a_replay_is_kept_until_something_is_recorded_or_published_and_says_what_a_year_costs(
    assidu_db: Database, club: History
) -> None:
    # Nothing changed: one pass, and it is the version's own.
    steps: list[Progress] = []
    against, book = baselines.against("club", 2), PlanBook.of_one(club.book.version(2))
    found = compare(assidu_db.url, club.book, book, against, processes=1, on_progress=steps.append)
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

    draft, live = a_document(RICH), published[1].document
    assert yearly_of(draft, live) == Yearly(None)
    run_id = actions.ask(draft, to_yaml(draft), label="", by="", against=2)
    assert yearly_of(draft, live).is_running
    elsewhere = actions.ask(draft, to_yaml(draft), label="", by="", against=1)
    actions.fail(elsewhere, "it says nothing of this version")
    tried = PlanBook.of_one(compile_plan(draft))
    found = compare(assidu_db.url, club.book, tried, against, processes=1)
    assert found.compared is not None
    actions.finish(run_id, found.report, replace(found.compared, since=None, until=None))
    assert yearly_of(draft, live).change is None, "it was tried before anything had happened"
    run_id = actions.ask(draft, to_yaml(draft), label="", by="", against=2)
    actions.finish(run_id, found.report, found.compared)
    assert past.since is not None
    assert past.until is not None
    given = found.compared.replayed_cost_minor - found.compared.recorded_cost_minor
    days = (past.until - past.since).days + 1
    assert yearly_of(draft, live).change == YearlyChange.of(given, days, str(run_id))
    assert given < 0
    # A replay of another past decides nothing: one that ended a week and a day ago, or that lacked a tenth of it.
    for other in (
        replace(found.compared, until=past.until - timedelta(days=8)),
        replace(found.compared, events=past.events * 9 // 10),
    ):
        run_id = actions.ask(draft, to_yaml(draft), label="", by="", against=2)
        actions.finish(run_id, found.report, other)
        yearly = yearly_of(draft, live)
        assert (yearly.change, yearly.is_outdated, yearly.is_running) == (None, True, False)
    recorded = RecordedByNow()
    with CaptureQueriesContext(connection) as asked:
        for _ in range(2):
            assert yearly_of(draft, live, recorded).is_outdated
    counted = [one for one in asked.captured_queries if "count(*) FROM events_event" in one["sql"]]
    assert len(counted) == 1, "the past is counted once for all the drafts of a page"


def test_a_change_that_touches_nobody_changes_nothing_also_where_tills_gave_no_discount(
    assidu_db: Database,
) -> None:
    """Tickets came without what the version's offer would have taken off: under both plans the till asks anew."""
    offer = (
        "offers:\n  - code: bread\n    name: {fr: Le pain, en: Bread}\n    effect: {percent: {off: 50}}\n"
        "    lines: {departments: [bakery]}\n"
    )
    other = a_document(more=offer)
    history = History([a_document(), rewritten(other, valid_from=on(15).date())])
    for n in range(4):
        customer = history.customer()
        for day in (5, 20):
            history.tell(customer, sale(on(day, n), 40, department="bakery"))
    history.write(assidu_db.url)
    never = a_rule("{fixed: 7}", "when: {stores: ['none']}", code="never")
    tried = PlanBook.of_one(compile_plan(a_document(BASE, never, more=offer), 9))
    kept: list[Baseline] = []
    for against in (
        Against(history.book.version(2), keep=lambda _, baseline: kept.append(baseline)),
        Against(history.book.version(2), known=lambda _: kept[0]),
    ):
        found = compare(assidu_db.url, history.book, tried, against, processes=1).compared
        assert found is not None
        assert found.replayed_cost_minor == found.recorded_cost_minor > 0
        assert (found.winner_count, found.loser_count) == (0, 0)
        assert found.rules["bread"]["recorded_off_minor"] == found.rules["bread"]["replayed_off_minor"] > 0
    # The version as it is, kept of a pass that served both sides, is no other baseline.
    same: list[Baseline] = []
    against = Against(history.book.version(2), keep=lambda _, baseline: same.append(baseline))
    compare(assidu_db.url, history.book, PlanBook.of_one(history.book.version(2)), against, processes=1)
    assert same == kept
