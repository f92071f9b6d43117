"""Ready programmes and fairness over the API."""

from uuid import uuid4

import pytest

from assidu.foundation.database import Database
from assidu.plans.library import library
from assidu.plans.writing import to_yaml
from assidu.simulation import fairness_runs, job
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on, sale
from builders.programs import a_program

pytestmark = [pytest.mark.urls("assidu.api.urls")]

WEB = a_rule("{fixed: 5}", "when: {channels: [web]}", code="web")


def test_ready_programmes_are_listed_and_read_in_either_language(assidu_db: Database) -> None:
    reader = a_program("plan:read")
    listed = reader.get("/v1/library", language="fr").json()["programmes"]
    assert [one["code"] for one in listed] == list(library())
    assert listed[0]["name"] == library()["points"].name.fr
    one = reader.get("/v1/library/restaurant", language="en").json()
    assert one["yaml"] == library()["restaurant"].yaml
    assert any("tenth meal" in sentence for sentence in one["sentences"])
    assert reader.get("/v1/library/unknown").status_code == 404
    assert a_program("events:write").get("/v1/library").status_code == 403


def test_a_look_is_asked_for_and_read_once_it_is_done(
    assidu_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = a_program("simulate")
    assert program.post("/v1/fairness", {}).json()["code"] == "no_programme"
    history = History([a_document(BASE, WEB)])
    history.tell(history.customer(), sale(on(1), 30))
    history.write(assidu_db.url)
    wrong = program.post("/v1/fairness", {"since": "2026-02-01", "until": "2026-01-01"})
    assert wrong.status_code == 422
    other = program.post("/v1/fairness", {"content": library()["points"].yaml})
    assert other.json()["code"] == "other_programme"
    asked = fairness_runs.ask(history.documents[0], to_yaml(history.documents[0]), label="", by="")
    assert program.post("/v1/fairness", {}).json()["code"] == "look_at_work"
    assert program.get(f"/v1/fairness/{asked}").json()["state"] == "waiting"
    assert job.main("fairness", asked) == 0
    look = program.get(f"/v1/fairness/{asked}", language="en").json()
    assert (look["state"], look["members"], look["reached_nothing"]) == ("done", 1, 0)
    web = next(line for line in look["lines"] if line["code"] == "web")
    assert (web["left_out"], web["share_left_out"], web["reasons"]) == (1, 1.0, {"channel": 1})
    assert web["is_channel_unsuited"]
    assert "Open it on this channel too: store; 1 of them buy there." in web["ways"]
    assert program.get(f"/v1/fairness/{uuid4()}").status_code == 404
    assert a_program("plan:read").get(f"/v1/fairness/{asked}").status_code == 403
