"""Which parts of a document have a form: the members of its lists, and the parts that there is one of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from assidu.plans.blanks import kinds
from assidu.plans.blanks.loose import GENERAL, gathered, loose, loose_at, scattered
from assidu.plans.document import Document
from assidu.plans.problems import Path
from assidu.plans.wording import blanks as words


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a list with its place in the document."""

    code: str
    value: Any
    path: Path


def lists() -> dict[str, type[msgspec.Struct]]:
    """The lists whose members have a code, by the way to them (``tiers.levels``), known ones first."""
    found: dict[str, type[msgspec.Struct]] = {}
    for field in kinds.struct(Document).fields:
        bare = kinds.bare(field.type)
        if kinds.is_list(field):
            found[field.name] = _item(field)
        elif isinstance(bare, inspect.StructType):
            found |= {f"{field.name}.{one.name}": _item(one) for one in bare.fields if kinds.is_list(one)}
    order = list(words.LISTS)
    return dict(sorted(found.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))


def wholes() -> dict[str, tuple[type[msgspec.Struct], bool]]:
    """The parts that there is one of and that a form can ask, and whether a document can do without. What lies loose
    in the document is gathered in parts of its own."""
    found = {}
    for field in kinds.struct(Document).fields:
        bare = kinds.bare(field.type)
        if (
            isinstance(bare, inspect.StructType)
            and loose_at((field.name,)) is None
            and field.name != "labels"
        ):
            found[field.name] = (bare.cls, not field.required and kinds.default(field) is None)
    gathered_in = {name: (cls, False) for name, cls in loose().items()}
    return {GENERAL: gathered_in.pop(GENERAL), **found, **gathered_in}


def _item(field: kinds.Field) -> type[msgspec.Struct]:
    bare = kinds.bare(field.type)
    assert isinstance(bare, inspect.VarTupleType)
    item = kinds.bare(bare.item_type)
    assert isinstance(item, inspect.StructType)
    cls: type[msgspec.Struct] = item.cls
    return cls


def members(document: Document, name: str) -> tuple[Member, ...]:
    """Nothing where the part that holds the list is not there."""
    holder: Any = document
    path: Path = tuple(name.split("."))
    for step in path:
        holder = getattr(holder, str(step), None) if holder is not None else None
    return tuple(Member(one.code, one, (*path, n)) for n, one in enumerate(holder or ()))


def with_members(document: Document, name: str, values: Sequence[Any]) -> Document:
    """The document with another list. Statuses begin with a part that holds them; see ``can_hold``."""
    above, _, last = name.rpartition(".")
    if not above:
        return replace(document, **{last: tuple(values)})
    holder = getattr(document, above)
    if not values:
        return replace(document, **{above: None})
    assert holder is not None, "asked of can_hold before"
    return replace(document, **{above: replace(holder, **{last: tuple(values)})})


def can_hold(document: Document, name: str) -> bool:
    above, _, _ = name.rpartition(".")
    return not above or getattr(document, above) is not None


def whole(document: Document, name: str) -> Any:
    return gathered(document, name) if name in loose() else getattr(document, name)


def with_whole(document: Document, name: str, value: Any) -> Document:
    return scattered(document, name, value) if name in loose() else replace(document, **{name: value})


def whole_at(path: Path) -> str | None:
    """The part that there is one of in which a place of the document is asked."""
    found = loose_at(path) or (str(path[0]) if path else "")
    return found if found in wholes() else None
