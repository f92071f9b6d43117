"""Tickets as they were decided in a replay, found again by the returns and changes that follow."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from assidu.decisions.decision import Decision
from assidu.decisions.events import AfterSale, Sale
from assidu.decisions.facts import SoldBefore
from assidu.decisions.sold import Later, sold_before


@dataclass(slots=True)
class _Ticket:
    """``seq`` is the sale's in this replay, which may not be the recorded one."""

    seq: int
    sale: Sale
    decision: Decision
    is_basket: bool
    later: list[tuple[UUID, Later]] = field(default_factory=list)


class Tickets:
    """By the owner and the recorded ``seq``: that is what a recorded return or change speaks of."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, int], _Ticket] = {}

    def keep(
        self,
        owner: UUID,
        recorded_seq: int,
        seq: int,
        sale: Sale,
        decision: Decision,
        *,
        is_basket: bool = False,
    ) -> None:
        self._known[owner, recorded_seq] = _Ticket(seq, sale, decision, is_basket)

    def follow(self, customer: UUID, seq: int, event: AfterSale, decision: Decision) -> None:
        """What happened to a ticket at the ``seq`` of this replay."""
        ticket = self._known.get(self._key(customer, event))
        if ticket is not None:
            ticket.later.append((customer, Later(seq, event, decision)))

    def sold(self, customer: UUID, event: AfterSale) -> SoldBefore | None:
        """The original ticket of a return or a change, with what happened to it before, whoever told it."""
        key = self._key(customer, event)
        ticket = self._known.get(key)
        if ticket is None:
            return None
        later = [one._replace(is_own=teller == customer) for teller, one in ticket.later]
        sold = sold_before(ticket.seq, ticket.sale, ticket.decision, later, is_own=key[0] == customer)
        return replace(sold, is_basket=ticket.is_basket)

    @staticmethod
    def _key(customer: UUID, event: AfterSale) -> tuple[UUID, int]:
        return (UUID(event.sale_owner) if event.sale_owner else customer, event.sale_seq)
