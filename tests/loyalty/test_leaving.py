"""A member leaves and regrets it, or does not: told at the screen, decided by the clock, decided again the same."""

from datetime import date, datetime, timedelta
from html import unescape
from uuid import UUID

import psycopg
import pytest
from django.test import Client

from assidu.customers import queries as customers
from assidu.customers.types import Profile
from assidu.decisions.state import Membership
from assidu.events.wire import Subject
from assidu.foundation.database import Database
from assidu.loyalty import actions, queries
from assidu.loyalty.due import run_due
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import plan_book
from assidu.loyalty.rebuild import verify
from assidu.loyalty.recorded import customers_in_groups
from assidu.simulation.as_decided import replay_as_decided
from backoffice.test_pages import sign_in
from builders.sales import a_sale
from builders.shop import OPENED, PROGRAMME, Shop

REGRET = "leaving: {regret: {days: 14}}\n"
BOUGHT = OPENED + timedelta(days=10)
LEFT = OPENED + timedelta(days=20)
IN_TIME = LEFT + timedelta(days=14)
TOO_LATE = LEFT + timedelta(days=15)
CARD = "2990000000012"


def a_member(shop: Shop, card: str = CARD) -> UUID:
    customer = shop.member(Profile(card=card, first_name="Anne", last_name="Béraud", language="fr"))
    shop.must(customer, a_sale(90_000, at=BOUGHT))
    return customer


def leave(customer: UUID) -> Told:
    outcome = actions.leave(customer, at=LEFT, programme=PROGRAMME)
    assert isinstance(outcome, Told)
    return outcome


def come_back(customer: UUID, at: datetime) -> Told:
    known = customers.customer(customer)
    assert known is not None
    outcome = actions.join(
        Subject("customer", str(customer)),
        store="317", channel="store", terms_version="", profile=None, at=at, programme=PROGRAMME,
    )  # fmt: skip
    assert isinstance(outcome, Told)
    return outcome


def points(customer: UUID, at: datetime) -> int:
    standing = queries.standing(customer, at)
    assert standing is not None
    return standing.purses[0].available


def seen(client: Client, address: str) -> str:
    text = unescape(client.get(address).content.decode())
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_who_comes_back_and_who_does_not_follow_from_the_record_and_are_decided_again_the_same(
    assidu_db: Database,
) -> None:
    shop = Shop.opened(more=REGRET)
    back, gone = a_member(shop), a_member(shop, "2990000000029")
    had = points(back, LEFT)
    for one in (back, gone):
        leave(one)
    come_back(back, IN_TIME)
    run_due(TOO_LATE)
    assert [points(one, TOO_LATE) for one in (back, gone)] == [had, 0]
    standing = queries.standing(gone, TOO_LATE)
    assert standing is not None
    assert (standing.membership, standing.regret_until) == (Membership.LEFT, None)
    verified = verify(assidu_db.url, processes=1)
    assert verified.differences == 0, verified.found
    with psycopg.connect(assidu_db.url) as connection:
        book = plan_book(PROGRAMME)
        assert book is not None
        replayed = replay_as_decided(connection, book, customers_in_groups(connection))
    assert not replayed.differences


def test_the_customer_page_says_until_when_and_brings_them_back(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop.opened(more=REGRET)
    anne = a_member(shop)
    had = points(anne, LEFT)
    monkeypatch.setenv("ASSIDU_NOW", LEFT.isoformat())
    sign_in(client, "service")
    assert "perdu après le 9 févr. 2025" in seen(client, f"/customers/{anne}/leave/")
    leave(anne)
    assert "En revenant jusqu'au 9 févr. 2025, tout se retrouve" in seen(client, f"/customers/{anne}/")
    form = {"event": str(UUID(int=5))}
    assert client.post(f"/customers/{anne}/join/", form).status_code == 302
    standing = queries.standing(anne, IN_TIME)
    assert standing is not None
    assert (standing.membership, standing.joined_on) == (Membership.MEMBER, date(2025, 1, 6))
    assert points(anne, IN_TIME) == had
    page = seen(client, f"/customers/{anne}/")
    assert "En revenant jusqu'au 9 févr. 2025, tout se retrouve" not in page
    assert "Retour dans le programme" in page
