"""The builder: one rule, reward, status… as a sentence whose blanks are filled in, told back while one types.

What is typed is kept on the way: whoever leaves finds it again.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.drafting import DraftShown, known_options, sentence_of, sentences_of, shown_draft
from assidu.backoffice.programme import programme_at
from assidu.backoffice.sheets import is_partial
from assidu.backoffice.typed import signs_of
from assidu.backoffice.versions import language
from assidu.backoffice.views.drafts import begun_at, document_of, draft_address, free_code
from assidu.backoffice.views.programme import storable
from assidu.foundation import clock
from assidu.loyalty import drafts
from assidu.loyalty.approvals import signature
from assidu.loyalty.drafts import Closed
from assidu.plans import blanks
from assidu.plans.blanks import (
    Texts,
    added,
    begun,
    can_hold,
    fill,
    form_of,
    lists,
    members,
    removed,
    texts_of,
    whole_at,
    wholes,
)
from assidu.plans.blanks.filling import BLANK, Filled, blank_of
from assidu.plans.blanks.kinds import is_apart, is_list, struct
from assidu.plans.blanks.loose import FIELDS, has_form, written_twice
from assidu.plans.blanks.parts import with_members, with_whole
from assidu.plans.check import check
from assidu.plans.document import Document
from assidu.plans.document.life import TERMS_LENGTH_MAX
from assidu.plans.problems import Path, Problem
from assidu.plans.rewriting import rewritten
from assidu.plans.wording import blanks as words
from assidu.plans.wording import problem

NEW = "+"
NAMES_MAX = 2_000
VALUE_MAX = TERMS_LENGTH_MAX + 1
"""One letter more than anything takes: what is too long is told so, and not cut."""
_NAME = re.compile(r"[a-z_]+(\.([a-z_]+|\d{1,4}))*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the document the form stands. ``code`` is nothing for a part that there is one of."""

    part: str
    cls: type[msgspec.Struct]
    code: str | None
    is_optional: bool = False

    @property
    def key(self) -> str:
        return self.part if self.code is None else f"{self.part}/{self.code}"

    @property
    def is_new(self) -> bool:
        return self.code == NEW


@dataclass(frozen=True, slots=True)
class Tried:
    """The document with what is written in the form, as far as it could be read."""

    document: Document | None
    code: str | None
    problems: Mapping[str, Sequence[str]]
    warnings: Sequence[str]
    sentences: Sequence[str]

    @property
    def is_ok(self) -> bool:
        return self.document is not None and not self.problems


@require_http_methods(["GET", "POST"])
@allowed("plan.edit")
def member(request: HttpRequest, draft_id: UUID, part: str, code: str) -> HttpResponse:
    cls = lists().get(part)
    if cls is None:
        raise Http404
    return _answer(request, draft_id, Place(part, cls, code))


@require_http_methods(["GET", "POST"])
@allowed("plan.edit")
def whole(request: HttpRequest, draft_id: UUID, part: str) -> HttpResponse:
    found = wholes().get(part)
    if found is None:
        raise Http404
    return _answer(request, draft_id, Place(part, found[0], None, found[1]))


def _answer(request: HttpRequest, draft_id: UUID, place: Place) -> HttpResponse:
    one = shown_draft(draft_id, programme_at(request), str(signed_in(request).id))
    document = document_of(one)
    if not has_form(document, place.part):
        return redirect("draft-text", draft_id=draft_id)
    if not can_hold(document, place.part):
        return redirect("draft-whole", draft_id=draft_id, part=place.part.rpartition(".")[0])
    if place.code not in (None, NEW) and place.code not in _codes(document, place.part):
        raise Http404
    if request.method == "GET":
        return _begin(request, one, document, place)
    do = request.POST.get("do", "preview")
    texts = texts_sent(request)
    if do == "forget":
        drafts.forget_typed(draft_id, one.person, place.key, at=clock.now())
        return redirect(draft_address(draft_id))
    if do == "remove-part" and place.is_optional:
        return _save(request, one, with_whole(document, place.part, None), place, None)
    first = _first(document)
    if do.startswith("add:"):
        texts = added(place.cls, texts, do.removeprefix("add:"), first)
    elif do.startswith("remove:"):
        texts = removed(texts, do.removeprefix("remove:"))
    elif do == "shape":
        texts = _reshaped(place.cls, texts, first)
    if one.draft.is_open:
        drafts.keep_typed(draft_id, one.person, place.key, texts, at=clock.now(), begun=begun_at(request))
    tried = _try(document, place, texts)
    if do == "save" and request.POST.get("was", "") != _mark(document, place):
        warning = _(
            "Somebody else changed this in the meantime: what you wrote is below, save it again to keep it."
        )
        messages.warning(request, warning)
        return _page(request, one, document, place, texts, tried, is_told=True, status=409)
    if do == "save" and tried.is_ok:
        assert tried.document is not None
        return _save(request, one, tried.document, place, tried.code)
    if do == "preview" and is_partial(request):
        return _preview(request, one, document, place, texts, tried)
    is_told = do == "save"
    status = 422 if is_told else 200
    focus = _focus(do, texts)
    return _page(request, one, document, place, texts, tried, is_told=is_told, focus=focus, status=status)


def _begin(request: HttpRequest, one: DraftShown, document: Document, place: Place) -> HttpResponse:
    kept = drafts.typed(one.draft.draft_id, one.person, place.key)
    if kept is not None:
        texts, typed_at = kept
        tried = _try(document, place, texts)
        return _page(request, one, document, place, texts, tried, is_told=True, typed_at=typed_at)
    value = _value(document, place)
    texts = begun(place.cls, _first(document)) if value is None else texts_of(value, language())
    return _page(
        request, one, document, place, texts, _try(document, place, texts), is_told=value is not None
    )


def _save(
    request: HttpRequest, one: DraftShown, document: Document, place: Place, code: str | None
) -> HttpResponse:
    draft_id = one.draft.draft_id
    try:
        yaml = rewritten(one.draft.step.yaml, document)
        drafts.save(draft_id, yaml, at=clock.now(), by=signature(actor_at(request)))
    except Closed:
        messages.error(request, _("This draft was published or dropped: it no longer changes."))
        return redirect(draft_address(draft_id))
    drafts.forget_typed(draft_id, one.person, place.key, at=clock.now())
    messages.success(request, _("Saved."))
    anchor = f"{place.part}-{code}" if code else place.part
    return redirect(draft_address(draft_id, anchor.replace(".", "")))


# ---------------------------------------------------------------- reading what is written


def texts_sent(request: HttpRequest) -> Texts:
    """What the form sent, by name; more than any form has is not read."""
    return {
        name: [storable(str(value))[:VALUE_MAX] for value in values]
        for name, values in list(request.POST.lists())[:NAMES_MAX]
        if _NAME.fullmatch(name) and name not in ("do", "was", "begun", "csrfmiddlewaretoken")
    }


def _try(document: Document, place: Place, texts: Texts) -> Tried:
    texts = _both_names(texts)
    value = _value(document, place)
    code = place.code
    if place.is_new:
        code = free_code(_code_of(texts), set(_codes(document, place.part)))
    filled = fill(place.cls, texts, _kept(place.cls, value, code), signs_of(document.sale_currency.code))
    found = {name: [_said(one) for one in told] for name, told in filled.problems.items()}
    if filled.part is None:
        return Tried(None, code, found, (), _sentences_without(document, place, texts, code, filled))
    for name, twice in written_twice(filled.part).items():
        found.setdefault(name, []).append(_said(twice))
    changed = _with(document, place, filled.part)
    path = _path(changed, place, code)
    warnings = []
    before = {(one.code, one.path) for one in check(document)}
    for one in check(changed):
        if one.path[: len(path)] == path and (path or whole_at(one.path) == place.part):
            if one.is_warning:
                warnings.append(_said(one))
            else:
                found.setdefault(blank_of(one.path[len(path) :], texts), []).append(_said(one))
        elif not one.is_warning and (one.code, one.path) not in before:
            found.setdefault("", []).append(_said(one))  # it is wrong elsewhere because of this
    return Tried(changed, code, found, warnings, _sentences(changed, place, code))


def _sentences_without(
    document: Document, place: Place, texts: Texts, code: str | None, filled: Filled
) -> list[str]:
    """What it says without the clauses that are still empty."""
    has = set(texts.get("has", ()))
    bare = texts
    for name in filled.problems:
        above = [one for one in has if name == one or name.startswith(f"{one}.")]
        if not above:
            return []
        bare = removed(bare, max(above, key=len))
    part = fill(
        place.cls,
        bare,
        _kept(place.cls, _value(document, place), code),
        signs_of(document.sale_currency.code),
    ).part
    if part is None:
        return []
    changed = _with(document, place, part)
    is_sound = all(one.is_warning for one in check(changed) if one.path[:1] == (place.part,))
    return _sentences(changed, place, code) if is_sound else []


def _both_names(texts: Texts) -> Texts:
    """A name in one language alone serves for both."""
    names = {key: (texts.get(key) or [""])[0].strip() for key in ("name.fr", "name.en")}
    if all(key in texts for key in names) and any(names.values()):
        texts = dict(texts)
        for key, other in (("name.fr", "name.en"), ("name.en", "name.fr")):
            texts[key] = [names[key] or names[other]]
    return texts


def _code_of(texts: Texts) -> str:
    """A code made of the English name: small letters, digits, hyphens."""
    name = next((texts[key][0] for key in ("name.en", "name.fr") if texts.get(key) and texts[key][0]), "")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return code if code[:1].isalpha() else f"n-{code}".strip("-")


def _said(found: Problem) -> str:
    return words.EMPTY.say(language()) if found.code == BLANK else problem(found, language())


def _value(document: Document, place: Place) -> Any:
    if place.code is None:
        return blanks.whole(document, place.part)
    return next((one.value for one in members(document, place.part) if one.code == place.code), None)


def _mark(document: Document, place: Place) -> str:
    """Tells whether a part is still what the form was opened on."""
    value = _value(document, place)
    return "" if value is None else sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16]


def _codes(document: Document, part: str) -> list[str]:
    return [one.code for one in members(document, part)]


def _kept(cls: type[msgspec.Struct], value: Any, code: str | None) -> dict[str, Any]:
    """What the form does not ask: the code, and lists whose members have forms of their own."""
    kept: dict[str, Any] = {} if code is None else {"code": code}
    for field in struct(cls).fields:
        if field.name == "code" and code is None:
            kept["code"] = value.code
        if not is_list(field) or not is_apart(struct(cls), field):
            continue
        if value is not None:
            kept[field.encode_name] = _plain(getattr(value, field.name))
        elif field.required:
            kept[field.encode_name] = [{"code": "first", "name": {"fr": "Premier", "en": "First"}}]
    return kept


def _plain(values: Sequence[Any]) -> list[Any]:
    return [msgspec.to_builtins(one, str_keys=True, enc_hook=str) for one in values]


def _with(document: Document, place: Place, value: Any) -> Document:
    if place.code is None:
        return with_whole(document, place.part, value)
    found = [one.value for one in members(document, place.part)]
    if place.is_new:
        return with_members(document, place.part, [*found, value])
    return with_members(document, place.part, [value if one.code == place.code else one for one in found])


def _path(document: Document, place: Place, code: str | None) -> Path:
    """Where it stands in the document; the fields of the document itself stand at its root."""
    if place.code is None:
        return () if place.part in FIELDS else tuple(place.part.split("."))
    return next(one.path for one in members(document, place.part) if one.code == code)


def _sentences(document: Document, place: Place, code: str | None) -> list[str]:
    if place.code is None:
        return sentences_of(document, place.part)
    return [
        sentence_of(document, place.part, one) for one in members(document, place.part) if one.code == code
    ]


def _first(document: Document) -> dict[str, str]:
    """What stands in a new blank: the first currency, the first rule that can be multiplied."""
    rules = [rule.code for rule in document.rules if rule.gift.per_amount is not None]
    first = {"currency": document.currencies[0].code}
    return first | ({"rule": rules[0]} if rules else {})


def _reshaped(cls: type[msgspec.Struct], texts: Texts, first: Mapping[str, str]) -> Texts:
    """Another way to give was chosen: its own blanks begin empty, unless they were written before."""
    new = dict(texts)
    for name, values in texts.items():
        if name.endswith(".kind") and values:
            chosen = f"{name.removesuffix('kind')}{values[0]}"
            if not any(key == chosen or key.startswith(f"{chosen}.") for key in texts):
                shaped = added(cls, new, chosen, first)
                has = [one for one in shaped["has"] if one != chosen]
                new = shaped | {"has": has}
    return new


def _focus(do: str, texts: Texts) -> str:
    """The clause that was just added."""
    if not do.startswith("add:"):
        return ""
    name = do.removeprefix("add:")
    numbered = [one for one in texts.get("has", ()) if one.startswith(f"{name}.")]
    return numbered[-1] if numbered else name


# ---------------------------------------------------------------- what is shown


def _page(
    request: HttpRequest,
    one: DraftShown,
    document: Document,
    place: Place,
    texts: Texts,
    tried: Tried,
    *,
    is_told: bool,
    typed_at: datetime | None = None,
    focus: str = "",
    status: int = 200,
) -> HttpResponse:
    problems = tried.problems if is_told else {}
    context = _context(one, document, place, texts, tried, problems) | {
        "typed_at": typed_at,
        "focus": focus.replace(".", "-"),
        "is_told": is_told,
        "is_part": is_partial(request),
        "begun": begun_at(request),
    }
    template = "backoffice/drafts/builder.html" if is_partial(request) else "backoffice/drafts/part.html"
    return render(request, template, context, status=200 if is_partial(request) else status)


def _preview(
    request: HttpRequest, one: DraftShown, document: Document, place: Place, texts: Texts, tried: Tried
) -> HttpResponse:
    """The sentence, and beside each blank what is wrong with it; nothing that is being typed is touched.

    A blank that is still empty is not called wrong while one types.
    """
    empty = words.EMPTY.say(language())
    problems = {
        name: told
        for name, found in tried.problems.items()
        if (told := [one for one in found if one != empty])
    }
    context = _context(one, document, place, texts, tried, problems)
    context["slots"] = context["form"].slots()
    return render(request, "backoffice/drafts/preview.html", context)


def _context(
    one: DraftShown,
    document: Document,
    place: Place,
    texts: Texts,
    tried: Tried,
    problems: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    form = form_of(place.cls, texts, document, known_options(document), language(), problems)
    before = _value(document, place)
    title = words.WHOLES[place.part] if place.code is None else words.MEMBERS[place.part][0]
    return {
        "programme": one.programme,
        "shown": one,
        "place": place,
        "form": form,
        "tried": tried,
        "problems": problems,
        "sentences": tried.sentences,
        "before": [] if before is None else _sentences(document, place, place.code),
        "kind_name": title.say(language()),
        "may_edit": one.draft.is_open,
        "exists": before is not None,
        "was": _mark(document, place),
        "address": one.address_of(place.part, place.code),
    }
