"""Keys with which tills, sites and other programs talk to us."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from assidu.backoffice import cells, formats
from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.forms import KeyForm
from assidu.backoffice.listing import Choice, Chosen, Column, Listing, Slice, sliced
from assidu.backoffice.sentences import refusal_sentence
from assidu.foundation.people import actions, queries
from assidu.foundation.people.roles import SCOPES
from assidu.foundation.people.types import ApiKey, Refused


def _state(key: ApiKey) -> Any:
    if key.revoked_at:
        return format_html(
            '{}<span class="sub">{}</span>', cells.pill(_("Revoked"), "bad"), formats.moment(key.revoked_at)
        )
    return cells.pill(
        _("In use") if key.last_used_at else _("Never used"), "good" if key.last_used_at else ""
    )


class KeyList(Listing[ApiKey]):
    title = gettext_lazy("API keys")
    lead = gettext_lazy("With which tills, sites and other programs talk to Assidu.")
    name = "keys"
    permission = "keys.manage"
    template = "backoffice/keys.html"
    empty_icon = "key-round"
    empty_title = gettext_lazy("No key yet")
    empty_text = gettext_lazy("A till or a site needs a key to record sales and read balances.")
    filters = (
        Choice(
            "state",
            gettext_lazy("State"),
            lambda: [("live", gettext_lazy("In force")), ("revoked", gettext_lazy("Revoked"))],
        ),
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[ApiKey]]:
        return (
            Column(
                _("Name"),
                lambda k: cells.two_lines(format_html("<b>{}</b>", k.name), cells.code(k.prefix + "…")),
            ),
            Column(_("May"), lambda k: cells.pills(k.scopes)),
            Column(_("Store"), lambda k: k.store or _("every store")),
            Column(_("State"), _state),
            Column(_("Last used"), lambda k: cells.when(k.last_used_at)),
            Column(_("Made on"), lambda k: formats.day(k.created_at)),
            Column(
                format_html('<span class="sr">{}</span>', _("Actions")), _revoke_cell(request), align="end"
            ),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[ApiKey]:
        keys = queries.api_keys()
        if state := chosen.text("state"):
            keys = [key for key in keys if key.is_live == (state == "live")]
        return sliced(keys, cursor, size)


def _revoke_cell(request: HttpRequest) -> Any:
    token = get_token(request)

    def cell(key: ApiKey) -> object:
        if not key.is_live:
            return ""
        return format_html(
            '<form method="post" action="{}" data-confirm="{}">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            '<button class="btn small danger">{}</button></form>',
            reverse("key-revoke", args=[key.id]),
            _("Revoke “%(name)s”? Whatever uses it is refused from the next request on.")
            % {"name": key.name},
            token,
            _("Revoke"),
        )

    return cell


@require_http_methods(["GET", "POST"])
@allowed("keys.manage")
def make_key(request: HttpRequest) -> HttpResponse:
    grantable = queries.grantable_scopes(actor_at(request))
    offered = {scope: words for scope, words in SCOPES.items() if scope in grantable}
    form = KeyForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        answer = actions.create_key(
            form.cleaned_data["name"],
            form.cleaned_data["scopes"],
            actor_at(request),
            store=form.cleaned_data["store"],
        )
        if not isinstance(answer, Refused):
            key, secret = answer
            return render(request, "backoffice/key_made.html", {"key": key, "secret": secret})
        form.add_error("scopes", refusal_sentence(answer.reason))
    context = {"form": form, "scopes": offered, "chosen": form["scopes"].value() or []}
    return render(request, "backoffice/key_new.html", context, status=422 if form.errors else 200)


@require_POST
@allowed("keys.manage")
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    known = {key.id: key for key in queries.api_keys()}
    if key_id not in known:
        raise Http404
    actions.revoke_key(key_id, actor_at(request))
    messages.success(request, _("The key “%(name)s” is revoked.") % {"name": known[key_id].name})
    return redirect("keys")
