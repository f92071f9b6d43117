"""Knocks at the public doors: counted, limited and kept for a while, without anything that says who it was."""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import connection

from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows

KEPT = timedelta(days=90)


class Knock(StrEnum):
    OPENED = "opened"  # a link that was good
    REFUSED = "refused"  # one that was not
    JOINED = "joined"  # a joining form that was sent


LIMITS: Final[dict[Knock, tuple[int, timedelta]]] = {
    # Many may share one address behind a wall: a shop's wireless network, a telephone company.
    Knock.OPENED: (300, timedelta(minutes=10)),
    Knock.REFUSED: (30, timedelta(minutes=10)),
    Knock.JOINED: (40, timedelta(hours=1)),
}


def is_too_many(what: Knock, address: str, at: datetime) -> bool:
    """Whether this network address has knocked too often lately."""
    limit, period = LIMITS[what]
    since = at - period
    found = rows(
        "SELECT count(*) FROM (SELECT FROM portal_visit WHERE source = ANY (%s) AND what = %s AND at > %s "
        "LIMIT %s) AS v",
        [[_source(address, at), _source(address, since)], what.value, since, limit],
    )
    return bool(found[0][0] >= limit)


def note(what: Knock, address: str, at: datetime, link_id: UUID | None = None) -> None:
    """Keep this knock, and forget those that are of no use any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_visit WHERE at < %s", [at - KEPT])
        cursor.execute(
            "INSERT INTO portal_visit (at, what, source, link_id) VALUES (%s, %s, %s, %s)",
            [at, what.value, _source(address, at), link_id],
        )


def _source(address: str, at: datetime) -> bytes:
    """Tomorrow the same address is another one: days cannot be put together."""
    text = f"portal:{at.date().isoformat()}:{address}"
    return hmac.digest(current_settings().pseudonym_key, text.encode(), "sha256")
