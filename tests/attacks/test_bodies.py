"""What is sent instead of an event: always a problem document with a code, and nothing written."""

import gzip
import json
from typing import Any

import pytest

from attacks.served import Target
from attacks.wire import Answer, Line, ask, request
from builders.counter import sale

TABLES = (
    "events_event", "events_key", "events_ticket", "events_anonymous", "events_reject", "customers_customer",
    "customers_key", "customers_identifier", "customers_event_personal", "loyalty_member", "loyalty_decision",
    "loyalty_quota", "ledger_wallet", "ledger_posting", "ledger_lot", "ledger_balance",
)  # fmt: skip
COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
HOT = ("/v1/events", "/v1/evaluate")


def written(event: Any) -> bytes:
    return json.dumps(event).encode()


def with_line(**fields: str) -> bytes:
    """A sale whose line holds these fields as they are written here: JSON that Python would not write."""
    rest = "".join(f', "{name}": {value}' for name, value in fields.items())
    return (
        b'{"specversion": "1.0", "id": "B-1", "source": "till/1", "type": "Order Completed", '
        b'"time": "2026-03-01T10:00:00Z", "subject": "card:2990000000999", '
        b'"data": {"store": "1", "ticket": "B-1", "lines": [{"sku": "s"' + rest.encode() + b"}]}}"
    )


def changed(**fields: Any) -> bytes:
    return written(sale("B-1", "card:2990000000999") | fields)


def assert_problem(answer: Answer, status: int, code: str | None = None) -> dict[str, Any]:
    assert answer.status == status, (answer.status, answer.body[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json
    assert document["status"] == status
    assert document["type"] == f"urn:assidu:problem:{document['code']}"
    assert document["title"]
    assert document["request_id"] == answer.headers["x-request-id"]
    if code is not None:
        assert document["code"] == code, document
    return document


NUMBERS = ("1e400", "-1e400", "1e10", "1.5", "99999999999999999999999", "-99999999999999999999999", "10000000001",
           "-10000000001", '"12"', "null", "true", "[]", "{}")  # fmt: skip
MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t ",
    "cut off": changed()[:-20],
    "a comma too many": b'{"id": "x",}',
    "two documents": changed() + b"{}",
    "a comment": changed() + b" // yes",
    "single quotes": b"{'id': 'x'}",
    "NaN": with_line(amount_minor="NaN"),
    "Infinity": with_line(amount_minor="-Infinity"),
    "a leading zero": with_line(amount_minor="007"),
    "hexadecimal": with_line(amount_minor="0x10"),
    "plus": with_line(amount_minor="+5"),
    "Latin-1": changed(id="caf\u00e9").replace(b"\\u00e9", b"\xe9"),
    "an overlong form": changed().replace(b"B-1", b"B\xc0\xaf1"),
    "a surrogate in UTF-8": changed().replace(b"B-1", b"B\xed\xa0\x801"),
    "a lone high surrogate": changed().replace(b"B-1", b"B\\ud800"),
    "a lone low surrogate": changed().replace(b"B-1", b"B\\udc00x"),
    "a raw NUL": changed().replace(b"B-1", b"B\x001"),
    "a raw line end in a text": changed().replace(b"B-1", b"B\n1"),
    "UTF-16": changed().decode().encode("utf-16"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + changed(),
    "packed": gzip.compress(changed()),
    "XML": b"<event/>",
    "a form": b"id=1&type=Order+Completed",
    "an unclosed batch": b"[" + changed() + b",",
}
INVALID: dict[str, bytes] = {
    "null": b"null",
    "a number": b"12",
    "a text": b'"Order Completed"',
    "an empty object": b"{}",
    "an empty batch": b"[]",
    "no type": written({k: v for k, v in sale("B-1").items() if k != "type"}),
    "the clock's own type": changed(type="Tick"),
    "an unknown type": changed(type="order completed"),
    "a type that is a number": changed(type=7),
    "another version": changed(specversion="0.3"),
    "no id": changed(id=""),
    "a number for an id": changed(id=12),
    "a long id": changed(id="x" * 201),
    "NUL in an id": changed().replace(b"B-1", b"B\\u00001"),
    "NUL in a name of an extension": changed(**{"a\0b": 1}),
    "no time zone": changed(time="2026-03-01T10:00:00"),
    "a day that does not exist": changed(time="2026-02-30T10:00:00Z"),
    "a leap second": changed(time="2026-12-31T23:59:60Z"),
    "a year far off": changed(time="9999-12-31T23:59:59-14:00"),
    "the first year": changed(time="0001-01-01T00:00:00+14:00"),
    "a Unix time": changed(time=1772359331),
    "a subject of nothing": changed(subject="card:"),
    "a subject of blanks": changed(subject="card:   "),
    "a subject without kind": changed(subject="2990000000012"),
    "a subject of another kind": changed(subject="passport:12"),
    "a subject that is no number of a customer": changed(subject="customer:1 OR 1=1"),
    "a subject of emoji": changed(subject="card:\U0001f600\U0001f600"),
    "a long subject": changed(subject="card:" + "1" * 500),
    "data that is a list": changed(data=[]),
    "data that is null": changed(data=None),
    "no line": changed(data={"lines": []}),
    "too many lines": changed(data={"lines": [{"sku": "s", "amount_minor": 1}] * 1_001}),
    "an unknown field": changed(data={"lines": [{"sku": "s", "amount_minor": 1}], "is_admin": True}),
    "no points paid": changed(
        data={"lines": [{"sku": "s", "amount_minor": 1}], "payments": [{"currency": "points", "quantity": 0}]}
    ),
    "negative points paid": changed(
        data={"lines": [{"sku": "s", "amount_minor": 1}], "payments": [{"currency": "points", "quantity": -5}]}
    ),
    "another media type inside": changed(datacontenttype="text/xml"),
}  # fmt: skip


@pytest.fixture
def untouched(target: Target) -> Any:
    """After the test the tables hold as many rows as before."""
    before = target.rows(COUNTS)
    yield
    assert dict(zip(TABLES, target.rows(COUNTS)[0], strict=True)) == dict(zip(TABLES, before[0], strict=True))


pytestmark = pytest.mark.usefixtures("untouched")


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_json_is_refused(target: Target, name: str) -> None:
    for path in HOT:
        answer = ask(target.port, request(MALFORMED[name], key=target.key, path=path))
        assert_problem(answer, 400, "malformed")


@pytest.mark.parametrize("name", INVALID)
def test_what_is_no_event_is_refused(target: Target, name: str) -> None:
    for path in HOT:
        document = assert_problem(ask(target.port, request(INVALID[name], key=target.key, path=path)), 422)
        assert document["code"] == "invalid_event"
        assert all(error["path"].startswith("$") and error["code"] for error in document["errors"])


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("field", ["amount_minor", "quantity", "discount_minor", "vat_bp"])
def test_a_number_that_is_none_of_ours_is_refused(target: Target, field: str, number: str) -> None:
    fields = {"amount_minor": "1"} | {field: number}
    answer = ask(target.port, request(with_line(**fields), key=target.key))
    assert answer.status in (400, 422), (answer.status, answer.body)
    assert_problem(answer, answer.status)


@pytest.mark.parametrize("opening", [b"[", b'{"x":', b'[{"x":', b'{"data":{"lines":['])
@pytest.mark.parametrize("depth", [600, 100_000, 400_000])
def test_what_is_nested_without_end_is_refused(target: Target, opening: bytes, depth: int) -> None:
    for path in (*HOT, "/v1/keys", "/v1/customers/search"):
        answer = ask(
            target.port, request(opening * min(depth, 1_000_000 // len(opening)), key=target.key, path=path)
        )
        assert answer.status in (400, 422, 403, 404, 405), (answer.status, answer.body)
        assert_problem(answer, answer.status)
    inside = changed(extension="@").replace(b'"@"', b"[" * depth + b"]" * depth)
    if depth > 1_000 and len(inside) < 1_000_000:
        assert_problem(ask(target.port, request(inside, key=target.key)), 400)


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 6 * 1024 * 1024])
def test_what_is_too_large_is_refused_whether_it_says_so_or_not(target: Target, size: int) -> None:
    large = changed(padding="x" * size)
    assert_problem(ask(target.port, request(large, key=target.key)), 413, "too_large")
    pieces = b"".join(
        b"%x\r\n%s\r\n" % (len(large[at : at + 65536]), large[at : at + 65536])
        for at in range(0, len(large), 65536)
    )
    raw = request(b"", key=target.key, headers={"Content-Length": "-", "Transfer-Encoding": "chunked"})
    assert_problem(ask(target.port, raw + pieces + b"0\r\n\r\n"), 413, "too_large")


def test_a_length_that_is_too_large_is_refused_before_anything_is_sent(target: Target) -> None:
    for length in (5 * 1024 * 1024 + 1, 10**12, 2**63 - 1):
        assert_problem(ask(target.port, request(b"", key=target.key, length=length)), 413, "too_large")


def test_a_batch_that_is_too_long_is_refused_whole(target: Target) -> None:
    batch = b"[" + b",".join([changed()] * 1_001) + b"]"
    assert_problem(ask(target.port, request(batch, key=target.key)), 422, "invalid_event")


def test_a_packed_body_is_refused_for_what_it_is(target: Target) -> None:
    packed = gzip.compress(changed())
    for coding in ("gzip", "deflate", "br", "gzip, gzip"):
        answer = ask(target.port, request(packed, key=target.key, headers={"Content-Encoding": coding}))
        assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
             "application/jsonp", "", "json", "\xff\xfe"],
)  # fmt: skip
def test_another_kind_of_body_is_refused(target: Target, kind: str) -> None:
    for path in HOT:
        answer = ask(
            target.port, request(changed(), key=target.key, path=path, headers={"Content-Type": kind})
        )
        assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_another_method_is_refused(target: Target, method: str) -> None:
    for path in HOT:
        with Line(target.port) as line:
            line.send(request(changed(), key=target.key, path=path, method=method))
            if method == "HEAD":
                continue
            assert_problem(line.receive(), 405, "method_not_allowed")


@pytest.mark.parametrize(
    "path",
    ["/v1/", "/v1/nothing", "/v1/events/../keys", "/v1//events", "/v1/events%00", "/v1/%65vents/x", "/v1/events/x",
     "/v1/customers/not-a-uuid", "/v1/%ff%fe", "/v1/" + "x" * 8_000],
)  # fmt: skip
def test_another_address_is_refused(target: Target, path: str) -> None:
    answer = ask(target.port, request(changed(), key=target.key, path=path))
    assert answer.status in (404, 405, 422), answer.status
    assert_problem(answer, answer.status)


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YTpi", "bearer ask_nothing", "Bearer ask_nothing", "Bearer \xff\xfe\xfd",
     "Bearer " + "x" * 5_000, "Bearer ask_' OR '1'='1", "Token x", "Bearer null", "Bearer ask_a, Bearer ask_b"],
)  # fmt: skip
def test_a_key_that_is_none_opens_nothing(target: Target, header: str) -> None:
    for method, path in (("POST", "/v1/events"), ("POST", "/v1/evaluate"), ("GET", "/v1/customers")):
        raw = request(changed(), key=None, method=method, path=path, headers={"Authorization": header})
        document = assert_problem(ask(target.port, raw), 401)
        assert document["code"] in ("key_missing", "key_unknown")
    raw = request(changed(), key=None)
    assert_problem(ask(target.port, raw), 401, "key_missing")


def test_headers_that_would_split_an_answer_come_back_harmless(target: Target) -> None:
    for proposed in (
        "x\ty",
        "a" * 65,
        "short",
        "Ünïcode-Ünïcode",
        "<script>alert(1)</script>",
        "'; DROP TABLE x;--",
    ):
        raw = request(b"{}", key=target.key, headers={"X-Request-Id": proposed})
        answer = ask(target.port, raw)
        assert answer.headers["x-request-id"] != proposed
        assert_problem(answer, 422)
    for bare in (
        b"X-Request-Id: abcdefgh\rSet-Cookie: a=b\r\n",
        b"X-Request-Id: abcdefgh\nSet-Cookie: a=b\r\n",
    ):
        raw = request(b"{}", key=target.key).replace(b"Host: till\r\n", b"Host: till\r\n" + bare)
        answer = ask(target.port, raw)
        assert answer.status in (400, 422)
        assert "set-cookie" not in answer.headers
        assert b"set-cookie" not in answer.body.lower()
