"""What we owe: a month's end, how it came about, what is behind it; closing months, and what they are valued with."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.csv_files import csv_file
from assidu.backoffice.paper.making import PDF, on_paper
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.views.studio.files import EXCEL, download
from assidu.backoffice.views.studio.owed_month import OwedMonth
from assidu.economics import actions, queries
from assidu.economics.owed_by_tier import tiers_owed
from assidu.economics.tables import journal_table, liability_tables, tiers_table
from assidu.economics.types import Liability, NotClosed, Trouble, View
from assidu.economics.views import liability_view
from assidu.economics.workbook.liability import liability_workbook
from assidu.foundation import clock
from assidu.measurement.queries import has_invented

TROUBLES: Mapping[Trouble, str | Promise] = {
    Trouble.NOTHING_YET: gettext_lazy("Nothing has happened yet: there is no month to close."),
    Trouble.NOT_OVER: gettext_lazy("%(month)s is not over yet."),
    Trouble.NOT_NEXT: gettext_lazy("Months are closed in their order: the next one is %(month)s."),
    Trouble.ALREADY_CLOSED: gettext_lazy("It is closed already, and stays so; the next one is %(month)s."),
    Trouble.NOT_CAUGHT_UP: gettext_lazy(
        "Something was due in %(month)s and is not decided yet (members: %(count)s). The server does it within a "
        "minute; then again."
    ),
    Trouble.BUSY: gettext_lazy("Events of %(month)s kept arriving while it was closed. Again, later."),
}


@require_GET
@allowed("economics.view")
def owed(request: HttpRequest) -> HttpResponse:
    programme = programme_at(request)
    if programme is None:
        return render(request, "backoffice/studio/empty.html", {"tab": "owed", "reason": "programme"})
    found = queries.liability(programme.code, clock.now())
    if not found.months:
        return render(request, "backoffice/studio/empty.html", {"tab": "owed", "reason": "history"})
    shown = _asked(request, programme, found)
    place = next(n for n, one in enumerate(found.months) if one.month == shown.month.month)
    is_dashboard_theirs = signed_in(request).may("dashboard.view")
    context = {
        "tab": "owed",
        "before": found.months[place - 1] if place else None,
        "after": found.months[place + 1] if place + 1 < len(found.months) else None,
        "newest": found.months[-1].month,
        "last": found.last_closed or found.latest,
        "dashboard_address": reverse("dashboard") if is_dashboard_theirs else "",
        "may_close": signed_in(request).may("economics.close"),
        "has_invented": has_invented(),
    }
    return render(request, "backoffice/studio/owed.html", context | _told(shown))


def paper(programme: Programme, found: Liability, month: date | None = None, currency: str = "") -> bytes:
    """The page as a file to send; where nothing has happened yet, it says so and holds no figure."""
    shown = _shown(programme, found, month, currency) if found.months else None
    return on_paper("backoffice/studio/owed_paper.html", programme, _told(shown) if shown else {})


def _told(shown: OwedMonth) -> dict[str, Any]:
    """What screen and paper say alike."""
    programme, found = shown.programme, shown.found
    policy = found.policy
    return {
        "programme": programme,
        "shown": shown,
        "month": shown.month,
        "months": [
            (one, shown.money(one.figures.liability_minor), shown.money(one.figures.deferred_minor))
            for one in reversed(found.months)
        ],
        "next": found.next_to_close,
        "entries": [
            (entry, shown.money(entry.amount_minor))
            for entry in queries.journal(programme.code, [shown.month.month], policy.books)
        ],
        "has_closed": any(one.is_closed for one in found.months),
        "policy": policy,
        "costs": [(shown.name(code), one) for code, one in policy.currencies.items()],
    }


@require_POST
@allowed("economics.close")
def close(request: HttpRequest) -> HttpResponse:
    """The month that was on the page: if another one comes first by now, nothing is closed."""
    programme = programme_at(request)
    if programme is None:
        raise Http404
    try:
        closed = actions.close_month(
            programme.code, _month(request.POST.get("month", "")), by=actor_at(request), at=clock.now()
        )
    except NotClosed as refused:
        said = str(TROUBLES[refused.trouble]) % {
            "month": formats.month(refused.month) if refused.month else "",
            "count": formats.number(refused.count),
        }
        messages.error(request, said[:1].upper() + said[1:])
        return redirect("studio-owed")
    said = _("%(month)s is closed: %(amount)s owed, at cost (HT).") % {
        "month": formats.month(closed.month),
        "amount": programme.money(closed.figures.liability_minor),
    }
    messages.success(request, said[:1].upper() + said[1:])
    return redirect(f"{reverse('studio-owed')}?month={closed.month:%Y-%m}")


@require_GET
@allowed("economics.view")
def file(request: HttpRequest, name: str) -> HttpResponse:
    """The workbook, the page on paper, the journal of closed months, or what is behind a table."""
    programme = programme_at(request)
    if programme is None:
        raise Http404
    found = queries.liability(programme.code, clock.now())
    if name == "liability.xlsx":
        return download(
            liability_workbook(found, has_invented=has_invented()), EXCEL, f"{programme.code}-{name}"
        )
    month = _month(request.GET.get("month", ""))
    if name == "liability.pdf":
        content = paper(programme, found, month, request.GET.get("currency", ""))
        return download(content, PDF, f"{programme.code}-{name}")
    if name == "journal.csv":
        entries = queries.journal(programme.code, [month] if month else (), _view(request, found))
        table = journal_table(entries, found.decimals)
    else:
        state = found.latest if month is None else found.at(month)
        tables = [*liability_tables(found)]
        if state is not None:
            held = tiers_owed(state.figures, queries.tiers(programme.code, state.month))
            tables.append(tiers_table(state.month, held, found.decimals))
        known = next((one for one in tables if f"{one.name}.csv" == name), None)
        if known is None:
            raise Http404
        table = known
    of = f"-{month:%Y-%m}" if month else ""
    return csv_file(table, f"{programme.code}-{table.name}{of}.csv", programme)


def _view(request: HttpRequest, found: Liability) -> View:
    asked = request.GET.get("view", "")
    return View(asked) if asked in [one.value for one in View] else found.policy.books


def _asked(request: HttpRequest, programme: Programme, found: Liability) -> OwedMonth:
    """Of the month that is named; else as of today."""
    month = _month(request.GET.get("month", "")) or found.months[-1].month
    return _shown(programme, found, month, request.GET.get("currency", ""))


def _shown(programme: Programme, found: Liability, month: date | None, currency: str) -> OwedMonth:
    view = liability_view(found, month)
    if view.month is None:
        raise Http404
    moved = [one.currency for one in view.month.currencies if one.issue_months]
    first = programme.points if programme.points in moved else next(iter(moved), "")
    state = found.at(view.month.month)
    assert state is not None, "a month that is told is there"
    return OwedMonth(
        programme,
        found,
        view.month,
        tiers_owed(state.figures, queries.tiers(programme.code, view.month.month)),
        currency if currency in moved else first,
    )


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
