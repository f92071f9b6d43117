"""Runs that people ask for: started in a process of their own, followed, stopped, told when they fail."""

import time
from datetime import timedelta
from uuid import UUID

import pytest

from assidu.foundation import clock, work
from assidu.foundation.database import Database
from assidu.foundation.work import RunState
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.writing import to_yaml
from assidu.simulation import actions, queries
from assidu.simulation.history import Progress
from assidu.simulation.job import main
from assidu.simulation.run import simulate
from assidu.simulation.types import Run
from builders.documents import a_document
from builders.history import History, on, sale


@pytest.fixture
def club(assidu_db: Database) -> History:
    history = History([a_document()])
    for n in range(12):
        history.tell(history.customer(), sale(on(1, n), 20 + n))
    history.write(assidu_db.url)
    return history


def asked(document: Document, **changes: str) -> UUID:
    return actions.ask(document, changes.get("yaml", to_yaml(document)), label="An idea", by="somebody")


def known(run_id: UUID) -> Run:
    found = queries.run(run_id)
    assert found is not None
    return found


def test_a_run_is_set_off_and_comes_to_its_end_by_itself(assidu_db: Database, club: History) -> None:
    document = club.documents[0]
    run_id = actions.start(document, to_yaml(document), label="The same", by="somebody")
    until = time.monotonic() + 60
    while not known(run_id).state.is_over and time.monotonic() < until:
        time.sleep(0.1)
    run = known(run_id)
    assert run.state is RunState.DONE, run.failure
    assert run.report is not None
    assert (run.report.sales, run.report.unexplained) == (12, 0)
    assert run.percent == 100
    assert [one.run_id for one in queries.runs("club")] == [run_id]


def test_a_report_comes_back_as_it_was_kept(assidu_db: Database, club: History) -> None:
    run_id = asked(club.documents[0])
    report = simulate(assidu_db.url, club.book, PlanBook.of_one(compile_plan(club.documents[0])), processes=1)
    actions.finish(run_id, report)
    assert known(run_id).report == report


def test_a_run_that_breaks_says_so(assidu_db: Database, club: History) -> None:
    run_id = asked(club.documents[0], yaml="not a programme")
    assert main("simulation", run_id) == 1
    run = known(run_id)
    assert run.state is RunState.FAILED
    assert run.failure
    assert main("simulation", UUID(int=1)) == 2, "nobody asked for it"


def test_a_run_that_was_stopped_stays_so_whatever_its_process_still_says(
    assidu_db: Database, club: History
) -> None:
    run_id = asked(club.documents[0])
    actions.tell(run_id, 5, 24, 1.0)
    assert known(run_id).state is RunState.RUNNING
    actions.cancel(run_id)
    actions.tell(run_id, 9, 24, 2.0)
    actions.fail(run_id, "too late")
    run = known(run_id)
    assert (run.state, run.done, run.failure) == (RunState.CANCELLED, 5, "")
    actions.cancel(run_id)


def test_stopping_a_run_ends_its_process_and_nobody_else_s(assidu_db: Database, club: History) -> None:
    document = club.documents[0]
    run_id = actions.start(document, to_yaml(document), label="", by="")
    process_id = known(run_id).process_id
    assert process_id is not None
    actions.cancel(run_id)
    until = time.monotonic() + 20
    while work.is_running(run_id, process_id) and time.monotonic() < until:
        time.sleep(0.05)
    assert not work.is_running(run_id, process_id)
    assert not work.is_running(UUID(int=5), 1), "the first process of the machine is not ours"


def test_a_run_whose_process_died_without_a_word_is_told_as_failed(
    assidu_db: Database, club: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = asked(club.documents[0])
    actions.tell(run_id, 5, 24, 1.0)
    monkeypatch.setenv(clock.VARIABLE, (clock.now() + timedelta(minutes=5)).isoformat())
    assert known(run_id).state is RunState.FAILED


def test_time_left_follows_the_pace(assidu_db: Database, club: History) -> None:
    run_id = asked(club.documents[0])
    assert known(run_id).seconds_left is None
    actions.tell(run_id, 25, 100, 2.0)
    assert known(run_id).seconds_left == 6.0
    actions.tell(run_id, 26, 100, 6.0)  # a slow part: the pace alone would tell 17 s
    left = known(run_id).seconds_left
    assert left is not None
    assert 6.0 < left < 17.0, "it does not jump"
    actions.tell(run_id, 50, 100, 60_000.0)  # after hours of silence: what was thought before is forgotten
    assert known(run_id).seconds_left == pytest.approx(60_000.0)


def test_progress_is_told_and_ends_at_the_whole(assidu_db: Database, club: History) -> None:
    told: list[Progress] = []
    simulate(assidu_db.url, club.book, None, processes=2, on_progress=told.append)
    assert told[-1] == Progress(24, 24)
    assert all(one.done <= one.total for one in told)
