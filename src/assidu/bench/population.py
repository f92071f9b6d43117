"""Members of the fixed load: each with a card, a year of counters, three lots."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import psycopg

from assidu.bench.programme import PROGRAMME
from assidu.bench.vocabulary import BEGAN, Vocabulary, document_of
from assidu.catalogue.actions import put_products
from assidu.catalogue.types import Product
from assidu.customers.identifiers import lookup
from assidu.customers.types import Identifier, IdentifierKind
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.loyalty.plans import publish

CARD_BASE = 2_990_000_000_000
_CUSTOMER = "01920000-0000-7000-8000-"
_WALLET = "01920000-0000-7000-9000-"
CUSTOMER_SQL = f"('{_CUSTOMER}' || lpad(to_hex({{n}}::integer), 12, '0'))::uuid"
WALLET_SQL = f"('{_WALLET}' || lpad(to_hex({{n}}::integer), 12, '0'))::uuid"

_FILL = f"""
INSERT INTO customers_customer (customer_id, created_at, first_name, last_name, search_name, language, store_id,
                                sealed)
  SELECT {CUSTOMER_SQL.format(n="n")}, now(), 'Prénom', 'Nom ' || n, 'nom ' || n || ' prenom', 'fr',
         (300 + n %% 100)::text,
         decode(repeat(md5(n::text), 6), 'hex')
    FROM generate_series(1, %(count)s) AS n;
INSERT INTO customers_key (customer_id, wrapped)
  SELECT {CUSTOMER_SQL.format(n="n")}, decode(repeat(md5(n::text), 4), 'hex') FROM generate_series(1, %(count)s) AS n;
INSERT INTO ledger_wallet (customer_id, wallet_id)
  SELECT {CUSTOMER_SQL.format(n="n")}, {WALLET_SQL.format(n="n")} FROM generate_series(1, %(count)s) AS n;
INSERT INTO loyalty_member (customer_id, wallet_id, programme, seq, state, membership, tier, joined_on, next_due,
                            last_purchase, purchases)
  SELECT {CUSTOMER_SQL.format(n="n")}, {WALLET_SQL.format(n="n")}, %(programme)s, 0,
         jsonb_build_object(
           'membership', 'member', 'joined_on', '2024-01-15',
           'tiers', jsonb_build_array(jsonb_build_array('2024-01-15', 'silver')),
           'counters', (SELECT jsonb_object_agg(
                                 'spend:' || to_char(%(today)s::date - interval '1 month' * m, 'YYYY-MM'),
                                 9000 + (n * 37 + m * 911) %% 9000) FROM generate_series(0, 11) AS m)
                       || '{{"sales:ever": 58}}'::jsonb),
         'member', 'silver', '2024-01-15', date_trunc('month', %(today)s::date + interval '2 months')::date,
         %(today)s::date - 5, 58
    FROM generate_series(1, %(count)s) AS n;
INSERT INTO ledger_lot (customer_id, wallet_id, currency, issued_month, expires_on, remaining)
  SELECT {CUSTOMER_SQL.format(n="n")}, {WALLET_SQL.format(n="n")}, 'points',
         date_trunc('month', %(today)s::date - interval '1 month' * m)::date,
         date_trunc('month', %(today)s::date + interval '1 month' * (7 - m))::date, 100 + n %% 400
    FROM generate_series(1, %(count)s) AS n, generate_series(3, 5) AS m;
INSERT INTO ledger_balance (customer_id, wallet_id, currency, posted)
  SELECT customer_id, wallet_id, currency, sum(remaining) FROM ledger_lot GROUP BY 1, 2, 3;
"""


def customer_id(n: int) -> UUID:
    return UUID(f"{_CUSTOMER}{n:012x}")


def wallet_id(n: int) -> UUID:
    return UUID(f"{_WALLET}{n:012x}")


def card(n: int) -> str:
    return str(CARD_BASE + n)


def publish_programme(products: tuple[Product, ...], vocabulary: Vocabulary = Vocabulary.FIXED) -> None:
    """On Django's connection. Long ago, so that no ticket is from before its draws were opened."""
    put_products(products)
    document = document_of(vocabulary, clock.now().date())
    publish(document, "", at=datetime.combine(BEGAN, time(), UTC))


def populate(database: Database, count: int, today: date) -> None:
    """As the owner of the tables: lots and balances are written at once, without the postings behind them."""
    key = current_settings().pseudonym_key
    with psycopg.connect(database.owner_url) as connection:
        parameters = {"count": count, "programme": PROGRAMME, "today": today}
        for statement in _FILL.split(";\n"):
            if statement.strip():
                connection.execute(statement.encode(), parameters)
        with connection.cursor().copy(
            "COPY customers_identifier (kind, lookup, customer_id, added_at, source) FROM STDIN"
        ) as copy:
            for n in range(1, count + 1):
                hashed = lookup(key, Identifier(IdentifierKind.CARD, card(n)))
                copy.write(f"card\t\\\\x{hashed.hex()}\t{customer_id(n)}\t{today.isoformat()}\tbench\n")
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        # Tables that are still empty are left as a new installation has them.
        for table in (
            "customers_customer", "customers_key", "customers_identifier", "ledger_wallet", "ledger_lot",
            "ledger_balance", "loyalty_member", "catalogue_product",
        ):  # fmt: skip
            connection.execute(f"VACUUM ANALYZE {table}")
