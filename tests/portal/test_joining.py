"""The form with which somebody joins: the terms by version, consent apart, and nothing told of who is known already."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.customers import queries as customers
from assidu.customers.near import check_digit
from assidu.customers.types import Profile
from assidu.foundation.sql import rows
from assidu.loyalty import plans, queries
from assidu.plans.check import examine
from assidu.portal.cards import card_number, in_groups
from builders.documents import a_programme
from builders.shop import Shop

NOW = datetime(2026, 7, 20, 9, tzinfo=UTC)
SENT = {
    "first_name": "Zoé",
    "last_name": "Petit",
    "email": "zoe@exemple.fr",
    "phone": "06 33 33 33 33",
    "accepts": "on",
}


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())


@pytest.fixture
def shop(db: None) -> Shop:
    put_stores([Store("317", "Nantes centre", "Nantes", "")])
    return Shop.opened()


def shown(client: Client, place: str = "317") -> tuple[dict[str, str], str]:
    """The hidden fields of the form, and the page."""
    answer = client.get(f"/join/{place}/")
    assert answer.status_code == 200
    text = answer.content.decode()
    return hidden(text), text


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(form|terms)" value="([^"]+)"', text))


def card_in(text: str) -> str:
    found = re.search(r'card-number"><b>([^<]+)</b>', text)
    assert found, text
    return re.sub(r"\D", "", found[1])


def joined(client: Client, **changes: Any) -> str:
    answer = client.post("/join/317/", shown(client)[0] | SENT | changes)
    assert answer.status_code == 200, answer.content.decode()
    return card_in(answer.content.decode())


def test_the_terms_are_shown_and_their_version_is_recorded(shop: Shop, client: Client) -> None:
    _fields, text = shown(client)
    assert "version" in text
    assert "1 point par euro" in text
    customer = customers.by_subject(f"card:{joined(client)}")
    assert isinstance(customer, UUID)
    [entry] = queries.timeline([customer]).entries
    plan = queries.current_book("le-cercle").at(NOW)  # type: ignore[union-attr]
    assert entry.body["terms_version"] == str(plan.version)
    assert (entry.store, entry.channel, entry.key.source) == ("317", "store", "assidu/portal")
    assert customers.by_subject("email:zoe@exemple.fr") == customer
    assert customers.by_subject("phone:+33633333333") == customer


TERMS = """
terms:
  - version: "2025-01"
    first_day: 2025-01-01
    text: {fr: "Un point par euro.\\n\\nRien d'autre.", en: "A point for each euro.\\n\\nNothing else."}
  - {version: "2026-07", first_day: 2026-07-01, url: "https://club.example/conditions"}
"""


def test_terms_of_their_own_are_shown_and_recorded_version_by_version(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_stores([Store("317", "Nantes centre", "Nantes", "")])
    text = a_programme(more=TERMS).replace("valid_from: 2026-01-01", "valid_from: 2025-01-01")
    document = examine(text).document
    assert document is not None
    plans.publish(document, text, at=datetime(2025, 1, 1, tzinfo=UTC))
    monkeypatch.setenv("ASSIDU_NOW", "2026-06-01T09:00:00+00:00")
    fields, shown_text = shown(client)
    assert "Un point par euro." in shown_text
    assert fields["terms"] == "2025-01"
    customer = customers.by_subject(f"card:{joined(client)}")
    assert isinstance(customer, UUID)
    assert queries.timeline([customer]).entries[0].body["terms_version"] == "2025-01"
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    late = client.post("/join/317/", fields | SENT | {"email": "b@exemple.fr", "phone": ""})
    assert late.status_code == 422
    assert 'href="https://club.example/conditions"' in late.content.decode()
    customer = customers.by_subject(f"card:{joined(client, email='c@exemple.fr', phone='')}")
    assert isinstance(customer, UUID)
    assert queries.timeline([customer]).entries[0].body["terms_version"] == "2026-07"


def test_consent_is_apart_from_the_terms_and_never_ticked_beforehand(shop: Shop, client: Client) -> None:
    _fields, text = shown(client)
    assert not re.search(r'name="(consent_\w+|accepts)"[^>]*checked', text)
    for sent, kept in (({}, None), ({"consent_email": "on"}, ["email"])):
        customer = customers.by_subject(f"card:{joined(client, **sent)}")
        assert isinstance(customer, UUID)
        [entry] = queries.timeline([customer]).entries
        assert entry.body.get("consents") == kept


def test_consent_without_a_way_to_be_reached_is_none(shop: Shop, client: Client) -> None:
    card = joined(client, phone="", consent_sms="on", consent_email="on")
    customer = customers.by_subject(f"card:{card}")
    assert isinstance(customer, UUID)
    assert queries.timeline([customer]).entries[0].body["consents"] == ["email"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"accepts": ""},
        {"email": "zoe@"},
        {"phone": "12"},
        {"email": "", "phone": ""},
        {"first_name": ""},
        {"form": ""},
        {"form": "nonsense"},
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_recorded(
    shop: Shop, client: Client, wrong: dict[str, str]
) -> None:
    answer = client.post("/join/317/", shown(client)[0] | SENT | wrong)
    assert answer.status_code == 422
    assert "aria-invalid" in answer.content.decode() or 'role="alert"' in answer.content.decode()
    assert rows("SELECT count(*) FROM events_event") == [(0,)]
    assert hidden(answer.content.decode()).keys() == {"form", "terms"}


def test_a_stranger_learns_nothing_of_who_is_known_already(shop: Shop, client: Client) -> None:
    anne = shop.member(Profile(card="2990000000012", first_name="Anne", email="anne@exemple.fr"))
    before = queries.standing(anne, NOW)
    answers = [
        client.post("/join/317/", shown(client)[0] | SENT | {"email": email, "phone": ""})
        for email in ("anne@exemple.fr", "nobody@exemple.fr")
    ]
    plain = [re.sub(r"\d", "#", one.content.decode()) for one in answers]
    assert plain[0] == plain[1]
    assert [one.status_code for one in answers] == [200, 200]
    cards = [card_in(one.content.decode()) for one in answers]
    double = customers.by_subject(f"card:{cards[0]}")
    assert isinstance(double, UUID)
    assert double != anne
    assert customers.by_subject("email:anne@exemple.fr") == anne
    assert queries.standing(anne, NOW) == before
    assert [one.other_id for one in customers.possible_duplicates(anne)] == [double]


def test_sent_twice_it_counts_once_and_gives_the_same_card(shop: Shop, client: Client) -> None:
    fields = shown(client)[0]
    cards = {card_in(client.post("/join/317/", fields | SENT).content.decode()) for _ in range(3)}
    assert len(cards) == 1
    assert rows("SELECT count(*) FROM events_event") == [(1,)]
    changed = client.post("/join/317/", fields | SENT | {"last_name": "Grand"})
    assert changed.status_code == 422
    again = client.post("/join/317/", hidden(changed.content.decode()) | SENT | {"last_name": "Grand"})
    assert again.status_code == 200


def test_a_card_number_that_is_taken_is_not_given_again(shop: Shop, client: Client) -> None:
    from assidu.foundation.settings import current_settings

    fields = shown(client)[0]
    taken = card_number(UUID(fields["form"]), 0, current_settings().pseudonym_key)
    owner = shop.customer(Profile(card=taken, first_name="Luc"))
    card = card_in(client.post("/join/317/", fields | SENT).content.decode())
    assert card != taken
    assert customers.by_subject(f"card:{taken}") == owner


def test_terms_that_changed_meanwhile_are_read_again(shop: Shop, client: Client) -> None:
    answer = client.post("/join/317/", shown(client)[0] | SENT | {"terms": "1"})
    assert answer.status_code == 422
    assert hidden(answer.content.decode())["terms"] != "1"


def test_a_channel_has_an_address_too_and_nothing_else_has(shop: Shop, client: Client) -> None:
    answer = client.post("/join/web/", shown(client, "web")[0] | SENT)
    customer = customers.by_subject(f"card:{card_in(answer.content.decode())}")
    assert isinstance(customer, UUID)
    [entry] = queries.timeline([customer]).entries
    assert (entry.store, entry.channel) == ("", "web")
    assert client.get("/join/nowhere/").status_code == 404


def test_before_a_programme_there_is_nothing_to_join(db: None, client: Client) -> None:
    assert client.get("/join/317/").status_code == 404


def test_a_page_of_another_site_cannot_send_it(shop: Shop) -> None:
    strict = Client(enforce_csrf_checks=True)
    fields = shown(strict)[0]
    assert strict.post("/join/317/", fields | SENT).status_code == 403


def test_a_network_that_sends_too_many_waits(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = shown(client)[0]
    for _ in range(40):
        client.post("/join/317/", fields)
    assert client.post("/join/317/", fields | SENT).status_code == 429
    assert rows("SELECT count(*) FROM events_event") == [(0,)]
    monkeypatch.setenv("ASSIDU_NOW", (NOW + timedelta(hours=2)).isoformat())
    assert client.post("/join/317/", fields | SENT).status_code == 200


@given(st.uuids(), st.integers(0, 9), st.binary(min_size=1, max_size=32))
def test_a_card_number_is_an_ean_of_the_shops_own_range(form: UUID, attempt: int, key: bytes) -> None:
    number = card_number(form, attempt, key)
    assert re.fullmatch(r"29\d{11}", number)
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number))
    assert weighed % 10 == 0
    assert re.sub(r"\D", "", in_groups(number)) == number
    assert card_number(form, attempt, key) == number


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("400638133393") == "1"
