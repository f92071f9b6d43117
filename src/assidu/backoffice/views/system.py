"""Is all well? The checks of `assidu doctor`, what was imported, and what was set aside with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import django
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import assidu
from assidu.backoffice import cells, formats
from assidu.backoffice.access import allowed, signed_in
from assidu.backoffice.listing import Choice, Chosen, Column, Day, Listing, Slice, number_in
from assidu.backoffice.reject_details import reject_detail
from assidu.backoffice.sentences import reject_sentence
from assidu.connectors import queries as connectors
from assidu.connectors.queries import ImportRun
from assidu.decisions import SEMANTICS_VERSION
from assidu.events import queries as events
from assidu.events.types import Reject
from assidu.foundation import clock
from assidu.foundation.checks import findings
from assidu.foundation.people import queries as people
from assidu.measurement import queries as measurement

IMPORTS_SHOWN = 12

CHECKS: dict[str, str | Promise] = {
    "secrets": gettext_lazy("Keys"),
    "bind": gettext_lazy("Address"),
    "clock": gettext_lazy("Clock"),
    "disk": gettext_lazy("Disk"),
    "programs": gettext_lazy("Programs of PostgreSQL"),
    "database": gettext_lazy("Database"),
    "version": gettext_lazy("Version of PostgreSQL"),
    "migrations": gettext_lazy("Tables up to date"),
    "role": gettext_lazy("Rights of the server"),
    "durability": gettext_lazy("What is answered is kept"),
    "append_only": gettext_lazy("Facts cannot be changed"),
    "grants": gettext_lazy("Rights on the tables"),
    "kept_by_trigger": gettext_lazy("Balances follow the movements"),
    "sums": gettext_lazy("Balances and their lots"),
    "keys": gettext_lazy("Personal data"),
    "duplicates": gettext_lazy("Duplicates"),
    "rejects": gettext_lazy("Records set aside"),
    "plan": gettext_lazy("Programme in force"),
    "draws": gettext_lazy("Draws"),
    "due": gettext_lazy("Expiry and status up to date"),
    "rates": gettext_lazy("Rates of other moneys"),
    "calendar": gettext_lazy("Promotion calendar"),
    "months": gettext_lazy("Closed months"),
    "tables": gettext_lazy("Tables"),
}
ROOMS: dict[str, str | Promise] = {
    "foundation": gettext_lazy("Ground"),
    "catalogue": gettext_lazy("Catalogue"),
    "events": gettext_lazy("Events"),
    "customers": gettext_lazy("Customers"),
    "ledger": gettext_lazy("Accounts"),
    "loyalty": gettext_lazy("Programme"),
    "economics": gettext_lazy("Economics"),
}


@dataclass(frozen=True, slots=True)
class Check:
    label: str
    is_well: bool
    what: str
    advice: str
    reasons: tuple[tuple[str, int], ...]


@allowed("system.view")
def system(request: HttpRequest) -> HttpResponse:
    rooms: dict[str, list[Check]] = {}
    for room, finding in findings():
        label = CHECKS.get(finding.name, finding.name.replace("_", " ").capitalize())
        reasons = tuple((reject_sentence(code), count) for code, count in finding.by_code.items())
        check = Check(str(label), finding.is_well, finding.what, finding.advice, reasons)
        rooms.setdefault(str(ROOMS.get(room, room)), []).append(check)
    unwell = [check for checks in rooms.values() for check in checks if not check.is_well]
    now = clock.now()
    imports = [_import(run) for run in connectors.import_runs(IMPORTS_SHOWN)]
    context = {
        "unwell": unwell,
        "rooms": {name: [check for check in checks if check.is_well] for name, checks in rooms.items()},
        "facts": _facts(),
        "rebuild": _last_rebuild(),
        "imports": imports,
        "shows_refused_before": any(one["refused_before"] for one in imports),
        "rejects": [
            (reject_sentence(code), formats.number(count), code)
            for code, count in events.reject_counts().items()
        ],
        "attention": measurement.attention(now.date().replace(day=1), now.date()),
        "may_see_sources": signed_in(request).may("sources.view"),
    }
    return render(request, "backoffice/system.html", context)


def _facts() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database()), "
            "pg_postmaster_start_time(), (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())"
        )
        version, size, started, connections = cursor.fetchone()
    first, last = measurement.first_day(), measurement.last_day()
    facts = [
        ("Assidu", assidu.__version__),
        (_("Rules of decision"), _("semantics %(n)s") % {"n": SEMANTICS_VERSION}),
        ("PostgreSQL", version),
        ("Django", django.get_version()),
        (_("Size of the database"), _("%(n)s MB") % {"n": formats.number(round(size / 1_000_000))}),
        (_("Database started"), formats.moment(started)),
        (_("Connections"), formats.number(connections)),
    ]
    if first and last:
        facts.append((_("History"), f"{formats.day(first)} – {formats.day(last)}"))
    return facts


def _last_rebuild() -> dict[str, Any] | None:
    """When `assidu rebuild` last folded everything that was recorded, and what it found."""
    entries = people.audit_trail(action="rebuild.", limit=1).entries
    if not entries:
        return None
    found = entries[0].after or {}
    return {"at": entries[0].at, "events": found.get("events", 0), "differences": found.get("differences", 0)}


def _is_backdated(run: ImportRun) -> bool:
    """Does what it brought count as learnt on another day?"""
    return run.finished_at is not None and formats.day(run.finished_at) != formats.day(run.recorded_at)


def _import(run: ImportRun) -> dict[str, Any]:
    totals = run.totals or {}
    return {
        "at": run.finished_at or run.recorded_at,
        "counts_from": run.recorded_at if _is_backdated(run) else None,
        "files": run.files,
        "is_done": run.finished_at is not None,
        "attempts": run.attempts,
        "rows": totals.get("rows", 0),
        "recorded": totals.get("recorded", 0),
        "undrawn": totals.get("undrawn", 0),
        "exists": totals.get("exists", 0),
        "set_aside": totals.get("set_aside", 0),
        "refused_before": totals.get("refused_before", 0),
        "seconds": totals.get("seconds"),
        "differences": len(totals.get("differences", ())),
    }


class RejectList(Listing[Reject]):
    title = gettext_lazy("Set aside")
    lead = gettext_lazy(
        "Records that were not taken, and why. Their content is not kept, it may be personal: correct it at the "
        "source and send it again."
    )
    name = "rejects"
    permission = "sources.view"
    export_permission = "sources.view"
    template = "backoffice/rejects.html"
    export_page = events.PAGE_MAX
    empty_icon = "inbox"
    empty_title = gettext_lazy("Nothing was set aside")
    empty_text = gettext_lazy("Every record that came in was taken.")
    filters = (
        Choice(
            "code",
            gettext_lazy("Reason"),
            lambda: [(code, reject_sentence(code)) for code in sorted(events.reject_counts())],
            kind="menu",
        ),
        Day("from", gettext_lazy("From")),
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[Reject]]:
        return (
            Column(_("When"), lambda one: cells.when(one.at), lambda one: one.at),
            Column(
                _("Where from"),
                lambda one: cells.two_lines(
                    one.origin or one.source,
                    _("row %(n)s") % {"n": formats.number(one.origin_row)}
                    if one.origin_row is not None
                    else "",
                ),
                lambda one: one.origin or one.source,
            ),
            Column(_("Row"), None, lambda one: one.origin_row),
            Column(
                _("Record"), lambda one: cells.code(one.id) if one.id else cells.EMPTY, lambda one: one.id
            ),
            Column(
                _("Reason"),
                lambda one: cells.two_lines(reject_sentence(one.code), reject_detail(one.detail)),
                lambda one: reject_sentence(one.code),
            ),
            Column(_("Code"), None, lambda one: one.code),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[Reject]:
        since = chosen.date("from")
        found, before = events.rejects(
            code=chosen.text("code"),
            since=datetime.combine(since, time.min, tzinfo=timezone.get_current_timezone())
            if since
            else None,
            before=number_in(cursor),
            limit=size,
        )
        return Slice(found, str(before) if before else None)
