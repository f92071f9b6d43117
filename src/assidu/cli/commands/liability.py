"""`assidu liability`: what the programme owes, month by month; closing months; the journal."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from assidu.backoffice.views.studio import owed
from assidu.cli import published
from assidu.cli.marking import marked
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.printing import printing
from assidu.cli.speech import decimal, gettext_noop, number, pgettext, rooms_speak
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as terminal_language
from assidu.economics import actions, queries
from assidu.economics.bridge import Bridge
from assidu.economics.closed import ClosedMonth
from assidu.economics.documents import SENTENCES, in_full, policy_yaml, read_policy
from assidu.economics.moved import cost_moved
from assidu.economics.owed_by_tier import tiers_owed
from assidu.economics.tables import currencies_of, journal_table, liability_tables, tiers_table
from assidu.economics.types import LINES, Liability, NotClosed, Trouble, View
from assidu.economics.views import CurrencyView, MonthView, TriangleView, liability_view, triangle_view
from assidu.economics.words import MONEY as MONEY_WORDS
from assidu.economics.words import REVENUE, line_in_words
from assidu.economics.workbook.liability import liability_workbook
from assidu.foundation import clock
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.tables import Table, as_csv
from assidu.measurement.queries import has_invented
from assidu.plans.wording import language_of, placed_problem

app = typer.Typer(no_args_is_help=True)

Programme = Annotated[str, typer.Option(help="Needed when there is more than one.")]
Month = Annotated[str, typer.Option("--month", help="As 2026-10.", show_default=False)]

TROUBLES = {
    Trouble.NOTHING_YET: (gettext_noop("Nothing has happened yet: there is no month to close."), ""),
    Trouble.NOT_OVER: (gettext_noop("%(month)s is not over yet."), ""),
    Trouble.NOT_NEXT: (
        gettext_noop("Months are closed in their order: the next one is %(month)s."),
        gettext_noop("--through closes several."),
    ),
    Trouble.ALREADY_CLOSED: (
        gettext_noop("It is closed already, and stays so; the next one is %(month)s."),
        gettext_noop("What is corrected falls in the open month."),
    ),
    Trouble.NOT_CAUGHT_UP: (
        gettext_noop("Something was due in %(month)s and is not decided yet (members: %(count)s)."),
        gettext_noop("`assidu tick`, then again."),
    ),
    Trouble.BUSY: (
        gettext_noop("Events of %(month)s kept arriving while it was closed."),
        gettext_noop("Again, later."),
    ),
}


@app.callback()
def liability() -> None:
    """What the programme owes, month by month; close months, export the journal."""


@app.command()
def show(
    month: Month = "",
    csv: Annotated[Path | None, typer.Option(help="A folder: what is behind the figures, as CSV.")] = None,
    excel: Annotated[Path | None, typer.Option(help="A workbook whose formulas live.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="The page of the studio, as a file to send.")] = None,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """What is outstanding and what it will cost at a month's end (the last one that is over), and how it got there."""
    output = Output(json)
    wanted = _month(month)
    with published.versions(output, programme) as plans:
        found = queries.liability(plans[-1].document.programme, clock.now())
        view = liability_view(found, wanted)
        if wanted is not None and view.month is None:
            raise Misuse(_("Nothing had happened yet in %(month)s.") % {"month": month}, code="unknown_month")
        is_marked = has_invented()
        state = found.latest if wanted is None else found.at(wanted)
        tiers = (
            () if state is None else tiers_owed(state.figures, queries.tiers(found.programme, state.month))
        )
        if pdf is not None:
            with printing(found.programme) as known:
                pdf.write_bytes(owed.paper(known, found, wanted))
    if csv is not None and view.month is not None:
        _write(csv, [*liability_tables(found), tiers_table(view.month.month, tiers, found.decimals)])
    if excel is not None:
        with rooms_speak():
            excel.write_bytes(liability_workbook(found, has_invented=is_marked))
    output.answer(
        {**msgspec.to_builtins(view), "tiers": msgspec.to_builtins(tiers), "has_invented": is_marked},
        _("Nothing has happened yet.")
        if view.month is None
        else marked(_month_text(view.month, found), is_marked),
    )


@app.command()
def close(
    month: Month = "",
    through: Annotated[str, typer.Option(help="Close every month until this one, as 2026-10.")] = "",
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """Close the oldest open month for good: what is learnt later falls in the next one."""
    output = Output(json)
    wanted, last = _month(month), _month(through)
    if wanted is not None and last is not None:
        raise Misuse(_("Say --month or --through, not both."), code="month_and_through")
    closed: list[ClosedMonth] = []
    with published.versions(output, programme) as plans:
        code = plans[-1].document.programme
        try:
            while not closed or (last is not None and closed[-1].month < last):
                closed.append(actions.close_month(code, wanted, by=COMMAND_LINE, at=clock.now()))
        except NotClosed as refused:
            what, advice = TROUBLES[refused.trouble]
            figures = {
                "month": f"{refused.month:%Y-%m}" if refused.month else "",
                "count": number(refused.count),
            }
            done = "".join(f"{one.month:%Y-%m} " for one in closed)
            before = _("Closed: %(months)s") % {"months": done} + "\n" if closed else ""
            raise Refused(
                before + _(what) % figures, _(advice) if advice else "", refused.trouble.value
            ) from None
        money = queries.liability(code, clock.now())
        is_marked = has_invented()
    output.answer(
        {
            "programme": code,
            "has_invented": is_marked,
            "closed": [
                {
                    "month": one.month,
                    "liability_minor": one.figures.liability_minor,
                    "deferred_revenue_minor": one.figures.deferred_minor,
                    "entries": len(one.entries),
                    "hash": one.hash,
                }
                for one in closed
            ],
        },
        marked(
            "\n".join(
                _("%(month)s is closed: %(amount)s owed, at cost (HT).")
                % {"month": f"{one.month:%Y-%m}", "amount": _amount(one.figures.liability_minor, money)}
                for one in closed
            ),
            is_marked,
        ),
    )


@app.command()
def journal(
    month: Month = "",
    view: Annotated[View | None, typer.Option(help="That of the settings unless said otherwise.")] = None,
    csv: Annotated[Path | None, typer.Option(help="A file: one row for each line.")] = None,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """The entries of closed months: what changed since the month before, with stable references."""
    output = Output(json)
    wanted = _month(month)
    with published.versions(output, programme) as plans:
        code = plans[-1].document.programme
        found = queries.liability(code, clock.now())
        chosen = view or found.policy.books
        entries = queries.journal(code, [wanted] if wanted else (), chosen)
        is_marked = has_invented()
        if wanted is not None and not any(one.is_closed for one in found.months if one.month == wanted):
            raise Refused(
                _("%(month)s is not closed: it has no entries yet.") % {"month": month},
                "`assidu liability close`",
                "not_closed",
            )
    table = journal_table(entries, found.decimals)
    if csv is not None:
        csv.write_text(as_csv(table), encoding="utf-8", newline="")
    lines = [
        f"{line.account:<8}{_amount(line.debit_minor, found) if line.debit_minor else '':>16}"
        f"{_amount(line.credit_minor, found) if line.credit_minor else '':>16}   {entry.reference}"
        for entry in entries
        for line in entry.lines
    ]
    output.answer(
        {
            "programme": code,
            "view": chosen.value,
            "money": found.sale_currency,
            "entries": msgspec.to_builtins(entries),
            "has_invented": is_marked,
        },
        marked("\n".join(lines), is_marked) if lines else _("No month is closed yet."),
    )


@app.command()
def triangle(
    currency: Annotated[str, typer.Option(help="The first that is outstanding, when left out.")] = "",
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """What was used of each issue month by age, the chain ladder of it, and how past estimates turned out."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        found = queries.liability(plans[-1].document.programme, clock.now())
        is_marked = has_invented()
    known = currencies_of(found)
    if currency and currency not in known:
        raise Misuse(
            _("There is no currency %(name)r: %(known)s.") % {"name": currency, "known": ", ".join(known)},
            code="unknown_currency",
        )
    view = triangle_view(found, currency or next(iter(known), ""))
    output.answer(
        {"programme": found.programme, "triangle": msgspec.to_builtins(view), "has_invented": is_marked},
        _("No month is over yet.") if view is None else marked(_triangle_text(view), is_marked),
    )


@app.command()
def settings(
    file: Annotated[
        Path | None, typer.Argument(help="YAML or JSON; shown when left out.", show_default=False)
    ] = None,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """What units cost, who pays a part, and the account numbers; a file sets them for the months that are open."""
    output = Output(json)
    spoken = language_of(terminal_language())
    with published.versions(output, programme) as plans:
        code = plans[-1].document.programme
        if file is not None:
            if not file.is_file():
                raise Misuse(_("There is no file %(file)s.") % {"file": file}, code="no_such_file")
            codes = tuple(one.code for plan in plans for one in plan.document.currencies)
            document, problems = read_policy(file.read_bytes(), tuple(dict.fromkeys(codes)))
            if document is None:
                told = "\n".join(placed_problem(one, spoken, SENTENCES) for one in problems)
                raise Refused(told, code="bad_settings")
            actions.set_policy(code, document, by=COMMAND_LINE, at=clock.now())
        found = queries.policy(code)
    output.answer({"programme": code, "settings": in_full(found)}, policy_yaml(found).rstrip())


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Misuse(
            _("%(text)r is not a month: write 2026-10.") % {"text": text}, code="bad_month"
        ) from None


def _write(folder: Path, tables: Iterable[Table]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        (folder / f"{table.name}.csv").write_text(as_csv(table), encoding="utf-8", newline="")


def _amount(minor: int, found: Liability) -> str:
    return f"{decimal(minor / 10**found.decimals, found.decimals)} {found.sale_currency}"


def _month_text(one: MonthView, found: Liability) -> str:
    state = _("closed") if one.is_closed else pgettext("month", "open") if one.is_over else _("not over")
    lines = [
        _("%(month)s (%(state)s): %(cost)s owed at cost (HT); %(revenue)s of revenue deferred (HT, IFRS 15)")
        % {
            "month": f"{one.month:%Y-%m}",
            "state": state,
            "cost": _amount(one.liability_minor, found),
            "revenue": _amount(one.deferred_revenue_minor, found),
        }
    ]
    told = found.at(one.month)
    assert told is not None, "a month that is told is there"
    since, until = one.month - timedelta(days=1), one.until
    with rooms_speak():
        lines.append(
            cost_moved(
                [told.figures], f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}", lambda minor: _amount(minor, found)
            )
        )
        lines.append(_bridge_line(one.bridge, found))
        for currency in one.currencies:
            lines += ["", *_currency_lines(currency, found)]
    return "\n".join(lines)


def _bridge_line(one: Bridge, found: Liability) -> str:
    if one.spared_minor < 0:
        said = _(
            "%(face)s at face value (TTC) - %(unused)s never used + %(spared)s that it costs more = %(cost)s (HT)"
        )
    else:
        said = _(
            "%(face)s at face value (TTC) - %(unused)s never used - %(spared)s that it costs less = %(cost)s (HT)"
        )
    return said % {
        "face": _amount(one.face_minor, found),
        "unused": _amount(one.unused_minor, found),
        "spared": _amount(abs(one.spared_minor), found),
        "cost": _amount(one.cost_minor, found),
    }


def _currency_lines(one: CurrencyView, found: Liability) -> list[str]:
    rate = "" if one.rate is None else f"{decimal(100 * one.rate)} %"
    lines = [_("%(currency)s, used in the end: %(rate)s") % {"currency": one.currency, "rate": rate or "-"}]
    is_entry = one.currency in found.entries
    for name in ("opening", *LINES, "closing"):
        units = getattr(one.units, name)
        if units or name in ("opening", "closing"):
            lines.append(f"  {number(units):>14}  {line_in_words(name, is_entry=is_entry)}")
    lines += [
        f"  {_amount(getattr(one.money, name), found):>14}  {words}" for name, words in MONEY_WORDS.items()
    ]
    lines += _within(one.liability_low_80_minor, one.liability_high_80_minor, found)
    if one.revenue.closing_minor:
        lines.append(f"  {_amount(one.revenue.closing_minor, found):>14}  {REVENUE['closing_minor']}")
        lines += _within(one.deferred_low_80_minor, one.deferred_high_80_minor, found)
    return lines


def _within(low: int | None, high: int | None, found: Liability) -> list[str]:
    if low is None or high is None:
        return []
    ends = {"low": _amount(low, found), "high": _amount(high, found)}
    return [_("  in 4 cases of 5 between %(low)s and %(high)s") % ends]


def _triangle_text(view: TriangleView) -> str:
    lines = [
        _("%(currency)s at the end of %(month)s: used of each issue month, by age")
        % {"currency": view.currency, "month": f"{view.month:%Y-%m}"}
    ]
    for row in view.rows:
        error = "" if row.error is None else f" ± {number(round(row.error))}"
        used = "".join(f"{number(units):>10}" for units in row.used)
        lines.append(f"{row.month:%Y-%m}{used}   → {number(round(row.ultimate))}{error}")
    shares = "".join(f"{100 * share:>9.1f}%" for share in view.shares)
    lines += ["", _("of what is issued, used by each age:"), f"       {shares}"]
    for one in view.hindsight:
        lines.append(
            _("%(month)s: of what has ended since, %(expected)s expected to be used, %(used)s were")
            % {
                "month": f"{one.month:%Y-%m}",
                "expected": number(round(one.expected)),
                "used": number(one.used),
            }
        )
    return "\n".join(lines)
