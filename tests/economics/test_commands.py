"""`assidu liability` and `assidu economics`, as a terminal and a program see them."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from assidu.catalogue.actions import put_stores
from assidu.catalogue.costs import put_costs, put_margins
from assidu.catalogue.types import Cost, Margin, Store
from assidu.cli.main import run
from assidu.economics import measuring, queries
from assidu.economics.documents import assumptions_yaml, read_assumptions
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.loyalty.due import run_due
from assidu.plans.wording import Language
from builders.club import a_club, half_a_year_of_the_club
from builders.history import FIRST_DAY, History, on
from economics.models.scenarios import a, a_segment, assuming

NOW = on(200)


@pytest.fixture
def club(terminal: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    monkeypatch.setenv("ASSIDU_LANGUAGE", "en")
    current_settings.cache_clear()
    history = History([a_club()])
    half_a_year_of_the_club(history)
    history.write(terminal.url)
    run_due(NOW)
    return terminal


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_months_are_shown_closed_and_exported(
    club: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, answer = asked(capsys, "liability", "show")
    assert (status, answer["month"]["month"], answer["next_to_close"]) == (0, "2026-06-01", "2026-01-01")
    assert asked(capsys, "liability", "close", "--month", "2026-03")[1]["error"]["code"] == "not_next"
    assert asked(capsys, "liability", "journal", "--month", "2026-02")[1]["error"]["code"] == "not_closed"
    status, answer = asked(capsys, "liability", "close", "--through", "2026-03")
    assert (status, [one["month"] for one in answer["closed"]]) == (
        0,
        ["2026-01-01", "2026-02-01", "2026-03-01"],
    )
    status, answer = asked(capsys, "liability", "close", "--through", "2026-08")
    assert (status, answer["error"]["code"]) == (1, "not_over")
    file = tmp_path / "journal.csv"
    status, answer = asked(capsys, "liability", "journal", "--month", "2026-02", "--csv", str(file))
    assert status == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "reference,journal,date,account,label,debit,credit"
    assert len(lines) == 1 + 2 * len(answer["entries"])
    assert lines[1].startswith("club/2026-02/cost/points/")
    status, answer = asked(capsys, "liability", "triangle", "--currency", "vouchers")
    assert (status, answer["triangle"]["currency"]) == (0, "vouchers")
    assert asked(capsys, "liability", "triangle", "--currency", "stars")[0] == 2
    assert asked(capsys, "liability", "show", "--month", "2026-13")[0] == 2
    assert asked(capsys, "liability", "show", "--month", "2031-01")[1]["error"]["code"] == "unknown_month"


def test_what_is_taken_away_is_there_and_in_words(
    club: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book, paper, folder = tmp_path / "liability.xlsx", tmp_path / "liability.pdf", tmp_path / "behind"
    assert run(["liability", "show", "--excel", str(book), "--pdf", str(paper), "--csv", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "2026-06 (open)" in out
    assert "owed at cost (HT)" in out
    assert book.read_bytes().startswith(b"PK")
    assert "What we owe on 30 June 2026" in PdfReader(paper).pages[0].extract_text()
    assert {file.name for file in folder.iterdir()} == {
        "roll-forward.csv", "liability-ht.csv", "revenue-ht.csv", "redemption-rates.csv", "triangle.csv",
        "hindsight.csv", "tiers.csv", "months.csv",
    }  # fmt: skip
    assert run(["liability", "show", "--month", "2026-01"]) == 0
    assert "deferred at the end" in capsys.readouterr().out
    assert run(["liability", "triangle"]) == 0
    assert "used of each issue month" in capsys.readouterr().out
    monkeypatch.setenv("ASSIDU_LANGUAGE", "fr")
    current_settings.cache_clear()
    assert run(["liability", "show"]) == 0
    assert "2026-06 (ouvert)" in capsys.readouterr().out


def test_what_is_invented_is_marked_in_files_objects_and_words(
    club: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = "It is the data of the demonstration, which is partly invented."
    assert asked(capsys, "liability", "show")[1]["has_invented"] is False
    put_stores([Store("317", "Nantes", "Nantes", is_invented=True)])
    owed, expected = tmp_path / "owed.xlsx", tmp_path / "expected.xlsx"
    assert asked(capsys, "liability", "show", "--excel", str(owed))[1]["has_invented"] is True
    assert asked(capsys, "economics", "macro", "--excel", str(expected))[1]["has_invented"] is True
    for file in (owed, expected):
        assert openpyxl.load_workbook(file).worksheets[0]["A3"].value == mark
    assert run(["liability", "show"]) == 0
    assert capsys.readouterr().out.rstrip().endswith(mark)
    assert run(["economics", "assumptions", "measure"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"# {mark}")
    assert read_assumptions(told)[1] == (), "a comment is no assumption"


def test_settings_are_shown_set_and_refused_with_their_line(
    club: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["liability", "settings"]) == 0
    shown = capsys.readouterr().out
    assert "provision: '158'" in shown
    file = tmp_path / "settings.yaml"
    file.write_text("books: revenue\ncurrencies:\n  points: {cost: 60, funded: 10}\n", encoding="utf-8")
    status, answer = asked(capsys, "liability", "settings", str(file))
    assert (status, answer["settings"]["currencies"]["points"]) == (0, {"cost": 60, "funded": 10})
    assert queries.policy("club").books.value == "revenue"
    file.write_text("books: both\nvat: 120\ncurrencies:\n  stars: {cost: 1}\n", encoding="utf-8")
    status, answer = asked(capsys, "liability", "settings", str(file))
    assert (status, answer["error"]["code"]) == (1, "bad_settings")
    assert "line 1" in answer["error"]["message"]
    assert "line 2: 120 is too large; at most 100" in answer["error"]["message"]


def test_assumptions_are_checked_saved_listed_and_come_back_as_they_were(
    club: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = assuming(a_segment(frequency_uplift=a(6, -1, 12)), name="Base case", draws=200)
    file = tmp_path / "base.yaml"
    file.write_text(assumptions_yaml(found), encoding="utf-8")
    assert read_assumptions(file.read_bytes()) == (found, ())
    assert asked(capsys, "economics", "assumptions", "check", str(file)) == (
        0,
        {"is_ok": True, "problems": []},
    )
    assert asked(capsys, "economics", "assumptions", "import", str(file))[1]["version"] == 1
    assert asked(capsys, "economics", "assumptions", "import", str(file))[1]["version"] == 1, (
        "it says the same"
    )
    file.write_text(file.read_text(encoding="utf-8").replace("value: 6,", "value: 7,"), encoding="utf-8")
    assert asked(capsys, "economics", "assumptions", "import", str(file))[1]["version"] == 2
    status, answer = asked(capsys, "economics", "assumptions", "list")
    assert [(one["name"], one["version"]) for one in answer["sets"]] == [("Base case", 2)]
    status, answer = asked(capsys, "economics", "assumptions", "export", "Base case", "--version", "1")
    assert answer["assumptions"]["segments"][0]["frequency_uplift"]["value"] == 6
    assert asked(capsys, "economics", "assumptions", "export", "Another")[0] == 2
    book, paper, folder = tmp_path / "macro.xlsx", tmp_path / "macro.pdf", tmp_path / "behind"
    files = ("--excel", str(book), "--pdf", str(paper), "--csv", str(folder))
    status, answer = asked(capsys, "economics", "macro", *files)
    assert (status, answer["assumptions"]["name"], answer["report"]["chances"]["draws"]) == (
        0,
        "Base case",
        200,
    )
    assert asked(capsys, "economics", "macro", "--assumptions", "Base case")[1] == answer
    assert book.read_bytes().startswith(b"PK")
    assert "Base case" in PdfReader(paper).pages[0].extract_text()
    assert {file.name for file in folder.iterdir()} == {
        "totals.csv", "months.csv", "waterfall.csv", "tornado.csv", "break-even.csv", "generosity.csv",
        "needed.csv", "segment-months.csv", "segment-bands.csv",
    }  # fmt: skip
    assert run(["economics", "macro"]) == 0
    assert "breaks even at 6.02 % more" in capsys.readouterr().out
    file.write_text(file.read_text(encoding="utf-8").replace("Base case", "Careful"), encoding="utf-8")
    asked(capsys, "economics", "assumptions", "import", str(file))
    book, paper = tmp_path / "compared.xlsx", tmp_path / "compared.pdf"
    folder = tmp_path / "past.csv"
    past = asked(capsys, "economics", "past", "--csv", str(folder))[1]
    assert past["months"][-1]["members"] > 0
    assert len(folder.read_text(encoding="utf-8").splitlines()) == 1 + len(past["months"])
    beside = ("economics", "compare", "Careful", "Base case", "--excel", str(book), "--pdf", str(paper))
    assert [one["name"] for one in asked(capsys, *beside)[1]["sets"]] == ["Careful", "Base case"]
    assert book.read_bytes().startswith(b"PK")
    assert "Careful" in PdfReader(paper).pages[0].extract_text()
    assert asked(capsys, "economics", "compare", "Careful", "Another")[0] == 2
    assert asked(capsys, "economics", "compare", "Careful")[0] == 2


def test_mistakes_in_assumptions_are_told_together_each_with_its_line(
    club: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        assumptions_yaml(
            assuming(a_segment(participation=a(120), redemption=a(75, 80, 90)), used_by_age=(10.0,))
        ),
        encoding="utf-8",
    )
    status, answer = asked(capsys, "economics", "assumptions", "check", str(file))
    assert (status, answer["is_ok"]) == (1, False)
    assert [one["code"] for one in answer["problems"]] == ["out_of_bounds", "not_between", "not_a_whole"]
    assert all(one["line"] for one in answer["problems"])
    assert answer["problems"][0]["words"].endswith("120 makes no sense here: between 0 and 100")
    file.write_text("name: x\nsegments:\n- code: all\n  members: {value: many}\n", encoding="utf-8")
    status, answer = asked(capsys, "economics", "macro", "--assumptions", str(file))
    assert (status, answer["error"]["code"]) == (1, "bad_assumptions")
    assert "line 4: `many` is not a number" in answer["error"]["message"]


def test_the_past_is_measured_status_by_status(club: Database, capsys: pytest.CaptureFixture[str]) -> None:
    put_margins([Margin("grocery", FIRST_DAY.date(), 2_500), Margin("produce", FIRST_DAY.date(), 5_000)])
    found = measuring.measure("club", "Past", NOW, language=Language.EN)
    assert [(one.code, one.name) for one in found.segments] == [("bronze", "Bronze"), ("gold", "Gold")]
    bronze, gold = found.segments
    # Eve and who was taken over; Bob. Anne bought on the 25th of May, Carl left, Eve bought on the 14th of June.
    assert (bronze.members.value, gold.members.value) == (3, 1)
    assert bronze.members.basis.value == "measured"
    assert gold.participation.value == 0, "Bob bought in January, in which the past begins"
    assert bronze.margin.value == 25
    assert bronze.margin.basis.value == "assumed", "a rate of a department is marked, not measured"
    assert bronze.frequency_uplift.basis.value == "assumed"
    put_costs([Cost("1", FIRST_DAY.date(), 500)])
    costed = measuring.measure("club", "Past", NOW, language=Language.EN).segments[0].margin
    bought = (80, 20, 33, 15)  # Dora in February, Anne, Carl and Eve, each time at a cost of five
    assert costed.value == pytest.approx(100 * (sum(bought) - 4 * 5) / sum(bought), abs=0.01)
    assert costed.basis.value == "measured"
    status, answer = asked(capsys, "economics", "assumptions", "measure", "--save", "--name", "Past")
    assert (status, answer["version"]) == (0, 1)
    status, answer = asked(capsys, "economics", "macro")
    assert (status, answer["assumptions"]["name"]) == (0, "Past")


def test_nothing_to_measure_is_no_segment_and_no_figure(assidu_db: Database) -> None:
    History([a_club()])
    assert measuring.measure("club", "Nothing", NOW, language=Language.FR).segments == ()
