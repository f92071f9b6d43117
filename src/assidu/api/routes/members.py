"""What is done for a member besides the till: a link to their own statement, a ticket that was forgotten."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema
from pydantic import Field, model_validator

from assidu.api import types
from assidu.api.door import Stopped, caller_at, customer_at, stop
from assidu.api.parameters import CustomerId, Spoken, language_at
from assidu.customers.links import DAYS, DAYS_MAX, make_link, revoke_links
from assidu.events.wire import AMOUNT_MAX, NAME_LENGTH_MAX
from assidu.foundation import clock
from assidu.foundation.problems import Problem
from assidu.foundation.settings import current_settings
from assidu.loyalty import queries as loyalty
from assidu.loyalty.attaching import ClaimRefused, Proof, attach_ticket
from assidu.loyalty.entries import Conflict, Told
from assidu.plans.wording import receipt, short_receipt

router = Router(tags=["Customers"])


class LinkBody(Schema):
    days: Annotated[int, Field(ge=1, le=DAYS_MAX, description="How long it opens.")] = DAYS


class TicketBody(Schema):
    """A ticket as it is printed: where, which day, and its number, what was paid, or both."""

    store: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
    date: date
    ticket: Annotated[str, Field(max_length=NAME_LENGTH_MAX)] = ""
    amount_minor: Annotated[int | None, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)] = None
    currency: Annotated[
        str,
        Field(
            pattern="^([A-Z]{3})?$", description="The money of the amount, where it is not the programme's."
        ),
    ] = ""
    id: Annotated[
        UUID | None,
        Field(description="Of this request: sent again with the same one, it is answered as before."),
    ] = None

    @model_validator(mode="after")
    def proves_something(self) -> "TicketBody":
        if not self.ticket and self.amount_minor is None:
            raise ValueError("give the number of the ticket, or its amount")
        return self


@router.post(
    "/customers/{customer_id}/link", response=types.MemberLink, summary="A link to their own statement"
)
def make_member_link(request: HttpRequest, customer_id: CustomerId, body: LinkBody) -> types.MemberLink:
    """Whoever has the address reads this customer's statement without signing in, until it expires or is closed. It
    says nothing of the person, and is answered once: only its hash is kept."""
    caller = caller_at(request, "customers:link")
    made = make_link(customer_at(caller, customer_id), caller.actor, clock.now(), days=body.days)
    if made is None:
        raise stop("erased_customer")
    path = reverse("member-statement", args=[made.token])
    public = current_settings().public_url
    address = public.rstrip("/") + path if public else request.build_absolute_uri(path)
    return types.MemberLink(address, made.expires_at)


@router.delete("/customers/{customer_id}/link", response=types.ClosedLinks, summary="Close their links")
def close_member_links(request: HttpRequest, customer_id: CustomerId) -> types.ClosedLinks:
    """From now on none of this customer's links opens anything."""
    caller = caller_at(request, "customers:link")
    return types.ClosedLinks(revoke_links(customer_at(caller, customer_id), caller.actor, clock.now()))


@router.post(
    "/customers/{customer_id}/tickets", response=types.AttachedTicket, summary="Attach a forgotten ticket"
)
def attach(
    request: HttpRequest, customer_id: CustomerId, body: TicketBody, language: Spoken = None
) -> types.AttachedTicket:
    """A ticket that was recorded without a customer becomes this one's, once and for ever, and earns by the rules of
    its own day. How old it may be is the programme's to say (`forgotten_tickets`)."""
    caller = caller_at(request, "events:write")
    if caller.store and body.store != caller.store:
        raise stop("other_store")
    found = customer_at(caller, customer_id)
    programme = loyalty.programme_of(found)
    if programme is None:
        raise stop("unknown_customer")
    proof = Proof(body.store, body.date, body.ticket, body.amount_minor, body.currency)
    outcome = attach_ticket(
        found, proof, by=caller.actor, at=clock.now(), programme=programme, event_id=body.id
    )
    spoken = language_at(request, language)
    match outcome:
        case Told():
            document = next(
                one.document for one in loyalty.versions(programme) if one.version == outcome.plan.version
            )
            return types.AttachedTicket(
                status="created" if outcome.is_new else "exists",
                customer=outcome.customer_id,
                source=outcome.key.source,
                id=outcome.key.id,
                seq=outcome.seq,
                day=outcome.day,
                receipt=receipt(outcome.decision, outcome.state, outcome.plan, document, spoken, outcome.day),
                receipt_short=short_receipt(outcome.decision, outcome.state, document, spoken),
            )
        case ClaimRefused():
            raise Stopped(Problem(409, outcome.code.value, outcome.said(spoken), figures=outcome.figures))
        case Conflict():
            raise stop(outcome.code)
        case _:
            raise stop("unknown_customer")
