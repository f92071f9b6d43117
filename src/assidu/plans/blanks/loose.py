"""What lies loose in the document, gathered for a form: its own fields, lists without codes, and each table of words
by code."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from assidu.plans.document import (
    LABELS_MAX,
    Amount,
    Document,
    Labels,
    LegalCap,
    Part,
    SaleCurrency,
    Selected,
    Terms,
    Text,
)
from assidu.plans.document.life import TERMS_MAX
from assidu.plans.document.offers import LEGAL_CAPS_MAX
from assidu.plans.document.parts import Words
from assidu.plans.problems import Path, Problem

GENERAL = "general"
LABELS = "labels."
LABELS_SHOWN_MAX = 400
"""Longer tables are written as text: a form of more blanks helps nobody."""
TERMS_SHOWN_MAX = 200_000
"""Terms of more letters too."""


class General(Part, frozen=True, kw_only=True):
    """The fields of the document that belong to no part. They are checked where they stand in it."""

    name: Text
    valid_from: date
    zone: Annotated[str, Meta(min_length=1, max_length=64)]
    sale_currency: SaleCurrency
    part_paid_with_rewards_earns: bool = False
    second_person_above: Amount | None = None


class LegalCaps(Part, frozen=True, kw_only=True):
    """The limits that the law sets on promotions."""

    legal_caps: Annotated[tuple[LegalCap, ...], Meta(max_length=LEGAL_CAPS_MAX)] = ()


class AllTerms(Part, frozen=True, kw_only=True):
    """Every version of the terms."""

    terms: Annotated[tuple[Terms, ...], Meta(max_length=TERMS_MAX)] = ()


FIELDS: Mapping[str, type[Part]] = {GENERAL: General, "legal_caps": LegalCaps, "terms": AllTerms}
"""Fields of the document by the form that gathers them."""


class Label(Part, frozen=True, kw_only=True):
    """What sentences call a code of the catalogue."""

    of: Selected
    fr: Words
    en: Words


class Table(Part, frozen=True, kw_only=True):
    """One of the tables of ``labels``."""

    words: Annotated[tuple[Label, ...], Meta(max_length=LABELS_MAX)] = ()


def loose() -> dict[str, type[msgspec.Struct]]:
    """Their forms, by the way to them in an address."""
    return {**FIELDS, **{f"{LABELS}{name}": Table for name in Labels.__struct_fields__}}


def gathered(document: Document, name: str) -> Any:
    if name in FIELDS:
        cls = FIELDS[name]
        return cls(**{field: getattr(document, field) for field in cls.__struct_fields__})
    table = _table(document, name)
    return Table(words=tuple(Label(of=code, fr=text.fr, en=text.en) for code, text in table.items()))


def scattered(document: Document, name: str, value: Any) -> Document:
    """The document with what a form gathered; of a code that is written twice the last words count."""
    if name in FIELDS:
        return replace(document, **{field: getattr(value, field) for field in value.__struct_fields__})
    table = {label.of: Text(fr=label.fr, en=label.en) for label in value.words}
    return replace(document, labels=replace(document.labels, **{name.removeprefix(LABELS): table}))


def written_twice(value: Any) -> Mapping[str, Problem]:
    """The blanks of codes that a table has already, with the problem."""
    if not isinstance(value, Table):
        return {}
    codes = [label.of for label in value.words]
    return {
        f"words.{n}.of": Problem("listed_twice", figures={"found": code})
        for n, code in enumerate(codes)
        if code in codes[:n]
    }


def loose_at(path: Path) -> str | None:
    """Whose form a place of the document is asked in, if it is one of these."""
    if path[:1] == ("labels",):
        return f"{LABELS}{path[1]}" if len(path) > 1 else None
    return next((name for name, cls in FIELDS.items() if path and path[0] in cls.__struct_fields__), None)


def has_form(document: Document, name: str) -> bool:
    if name == "terms":
        texts = [one.text for one in document.terms if one.text is not None]
        return sum(len(text.fr) + len(text.en) for text in texts) <= TERMS_SHOWN_MAX
    return not name.startswith(LABELS) or len(_table(document, name)) <= LABELS_SHOWN_MAX


def _table(document: Document, name: str) -> Mapping[str, Text]:
    table: Mapping[str, Text] = getattr(document.labels, name.removeprefix(LABELS))
    return table
