"""HTTP as an attacker writes it: byte by byte, over a plain socket."""

import contextlib
import json
import socket
from dataclasses import dataclass
from typing import Any

SECONDS_MAX = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def request(
    body: bytes = b"",
    *,
    key: str | None,
    method: str = "POST",
    path: str = "/v1/events",
    headers: dict[str, str] | None = None,
    length: int | str | None = None,
) -> bytes:
    """The bytes of a request; ``length`` says something else than the truth."""
    said = {"Host": "till", "Content-Type": "application/json"}
    if key is not None:
        said["Authorization"] = f"Bearer {key}"
    said["Content-Length"] = str(len(body) if length is None else length)
    said.update(headers or {})
    lines = [
        f"{method} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in said.items() if value != "-"),
    ]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


class Line:
    """One connection to the server."""

    def __init__(self, port: int, seconds: float = SECONDS_MAX) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), seconds)
        self._read = b""

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, raw: bytes) -> None:
        self._socket.sendall(raw)

    def receive(self) -> Answer:
        """The next answer on this connection."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("transfer-encoding") == "chunked":
            return Answer(int(first.split()[1]), headers, self._chunks())
        length = int(headers.get("content-length", 0))
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return Answer(int(first.split()[1]), headers, body)

    def is_closed(self) -> bool:
        """Whether the server hung up, waiting for it as long as a line waits."""
        try:
            return not self._socket.recv(65536)
        except ConnectionResetError:
            return True

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._read:
                self._more()
            size, _, self._read = self._read.partition(b"\r\n")
            while len(self._read) < int(size, 16) + 2:
                self._more()
            body += self._read[: int(size, 16)]
            self._read = self._read[int(size, 16) + 2 :]
            if int(size, 16) == 0:
                return body

    def _more(self) -> None:
        found = self._socket.recv(65536)
        if not found:
            raise ConnectionError(f"the server hung up after {self._read!r}")
        self._read += found


def ask(port: int, raw: bytes, seconds: float = SECONDS_MAX) -> Answer:
    """One request on a connection of its own."""
    with Line(port, seconds) as line:
        # Refused before all of it was sent: the answer may still be there.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            line.send(raw)
        return line.receive()
