"""The break-even curve: the uplift that just pays for the programme, at other generosities and the margin assumed."""

from dataclasses import dataclass

import numpy as np

from assidu.economics.models.assumptions import Assumptions
from assidu.economics.models.macro import Figures, Numbers, Run, break_even, generosity_of

POINTS = 21
"""Of a curve."""


@dataclass(frozen=True, slots=True)
class NeededPoint:
    """``generosity``: what rewards cost, of sales. No uplift pays for it where they cost what the margin brings."""

    generosity: float
    break_even_uplift: float | None


@dataclass(frozen=True, slots=True)
class NeededCurve:
    """Of a segment, with the costs of its own members; of the programme (``code`` is empty), with everything: its
    generosity is then more or less of what each segment is given. ``generosity``, ``uplift`` and ``break_even_uplift``
    are as assumed: that point lies on the curve."""

    code: str
    name: str
    generosity: float
    uplift: float
    break_even_uplift: float | None
    points: tuple[NeededPoint, ...]


def needed_curves(
    found: Assumptions, figures: Figures, base: Run, generosity: float, uplift: float, least: float
) -> tuple[NeededCurve, ...]:
    """From no generosity to twice the largest one that is assumed. ``generosity`` and ``uplift`` are those of the
    programme. A segment without sales has no curve."""
    own = {one.code: float(generosity_of(figures, one.code)[0]) for one in found.segments}
    sold = {code: float(flows.baseline_sales.sum()) for code, flows in base.segments.items()}
    told = [one for one in found.segments if sold[one.code] > 0]
    last = 2 * max(generosity, *(own[one.code] for one in told)) if told else 0.0
    if last <= 0:
        return ()
    places = np.linspace(0, last, POINTS)

    def curve(code: str, name: str, at: float, assumed: float) -> NeededCurve:
        # What is given nothing has nothing to be multiplied: all segments are then given the same.
        each = {
            one.code: places if code or not generosity else own[one.code] * places / generosity
            for one in found.segments
        }
        alone = code or None
        needed = break_even(found, figures, base, least, alone=alone, at=each)
        here = break_even(found, figures, base, least, alone=alone)
        return NeededCurve(
            code,
            name,
            at,
            assumed,
            _ending(here, 0),
            tuple(NeededPoint(float(place), _ending(needed, number)) for number, place in enumerate(places)),
        )

    def moved(code: str) -> float:
        return float(base.segments[code].incremental_sales.sum()) / sold[code]

    return (
        curve("", found.name, generosity, uplift),
        *(curve(one.code, one.called, own[one.code], moved(one.code)) for one in told),
    )


def _ending(found: Numbers, place: int) -> float | None:
    return float(found[place]) if np.isfinite(found[place]) else None
