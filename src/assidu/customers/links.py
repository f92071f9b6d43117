"""Links with which a customer opens their own page without signing in: signed, dated, revoked, and gone on erasure.

An address carries a random secret, the instant at which it expires and the deployment's signature, and nothing about
the person. A forged or expired one is refused before anything is looked up.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import connection, transaction

from assidu.customers.queries import customer, follow
from assidu.foundation.ids import new_id
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows

DAYS = 30
DAYS_MAX = 366
SECRET_BYTES = 18
TOKEN_LENGTH_MAX = 200
SALT = "assidu.customers.links"


class LinkRefusal(StrEnum):
    """Why a link opens nothing. Whoever opens it is told no more than that it is spent."""

    FORGED = "forged"
    EXPIRED = "expired"
    REVOKED = "revoked"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class MadeLink:
    """``token`` is shown once: only its hash is kept."""

    link_id: UUID
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Whose page it is, by now: whoever was merged is followed."""

    link_id: UUID
    customer_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkInUse:
    """A link that still opens."""

    link_id: UUID
    made_at: datetime
    expires_at: datetime


@transaction.atomic
def make_link(customer_id: UUID, by: Actor, at: datetime, *, days: int = DAYS) -> MadeLink | None:
    """A new link beside those that there are; ``None``: nobody is called so, or their data is erased."""
    assert 0 < days <= DAYS_MAX
    owner = follow(customer_id)
    known = customer(owner) if owner is not None else None
    if owner is None or known is None or known.is_erased:
        return None
    # Whole seconds: the address carries no more.
    expires_at = (at + timedelta(days=days)).replace(microsecond=0)
    secret = secrets.token_bytes(SECRET_BYTES)
    link_id = new_id(at)
    with connection.cursor() as cursor:
        # The row's lock orders it with an erasure: either sees the other.
        cursor.execute("SELECT erased_at FROM customers_customer WHERE customer_id = %s FOR UPDATE", [owner])
        row = cursor.fetchone()
        if row is None or row[0] is not None:
            return None
        cursor.execute(
            "INSERT INTO customers_link (secret, link_id, customer_id, made_at, expires_at) "
            "VALUES (%s, %s, %s, %s, %s)",
            [_hashed(secret), link_id, owner, at, expires_at],
        )
    people.record(by, "customer.link_made", "customer", str(owner), after={"days": days})
    return MadeLink(
        link_id, _signer().sign(f"{_written(secret)}.{int(expires_at.timestamp()):x}"), expires_at
    )


@transaction.atomic
def revoke_links(customer_id: UUID, by: Actor, at: datetime) -> int:
    """From now on none of this customer's links opens anything; answers how many did."""
    owner = follow(customer_id)
    if owner is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_link AS l SET revoked_at = %(at)s FROM customers_customer AS c "
            "WHERE c.customer_id = l.customer_id AND (c.customer_id = %(id)s OR c.merged_into = %(id)s) "
            "AND l.revoked_at IS NULL AND l.expires_at > %(at)s",
            {"at": at, "id": owner},
        )
        revoked = int(cursor.rowcount)
    if revoked:
        people.record(by, "customer.links_revoked", "customer", str(owner), after={"links": revoked})
    return revoked


def links_of(customer_id: UUID, at: datetime) -> list[LinkInUse]:
    """The links that open this customer's page now, the youngest first."""
    found = rows(
        "SELECT l.link_id, l.made_at, l.expires_at FROM customers_link AS l JOIN customers_customer AS c "
        "USING (customer_id) WHERE (c.customer_id = %(id)s OR c.merged_into = %(id)s) "
        "AND l.revoked_at IS NULL AND l.expires_at > %(at)s ORDER BY l.made_at DESC",
        {"id": customer_id, "at": at},
    )
    return [LinkInUse(*row) for row in found]


def open_link(token: str, at: datetime) -> OpenedLink | LinkRefusal:
    """Whose page this address opens."""
    read = _read(token)
    if read is None:
        return LinkRefusal.FORGED
    secret, expires_at = read
    if expires_at <= at:
        return LinkRefusal.EXPIRED
    found = rows(
        "SELECT l.link_id, l.revoked_at, coalesce(s.customer_id, c.customer_id), coalesce(s.erased_at, c.erased_at) "
        "FROM customers_link AS l JOIN customers_customer AS c USING (customer_id) "
        "LEFT JOIN customers_customer AS s ON s.customer_id = c.merged_into WHERE l.secret = %s",
        [_hashed(secret)],
    )
    if not found:
        return LinkRefusal.GONE
    link_id, revoked_at, owner, erased_at = found[0]
    if erased_at is not None:
        return LinkRefusal.GONE
    if revoked_at is not None:
        return LinkRefusal.REVOKED
    return OpenedLink(link_id, owner, expires_at)


def _read(token: str) -> tuple[bytes, datetime] | None:
    if len(token) > TOKEN_LENGTH_MAX:
        return None
    try:
        written, _, until = _signer().unsign(token).partition(".")
        return base64.urlsafe_b64decode(written), datetime.fromtimestamp(int(until, 16), UTC)
    except (BadSignature, ValueError, OverflowError):
        return None


def _signer() -> Signer:
    """With the deployment's secret key; the salt keeps its signatures apart from all others."""
    return Signer(salt=SALT, sep="~")


def _written(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode()


def _hashed(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()
