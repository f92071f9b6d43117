"""Joining by another member's code on the public form: it counts, or says nothing of why it does not."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.events.wire import Profile as WrittenProfile
from assidu.events.wire import Subject
from assidu.foundation import clock
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
