"""Draws of the document as ``decide`` obeys them."""

from collections.abc import Iterable
from datetime import date, timedelta

from assidu.decisions import plan as compiled
from assidu.plans.document import Draw


def compile_draws(draws: Iterable[Draw]) -> dict[str, compiled.Draw]:
    return {
        draw.code: compiled.Draw(
            draw.code,
            draw.entries,
            draw.last_day,
            drawn_on(draw),
            tuple(
                compiled.Prize(prize.gives.currency, prize.gives.units, prize.count) for prize in draw.prizes
            ),
            is_one_each=not draw.several_each,
        )
        for draw in draws
    }


def drawn_on(draw: Draw) -> date:
    return draw.drawn_on if draw.drawn_on is not None else draw.last_day + timedelta(days=1)
