"""Fairness on the screen: a look that is done, a rule's page, the people behind it, and their file."""

from uuid import UUID, uuid4

import pytest
from django.test import Client

from assidu.foundation.clock import now
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.foundation.work import RunState
from assidu.loyalty import drafts
from assidu.plans.compile import compile_plan
from assidu.plans.writing import to_yaml
from assidu.simulation import fairness_runs, job
from assidu.simulation.fairness import fairness
from assidu.simulation.fairness_types import Kind
from assidu.simulation.tried_plans import of_version
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on, sale

PASSWORD = "quatre mots bien choisis"
WEB = a_rule("{fixed: 5}", "when: {channels: [web]}", code="web")
BIG = a_rule("{fixed: 5}", "when: {amount_at_least: 50.00}", code="big")


@pytest.fixture
def past(assidu_db: Database) -> History:
    history = History([a_document(BASE, WEB, BIG)])
    for n in range(6):
        history.tell(history.customer(), sale(on(n), 30 + 10 * n))
    history.write(assidu_db.url)
    return history


@pytest.fixture
def marketing(assidu_db: Database, client: Client) -> Client:
    return sign_in(client, "marketing")


def sign_in(client: Client, role: str) -> Client:
    email = f"{role}@exemple.fr"
    made = people.create_person(email, "Anne Roche", (role,), COMMAND_LINE, password=PASSWORD, language="en")
    assert isinstance(made, Person)
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client


def a_look(database: Database, history: History) -> UUID:
    document = history.documents[0]
    run_id = fairness_runs.ask(document, to_yaml(document), label=of_version(1), by="")
    found, standings = fairness(database.url, history.book, compile_plan(document), processes=1)
    fairness_runs.finish(run_id, found, standings)
    return run_id


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode() if status == 200 else ""


def test_without_a_programme_or_a_past_the_page_says_so(marketing: Client) -> None:
    assert "No programme yet" in text_of(marketing, "/fairness/")
    History([a_document()])
    assert "No past to look at yet" in text_of(marketing, "/fairness/")


def test_a_look_tells_each_rule_with_who_never_could(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    assert "Nothing looked at yet" in text_of(marketing, "/fairness/")
    run_id = a_look(assidu_db, past)
    assert "Version 1, in force" in text_of(marketing, "/fairness/")
    page = text_of(marketing, f"/fairness/{run_id}/")
    assert "6 members" in page
    assert "Have had it, as recorded" in page
    assert "no purchase on its channel (6)" in page
    assert "never spent enough when all else was right (2)" in page
    assert "channel does not suit" in page
    assert "Whether a survey was sent is not recorded" in page


def test_a_rules_page_proposes_another_way_and_leads_to_the_customers(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    run_id = a_look(assidu_db, past)
    page = text_of(marketing, f"/fairness/{run_id}/rule/big/")
    assert "4 would have had it, 0 could have, 2 never could: 33%" in page
    assert "As recorded, 4 have had it in the period, before returns." in page
    assert "A threshold of €30: 2 of them would have reached it." in page
    # Another threshold would have given it to fewer than have had it; what does not run yet has given nothing.
    other = a_document(BASE, BIG.replace("50.00", "70.00"), a_rule("{fixed: 1}", code="new"))
    found, _standings = fairness(assidu_db.url, past.book, compile_plan(other), processes=1)
    told = {line.code: (line.reached, line.had) for line in found.lines if line.kind is Kind.RULE}
    assert told == {"base": (6, 6), "big": (2, 4), "new": (6, None)}
    members = list(past.members)
    assert f"/customers/{members[0]}/" in page
    assert f"/customers/{members[5]}/" not in page
    assert text_of(marketing, f"/fairness/{run_id}/rule/unknown/", 404) == ""


def test_what_was_found_stands_where_people_decide(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    assert "Nobody has looked yet who could never have had what this version gives." in text_of(
        marketing, "/dashboard/"
    )
    run_id = a_look(assidu_db, past)
    page = text_of(marketing, "/dashboard/")
    assert f'href="/fairness/{run_id}/"' in page
    assert "0 of 6 members had nothing at all. “web” leaves out most: 6 never could have it (100%)." in page
    # The same text as a draft is the same look; another text was not looked at yet.
    yaml = to_yaml(past.documents[0])
    looked, unseen = (
        drafts.open_draft(text, at=now(), by="somebody", based_on=1)
        for text in (yaml, yaml.replace("code: big", "code: bigger"))
    )
    page = text_of(marketing, f"/programme/drafts/{looked.draft_id}/approval/")
    assert f'href="/fairness/{run_id}/rule/web/"' in page
    page = text_of(marketing, f"/programme/drafts/{unseen.draft_id}/approval/")
    assert f'href="/fairness/?draft={unseen.draft_id}"' in page


def test_those_left_out_are_a_file_for_whoever_may_export(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    run_id = a_look(assidu_db, past)
    answer = marketing.get(f"/fairness/{run_id}/rule/web/?format=csv&why=channel")
    assert answer.status_code == 200
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "Customer,Identifier,Why,Code"
    assert len(lines) == 7
    assert all(line.endswith("no purchase on its channel,channel") for line in lines[1:])


def test_whoever_may_not_export_sees_the_customers_and_takes_no_file(
    assidu_db: Database, past: History, client: Client
) -> None:
    run_id = a_look(assidu_db, past)
    consultant = sign_in(client, "consultant")
    assert "Those left out" in text_of(consultant, f"/fairness/{run_id}/rule/web/")
    assert consultant.get(f"/fairness/{run_id}/rule/web/?format=csv").status_code == 403


def test_who_may_not_simulate_is_refused(assidu_db: Database, past: History, client: Client) -> None:
    run_id = a_look(assidu_db, past)
    store = sign_in(client, "store")
    for address in ("/fairness/", f"/fairness/{run_id}/", f"/fairness/{run_id}/rule/web/"):
        assert store.get(address).status_code == 403


def test_a_look_runs_in_a_process_of_its_own_to_its_end(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    document = past.documents[0]
    run_id = fairness_runs.ask(document, to_yaml(document), label="A look", by="")
    assert job.main("fairness", run_id) == 0
    run = fairness_runs.run(run_id)
    assert run is not None
    assert run.fairness is not None
    assert (run.state, run.fairness.members) == (RunState.DONE, 6)
    assert job.main("fairness", uuid4()) == 2


def test_a_look_that_fails_or_is_stopped_says_so(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    document = past.documents[0]
    failed, stopped = (
        fairness_runs.ask(document, to_yaml(document), label="A look", by="") for _ in range(2)
    )
    fairness_runs.fail(failed, "it broke")
    assert "it broke" in text_of(marketing, f"/fairness/{failed}/")
    fairness_runs.tell(stopped, 3, 6, 1.0)
    page = text_of(marketing, f"/fairness/{stopped}/")
    assert "3 of 6 events decided again" in page
    assert marketing.post(f"/fairness/{stopped}/stop/").status_code == 302
    assert "It was stopped before its end" in text_of(marketing, f"/fairness/{stopped}/")


def test_only_the_last_looks_are_kept(assidu_db: Database, past: History) -> None:
    first = a_look(assidu_db, past)
    document = past.documents[0]
    for _ in range(fairness_runs.KEPT_MAX):
        fairness_runs.fail(fairness_runs.ask(document, to_yaml(document), label="", by=""), "x")
    assert fairness_runs.run(first) is None
    assert fairness_runs.people(first, 0, "channel") == []
