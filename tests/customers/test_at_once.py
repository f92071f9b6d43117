"""Two who open the same card at the same instant meet one customer; nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from django.db import connection as django_connection

from assidu.customers import actions, profiles, resolve
from assidu.customers.types import Erasure, Identifier, IdentifierKind, Profile
from assidu.customers.vault import Vault
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.settings import current_settings
from builders.shop import Shop

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
WRITERS = 6


def test_many_who_open_the_same_cards_in_any_order_meet_the_same_customers(assidu_db: Database) -> None:
    cards = [Identifier(IdentifierKind.CARD, f"29900000006{n:02d}") for n in range(30)]
    settings = current_settings()
    vault = Vault(settings.vault_key)
    start = threading.Barrier(WRITERS)

    def open_all(writer: int) -> dict[Identifier, object]:
        ordered = cards[writer * 5 :] + cards[: writer * 5]
        with psycopg.connect(assidu_db.url) as connection:
            start.wait(timeout=20)
            found: dict[Identifier, object] = {}
            for part in (ordered[:17], ordered[9:]):
                with connection.transaction():
                    newcomers = [resolve.Newcomer(card) for card in part]
                    opened = resolve.open_customers(connection, vault, settings.pseudonym_key, newcomers, NOW)
                found |= {card: customer for card, (customer, _) in opened.items()}
            return found

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(open_all, range(WRITERS)))
    assert all(answer == answers[0] for answer in answers)
    with psycopg.connect(assidu_db.url) as connection:
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM customers_customer), (SELECT count(*) FROM customers_key), "
            "(SELECT count(*) FROM customers_identifier)"
        ).fetchone()
    assert counted == (30, 30, 30)


def identifiers_of(database: Database, customer: UUID) -> int:
    with psycopg.connect(database.url) as connection:
        [(found,)] = connection.execute(
            "SELECT count(*) FROM customers_identifier WHERE customer_id = %s", [customer]
        ).fetchall()
    return int(found)


def claim(database: Database, customer: UUID) -> None:
    with psycopg.connect(database.url) as connection:
        given = [["email"], [b"hash of another one"], [customer], ["test"], NOW]
        psycopg.RawCursor(connection).execute(profiles.CLAIM, given)


def test_an_erased_customer_gets_no_identifier_again(assidu_db: Database) -> None:
    customer = Shop.opened().member(Profile(card="2990000000012"))
    claim(assidu_db, customer)
    assert identifiers_of(assidu_db, customer) == 2
    actions.erase(customer, COMMAND_LINE, NOW)
    claim(assidu_db, customer)
    assert identifiers_of(assidu_db, customer) == 0


def test_nor_while_being_erased(assidu_db: Database) -> None:
    customer = Shop.opened().member(Profile(card="2990000000012"))
    before = identifiers_of(assidu_db, customer)
    with psycopg.connect(assidu_db.url) as eraser, ThreadPoolExecutor(1) as pool:
        eraser.execute("UPDATE customers_customer SET erased_at = %s WHERE customer_id = %s", [NOW, customer])
        claiming = pool.submit(claim, assidu_db, customer)
        assert not wait([claiming], timeout=0.5).done, "it waits to see what becomes of the customer"
        eraser.execute("DELETE FROM customers_identifier WHERE customer_id = %s", [customer])
        eraser.commit()
        claiming.result(timeout=20)
    assert (before, identifiers_of(assidu_db, customer)) == (1, 0)


def test_who_is_merged_while_the_survivor_is_erased_is_erased_with_them(assidu_db: Database) -> None:
    shop = Shop.opened()
    survivor = shop.member(Profile(card="2990000000012"))
    absorbed = shop.member(Profile(card="2990000000029"))

    def erase() -> Erasure | None:
        try:
            return actions.erase(survivor, COMMAND_LINE, NOW)
        finally:
            django_connection.close()

    with psycopg.connect(assidu_db.url) as merger, ThreadPoolExecutor(1) as pool:
        psycopg.RawCursor(merger).execute(resolve.ALIAS, [absorbed, survivor, NOW])
        erasing = pool.submit(erase)
        assert not wait([erasing], timeout=0.5).done, "it waits for the merger"
        merger.commit()
        erased = erasing.result(timeout=20)
    assert erased
    assert set(erased.customers) == {survivor, absorbed}
    assert identifiers_of(assidu_db, survivor) == identifiers_of(assidu_db, absorbed) == 0
