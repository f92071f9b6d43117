"""A mapping file says what it means, or says in which line it does not."""

from pathlib import Path

import pytest

import assidu.demo
from assidu.connectors.files.mapping import Column, Constant, Kind, MappingError, Target, Template
from assidu.connectors.files.mapping_file import parse_mapping, read_mapping

TILL = """version = 1
name = "Till"
target = "event"

[file]
format = "csv"
delimiter = ";"

[event]
type = "Order Completed"
source = "till/store-{store}"
id = "{store}-{ticket}"
group_by = ["store", "ticket"]

[event.time]
column = "time"
zone = "Europe/Paris"

[event.data]
store = "{store}"

[[event.list]]
field = "lines"

[event.list.item]
sku = "{sku}"
amount_minor = { column = "amount", as = "minor" }
"""


def test_values_are_constants_templates_or_columns() -> None:
    mapping = parse_mapping(TILL)
    assert mapping.target is Target.EVENT
    assert mapping.event is not None
    assert mapping.event.type == Constant("Order Completed")
    assert mapping.event.source == Template("till/store-{}", ("store",))
    assert mapping.event.lists[0].item.values["amount_minor"] == Column("amount", Kind.MINOR)
    assert mapping.columns() == {"store", "ticket", "time", "sku", "amount"}


@pytest.mark.parametrize(
    ("written", "instead", "line", "says"),
    [
        ("version = 1", "version = 2", 1, "version 1"),
        ('target = "event"', 'target = "sale"', 3, "one of"),
        ('delimiter = ";"', 'delimitter = ";"', 7, "no key `delimitter`"),
        ('delimiter = ";"', 'delimiter = ";;"', 7, "one character"),
        ('zone = "Europe/Paris"', 'zone = "Europe/Pari"', 17, "no time zone"),
        ('source = "till/store-{store}"', 'source = "till/store-{store"', 11, "`source`"),
        ('source = "till/store-{store}"', 'source = "till/{store!r}"', 11, "braces"),
        ('field = "lines"', 'feild = "lines"', 22, "lacks `field`"),
        ('as = "minor" }', 'as = "money" }', 27, "one of"),
        ('as = "minor" }', 'as = "minor", decimal = 2 }', 27, "no key `decimal`"),
        ('as = "minor" }', 'as = "minor", decimals = true }', 27, "a whole number"),
        ('group_by = ["store", "ticket"]', 'group_by = "store"', 13, "a list"),
        ('[event.time]\ncolumn = "time"', '[event.time]\ncolum = "time"', 15, "lacks `column`"),
        ("version = 1\n", "version = 1\nversion = 1\n", 2, ""),
    ],
)
def test_a_mistake_names_its_line(written: str, instead: str, line: int, says: str) -> None:
    assert written in TILL
    with pytest.raises(MappingError) as caught:
        parse_mapping(TILL.replace(written, instead), "till.toml")
    assert caught.value.line == line, caught.value
    assert says in caught.value.message
    assert str(caught.value).startswith(f"till.toml, line {line}: ")


def test_records_have_the_fields_of_their_target_and_no_others() -> None:
    text = 'version = 1\nname = "S"\ntarget = "store"\n[record]\ncode = "{c}"\nname = "{n}"\ncity = "{x}"\n'
    with pytest.raises(MappingError, match="line 7: a store has no field `city`"):
        parse_mapping(text)
    with pytest.raises(MappingError, match="line 4: a store needs the field `name`"):
        parse_mapping(text.replace('name = "{n}"\ncity = "{x}"\n', ""))


def test_a_cloudevents_mapping_has_no_other_keys() -> None:
    text = 'version = 1\nname = "E"\ntarget = "event"\n[event]\nenvelope = "cloudevents"\n'
    assert parse_mapping(text).event is None
    with pytest.raises(MappingError, match="line 6"):
        parse_mapping(text + 'id = "{id}"\n')


def test_the_demos_mappings_are_examples_that_work() -> None:
    folder = Path(assidu.demo.__file__).parent / "mappings"
    assert len([read_mapping(path) for path in sorted(folder.glob("*.toml"))]) >= 9
