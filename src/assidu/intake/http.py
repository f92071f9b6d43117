"""Requests and responses of the hot routes, as little as ASGI needs."""

import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec

from assidu.foundation.problems import MEDIA_TYPE, Problem
from assidu.foundation.requests import request_id
from assidu.intake import metrics, problems

Message = MutableMapping[str, Any]

JSON = b"application/json"
_PROBLEM = MEDIA_TYPE.encode()
_JSON_TYPES = (b"application/json", b"application/cloudevents+json", b"application/cloudevents-batch+json")
_KNOWN_PATHS = frozenset({"/v1/events", "/v1/evaluate", "/v1/holds", "/livez", "/readyz", "/metrics"})
encode = msgspec.json.Encoder().encode


class Disconnected(Exception):
    """The sender hung up before the end of its request."""


class Request:
    """One request; the body is read when it is asked for, and never beyond its limit."""

    __slots__ = ("_headers", "_receive", "id", "method", "path", "query")

    def __init__(self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Message]]) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._receive = receive
        proposed = self._headers.get(b"x-request-id")
        self.id = request_id(proposed.decode("latin-1")) if proposed else uuid.uuid4().hex

    def header(self, name: bytes) -> bytes:
        return self._headers.get(name, b"")

    @property
    def is_json(self) -> bool:
        """In plain: nothing is unpacked here, a small body could become a large one."""
        if self._headers.get(b"content-encoding", b"identity") != b"identity":
            return False
        kind = self._headers.get(b"content-type", JSON)
        return kind == JSON or kind.partition(b";")[0].strip().lower() in _JSON_TYPES

    async def body(self, limit: int) -> bytes | Problem:
        length = self._headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > limit:
            return problems.too_large(limit)
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            return problems.too_large(limit) if len(body) > limit else body
        parts = [body]
        size = len(body)
        while message.get("more_body", False):
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                return problems.too_large(limit)
        return b"".join(parts)


@dataclass(slots=True)
class Response:
    status: int
    body: bytes
    content_type: bytes = JSON


async def respond(
    send: Callable[[Message], Awaitable[None]], request: Request, answer: Response | Problem
) -> None:
    headers: list[tuple[bytes, bytes]]
    if isinstance(answer, Problem):
        body = encode(answer.document(request.id))
        headers = [(b"content-type", _PROBLEM), *answer.headers]
    else:
        body = answer.body
        headers = [(b"content-type", answer.content_type)]
    headers += [
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request.id.encode()),
        (b"cache-control", b"no-store"),
    ]
    route = request.path if request.path in _KNOWN_PATHS else "other"
    metrics.count_request(route, answer.status)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
