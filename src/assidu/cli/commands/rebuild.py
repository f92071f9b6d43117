"""`assidu rebuild`: everything that is kept must follow from what was recorded."""

import time
from typing import Annotated

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output
from assidu.cli.speech import decimal, number
from assidu.cli.speech import gettext as _
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import rebuild
from assidu.loyalty.rebuild import Difference, Verification

SHOWN_MAX = 50


def command(
    verify: Annotated[bool, typer.Option("--verify", help="Only compare; write nothing.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many processes; all cores by default.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Fold what was recorded and compare balances, lots, counters, statuses and places with it.

    Without --verify, what differs is shown and then put right; exit status 1 when something differs in the end.
    """
    output = Output(json)
    began = time.monotonic()
    with database(output) as found:
        result = _verify(found.url, processes, output)
        repaired = 0
        if result.differences and not verify:
            for line in _lines(result):
                output.say(line)
            repaired = rebuild.repair(found.owner_url, result.found)
            output.say(_("Customers or places put right: %(n)s; looking again") % {"n": number(repaired)})
            result = _verify(found.url, processes, output)
        people.record(
            COMMAND_LINE,
            "rebuild.verified",
            after={"events": result.events, "differences": result.differences, "repaired": repaired},
        )
    seconds = time.monotonic() - began
    answer = {
        "customers": result.customers,
        "events": result.events,
        "postings": result.postings,
        "differences": result.differences,
        "repaired": repaired,
        "found": [_as_json(difference) for difference in result.found],
        "seconds": round(seconds, 3),
    }
    figures = {
        "customers": number(result.customers),
        "events": number(result.events),
        "postings": number(result.postings),
        "seconds": decimal(seconds),
        "n": number(result.differences),
    }
    verdict = _("differences: %(n)s") if result.differences else _("no difference")
    counted = _(
        "%(customers)s customers, %(events)s events and %(postings)s postings folded in %(seconds)s s: "
        "%(verdict)s"
    )
    text = "\n".join([*_lines(result), counted % {**figures, "verdict": verdict % figures}])
    output.answer(answer, text, is_yes=not result.differences)


def _verify(url: str, processes: int | None, output: Output) -> Verification:
    with output.progress(_("Folding customers"), total=rebuild.customer_count(url)) as advance:
        return rebuild.verify(url, processes=processes, on_progress=advance)


def _lines(result: Verification) -> list[str]:
    lines = [
        _("✗ %(whose)s: %(what)s is %(stored)s, should be %(expected)s")
        % {
            "whose": difference.customer_id or _("shared"),
            "what": difference.what,
            "stored": difference.stored,
            "expected": difference.expected,
        }
        for difference in result.found[:SHOWN_MAX]
    ]
    if result.differences > len(lines):
        lines.append(
            _("… and %(n)s more (--json lists up to %(most)s)")
            % {"n": number(result.differences - len(lines)), "most": number(rebuild.TOLD_MAX)}
        )
    return lines


def _as_json(difference: Difference) -> dict[str, object]:
    return {
        "customer": difference.customer_id,
        "what": difference.what,
        "stored": difference.stored,
        "expected": difference.expected,
        "repairable": difference.is_repairable,
    }
