"""Identifiers that others may hold: UUIDs of version 7, which sort by the time they were made."""

import secrets
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 74


def new_id(at: datetime) -> UUID:
    """A fresh identifier, made ``at`` that instant; the rest of it is chance."""
    milliseconds = int(at.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    chance = secrets.randbits(_RANDOM_BITS)
    value = milliseconds << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & (1 << 62) - 1
    return UUID(int=value)
