"""What a programme's past shows month after month: who bought, how often, for how much, and how much of what was given
will be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assidu.economics.models.baseline import TierMonth
from assidu.economics.models.redemption import Ultimate


@dataclass(frozen=True, slots=True)
class PastMonth:
    """``participation``: members who bought, of members at the month's end; ``frequency``: purchases of each who
    bought; ``basket_minor``: net sales (HT) of a purchase. ``redemption``: of the units that were given in the month,
    the share that will have been used in the end, within ``redemption_low`` and ``redemption_high`` in 4 cases of 5.
    What has no denominator has no figure. Who had two statuses in a month and bought under both is two buyers."""

    month: date
    members: int
    buyers: int
    purchases: int
    net_sales_ht_minor: int
    participation: float | None
    frequency: float | None
    basket_minor: float | None
    redemption: float | None = None
    redemption_low: float | None = None
    redemption_high: float | None = None


def past_months(found: Sequence[TierMonth], issued: Sequence[Ultimate]) -> tuple[PastMonth, ...]:
    """All statuses together, the oldest month first; ``issued`` are the months of issue of the main currency."""
    rates = {one.month: one for one in issued}
    by_month: dict[date, list[TierMonth]] = {}
    for one in found:
        by_month.setdefault(one.month, []).append(one)
    return tuple(_month(month, by_month[month], rates) for month in sorted(by_month))


def _month(month: date, parts: Sequence[TierMonth], rates: Mapping[date, Ultimate]) -> PastMonth:
    members, buyers = sum(one.members for one in parts), sum(one.active for one in parts)
    purchases = sum(one.purchases for one in parts)
    net = sum(one.net_ht_minor for one in parts)
    ultimate = rates.get(month)
    within = None if ultimate is None else ultimate.within(80)
    return PastMonth(
        month,
        members,
        buyers,
        purchases,
        round(net),
        buyers / members if members else None,
        purchases / buyers if buyers else None,
        net / purchases if purchases else None,
        None if ultimate is None else ultimate.rate,
        None if within is None else within.low,
        None if within is None else within.high,
    )
