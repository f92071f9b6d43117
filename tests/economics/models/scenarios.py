"""Sets of assumptions, smallest first."""

from typing import Any

from assidu.economics.models.assumptions import Assumptions, Range, Segment


def a(value: float, low: float | None = None, high: float | None = None) -> Range:
    return Range(value=value, low=low, high=high)


def a_segment(code: str = "all", **figures: Range) -> Segment:
    """A margin of 40 %, a generosity of 1.8 %, 72,000 of sales a month."""
    parts: dict[str, Any] = {
        "members": a(1000),
        "participation": a(60),
        "frequency": a(3),
        "basket": a(40),
        "margin": a(40),
        "face_rate": a(4),
        "redemption": a(75),
        "cost": a(60),
        "vat": a(20),
    }
    return Segment(code=code, **(parts | figures))


SALES = 1000 * 0.6 * 3 * 40


def assuming(*segments: Segment, **rest: Any) -> Assumptions:
    """Running costs of half a per cent of the sales."""
    parts: dict[str, Any] = {"name": "base", "months": 12, "fixed_cost": a(SALES * 0.005), "draws": 0}
    return Assumptions(segments=segments or (a_segment(),), **(parts | rest))
