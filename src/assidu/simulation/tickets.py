"""Tickets as they were decided in a replay, found again by the returns that follow."""

from dataclasses import dataclass, field
from uuid import UUID

from assidu.decisions.decision import Decision
from assidu.decisions.events import Return, Sale
from assidu.decisions.facts import SoldBefore
from assidu.decisions.sold import sold_before


@dataclass(slots=True)
class _Ticket:
    """``seq`` is the sale's in this replay, which may not be the recorded one."""

    seq: int
    sale: Sale
    decision: Decision
    returns: list[Decision] = field(default_factory=list)


class Tickets:
    """By the owner and the recorded ``seq``: that is what a recorded return speaks of."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, int], _Ticket] = {}

    def keep(self, owner: UUID, recorded_seq: int, seq: int, sale: Sale, decision: Decision) -> None:
        self._known[owner, recorded_seq] = _Ticket(seq, sale, decision)

    def bring_back(self, customer: UUID, event: Return, decision: Decision) -> None:
        ticket = self._known.get(self._key(customer, event))
        if ticket is not None:
            ticket.returns.append(decision)

    def sold(self, customer: UUID, event: Return) -> SoldBefore | None:
        """The original ticket of a return, with what came back of it before, whoever brought it."""
        key = self._key(customer, event)
        ticket = self._known.get(key)
        if ticket is None:
            return None
        return sold_before(
            ticket.seq, ticket.sale, ticket.decision, ticket.returns, is_own=key[0] == customer
        )

    @staticmethod
    def _key(customer: UUID, event: Return) -> tuple[UUID, int]:
        return (UUID(event.sale_owner) if event.sale_owner else customer, event.sale_seq)
