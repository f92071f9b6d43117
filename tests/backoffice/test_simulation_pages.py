"""The simulation's pages without a browser: a rule turned, the past replayed, the answer in words."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from msgspec import structs

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people import queries as trails
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.foundation.work import RunState
from assidu.loyalty import drafts
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.levers import levers, switch_names, turned
from assidu.plans.writing import to_yaml
from assidu.simulation import actions, queries
from assidu.simulation.run import Against, compare, simulate
from assidu.simulation.types import Changed, Partial
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on, sale

PASSWORD = "quatre mots bien choisis"
PART = {"HX-Request-Type": "partial"}
DOUBLE = a_rule("{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}", code="double")


@pytest.fixture
def past(assidu_db: Database) -> History:
    history = History([a_document(BASE, DOUBLE)])
    for n in range(15):
        history.tell(history.customer(), sale(on(n), 30 + n, department="produce" if n % 3 else "grocery"))
    history.write(assidu_db.url)
    return history


@pytest.fixture
def finance(assidu_db: Database, client: Client) -> Client:
    return sign_in(client, "finance")


def sign_in(client: Client, *roles: str) -> Client:
    email = f"{'-'.join(roles)}@exemple.fr"
    made = people.create_person(email, "Anne Roche", roles, COMMAND_LINE, password=PASSWORD, language="en")
    assert isinstance(made, Person)
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client


def form(document: Document, **changes: str) -> dict[str, str]:
    texts = {lever.name: "" if lever.value is None else str(lever.value) for lever in levers(document)}
    texts |= dict.fromkeys(switch_names(document), "on")
    return (
        texts | {"source": "version:1"} | {name.replace("__", "."): value for name, value in changes.items()}
    )


def a_run(database: Database, history: History, *, against: int | None = None, **changes: str) -> UUID:
    """One that was asked for and has come to its end."""
    document = turned(history.documents[0], form(history.documents[0], **changes))
    label = changes.get("label", "An idea")
    run_id = actions.ask(document, to_yaml(document), label=label, by="", against=against)
    book = PlanBook.of_one(compile_plan(document))
    other = None if against is None else Against(history.book.version(against))
    found = compare(database.url, history.book, book, other, processes=1)
    actions.finish(run_id, found.report, found.compared)
    return run_id


def replace_day(document: Document, day: int) -> Document:
    """The same, from that day on."""
    return structs.replace(document, valid_from=on(day).date())


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_without_a_programme_or_a_past_the_page_says_so(finance: Client) -> None:
    for address in ("/simulation/", "/simulation/new/"):
        assert "No programme yet" in text_of(finance.get(address))
    History([a_document()])
    assert "No past to replay yet" in text_of(finance.get("/simulation/"))
    assert "No past to replay yet" in text_of(finance.get("/simulation/new/"))


def test_every_rule_is_a_sentence_with_its_numbers(finance: Client, past: History) -> None:
    page = text_of(finance.get("/simulation/new/"))
    assert "gives 1 point for each €1 spent" in page
    for lever in levers(past.documents[0]):
        assert f'name="{lever.name}"' in page
    assert 'name="rules.double.on" checked' in page


def test_what_was_turned_is_read_back_as_sentences(finance: Client, past: History) -> None:
    asked = form(past.documents[0], rules__double__percent="300")
    del asked["rules.base.on"]
    asked["rules.base.on"] = "on"
    part = finance.post("/simulation/new/", asked, headers=PART)
    assert "from 200% to 300%" in text_of(part)
    assert "<html" not in text_of(part)
    del asked["rules.double.on"]
    whole = text_of(finance.post("/simulation/new/", asked))
    assert "<html" in whole
    assert 'name="rules.double.on">' in whole, "it stays switched off"


def test_a_number_that_cannot_be_read_is_marked_and_nothing_is_started(
    finance: Client, past: History
) -> None:
    asked = form(past.documents[0], rules__double__percent="a lot", do="run")
    answer = finance.post("/simulation/new/", asked)
    assert answer.status_code == 422
    assert 'value="a lot"' in text_of(answer)
    assert "A number is wanted" in text_of(answer)
    assert '<a href="#lever-rules.double.percent">' in text_of(answer), "its name leads to it"
    half = finance.post("/simulation/new/", asked | {"rules.double.percent": "150,5 %"})
    assert half.status_code == 422
    assert "A whole number is wanted" in text_of(half)
    part = finance.post(
        "/simulation/new/",
        form(past.documents[0], rules__double__percent="300 %"),
        headers=PART,
    )
    assert "from 200% to 300%" in text_of(part), "its own unit may stand behind it"
    assert queries.runs("club") == []


def test_a_rule_on_which_another_stands_is_not_switched_off_alone(finance: Client, past: History) -> None:
    asked = form(past.documents[0], do="run")
    del asked["rules.base.on"]
    assert finance.post("/simulation/new/", asked).status_code == 422
    assert queries.runs("club") == []


def test_a_run_is_started_followed_and_kept_on_the_trail(finance: Client, past: History) -> None:
    answer = finance.post("/simulation/new/", form(past.documents[0], rules__double__percent="300", do="run"))
    run_id = UUID(answer["Location"].strip("/").split("/")[-1])
    page = text_of(finance.get(answer["Location"]))
    assert "from 200% to 300%" in page
    assert trails.audit_trail(action="simulation.run").entries[0].object_id == str(run_id)
    stopped = finance.post(f"/simulation/{run_id}/stop/")
    assert stopped.status_code == 302
    run = queries.run(run_id)
    assert run is not None
    assert run.state in (RunState.CANCELLED, RunState.DONE)


def test_a_run_without_a_name_is_called_by_its_first_change_cut_between_words(
    assidu_db: Database, finance: Client
) -> None:
    code = "produce-counts-double-in-the-first-weeks"
    more = a_rule("{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}", code=code)
    history = History([a_document(BASE, more)])
    history.tell(history.customer(), sale(on(1), 30))
    history.write(assidu_db.url)
    asked = form(history.documents[0], do="run") | {f"rules.{code}.percent": "300"}
    address = finance.post("/simulation/new/", asked)["Location"]
    run_id = UUID(address.strip("/").split("/")[-1])
    finance.post(f"/simulation/{run_id}/stop/")
    wholes = {
        "en": f"The rule “{code}” goes from 200% to 300%.",
        "fr": f"La règle « {code} » passe de 200 % à 300 %.",
    }
    for language, whole in wholes.items():
        finance.post("/language/", {"language": language})
        found = re.search(r"<title>(.*?)</title>", finance.get(address).content.decode(), re.DOTALL)
        assert found is not None
        title = html.unescape(found[1]).split(" · ")[0].strip()
        assert title.endswith("…")
        assert len(title) <= 72
        assert " ".join(whole.split()).startswith(" ".join(title[:-1].split()))


def test_a_run_on_its_way_shows_how_far_it_is(finance: Client, past: History) -> None:
    run_id = actions.ask(past.documents[0], to_yaml(past.documents[0]), label="An idea", by="")
    actions.tell(run_id, 15, 30, 12.0)
    address = f"/simulation/{run_id}/"
    page = text_of(finance.get(address))
    assert page.count("12 s left") == 1
    assert 'hx-trigger="every 500ms"' in page
    part = text_of(finance.get(address, headers=PART))
    assert "50 % done" in part
    assert 'hx-trigger="every 500ms"' in part
    assert "<html" not in part
    assert "50 % done" in text_of(finance.get("/simulation/"))
    actions.cancel(run_id)
    assert 'hx-trigger="every' not in text_of(finance.get(address))
    assert "It was stopped before its end" in text_of(finance.get(address))


def test_a_run_on_its_way_shows_a_first_answer_and_says_it_once(
    assidu_db: Database, finance: Client, past: History
) -> None:
    run_id = actions.ask(past.documents[0], to_yaml(past.documents[0]), label="An idea", by="")
    known: list[Partial] = []
    book = PlanBook.of_one(compile_plan(past.documents[0]))
    simulate(assidu_db.url, past.book, book, processes=1, on_partial=known.append)
    cost = Changed(10_000, 17_700, 6_100, 9_300)
    actions.show(run_id, replace(known[-1], customers=6, cost_minor=cost, holds_places=True))
    address = f"/simulation/{run_id}/"
    part = text_of(finance.get(f"{address}?said=", headers=PART))
    for told in (
        "6 of 15 customers (40%)",
        "hold 80% of the time",
        "+€77",
        "+€61 to +€93",
        "counted as recorded",
    ):
        assert told in part
    said = "cost would change by about +€77 (80% interval: +€61 to +€93)"
    assert said in part
    again = text_of(finance.get(f"{address}?said=first", headers=PART))
    assert said not in again, "whoever listens has heard it"
    actions.cancel(run_id)
    assert "+€61" not in text_of(finance.get(address))

    asked = actions.ask(past.documents[0], to_yaml(past.documents[0]), label="A draft", by="", against=1)
    actions.show(asked, replace(known[-1], customers=6, cost_minor=cost, holds_places=True))
    draft = drafts.open_draft(to_yaml(past.documents[0]), at=clock.now(), by="", based_on=1)
    approval = text_of(finance.get(f"/programme/drafts/{draft.draft_id}/approval/"))
    assert "Interim:" in approval
    assert "cost would change by about +€77 (80% interval: +€61 to +€93)" in approval
    part = text_of(finance.get(f"/programme/drafts/{draft.draft_id}/approval/", headers=PART))
    assert "Interim:" in part
    assert "hx-swap-oob" not in part, "what somebody types beside it stays"


def test_a_run_that_failed_says_so(finance: Client, past: History) -> None:
    run_id = actions.ask(past.documents[0], "", label="An idea", by="")
    actions.fail(run_id, "ValueError: what happened")
    page = text_of(finance.get(f"/simulation/{run_id}/"))
    assert "It did not come to its end" in page
    assert "ValueError" in page


def test_results_say_who_gets_what_and_why(assidu_db: Database, finance: Client, past: History) -> None:
    run_id = a_run(assidu_db, past, rules__double__percent="400")
    page = text_of(finance.get(f"/simulation/{run_id}/"))
    run = queries.run(run_id)
    assert run is not None
    assert run.report is not None
    assert run.report.winner_count == 10
    for told in (
        "10 / 0",
        "of 15 customers",
        "Beside what really happened",
        "Why events came out differently",
        "Rule by rule",
        "Unexplained",
        "Purchases are held as they were",
    ):
        assert told in page
    assert f"/customers/{run.report.winners[0].customer_id}/" in page
    assert "Make a draft of these rules" not in page, "finance may not write one"
    yaml = finance.get(f"/simulation/{run_id}/?format=yaml")
    assert "percent: 400" in text_of(yaml)


def test_what_a_change_does_is_told_beside_the_version_in_force_and_beside_what_happened(
    assidu_db: Database, finance: Client
) -> None:
    richer = replace_day(a_document(BASE.replace("give: 1", "give: 2"), DOUBLE), 15)
    history = History([a_document(BASE, DOUBLE), richer])
    for n in range(4):
        history.tell(history.customer(), sale(on(n), 30, department="produce"))
    history.write(assidu_db.url)
    page = text_of(finance.get("/simulation/new/"))
    assert '<option value="2">version 2, in force</option><option value="1">version 1' in page
    asked = finance.post("/simulation/new/", form(richer, source="version:2", do="run"))
    finance.post(f"{asked['Location']}stop/")
    assert queries.runs("club")[0].against == 2

    run_id = a_run(assidu_db, history, against=2)  # the first version again
    page = text_of(finance.get(f"/simulation/{run_id}/"))
    period = "4 days from"
    for told in ("Beside version 2 unchanged", "Version 2: €5", "0 / 4", "against version 2", period):
        assert told in page, told
    draft = drafts.open_draft(to_yaml(history.documents[0]), at=clock.now(), by="", based_on=1)
    approval = text_of(finance.get(f"/programme/drafts/{draft.draft_id}/approval/"))
    assert "a year" in approval
    assert "For 365 days: the replay tells the difference over its own 4 days" in approval
    end = text_of(finance.get(f"/programme/drafts/{draft.draft_id}/approval/", headers=PART))
    assert "every 2s" not in end
    rest = end[end.index("</section>") :]
    for place in ("draft-state", "draft-way", "deciding"):
        assert f'id="{place}" hx-swap-oob="innerMorph"' in rest
        assert f'id="{place}"' in approval
    assert "It depends on what it costs" not in rest
    for told in ("Who approves", "Publish version 3", "How far it has come"):
        assert told in rest
    tried = f"/programme/drafts/{draft.draft_id}/receipts/"
    assert "<h1>On the receipts of 8 January 2026</h1>" in text_of(finance.get(tried))
    yesterday = {"day": str(clock.now().date() - timedelta(days=1))}
    assert "<h1>On yesterday’s receipts</h1>" in text_of(finance.get(tried, yesterday))
    assert "Why events came out differently" not in page
    happened = text_of(finance.get(f"/simulation/{run_id}/?against=recorded"))
    for told in ("Beside what really happened", "Actual: €2", "0 / 0"):
        assert told in happened, told
    other = a_run(assidu_db, history, against=2, label="Again")
    both = text_of(finance.get(f"/simulation/compare/?run={run_id}&run={other}"))
    assert "beside version 2 unchanged" in both
    assert "€5" in both
    assert "Actual" in text_of(finance.get(f"/simulation/compare/?run={run_id}&against=recorded"))


def test_runs_stand_side_by_side(assidu_db: Database, finance: Client, past: History) -> None:
    runs = [a_run(assidu_db, past, rules__double__percent=n, label=f"Idea {n}") for n in ("300", "400")]
    put_stores([Store("317", "Nantes", "Nantes", is_invented=True)])
    page = text_of(finance.get("/simulation/compare/"))
    assert '<dialog id="invented"' in page
    assert "Idea 300" in page
    assert "Idea 400" in page
    one = text_of(finance.get(f"/simulation/compare/?run={runs[0]}&run=nonsense"))
    assert "Idea 400" not in one
    taken = finance.get(f"/simulation/compare/side-by-side.csv?run={runs[0]}&run={runs[1]}").content.decode()
    heads = "Figure,Units,Before,Idea 400,Idea 400: change,Idea 300,Idea 300: change"
    assert taken.splitlines()[0].lstrip("\ufeff") == heads
    [share] = [line for line in csv.reader(io.StringIO(taken)) if line[0] == "Cost, share of sales, %"]
    assert float(share[3]) > 0.1, "in per cent"
    moves = finance.get(f"/simulation/{runs[0]}/currencies.csv").content.decode().splitlines()
    assert moves[1].startswith("points,Issued,")
    listed = text_of(finance.get("/simulation/"))
    assert listed.count('name="run"') == 2


def test_a_run_is_where_the_next_one_starts(assidu_db: Database, finance: Client, past: History) -> None:
    run_id = a_run(assidu_db, past, rules__double__percent="400")
    page = text_of(finance.get(f"/simulation/new/?run={run_id}"))
    assert 'name="rules.double.percent" value="400"' in page
    assert "from 200% to 400%" in page


def test_a_simulated_run_is_published_through_the_draft(
    assidu_db: Database, client: Client, past: History
) -> None:
    sign_in(client, "marketing")
    run_id = a_run(assidu_db, past, rules__double__percent="400")
    assert "Make a draft of these rules" in text_of(client.get(f"/simulation/{run_id}/"))
    draft = client.post("/programme/drafts/open/", {"source": f"run:{run_id}"})["Location"]
    assert "percent: 400" in text_of(client.get(f"{draft}text/"))


def test_a_written_document_is_tried_or_its_mistakes_are_told(finance: Client, past: History) -> None:
    wrong = finance.post("/simulation/start/", {"yaml": "format: 1"})
    assert wrong.status_code == 422
    text = to_yaml(past.documents[0])
    other = finance.post("/simulation/start/", {"yaml": text.replace("programme: club", "programme: other")})
    assert other["Location"] == "/programme/draft/"
    assert queries.runs("club") == []
    right = finance.post("/simulation/start/", {"yaml": text})
    assert right["Location"].startswith("/simulation/")
    actions.cancel(queries.runs("club")[0].run_id)


def test_two_runs_at_a_time_are_enough(finance: Client, past: History) -> None:
    for _ in range(2):
        actions.ask(past.documents[0], to_yaml(past.documents[0]), label="An idea", by="")
    answer = finance.post("/simulation/new/", form(past.documents[0], do="run"), follow=True)
    assert "Two simulations are at work already" in text_of(answer)
    assert len(queries.runs("club")) == 2


def test_who_may_not_simulate_sees_nothing_of_it(assidu_db: Database, client: Client, past: History) -> None:
    sign_in(client, "store")
    run_id = a_run(assidu_db, past)
    for address in ("/simulation/", "/simulation/new/", "/simulation/compare/", f"/simulation/{run_id}/"):
        assert client.get(address).status_code == 403
    assert client.post(f"/simulation/{run_id}/stop/").status_code == 403


def test_a_run_that_is_not_there_is_not_found(finance: Client, past: History) -> None:
    assert finance.get(f"/simulation/{UUID(int=7)}/").status_code == 404
    assert finance.get("/simulation/new/?run=nonsense").status_code == 404
    assert finance.get("/simulation/new/?version=99").status_code == 404
