"""In which order recorded events happen again, when customers share places."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from uuid import UUID

from assidu.events.types import EventType
from assidu.loyalty.recorded import Recorded

_A_MOMENT = timedelta(microseconds=1)
_START = datetime(2020, 1, 1, tzinfo=UTC)
_CUSTOMERS_IN_A_MOMENT = 2_048
"""Parts of a microsecond, so that two customers hardly ever share a place in the order; 140 years still fit."""


def in_time_order(histories: Iterable[list[Recorded]]) -> Iterator[tuple[int, Recorded]]:
    """All customers' events by time, each with its place in the order, which does not depend on who else is there.

    Within a customer the order is that of ``seq``: a late event has its turn when it was learnt, after everything
    that was known before it. A merger has its turn after all that the absorbed customer did.
    """
    by_customer = {history[0].customer_id: history for history in histories}
    turns: dict[UUID, list[datetime]] = {}
    for customer in absorbed_first(by_customer):
        turns[customer] = _turns(by_customer[customer], turns)

    places: list[tuple[int, UUID, int, Recorded]] = []
    for customer, history in by_customer.items():
        within = customer.int % _CUSTOMERS_IN_A_MOMENT
        places += [
            ((turn - _START) // _A_MOMENT * _CUSTOMERS_IN_A_MOMENT + within, customer, recorded.seq, recorded)
            for turn, recorded in zip(turns[customer], history, strict=True)
        ]
    places.sort(key=itemgetter(0, 1, 2))
    for place, _, _, recorded in places:
        yield place, recorded


def _turns(history: Sequence[Recorded], known: Mapping[UUID, list[datetime]]) -> list[datetime]:
    turns = []
    latest = history[0].at
    for recorded in history:
        latest = max(latest, recorded.at)
        if recorded.type is EventType.MERGER:
            absorbed = known.get(UUID(recorded.body()["absorbed"]))
            if absorbed:
                latest = max(latest, absorbed[-1] + _A_MOMENT)
        turns.append(latest)
    return turns


def absorbed_into(history: Sequence[Recorded]) -> UUID | None:
    """The last survivor, also of a merger that was undone since."""
    for recorded in reversed(history):
        if recorded.type is EventType.ABSORPTION:
            return UUID(recorded.body()["into"])
    return None


def absorbed_first(histories: Mapping[UUID, list[Recorded]]) -> list[UUID]:
    """Customers in an order in which whoever was absorbed comes before the survivor."""

    def steps_to_survivor(customer: UUID) -> int:
        steps = 0
        while (into := absorbed_into(histories.get(customer, ()))) is not None and steps < len(histories):
            customer = into
            steps += 1
        return steps

    return sorted(histories, key=steps_to_survivor, reverse=True)
