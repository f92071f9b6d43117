"""The programme: what it says, since when, what it gave; its versions; a text checked and compared."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.periods import Period, period_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.versions import differences, language, told
from assidu.foundation.people import actions
from assidu.foundation.people.queries import person as find_person
from assidu.loyalty import approvals, drafts
from assidu.loyalty.approvals import Approval
from assidu.loyalty.needs import Cause, threshold_for
from assidu.loyalty.plans import PublishedPlan
from assidu.measurement.queries import has_invented, rule_figures
from assidu.measurement.types import RuleFigures
from assidu.plans.check import examine
from assidu.plans.document import Document, Draw, Offer, Reward, Rule
from assidu.plans.reading.nodes import BYTES_MAX
from assidu.plans.wording import describe, text_in
from assidu.plans.writing import to_yaml
from assidu.simulation import queries as simulations


@dataclass(frozen=True)
class Sentence:
    """A line of the programme, with what it gave where it is a rule's; ``address`` leads to whom. ``url`` and ``link``:
    what it names is found elsewhere."""

    text: str
    code: str = ""
    name: str = ""
    figures: RuleFigures | None = None
    quantity: str = ""
    address: str = ""
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class SectionShown:
    code: str
    title: str
    lines: tuple[Sentence, ...]


@dataclass(frozen=True)
class VersionShown:
    """A version in the history. ``changes`` is what it changed in the one before; nothing for the first."""

    plan: PublishedPlan
    author: str
    changes: list[str] | None
    state: approvals.DraftState
    request: approvals.Request | None = None
    """By which decision it was published."""

    @property
    def approved_by(self) -> list[tuple[str, Approval]]:
        answers = self.request.answers if self.request is not None else ()
        return [(author(one.given_by), one) for one in answers if one.is_yes]

    @property
    def first_day(self) -> date:
        return self.plan.document.valid_from


@require_GET
@allowed("plan.view")
def programme(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        return render(request, "backoffice/programme_empty.html", {"may_draft": _may_draft(request)})
    period = period_in(request.GET.dict(), known.today)
    may_see_figures = signed_in(request).may("dashboard.view")
    figures = {one.rule: one for one in rule_figures(period.since, period.until)} if may_see_figures else {}
    versions = history(known)
    context = {
        "programme": known,
        "period": period,
        "shown": next(one for one in versions if one.plan.version == known.plan.version),
        "coming": [one for one in versions if one.state is approvals.DraftState.SCHEDULED],
        "opening": describe(known.document, language()).opening,
        "sections": sections(known, known.document, figures, period, _may_see_people(request)),
        "versions": versions,
        "may_see_figures": may_see_figures,
        "has_figures": bool(figures),
        "has_invented": has_invented(),
        "may_draft": _may_draft(request),
        "may_edit": signed_in(request).may("plan.edit"),
        "may_simulate": signed_in(request).may("simulate.run"),
        "drafts": len(drafts.open_drafts(known.code)),
        "threshold_minor": threshold_for(known.code),
        "may_set_threshold": signed_in(request).may("plan.threshold"),
        "serves_none": serves_none(known.document),
    }
    return render(request, "backoffice/programme.html", context)


@require_GET
@allowed("plan.view")
def version(request: HttpRequest, version: int) -> HttpResponse:
    known = programme_at(request)
    shown = None if known is None else next((v for v in history(known) if v.plan.version == version), None)
    if known is None or shown is None:
        raise Http404
    yaml = yaml_of(shown.plan)
    if request.GET.get("format") == "yaml":
        return yaml_file(yaml, f"{known.code}-v{version}.yaml")
    context = {
        "programme": known,
        "shown": shown,
        "opening": describe(shown.plan.document, language()).opening,
        "sections": sections(known, shown.plan.document),
        "yaml": yaml,
        "newest": known.versions[-1].version,
        "oldest": known.versions[0].version,
        "may_edit": signed_in(request).may("plan.edit"),
        "may_publish": signed_in(request).may("plan.publish"),
        "need": why(
            shown.request.cause,
            shown.request.grounds,
            known,
            with_figures=signed_in(request).may("dashboard.view"),
        )
        if shown.request
        else "",
        "today": known.today,
    }
    return render(request, "backoffice/programme_version.html", context)


@require_http_methods(["GET", "POST"])
@allowed("plan.view")
def draft(request: HttpRequest) -> HttpResponse:
    """A text is pasted, uploaded, or taken from a version or a simulation; then everything there is to say of it."""
    if not _may_draft(request):
        actions.record(actor_at(request), "access.refused", "permission", "plan.edit")
        raise PermissionDenied("plan.edit")
    known = programme_at(request)
    if request.method == "GET":
        return _draft_page(request, known, _text_to_start_from(request, known), is_checked=False)
    text = text_sent(request)
    actions.record(actor_at(request), "plan.checked", "plan")
    return _draft_page(request, known, text, is_checked=True)


# ---------------------------------------------------------------- what pages show


def sections(
    known: Programme,
    document: Document,
    figures: dict[str, RuleFigures] | None = None,
    period: Period | None = None,
    may_see_people: bool = False,
) -> list[SectionShown]:
    """The programme in plain sentences, each rule with what it gave."""
    shown = []
    for section in describe(document, language()).sections:
        lines = []
        for line in section.lines:
            rule = document.rule(line.code) if section.code == "rules" else None
            gave = (figures or {}).get(line.code) if rule is not None else None
            address = ""
            if gave is not None and period is not None and may_see_people:
                address = f"{reverse('customers')}?{urlencode({'rule': line.code})}&{period.address}"
            lines.append(
                Sentence(
                    line.sentence,
                    line.code,
                    text_in(rule.name, language()) if rule is not None else "",
                    gave,
                    known.units(gave.quantity, gave.currency) if gave is not None else "",
                    address,
                    line.url,
                    line.link,
                )
            )
        shown.append(SectionShown(section.code, section.title, tuple(lines)))
    return shown


def history(known: Programme) -> list[VersionShown]:
    """The newest first."""
    shown = []
    before: PublishedPlan | None = None
    requests = approvals.requests_of_versions(known.code)
    for plan in known.versions:
        changes = None if before is None else differences(before.document, plan.document)
        state = approvals.version_state(known.versions, plan.version, known.now)
        shown.append(
            VersionShown(plan, author(plan.published_by), changes, state, requests.get(plan.version))
        )
        before = plan
    return shown[::-1]


def serves_none(document: Document) -> list[str]:
    """The rules, offers, rewards and draws that name no objective; nothing where the programme has no objectives."""
    if not document.objectives:
        return []
    parts: tuple[Rule | Offer | Reward | Draw, ...]
    parts = (*document.rules, *document.offers, *document.rewards, *document.draws)
    return [text_in(one.name, language()) for one in parts if one.serves is None]


def why(cause: Cause, grounds: dict[str, Any], known: Programme | None, *, with_figures: bool) -> str:
    """Why so many must approve, with the figures that it was decided on for those who may see them."""
    if not with_figures and cause in WHY_WITHOUT_FIGURES:
        return str(WHY_WITHOUT_FIGURES[cause])
    figures = {
        "change": _signed_money(grounds.get("change_minor", 0), known),
        "threshold": known.money(grounds.get("threshold_minor") or 0) if known else "",
        "currencies": ", ".join(
            known.currency_name(code) if known else code for code in grounds.get("currencies", ())
        ),
        "version": grounds.get("version", ""),
    }
    return str(WHY[cause]) % figures


def _signed_money(minor: int, known: Programme | None) -> str:
    if known is None:
        return ""
    sign = "+" if minor > 0 else "−" if minor < 0 else ""
    return sign + known.money(abs(minor))


WHY: dict[Cause, str | Promise] = {
    Cause.OPENING: gettext_lazy("It opens the programme: one person is enough."),
    Cause.NO_THRESHOLD: gettext_lazy("No threshold is set: one person is enough."),
    Cause.UNCHANGED: gettext_lazy("It says the same as the version in force: one person is enough."),
    Cause.BELOW: gettext_lazy(
        "Replayed, it changes the yearly cost by %(change)s, below the threshold of %(threshold)s: one person is "
        "enough."
    ),
    Cause.ABOVE: gettext_lazy(
        "Replayed, it changes the yearly cost by %(change)s, above the threshold of %(threshold)s: somebody who did "
        "not write it must approve."
    ),
    Cause.WORTH: gettext_lazy(
        "It changes what %(currencies)s are worth: somebody who did not write it must approve."
    ),
    Cause.WENT_BACK: gettext_lazy(
        "It goes back to version %(version)s, which was in force: one person is enough."
    ),
    Cause.WITHDRAWN: gettext_lazy("It takes the place of version %(version)s, which never begins."),
}
WHY_WITHOUT_FIGURES: dict[Cause, str | Promise] = {
    Cause.BELOW: gettext_lazy(
        "Replayed, it changes the yearly cost by less than the threshold: one person is enough."
    ),
    Cause.ABOVE: gettext_lazy(
        "Replayed, it changes the yearly cost by more than the threshold: somebody who did not write it must approve."
    ),
}


def author(by: str) -> str:
    """A person's name, or what published it without one."""
    try:
        found = find_person(UUID(by))
    except ValueError:
        if by.startswith("key:"):
            return _("a program with a key")
        if by.startswith("file:"):
            return _("the file %(name)s") % {"name": by.removeprefix("file:")}
        return {"": "", "demo": _("the demo"), "command": _("the command line")}.get(by, by)
    return found.name if found is not None else ""


def yaml_of(plan: PublishedPlan) -> str:
    """As it was written, comments and all, where it was kept so."""
    return plan.yaml or to_yaml(plan.document)


def yaml_file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _may_draft(request: HttpRequest) -> bool:
    person = signed_in(request)
    return any(person.may(name) for name in ("plan.edit", "plan.publish", "simulate.run"))


def _may_see_people(request: HttpRequest) -> bool:
    return signed_in(request).may("customers.view")


# ---------------------------------------------------------------- drafts


def text_sent(request: HttpRequest) -> str:
    """A file that was chosen wins over what stands in the box. No more is read than would be refused anyway."""
    uploaded = request.FILES.get("file")
    if uploaded is not None:
        content: bytes = uploaded.read(BYTES_MAX + 1)
        return storable(content.decode("utf-8", errors="replace"))
    return storable(request.POST.get("yaml", "")[: BYTES_MAX + 1].replace("\r\n", "\n"))


def storable(text: str) -> str:
    """Without the one character that no database keeps; ``check`` then says that something odd stands there."""
    return text.replace("\x00", "\ufffd")


def _text_to_start_from(request: HttpRequest, known: Programme | None) -> str:
    asked = request.GET.get("run", "")
    if asked and signed_in(request).may("simulate.run"):
        try:
            run = simulations.run(UUID(asked))
        except ValueError:
            run = None
        if run is None:
            raise Http404
        return run.yaml
    if known is None:
        return ""
    wanted = request.GET.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 8 else known.plan.version
    plan = next((one for one in known.versions if one.version == number), None)
    if plan is None:
        raise Http404
    return yaml_of(plan)


def _draft_page(
    request: HttpRequest, known: Programme | None, text: str, *, is_checked: bool
) -> HttpResponse:
    person = signed_in(request)
    context: dict[str, Any] = {
        "programme": known,
        "yaml": text,
        "is_checked": is_checked,
        "may_keep": person.may("plan.edit"),
        "may_simulate": person.may("simulate.run") and known is not None,
    }
    status = 200
    if is_checked:
        examined = examine(text.encode())
        document = examined.document if examined.is_ok else None
        context |= {
            "problems": told(examined, text),
            "mistakes": len(examined.errors),
            "document": document,
            "changes": differences(known.document, document) if known and document else None,
            "opening": describe(document, language()).opening if document else "",
            "refusal": _refusal(known, document) if document else "",
        }
        status = 200 if document else 422
    return render(request, "backoffice/programme_draft.html", context, status=status)


def _refusal(known: Programme | None, document: Document) -> str:
    """Why a document that is correct cannot be published as it is."""
    if known is not None and document.programme != known.code:
        return _("This is the programme “%(other)s”; the one in force is “%(code)s”.") % {
            "other": document.programme,
            "code": known.code,
        }
    return ""
