"""The whole OpenAPI document: the administrative routes as Ninja describes them, the hot ones beside them."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from assidu.api import hot
from assidu.api.application import api
from assidu.api.types import ProblemDocument
from assidu.foundation.problems import MEDIA_TYPE

METHODS = ("get", "post", "put", "patch", "delete")
TAGS = {
    "Events": "What happened, as tills, sites and other systems tell it.",
    "Customers": "Who they are, what they have, what happened and why.",
    "Accounts": "Households and companies: who is in them, and what they share.",
    "Programme": "The rules, version by version.",
    "Offers": "Where customers stand with offers, allotting them to many, codes, draws.",
    "Partners": "What partners are owed for what was handed over in their name, and the statements closed with them.",
    "Catalogue": "Rates of other moneys, and the calendar of promotions that are not the programme's.",
    "Economics": "What the programme owes and should bring, and what discounts do beside it.",
    "Administration": "What was set aside, who did what, the keys.",
    "State": "Whether the server is well.",
}


@cache
def openapi() -> dict[str, Any]:
    """OpenAPI 3.1; built once, it only changes with the code."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/v1/"))
    document["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
    document["servers"] = [{"url": "/"}]
    document["paths"] = dict(sorted({**hot.paths(), **document["paths"]}.items(), key=_order))
    components = document["components"]
    problem = TypeAdapter(ProblemDocument).json_schema(ref_template=hot.REF.replace("{name}", "{model}"))
    schemas = components.get("schemas", {}) | problem.pop("$defs", {}) | {"ProblemDocument": problem}
    of_events = hot.schemas()
    assert not schemas.keys() & of_events.keys(), "one name is one shape"
    components["schemas"] = dict(sorted((schemas | of_events).items()))
    components["responses"] = {
        "Problem": {
            "description": "What went wrong; `code` says it to programs.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": hot.REF.format(name="ProblemDocument")}}},
        }
    }
    for item in document["paths"].values():
        for method in METHODS:
            if operation := item.get(method):
                if operation.get("security") != []:
                    operation["security"] = [{"key": []}]
                operation["responses"] = {
                    str(status): answer for status, answer in operation["responses"].items()
                }
                operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: `Authorization: Bearer ask_…`",
        }
    }
    return document


def _order(entry: tuple[str, dict[str, Any]]) -> int:
    """By tag, and as they are declared."""
    operation = next(iter(entry[1].values()))
    return list(TAGS).index(operation["tags"][0])
