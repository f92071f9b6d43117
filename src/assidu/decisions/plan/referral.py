"""Members who bring others: what each of both is given, once the newcomer has bought and kept it."""

from dataclasses import dataclass

from assidu.decisions.calendar import Duration
from assidu.decisions.plan.rules import PeriodCap

REFERRAL = "@referral"
"""The code under which referrals give and count; no rule can be called so."""


@dataclass(frozen=True, slots=True)
class Units:
    currency: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Referral:
    """``spend_min_minor``: what the purchase must come to. ``kept_for``: how long it must not come back; ``None``: it
    counts the same day. ``times``: how often one member is rewarded in a period."""

    referrer: Units | None
    referee: Units | None
    spend_min_minor: int = 0
    kept_for: Duration | None = None
    times: PeriodCap | None = None
