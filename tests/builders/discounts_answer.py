"""An answer about discounts as a process leaves it, on a generated history: for pages that show one."""

from dataclasses import replace

from assidu.economics.discounts.types import (
    Discounts,
    DiscountsAnswer,
    DiscountsQuestion,
    Estimate,
    Turned,
    TurnedDecile,
    TurnedMargin,
    Turning,
)
from assidu.economics.models.discounts import Looked, look_at_discounts
from assidu.economics.models.promoted import Margins
from builders.promotions import planted

MARGIN_PERCENT = 28.0
TURNING = Turning(30, from_percent=10, departments=("grocery",))


def an_answer(programme: str, *, margin_percent: float | None = MARGIN_PERCENT) -> DiscountsAnswer:
    """Three departments over a year; a share of their discounts as points."""
    margins = None if margin_percent is None else Margins(margin_percent, {})
    looked = look_at_discounts(planted(3).bought, margins=margins, seed=1)
    assert isinstance(looked, Looked)
    question = DiscountsQuestion(programme, margin_percent=margin_percent, turning=TURNING)
    turned = _turned(looked.told, with_margin=margins is not None)
    return DiscountsAnswer(question, looked.told, None, turned, None, seconds=12.3)


def following_demand(answer: DiscountsAnswer) -> DiscountsAnswer:
    """The same, where the week before a promotion sells more than usual."""
    assert answer.told is not None
    before, *after = answer.told.around
    before = replace(before, change_percent=about(5.1))
    return replace(answer, told=replace(answer.told, around=(before, *after)))


def about(value: float) -> Estimate:
    return Estimate(value, *(value + part * abs(value) for part in (-0.1, 0.1, -0.2, 0.2)))


def _turned(told: Discounts, *, with_margin: bool) -> Turned:
    given = told.given_minor
    tenths = tuple(TurnedDecile(n + 1, 15, given // 10, 900 * n, 890 * n, n % 3, 13, 2) for n in range(10))
    margin = TurnedMargin(about(given / 5), about(given / 50), about(given / 9), about(given / 12))
    return Turned(
        turning=TURNING,
        currency="points",
        redemption_percent=75.0,
        given_then_minor=given,
        given_now=about(given * 0.6),
        turned=about(given * 0.25),
        units_then=told.units.sold_discounted,
        units_lost=about(told.units.sold_discounted / 10),
        sales_change=about(-given / 8),
        issued_units=given // 100,
        issued_minor=given // 5,
        other_issued_minor=-given // 90,
        cost_later=about(given / 7),
        outstanding_minor=given // 11,
        liability=about(given / 15),
        margin=margin if with_margin else None,
        deciles=tenths,
        winners=sum(one.winners for one in tenths),
        losers=sum(one.losers for one in tenths),
        replays=2,
    )
