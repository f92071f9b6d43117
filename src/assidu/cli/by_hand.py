"""What a command does for one customer by hand: the event and its line of the trail, together or not at all."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import typer
from django.db import transaction

from assidu.cli.output import Refused
from assidu.cli.speech import gettext as _
from assidu.cli.subjects import nobody, refused
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty.corrections import Asked, AskedOtherwise
from assidu.loyalty.entries import Conflict, Outcome, Told, UnknownCustomer
from assidu.loyalty.queries import programme_of

REASON_LENGTH_MAX = 1_000


def _said(reason: str) -> str:
    if not 0 < len(reason.strip()) <= REASON_LENGTH_MAX:
        raise typer.BadParameter(_("Say why, in at most %(n)s characters.") % {"n": REASON_LENGTH_MAX})
    return reason.strip()


Reason = Annotated[
    str,
    typer.Option(
        "--reason", help="Why; sealed with the customer's data.", show_default=False, callback=_said
    ),
]
FormId = Annotated[
    UUID | None,
    typer.Option(
        "--id", help="Of this request: said again with the same one, it is done once.", show_default=False
    ),
]


def programme_for(customer_id: UUID) -> str:
    programme = programme_of(customer_id)
    if programme is None:
        raise Refused(_("They are not in the books of a programme."), code="not_a_member")
    return programme


def record_by_hand(
    customer_id: UUID,
    action: str,
    do: Callable[[UUID, str], Outcome],
    after: dict[str, Any] | None = None,
) -> Told:
    """``do`` gets the customer and their programme; ``after`` is what the trail says beside the event."""
    programme = programme_for(customer_id)
    with transaction.atomic():
        outcome = do(customer_id, programme)
        if isinstance(outcome, Told) and outcome.is_new:
            told = {**(after or {}), "event": outcome.key.id}
            record(COMMAND_LINE, action, "customer", str(customer_id), after=told)
    return told_or_stop(outcome, programme)


def asked_or_told(do: Callable[[], Outcome | Asked], programme: str) -> Asked | Told:
    """What is worth more than one person writes down alone waits for a second one."""
    try:
        outcome = do()
    except AskedOtherwise as found:
        outcome = Conflict(found.key)
    return outcome if isinstance(outcome, Asked) else told_or_stop(outcome, programme)


def told_or_stop(outcome: Outcome, programme: str) -> Told:
    match outcome:
        case Told():
            return outcome
        case UnknownCustomer():
            raise nobody()
        case Conflict():
            raise Refused(_("This id is known of something else."), code=outcome.code)
        case _:
            raise refused(outcome, programme)
