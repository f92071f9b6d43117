"""`assidu customer explain`: why an event gave what it gave, as `/v1/customers/{id}/explain/{event}` tells it."""

from dataclasses import asdict
from typing import Annotated

import typer

from assidu.api.answers import explanation
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language, number
from assidu.cli.subjects import Subject, customer_named
from assidu.foundation.people.actions import record_look
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import explain as explaining
from assidu.loyalty.explain import Explanation
from assidu.loyalty.named_events import events_named
from assidu.plans.wording import language_of

Event = Annotated[
    str, typer.Argument(help="The event's id, or its number in the customer's history.", show_default=False)
]
Source = Annotated[str, typer.Option(help="Whose id it is, where several use the same.")]


def explain(subject: Subject, event: Event, source: Source = "", json: JsonFlag = False) -> None:
    """What happened, and of every rule why or why not: the event decided again; kept in the trail."""
    output = Output(json)
    with database(output):
        customer_id = customer_named(subject)
        record_look(COMMAND_LINE, customer_id, "command")
        found = events_named(customer_id, event, source)
        if len(found) > 1:
            sources = ", ".join(one.key.source for one in found)
            raise Refused(
                _("Several sources use this id: %(sources)s.") % {"sources": sources},
                _("Name it with --source."),
                "ambiguous_event",
            )
        explained = (
            explaining.explain(found[0].customer_id, found[0].seq, language_of(language())) if found else None
        )
        if explained is None:
            raise Refused(_("The customer has no such event."), code="unknown_event")
        answer = asdict(explanation(explained))
    output.answer(answer, _text(explained))


def _text(explained: Explanation) -> str:
    lines = list(explained.sentences)
    if explained.reasons:
        lines += ["", _("Of every rule, why (+) or why not (-):")]
        lines += [f"  + {one.sentence}" for one in explained.applied]
        lines += [f"  - {one.sentence}" for one in explained.not_applied]
    moved = sorted({one.currency for one in explained.entry.movements})
    if moved:
        lines.append("")
    for currency in moved:
        before, after = (
            number(balances.get(currency, 0))
            for balances in (explained.balances_before, explained.balances_after)
        )
        lines.append(f"  {before:>10} → {after} {currency}")
    lines += ["", _verdict(explained)]
    return "\n".join(lines)


def _verdict(explained: Explanation) -> str:
    version = {"version": explained.plan_version}
    if explained.is_same is None:
        return (
            _("Version %(version)s of the programme; decided by an earlier release: the record speaks.")
            % version
        )
    if explained.is_same:
        return _("Version %(version)s of the programme; decided again, it gives the same.") % version
    return _("Version %(version)s of the programme; decided again, this differs: %(parts)s.") % {
        **version,
        "parts": ", ".join(explained.differing),
    }
