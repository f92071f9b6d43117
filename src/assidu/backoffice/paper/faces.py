"""What paper is written in. The typeface comes with us, and each file holds what it needs of it."""

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

VENDOR = Path(__file__).parent / "vendor"
PLAIN = "Source Sans 3"
STRONG = "Source Sans 3 Semibold"

INK = HexColor("#14201a")
SOFT = HexColor("#4d5a53")
LINE = HexColor("#e6e4dc")
LINE_STRONG = HexColor("#8b918b")
GROUND = HexColor("#f6f5f1")
TONES = {1: HexColor("#0f8062"), 2: HexColor("#b45f06"), 3: HexColor("#5b5fc7"), 4: HexColor("#8a8f8b")}
"""The colours of the screens by day."""

UNWRITTEN = "\N{WHITE SQUARE}"

_WRITTEN = str.maketrans({"\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}", "\N{WORD JOINER}": ""})


@cache
def load() -> None:
    """Read once in a process."""
    for name, file in ((PLAIN, "SourceSans3-Regular.ttf"), (STRONG, "SourceSans3-Semibold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(VENDOR / file)))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=STRONG, italic=PLAIN, boldItalic=STRONG)
    # A drawing begins with the typeface of its library, which the file would then name without holding it.
    STATE_DEFAULTS["fontName"] = PLAIN


def written(text: str) -> str:
    """Lines would break at narrow spaces, and the typeface has no joiner. A letter of a script that it has not stands
    as a box; what has no width of its own, as nothing."""
    text = text.translate(_WRITTEN)
    if text.isascii():
        return text
    known = _letters()
    return "".join(one if one in known or one.isspace() else _instead(one) for one in text)


def is_written(text: str) -> bool:
    """Whether every letter of it can be."""
    return UNWRITTEN not in written(text) or UNWRITTEN in text


def _instead(letter: str) -> str:
    return "" if unicodedata.category(letter) in ("Cf", "Mn", "Me") else UNWRITTEN


@cache
def _letters() -> frozenset[str]:
    load()
    faces = (pdfmetrics.getFont(name).face.charToGlyph for name in (PLAIN, STRONG))
    return frozenset.intersection(*(frozenset(map(chr, face)) for face in faces))


def width_of(text: str, face: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(written(text), face, size))
