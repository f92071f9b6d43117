"""Events as others write them are read strictly, and nothing personal goes further."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from assidu.catalogue.known import Catalogue
from assidu.catalogue.types import KnownProduct
from assidu.decisions.events import LineKind, Return, Sale
from assidu.events.types import EventType
from assidu.events.wire import (
    Invalid,
    SaleFound,
    UnknownSale,
    fingerprint,
    parse,
    parse_one,
    split_batch,
    subject_of,
    to_fact,
)

ANNE = UUID(int=1)
ZOE = UUID(int=2)


def sale(**changes: Any) -> dict[str, Any]:
    data = {"store": "317", "ticket": "T-1", "lines": [{"sku": "1082185", "amount_minor": 349}]}
    event = {
        "specversion": "1.0",
        "id": "T-1",
        "source": "till/store-317",
        "type": "Order Completed",
        "time": "2026-03-01T10:02:11+01:00",
        "subject": "card:2990000000012",
        "data": data | changes.pop("data", {}),
    }
    return event | changes


def taken_over(lot: dict[str, Any]) -> bytes:
    data = {"joined_on": "2020-05-01", "lots": [{"currency": "points", "quantity": 1, **lot}]}
    return written(sale(type="Member Taken Over") | {"data": data})


def written(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


def code_of(raw: bytes) -> tuple[str, str]:
    with pytest.raises(Invalid) as found:
        parse(raw)
    return found.value.errors[0].path, found.value.errors[0].code


def test_a_ticket_is_read_with_its_instant_in_utc() -> None:
    incoming = parse(written(sale()))
    assert incoming.type is EventType.SALE
    assert incoming.at == datetime(2026, 3, 1, 9, 2, 11, tzinfo=UTC)
    assert str(incoming.subject) == "card:2990000000012"
    assert (incoming.store, incoming.ticket) == ("317", "T-1")


def test_plain_values_mean_the_same_as_their_json() -> None:
    assert parse_one(sale()) == parse(written(sale()))


def test_what_a_line_leaves_out_comes_from_the_catalogue() -> None:
    line = {"sku": "bag", "amount_minor": 10, "brand": "", "kind": "fee"}
    incoming = parse_one(sale(data={"lines": [line]}))
    known = Catalogue(lambda _: KnownProduct("household", "national", 2000, LineKind.PRODUCT))
    event = to_fact(incoming, catalogue=known).event
    assert isinstance(event, Sale)
    (found,) = event.lines
    assert (found.department, found.brand, found.vat_bp, found.kind) == ("household", "", 2000, LineKind.FEE)


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        (b"", "$", "malformed"),
        (b"{", "$", "malformed"),
        (b"[]", "$", "wrong_type"),
        (b"12", "$", "wrong_type"),
        (b'"\xff"', "$", "wrong_type"),
        (b'{"a":' * 50_000, "$", "too_deep"),
        (written(sale(type="Order Guessed")), "$.type", "unknown_type"),
        (written({k: v for k, v in sale().items() if k != "type"}), "$.type", "unknown_type"),
        (written({k: v for k, v in sale().items() if k != "time"}), "$", "missing_field"),
        (written(sale(time="2026-03-01T10:02:11")), "$.time", "bad_time"),
        (written(sale(time="1999-12-31T10:02:11Z")), "$.time", "time_out_of_range"),
        (written(sale(time="yesterday")), "$.time", "bad_time"),
        (written(sale(id="")), "$.id", "bad_length"),
        (written(sale(id="x" * 201)), "$.id", "bad_length"),
        (written(sale(subject="2990000000012")), "$.subject", "bad_subject"),
        (written(sale(subject="customer:12")), "$.subject", "bad_subject"),
        (written(sale(data={"lines": []})), "$.data.lines", "bad_length"),
        (
            written(sale(data={"lines": [{"sku": "a", "amount_minor": 1}] * 1_001})),
            "$.data.lines",
            "bad_length",
        ),
        (written(sale(data={"lines": [{"sku": "a"}]})), "$.data.lines[0]", "missing_field"),
        (
            written(sale(data={"lines": [{"sku": "a", "amount_minor": 1.5}]})),
            "$.data.lines[0].amount_minor",
            "wrong_type",
        ),
        (
            written(sale(data={"lines": [{"sku": "a", "amount_minor": 10**10 + 1}]})),
            "$.data.lines[0].amount_minor",
            "out_of_range",
        ),
        (
            written(sale(data={"lines": [{"sku": "a", "amount_minor": 10**400}]})),
            "$.data.lines[0].amount_minor",
            "out_of_range",
        ),
        (
            written(sale(data={"lines": [{"sku": "a", "amount_minor": 1, "kind": "gift"}]})),
            "$.data.lines[0].kind",
            "unknown_value",
        ),
        (written(sale(data={"amount": 12})), "$.data", "unknown_field"),
        (written(sale(data={"ticket": "a\0b"})), "$.data.ticket", "nul_character"),
        (written(sale()).replace(b'"T-1"', b'"\\ud800"'), "$", "malformed"),
        (written(sale()).replace(b'"T-1"', b'"\\udc00 "'), "$", "malformed"),
        (written(sale(type="Member Joined", subject=None, data={})), "$.data", "unknown_field"),
        *(
            (
                taken_over({"issued_on": "2025-01-01", name: day}),
                f"$.data.lots[0].{name}",
                "time_out_of_range",
            )
            for name, day in (
                ("expires_on", "0001-01-01"),
                ("expires_on", "9999-12-31"),
                ("active_on", "0001-01-01"),
            )
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_a_stable_code(
    raw: bytes, path: str, code: str
) -> None:
    assert code_of(raw) == (path, code)


def test_an_unknown_type_is_told_with_the_known_ones() -> None:
    with pytest.raises(Invalid, match=r"Order Completed.*Member Taken Over"):
        parse(written(sale(type="Order Guessed")))


def test_only_a_ticket_may_be_anonymous() -> None:
    assert parse_one({k: v for k, v in sale().items() if k != "subject"}).subject is None
    leaving = {k: v for k, v in sale(type="Member Left").items() if k not in ("subject", "data")}
    assert code_of(written(leaving)) == ("$.subject", "missing_subject")


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(Invalid) as found:
        parse(
            written(
                sale(type="Order Refunded", data={}) | {"subject": "x", "data": {"whole": True, "lines": []}}
            )
        )
    assert [error.code for error in found.value.errors] == ["bad_subject", "original"]


def test_the_fingerprint_follows_the_meaning_and_not_the_writing() -> None:
    key = b"k" * 32
    one = fingerprint(parse(written(sale())), key)
    assert one == fingerprint(parse(json.dumps(sale(time="2026-03-01T09:02:11Z"), indent=3).encode()), key)
    assert one == fingerprint(
        parse_one(sale(data={"lines": [{"sku": "1082185", "amount_minor": 349, "quantity": 1}]})), key
    )
    assert one != fingerprint(parse_one(sale(data={"lines": [{"sku": "1082185", "amount_minor": 350}]})), key)
    assert one != fingerprint(parse_one(sale(subject="card:2990000000013")), key)
    assert one != fingerprint(parse(written(sale())), b"other" * 8)


def test_nothing_personal_is_left_in_a_fact() -> None:
    joining = sale(type="Member Joined", subject="email:zoe@example.org") | {
        "data": {
            "store": "317",
            "terms_version": "3",
            "profile": {"first_name": "Zoé", "email": "zoe@example.org"},
        }
    }
    incoming = parse_one(joining)
    assert incoming.profile is not None
    assert incoming.profile.first_name == "Zoé"
    assert not re.search("zo[eé]", repr(to_fact(incoming)).lower())


def test_a_return_names_the_ticket_by_where_it_is_written() -> None:
    original = {"store": "317", "date": "2026-03-01", "ticket": "T-1"}
    back = sale(type="Order Refunded") | {
        "data": {"original": original, "lines": [{"line": 0, "amount_minor": 100}]}
    }
    incoming = parse_one(back)
    own = to_fact(incoming, customer_id=ANNE, find_sale=lambda _: SaleFound(ANNE, 4)).event
    assert isinstance(own, Return)
    assert (own.sale_seq, own.sale_owner) == (4, "")
    of_another = to_fact(incoming, customer_id=ANNE, find_sale=lambda _: SaleFound(ZOE, 4)).event
    assert isinstance(of_another, Return)
    assert of_another.sale_owner == str(ZOE)
    with pytest.raises(UnknownSale):
        to_fact(incoming, customer_id=ANNE, find_sale=lambda _: None)


def test_a_batch_is_split_without_reading_its_events() -> None:
    assert split_batch(b'[ {"a": 1}, 2 ]') == [b'{"a": 1}', b"2"]
    for raw in (b"[]", b"{}", b"[1,", b"[" + b"1," * 1_000 + b"1]"):
        with pytest.raises(Invalid):
            split_batch(raw)


@pytest.mark.parametrize(
    "text", ["card:", "card", ":1", "tax:1", "external:till", "external::1", "customer:x"]
)
def test_a_subject_that_is_not_written_as_agreed_is_none(text: str) -> None:
    assert subject_of(text) is None


@pytest.mark.parametrize(
    ("type_", "data", "ticket"),
    [
        ("Order Completed", {"store": "317", "ticket": "7", "lines": [{"sku": "s", "amount_minor": 1}]}, "7"),
        ("Order Completed", {"ticket": "7", "lines": [{"sku": "s", "amount_minor": 1}]}, ""),
        ("Order Refunded",
         {"store": "317", "ticket": "7", "whole": True, "original_event": {"source": "s", "id": "i"}}, ""),
    ],
)  # fmt: skip
def test_only_a_sale_in_a_store_has_a_number_that_makes_it_the_same(
    type_: str, data: dict[str, Any], ticket: str
) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "s", "time": "2026-03-01T10:00:00Z"}
    told = parse_one({**event, "subject": "card:2990000000012", "type": type_, "data": data})
    assert told.ticket == ticket
