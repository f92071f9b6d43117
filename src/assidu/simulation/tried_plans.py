"""What a plan that was tried is called: what it was made of is kept, and said in the language of whoever reads.

Kept is ``version:3``, ``draft:<id>`` or ``ready:<code>``; anything else is a name that somebody gave, and stays.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assidu.foundation import clock
from assidu.loyalty import drafts, queries
from assidu.loyalty.drafts import Draft
from assidu.plans.document import Document
from assidu.plans.library import library
from assidu.plans.wording import language_of, text_in

WHEN = "%Y-%m-%d %H:%M"
"""Tells drafts of one version apart, alike in every language."""


def of_version(number: int) -> str:
    return f"version:{number}"


def of_draft(draft_id: UUID) -> str:
    return f"draft:{draft_id}"


def of_ready(code: str) -> str:
    return f"ready:{code}"


def name(made_of: str, programme: str) -> str:
    """What one plan of a programme is called, in the active language."""
    return names([made_of], programme)[0]


def names(made_of: Sequence[str], programme: str) -> list[str]:
    """What plans that stand together are called: of drafts that are called alike, also when each was begun."""
    found = [_name(one, programme) for one in made_of]
    often = Counter(said for said, _draft in found)
    return [
        f"{said}, {timezone.localtime(draft.opened_at):{WHEN}}"
        if draft is not None and often[said] > 1
        else said
        for said, draft in found
    ]


def draft_title(draft: Draft, live: Document | None) -> str:
    """What a draft was begun from; ``live`` is the version in force, where there is one."""
    if draft.returns_to is not None:
        return _("Back to version %(version)s") % {"version": draft.returns_to}
    written = draft.written
    if written is not None and live is not None and written.name != live.name:
        # As one that was started from a ready programme is called, until somebody gives it the brand's name.
        return _("Draft of “%(name)s”") % {"name": text_in(written.name, language_of(get_language()))}
    if draft.based_on:
        return _("Draft from version %(version)s") % {"version": draft.based_on}
    return _("Draft of a first version")


def _name(made_of: str, programme: str) -> tuple[str, Draft | None]:
    kind, _colon, key = made_of.partition(":")
    if kind == "version" and key.isdecimal():
        book = queries.current_book(programme)
        is_live = book is not None and book.at(clock.now()).version == int(key)
        words = _("Version %(version)s, in force") if is_live else _("Version %(version)s")
        return words % {"version": key}, None
    if kind == "draft" and (draft := _draft(key)) is not None:
        return draft_title(draft, queries.document_at(programme, clock.now())), draft
    if kind == "ready" and (ready := library().get(key)) is not None:
        return text_in(ready.name, language_of(get_language())), None
    return made_of, None


def _draft(key: str) -> Draft | None:
    try:
        return drafts.find(UUID(key))
    except ValueError:
        return None
