"""The JSON Schema of the document: what editors complete and check while a programme is being written."""

import json
from typing import Any

import msgspec

from assidu.plans.document import FORMAT, Document

CHOICES = {
    "CurrencyKind": "Points, money of the programme (counted in cents), or vouchers (one unit is one voucher).",
    "ExpiryBasis": "Each lot from when it was earned, or the whole balance from what was last done.",
    "WaitEnd": "What becomes of units when what they wait for has not come in time.",
    "LineKind": "What a line of a ticket is, besides an ordinary product.",
    "Trigger": "The moment at which a rule gives: at a sale, or once on joining.",
    "QuotaScope": "Do all stores share the places, or has each store its own?",
    "OfferNeeds": "What a customer must have or have done before an offer is theirs.",
    "GivesBack": "What becomes free again when a ticket with the offer comes back.",
    "StackingChoice": "Which offers stay when not all can be given together.",
    "TierWindow": "Whole calendar months, this one included, or the year since 1 January.",
    "LeaversShare": "Nothing, an equal part for each, or in proportion of what each brought in less what they used.",
    "Welcome": "The rules on joining give to a shared account once, or to each person in it who joins.",
    "Downgrade": "When a status is not kept: one step down, or down to what the spend reaches.",
}
"""What is said of the choices that the core defines."""


def json_schema() -> dict[str, Any]:
    described = msgspec.json.schema(Document)
    for name, words in CHOICES.items():
        described["$defs"][name]["description"] = words
    _amounts_as_written(described)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Assidu programme, format {FORMAT}",
        **described,
    }


def _amounts_as_written(part: Any) -> None:
    """Amounts are numbers in YAML, and may be text, which JSON keeps exactly."""
    if isinstance(part, dict):
        if part.get("format") == "decimal":
            del part["format"]
            part |= {"type": ["number", "string"], "minimum": 0, "pattern": r"^\d{1,12}(\.\d{1,6})?$"}
        for inner in part.values():
            _amounts_as_written(inner)
    elif isinstance(part, list):
        for inner in part:
            _amounts_as_written(inner)


def schema_text() -> str:
    """As it is published in ``docs/reference/plan.schema.json``."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
