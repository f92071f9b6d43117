"""From files to events: grouped, converted, placed in time; what cannot be read is set aside and the rest goes on."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assidu.connectors.files import batches, csv_rows, json_rows, parquet_rows, reading
from assidu.connectors.files.conversions import Unfit, scaled
from assidu.connectors.files.mapping import CLOUD_EVENTS, Mapping, MappingError
from assidu.connectors.files.mapping_file import parse_mapping
from assidu.connectors.files.reading import parts_of, read_events, read_records

TILL = """version = 1
name = "Till"
target = "event"
[file]
decimal_mark = ","
delimiter = ";"
[event]
type = "Order Completed"
source = "till/store-{store}"
id = "{store}-{date}-{ticket}"
subject = "card:{card}"
group_by = ["store", "date", "ticket"]
[event.time]
column = "time"
zone = "Europe/Paris"
[event.data]
store = "{store}"
ticket = "{ticket}"
[[event.list]]
field = "lines"
[event.list.item]
sku = "{sku}"
quantity = { column = "quantity", as = "integer" }
amount_minor = { column = "amount", as = "minor" }
kind = { column = "kind", values = { G = "gift_card" } }
[[event.list]]
field = "payments"
from = "first"
skip_empty = "paid"
[event.list.item]
currency = "points"
quantity = { column = "paid", as = "integer" }
"""
HEADER = "store;date;ticket;time;card;sku;quantity;amount;kind;paid\n"


def told(
    path: Path, mapping: Mapping, parts: int = 1
) -> tuple[list[dict[str, Any]], dict[int, tuple[str, str]]]:
    events: list[dict[str, Any]] = []
    faults: dict[int, tuple[str, str]] = {}
    for part in parts_of(path, mapping, parts):
        for one in read_events(path, mapping, part):
            events += [json.loads(raw) for _, raw in one.events]
            faults |= {fault.row: (fault.code, fault.detail) for fault in one.faults}
    return events, faults


def till(
    tmp_path: Path, rows: Iterable[str], mapping: str = TILL
) -> tuple[list[dict[str, Any]], dict[int, Any]]:
    path = tmp_path / "till.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return told(path, parse_mapping(mapping))


def test_rows_of_one_ticket_become_one_event(tmp_path: Path) -> None:
    events, faults = till(
        tmp_path,
        [
            "317;2026-03-01;0042;2026-03-01 10:02:11;299;108;1;3,49;;500",
            "317;2026-03-01;0042;2026-03-01 10:02:11;299;995;-2;-1,9;G;",
            "317;2026-03-01;0043;2026-03-01 10:03:00;;108;1;3;;0",
        ],
    )
    assert not faults
    assert events == [
        {
            "specversion": "1.0",
            "type": "Order Completed",
            "source": "till/store-317",
            "id": "317-2026-03-01-0042",
            "time": "2026-03-01T09:02:11Z",
            "subject": "card:299",
            "data": {
                "store": "317",
                "ticket": "0042",
                "lines": [
                    {"sku": "108", "quantity": 1, "amount_minor": 349},
                    {"sku": "995", "quantity": -2, "amount_minor": -190, "kind": "gift_card"},
                ],
                "payments": [{"currency": "points", "quantity": 500}],
            },
        },
        {
            "specversion": "1.0",
            "type": "Order Completed",
            "source": "till/store-317",
            "id": "317-2026-03-01-0043",
            "time": "2026-03-01T09:03:00Z",
            "data": {
                "store": "317",
                "ticket": "0043",
                "lines": [{"sku": "108", "quantity": 1, "amount_minor": 300}],
            },
        },
    ]


@pytest.mark.parametrize(
    ("row", "code", "detail"),
    [
        ("1;d;1;2026-03-01 10:00:00;;a;1;3,499;;", "bad_value", "amount: more than 2 decimals"),
        ("1;d;1;2026-03-01 10:00:00;;a;one;3,49;;", "bad_value", "quantity: no number"),
        ("1;d;1;2026-03-01 10:00:00;;a;1,5;3,49;;", "bad_value", "quantity: no whole number"),
        (
            "1;d;1;2026-03-01 10:00:00;;a;1;3,49;X;",
            "unknown_value",
            "kind: the mapping does not translate this",
        ),
        ("1;d;1;;;a;1;3,49;;", "missing_value", "time"),
        ("1;d;1;tomorrow;;a;1;3,49;;", "bad_value", "time: no time"),
        (";d;1;2026-03-01 10:00:00;;a;1;3,49;;", "missing_value", "source"),
        ("1;d;1;2026-03-01 10:00:00", "unreadable_row", "4 cells instead of 10"),
        ("1;d;1;2026-03-01 10:00:00;;a\0;1;3,49;;", "unreadable_row", ""),
    ],
)
def test_a_bad_row_is_set_aside_with_its_number_and_the_rest_goes_on(
    tmp_path: Path, row: str, code: str, detail: str
) -> None:
    good = "1;d;{};2026-03-01 10:00:00;;a;1;3,49;;"
    events, faults = till(
        tmp_path, [good.format("x"), good.format("y"), row, good.format("z"), good.format("w")]
    )
    assert faults[3][0] == code
    assert detail in faults[3][1]
    ids = [event["id"] for event in events]
    assert (ids[0], ids[-1]) == ("1-d-x", "1-d-w")


def test_one_bad_line_sets_the_whole_ticket_aside(tmp_path: Path) -> None:
    rows = ["1;d;1;2026-03-01 10:00:00;;a;1;3,49;;", "1;d;1;2026-03-01 10:00:00;;a;1;?;;"]
    events, faults = till(tmp_path, [*rows, "1;d;2;2026-03-01 10:00:00;;a;1;1;;"])
    assert [event["id"] for event in events] == ["1-d-2"]
    assert faults == {1: ("bad_value", "amount: no number")}


def test_a_row_that_cannot_be_read_may_be_a_part_of_the_tickets_beside_it(tmp_path: Path) -> None:
    good = "1;d;{};2026-03-01 10:00:00;;a;1;3,49;;"
    events, faults = till(tmp_path, [good.format("x"), good.format("y"), "broken", good.format("z")])
    assert [event["id"] for event in events] == ["1-d-x"]
    assert {row: code for row, (code, _) in faults.items()} == {
        2: "incomplete_group",
        3: "unreadable_row",
        4: "incomplete_group",
    }


def test_bytes_that_are_no_text_spoil_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "stores.csv"
    path.write_bytes(b"\xef\xbb\xbfcode;name\n1;Caf\xc3\xa9\n2;Caf\xe9\n3;Bon\n")
    mapping = parse_mapping(
        'version = 1\nname = "S"\ntarget = "store"\n[file]\ndelimiter = ";"\n'
        '[record]\ncode = "{code}"\nname = "{name}"\n'
    )
    [batch] = list(read_records(path, mapping))
    assert [record for _, record in batch.records] == [
        {"code": "1", "name": "Café"},
        {"code": "3", "name": "Bon"},
    ]
    assert [(fault.row, fault.code) for fault in batch.faults] == [(2, "unreadable_row")]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        (
            "2026-03-29 02:30:00",
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),  # does not exist: forward, 03:30 there
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
        ("2026-10-25 02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-07-01T12:00:00.250Z", datetime(2026, 7, 1, 12, 0, 0, 250000, tzinfo=UTC)),
    ],
)
def test_local_times_are_placed(tmp_path: Path, written: str, instant: datetime) -> None:
    [event], _ = till(tmp_path, [f"1;d;1;{written};;a;1;1;;"])
    assert datetime.fromisoformat(event["time"]) == instant


def test_a_local_time_that_does_not_exist_may_be_refused(tmp_path: Path) -> None:
    strict = TILL.replace('zone = "Europe/Paris"', 'zone = "Europe/Paris"\ngap = "reject"')
    events, faults = till(tmp_path, ["1;d;1;2026-03-29 02:30:00;;a;1;1;;"], strict)
    assert not events
    assert faults == {1: ("bad_value", "time: a local time that does not exist")}


def test_a_time_without_offset_needs_a_zone(tmp_path: Path) -> None:
    _, faults = till(
        tmp_path, ["1;d;1;2026-03-29 02:30:00;;a;1;1;;"], TILL.replace('zone = "Europe/Paris"\n', "")
    )
    assert "names no zone" in faults[1][1]


def test_rows_for_another_mapping_are_counted_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "till.csv"
    row = "1;d;{};2026-03-01 10:00:00;;a;1;1;{};\n"
    path.write_text(HEADER + row.format(1, "G") + row.format(2, "") + row.format(3, "G"))
    mapping = parse_mapping(TILL + '[rows]\nonly = { kind = ["G"] }\n')
    ones = list(read_events(path, mapping))
    assert sum(one.not_meant for one in ones) == 1
    assert [json.loads(raw)["id"] for one in ones for _, raw in one.events] == ["1-d-1", "1-d-3"]


def test_a_missing_column_is_told_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "till.csv"
    path.write_text("store;date\n1;d\n")
    with pytest.raises(MappingError, match=r"has no column amount, card, kind"):
        list(read_events(path, parse_mapping(TILL)))


def test_lists_inside_a_record_become_lists_of_the_event(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    order = {"n": "W1", "at": "2026-03-01T10:00:00+01:00", "who": {"card": "299"},
             "items": [{"sku": "a", "total": "1.10"}, {"sku": "b", "total": 2}], "vouchers": []}  # fmt: skip
    path.write_text(json.dumps(order) + "\n\n{broken\n[]\n")
    mapping = parse_mapping("""version = 1
name = "Web"
target = "event"
[event]
type = "Order Completed"
source = "web"
id = "{n}"
subject = "card:{who.card}"
[event.time]
column = "at"
[[event.list]]
field = "lines"
from = "column:items"
[event.list.item]
sku = "{sku}"
amount_minor = { column = "total", as = "minor" }
[[event.list]]
field = "payments"
from = "column:vouchers"
[event.list.item]
currency = "{currency}"
""")
    events, faults = told(path, mapping)
    assert [event["data"] for event in events] == [
        {"lines": [{"sku": "a", "amount_minor": 110}, {"sku": "b", "amount_minor": 200}]}
    ]
    assert events[0]["subject"] == "card:299"
    assert {row: code for row, (code, _) in faults.items()} == {3: "unreadable_row", 4: "unreadable_row"}


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_a_parquet_file_tells_the_same_in_one_part_or_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setattr(reading, "_PART_ROWS_MIN", 1)
    monkeypatch.setattr(parquet_rows, "BATCH_ROWS", 7)
    tickets = [
        number for number, lines in enumerate([3, 1, 9, 2, 2, 30, 1, 5, 4, 1, 1, 2]) for _ in range(lines)
    ]
    count = len(tickets)
    path = tmp_path / "till.parquet"
    table = pa.table(
        {
            "store": pa.array(["1"] * count),
            "date": pa.array(["2026-03-01"] * count).cast(pa.date32()),
            "ticket": pa.array([str(number) for number in tickets]).dictionary_encode(),
            "time": pa.array([datetime(2026, 3, 1, 10, number) for number in tickets], pa.timestamp("s")),  # noqa: DTZ001
            "card": pa.array(["299" if number % 2 else None for number in tickets]),
            "sku": pa.array([f"s{place}" for place in range(count)]),
            "quantity": pa.array([1] * count, pa.int32()),
            "amount": pa.array([Decimal(place) / 100 for place in range(count)], pa.decimal128(9, 2)),
            "kind": pa.array([None] * count, pa.string()),
            "paid": pa.array([None] * count, pa.int64()),
        }
    )
    pq.write_table(table, path, row_group_size=5)
    events, faults = told(path, parse_mapping(TILL), parts)
    assert not faults
    assert [event["data"]["ticket"] for event in events] == [str(number) for number in range(12)]
    assert [line["amount_minor"] for event in events for line in event["data"]["lines"]] == list(range(count))
    assert events[5]["id"] == "1-2026-03-01-5"
    assert events[0]["time"] == "2026-03-01T09:00:00Z"
    assert ["subject" in event for event in events] == [bool(number % 2) for number in range(12)]


def test_a_batch_of_blank_lines_is_not_the_end_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "BATCH_ROWS", 2)
    path = tmp_path / "stores.csv"
    path.write_text("code;name\n1;A\n\n\n\n\n\n2;B\n\n\n\n")
    mapping = parse_mapping(
        'version = 1\nname = "S"\ntarget = "store"\n[file]\ndelimiter = ";"\n[record]\n'
        'code = "{code}"\nname = "{name}"\n'
    )
    found = [record for batch in read_records(path, mapping) for _, record in batch.records]
    assert [one["code"] for one in found] == ["1", "2"]


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_batches_never_cut_a_ticket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    for module in (csv_rows, json_rows, batches):
        monkeypatch.setattr(module, "BATCH_ROWS", rows)
    lines = [f"1;d;{n};2026-03-01 10:00:00;;a;1;{place};;" for n in range(5) for place in range(n + 1)]
    events, _ = till(tmp_path, lines)
    assert [len(event["data"]["lines"]) for event in events] == [1, 2, 3, 4, 5]


@given(st.integers(-(10**12), 10**12), st.integers(0, 4), st.sampled_from([".", ","]))
def test_amounts_are_read_exactly(minor: int, decimals: int, mark: str) -> None:
    written = f"{Decimal(minor).scaleb(-decimals):f}".replace(".", mark)
    assert scaled(written, decimals, mark) == minor
    if decimals:
        with pytest.raises(Unfit):
            scaled(f"{written}1" if mark in written else f"{written}{mark}{'0' * decimals}1", decimals, mark)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_json_lines_are_the_same_in_one_stretch_or_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setattr(json_rows, "STRETCH_BYTES_MIN", 1)
    monkeypatch.setattr(json_rows, "BATCH_ROWS", 3)
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(f'{{"id": "{"x" * (n % 5)}{n}"}}' for n in range(40)))
    found = [
        (row, raw.strip())
        for part in parts_of(path, CLOUD_EVENTS, parts)
        for one in read_events(path, CLOUD_EVENTS, part)
        for row, raw in one.events
    ]
    assert found == [(n + 1, f'{{"id": "{"x" * (n % 5)}{n}"}}'.encode()) for n in range(40)]
