"""Pages of the studio as files: a workbook whose formulas live, or what the screen says on paper."""

from collections.abc import Callable
from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils import translation
from ninja import Path

from assidu.plans.wording import Language

Kind = Annotated[Literal["xlsx", "pdf"], Path(description="A workbook, or the page of the studio on paper.")]
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
DESCRIBED = {
    "responses": {
        200: {
            "description": "The file, in the language that is asked for.",
            "content": {
                MEDIA_TYPES[kind]: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("xlsx", "pdf")
            },
        }
    }
}
"""For the reference: what Ninja cannot see of an answer that is no object."""


def file(
    kind: str, name: str, language: Language, *, workbook: Callable[[], bytes], paper: Callable[[], bytes]
) -> HttpResponse:
    with translation.override(language):
        content = workbook() if kind == "xlsx" else paper()
    return download(content, kind, name)


def download(content: bytes | str, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=MEDIA_TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
