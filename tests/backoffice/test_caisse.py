"""The till's page without a browser: who is found, what is refused and why, what is kept."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils.translation import override

from assidu.backoffice.programme import programme_called
from assidu.backoffice.saying import line_to_say
from assidu.customers import queries as customers
from assidu.customers.types import Profile
from assidu.events.wire import parse_one
from assidu.foundation.people import actions as people_actions
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.loyalty import actions, queries
from assidu.loyalty.customer_offers import allot_offer
from assidu.loyalty.plans import publish
from backoffice.test_pages import PASSWORD
from builders.documents import BASE, a_document
from builders.offer_club import OPENED, told
from builders.offers import offers
from builders.sales import a_sale
from builders.shop import PROGRAMME, Shop

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 13, 10, tzinfo=UTC)
CARD = "2990000000012"


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())


@pytest.fixture
def shop(db: None) -> Shop:
    from assidu.catalogue.actions import put_stores
    from assidu.catalogue.types import Store

    put_stores([Store("317", "Nantes centre", "Nantes", ""), Store("318", "Rennes", "Rennes", "")])
    return Shop.opened()


@pytest.fixture
def anne(shop: Shop) -> UUID:
    profile = Profile(card=CARD, first_name="Anne", last_name="Béraud", phone="0611111111", store="317")
    return shop.member(profile)


@pytest.fixture
def till(client: Client, shop: Shop) -> Client:
    return serving(client)


def serving(client: Client) -> Client:
    """Somebody who serves in store 317."""
    made = people_actions.create_person(
        "ines@exemple.fr", "Inès Lemoine", ["store"], COMMAND_LINE, password=PASSWORD, stores=["317"]
    )
    assert isinstance(made, Person)
    client.post("/sign-in/", {"email": "ines@exemple.fr", "password": PASSWORD})
    return client


def part(till: Client, step: str, **sent: Any) -> tuple[int, str]:
    answer = till.post(f"/caisse/{step}/", sent, headers={"X-Caisse-Part": "desk"})
    return answer.status_code, answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def found(till: Client, who: str = CARD) -> str:
    status, text = part(till, "find", who=who)
    assert status == 200, text
    return text


def event_in(text: str) -> str:
    match = re.search(r'name="event" value="([0-9a-f-]{36})"', text)
    assert match
    return match[1]


def confirmed(till: Client, customer: UUID, text: str, **rest: Any) -> tuple[int, str]:
    sent = {"event": event_in(text), "customer": customer, "day": "2026-03-13", "store": "317"} | rest
    return part(till, "ticket", **sent)


def anonymous(id_: str, amount: int = 4_200, at: datetime = NOW - timedelta(hours=1)) -> None:
    lines = [{"sku": "s", "amount_minor": amount, "department": "grocery"}]
    written = {
        "specversion": "1.0", "id": id_, "source": "till/store-317", "type": "Order Completed", "time": at.isoformat(),
        "data": {"store": "317", "channel": "store", "ticket": id_, "lines": lines},
    }  # fmt: skip
    actions.record(parse_one(written), at, programme=PROGRAMME)


def points(customer: UUID) -> int:
    standing = queries.standing(customer, NOW)
    assert standing is not None
    return standing.available("points")


def test_a_card_or_a_telephone_shows_who_it_is_what_they_have_and_what_to_say(
    till: Client, anne: UUID
) -> None:
    for who in (CARD, " 2990 0000 00012 ", "06 11 11 11 11", "+33611111111"):
        text = found(till, who)
        assert "Anne Béraud" in text
        assert "Bronze" in text
        assert "pour le statut" in text or "Argent" in text
        assert 'class="say"' in text


def test_what_is_said_to_a_customer_is_in_their_language_and_marked_so(till: Client, shop: Shop) -> None:
    shop.member(Profile(card=CARD, first_name="Ann", last_name="Bell", store="317", language="en"))
    text = found(till)
    assert re.search(r'À dire, en anglais</span><b lang="en">[A-Z][^<]* [^<]*</b>', text), text
    assert "client suivant" in text, "the page itself is in the cashier's language"
    assert not re.search(r'<b lang="en">[^<]*(Vous|Encore|ticket compte)', text)


def test_whoever_is_looked_up_is_noted(till: Client, anne: UUID) -> None:
    found(till)
    assert "caisse" in [look.page for look in people.looks(customer_id=anne).entries]


def test_nothing_about_a_customer_is_in_an_address(till: Client, anne: UUID) -> None:
    text = found(till)
    assert not re.search(rf'(href|action)="[^"]*({anne}|{CARD})', text)


OFFERS = offers(
    "brioche: effect: {percent: {off: 50}}|needs: activated|quota: {first: 2, per: day, over: store}",
    "elsewhere: effect: {amount: 1.00}|needs: activated|when: {stores: ['318']}",
    "back: effect: {amount: 5.00}|needs: allotted",
    "letter: effect: {amount: 2.00}|needs: code|times: {limit: 1, per: month}",
    "open: effect: {amount: 1.00}",
)


@pytest.fixture
def with_offers(db: None) -> Shop:
    from assidu.catalogue.actions import put_stores
    from assidu.catalogue.types import Store

    put_stores([Store("317", "Nantes centre", "Nantes", ""), Store("318", "Rennes", "Rennes", "")])
    return Shop.opened(more=OFFERS)


def test_their_offers_in_this_store_are_shown_with_what_is_left_of_them(
    client: Client, with_offers: Shop
) -> None:
    anne = with_offers.member(Profile(card=CARD, first_name="Anne", last_name="Béraud", store="317"))
    allot_offer(anne, "back", by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
    text = found(serving(client))
    shown = re.findall(r'<li><b>(.*?)</b><span class="pill.*?">(.*?)</span>', text)
    assert shown == [("brioche", "à activer"), ("back", "attribuée"), ("letter", "avec un code")]
    assert "2 places restantes" in text
    assert "encore 1 fois pour ce client" in text
    assert "elsewhere" not in text
    assert "1 autre ne demande rien" in text


def test_an_offer_is_activated_in_their_name_once_and_the_trail_says_by_whom(
    client: Client, with_offers: Shop
) -> None:
    anne = with_offers.member(Profile(card=CARD, first_name="Anne", last_name="Béraud", store="317"))
    till = serving(client)
    text = found(till)
    event = re.search(r'caisse/activate/.*?name="event" value="([0-9a-f-]{36})"', text)
    assert event
    for _ in range(2):
        status, text = part(till, "activate", event=event[1], customer=anne, offer="brioche")
        assert status == 200, text
        assert "brioche : activée" in text
    state = queries.member_state(anne)
    assert state is not None
    assert state.offers["brioche"].step == "activated"
    assert [one.action for one in people.audit_trail(action="offer").entries] == ["offer.activated"]
    status, text = part(till, "activate", event=uuid4(), customer=anne, offer="back")
    assert status == 422
    assert 'role="alert"' in text


@pytest.mark.parametrize(
    ("asks", "near"),
    [
        ("purchases_at_least: 10", "encore 2 achats"),
        ("spend_at_least: 90.00", "encore 10,00 € d'achats"),
        ("purchases_at_least: 11", ""),
        ("spend_at_least: 110.00", ""),
    ],
)
def test_a_status_that_is_near_is_said_whatever_it_asks_for(db: None, asks: str, near: str) -> None:
    levels = f"[{{code: b, name: {{fr: B, en: B}}}}, {{code: g, name: {{fr: Or, en: Gold}}, {asks}}}]"
    publish(a_document(BASE, tiers=f"tiers: {{levels: {levels}, keep: {{months: 12}}}}\n"), "", at=OPENED)
    customer = told("j", "Member Joined", 1, OPENED)
    for n in range(8):
        line = {"sku": "s", "amount_minor": 1_000, "department": "grocery"}
        told(f"s{n}", "Order Completed", 1, store="317", channel="store", ticket=f"s{n}", lines=[line])
    with override("fr"):
        programme = programme_called("club")
        assert programme is not None
        said = (
            line_to_say(queries.standing(customer, NOW), programme)
            .replace("\u00a0", " ")
            .replace("\u202f", " ")
        )
    assert said == (f"Bientôt le statut Or : {near}." if near else "Vous avez 80 points.")


def test_a_mistyped_number_is_to_be_checked_first_and_whose_it_may_be_is_one_key_away(
    till: Client, anne: UUID, shop: Shop
) -> None:
    shop.member(Profile(card="2990000000029", first_name="Luc", last_name="Morel", store="318"))
    for slip in ("2990000000021", "299000000012", "29900000000012", "2990000000102"):
        status, text = part(till, "find", who=slip)
        assert status == 404
        assert re.findall(r'name="who" value="(\d+)"', text) == [CARD], slip  # nobody of another store
        assert "Béraud" not in text
        assert text.index("AB") < text.index('name="first_name"')
    assert [look.page for look in people.looks(customer_id=anne).entries] == ["near"] * 4, "each look is kept"
    assert "dernier chiffre" in part(till, "find", who="2990000000021")[1]
    shop.member(Profile(card="2990010200379", first_name="Éva", last_name="Roux", store="318"))
    elsewhere = part(till, "find", who="2990010200397")[1]  # two neighbours swapped
    assert "autre magasin" in elsewhere, "that there is one is told"
    assert "ÉR" not in elsewhere
    assert "2990010200379" not in elsewhere
    assert "autre magasin" not in part(till, "find", who="2990010200388")[1]
    shop.must(shop.customer(Profile(card="2990000000021")), a_sale(1_000))
    status, text = part(till, "find", who="2990000000021")
    assert (status, CARD in text) == (404, True), "a till that told a ticket with it makes nobody of a slip"
    assert "dernier chiffre" not in part(till, "find", who="2990000000996")[1]


def test_who_only_serves_lands_on_the_till(till: Client) -> None:
    assert till.get("/").headers["Location"] == "/caisse/"


@pytest.mark.parametrize(
    ("last_day", "said"),
    [("2026-03-13", "aujourd'hui :"), ("2026-03-14", "aujourd'hui ou demain"), ("2026-03-15", "bientôt")],
)
def test_what_ends_today_is_not_said_to_end_soon(db: None, last_day: str, said: str) -> None:
    publish(a_document(BASE), "", at=OPENED)
    customer = told("j", "Member Joined", 1, OPENED)
    ends = date.fromisoformat(last_day) + timedelta(days=1)
    standing = queries.standing(customer, NOW)
    assert standing is not None
    purse = replace(standing.purses[0], available=80, next_expiry=ends, next_expiry_quantity=80)
    with override("fr"):
        programme = programme_called("club")
        assert programme is not None
        line = line_to_say(replace(standing, purses=(purse,)), programme, "317")
    assert said in line.replace("\u00a0", " ").replace("\u2019", "'")


def test_of_several_vouchers_only_those_that_end_are_said_to_end(shop: Shop, anne: UUID) -> None:
    actions.correct(anne, "points", 600, "Queue", by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
    actions.request_reward(anne, "voucher-5", 1, at=NOW, programme=PROGRAMME)
    standing = queries.standing(anne, NOW)
    assert standing is not None
    with override("en"):
        programme = programme_called(PROGRAMME)
    assert programme is not None
    [purse] = [one for one in standing.purses if one.currency == "voucher-5"]
    assert (purse.available, purse.next_expiry_quantity) == (1, 1)
    with override("en"):
        several = line_to_say(replace(standing, purses=(replace(purse, available=3),)), programme, "317")
        one = line_to_say(replace(standing, purses=(purse,)), programme, "317")
    assert ", 1 of them until " in several
    assert " of them" not in one


def test_an_unknown_card_offers_to_join_and_joins(till: Client, shop: Shop) -> None:
    status, text = part(till, "find", who="2990000000999")
    assert status == 404
    assert 'name="asked" value="2990000000999"' in text
    sent = {"event": event_in(text), "asked": "2990000000999", "first_name": "Luc", "last_name": "Morel"}
    status, text = part(till, "join", **sent)
    assert status == 422
    assert "conditions" in text
    assert "Comparez" in text, "it is still a card, which may be mistyped"
    status, text = part(till, "join", **sent, accepts="on", phone="12")
    assert status == 422
    status, text = part(till, "join", **sent, accepts="on", phone="0622222222")
    assert status == 200
    assert "Luc Morel" in text
    joined = customers.by_subject("card:2990000000999")
    assert isinstance(joined, UUID)
    assert customers.by_subject("phone:0622222222") == joined
    [entry] = queries.timeline([joined]).entries
    assert entry.store == "317"
    assert entry.body["terms_version"] == "3"


def test_an_unknown_telephone_joins_with_it(till: Client, shop: Shop) -> None:
    _status, text = part(till, "find", who="0633333333")
    sent = {
        "event": event_in(text),
        "asked": "0633333333",
        "first_name": "Zoé",
        "last_name": "Petit",
        "accepts": "on",
    }
    status, _text = part(till, "join", **sent)
    assert status == 200
    assert isinstance(customers.by_subject("phone:0633333333"), UUID)


@pytest.mark.parametrize("nonsense", ["bonjour madame", "???", "a@", "%00"])
def test_what_is_no_number_is_said_to_be_none(till: Client, shop: Shop, nonsense: str) -> None:
    status, text = part(till, "find", who=nonsense)
    assert status == 404
    assert "data-f2" not in text


def test_a_ticket_that_waits_is_attached(till: Client, anne: UUID) -> None:
    anonymous("T-1")
    before = points(anne)
    status, text = confirmed(till, anne, found(till), ticket="T-1")
    assert status == 200, text
    assert "Vous gagnez" in text
    assert points(anne) > before
    assert [one.action for one in people.audit_trail(action="ticket").entries] == ["ticket.attached"]


def test_a_ticket_that_the_till_has_not_told_asks_for_its_amount_and_is_recorded(
    till: Client, anne: UUID
) -> None:
    text = found(till)
    status, answer = confirmed(till, anne, text, ticket="T-7")
    assert status == 422
    assert "aria-invalid" in answer
    for _ in range(2):  # sent twice, it counts once
        status, answer = confirmed(till, anne, text, ticket="T-7", amount="42,50")
        assert status == 200, answer
    assert [e.amount_minor for e in queries.timeline([anne]).entries if e.amount_minor] == [4_250]


@pytest.mark.parametrize("amount", ["0", "-5", "x", "1e3", "NaN", "12,345", "99999999999", "Infinity"])
def test_an_amount_that_is_none_is_refused(till: Client, anne: UUID, amount: str) -> None:
    status, _text = confirmed(till, anne, found(till), ticket="T-7", amount=amount)
    assert status == 422


def test_points_and_vouchers_are_used_on_the_ticket(till: Client, anne: UUID) -> None:
    actions.correct(anne, "points", 600, "Queue", by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
    actions.request_reward(anne, "voucher-5", 1, at=NOW, programme=PROGRAMME)
    text = found(till)
    assert 'name="use-voucher-5"' in text
    anonymous("T-1")
    status, answer = confirmed(till, anne, text, ticket="T-1", **{"use-voucher-5": "1"})
    assert status == 200, answer
    standing = queries.standing(anne, NOW)
    assert standing is not None
    assert standing.available("voucher-5") == 0
    status, answer = confirmed(till, anne, found(till), ticket="T-2", amount="10", **{"use-voucher-5": "1"})
    assert status == 200  # the field is gone with the voucher: nothing can be used


def test_a_forgotten_ticket_of_another_day_is_attached_or_refused_with_the_reason(
    till: Client, anne: UUID
) -> None:
    anonymous("T-1", at=NOW - timedelta(days=12))
    anonymous("T-2", at=NOW - timedelta(days=40))
    status, text = confirmed(till, anne, found(till), ticket="T-1", day="2026-03-01")
    assert status == 200, text
    status, text = confirmed(till, anne, found(till), ticket="T-1", day="2026-03-01")
    assert status == 422
    assert "déjà sur ce compte" in text
    assert " open>" in text
    status, text = confirmed(till, anne, found(till), ticket="T-2", day="2026-02-01")
    assert status == 422
    assert "Trop tard" in text
    status, text = confirmed(till, anne, found(till), ticket="T-3", amount="10", day="2026-03-02")
    assert status == 422  # a ticket of the past is never made up
    assert "ne correspond" in text
    status, text = confirmed(till, anne, found(till), ticket="T-3", day="2026-03-14")
    assert status == 422


def test_the_next_card_scanned_where_a_ticket_was_expected_is_the_next_customer(
    till: Client, anne: UUID, shop: Shop
) -> None:
    shop.member(Profile(card="2990000000029", first_name="Luc", last_name="Morel"))
    status, text = confirmed(till, anne, found(till), ticket="2990000000029")
    assert status == 200
    assert "Luc Morel" in text
    assert "Anne" not in text


def test_whoever_left_is_shown_and_earns_nothing(till: Client, anne: UUID) -> None:
    actions.leave(anne, at=NOW, programme=PROGRAMME)
    text = found(till)
    assert "Anne Béraud" in text
    assert "ne rapporte rien" in text


def test_whoever_is_suspended_is_told_that_nothing_is_lost(till: Client, anne: UUID) -> None:
    actions.suspend(anne, "Card reported stolen", by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
    text = found(till)
    assert "Suspendu" in text
    assert "rien n'est perdu" in text.replace("’", "'")
    assert "stolen" not in text
    before = points(anne)
    status, answer = confirmed(till, anne, text, ticket="T-1", amount="42")
    assert status == 200, answer
    assert points(anne) == before


def test_nobody_is_served_whom_nobody_looked_up(till: Client, anne: UUID, shop: Shop) -> None:
    stranger = shop.member(Profile(card="2990000000029", last_name="Morel", store="318"))
    anonymous("T-1")
    status, text = confirmed(till, stranger, found(till), ticket="T-1")
    assert status == 200
    assert 'data-state="idle"' in text
    assert points(stranger) == points(anne)


def test_other_stores_are_not_on_offer(till: Client, anne: UUID) -> None:
    text = found(till)
    assert "Rennes" not in text
    status, _text = confirmed(till, anne, text, ticket="T-1", amount="10", store="318")
    assert status == 422


def test_the_page_is_for_who_serves(client: Client, shop: Shop) -> None:
    made = people_actions.create_person("f@exemple.fr", "F", ["finance"], COMMAND_LINE, password=PASSWORD)
    assert isinstance(made, Person)
    client.post("/sign-in/", {"email": "f@exemple.fr", "password": PASSWORD})
    assert client.get("/caisse/").status_code == 403


def test_without_scripts_the_whole_page_is_answered(till: Client, anne: UUID) -> None:
    answer = till.post("/caisse/find/", {"who": CARD})
    text = answer.content.decode()
    assert "<html" in text
    assert "Anne Béraud" in text
    assert date(2026, 3, 13).isoformat() in text
