"""`assidu plan library`: ready programmes to start from, listed, shown, and tried on the recorded past."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from assidu.cli.output import JsonFlag, Misuse, Output
from assidu.cli.speech import decimal, ngettext, number
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as terminal_language
from assidu.cli.versions import LIVE
from assidu.plans.library import ReadyProgramme, for_programme, library
from assidu.plans.wording import Language, describe, language_of, text_in

if TYPE_CHECKING:
    from assidu.simulation.types import Report

app = typer.Typer(no_args_is_help=True)

LanguageFlag = Annotated[
    Language | None,
    typer.Option("--language", help="The language of the sentences; that of the terminal."),
]
Code = Annotated[str, typer.Argument(help="As `assidu plan library list` says.", show_default=False)]


@app.callback()
def plan_library() -> None:
    """Ready programmes to start from."""


@app.command(name="list")
def list_command(language: LanguageFlag = None, json: JsonFlag = False) -> None:
    """The programmes there are, and what each is for."""
    spoken = _spoken(language)
    told = [_told(ready, spoken) for ready in library().values()]
    text = "\n".join(f"{one['code']:<16} {one['name']}\n{'':<16} {one['purpose']}" for one in told)
    Output(json).answer({"programmes": told}, text)


@app.command()
def show(code: Code, language: LanguageFlag = None, json: JsonFlag = False) -> None:
    """Print one programme as YAML, to be saved and changed; with `--json` also in sentences."""
    ready, spoken = _ready(code), _spoken(language)
    if not json:
        # Not through the console: a file comes out as it was written, whatever the width of the terminal.
        sys.stdout.write(ready.yaml)
        return
    described = describe(ready.document, spoken)
    sentences = [line.sentence for section in described.sections for line in section.lines]
    Output(json).answer(
        {**_told(ready, spoken), "opening": described.opening, "sentences": sentences, "yaml": ready.yaml}
    )


@app.command(name="try")
def try_command(
    code: Code,
    against: Annotated[
        str,
        typer.Option(
            help="What it is compared with: `current` (the version in force, replayed too), the number of a version, "
            "or `recorded` (what really happened)."
        ),
    ] = "current",
    programme: Annotated[str, typer.Option(help="Needed when there is more than one.")] = "",
    processes: Annotated[int, typer.Option(help="How many; as many as cores when left out.", min=0)] = 0,
    json: JsonFlag = False,
) -> None:
    """Decide the recorded past again under one programme: what it would have given; nothing is written."""
    from assidu.cli import published

    ready, output = _ready(code), Output(json)
    with published.versions(output, programme) as plans:
        # Only now: these need a database and Django.
        from assidu.cli.commands.replaying import replayed, version_named
        from assidu.cli.commands.simulate import as_json, compared_lines
        from assidu.loyalty.book import PlanBook
        from assidu.loyalty.plans import book_of
        from assidu.plans.compile import compile_plan
        from assidu.simulation.findings import findings

        recorded = book_of(plans)
        version = version_named(against, recorded)
        tried = for_programme(ready, published.chosen(plans, LIVE).document)
        book = PlanBook.of_one(compile_plan(tried))
        found = replayed(output, recorded, book, version, processes=processes)
    answer = found.report
    beside = None if found.compared is None else findings(found.compared, tried, version)
    result = {
        "code": code,
        "since": answer.since,
        "until": answer.until,
        **as_json(answer, code),
        "against": version,
        "compared": None if beside is None else msgspec.to_builtins(beside),
    }
    told = [_gave(ready, answer), *([] if beside is None else compared_lines(beside))]
    output.answer(result, "\n".join(told), is_yes=(beside or answer).unexplained == 0)


def _ready(code: str) -> ReadyProgramme:
    ready = library().get(code)
    if ready is None:
        raise Misuse(
            _("The library has no programme %(code)r: %(known)s.")
            % {"code": code, "known": ", ".join(library())},
            code="unknown_programme",
        )
    return ready


def _gave(ready: ReadyProgramme, answer: "Report") -> str:
    """What it would have given, currency by currency."""
    spoken = _spoken(None)
    lines = [
        _("%(name)s: %(sales)s sales of %(customers)s customers, %(since)s to %(until)s, %(seconds)s s")
        % {
            "name": text_in(ready.name, spoken),
            "sales": number(answer.sales),
            "customers": number(answer.customers),
            "since": answer.since,
            "until": answer.until,
            "seconds": decimal(answer.seconds),
        }
    ]
    lines += [
        f"  {currency:<16} {_('issued')} {number(flow.issued):>12}  {_('expired')} {number(flow.expired):>12}"
        f"  {_('outstanding')} {number(flow.outstanding):>12}"
        for currency, flow in answer.replayed.items()
        if ready.document.currency(currency) is not None
    ]
    lines += [
        "  "
        + ngettext(
            "%(n)s member holds %(status)s at the end", "%(n)s members hold %(status)s at the end", now
        )
        % {"n": number(now), "status": tier}
        for tier, (_then, now) in answer.tiers.items()
        if now
    ]
    return "\n".join(lines)


def _spoken(language: Language | None) -> Language:
    return language or language_of(terminal_language())


def _told(ready: ReadyProgramme, spoken: Language) -> dict[str, Any]:
    return {
        "code": ready.code,
        "name": text_in(ready.name, spoken),
        "purpose": text_in(ready.purpose, spoken),
        "rules": len(ready.document.rules),
        "currencies": [currency.code for currency in ready.document.currencies],
    }
