"""`assidu import`: files of other systems, each with the mapping that explains it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from assidu.cli.database import database
from assidu.cli.output import Advance, JsonFlag, Misuse, Output, Refused
from assidu.connectors.actions import ImportOrder, import_files
from assidu.connectors.files.mapping import CLOUD_EVENTS, Mapping, MappingError
from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.imports.types import AnotherImport, NoProgramme, Pair, Report
from assidu.foundation import clock
from assidu.foundation.settings import current_settings
from assidu.measurement.actions import keep_months


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
    """Take what other systems exported: stores, products, customers, events; twice does no harm."""
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
        with Phases(output) as phases:
            report = import_files(order, url, current_settings(), phases.watch)
            if order.catches_up and not order.is_dry_run:
                phases.add_up(order.at.astimezone(current_settings().zone).date())
            return report
    except MappingError as error:
        raise Refused(str(error), "docs/reference/mapping.md explains mapping files.", "mapping") from error
    except AnotherImport as error:
        raise Refused(
            "Another import is at work on this database.", "Wait for it.", "another_import"
        ) from error
    except NoProgramme as error:
        raise Refused(str(error), code="no_programme") from error


class Phases:
    """One progress bar for each phase of the import, one after the other."""

    def __init__(self, output: Output) -> None:
        self._output = output
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

    def watch(self, phase: str, done: int, total: int) -> None:
        if phase != self._phase:
            self._stack.close()
            self._advance = self._stack.enter_context(self._output.progress(phase, total))
            self._phase, self._done = phase, 0
        if self._advance is not None and done > self._done:
            self._advance(done - self._done)
            self._done = done


def words(report: Report) -> str:
    """The report for a person."""
    lines = [
        f"{report.rows:,} rows read: {report.events:,} events"
        + "".join(f", {count:,} {name}s" for name, count in report.records.items())
    ]
    if report.not_meant:
        lines.append(f"{report.not_meant:,} rows not meant for their mapping")
    recorded = "would be recorded" if report.is_dry_run else "recorded"
    lines.append(
        f"{report.recorded:,} {recorded} ({report.anonymous:,} without a customer), {report.exists:,} known"
    )
    if report.refused_before:
        lines.append(f"{report.refused_before:,} refused by an earlier import")
    if report.ticks:
        lines.append(f"{report.ticks:,} expiries and reviews on the way")
    if report.set_aside:
        lines.append(f"{sum(report.set_aside.values()):,} set aside:")
        lines += [f"  {count:>8,}  {code}" for code, count in report.set_aside.most_common()]
    if report.fields_left_out:
        lines.append("Left out of profiles:")
        lines += [f"  {count:>8,}  {what}" for what, count in report.fields_left_out.most_common()]
    lines += [
        f"DIFFERENCE {d.file}: {d.what}: {d.stated:,} stated, {d.posted:,} posted" for d in report.differences
    ]
    lines.append(f"{report.seconds:.1f} s, {report.events_per_second:,.0f} events/s")
    return "\n".join(lines)


def _pairs(file: Path | None, mapping: Path | None, written: Sequence[str]) -> list[Pair]:
    pairs: list[Pair] = []
    if file is not None:
        pairs.append(_pair(file, mapping))
    elif mapping is not None:
        raise Misuse("--mapping explains a FILE: name it.")
    for one in written:
        left, sign, right = one.rpartition("=")
        if not sign or not left or not right:
            raise Misuse(f"{one!r} is not FILE=MAPPING.")
        pairs.append(_pair(Path(left), Path(right)))
    if not pairs:
        raise Misuse("Name a FILE, or --pair FILE=MAPPING.")
    return pairs


def _pair(file: Path, mapping: Path | None) -> Pair:
    if not file.is_file():
        raise Misuse(f"There is no file {file}.")
    known: Mapping = CLOUD_EVENTS
    if mapping is not None:
        try:
            known = read_mapping(mapping)
        except MappingError as error:
            raise Refused(
                str(error), "docs/reference/mapping.md explains mapping files.", "mapping"
            ) from error
    return Pair(file, known)
