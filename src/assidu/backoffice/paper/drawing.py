"""A chart drawn with lines and surfaces, as the browser draws it from the same description."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect
from reportlab.lib.colors import Color
from reportlab.lib.utils import simpleSplit

from assidu.backoffice.paper.described import Description, Series
from assidu.backoffice.paper.faces import (
    INK,
    LINE,
    LINE_STRONG,
    PLAIN,
    TONES,
    load,
    width_of,
    written,
)
from assidu.backoffice.paper.planes import plane
from assidu.backoffice.paper.scale import Scale, scale_for
from assidu.backoffice.paper.strokes import DASHES, GAP, HEIGHT, LEADING, SIZE, tick_text, whisker, write

BAR = 20.0
"""How thick a bar is at most."""
LYING = 21.0
"""What a bar that lies takes, with the space around it."""
NAMES_PART = 0.36
"""Of the width, at most, for the names of bars that lie."""
FEW = 8
"""Bars that are each called by their name."""
BAND_OPACITY = 0.22
AREA_OPACITY = 0.12
KEY = 9.0
"""How wide the sample beside a name is."""

Span = tuple[float, float]
"""From where to where a bar, or a band, goes at one place; a line is at its second end."""


@dataclass(frozen=True, slots=True)
class _Laid:
    """A series with what it stands on, place by place."""

    series: Series
    spans: tuple[Span | None, ...]

    @property
    def tone(self) -> Color:
        return TONES.get(self.series.tone, INK)


def drawn(chart: Description, width: float) -> Drawing:
    load()
    laid = _laid(chart)
    is_called = chart.plane is not None and chart.ends
    keys = [] if is_called or len(chart.keys) == 1 else chart.keys
    top = _keys_height(keys, width) + (LEADING + 2 if chart.marks else 0)
    if chart.plane is not None:
        picture = plane(chart, chart.plane, width, top)
    elif chart.across:
        picture = _lying(chart, laid, width, top)
    else:
        picture = _standing(chart, laid, width, top)
    _draw_keys(picture, keys, width, is_line=chart.is_line)
    return picture


# ---------------------------------------------------------------- what stands on what


def _laid(chart: Description) -> list[_Laid]:
    """Bars are stacked above and below nothing apart; lines are stacked whatever their sign."""
    levels: dict[tuple[str, int, bool], float] = {}
    found = []
    for one in chart.series:
        spans: list[Span | None] = []
        for place, value in enumerate(one.values):
            if value is None:
                spans.append(None)
                continue
            key = (one.stack or "", place, value >= 0 or chart.is_line)
            below = levels.get(key, 0.0) if one.stack else 0.0
            spans.append((below, below + value))
            if one.stack:
                levels[key] = below + value
        found.append(_Laid(one, tuple(spans)))
    return found


def _reach(chart: Description, laid: Sequence[_Laid]) -> Iterator[float]:
    for one in laid:
        for span in one.spans:
            if span is not None and not one.series.ground:
                yield from span if one.series.stack else span[1:]
        for within in one.series.ranges:
            yield from within or ()
    if chart.across:
        yield from (mark.at for mark in chart.marks)


# ---------------------------------------------------------------- bars and lines that stand


def _standing(chart: Description, laid: Sequence[_Laid], width: float, top: float) -> Drawing:
    picture = Drawing(width, HEIGHT + top)
    reach = list(_reach(chart, laid))
    rough = scale_for(reach, 0, 1, least=chart.min)
    left = max(width_of(tick_text(value, chart.format, rough), PLAIN, SIZE) for value in rough.ticks) + GAP
    band = (width - left) / max(len(chart.labels), 1)
    is_each_called = not chart.is_line and len(chart.labels) <= FEW
    names = [simpleSplit(written(one), PLAIN, SIZE, band - 4) for one in chart.labels if is_each_called]
    bottom = LEADING * max([1, *(len(one) for one in names)]) + GAP
    values = scale_for(reach, bottom, HEIGHT - 4, least=chart.min)

    for tick in values.ticks:
        y = values.at(tick)
        picture.add(Line(left, y, width, y, strokeColor=LINE, strokeWidth=0.5))
        write(picture, left - GAP, y - SIZE / 3, tick_text(tick, chart.format, values), "end")
    if values.low < 0 < values.high:
        y = values.at(0)
        picture.add(Line(left, y, width, y, strokeColor=LINE_STRONG, strokeWidth=0.5))

    last = len(chart.labels) - 1

    def across(place: float) -> float:
        if not chart.is_line:
            return left + band * (place + 0.5)
        return left + (width - left) * (place / last if last else 0.5)

    if names:
        for place, lines in enumerate(names):
            for row, text in enumerate(lines):
                write(picture, across(place), bottom - GAP - SIZE * 0.7 - row * LEADING, text, "middle")
    else:
        _write_names(picture, chart.labels, across, left, width, bottom - GAP - SIZE * 0.7)
    if chart.is_line:
        _draw_lines(picture, laid, across, values)
    else:
        _draw_bars(picture, laid, across, values, band, is_across=False)
    marks = sorted((across(mark.at), mark.name) for mark in chart.marks)
    _draw_marks(picture, marks, bottom, HEIGHT, left, width)
    return picture


def _write_names(
    picture: Drawing,
    labels: Sequence[str],
    across: Callable[[float], float],
    left: float,
    right: float,
    y: float,
) -> None:
    """As many as there is room for, at even distances."""
    widest = max((width_of(one, PLAIN, SIZE) for one in labels), default=0.0) * 1.5 + GAP
    every = max(1, ceil(widest * len(labels) / (right - left)))
    for place in range(0, len(labels), every):
        half = width_of(labels[place], PLAIN, SIZE) / 2
        x = min(max(across(place), left + half), right - half)
        write(picture, x, y, labels[place], "middle")


def _draw_lines(
    picture: Drawing, laid: Sequence[_Laid], across: Callable[[float], float], values: Scale
) -> None:
    """What lies behind comes first: bands and areas, then lines, then dots."""
    seen = [one for one in laid if not one.series.ground]
    for one in seen:
        if one.series.band or one.series.area:
            opacity = BAND_OPACITY if one.series.band else AREA_OPACITY
            for piece in _pieces(one):
                corners = [(across(place), values.at(span[1])) for place, span in piece]
                corners += [
                    (across(place), values.at(max(span[0], values.low))) for place, span in reversed(piece)
                ]
                flat = [at for corner in corners for at in corner]
                picture.add(Polygon(flat, fillColor=one.tone, fillOpacity=opacity, strokeColor=None))
    for one in seen:
        if one.series.band:
            continue
        for piece in _pieces(one):
            points = [(across(place), values.at(span[1])) for place, span in piece]
            if one.series.dots or len(points) == 1:
                for x, y in points:
                    picture.add(Circle(x, y, 2.6, fillColor=one.tone, strokeColor=None))
            else:
                dashes = DASHES if one.series.dashed else None
                flat = [at for point in points for at in point]
                picture.add(PolyLine(flat, strokeColor=one.tone, strokeWidth=1.5, strokeDashArray=dashes))


def _pieces(one: _Laid) -> Iterator[list[tuple[int, Span]]]:
    """Where nothing is known, a line is cut."""
    piece: list[tuple[int, Span]] = []
    for place, span in enumerate([*one.spans, None]):
        if span is not None:
            piece.append((place, span))
        elif piece:
            yield piece
            piece = []


# ---------------------------------------------------------------- bars that lie


def _lying(chart: Description, laid: Sequence[_Laid], width: float, top: float) -> Drawing:
    """The first one is on top."""
    names_most = width * NAMES_PART
    names = [simpleSplit(written(one), PLAIN, SIZE, names_most) for one in chart.labels]
    widest = max((width_of(line, PLAIN, SIZE) for lines in names for line in lines), default=0.0)
    left, bottom = widest + GAP, LEADING + GAP
    height = bottom + LYING * len(chart.labels)
    picture = Drawing(width, height + top)
    values = scale_for(_reach(chart, laid), left + GAP, width - 2 * GAP, least=chart.min)
    room = max(width_of(tick_text(tick, chart.format, values), PLAIN, SIZE) for tick in values.ticks) + GAP
    every = max(1, ceil(room * len(values.ticks) / (width - left)))
    for place, tick in enumerate(values.ticks):
        x = values.at(tick)
        tone = LINE_STRONG if tick == 0 else LINE
        picture.add(Line(x, bottom, x, height, strokeColor=tone, strokeWidth=0.5))
        if place % every == 0:
            text = tick_text(tick, chart.format, values)
            half = width_of(text, PLAIN, SIZE) / 2
            write(picture, min(x, width - half), bottom - GAP - SIZE * 0.7, text, "middle")

    def down(place: float) -> float:
        return height - LYING * (place + 0.5)

    for place, lines in enumerate(names):
        first = down(place) - SIZE / 3 + LEADING * (len(lines) - 1) / 2
        for row, text in enumerate(lines):
            write(picture, left, first - row * LEADING, text, "end")
    _draw_bars(picture, laid, down, values, LYING, is_across=True)
    marks = sorted((values.at(mark.at), mark.name) for mark in chart.marks)
    _draw_marks(picture, marks, bottom, height, left, width)
    return picture


# ---------------------------------------------------------------- bars, marks, words


def _draw_bars(
    picture: Drawing,
    laid: Sequence[_Laid],
    middle: Callable[[float], float],
    values: Scale,
    band: float,
    *,
    is_across: bool,
) -> None:
    stacks = list(dict.fromkeys(one.series.stack or f"{n}" for n, one in enumerate(laid)))
    thick = min(BAR, band * 0.72 / max(len(stacks), 1))
    for n, one in enumerate(laid):
        if one.series.ground:
            continue
        beside = (stacks.index(one.series.stack or f"{n}") - (len(stacks) - 1) / 2) * thick
        beside = -beside if is_across else beside
        for place, span in enumerate(one.spans):
            if span is None:
                continue
            low, high = sorted(values.at(end) for end in span)
            at = middle(place) + beside - thick / 2
            if high > low:
                x, y, wide, tall = (low, at, high - low, thick) if is_across else (at, low, thick, high - low)
                picture.add(Rect(x, y, wide, tall, fillColor=one.tone, strokeColor=None))
            within = one.series.ranges[place] if one.series.ranges else None
            if within is not None:
                whisker(picture, at + thick / 2, [values.at(end) for end in within], is_across=is_across)


def _draw_marks(
    picture: Drawing,
    marks: Sequence[tuple[float, str]],
    bottom: float,
    top: float,
    left: float,
    right: float,
) -> None:
    """Two that stand close write away from each other."""
    for place, (x, name) in enumerate(marks):
        picture.add(Line(x, bottom, x, top, strokeColor=LINE_STRONG, strokeWidth=0.8, strokeDashArray=[3, 2]))
        wide = width_of(name, PLAIN, SIZE)
        begins = x - wide / 2 if len(marks) == 1 else x - wide if place == 0 else x
        write(picture, min(max(begins, left), right - wide), top + 2, name, "start")


def _keys_height(keys: Sequence[Series], width: float) -> float:
    return LEADING * len(_key_lines(keys, width)) + GAP if keys else 0.0


def _key_lines(keys: Sequence[Series], width: float) -> list[list[tuple[float, Series]]]:
    """Where each name begins, line by line."""
    lines: list[list[tuple[float, Series]]] = [[]]
    x = 0.0
    for one in keys:
        wide = width_of(one.name, PLAIN, SIZE) + KEY + 3 + 2 * GAP
        if x and x + wide > width:
            lines.append([])
            x = 0.0
        lines[-1].append((x, one))
        x += wide
    return lines


def _draw_keys(picture: Drawing, keys: Sequence[Series], width: float, *, is_line: bool) -> None:
    """Each as it is drawn: a line, a band or a bar."""
    y = picture.height - LEADING
    for line in _key_lines(keys, width):
        for x, one in line:
            tone = TONES.get(one.tone, INK)
            if is_line and not (one.band or one.dots):
                dashes = DASHES if one.dashed else None
                stroke = {"strokeColor": tone, "strokeWidth": 1.5, "strokeDashArray": dashes}
                picture.add(Line(x, y + 2.5, x + KEY, y + 2.5, **stroke))
            else:
                opacity = 2 * BAND_OPACITY if one.band else 1
                picture.add(Rect(x, y, KEY, 6, fillColor=tone, fillOpacity=opacity, strokeColor=None))
            write(picture, x + KEY + 3, y, one.name, "start")
        y -= LEADING
