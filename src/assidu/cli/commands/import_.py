"""`assidu import`: files of other systems, each with the mapping that explains it."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from assidu.backoffice.reject_details import fault_told
from assidu.backoffice.sentences import reject_sentence
from assidu.cli.database import database
from assidu.cli.output import Advance, JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import decimal, gettext_noop, ngettext, number, rooms_speak
from assidu.cli.speech import gettext as _
from assidu.connectors.actions import ImportOrder, import_files
from assidu.connectors.files.mapping import CLOUD_EVENTS, Format, Mapping, MappingError
from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.files.reading import EXTENSIONS
from assidu.connectors.imports.types import AnotherImport, NoProgramme, Pair, Report, SetAside
from assidu.economics.actions import keep_sums
from assidu.foundation import clock
from assidu.foundation.settings import current_settings
from assidu.measurement.actions import keep_months

PHASES = {
    "Reading": gettext_noop("Reading the files, rows"),
    "Finding customers": gettext_noop("Finding whose tickets these are"),
    "Deciding": gettext_noop("Deciding the events of customers"),
    "Writing": gettext_noop("Writing events"),
    "Trying": gettext_noop("Trying events"),
    "Adding up the months": gettext_noop("Adding up the months"),
    "Adding up what is owed": gettext_noop("Adding up what is owed"),
    "Preparing the year": gettext_noop("Preparing the year's files, steps"),
    "What is due by now": gettext_noop("Deciding what is due by now"),
}
"""What a phase is called for a person; any other is the name of a mapping, whose records are written."""
RECORDS: dict[str, Callable[[int], str]] = {
    "store": lambda count: ngettext("%(n)s store", "%(n)s stores", count),
    "product": lambda count: ngettext("%(n)s product", "%(n)s products", count),
    "price": lambda count: ngettext("%(n)s price", "%(n)s prices", count),
    "rate": lambda count: ngettext("%(n)s rate", "%(n)s rates", count),
    "promotion": lambda count: ngettext(
        "%(n)s line of the calendar of promotions", "%(n)s lines of the calendar of promotions", count
    ),
    "cost": lambda count: ngettext("%(n)s cost", "%(n)s costs", count),
    "margin": lambda count: ngettext("%(n)s margin", "%(n)s margins", count),
    "customer": lambda count: ngettext("%(n)s customer", "%(n)s customers", count),
    "account": lambda count: ngettext("%(n)s person in an account", "%(n)s people in accounts", count),
}


def command(
    file: Annotated[Path | None, typer.Argument(help="CSV, JSON Lines or Parquet.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="What its columns mean; events in JSON Lines need none.")
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option(help="FILE=MAPPING, as often as there are files: history is merged by time."),
    ] = None,
    programme: Annotated[str | None, typer.Option(help="The programme, where there are several.")] = None,
    catch_up: Annotated[
        bool,
        typer.Option(
            help="Decide what became due since, up to now; --no-catch-up when more history follows."
        ),
    ] = True,
    processes: Annotated[int | None, typer.Option(min=1, max=64, help="As many as there are cores.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check everything, write nothing.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Take what other systems exported: stores, products, prices, rates, promotions, customers, events; twice does no
    harm."""
    output = Output(json)
    with database(output) as found:
        order = ImportOrder(
            _pairs(file, mapping, pair or []), clock.now(), programme, catch_up, dry_run, processes
        )
        report = run_import(order, found.url, output)
    output.answer(report.as_json(), words(report), is_yes=not report.differences)


def run_import(order: ImportOrder, url: str, output: Output) -> Report:
    """The import with its progress; what is the person's business comes out as a refusal."""
    try:
        with Phases(output, is_rehearsal=order.is_dry_run) as phases:
            report = import_files(order, url, current_settings(), phases.watch)
            if order.catches_up and not order.is_dry_run:
                phases.add_up(order.at.astimezone(current_settings().zone).date())
            return report
    except MappingError as error:
        raise Refused(
            str(error), _("docs/reference/mapping.md explains mapping files."), "mapping"
        ) from error
    except AnotherImport as error:
        raise Refused(
            _("Another import is at work on this database."), _("Wait for it."), "another_import"
        ) from error
    except NoProgramme as error:
        raise Refused(str(error), code="no_programme") from error


class Phases:
    """One progress bar for each phase of the import, one after the other. A rehearsal writes nothing, and does not
    say that it does."""

    def __init__(self, output: Output, *, is_rehearsal: bool = False) -> None:
        self._output = output
        self._is_rehearsal = is_rehearsal
        self._stack = ExitStack()
        self._bar: AbstractContextManager[Advance] | None = None
        self._advance: Callable[[int], None] | None = None
        self._phase = ""
        self._done = 0

    def __enter__(self) -> "Phases":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def say(self, message: str) -> None:
        """Something between two phases."""
        self._stack.close()
        self._phase, self._advance = "", None
        self._output.say(message)

    def add_up(self, today: date) -> None:
        """What the screens would add up while somebody waits."""
        keep_months(today, partial(self.watch, "Adding up the months"))
        keep_sums(clock.now(), partial(self.watch, "Adding up what is owed"))

    def watch(self, phase: str, done: int, total: int) -> None:
        if phase != self._phase:
            self._stack.close()
            known = PHASES.get("Trying" if self._is_rehearsal and phase == "Writing" else phase)
            words = _(known) if known else _("Taking in the records of %(mapping)s") % {"mapping": phase}
            self._advance = self._stack.enter_context(self._output.progress(words, total))
            self._phase, self._done = phase, 0
        if self._advance is not None and done > self._done:
            self._advance(done - self._done)
            self._done = done


def words(report: Report) -> str:
    """The report for a person."""
    read = [
        ngettext("%(n)s row read", "%(n)s rows read", report.rows) % {"n": number(report.rows)},
        ngettext("%(n)s event", "%(n)s events", report.events) % {"n": number(report.events)},
        *(RECORDS[name](count) % {"n": number(count)} for name, count in report.records.items()),
    ]
    lines = [", ".join(read)]
    if report.not_meant:
        lines.append(
            ngettext(
                "%(n)s row is not what its mapping takes: left out",
                "%(n)s rows are not what their mapping takes: left out",
                report.not_meant,
            )
            % {"n": number(report.not_meant)}
        )
    recorded = {
        "n": number(report.recorded),
        "anonymous": number(report.anonymous),
        "known": number(report.exists),
    }
    lines.append(
        _("To be recorded: %(n)s (without a customer: %(anonymous)s); known already: %(known)s") % recorded
        if report.is_dry_run
        else _("Recorded: %(n)s (without a customer: %(anonymous)s); known already: %(known)s") % recorded
    )
    if report.refused_before:
        lines.append(_("Refused by an earlier import: %(n)s") % {"n": number(report.refused_before)})
    if report.ticks:
        lines.append(_("Expiries and reviews decided on the way: %(n)s") % {"n": number(report.ticks)})
    if report.undrawn:
        lines.append(
            ngettext(
                "%(n)s ticket met a draw and was not drawn: it is from before the draw was opened, or it is over",
                "%(n)s tickets met a draw and were not drawn: they are from before it was opened, or it is over",
                report.undrawn,
            )
            % {"n": number(report.undrawn)}
        )
    lines += _aside(report)
    if report.tries_takeovers_only:
        lines.append(
            _(
                "Not tried: what the programme refuses of other events than takeovers. It depends on the records that "
                "came along, and a dry run writes none: import those, then try the events alone."
            )
        )
    lines += _left_out(report)
    lines += [
        _("DIFFERENCE %(file)s: %(what)s: %(stated)s stated, %(posted)s posted")
        % {
            "file": d.file,
            "what": _total_said(d.what),
            "stated": number(d.stated),
            "posted": number(d.posted),
        }
        for d in report.differences
    ]
    speed = {"seconds": decimal(report.seconds), "rate": number(round(report.events_per_second))}
    lines.append(_("%(seconds)s s, %(rate)s events/s") % speed)
    return "\n".join(lines)


def _aside(report: Report) -> list[str]:
    """How many were set aside and why, the first of them by file and row, and where the others are."""
    count = report.set_aside.total()
    if not count:
        return []
    lines = [ngettext("%(n)s set aside:", "%(n)s set aside:", count) % {"n": number(count)}]
    with rooms_speak():
        for code, times in report.set_aside.most_common():
            lines.append(f"  {number(times):>8}  {reject_sentence(code)} ({code})")
        lines += [f"    {_where(one)}" for one in report.first_aside]
    if count > len(report.first_aside):
        lines.append("    …")
    if not report.is_dry_run:
        lines.append(
            _("  All of them: on the screen, Settings, System, Set aside; for programs, GET /v1/rejects.")
        )
    return lines


def _where(one: SetAside) -> str:
    """`tickets.csv, row 12: amount: no number`."""
    place = _("%(file)s, row %(row)s") % {"file": one.file, "row": number(one.row)}
    return _("%(place)s: %(fault)s") % {
        "place": place,
        "fault": fault_told(reject_sentence(one.code), one.detail),
    }


TOTALS = (
    (re.compile(r"members"), gettext_noop("members")),
    (re.compile(r"(?P<currency>.+): total"), gettext_noop("%(currency)s: total")),
    (
        re.compile(r"(?P<currency>.+): issued in (?P<month>.+)"),
        gettext_noop("%(currency)s: issued in %(month)s"),
    ),
    (re.compile(r"tier (?P<tier>.+)"), gettext_noop("status %(tier)s")),
)
"""Which control total does not agree, as the report names it, and in words."""


def _total_said(what: str) -> str:
    for pattern, said in TOTALS:
        if found := pattern.fullmatch(what):
            return _(said) % found.groupdict()
    return what


def _left_out(report: Report) -> list[str]:
    """Which fields were not taken over into profiles, and why."""
    lines = [_("Left out of profiles:")] if report.fields_left_out else []
    for told, count in report.fields_left_out.most_common():
        field, _colon, code = told.partition(": ")
        column = report.columns.get(field, field)
        place = (
            field
            if column == field
            else _("%(field)s (column %(column)s)") % {"field": field, "column": column}
        )
        with rooms_speak():
            fault = reject_sentence(code)
        lines.append(f"  {number(count):>8}  " + _("%(place)s: %(fault)s") % {"place": place, "fault": fault})
    return lines


def _pairs(file: Path | None, mapping: Path | None, written: Sequence[str]) -> list[Pair]:
    pairs: list[Pair] = []
    if file is not None:
        pairs.append(_pair(file, mapping))
    elif mapping is not None:
        raise Misuse(_("--mapping explains a FILE: name it."))
    for one in written:
        left, sign, right = one.rpartition("=")
        if not sign or not left or not right:
            raise Misuse(_("%(text)r is not FILE=MAPPING.") % {"text": one})
        pairs.append(_pair(Path(left), Path(right)))
    if not pairs:
        raise Misuse(_("Name a FILE, or --pair FILE=MAPPING."))
    return pairs


def _pair(file: Path, mapping: Path | None) -> Pair:
    if not file.is_file():
        raise Misuse(_("There is no file %(file)s.") % {"file": file})
    known: Mapping = CLOUD_EVENTS
    if mapping is None:
        if EXTENSIONS.get(file.suffix.lower(), Format.JSONL) is not Format.JSONL:
            raise Misuse(
                _("%(file)s has columns: a mapping must say what they mean.") % {"file": file},
                _("Name it with --mapping; docs/reference/mapping.md explains how one is written."),
                "mapping_needed",
            )
    else:
        try:
            known = read_mapping(mapping)
        except MappingError as error:
            raise Refused(
                str(error), _("docs/reference/mapping.md explains mapping files."), "mapping"
            ) from error
    return Pair(file, known)
