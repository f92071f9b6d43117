"""Places that customers share, as the live desk meets them: under lock, or known to be gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from assidu.decisions.decision import Claim
from assidu.decisions.events import Sale
from assidu.decisions.facts import Grants
from assidu.decisions.plan import Plan
from assidu.loyalty.quota_claims import QuotaClaims

FULL_KEPT_MAX = 10_000


class FullPlaces:
    """Places of rules seen to be gone: none of them ever comes back, so that late in the day nobody asks, or waits."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._claims = QuotaClaims()

    def note(self, taken: Mapping[str, int], claims: Iterable[Claim]) -> None:
        """``taken`` as it was read: committed and, of what cannot come back, never to become less."""
        if len(self._taken) > FULL_KEPT_MAX:
            self._taken.clear()
        for claim in claims:
            if not claim.can_come_back and taken[claim.key] >= claim.limit:
                self._taken[claim.key] = taken[claim.key]

    def of(self, plan: Plan, sale: Sale) -> Grants:
        if not self._taken:
            return {}
        claims = self._claims.of(plan, sale)
        return {claim.key: 0 for claim in claims if self._taken.get(claim.key, -1) >= claim.limit}


@dataclass(frozen=True, slots=True)
class Taken:
    """How many places are gone. ``known`` without a lock: those that were full."""

    known: Mapping[str, int] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()


class Places:
    """Places under lock, those that were full aside. A claim that nobody looked for yet is remembered, and meanwhile
    gets nothing; so is a place that is given back and not locked: it will be written."""

    def __init__(self, taken: Taken | None = None, limits: Mapping[str, int | None] | None = None) -> None:
        self._before = taken or Taken()
        self._taken = dict(self._before.known)
        self.limits = dict(limits or {})
        self.locked = self._before.locked
        self.missing: list[Claim] = []
        self.unlocked: set[str] = set()

    def fresh(self) -> "Places":
        """The same places with nobody on them yet; what is missing there is missing here."""
        places = Places(self._before, self.limits)
        places.missing = self.missing
        return places

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        taken = self._taken.get(claim.key)
        if taken is None or self.limits.get(claim.key) is None:
            self.missing.append(claim)
            return 0
        granted = claim.granted(taken)
        if granted:
            self._taken[claim.key] = taken + granted
        return granted

    def give_back(self, key: str, quantity: int) -> None:
        if key not in self.locked:
            self.unlocked.add(key)
        else:
            self._taken[key] = max(self._taken[key] - quantity, 0)
