"""A merger that was a mistake is undone: which record, why."""

from uuid import UUID

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice import sheets
from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.sentences import outcome_sentence
from assidu.backoffice.views.customer import known
from assidu.backoffice.views.customer_actions import OnceForm, done, programme_of, uuid_in
from assidu.customers import queries as customers
from assidu.foundation import clock
from assidu.foundation.people import actions as people
from assidu.loyalty.separating import Separated
from assidu.loyalty.separating import unmerge as separate


class UnmergeForm(OnceForm):
    other = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why they are two people"),
        max_length=200,
        help_text=gettext_lazy("Colleagues read it in the history; the customer may ask for it."),
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def unmerge(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "unmerge"), programme_of(request)
    chosen = uuid_in(request.POST.get("other") or request.GET.get("other", ""))
    if chosen not in shown.customer.absorbed:
        raise Http404
    form = UnmergeForm(request.POST or None, initial={"other": chosen})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with transaction.atomic():
            outcome = separate(
                chosen, asked["reason"], by=actor_at(request), at=clock.now(), event_id=asked["event"]
            )
            if isinstance(outcome, Separated) and outcome.is_new:
                people.record(
                    actor_at(request), "customer.separated", "customer", str(customer_id),
                    after={"absorbed": str(chosen), "event": outcome.key.id},
                )  # fmt: skip
        if isinstance(outcome, Separated):
            return done(request, customer_id, _("They are two records again."))
        form.add_error(None, outcome_sentence(outcome, programme))
    name = customers.names_of([chosen]).get(chosen) or str(chosen)
    return sheets.show(
        request,
        "backoffice/customer_unmerge.html",
        _("Undo the merger"),
        {"shown": shown, "other": chosen, "name": name, "form": form},
        status=422 if form.errors else 200,
    )
