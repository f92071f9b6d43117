"""Simulations over the API: the figures of the command and of the page, started, followed, compared, stopped."""

import csv
import io
import json
from pathlib import Path
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.test import Client

from assidu.cli.main import run
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people import queries as trails
from assidu.foundation.people.types import COMMAND_LINE
from assidu.plans.document import Document
from assidu.plans.library import library
from assidu.plans.writing import to_yaml
from assidu.simulation import actions, job
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on, sale
from builders.programs import a_program

PASSWORD = "quatre mots bien choisis"
WEB = a_rule("{fixed: 5}", "when: {channels: [web]}", code="web")
RICHER = a_document(BASE.replace("give: 1", "give: 3"))


@pytest.fixture
def past(terminal: Database) -> History:
    history = History([a_document(BASE, WEB)])
    for n in range(12):
        anne = history.customer()
        sold = history.tell(anne, sale(on(n), 90 + 20 * n))
        if n == 3:
            history.bring_back(anne, on(20), sold, (0, 1))
    history.write(terminal.url)
    return history


def done(document: Document, label: str = "An idea", against: int | None = None) -> UUID:
    run_id = actions.ask(document, to_yaml(document), label=label, by="", against=against)
    assert job.main("simulation", run_id) == 0
    return run_id


def test_the_api_the_command_and_the_page_tell_the_same(
    past: History, tmp_path: Path, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = done(RICHER)
    simulation = a_program("simulate").get(f"/v1/simulations/{run_id}", language="en").json()
    assert (simulation["state"], simulation["compared_with"], simulation["percent"]) == ("done", 1, 100)
    assert len(simulation["changes"]) == 2
    assert simulation["changes"][0] == "The rule “web” is gone."
    found = simulation["findings"]
    file = tmp_path / "richer.yaml"
    file.write_text(simulation["yaml"], encoding="utf-8")
    taken = ("--csv", str(tmp_path / "taken"), "--excel", str(tmp_path / "taken.xlsx"))
    assert run(["simulate", "--plan", str(file), "--processes", "1", *taken, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    for name in (
        "sales",
        "events",
        "customers",
        "since",
        "until",
        "spend_minor",
        "winner_count",
        "loser_count",
    ):
        assert found[name] == told[name], name
    for name in ("cost_minor", "outstanding_minor"):
        before, after = (told[f"{side}_{name}"] for side in ("recorded", "replayed"))
        assert found[name] == {"before": before, "after": after, "change": after - before}
    assert found["cost_minor"]["change"] > 0
    [points] = found["currencies"]
    assert points["issued"]["after"] == told["replayed"]["points"]["issued"]
    assert {one["rule"]: one["is_tried"] for one in found["rules"]} == {"base": True}
    counted = {one["tier"]: [one["members"]["before"], one["members"]["after"]] for one in found["tiers"]}
    assert counted == {"bronze": [0, 0], "gold": [0, 0]} | told["tiers"]
    assert [(one["decile"], one["given_minor"]["after"], one["winners"]) for one in found["deciles"]] == [
        (one["decile"], one["replayed_minor"], one["winners"]) for one in told["deciles"]
    ]
    assert sum(one["unchanged"] for one in found["deciles"]) == 12 - found["winner_count"]
    assert [one["customer_id"] for one in found["winners"]] == [one["customer_id"] for one in told["winners"]]
    causes = {one["cause"]: one["events"] for one in found["causes"]}
    assert causes == told["causes"] | {"unexplained": 0}

    people.create_person("f@exemple.fr", "Anne", ["finance"], COMMAND_LINE, password=PASSWORD, language="en")
    client.post("/sign-in/", {"email": "f@exemple.fr", "password": PASSWORD})
    page = client.get(f"/simulation/{run_id}/").content.decode()
    assert f"{found['winner_count']} / {found['loser_count']}" in page
    assert f"<b>{points['issued']['after']:,}</b>" in page
    assert f"+{points['issued']['change']:,}" in page

    # What is taken away says the same.
    assert len(simulation["tables"]) == 8
    for name in set(simulation["tables"]) - {"causes"}:  # those are told beside what happened only
        file = tmp_path / "taken" / f"{name}.csv"
        from_api = a_program("simulate").get(f"/v1/simulations/{run_id}/{name}.csv").content
        assert from_api == file.read_bytes(), name
        shown = client.get(f"/simulation/{run_id}/{name}.csv").content.decode("utf-8-sig")
        rows, read = ([*csv.reader(io.StringIO(one))] for one in (shown, from_api.decode()))
        assert [len(row) for row in rows] == [len(row) for row in read], name
        assert f"/simulation/{run_id}/{name}.csv" in page, name
    rules = (tmp_path / "taken" / "rules.csv").read_text("utf-8")
    [base] = [line for line in rules.splitlines() if line.startswith("base,")]
    assert f"{points['issued']['before']},{points['issued']['after']}" in base
    assert client.get(f"/simulation/{run_id}/nothing.csv").status_code == 404
    assert a_program("simulate").get(f"/v1/simulations/{run_id}/nothing.csv").status_code == 404
    for content in (
        (tmp_path / "taken.xlsx").read_bytes(),
        a_program("simulate").get(f"/v1/simulations/{run_id}/simulation.xlsx").content,
        client.get(f"/simulation/{run_id}/simulation.xlsx").content,
        client.get(f"/simulation/compare/side-by-side.xlsx?run={run_id}").content,
    ):
        formulas, shown = (
            openpyxl.load_workbook(io.BytesIO(content), data_only=is_shown) for is_shown in (False, True)
        )
        cells, figures = (
            {row[0]: row[1:4] for row in book.worksheets[0].iter_rows(values_only=True)}
            for book in (formulas, shown)
        )
        label = next(one for one in ("points · Issued", "points · Émis") if one in cells)
        *_both, change = cells[label]
        assert change.startswith("="), "the change is worked out"
        assert figures[label] == tuple(points["issued"][part] for part in ("before", "after", "change"))
        assert formulas.sheetnames[1:8] == simulation["tables"][:7]


def test_simulations_are_listed_and_laid_side_by_side(past: History) -> None:
    program = a_program("simulate")
    same, richer = done(past.documents[0], "The same"), done(RICHER, "Richer")
    waiting = actions.ask(RICHER, to_yaml(RICHER), label="Another", by="")
    listed = program.get("/v1/simulations").json()["simulations"]
    assert [one["label"] for one in listed] == ["Another", "Richer", "The same"]
    assert listed[0]["cost_minor"] is None
    assert listed[2]["cost_minor"]["change"] == 0
    compared = program.get("/v1/simulations/compare", run=[same, waiting, richer]).json()
    assert [one["label"] for one in compared["simulations"]] == ["The same", "Richer"]
    figures = {(one["figure"], one["currency"]): one for one in compared["figures"]}
    issued = figures["issued", "points"]
    [points] = program.get(f"/v1/simulations/{richer}").json()["findings"]["currencies"]
    assert issued["after"] == [issued["before"], points["issued"]["after"]]
    assert points["issued"]["change"] > 0
    assert figures["winner_count", None]["after"][0] == 0
    beside = done(RICHER, "Beside the first", against=1)
    told = program.get(f"/v1/simulations/{beside}").json()
    assert (told["against"], told["findings"]["against"], told["beside_recorded"]["against"]) == (1, 1, None)
    assert told["findings"]["cost_minor"] == told["beside_recorded"]["cost_minor"], "it was always in force"
    assert [one["cause"] for one in told["findings"]["causes"]] == ["unexplained"]
    both = program.get("/v1/simulations/compare", run=[beside]).json()
    assert (both["against"], compared["against"]) == (1, None)
    assert program.get("/v1/simulations/compare", run=[uuid4()]).status_code == 404
    assert program.get("/v1/simulations/compare", run=[uuid4() for _ in range(5)]).status_code == 422
    book = openpyxl.load_workbook(
        io.BytesIO(program.get("/v1/simulations/compare.xlsx", run=[same, richer]).content)
    )
    assert [cell.value for cell in book.worksheets[0][4]][2::2] == ["The same", "Richer"]
    assert "2 rules" in book.sheetnames
    assert program.get("/v1/simulations/compare.xlsx", run=[waiting]).status_code == 404
    last = program.get("/v1/simulations/compare").json()["simulations"]
    assert [one["label"] for one in last] == ["Beside the first", "Richer", "The same"]


def test_a_simulation_is_asked_for_followed_and_stopped(past: History) -> None:
    program = a_program("simulate")
    wrong = program.post("/v1/simulations", {"content": "format: 1"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "plan_has_errors")
    other = program.post("/v1/simulations", {"content": library()["points"].yaml})
    assert other.json()["code"] == "other_programme"
    assert program.post("/v1/simulations", {"version": 9}).json()["code"] == "unknown_plan"
    started = program.post("/v1/simulations", {"content": to_yaml(RICHER), "label": "Richer"})
    assert started.status_code == 202
    address = f"/v1/simulations/{started.json()['id']}"
    assert (started.json()["against"], started.json()["compared_with"]) == (1, 1)
    assert program.post("/v1/simulations", {"against": 9}).json()["code"] == "unknown_plan"
    assert program.post(f"{address}/cancel").json()["state"] == "cancelled"
    assert program.get(address).json()["findings"] is None
    actions_of_the_key = {entry.action for entry in trails.audit_trail().entries}
    assert {"simulation.run", "simulation.cancelled"} <= actions_of_the_key
    for _ in range(2):
        actions.ask(RICHER, to_yaml(RICHER), label="", by="")
    assert program.post("/v1/simulations", {}).json()["code"] == "simulations_at_work"
    assert program.get(f"/v1/simulations/{uuid4()}").status_code == 404
    assert a_program("plan:read").get(address).status_code == 403
