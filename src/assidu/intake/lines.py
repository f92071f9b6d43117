"""The connections of the server: uvicorn's own, with an end to its patience and to the length of a request's head.

Whoever begins a request finishes it in time, or the line is closed: lines kept open by thousands cost nobody else
theirs. What cannot be read as HTTP is answered as every other error is.
"""

import asyncio
import uuid
from typing import Any, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assidu.foundation.problems import MEDIA_TYPE, problem

REQUEST_SECONDS_MAX: Final = 30.0
HEAD_BYTES_MAX: Final = 64 * 1024


class PatientProtocol(HttpToolsProtocol):
    """One connection. From its opening, and from the beginning of each further request, time is counted."""

    seconds_max = REQUEST_SECONDS_MAX

    _deadline: asyncio.TimerHandle | None = None
    _is_in_head = True
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._count_time()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_counting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > HEAD_BYTES_MAX:
            self._refuse("head_too_large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        if self._deadline is None:
            self._count_time()

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_counting()
        super().on_message_complete()
        self._is_in_head = True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's signature)
        self._refuse("not_http")

    def _count_time(self) -> None:
        self._deadline = self.loop.call_later(self.seconds_max, self._run_out)

    def _stop_counting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _run_out(self) -> None:
        self._deadline = None
        self._refuse("too_slow")

    def _refuse(self, code: str) -> None:
        """Hang up; say why, unless it would be taken for the answer to a request that is being worked on."""
        if self.transport.is_closing():
            return
        cycle = self.cycle
        is_idle = cycle is None or cycle.response_complete
        if is_idle or (cycle.more_body and not cycle.response_started and not self.pipeline):
            self.transport.write(_refusal(code))
        self.transport.close()


def _refusal(code: str) -> bytes:
    found = problem(code)
    request_id = uuid.uuid4().hex
    document: dict[str, Any] = found.document(request_id)
    body = msgspec.json.encode(document)
    head = (
        f"HTTP/1.1 {found.status} {found.title}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        f"x-request-id: {request_id}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
