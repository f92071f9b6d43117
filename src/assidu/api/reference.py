"""The reference for people, drawn from the OpenAPI document: one page, no script, nothing from elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assidu.api.openapi import METHODS, TAGS, openapi
from assidu.decisions.decision import RefusalCode
from assidu.foundation.people.roles import SCOPES
from assidu.foundation.problems import KNOWN

_CODE = re.compile(r"``?([^`]+)``?")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    is_required: bool
    description: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    description: str
    type: str
    link: str


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    anchor: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: Answer | None
    answers: tuple[Answer, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    description: str
    operations: list[Operation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    description: str
    fields: tuple[Field, ...]
    type: str


def document(request: HttpRequest) -> HttpResponse:
    """The document for programs."""
    content = msgspec.json.encode(openapi())
    mark = f'"{sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponse(status=304, headers={"ETag": mark})
    headers = {"ETag": mark, "Cache-Control": "public, max-age=300"}
    return HttpResponse(content, content_type="application/json", headers=headers)


@translation.override("en")  # the document is in English, whoever reads it
def reference(request: HttpRequest) -> HttpResponse:
    """The page for people."""
    whole = openapi()
    sections = {name: Section(name, description) for name, description in TAGS.items()}
    for path, item in whole["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                sections[operation["tags"][0]].operations.append(_operation(method, path, operation))
    shapes = [_shape(name, schema) for name, schema in whole["components"]["schemas"].items()]
    problems = [(code, status, title) for code, (status, title) in KNOWN.items()]
    problems += [
        (code.value, 409, "The programme does not allow it (422 where it never could)")
        for code in RefusalCode
    ]
    response = render(
        request,
        "api/reference.html",
        {
            "title": whole["info"]["title"],
            "version": whole["info"]["version"],
            "paragraphs": [prose(paragraph) for paragraph in whole["info"]["description"].split("\n\n")],
            "sections": list(sections.values()),
            "shapes": shapes,
            "problems": problems,
            "scopes": [(scope, str(words)) for scope, words in SCOPES.items()],
        },
    )
    response["Content-Language"] = "en"
    return response


def prose(text: str) -> SafeString:
    """Plain text with `code` in it."""
    parts = _CODE.split(text)
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if n % 2 else part,) for n, part in enumerate(parts))
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    body = None
    example = ""
    if found := operation.get("requestBody"):
        content = next(iter(found["content"].values()))
        type_, link = _type(content["schema"])
        body = Answer("", "", type_, link)
        if "example" in content:
            example = msgspec.json.format(msgspec.json.encode(content["example"]), indent=2).decode()
    parameters = tuple(
        Field(
            one["name"],
            _type(one["schema"])[0],
            one.get("required", False),
            _words(one),
            _type(one["schema"])[1],
        )
        for one in operation.get("parameters", ())
    )
    return Operation(
        method=method.upper(),
        path=path,
        anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        summary=operation.get("summary", ""),
        description=prose(operation.get("description", "")),
        parameters=parameters,
        body=body,
        answers=tuple(_answers(operation["responses"])),
        example=example,
    )


def _answers(responses: dict[str, Any]) -> Iterator[Answer]:
    for status, answer in responses.items():
        if status == "default":
            continue
        content: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
        type_, link = _type(content.get("schema", {}))
        yield Answer(status, answer.get("description", ""), type_, link)


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    required = schema.get("required", ())
    fields = tuple(
        Field(one, *_type(part)[:1], one in required, _words(part), _type(part)[1])
        for one, part in schema.get("properties", {}).items()
    )
    return Shape(name, _words(schema), fields, "" if fields else _type(schema)[0])


def _words(part: dict[str, Any]) -> SafeString:
    words: str = part.get("description", "") or part.get("schema", {}).get("description", "")
    bounds = [
        f"{name} {part[key]}" for key, name in _BOUNDS.items() if part.get(key) not in (None, "", [], {})
    ]
    return prose(" ".join(filter(None, (words, f"({', '.join(bounds)})" if bounds else ""))))


_BOUNDS = {
    "minimum": "from",
    "maximum": "to",
    "minLength": "at least",
    "maxLength": "at most",
    "minItems": "at least",
    "maxItems": "at most",
    "default": "default",
}


def _type(schema: dict[str, Any]) -> tuple[str, str]:
    """A schema in few words, and the name of the shape that it leads to."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return name, name
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            parts = [_type(part) for part in schema[key]]
            return " or ".join(dict.fromkeys(text for text, _ in parts)), next(
                (link for _, link in parts if link), ""
            )
    if "enum" in schema:
        return " | ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in schema["enum"]), ""
    if "const" in schema:
        return f'"{schema["const"]}"', ""
    kind = schema.get("type", "anything")
    if kind == "array":
        inner, link = _type(schema.get("items", {}))
        return f"list of {inner}", link
    kinds: list[str] = kind if isinstance(kind, list) else [kind]
    written: str = schema.get("format", "string")
    return " or ".join(written if one == "string" else one for one in kinds), ""
