"""What was set aside, who did what, the keys themselves, and who may come in."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status
from pydantic import AfterValidator, AwareDatetime, Field

from assidu.api import answers, types
from assidu.api.door import caller_at, stop
from assidu.api.parameters import Cursor, KeyBody, Limit
from assidu.events import queries as events
from assidu.foundation.cursors import read_cursor, write_cursor
from assidu.foundation.people import actions
from assidu.foundation.people import queries as people
from assidu.foundation.people.roles import SCOPES
from assidu.foundation.people.types import Refusal, Refused

router = Router(tags=["Administration"])

ID_MAX = 2**62


def _in_utc(instant: datetime) -> datetime:
    """As every database reads it: an offset may be larger than PostgreSQL takes."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("the instant lies beyond the calendar") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class TrailFilters(Schema):
    """Every part that is given must hold."""

    action: Annotated[str, Field(max_length=60, description="Begins with.")] = ""
    via: Annotated[
        Literal["screen", "key", "command"] | None, Field(description="Which way it was done.")
    ] = None
    person_id: Annotated[UUID | None, Field(description="Who did it.")] = None
    key_id: Annotated[UUID | None, Field(description="With which key.")] = None
    object_id: Annotated[
        str, Field(max_length=80, description="To whom or what: a customer's id, a person's…")
    ] = ""
    since: Annotated[Instant | None, Field(description="From this instant on.")] = None
    until: Annotated[Instant | None, Field(description="Before this instant.")] = None


@router.get("/rejects", response=types.RejectPage, summary="Events that were set aside")
def list_rejects(
    request: HttpRequest,
    code: Annotated[str, Query("", max_length=60)] = "",
    origin: Annotated[str, Query("", max_length=300, description="The file's name, or the route.")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> types.RejectPage:
    """The youngest first. Their content is not kept: it may be personal; source, id and row are."""
    caller_at(request, "admin", is_for_stores=False)
    found, more = events.rejects(code=code, origin=origin, before=_before(cursor), limit=limit)
    rejects = [
        types.Reject(
            one.reject_id, one.at, one.source, one.id, one.origin, one.origin_row, one.code, one.detail
        )
        for one in found
    ]
    return types.RejectPage(rejects, write_cursor(more) if more else None)


@router.get("/audit", response=types.AuditPage, summary="The audit trail")
def read_audit(
    request: HttpRequest, filters: Query[TrailFilters], cursor: Cursor = "", limit: Limit = 50
) -> types.AuditPage:
    """Who did what, the youngest first."""
    caller_at(request, "admin", is_for_stores=False)
    page = people.audit_trail(
        action=filters.action,
        via=filters.via or "",
        person_id=filters.person_id,
        key_id=filters.key_id,
        object_id=filters.object_id,
        since=filters.since,
        until=filters.until,
        before=_before(cursor),
        limit=limit,
    )
    return types.AuditPage(
        [answers.audit_line(one) for one in page.entries], write_cursor(page.before) if page.before else None
    )


@router.get("/keys", response=types.KeyList, summary="API keys")
def list_keys(request: HttpRequest) -> types.KeyList:
    """Without their secrets."""
    caller_at(request, "admin", is_for_stores=False)
    return types.KeyList([answers.key(one) for one in people.api_keys()])


@router.post("/keys", response={201: types.NewKey}, summary="Make a key")
def create_key(request: HttpRequest, body: KeyBody) -> Status[types.NewKey]:
    """Its secret is told once and kept nowhere. It is given no scope that the key which makes it lacks."""
    caller = caller_at(request, "admin", is_for_stores=False)
    made = actions.create_key(body.name, body.scopes, caller.actor, store=body.store)
    if isinstance(made, Refused):
        if made.reason is Refusal.SCOPE_NOT_HELD:
            missing = sorted(set(body.scopes) - people.grantable_scopes(caller.actor))
            raise stop(
                "scope_not_held", f"This key lacks {', '.join(missing)}, and can give no other key more."
            )
        raise stop("unknown_scope", f"Scopes are: {', '.join(SCOPES)}.")
    return Status(201, types.NewKey(answers.key(made[0]), made[1]))


@router.delete("/keys/{key_id}", response=types.Key, summary="Revoke a key")
def revoke_key(request: HttpRequest, key_id: Annotated[UUID, Path()]) -> types.Key:
    """It opens nothing from now on. Revoking twice changes nothing."""
    caller = caller_at(request, "admin", is_for_stores=False)
    if key_id not in {one.id for one in people.api_keys()}:
        raise stop("unknown_key")
    return answers.key(actions.revoke_key(key_id, caller.actor))


@router.get("/people", response=types.SignInList, summary="Who may come in")
def list_people(
    request: HttpRequest,
    role: Annotated[str, Query("", max_length=40, description="Only those with this role.")] = "",
    is_active: Annotated[bool | None, Query(None, description="Only open, or only closed sign-ins.")] = None,
) -> types.SignInList:
    """Everyone with a sign-in, by name."""
    caller_at(request, "admin", is_for_stores=False)
    return types.SignInList([answers.sign_in(one) for one in people.people(role=role, active=is_active)])


@router.post("/people/{person_id}/close", response=types.SignIn, summary="Close a sign-in")
def close_sign_in(request: HttpRequest, person_id: Annotated[UUID, Path()]) -> types.SignIn:
    """Somebody who left is out at once; closing twice changes nothing. Keys that they made are revoked apart. A key
    gives nobody a role and opens no sign-in again: people do that, on the screen or at the command line."""
    caller = caller_at(request, "admin", is_for_stores=False)
    closed = actions.change_access(person_id, None, None, False, caller.actor)
    if isinstance(closed, Refused):
        raise stop(closed.reason.value)
    return answers.sign_in(closed)


def _before(cursor: str) -> int | None:
    return max(0, min(int(read_cursor(cursor, int)[0]), ID_MAX)) if cursor else None
