"""A member's own offers behind their link: seen with their own eyes, activated once, never by a program's visit."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.test import Client

from assidu.customers.links import make_link
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.queries import member_state
from builders.offer_club import a_club, told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.fixture
def anne(db: None, monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    found = a_club(2)[0]
    told("a", "Offer Allotted", 0, offer="back")
    return found


@pytest.fixture
def address(anne: UUID) -> str:
    link = make_link(anne, COMMAND_LINE, NOW, days=30)
    assert link is not None
    return f"/m/{link.token}/offers/"


def step(customer: UUID, offer: str) -> str:
    state = member_state(customer)
    return state.offers[offer].step if state and offer in state.offers else ""


def form_of(text: str) -> dict[str, str]:
    """What the button to activate sends."""
    event = re.search(r'name="event" value="([0-9a-f-]{36})"', text)
    assert event
    return {"event": event[1], "offer": "brioche"}


def test_a_page_that_is_opened_shows_them_and_changes_nothing(
    client: Client, anne: UUID, address: str
) -> None:
    answer = client.get(address, {"language": "en"})
    text = answer.content.decode()
    assert ">brioche<" in text
    assert "gone" not in text
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert (step(anne, "back"), step(anne, "brioche")) == ("allotted", "")
    statement = client.get(address.removesuffix("offers/"), {"language": "en"}).content.decode()
    assert "1 to activate" in statement
    assert "young" not in text + statement, "what a brand calls its audiences is not for members"


def test_looked_at_it_is_seen_and_activated_it_is_once_whatever_is_sent_again(
    client: Client, anne: UUID, address: str
) -> None:
    text = client.get(address).content.decode()
    assert "data-seen" in text
    assert client.post(address, {"do": "seen"}).status_code == 204
    assert step(anne, "back") == "seen"
    assert "data-seen" not in client.get(address).content.decode()
    for _again in range(2):
        answer = client.post(address, form_of(text), follow=True)
        assert answer.status_code == 200
    assert step(anne, "brioche") == "activated"
    assert rows(
        "SELECT k.source, e.channel FROM events_event AS e JOIN events_key AS k USING (customer_id, seq) "
        "WHERE e.type = 'Offer Activated'"
    ) == [("assidu/portal", "portal")]


def test_what_can_no_longer_be_activated_is_said_and_the_page_shows_where_it_stands(
    client: Client, anne: UUID, address: str
) -> None:
    sent = form_of(client.get(address).content.decode())
    for wrong in ({"offer": "gone"}, {"offer": "none"}, {"event": "x"}):
        answer = client.post(address, sent | wrong, headers={"accept-language": "en"})
        assert answer.status_code == 422
        assert "can no longer be activated" in answer.content.decode()
    actions.suspend(anne, "lost", by=COMMAND_LINE, at=NOW, programme="club")
    assert client.post(address, sent).status_code == 422
    assert step(anne, "brioche") == ""
    assert "No offer at the moment" in client.get(address, {"language": "en"}).content.decode()


def test_only_our_own_form_under_a_good_link_does_anything(anne: UUID, address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    sent = form_of(strict.get(address).content.decode())
    assert strict.post(address, sent).status_code == 403
    sent["csrfmiddlewaretoken"] = strict.cookies["csrftoken"].value
    assert strict.post(address, sent, headers={"origin": "http://testserver"}).status_code == 302
    assert (
        strict.post("/m/nonsense/offers/", sent, headers={"origin": "http://testserver"}).status_code == 410
    )
    assert step(anne, "brioche") == "activated"
