"""`assidu audit`: who did what, and when, as the page of the audit trail tells it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

import typer
from django.utils import timezone

from assidu.api.answers import audit_line
from assidu.backoffice.sentences import FIELDS, OBJECTS, PLACES, action_sentence
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import rooms_speak
from assidu.foundation.people import queries
from assidu.foundation.people.types import AuditEntry

LIMIT, LIMIT_MAX = 50, 1_000

Who = Annotated[
    str,
    typer.Option(help="An e-mail of somebody, the id of a person or a key, or one of: screen, key, command."),
]
What = Annotated[str, typer.Option(help="What the action begins with: person, balance.corrected…")]
On = Annotated[str, typer.Option(help="The id of what it was done to: a customer's, a person's, a key's…")]
Since = Annotated[str, typer.Option(help="From this day on, or this instant, for example 2026-11-01.")]
Until = Annotated[str, typer.Option(help="Up to this day, which counts, or before this instant.")]


def command(
    who: Who = "",
    what: What = "",
    on: On = "",
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="How many lines at most.")] = LIMIT,
    before: Annotated[
        int | None, typer.Option(min=1, help="Only lines before this one: goes on where a page ended.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Who did what, on what, and when: the audit trail, the youngest line first."""
    output = Output(json)
    begins, ends = _instant(since), _instant(until, is_end=True)
    with database(output):
        page = queries.audit_trail(
            action=what, object_id=on, since=begins, until=ends, before=before, limit=limit, **_whose(who)
        )
        with rooms_speak():
            lines = [line for entry in page.entries for line in _said(entry)]
    if page.before is not None:
        lines.append(_("There is more: --before %(line)s") % {"line": page.before})
    output.answer(
        {"entries": [asdict(audit_line(one)) for one in page.entries], "next": page.before},
        "\n".join(lines) or _("Nothing on the trail."),
    )


def _whose(who: str) -> dict[str, Any]:
    """How the trail is asked for one person, one key, or everything that came one way."""
    if not who:
        return {}
    if who in PLACES:
        return {"via": who}
    if "@" in who:
        person = queries.person_by_email(who)
        if person is None:
            raise Refused(_("Nobody signs in as %(email)s.") % {"email": who}, code="unknown_person")
        return {"person_id": person.id}
    try:
        wanted = UUID(who)
    except ValueError:
        raise Misuse(
            _("%(who)r is neither an e-mail nor an id.") % {"who": who},
            _("Or one of: %(words)s") % {"words": ", ".join(PLACES)},
            "invalid_who",
        ) from None
    if wanted in {key.id for key in queries.api_keys()}:
        return {"key_id": wanted}
    return {"person_id": wanted}


def _instant(text: str, *, is_end: bool = False) -> datetime | None:
    """A day is meant as a whole, in the zone of the settings."""
    if not text:
        return None
    zone = timezone.get_default_timezone()
    try:
        if len(text) == len("2026-11-01"):
            day = date.fromisoformat(text) + timedelta(days=int(is_end))
            return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misuse(
            _("%(text)r is neither a day nor an instant, such as 2026-11-01.") % {"text": text},
            code="bad_day",
        ) from None


def _said(entry: AuditEntry) -> list[str]:
    who = entry.person_name or entry.key_name or entry.person_id or _("the system")
    if entry.via == "command" and not entry.person_id:
        who = _("the command line")
    place = f" ({PLACES[entry.via]})" if entry.via in PLACES and entry.via != "command" else ""
    what = f"{OBJECTS.get(entry.object_kind, entry.object_kind)} {entry.object_id}".strip()
    first = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}  {who}{place}  {action_sentence(entry.action)}"
    return [f"{first}  {what}".rstrip(), *_changes(entry.before or {}, entry.after or {})]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    changes = [(name, _shown(before.get(name)), _shown(after.get(name))) for name in {**before, **after}]
    return [
        "    "
        + _("%(name)s: %(value)s")
        % {"name": FIELDS.get(name, name), "value": f"{was} → {now}" if name in before else now}
        for name, was, now in changes
        if was != now
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
