"""`assidu simulate`: what the programme would have done."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from assidu.cli.commands.replaying import CURRENT, RECORDED, amount, replayed, version_named
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.published import chosen
from assidu.cli.speech import decimal, gettext_noop, number, rooms_speak
from assidu.cli.speech import gettext as _
from assidu.cli.versions import LIVE, version_in
from assidu.economics.workbook.simulated import simulated_workbook
from assidu.foundation.tables import as_csv
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import plan_book, programmes, published_plans
from assidu.measurement.queries import has_invented
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.reading import read
from assidu.simulation.findings import Findings, findings
from assidu.simulation.tables import tables
from assidu.simulation.types import Cause, Report

AS_DECIDED = "as-decided"
CAUSES = {
    Cause.PLAN.value: gettext_noop("another plan"),
    Cause.CLAIM.value: gettext_noop("a shared place went to somebody else"),
    Cause.CORRECTION.value: gettext_noop("a correction found nothing left to take"),
    Cause.MERGE.value: gettext_noop("a merged record had something else"),
    Cause.ACCOUNT.value: gettext_noop("who entered or left an account brought or took something else"),
    Cause.CALENDAR.value: gettext_noop("a birthday or an anniversary that nobody told then"),
    Cause.UNFUNDED_BURN.value: gettext_noop("something was used that this plan had not given"),
    Cause.UNEXPLAINED.value: gettext_noop("unexplained"),
}


def command(
    plan: Annotated[
        str,
        typer.Option(
            help="`as-decided`, `live` (the version in force), a version, or a file in YAML or JSON."
        ),
    ] = AS_DECIDED,
    against: Annotated[
        str,
        typer.Option(
            help="What it is compared with: `current` (the version in force, replayed too: what a change alone does), "
            "the number of a version, or `recorded` (what really happened). Left out: `current` for a file, else "
            "`recorded`."
        ),
    ] = "",
    programme: Annotated[str, typer.Option(help="Needed when there is more than one.")] = "",
    processes: Annotated[int, typer.Option(help="How many; as many as cores when left out.", min=0)] = 0,
    excel: Annotated[Path | None, typer.Option(help="A workbook.")] = None,
    csv: Annotated[Path | None, typer.Option(help="A folder: a file for each table behind.")] = None,
    json: JsonFlag = False,
) -> None:
    """Replay real history through the programme's own rules: as it was decided, or under another plan."""
    output = Output(json)
    with database(output):
        recorded = plan_book(_programme(programme))
        assert recorded is not None, "a programme that is listed has a version"
        document = _document(plan, recorded)
        book = None if document is None else PlanBook.of_one(compile_plan(document))
        version = _version(against, plan, recorded)
        found = replayed(output, recorded, book, version, processes=processes)
        told = document or published_plans(recorded.programme)[-1].document
        beside = findings(found.compared or found.report, told, version)
        if csv is not None:
            csv.mkdir(parents=True, exist_ok=True)
            for table in tables(beside):
                (csv / f"{table.name}.csv").write_text(as_csv(table), encoding="utf-8", newline="")
        if excel is not None:
            with rooms_speak():
                decimals = told.sale_currency.decimals
                excel.write_bytes(simulated_workbook([plan], [beside], decimals, has_invented=has_invented()))
    answer = found.report
    result = {**as_json(answer, plan), "against": version}
    if found.compared is not None:
        is_yes = beside.unexplained == 0
        output.answer(
            {**result, "compared": msgspec.to_builtins(beside)},
            _compared(answer, beside, plan),
            is_yes=is_yes,
        )
        return
    is_yes = answer.unexplained == 0 and (book is not None or not answer.differences)
    output.answer({**result, "compared": None}, _text(answer, plan), is_yes=is_yes)


def _programme(wanted: str) -> str:
    known = programmes()
    if not known:
        raise Refused(
            _("No programme has been published yet."),
            _("`assidu plan publish FILE`, or `assidu demo`."),
            "no_plan",
        )
    if wanted and wanted not in known:
        raise Misuse(
            _("There is no programme %(name)r: %(known)s.") % {"name": wanted, "known": ", ".join(known)},
            code="unknown_programme",
        )
    if not wanted and len(known) > 1:
        raise Misuse(
            _("Say which programme: --programme %(known)s.") % {"known": ", ".join(known)},
            code="which_programme",
        )
    return wanted or known[0]


def _version(against: str, plan: str, recorded: PlanBook) -> int | None:
    """The version to compare with; ``None``: with what really happened."""
    if not against:
        is_file = plan != AS_DECIDED and version_in(plan) is None
        against = CURRENT if is_file else RECORDED
    if against == RECORDED:
        return None
    if plan == AS_DECIDED:
        raise Misuse(
            _("What was decided is compared with what was recorded, and with nothing else."),
            _("Leave out --against, or say --plan %(words)s or a file.") % {"words": LIVE},
            code="nothing_to_compare",
        )
    return version_named(against, recorded)


def _document(plan: str, recorded: PlanBook) -> Document | None:
    """The plan to replay under; ``None`` to decide as it was decided."""
    if plan == AS_DECIDED:
        return None
    if version_in(plan) is not None:
        return chosen(published_plans(recorded.programme), plan).document
    path = Path(plan)
    if not path.is_file():
        raise Misuse(
            _("There is no file %(file)s.") % {"file": plan},
            _("--plan takes a file, %(words)s.") % {"words": f"{AS_DECIDED}, {LIVE}, 1, 2…"},
            "no_such_file",
        )
    reading = read(path.read_text(encoding="utf-8"))
    if reading.document is None:
        raise Misuse(
            "\n".join(str(problem) for problem in reading.problems),
            _("`assidu plan check` tells more."),
            "bad_plan",
        )
    return reading.document


def as_json(answer: Report, plan: str) -> dict[str, Any]:
    """The report beside what really happened with, per currency, what came out; `differences` counts events that did
    something else."""
    built: dict[str, Any] = msgspec.to_builtins(answer)
    return {
        "plan": plan,
        **built,
        "currencies": built["replayed"],
        "differences": sum(answer.differences.values()),
        "causes": built["differences"],
    }


def _compared(answer: Report, beside: Findings, plan: str) -> str:
    lines = [_head(answer, plan), *compared_lines(beside), *_draws(answer)]
    if beside.unexplained:
        lines.append(
            _("  %(n)s differences cannot be explained: report them.") % {"n": number(beside.unexplained)}
        )
    return "\n".join(lines)


def compared_lines(beside: Findings) -> list[str]:
    """What the change alone does."""
    lines = [
        _("  Beside version %(version)s over the same past: cost %(change)s (%(before)s to %(after)s)")
        % {
            "version": beside.against,
            "change": amount(beside.cost_minor.change),
            "before": number(round(beside.cost_minor.before / 100)),
            "after": number(round(beside.cost_minor.after / 100)),
        },
        _("  Customers who get more: %(winners)s; less: %(losers)s")
        % {"winners": number(beside.winner_count), "losers": number(beside.loser_count)},
    ]
    words = {
        "issued": _("issued"),
        "used": _("used"),
        "expired": _("expired"),
        "outstanding": _("outstanding"),
    }
    before, after = _("version %(version)s") % {"version": beside.against}, _("tried")
    lines.append(f"  {'':<12} {'':<14} {before:>12} {after:>12}")
    for currency in beside.currencies:
        for name, word in words.items():
            units = getattr(currency, name)
            lines.append(
                f"  {currency.currency:<12} {word:<14} {number(units.before):>12} {number(units.after):>12}"
                f" {_units(units.change):>12}"
            )
    return lines


def _units(change: int) -> str:
    return number(0) if not change else ("+" if change > 0 else "−") + number(abs(change))


def _head(answer: Report, plan: str) -> str:
    return _("%(sales)s sales of %(customers)s customers decided again (%(plan)s), %(seconds)s s") % {
        "sales": number(answer.sales),
        "customers": number(answer.customers),
        "plan": plan,
        "seconds": decimal(answer.seconds),
    }


def _draws(answer: Report) -> list[str]:
    return [
        _("  Draw %(draw)s: %(entries)s entries of %(members)s members, %(prizes)s prizes at %(cost)s")
        % {
            "draw": code,
            "entries": number(draw.entries),
            "members": number(draw.members),
            "prizes": number(draw.prizes),
            "cost": decimal(draw.cost_minor / 100),
        }
        for code, draw in answer.draws.items()
    ]


def _text(answer: Report, plan: str) -> str:
    lines = [_head(answer, plan)]
    for currency, flow in answer.replayed.items():
        was = answer.recorded.get(currency)
        figures = (
            (_("issued"), flow.issued),
            (_("used"), flow.used),
            (_("expired"), flow.expired),
            (_("outstanding"), flow.outstanding),
        )
        line = "  ".join([f"  {currency:<12}", *(f"{word} {number(units):>12}" for word, units in figures)])
        if was:
            line += "   " + _("(issued then %(n)s)") % {"n": number(was.issued)}
        lines.append(line)
    lines += _draws(answer)
    if answer.differences:
        causes = ", ".join(f"{_(CAUSES.get(c, c))} {number(n)}" for c, n in answer.differences.items())
        lines.append(_("  Events that did something else: %(causes)s") % {"causes": causes})
    else:
        lines.append(_("  No difference with the ledger."))
    for customer, seq, cause in answer.examples:
        if cause == "unexplained":
            lines.append(
                _("  Unexplained: customer %(customer)s, event %(seq)s") % {"customer": customer, "seq": seq}
            )
    return "\n".join(lines)
