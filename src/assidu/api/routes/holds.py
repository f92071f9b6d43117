"""What is set aside for a customer now. Placing a hold and giving it up are events."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from ninja import Router

from assidu.api.door import caller_at, looked_at
from assidu.api.parameters import CustomerId
from assidu.foundation import clock
from assidu.loyalty.holds import open_holds

router = Router(tags=["Customers"])


@dataclass(frozen=True, slots=True)
class OpenHold:
    """`hold` is what a ticket, or its release, calls it; `offers` those of which it keeps places or things."""

    hold: str
    until: datetime
    units: dict[str, int]
    offers: list[str]
    placed_at: datetime
    store: str


@dataclass(frozen=True, slots=True)
class OpenHolds:
    holds: list[OpenHold]


@router.get("/customers/{customer_id}/holds", response=OpenHolds, summary="What is set aside for a customer")
def read_holds(request: HttpRequest, customer_id: CustomerId) -> OpenHolds:
    """As of now, the first to run out first; of somebody in a household or a company, what that has."""
    caller = caller_at(request, "customers:read")
    found = looked_at(caller, customer_id, "api.holds")
    return OpenHolds(
        [
            OpenHold(one.address, one.until, dict(one.units), list(one.offers), one.placed_at, one.store)
            for one in open_holds(found, clock.now())
        ]
    )
