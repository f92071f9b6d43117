"""`assidu simulate`: what the programme would have done."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.foundation.clock import now
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import plan_book, programmes
from assidu.plans.compile import compile_plan
from assidu.plans.reading import read
from assidu.simulation.run import Progress, simulate
from assidu.simulation.types import Report

AS_DECIDED = "as-decided"
LIVE = "live"


def command(
    plan: Annotated[
        str, typer.Option(help="`as-decided`, `live` (the version in force), or a file in YAML or JSON.")
    ] = AS_DECIDED,
    programme: Annotated[str, typer.Option(help="Needed when there is more than one.")] = "",
    processes: Annotated[int, typer.Option(help="How many; as many as cores when left out.", min=0)] = 0,
    json: JsonFlag = False,
) -> None:
    """Replay real history through the programme's own rules: as it was decided, or under another plan."""
    output = Output(json)
    with database(output) as found:
        recorded = plan_book(_programme(programme))
        assert recorded is not None, "a programme that is listed has a version"
        book = _book(plan, recorded)
        with output.progress("Deciding again") as advance:
            shown = 0

            def follow(progress: Progress) -> None:
                nonlocal shown
                advance(progress.done - shown)
                shown = progress.done

            answer = simulate(found.url, recorded, book, processes=processes or None, on_progress=follow)
    is_yes = answer.unexplained == 0 and (book is not None or not answer.differences)
    output.answer(as_json(answer, plan), _text(answer, plan), is_yes=is_yes)


def _programme(wanted: str) -> str:
    known = programmes()
    if not known:
        raise Refused(
            "No programme has been published yet.", "`assidu plan publish FILE`, or `assidu demo`.", "no_plan"
        )
    if wanted and wanted not in known:
        raise Misuse(f"There is no programme {wanted!r}: {', '.join(known)}.", code="unknown_programme")
    if not wanted and len(known) > 1:
        raise Misuse(f"Say which programme: --programme {', '.join(known)}.", code="which_programme")
    return wanted or known[0]


def _book(plan: str, recorded: PlanBook) -> PlanBook | None:
    """The plan to replay under; ``None`` to decide as it was decided."""
    if plan == AS_DECIDED:
        return None
    if plan == LIVE:
        return PlanBook.of_one(recorded.at(now()))
    path = Path(plan)
    if not path.is_file():
        raise Misuse(
            f"There is no file {plan}.", f"--plan takes a file, {AS_DECIDED} or {LIVE}.", "no_such_file"
        )
    reading = read(path.read_text(encoding="utf-8"))
    if reading.document is None:
        raise Misuse(
            "\n".join(str(problem) for problem in reading.problems),
            "`assidu plan check` tells more.",
            "bad_plan",
        )
    return PlanBook.of_one(compile_plan(reading.document))


def as_json(answer: Report, plan: str) -> dict[str, Any]:
    """The report with, per currency, what came out; `differences` counts events that did something else."""
    built: dict[str, Any] = msgspec.to_builtins(answer)
    return {
        "plan": plan,
        **built,
        "currencies": built["replayed"],
        "differences": sum(answer.differences.values()),
        "causes": built["differences"],
    }


def _text(answer: Report, plan: str) -> str:
    lines = [
        f"{answer.sales:,} sales of {answer.customers:,} customers decided again ({plan}), {answer.seconds} s"
    ]
    for currency, flow in answer.replayed.items():
        was = answer.recorded.get(currency)
        lines.append(
            f"  {currency:<12} issued {flow.issued:>12,}  used {flow.used:>12,}  expired {flow.expired:>12,}"
            f"  outstanding {flow.outstanding:>12,}" + (f"   (issued then {was.issued:,})" if was else "")
        )
    if answer.differences:
        causes = ", ".join(f"{cause} {count:,}" for cause, count in answer.differences.items())
        lines.append(f"  Events that did something else: {causes}")
    else:
        lines.append("  No difference with the ledger.")
    for customer, seq, cause in answer.examples:
        if cause == "unexplained":
            lines.append(f"  Unexplained: customer {customer}, event {seq}")
    return "\n".join(lines)
