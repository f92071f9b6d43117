"""One way to log, for our code, Django and uvicorn alike: to standard error, as text or as JSON lines.

Logs hold pseudonymous ids, codes and figures. Whatever could carry personal data is dropped by name here, as a last
net: code should not give it to the log in the first place.
"""

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

PERSONAL = frozenset(
    {"email", "phone", "card", "name", "first_name", "last_name", "address", "birth_date", "profile", "subject",
     "password", "token", "key", "secret", "authorization", "cookie", "body"}
)  # fmt: skip


def configure(level: str = "info", style: str = "text") -> None:
    """Set up logging for this process."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_personal_data,
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        # Plain traces: richer ones print local variables, and those hold people's data.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.format_exc_info if style == "json" else _unchanged,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("asyncio", "uvicorn.error", "httpx", "httpcore", "faker"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def without_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Hide the values whose name says that they may be personal or secret."""
    for name in event.keys() & PERSONAL:
        event[name] = "(hidden)"
    return event


def _unchanged(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return event
