"""Staff set units and places aside for a purchase to come: seen until when and why, released, or run out by itself."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from assidu.customers.actions import erase
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.holds import open_holds
from assidu.loyalty.plans import publish
from assidu.loyalty.queries import timeline
from backoffice.test_allotting import text_of
from backoffice.test_pages import sign_in
from builders.documents import BASE, a_document
from builders.offer_club import MARCH, OPENED, told
from builders.offers import offers

pytestmark = pytest.mark.django_db
BAGS = "bags: effect: {gift: {name: {fr: un sac, en: a bag}, worth: 1.00}}|stock: 1"
WHY = "Comes back on Saturday"


@pytest.fixture
def anne(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setenv("ASSIDU_NOW", MARCH.isoformat())
    publish(a_document(BASE, more=offers(BAGS)), "", at=OPENED)
    customer = told("j", "Member Joined", 1, OPENED)
    actions.correct(customer, "points", 3, "", by=COMMAND_LINE, at=MARCH, programme="club")
    sign_in(client, "service", language="en")
    return customer


def sent(client: Client, customer: UUID, sheet: str, **fields: str) -> int:
    """The form as it is shown, sent twice: it counts once."""
    address = f"/customers/{customer}/{sheet}/"
    found = re.search(r'name="event" value="([0-9a-f-]{36})"', client.get(address).content.decode())
    assert found
    form = {"event": found[1], "reason": WHY, "minutes": "60"} | fields
    first, again = client.post(address, form), client.post(address, form)
    assert first.status_code == again.status_code, again.content.decode()
    return first.status_code


def test_units_and_the_last_bag_are_kept_until_they_are_released(anne: UUID, client: Client) -> None:
    assert sent(client, anne, "hold", quantity="2", currency="points", amount="12.50") == 302
    page = text_of(client.get(f"/customers/{anne}/"))
    assert "Held now" in page
    assert WHY in page
    assert rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(1,)]
    [held] = open_holds(anne, MARCH)
    assert (held.units, held.offers) == ((("points", 2),), ("bags",))
    assert sent(client, anne, "hold", quantity="2", currency="points") == 422, "one is left"
    [address] = set(re.findall(r"release/\?hold=([0-9a-f-]+\.\d+)", page))
    assert sent(client, anne, "release", hold=address) == 302
    assert "Held now" not in text_of(client.get(f"/customers/{anne}/"))
    assert rows("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'") == [(0,)]
    kept = people.audit_trail(action="hold").entries
    assert [line.action for line in kept] == ["hold.released", "hold.placed"]
    assert all(WHY not in str(line) for line in kept)


def test_a_hold_runs_out_by_itself_and_its_reason_goes_with_the_customer(
    anne: UUID, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sent(client, anne, "hold", quantity="1", currency="points", minutes="15") == 302
    [written] = [one.written for one in timeline((anne,)).entries if one.written.get("reason") == WHY]
    assert written
    assert WHY not in str(rows("SELECT body FROM events_event"))
    monkeypatch.setenv("ASSIDU_NOW", (MARCH + timedelta(minutes=15)).isoformat())
    assert "Held now" not in text_of(client.get(f"/customers/{anne}/"))
    erase(anne, COMMAND_LINE, MARCH)
    assert not [one for one in timeline((anne,)).entries if WHY in one.written.values()]


def test_a_hold_of_nothing_is_asked_again_and_a_consultant_holds_nothing(anne: UUID, client: Client) -> None:
    assert sent(client, anne, "hold") == 422
    consultant = Client()
    sign_in(consultant, "consultant", language="en")
    assert consultant.get(f"/customers/{anne}/hold/").status_code == 403
