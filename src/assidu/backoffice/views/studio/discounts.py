"""What discounts do: a question about recorded history, worked on beside, and its answer with everything behind it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.csv_files import csv_file
from assidu.backoffice.discounts.figures import Figure, Writer
from assidu.backoffice.discounts.form import LIVE, DiscountsForm, initial_of
from assidu.backoffice.discounts.told import TO_DO, ToldShown
from assidu.backoffice.discounts.turned import TurnedShown
from assidu.backoffice.drafting import DraftShown
from assidu.backoffice.paper.making import PDF, on_paper
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial, leave
from assidu.backoffice.versions import language
from assidu.backoffice.views.programme import author, yaml_of
from assidu.backoffice.views.studio.files import EXCEL, download
from assidu.economics import measuring
from assidu.economics.discounts import runs
from assidu.economics.discounts.runs import DiscountsRun
from assidu.economics.discounts.tables import tables, with_never
from assidu.economics.discounts.turned_plan import currency_for
from assidu.economics.discounts.types import CannotTell, DiscountsQuestion
from assidu.economics.discounts.words import assumptions, why
from assidu.economics.measuring import KnownOfDiscounts
from assidu.economics.workbook.discounts import discounts_workbook
from assidu.foundation import clock
from assidu.foundation.people import actions as trail
from assidu.loyalty import drafts
from assidu.measurement.queries import first_day, has_invented
from assidu.plans.document import Document
from assidu.simulation import tried_plans

TAB = "discounts"
RUNNING_MAX = 1
"""It takes every core: a second one would only make both slow."""


@dataclass(frozen=True)
class LookLine:
    """A look as the list tells it."""

    run: DiscountsRun
    title: str
    author: str
    given: Figure | None = None
    anyway: Figure | None = None
    margin: Figure | None = None


@dataclass(frozen=True)
class Untold:
    """Why there are no figures, and what can be done."""

    why: str
    to_do: str


@dataclass(frozen=True)
class LookShown:
    """An answer in words."""

    run: DiscountsRun
    told: ToldShown | None
    untold: Untold | None
    turned: TurnedShown | None
    turned_untold: Untold | None

    @property
    def assumptions(self) -> list[str]:
        """The first one, what kind of figures these are, stands above them all."""
        assert self.run.answer is not None
        return assumptions(language(), self.run.answer.told, self.run.answer.turned)

    @property
    def tables(self) -> list[tuple[str, str]]:
        assert self.run.answer is not None
        names = {
            "summary": _("The answer, all intervals"),
            "by-depth": _("By depth"),
            "by-repetition": _("By how often before"),
            "by-department": _("By department"),
            "by-product": _("By product"),
            "turned": _("With points"),
            "turned-by-decile": _("With points, by tenth"),
        }
        return [(one.name, names.get(one.name, one.name)) for one in tables(self.run.answer)]


# ---------------------------------------------------------------- the list of looks, and asking


@require_GET
@allowed("economics.view")
def looks(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        return render(request, "backoffice/studio/discounts.html", {"programme": None, "tab": TAB})
    again = next((one for one in runs.runs(known.code) if str(one.run_id) == request.GET.get("again")), None)
    measured = _known(request, known)
    initial = initial_of(again.question if again is not None else None, measured)
    return _list(request, known, _form(request, known, initial=initial, known=measured))


def _list(request: HttpRequest, known: Programme, form: DiscountsForm, status: int = 200) -> HttpResponse:
    found = [_as_read(one) for one in runs.runs(known.code)]
    context = {
        "programme": known,
        "tab": TAB,
        "form": form,
        "looks": [_line(known, one) for one in found],
        "has_history": first_day() is not None,
        "may_ask": signed_in(request).may("simulate.run"),
        "is_busy": any(not one.state.is_over for one in found),
    }
    return render(request, "backoffice/studio/discounts.html", context, status=status)


def _known(request: HttpRequest, programme: Programme) -> KnownOfDiscounts | None:
    """What the studio knows of the past; it takes a while, and only whoever may ask needs it."""
    if first_day() is None or not signed_in(request).may("simulate.run"):
        return None
    return measuring.of_discounts(programme.code, clock.now(), language=language())


def _form(request: HttpRequest, programme: Programme, **options: object) -> DiscountsForm:
    data = request.POST if request.method == "POST" else None
    sources = [
        (LIVE, _("The version in force")),
        *((key, title) for key, title, _d, _y in _drafts(request, programme)),
    ]
    return DiscountsForm(data, sources=sources, language=language(), **options)  # type: ignore[arg-type]


def _drafts(request: HttpRequest, known: Programme) -> list[tuple[str, str, Document, str]]:
    """Those that may give the points: id, title, document, text."""
    by = str(signed_in(request).id)
    shown = [DraftShown(draft, known, by) for draft in drafts.open_drafts(known.code)]
    return [
        (
            str(one.draft.draft_id),
            f"{one.title} · {formats.moment(one.draft.step.written_at)}",
            one.document,
            one.draft.text,
        )
        for one in shown
        if one.document is not None and one.document.programme == known.code
    ]


@require_POST
@allowed("economics.view")
@allowed("simulate.run")
def start(request: HttpRequest) -> HttpResponse:
    """Asks; answers with the page that tells how far it is."""
    known = programme_at(request)
    if known is None or first_day() is None:
        raise Http404
    form = _form(request, known)
    if not form.is_valid():
        again = _form(request, known, known=_known(request, known))
        return _list(request, known, again, status=422)
    question = form.question(known.code)
    document, yaml, made_of = _plan(request, known, form.cleaned_data["source"])
    if question.turning is not None and currency_for(document) is None:
        form.add_error("source", _("This plan has no currency that a ticket can be paid with."))
        return _list(request, known, form, status=422)
    if sum(not one.state.is_over for one in runs.runs(known.code)) >= RUNNING_MAX:
        messages.error(request, _("A look is at work already: wait for it, or stop it."))
        return redirect("studio-discounts")
    run_id = runs.start(question, yaml, label=made_of, by=str(signed_in(request).id))
    trail.record(actor_at(request), "discounts.run", "discounts", str(run_id))
    return redirect("studio-discounts-look", run_id=run_id)


def _plan(request: HttpRequest, known: Programme, source: str) -> tuple[Document, str, str]:
    for key, _title, document, text in _drafts(request, known):
        if key == source:
            return document, text, tried_plans.of_draft(UUID(key))
    plan = next(one for one in known.versions if one.version == known.plan.version)
    return plan.document, yaml_of(plan), tried_plans.of_version(plan.version)


# ---------------------------------------------------------------- one look


@require_GET
@allowed("economics.view")
def look(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known, run = _find(request, run_id)
    context = _page(known, run) | {
        "tab": TAB,
        "author": author(run.asked_by),
        "left": formats.number(round(formats.about(run.seconds_left) or 0)) if run.seconds_left else "",
        "may_ask": signed_in(request).may("simulate.run"),
    }
    if not is_partial(request):
        return render(request, "backoffice/studio/discounts_look.html", context)
    if run.state.is_over:
        return leave(request, reverse("studio-discounts-look", args=[run_id]))
    return render(request, "backoffice/studio/discounts_state.html", context)


def _page(known: Programme, run: DiscountsRun) -> dict[str, Any]:
    """What screen and paper say alike."""
    return {
        "programme": known,
        "run": run,
        "title": title_of(run.question),
        "shown": _shown(known, run),
        "took": formats.number(round(run.seconds)),
        "has_invented": has_invented(),
    }


@require_POST
@allowed("economics.view")
@allowed("simulate.run")
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    _known, run = _find(request, run_id)
    if not run.state.is_over:
        runs.cancel(run_id)
        trail.record(actor_at(request), "discounts.cancelled", "discounts", str(run_id))
        messages.success(request, _("It is stopped."))
    return redirect("studio-discounts-look", run_id=run_id)


# ---------------------------------------------------------------- files


@require_GET
@allowed("economics.view")
def table(request: HttpRequest, run_id: UUID, name: str) -> HttpResponse:
    """What is behind, as CSV."""
    programme, run = _find(request, run_id)
    found = next((one for one in tables(run.answer) if one.name == name), None) if run.answer else None
    if found is None:
        raise Http404
    return csv_file(with_never(found, _("never")), f"discounts-{found.name}.csv", programme)


@require_GET
@allowed("economics.view")
def workbook(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known, run = _find(request, run_id)
    if run.answer is None or run.answer.told is None:
        raise Http404
    said = assumptions(language(), run.answer.told, run.answer.turned)
    decimals = formats.CURRENCY_EXPONENT
    content = discounts_workbook(run.answer, said, decimals, has_invented=has_invented())
    return download(content, EXCEL, f"{known.code}-discounts.xlsx")


@require_GET
@allowed("economics.view")
def printed(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known, run = _find(request, run_id)
    if run.answer is None:
        raise Http404
    return download(paper(known, run), PDF, f"{known.code}-discounts.pdf")


def paper(known: Programme, run: DiscountsRun) -> bytes:
    """The page as a file to send; where nothing can be told, it says why."""
    return on_paper("backoffice/studio/discounts_paper.html", known, _page(known, run))


# ---------------------------------------------------------------- in words


def title_of(question: DiscountsQuestion) -> str:
    """What was asked, in the language of whoever reads."""
    since, until = ("" if one is None else formats.day(one) for one in (question.since, question.until))
    if since and until:
        period = _("%(since)s to %(until)s") % {"since": since, "until": until}
    elif since:
        period = _("From %(since)s on") % {"since": since}
    elif until:
        period = _("Until %(until)s") % {"until": until}
    else:
        period = _("All that is recorded")
    if question.turning is None:
        return period
    share = formats.percent(question.turning.share_percent / 100, 0)
    return _("%(period)s, %(share)s as points") % {"period": period, "share": share}


def _find(request: HttpRequest, run_id: UUID) -> tuple[Programme, DiscountsRun]:
    known, run = programme_at(request), runs.run(run_id)
    if known is None or run is None or run.question.programme != known.code:
        raise Http404
    return known, _as_read(run)


def _as_read(run: DiscountsRun) -> DiscountsRun:
    """The look with the plan that gives the points named for who reads it."""
    return replace(run, label=tried_plans.name(run.label, run.programme))


def _line(known: Programme, run: DiscountsRun) -> LookLine:
    title, by = title_of(run.question), author(run.asked_by)
    shown = _shown(known, run)
    if shown is None or shown.told is None:
        return LookLine(run, title, by)
    told = shown.told
    return LookLine(run, title, by, told.given, told.anyway, told.margin_change)


def _shown(known: Programme, run: DiscountsRun) -> LookShown | None:
    answer = run.answer
    if answer is None:
        return None
    write = Writer(known.document.sale_currency.code)
    return LookShown(
        run,
        None
        if answer.told is None
        else ToldShown(answer.told, write, language(), answer.question.margin_percent),
        _untold(answer.cannot_tell),
        None if answer.turned is None else TurnedShown(answer.turned, write, language()),
        _untold(answer.turned_untold),
    )


def _untold(one: CannotTell | None) -> Untold | None:
    return None if one is None else Untold(why(one, language()), str(TO_DO.get(one.reason, "")))
