"""Personal data lies in the customers' room alone, and erasure leaves none of it anywhere."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from assidu.customers import actions, queries
from assidu.customers.types import Profile
from assidu.events.wire import Invalid, parse_one
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people import queries as trails
from assidu.foundation.people.types import COMMAND_LINE, Actor, Person
from assidu.ledger import queries as ledger
from assidu.loyalty import actions as loyalty
from assidu.loyalty.entries import Told
from assidu.loyalty.rebuild import verify
from builders.shop import PROGRAMME, Shop

NOW = datetime(2025, 3, 3, 11, tzinfo=UTC)
CARD = "2990000000012"
SECRETS = (
    "Quenneville",
    "Apolline",
    "0639981234",
    "639981234",
    "apolline.q@exemple.fr",
    "rue des Lilas",
    CARD,
)


def tell(type_: str, number: int, data: dict[str, Any], subject: str = f"card:{CARD}") -> Told:
    incoming = parse_one(
        {
            "specversion": "1.0",
            "id": f"E-{number}",
            "source": "till/store-317",
            "type": type_,
            "time": (NOW + timedelta(minutes=number)).isoformat(),
            "subject": subject,
            "data": data,
        }
    )
    told = loyalty.record(incoming, NOW + timedelta(hours=1), programme=PROGRAMME)
    assert isinstance(told, Told), told
    return told


def a_sale(number: int) -> Told:
    lines = [{"sku": "1", "amount_minor": 4500, "department": "produce"}]
    return tell(
        "Order Completed",
        number,
        {"store": "317", "channel": "store", "ticket": f"T{number}", "lines": lines},
    )


@pytest.fixture
def apolline(db: None) -> UUID:
    """Joined live, with everything about her in the event, and bought."""
    Shop.opened()
    joined = tell(
        "Member Joined",
        1,
        {
            "store": "317",
            "channel": "store",
            "terms_version": "2025-01",
            "profile": {
                "first_name": "Apolline",
                "last_name": "Quenneville",
                "email": "Apolline.Q@exemple.fr",
                "phone": "06 39 98 12 34",
                "card": CARD,
                "address": "3 rue des Lilas",
                "birth_date": "1984-05-12",
            },
        },
    )
    a_sale(2)
    return joined.customer_id


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def found_in() -> Iterator[tuple[str, str]]:
    """Tables in which something personal can be read, and what."""
    for table in tables():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" AS t')
            content = "\n".join(row[0] for row in cursor.fetchall()).lower()
        for secret in SECRETS:
            if secret.lower() in content:
                yield table, secret


def test_only_names_lie_in_clear_and_only_in_the_customers_room(apolline: UUID) -> None:
    assert set(found_in()) == {("customers_customer", "Quenneville"), ("customers_customer", "Apolline")}
    opened = queries.customer(apolline, with_contact=True)
    assert opened
    assert opened.contact
    assert opened.contact.address == "3 rue des Lilas"
    assert queries.event_fields([apolline])[apolline, 1]["email"] == "Apolline.Q@exemple.fr"


def test_erasure_leaves_nothing_of_the_person_and_every_sum_as_it_was(apolline: UUID) -> None:
    before = ledger.trial_balance()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(amount_minor) FROM events_event")
        events = cursor.fetchone()
    done = actions.erase(apolline, COMMAND_LINE, NOW + timedelta(days=1))
    assert done
    assert (done.identifiers, done.event_fields) == (3, 1)
    assert set(found_in()) == set()
    assert ledger.trial_balance() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(amount_minor) FROM events_event")
        assert cursor.fetchone() == events
    entry = trails.audit_trail(action="customer.erased").entries[0]
    assert entry.object_id == str(apolline)
    again = a_sale(3)
    assert again.customer_id != apolline
    assert again.state.membership == "none"


def test_who_looked_at_whom_is_kept_with_the_page(apolline: UUID) -> None:
    person = people.create_person(
        "service@exemple.fr", "Dominique", ["service"], COMMAND_LINE, password="x" * 20
    )
    assert isinstance(person, Person)
    people.record_look(Actor(person.id), apolline, "customer")
    [look] = trails.looks(customer_id=apolline).entries
    assert (look.person_name, look.page) == ("Dominique", "customer")


def test_what_is_refused_repeats_nothing_personal(apolline: UUID) -> None:
    with pytest.raises(Invalid) as refused:
        parse_one({"specversion": "1.0", "id": "x", "source": "s", "type": "Member Joined", "time": NOW.isoformat(),
                   "subject": f"card:{CARD}", "data": {"profile": {"email": ["apolline.q@exemple.fr"]}}})  # fmt: skip
    told = json.dumps([(error.path, error.message, error.code) for error in refused.value.errors])
    assert not any(secret.lower() in told.lower() for secret in SECRETS)


def test_an_erased_customer_still_folds(assidu_db: Database) -> None:
    shop = Shop.opened()
    customer = shop.member(Profile(card=CARD, last_name="Quenneville"))
    actions.erase(customer, COMMAND_LINE, NOW)
    assert verify(assidu_db.url).found == []
