"""Parts become sheets of A4: headings stay with what they head, tables go on with their head, pages are counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Laid

from assidu.backoffice.paper.drawing import drawn
from assidu.backoffice.paper.faces import (
    GROUND,
    LINE,
    PLAIN,
    SOFT,
    STRONG,
    UNWRITTEN,
    is_written,
    load,
    written,
)
from assidu.backoffice.paper.parts import Chart, Figure, Figures, Heading, Part, Run, Table, Words, texts
from assidu.backoffice.paper.sentences import escaped, marked_up, style
from assidu.backoffice.paper.tables import laid_table

MARGIN = 17 * mm
FOOT = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
FIGURES_BESIDE = 4
FIRST_ROWS = 62.0
"""How high the head of a table and a few of its rows are."""

TITLE = style(19, 23, fontName=STRONG, spaceAfter=3)
SECTION = style(12.5, 16, fontName=STRONG, spaceBefore=14, spaceAfter=3)
SUBSECTION = style(9.5, 12, fontName=STRONG, spaceBefore=7, spaceAfter=2)
HEADINGS = {1: TITLE, 2: SECTION, 3: SUBSECTION}
BODY = style(9.2, 12.6, spaceAfter=4)
ITEM = style(9.2, 12.6, spaceAfter=2, leftIndent=12)
BESIDE = style(8.2, 11, textColor=SOFT, spaceAfter=4)
LABEL = style(7.8, 10, textColor=SOFT)
FIGURE = style(14, 18, fontName=STRONG)
NOTE = style(7.2, 9, textColor=SOFT)


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands at the foot of each page, and in the file about itself."""

    title: str
    programme: str
    made_at: datetime
    made: str
    language: str


def written_on_paper(parts: Sequence[Part], imprint: Imprint) -> bytes:
    """The same parts and imprint give the same file, byte for byte."""
    load()
    into = BytesIO()
    document = _Document(
        into,
        pagesize=A4,
        title=imprint.title,
        author=imprint.programme,
        creator="Assidu",
        lang=imprint.language,
        initialFontName=PLAIN,
        invariant=1,
    )
    bottom = FOOT + 4 * mm
    room = Frame(MARGIN, bottom, WIDTH, A4[1] - MARGIN - bottom, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[room]))

    def canvas(*args: Any, **options: Any) -> Canvas:
        return _Sheets(imprint, *args, **options)

    document.build(list(_flow([*_noted(parts), *_behind(parts)])), canvasmaker=canvas)
    return into.getvalue()


class _Document(BaseDocTemplate):  # type: ignore[misc]  # its library has no types
    """Headings become bookmarks: a reader, and who listens to it, goes from one to the next."""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 -- its parent calls it so
        if isinstance(flowable, Paragraph) and flowable.style in HEADINGS.values():
            level = next(level for level, look in HEADINGS.items() if look is flowable.style)
            self.canv.head(flowable.getPlainText(), level, self.frame._y + flowable.height)


class _Sheets(Canvas):  # type: ignore[misc]  # its library has no types
    """Keeps its pages until it knows how many there are."""

    def __init__(self, imprint: Imprint, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        made_at = imprint.made_at.astimezone(UTC)
        self.setDateFormatter(lambda *_now: f"D:{made_at:%Y%m%d%H%M%S}Z")
        self._imprint = imprint
        self._pages: list[dict[str, Any]] = []
        self._heads: list[tuple[str, int, float]] = []
        self.setViewerPreference("DisplayDocTitle", "true")

    def head(self, text: str, level: int, top: float) -> None:
        """A heading of this page: pages have their numbers only once all are there."""
        self._heads.append((text, level, top))

    def showPage(self) -> None:  # noqa: N802 -- its parent calls it so
        self._pages.append(dict(self.__dict__))
        self._heads = []
        self._startPage()

    def save(self) -> None:
        pages, above = self._pages, -1
        for number, page in enumerate(pages, start=1):
            self.__dict__.update(page)
            for place, (text, level, top) in enumerate(self._heads):
                key = f"{number}-{place}"
                self.bookmarkHorizontalAbsolute(key, top)
                above = min(level - 1, above + 1)  # a level is never left out
                self.addOutlineEntry(text, key, above)
            self._foot(number, len(pages))
            super().showPage()
        super().save()

    def _foot(self, number: int, pages: int) -> None:
        self.setStrokeColor(LINE)
        self.setLineWidth(0.5)
        self.line(MARGIN, FOOT, A4[0] - MARGIN, FOOT)
        self.setFont(PLAIN, 7.5)
        self.setFillColor(SOFT)
        words = (self._imprint.programme, self._imprint.title, self._imprint.made)
        self.drawString(MARGIN, FOOT - 11, written(" · ".join(words)))
        place = _("Page %(number)s of %(pages)s") % {"number": number, "pages": pages}
        self.drawRightString(A4[0] - MARGIN, FOOT - 11, written(place))


# ---------------------------------------------------------------- one part below the other


def _noted(parts: Sequence[Part]) -> list[Part]:
    """Below the title it is said where letters could not be written."""
    if all(is_written(text) for text in texts(parts)):
        return list(parts)
    words = _(
        "Letters of some names cannot be written in this file and stand as %(box)s; the page on the screen has them."
    )
    return [*parts[:1], Words((Run(words % {"box": UNWRITTEN}),), is_soft=True), *parts[1:]]


def _behind(parts: Sequence[Part]) -> Iterator[Part]:
    """The figures of all charts, at the end: few look for all of them."""
    charts = [(one.title, one.figures) for one in parts if isinstance(one, Chart) and one.figures is not None]
    if charts:
        yield Heading(_("The figures of the charts"), 2)
    for title, table in charts:
        yield Heading(title, 3)
        yield table


def _flow(parts: Sequence[Part]) -> Iterator[Flowable]:
    """From a heading until a table or the next heading, everything stays on one page where it can."""
    together: list[Flowable] = []
    for part in parts:
        if isinstance(part, Table):
            yield from _headed(together, part)
            together = []
            continue
        if isinstance(part, Heading) and together and not _is_head(together):
            yield KeepTogether(together)
            together = []
        together += _laid(part)
    if together:
        yield KeepTogether(together)


def _is_head(flowables: Sequence[Flowable]) -> bool:
    return all(isinstance(one, Paragraph) for one in flowables)


def _headed(above: list[Flowable], table: Table) -> Iterator[Flowable]:
    """What stands above a table goes to the next page with it, where not even its first rows have room."""
    if _is_head(above):
        yield CondPageBreak(
            sum(one.wrap(WIDTH, A4[1])[1] + one.getSpaceBefore() for one in above) + FIRST_ROWS
        )
        yield from above
    else:
        yield KeepTogether(above)
    yield from laid_table(table, WIDTH)


def _laid(part: Heading | Words | Figures | Chart) -> list[Flowable]:
    match part:
        case Heading(text, level):
            return [Paragraph(escaped(text), HEADINGS[level])]
        case Words(text, is_soft, is_item):
            look = ITEM if is_item else BESIDE if is_soft else BODY
            return [Paragraph(marked_up(text), look, bulletText="–" if is_item else None)]
        case Figures(each):
            return [Spacer(0, 4), _figures(each), Spacer(0, 6)]
        case Chart(_title, description, _figures_of_it):
            return [Spacer(0, 4), drawn(description, WIDTH), Spacer(0, 5)]


def _figures(each: Sequence[Figure]) -> Laid:
    beside = min(FIGURES_BESIDE, len(each)) or 1
    boxes: list[Any] = [
        [
            Paragraph(escaped(one.label), LABEL),
            Paragraph(escaped(one.figure), FIGURE),
            *(Paragraph(escaped(note), NOTE) for note in one.notes),
        ]
        for one in each
    ]
    boxes += [""] * (-len(boxes) % beside)
    rows = [boxes[first : first + beside] for first in range(0, len(boxes), beside)]
    look: Any = [
        ("FONTNAME", (0, 0), (-1, -1), PLAIN),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, -1), GROUND),
        ("INNERGRID", (0, 0), (-1, -1), 3, "white"),
        ("TOPPADDING", (0, 0), (-1, -1), 6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
        ("LEFTPADDING", (0, 0), (-1, -1), 8),
    ]
    return Laid(rows, colWidths=[WIDTH / beside] * beside, style=look)
