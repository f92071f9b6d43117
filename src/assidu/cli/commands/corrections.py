"""`assidu corrections`: what is worth more than one person writes down alone, and the second person's answer."""

from typing import Annotated, Any
from uuid import UUID

import typer
from django.utils import timezone

from assidu.cli.by_hand import told_or_stop
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language, number
from assidu.foundation import clock
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import corrections
from assidu.loyalty.corrections import AskedCorrection, NoLongerWaiting, NotTheirs
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import programmes
from assidu.loyalty.wording import correction_reason
from assidu.plans.wording import language_of

app = typer.Typer(no_args_is_help=True)

CorrectionId = Annotated[
    UUID,
    typer.Argument(metavar="ID", help="As `assidu corrections list` prints it.", show_default=False),
]


@app.callback()
def corrections_() -> None:
    """Corrections and transfers that wait for a second person."""


@app.command("list")
def list_waiting(json: JsonFlag = False) -> None:
    """What waits, the longest waiting first."""
    output = Output(json)
    with database(output):
        found = [one for programme in programmes() for one in corrections.waiting(programme)]
        names = people.names_of(one.asked_by for one in found)
        lines = [_line(one, names) for one in found]
    output.answer({"waiting": [_told(one) for one in found]}, "\n".join(lines) or _("Nothing waits."))


@app.command()
def approve(correction: CorrectionId, json: JsonFlag = False) -> None:
    """Write down what somebody asked for on the screen or by a key; nobody approves what was asked for here."""
    output = Output(json)
    event = _decide(output, correction, is_approved=True)
    output.answer({"id": correction, "status": "written", "event": event}, _("It is written down."))


@app.command()
def refuse(correction: CorrectionId, json: JsonFlag = False) -> None:
    """Say no to what somebody asked for on the screen or by a key: nothing is written."""
    output = Output(json)
    _decide(output, correction, is_approved=False)
    output.answer(
        {"id": correction, "status": "refused", "event": None}, _("It is refused. Nothing was written.")
    )


def _decide(output: Output, correction: UUID, *, is_approved: bool) -> str | None:
    """The id of the event that it has become."""
    with database(output):
        try:
            outcome = corrections.decide(correction, is_approved=is_approved, by=COMMAND_LINE, at=clock.now())
        except NotTheirs:
            raise Refused(
                _("Whoever asked for it does not decide on it."),
                _(
                    "It was asked for at the command line, or by a key that was made there: decide on the screen."
                ),
                "own_work",
            ) from None
        except NoLongerWaiting:
            raise Refused(
                _("Somebody has decided on it already, or nobody asked for it."),
                _("`assidu corrections list` prints what waits."),
                "not_waiting",
            ) from None
        if outcome is None:
            return None
        told: Told = told_or_stop(outcome, programmes()[0])
        return told.key.id


def _told(one: AskedCorrection) -> dict[str, Any]:
    return {
        "id": one.id,
        "customer": one.customer_id,
        "to": one.receiver_id,
        "currency": one.currency,
        "quantity": one.quantity,
        "reason_code": one.reason_code,
        "reason": one.reason,
        "asked_by": one.asked_by,
        "asked_key": one.asked_key,
        "asked_at": one.asked_at,
    }


def _line(one: AskedCorrection, names: dict[UUID, str]) -> str:
    who = (
        one.author.key_name
        if one.asked_key is not None
        else _("the command line")
        if one.asked_by is None
        else names.get(one.asked_by, str(one.asked_by))
    )
    why = ", ".join(
        part for part in (correction_reason(one.reason_code, language_of(language())), one.reason) if part
    )
    change = number(one.quantity) if one.receiver_id or one.quantity < 0 else f"+{number(one.quantity)}"
    to = f" → {one.receiver_id}" if one.receiver_id else ""
    lines = [
        f"{one.id}  {timezone.localtime(one.asked_at):%Y-%m-%d %H:%M}  {who}",
        f"  {change} {one.currency}  {one.customer_id}{to}",
    ]
    return "\n".join([*lines, f"  {why}"] if why else lines)
