"""Joining by another member's code on the public form: it counts, or says nothing of why it does not."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.customers.links import make_link
from assidu.events.wire import Profile as WrittenProfile
from assidu.events.wire import Subject
from assidu.foundation import clock
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import publish
from assidu.loyalty.referral import code_of
from builders.documents import a_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(db: None) -> str:
    put_stores([Store("317", "Nantes", "Nantes")])
    publish(
        a_document(more="referral: {referee: {currency: points, units: 10}}\n"),
        "",
        at=datetime(2025, 12, 1, tzinfo=UTC),
    )
    now = clock.now() - timedelta(hours=1)
    outcome = actions.join(
        Subject("email", "anne@gmail.com"),
        store="317",
        channel="store",
        terms_version="",
        profile=WrittenProfile(email="anne@gmail.com", last_name="Béraud"),
        at=now,
        programme="club",
    )
    assert isinstance(outcome, Told)
    found = code_of(outcome.customer_id, now)
    assert found is not None
    return found


def join(client: Client, code: str, email: str) -> str:
    address = f"/join/317/?code={code}&language=en"
    page = client.get(address).content.decode()
    assert code in page, "the link fills it in"
    hidden = dict(re.findall(r'name="(form|terms)" value="([^"]*)"', page))
    answer = client.post(
        address,
        hidden
        | {"first_name": "Zoé", "last_name": "Marin", "email": email, "accepts": "on", "referral": code},
    )
    assert answer.status_code == 200, answer.content.decode()
    return re.sub(r"\d", "", answer.content.decode())


def test_a_code_in_the_link_counts_and_a_wrong_one_looks_the_same(code: str, client: Client) -> None:
    good = join(client, code, "zoe@example.org")
    own = join(client, code, "anne+two@gmail.com")
    assert good == own
    bodies = rows(
        "SELECT body ? 'referrer', body ->> 'referral_fault' FROM events_event "
        "WHERE source = 'assidu/portal' ORDER BY recorded_at, customer_id"
    )
    assert sorted(bodies, key=str) == [(False, "same_email"), (True, None)]


def test_a_member_finds_their_code_what_both_get_and_an_address_to_send_on_their_own_page(
    code: str, client: Client
) -> None:
    [(anne,)] = rows("SELECT customer_id FROM loyalty_referral_code")
    link = make_link(anne, COMMAND_LINE, clock.now(), days=30)
    assert link is not None
    page = client.get(f"/m/{link.token}/?language=fr").content.decode().replace("\u00a0", " ")
    assert "La personne que vous parrainez reçoit 10 points, dès que cette personne a fait un achat." in page
    address = re.search(r'href="(http://testserver/join/317/\?code=\w+)"', page)
    assert address is not None
    assert address[1].endswith(code)
    assert code in client.get(address[1]).content.decode()


def test_the_member_page_says_when_the_programme_closes_and_then_brings_nobody(
    code: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(anne,)] = rows("SELECT customer_id FROM loyalty_referral_code")
    publish(
        a_document(
            more="referral: {referee: {currency: points, units: 10}}\n"
            "closing: {last_day_to_earn: 2031-06-30, last_day_to_use: 2031-09-30}\n"
        ),
        "",
        at=clock.now(),
    )
    for day, said, is_sharing in (
        ("2031-06-01", "earn until 30 June 2031, use until 30 September 2031", True),
        ("2031-07-01", "can be used until 30 September 2031", False),
        ("2031-10-01", "The programme has closed", False),
    ):
        monkeypatch.setenv("ASSIDU_NOW", f"{day}T10:00:00+00:00")
        link = make_link(anne, COMMAND_LINE, clock.now(), days=30)
        assert link is not None
        page = client.get(f"/m/{link.token}/?language=en").content.decode()
        assert said in page
        assert (code in page) is is_sharing
