"""What it should bring: assumptions that are turned, answered at once, kept under a name, laid side by side."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from msgspec import structs

from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.csv_files import csv_file
from assidu.backoffice.paper.making import PDF, on_paper
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial
from assidu.backoffice.typed import signs_of
from assidu.backoffice.views.studio.amounts import Amounts
from assidu.backoffice.views.studio.assumed import Form, Wrong, blank, document_of, told
from assidu.backoffice.views.studio.brought import Brought
from assidu.backoffice.views.studio.compared import Column, Compared
from assidu.backoffice.views.studio.files import EXCEL, download
from assidu.backoffice.views.studio.segments import Change, changed
from assidu.economics import actions, measuring, queries
from assidu.economics.documents import assumptions_yaml, read_assumptions
from assidu.economics.tables import macro_tables
from assidu.economics.types import COMPARED_MAX, Assumptions, SavedAssumptions, report
from assidu.economics.workbook.compared import compared_workbook
from assidu.economics.workbook.macro import macro_workbook
from assidu.foundation import clock
from assidu.measurement.queries import has_invented


@dataclass(frozen=True, slots=True)
class Start:
    """What the form is about: a saved set, or one that was just measured."""

    document: Assumptions
    saved: SavedAssumptions | None = None
    is_blank: bool = False


@require_http_methods(["GET", "POST"])
@allowed("economics.view")
def expected(request: HttpRequest) -> HttpResponse:
    programme = programme_at(request)
    if programme is None:
        return render(request, "backoffice/studio/empty.html", {"tab": "expected", "reason": "programme"})
    if request.method == "GET":
        start = _start(request, programme)
        brought = _brought(programme, start.document)
        return _page(request, programme, Form(start.document), brought, start=start)
    typed = {name: str(value) for name, value in request.POST.items()}
    change = changed(typed, typed.get("do", ""))
    if change is not None:
        typed = change.typed
    document = document_of(typed, signs_of(programme.document.sale_currency.code))
    found, problems = read_assumptions(json.dumps(document))
    if found is None:
        form = Form(_shape(document), typed, tuple(one.path for one in problems))
        words = told(form, problems, document)
        if change is not None:
            return _changed(request, programme, change, form, problems=words)
        if is_partial(request):
            # What was worked out before stays; only what is wrong is said, above it and at its field.
            part = render(request, "backoffice/studio/expected_wrong.html", {"problems": words})
            part["HX-Retarget"] = "#wrong"
            return part
        return _page(request, programme, form, None, problems=words)
    if change is not None:
        return _changed(request, programme, change, Form(found, typed), _brought(programme, found))
    return _answer(request, programme, found, typed)


def _changed(
    request: HttpRequest,
    programme: Programme,
    change: Change,
    form: Form,
    brought: Brought | None = None,
    problems: list[Wrong] | None = None,
) -> HttpResponse:
    """Other segments: the form and what it comes to, alone or in their page."""
    if not is_partial(request):
        return _page(request, programme, form, brought, change=change, problems=problems)
    context = {
        "form": form,
        "change": change,
        "brought": brought,
        "problems": problems,
        "may_save": signed_in(request).may("economics.close"),
        "is_part": True,
    }
    return render(request, "backoffice/studio/expected_form.html", context)


def _answer(
    request: HttpRequest, programme: Programme, found: Assumptions, typed: Mapping[str, str]
) -> HttpResponse:
    """What is asked for with the figures of the form: to see what they come to, to keep them, to take them away."""
    wanted = typed.get("do", "show")
    if wanted == "save":
        if not signed_in(request).may("economics.close"):
            raise PermissionDenied("economics.close")
        saved = actions.save_assumptions(programme.code, found, by=actor_at(request), at=clock.now())
        messages.success(
            request,
            _("Saved as %(name)s, version %(version)s.") % {"name": saved.name, "version": saved.version},
        )
        return redirect(_address(saved))
    brought = _brought(programme, found)
    decimals = programme.document.sale_currency.decimals
    if wanted == "excel":
        content = macro_workbook(found, brought.report, decimals, has_invented=has_invented())
        return download(content, EXCEL, f"{programme.code}-expected.xlsx")
    if wanted == "pdf":
        return download(paper(programme, found), PDF, f"{programme.code}-expected.pdf")
    if wanted == "yaml":
        return download(
            assumptions_yaml(found).encode(), "application/yaml", f"{programme.code}-assumptions.yaml"
        )
    tables = {f"csv:{one.name}": one for one in macro_tables(brought.report, decimals)}
    if wanted in tables:
        table = tables[wanted]
        called = {one.code: one.called for one in found.segments}
        return csv_file(table, f"{programme.code}-{table.name}.csv", programme, {"segment": called})
    if is_partial(request):
        context = {"brought": brought, "is_answer": True}
        return render(request, "backoffice/studio/expected_result.html", context)
    return _page(request, programme, Form(found, typed), brought)


def paper(programme: Programme, found: Assumptions) -> bytes:
    """The answer as a file to send, with everything that is assumed."""
    context = {"form": Form(found), "brought": _brought(programme, found)}
    return on_paper("backoffice/studio/expected_paper.html", programme, context)


def _page(
    request: HttpRequest,
    programme: Programme,
    form: Form,
    brought: Brought | None,
    *,
    start: Start | None = None,
    change: Change | None = None,
    problems: list[Wrong] | None = None,
) -> HttpResponse:
    saved = queries.saved_assumptions(programme.code)
    context = {
        "tab": "expected",
        "programme": programme,
        "form": form,
        "brought": brought,
        "start": start,
        "change": change,
        "problems": problems,
        "saved": [(one, _address(one)) for one in saved],
        "versions": [] if start is None or start.saved is None else _versions(programme, start.saved),
        "may_save": signed_in(request).may("economics.close"),
        "has_invented": has_invented(),
    }
    # Whoever adds a segment has not been told to have finished: only what is to be worked out can be refused.
    status = 422 if problems and change is None else 200
    return render(request, "backoffice/studio/expected.html", context, status=status)


@require_GET
@allowed("economics.view")
def compare(request: HttpRequest) -> HttpResponse:
    """Two or three saved sets side by side: they draw the same luck."""
    programme = programme_at(request)
    if programme is None:
        raise Http404
    saved = queries.saved_assumptions(programme.code)
    compared = _compared(request, programme, saved)
    chosen = [one.saved.name for one in compared.columns]
    context = {
        "tab": "expected",
        "compared": compared,
        "saved": saved,
        "chosen": chosen,
        "query": urlencode([("set", name) for name in chosen]),
        "has_invented": has_invented(),
    }
    return render(request, "backoffice/studio/expected_compare.html", context)


@require_GET
@allowed("economics.view")
def compare_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The sets of the page as a workbook, or on paper."""
    programme = programme_at(request)
    if programme is None or kind not in ("xlsx", "pdf"):
        raise Http404
    compared = _compared(request, programme, queries.saved_assumptions(programme.code))
    if not compared.is_more_than_one:
        raise Http404
    name = f"{programme.code}-compared.{kind}"
    if kind == "pdf":
        return download(compared_paper(programme, [one.saved for one in compared.columns]), PDF, name)
    sets = [(one.saved.document, one.brought.report) for one in compared.columns]
    decimals = programme.document.sale_currency.decimals
    return download(compared_workbook(sets, decimals, has_invented=has_invented()), EXCEL, name)


def _compared(request: HttpRequest, programme: Programme, saved: list[SavedAssumptions]) -> Compared:
    asked = request.GET.getlist("set")
    chosen = [one for one in saved if one.name in asked][:COMPARED_MAX] or saved[:COMPARED_MAX]
    return _side_by_side(programme, chosen)


def _side_by_side(programme: Programme, sets: Sequence[SavedAssumptions]) -> Compared:
    return Compared([Column(one, _address(one), _brought(programme, one.document)) for one in sets])


def compared_paper(programme: Programme, sets: Sequence[SavedAssumptions]) -> bytes:
    """Sets side by side as a file to send."""
    context = {"compared": _side_by_side(programme, sets)}
    return on_paper("backoffice/studio/expected_compare_paper.html", programme, context)


def _start(request: HttpRequest, programme: Programme) -> Start:
    name, version = request.GET.get("set", ""), request.GET.get("version", "")
    if name:
        saved = queries.assumptions(programme.code, name, int(version) if version.isdigit() else None)
        if saved is None:
            raise Http404
        return Start(saved.document, saved)
    known = queries.saved_assumptions(programme.code)
    if known and "measure" not in request.GET:
        return Start(known[0].document, known[0])
    found = measuring.measure(programme.code, _("Measured"), clock.now(), language=programme.language)
    return Start(found) if found.segments else Start(blank(_("To be filled in")), is_blank=True)


def _versions(programme: Programme, saved: SavedAssumptions) -> list[tuple[int, str, bool]]:
    newest = queries.assumptions(programme.code, saved.name)
    last = saved.version if newest is None else newest.version
    return [
        (version, _query(saved.name, version), version == saved.version) for version in range(last, 0, -1)
    ]


def _brought(programme: Programme, found: Assumptions) -> Brought:
    money = programme.document.sale_currency
    return Brought(found, report(found, money.decimals), Amounts(money.code, money.decimals))


def _shape(document: Mapping[str, Any]) -> Assumptions:
    """As many segments as were typed, under their names: what was typed stands in the form as it is."""
    nothing = blank("")
    segments = tuple(
        structs.replace(nothing.segments[0], code=one["code"], name=one.get("name"))
        for one in document["segments"]
    )
    return structs.replace(nothing, segments=segments)


def _address(saved: SavedAssumptions) -> str:
    return reverse("studio-expected") + _query(saved.name, saved.version)


def _query(name: str, version: int) -> str:
    return f"?{urlencode({'set': name, 'version': version})}"
