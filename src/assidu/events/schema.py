"""The JSON Schema of the events that senders write, drawn from the very types that read them."""

from typing import Any

import msgspec

from assidu.events import wire


def event_schema(ref_template: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The schema of one event, and those of its parts by name; ``ref_template`` says where these will lie."""
    [event], parts = msgspec.json.schema_components([wire._AnyEnvelope], ref_template=ref_template)
    # The envelopes are private to the wire; what they are called outside is what they are.
    text = msgspec.json.encode((event, parts)).decode()
    for name in parts:
        if name.startswith("_"):
            text = text.replace(ref_template.format(name=name), ref_template.format(name=name.lstrip("_")))
    event, parts = msgspec.json.decode(text)
    return event, {name.lstrip("_"): part for name, part in parts.items()}
