"""What the types of the document are to a form."""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from string import Formatter
from typing import Any

import msgspec
from msgspec import NODEFAULT, inspect

from assidu.plans.document import UNITS_MAX, Duration
from assidu.plans.wording import blanks as words
from assidu.plans.wording.language import Language

Field = inspect.Field
SHORT_MAX = 200
LINE_MAX = 1_000
"""The letters of what is written on one line, at most."""
PERCENTS = frozenset({"percent", "off", "expected_redemption"})
"""Fields whose numbers are of a hundred."""
DURATION_UNITS = ("days", "weeks", "months", "years")


@cache
def struct(cls: type[msgspec.Struct]) -> inspect.StructType:
    found = inspect.type_info(cls)
    assert isinstance(found, inspect.StructType)
    return found


def bare(kind: inspect.Type) -> inspect.Type:
    """Without what is said about it, and without ``None``."""
    if isinstance(kind, inspect.Metadata):
        return bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        found = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        assert len(found) == 1, "the document's only unions are optional parts"
        return bare(found[0])
    return kind


def is_duration(kind: inspect.Type) -> bool:
    """A number and its unit, besides whatever else the part says."""
    return isinstance(kind, inspect.StructType) and issubclass(kind.cls, Duration)


def beside_duration(kind: inspect.StructType) -> list[Field]:
    """What a part says besides how long."""
    own = set(Duration.__struct_fields__)
    return [field for field in kind.fields if field.name not in own]


def is_one_of(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.StructType) and kind.cls.__name__ in words.ONE_OF


def is_open(kind: inspect.Type) -> bool:
    """A part that asks nothing by itself: each of its fields is a clause of its own (``when``, ``lines``)."""
    return (
        isinstance(kind, inspect.StructType)
        and not is_duration(kind)
        and not is_one_of(kind)
        and words.part(kind.cls.__name__, Language.EN) is None
        and not any(stays(kind, field) for field in kind.fields)
    )


def is_writable(kind: inspect.Type) -> bool:
    """Can a form hold it? Tables of words by code are written in the document itself."""
    kind = bare(kind)
    if isinstance(kind, inspect.VarTupleType):
        item = bare(kind.item_type)
        return not isinstance(item, inspect.VarTupleType | inspect.DictType)
    return not isinstance(kind, inspect.DictType)


def fields(kind: inspect.StructType, *, is_root: bool) -> Iterator[Field]:
    """Those that a form asks: not the code, which is given once, nor lists whose members have forms of their own."""
    for field in kind.fields:
        if is_writable(field.type) and not (is_root and is_apart(kind, field)):
            yield field


def is_apart(kind: inspect.StructType, field: Field) -> bool:
    """Is the field asked elsewhere than in the form of its part? Lists within a member (the sessions of a reward) are
    asked with it."""
    return field.name == "code" or (is_list(field) and not has_code(kind))


def is_list(field: Field) -> bool:
    """A list of members that have a code: rules, rewards, levels."""
    kind = bare(field.type)
    return isinstance(kind, inspect.VarTupleType) and has_code(bare(kind.item_type))


def has_code(kind: inspect.Type) -> bool:
    return (
        isinstance(kind, inspect.StructType)
        and any(field.name == "code" for field in kind.fields)
        and any(field.name == "name" for field in kind.fields)
    )


def mentioned(kind: inspect.StructType) -> list[str]:
    """The fields that are read as one phrase, in the order of the phrase."""
    phrase = words.part(kind.cls.__name__, Language.EN)
    if phrase is None:
        return [field.name for field in kind.fields if field.required]
    return [name for _, name, _, _ in Formatter().parse(phrase) if name]


def stays(kind: inspect.StructType, field: Field) -> bool:
    """Is the field always asked? Others are added and taken away as clauses."""
    if field.required or field.name in mentioned(kind):
        return True
    if words.part(kind.cls.__name__, Language.EN) is not None:
        return False
    value = default(field)
    if isinstance(value, Enum | tuple):
        return value != ()
    return isinstance(value, int) and not isinstance(value, bool) and value > 1


def is_prose(kind: inspect.Type) -> bool:
    """Words of many lines, kept to the letter."""
    kind = bare(kind)
    return isinstance(kind, inspect.StrType) and (kind.max_length or 0) > LINE_MAX


def length_max(kind: inspect.Type) -> int:
    """How many letters a blank of words takes; words without a limit of their own are short."""
    kind = bare(kind)
    return (isinstance(kind, inspect.StrType) and kind.max_length) or SHORT_MAX


def is_units(kind: inspect.Type) -> bool:
    """A number of units of a currency."""
    kind = bare(kind)
    return isinstance(kind, inspect.IntType) and kind.le == UNITS_MAX


def default(field: Field) -> Any:
    if field.default_factory is not NODEFAULT:
        return field.default_factory()
    return None if field.default is NODEFAULT else field.default
