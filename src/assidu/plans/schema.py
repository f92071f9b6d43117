"""The JSON Schema of the document: what editors complete and check while a programme is being written."""

import json
from typing import Any

import msgspec

from assidu.plans.document import FORMAT, Document


def json_schema() -> dict[str, Any]:
    described = msgspec.json.schema(Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Assidu programme, format {FORMAT}",
        **described,
    }


def schema_text() -> str:
    """As it is published in ``docs/reference/plan.schema.json``."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
