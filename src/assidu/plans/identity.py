"""What tells one document from another: canonical JSON, whatever file, order or spacing it came from."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct

from assidu.plans.document import Document
from assidu.plans.parts import fields_of

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Document)


def to_builtins(document: Document, amount: Callable[[Decimal], Any] | None = None) -> dict[str, Any]:
    """Plain JSON values in the order of the format; what says the same as the default is left out.

    ``amount`` writes amounts in another way than as the shortest text.
    """
    built: dict[str, Any] = _plain(document, amount or amount_text)
    return built


def plain(part: Struct, *, with_defaults: bool = False) -> dict[str, Any]:
    """The same of any document of ours."""
    built: dict[str, Any] = _plain(part, amount_text, with_defaults=with_defaults)
    return built


def canonical_json(document: Document) -> bytes:
    return _encoder.encode(to_builtins(document))


def what_it_says(document: Document) -> str:
    """Canonical JSON of what a document says, whichever version it is and whenever it begins."""
    content = to_builtins(document)
    content.pop("version", None)
    content.pop("valid_from", None)
    return _encoder.encode(content).decode()


def document_from_json(stored: bytes | str) -> Document:
    """The document again. For what Assidu itself wrote; what people write is read by ``plans.reading``."""
    return _decoder.decode(stored)


def identity(document: Document) -> str:
    """SHA-256 of the programme itself: its number and its first day do not count."""
    built = to_builtins(document)
    built.pop("version", None)
    built.pop("valid_from", None)
    return sha256(_encoder.encode(built)).hexdigest()


def document_hash(document: Document) -> str:
    """SHA-256 of the whole document as published."""
    return sha256(canonical_json(document)).hexdigest()


def amount_text(amount: Decimal) -> str:
    """``5.00``, ``5.0`` and ``5`` are the same amount and are written the same: ``5``."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any, amount: Callable[[Decimal], Any], *, with_defaults: bool = False) -> Any:
    if isinstance(value, Struct):
        return {
            field.encode_name: _plain(part, amount, with_defaults=with_defaults)
            for field in fields_of(type(value))
            if not _is_default(part := getattr(value, field.name), field)
            or (with_defaults and part is not None)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return amount(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(part, amount, with_defaults=with_defaults) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, amount, with_defaults=with_defaults) for part in value]
    return value


def _is_default(value: Any, field: msgspec.structs.FieldInfo) -> bool:
    if field.default_factory is not NODEFAULT:
        return bool(value == field.default_factory())
    return field.default is not NODEFAULT and bool(value == field.default)
