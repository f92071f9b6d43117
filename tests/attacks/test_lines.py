"""Connections that are kept open, fed slowly, or fed nonsense: closed in time, and nobody else waits for them."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from assidu.intake.lines import HEAD_BYTES_MAX, PatientProtocol
from attacks.served import Target
from attacks.test_bodies import assert_problem, changed, written
from attacks.wire import Line, ask, request
from builders.counter import sale

SECONDS_MAX = 0.4


class Impatient(PatientProtocol):
    seconds_max = SECONDS_MAX


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The protocol of `assidu serve` with little patience, in front of an application that reads and answers."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["path"] == "/slow":
            await asyncio.sleep(2 * SECONDS_MAX)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application, http=Impatient, lifespan="off", log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    yield int(listener.getsockname()[1])
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize(
    "begun", [b"", b"P", b"POST /v1/events HTTP/1.1\r\nHost: a\r\nX: ", request(b"{}", key="k", length=50)],
    ids=["nothing", "a letter", "half a head", "half a body"],
)  # fmt: skip
def test_a_request_that_does_not_end_is_answered_and_its_line_closed(port: int, begun: bytes) -> None:
    with Line(port, 5) as line:
        line.send(begun)
        assert_problem(line.receive(), 408, "too_slow")
        assert line.is_closed()


def test_a_request_that_trickles_in_gains_no_time_by_it(port: int) -> None:
    with Line(port, 5) as line:
        began = time.monotonic()
        try:
            for letter in request(b"{}", key="k" * 1_000).decode():
                line.send(letter.encode())
                time.sleep(SECONDS_MAX / 20)
                if time.monotonic() - began > 5 * SECONDS_MAX:
                    raise AssertionError("the line is still open")
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert time.monotonic() - began < 4 * SECONDS_MAX


def test_a_slow_answer_is_not_a_slow_request(port: int) -> None:
    with Line(port, 5) as line:
        line.send(request(b"{}", key="k", path="/slow"))
        assert line.receive().status == 200
        # And the line serves the next request, with its time counted anew.
        line.send(request(b"{}", key="k"))
        assert line.receive().status == 200
        line.send(b"POST /")
        assert_problem(line.receive(), 408, "too_slow")


def test_what_is_wrong_with_the_next_request_is_not_taken_for_an_answer_to_this_one(port: int) -> None:
    """Refused would mean not recorded; hanging up means ask again."""
    with Line(port, 5) as line:
        line.send(request(b"{}", key="k", path="/slow") + b"nonsense\r\n\r\n")
        with pytest.raises(ConnectionError):
            line.receive()


def test_a_head_without_end_is_not_kept(port: int) -> None:
    endless = b"POST / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * (2 * HEAD_BYTES_MAX)
    assert_problem(ask(port, endless), 431, "head_too_large")
    many = b"POST / HTTP/1.1\r\n" + b"X: y\r\n" * 30_000
    assert_problem(ask(port, many), 431, "head_too_large")


NOT_HTTP = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS greeting
    b"GET\r\n\r\n",
    b"POST /v1/events HTTP/9.9\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\n: nothing\r\n\r\n",
    b"POST /v1/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
)


@pytest.mark.parametrize("raw", NOT_HTTP, ids=[raw[:60].decode("latin-1") for raw in NOT_HTTP])
def test_what_is_not_http_is_answered_as_every_other_error(target: Target, raw: bytes) -> None:
    with Line(target.port, 10) as line:
        line.send(raw)
        assert_problem(line.receive(), 400, "not_http")
        assert line.is_closed()


def test_a_length_and_pieces_at_once_are_never_two_requests(target: Target) -> None:
    """Request smuggling: what follows must not be taken for a request of its own."""
    before = target.rows("SELECT count(*) FROM events_key")
    hidden = request(changed(id="HIDDEN"), key=target.key)
    raw = request(b"", key=target.key, length=4, headers={"Transfer-Encoding": "chunked"})
    with Line(target.port, 10) as line:
        line.send(raw + b"0\r\n\r\n" + hidden)
        assert_problem(line.receive(), 400, "not_http")
        assert line.is_closed()
    assert target.rows("SELECT count(*) FROM events_key") == before


def test_requests_sent_without_waiting_are_answered_in_their_order(target: Target) -> None:
    events = [sale(f"P-{n}", f"card:29900000{n % 3:05d}") for n in range(40)]
    with Line(target.port) as line:
        line.send(b"".join(request(written(event), key=target.key) for event in events))
        answers = [line.receive() for _ in events]
    assert [answer.json["id"] for answer in answers] == [event["id"] for event in events]
    assert {answer.status for answer in answers} == {200}


def test_many_who_begin_and_do_not_finish_keep_nobody_else_waiting(target: Target) -> None:
    half = request(changed(), key=target.key)[:-50]
    lines = [Line(target.port, 40) for _ in range(300)]
    try:
        for number, line in enumerate(lines):
            line.send(half if number % 2 else half[:40])
        began = time.monotonic()
        assert_problem(ask(target.port, request(b"{}", key=target.key)), 422)
        assert time.monotonic() - began < 2
    finally:
        for line in lines:
            line.__exit__()
    assert_problem(ask(target.port, request(b"{}", key=target.key)), 422)


def test_whoever_hangs_up_before_the_answer_has_told_the_event_all_the_same_or_not_at_all(
    target: Target,
) -> None:
    for n in range(20):
        with Line(target.port) as line:
            line.send(request(written(sale(f"H-{n}", "card:2990000000777")), key=target.key))
    told = [
        ask(target.port, request(written(sale(f"H-{n}", "card:2990000000777")), key=target.key))
        for n in range(20)
    ]
    assert {answer.status for answer in told} == {200}
    assert target.rows(
        "SELECT count(*), count(DISTINCT seq) FROM events_key WHERE source = 'till/store-317' AND id LIKE 'H-%%'"
    ) == [(20, 20)]
