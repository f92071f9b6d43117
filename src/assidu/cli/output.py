"""How every command speaks.

With `--json`: exactly one JSON object on standard output, everything else on standard error. Without: text for a
person. Exit status: 0 done, 1 the answer is no, 2 misuse.

    def verify(json: JsonFlag = False) -> None:
        output = Output(json)
        with output.progress("Folding customers", total=2469) as advance:
            advance(1)
        output.answer({"customers": 2469, "differences": 0}, "2469 customers, no difference")
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from assidu.cli.speech import decimal, number
from assidu.cli.speech import gettext as _

JsonFlag = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on standard output.")]

EXIT_NO = 1
EXIT_MISUSE = 2
LINE_EVERY_SECONDS = 10.0

Advance = Callable[[int], None]


class Refused(Exception):
    """The command cannot do it, for a reason the person can act upon; exit status 1."""

    exit_code = EXIT_NO

    def __init__(self, message: str, advice: str = "", code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.code = code


class Misuse(Refused):
    """The command was asked something that makes no sense; exit status 2."""

    exit_code = EXIT_MISUSE

    def __init__(self, message: str, advice: str = "", code: str = "misuse") -> None:
        super().__init__(message, advice, code)


class Output:
    """One command's voice."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._errors = Console(stderr=True, highlight=False)
        self._words = Console(highlight=False, soft_wrap=True)
        self._rename: Callable[[str], None] = lambda _: None

    def say(self, message: str) -> None:
        """Something on the way, on standard error."""
        self._errors.print(message, markup=False)

    def answer(self, result: Mapping[str, Any], text: RenderableType = "", *, is_yes: bool = True) -> None:
        """The result: the JSON object, or the text; ends the command with status 1 when the answer is no."""
        if self.as_json:
            sys.stdout.write(json.dumps(result, ensure_ascii=False, default=_plain) + "\n")
            sys.stdout.flush()
        elif text:
            self._words.print(text, markup=False)
        if not is_yes:
            raise typer.Exit(EXIT_NO)

    def rename(self, description: str) -> None:
        """Say on the line of what is going on what is known of it by now."""
        self._rename(description)

    @contextmanager
    def progress(self, description: str, total: int | None = None) -> Iterator[Advance]:
        """A bar with rate and time left on a terminal; a line every ten seconds elsewhere."""
        if not self._errors.is_terminal:
            with self._lines(description, total) as advance:
                yield advance
            return
        columns = [
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        ]
        with Progress(*columns, console=self._errors) as bar:
            task = bar.add_task(description, total=total, rate="")
            began = time.monotonic()
            done = 0
            self._rename = lambda words: bar.update(task, description=words)

            def advance(steps: int = 1) -> None:
                nonlocal done
                done += steps
                elapsed = time.monotonic() - began
                bar.update(task, advance=steps, rate=f"{done / elapsed:,.0f}/s" if elapsed > 0.5 else "")

            yield advance

    @contextmanager
    def _lines(self, description: str, total: int | None) -> Iterator[Advance]:
        began = time.monotonic()
        next_line = began + LINE_EVERY_SECONDS
        done = 0
        so_far = description

        def rename(words: str) -> None:
            """The first time at once: somebody waits for it."""
            nonlocal so_far, next_line
            if so_far == description:
                next_line = began
            so_far = words

        self._rename = rename

        def advance(steps: int = 1) -> None:
            nonlocal done, next_line
            done += steps
            if time.monotonic() > next_line:
                next_line = time.monotonic() + LINE_EVERY_SECONDS
                self.say(f"{so_far}: {_so_far(done, total, time.monotonic() - began)}")

        yield advance
        seconds = decimal(time.monotonic() - began)
        if total == 1:  # one thing to do: its count would say nothing
            self.say(_("%(what)s: done in %(seconds)s s") % {"what": description, "seconds": seconds})
        else:
            self.say(
                _("%(what)s: %(count)s in %(seconds)s s")
                % {"what": description, "count": number(done), "seconds": seconds}
            )


def report_failure(error: Refused, as_json: bool) -> None:
    """Say why a command stopped."""
    console = Console(stderr=True, highlight=False)
    console.print(error.message, markup=False, style="bold red")
    if error.advice:
        console.print(error.advice, markup=False)
    if as_json:
        answer = {"error": {"code": error.code, "message": error.message, "advice": error.advice}}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _so_far(done: int, total: int | None, elapsed: float) -> str:
    rate = done / elapsed if elapsed else 0.0
    figures = {"done": number(done), "total": number(total or 0), "rate": number(round(rate))}
    if not total:
        return _("%(done)s, %(rate)s/s") % figures
    if not rate:
        return _("%(done)s of %(total)s") % figures
    return _("%(done)s of %(total)s, %(rate)s/s, %(seconds)s s left") % (
        figures | {"seconds": number(round((total - done) / rate))}
    )


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Path() | UUID() | Decimal():
            return str(value)
        case Enum():
            return value.value
        case set() | frozenset() | tuple():
            return list(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
