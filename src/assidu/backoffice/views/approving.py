"""From a draft to a version in force: what it costs, who approves, when it begins; withdrawing and going back."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.drafting import DraftShown, shown_draft
from assidu.backoffice.first_answer import FirstAnswer
from assidu.backoffice.left_out import left_out
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial
from assidu.backoffice.views.programme import author, storable, why
from assidu.foundation import clock
from assidu.foundation.people import actions as trail
from assidu.loyalty import approvals, drafts
from assidu.loyalty.approvals import DraftState, NotDone, Trouble, signature
from assidu.loyalty.drafts import Draft
from assidu.loyalty.needs import Need, NotSimulated, threshold_for
from assidu.simulation.tried_plans import of_draft
from assidu.simulation.yearly import start_missing

AMOUNT_MAX = Decimal(10**12)

TROUBLES: dict[Trouble, str | Promise] = {
    Trouble.HAS_ERRORS: gettext_lazy("The draft has mistakes: put them right first."),
    Trouble.OTHER_PROGRAMME: gettext_lazy("The draft speaks of another programme."),
    Trouble.NOT_SUBMITTED: gettext_lazy(
        "The draft changed since it was submitted, or another version was published: submit it again."
    ),
    Trouble.NOT_APPROVED: gettext_lazy("Somebody who did not write it must approve it first."),
    Trouble.OWN_WORK: gettext_lazy("You wrote in this version: somebody else must approve it."),
    Trouble.SENT_BACK: gettext_lazy("It was sent back: change it, or submit it again."),
    Trouble.STARTS_IN_THE_PAST: gettext_lazy("Choose today or a later day: what was decided stays decided."),
    Trouble.NOTICE_TOO_SHORT: gettext_lazy(
        "This version takes something from customers, who were promised to be told earlier: let it begin later."
    ),
    Trouble.NOTHING_CHANGES: gettext_lazy(
        "The version in force says the same already: nothing was published."
    ),
    Trouble.HAS_BEGUN: gettext_lazy("This version has begun: go back to an earlier one instead."),
    Trouble.UNKNOWN_VERSION: gettext_lazy("There is no such version that was in force."),
    Trouble.CLOSED: gettext_lazy("This draft was published or dropped: it no longer changes."),
}


def _said(refused: NotDone) -> str:
    said = str(TROUBLES[refused.trouble])
    if refused.earliest is None:
        return said
    return f"{said} {_('It may begin on %(day)s or later.') % {'day': formats.day(refused.earliest)}}"


NEEDED = {
    "simulate": "simulate.run",
    "submit": "plan.edit",
    "approve": "plan.approve",
    "send-back": "plan.approve",
    "publish": "plan.publish",
}


@require_http_methods(["GET", "POST"])
@allowed("plan.view")
def approval(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    known = programme_at(request)
    one = shown_draft(draft_id, known, str(signed_in(request).id))
    if request.method == "GET":
        return _page(request, one)
    do = request.POST.get("do", "")
    if do not in NEEDED:
        raise Http404
    _must(request, NEEDED[do])
    try:
        answer = _step(request, one, do)
    except NotDone as refused:
        messages.error(request, _said(refused))
    except NotSimulated:
        messages.error(request, _("Replay the past year first: who must approve depends on what it costs."))
    else:
        if answer is not None:
            return answer
    return redirect("draft-approval", draft_id=draft_id)


def _step(request: HttpRequest, one: DraftShown, do: str) -> HttpResponse | None:
    draft_id, at, by = one.draft.draft_id, clock.now(), actor_at(request)
    note = storable(request.POST.get("note", "").strip())
    if do == "simulate":
        _replay(request, one)
    elif do == "submit":
        asked = approvals.submit(draft_id, one.yearly.change if one.yearly else None, at=at, by=by)
        messages.success(
            request,
            _("Approved: it can be published.") if asked.is_approved else _("Submitted for approval."),
        )
    elif do == "approve":
        approvals.approve(draft_id, at=at, by=by, note=note)
        messages.success(request, _("Approved: it can be published."))
    elif do == "send-back":
        approvals.send_back(draft_id, at=at, by=by, note=note)
        messages.success(request, _("Sent back to those who wrote it."))
    else:
        return _publish(request, one, note)
    return None


def _replay(request: HttpRequest, one: DraftShown) -> None:
    known = one.programme
    if known is None or one.document is None:
        raise NotDone(Trouble.HAS_ERRORS)
    live = next(plan for plan in known.versions if plan.version == known.plan.version)
    by = str(signed_in(request).id)
    made_of = of_draft(one.draft.draft_id)
    start_missing(one.document, one.draft.text, live.document, label=made_of, by=by)
    trail.record(actor_at(request), "simulation.run", "draft", str(one.draft.draft_id))


def _publish(request: HttpRequest, one: DraftShown, note: str) -> HttpResponse:
    try:
        first_day = date.fromisoformat(request.POST.get("first_day", ""))
    except ValueError:
        raise NotDone(Trouble.STARTS_IN_THE_PAST) from None
    draft_id, at, by = one.draft.draft_id, clock.now(), actor_at(request)
    if one.request is None and one.draft.is_open:
        # Where one person is enough, publishing is one step.
        approvals.submit(draft_id, one.yearly.change if one.yearly else None, at=at, by=by)
    plan = approvals.publish_draft(draft_id, first_day, at=at, by=by, note=note)
    messages.success(request, _("Version %(version)s is published.") % {"version": plan.version})
    return redirect("programme-version", version=plan.version)


def _page(request: HttpRequest, one: DraftShown) -> HttpResponse:
    person, known = signed_in(request), one.programme
    need = _foreseen(request, one)
    asked = one.request
    may_see_figures = person.may("dashboard.view")
    first_day = one.document.valid_from if one.document is not None else None
    if known is not None:
        first_day = max(first_day or known.today, known.today)
    is_author = asked is not None and signature(actor_at(request)) in asked.authors
    context: dict[str, Any] = {
        "programme": known,
        "shown": one,
        "need": need,
        "why": why(need.cause, need.grounds, known, with_figures=may_see_figures) if need else "",
        "asked": asked,
        "asked_why": why(asked.cause, asked.grounds, known, with_figures=may_see_figures) if asked else "",
        "answers": [(author(answer.given_by), answer) for answer in asked.answers] if asked else [],
        "asked_by": author(asked.asked_by) if asked else "",
        "authors": [author(by) for by in (asked.authors if asked else drafts.authors(one.draft))],
        "change": known.money(abs(one.yearly.change.change_minor))
        if one.is_simulated and known and one.yearly and one.yearly.change
        else "",
        "first": _first_answer(one),
        "left_out": left_out(one.document, str(one.draft.draft_id))
        if person.may("simulate.run") and known and one.document
        else None,
        "first_day": first_day,
        "today": known.today if known else None,
        "number": (known.versions[-1].version if known else 0) + 1,
        "is_open": one.draft.is_open,
        "is_author": is_author,
        "may_see_figures": may_see_figures,
        "may_submit": person.may("plan.edit") and one.draft.is_open and (asked is None or asked.is_sent_back),
        "may_answer": person.may("plan.approve") and one.state is DraftState.SUBMITTED,
        "may_publish": person.may("plan.publish") and one.draft.is_open and one.document is not None,
        "may_simulate": person.may("simulate.run") and one.draft.is_open and one.document is not None,
        "is_ready": asked.is_approved if asked else need is not None and need.approvals == 0,
    }
    # Asked for while the past is replayed; the last one brings what its end changes in the rest of the page.
    is_part = context["is_part"] = is_partial(request) and may_see_figures
    return render(
        request, "backoffice/drafts/cost.html" if is_part else "backoffice/drafts/approval.html", context
    )


def _first_answer(one: DraftShown) -> FirstAnswer | None:
    """What the replay knows before its end."""
    run = one.yearly.run if one.yearly is not None and one.yearly.is_running else None
    if run is None or run.partial is None or one.programme is None or one.document is None:
        return None
    return FirstAnswer(run.partial, one.programme, one.document, run.against)


def _foreseen(request: HttpRequest, one: DraftShown) -> Need | None:
    """What submitting would decide; nothing while the cost must be known first."""
    if one.document is None or not one.draft.is_open or one.draft.programme != one.document.programme:
        return None
    writers = [*drafts.authors(one.draft), signature(actor_at(request))]
    change = one.yearly.change if one.yearly else None
    try:
        return approvals.need_for(one.draft, one.document, change, writers, at=clock.now())
    except NotSimulated:
        return None


# ---------------------------------------------------------------- versions


@require_POST
@allowed("plan.publish")
def withdraw(request: HttpRequest, version: int) -> HttpResponse:
    known = _known(request)
    try:
        plan = approvals.withdraw(
            known.code,
            version,
            at=clock.now(),
            by=actor_at(request),
            note=_("Withdraws version %(version)s") % {"version": version},
        )
    except NotDone as refused:
        messages.error(request, _said(refused))
        return redirect("programme")
    figures = {"version": version, "number": plan.version}
    messages.success(
        request, _("Version %(version)s is withdrawn: version %(number)s goes on as before.") % figures
    )
    return redirect("programme")


@require_POST
@allowed("plan.publish")
def go_back(request: HttpRequest, version: int) -> HttpResponse:
    known = _known(request)
    try:
        first_day = date.fromisoformat(request.POST.get("first_day", ""))
    except ValueError:
        first_day = known.today
    note = _("Back to version %(version)s") % {"version": version}
    try:
        done = approvals.go_back(
            known.code, version, first_day, at=clock.now(), by=actor_at(request), note=note
        )
    except NotDone as refused:
        messages.error(request, _said(refused))
        return redirect("programme-version", version=version)
    if isinstance(done, Draft):
        messages.warning(request, _("Somebody else must approve going back: it is submitted."))
        return redirect("draft-approval", draft_id=done.draft_id)
    messages.success(request, _("Version %(version)s is published.") % {"version": done.version})
    return redirect("programme-version", version=done.version)


@require_http_methods(["GET", "POST"])
@allowed("plan.threshold")
def threshold(request: HttpRequest) -> HttpResponse:
    """From which yearly cost on a second person must approve."""
    known = _known(request)
    before = threshold_for(known.code)
    decimals = known.document.sale_currency.decimals
    text = "" if before is None else f"{Decimal(before).scaleb(-decimals):.{decimals}f}"
    error = ""
    if request.method == "POST":
        text = request.POST.get("amount", "")
        try:
            minor = _minor(text, decimals)
        except ValueError:
            error = _("An amount is expected here, or nothing.")
        else:
            approvals.set_threshold(known.code, minor, at=clock.now(), by=actor_at(request))
            messages.success(request, _("Saved."))
            return redirect("programme")
    context = {"programme": known, "text": text, "error": error, "unit": known.document.sale_currency.code}
    return render(request, "backoffice/drafts/threshold.html", context, status=422 if error else 200)


def _minor(text: str, decimals: int) -> int | None:
    """An amount as both languages write it; nothing for no threshold. Raises ``ValueError``."""
    bare = "".join(text.split()).replace(",", ".")
    if not bare:
        return None
    try:
        amount = Decimal(bare).scaleb(decimals)
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite() or not 0 <= amount <= AMOUNT_MAX or amount != int(amount):
        raise ValueError(text)
    return int(amount)


def _known(request: HttpRequest) -> Programme:
    known = programme_at(request)
    if known is None:
        raise Http404
    return known


def _must(request: HttpRequest, permission: str) -> None:
    if not signed_in(request).may(permission):
        trail.record(actor_at(request), "access.refused", "permission", permission)
        raise PermissionDenied(permission)
