"""Pages on paper: what is read of them, how charts are drawn, what the file holds."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.pdfbase import pdfmetrics

import assidu
from assidu.backoffice.charts import Chart, Plane, Series, between, spans, waterfall
from assidu.backoffice.paper.described import Description, described
from assidu.backoffice.paper.drawing import drawn
from assidu.backoffice.paper.faces import PLAIN, STRONG, load, written
from assidu.backoffice.paper.parts import Cell, Figure, Figures, Heading, Part, Row, Run, Table, Words, plain
from assidu.backoffice.paper.parts import Chart as ChartPart
from assidu.backoffice.paper.reading import parts_of
from assidu.backoffice.paper.scale import scale_for
from assidu.backoffice.paper.writing import WIDTH, Imprint, written_on_paper

NOW = datetime(2026, 3, 14, 15, 9, tzinfo=UTC)
INK_ONLY = re.compile(r"[^\s\x00-\x1f]")


def a_chart(series: Sequence[Series], labels: Sequence[str] = ("A", "B", "C"), **more: Any) -> Description:
    """As a page hands it over, and as it is read again."""
    chart = Chart("one", "One", labels, series, show=str, **more)
    return described(json.dumps(chart.description))


def shapes(picture: Drawing, kind: type, tone: str = "") -> list[Any]:
    found: list[Any] = [one for one in picture.contents if isinstance(one, kind)]
    return [one for one in found if not tone or one.fillColor.hexval() == f"0x{tone}"]


def made(parts: Sequence[Part], at: datetime = NOW) -> bytes:
    with translation.override("en"):
        return written_on_paper(parts, Imprint("A title", "The club", at, f"{at:%H:%M}", "en"))


def sheets(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


# ---------------------------------------------------------------- reading


def test_a_page_is_read_as_it_stands_without_what_is_clicked() -> None:
    parts = parts_of(
        """<section><header><h2 id="a">Why <span class="pill">it</span> moved</h2>
        <a class="no-print" href="/x">CSV</a><svg><use href="#i"/></svg></header><form><p>typed</p></form>
        <div class="stats"><div class="stat"><span class="label"><svg></svg>Owed</span><span class="figure">12&nbsp;€
        </span><span class="note">between <b>10</b> and 14</span></div></div>
        <p class="small muted">Every <b>figure</b>,
        and&nbsp;more. <span class="sr">unseen</span><button>Press</button></p>
        <span class="chips"><a>Miles</a><a aria-current="true">Points</a></span>
        <ul><li>One</li></ul><footer>Said below &amp; last</footer></section>"""
    )
    assert parts == [
        Heading("Why it moved", 2),
        parts[1],
        Words((Run("Every "), Run("figure", is_strong=True), Run(", and\xa0more.")), is_soft=True),
        Words((Run("Points"),)),
        Words((Run("One"),), is_item=True),
        Words((Run("Said below & last"),), is_soft=True),
    ]
    assert isinstance(parts[1], Figures)
    [figure] = parts[1].each
    assert (figure.label, figure.figure, figure.notes) == ("Owed", "12\xa0€", ("between 10 and 14",))


def test_a_table_keeps_its_second_lines_its_sums_and_its_sides() -> None:
    [table] = parts_of(
        """<table><thead><tr><th scope="col">Month</th><th scope="col" class="end">Rate</th><th class="no-print"></th>
        </tr></thead><tbody><tr class="whole"><th scope="row">May</th><td class="end strong">5 %<span class="sub">4–6
        </span></td><td class="no-print">CSV</td></tr></tbody></table>"""
    )
    rate = Cell((Run("5 %"), Run("\n"), Run("4–6", is_soft=True)), is_end=True, is_strong=True)
    assert isinstance(table, Table)
    assert [plain(one.text) for one in table.head] == ["Month", "Rate"]
    assert table.rows == (Row((Cell((Run("May"),)), rate), is_whole=True),)


# ---------------------------------------------------------------- drawing


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=4))
def test_an_axis_holds_every_figure_and_nothing_between_round_ends(cents: list[int]) -> None:
    figures = [one / 100 for one in cents]
    scale = scale_for(figures, 10, 110)
    assert scale.low <= min(0, *figures) <= max(0, *figures) <= scale.high
    assert all(10 - 1e-6 <= scale.at(one) <= 110 + 1e-6 for one in figures)
    assert 2 <= len(scale.ticks) <= 9
    assert len({f"{tick:.{scale.digits}f}" for tick in scale.ticks}) == len(scale.ticks)


def test_bars_are_as_high_as_their_figures_and_those_below_nothing_hang() -> None:
    picture = drawn(a_chart([Series("One", [10, -5, None])], kind="bar"), WIDTH)
    up, down = shapes(picture, Rect)
    assert up.height == pytest.approx(2 * down.height)
    assert down.y + down.height == pytest.approx(up.y)
    assert "A" in [one.text for one in shapes(picture, String)]


def test_the_steps_of_a_waterfall_hang_together_and_what_holds_them_up_is_not_drawn() -> None:
    steps = waterfall([(100, True), (-30, False), (-90, False), (-20, True)], "More", "Less", "Owed")
    picture = drawn(a_chart(steps, ["Begin", "Used", "Lost", "End"], kind="bar", is_across=True), WIDTH)
    begin, end = sorted(shapes(picture, Rect, "8a8f8b"), key=lambda one: -one.y)[1:]
    less = sorted(shapes(picture, Rect, "b45f06"), key=lambda one: -one.y)[1:]
    unit = begin.width / 100
    nothing = begin.x
    spans_of: dict[float, list[float]] = {one.y: [] for one in less}
    for one in less:
        spans_of[one.y] += [one.x, one.x + one.width]
    used, lost = ((min(ends) - nothing, max(ends) - nothing) for ends in spans_of.values())
    assert used == pytest.approx((70 * unit, 100 * unit))
    assert lost == pytest.approx((-20 * unit, 70 * unit))
    assert end.width == pytest.approx(20 * unit)
    assert end.x + end.width == pytest.approx(nothing)


def test_a_line_is_cut_where_nothing_is_known_and_a_band_lies_around_it() -> None:
    labels = [f"{n}" for n in range(5)]
    rate = Series("Rate", [1, 2, None, 4, 5])
    picture = drawn(a_chart([rate, *between("Within", [0, 1, 2, 3, 4], [2, 3, 4, 5, 6])], labels), WIDTH)
    assert [len(one.points) for one in shapes(picture, PolyLine)] == [4, 4]
    [band] = shapes(picture, Polygon)
    heights = band.points[1::2]
    first = shapes(picture, PolyLine)[0].points[1]
    assert heights[0] > first > heights[-1]
    assert {"Rate", "Within"} <= {one.text for one in shapes(picture, String)}


def test_where_a_figure_lies_and_what_is_marked_is_on_the_sheet() -> None:
    """Also where the whisker reaches further than the bar."""
    bars = [Series("Given", [10, 20], ranges=[None, (-15, 400)])]
    chart = a_chart(bars, ["One", "Two"], kind="bar", is_across=True, marks=[(350, "today")])
    lines = shapes(drawn(chart, WIDTH), Line)
    assert all(0 <= x <= WIDTH for one in lines for x in (one.x1, one.x2))
    whisker = max(lines, key=lambda one: abs(one.x2 - one.x1))
    assert whisker.x2 - whisker.x1 > WIDTH / 2
    few = drawn(a_chart(spans("Net", [-3.0], [2.0]), ["A name" * 30], kind="bar", is_across=True), WIDTH)
    assert all(one.x + one.width <= WIDTH for one in shapes(few, Rect))


def test_on_a_plane_dots_stand_at_their_figures_with_whiskers_in_both_directions() -> None:
    curve = Series("Needed", [0, 2, None], at=[0, 1, 2])
    dot = Series("One", [2], is_dots=True, at=[1], ranges=[(1, 4)], at_ranges=[(0.5, 1.5)])
    axes = Plane("Up", "Across")
    picture = drawn(a_chart([curve, dot], [], plane=axes, names_at_ends=True), WIDTH)
    [line], [circle] = shapes(picture, PolyLine), shapes(picture, Circle)
    assert tuple(line.points[-2:]) == pytest.approx((circle.cx, circle.cy))
    crossing = [one for one in shapes(picture, Line) if one.strokeWidth == 0.9]
    assert len(crossing) == 6
    assert {"Up", "Across", "One"} <= {one.text for one in shapes(picture, String)}


def test_a_chart_without_a_figure_is_an_empty_frame() -> None:
    for is_across in (False, True):
        for series, labels in (([Series("One", [0, None, 0])], ["A", "B", "C"]), ([], [])):
            picture = drawn(a_chart(series, labels, kind="bar", is_across=is_across), WIDTH)
            assert shapes(picture, Rect) == []
            assert len(shapes(picture, Line)) > 1
            assert {*labels} <= {one.text for one in shapes(picture, String)}


def test_a_line_of_one_figure_is_a_dot() -> None:
    picture = drawn(a_chart([Series("One", [3.0])], ["A"]), WIDTH)
    assert shapes(picture, PolyLine) == []
    assert len(shapes(picture, Circle)) == 1


# ---------------------------------------------------------------- the file


def test_a_long_table_goes_on_under_its_head_and_pages_are_counted() -> None:
    head = (Cell((Run("Month"),), is_strong=True), Cell((Run("Units"),), is_end=True))
    rows = tuple(Row((Cell((Run(f"row {n}"),)), Cell((Run(f"{n}"),), is_end=True))) for n in range(120))
    pages = sheets(made([Heading("A title", 1), Heading("All", 2), Table(head, rows)]))
    assert len(pages) > 1
    assert all("Month" in page and "Units" in page for page in pages)
    assert [f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)
    assert "row 119" in pages[-1]


def test_what_is_wide_gets_smaller_and_a_heading_never_stands_alone() -> None:
    wide = Table((), (Row(tuple(Cell((Run("1 234 567"),), is_end=True) for _ in range(18))),))
    filled: list[Part] = [Words((Run("line"),)) for _ in range(43)]
    pages = sheets(made([*filled, Heading("Its heading", 2), wide, *filled]))
    [place] = [n for n, page in enumerate(pages) if "Its heading" in page]
    assert pages[place].count("1 234 567") == 18


def test_the_figures_of_charts_stand_at_the_end() -> None:
    figures = Table((), (Row((Cell((Run("behind"),)),)),))
    chart = ChartPart("Its chart", a_chart([Series("One", [1, 2, 3])]), figures)
    [page] = sheets(made([Heading("A title", 1), chart, Words((Run("It shows this."),), is_soft=True)]))
    assert page.index("It shows this.") < page.index("The figures of the charts") < page.index("behind")


def test_the_same_page_is_the_same_file_and_says_when_it_was_made() -> None:
    parts: list[Part] = [Heading("A title", 1), Words((Run("5 < 6 & é"),))]
    content = made(parts)
    assert content == made(parts)
    later = made(parts, NOW + timedelta(hours=1))
    assert content != later
    about = PdfReader(BytesIO(content)).metadata
    assert about is not None
    assert (about.title, about.author, about.creation_date) == ("A title", "The club", NOW)
    assert "5 < 6 & é" in sheets(content)[0]


def test_a_file_holds_the_letters_that_it_is_written_in() -> None:
    """Whoever opens it sees what we saw."""
    table = Table((), (Row((Cell((Run("σ ≤ 1", is_strong=True),)),)),))
    chart = ChartPart("Its chart", a_chart([Series("One", [1, 2, 3])]), None)
    figures = Figures(tuple(Figure("Owed", f"{n} €", ()) for n in range(5)))
    item = Words((Run("An item"),), is_item=True)
    for page in PdfReader(BytesIO(made([Heading("A title", 1), figures, item, table, chart]))).pages:
        used: Any = page["/Resources"]
        fonts = [font.get_object() for font in used["/Font"].values()]
        assert all("Source" in font["/BaseFont"] for font in fonts)
        assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_the_typeface_has_every_letter_of_both_languages() -> None:
    load()
    house = Path(assidu.__file__).parent
    sources = [*house.glob("locale/*/LC_MESSAGES/*.po"), *house.glob("backoffice/templates/**/studio/*.html")]
    letters = {one for path in sources for one in INK_ONLY.findall(written(path.read_text(encoding="utf-8")))}
    assert {"’", "γ", "→", "œ"} <= letters
    for face in (PLAIN, STRONG):
        known = pdfmetrics.getFont(face).face.charToGlyph
        assert not {one for one in letters | set("€£$¥±σ≤−–") if ord(one) not in known}


def test_headings_are_bookmarks_and_the_file_says_its_language_and_title() -> None:
    parts: list[Part] = [Heading("A title", 1)]
    parts += [part for n in range(60) for part in (Heading(f"Section {n}", 2), Words((Run("Words. " * 40),)))]
    book: Any = PdfReader(BytesIO(made(parts)))
    [title, sections] = book.outline
    assert title["/Title"] == "A title"
    assert [one["/Title"] for one in sections] == [f"Section {n}" for n in range(60)]
    last = book.get_destination_page_number(sections[-1])
    assert "Section 59" in book.pages[last].extract_text()
    assert last > 0
    root = book.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_letters_that_the_typeface_has_not_stand_as_boxes_and_the_file_says_so() -> None:
    [sheet] = sheets(made([Heading("A title", 1), Words((Run("Łódź, Ελλάδα, Москва, 東京, 🎁 end"),))]))
    assert "Łódź, Ελλάδα, Москва, □□, □ end" in sheet
    assert "stand as □" in sheet
    assert "stand as" not in sheets(made([Heading("A title", 1), Words((Run("Γειά"),))]))[0]
