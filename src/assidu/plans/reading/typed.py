"""Nodes into typed parts, following the types of ``plans.document``: no mistake is hidden behind another."""

import re
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final
from unicodedata import category

from msgspec import inspect

from assidu.plans.document import AMOUNT_MAX, HOUR_PATTERN
from assidu.plans.problems import Mark, Path, Problem
from assidu.plans.reading.nodes import Kind, Listing, Mapping, Node, Scalar

CLOSE_MAX = 50
"""Problems after which no name is looked for that a wrong one is like: that takes longer than all the rest."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,9})?")
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,6})?")

LINES_FROM = 1_000
"""A text that may be as long as this may have several lines: terms have paragraphs, names have none."""


class Wrong:
    """Stands where a part could not be read; what holds it cannot be built either."""


WRONG: Final = Wrong()


class Reader:
    """Reads one tree; ``problems`` and ``marks`` (the place of every part, by path) fill up on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.marks: dict[Path, Mark] = {}

    def part(self, node: Node, expected: inspect.Type, path: Path) -> Any:
        self.marks[path] = node.mark
        match expected:
            case inspect.Metadata():
                return self.part(node, expected.type, path)
            case inspect.UnionType():
                if isinstance(node, Scalar) and node.is_null:
                    return None
                return self.part(node, _not_none(expected), path)
            case inspect.StructType():
                return self._struct(node, expected, path)
            case inspect.VarTupleType():
                return self._tuple(node, expected, path)
            case inspect.DictType():
                return self._dict(node, expected, path)
        if not isinstance(node, Scalar):
            return self._wrong("not_one_value", node, path)
        match expected:
            case inspect.EnumType():
                return self._enum(node, expected, path)
            case inspect.StrType():
                return self._string(node, expected, path)
            case inspect.IntType():
                return self._integer(node, expected, path)
            case inspect.FloatType():
                return self._number(node, expected, path)
            case inspect.BoolType():
                return self._yes_or_no(node, path)
            case inspect.DateType():
                return self._day(node, path)
            case inspect.DecimalType():
                return self._amount(node, path)
        raise AssertionError(f"the document has no {expected}")

    def _wrong(self, code: str, node: Node, path: Path, **figures: str | int) -> Wrong:
        self.problems.append(Problem(code, path, figures, node.mark))
        return WRONG

    def _struct(self, node: Node, expected: inspect.StructType, path: Path) -> Any:
        if not isinstance(node, Mapping):
            return self._wrong("not_named_parts", node, path, parts=_names(expected))
        fields = {field.encode_name: field for field in expected.fields}
        values: dict[str, Any] = {}
        for name, value in self._entries(node, path):
            field = fields.get(name.text)
            if field is None:
                self._unknown(name, tuple(fields), path)
            elif (
                not field.required
                and isinstance(value, Scalar)
                and value.is_null
                and not _takes_none(field.type)
            ):
                continue  # `rules:` with nothing behind it is as good as no `rules` at all
            else:
                values[field.name] = self.part(value, field.type, (*path, name.text))
        for field in expected.fields:
            if field.required and field.name not in values:
                values[field.name] = self._wrong("missing", node, path, name=field.encode_name)
        if any(value is WRONG for value in values.values()):
            return WRONG
        return expected.cls(**values)

    def _unknown(self, name: Scalar, known: tuple[str, ...], path: Path) -> None:
        is_looked_up = len(self.problems) < CLOSE_MAX
        close = is_looked_up and get_close_matches(
            name.text.replace("-", "_").lower(), known, n=1, cutoff=0.6
        )
        figures: dict[str, str | int] = {"name": _shown(name.text), "known": ", ".join(known)}
        if close:
            figures["close"] = close[0]
        code = "unknown_name_close" if close else "unknown_name"
        self.problems.append(Problem(code, (*path, name.text), figures, name.mark))

    def _entries(self, node: Mapping, path: Path) -> list[tuple[Scalar, Node]]:
        """The entries, keys that come twice being told and read once."""
        seen: dict[str, Mark] = {}
        found = []
        for entry in node.entries:
            name = entry.key.text
            if name in seen:
                self._wrong("twice", entry.key, (*path, name), name=_shown(name), line=seen[name].line)
                continue
            seen[name] = entry.key.mark
            found.append((entry.key, entry.value))
        return found

    def _tuple(self, node: Node, expected: inspect.VarTupleType, path: Path) -> Any:
        if not isinstance(node, Listing):
            return self._wrong("not_a_list", node, path)
        if not self._has_size(node, len(node.items), expected, path):
            return WRONG
        items = [self.part(item, expected.item_type, (*path, i)) for i, item in enumerate(node.items)]
        return WRONG if any(item is WRONG for item in items) else tuple(items)

    def _dict(self, node: Node, expected: inspect.DictType, path: Path) -> Any:
        if not isinstance(node, Mapping):
            return self._wrong("not_named_values", node, path)
        if not self._has_size(node, len(node.entries), expected, path):
            return WRONG
        found: dict[Any, Any] = {}
        for name, value in self._entries(node, path):
            key = self.part(name, expected.key_type, (*path, name.text))
            part = self.part(value, expected.value_type, (*path, name.text))
            found[key] = part
        return WRONG if any(WRONG in pair for pair in found.items()) else found

    def _has_size(
        self, node: Node, size: int, expected: inspect.VarTupleType | inspect.DictType, path: Path
    ) -> bool:
        if expected.max_length is not None and size > expected.max_length:
            self._wrong("too_many", node, path, most=expected.max_length, found=size)
            return False
        if expected.min_length is not None and size < expected.min_length:
            self._wrong("too_few", node, path, least=expected.min_length)
            return False
        return True

    def _enum(self, node: Scalar, expected: inspect.EnumType, path: Path) -> Any:
        values: dict[str, Enum] = {str(member.value): member for member in expected.cls}
        if node.text in values:
            return values[node.text]
        close = get_close_matches(node.text.lower(), tuple(values), n=1, cutoff=0.6)
        figures = {"found": _shown(node.text), "known": ", ".join(values)}
        if close:
            return self._wrong("unknown_choice_close", node, path, **figures, close=close[0])
        return self._wrong("unknown_choice", node, path, **figures)

    def _string(self, node: Scalar, expected: inspect.StrType, path: Path) -> Any:
        text = node.text
        if node.is_null or (node.kind is Kind.WORD):
            return self._wrong("not_text", node, path)
        is_long = expected.max_length is not None and expected.max_length >= LINES_FROM
        printed = text.replace("\n", "") if is_long else text
        if any(category(character) in ("Cc", "Cs", "Co", "Cn") for character in printed):
            return self._wrong("unprintable", node, path)
        if expected.max_length is not None and len(text) > expected.max_length:
            return self._wrong("too_long", node, path, most=expected.max_length, found=len(text))
        if not text.strip():
            return self._wrong("not_text", node, path)
        if expected.pattern is not None and re.search(expected.pattern, text) is None:
            code = "bad_code"
            if expected.pattern == HOUR_PATTERN:
                code = "bad_hour"
            elif expected.pattern.startswith("^[A-Z]"):
                code = "bad_money_code"
            return self._wrong(code, node, path, found=_shown(text))
        return text

    def _integer(self, node: Scalar, expected: inspect.IntType, path: Path) -> Any:
        if node.kind not in (Kind.PLAIN, Kind.NUMBER) or _INTEGER.fullmatch(node.text) is None:
            return self._wrong("not_whole", node, path, found=_shown(node.text))
        number = int(node.text)
        if expected.ge is not None and number < expected.ge:
            return self._wrong("too_small", node, path, least=int(expected.ge), found=number)
        if expected.le is not None and number > expected.le:
            return self._wrong("too_large", node, path, most=int(expected.le), found=number)
        return number

    def _number(self, node: Scalar, expected: inspect.FloatType, path: Path) -> Any:
        if node.kind not in (Kind.PLAIN, Kind.NUMBER) or _NUMBER.fullmatch(node.text) is None:
            return self._wrong("not_a_number", node, path, found=_shown(node.text))
        number = float(node.text)
        if expected.ge is not None and number < expected.ge:
            return self._wrong("too_small", node, path, least=f"{expected.ge:g}", found=node.text)
        if expected.le is not None and number > expected.le:
            return self._wrong("too_large", node, path, most=f"{expected.le:g}", found=node.text)
        return number

    def _yes_or_no(self, node: Scalar, path: Path) -> Any:
        if node.kind in (Kind.PLAIN, Kind.WORD) and node.text.lower() in ("true", "false"):
            return node.text.lower() == "true"
        return self._wrong("not_true_or_false", node, path, found=_shown(node.text))

    def _day(self, node: Scalar, path: Path) -> Any:
        try:
            if _DAY.fullmatch(node.text) is not None:
                return date.fromisoformat(node.text)
        except ValueError:
            pass  # the shape of a day that no calendar has, such as 30 February
        return self._wrong("not_a_day", node, path, found=_shown(node.text))

    def _amount(self, node: Scalar, path: Path) -> Any:
        """Exactly the digits that were written: a number never goes through binary fractions."""
        if _AMOUNT.fullmatch(node.text) is None:
            return self._wrong("not_an_amount", node, path, found=_shown(node.text))
        amount = Decimal(node.text)
        if amount > AMOUNT_MAX:
            return self._wrong("amount_too_large", node, path, most=int(AMOUNT_MAX))
        return amount


def _takes_none(expected: inspect.Type) -> bool:
    return isinstance(expected, inspect.UnionType) and expected.includes_none


def _not_none(expected: inspect.UnionType) -> inspect.Type:
    found = [kind for kind in expected.types if not isinstance(kind, inspect.NoneType)]
    assert len(found) == 1, "the document's only unions are optional parts"
    return found[0]


def _names(expected: inspect.StructType) -> str:
    return ", ".join(field.encode_name for field in expected.fields)


def _shown(text: str) -> str:
    """What was written, short enough for a sentence and without what would spoil a terminal."""
    cut = text if len(text) <= 60 else text[:59] + "…"
    return "".join(character if character.isprintable() else "�" for character in cut)
