"""What is set aside for one customer as their page shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assidu.backoffice.programme import Programme
from assidu.backoffice.views.programme import author
from assidu.catalogue import queries as catalogue
from assidu.loyalty.holds import OpenHold, open_holds


@dataclass(frozen=True, slots=True)
class HeldNow:
    """``what``: units, and offers of which places are kept."""

    address: str
    what: str
    until: datetime
    placed_at: datetime
    store: str
    why: str
    by: str


def held_now(customer_id: UUID, programme: Programme) -> list[HeldNow]:
    stores = {store.store_id: store.name for store in catalogue.stores()}
    return [_shown(one, programme, stores) for one in open_holds(customer_id, programme.now)]


def _shown(one: OpenHold, programme: Programme, stores: dict[str, str]) -> HeldNow:
    units = [programme.units(quantity, currency) for currency, quantity in one.units]
    offers = [programme.rule_name(code) for code in one.offers]
    return HeldNow(
        one.address,
        programme.phrases.listing([*units, *offers]),
        one.until,
        one.placed_at,
        stores.get(one.store, one.store),
        one.written,
        author(one.by) if one.by else "",
    )
