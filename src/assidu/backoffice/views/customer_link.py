"""The link with which a customer opens their own statement: made, shown once, and closed by staff."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from assidu.backoffice import sheets
from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.typed import WholeField
from assidu.backoffice.views.customer import known
from assidu.customers.links import DAYS, DAYS_MAX, links_of, make_link, revoke_links
from assidu.foundation import clock
from assidu.foundation.settings import current_settings


class LinkForm(forms.Form):
    days = WholeField(
        label=gettext_lazy("Days during which it opens"), min_value=1, max_value=DAYS_MAX, initial=DAYS
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def link(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown = known(request, customer_id, "link", needs_history=True)
    form = LinkForm(request.POST if request.method == "POST" else None)
    address = ""
    if form.is_valid():
        made = make_link(customer_id, actor_at(request), clock.now(), days=form.cleaned_data["days"])
        if made is None:
            form.add_error(None, _("Personal data is erased: there is nobody to show a page to."))
        else:
            path = reverse("member-statement", args=[made.token])
            public = current_settings().public_url
            address = public.rstrip("/") + path if public else request.build_absolute_uri(path)
    context = {
        "shown": shown,
        "form": form,
        "address": address,
        "links": links_of(customer_id, clock.now()),
    }
    return sheets.show(
        request,
        "backoffice/customer_link.html",
        _("Link to their own statement"),
        context,
        status=422 if form.errors else 200,
    )


@require_POST
@allowed("customers.edit")
def close_links(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown = known(request, customer_id, "link", needs_history=True)
    revoke_links(customer_id, actor_at(request), clock.now())
    messages.success(
        request, _("None of the links of %(name)s opens anything any more.") % {"name": shown.name}
    )
    return sheets.leave(request, reverse("customer", args=[customer_id]))
