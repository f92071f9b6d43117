"""All that a database holds, told so that two databases can be compared: chance and the order of rows left out."""

import re
from collections.abc import Mapping
from uuid import UUID

import psycopg

# What was sealed is different each time; instants of the machine are not what is compared.
_LEFT_OUT = {
    "customers_customer": {"sealed", "created_at"},
    "customers_identifier": {"added_at"},
    "customers_event_personal": {"sealed"},
    # Which of the two comes first is chance: the lower id.
    "customers_possible_duplicate": {"noted_at", "settled_at", "customer_id", "other_id"},
    "events_reject": {"reject_id"},
}
TABLES = (
    "catalogue_store", "catalogue_department", "catalogue_product", "customers_customer", "customers_identifier",
    "customers_event_personal", "customers_possible_duplicate", "events_event", "events_key", "events_ticket",
    "events_anonymous", "events_reject", "ledger_wallet", "ledger_posting", "ledger_lot", "ledger_balance",
    "loyalty_member", "loyalty_decision", "loyalty_quota",
)  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def contents(url: str, *, without: Mapping[str, set[str]] | None = None) -> dict[str, list[str]]:
    """Every row of every table as text, sorted; customers and wallets go by the least of the customer's identifiers."""
    with psycopg.connect(url) as connection:
        names = {
            customer: f"customer {least}"
            for customer, least in connection.execute(
                "SELECT customer_id, min(kind || ':' || encode(lookup, 'hex')) FROM customers_identifier GROUP BY 1"
            )
        }
        names |= {
            wallet: f"wallet of {names.get(customer, customer)}"
            for customer, wallet in connection.execute("SELECT customer_id, wallet_id FROM loyalty_member")
        }
        known = {str(key): name for key, name in names.items() if isinstance(key, UUID)}
        found: dict[str, list[str]] = {}
        for table in TABLES:
            left_out = sorted(_LEFT_OUT.get(table, set()) | (without or {}).get(table, set()))
            rows = connection.execute(
                f"SELECT (to_jsonb(t) - %s::text[])::text FROM {table} AS t", [left_out]
            )
            found[table] = sorted(_UUID.sub(lambda one: known.get(one[0], one[0]), row) for (row,) in rows)
        return found
