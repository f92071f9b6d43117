"""What people write about a customer, kept under that customer's own key: once the person is erased nobody reads it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from assidu.customers.vault import Vault, seal, unseal
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows

KEYS = "SELECT customer_id, wrapped FROM customers_key WHERE customer_id = ANY ($1::uuid[])"
KEEP = (
    "INSERT INTO customers_event_personal (customer_id, seq, sealed) "
    "SELECT p.customer_id, p.seq, p.sealed FROM unnest($1::uuid[], $2::integer[], $3::bytea[]) "
    "AS p (customer_id, seq, sealed)"
)
"""Customers, places in their history and what was said there, as ``kept_beside`` seals it."""

Said = Sequence[tuple[UUID, int, Mapping[str, Any]]]
"""What events said of their customers: whom, at which ``seq``, and what."""


def kept_beside(said: Said, keys: Iterable[Sequence[Any]], vault: Vault) -> list[Sequence[Any]]:
    """The columns of ``KEEP``, from the rows of ``KEYS``; of who is erased nothing, and so perhaps none."""
    opened = {row[0]: vault.open_key(row[0], bytes(row[1])) for row in keys}
    sealed = [
        (customer_id, seq, seal(opened[customer_id], customer_id, content))
        for customer_id, seq, content in said
        if customer_id in opened
    ]
    return [list(column) for column in zip(*sealed, strict=True)]


def seal_words(customer_id: UUID, words: str) -> bytes | None:
    """``None``: nothing was written, or the person is erased."""
    key = _keys([customer_id]).get(customer_id)
    return seal(_opened(customer_id, key), customer_id, words) if words and key is not None else None


def open_words(sealed: Sequence[tuple[UUID, bytes | None]]) -> list[str]:
    """What was sealed about each; empty where nothing was, or once the person is erased."""
    keys = _keys([customer_id for customer_id, content in sealed if content is not None])
    return [
        str(unseal(_opened(customer_id, keys[customer_id]), customer_id, bytes(content)))
        if content is not None and customer_id in keys
        else ""
        for customer_id, content in sealed
    ]


def _keys(customers: Sequence[UUID]) -> dict[UUID, bytes]:
    found = rows(
        "SELECT customer_id, wrapped FROM customers_key WHERE customer_id = ANY (%s)", [list(customers)]
    )
    return {customer_id: bytes(wrapped) for customer_id, wrapped in found}


def _opened(customer_id: UUID, wrapped: bytes) -> Any:
    return Vault(current_settings().vault_key).open_key(customer_id, wrapped)
