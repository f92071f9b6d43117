"""Allotting an offer on its page, and a customer's offers on theirs: foreseen, done, taken back, kept on the trail."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assidu.foundation.people import queries as people
from assidu.loyalty import allotting
from assidu.loyalty.allotments import allotments
from assidu.loyalty.queries import member_state
from backoffice.test_pages import sign_in
from builders.draw_club import a_draw_club
from builders.offer_club import a_club, told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
PAGE = "/offers/of/brioche/"


@pytest.fixture
def club(db: None, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    return a_club(4)


@pytest.fixture
def hugo(club: list[UUID], client: Client) -> Client:
    sign_in(client, "marketing", language="en")
    return client


def step(customer: UUID, offer: str = "brioche") -> str:
    state = member_state(customer)
    return state.offers[offer].step if state and offer in state.offers else ""


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def test_to_an_audience_it_is_looked_at_confirmed_and_taken_back(hugo: Client, club: list[UUID]) -> None:
    told("x", "Offer Activated", 0, offer="brioche")
    shown = hugo.post(f"{PAGE}allot/", {"audience": "young", "until": "2026-03-31"}, follow=True)
    address = shown.redirect_chain[-1][0]
    text = text_of(shown)
    assert "Allot it to 2 customers" in text
    assert "Has it already" in text
    assert re.search(r"can be used until [^·]*31", text)
    assert step(club[1]) == ""
    done = text_of(hugo.post(f"{address}begin/", follow=True))
    assert (step(club[1]), step(club[2]), step(club[3])) == ("allotted", "allotted", "")
    assert "Who did not get it" in done
    listed = text_of(hugo.get(PAGE))
    assert f'href="{address}"' in listed
    undone = text_of(hugo.post(f"{address}undo/", follow=True))
    assert step(club[1]) == ""
    assert step(club[0]) == "activated"
    assert "Taken back" in undone
    kept = [entry.action for entry in people.audit_trail(action="offer").entries]
    assert kept == ["offer.allotment_undone", "offer.allotted"]


def test_a_list_or_a_file_says_which_lines_name_nobody(hugo: Client, club: list[UUID]) -> None:
    text = text_of(hugo.post(f"{PAGE}allot/", {"lines": "29900000000001\n299-nobody\n"}))
    assert "<code>299-nobody</code>" in text
    assert "Allot it to 1 customer" in text
    file = SimpleUploadedFile("cards.csv", b"\xef\xbb\xbf29900000000001;Anne\r\n29900000000002;Luc\r\n")
    assert "Allot it to 2 customers" in text_of(hugo.post(f"{PAGE}allot/", {"file": file}, follow=True))


def test_a_form_that_makes_no_sense_is_shown_again(hugo: Client, club: list[UUID]) -> None:
    for sent in ({}, {"audience": "young", "lines": "x"}, {"audience": "young", "until": "2020-01-01"}):
        answer = hugo.post(f"{PAGE}allot/", sent)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert hugo.get(f"{PAGE}allot/?period=3m")["Location"] == f"{PAGE}?period=3m"
    assert "There is nothing to allot" in text_of(hugo.get("/offers/of/open/"))
    assert hugo.get("/offers/of/none/").status_code == 404


def test_a_large_one_tells_how_far_it_is_until_it_is_done(
    hugo: Client, club: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allotting, "set_off", lambda one: None)
    shown = hugo.post(f"{PAGE}allot/", {"audience": "young"}, follow=True)
    address = shown.redirect_chain[-1][0]
    waiting = text_of(hugo.post(f"{address}begin/", follow=True))
    assert "0 of 3 customers" in waiting
    assert f'hx-get="{address}"' in waiting
    hugo.post(f"{address}undo/")
    assert allotments("club")[0].state == "running", "what is not done is not taken back"
    allotting.work(allotments("club")[0].allotment_id)
    part = hugo.get(address, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).content.decode()
    assert part.lstrip().startswith("<div")
    assert "hx-get" not in part


def test_who_may_only_read_the_programme_allots_nothing(club: list[UUID], client: Client) -> None:
    sign_in(client, "consultant", language="en")
    assert "See who would have it" not in text_of(client.get(PAGE))
    assert client.post(f"{PAGE}allot/", {"audience": "young"}).status_code == 403


# ---------------------------------------------------------------- codes


def test_codes_are_looked_at_downloaded_once_and_taken_back(hugo: Client, club: list[UUID]) -> None:
    page = "/offers/of/half/"
    assert "None was made yet" in text_of(hugo.get(page))
    form = {
        "pool": str(uuid4()),
        "name": "March letter",
        "audience": "young",
        "uses": "1",
        "until": "2026-03-31",
    }
    seen = text_of(hugo.post(f"{page}codes/", form))
    assert "Make and download 3 codes" in seen
    assert "None was made yet" in text_of(hugo.get(page))
    file = hugo.post(f"{page}codes/make/", form)
    lines = file.content.decode().splitlines()
    assert (lines[0], len(lines), file["Cache-Control"]) == ("customer,code", 4, "no-store")
    assert "downloaded already" in text_of(hugo.post(f"{page}codes/make/", form, follow=True))
    listed = text_of(hugo.get(page))
    assert "March letter" in listed
    assert "code to use" in text_of(hugo.get(f"/customers/{club[0]}/"))
    [code] = [line.split(",")[1] for line in lines if str(club[0]) in line]
    assert code not in text_of(hugo.get(f"/customers/{club[0]}/"))
    gone = text_of(hugo.post(f"/offers/codes/{form['pool']}/withdraw/", follow=True))
    assert "Taken back: 3 codes" in gone
    for wrong in ({"audience": ""}, {"count": "2"}, {"until": "2020-01-01"}):
        assert hugo.post(f"{page}codes/", form | wrong).status_code == 422, wrong


# ---------------------------------------------------------------- one customer


def send(client: Client, customer: UUID, sheet: str, fields: dict[str, str]) -> Any:
    """The form as it is shown, filled in and sent twice: it counts once."""
    address = f"/customers/{customer}/offers/{sheet}/"
    found = re.search(r'name="event" value="([0-9a-f-]{36})"', client.get(address).content.decode())
    assert found
    form = fields | {"event": found[1]}
    first, again = client.post(address, form), client.post(address, form)
    assert (first.status_code, again.status_code) == (302, 302), first.content.decode()
    return first


def test_at_the_counter_an_offer_is_given_activated_and_taken_back(club: list[UUID], client: Client) -> None:
    sign_in(client, "service", language="en")
    before = text_of(client.get(f"/customers/{club[0]}/"))
    assert "to be activated" in before
    assert "1 more needs nothing" in before
    send(client, club[0], "allot", {"offer": "back", "until": "2026-03-31"})
    assert step(club[0], "back") == "allotted"
    send(client, club[0], "take-back", {"offer": "back"})
    assert step(club[0], "back") == ""
    send(client, club[0], "activate", {"offer": "brioche"})
    assert step(club[0]) == "activated"
    kept = [entry.action for entry in people.audit_trail(action="offer").entries]
    assert kept == ["offer.activated", "offer.withdrawn", "offer.allotted"]
    refused = client.get(f"/customers/{club[0]}/offers/take-back/").content.decode()
    assert "brioche" not in refused, "what is begun is theirs"


def test_a_store_gives_nothing_away(club: list[UUID], client: Client) -> None:
    sign_in(client, "store", language="en")
    assert client.get(f"/customers/{club[0]}/offers/allot/").status_code == 403
    assert client.get(f"/customers/{club[0]}/offers/take-back/").status_code == 403


# ---------------------------------------------------------------- a draw among entries


def test_a_draw_is_run_on_its_page_once_it_is_due_and_its_proof_is_there_to_take(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_draw_club()
    monkeypatch.setenv("ASSIDU_NOW", "2026-07-08T12:00:00Z")
    sign_in(client, "marketing", language="en")
    address = "/offers/draws/summer/2026-06-30/"
    assert "Draw now" in text_of(client.get(address))
    drawn = text_of(client.post(f"{address}run/", follow=True))
    assert "Drawn again from the list and the secret" in drawn
    assert text_of(client.post(f"{address}run/", follow=True)).count("prize given") == drawn.count(
        "prize given"
    )
    assert client.get(f"{address}proof.json").json()["draw"] == "summer:2026-06-30"
    assert client.get("/offers/draws/summer/2020-01-01/").status_code == 404
    winners = set(re.findall(r"<code>([0-9a-f-]{36})</code>", drawn))
    assert winners
    store = Client()
    sign_in(store, "store", language="en")
    seen = text_of(store.get(address))
    assert "Drawn again from the list and the secret" in seen
    assert not [found for found in winners if found in seen]
    assert "Entries in the list" not in seen
    assert '<th scope="col" class="end">Entries</th>' not in text_of(store.get("/offers/draws/"))
    assert store.get(f"{address}proof.json").status_code == 403
