"""What units cost, who pays a part of it, and the numbers of accounts: for the months that are open."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.typed import PER_CENT, number_of, written
from assidu.backoffice.versions import language
from assidu.economics import actions, queries
from assidu.economics.documents import TYPED_SENTENCES, read_policy
from assidu.economics.types import CurrencyPolicy, Policy
from assidu.foundation import clock
from assidu.plans.problems import path_text
from assidu.plans.wording import problem

ACCOUNTS = {
    "provision": gettext_lazy("Provision"),
    "charge": gettext_lazy("Charge"),
    "release": gettext_lazy("Release"),
    "sales": gettext_lazy("Sales"),
    "deferred": gettext_lazy("Deferred revenue"),
    "journal": gettext_lazy("Journal"),
}
COSTS = ("cost", "funded", "expected")


@require_http_methods(["GET", "POST"])
@allowed("economics.close")
def settings(request: HttpRequest) -> HttpResponse:
    programme = programme_at(request)
    if programme is None:
        raise Http404
    if request.method == "GET":
        return _form(request, programme, _written(queries.policy(programme.code), _codes(programme)))
    codes = _codes(programme)
    found, problems = read_policy(json.dumps(_document(request.POST, codes)), codes)
    if found is None:
        told = [(path_text(one.path), problem(one, language(), TYPED_SENTENCES)) for one in problems]
        return _form(request, programme, request.POST.dict(), told)
    actions.set_policy(programme.code, found, by=actor_at(request), at=clock.now())
    messages.success(request, _("Kept: months that are open are valued with it from now on."))
    return redirect("studio-owed")


def _codes(programme: Programme) -> tuple[str, ...]:
    """Those of every version: units of a currency that is no longer given may still be owed."""
    return tuple(dict.fromkeys(one.code for plan in programme.versions for one in plan.document.currencies))


def _written(policy: Policy, codes: tuple[str, ...]) -> dict[str, str]:
    texts = {
        "books": policy.books.value,
        "vat": written(policy.vat),
        "latest_months": str(policy.latest_months),
    }
    texts |= {f"accounts.{name}": getattr(policy.accounts, name) for name in ACCOUNTS}
    for code in codes:
        own = policy.currencies.get(code) or CurrencyPolicy()
        for name in COSTS:
            value = getattr(own, name)
            texts[f"currencies.{code}.{name}"] = written(value)
    return texts


def _document(posted: QueryDict, codes: tuple[str, ...]) -> dict[str, Any]:
    """What was typed as a document, to be read like any other: a text that is no number is told as such."""
    currencies = {}
    for code in codes:
        typed = {name: posted.get(f"currencies.{code}.{name}", "").strip() for name in COSTS}
        own = {name: _number(text) for name, text in typed.items() if text}
        if own not in ({}, {"cost": 100.0, "funded": 0.0}):
            currencies[code] = own
    return {
        "books": posted.get("books", ""),
        "accounts": {name: posted.get(f"accounts.{name}", "").strip() for name in ACCOUNTS},
        "currencies": currencies,
        "latest_months": _whole(posted.get("latest_months", "")),
        "vat": _number(posted.get("vat", "")),
    }


def _number(text: str) -> float | str:
    found = number_of(text, PER_CENT)
    return text if found is None else found


def _whole(text: str) -> int | str:
    return int(text) if text.strip().isdigit() else text


def _form(
    request: HttpRequest,
    programme: Programme,
    texts: dict[str, str],
    problems: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    wrong = {path for path, _sentence in problems or ()}

    def typed(name: str) -> tuple[str, str, bool]:
        return name, texts.get(name, ""), name in wrong

    context = {
        "tab": "owed",
        "books": texts.get("books", ""),
        "vat": typed("vat"),
        "latest_months": typed("latest_months"),
        "accounts": [(label, *typed(f"accounts.{name}")) for name, label in ACCOUNTS.items()],
        "currencies": [
            (programme.currency_name(code), [typed(f"currencies.{code}.{name}") for name in COSTS])
            for code in _codes(programme)
        ],
        "problems": problems,
    }
    return render(request, "backoffice/studio/owed_settings.html", context, status=422 if problems else 200)
