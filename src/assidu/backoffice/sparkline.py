"""Small drawings made by the server: trends without axes, meters. No style attribute, so no hole in the policy."""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT, MARGIN = 240, 40, 4


def sparkline(values: Sequence[float], css: str = "") -> SafeString:
    """A trend. It repeats figures that stand beside it, so it is hidden from screen readers."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    points = [
        (round(index * step, 1), round(HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN), 1))
        for index, value in enumerate(values)
    ]
    path = _smooth(points)
    return format_html(
        '<svg class="spark{}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="area" d="{} L{},{} L0,{} Z"/><path class="stroke" d="{}"/></svg>',
        f" {css}" if css else "",
        WIDTH,
        HEIGHT,
        path,
        WIDTH,
        HEIGHT,
        HEIGHT,
        path,
    )


def meter(value: float, maximum: float, tone: str = "") -> SafeString:
    """A bar filled to value out of maximum; the figure itself is written beside it."""
    share = min(max(value / maximum, 0), 1) * 100 if maximum else 0
    return format_html(
        '<svg class="meter {}" aria-hidden="true"><rect height="100%" width="{}%"/></svg>',
        tone,
        round(share, 1),
    )


def _smooth(points: Sequence[tuple[float, float]]) -> str:
    """A cubic path through the points, flat at each: it never goes beyond a value, as a loose spline would."""
    parts = [f"M{points[0][0]},{points[0][1]}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = round((x0 + x1) / 2, 1)
        parts.append(f"C{middle},{y0} {middle},{y1} {x1},{y1}")
    return " ".join(parts)
