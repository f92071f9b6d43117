"""Units that wait, or change hands, through the room's doors: written, shown, explained, verified."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.test import Client

from assidu.cli.main import run
from assidu.customers.types import Profile
from assidu.decisions.decision import Account, RefusalCode, Refused
from assidu.decisions.events import Merger, Resumption, Return, Suspension
from assidu.events.types import EventType
from assidu.events.wire import Incoming, Subject, parse_one
from assidu.foundation.database import Database
from assidu.foundation.people.types import Actor
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows
from assidu.loyalty import actions, queries
from assidu.loyalty.due import run_due
from assidu.loyalty.entries import Told, UnknownCustomer
from assidu.loyalty.explain import explain, explain_all
from assidu.loyalty.rebuild import repair, verify
from assidu.plans.wording import Language, receipt
from backoffice.test_pages import sign_in
from builders.sales import a_sale
from builders.shop import OPENED, PROGRAMME, Shop

HUGO = Actor(person_id=UUID(int=9))
BOUGHT = OPENED + timedelta(days=10)
WAITING = "pending: {days: 14}"
GIVEN = "transfers: {at_least: 10, cap: {units: 300, per: month}}"


def anne(shop: Shop) -> UUID:
    return shop.member(Profile(card="2990000000012", first_name="Anne", last_name="Béraud"))


def bruno(shop: Shop) -> UUID:
    return shop.member(Profile(card="2990000000029", first_name="Bruno", last_name="Carle"))


@pytest.fixture
def waiting(db: None) -> Shop:
    return Shop.opened(points=WAITING)


@pytest.fixture
def giving(db: None) -> Shop:
    return Shop.opened(points=GIVEN)


def purse(customer: UUID, now: datetime) -> tuple[int, int, int]:
    """Points that can be used, wait, are held."""
    standing = queries.standing(customer, now)
    assert standing is not None
    [points] = [one for one in standing.purses if one.currency == "points"]
    return points.available, points.pending, points.held


def give(giver: UUID, receiver: UUID, quantity: int, at: datetime = BOUGHT) -> object:
    return actions.transfer(
        giver, Subject("customer", str(receiver)), "points", quantity, "for the party", by=HUGO, at=at,
        programme=PROGRAMME,
    )  # fmt: skip


# ---------------------------------------------------------------- waiting


def test_what_waits_is_shown_until_the_clock_lets_it_be_used(waiting: Shop) -> None:
    customer = anne(waiting)
    welcome = purse(customer, OPENED)[1]
    sold = waiting.must(customer, a_sale(6000, at=BOUGHT))
    welcome += sum(award.quantity for award in sold.decision.awards)
    run_due(BOUGHT)
    assert purse(customer, BOUGHT) == (0, welcome, 0)
    standing = queries.standing(customer, BOUGHT)
    assert standing is not None
    assert standing.purses[0].next_activation == OPENED.date() + timedelta(days=15)
    later = BOUGHT + timedelta(days=15)
    assert purse(customer, later) == (welcome, 0, 0), "as of now, also before the clock was there"
    assert run_due(later) == 1
    assert rows(
        "SELECT posted, pending FROM ledger_balance WHERE customer_id = %s AND currency = 'points'",
        [customer],
    ) == [(welcome, 0)]
    assert run_due(later) == 0


def test_the_receipt_says_from_when_what_was_earned_can_be_used(waiting: Shop) -> None:
    customer = anne(waiting)
    told = actions.record(_sale(customer, BOUGHT), BOUGHT, programme=PROGRAMME)
    assert isinstance(told, Told)
    document = queries.versions(PROGRAMME)[0].document
    said = receipt(told.decision, told.state, told.plan, document, Language.FR, told.day)
    assert "points à venir, les premiers dès le" in said
    assert "Solde\xa0: 0 point" in said


def test_what_waits_is_explained_and_decided_again_the_same(waiting: Shop) -> None:
    customer = anne(waiting)
    sold = waiting.must(customer, a_sale(6000, at=BOUGHT))
    waiting.must(customer, Return(BOUGHT + timedelta(days=1), sold.seq))
    run_due(BOUGHT + timedelta(days=30))
    explained = list(explain_all(customer, Language.EN))
    assert all(one.is_same for one in explained), [one.differing for one in explained]
    said = " ".join(sentence for one in explained for sentence in one.sentences)
    assert "not yet usable" in said
    assert "can be used from now on" in said
    assert "taken back" in said


def test_a_wrong_quantity_that_waits_is_named_and_repaired(assidu_db: Database) -> None:
    shop = Shop.opened(points=WAITING)
    customer = anne(shop)
    shop.must(customer, a_sale(6000, at=BOUGHT))
    assert verify(assidu_db.url, processes=1).differences == 0
    with psycopg.connect(assidu_db.owner_url) as owner:
        owner.execute("UPDATE ledger_lot SET pending = pending - 5 WHERE customer_id = %s", [customer])
        owner.execute("UPDATE ledger_balance SET pending = pending - 5 WHERE currency = 'points'")
        owner.execute(
            "UPDATE loyalty_member SET state = jsonb_set(state, '{pending,0,4}', '7') WHERE customer_id = %s",
            [customer],
        )
    found = verify(assidu_db.url, processes=1)
    named = {one.what.split(" expires")[0].split(",")[0] for one in found.found}
    assert "pending points" in named
    assert "state pending" in named
    assert any(what.startswith("pending in lot points of") for what in named)
    assert repair(assidu_db.owner_url, found.found) == 1
    assert verify(assidu_db.url, processes=1).differences == 0


def test_what_waits_goes_with_a_merger_and_waits_there(waiting: Shop) -> None:
    survivor, absorbed = anne(waiting), bruno(waiting)
    sold = waiting.must(absorbed, a_sale(6000, at=BOUGHT))
    run_due(BOUGHT)
    before = [purse(one, BOUGHT)[1] for one in (survivor, absorbed)]
    waiting.must(survivor, Merger(BOUGHT), absorbed=absorbed)
    assert purse(survivor, BOUGHT) == (0, sum(before), 0)
    waiting.must(survivor, Suspension(BOUGHT + timedelta(days=1)))
    waiting.must(survivor, Resumption(BOUGHT + timedelta(days=4)))
    assert purse(survivor, BOUGHT + timedelta(days=15)) == (sum(before), 0, 0)
    back = waiting.must(survivor, Return(BOUGHT + timedelta(days=5), sold.seq, sale_owner=str(absorbed)))
    [taken] = {posting.source for posting in back.decision.postings}
    assert taken is Account.PENDING
    explained = list(explain_all(survivor, Language.EN))
    assert all(one.is_same for one in explained), [one.differing for one in explained]


def test_the_page_and_the_statement_tell_what_waits(
    waiting: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = anne(waiting)
    now = BOUGHT
    monkeypatch.setenv("ASSIDU_NOW", now.isoformat())
    told = actions.record(_sale(customer, now), now, programme=PROGRAMME)
    assert isinstance(told, Told)
    sign_in(client, "service")
    page = client.get(f"/customers/{customer}/").content.decode()
    assert "à partir du" in page
    statement = client.get(f"/customers/{customer}/statement/").content.decode()
    assert "pas encore utilisable" in statement


def _sale(customer: UUID, at: datetime) -> Incoming:
    return parse_one(
        {
            "specversion": "1.0", "id": "T-9", "source": "till", "type": "Order Completed", "time": at.isoformat(),
            "subject": f"customer:{customer}",
            "data": {"store": "317", "ticket": "T-9", "lines": [{"sku": "s", "amount_minor": 9900}]},
        }
    )  # fmt: skip


# ---------------------------------------------------------------- from one member to another


def test_what_is_given_leaves_one_and_arrives_at_the_other_with_its_dates(giving: Shop) -> None:
    giver, receiver = anne(giving), bruno(giving)
    before = [purse(one, BOUGHT)[0] for one in (giver, receiver)]
    ends = rows("SELECT DISTINCT expires_on FROM ledger_lot WHERE customer_id = %s", [giver])
    outcome = give(giver, receiver, 50)
    assert isinstance(outcome, Told)
    assert [purse(one, BOUGHT)[0] for one in (giver, receiver)] == [before[0] - 50, before[1] + 50]
    assert rows("SELECT DISTINCT expires_on FROM ledger_lot WHERE customer_id = %s", [receiver]) == ends
    last = {one: queries.timeline([one], limit=1).entries[0] for one in (giver, receiver)}
    assert (last[giver].type, last[giver].other) == (EventType.TRANSFER_OUT, receiver)
    assert (last[receiver].type, last[receiver].other) == (EventType.TRANSFER_IN, giver)
    assert last[giver].written == {"reason": "for the party"}
    for one in (giver, receiver):
        explained = explain(one, last[one].seq, Language.FR)
        assert explained is not None
        assert explained.is_same
        assert "50" in " ".join(explained.sentences)


def test_what_may_not_be_given_changes_nothing_for_either(giving: Shop) -> None:
    giver, receiver = anne(giving), bruno(giving)
    stranger = giving.customer(Profile(card="2990000000036"))
    events = rows("SELECT count(*) FROM events_event")
    for other, quantity, code in (
        (receiver, 9, RefusalCode.QUANTITY_TOO_SMALL),
        (receiver, 301, RefusalCode.TRANSFER_LIMIT),
        (stranger, 50, RefusalCode.RECEIVER_NOT_A_MEMBER),
        (giver, 50, RefusalCode.SAME_CUSTOMER),
    ):
        outcome = give(giver, other, quantity)
        assert isinstance(outcome, Refused)
        assert outcome.code is code
    assert isinstance(give(giver, UUID(int=77), 50), UnknownCustomer)
    assert rows("SELECT count(*) FROM events_event") == events


def test_the_same_gift_sent_twice_is_given_once(giving: Shop) -> None:
    giver, receiver = anne(giving), bruno(giving)
    form = UUID(int=123)
    for _ in range(2):
        outcome = actions.transfer(
            giver, Subject("card", "2990000000029"), "points", 50, "again", by=HUGO, at=BOUGHT,
            programme=PROGRAMME, event_id=form,
        )  # fmt: skip
        assert isinstance(outcome, Told)
    assert rows("SELECT count(*) FROM events_event WHERE type = 'Balance Transferred'") == [(1,)]
    assert rows(
        "SELECT sum(quantity) FROM ledger_posting WHERE customer_id = %s AND source = 15", [receiver]
    ) == [(50,)]


def test_after_gifts_the_books_are_what_the_record_says(assidu_db: Database) -> None:
    shop = Shop.opened(points=GIVEN)
    giver, receiver = anne(shop), bruno(shop)
    give(giver, receiver, 50)
    give(receiver, giver, 20)
    verified = verify(assidu_db.url, processes=1)
    assert verified.differences == 0, verified.found


def test_a_gift_on_the_screen(giving: Shop, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    giver, receiver = anne(giving), bruno(giving)
    monkeypatch.setenv("ASSIDU_NOW", BOUGHT.isoformat())
    sign_in(client, "service")
    address = f"/customers/{giver}/transfer/"
    assert address in client.get(f"/customers/{giver}/").content.decode()
    assert "Bruno" in client.get(address, {"q": "Carle"}).content.decode()
    form = client.get(address, {"other": str(receiver)})
    asked = {"event": str(UUID(int=5)), "other": str(receiver), "currency": "points", "reason": "birthday"}
    assert b"Bruno" in form.content
    refused = client.post(address, asked | {"quantity": "5"})
    assert refused.status_code == 422
    done = client.post(address, asked | {"quantity": "50"})
    assert done.status_code == 302, done.content
    assert rows(
        "SELECT action, after ->> 'quantity' FROM people_audit WHERE action = 'balance.transferred'"
    ) == [("balance.transferred", "50")]


def test_a_programme_without_gifts_offers_none(db: None, client: Client) -> None:
    shop = Shop.opened()
    customer = anne(shop)
    sign_in(client, "service")
    assert f"/customers/{customer}/transfer/" not in client.get(f"/customers/{customer}/").content.decode()


@pytest.fixture
def terminal(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The settings of a process are read once: here they are read again, before and after."""
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    monkeypatch.setenv("ASSIDU_NOW", BOUGHT.isoformat())
    current_settings.cache_clear()
    yield assidu_db
    monkeypatch.undo()
    current_settings.cache_clear()


def test_a_gift_by_command(terminal: Database, capsys: pytest.CaptureFixture[str]) -> None:
    shop = Shop.opened(points=GIVEN)
    giver, receiver = anne(shop), bruno(shop)
    words = ["customer", "transfer", f"customer:{giver}", str(receiver)]
    assert run([*words, "50", "--reason", "a party", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["to"] == str(receiver)
    assert run([*words, "5", "--reason", "a party", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "quantity_too_small"
    with psycopg.connect(terminal.url) as connection:
        told = connection.execute("SELECT count(*) FROM events_event WHERE type = 'Balance Transferred'")
        assert told.fetchone() == (1,)
