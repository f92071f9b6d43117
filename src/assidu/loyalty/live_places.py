"""Places that customers share, as the live desk meets them: under lock, or known to be gone."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Claim
from assidu.decisions.earning import claim_key
from assidu.decisions.events import Sale
from assidu.decisions.facts import Grants
from assidu.decisions.plan import EarnRule, Plan

FULL_KEPT_MAX = 10_000


class FullPlaces:
    """Places seen to be gone. What is full stays full, so that late in the day nobody asks, or waits, for them."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._rules: dict[int, tuple[EarnRule, ...]] = {}

    def note(self, taken: Mapping[str, int], limits: Mapping[str, int]) -> None:
        """``taken`` as it was read: committed, and never to become less."""
        if len(self._taken) > FULL_KEPT_MAX:
            self._taken.clear()
        self._taken.update((key, count) for key, count in taken.items() if count >= limits[key])

    def of(self, plan: Plan, sale: Sale) -> Grants:
        if not self._taken:
            return {}
        rules = self._rules.get(plan.version)
        if rules is None:
            rules = self._rules[plan.version] = tuple(rule for rule in plan.rules if rule.quota is not None)
        found = {}
        for rule in rules:
            assert rule.quota is not None
            key = claim_key(rule, sale.store, local_day(sale.at, plan.zone))
            if self._taken.get(key, -1) >= rule.quota.limit:
                found[key] = 0
        return found


class Places:
    """Places under lock. A claim that nobody locked yet is remembered, and meanwhile gets nothing."""

    def __init__(self, taken: Mapping[str, int], limits: Mapping[str, int] | None = None) -> None:
        self._before = dict(taken)
        self._taken = dict(taken)
        self.limits = dict(limits or {})
        self.missing: list[Claim] = []

    def fresh(self) -> "Places":
        """The same places with nobody on them yet; what is missing there is missing here."""
        places = Places(self._before, self.limits)
        places.missing = self.missing
        return places

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        taken = self._taken.get(claim.key)
        if taken is None:
            self.missing.append(claim)
            return 0
        granted = claim.granted(taken)
        if granted:
            self._taken[claim.key] = taken + granted
        return granted

    @property
    def newly_taken(self) -> dict[str, int]:
        return {key: taken for key, taken in sorted(self._taken.items()) if taken != self._before[key]}
