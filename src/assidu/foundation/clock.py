"""The one place that reads the clock. Everything else is given the time as an argument."""

import os
from datetime import UTC, datetime

VARIABLE = "ASSIDU_NOW"


def now() -> datetime:
    """The present instant in UTC; `ASSIDU_NOW` (ISO 8601) freezes it for tests and for the demo."""
    frozen = os.environ.get(VARIABLE)
    return parse_instant(frozen) if frozen else datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; one without an offset is taken as UTC."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
