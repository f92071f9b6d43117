"""Lines of the audit trail written by a script, in the very transaction of what they tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from assidu.foundation.people.types import Actor

APPEND = (
    "INSERT INTO people_audit (at, action, via, person_id, key_id, object_kind, object_id, request_id, after) "
    "SELECT $1::timestamptz, l.action, l.via, l.person_id, l.key_id, l.object_kind, l.object_id, l.request_id, "
    "l.after::jsonb FROM unnest($2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], "
    "$9::text[]) AS l (action, via, person_id, key_id, object_kind, object_id, request_id, after)"
)
"""The parameters of ``lines_of``, as every driver of ours writes them."""


@dataclass(frozen=True, slots=True)
class Line:
    """What `actions.record` takes: pseudonymous, no name and no address."""

    by: Actor
    action: str
    object_kind: str
    object_id: str
    after: dict[str, Any]


def lines_of(lines: Sequence[Line], at: datetime) -> list[Any]:
    """The parameters of ``APPEND``."""
    rows = [
        (
            line.action,
            line.by.via,
            line.by.person_id,
            line.by.key_id,
            line.object_kind,
            line.object_id,
            line.by.request_id,
            msgspec.json.encode(line.after).decode(),
        )
        for line in lines
    ]
    return [at, *(list(column) for column in zip(*rows, strict=True))]
