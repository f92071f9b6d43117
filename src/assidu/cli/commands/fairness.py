"""`assidu fairness`: who could never have had what a programme gives, and why."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from assidu.catalogue.queries import stores
from assidu.cli import published
from assidu.cli.commands.replaying import following
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output
from assidu.cli.speech import decimal, number
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as terminal_language
from assidu.cli.versions import LIVE, version_in
from assidu.loyalty.plans import plan_book
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.wording import Language, language_of, placed_problem
from assidu.simulation.fairness import fairness
from assidu.simulation.fairness_types import Fairness
from assidu.simulation.fairness_words import Words, share_left_out


def command(
    plan: Annotated[
        str, typer.Option(help="`live` (the version in force), a version, or a file in YAML or JSON.")
    ] = LIVE,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="All that is recorded.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Included.")] = None,
    programme: Annotated[str, typer.Option(help="Needed when there is more than one.")] = "",
    processes: Annotated[int, typer.Option(help="How many; as many as cores when left out.", min=0)] = 0,
    json: JsonFlag = False,
) -> None:
    """Say for each rule and reward who had it, could have, and never could and why; nothing is written."""
    output = Output(json)
    first, last = since.date() if since else None, until.date() if until else None
    if first and last and first > last:
        raise Misuse(_("The period ends before it begins."), code="bad_period")
    spoken = language_of(terminal_language())
    with database(output) as found:
        with published.versions(output, programme) as plans:
            live = published.chosen(plans, LIVE).document
            is_file = version_in(plan) is None
            document = _written(plan, spoken) if is_file else published.chosen(plans, plan).document
        recorded = plan_book(live.programme)
        assert recorded is not None, "a programme in service has a version"
        with output.progress(_("Deciding again")) as advance:
            answer, _standings = fairness(
                found.url,
                recorded,
                compile_plan(document),
                since=first,
                until=last,
                processes=processes or None,
                on_progress=following(advance),
            )
        words = Words(document, spoken, {one.store_id: one.name for one in stores()})
    output.answer(as_json(answer, words, plan), _text(answer, words))


def _written(plan: str, spoken: Language) -> Document:
    path = Path(plan)
    if not path.is_file():
        raise Misuse(
            _("There is no file %(file)s.") % {"file": plan},
            _("--plan takes a file, %(words)s.") % {"words": "live, 1, 2…"},
            "no_such_file",
        )
    examined = examine(path.read_bytes())
    if examined.document is None or not examined.is_ok:
        raise Misuse(
            placed_problem(examined.errors[0], spoken), _("`assidu plan check` tells more."), "bad_plan"
        )
    return examined.document


def as_json(answer: Fairness, words: Words, plan: str) -> dict[str, Any]:
    """Codes for programs, and sentences for people."""
    return {
        "plan": plan,
        "programme": answer.programme,
        "version": answer.version,
        "since": answer.since,
        "until": answer.until,
        "members": answer.members,
        "reached_nothing": answer.reached_nothing,
        "without_contact": answer.without_contact,
        "without_consent": answer.without_consent,
        "consent_unknown": answer.members if answer.consent_unknown is None else answer.consent_unknown,
        "seconds": answer.seconds,
        "lines": [
            {
                "kind": line.kind,
                "code": line.code,
                "name": words.name(line),
                "reached": line.reached,
                "had": line.had,
                "could_have": line.could_have,
                "left_out": line.left_out_count,
                "share_left_out": round(share_left_out(answer, line), 4),
                "reasons": dict(line.reasons),
                "ways": [
                    {
                        "kind": way.kind,
                        "values": way.values,
                        "reach": way.reach,
                        "sentence": words.way(line, way),
                    }
                    for way in line.ways
                ],
                "is_channel_unsuited": line.fit is not None and line.fit.is_unsuited,
            }
            for line in answer.lines
        ],
        "not_known": words.not_known(answer),
    }


def _text(answer: Fairness, words: Words) -> str:
    lines = [
        _("%(members)s members, %(since)s to %(until)s, %(seconds)s s")
        % {
            "members": number(answer.members),
            "since": answer.since,
            "until": answer.until,
            "seconds": decimal(answer.seconds),
        }
    ]
    for line in answer.lines:
        share = decimal(100 * share_left_out(answer, line))
        figures = _("had it %(reached)s, could have %(could)s, never could %(left)s (%(share)s %%)") % {
            "reached": number(line.reached),
            "could": number(line.could_have),
            "left": number(line.left_out_count),
            "share": share,
        }
        lines.append(f"{words.name(line)} [{line.code}]: {figures}")
        lines += [f"    {number(count):>8}  {words.outcome(one, line)}" for one, count in line.reasons]
        if line.fit is not None and line.fit.is_unsuited:
            lines.append(f"    ! {words.fit(line.fit)}")
        lines += [f"    → {words.way(line, way)}" for way in line.ways]
    return "\n".join([*lines, "", *words.not_known(answer)])
