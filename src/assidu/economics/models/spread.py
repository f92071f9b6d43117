"""How far apart the results lie, over all drawn scenarios: cash month by month, and what is told of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assidu.economics.models.assumptions import Assumptions
from assidu.economics.models.chance import drawn
from assidu.economics.models.macro import Flows, Numbers, break_even, run

PERCENTILES = (2.5, 10.0, 50.0, 90.0, 97.5)


@dataclass(frozen=True, slots=True)
class Fan:
    """Of an amount (or of the cumulated cash), so many per cent of the scenarios are below."""

    p2_5_minor: int
    p10_minor: int
    p50_minor: int
    p90_minor: int
    p97_5_minor: int


@dataclass(frozen=True, slots=True)
class RateFan:
    """The same of a rate, as a part of one; ``None`` where it has no end."""

    p2_5: float | None
    p10: float | None
    p50: float | None
    p90: float | None
    p97_5: float | None


@dataclass(frozen=True, slots=True)
class Chances:
    """Over all drawn scenarios. Costs are negative: rewards, running costs and the investment."""

    draws: int
    seed: int
    loss: float
    net: Fan
    incremental_sales_ht: Fan
    incremental_margin: Fan
    costs: Fan
    uplift: RateFan | None
    break_even_uplift: RateFan
    roi: RateFan | None


@dataclass(frozen=True, slots=True)
class SegmentChances:
    """Of a segment, over the same scenarios, with the costs of its own members."""

    loss: float
    net: Fan
    incremental_sales_ht: Fan
    incremental_margin: Fan
    costs: Fan
    break_even_uplift: RateFan


@dataclass(frozen=True, slots=True)
class Spread:
    """The cumulated cash of each month, the results, and those of each segment by its code."""

    cash: tuple[Fan, ...]
    chances: Chances
    segments: Mapping[str, SegmentChances]


def spread(found: Assumptions, scale: int) -> Spread:
    figures = drawn(found)
    many = run(found, figures)
    nets, cash = many.total, many.cash
    flows = many.segments.values()
    margin = sum((one.incremental_margin.sum(axis=1) for one in flows), start=np.zeros_like(nets))
    sales = sum((one.baseline_sales.sum(axis=1) for one in flows), start=np.zeros_like(nets))
    more = sum((one.incremental_sales.sum(axis=1) for one in flows), start=np.zeros_like(nets))
    costs = nets - margin
    return Spread(
        tuple(_fan(cash[:, place], scale) for place in range(found.months)),
        Chances(
            draws=found.draws,
            seed=found.seed,
            loss=float((nets < 0).mean()),
            net=_fan(nets, scale),
            incremental_sales_ht=_fan(more, scale),
            incremental_margin=_fan(margin, scale),
            costs=_fan(costs, scale),
            uplift=_rates(more / sales) if bool((sales > 0).all()) else None,
            break_even_uplift=_rates(break_even(found, figures, many, 0.5 / scale)),
            roi=_rates(nets / -costs) if bool((costs < 0).all()) else None,
        ),
        {
            code: _of_segment(one, break_even(found, figures, many, 0.5 / scale, alone=code), scale)
            for code, one in many.segments.items()
        },
    )


def _of_segment(flows: Flows, needed: Numbers, scale: int) -> SegmentChances:
    margin, net = flows.incremental_margin.sum(axis=1), flows.net.sum(axis=1)
    return SegmentChances(
        loss=float((net < 0).mean()),
        net=_fan(net, scale),
        incremental_sales_ht=_fan(flows.incremental_sales.sum(axis=1), scale),
        incremental_margin=_fan(margin, scale),
        costs=_fan(net - margin, scale),
        break_even_uplift=_rates(needed),
    )


def _fan(numbers: Numbers, scale: int) -> Fan:
    return Fan(*(round(float(one) * scale) for one in np.percentile(numbers, PERCENTILES)))


def _rates(numbers: Numbers) -> RateFan:
    """A scenario's own rate at each place: between one that ends and one that does not lies nothing."""
    found = np.percentile(numbers, PERCENTILES, method="higher")
    return RateFan(*(float(one) if np.isfinite(one) else None for one in found))
