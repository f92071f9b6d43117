"""What was set aside, who did what, and the keys themselves."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

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
    request: HttpRequest,
    action: Annotated[str, Query("", max_length=60, description="Begins with.")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> types.AuditPage:
    """Who did what, the youngest first."""
    caller_at(request, "admin", is_for_stores=False)
    page = people.audit_trail(action=action, before=_before(cursor), limit=limit)
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


def _before(cursor: str) -> int | None:
    return max(0, min(int(read_cursor(cursor, int)[0]), ID_MAX)) if cursor else None
