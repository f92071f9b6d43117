"""From sums over the customers that were tried to estimates about all of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from assidu.economics.micro.trying import FACE, MARGIN, OFF, REVENUE, Part, Trial, Tried
from assidu.economics.micro.types import OTHER, LeftOut, PlanTried, RuleCost, Sensitivity, Share
from assidu.economics.models.bootstrap import Draws, estimate
from assidu.economics.models.estimate import Estimate

DECILES = 10
STORES_MAX = 30


class Summed:
    """Estimates about ``of_customers`` from the part of them that was tried."""

    def __init__(self, trial: Trial, part: Part, of_customers: int) -> None:
        self._trial = trial
        self._part = part
        self._scale: Draws = of_customers / np.maximum(part.weight, 1.0)
        self._margins = [self._margin(n) for n in range(len(trial.books))]
        self._costs = [self._cost(n) for n in range(len(trial.books))]

    def _column(self, plan: int, column: int) -> Draws:
        found: Draws = self._part.sums[plan][:, column] * self._scale
        return found

    def _cost(self, plan: int) -> Draws:
        return self._cost_of(self._column(plan, FACE), self._column(plan, OFF))

    def _cost_of(self, face: Draws, off: Draws) -> Draws:
        """Of what is given, so much is used and costs so much; what is taken off at once costs what it is."""
        draws = self._trial.draws
        cost: Draws = face * draws["redemption"] / 100 * draws["cost"] / 100 + off
        return cost

    def _rules(self, plan: int) -> tuple[RuleCost, ...]:
        """The dearest first."""
        codes, offers = self._trial.columns(plan), self._trial.offers(plan)
        found = []
        for n, code in enumerate(codes):
            given = self._column(plan, 4 + n)
            is_offer = code in offers
            off = (
                self._column(plan, 4 + len(codes) + offers.index(code)) if is_offer else np.zeros_like(given)
            )
            found.append(RuleCost(code, estimate(given), estimate(self._cost_of(given - off, off))))
        return tuple(sorted(found, key=lambda one: (-one.face.value, one.rule)))

    def _tiers(self, plan: int) -> tuple[Share, ...]:
        """With what each status costs."""
        by_tier = self._part.by_tier[plan]
        return tuple(
            replace(
                one,
                cost=estimate(
                    self._cost_of(
                        by_tier[one.name][:, FACE] * self._scale, by_tier[one.name][:, OFF] * self._scale
                    )
                ),
            )
            for one in shares(self._part.customers, plan, lambda one: one.tier)
        )

    def _margin(self, plan: int) -> Draws:
        """Sums are linear in the margin of each sale: none is decided again. A higher margin is so everywhere, in
        proportion; where what is assumed may be nothing there is none, and all margins move by as many points."""
        assumed, drawn = self._trial.margin, self._trial.draws["margin"]
        likely = self._column(plan, MARGIN)
        if assumed.lowest > 0:
            return likely * (drawn / assumed.value)
        moved: Draws = likely + self._column(plan, REVENUE) * (drawn - assumed.value) / 100
        return moved

    @property
    def recorded_cost(self) -> Estimate:
        return estimate(self._costs[0])

    @property
    def recorded_face(self) -> Estimate:
        return estimate(self._column(0, FACE) + self._column(0, OFF))

    @property
    def recorded_off(self) -> Estimate:
        return estimate(self._column(0, OFF))

    def net_change(self, plan: int) -> Draws:
        """Margin less cost, more or less than recorded: the same draws and customers on both sides."""
        changed: Draws = self._margins[plan] - self._costs[plan] + self._costs[0]
        return changed

    def plan(self, plan: int, label: str, net_sales_minor: int) -> PlanTried:
        net = self.net_change(plan)
        face = self._column(plan, FACE) + self._column(plan, OFF)
        customers = self._part.customers
        against = net - self.net_change(1) if plan > 1 else None
        return PlanTried(
            label=label,
            face=estimate(face),
            off=estimate(self._column(plan, OFF)),
            cost=estimate(self._costs[plan]),
            revenue_change=estimate(self._column(plan, REVENUE)),
            margin_change=estimate(self._margins[plan]),
            net_change=estimate(net),
            loss_probability=float((net < 0).mean()),
            rules=self._rules(plan),
            deciles=deciles(customers, plan),
            tiers=self._tiers(plan),
            stores=largest(shares(customers, plan, lambda one: one.store)),
            sensitivity=self._sensitivity(net),
            against_first=None if against is None else estimate(against),
            better_than_first=None if against is None else float((against > 0).mean()),
            generosity=float(face.mean()) / net_sales_minor if net_sales_minor else None,
            left_out=LeftOut(self._part.cut_customers[plan], self._part.cut_moments[plan]),
        )

    def _sensitivity(self, net: Draws) -> tuple[Sensitivity, ...]:
        """From the draws that are there: those in which an assumption is low beside those in which it is high."""
        found = []
        for name, figures in self._trial.draws.items():
            low, high = np.quantile(figures, (0.2, 0.8))
            if low < high:
                ends = net[figures <= low].mean(), net[figures >= high].mean()
                found.append(Sensitivity(name, *(round(float(end)) for end in ends)))
        return tuple(sorted(found, key=lambda one: (-one.swing_minor, one.assumption)))


def deciles(customers: Sequence[Tried], plan: int) -> tuple[Share, ...]:
    """Customers cut in ten by what they spent, the smallest first."""
    ranked = sorted(customers, key=lambda one: (one.spend_minor, one.face))
    return tuple(
        _share(str(n + 1), ranked[n * len(ranked) // DECILES : (n + 1) * len(ranked) // DECILES], plan)
        for n in range(DECILES)
    )


def shares(customers: Sequence[Tried], plan: int, name_of: Callable[[Tried], str]) -> tuple[Share, ...]:
    """Customers by what ``name_of`` says of them, the largest spend first."""
    by_name: dict[str, list[Tried]] = {}
    for one in customers:
        by_name.setdefault(name_of(one), []).append(one)
    found = [_share(name, some, plan) for name, some in by_name.items()]
    return tuple(sorted(found, key=lambda one: (-one.spend_minor, one.name)))


def largest(found: Sequence[Share]) -> tuple[Share, ...]:
    """The first ``STORES_MAX``, and what the others are together."""
    rest = found[STORES_MAX:]
    if len(rest) < 2:
        return tuple(found)
    others = Share(
        OTHER,
        sum(one.customers for one in rest),
        sum(one.spend_minor for one in rest),
        sum(one.recorded_minor for one in rest),
        sum(one.planned_minor for one in rest),
        sum(one.winners for one in rest),
        sum(one.losers for one in rest),
        names=len(rest),
    )
    return (*found[:STORES_MAX], others)


def _share(name: str, some: Sequence[Tried], plan: int) -> Share:
    return Share(
        name,
        len(some),
        sum(one.spend_minor for one in some),
        sum(one.face[0] for one in some),
        sum(one.face[plan] for one in some),
        sum(one.face[plan] > one.face[0] for one in some),
        sum(one.face[plan] < one.face[0] for one in some),
    )
