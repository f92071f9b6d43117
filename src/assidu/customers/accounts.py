"""Households and companies: customers of their own kind, and who belongs to them.

What enters and leaves with somebody is the programme's (``loyalty.accounts``); here is who they are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from assidu.customers.identifiers import search_name
from assidu.customers.types import CustomerKind
from assidu.customers.vault import Vault, seal
from assidu.foundation.ids import new_id
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import Actor
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows

NAME_LENGTH_MAX = 200

ENTER = "SELECT customers_enter($1::uuid, $2::uuid, $3::timestamptz)"
"""The person, the account, the instant: what is told of the person is the account's from now on."""

EXIT = "SELECT customers_exit($1::uuid, $2::uuid)"
"""The person, the account: they count for themselves again."""


class AccountRole(StrEnum):
    """What somebody is in an account: in a household the first two, in a company any of the others."""

    HOLDER = "holder"
    MEMBER = "member"
    PRESCRIBER = "prescriber"
    REQUESTER = "requester"
    DECIDER = "decider"
    BUYER = "buyer"
    PAYER = "payer"
    USER = "user"


ROLES = {
    CustomerKind.HOUSEHOLD: (AccountRole.HOLDER, AccountRole.MEMBER),
    CustomerKind.COMPANY: tuple(AccountRole)[2:],
}
"""The roles of each kind of account; whoever has none is just in it."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Somebody in an account; ``name`` is empty once they are erased."""

    customer_id: UUID
    account_id: UUID
    name: str
    roles: tuple[AccountRole, ...]
    since: datetime


def open_account(kind: CustomerKind, name: str, at: datetime, *, store: str = "") -> UUID:
    """A household or a company of that name, with nobody in it."""
    assert kind is not CustomerKind.PERSON, "people open by themselves"
    customer_id = new_id(at)
    key, wrapped = Vault(current_settings().vault_key).new_key(customer_id)
    name = name.strip()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_key (customer_id, wrapped) VALUES (%s, %s)", [customer_id, wrapped]
        )
        cursor.execute(
            "INSERT INTO customers_customer (customer_id, created_at, kind, last_name, search_name, store_id, sealed) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                customer_id,
                at,
                kind.value,
                name,
                search_name(name, ""),
                store,
                seal(key, customer_id, {}),
            ],
        )
    return customer_id


def set_roles(customer_id: UUID, roles: Sequence[AccountRole], by: Actor | None) -> bool:
    """What somebody is in their account. ``False``: they are in none, or nothing changed."""
    told = [role.value for role in AccountRole if role in roles]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_belonging SET roles = %s WHERE customer_id = %s AND roles <> %s",
            [told, customer_id, told],
        )
        is_changed = bool(cursor.rowcount)
    if is_changed and by is not None:
        people.record(by, "account.roles_set", "customer", str(customer_id), after={"roles": told})
    return is_changed


# ---------------------------------------------------------------- who belongs to what


def account_of(customer_id: UUID) -> UUID | None:
    """The account that counts for somebody now (whoever was merged is followed); ``None``: they count themselves."""
    found = rows(
        "SELECT b.account_id FROM customers_customer AS c JOIN customers_belonging AS b "
        "ON b.customer_id = coalesce(c.merged_into, c.customer_id) WHERE c.customer_id = %s",
        [customer_id],
    )
    return found[0][0] if found else None


def belonging_of(customer_id: UUID) -> Belonging | None:
    found = _belongings("b.customer_id = %s", [customer_id])
    return found[0] if found else None


def people_of(account_id: UUID) -> list[Belonging]:
    """Who is in an account, in the order in which they came."""
    return _belongings("b.account_id = %s", [account_id])


def family_of(customer_id: UUID) -> tuple[UUID, ...]:
    """Everybody whose past is this customer's too, themselves first: those merged into them and, for an account, the
    people in it with those merged into them."""
    found = rows(
        "WITH people AS (SELECT %(id)s::uuid AS id UNION ALL "
        "  SELECT b.customer_id FROM customers_belonging AS b WHERE b.account_id = %(id)s) "
        "SELECT id FROM people UNION "
        "SELECT c.customer_id FROM customers_customer AS c JOIN people ON c.merged_into = id",
        {"id": customer_id},
    )
    return (customer_id, *sorted(row[0] for row in found if row[0] != customer_id))


def kinds_of(customer_ids: Collection[UUID]) -> dict[UUID, CustomerKind]:
    found = rows(
        "SELECT customer_id, kind FROM customers_customer WHERE customer_id = ANY (%s)", [list(customer_ids)]
    )
    return {customer_id: CustomerKind(kind) for customer_id, kind in found}


def _belongings(condition: str, parameters: Sequence[object]) -> list[Belonging]:
    found = rows(
        "SELECT b.customer_id, b.account_id, trim(c.first_name || ' ' || c.last_name), b.roles, b.since "
        "FROM customers_belonging AS b JOIN customers_customer AS c USING (customer_id) "
        f"WHERE {condition} ORDER BY b.since, b.customer_id",
        parameters,
    )
    return [
        Belonging(customer_id, account_id, name, tuple(AccountRole(role) for role in roles), since)
        for customer_id, account_id, name, roles, since in found
    ]
