"""From JSON to typed events, strictly: nothing unknown is let in."""

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

import msgspec
from msgspec import UNSET

from assidu.decisions.money import RATE_DECIMALS_MAX, RATE_MAX, Rate
from assidu.events.types import EventKey
from assidu.events.wire.data import (
    BATCH_EVENTS_MAX,
    DAY_MIN,
    YEAR_MAX,
    YEAR_MIN,
    AdmissionData,
    AfterSaleData,
    CorrectionData,
    Data,
    DepartureData,
    HoldData,
    MergerData,
    ReturnData,
    SaleData,
    TakeOverData,
    TransferData,
)
from assidu.events.wire.envelopes import KNOWN_TYPES, NEED_SUBJECT, TYPES, AnyEnvelope, Envelope
from assidu.events.wire.incoming import Incoming, Invalid, WireError, subject_of

_event_decoder = msgspec.json.Decoder(AnyEnvelope)
_batch_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()


def parse(raw: bytes) -> Incoming:
    """Read one event from JSON; raises ``Invalid``."""
    try:
        envelope = _event_decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Invalid(_error_of(error, raw)) from None
    if b"\\u0000" in raw:
        _refuse_nul(msgspec.json.decode(raw), "$")
    return _checked(envelope)


def parse_one(written: Mapping[str, Any]) -> Incoming:
    """Read one event from plain values, as an import makes them; raises ``Invalid``."""
    try:
        # Through JSON: it is quicker than it looks, and lets nothing pass that the other door would refuse.
        raw = _encoder.encode(written)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(WireError("$", str(error), "malformed")) from None
    return parse(raw)


def split_batch(raw: bytes) -> list[bytes]:
    """The events of a JSON array, each as its own text; raises ``Invalid`` when it is no array or too long."""
    try:
        found = _batch_decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Invalid(_error_of(error, raw)) from None
    if not found:
        raise Invalid(WireError("$", "a batch holds at least one event", "empty_batch"))
    if len(found) > BATCH_EVENTS_MAX:
        raise Invalid(WireError("$", f"a batch holds at most {BATCH_EVENTS_MAX} events", "batch_too_long"))
    return [bytes(item) for item in found]


def _checked(envelope: Envelope) -> Incoming:
    """What types alone cannot say."""
    errors = []
    type_ = TYPES[type(envelope)]
    data: Data = envelope.data  # type: ignore[attr-defined]
    at = envelope.time.astimezone(UTC) if YEAR_MIN <= envelope.time.year <= YEAR_MAX else None
    if at is None:
        errors.append(WireError("$.time", f"must lie between {YEAR_MIN} and {YEAR_MAX}", "time_out_of_range"))
    subject = None
    if envelope.subject is not None:
        subject = subject_of(envelope.subject)
        if subject is None:
            errors.append(_subject_error("$.subject"))
    elif type_ in NEED_SUBJECT:
        errors.append(WireError("$.subject", f"{type_.value} needs the customer", "missing_subject"))
    if isinstance(data, AfterSaleData):
        errors += _original_errors(data)
    if isinstance(data, SaleData | ReturnData):
        errors += _rate_errors(data)
    if isinstance(data, ReturnData) and bool(data.lines) == data.whole:
        errors.append(WireError("$.data.lines", "give `lines`, or `whole`: true", "lines_or_whole"))
    elif isinstance(data, MergerData):
        if subject_of(data.absorbed) is None:
            errors.append(_subject_error("$.data.absorbed"))
    elif isinstance(data, AdmissionData | DepartureData):
        if subject_of(data.member) is None:
            errors.append(_subject_error("$.data.member"))
    elif isinstance(data, TransferData):
        if subject_of(data.to) is None:
            errors.append(_subject_error("$.data.to"))
    elif isinstance(data, CorrectionData) and data.quantity == 0:
        errors.append(
            WireError("$.data.quantity", "a correction moves at least one unit", "quantity_is_zero")
        )
    elif isinstance(data, TakeOverData):
        errors += _take_over_errors(data)
    elif isinstance(data, HoldData) and not (data.payments or data.lines):
        errors.append(WireError("$.data", "give `payments`, or `lines`, or both", "payments_or_lines"))
    if errors or at is None:
        raise Invalid(*errors)
    return Incoming(EventKey(envelope.source, envelope.id), type_, at, subject, data)


def _original_errors(data: AfterSaleData) -> list[WireError]:
    if (data.original is None) != (data.original_event is None):
        return []
    return [WireError("$.data.original", "name the ticket by `original` or by `original_event`", "original")]


def _rate_errors(data: SaleData | ReturnData) -> list[WireError]:
    if data.rate is UNSET:
        return []
    if data.currency is UNSET:
        return [WireError("$.data.rate", "says nothing without `currency`", "rate_without_currency")]
    if Rate.of(data.rate) is None:
        words = f"must be above 0, at most {RATE_MAX}, with at most {RATE_DECIMALS_MAX} decimals"
        return [WireError("$.data.rate", words, "bad_rate")]
    return []


def _take_over_errors(data: TakeOverData) -> list[WireError]:
    days = [("$.data.joined_on", data.joined_on)]
    days += [(f"$.data.lots[{i}].issued_on", lot.issued_on) for i, lot in enumerate(data.lots)]
    days += [
        (f"$.data.lots[{i}].{name}", day)
        for i, lot in enumerate(data.lots)
        for name, day in (("expires_on", lot.expires_on), ("active_on", lot.active_on))
        if day is not None
    ]
    if data.tier_until is not None:
        days.append(("$.data.tier_until", data.tier_until))
    return [
        WireError(path, f"must lie between {DAY_MIN.year} and {YEAR_MAX}", "time_out_of_range")
        for path, day in days
        if not DAY_MIN.year <= day.year <= YEAR_MAX
    ]


def _subject_error(path: str) -> WireError:
    return WireError(
        path, "write card:…, phone:…, email:…, external:<source>:<id> or customer:<uuid>", "bad_subject"
    )


_AT_PATH = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_CODES: Final = (
    ("missing required field", "missing_field"),
    ("contains unknown field", "unknown_field"),
    ("of length", "bad_length"),
    ("out of range", "out_of_range"),
    ("timezone", "bad_time"),
    ("RFC3339", "bad_time"),
    ("ISO8601", "bad_time"),
    (">=", "out_of_range"),
    ("<=", "out_of_range"),
    ("< ", "out_of_range"),
    ("Invalid enum value", "unknown_value"),
    ("Expected", "wrong_type"),
)


def _error_of(error: Exception, raw: bytes) -> WireError:
    """What the decoder found, in our words. It stops at the first fault."""
    if isinstance(error, RecursionError):
        return WireError("$", "nested too deeply", "too_deep")
    if not isinstance(error, msgspec.ValidationError):
        if isinstance(error, UnicodeDecodeError):
            return WireError("$", "not valid UTF-8", "malformed")
        return WireError("$", str(error), "malformed")
    found = _AT_PATH.match(str(error))
    assert found is not None
    message, path = found["message"], found["path"] or "$"
    if path == "$.type" or (path == "$" and "`type`" in message):
        return WireError("$.type", f"must be one of: {', '.join(KNOWN_TYPES)}", "unknown_type")
    if path == "$" and not raw.lstrip().startswith(b"{"):
        return WireError("$", "an event is a JSON object", "wrong_type")
    for words, code in _CODES:
        if words in message:
            return WireError(path, message, code)
    return WireError(path, message, "invalid")


def _refuse_nul(value: Any, path: str) -> None:
    """PostgreSQL keeps no NUL in a text, and nobody means one."""
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid(WireError(path, "holds a NUL character", "nul_character"))
    elif isinstance(value, dict):
        for name, part in value.items():
            _refuse_nul(name, path)
            _refuse_nul(part, f"{path}.{name}")
    elif isinstance(value, list):
        for i, part in enumerate(value):
            _refuse_nul(part, f"{path}[{i}]")
