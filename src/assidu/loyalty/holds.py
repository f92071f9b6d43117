"""What is set aside for a customer now, until when, and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assidu.customers.queries import counts_as
from assidu.decisions.events import Hold
from assidu.events.wire import hold_address
from assidu.loyalty.queries import entry, present_state


@dataclass(frozen=True, slots=True)
class OpenHold:
    """``address`` is what releasing it and the ticket call it; ``offers`` those of which it keeps places. ``written``:
    why, where somebody wrote it and it is not erased; ``by`` of staff who placed it."""

    address: str
    until: datetime
    units: tuple[tuple[str, int], ...]
    offers: tuple[str, ...]
    placed_at: datetime
    store: str
    source: str
    written: str
    by: str


def open_holds(customer_id: UUID, now: datetime) -> list[OpenHold]:
    """Of whoever counts for them; the first to run out first."""
    whose = counts_as(customer_id)
    state = present_state(whose, now)
    if state is None:
        return []
    found = []
    for name, held in state.holds.items():
        placed = entry(whose, int(name))
        assert placed is not None, "a hold is called by the place of its event"
        assert isinstance(placed.event, Hold), "nothing else sets units aside"
        units: dict[str, int] = {}
        for lot, quantity in held.parts:
            units[lot.currency] = units.get(lot.currency, 0) + quantity
        given = placed.decision.offers.given if held.places else ()
        found.append(
            OpenHold(
                hold_address(whose, name),
                held.until,
                tuple(units.items()),
                tuple(dict.fromkeys(one.offer for one in given)),
                placed.at,
                placed.store,
                placed.key.source,
                placed.written.get("reason") or "",
                str(placed.body.get("by", "")),
            )
        )
    return sorted(found, key=lambda one: (one.until, one.address))
