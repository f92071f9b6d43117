"""What is told of a set of assumptions: totals, months, and what is behind each chart.

Amounts are whole minor units that add up to totals which are rounded once (`economics.models.whole`): waterfall, table
and total are the same to the cent, and the net is that of workbook and tornado."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from assidu.economics.models.assumptions import (
    OF_PROGRAMME,
    OF_SEGMENTS,
    Assumptions,
    Measured,
    Range,
    Segment,
)
from assidu.economics.models.macro import (
    COSTS,
    FLOWS,
    OF_NET,
    Figures,
    Numbers,
    Run,
    base_figures,
    break_even,
    generosity_of,
    members_of,
    ramp_of,
    run,
)
from assidu.economics.models.needed import NeededCurve, needed_curves
from assidu.economics.models.spread import Chances, Fan, SegmentChances, Spread, spread
from assidu.economics.models.whole import Whole, cells, whole_of

STEPS = 21
"""Points of a curve."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Over all months. Costs are negative. Margins, costs and net are HT; rates are parts of one, and ``None`` where
    what they would be divided by is not there."""

    members: float
    baseline_sales_ht_minor: int
    baseline_sales_ttc_minor: int
    incremental_sales_ht_minor: int
    incremental_sales_ttc_minor: int
    baseline_margin_minor: int
    incremental_margin_minor: int
    rewards_baseline_minor: int
    rewards_incremental_minor: int
    running_minor: int
    investment_minor: int
    net_minor: int
    funded_minor: int
    rewards_not_paid_minor: int
    margin_rate: float | None
    generosity_rate: float | None
    uplift: float | None
    break_even_uplift: float | None
    roi: float | None


@dataclass(frozen=True, slots=True)
class SegmentMonth:
    """One month of a segment, HT, with the costs of its own members. ``number`` counts from 1."""

    number: int
    members: float
    baseline_sales_ht_minor: int
    incremental_sales_ht_minor: int
    incremental_margin_minor: int
    rewards_baseline_minor: int
    rewards_incremental_minor: int
    running_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class SegmentTotals:
    code: str
    name: str
    totals: Totals
    chances: SegmentChances | None
    months: tuple[SegmentMonth, ...]


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """One month, HT; ``cash_minor`` is cumulated, the investment included. ``number`` counts from 1."""

    number: int
    baseline_sales_ht_minor: int
    incremental_sales_ht_minor: int
    incremental_margin_minor: int
    rewards_baseline_minor: int
    rewards_incremental_minor: int
    running_minor: int
    net_minor: int
    cash_minor: int
    fan: Fan | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall; all of them add up to the net."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BarPart:
    """The ends of an assumption in one segment."""

    segment: str
    low: float
    high: float
    basis: str


@dataclass(frozen=True, slots=True)
class Bar:
    """An assumption at its low and at its high end, in every segment that has a range; all others as they are.

    ``low`` and ``high`` are ``null`` where segments differ: ``parts`` has those of each then, and nothing else.
    """

    name: str
    low: float | None
    high: float | None
    basis: str
    net_low_minor: int
    net_high_minor: int
    parts: tuple[BarPart, ...] = ()

    @property
    def span_minor(self) -> int:
        return abs(self.net_high_minor - self.net_low_minor)


@dataclass(frozen=True, slots=True)
class UpliftPoint:
    """The net, if this were the uplift of every segment."""

    uplift: float
    net_minor: int


@dataclass(frozen=True, slots=True)
class GenerosityPoint:
    """The programme with other face rates, everything else as assumed: what is left of the margin, and the uplift
    that it takes to pay for it."""

    face_rate: float
    margin_after_rewards: float
    break_even_uplift: float | None
    net_minor: int


@dataclass(frozen=True, slots=True)
class MacroReport:
    """``payback_month``: from which month on the cumulated cash stays above nothing (``None``: not within these months,
    or only because what was given is used after them: the net is a loss; 0: it never was below).

    ``not_entered``: of ``running`` and ``investment``, those costs that the set says nothing of: neither a figure nor a
    range. Net, return and break-even leave them out."""

    name: str
    total: Totals
    segments: tuple[SegmentTotals, ...]
    months: tuple[MonthTotals, ...]
    payback_month: int | None
    waterfall: tuple[Step, ...]
    tornado: tuple[Bar, ...]
    break_even: tuple[UpliftPoint, ...]
    needed: tuple[NeededCurve, ...]
    frontier: tuple[GenerosityPoint, ...]
    chances: Chances | None
    measured: int
    assumed: int
    not_entered: tuple[str, ...] = ()


def report(found: Assumptions, decimals: int = 2) -> MacroReport:
    """``found`` has no problems."""
    scale = 10**decimals
    figures = base_figures(found)
    base = run(found, figures)
    rounded = whole_of(base, scale)
    whole, fixed, investment = rounded.segments, rounded.fixed, rounded.investment
    together = _together(list(whole.values()), found.months)
    ttc = _ttc(found, base, scale)
    total = _totals(
        together, {name: int(parts.sum()) for name, parts in ttc.items()},
        sum(segment.members.value for segment in found.segments),
        int(together["running"].sum() + fixed.sum()), investment, _break_even(found, figures, base, scale),
    )  # fmt: skip
    cash = _cash(together, fixed, investment)
    drawn = _drawn(found, scale)
    return MacroReport(
        name=found.name,
        total=total,
        segments=tuple(
            SegmentTotals(
                segment.code,
                segment.called,
                _segment(
                    found,
                    figures,
                    base,
                    whole[segment.code],
                    {name: int(parts[place]) for name, parts in ttc.items()},
                    segment,
                    scale,
                ),
                None if drawn is None else drawn.segments[segment.code],
                _segment_months(whole[segment.code], members_of(found, figures, segment.code)[0]),
            )
            for place, segment in enumerate(found.segments)
        ),
        months=tuple(
            _month(place, together, fixed, cash, None if drawn is None else drawn.cash[place])
            for place in range(found.months)
        ),
        payback_month=None if total.net_minor < 0 else _payback(cash, investment),
        waterfall=_waterfall(total, together),
        tornado=_tornado(found, figures, scale),
        break_even=_curve(found, figures, base, scale, total.break_even_uplift, total.uplift),
        needed=_needed(found, figures, base, scale, total),
        frontier=_frontier(found, figures, scale),
        chances=None if drawn is None else drawn.chances,
        measured=_count(found, Measured.MEASURED),
        assumed=_count(found, Measured.ASSUMED),
        not_entered=_not_entered(found),
    )


def _rounded(numbers: Numbers, scale: int) -> Whole:
    found: Whole = np.rint(numbers * scale).astype(np.int64)
    return found


def _ttc(found: Assumptions, base: Run, scale: int) -> dict[str, Whole]:
    """Sales with the VAT of their segment, by segment."""
    return {
        name: cells(
            np.array(
                [
                    getattr(base.segments[one.code], name).sum() * (1 + one.vat.value / 100)
                    for one in found.segments
                ]
            ),
            scale,
        )
        for name in ("baseline_sales", "incremental_sales")
    }


def _together(parts: list[dict[str, Whole]], months: int) -> dict[str, Whole]:
    return {name: sum((one[name] for one in parts), start=np.zeros(months, dtype=np.int64)) for name in FLOWS}


def _margin(parts: Mapping[str, Whole]) -> Whole:
    total: Whole = sum((parts[name] for name in OF_NET[1:]), start=parts[OF_NET[0]])
    return total


def _totals(
    parts: Mapping[str, Whole],
    ttc: Mapping[str, int],
    members: float,
    running: int,
    investment: int,
    break_even: float | None,
) -> Totals:
    sums = {name: int(parts[name].sum()) for name in FLOWS}
    margin = int(_margin(parts).sum())
    rewards = sums["rewards_baseline"] + sums["rewards_incremental"]
    net = margin + rewards + running + investment
    sales = sums["baseline_sales"]
    all_sales = sales + sums["incremental_sales"]
    costs = -(rewards + running + investment)
    return Totals(
        members=members,
        baseline_sales_ht_minor=sales,
        baseline_sales_ttc_minor=ttc["baseline_sales"],
        incremental_sales_ht_minor=sums["incremental_sales"],
        incremental_sales_ttc_minor=ttc["incremental_sales"],
        baseline_margin_minor=sums["baseline_margin"],
        incremental_margin_minor=margin,
        rewards_baseline_minor=sums["rewards_baseline"],
        rewards_incremental_minor=sums["rewards_incremental"],
        running_minor=running,
        investment_minor=investment,
        net_minor=net,
        funded_minor=sums["funded"],
        rewards_not_paid_minor=rewards - sums["rewards_paid"],
        margin_rate=sums["baseline_margin"] / sales if sales else None,
        generosity_rate=-rewards / all_sales if all_sales else None,
        uplift=sums["incremental_sales"] / sales if sales else None,
        break_even_uplift=break_even,
        roi=net / costs if costs else None,
    )


def _segment(
    found: Assumptions,
    figures: Figures,
    base: Run,
    parts: Mapping[str, Whole],
    ttc: Mapping[str, int],
    segment: Segment,
    scale: int,
) -> Totals:
    """Of a segment alone, with the costs of its own members; what the programme costs as a whole is nobody's."""
    needed = _break_even(found, figures, base, scale, alone=segment.code)
    return _totals(parts, ttc, segment.members.value, int(parts["running"].sum()), 0, needed)


def _segment_months(parts: Mapping[str, Whole], members: Numbers) -> tuple[SegmentMonth, ...]:
    margins = _margin(parts)
    found = []
    for place in range(len(margins)):
        anyway, more, running = (int(parts[name][place]) for name in COSTS)
        found.append(
            SegmentMonth(
                place + 1,
                float(members[place]),
                int(parts["baseline_sales"][place]),
                int(parts["incremental_sales"][place]),
                int(margins[place]),
                anyway,
                more,
                running,
                int(margins[place]) + anyway + more + running,
            )
        )
    return tuple(found)


def _break_even(
    found: Assumptions, figures: Figures, base: Run, scale: int, *, alone: str | None = None
) -> float | None:
    needed = float(break_even(found, figures, base, 0.5 / scale, alone=alone)[0])
    return needed if np.isfinite(needed) else None


def _needed(
    found: Assumptions, figures: Figures, base: Run, scale: int, total: Totals
) -> tuple[NeededCurve, ...]:
    if total.generosity_rate is None or total.uplift is None:
        return ()
    return needed_curves(found, figures, base, total.generosity_rate, total.uplift, 0.5 / scale)


def _cash(parts: Mapping[str, Whole], fixed: Whole, investment: int) -> Whole:
    found: Whole = (_margin(parts) + parts["rewards_paid"] + parts["running"] + fixed).cumsum() + investment
    return found


def _payback(cash: Whole, investment: int) -> int | None:
    """From then on it stays above nothing."""
    if cash.size == 0 or cash[-1] < 0:
        return None
    below = np.flatnonzero(cash < 0)
    if below.size:
        return int(below[-1]) + 2
    return 1 if investment < 0 else 0


def _month(place: int, parts: Mapping[str, Whole], fixed: Whole, cash: Whole, fan: Fan | None) -> MonthTotals:
    margin = int(_margin(parts)[place])
    rewards = (int(parts["rewards_baseline"][place]), int(parts["rewards_incremental"][place]))
    running = int(parts["running"][place] + fixed[place])
    return MonthTotals(
        place + 1,
        int(parts["baseline_sales"][place]),
        int(parts["incremental_sales"][place]),
        margin,
        *rewards,
        running,
        margin + sum(rewards) + running,
        int(cash[place]),
        fan,
    )


def _waterfall(total: Totals, parts: Mapping[str, Whole]) -> tuple[Step, ...]:
    return (
        *(Step(name, int(parts[name].sum())) for name in OF_NET),
        Step("rewards_baseline", total.rewards_baseline_minor),
        Step("rewards_incremental", total.rewards_incremental_minor),
        Step("running", total.running_minor),
        Step("investment", total.investment_minor),
    )


def _ranges(found: Assumptions) -> dict[str, list[tuple[str, Range]]]:
    """By name, in which segments (``''``: the programme) the figure has a range."""
    ranges: dict[str, list[tuple[str, Range]]] = {}
    for name in OF_SEGMENTS:
        for segment in found.segments:
            ranges.setdefault(name, []).append((segment.code, getattr(segment, name)))
    for name in OF_PROGRAMME:
        ranges[name] = [("", getattr(found, name))]
    wide = {
        name: [(code, one) for code, one in parts if one.lowest < one.highest]
        for name, parts in ranges.items()
    }
    return {name: parts for name, parts in wide.items() if parts}


def _tornado(found: Assumptions, figures: Figures, scale: int) -> tuple[Bar, ...]:
    """The widest first."""
    ranges = _ranges(found)
    if not ranges:
        return ()
    rows = 2 * len(ranges)
    moved: dict[tuple[str, str], Any] = {
        key: np.repeat(value, rows, axis=0) for key, value in figures.items()
    }
    for place, (name, parts) in enumerate(ranges.items()):
        for code, one in parts:
            moved[code, name][2 * place, 0] = one.lowest
            moved[code, name][2 * place + 1, 0] = one.highest
    nets = _rounded(run(found, moved).total, scale)
    bars = []
    for place, (name, parts) in enumerate(ranges.items()):
        ends = {(one.lowest, one.highest) for _code, one in parts}
        low, high = ends.pop() if len(ends) == 1 else (None, None)
        is_measured = all(one.basis is Measured.MEASURED for _, one in parts)
        bars.append(
            Bar(
                name,
                low,
                high,
                (Measured.MEASURED if is_measured else Measured.ASSUMED).value,
                int(nets[2 * place]),
                int(nets[2 * place + 1]),
                ()
                if low is not None
                else tuple(BarPart(code, one.lowest, one.highest, one.basis.value) for code, one in parts),
            )
        )
    return tuple(sorted(bars, key=lambda bar: (-bar.span_minor, bar.name)))


def _curve(
    found: Assumptions,
    figures: Figures,
    base: Run,
    scale: int,
    needed: float | None,
    assumed: float | None,
) -> tuple[UpliftPoint, ...]:
    """From no uplift to twice what is needed or assumed."""
    if assumed is None:
        return ()
    last = 2 * max(needed or 0.0, assumed, 0.01)
    ramp = ramp_of(found)
    costs = float(base.fixed.sum() + base.investment[0, 0])
    brings = 0.0
    for segment in found.segments:
        flows = base.segments[segment.code]
        margin, generosity = segment.margin.value / 100, float(generosity_of(figures, segment.code)[0])
        costs += float(flows.rewards_baseline.sum() + flows.running.sum())
        brings += float((flows.baseline_sales * ramp).sum()) * (margin - generosity)
    points = (last * place / (STEPS - 1) for place in range(STEPS))
    return tuple(UpliftPoint(uplift, round((costs + uplift * brings) * scale)) for uplift in points)


def _frontier(found: Assumptions, figures: Figures, scale: int) -> tuple[GenerosityPoint, ...]:
    """From no generosity to twice as much as is assumed."""
    points = []
    for place in range(STEPS):
        times = 2 * place / (STEPS - 1)
        moved = {key: value * times if key[1] == "face_rate" else value for key, value in figures.items()}
        other = run(found, moved)
        sales = sum(float(one.baseline_sales.sum()) for one in other.segments.values())
        if sales <= 0:
            return ()
        face = sum(
            float(one.baseline_sales.sum()) * float(moved[code, "face_rate"][0, 0]) / 100
            for code, one in other.segments.items()
        )
        margin = sum(
            float((one.baseline_margin + one.rewards_baseline).sum()) for one in other.segments.values()
        )
        points.append(
            GenerosityPoint(
                face / sales,
                margin / sales,
                _break_even(found, moved, other, scale),
                round(float(other.total[0]) * scale),
            )
        )
    return tuple(points)


def _drawn(found: Assumptions, scale: int) -> Spread | None:
    """Without ranges nothing is drawn."""
    return spread(found, scale) if found.draws and found.segments and _ranges(found) else None


def _not_entered(found: Assumptions) -> tuple[str, ...]:
    known = {"running": (found.fixed_cost, found.member_cost), "investment": (found.investment,)}
    return tuple(name for name, costs in known.items() if not any(one.highest or one.lowest for one in costs))


def _count(found: Assumptions, basis: Measured) -> int:
    """Figures of the document that are not simply nothing."""
    ranges = [getattr(segment, name) for segment in found.segments for name in OF_SEGMENTS]
    ranges += [getattr(found, name) for name in OF_PROGRAMME]
    return sum(one.basis is basis for one in ranges if one.value or one.lowest < one.highest)
