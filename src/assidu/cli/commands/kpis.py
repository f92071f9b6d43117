"""`assidu kpis`: the programme's key figures, as the dashboard shows them."""

from datetime import date, datetime
from typing import Annotated

import msgspec
import typer

from assidu.cli import published
from assidu.cli.marking import marked
from assidu.cli.output import JsonFlag, Misuse, Output
from assidu.cli.speech import decimal, ngettext, number
from assidu.cli.speech import gettext as _
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.loyalty.plans import book_of
from assidu.measurement.kpis import kpis
from assidu.measurement.periods import DEFAULT, Named, Period, period_between, period_of
from assidu.measurement.types import Kpis


def command(
    period: Annotated[Named, typer.Option(help="Until today.")] = DEFAULT,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Instead of --period.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Included.")] = None,
    programme: Annotated[str, typer.Option(help="Needed when there is more than one.")] = "",
    json: JsonFlag = False,
) -> None:
    """Members, sales with a card, what was issued, used, expired and is outstanding, month by month."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        now = clock.now()
        plan = book_of(plans).at(now)
        document = next(one.document for one in plans if one.version == plan.version)
        today = local_day(now, plan.zone)
        chosen = _period(period, since and since.date(), until and until.date(), today)
        found = kpis(plan, document.sale_currency.code, chosen, today)
    text = _text(found, document.sale_currency.decimals)
    output.answer(msgspec.to_builtins(found), marked(text, found.has_invented))


def _period(named: Named, since: date | None, until: date | None, today: date) -> Period:
    if since is None and until is None:
        return period_of(named, today)
    chosen = period_between(since, until, today)
    if chosen is None:
        raise Misuse(_("The period ends before it begins."), code="bad_period")
    return chosen


def _text(found: Kpis, decimals: int) -> str:
    now = found.now

    def money(minor: int) -> str:
        return f"{decimal(minor / 10**decimals, decimals)} {found.money}"

    def share(part: float | None, digits: int = 1) -> str:
        return f"{decimal(100 * part, digits)} %" if part is not None else ""

    lines = [
        _("From %(since)s to %(until)s") % {"since": f"{now.since}", "until": f"{now.until}"},
        *(
            f"  {label:<24} {figure:>18}  {note}".rstrip()
            for label, figure, note in (
                (
                    _("Members"),
                    number(now.members),
                    ngettext("%(n)s joined", "%(n)s joined", now.joined) % {"n": number(now.joined)},
                ),
                (_("Active members"), number(now.active), ""),
                (_("Tickets"), number(now.purchases), ""),
                (_("Sales with a card"), money(now.carded_minor), share(now.card_rate)),
                (_("Given, at face value"), money(now.generosity_minor), share(now.generosity, 2)),
            )
        ),
    ]
    for one in now.currencies:
        flows = (
            (_("issued"), one.issued),
            (_("used"), one.used),
            (_("expired"), one.expired),
            (_("outstanding"), one.outstanding),
        )
        lines.append(f"  {one.currency:<16}" + "".join(f"  {word} {number(n):>12}" for word, n in flows))
    lines.append(
        f"  {_('Month'):<8}{_('Members'):>10}{_('Active members'):>17}{_('Sales with a card'):>20}"
        f"{_('Given, at face value'):>28}{_('Outstanding'):>14}"
    )
    for month in now.months:
        lines.append(
            f"  {month.month:%Y-%m} {number(month.members):>10}{number(month.active):>17}"
            f"{money(month.carded_minor):>20}{money(month.generosity_minor):>28}"
            f"{number(month.points_outstanding):>14}"
        )
    return "\n".join(lines)
