"""What is behind a trial of plans, as tables to take away. Amounts are in minor units; margins and costs without VAT,
face values with it."""

from collections.abc import Callable, Sequence

from assidu.economics.micro.types import Behaviour, MicroResult, PlanTried, Share
from assidu.economics.models.estimate import Estimate
from assidu.foundation.tables import Cell, Table

_ENDS = ("", "_low_80", "_high_80", "_low_95", "_high_95")
_SHARE = ("customers", "spend_minor", "recorded_minor", "planned_minor", "winners", "losers")
ESTIMATES = ("face", "off", "cost", "revenue_change", "margin_change", "net_change", "against_first")
"""Of each plan, in minor units."""
_HT = ("cost", "revenue_change", "margin_change", "net_change", "against_first")
"""What amounts without VAT begin with; all others are with it."""


def tables(result: MicroResult, behaviour: Behaviour) -> list[Table]:
    return [
        Table(
            "plans",
            ("plan", *(f"{name}_minor{end}" for name in ESTIMATES for end in _ENDS), "loss_probability",
             "better_than_first", "generosity", "left_out_customers", "left_out_moments"),
            tuple(
                (
                    one.label,
                    *(cell for name in ESTIMATES for cell in _estimate(getattr(one, name))),
                    one.loss_probability, one.better_than_first, one.generosity,
                    one.left_out.customers, one.left_out.moments,
                )
                for one in result.plans
            ),
        ),
        Table(
            "rules",
            ("plan", "rule", *(f"{name}_minor{end}" for name in ("face", "cost") for end in _ENDS)),
            tuple(
                (one.label, rule.rule, *_estimate(rule.face), *_estimate(rule.cost))
                for one in result.plans
                for rule in one.rules
            ),
        ),
        _shares(result.plans, "deciles"),
        _shares(result.plans, "tiers", [f"cost_minor{end}" for end in _ENDS], lambda one: _estimate(one.cost)),
        _shares(result.plans, "stores", ["stores"], lambda one: (one.names,)),
        Table(
            "sensitivity",
            ("plan", "assumption", "net_change_low_minor", "net_change_high_minor"),
            tuple(
                (one.label, found.assumption, found.low_minor, found.high_minor)
                for one in result.plans
                for found in one.sensitivity
            ),
        ),
        Table(
            "rounds",
            ("customers", "histories", "seconds", "plan", "net_change_low_80_minor", "net_change_high_80_minor",
             "moved"),
            tuple(
                (one.customers, one.histories, one.seconds, plan.label, one.net_low_80[n], one.net_high_80[n],
                 one.moved)
                for one in result.rounds
                for n, plan in enumerate(result.plans)
            ),
        ),
        Table(
            "assumptions",
            ("assumption", "value", "low", "high", "basis"),
            tuple(
                (name, one.value, one.lowest, one.highest, one.basis.value)
                for name, one in behaviour.ranges().items()
            ),
        ),
    ]  # fmt: skip


def vat_of(column: str) -> str:
    """``HT`` or ``TTC`` for a column with amounts; nothing for another one."""
    if "_minor" not in column:
        return ""
    return "HT" if column.startswith(_HT) else "TTC"


def _shares(
    plans: Sequence[PlanTried],
    name: str,
    more: Sequence[str] = (),
    of: Callable[[Share], tuple[Cell, ...]] = lambda _: (),
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for plan in plans:
        found: Sequence[Share] = getattr(plan, name)
        rows += [
            (plan.label, one.name, *(getattr(one, figure) for figure in _SHARE), *of(one)) for one in found
        ]
    return Table(name, ("plan", name.removesuffix("s"), *_SHARE, *more), tuple(rows))


def _estimate(one: Estimate | None) -> tuple[Cell, ...]:
    if one is None:
        return (None,) * len(_ENDS)
    return one.value, one.low_80, one.high_80, one.low_95, one.high_95
