"""`assidu partners`: what partners are owed for rewards handed over, and closing a statement with one."""

from typing import Annotated

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.foundation import clock
from assidu.foundation.people.types import Actor
from assidu.loyalty import settlements

app = typer.Typer(no_args_is_help=True)


@app.command("owed")
def owed(json: JsonFlag = False) -> None:
    """What is owed to each partner and on no statement yet, in minor units."""
    output = Output(json)
    with database(output):
        found = [settlements.owed(partner) for partner in settlements.partners_owed()]
    listed = [
        {"partner": one.partner, "quantity": one.quantity, "amount_minor": one.amount_minor} for one in found
    ]
    words = "\n".join(f"{one.partner}: {one.quantity}, {one.amount_minor / 100:.2f}" for one in found)
    output.answer({"partners": listed}, words or _("Nothing is owed to any partner."))


@app.command("close")
def close(
    partner: Annotated[str, typer.Argument(help="Its code in the programme.")], json: JsonFlag = False
) -> None:
    """Close a statement with everything that is owed to a partner and on none yet."""
    output = Output(json)
    with database(output):
        try:
            statement = settlements.close_statement(partner, by=Actor(), at=clock.now())
        except settlements.NothingOwed:
            raise Refused(
                _("Nothing is owed to %(partner)s that is not on a statement yet.") % {"partner": partner},
                _("`assidu partners owed` lists them."),
                "nothing_owed",
            ) from None
    output.answer(
        {
            "partner": partner,
            "number": statement.number,
            "quantity": statement.quantity,
            "amount_minor": statement.amount_minor,
        },
        _("Statement no. %(number)s is closed.") % {"number": statement.number},
    )
