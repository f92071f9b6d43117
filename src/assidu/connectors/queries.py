"""What was imported, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from assidu.foundation.sql import rows

LISTED_MAX = 200


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One run of the import. ``recorded_at`` is when what it brought counts as learnt, ``finished_at`` when it was
    really done; ``totals`` is there from then on."""

    import_id: int
    files: tuple[str, ...]
    recorded_at: datetime
    attempts: int
    finished_at: datetime | None
    totals: dict[str, Any] | None


def import_runs(limit: int = LISTED_MAX) -> list[ImportRun]:
    """The latest first."""
    found = rows(
        "SELECT import_id, files::text, recorded_at, attempts, finished_at, totals::text FROM connectors_import "
        "ORDER BY coalesce(finished_at, recorded_at) DESC, import_id DESC LIMIT %s",
        [limit],
    )
    return [
        ImportRun(
            import_id,
            tuple(msgspec.json.decode(files)),
            recorded_at,
            attempts,
            finished_at,
            None if totals is None else msgspec.json.decode(totals),
        )
        for import_id, files, recorded_at, attempts, finished_at, totals in found
    ]
