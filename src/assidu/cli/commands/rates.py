"""`assidu rates`: what other moneys are worth, day by day."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.db import transaction

from assidu.catalogue import rates as catalogue
from assidu.catalogue.rates import ToldRate, is_money
from assidu.cli.catalogue_files import take_file
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output
from assidu.cli.speech import gettext as _
from assidu.cli.speech import ngettext, number
from assidu.connectors.files.mapping import Target
from assidu.decisions.money import Rate
from assidu.foundation import clock
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.settings import current_settings

app = typer.Typer(no_args_is_help=True)

BY = "command"
SHOWN = 40
COLUMNS = {
    "currency": '"{currency}"',
    "day": '{ column = "day", as = "date" }',
    "rate": '"{rate}"',
}
"""A file that calls its columns as we do needs no mapping."""


@app.callback()
def rates() -> None:
    """What one unit of another money is worth in that of the tickets."""


@app.command("set")
def set_rate(
    currency: Annotated[str, typer.Argument(help="CHF, USD…", show_default=False)],
    rate: Annotated[
        str,
        typer.Argument(help="What one unit is worth in the programme's money: 0.9432.", show_default=False),
    ],
    day: Annotated[
        str, typer.Option(help="From which day on, as 2026-03-01; today when left out.", show_default=False)
    ] = "",
    json: JsonFlag = False,
) -> None:
    """Set a rate from a day on. Tickets that were converted keep theirs."""
    output = Output(json)
    read = Rate.of(rate.replace(",", "."))
    if read is None:
        raise Misuse(_("A rate is a decimal above 0: 0.9432."), code="bad_rate")
    if not is_money(currency.upper()):
        raise Misuse(_("A money is three letters: CHF."), code="bad_money")
    try:
        on = date.fromisoformat(day) if day else clock.now().astimezone(current_settings().zone).date()
    except ValueError:
        raise Misuse(_("Write a day as 2026-03-01."), code="bad_day") from None
    told = ToldRate(currency.upper(), on, read)
    with database(output), transaction.atomic():
        count = catalogue.put_rates([told], at=clock.now(), by=BY)
        if count:
            after = {"day": on.isoformat(), "rate": str(read)}
            record(COMMAND_LINE, "rate.set", "money", told.currency, after=after)
    output.answer(
        {"currency": told.currency, "day": on, "rate": str(read), "is_new": bool(count)},
        _("%(currency)s, from %(day)s on: %(rate)s") % {"currency": told.currency, "day": on, "rate": read},
    )


@app.command("import")
def import_rates(
    file: Annotated[Path, typer.Argument(help="CSV, JSON Lines or Parquet.", show_default=False)],
    mapping: Annotated[
        Path | None, typer.Option(help="What its columns mean; none when they are currency, day and rate.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Take the rates of a file. What it says again is not written twice."""
    take_file(file, mapping, Target.RATE, COLUMNS, Output(json))


@app.command("show")
def show(
    currency: Annotated[str, typer.Option(help="Of one money alone.", show_default=False)] = "",
    json: JsonFlag = False,
) -> None:
    """The last rate of each money, and the latest that were set, with who set them."""
    output = Output(json)
    with database(output):
        wanted = currency.upper()
        latest = [one for one in catalogue.latest_rates() if wanted in ("", one.currency)]
        history, _more = catalogue.rates(currency=wanted, limit=SHOWN)
    lines = [
        f"{one.currency}  {one.day}  {one.rate!s:>14}  {one.set_at:%Y-%m-%d %H:%M}  {one.set_by}"
        + ("" if one.is_in_force else "  " + _("(replaced)"))
        for one in history
    ]
    told = ngettext("%(n)s money", "%(n)s moneys", len(latest)) % {"n": number(len(latest))}
    output.answer(
        {
            "latest": [_plain(one) for one in latest],
            "history": [_plain(one) for one in history],
        },
        "\n".join([told, *lines]) if lines else _("No rate is known."),
    )


def _plain(one: catalogue.SetRate) -> dict[str, object]:
    return {
        "currency": one.currency,
        "day": one.day,
        "rate": str(one.rate),
        "set_at": one.set_at,
        "set_by": one.set_by,
        "is_in_force": one.is_in_force,
    }
