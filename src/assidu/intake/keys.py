"""API keys on the hot path: looked up once in a few seconds, so that a revoked key is soon worth nothing."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from assidu.events.types import EventType
from assidu.events.wire import Incoming
from assidu.foundation import clock
from assidu.foundation.people.types import Actor
from assidu.foundation.problems import Problem
from assidu.intake import problems
from assidu.intake.database import Connection

GOOD_SECONDS = 3.0
BAD_SECONDS = 1.0
KEPT_MAX = 10_000

_FIND = "SELECT id, name, scopes, store FROM people_key WHERE secret_hash = $1 AND revoked_at IS NULL"
_NOTE_USE = (
    "UPDATE people_key SET last_used_at = $2 "
    "WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute')"
)

RECORD: Final = "events:write"
EVALUATE: Final = "evaluate"
READ: Final = "customers:read"
CHANGE: Final = "customers:write"
PAST: Final = "events:past"
BY_HAND: Final = {
    EventType.CORRECTION: "corrections:write",
    EventType.STATUS_GRANT: "corrections:write",
    EventType.AUDIENCE_CHANGE: "customers:write",
    EventType.LEAVING: CHANGE,
    EventType.SUSPENSION: CHANGE,
    EventType.RESUMPTION: CHANGE,
    EventType.MERGER: "customers:merge",
    EventType.TAKE_OVER: "customers:import",
    EventType.TRANSFER_OUT: CHANGE,
    EventType.ADMISSION: CHANGE,
    EventType.DEPARTURE: CHANGE,
}
"""What no till tells: the scope that each needs besides, and its author is kept."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key, its scopes, and the store that it is bound to, if any."""

    key_id: UUID
    name: str
    scopes: frozenset[str]
    store: str

    def author(self, request_id: str) -> Actor:
        return Actor(key_id=self.key_id, key_name=self.name, request_id=request_id)

    def refusal(self, scope: str) -> Problem | None:
        return None if scope in self.scopes else problems.missing_scope(scope)

    def refusal_of(self, incoming: Incoming) -> Problem | None:
        """Whether this key may record that: a till tells its own store's sales, and no key of a store corrects a
        balance or ends a membership."""
        if (scope := BY_HAND.get(incoming.type)) is not None:
            if self.store:
                return problems.OTHER_STORE
            return self.refusal(scope)
        # A reward may be asked for without saying where; then it is none that only some stores give.
        is_placed = hasattr(incoming.data, "store") and (
            incoming.store or incoming.type is not EventType.REWARD_REQUEST
        )
        if self.store and is_placed and incoming.store != self.store:
            return problems.OTHER_STORE
        return self.refusal(PAST) if incoming.has_happened else None


class Keys:
    """Callers by the header they send."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._kept: dict[bytes, tuple[float, Caller | None]] = {}

    def known(self, header: bytes) -> Caller | Problem | None:
        """The caller, or what is wrong with the header; ``None`` when the database must be asked."""
        kept = self._kept.get(header)
        if kept is None or kept[0] < time.monotonic():
            return None if header[:7].lower() == b"bearer " and len(header) <= 300 else problems.NO_KEY
        return kept[1] or problems.BAD_KEY

    async def look_up(self, header: bytes, connection: Connection) -> Caller | Problem:
        hashed = hashlib.sha256(header[7:].strip()).hexdigest()
        row = await connection.fetchrow(_FIND, hashed)
        caller = None
        if row is not None:
            caller = Caller(row["id"], row["name"], frozenset(row["scopes"]), row["store"])
            await connection.execute(_NOTE_USE, caller.key_id, self._now())
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        self._kept[header] = (time.monotonic() + (GOOD_SECONDS if caller else BAD_SECONDS), caller)
        return caller or problems.BAD_KEY
