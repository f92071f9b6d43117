"""One process's share of an import: its groups, decided in the order over all customers.

An event that asks for places which customers share waits for the referee's answer while other customers' events go
on: nobody's depends on it but its own customer's, and the next of those waits with it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from assidu.connectors.imports import lookups
from assidu.connectors.imports.deciding import ASKED_FIRST, Decider, GroupRun, Shop
from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.ordering import Group
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Claim
from assidu.decisions.earning import claim_key
from assidu.decisions.events import Sale
from assidu.decisions.facts import Grants
from assidu.decisions.plan import EarnRule, Plan
from assidu.loyalty.referee import RefereedQuotas

EVENTS_PER_TELLING = 100
EVENTS_PER_LISTENING = 32


class Share:
    """``runs`` are the groups, decided once ``decide`` is over."""

    def __init__(
        self, shop: Shop, groups: Sequence[Group], connection: Connection, quotas: RefereedQuotas
    ) -> None:
        everybody = (customer for group in groups for customer in group.customers)
        members = lookups.members(connection, everybody)
        self.runs = [GroupRun.of(group, members) for group in groups]
        self._of_customer = {customer: run for run in self.runs for customer in run.members}
        self._quotas = quotas
        self._decider = Decider(shop, _Asking(quotas), connection, _Full(quotas).of)
        self._owner = shop.owners
        self._waiting = 0

    def decide(self, decided: Callable[[int], None]) -> None:
        """Everything in order; ``decided`` is told how many more."""
        in_order = sorted(
            (place, number) for number, run in enumerate(self.runs) for place in run.group.places
        )
        for count, (place, number) in enumerate(in_order, start=1):
            self._quotas.reach(place)
            run = self.runs[number]
            while run.waiting is not None:
                self._listen(is_waiting=True)
            self._take(run, place, {})
            if self._waiting and count % EVENTS_PER_LISTENING == 0:
                self._listen(is_waiting=False)
            if count % EVENTS_PER_TELLING == 0:
                decided(EVENTS_PER_TELLING)
        self._quotas.close()
        while self._waiting:
            self._listen(is_waiting=True)
        decided(len(in_order) % EVENTS_PER_TELLING)
        for run in self.runs:
            self._decider.finish(run)

    def _take(self, run: GroupRun, place: int, granted: Grants) -> None:
        if asked := self._decider.take(run, place, granted):
            assert not granted, "all places were asked for at once"
            self._waiting += 1
            self._quotas.ask(self._owner[place], asked)

    def _listen(self, *, is_waiting: bool) -> None:
        """Let those go on who were answered."""
        for customer, granted in self._quotas.answers(is_waiting=is_waiting):
            run = self._of_customer[customer]
            assert run.waiting is not None, "only who waits is answered"
            self._waiting -= 1
            self._take(run, run.waiting[0], granted)


class _Asking:
    """Answers what is known to be gone; everything else must be asked of the referee."""

    def __init__(self, quotas: RefereedQuotas) -> None:
        self._full = quotas.full

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        return 0 if claim.key in self._full else ASKED_FIRST


class _Full:
    """Spares a second look at tickets that come too late for a place."""

    def __init__(self, quotas: RefereedQuotas) -> None:
        self._full = quotas.full
        self._rules: dict[int, tuple[EarnRule, ...]] = {}

    def of(self, plan: Plan, sale: Sale) -> Grants:
        rules = self._rules.get(plan.version)
        if rules is None:
            rules = self._rules[plan.version] = tuple(rule for rule in plan.rules if rule.quota is not None)
        if not rules or not self._full:
            return {}
        day = local_day(sale.at, plan.zone)
        return {key: 0 for rule in rules if (key := claim_key(rule, sale.store, day)) in self._full}
