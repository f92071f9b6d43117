"""What every chart on paper is made of: its sizes, words, ticks and whiskers."""

from collections.abc import Sequence
from typing import Literal

from reportlab.graphics.shapes import Drawing, Line, String

from assidu.backoffice import formats
from assidu.backoffice.paper.described import Format
from assidu.backoffice.paper.faces import INK, PLAIN, SOFT, written
from assidu.backoffice.paper.scale import Scale

SIZE = 7.5
LEADING = 9.0
HEIGHT = 150.0
GAP = 6.0
DASHES = [3.5, 2.5]

Anchor = Literal["start", "middle", "end"]


def whisker(picture: Drawing, at: float, ends: Sequence[float], *, is_across: bool) -> None:
    low, high = ends
    lines = [(low, at, high, at), *((end, at - 3, end, at + 3) for end in ends)]
    for x1, y1, x2, y2 in lines:
        ordered = (x1, y1, x2, y2) if is_across else (y1, x1, y2, x2)
        picture.add(Line(*ordered, strokeColor=INK, strokeWidth=0.9))


def tick_text(value: float, how: Format, scale: Scale) -> str:
    return formats.on_an_axis(
        value, how.style, how.currency, scale.digits, max(abs(scale.low), abs(scale.high))
    )


def write(picture: Drawing, x: float, y: float, text: str, anchor: Anchor) -> None:
    picture.add(String(x, y, written(text), fontName=PLAIN, fontSize=SIZE, fillColor=SOFT, textAnchor=anchor))
