"""How customers may answer to a plan, and what a unit given costs in the end: a document, every figure with its range.

Rates are per cent. Where no experiment and no figure of this brand says better, ranges are wide on purpose.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated

from msgspec import Meta, structs

from assidu.economics.models.assumptions import (
    DRAWS_MAX,
    PERCENT,
    Assumptions,
    Bounds,
    Measured,
    Range,
    in_bounds,
)
from assidu.plans.document.parts import Part
from assidu.plans.problems import Problem

CUSTOMERS_MAX = 1_000_000


class Behaviour(Part, frozen=True, kw_only=True):
    """What is assumed when plans are tried on the customers of this brand."""

    near_threshold: Annotated[
        Range, Meta(description="Chance of one more purchase when a higher status comes near.")
    ] = Range(value=5.0, low=0.0, high=20.0)
    after_reward: Annotated[
        Range, Meta(description="Chance of one more purchase after a reward is used.")
    ] = Range(value=5.0, low=0.0, high=20.0)
    pull_forward: Annotated[
        Range, Meta(description="Per cent of these that would have been bought later.")
    ] = Range(value=50.0, low=20.0, high=90.0)
    redemption: Annotated[Range, Meta(description="Per cent of what is given that is used in the end.")] = (
        Range(value=75.0, low=50.0, high=95.0)
    )
    cost: Annotated[
        Range, Meta(description="Cost (HT) of what is used, per cent of its face value, net of partners.")
    ] = Range(value=65.0, low=50.0, high=100.0)
    margin: Annotated[
        Range,
        Meta(
            description="Per cent of net sales HT, of what the catalogue knows no cost and no margin of; what it knows "
            "is as much higher or lower."
        ),
    ] = Range(value=25.0, low=15.0, high=35.0)
    draws: Annotated[int, Meta(ge=100, le=DRAWS_MAX)] = 1_000
    seed: Annotated[int, Meta(ge=0, le=2**53, description="The same seed gives the same figures.")] = 1
    customers_max: Annotated[
        Annotated[int, Meta(ge=1, le=CUSTOMERS_MAX)] | None,
        Meta(description="So many are tried, drawn by lot; all when left out."),
    ] = None

    def ranges(self) -> Mapping[str, Range]:
        """The figures that are drawn."""
        return {name: getattr(self, name) for name in DRAWN}


DRAWN: Mapping[str, Bounds] = {
    "near_threshold": PERCENT,
    "after_reward": PERCENT,
    "pull_forward": PERCENT,
    "redemption": PERCENT,
    "cost": Bounds(0, 1_000),
    "margin": Bounds(-100, 100),
}


def problems(found: Behaviour) -> Iterator[Problem]:
    """What is wrong beyond types."""
    for name, bounds in DRAWN.items():
        yield from in_bounds(getattr(found, name), bounds, (name,))


def informed(found: Behaviour, past: Assumptions) -> Behaviour:
    """With what the brand's own past tells: how much is used in the end, at what cost net of partners, and the margin.

    Segments count for the face value that they were given, and for their sales.
    """
    sales = {
        one.code: one.members.value * one.participation.value * one.frequency.value * one.basket.value
        for one in past.segments
    }
    given = {one.code: sales[one.code] * one.face_rate.value for one in past.segments}
    if not sum(given.values()):
        return found
    return structs.replace(
        found,
        redemption=_together([(given[one.code], one.redemption, 1.0) for one in past.segments]),
        cost=_together([(given[one.code], one.cost, 1 - one.funded.value / 100) for one in past.segments]),
        margin=_together([(sales[one.code], one.margin, 1.0) for one in past.segments]),
    )


def _together(parts: Sequence[tuple[float, Range, float]]) -> Range:
    """The mean of ranges, by weight, each times a factor; as sure as the least sure of them."""
    whole = sum(weight for weight, _, _ in parts)

    def mean(figure: Callable[[Range], float]) -> float:
        return round(sum(weight * figure(one) * factor for weight, one, factor in parts) / whole, 4)

    is_measured = all(one.basis is Measured.MEASURED for weight, one, _ in parts if weight)
    return Range(
        value=mean(lambda one: one.value),
        low=mean(lambda one: one.lowest),
        high=mean(lambda one: one.highest),
        basis=Measured.MEASURED if is_measured else Measured.ASSUMED,
    )
