"""A part of the document as texts by name, and what adding or removing a clause does to them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
from msgspec import inspect

from assidu.plans.blanks import kinds
from assidu.plans.document import Accounts, Given, Level, Referral
from assidu.plans.wording import blanks as words
from assidu.plans.wording.language import Language

Texts = dict[str, list[str]]
HAS = "has"


def joined(*names: str | int) -> str:
    return ".".join(str(name) for name in names if name != "")


def texts_of(part: msgspec.Struct, language: Language = Language.EN) -> Texts:
    """What stands in the blanks of a part, with the decimal comma where the language has one."""
    texts: Texts = {HAS: []}
    _struct(part, kinds.struct(type(part)), "", texts, language)
    return texts


def _struct(part: Any, kind: inspect.StructType, path: str, texts: Texts, language: Language) -> None:
    if kinds.is_duration(kind):
        unit = next((name for name in kinds.DURATION_UNITS if getattr(part, name) is not None), "months")
        number = getattr(part, unit)
        texts[joined(path, "number")] = ["" if number is None else str(number)]
        texts[joined(path, "unit")] = [unit]
        texts[joined(path, "until_end_of")] = [part.until_end_of.value]
        _fields(part, kind, kinds.beside_duration(kind), path, texts, language)
        return
    if kinds.is_one_of(kind):
        given = [f for f in kind.fields if getattr(part, f.name) not in (None, ())]
        chosen = given[0] if given else kind.fields[0]
        texts[joined(path, "kind")] = [chosen.name]
        _value(
            getattr(part, chosen.name), kinds.bare(chosen.type), joined(path, chosen.name), texts, language
        )
        return
    _fields(part, kind, list(kinds.fields(kind, is_root=not path)), path, texts, language)


def _fields(
    part: Any,
    kind: inspect.StructType,
    fields: Sequence[kinds.Field],
    path: str,
    texts: Texts,
    language: Language,
) -> None:
    for field in fields:
        value, name, bare = getattr(part, field.name), joined(path, field.name), kinds.bare(field.type)
        if kinds.is_open(bare):
            if value is not None:
                _value(value, bare, name, texts, language)
            continue
        if not kinds.stays(kind, field):
            if value == kinds.default(field):
                continue
            texts[HAS].append(name)
        if field.required or not isinstance(bare, inspect.BoolType):
            _value(value, bare, name, texts, language)


def _value(value: Any, kind: inspect.Type, name: str, texts: Texts, language: Language) -> None:
    if isinstance(kind, inspect.StructType):
        if value is not None:
            _struct(value, kind, name, texts, language)
    elif isinstance(kind, inspect.VarTupleType):
        item = kinds.bare(kind.item_type)
        if isinstance(item, inspect.StructType):
            for n, one in enumerate(value or ()):
                texts[HAS].append(joined(name, n))
                _struct(one, item, joined(name, n), texts, language)
        else:
            texts[name] = [written(one, language) for one in value or ()]
    else:
        texts[name] = ["" if value is None else written(value, language)]


def written(value: Any, language: Language) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.replace(".", ",") if language is Language.FR else text
    return str(value)


# ---------------------------------------------------------------- a form that is begun, and changes its shape


BEGUN_WITH: Mapping[type[msgspec.Struct], Sequence[str]] = {
    Accounts: ("household",),
    Given: ("units",),
    Level: ("spend_at_least",),
    Referral: ("referrer", "referee"),
}
"""Parts of which each field may be left out: a form without any would not say what it is about."""


def begun(cls: type[msgspec.Struct], first: Mapping[str, str]) -> Texts:
    """An empty form: what must be there, with ``first`` written in it where that is asked (``currency``: points), and
    the clauses that nearly everybody writes."""
    texts: Texts = {HAS: []}
    _begin(kinds.struct(cls), "", texts, first)
    return texts


def _begin(kind: inspect.StructType, path: str, texts: Texts, first: Mapping[str, str]) -> None:
    if kinds.is_duration(kind):
        texts[joined(path, "number")] = [""]
        texts[joined(path, "unit")] = ["months"]
        texts[joined(path, "until_end_of")] = ["day"]
        for field in kinds.beside_duration(kind):
            if kinds.stays(kind, field):
                _begin_field(field, joined(path, field.name), texts, first)
        return
    if kinds.is_one_of(kind):
        chosen = next(iter(words.ONE_OF[kind.cls.__name__]))
        texts[joined(path, "kind")] = [chosen]
        return
    for field in kinds.fields(kind, is_root=not path):
        name = joined(path, field.name)
        if field.name in BEGUN_WITH.get(kind.cls, ()):
            texts[HAS].append(name)
        elif not kinds.stays(kind, field):
            continue
        _begin_field(field, name, texts, first)


def _begin_field(field: kinds.Field, name: str, texts: Texts, first: Mapping[str, str]) -> None:
    bare = kinds.bare(field.type)
    if isinstance(bare, inspect.StructType):
        _begin(bare, name, texts, first)
    elif isinstance(bare, inspect.VarTupleType):
        item = kinds.bare(bare.item_type)
        if isinstance(item, inspect.StructType):
            texts[HAS].append(joined(name, 0))
            _begin(item, joined(name, 0), texts, first)
        else:
            texts[name] = [written(one, Language.EN) for one in kinds.default(field) or ()]
    elif field.required or not isinstance(bare, inspect.BoolType):
        # A clause with a yes-or-no field alone says yes by being there.
        default = kinds.default(field)
        value = first.get(field.name, "") if default is None else written(default, Language.EN)
        if isinstance(bare, inspect.EnumType) and not value:
            value = str(next(iter(bare.cls)).value)
        texts[name] = [value]


def added(cls: type[msgspec.Struct], texts: Texts, name: str, first: Mapping[str, str]) -> Texts:
    """With one more clause, or one more item of a list (``gift.steps``); unchanged where there is no such thing."""
    found = field_at(cls, name)
    if found is None:
        return texts
    new = {key: list(values) for key, values in texts.items()}
    new.setdefault(HAS, [])
    bare = kinds.bare(found.type)
    if isinstance(bare, inspect.VarTupleType):
        item = kinds.bare(bare.item_type)
        if isinstance(item, inspect.StructType):
            number = len(items(texts, name))
            new[HAS].append(joined(name, number))
            _begin(item, joined(name, number), new, first)
            if not found.required and not number:
                new[HAS].append(name)
            return new
    if name in new[HAS]:
        return texts
    new[HAS].append(name)
    _begin_field(found, name, new, first)
    return new


def removed(texts: Texts, name: str) -> Texts:
    """Without a clause; items of a list that came behind it move up."""
    new = {
        key: list(values) for key, values in texts.items() if key != name and not key.startswith(f"{name}.")
    }
    new[HAS] = [one for one in texts.get(HAS, ()) if one != name and not one.startswith(f"{name}.")]
    listed = re.fullmatch(r"(.+)\.(\d+)", name)
    if listed is None:
        return new
    above, gone = listed[1], int(listed[2])

    def moved(key: str) -> str:
        found = re.fullmatch(rf"{re.escape(above)}\.(\d+)(.*)", key)
        return f"{above}.{int(found[1]) - 1}{found[2]}" if found and int(found[1]) > gone else key

    return {
        moved(key): [moved(one) for one in values] if key == HAS else values for key, values in new.items()
    }


def items(texts: Mapping[str, Sequence[str]], name: str) -> list[int]:
    """The items of a list that are there, by their numbers."""
    found = []
    for one in texts.get(HAS, ()):
        listed = re.fullmatch(rf"{re.escape(name)}\.(\d{{1,4}})", one)
        if listed is not None:
            found.append(int(listed[1]))
    return sorted(set(found))


def field_at(cls: type[msgspec.Struct], name: str) -> kinds.Field | None:
    """The field behind a name such as ``gift.steps`` or ``gift.steps.0.give``."""
    kind: inspect.Type = kinds.struct(cls)
    found: kinds.Field | None = None
    for step in name.split("."):
        if isinstance(kind, inspect.VarTupleType) and step.isdecimal():
            kind = kinds.bare(kind.item_type)
            continue
        if not isinstance(kind, inspect.StructType):
            return None
        found = next((field for field in kind.fields if field.name == step), None)
        if found is None:
            return None
        kind = kinds.bare(found.type)
    return found


def first_of(texts: Mapping[str, Sequence[str]], name: str) -> str:
    values: Iterable[str] = texts.get(name, ())
    return next(iter(values), "")
