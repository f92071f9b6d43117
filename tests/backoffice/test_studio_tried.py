"""What it would have done, on the screen: plans chosen, followed, laid side by side, and everything behind as files."""

import csv
import html
import io
import re
from dataclasses import replace
from uuid import UUID

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone, translation
from pypdf import PdfReader

from assidu.economics.micro import job, runs
from assidu.economics.micro.runs import TrialRun
from assidu.economics.micro.types import LeftOut
from assidu.foundation.clock import now
from assidu.foundation.database import Database
from assidu.foundation.work import RunState
from assidu.loyalty import drafts
from assidu.plans.library import library
from assidu.plans.wording import Language, text_in
from assidu.plans.writing import to_yaml
from assidu.simulation.tried_plans import name, names, of_draft, of_ready, of_version
from backoffice.test_fairness_pages import sign_in, text_of
from builders.documents import BASE, a_document
from builders.history import History, on, sale
from builders.trial_answer import TRIED

ADDRESS = "/studio/tried/"
FORM = {"plan": ["version-1"], "customers": "", "seed": "1"}


@pytest.fixture
def past(assidu_db: Database) -> History:
    history = History([a_document()])
    for n in range(30):
        anne = history.customer()
        for k in range(1 + n % 3):
            history.tell(anne, sale(on(7 * k, n), 20 + 10 * n, store=str(300 + n % 3)))
    history.write(assidu_db.url)
    return history


@pytest.fixture
def finance(assidu_db: Database, client: Client) -> Client:
    return sign_in(client, "finance")


@pytest.fixture
def management(assidu_db: Database, client: Client) -> Client:
    return sign_in(client, "management")


def known(run_id: UUID) -> TrialRun:
    run = runs.run(run_id)
    assert run is not None
    return run


def done() -> UUID:
    run_id = runs.ask("club", TRIED, label="", by="")
    assert job.main(run_id) == 0
    return run_id


def test_without_a_programme_or_a_past_the_page_says_so(finance: Client) -> None:
    assert "No programme yet" in text_of(finance, ADDRESS)
    History([a_document()])
    assert "No past to try a plan on yet" in text_of(finance, ADDRESS)


def test_plans_and_a_draft_are_chosen_and_tried_with_what_was_written(
    assidu_db: Database, past: History, management: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing tried yet" in text_of(management, ADDRESS)
    yaml = to_yaml(a_document(BASE.replace("give: 1", "give: 3")))
    draft = drafts.open_draft(yaml, at=now(), by="somebody", based_on=1)
    text = text_of(management, ADDRESS)
    assert len(re.findall(r"Draft from version 1(?!,)", text)) == 1
    drafts.open_draft(yaml, at=now(), by="somebody", based_on=1)
    assert len(re.findall(r"Draft from version 1, \d{4}-\d\d-\d\d", text_of(management, ADDRESS))) == 2, (
        "when tells them apart"
    )
    monkeypatch.setattr(runs, "start", runs.ask)
    written = {"redemption-low": "60", "redemption-value": "70", "redemption-high": "80,5"}
    form = FORM | written | {"plan": ["version-1", f"draft-{draft.draft_id}"], "customers": "20", "seed": "8"}
    answer = management.post(f"{ADDRESS}start/", form)
    [run] = runs.runs("club")
    assert answer["Location"] == f"{ADDRESS}{run.run_id}/"
    behaviour = run.question.behaviour
    assert (behaviour.redemption.low, behaviour.redemption.value, behaviour.redemption.high) == (60, 70, 80.5)
    assert (behaviour.customers_max, behaviour.seed, len(run.question.plans)) == (20, 8, 2)
    management.post(f"{ADDRESS}start/", FORM)
    assert len(runs.runs("club")) == 1, "one at a time"
    assert "disabled" in text_of(management, ADDRESS)
    assert job.main(run.run_id) == 0
    assert "20 of 30 customers" in html.unescape(text_of(management, f"{ADDRESS}{run.run_id}/"))
    again = text_of(management, f"{ADDRESS}?again={run.run_id}")
    assert 'name="redemption-high" value="80.5"' in again
    management.post(f"{ADDRESS}{run.run_id}/stop/")
    assert known(run.run_id).state is RunState.DONE


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"plan": []}, "Choose one to 5 plans."),
        ({"customers": "few"}, "a whole number, or nothing for all of them"),
        ({"seed": "-1"}, "The seed is a whole number."),
        ({"cost-low": "90", "cost-value": "80", "cost-high": "100"}, "between its lowest and its highest"),
        ({"cost-value": "80"}, "leave all three empty"),
        ({"redemption-low": "10", "redemption-value": "50", "redemption-high": "101"}, "between its lowest"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_begun(
    past: History, management: Client, wrong: dict[str, object], said: str
) -> None:
    answer = management.post(f"{ADDRESS}start/", FORM | wrong)
    assert answer.status_code == 422
    assert said in html.unescape(answer.content.decode())
    assert runs.runs("club") == []


def test_plans_stand_side_by_side_with_their_intervals_and_each_can_be_looked_at(
    past: History, finance: Client
) -> None:
    run_id = done()
    result = known(run_id).result
    assert result is not None
    page = html.unescape(text_of(finance, f"{ADDRESS}{run_id}/"))
    assert "30 of 30 customers" in page
    assert "All 30 customers have been tried" in page
    for unsaid in (
        "the one that was recorded (",
        "moments to answer, of",
        "other stores",
        "more rules and offers",
    ):
        assert unsaid not in page
    assert page.count("Twice the points") >= 3
    assert "By tenth of spend" in page
    for chart in ("net", "deciles", "tiers"):
        assert f'<script id="{chart}" type="application/json">' in page
    twice = result.plans[1]
    assert sum(one.winners for one in twice.deciles) == 30
    first = html.unescape(text_of(finance, f"{ADDRESS}{run_id}/?plan=1"))
    assert first != page
    for odd in ("0", "99", "x"):
        assert finance.get(f"{ADDRESS}{run_id}/?plan={odd}").status_code == 200


def test_what_is_known_so_far_is_shown_while_it_runs(past: History, finance: Client) -> None:
    result = known(done()).result
    assert result is not None
    run_id = runs.ask("club", TRIED, label="", by="")
    assert "Reading the past" in text_of(finance, f"{ADDRESS}{run_id}/")
    runs.tell(run_id, 12, 30, 3.0)
    last = result.plans[-1]
    others, many = replace(last.stores[0], name="other", names=7), last.rules * 30
    last = replace(last, left_out=LeftOut(2, 9), stores=(*last.stores, others), rules=many)
    runs.show(run_id, replace(result, plans=(*result.plans[:-1], last), lives_differ=("points",)))
    page = html.unescape(text_of(finance, f"{ADDRESS}{run_id}/"))
    assert "12 of 30 customers tried" in page
    assert "the one that was recorded (points)" in page
    assert "9 moments to answer, of 2 customers" in page
    assert "7 other stores" in page
    assert f"{len(many) - 25} more rules and offers" in page
    assert "Who wins and who loses, by status" in page
    assert "Plans side by side" in page
    assert html.unescape(page).count("Not in it: what it costs or saves that units (") >= 2
    assert 'hx-trigger="every 2s"' in page
    runs.finish(run_id, replace(result, settled_after=None))
    page = text_of(finance, f"{ADDRESS}{run_id}/")
    assert "everybody tried" in page
    assert "not settled" not in page
    run_id = runs.ask("club", TRIED, label="", by="")
    runs.fail(run_id, "NothingRecorded")
    assert "Nothing was changed for anybody." in text_of(finance, f"{ADDRESS}{run_id}/")


def test_a_plan_is_called_as_its_reader_says_it(past: History) -> None:
    text = to_yaml(past.documents[0])
    one, two = (drafts.open_draft(text, at=at, by="anne", based_on=1).draft_id for at in (on(1), on(2)))
    made_of = [of_version(1), of_version(2), of_draft(one), of_draft(two), of_ready("points"), "version 3"]
    made_of += ["draft:none", f"draft:{UUID(int=0)}"]
    with translation.override("fr"):
        assert names(made_of, "club") == [
            "Version 1, en vigueur",
            "Version 2",
            f"Brouillon d’après la version 1, {timezone.localtime(on(1)):%Y-%m-%d %H:%M}",
            f"Brouillon d’après la version 1, {timezone.localtime(on(2)):%Y-%m-%d %H:%M}",
            text_in(library()["points"].name, Language.FR),
            *made_of[-3:],
        ]
    with translation.override("en"):
        assert name(of_version(1), "club") == "Version 1, in force"
        assert name(of_draft(one), "club") == "Draft from version 1"


def test_everything_behind_can_be_taken_away(past: History, finance: Client) -> None:
    run_id = done()
    deciles = finance.get(f"{ADDRESS}{run_id}/deciles.csv").content.decode()
    assert len(list(csv.reader(io.StringIO(deciles)))) == 21
    text = finance.get(f"{ADDRESS}{run_id}/plans.csv").content.decode("utf-8-sig")
    [first, *_more] = csv.DictReader(io.StringIO(text))
    assert 0 <= float(first["Probability of a loss, %"]) <= 100
    assert finance.get(f"{ADDRESS}{run_id}/none.csv").status_code == 404
    book = openpyxl.load_workbook(io.BytesIO(finance.get(f"{ADDRESS}{run_id}/trial.xlsx").content))
    assert [cell.value for cell in book.worksheets[0][4]][2:] == ["As it is", "Twice the points"]
    heads = [cell.value for cell in book["table tiers"][1]]
    assert heads[3] == "spend_minor (TTC)"
    assert heads[8] == "cost_minor (HT)"
    paper = finance.get(f"{ADDRESS}{run_id}/trial.pdf?plan=1").content
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "As it is · Twice the points" in told
    assert "What this rests on" in told
    waiting = runs.ask("club", TRIED, label="", by="")
    assert finance.get(f"{ADDRESS}{waiting}/trial.pdf").status_code == 404
    assert finance.get(f"{ADDRESS}{waiting}/trial.xlsx").status_code == 404


def test_seeing_and_trying_ask_for_their_permissions(past: History, client: Client) -> None:
    run_id = done()
    store = sign_in(client, "store")
    assert store.get(ADDRESS).status_code == 403
    assert store.get(f"{ADDRESS}{run_id}/").status_code == 403
    assert store.post(f"{ADDRESS}start/", FORM).status_code == 403
    assert store.post(f"{ADDRESS}{run_id}/stop/").status_code == 403
