"""What a programme brings and costs, by segment and month.

    baseline sales   S = members * participation * frequency * basket                                  (HT)
    generosity       g = face rate * redemption * cost per face euro * (1 - funded)                     (of S)
    uplift           u = (1 + frequency)(1 + basket)(1 + retention) - 1, net of cannibalisation, of what is only pulled
                         forward and of what the members would have done by themselves
    net              N = S u m - g S (1 + u) - running costs,   m being the margin
    break-even       u* = (g + o) / (m - g),   o = running costs / S

Rewards are paid on what would have been sold anyway too: g S, the deadweight. One function does it, for one set of
figures or for thousands of them at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from assidu.economics.models.assumptions import OF_PROGRAMME, OF_SEGMENTS, Assumptions

Numbers = npt.NDArray[np.float64]
"""One row a scenario; where months matter, one column a month."""
Figures = Mapping[tuple[str, str], Numbers]
"""By segment (``''``: the programme) and name: the figure in each scenario."""

OF_NET = ("frequency", "basket", "retention", "cannibalisation", "pull_forward", "self_selection")
COSTS = ("rewards_baseline", "rewards_incremental", "running")


@dataclass(frozen=True, slots=True)
class Flows:
    """One segment, month by month, in money HT; costs are negative. ``frequency`` to ``self_selection`` are what each
    adds to the margin, in this order; together they are the incremental margin."""

    baseline_sales: Numbers
    incremental_sales: Numbers
    baseline_margin: Numbers
    frequency: Numbers
    basket: Numbers
    retention: Numbers
    cannibalisation: Numbers
    pull_forward: Numbers
    self_selection: Numbers
    rewards_baseline: Numbers
    rewards_incremental: Numbers
    running: Numbers
    funded: Numbers  # what partners pay, already taken off the rewards
    rewards_paid: Numbers  # when they are used; what is not used by the end is not paid yet

    @property
    def incremental_margin(self) -> Numbers:
        total: Numbers = sum((getattr(self, name) for name in OF_NET), start=np.zeros_like(self.frequency))
        return total

    @property
    def net(self) -> Numbers:
        return self.incremental_margin + self.rewards_baseline + self.rewards_incremental + self.running

    @property
    def cash(self) -> Numbers:
        return self.incremental_margin + self.rewards_paid + self.running


FLOWS = tuple(one.name for one in fields(Flows))


@dataclass(frozen=True, slots=True)
class Run:
    """Every scenario: segments, and what the programme costs as a whole."""

    segments: Mapping[str, Flows]
    fixed: Numbers
    investment: Numbers

    @property
    def net(self) -> Numbers:
        """By month; the investment is not in it."""
        total: Numbers = sum((one.net for one in self.segments.values()), start=np.array(self.fixed))
        return total

    @property
    def total(self) -> Numbers:
        """By scenario, all months and the investment together."""
        found: Numbers = self.net.sum(axis=1) + self.investment[:, 0]
        return found

    @property
    def cash(self) -> Numbers:
        """Cumulated by month, the investment first."""
        monthly: Numbers = sum((one.cash for one in self.segments.values()), start=np.array(self.fixed))
        found: Numbers = monthly.cumsum(axis=1) + self.investment
        return found


def generosity_of(figures: Figures, code: str) -> Numbers:
    """What rewards cost, of the sales of a segment: g, scenario by scenario."""
    of = {name: figures[code, name][:, 0] / 100 for name in ("face_rate", "redemption", "cost", "funded")}
    found: Numbers = of["face_rate"] * of["redemption"] * of["cost"] * (1 - of["funded"])
    return found


def break_even(
    found: Assumptions,
    figures: Figures,
    result: Run,
    least: float = 0.0,
    *,
    alone: str | None = None,
    at: Mapping[str, Numbers] | None = None,
) -> Numbers:
    """u* = (g + o) / (m - g), over all segments, months and costs: the one uplift that would just pay for everything,
    scenario by scenario; infinite where an uplift of everything brings no more than ``least``.

    ``alone``: of this segment, with the running costs of its own members. ``at``: with these generosities, by segment,
    instead of those that are assumed."""
    needed = -result.fixed.sum(axis=1) - result.investment[:, 0] if alone is None else np.zeros(1)
    brings = np.zeros_like(needed)
    for segment in found.segments:
        if alone not in (None, segment.code):
            continue
        flows = result.segments[segment.code]
        margin = figures[segment.code, "margin"][:, 0] / 100
        generosity = generosity_of(figures, segment.code) if at is None else at[segment.code]
        needed = needed + flows.baseline_sales.sum(axis=1) * generosity - flows.running.sum(axis=1)
        brings = brings + (flows.baseline_sales * ramp_of(found)).sum(axis=1) * (margin - generosity)
    needed, brings = np.broadcast_arrays(needed, brings)
    uplift: Numbers = np.divide(needed, brings, out=np.full(brings.shape, np.inf), where=brings > least)
    return uplift


def ramp_of(found: Assumptions) -> Numbers:
    """How much of the uplift is there, month by month."""
    months = _months(found)
    return np.minimum((months + 1) / found.ramp, 1.0) if found.ramp else np.ones_like(months)


def members_of(found: Assumptions, figures: Figures, code: str) -> Numbers:
    """Of a segment, month by month."""
    members: Numbers = figures[code, "members"] * (1 + figures[code, "growth"] / 100) ** _months(found)
    return members


def _months(found: Assumptions) -> Numbers:
    return np.arange(found.months, dtype=np.float64)[None, :]


def base_figures(found: Assumptions) -> dict[tuple[str, str], Numbers]:
    """The figures as they are assumed: a single scenario."""
    figures = {
        (segment.code, name): _column(getattr(segment, name).value)
        for segment in found.segments
        for name in OF_SEGMENTS
    }
    return figures | {("", name): _column(getattr(found, name).value) for name in OF_PROGRAMME}


def _column(value: float) -> Numbers:
    return np.array([[value]], dtype=np.float64)


def run(found: Assumptions, figures: Figures) -> Run:
    """Every scenario of ``figures``."""
    ramp = ramp_of(found)
    delays = np.array(found.used_by_age or (100.0,)) / 100
    segments = {
        segment.code: _flows(
            {name: figures[segment.code, name] for name in OF_SEGMENTS},
            members_of(found, figures, segment.code),
            figures["", "member_cost"],
            ramp,
            delays,
        )
        for segment in found.segments
    }
    shape = np.broadcast_shapes(figures["", "fixed_cost"].shape, ramp.shape)
    rows = max([shape[0], *(one.net.shape[0] for one in segments.values())])
    fixed = np.broadcast_to(-figures["", "fixed_cost"], (rows, shape[1]))
    return Run(segments, fixed, np.broadcast_to(-figures["", "investment"], (rows, 1)))


def _flows(
    of: Mapping[str, Numbers], members: Numbers, member_cost: Numbers, ramp: Numbers, delays: Numbers
) -> Flows:
    sales = members * of["participation"] / 100 * of["frequency"] * of["basket"]
    margin = of["margin"] / 100
    face = of["face_rate"] / 100 * of["redemption"] / 100 * of["cost"] / 100
    generosity = face * (1 - of["funded"] / 100)
    steps = _steps(of)
    uplift = sum(steps.values(), start=np.zeros_like(of["members"])) * ramp
    rewards = -sales * generosity * (1 + uplift)
    return Flows(
        baseline_sales=sales * np.ones_like(ramp),
        incremental_sales=sales * uplift,
        baseline_margin=sales * margin,
        **{name: sales * margin * part * ramp for name, part in steps.items()},
        rewards_baseline=-sales * generosity * np.ones_like(uplift),
        rewards_incremental=-sales * generosity * uplift,
        running=-members * member_cost * np.ones_like(uplift),
        funded=sales * (face - generosity) * (1 + uplift),
        rewards_paid=_paid(rewards, delays),
    )


def _steps(of: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """How the uplift comes about, one step after another; together they are the net uplift. Only an uplift is
    reduced: of a loss nothing was cannibalised."""
    steps: dict[str, Numbers] = {}
    whole = np.ones_like(of["members"])
    for name in ("frequency", "basket", "retention"):
        more = whole * (1 + of[f"{name}_uplift"] / 100)
        steps[name], whole = more - whole, more
    left = whole - 1
    for name in ("cannibalisation", "pull_forward", "self_selection"):
        gone = np.maximum(left, 0.0) * of[name] / 100
        steps[name], left = -gone, left - gone
    return steps


def _paid(rewards: Numbers, delays: Numbers) -> Numbers:
    """When what was given in each month is used."""
    paid: Numbers = np.zeros_like(rewards)
    months = rewards.shape[1]
    for age, share in enumerate(delays[:months]):
        paid[:, age:] += share * rewards[:, : months - age]
    return paid
