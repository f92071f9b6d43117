"""`assidu plan`: a programme's document, checked, compared, read aloud; its versions approved, published, taken back.

Files need no database; what speaks of published versions is imported only when it is asked for.
"""

import json as json_text
import re
import sys
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text as RichText

from assidu.cli.commands import plan_library
from assidu.cli.output import JsonFlag, Misuse, Output
from assidu.cli.speech import decimal, rooms_speak
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as terminal_language
from assidu.cli.versions import LIVE, version_in
from assidu.plans.check import Examination, examine
from assidu.plans.diff import Change, diff
from assidu.plans.document import Document
from assidu.plans.identity import identity
from assidu.plans.notice import against_customers
from assidu.plans.problems import Problem, path_text
from assidu.plans.reading.nodes import BYTES_MAX
from assidu.plans.schema import json_schema
from assidu.plans.wording import Language, change, describe, language_of, placed_problem, problem

if TYPE_CHECKING:
    from assidu.loyalty.plans import PublishedPlan

app = typer.Typer(no_args_is_help=True)
app.add_typer(plan_library.app, name="library", help="Ready programmes to start from.")


class LanguageChoice(StrEnum):
    FR = "fr"
    EN = "en"


SHORT = {
    "nothing": {Language.FR: "Rien ne change.", Language.EN: "Nothing changes."},
    "correct": {
        Language.FR: "{file} : correct, {count} règles",
        Language.EN: "{file}: correct, {count} rules",
    },
    "correct_one": {
        Language.FR: "{file} : correct, {count} règle",
        Language.EN: "{file}: correct, {count} rule",
    },
}
"""`--language` asks for sentences of a programme in another language than the terminal's: these go with them."""

File = Annotated[Path, typer.Argument(help="A programme in YAML or JSON.", show_default=False)]
LanguageFlag = Annotated[
    LanguageChoice | None,
    typer.Option("--language", help="The language of the sentences; else the terminal's."),
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
    nothing = SHORT["nothing"][spoken]
    text = "\n".join(f"- {sentence}" for _change, sentence in told) or nothing
    Output(json).answer(result, text, is_yes=not changes)


@app.command(name="notice")
def notice_command(
    before: Annotated[
        str,
        typer.Argument(help="The programme as promised: a file, `live`, or a version.", show_default=False),
    ],
    after: Annotated[
        str,
        typer.Argument(help="The programme as it will be: a file, `live`, or a version.", show_default=False),
    ],
    language: LanguageFlag = None,
    json: JsonFlag = False,
) -> None:
    """Say what a version takes from customers, to be sent to them; status 1 when it takes something."""
    old, new = _file_or_version(before, language), _file_or_version(after, language)
    spoken = _spoken(language)
    told = [change(found, old, new, spoken) for found in against_customers(old, new)]
    days = old.notice.days if old.notice is not None else 0
    result = {"from": new.valid_from, "notice_days": days, "takes": told}
    sentences = [_("Nothing is taken from customers.")]
    if told:
        sentences = [_("From %(day)s on:") % {"day": new.valid_from}, *(f"- {one}" for one in told)]
        if days:
            sentences.append(_("To be published at least %(n)s days before.") % {"n": days})
    Output(json).answer(result, "\n".join(sentences), is_yes=not told)


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
        live = published.chosen(plans, LIVE).version
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
    what: Annotated[str, typer.Argument(help="A file, or an approved draft.", show_default=False)],
    note: Annotated[str, typer.Option(help="A word for those who will read the history.")] = "",
    on: Annotated[
        str,
        typer.Option(
            "--on",
            "--first-day",
            help="Its first day, instead of the document's `valid_from`, for example 2026-12-01.",
        ),
    ] = "",
    language: LanguageFlag = None,
    json: JsonFlag = False,
) -> None:
    """Put a checked programme into service, from its first day on; status 1 when it cannot be."""
    from assidu.cli import published

    output = Output(json)
    file = Path(what)
    if not file.is_file() and _NAME_OF_DRAFT.fullmatch(what):
        _publish_draft(output, what, note, _day(on))
        return
    document = _document(file, language)
    text = _content(file).decode("utf-8-sig")
    plan, is_new = published.publish_checked(output, document, text, note, _day(on))
    words = (
        _in_force(plan)
        if is_new
        else _("Version %(n)s says the same: nothing was published.") % {"n": plan.version}
    )
    output.answer({**published.as_json(plan), "is_new": is_new}, words)


_NAME_OF_DRAFT = re.compile(r"[0-9a-f-]{4,36}")


def _publish_draft(output: Output, name: str, note: str, first_day: date | None) -> None:
    from assidu.cli import drafting, published

    with drafting.steps(output):
        from assidu.foundation import clock
        from assidu.foundation.people.types import COMMAND_LINE
        from assidu.loyalty import approvals

        found = drafting.draft_named(name)
        written = found.examine().document
        day = first_day or (written.valid_from if written is not None else date.min)
        plan = approvals.publish_draft(found.draft_id, day, at=clock.now(), by=COMMAND_LINE, note=note)
    output.answer({**published.as_json(plan), "is_new": True}, _in_force(plan))


def _in_force(plan: "PublishedPlan") -> str:
    return _("Version %(n)s, in force from %(day)s on.") % {
        "n": plan.version,
        "day": plan.document.valid_from,
    }


DraftName = Annotated[
    str, typer.Argument(help="A draft: its id, or the beginning or end of it.", show_default=False)
]
NoteOption = Annotated[str, typer.Option(help="A word for those who will read the history.")]


@app.command(name="drafts")
def drafts_command(json: JsonFlag = False) -> None:
    """List the versions in preparation."""
    from assidu.cli import drafting

    with drafting.steps(Output(json)):
        from assidu.loyalty import drafts, plans

        known = plans.programmes()
        listed = [drafting.told(one) for one in drafts.open_drafts(known[0] if known else "")]
    lines = [
        f"{one['draft'][-8:]}  {_state(one):<20} " + _("from version %(n)s") % {"n": one["based_on"]}
        for one in listed
    ]
    Output(json).answer({"drafts": listed}, "\n".join(lines) or _("There is no draft."))


def _state(told: dict[str, Any]) -> str:
    from assidu.backoffice.drafting import STATES
    from assidu.loyalty.approvals import DraftState

    with rooms_speak():
        return str(STATES[DraftState(told["state"])][0])


@app.command(name="draft")
def draft_command(draft: DraftName, language: LanguageFlag = None, json: JsonFlag = False) -> None:
    """Say how far a draft has come, what it changes, and every mistake; status 1 when there is one."""
    from assidu.cli import drafting

    spoken = _spoken(language)
    with drafting.steps(Output(json)):
        found = drafting.draft_named(draft)
        result = drafting.told(found)
        examined, live = found.examine(), drafting.live_of(found.programme)
    after = examined.document
    changes = [change(one, live, after, spoken) for one in diff(live, after)] if live and after else []
    result |= {"changes": changes, "errors": [_told(one, spoken) for one in examined.errors]}
    lines = [f"{result['draft']}: {_state(result)}", *(f"- {sentence}" for sentence in changes)]
    lines += [placed_problem(one, spoken) for one in examined.errors]
    Output(json).answer(result, "\n".join(lines), is_yes=examined.is_ok)


@app.command()
def submit(
    what: Annotated[str, typer.Argument(help="A file, or a draft.", show_default=False)],
    simulate: Annotated[
        bool, typer.Option(help="Replay the past first, where its cost is not known.")
    ] = False,
    language: LanguageFlag = None,
    json: JsonFlag = False,
) -> None:
    """Submit a file or a draft: decide who must approve it; status 1 while somebody must."""
    from assidu.cli import drafting

    output = Output(json)
    path = Path(what)
    document = _document(path, language) if path.is_file() else None
    text = _content(path).decode("utf-8-sig") if document is not None else ""
    with drafting.steps(output):
        from assidu.foundation import clock
        from assidu.foundation.people.types import COMMAND_LINE
        from assidu.loyalty import approvals

        draft_id = drafting.kept(text, document) if document else drafting.draft_named(what).draft_id
        found = drafting.draft_named(str(draft_id))
        if simulate:
            drafting.simulate_both(output, found)
        yearly = drafting.yearly_of_draft(found)
        change_a_year = yearly.change if yearly is not None else None
        request = approvals.submit(draft_id, change_a_year, at=clock.now(), by=COMMAND_LINE)
        result = drafting.told(drafting.draft_named(str(draft_id)))
    words = (
        _("%(draft)s: it can be published (%(cause)s).")
        if request.is_approved
        else _("%(draft)s: somebody who did not write it must approve it (%(cause)s).")
    ) % {"draft": draft_id, "cause": request.cause.value}
    output.answer(result, words, is_yes=request.is_approved)


@app.command()
def approve(draft: DraftName, note: NoteOption = "", json: JsonFlag = False) -> None:
    """Approve a draft that was not written at the command line."""
    from assidu.cli import drafting

    with drafting.steps(Output(json)):
        from assidu.foundation import clock
        from assidu.foundation.people.types import COMMAND_LINE
        from assidu.loyalty import approvals

        found = drafting.draft_named(draft)
        approvals.approve(found.draft_id, at=clock.now(), by=COMMAND_LINE, note=note)
        result = drafting.told(drafting.draft_named(str(found.draft_id)))
    Output(json).answer(result, _("%(draft)s: approved.") % {"draft": result["draft"]})


@app.command()
def withdraw(
    version: Annotated[int, typer.Argument(help="A version that has not begun.", show_default=False)],
    note: NoteOption = "",
    programme: ProgrammeFlag = "",
    json: JsonFlag = False,
) -> None:
    """Withdraw a version before it begins: what is in force goes on, under the next number."""
    from assidu.cli import drafting, published

    output = Output(json)
    with published.versions(output, programme) as plans:
        code = plans[-1].document.programme
    with drafting.steps(output):
        from assidu.foundation import clock
        from assidu.foundation.people.types import COMMAND_LINE
        from assidu.loyalty import approvals

        plan = approvals.withdraw(code, version, at=clock.now(), by=COMMAND_LINE, note=note)
    words = _("Version %(n)s is withdrawn: version %(next)s goes on as before.") % {
        "n": version,
        "next": plan.version,
    }
    output.answer(published.as_json(plan), words)


@app.command(name="go-back")
def go_back(
    version: Annotated[int, typer.Argument(help="A version that was in force.", show_default=False)],
    on: Annotated[str, typer.Option(help="From which day on, for example 2026-12-01; today.")] = "",
    note: NoteOption = "",
    programme: ProgrammeFlag = "",
    json: JsonFlag = False,
) -> None:
    """Publish what an earlier version said, under a new number; status 1 while somebody must approve it."""
    from assidu.cli import drafting, published

    output = Output(json)
    day = _day(on)
    with published.versions(output, programme) as plans:
        newest = plans[-1].document
    with drafting.steps(output):
        from assidu.foundation import clock
        from assidu.foundation.people.types import COMMAND_LINE
        from assidu.loyalty import approvals
        from assidu.loyalty.drafts import Draft

        first_day = day or drafting.today_of(newest)
        done = approvals.go_back(
            newest.programme, version, first_day, at=clock.now(), by=COMMAND_LINE, note=note
        )
        result = drafting.told(done) if isinstance(done, Draft) else published.as_json(done)
    if isinstance(done, Draft):
        words = _("%(draft)s: somebody else must approve it.") % {"draft": done.draft_id}
        output.answer(result, words, is_yes=False)
    else:
        output.answer(result, _in_force(done))


@app.command()
def threshold(
    amount: Annotated[
        str, typer.Argument(help="A change of the yearly cost, in the sale currency; `off`; nothing asks.")
    ] = "",
    programme: ProgrammeFlag = "",
    json: JsonFlag = False,
) -> None:
    """Ask, or set, from which change of the yearly cost on a second person must approve a version."""
    from assidu.cli import drafting, published

    output = Output(json)
    with published.versions(output, programme) as plans:
        document = plans[-1].document
    decimals = document.sale_currency.decimals
    minor = _minor(amount, decimals) if amount and amount != "off" else None
    with drafting.steps(output):
        from assidu.foundation import clock
        from assidu.foundation.people.types import COMMAND_LINE
        from assidu.loyalty import approvals
        from assidu.loyalty.needs import threshold_for

        if amount:
            approvals.set_threshold(document.programme, minor, at=clock.now(), by=COMMAND_LINE)
        now = threshold_for(document.programme)
    words = (
        _("One person is enough.")
        if now is None
        else _("%(amount)s %(currency)s a year.")
        % {"amount": decimal(now / 10**decimals, decimals), "currency": document.sale_currency.code}
    )
    output.answer({"programme": document.programme, "yearly_minor": now}, words)


def _minor(text: str, decimals: int) -> int:
    try:
        amount = Decimal(text.replace(",", ".")).scaleb(decimals)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != int(amount):
        raise Misuse(_("%(text)r is not an amount such as 5000.00.") % {"text": text}, code="bad_amount")
    return int(amount)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Misuse(
            _("%(text)r is not a day such as 2026-12-01.") % {"text": text}, code="bad_day"
        ) from None


def _file_or_version(name: str, language: LanguageChoice | None) -> Document:
    """`live` and numbers are published versions; anything else is a file."""
    if version_in(name) is None:
        return _document(Path(name), language)
    from assidu.cli import published

    return published.version_named(Output(False), name).document


def _spoken(language: LanguageChoice | None) -> Language:
    return language_of(language.value if language is not None else terminal_language())


def _content(file: Path) -> bytes:
    """No more of the file than would be refused anyway."""
    try:
        with file.open("rb") as opened:
            return opened.read(BYTES_MAX + 1)
    except OSError as error:
        raise Misuse(
            _("%(file)s cannot be read: %(fault)s") % {"file": file, "fault": error.strerror or error},
            code="unreadable",
        ) from error


def _document(file: Path, language: LanguageChoice | None) -> Document:
    """A document without errors; its mistakes are the business of `check`."""
    examined = examine(_content(file))
    if examined.document is None or not examined.is_ok:
        first = placed_problem(examined.errors[0], _spoken(language))
        raise Misuse(
            f"{file}: {first}",
            _("`assidu plan check %(file)s` tells every mistake.") % {"file": file},
            "invalid_plan",
        )
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
        verdict = SHORT["correct_one" if count == 1 else "correct"][spoken].format(file=file, count=count)
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
