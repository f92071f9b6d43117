"""What staff do to a membership: suspend and resume it, give a status, audiences, activities, terms, a code to bring
others. Each is one event, and one line of the trail."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice import formats, sheets
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.programme import Programme
from assidu.backoffice.views.customer import Known, known
from assidu.backoffice.views.customer_actions import OnceForm, done, programme_of, store_choices
from assidu.decisions.calendar import local_day, midnight
from assidu.decisions.events import Activity
from assidu.decisions.terms import terms_in_force
from assidu.events.types import EventType
from assidu.foundation import clock
from assidu.foundation.people import actions as people
from assidu.loyalty import actions, queries
from assidu.loyalty.entries import Outcome, Told
from assidu.loyalty.queries import member_state
from assidu.loyalty.referral import code_of, referral_standing
from assidu.plans.wording.life import terms_named
from assidu.plans.wording.phrases import Phrases

IN, OUT = "in", "out"


class ReasonForm(OnceForm):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Colleagues read it in the history; the customer may ask for it."),
    )


class SuspensionForm(ReasonForm):
    since = forms.DateField(
        label=gettext_lazy("Since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Left empty: from now on. Not before what was recorded last."),
    )
    field_order = ("since", "reason")

    def __init__(self, *args: Any, earliest: date | None, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._earliest, self._today = earliest, today

    def clean_since(self) -> date | None:
        since: date | None = self.cleaned_data["since"]
        if since is not None and since > self._today:
            raise forms.ValidationError(_("This day has not come yet."))
        if since is not None and self._earliest is not None and since < self._earliest:
            raise forms.ValidationError(
                _("Something was recorded on %(day)s: the membership can stand still from that day on.")
                % {"day": formats.day(self._earliest)}
            )
        return since


class StatusForm(ReasonForm):
    tier = forms.ChoiceField(label=gettext_lazy("Status"))
    until = forms.DateField(
        label=gettext_lazy("Until, that day not included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Left empty: for good, until the next review."),
    )
    field_order = ("tier", "until", "reason")

    def __init__(self, *args: Any, tiers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = tiers  # type: ignore[attr-defined]


class AudienceForm(OnceForm):
    audience = forms.ChoiceField(label=gettext_lazy("Audience"))
    direction = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=((IN, gettext_lazy("Put in")), (OUT, gettext_lazy("Take out"))),
        initial=IN,
    )

    def __init__(self, *args: Any, audiences: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = audiences  # type: ignore[attr-defined]


ACTIVITIES_READ = 100
"""The youngest activities, in which earlier answers are looked for."""
NONE_OF_THESE = ""
"""No answer is written so: whoever gives it has answered, and none of those that count."""


class ActivityForm(OnceForm):
    activity = forms.ChoiceField(label=gettext_lazy("What they did"))
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)

    def __init__(
        self,
        *args: Any,
        activities: list[tuple[str, str]],
        only: tuple[str, ...] | None,
        asked: Mapping[str, Mapping[str, frozenset[str]]],
        given: Mapping[str, str],
        phrases: Phrases,
        **kwargs: Any,
    ) -> None:
        """``asked``: by question, the audiences that its answers fill; ``given``: what was answered last, in words."""
        super().__init__(*args, **kwargs)
        self._questions = {f"answer-{n}": question for n, question in enumerate(asked)}
        for name, question in self._questions.items():
            known = sorted(frozenset().union(*asked[question].values()))
            self.fields[name] = forms.MultipleChoiceField(
                label=_("Answer to “%(question)s”") % {"question": question},
                choices=[
                    *((one, _filling(one, asked[question], phrases)) for one in known),
                    (NONE_OF_THESE, _("None of these, or no longer")),
                ],
                help_text=given.get(question, _("Never answered yet.")),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["activity"].choices = activities  # type: ignore[attr-defined]
        self.fields["store"].choices = store_choices(only)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in self._questions:
            given = cleaned.get(name, [])
            if NONE_OF_THESE in given and len(given) > 1:
                self.add_error(name, _("Either some of these, or none of them."))
        return cleaned

    @property
    def answers(self) -> dict[str, list[str]]:
        """Those that were given, by question; what was not asked is not among them."""
        given = {question: self.cleaned_data[name] for name, question in self._questions.items()}
        return {
            question: [one for one in several if one != NONE_OF_THESE]
            for question, several in given.items()
            if several
        }


def _filling(answer: str, audiences: Mapping[str, frozenset[str]], phrases: Phrases) -> str:
    """An answer, which the plan has no words for, with the audiences that it fills, which have a name."""
    names = phrases.audience_names(sorted(code for code, wanted in audiences.items() if answer in wanted))
    return _("%(answer)s (audience: %(names)s)") % {"answer": answer, "names": names}


def _answered_before(shown: Known, questions: Collection[str]) -> dict[str, str]:
    """What they answered last to each question, as far as who looks sees it, in words."""
    if not questions or not shown.has_history:
        return {}
    shared = queries.accounts_ever(shown.family)
    told = queries.timeline(shown.family, shared=shared, types=(EventType.ACTIVITY,), limit=ACTIVITIES_READ)
    found: dict[str, str] = {}
    for entry in told.entries:
        if not isinstance(entry.event, Activity) or shown.is_elsewhere(entry.type, entry.store):
            continue
        for question, given in entry.event.answers:
            if question in questions and question not in found:
                said = {"answers": ", ".join(given) or _("none of these"), "day": formats.day(entry.day)}
                found[question] = _("Answered last: %(answers)s, on %(day)s.") % said
    return found


class TermsForm(OnceForm):
    version = forms.ChoiceField(label=gettext_lazy("Version of the terms"))

    def __init__(self, *args: Any, versions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = versions  # type: ignore[attr-defined]


def answer(
    request: HttpRequest,
    shown: Known,
    programme: Programme,
    form: OnceForm,
    do: Callable[[dict[str, Any]], Outcome],
    *,
    action: str,
    trail: Callable[[dict[str, Any]], dict[str, object]],
    title: str,
    said: str,
    intro: str,
    button: str,
    address: str,
) -> HttpResponse:
    """Show the form, or do what it says: the event and its line of the trail together, or neither."""
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with transaction.atomic():
            outcome = do(asked)
            if isinstance(outcome, Told) and outcome.is_new:
                people.record(
                    actor_at(request), action, "customer", str(shown.id),
                    after=trail(asked) | {"event": outcome.key.id},
                )  # fmt: skip
        if isinstance(outcome, Told):
            return done(request, shown.id, said % {"name": shown.name})
        form.refuse(outcome, programme)
    return sheets.show(
        request,
        "backoffice/customer_membership.html",
        title,
        {"shown": shown, "form": form, "intro": intro, "button": button, "address": address},
        status=422 if form.errors else 200,
    )


# ---------------------------------------------------------------- standing still


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def suspend(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "suspend"), programme_of(request)
    last = next(iter(queries.timeline(shown.records, limit=1).entries), None)
    zone = programme.plan.zone

    def since(asked: dict[str, Any]) -> datetime:
        day: date | None = asked["since"]
        if day is None or day == programme.today:
            return clock.now()
        return max(midnight(day, zone), last.at if last is not None else midnight(day, zone))

    form = SuspensionForm(
        request.POST or None, earliest=last.day if last is not None else None, today=programme.today
    )
    return answer(
        request, shown, programme, form,
        lambda asked: actions.suspend(
            customer_id, asked["reason"], by=actor_at(request), at=since(asked), programme=programme.code,
            event_id=asked["event"],
        ),
        action="customer.suspended",
        trail=lambda asked: {} if asked["since"] is None else {"since": asked["since"].isoformat()},
        title=_("Suspend the membership"),
        said=_("%(name)s: the membership is suspended."),
        intro=_("Until it is resumed nothing is earned, nothing can be used, and nothing expires."),
        button=_("Suspend"), address="customer-suspend",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def resume(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "resume"), programme_of(request)
    return answer(
        request, shown, programme, ReasonForm(request.POST or None),
        lambda asked: actions.resume(
            customer_id, asked["reason"], by=actor_at(request), at=clock.now(), programme=programme.code,
            event_id=asked["event"],
        ),
        action="customer.resumed", trail=lambda _: {}, title=_("Resume the membership"),
        said=_("%(name)s: the membership goes on."),
        intro=_("Dates of validity and of the status move by as many days as it was suspended."),
        button=_("Resume"), address="customer-resume",
    )  # fmt: skip


# ---------------------------------------------------------------- what the programme knows of them


@require_http_methods(["GET", "POST"])
@allowed("ledger.correct")
def status(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "status"), programme_of(request)
    tiers = [(code, programme.phrases.level_name(code)) for code in programme.phrases.levels]

    def trail(asked: dict[str, Any]) -> dict[str, object]:
        until: date | None = asked["until"]
        return {"tier": asked["tier"], "until": None if until is None else until.isoformat()}

    return answer(
        request, shown, programme, StatusForm(request.POST or None, tiers=tiers),
        lambda asked: actions.grant_status(
            customer_id, asked["tier"], asked["until"], asked["reason"], by=actor_at(request), at=clock.now(),
            programme=programme.code, event_id=asked["event"],
        ),
        action="status.granted", trail=trail, title=_("Give a status"), said=_("%(name)s has the status."),
        intro=_("When its time is over they have what they reach, or what they held before."),
        button=_("Give"), address="customer-status",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def audience(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "audience"), programme_of(request)
    audiences = [(one.code, programme.phrases.text(one.name)) for one in programme.document.audiences]
    state = member_state(shown.counts_as)
    held = programme.phrases.audience_names(sorted(state.audiences)) if state and state.audiences else ""
    return answer(
        request, shown, programme, AudienceForm(request.POST or None, audiences=audiences),
        lambda asked: actions.change_audience(
            customer_id, asked["audience"], is_in=asked["direction"] == IN, by=actor_at(request),
            at=clock.now(), programme=programme.code, event_id=asked["event"],
        ),
        action="audience.changed",
        trail=lambda asked: {"audience": asked["audience"], "is_in": asked["direction"] == IN},
        title=_("Audiences"), said=_("%(name)s: the audience is changed."),
        intro=_("In now: %(names)s.") % {"names": held} if held else _("In no audience now."),
        button=_("Write it down"), address="customer-audience",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def activity(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "activity"), programme_of(request)
    named = programme.phrases.activity_name
    names = sorted((formats.typographic(named(code)), code) for code in programme.plan.activities)
    by = signed_in(request)
    form = ActivityForm(
        request.POST or None,
        activities=[(code, name) for name, code in names],
        only=by.seen_stores,
        asked=programme.plan.answers,
        given=_answered_before(shown, programme.plan.answers),
        phrases=programme.phrases,
        initial={"store": next(iter(by.stores), "")},
    )
    return answer(
        request, shown, programme, form,
        lambda asked: actions.tell_activity(
            customer_id, asked["activity"], asked["store"], by=actor_at(request), at=clock.now(),
            programme=programme.code, answers=form.answers, event_id=asked["event"],
        ),
        action="activity.told", trail=lambda asked: {"activity": asked["activity"]},
        title=_("Record an activity"), said=_("%(name)s: the activity is recorded."),
        intro=_("It earns what the rules of the programme give for it today. Answers count from the next event on.")
        if programme.plan.answers
        else _("It earns what the rules of the programme give for it today."),
        button=_("Write it down"), address="customer-activity",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def terms(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "terms"), programme_of(request)
    in_force = terms_in_force(programme.plan, local_day(clock.now(), programme.plan.zone))
    form = TermsForm(
        request.POST or None,
        versions=[(one.version, terms_named(one, programme.phrases)) for one in programme.document.terms],
        initial={"version": in_force},
    )
    state = member_state(shown.counts_as)
    accepted = state.terms if state is not None else ""
    return answer(
        request, shown, programme, form,
        lambda asked: actions.accept_terms(
            customer_id, asked["version"], by=actor_at(request), at=clock.now(), programme=programme.code,
            event_id=asked["event"],
        ),
        action="terms.accepted", trail=lambda asked: {"version": asked["version"]},
        title=_("Terms accepted"), said=_("%(name)s: the acceptance is recorded."),
        intro=_("Accepted so far: version %(version)s.") % {"version": accepted}
        if accepted
        else _("No version is known to be accepted."),
        button=_("Write it down"), address="customer-terms",
    )  # fmt: skip


# ---------------------------------------------------------------- bringing others


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def referral(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Their code, made when it is asked for, and how many they brought; nobody is named."""
    shown = known(request, customer_id, "referral")
    programme = programme_of(request)
    standing = referral_standing(customer_id)
    code = standing.code
    if request.method == "POST" and not code:
        code = code_of(customer_id, clock.now()) or ""
        if code:
            people.record(actor_at(request), "referral.code_given", "customer", str(customer_id))
    return sheets.show(
        request,
        "backoffice/customer_referral.html",
        _("Bring others"),
        {
            "shown": shown,
            "standing": standing,
            "code": code,
            "has_policy": programme.plan.referral is not None,
        },
    )
