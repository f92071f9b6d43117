"""In which order recorded events happen again."""

from collections import deque
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
_BETWEEN_TWO = {
    EventType.MERGER: ("absorbed", EventType.ABSORPTION, "into"),
    EventType.SEPARATION: ("absorbed", EventType.RESTORATION, "from"),
    EventType.ADMISSION: ("member", EventType.ACCOUNT_ENTRY, "into"),
    EventType.DEPARTURE: ("member", EventType.ACCOUNT_EXIT, "from"),
}
"""What happens to two customers at once: who the other one is, what is told on their side, which was decided first, and
by which word it names this one."""

Sides = tuple[Recorded] | tuple[Recorded, Recorded]
"""One event; or both sides of what happened between two customers, in the order in which they were decided."""
Histories = Mapping[UUID, Sequence[Recorded]]


def in_recorded_order(histories: Histories) -> Iterator[Sides]:
    """Every customer's events in the order of ``seq``, and both sides of what concerns two of them together: after all
    that either had done before, and before anything that either did later. Others may come in any order."""
    other_side = _other_sides(histories)
    done = dict.fromkeys(histories, 0)
    waiting: set[UUID] = set()

    def up_to(customer: UUID, stop: int) -> Iterator[Sides]:
        history = histories[customer]
        waiting.add(customer)
        while done[customer] < stop:
            one = history[done[customer]]
            other, place = other_side.get((customer, one.seq), (customer, 0))
            if other not in waiting:
                yield from up_to(other, place)
            if other == customer or done[other] != place:
                done[customer] += 1
                yield (one,)
                continue
            done[customer] += 1
            done[other] += 1
            both = one, histories[other][place]
            yield both if one.type not in _BETWEEN_TWO else both[::-1]
        waiting.discard(customer)

    for customer, history in histories.items():
        yield from up_to(customer, len(history))


def _other_sides(histories: Histories) -> dict[tuple[UUID, int], tuple[UUID, int]]:
    """By customer and ``seq``: the other customer, and the place of the other side in their history."""
    theirs: dict[tuple[UUID, EventType, UUID], deque[tuple[int, int]]] = {}
    mine: list[tuple[UUID, EventType, UUID, int, int]] = []
    words = {type_: word for _, type_, word in _BETWEEN_TWO.values()}
    for customer, history in histories.items():
        for place, one in enumerate(history):
            if (word := words.get(one.type)) is not None:
                named = UUID(one.body()[word])
                theirs.setdefault((customer, one.type, named), deque()).append((one.seq, place))
            elif one.type in _BETWEEN_TWO:
                who, type_, _ = _BETWEEN_TWO[one.type]
                mine.append((UUID(one.body()[who]), type_, customer, one.seq, place))
    found = {}
    for other, type_, customer, seq, place in mine:
        if sides := theirs.get((other, type_, customer)):
            other_seq, other_place = sides.popleft()
            found[customer, seq] = other, other_place
            found[other, other_seq] = customer, place
    return found


def in_time_order(histories: Iterable[list[Recorded]]) -> Iterator[tuple[int, Recorded]]:
    """All customers' events by time, each with its place in the order, which does not depend on who else is there.

    Within a customer the order is that of ``seq``: a late event has its turn when it was learnt, after everything
    that was known before it. What happens between two customers has its turn after all that either had done before,
    and both sides of it have theirs before anything that either does later.
    """
    by_customer = {history[0].customer_id: history for history in histories}
    latest = {customer: history[0].at for customer, history in by_customer.items()}
    places: list[tuple[int, UUID, int, Recorded]] = []
    for sides in in_recorded_order(by_customer):
        turn = max(max(latest[one.customer_id], one.at) for one in sides)
        for n, one in enumerate(sides):
            within = one.customer_id.int % _CUSTOMERS_IN_A_MOMENT
            place = ((turn - _START) // _A_MOMENT + n) * _CUSTOMERS_IN_A_MOMENT + within
            places.append((place, one.customer_id, one.seq, one))
            latest[one.customer_id] = turn if len(sides) == 1 else turn + len(sides) * _A_MOMENT
    places.sort(key=itemgetter(0, 1, 2))
    for place, _, _, recorded in places:
        yield place, recorded
