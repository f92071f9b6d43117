"""What staff do to a membership on a customer's page: each is one event and one line of the trail."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from assidu.decisions.calendar import local_day
from assidu.decisions.state import Membership, State
from assidu.events.wire import parse_one
from assidu.foundation import clock
from assidu.foundation.people import queries as people
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import publish
from assidu.loyalty.queries import member_state
from backoffice.test_pages import sign_in
from builders.documents import a_document

pytestmark = pytest.mark.django_db

LIFE = """\
audiences:
  - {code: parents, name: {fr: Parents, en: Parents}, answered: {question: children, answers: [one, several]}}
terms:
  - {version: one, first_day: 2026-01-01, url: https://example.org/1}
  - {version: two, first_day: 2026-01-02, url: https://example.org/2}
referral: {referee: {currency: points, units: 10}}
"""
SERVICE = ("service",)


@pytest.fixture
def anne(db: None) -> UUID:
    publish(a_document(more=LIFE), "", at=datetime(2025, 12, 1, tzinfo=UTC))
    now = clock.now()
    outcome = actions.record(
        parse_one(
            {
                "specversion": "1.0", "id": "j", "source": "site", "type": "Member Joined",
                "time": (now - timedelta(days=1)).isoformat(), "subject": "card:2990000000012",
                "data": {"terms_version": "one", "profile": {"first_name": "Anne", "last_name": "Béraud"}},
            }
        ),
        now,
        programme="club",
    )  # fmt: skip
    assert isinstance(outcome, Told)
    return outcome.customer_id


def state(customer: UUID) -> State:
    found = member_state(customer)
    assert found is not None
    return found


def send(client: Client, customer: UUID, dialog: str, fields: dict[str, Any]) -> Any:
    """The form as it is shown, filled in and sent twice: it counts once."""
    address = f"/customers/{customer}/{dialog}/"
    shown = client.get(address)
    assert shown.status_code == 200
    found = re.search(r'name="event" value="([0-9a-f-]{36})"', shown.content.decode())
    assert found
    form = fields | {"event": found[1]}
    first, again = client.post(address, form), client.post(address, form)
    assert (first.status_code, again.status_code) == (302, 302), first.content.decode()
    return first


@pytest.mark.parametrize(
    ("dialog", "fields", "action"),
    [
        ("suspend", {"reason": "Two people use it"}, "customer.suspended"),
        ("status", {"tier": "gold", "until": "", "reason": "An old friend"}, "status.granted"),
        ("audience", {"audience": "parents", "direction": "in"}, "audience.changed"),
        ("activity", {"activity": "review", "store": "", "answer-0": "several"}, "activity.told"),
        ("terms", {"version": "two"}, "terms.accepted"),
    ],
)
def test_what_is_sent_twice_counts_once_and_leaves_one_line(
    anne: UUID, client: Client, dialog: str, fields: dict[str, Any], action: str
) -> None:
    sign_in(client, *SERVICE, language="en")
    before = state(anne).seq
    send(client, anne, dialog, fields)
    assert state(anne).seq == before + 1
    [line] = people.audit_trail(action=action).entries
    assert line.object_id == str(anne)
    assert ("parents" in state(anne).audiences) == (dialog in ("audience", "activity"))


def test_several_answers_are_given_at_once_and_taken_back_by_none_of_these(
    anne: UUID, client: Client
) -> None:
    sign_in(client, *SERVICE, language="en")
    shown = client.get(f"/customers/{anne}/activity/").content.decode()
    assert "from the next event on" in shown
    assert "several (audience: Parents)" in shown
    assert "Never answered yet" in shown
    told = {"activity": "review", "store": ""}
    send(client, anne, "activity", told | {"answer-0": ["one", "several"]})
    assert "parents" in state(anne).audiences
    send(client, anne, "activity", told)
    assert "parents" in state(anne).audiences, "a question that was not asked takes nothing back"
    both = client.post(
        f"/customers/{anne}/activity/", told | {"answer-0": ["", "one"], "event": str(UUID(int=9))}
    )
    assert both.status_code == 422
    assert "or none of them" in both.content.decode()
    assert "Answered last: one, several, on" in both.content.decode()
    send(client, anne, "activity", told | {"answer-0": [""]})
    again = client.get(f"/customers/{anne}/activity/").content.decode()
    assert "Answered last: none of these, on" in again
    assert "parents" not in state(anne).audiences


def test_a_suspended_card_is_shown_as_such_and_resumed(anne: UUID, client: Client) -> None:
    sign_in(client, *SERVICE, language="en")
    send(client, anne, "suspend", {"reason": "Two people use it"})
    assert state(anne).membership is Membership.SUSPENDED
    page = client.get(f"/customers/{anne}/").content.decode()
    assert "Suspended" in page
    assert "Two people use it" in page
    assert "suspended since" in page
    assert f"/customers/{anne}/resume/" in page
    assert f"/customers/{anne}/join/" not in page
    send(client, anne, "resume", {"reason": "It was their daughter"})
    assert state(anne).membership is Membership.MEMBER
    listed = client.get("/customers/?membership=suspended")
    assert listed.status_code == 200


def test_a_card_is_suspended_since_an_earlier_day_after_what_was_recorded(anne: UUID, client: Client) -> None:
    sign_in(client, *SERVICE, language="en")
    today = local_day(clock.now(), ZoneInfo("Europe/Paris"))
    address, reason = f"/customers/{anne}/suspend/", {"reason": "Two people use it"}
    for day, said in ((1, "has not come yet"), (-9, "Something was recorded on")):
        wrong = reason | {"since": str(today + timedelta(days=day)), "event": str(UUID(int=9))}
        answer = client.post(address, wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    send(client, anne, "suspend", reason | {"since": str(today - timedelta(days=1))})
    assert state(anne).stands_still_since == today - timedelta(days=1)
    [line] = people.audit_trail(action="customer.suspended").entries
    assert line.after is not None
    assert line.after["since"] == str(today - timedelta(days=1))


def test_a_refusal_is_told_in_the_form(anne: UUID, client: Client) -> None:
    sign_in(client, *SERVICE, language="en")
    send(client, anne, "suspend", {"reason": "Two people use it"})
    shown = client.get(f"/customers/{anne}/suspend/").content.decode()
    event = re.search(r'name="event" value="([0-9a-f-]{36})"', shown)
    assert event
    answer = client.post(f"/customers/{anne}/suspend/", {"reason": "again", "event": event[1]})
    assert answer.status_code == 422
    assert "already suspended" in answer.content.decode()


def test_a_member_is_given_a_code_to_bring_others(anne: UUID, client: Client) -> None:
    sign_in(client, *SERVICE, language="en")
    address = f"/customers/{anne}/referral/"
    assert "no code yet" in client.get(address).content.decode()
    made = client.post(address).content.decode()
    [(code,)] = rows("SELECT code FROM loyalty_referral_code WHERE customer_id = %s", [anne])
    assert code in made
    assert code in client.post(address).content.decode()
    assert len(people.audit_trail(action="referral.code_given").entries) == 1


@pytest.mark.parametrize(
    "dialog", ["suspend", "resume", "status", "audience", "activity", "terms", "referral"]
)
def test_who_only_looks_does_nothing(anne: UUID, client: Client, dialog: str) -> None:
    sign_in(client, "marketing", language="en")
    assert client.get(f"/customers/{anne}/{dialog}/").status_code == 403


def test_what_staff_record_is_told_on_the_time_line(anne: UUID, client: Client) -> None:
    sign_in(client, *SERVICE, language="en")
    for dialog, fields in (
        ("activity", {"activity": "review", "store": ""}),
        ("terms", {"version": "two"}),
        ("suspend", {"reason": "Two people use it"}),
        ("resume", {"reason": "All is well"}),
    ):
        send(client, anne, dialog, fields)
    page = client.get(f"/customers/{anne}/").content.decode()
    for words in ("Terms accepted", "Membership suspended", "Membership resumed", "All is well"):
        assert words in page
    for seq in range(1, state(anne).seq + 1):
        assert client.get(f"/customers/{anne}/events/{seq}/").status_code == 200
