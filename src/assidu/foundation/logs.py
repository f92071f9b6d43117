"""One way to log, for our code, Django and uvicorn alike: to standard error, as text or as JSON lines.

Logs hold pseudonymous ids, codes and figures. Whatever could carry personal data is dropped by name here, as a last
net: code should not give it to the log in the first place.
"""

import logging
import logging.config
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

PERSONAL = frozenset(
    {"email", "phone", "card", "name", "first_name", "last_name", "address", "birth_date", "profile", "subject",
     "password", "token", "key", "secret", "authorization", "cookie", "body"}
)  # fmt: skip


_VALUES = re.compile(r"^[ |]*(?:DETAIL|CONTEXT|QUERY|WHERE|LINE \d+):", re.MULTILINE)
"""Where PostgreSQL's message ends and what it says of rows and statements begins: names and addresses, in clear."""


_PLAIN_PART = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?!(?:\D*\d){9})[a-z0-9][a-z0-9_.-]{0,39}|"
)
"""What of an address cannot name anybody: our ids, and words and codes of at most eight figures, as a date has. A card,
a telephone, an e-mail or another system's id is none of these."""
_LINKS = re.compile(r"(/m/)[^/\s?#'\"]+")
"""Addresses that open a customer's own page: whoever reads them opens it."""


def configure(level: str = "info", style: str = "text") -> None:
    """Set up logging for this process."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Both renderers get traces as text: richer ones print local variables, and those hold people's data.
        structlog.processors.ExceptionRenderer(without_values),
        without_personal_data,
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(without_trace_of_refusals)
    handler.addFilter(without_whom_it_was_about)
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


def without_trace_of_refusals(record: logging.LogRecord) -> bool:
    """A page that is refused or not there is an answer, said in one line: only our own faults leave a trace."""
    if record.name == "django.request" and record.levelno < logging.ERROR:
        record.exc_info = None
    return True


def without_whom_it_was_about(record: logging.LogRecord) -> bool:
    """Django tells the address of what it refuses, and an address may name somebody by their card."""
    path = getattr(getattr(record, "request", None), "path", None)
    if isinstance(path, str) and isinstance(record.args, tuple):
        record.args = tuple(without_names(path) if one == path else one for one in record.args)
    return True


def without_names(path: str) -> str:
    """The path of an address, without any part that may be a card, a telephone, an e-mail or a secret."""
    return "/".join(part if _PLAIN_PART.fullmatch(part) else "(hidden)" for part in path.split("/"))


def without_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Hide the values whose name says that they may be personal or secret, and what errors say of rows."""
    for name, value in event.items():
        if name in PERSONAL:
            event[name] = "(hidden)"
        elif name == "path" and isinstance(value, str):
            event[name] = without_names(value)
        elif isinstance(value, BaseException):
            event[name] = _cut(str(value))
        elif isinstance(value, str) and name != "exception":
            event[name] = _cut(value)
    return event


def without_values(exc_info: structlog.typing.ExcInfo) -> str:
    """A trace with the first part alone of what PostgreSQL said: the rest repeats the values of rows."""
    _, error, _ = exc_info
    trace = traceback.TracebackException.from_exception(error)
    chain: list[traceback.TracebackException | None] = [trace]
    while chain:
        part = chain.pop()
        if part is not None:
            # What stands after the class's name; there is no public way to another text.
            part._str = _cut(part._str)  # type: ignore[attr-defined]
            notes = getattr(part, "__notes__", None)
            if notes:
                part.__notes__ = [_cut(note) for note in notes]
            chain += [part.__cause__, part.__context__, *(part.exceptions or ())]
    return "".join(trace.format()).rstrip("\n")


def _cut(text: str) -> str:
    found = _VALUES.search(text)
    text = text[: found.start()].rstrip() if found else text
    return _LINKS.sub(r"\1(hidden)", text)
