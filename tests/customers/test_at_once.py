"""Two who open the same card at the same instant meet one customer; nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg

from assidu.customers import resolve
from assidu.customers.types import Identifier, IdentifierKind
from assidu.customers.vault import Vault
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings

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
