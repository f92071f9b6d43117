"""`assidu promotions`: the calendar of other teams' promotions."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from django.db import transaction

from assidu.catalogue import promotions as catalogue
from assidu.cli.catalogue_files import take_file
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.connectors.files.mapping import Target
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import COMMAND_LINE

app = typer.Typer(no_args_is_help=True)

SHOWN = 200
COLUMNS = {
    "first_day": '{ column = "first_day", as = "date" }',
    "last_day": '{ column = "last_day", as = "date" }',
    "percent": '{ column = "percent", as = "number" }',
    "amount_minor": '{ column = "amount_minor", as = "integer" }',
    **{
        name: f'"{{{name}}}"'
        for name in (
            "code", "name", "kind", "first_hour", "last_hour", "stores", "channels", "products", "departments",
            "brands",
        )
    },
}  # fmt: skip
"""A file that calls its columns as we do needs no mapping."""


@app.callback()
def promotions() -> None:
    """Promotions that are not the programme's: an article in one counts as discounted."""


@app.command("import")
def import_calendar(
    file: Annotated[Path, typer.Argument(help="CSV, JSON Lines or Parquet.", show_default=False)],
    mapping: Annotated[
        Path | None,
        typer.Option(help="What its columns mean; none when they are called as in the reference."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Take a calendar. A promotion that it tells replaces what was known under its code; others stay."""
    take_file(file, mapping, Target.PROMOTION, COLUMNS, Output(json))


@app.command("show")
def show(
    day: Annotated[
        str,
        typer.Option(help="What runs on a day, as 2026-03-01; everything when left out.", show_default=False),
    ] = "",
    store: Annotated[str, typer.Option(help="In one store alone.", show_default=False)] = "",
    text: Annotated[
        str, typer.Option(help="A part of a code or name, or an article.", show_default=False)
    ] = "",
    json: JsonFlag = False,
) -> None:
    """What runs when."""
    output = Output(json)
    try:
        begin = datetime.combine(date.fromisoformat(day), time()) if day else None
    except ValueError:
        raise Misuse(_("Write a day as 2026-03-01."), code="bad_day") from None
    with database(output):
        found, _more = catalogue.promotions(
            text=text,
            store=store,
            running_from=begin,
            running_until=begin + timedelta(days=1) if begin else None,
            limit=SHOWN,
        )
    lines = [
        f"{one.code:<20} {one.starts_at:%Y-%m-%d %H:%M} – {one.ends_at:%Y-%m-%d %H:%M}  {_off(one):>9}  {one.name}"
        for one in found
    ]
    output.answer(
        {
            "promotions": [
                {
                    "code": one.code,
                    "name": one.name,
                    "kind": one.kind,
                    "starts_at": one.starts_at,
                    "ends_at": one.ends_at,
                    "lines": one.lines,
                    "articles": one.articles,
                    "departments": one.departments,
                    "brands": one.brands,
                    "stores": one.stores,
                    "channels": one.channels,
                    "percent": None if one.off_bp is None else one.off_bp / 100,
                    "amount_minor": one.off_minor,
                    "told_at": one.told_at,
                    "told_by": one.told_by,
                }
                for one in found
            ]
        },
        "\n".join(lines) or _("Nothing runs."),
    )


@app.command("remove")
def remove(
    code: Annotated[str, typer.Argument(help="Its code in the calendar.", show_default=False)],
    json: JsonFlag = False,
) -> None:
    """Take a promotion out of the calendar. Tickets that came in meanwhile keep what was known of it."""
    output = Output(json)
    with database(output), transaction.atomic():
        if not catalogue.remove_promotion(code):
            raise Refused(
                _("The calendar has no promotion %(code)s.") % {"code": code}, code="unknown_promotion"
            )
        record(COMMAND_LINE, "promotion.removed", "promotion", code)
    output.answer({"code": code}, _("%(code)s is no longer in the calendar.") % {"code": code})


def _off(one: catalogue.KnownPromotion) -> str:
    if one.off_bp is not None:
        return f"-{one.off_bp / 100:g} %"
    return f"-{one.off_minor / 100:.2f}" if one.off_minor is not None else ""
