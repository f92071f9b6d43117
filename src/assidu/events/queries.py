"""Reads what was set aside. What happened to a customer is read with its decision, in the loyalty room."""

from datetime import datetime
from typing import Any

from assidu.events.types import Reject
from assidu.foundation.sql import rows

PAGE_MAX = 200


def rejects(
    *,
    code: str = "",
    origin: str = "",
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[list[Reject], int | None]:
    """The youngest first, and where to continue."""
    assert 0 < limit <= PAGE_MAX
    wanted = ["true"]
    parameters: dict[str, Any] = {"limit": limit + 1}
    for column, value in (("code", code), ("origin", origin)):
        if value:
            wanted.append(f"{column} = %({column})s")
            parameters[column] = value
    if since is not None:
        wanted.append("at >= %(since)s")
        parameters["since"] = since
    if before is not None:
        wanted.append("reject_id < %(before)s")
        parameters["before"] = before
    found = rows(
        "SELECT reject_id, at, source, id, origin, origin_row, code, detail FROM events_reject "
        f"WHERE {' AND '.join(wanted)} ORDER BY reject_id DESC LIMIT %(limit)s",
        parameters,
    )
    listed = [Reject(*row) for row in found[:limit]]
    return listed, listed[-1].reject_id if len(found) > limit else None


def reject_counts() -> dict[str, int]:
    """How many were set aside, by code."""
    return dict(rows("SELECT code, count(*) FROM events_reject GROUP BY code ORDER BY 2 DESC"))
