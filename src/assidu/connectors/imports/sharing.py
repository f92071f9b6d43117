"""One process's share of an import: its groups, decided in the order over all customers.

A ticket that counts on places which customers share waits for the referee's answer while other customers' events go
on: nobody's depends on it but its own customer's, and the next of those waits with it.
"""

from collections.abc import Callable, Sequence

from assidu.connectors.imports import lookups
from assidu.connectors.imports.deciding import Decider, GroupRun, Shop
from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.ordering import Group
from assidu.connectors.imports.places import AskedOfReferee, CountedHere, Shared
from assidu.decisions.state import State
from assidu.loyalty.desk import Member
from assidu.loyalty.referee import RefereedQuotas

EVENTS_PER_TELLING = 100
EVENTS_PER_LISTENING = 32


class Share:
    """``runs`` are the groups, decided once ``decide`` is over. ``quotas`` are refereed, or, when this process has
    nobody beside it, counted here."""

    def __init__(
        self,
        shop: Shop,
        groups: Sequence[Group],
        connection: Connection,
        quotas: RefereedQuotas | Shared,
        processes: int = 1,
    ) -> None:
        everybody = (customer for group in groups for customer in group.customers)
        members = lookups.members(connection, everybody)
        if shop.is_dry_run:
            # Nobody was entered in the books for it: who is not there yet begins as everybody does.
            members |= {
                customer: Member(customer, customer, State())
                for group in groups
                for customer in group.customers - members.keys()
            }
        self.runs = [GroupRun.of(group, members, shop.accounts) for group in groups]
        self._of_customer = {customer: run for run in self.runs for customer in run.members}
        self._places: AskedOfReferee | CountedHere
        if isinstance(quotas, RefereedQuotas):
            self._places = AskedOfReferee(quotas, processes)
        else:
            self._places = CountedHere(quotas)
        self._decider = Decider(shop, self._places, connection)
        self._waiting = 0

    def decide(self, decided: Callable[[int], None]) -> None:
        """Everything in order; ``decided`` is told how many more."""
        in_order = sorted(
            (place, number) for number, run in enumerate(self.runs) for place in run.group.places
        )
        for count, (place, number) in enumerate(in_order, start=1):
            run = self.runs[number]
            if isinstance(self._places, AskedOfReferee):
                self._come_to(self._places.quotas, place, run, count)
            else:
                self._places.reach(place)
            self._decider.take(run, place)
            self._waiting += run.waiting is not None
            if count % EVENTS_PER_TELLING == 0:
                decided(EVENTS_PER_TELLING)
        if isinstance(self._places, AskedOfReferee):
            self._places.quotas.close()
            while self._waiting:
                self._listen(self._places.quotas, is_waiting=True)
        decided(len(in_order) % EVENTS_PER_TELLING)
        for run in self.runs:
            self._decider.finish(run)

    def _come_to(self, quotas: RefereedQuotas, place: int, run: GroupRun, count: int) -> None:
        """Say how far we are; what waits before this event, of the same group, is answered first."""
        quotas.reach(place)
        while run.waiting is not None:
            self._listen(quotas, is_waiting=True)
        if self._waiting and (quotas.is_urgent or count % EVENTS_PER_LISTENING == 0):
            self._listen(quotas, is_waiting=False)

    def _listen(self, quotas: RefereedQuotas, *, is_waiting: bool) -> None:
        """Let those go on who were answered."""
        for customer, granted in quotas.answers(is_waiting=is_waiting):
            self._decider.answered(self._of_customer[customer], granted)
            self._waiting -= 1
