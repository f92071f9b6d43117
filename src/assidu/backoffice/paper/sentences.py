"""Sentences as the writer of pages takes them."""

from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle

from assidu.backoffice.paper.faces import INK, PLAIN, SOFT, written
from assidu.backoffice.paper.parts import LINE_END, Run, Text

SOFT_TONE = f"#{SOFT.hexval()[2:]}"


def style(size: float, leading: float, **options: Any) -> ParagraphStyle:
    known: dict[str, Any] = {"fontName": PLAIN, "bulletFontName": PLAIN, "textColor": INK}
    return ParagraphStyle("", fontSize=size, leading=leading, **(known | options))


def escaped(text: str) -> str:
    return escape(written(text))


def marked_up(text: Text) -> str:
    return "".join(_run(one) for one in text)


def _run(run: Run) -> str:
    if run == LINE_END:
        return "<br/>"
    text = f"<b>{escaped(run.text)}</b>" if run.is_strong else escaped(run.text)
    return f'<font color="{SOFT_TONE}">{text}</font>' if run.is_soft else text
