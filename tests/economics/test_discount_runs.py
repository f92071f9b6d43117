"""Questions about discounts as a terminal and a program ask them: kept, worked on elsewhere, followed, stopped."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from pypdf import PdfReader

from assidu.cli.main import run
from assidu.economics.discounts import job, runs
from assidu.economics.discounts.runs import DiscountsRun
from assidu.economics.discounts.types import DiscountsQuestion, Turning
from assidu.foundation.database import Database
from assidu.foundation.work import RunState
from assidu.plans.library import library
from assidu.plans.writing import to_yaml
from builders.documents import a_document
from builders.history import History, on
from builders.programs import a_program
from builders.promoted_club import a_promoted_club
from economics.test_workbooks import Worked

pytestmark = [pytest.mark.urls("assidu.api.urls")]
QUESTION = DiscountsQuestion("club", margin_percent=30.0, margins={"grocery": 25.0}, turning=Turning(40))


@pytest.fixture
def club(assidu_db: Database) -> History:
    history = a_promoted_club(a_document())
    history.write(assidu_db.url)
    return history


def known(run_id: UUID) -> DiscountsRun:
    found = runs.run(run_id)
    assert found is not None
    return found


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["economics", "discounts", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_question_is_kept_with_its_answer_and_answered_alike_twice(club: History) -> None:
    yaml = to_yaml(club.documents[0])
    first, again = (runs.ask(QUESTION, yaml, label="", by="") for _ in range(2))
    assert (known(first).question, known(first).state) == (QUESTION, RunState.WAITING)
    assert job.main(first) == job.main(again) == 0
    run_ = known(first)
    assert (run_.state, run_.percent, run_.failure) == (RunState.DONE, 100, "")
    one, other = run_.answer, known(again).answer
    assert one is not None
    assert other is not None
    assert replace(one, seconds=0.0) == replace(other, seconds=0.0)
    assert one.is_observational
    assert one.turned is not None
    assert [kept.run_id for kept in runs.runs("club")] == [again, first]


def test_one_that_is_stopped_or_breaks_says_so(club: History) -> None:
    stopped = runs.ask(QUESTION, "", label="", by="")
    runs.tell(stopped, 5, 10, 1.0)
    assert known(stopped).seconds_left == 1.0
    runs.cancel(stopped)
    runs.tell(stopped, 9, 10, 2.0)
    runs.fail(stopped, "too late")
    assert (known(stopped).state, known(stopped).done) == (RunState.CANCELLED, 5)
    broken = runs.ask(QUESTION, "no programme", label="", by="")
    assert job.main(broken) == 1
    assert (known(broken).state, bool(known(broken).failure)) == (RunState.FAILED, True)
    assert job.main(UUID(int=1)) == 2, "nobody asked it"


@pytest.mark.urls("assidu.project.urls")  # paper is a page of the screens
def test_the_command_answers_in_one_object_and_in_words_and_writes_what_is_behind(
    terminal: Database, club: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paper, book, behind = tmp_path / "discounts.pdf", tmp_path / "discounts.xlsx", tmp_path / "behind"
    files = ("--csv", str(behind), "--excel", str(book), "--pdf", str(paper))
    status, answer = asked(capsys, "--margin", "30", "--share", "40", *files)
    assert (status, answer["is_observational"], answer["why_not"]) == (0, True, None)
    assert answer["assumptions"][0].startswith("Observational")
    assert answer["turned"]["turning"]["share_percent"] == 40
    rows = list(csv.DictReader((behind / "by-product.csv").open(encoding="utf-8", newline="")))
    assert len(rows) == answer["told"]["measured"] == 12
    assert sum(int(row["given_minor"]) for row in rows) == answer["told"]["given_minor"]
    assert {path.name for path in behind.iterdir()} >= {"summary.csv", "turned-by-decile.csv"}
    worked = Worked(book.read_bytes(), book)
    later = worked.at("as points", f"B{worked.row('as points', 'Cost of points, later (TTC)')}")
    assert later == pytest.approx(answer["turned"]["cost_later"]["value"] / 100)
    told = "".join(page.extract_text() for page in PdfReader(paper).pages)
    assert "What discounts do" in told
    assert "The same history, with points" in told
    assert run(["economics", "discounts", "--until", on(40).date().isoformat()]) == 1
    assert "Too short a history: 6 weeks" in capsys.readouterr().out


def test_what_makes_no_sense_is_refused(
    terminal: Database, club: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backwards = ("--since", "2026-02-01", "--until", "2026-01-01")
    assert asked(capsys, *backwards)[1]["error"]["code"] == "bad_period"
    assert asked(capsys, "--plan", str(tmp_path / "none"))[1]["error"]["code"] == "no_such_file"
    assert asked(capsys, "--plan", "version-9")[1]["error"]["code"] == "unknown_version"
    unknown = ("--plan", "version-1", "--share", "30", "--currency", "euros")
    assert asked(capsys, *unknown)[1]["error"]["code"] == "unknown_currency"


@pytest.mark.urls("assidu.project.urls")  # paper is a page of the screens
def test_a_program_asks_and_reads_the_answer_and_its_tables(
    club: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = a_program("economics:read", "simulate")
    wrong = program.post("/v1/economics/discounts", {"since": "2026-02-01", "until": "2026-01-01"})
    assert wrong.status_code == 422
    other = program.post("/v1/economics/discounts", {"content": library()["points"].yaml})
    assert other.json()["code"] == "other_programme"
    unknown = {"turning": {"share_percent": 30, "currency": "euros"}}
    assert program.post("/v1/economics/discounts", unknown).status_code == 422

    def ask_only(question: DiscountsQuestion, yaml: str = "", *, label: str, by: str) -> UUID:
        return runs.ask(question, yaml, label=label, by=by)

    monkeypatch.setattr(runs, "start", ask_only)
    body = {"margin_percent": 30, "turning": {"share_percent": 40, "from_percent": 10}, "seed": 7}
    look = program.post("/v1/economics/discounts", body).json()
    path = f"/v1/economics/discounts/{look['id']}"
    assert (look["state"], look["tables"]) == ("waiting", [])
    assert program.post("/v1/economics/discounts", {}).json()["code"] == "look_at_work"
    assert job.main(UUID(look["id"])) == 0
    done = program.get(path, language="fr").json()
    assert (done["state"], done["answer"]["question"]["seed"]) == ("done", 7)
    assert done["assumptions"][0].startswith("Observationnel")
    assert done["answer"]["told"]["split"]["given_minor"] > 0
    behind = program.get(f"{path}/by-depth.csv")
    assert behind["Content-Type"].startswith("text/csv")
    assert len(list(csv.reader(io.StringIO(behind.content.decode())))) == 1 + len(
        done["answer"]["told"]["by_depth"]
    )
    assert program.get(f"{path}/nothing.csv").status_code == 404
    book = openpyxl.load_workbook(io.BytesIO(program.get(f"{path}/discounts.xlsx", language="fr").content))
    assert book["en points"]["A1"].value == "40 % des remises transformées en points"
    paper = program.get(f"{path}/discounts.pdf", language="fr").content
    assert "Observationnel" in PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    assert [one["id"] for one in program.get("/v1/economics/discounts").json()["looks"]] == [look["id"]]
    assert program.post(f"{path}/cancel", {}).json()["state"] == "done", "what is done stays so"
    assert program.get(f"/v1/economics/discounts/{uuid4()}").status_code == 404
    assert a_program("simulate").get(path).status_code == 403
    assert a_program("economics:read").post("/v1/economics/discounts", {}).status_code == 403
