"""What people write about a customer, kept under that customer's own key: once the person is erased nobody reads it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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

KEEP_SHARED = (
    "INSERT INTO customers_shared_personal (person_id, customer_id, seq, sealed) "
    "SELECT p.person_id, p.customer_id, p.seq, p.sealed "
    "FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bytea[]) AS p (person_id, customer_id, seq, sealed)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the event ``seq`` of a customer said of ``person_id``: themselves or, of an account, somebody in it."""

    customer_id: UUID
    seq: int
    person_id: UUID
    content: Mapping[str, Any]


def kept_beside(
    said: Iterable[Said], keys: Iterable[Sequence[Any]], vault: Vault
) -> tuple[list[Sequence[Any]], list[Sequence[Any]]]:
    """The columns of ``KEEP`` and of ``KEEP_SHARED``, from the rows of ``KEYS``; of who is erased nothing, and so
    perhaps none."""
    opened = {row[0]: vault.open_key(row[0], bytes(row[1])) for row in keys}
    own: list[tuple[Any, ...]] = []
    shared: list[tuple[Any, ...]] = []
    for one in said:
        if one.person_id not in opened:
            continue
        sealed = seal(opened[one.person_id], one.person_id, one.content)
        if one.person_id == one.customer_id:
            own.append((one.customer_id, one.seq, sealed))
        else:
            shared.append((one.person_id, one.customer_id, one.seq, sealed))
    return _columns(own), _columns(shared)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[Sequence[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


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
