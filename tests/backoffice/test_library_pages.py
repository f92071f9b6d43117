"""The library on the screen: chosen, read in sentences, tried on the past, started from as a draft."""

from uuid import UUID

import pytest
from django.test import Client

from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.loyalty import drafts
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.plans.library import for_programme, library
from assidu.plans.writing import to_yaml
from assidu.simulation import actions
from assidu.simulation.run import Against, compare
from builders.documents import a_document
from builders.history import History, on, sale

PASSWORD = "quatre mots bien choisis"


@pytest.fixture
def past(assidu_db: Database) -> History:
    history = History([a_document()])
    for n in range(6):
        history.tell(history.customer(), sale(on(n), 120))
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


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_ready_programme_is_listed_with_what_it_is_for(marketing: Client) -> None:
    page = text_of(marketing, "/library/")
    for ready in library().values():
        assert ready.name.en in page.replace("&#x27;", "'")
        assert f"/library/{ready.code}/" in page


@pytest.mark.parametrize("code", library())
def test_a_ready_programme_is_read_in_sentences(marketing: Client, code: str) -> None:
    page = text_of(marketing, f"/library/{code}/")
    assert page.count("<li>") >= len(library()[code].document.rules)
    assert "There is no past to try it on" in page
    assert marketing.get("/library/unknown/").status_code == 404


def test_what_it_would_have_given_is_shown_once_it_was_tried(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    assert "It has not been tried yet" in text_of(marketing, "/library/b2b/")
    document = for_programme(library()["b2b"], past.documents[0])
    run_id = actions.ask(document, to_yaml(document), label="b2b", by="", against=1)
    actions.tell(run_id, 2, 6, 1.0)
    assert "33 % done" in text_of(marketing, "/library/b2b/")
    book = PlanBook.of_one(compile_plan(document))
    found = compare(assidu_db.url, past.book, book, Against(past.book.version(1)), processes=1)
    actions.finish(run_id, found.report, found.compared)
    page = text_of(marketing, "/library/b2b/")
    assert "6 tickets" in page
    assert f"/simulation/{run_id}/" in page
    assert ">120<" in page, "six orders of 120 € give 20 rebate points each"
    assert "Try it again" not in page, "what was tried is not tried again"
    earlier = actions.ask(document, to_yaml(document), label="b2b", by="", against=None)
    actions.finish(earlier, found.report)
    assert "Try it again" in text_of(marketing, "/library/b2b/"), "it was not beside the version in force"


def test_a_draft_starts_from_it_under_the_programme_in_service(past: History, marketing: Client) -> None:
    page = text_of(marketing, "/library/cagnotte/")
    assert 'name="source" value="text"' in page
    document = for_programme(library()["cagnotte"], past.documents[0])
    answer = marketing.post("/programme/drafts/open/", {"source": "text", "yaml": to_yaml(document)})
    assert answer.status_code == 302
    (draft,) = drafts.open_drafts("club")
    assert answer.headers["Location"].rstrip("/").endswith(str(UUID(str(draft.draft_id))))
    assert draft.examine().is_ok
    assert draft.written is not None
    assert [rule.code for rule in draft.written.rules] == ["one-percent", "over-sixty", "tuesday"]


def test_whoever_reads_the_programme_alone_neither_tries_nor_drafts(
    past: History, assidu_db: Database, client: Client
) -> None:
    agency = sign_in(client, "agency")
    page = text_of(agency, "/library/points/")
    assert "Start a draft from it" not in page
    assert "Try it on our past" not in page
    assert agency.post("/library/points/try/").status_code == 403
