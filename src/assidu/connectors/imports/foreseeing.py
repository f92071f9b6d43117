"""What the takeovers of a dry run would come to: each is decided, and nothing is written.

Only takeovers: control totals are about them, and they depend on nothing that other events of the same files bring,
but whether their customer is a member by then.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from assidu.connectors.imports.types import Entry
from assidu.decisions import decide, evolve
from assidu.decisions.decision import Account, Decision, Refused
from assidu.decisions.facts import Facts
from assidu.decisions.state import State
from assidu.events import wire
from assidu.events.wire import Incoming
from assidu.loyalty.book import PlanBook


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


@dataclass(slots=True)
class Foresight:
    """Decides takeovers one after another. ``states``: of the customers who are in the books, as they are;
    ``accounts``: what counts for people who are in one. ``brought`` is by the number
    of the file."""

    book: PlanBook
    states: dict[UUID, State]
    accounts: Mapping[UUID, UUID]
    brought: dict[int, Brought] = field(default_factory=dict)

    def take(self, entry: Entry, incoming: Incoming, person: UUID) -> Refused | None:
        """The refusal of one, or nothing if it would be recorded."""
        customer = self.accounts.get(person, person)
        fact = wire.to_fact(incoming, plan=self.book.at(entry.at), has_happened=True)
        state = self.states.get(customer, State())
        facts = Facts(state, has_happened=True, member=str(person) if customer != person else "")
        found = decide(self.book.at(entry.at), facts, fact.event)
        if isinstance(found, Refused):
            return found
        self.states[customer] = evolve(state, found)
        self.brought.setdefault(entry.file, Brought()).add(found)
        return None
