"""The brand's own past as the beginning of a set of assumptions: what was measured, with its range from month to
month, and what no past can tell (uplifts) as wide ranges that say so.

Uplifts that no experiment informs begin where the literature leaves them: small on average and nil for some programmes
(Leenheer, J., van Heerde, H. J., Bijmolt, T. H. A. and Smidts, A. (2007), IJRM 24; Liu, Y. (2007), Journal of Marketing
71), and biased upwards where members are compared with others (self-selection).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from types import MappingProxyType

from assidu.economics.models.assumptions import Assumptions, Measured, Range, Segment
from assidu.economics.models.redemption import NORMAL, Interval

UPLIFTS: Mapping[str, tuple[float, float, float]] = {
    "frequency_uplift": (0.0, 2.0, 5.0),
    "basket_uplift": (0.0, 1.0, 3.0),
    "retention_uplift": (0.0, 1.0, 3.0),
    "cannibalisation": (0.0, 10.0, 30.0),
    "pull_forward": (0.0, 10.0, 30.0),
    "self_selection": (10.0, 30.0, 60.0),
}
"""Low, value and high, where nothing was measured: wide on purpose."""
MARGIN = (15.0, 30.0, 45.0)
"""Of sales, where neither articles nor departments say it."""


@dataclass(frozen=True, slots=True)
class TierMonth:
    """Members with a status (``''``: none) in a month, at its end. ``ttc_minor`` and ``ht_minor`` are of purchases,
    what came back, or was changed to cost less, is in ``returned_minor`` (TTC). Of ``margin_ht_minor`` sales (HT) the
    margin is known, ``margin_minor`` in all; ``costed_ht_minor`` of them by the cost of their articles."""

    tier: str
    month: date
    members: int = 0
    active: int = 0
    purchases: int = 0
    ttc_minor: int = 0
    ht_minor: int = 0
    returned_minor: int = 0
    margin_ht_minor: int = 0
    margin_minor: int = 0
    costed_ht_minor: int = 0

    @property
    def net_ht_minor(self) -> float:
        """What came back was sold with the same VAT."""
        return self.ht_minor * (1 - self.returned_minor / self.ttc_minor) if self.ttc_minor else 0.0


@dataclass(frozen=True, slots=True)
class TierFlow:
    """Units that members with a status were given (not in exchange) and used, over all months together."""

    tier: str
    currency: str
    given: int
    used: int


@dataclass(frozen=True, slots=True)
class CurrencyRate:
    """What is known of a currency: the worth of a unit (TTC), the share used in the end, cost and partners' part in per
    cent. ``ages``: of what is used in the end, the per cent used by age."""

    face_minor: float
    redemption: float
    interval: Interval | None
    cost: float
    funded: float
    ages: tuple[float, ...] = ()


def measured(
    name: str,
    months: Sequence[TierMonth],
    flows: Sequence[TierFlow],
    currencies: Mapping[str, CurrencyRate],
    *,
    decimals: int = 2,
    are_margins_invented: bool = False,
    tier_names: Mapping[str, str] = MappingProxyType({}),
) -> Assumptions:
    """Statuses with members at the end are segments; without any, there is nothing to measure and no segment. They
    stand in the order of the programme, in which ``tier_names`` says what it calls them: whoever has no status first,
    those that it no longer knows last."""
    last = max((one.month for one in months), default=None)
    tiers = [one.tier for one in months if one.month == last and one.members]
    main = _main(flows, currencies)
    segments = []
    known = {tier: place for place, tier in enumerate(("", *tier_names))}
    for tier in sorted(tiers, key=lambda one: (known.get(one, len(known)), one)):
        own = [one for one in months if one.tier == tier and one.members]
        moved = [one for one in flows if one.tier == tier and one.currency in currencies]
        segments.append(
            _segment(
                tier,
                tier_names.get(tier, ""),
                own,
                moved,
                flows,
                currencies,
                main,
                decimals,
                are_margins_invented,
            )
        )
    return Assumptions(
        name=name,
        segments=tuple(segments),
        used_by_age=currencies[main].ages if main is not None else (),
    )


def _main(flows: Sequence[TierFlow], currencies: Mapping[str, CurrencyRate]) -> str | None:
    """The currency of which the most was given, at face value."""
    worth: dict[str, float] = {}
    for one in flows:
        if one.currency in currencies:
            worth[one.currency] = (
                worth.get(one.currency, 0.0) + one.given * currencies[one.currency].face_minor
            )
    return max(worth, key=lambda code: worth[code], default=None)


def _segment(
    tier: str,
    name: str,
    months: Sequence[TierMonth],
    moved: Sequence[TierFlow],
    flows: Sequence[TierFlow],
    currencies: Mapping[str, CurrencyRate],
    main: str | None,
    decimals: int,
    are_margins_invented: bool,
) -> Segment:
    ht = sum(one.net_ht_minor for one in months)
    gross_ht, gross_ttc = sum(one.ht_minor for one in months), sum(one.ttc_minor for one in months)
    face = sum(one.given * currencies[one.currency].face_minor for one in moved)
    rate = None if main is None else currencies[main]
    scale = 10**decimals
    return Segment(
        code=tier or "members",
        name=name or None,
        members=Range(value=float(months[-1].members), basis=Measured.MEASURED),
        participation=_monthly([(one.active, one.members) for one in months], 100.0, most=100.0),
        frequency=_monthly([(one.purchases, one.active) for one in months], 1.0),
        basket=_monthly([(one.net_ht_minor / scale, one.purchases) for one in months], 1.0),
        margin=_margin(months, are_margins_invented),
        vat=_known(100.0 * (gross_ttc / gross_ht - 1)) if gross_ht else Range(value=0.0),
        face_rate=_known(100.0 * face / ht) if ht > 0 else Range(value=0.0),
        redemption=_redemption(tier, flows, main, rate),
        cost=Range(value=100.0 if rate is None else rate.cost),
        funded=Range(value=0.0 if rate is None else rate.funded),
        **{name: Range(value=value, low=low, high=high) for name, (low, value, high) in UPLIFTS.items()},
    )


def _known(value: float) -> Range:
    return Range(value=round(value, 4), basis=Measured.MEASURED)


def _monthly(parts: Sequence[tuple[float, float]], times: float, most: float | None = None) -> Range:
    """A rate over all months; between its ends lie four months of five."""
    told = [(part, whole) for part, whole in parts if whole > 0]
    if not told:
        return Range(value=0.0)
    value = times * sum(part for part, _ in told) / sum(whole for _, whole in told)
    rates = [times * part / whole for part, whole in told]
    middle = sum(rates) / len(rates)
    spread = sqrt(sum((one - middle) ** 2 for one in rates) / (len(rates) - 1)) if len(rates) > 1 else 0.0
    low, high = max(value - NORMAL[80] * spread, 0.0), value + NORMAL[80] * spread
    if most is not None:
        value, high = min(value, most), min(high, most)
    if not spread:
        return _known(value)
    return Range(
        value=round(value, 4), low=round(min(low, value), 4), high=round(high, 4), basis=Measured.MEASURED
    )


def _margin(months: Sequence[TierMonth], are_invented: bool) -> Range:
    """Measured where the articles of most sales have a cost; by departments it is what somebody marked."""
    known = sum(one.margin_ht_minor for one in months)
    if not known:
        low, value, high = MARGIN
        return Range(value=value, low=low, high=high)
    costed = sum(one.costed_ht_minor for one in months)
    value = round(max(min(100.0 * sum(one.margin_minor for one in months) / known, 100.0), -100.0), 4)
    if 2 * costed >= known and not are_invented:
        return Range(value=value, basis=Measured.MEASURED)
    return Range(value=value, low=max(value - 5, -100.0), high=min(value + 5, 100.0))


def _redemption(tier: str, flows: Sequence[TierFlow], main: str | None, rate: CurrencyRate | None) -> Range:
    """That of all, times how much more or less of what it was given this status used."""
    if rate is None or main is None:
        return Range(value=0.0)
    own = [one for one in flows if one.currency == main and one.tier == tier]
    given, used = sum(one.given for one in own), sum(one.used for one in own)
    all_given = sum(one.given for one in flows if one.currency == main)
    all_used = sum(one.used for one in flows if one.currency == main)
    times = (used / given) / (all_used / all_given) if given > 0 and all_given > 0 and all_used > 0 else 1.0

    def share(part: float) -> float:
        return round(max(min(100.0 * part * times, 100.0), 0.0), 4)

    low = None if rate.interval is None else share(rate.interval.low)
    high = None if rate.interval is None else share(rate.interval.high)
    value = share(rate.redemption)
    if low is not None and high is not None:
        low, high = min(low, value), max(high, value)
    return Range(value=value, low=low, high=high, basis=Measured.MEASURED)
