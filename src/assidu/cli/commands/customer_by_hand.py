"""`assidu customer correct`, `transfer`, `merge`, `unmerge`, `hold`, `release`: what staff do for one customer."""

from typing import Annotated, Any
from uuid import UUID

import typer
from django.db import transaction

from assidu.cli.by_hand import FormId, Reason, asked_or_told, programme_for, record_by_hand
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output
from assidu.cli.speech import gettext as _
from assidu.cli.speech import number
from assidu.cli.subjects import Subject, customer_named, nobody, refused
from assidu.customers.queries import follow
from assidu.events.types import CorrectionReason
from assidu.events.wire import AMOUNT_MAX, HOLD_MINUTES, HOLD_MINUTES_MAX, hold_address, owner_of_hold
from assidu.foundation import clock
from assidu.foundation.ids import new_id
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import actions, corrections
from assidu.loyalty.corrections import Asked
from assidu.loyalty.entries import Told
from assidu.loyalty.separating import Separated
from assidu.loyalty.separating import unmerge as separate

Quantity = Annotated[int, typer.Argument(min=1, max=AMOUNT_MAX, help="How many units.", show_default=False)]
Currency = Annotated[str, typer.Option(help="Of which currency of the programme.")]


def correct(
    subject: Subject,
    quantity: Quantity,
    reason: Reason,
    take: Annotated[bool, typer.Option("--take", help="Take them away instead of adding them.")] = False,
    currency: Currency = "points",
    reason_code: Annotated[
        CorrectionReason | None, typer.Option(help="Why, in a word that stays when the reason is erased.")
    ] = None,
    id_: FormId = None,
    json: JsonFlag = False,
) -> None:
    """Add to a balance, or take from it; what is worth much waits for a second person."""
    output = Output(json)
    change = -quantity if take else quantity
    with database(output):
        customer_id = customer_named(subject)
        programme = programme_for(customer_id)
        now = clock.now()
        form = id_ or new_id(now)
        outcome = asked_or_told(
            lambda: corrections.correct(
                customer_id, currency, change, reason, reason_code, by=COMMAND_LINE, at=now, programme=programme,
                form=form,
            ),
            programme,
        )  # fmt: skip
    answer = {"customer": customer_id, "currency": currency, "quantity": change, "id": form}
    if isinstance(outcome, Asked):
        _answer_waiting(output, answer)
        return
    balance = outcome.state.available(currency)
    output.answer(
        answer | {"status": "written", "event": outcome.key.id, "balance": balance},
        _("%(change)s %(currency)s written; there are now %(balance)s.")
        % {
            "change": f"{'-' if take else '+'}{number(quantity)}",
            "currency": currency,
            "balance": number(balance),
        },
    )


def transfer(
    subject: Subject,
    to: Annotated[str, typer.Argument(help="Who receives, named the same way.", show_default=False)],
    quantity: Quantity,
    reason: Reason,
    currency: Currency = "points",
    id_: FormId = None,
    json: JsonFlag = False,
) -> None:
    """Give from one member to another, within the programme's limits; what is worth much waits for a second person."""
    output = Output(json)
    with database(output):
        giver, receiver = customer_named(subject), customer_named(to)
        programme = programme_for(giver)
        now = clock.now()
        form = id_ or new_id(now)
        outcome = asked_or_told(
            lambda: corrections.transfer(
                giver, receiver, currency, quantity, reason, by=COMMAND_LINE, at=now, programme=programme, form=form
            ),
            programme,
        )  # fmt: skip
    answer = {"customer": giver, "to": receiver, "currency": currency, "quantity": quantity, "id": form}
    if isinstance(outcome, Asked):
        _answer_waiting(output, answer)
        return
    output.answer(
        answer | {"status": "given", "event": outcome.key.id},
        _("%(n)s %(currency)s given.") % {"n": number(quantity), "currency": currency},
    )


def _answer_waiting(output: Output, answer: dict[str, Any]) -> None:
    said = _("It is worth more than one person may write down alone: a second person decides on it.")
    output.answer(answer | {"status": "waiting"}, f"{said}\n{answer['id']}")


def merge(
    survivor: Annotated[
        str,
        typer.Argument(help="Who stays: an id, or card:…, phone:…, email:…, external:…", show_default=False),
    ],
    absorbed: Annotated[
        str,
        typer.Argument(help="The other record of the same person, named the same way.", show_default=False),
    ],
    reason: Reason,
    json: JsonFlag = False,
) -> None:
    """Make one of two records of the same person; `unmerge` undoes it."""
    output = Output(json)
    with database(output):
        kept, other = customer_named(survivor), customer_named(absorbed)
        outcome = record_by_hand(
            kept,
            "customer.merged",
            lambda customer_id, programme: actions.merge(
                customer_id, other, by=COMMAND_LINE, reason=reason, at=clock.now(), programme=programme
            ),
            {"absorbed": str(other)},
        )
    output.answer(
        {"survivor": kept, "absorbed": other, "event": outcome.key.id}, _("Both records are now one.")
    )


def unmerge(
    absorbed: Annotated[
        UUID, typer.Argument(help="The id of the record that was merged.", show_default=False)
    ],
    reason: Reason,
    json: JsonFlag = False,
) -> None:
    """Undo a merger: what is left of what that record had brought goes back to it."""
    output = Output(json)
    with database(output):
        survivor = follow(absorbed)
        if survivor is None:
            raise nobody()
        programme = programme_for(survivor)
        with transaction.atomic():
            outcome = separate(absorbed, reason, by=COMMAND_LINE, at=clock.now())
            if isinstance(outcome, Separated):
                after = {"absorbed": str(absorbed), "event": outcome.key.id}
                record(COMMAND_LINE, "customer.separated", "customer", str(outcome.survivor), after=after)
        if not isinstance(outcome, Separated):
            raise refused(outcome, programme)
    output.answer(
        {"survivor": outcome.survivor, "absorbed": outcome.absorbed, "event": outcome.key.id},
        _("They are two records again."),
    )


def hold(
    subject: Subject,
    quantity: Quantity,
    currency: Currency = "points",
    minutes: Annotated[int, typer.Option(min=1, max=HOLD_MINUTES_MAX, help="For how long.")] = HOLD_MINUTES,
    store: Annotated[str, typer.Option(help="Where the purchase is to be made.")] = "",
    id_: FormId = None,
    json: JsonFlag = False,
) -> None:
    """Set units aside for a purchase, which names the hold; what it does not use comes back by itself."""
    output = Output(json)
    with database(output):
        outcome = record_by_hand(
            customer_named(subject),
            "hold.placed",
            lambda customer_id, programme: actions.hold(
                customer_id, currency, quantity, minutes, at=clock.now(), programme=programme, store=store,
                event_id=id_,
            ),
            {"currency": currency, "quantity": quantity},
        )  # fmt: skip
        [change] = outcome.decision.holds
        assert change.until is not None, "it has just begun"
    address = hold_address(outcome.customer_id, change.hold)
    output.answer(
        {
            "customer": outcome.customer_id,
            "hold": address,
            "until": change.until,
            "currency": currency,
            "quantity": quantity,
            "event": outcome.key.id,
        },
        _("%(hold)s\n%(n)s %(currency)s are set aside for %(minutes)s minutes.")
        % {"hold": address, "n": number(quantity), "currency": currency, "minutes": number(minutes)},
    )


def release(
    hold: Annotated[str, typer.Argument(help="The hold, as placing it answered.", show_default=False)],
    json: JsonFlag = False,
) -> None:
    """Give up a hold: what was set aside can be used again."""
    output = Output(json)
    owner = owner_of_hold(hold)
    if owner is None:
        raise Misuse(_("This is no hold."), _("Write it as placing it answered: …-….7"), "invalid_hold")
    with database(output):
        customer_id = follow(owner)
        if customer_id is None:
            raise nobody()
        outcome: Told = record_by_hand(
            customer_id,
            "hold.released",
            lambda found, programme: actions.release(found, hold, at=clock.now(), programme=programme),
        )
    output.answer(
        {"customer": outcome.customer_id, "hold": hold, "event": outcome.key.id},
        _("It is released."),
    )
