"""What was written in the blanks, read as the document is: the same types, the same mistakes, beside their blanks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from assidu.plans.blanks import kinds
from assidu.plans.blanks.texts import HAS, first_of, items, joined
from assidu.plans.own_unit import without_unit
from assidu.plans.problems import Mark, Path, Problem
from assidu.plans.reading.nodes import Entry, Kind, Listing, Node, Scalar
from assidu.plans.reading.nodes import Mapping as MappingNode
from assidu.plans.reading.typed import Reader

BLANK = "blank"
"""The problem of a blank in which nothing stands."""
_HERE = Mark(1, 1)
_SPACES = re.compile(r"[\s\u00a0\u202f]")


@dataclass(frozen=True, slots=True)
class Filled:
    """``part`` is there when everything could be read; ``problems`` are by the name of their blank."""

    part: Any
    problems: Mapping[str, tuple[Problem, ...]]


def fill(
    cls: type[msgspec.Struct],
    texts: Mapping[str, Sequence[str]],
    kept: Mapping[str, Any] | None = None,
    signs: Sequence[str] = (),
) -> Filled:
    """Read a form; ``kept`` are fields that it does not ask (the code, lists with forms of their own), as values.
    ``signs`` of the money may stand beside amounts, and the per cent sign beside a percentage."""
    writer = _Writer(texts, signs)
    kind = kinds.struct(cls)
    node = writer.struct(kind, "", is_root=True)
    known = kept or {}
    for name in known:
        node.entries.append(Entry(_scalar(name), _anything(known[name])))
    reader = Reader()
    part = reader.part(node, kind, ())
    problems = {name: (Problem(BLANK),) for name in writer.empty}
    for problem in reader.problems:
        if problem.code == "missing":  # what is not written is told at its own blank
            name = joined(_name(problem.path, texts), str(problem.figures["name"]))
            problem = Problem(BLANK)
        else:
            name = _name(problem.path, texts)
        problems[name] = (*problems.get(name, ()), problem) if name not in writer.empty else problems[name]
    is_read = isinstance(part, cls) and not problems
    return Filled(part if is_read else None, problems)


def blank_of(path: Path, texts: Mapping[str, Sequence[str]]) -> str:
    """The blank or clause that a problem of the document concerns, by the way to it within its part."""
    return _name(path, texts)


def _name(path: Path, texts: Mapping[str, Sequence[str]]) -> str:
    if path and path[-1] in kinds.DURATION_UNITS and joined(*path[:-1], "number") in texts:
        return joined(*path[:-1], "number")
    return joined(*path)


class _Writer:
    """Texts as the tree that YAML would be; ``empty`` are the blanks in which something is missing."""

    def __init__(self, texts: Mapping[str, Sequence[str]], signs: Sequence[str]) -> None:
        self._texts = texts
        self._signs = signs
        self._has = frozenset(texts.get(HAS, ()))
        self.empty: list[str] = []

    def struct(self, kind: inspect.StructType, path: str, *, is_root: bool = False) -> MappingNode:
        if kinds.is_duration(kind):
            return self._duration(kind, path)
        if kinds.is_one_of(kind):
            return self._one_of(kind, path)
        return MappingNode(self._entries(kind, kinds.fields(kind, is_root=is_root), path), _HERE)

    def _entries(self, kind: inspect.StructType, fields: Iterable[kinds.Field], path: str) -> list[Entry]:
        entries = []
        for field in fields:
            name, bare = joined(path, field.name), kinds.bare(field.type)
            if kinds.is_open(bare) and isinstance(bare, inspect.StructType):
                inner = self.struct(bare, name)
                if inner.entries:
                    entries.append(Entry(_scalar(field.encode_name), inner))
                continue
            is_there = field.required or name in self._has
            if not is_there and not kinds.stays(kind, field):
                continue
            node = self._value(field, bare, name)
            if node is None and kinds.default(field):  # an empty list is not the same as nothing said
                node = Listing([], _HERE) if isinstance(bare, inspect.VarTupleType) else None
            if node is not None:
                entries.append(Entry(_scalar(field.encode_name), node))
            elif is_there:
                self.empty.append(name)
        return entries

    def _value(self, field: kinds.Field, kind: inspect.Type, name: str) -> Node | None:
        if isinstance(kind, inspect.StructType):
            return self.struct(kind, name)
        if isinstance(kind, inspect.VarTupleType):
            return self._list(kind, name)
        if isinstance(kind, inspect.BoolType):
            text = first_of(self._texts, name)
            if not text:
                text = "false" if kinds.default(field) else "true"
            return Scalar(text, Kind.PLAIN, _HERE)
        text = first_of(self._texts, name)
        if isinstance(kind, inspect.DecimalType):
            text = without_unit(text, self._signs)
        elif name.rpartition(".")[2] in kinds.PERCENTS:
            text = without_unit(text, ("%",))
        return self._scalar_of(kind, text)

    def _list(self, kind: inspect.VarTupleType, name: str) -> Node | None:
        item = kinds.bare(kind.item_type)
        if isinstance(item, inspect.StructType):
            found: list[Node] = [self.struct(item, joined(name, n)) for n in items(self._texts, name)]
        else:
            given = self._texts.get(name, ())
            # Codes of products are written one behind another.
            texts = [part for text in given for part in re.split(r"[,;\n]", text)]
            nodes = [self._scalar_of(item, text) for text in texts]
            found = [node for node in nodes if node is not None]
        return Listing(found, _HERE) if found else None

    def _one_of(self, kind: inspect.StructType, path: str) -> MappingNode:
        chosen = first_of(self._texts, joined(path, "kind"))
        field = next((one for one in kind.fields if one.name == chosen), None)
        if field is None:
            self.empty.append(joined(path, "kind"))
            return MappingNode([], _HERE)
        name = joined(path, field.name)
        node = self._value(field, kinds.bare(field.type), name)
        if node is None:
            self.empty.append(name)
            return MappingNode([], _HERE)
        return MappingNode([Entry(_scalar(field.encode_name), node)], _HERE)

    def _duration(self, kind: inspect.StructType, path: str) -> MappingNode:
        unit = first_of(self._texts, joined(path, "unit"))
        number = self._scalar_of(inspect.IntType(), first_of(self._texts, joined(path, "number")))
        until = first_of(self._texts, joined(path, "until_end_of"))
        entries = self._entries(kind, kinds.beside_duration(kind), path)
        if number is None and not entries:
            self.empty.append(joined(path, "number"))
        elif number is not None and unit in kinds.DURATION_UNITS:
            entries.append(Entry(_scalar(unit), number))
        if until and until != "day":
            entries.append(Entry(_scalar("until_end_of"), _scalar(until)))
        return MappingNode(entries, _HERE)

    @staticmethod
    def _scalar_of(kind: inspect.Type, text: str) -> Scalar | None:
        """Nothing where nothing is written; numbers without spaces, with a point or a comma."""
        bare = text.strip()
        if not bare:
            return None
        if kinds.is_prose(kind):
            return Scalar(text.replace("\r\n", "\n"), Kind.TEXT, _HERE)
        if isinstance(kind, inspect.IntType):
            return Scalar(_SPACES.sub("", bare), Kind.PLAIN, _HERE)
        if isinstance(kind, inspect.DecimalType):
            return Scalar(_SPACES.sub("", bare).replace(",", "."), Kind.PLAIN, _HERE)
        return Scalar(bare, Kind.TEXT, _HERE)


def _scalar(text: str) -> Scalar:
    return Scalar(text, Kind.TEXT, _HERE)


def _anything(value: Any) -> Node:
    """A plain value as a node: what a form does not ask stays as it was."""
    if isinstance(value, dict):
        return MappingNode([Entry(_scalar(str(key)), _anything(one)) for key, one in value.items()], _HERE)
    if isinstance(value, list | tuple):
        return Listing([_anything(one) for one in value], _HERE)
    if isinstance(value, bool):
        return Scalar("true" if value else "false", Kind.WORD, _HERE)
    if isinstance(value, int | float):
        return Scalar(str(value), Kind.NUMBER, _HERE)
    return _scalar(str(value))
