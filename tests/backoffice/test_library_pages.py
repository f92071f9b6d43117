"""The library on the screen: chosen, read in sentences, tried on the past, started from as a draft."""

import html
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from assidu.backoffice.urls import urlpatterns
from assidu.foundation.clock import now
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.loyalty import approvals, drafts
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.plans.library import for_programme, library
from assidu.plans.writing import to_yaml
from assidu.simulation import actions
from assidu.simulation.run import Against, compare
from assidu.simulation.yearly import yearly_of
from attacks.test_screens import NEEDS
from builders.documents import a_document, a_rule
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
    name = library()["cagnotte"].name.en
    assert f"Draft of “{name}”" in html.unescape(text_of(marketing, answer["Location"]))
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


def test_a_store_reads_no_money_of_the_programme_on_any_page_about_it(
    assidu_db: Database, past: History, marketing: Client
) -> None:
    live = past.documents[0]
    document = a_document(a_rule("{per_amount: {give: 3, each: 1.00}}"))
    for tried in (document, for_programme(library()["b2b"], live)):
        run_id = actions.ask(tried, to_yaml(tried), label="b2b", by="", against=1)
        book = PlanBook.of_one(compile_plan(tried))
        found = compare(assidu_db.url, past.book, book, Against(past.book.version(1)), processes=1)
        actions.finish(run_id, found.report, found.compared)
    change = yearly_of(document, live).change
    assert change is not None
    approvals.set_threshold("club", abs(change.change_minor) + 1, at=now(), by=COMMAND_LINE)
    draft = drafts.open_draft(to_yaml(document), at=now(), by="", based_on=1, programme="club")
    approvals.submit(draft.draft_id, change, at=now(), by=COMMAND_LINE)
    approval = f"/programme/drafts/{draft.draft_id}/approval/"
    figures = {
        money
        for address in (approval, "/library/b2b/")
        for money in re.findall(r'"big-figure"><b>[^<]*?([€\d][^<]*)</b>', text_of(marketing, address))
    }
    assert len(figures) == 2
    theirs = Client()
    store = sign_in(theirs, "store")
    given = {"draft_id": draft.draft_id, "code": "b2b", "version": 1}
    for name in (name for name, needs in NEEDS.items() if needs == "plan.view"):
        pattern = next(one for one in urlpatterns if one.name == name)
        kwargs = {one: given.get(one, "none") for one in pattern.pattern.converters}
        for partial in ({}, {"HX-Request-Type": "partial", "HX-Request": "true"}):
            shown = store.get(reverse(name, kwargs=kwargs), headers=partial).content.decode()
            assert "big-figure" not in shown, name
            assert not [money for money in figures if money in shown], name
    assert "less than the threshold" in text_of(store, approval)
    assert store.get(f"/programme/drafts/{draft.draft_id}/receipts/").status_code == 403
    plan = approvals.publish_draft(
        draft.draft_id, now().date() + timedelta(days=1), at=now(), by=COMMAND_LINE
    )
    page = f"/programme/versions/{plan.version}/"
    assert [money for money in figures if money in text_of(marketing, page)]
    assert not [money for money in figures if money in text_of(store, page)]
