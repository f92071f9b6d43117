"""`assidu economics`: what the programme should bring, from assumptions that are measured, written or changed; and
what discounts do beside it."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from assidu.backoffice.views.studio import expected
from assidu.cli import published
from assidu.cli.commands.economics_discounts import discounts
from assidu.cli.commands.economics_micro import behaviour, micro
from assidu.cli.marking import marked, marked_yaml
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.printing import printing
from assidu.cli.speech import decimal, number, rooms_speak
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as terminal_language
from assidu.economics import actions, measuring, queries
from assidu.economics.documents import SENTENCES, assumptions_yaml, read_assumptions
from assidu.economics.tables import macro_tables, past_table
from assidu.economics.types import COMPARED_MAX, Assumptions, MacroReport, Past, SavedAssumptions, report
from assidu.economics.words import BASES, FIGURES, STEPS, not_entered_in_words
from assidu.economics.workbook.compared import compared_workbook
from assidu.economics.workbook.macro import macro_workbook
from assidu.economics.workbook.past import past_workbook
from assidu.foundation import clock
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.tables import as_csv
from assidu.measurement.queries import has_invented
from assidu.plans.document import Document
from assidu.plans.wording import language_of, placed_problem

app = typer.Typer(no_args_is_help=True)
sets = typer.Typer(no_args_is_help=True)
app.command("discounts")(discounts)
app.command("micro")(micro)
app.command("behaviour")(behaviour)
app.add_typer(sets, name="assumptions", help="Sets of assumptions: check, measure, save, take away.")

Programme = Annotated[str, typer.Option(help="Needed when there is more than one.")]
File = Annotated[Path, typer.Argument(help="YAML or JSON.", show_default=False)]
Months = Annotated[
    int, typer.Option(help="How many of the latest whole months are looked at.", min=1, max=120)
]


@app.callback()
def economics() -> None:
    """What the programme should bring: the macro model and its assumptions; and what discounts do."""


@app.command()
def macro(
    assumptions: Annotated[
        str, typer.Option(help="A file, or the name of a saved set; else the one saved last, else measured.")
    ] = "",
    excel: Annotated[Path | None, typer.Option(help="A workbook whose formulas live.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="The page of the studio, as a file to send.")] = None,
    csv: Annotated[Path | None, typer.Option(help="A folder: what is behind each chart.")] = None,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """Baseline and incremental sales and margin, what rewards cost, net, break-even, sensitivity, fan."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        document = plans[-1].document
        found = _assumptions(output, document, assumptions)
        is_marked = has_invented()
        if pdf is not None:
            with printing(document.programme) as known:
                pdf.write_bytes(expected.paper(known, found))
    decimals = document.sale_currency.decimals
    answer = report(found, decimals)
    if excel is not None:
        with rooms_speak():
            excel.write_bytes(macro_workbook(found, answer, decimals, has_invented=is_marked))
    if csv is not None:
        csv.mkdir(parents=True, exist_ok=True)
        for table in macro_tables(answer, decimals):
            (csv / f"{table.name}.csv").write_text(as_csv(table), encoding="utf-8", newline="")
    output.answer(
        {
            "programme": document.programme,
            "money": document.sale_currency.code,
            "decimals": decimals,
            "assumptions": msgspec.to_builtins(found),
            "report": msgspec.to_builtins(answer),
            "has_invented": is_marked,
        },
        marked(_text(answer, document), is_marked),
    )


@app.command()
def past(
    months: Months = measuring.PAST_MONTHS,
    csv: Annotated[Path | None, typer.Option(help="A file with the same.")] = None,
    excel: Annotated[Path | None, typer.Option(help="A workbook whose formulas live.")] = None,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """The past, month after month: who bought, how often, for how much, and what will be used of what was given."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        found = measuring.past(plans[-1].document.programme, clock.now(), months=months)
        is_marked = has_invented()
    if csv is not None:
        csv.write_text(as_csv(past_table(found)), encoding="utf-8", newline="")
    if excel is not None:
        with rooms_speak():
            excel.write_bytes(past_workbook(found, has_invented=is_marked))
    output.answer(
        {**msgspec.to_builtins(found), "has_invented": is_marked}, marked(_months(found), is_marked)
    )


@app.command()
def compare(
    names: Annotated[list[str], typer.Argument(help="Two or three saved sets.", show_default=False)],
    excel: Annotated[
        Path | None, typer.Option(help="A workbook in which each set works itself out on its own sheets.")
    ] = None,
    pdf: Annotated[Path | None, typer.Option(help="The page of the studio, as a file to send.")] = None,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """Lay saved sets side by side: they draw the same luck, what differs comes from the assumptions."""
    output = Output(json)
    wanted = list(dict.fromkeys(names))
    if not 2 <= len(wanted) <= COMPARED_MAX:
        raise Misuse(_("Two to %(most)s sets are compared.") % {"most": COMPARED_MAX}, code="how_many_sets")
    with published.versions(output, programme) as plans:
        document = plans[-1].document
        saved = [_saved(document.programme, name) for name in wanted]
        is_marked = has_invented()
        if pdf is not None:
            with printing(document.programme) as known:
                pdf.write_bytes(expected.compared_paper(known, saved))
    decimals = document.sale_currency.decimals
    found = [(one, report(one.document, decimals)) for one in saved]
    if excel is not None:
        with rooms_speak():
            sheets = [(one.document, answer) for one, answer in found]
            excel.write_bytes(compared_workbook(sheets, decimals, has_invented=is_marked))
    output.answer(
        {
            "programme": document.programme,
            "money": document.sale_currency.code,
            "decimals": decimals,
            "sets": [
                {"name": one.name, "version": one.version, "report": msgspec.to_builtins(answer)}
                for one, answer in found
            ],
            "has_invented": is_marked,
        },
        marked("\n\n".join(_text(answer, document) for _one, answer in found), is_marked),
    )


@sets.command("check")
def check(file: File, json: JsonFlag = False) -> None:
    """Say everything that is wrong with a set of assumptions, each with its line."""
    output = Output(json)
    found, problems = read_assumptions(_content(file))
    spoken = language_of(terminal_language())
    told = [placed_problem(one, spoken, SENTENCES) for one in problems]
    output.answer(
        {
            "is_ok": found is not None,
            "problems": [
                {
                    "code": one.code,
                    "path": list(one.path),
                    "line": one.mark.line if one.mark else None,
                    "words": words,
                }
                for one, words in zip(problems, told, strict=True)
            ],
        },
        "\n".join(told) or _("Nothing is wrong with it."),
        is_yes=found is not None,
    )


@sets.command("list")
def list_(programme: Programme = "", json: JsonFlag = False) -> None:
    """The saved sets, the one saved last first."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        found = queries.saved_assumptions(plans[-1].document.programme)
    lines = [
        _("%(name)s, version %(version)s, %(when)s")
        % {"name": one.name, "version": one.version, "when": f"{one.saved_at:%Y-%m-%d %H:%M}"}
        for one in found
    ]
    output.answer({"sets": [_line(one) for one in found]}, "\n".join(lines) or _("No set is saved yet."))


@sets.command("import")
def import_(file: File, programme: Programme = "", json: JsonFlag = False) -> None:
    """Save a set under its name; what was there under it stays as an earlier version."""
    output = Output(json)
    document = _read(file)
    with published.versions(output, programme) as plans:
        code = plans[-1].document.programme
        saved = actions.save_assumptions(code, document, by=COMMAND_LINE, at=clock.now())
    output.answer(
        _line(saved),
        _("Saved as %(name)s, version %(version)s.") % {"name": saved.name, "version": saved.version},
    )


@sets.command("export")
def export(
    name: Annotated[str, typer.Argument(show_default=False)],
    version: Annotated[int, typer.Option(help="The newest when left out.", min=0)] = 0,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """Print a saved set as YAML."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        code = plans[-1].document.programme
        saved = _saved(code, name, version or None)
    output.answer(
        {**_line(saved), "assumptions": msgspec.to_builtins(saved.document)},
        assumptions_yaml(saved.document).rstrip(),
    )


@sets.command("measure")
def measure(
    name: Annotated[str, typer.Option(help="Of the set.")] = "",
    months: Months = measuring.MONTHS,
    save: Annotated[bool, typer.Option("--save", help="Save it, too.")] = False,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """Measure a set from the programme's own past, status by status; what no past can tell is assumed, widely."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        document = plans[-1].document
        found = _measured(output, document, name, months)
        saved = None
        if save:
            saved = actions.save_assumptions(document.programme, found, by=COMMAND_LINE, at=clock.now())
        is_marked = has_invented()
    output.answer(
        {
            "programme": document.programme,
            "version": None if saved is None else saved.version,
            "assumptions": msgspec.to_builtins(found),
            "has_invented": is_marked,
        },
        marked_yaml(assumptions_yaml(found).rstrip(), is_marked),
    )


def _saved(programme: str, name: str, version: int | None = None) -> SavedAssumptions:
    found = queries.assumptions(programme, name, version)
    if found is None:
        raise Misuse(
            _("There is no such set: %(name)s.") % {"name": name},
            _("`assidu economics assumptions list` lists them."),
            "unknown_set",
        )
    return found


def _assumptions(output: Output, document: Document, wanted: str) -> Assumptions:
    if wanted and Path(wanted).is_file():
        return _read(Path(wanted))
    saved = queries.saved_assumptions(document.programme)
    if wanted:
        named = next((one for one in saved if one.name == wanted), None)
        if named is None:
            raise Misuse(
                _("There is neither a file nor a saved set %(name)s.") % {"name": wanted},
                _("`assidu economics assumptions list` lists them."),
                "unknown_set",
            )
        return named.document
    return saved[0].document if saved else _measured(output, document, "", measuring.MONTHS)


def _measured(output: Output, document: Document, name: str, months: int) -> Assumptions:
    spoken = language_of(terminal_language())
    with output.progress(_("Measuring the past"), total=1) as advance:
        found = measuring.measure(
            document.programme, name or _("Measured"), clock.now(), months=months, language=spoken
        )
        advance(1)
    return found


def _read(file: Path) -> Assumptions:
    found, problems = read_assumptions(_content(file))
    if found is None:
        spoken = language_of(terminal_language())
        told = "\n".join(placed_problem(one, spoken, SENTENCES) for one in problems)
        raise Refused(told, code="bad_assumptions")
    return found


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise Misuse(_("There is no file %(file)s.") % {"file": file}, code="no_such_file")
    return file.read_bytes()


def _line(one: SavedAssumptions) -> dict[str, Any]:
    return {"name": one.name, "version": one.version, "saved_at": one.saved_at, "saved_by": one.saved_by}


def _months(found: Past) -> str:
    def told(value: float | None, times: float, digits: int, unit: str = "") -> str:
        return "-" if value is None else decimal(times * value, digits) + unit

    heads = (_("month"), _("members"), _("of them buy"), _("purchases"), _("basket HT"), _("used in the end"))
    lines = ["".join(f"{head:>16}" for head in heads)]
    for one in found.months:
        cells = (
            f"{one.month:%Y-%m}",
            number(one.members),
            told(one.participation, 100, 1, " %"),
            told(one.frequency, 1, 2),
            told(one.basket_minor, 10**-found.decimals, 2),
            told(one.redemption, 100, 1, " %"),
        )
        lines.append("".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines) if found.months else _("No month is whole yet.")


def _text(answer: MacroReport, document: Document) -> str:
    money = document.sale_currency

    def amount(minor: int) -> str:
        return f"{decimal(minor / 10**money.decimals, 0)} {money.code}"

    def percent(rate: float | None) -> str:
        return "-" if rate is None else f"{decimal(100 * rate, 2)} %"

    total = answer.total
    lines = [
        _(
            "%(name)s, %(months)s months: %(measured)s figures measured, %(assumed)s assumed; amounts without VAT (HT)"
        )
        % {
            "name": answer.name,
            "months": len(answer.months),
            "measured": answer.measured,
            "assumed": answer.assumed,
        },
        _("  sales anyway %(sales)s, more %(more)s (%(uplift)s)")
        % {
            "sales": amount(total.baseline_sales_ht_minor),
            "more": amount(total.incremental_sales_ht_minor),
            "uplift": percent(total.uplift),
        },
    ]
    with rooms_speak():
        steps = [(one.amount_minor, str(STEPS[one.name])) for one in answer.waterfall]
        bars = [(bar, str(FIGURES[bar.name]), str(BASES[bar.basis])) for bar in answer.tornado]
    lines += [f"  {amount(minor):>18}  {words}" for minor, words in steps]
    lines.append(f"  {amount(total.net_minor):>18}  " + _("net"))
    lines.append(
        _(
            "  breaks even at %(needed)s more; return on what it costs %(roi)s; paid back from month %(payback)s"
        )
        % {
            "needed": percent(total.break_even_uplift),
            "roi": percent(total.roi),
            "payback": "-" if answer.payback_month is None else number(max(answer.payback_month, 1)),
        }
    )
    if answer.not_entered:
        with rooms_speak():
            lines.append("  " + not_entered_in_words(answer))
    if answer.chances is not None:
        net = answer.chances.net
        lines.append(
            _(
                "  net in 4 cases of 5: %(low)s to %(high)s; a loss in %(loss)s (draws: %(draws)s, seed %(seed)s)"
            )
            % {
                "low": amount(net.p10_minor),
                "high": amount(net.p90_minor),
                "loss": percent(answer.chances.loss),
                "draws": number(answer.chances.draws),
                "seed": answer.chances.seed,
            }
        )
    lines += [
        f"  {amount(bar.net_low_minor):>18} … {amount(bar.net_high_minor):<18} {words} ({basis})"
        for bar, words, basis in bars
    ]
    return "\n".join(lines)
