"""The mappings that come with the demo name columns that its files have."""

import csv
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from assidu.demo.feed import Feed, Pair

FILES = (
    "stores.csv",
    "products.parquet",
    "margins.csv",
    "members.csv",
    "takeover.csv",
    "accounts.csv",
    "joins.csv",
    "till.parquet",
    "returns.parquet",
    "late.parquet",
    "web-orders.jsonl",
)


def columns_named(value: Any) -> set[str]:
    """All columns that a mapping reads, but for those of nested lists, whose names are their elements' own."""
    if isinstance(value, str):
        return set(re.findall(r"\{([^{}]+)\}", value))
    if isinstance(value, list):
        return set().union(*(columns_named(one) for one in value), set())
    if not isinstance(value, dict):
        return set()
    if str(value.get("from", "")).startswith("column:"):
        return {value["from"].removeprefix("column:")}
    named = {str(value[key]) for key in ("column", "skip_empty") if key in value} | set(
        value.get("group_by", ())
    )
    return named.union(*(columns_named(one) for key, one in value.items() if key != "column"))


def columns_there(path: Path) -> set[str]:
    if path.suffix == ".parquet":
        return set(pq.read_schema(path).names)
    with path.open(encoding="utf-8") as file:
        if path.suffix == ".csv":
            return set(next(csv.reader(file, delimiter=";")))
        order = json.loads(file.readline())
    inner = {f"{outer}.{name}" for outer, one in order.items() if isinstance(one, dict) for name in one}
    return set(order) | inner


def pairs_of(feed: Feed) -> dict[str, Pair]:
    return {
        pair.file.name: pair for pair in (*feed.known_before, *feed.accounts, *feed.year, *feed.afterwards)
    }


@pytest.mark.parametrize("name", FILES)
def test_a_mapping_reads_columns_that_its_file_has(name: str, small: Feed) -> None:
    pair = pairs_of(small)[name]
    mapping = tomllib.loads(pair.mapping.read_text(encoding="utf-8"))
    named = columns_named({key: mapping.get(key, {}) for key in ("event", "record")})

    assert named
    assert named <= columns_there(pair.file)


def test_every_file_of_the_feed_is_imported_or_explains_it(small: Feed) -> None:
    explaining = {"invented.json", "takeover-control.json"}

    assert {path.name for path in small.folder.iterdir()} == pairs_of(small).keys() | explaining
