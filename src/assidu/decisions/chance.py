"""Chance that nobody can bend: a keyed hash, decided by a secret that was fixed before anybody played.

The commitment (SHA-256 of the secret) is published before the first ticket and the secret after the last one, so that
anybody can draw every ticket again. The number depends on the customer and on the place of the event among theirs,
never on an id that a sender chooses.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class OpenDraw:
    """``opened_at`` is when its secret was committed to: nothing from before is drawn with it. A rehearsal has none."""

    secret: bytes = field(repr=False)
    opened_at: datetime | None = None

    def is_open_at(self, at: datetime) -> bool:
        return self.opened_at is None or at >= self.opened_at


@dataclass(frozen=True, slots=True)
class Chance:
    """What draws of one customer need: those that are open, by offer, and the customer's pseudonym."""

    member: str
    draws: Mapping[str, OpenDraw]


def commitment(secret: bytes) -> str:
    """What is published before: it binds to the secret and tells nothing of it."""
    return sha256(secret).hexdigest()


def rehearsal_secret(offer: str) -> bytes:
    """For simulations: known to everybody, and never that of a real draw."""
    return sha256(f"rehearsal\n{offer}".encode()).digest()


def number_of(secret: bytes, offer: str, member: str, seq: int) -> int:
    """A whole number below 2^256, the same for ever for this customer's event under this secret."""
    message = f"{offer}\n{member}\n{seq}".encode()
    return int.from_bytes(hmac.digest(secret, message, "sha256"), "big")


def drawn(secret: bytes, offer: str, member: str, seq: int, one_in: int) -> int:
    """From 0 to ``one_in - 1``; 0 wins. Of 2^256 numbers the uneven rest is beyond any measure."""
    assert one_in >= 1
    return number_of(secret, offer, member, seq) % one_in
