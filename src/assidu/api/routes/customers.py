"""Customers: who they are, what they have, what happened and why; their file, and their erasure."""

from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from assidu.api import answers, types
from assidu.api.door import Caller, caller_at, customer_at, looked_at, stop
from assidu.api.parameters import (
    Cursor,
    CustomerFilters,
    CustomerId,
    Limit,
    ProfileBody,
    SearchBody,
    Spoken,
    UnmergeBody,
    UnmergedId,
    language_at,
)
from assidu.customers import actions
from assidu.customers import queries as customers
from assidu.customers.accounts import belonging_of, family_of
from assidu.customers.queries import counts_as
from assidu.customers.types import ProfileRecord
from assidu.decisions.decision import Refused
from assidu.events.types import EventType
from assidu.foundation import clock
from assidu.foundation.cursors import read_cursor, write_cursor
from assidu.foundation.people import queries as people
from assidu.foundation.people.actions import record
from assidu.ledger import queries as ledger
from assidu.loyalty import queries as loyalty
from assidu.loyalty.entries import UnknownCustomer
from assidu.loyalty.erasing import AccountNotEmpty, erase
from assidu.loyalty.explain import explain
from assidu.loyalty.named_events import events_named
from assidu.loyalty.person_file import person_file
from assidu.loyalty.separating import unmerge

router = Router(tags=["Customers"])


@router.get("/customers", response=types.CustomerPage, summary="List customers")
def list_customers(
    request: HttpRequest, filters: Query[CustomerFilters], cursor: Cursor = "", limit: Limit = 50
) -> types.CustomerPage:
    """Those who match every filter, page by page. A key that is bound to a store lists who joined there."""
    caller = caller_at(request, "customers:read")
    if caller.store and filters.store not in ("", caller.store):
        raise stop("other_store")
    filters.store = caller.store or filters.store
    return answers.customer_page(
        loyalty.customers(filters.filter(), sort=filters.sort, cursor=cursor, limit=limit)
    )


@router.post("/customers", response=types.WrittenProfile, summary="Write what is known of somebody")
def write_customer(request: HttpRequest, body: ProfileBody) -> types.WrittenProfile:
    """Found by card, else by external id, telephone or e-mail; nobody yet: a new customer. Joining the programme is an
    event of its own. An identifier that somebody else already has stays theirs, and the pair is noted."""
    caller = caller_at(request, "customers:write")
    now = clock.now()
    profile = body.profile()
    if caller.store:
        if profile.store not in (None, "", caller.store):
            raise stop("other_store")
        _check_known(caller, profile.card, profile.external, profile.phone, profile.email)
    with transaction.atomic():
        written = actions.write_profile(ProfileRecord(profile, "api"), now)
        if written.customer_id is None:
            raise stop(
                "invalid_subject",
                "A card, an external id, a telephone or an e-mail is needed, and well formed.",
            )
        record(
            caller.actor,
            "customer.written",
            "customer",
            str(written.customer_id),
            after={"is_new": written.is_new},
        )
    return answers.written(written)


@router.post("/customers/search", response=types.SearchAnswer, summary="Search customers")
def search_customers(request: HttpRequest, body: SearchBody) -> types.SearchAnswer:
    """By card, telephone or e-mail, whole; or by the beginnings of names, accents left aside."""
    caller = caller_at(request, "customers:read")
    found = customers.search(body.text, body.limit)
    if caller.store:
        found = [one for one in found if loyalty.is_known_in_store(one.customer_id, caller.store)]
    return types.SearchAnswer(
        [
            types.Found(one.customer_id, one.kind.value, one.name, one.town, one.store, one.found_by.value)
            for one in found
        ]
    )


@router.get("/customers/{customer_id}", response=types.Customer, summary="One customer")
def read_customer(
    request: HttpRequest,
    customer_id: CustomerId,
    contact: Annotated[
        bool, Query(False, description="With contact details; the key needs `customers:write` as well.")
    ] = False,
    language: Spoken = None,
) -> types.Customer:
    """Who it is and what they have, as of now: of somebody in a household or a company, what that has. Each look is
    kept in the trail."""
    caller = caller_at(request, "customers:read", *(["customers:write"] if contact else []))
    page = "api.contact" if contact else "api.customer"
    found = customers.customer(looked_at(caller, customer_id, page), with_contact=contact)
    if found is None:
        raise stop("unknown_customer")
    counts = loyalty.standing(counts_as(found.customer_id), clock.now())
    phrases = answers.phrases_for(counts, language_at(request, language))
    return answers.customer(found, belonging_of(found.customer_id), counts, phrases)


@router.get("/customers/{customer_id}/ledger", response=types.LedgerPage, summary="The statement")
def read_ledger(
    request: HttpRequest,
    customer_id: CustomerId,
    currency: Annotated[str, Query("", max_length=60)] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> types.LedgerPage:
    """Every movement, the youngest first, each with the balance after it; of somebody in an account, the account's."""
    caller = caller_at(request, "ledger:read")
    found = counts_as(looked_at(caller, customer_id, "api.ledger"))
    statement = ledger.statement(found, currency=currency, cursor=cursor, limit=limit)
    return answers.ledger_page(found, statement, loyalty.standing(found, clock.now()))


@router.get("/customers/{customer_id}/events", response=types.EventPage, summary="What happened")
def read_events(
    request: HttpRequest,
    customer_id: CustomerId,
    kinds: Annotated[
        list[EventType] | None, Query(None, alias="type", description="Only these types.")
    ] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> types.EventPage:
    """The time line, the youngest first, with that of customers merged into this one and, of accounts that they are in
    or were in, what was told of them. That of an account is everybody's."""
    caller = caller_at(request, "customers:read")
    family = family_of(looked_at(caller, customer_id, "api.events"))
    shared = loyalty.accounts_ever(family)
    page = loyalty.timeline(family, shared=shared, types=kinds or (), cursor=cursor, limit=limit)
    return answers.event_page(page)


@router.get("/customers/{customer_id}/explain/{event}", response=types.Explanation, summary="Why")
def explain_event(
    request: HttpRequest,
    customer_id: CustomerId,
    event: Annotated[str, Path(max_length=200, description="The event's id, or its `seq`.")],
    source: Annotated[
        str, Query("", max_length=200, description="Whose id it is, where several use the same.")
    ] = "",
    language: Spoken = None,
) -> types.Explanation:
    """The event decided again with a reason for every rule, and compared with what was recorded."""
    caller = caller_at(request, "customers:read")
    found = events_named(looked_at(caller, customer_id, "api.explain"), event, source)
    if len(found) > 1:
        raise stop("ambiguous_event", "Name its source.")
    explained = explain(found[0].customer_id, found[0].seq, language_at(request, language)) if found else None
    if explained is None:
        raise stop("unknown_event")
    return answers.explanation(explained)


@router.get("/customers/{customer_id}/looks", response=types.LookPage, summary="Who looked at a customer")
def read_looks(
    request: HttpRequest, customer_id: CustomerId, cursor: Cursor = "", limit: Limit = 50
) -> types.LookPage:
    caller = caller_at(request, "admin", is_for_stores=False)
    before = read_cursor(cursor, int)[0] if cursor else None
    page = people.looks(customer_id=customer_at(caller, customer_id), before=_bounded(before), limit=limit)
    return types.LookPage(
        [types.Look(one.at, one.person_id, one.person_name, one.page) for one in page.entries],
        write_cursor(page.before) if page.before else None,
    )


@router.post(
    "/customers/{customer_id}/export",
    summary="A person's file",
    openapi_extra={
        "responses": {
            200: {
                "description": "Everything that is known of the person.",
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def export_customer(request: HttpRequest, customer_id: CustomerId, language: Spoken = None) -> HttpResponse:
    """Everything that is known of one person, as JSON files in a zip: what the law lets them ask for."""
    caller = caller_at(request, "admin", is_for_stores=False)
    found = customer_at(caller, customer_id)
    content = person_file(found, language_at(request, language), clock.now())
    record(caller.actor, "customer.exported", "customer", str(found))
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="customer-{found}.zip"'},
    )


@router.post("/customers/{customer_id}/unmerge", response=types.Unmerged, summary="Undo a merger")
def unmerge_customer(request: HttpRequest, customer_id: UnmergedId, body: UnmergeBody) -> types.Unmerged:
    """The record of this id was merged into another one and is somebody else: what is left of what it had brought goes
    back to it with its dates, and its identifiers find it again. What was bought since stays where it was bought."""
    caller = caller_at(request, "customers:merge", is_for_stores=False)
    with transaction.atomic():
        done = unmerge(customer_id, body.reason, by=caller.author, at=clock.now())
        if isinstance(done, UnknownCustomer):
            raise stop("unknown_customer")
        if isinstance(done, Refused):
            raise stop(done.code.value)
        record(
            caller.actor,
            "customer.separated",
            "customer",
            str(done.survivor),
            after={"absorbed": str(customer_id)},
        )
    return types.Unmerged(done.survivor, done.absorbed)


@router.post("/customers/{customer_id}/erase", response=types.Erased, summary="Erase a person")
def erase_customer(request: HttpRequest, customer_id: CustomerId) -> types.Erased:
    """Destroys the key of their personal data; what they bought and earned stays, without a name. Cannot be undone.
    Somebody in a household or a company leaves it first, with nothing."""
    caller = caller_at(request, "admin", is_for_stores=False)
    done = erase(customer_at(caller, customer_id), caller.actor, clock.now())
    if isinstance(done, AccountNotEmpty):
        raise stop("account_not_empty", "Everybody leaves an account before it is erased.")
    if done is None:
        raise stop("unknown_customer")
    return answers.erased(done)


def _check_known(caller: Caller, *identifiers: str | None) -> None:
    """A store's key writes new customers, and those of its own store."""
    kinds = ("card", "external", "phone", "email")
    for kind, value in zip(kinds, identifiers, strict=True):
        found = customers.by_subject(f"{kind}:{value}") if value else None
        if isinstance(found, UUID):
            customer_at(caller, found)


def _bounded(number: int | None) -> int | None:
    return None if number is None else max(0, min(number, 2**62))
