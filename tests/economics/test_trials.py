"""Trials of plans as a terminal and a program ask them: kept with their question, told while they run, stopped."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import openpyxl
import psycopg
import pytest
from pypdf import PdfReader

from assidu.catalogue import costs
from assidu.catalogue.types import Cost, Margin
from assidu.cli.main import run
from assidu.decisions.events import Sale, SaleLine
from assidu.economics.documents import behaviour_yaml, read_behaviour
from assidu.economics.micro import job, runs
from assidu.economics.micro.earnings import catalogue_earnings
from assidu.economics.micro.run import FIRST_ROUND
from assidu.economics.micro.runs import TrialRun
from assidu.economics.micro.types import Behaviour, MicroQuestion, PlanAsked
from assidu.economics.models.assumptions import Assumptions, Measured, Range, Segment
from assidu.economics.models.behaviour import informed
from assidu.foundation.database import Database
from assidu.foundation.work import RunState
from assidu.plans.library import library
from assidu.plans.writing import to_yaml
from builders.documents import BASE, a_document
from builders.history import History, on, sale
from builders.programs import a_program
from economics.test_workbooks import Worked

pytestmark = [pytest.mark.urls("assidu.api.urls")]
AS_IT_IS = to_yaml(a_document())
TWICE = to_yaml(a_document(BASE.replace("give: 1", "give: 2")))
BEHAVIOUR = Behaviour(draws=100, seed=3)
QUESTION = MicroQuestion((PlanAsked("as it is", AS_IT_IS), PlanAsked("twice", TWICE)), BEHAVIOUR)


@pytest.fixture
def club(assidu_db: Database) -> History:
    history = History([a_document()])
    for n in range(FIRST_ROUND + 4):
        anne = history.customer()
        for k in range(1 + n % 3):
            history.tell(anne, sale(on(7 * k, n), 10 + 7 * n % 160, store=str(300 + n % 3)))
    history.write(assidu_db.url)
    return history


def known(run_id: UUID) -> TrialRun:
    found = runs.run(run_id)
    assert found is not None
    return found


def test_a_trial_is_kept_with_its_question_and_gives_the_same_figures_twice(club: History) -> None:
    first, again = (runs.ask("club", QUESTION, label="", by="") for _ in range(2))
    assert (known(first).question, known(first).state, known(first).result) == (
        QUESTION,
        RunState.WAITING,
        None,
    )
    assert job.main(first) == job.main(again) == 0
    run_ = known(first)
    assert (run_.state, run_.failure, run_.done, run_.total) == (RunState.DONE, "", 100, 100)
    one, other = run_.result, known(again).result
    assert one is not None
    assert other is not None
    assert replace(one, seconds=0.0, rounds=()) == replace(other, seconds=0.0, rounds=())
    as_it_is, twice = one.plans
    assert (as_it_is.net_change.low_95, as_it_is.net_change.high_95) == (0, 0)
    assert twice.cost.value > 1.5 * as_it_is.cost.value > 0
    assert [kept.run_id for kept in runs.runs("club")] == [again, first]


def test_what_is_known_so_far_is_there_while_it_runs_and_when_it_is_stopped(
    club: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = runs.ask("club", QUESTION, label="", by="")
    seen: list[TrialRun] = []

    def and_stopped(run_id: UUID, result: Any) -> None:
        shown(run_id, result)
        seen.append(known(run_id))
        runs.cancel(run_id)

    shown = runs.show
    monkeypatch.setattr(runs, "show", and_stopped)
    job.main(run_id)
    assert seen[0].state is RunState.RUNNING
    assert seen[0].result is not None
    assert (seen[0].result.customers, seen[0].result.of_customers) == (FIRST_ROUND, 100)
    stopped = known(run_id)
    assert (stopped.state, stopped.result) == (RunState.CANCELLED, seen[0].result)


def test_one_that_breaks_says_so(assidu_db: Database, club: History) -> None:
    broken = runs.ask("club", MicroQuestion((PlanAsked("none", "no programme"),), BEHAVIOUR), label="", by="")
    assert job.main(broken) == 1
    assert (known(broken).state, bool(known(broken).failure)) == (RunState.FAILED, True)
    assert job.main(UUID(int=1)) == 2, "nobody asked it"


def test_margins_are_of_the_article_else_of_its_department_else_what_is_assumed(assidu_db: Database) -> None:
    costs.put_costs([Cost("milk", date(2026, 1, 1), 60), Cost("milk", date(2026, 2, 1), 70)])
    costs.put_margins([Margin("grocery", date(2026, 1, 1), 2_500)])
    with psycopg.connect(assidu_db.url) as connection:
        earnings = catalogue_earnings(connection, 10.0, ZoneInfo("Europe/Paris"))

    def earned(sku: str, department: str, month: int, day: int = 15, hour: int = 12) -> tuple[int, int]:
        line = SaleLine(sku, 240, 2, department=department, vat_bp=2_000)
        return earnings(Sale(datetime(2026, month, day, hour, tzinfo=UTC), "317", "store", (line,)))

    assert earned("milk", "grocery", 1) == (200, 80)
    assert earned("milk", "grocery", 2) == (200, 60)
    assert earned("milk", "grocery", 1, 31, 22) == (200, 80)
    assert earned("milk", "grocery", 1, 31, 23) == (200, 60), "in Paris it is February already"
    assert earned("tea", "grocery", 1) == (200, 50)
    assert earned("tea", "garden", 1) == (200, 20)


def test_what_the_past_tells_takes_the_place_of_what_is_assumed() -> None:
    def segment(code: str, share: float, redemption: Range) -> Segment:
        whole = Range(value=100.0)
        return Segment(
            code=code, members=Range(value=share), participation=whole, frequency=Range(value=1.0), basket=whole,
            margin=Range(value=30.0), face_rate=Range(value=1.0), redemption=redemption, cost=Range(value=80.0),
            funded=Range(value=25.0),
        )  # fmt: skip

    small = segment("small", 1, Range(value=40.0, low=20.0, high=60.0, basis=Measured.MEASURED))
    large = segment("large", 3, Range(value=80.0, low=70.0, high=90.0, basis=Measured.MEASURED))
    found = informed(BEHAVIOUR, Assumptions(name="past", segments=(small, large)))
    assert found.redemption == Range(value=70.0, low=57.5, high=82.5, basis=Measured.MEASURED)
    assert (found.cost.value, found.margin.value, found.seed) == (60.0, 30.0, BEHAVIOUR.seed)
    assert informed(BEHAVIOUR, Assumptions(name="past", segments=())) == BEHAVIOUR


def test_the_document_of_what_is_assumed_comes_back_as_it_was_written_and_says_what_is_wrong() -> None:
    assert read_behaviour(behaviour_yaml(BEHAVIOUR)) == (BEHAVIOUR, ())
    found, problems = read_behaviour("redemption: {value: 75, low: 80, high: 95}\n")
    assert found is None
    assert [(one.code, one.mark.line if one.mark else 0) for one in problems] == [("not_between", 1)]


def test_the_command_tries_files_beside_what_is_in_force_and_writes_what_is_behind(
    terminal: Database, club: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice, assumed, behind = tmp_path / "twice.yaml", tmp_path / "assumed.yaml", tmp_path / "behind"
    twice.write_text(TWICE, encoding="utf-8")
    assumed.write_text(behaviour_yaml(BEHAVIOUR), encoding="utf-8")
    excel, paper = tmp_path / "tried.xlsx", tmp_path / "tried.pdf"
    status = run(
        ["economics", "micro", "--plan", "version-1", "--plan", str(twice), "--behaviour", str(assumed), "--seed", "5",
         "--customers", "40", "--csv", str(behind), "--excel", str(excel), "--pdf", str(paper), "--json"]
    )  # fmt: skip
    answer = json.loads(capsys.readouterr().out)
    assert (status, answer["customers"], answer["of_customers"], answer["behaviour"]["seed"]) == (
        0,
        40,
        100,
        5,
    )
    rows = list(csv.DictReader((behind / "plans.csv").open(encoding="utf-8", newline="")))
    assert [float(row["cost_minor"]) for row in rows] == [one["cost"]["value"] for one in answer["plans"]]
    _lives(excel, answer)
    assert "Version 1, in force · twice" in PdfReader(paper).pages[0].extract_text()
    assert run(["economics", "micro", "--plan", str(tmp_path / "none"), "--json"]) != 0
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "no_such_file"


def _lives(excel: Path, answer: dict[str, Any]) -> None:
    """The same figures; and half of what a euro used costs leaves what is taken off at once as it is."""
    book = Worked(excel.read_bytes(), excel)
    sheet = book.sheets["plans"]
    assert [cell.value for cell in sheet[4]][1:] == ["As recorded", "Version 1, in force", "twice"]
    row = {str(cell.value): cell.row for cell in sheet["A"]}
    cost, net = row["Cost of it in the end (HT)"], row["Net: margin less cost, changed by (HT)"]
    used = row["Cost (HT) of what is used, of face value, net of partners (%)"]
    recorded = answer["recorded_cost"]["value"], answer["recorded_off"]["value"]
    assert book.at("plans", f"B{cost}") == pytest.approx(recorded[0] / 100)
    for column, one in zip("CD", answer["plans"], strict=True):
        assert book.at("plans", f"{column}{cost}") == pytest.approx(one["cost"]["value"] / 100)
        assert book.at("plans", f"{column}{net}") == pytest.approx(one["net_change"]["value"] / 100, abs=0.02)
    book.change("plans", f"B{used}", book.at("plans", f"B{used}") / 2)
    for column, one in zip("CD", answer["plans"], strict=True):
        at_half = (one["cost"]["value"] + one["off"]["value"]) / 2
        more = at_half - sum(recorded) / 2
        assert book.at("plans", f"{column}{cost}") == pytest.approx(at_half / 100)
        expected = (one["margin_change"]["value"] - more) / 100
        assert book.at("plans", f"{column}{net}") == pytest.approx(expected)
    before = book.at("plans", f"D{net}")
    margin = row["Margin, changed by (HT)"]
    book.change("plans", f"D{margin}", book.at("plans", f"D{margin}") + 7)
    assert book.at("plans", f"D{net}") == pytest.approx(before + 7)


@pytest.mark.urls("assidu.project.urls")  # paper is a page of the screens
def test_a_program_asks_and_reads_the_answer_and_its_tables(
    club: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = a_program("economics:read", "simulate")
    path = "/v1/economics/trials"
    other = program.post(path, {"plans": [{"content": library()["points"].yaml}]})
    assert other.json()["code"] == "other_programme"
    assert program.post(path, {"plans": [{"version": 9}]}).status_code == 404
    assert program.post(path, {"plans": [{}] * 6}).status_code == 422
    wrong = program.post(path, {"plans": [{}], "behaviour": "redemption: {value: 175}"})
    assert wrong.json()["errors"][0]["code"] == "out_of_bounds"

    monkeypatch.setattr(runs, "start", runs.ask)
    assumed = program.get("/v1/economics/behaviour").json()
    assert read_behaviour(assumed["content"])[0] is not None
    body = {"plans": [{}, {"label": "twice", "content": TWICE}], "behaviour": behaviour_yaml(BEHAVIOUR)}
    trial = program.post(path, body).json()
    mine = f"{path}/{trial['id']}"
    assert (trial["state"], trial["plans"], trial["tables"]) == (
        "waiting",
        ["Version 1, en vigueur", "twice"],
        [],
    )
    assert program.post(path, body).json()["code"] == "look_at_work"
    assert job.main(UUID(trial["id"])) == 0
    done = program.get(mine).json()
    assert (done["state"], done["result"]["customers"]) == ("done", 100)
    behind = program.get(f"{mine}/deciles.csv")
    assert len(list(csv.reader(io.StringIO(behind.content.decode())))) == 1 + 2 * 10
    assert program.get(f"{mine}/nothing.csv").status_code == 404
    book = program.get(f"{mine}/trial.xlsx", language="fr")
    assert "programmes" in openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames, "plans, in French"
    paper = program.get(f"{mine}/trial.pdf", language="fr")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert "Version 1, en vigueur · twice" in PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    assert program.get(f"{mine}/trial.docx").status_code == 422
    assert a_program("simulate").get(f"{mine}/trial.xlsx").status_code == 403
    assert [one["id"] for one in program.get(path).json()["trials"]] == [trial["id"]]
    assert program.post(f"{mine}/cancel", {}).json()["state"] == "done", "what is done stays so"
    assert program.get(f"{path}/{uuid4()}").status_code == 404
    assert a_program("simulate").get(mine).status_code == 403
    assert a_program("economics:read").post(path, body).status_code == 403
