"""What the takeovers of a dry run would bring, for the control totals that are about them."""

from collections import Counter
from dataclasses import dataclass, field

from assidu.decisions.decision import Account, Decision


@dataclass(slots=True)
class Brought:
    """What takeovers bring: units by currency and the month of their issue, and members by status."""

    units: dict[str, Counter[str]] = field(default_factory=dict)
    tiers: Counter[str | None] = field(default_factory=Counter)

    def add(self, decision: Decision) -> None:
        for posting in decision.postings:
            if posting.source is Account.OPENING and posting.lot is not None:
                by_month = self.units.setdefault(posting.currency, Counter())
                by_month[f"{posting.lot.issued_month:%Y-%m}"] += posting.quantity
        self.tiers[decision.tier.tier if decision.tier is not None else None] += 1

    def update(self, other: "Brought") -> None:
        """What somebody else foresaw of the same file."""
        for currency, by_month in other.units.items():
            self.units.setdefault(currency, Counter()).update(by_month)
        self.tiers.update(other.tiers)
