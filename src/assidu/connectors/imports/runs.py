"""The runs of the import: begun, taken up again after a kill, finished; one at a time."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg

from assidu.connectors.files.mapping import Mapping
from assidu.connectors.imports.types import AnotherImport, Pair, SetAside

_ONE_IMPORT = 0x41535331
_ITS_PROCESSES = 0x41535332


@dataclass(frozen=True, slots=True)
class Run:
    import_id: int
    recorded_at: datetime
    is_resumed: bool


@contextmanager
def alone(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Nobody else imports meanwhile, not even what was left of an import whose first process was killed."""
    found = connection.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_IMPORT]).fetchone()
    if not found or not found[0]:
        raise AnotherImport
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", [_ITS_PROCESSES])
        connection.execute("SELECT pg_advisory_unlock(%s)", [_ITS_PROCESSES])
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", [_ONE_IMPORT])


def belong(connection: psycopg.Connection[Any]) -> None:
    """Said by each process of an import: as long as its connection lives, no other import begins."""
    connection.execute("SELECT pg_advisory_lock_shared(%s)", [_ITS_PROCESSES])


def fingerprint_of(pairs: Sequence[Pair]) -> str:
    """What makes an import the same import: the content of its files, and how they are read."""
    digest = sha256()
    for pair in pairs:
        digest.update(pair.file.name.encode() + b"\0" + _meaning(pair.mapping))
        with pair.file.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _meaning(mapping: Mapping) -> bytes:
    return repr(
        (mapping.target, mapping.file, sorted(mapping.only.items()), mapping.event, mapping.record)
    ).encode()


def begin(connection: psycopg.Connection[Any], fingerprint: str, names: Sequence[str], at: datetime) -> Run:
    """A run that was killed goes on; otherwise a new one begins."""
    row = connection.execute(
        "UPDATE connectors_import SET attempts = attempts + 1 WHERE fingerprint = %s AND finished_at IS NULL "
        "RETURNING import_id, recorded_at",
        [fingerprint],
    ).fetchone()
    if row is not None:
        return Run(row[0], row[1], True)
    row = connection.execute(
        "INSERT INTO connectors_import (fingerprint, files, recorded_at) VALUES (%s, %s::jsonb, %s) "
        "RETURNING import_id, recorded_at",
        [fingerprint, json.dumps(list(names)), at],
    ).fetchone()
    assert row is not None
    return Run(row[0], row[1], False)


def finish(
    connection: psycopg.Connection[Any],
    run: Run,
    now: datetime,
    totals: dict[str, Any],
    aside: Sequence[SetAside],
) -> None:
    """Close the run, and tell in the same moment what of its files was set aside."""
    with connection.transaction():
        tell_set_aside(connection, run.recorded_at, aside)
        connection.execute(
            "UPDATE connectors_import SET finished_at = %s, totals = %s::jsonb WHERE import_id = %s",
            [now, json.dumps(totals), run.import_id],
        )


def tell_set_aside(connection: psycopg.Connection[Any], at: datetime, aside: Sequence[SetAside]) -> None:
    """Remember what was set aside and why; the same row for the same reason is told once."""
    if not aside:
        return
    rows = [(one.source, one.id, one.file, one.row, one.code, one.detail, one.fingerprint) for one in aside]
    connection.execute(
        "INSERT INTO events_reject (at, source, id, origin, origin_row, code, detail, fingerprint) "
        "SELECT %s, n.source, n.id, n.origin, n.origin_row, n.code, n.detail, n.fingerprint "
        "FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bytea[]) "
        "  AS n (source, id, origin, origin_row, code, detail, fingerprint) "
        "WHERE NOT EXISTS (SELECT FROM events_reject AS r WHERE r.origin = n.origin AND r.origin_row = n.origin_row "
        "                  AND r.code = n.code AND r.source = n.source AND r.id = n.id)",
        [at, *(list(column) for column in zip(*rows, strict=True))],
    )
