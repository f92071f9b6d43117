"""`assidu plan`: a programme's document, checked, compared, read aloud; its versions listed, exported, published.

Files need no database; what speaks of published versions is imported only when it is asked for.
"""

import json as json_text
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text as RichText

from assidu.cli.output import JsonFlag, Misuse, Output
from assidu.foundation.settings import load_settings
from assidu.plans.check import Examination, examine
from assidu.plans.diff import Change, diff
from assidu.plans.document import Document
from assidu.plans.identity import identity
from assidu.plans.problems import Problem, path_text
from assidu.plans.reading.nodes import BYTES_MAX
from assidu.plans.schema import json_schema
from assidu.plans.wording import Language, change, describe, language_of, placed_problem, problem

app = typer.Typer(no_args_is_help=True)


class LanguageChoice(StrEnum):
    FR = "fr"
    EN = "en"


File = Annotated[Path, typer.Argument(help="A programme in YAML or JSON.", show_default=False)]
LanguageFlag = Annotated[
    LanguageChoice | None,
    typer.Option("--language", help="The language of the sentences; that of the settings."),
]


@app.callback()
def plan() -> None:
    """The programme's document: check it, compare it, read it aloud."""


@app.command()
def check(file: File, language: LanguageFlag = None, json: JsonFlag = False) -> None:
    """Tell every mistake of a programme with its line; status 1 when there is one."""
    examined = examine(_content(file))
    spoken = _spoken(language)
    result: dict[str, Any] = {
        "file": str(file),
        "ok": examined.is_ok,
        "errors": [_told(found, spoken) for found in examined.errors],
        "warnings": [_told(found, spoken) for found in examined.warnings],
    }
    if examined.document is not None:
        result |= {
            "programme": examined.document.programme,
            "rules": len(examined.document.rules),
            "identity": identity(examined.document),
        }
    Output(json).answer(result, _verdict(file, examined, spoken), is_yes=examined.is_ok)


@app.command(name="diff")
def diff_command(
    before: Annotated[
        str,
        typer.Argument(help="The programme as it was: a file, `live`, or a version.", show_default=False),
    ],
    after: Annotated[
        str,
        typer.Argument(help="The programme as it will be: a file, `live`, or a version.", show_default=False),
    ],
    language: LanguageFlag = None,
    json: JsonFlag = False,
) -> None:
    """Say in sentences what changes from one programme to another; status 1 when something does."""
    old, new = _file_or_version(before, language), _file_or_version(after, language)
    changes = diff(old, new)
    spoken = _spoken(language)
    told = [(found, change(found, old, new, spoken)) for found in changes]
    result = {
        "before": str(before),
        "after": str(after),
        "differences": len(changes),
        "changes": [_difference(found, sentence) for found, sentence in told],
    }
    nothing = "Rien ne change." if spoken is Language.FR else "Nothing changes."
    text = "\n".join(f"- {sentence}" for _, sentence in told) or nothing
    Output(json).answer(result, text, is_yes=not changes)


@app.command(name="describe")
def describe_command(file: File, language: LanguageFlag = None, json: JsonFlag = False) -> None:
    """Read a programme aloud: every rule as a sentence."""
    described = describe(_document(file, language), _spoken(language))
    result = {
        "opening": described.opening,
        "sections": [
            {
                "code": section.code,
                "title": section.title,
                "lines": [{"code": line.code, "sentence": line.sentence} for line in section.lines],
            }
            for section in described.sections
        ],
    }
    text = RichText(described.opening + "\n")
    for section in described.sections:
        text.append(f"\n{section.title}\n", style="bold")
        for line in section.lines:
            text.append(f"  {line.sentence}\n")
    text.rstrip()
    Output(json).answer(result, text)


@app.command()
def schema(json: JsonFlag = False) -> None:
    """Print the JSON Schema of the document, for editors."""
    described = json_schema()
    if json:
        Output(json).answer(described)
    else:
        # Not through the console: the schema is for programs, whatever the width of the terminal.
        sys.stdout.write(json_text.dumps(described, ensure_ascii=False, indent=2) + "\n")


ProgrammeFlag = Annotated[str, typer.Option("--programme", help="Needed when there is more than one.")]


@app.command()
def history(programme: ProgrammeFlag = "", language: LanguageFlag = None, json: JsonFlag = False) -> None:
    """The published versions, each with what it changed."""
    from assidu.cli import published

    output = Output(json)
    with published.versions(output, programme) as plans:
        live = published.chosen(plans, published.LIVE).version
    spoken = _spoken(language)
    listed: list[dict[str, Any]] = []
    lines = []
    before: Document | None = None
    for plan in plans:
        changes = [] if before is None else diff(before, plan.document)
        told = [change(found, before, plan.document, spoken) for found in changes] if before else []
        before = plan.document
        is_live = plan.version == live
        listed.append({**published.as_json(plan), "is_live": is_live, "changes": told})
        lines.append(
            f"{'*' if is_live else ' '} {plan.version}  {plan.document.valid_from}  {plan.note}".rstrip()
        )
        lines += [f"     - {sentence}" for sentence in told]
    output.answer({"versions": listed}, "\n".join(lines))


@app.command()
def export(
    version: Annotated[str, typer.Option(help="A number, or `live`.")] = "live",
    programme: ProgrammeFlag = "",
    json: JsonFlag = False,
) -> None:
    """Print one published version as YAML, as it was written."""
    from assidu.cli import published
    from assidu.plans.identity import to_builtins
    from assidu.plans.writing import to_yaml

    output = Output(json)
    with published.versions(output, programme) as plans:
        plan = published.chosen(plans, version)
    if json:
        output.answer({**published.as_json(plan), "document": to_builtins(plan.document)})
    else:
        # Not through the console: a file comes out as it went in, whatever the width of the terminal.
        sys.stdout.write(plan.yaml or to_yaml(plan.document))


@app.command()
def publish(
    file: File,
    note: Annotated[str, typer.Option(help="A word for those who will read the history.")] = "",
    first_day: Annotated[
        str, typer.Option(help="Instead of the document's `valid_from`, for example 2026-12-01.")
    ] = "",
    language: LanguageFlag = None,
    json: JsonFlag = False,
) -> None:
    """Put a checked programme into service, from its first day on; status 1 when it has mistakes."""
    from assidu.cli import published

    output = Output(json)
    document = _document(file, language)
    text = _content(file).decode("utf-8-sig")
    plan, is_new = published.publish_checked(output, document, text, note, _day(first_day))
    words = (
        f"Version {plan.version}, in force from {plan.document.valid_from} on."
        if is_new
        else f"Version {plan.version} says the same: nothing was published."
    )
    output.answer({**published.as_json(plan), "is_new": is_new}, words)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Misuse(f"{text!r} is not a day such as 2026-12-01.", code="bad_day") from None


def _file_or_version(name: str, language: LanguageChoice | None) -> Document:
    """`live` and numbers are published versions; anything else is a file."""
    if name != "live" and not name.isdecimal():
        return _document(Path(name), language)
    from assidu.cli import published

    return published.version_named(Output(False), name).document


def _spoken(language: LanguageChoice | None) -> Language:
    return language_of(language.value if language is not None else load_settings().language)


def _content(file: Path) -> bytes:
    """No more of the file than would be refused anyway."""
    try:
        with file.open("rb") as opened:
            return opened.read(BYTES_MAX + 1)
    except OSError as error:
        raise Misuse(f"{file} cannot be read: {error.strerror or error}", code="unreadable") from error


def _document(file: Path, language: LanguageChoice | None) -> Document:
    """A document without errors; its mistakes are the business of `check`."""
    examined = examine(_content(file))
    if examined.document is None or not examined.is_ok:
        first = placed_problem(examined.errors[0], _spoken(language))
        raise Misuse(f"{file}: {first}", f"`assidu plan check {file}` tells every mistake.", "invalid_plan")
    return examined.document


def _told(found: Problem, spoken: Language) -> dict[str, Any]:
    return {
        "code": found.code,
        "line": found.mark.line if found.mark is not None else None,
        "column": found.mark.column if found.mark is not None else None,
        "path": path_text(found.path),
        "message": problem(found, spoken),
    }


def _verdict(file: Path, examined: Examination, spoken: Language) -> RichText:
    lines = [RichText(placed_problem(found, spoken), style="red") for found in examined.errors]
    lines += [RichText(f"({placed_problem(found, spoken)})", style="yellow") for found in examined.warnings]
    if examined.document is not None and examined.is_ok:
        count = len(examined.document.rules)
        verdict = (
            f"{file} : correct, {count} règles"
            if spoken is Language.FR
            else f"{file}: correct, {count} rules"
        )
        lines.append(RichText(verdict, style="green"))
    return RichText("\n").join(lines)


def _difference(found: Change, sentence: str) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "part": found.part,
        "subject": found.subject,
        "field": found.field,
        "sentence": sentence,
    }
