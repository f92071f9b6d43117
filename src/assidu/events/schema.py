"""The JSON Schema of the events that senders write, drawn from the very types that read them."""

from typing import Any

import msgspec

from assidu.events import wire

_OUTSIDE = {"Profile": "ProfileData"}
"""What is called otherwise outside: the answers have a profile of their own."""


def event_schema(ref_template: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The schema of one event, and those of its parts by name; ``ref_template`` says where these will lie."""
    [event], parts = msgspec.json.schema_components([wire.AnyEnvelope], ref_template=ref_template)
    # The envelopes are private to the wire; what they are called outside is what they are.
    names = {name: _OUTSIDE.get(name, name.lstrip("_")) for name in parts}
    text = msgspec.json.encode((event, parts)).decode()
    for name, outside in names.items():
        if name != outside:
            text = text.replace(
                f'"{ref_template.format(name=name)}"', f'"{ref_template.format(name=outside)}"'
            )
            text = text.replace(f'"title":"{name}"', f'"title":"{outside}"')
    event, parts = msgspec.json.decode(text)
    return event, {names[name]: part for name, part in parts.items()}
