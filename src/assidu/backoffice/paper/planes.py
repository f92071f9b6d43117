"""A chart between two figures: curves, and dots with whiskers in both directions, called by their name."""

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine

from assidu.backoffice.paper.described import Description, Plane
from assidu.backoffice.paper.faces import INK, LINE, LINE_STRONG, PLAIN, TONES, width_of
from assidu.backoffice.paper.scale import scale_for
from assidu.backoffice.paper.strokes import DASHES, GAP, HEIGHT, LEADING, SIZE, tick_text, whisker, write

Place = tuple[float, float]


def plane(chart: Description, axes: Plane, width: float, top: float) -> Drawing:
    picture = Drawing(width, HEIGHT + LEADING + top)
    up = [value for one in chart.series for value in one.values if value is not None]
    up += [end for one in chart.series for ends in one.ranges if ends is not None for end in ends]
    over = [value for one in chart.series for value in one.at]
    over += [end for one in chart.series for ends in one.at_ranges if ends is not None for end in ends]
    bottom = 2 * LEADING + GAP
    tall = scale_for(up, bottom, HEIGHT - 4)
    left = max(width_of(tick_text(tick, chart.format, tall), PLAIN, SIZE) for tick in tall.ticks) + GAP
    wide = scale_for(over, left, width - 2 * GAP)
    for tick in tall.ticks:
        y = tall.at(tick)
        picture.add(Line(left, y, width, y, strokeColor=LINE if tick else LINE_STRONG, strokeWidth=0.5))
        write(picture, left - GAP, y - SIZE / 3, tick_text(tick, chart.format, tall), "end")
    for tick in wide.ticks:
        write(picture, wide.at(tick), bottom - GAP - SIZE * 0.7, tick_text(tick, axes.format, wide), "middle")
    write(picture, (left + width) / 2, 2, axes.across, "middle")
    write(picture, left, HEIGHT + 1, axes.up, "start")
    for one in chart.series:
        tone = TONES.get(one.tone, INK)
        for piece in _pieces(one.at, one.values):
            points = [(wide.at(x), tall.at(y)) for x, y in piece]
            if not one.dots:
                dashes = DASHES if one.dashed else None
                flat = [at for point in points for at in point]
                picture.add(PolyLine(flat, strokeColor=tone, strokeWidth=1.5, strokeDashArray=dashes))
                continue
            for x, y in points:
                picture.add(Circle(x, y, 2.6, fillColor=tone, strokeColor=None))
                if chart.ends:
                    is_right = x > (left + width) / 2
                    write(
                        picture, x + (-5 if is_right else 5), y + 4, one.name, "end" if is_right else "start"
                    )
        for place, value in enumerate(one.values):
            if value is None:
                continue
            if one.ranges and (ends := one.ranges[place]) is not None:
                whisker(picture, wide.at(one.at[place]), [tall.at(end) for end in ends], is_across=False)
            if one.at_ranges and (ends := one.at_ranges[place]) is not None:
                whisker(picture, tall.at(value), [wide.at(end) for end in ends], is_across=True)
    return picture


def _pieces(at: tuple[float, ...], values: tuple[float | None, ...]) -> list[list[Place]]:
    """Where nothing is known, a curve is cut."""
    pieces: list[list[Place]] = [[]]
    for x, y in zip(at, values, strict=True):
        if y is None:
            pieces.append([])
        else:
            pieces[-1].append((x, y))
    return [piece for piece in pieces if piece]
