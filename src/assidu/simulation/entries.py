"""Entries in the draws of a programme that is replayed: how many there would have been, and what the prizes cost."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from assidu.decisions.entries import entries_moved
from assidu.decisions.events import AfterSale
from assidu.decisions.plan import Draw, Plan
from assidu.loyalty.desk import Decided, SoldFinder
from assidu.simulation.sums import face_value
from assidu.simulation.types import DrawReplayed, EntriesCounted


class EntriesTally:
    """Who would have how many, as decisions go by. Draws that no plan has cost nothing."""

    __slots__ = ("_by_customer", "_draws", "_sold")

    def __init__(self, plan: Plan, sold: SoldFinder) -> None:
        self._draws = tuple(plan.draws.values())
        self._sold = sold
        self._by_customer: dict[str, dict[UUID, int]] = {draw.code: {} for draw in self._draws}

    def add(self, one: Decided) -> None:
        if not self._draws or not one.decision.postings:
            return
        sold_on = None
        if isinstance(one.fact.event, AfterSale):
            sold = self._sold(one.customer_id, one.fact.event)
            sold_on = sold.inputs.day if sold is not None else None
        for draw in self._draws:
            moved = entries_moved(draw, one.day, one.decision.postings, sold_on)
            if moved:
                counts = self._by_customer[draw.code]
                counts[one.customer_id] = counts.get(one.customer_id, 0) + moved

    def count(self, customers: Iterable[UUID], into: dict[str, EntriesCounted]) -> None:
        """Add the entries of one member, with those of everybody who was merged into them."""
        known = tuple(customers)
        for draw in self._draws:
            counts = self._by_customer[draw.code]
            entries = sum(counts.get(customer, 0) for customer in known)
            if entries > 0:
                counted = into.setdefault(draw.code, EntriesCounted())
                counted.members += 1
                counted.entries += entries


def draws_replayed(plan: Plan, counted: Mapping[str, EntriesCounted]) -> dict[str, DrawReplayed]:
    """What each draw of the plan would have been among these entries. A prize costs its face value or, for a good of a
    partner, what the partner is owed."""
    return {
        code: _replayed(plan, draw, counted.get(code, EntriesCounted())) for code, draw in plan.draws.items()
    }


def _replayed(plan: Plan, draw: Draw, counted: EntriesCounted) -> DrawReplayed:
    worth = face_value(plan)
    most = counted.members if draw.is_one_each else counted.entries
    drawn = cost = 0
    for prize in draw.prizes:
        count = min(prize.count, most - drawn)
        drawn += count
        cost += count * worth(prize.currency, prize.quantity)
    return DrawReplayed(counted.members, counted.entries, drawn, cost)
