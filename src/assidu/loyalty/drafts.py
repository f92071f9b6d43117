"""Versions in preparation: every text that was saved stays, undoing and redoing go from one to another.

What somebody types and has not saved is kept too, for whoever comes back to it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from msgspec.structs import replace

from assidu.foundation.ids import new_id
from assidu.foundation.sql import rows
from assidu.loyalty.plans import PublishedPlan
from assidu.plans.check import Examination, examine
from assidu.plans.document import Document
from assidu.plans.reading import read
from assidu.plans.rewriting import rewritten

STEPS_MAX = 2_000
"""A draft that was saved more often is begun again as another one."""
LISTED_MAX = 200
NOTHING_TYPED = "{}"
"""What is kept of a form that was saved or given up."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a draft said at one moment. ``resting`` are the rules that are written and switched off."""

    n: int
    after: int
    yaml: str
    resting: tuple[str, ...]
    written_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A version in preparation, as it is now."""

    draft_id: UUID
    programme: str
    based_on: int
    returns_to: int | None
    author: str
    opened_at: datetime
    version: int | None
    dropped_at: datetime | None
    step: Step
    redo: int | None
    """The step that redoing leads to."""

    @property
    def is_open(self) -> bool:
        return self.version is None and self.dropped_at is None

    @property
    def written(self) -> Document | None:
        """Everything that is written, switched off or not; nothing while it cannot be read."""
        return read(self.step.yaml).document

    @property
    def text(self) -> str:
        """What would be published: without the rules that are switched off."""
        return _awake_text(self.step.yaml, self.step.resting) if self.step.resting else self.step.yaml

    def examine(self) -> Examination:
        return examine(self.text)


class Elsewhere(Exception):
    """Somebody else saved the draft in the meantime; nothing was written."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(str(draft.draft_id))
        self.draft = draft


class Closed(Exception):
    """The draft was published or dropped: it no longer changes."""


def awake(document: Document, resting: Sequence[str]) -> Document:
    """Without the rules that are switched off."""
    return replace(document, rules=tuple(rule for rule in document.rules if rule.code not in resting))


@lru_cache(maxsize=64)  # a page asks for it several times
def _awake_text(yaml: str, resting: tuple[str, ...]) -> str:
    document = read(yaml).document
    return yaml if document is None else rewritten(yaml, awake(document, resting))


# ---------------------------------------------------------------- writing


@transaction.atomic
def open_draft(
    yaml: str,
    *,
    at: datetime,
    by: str,
    based_on: int = 0,
    programme: str = "",
    resting: Sequence[str] = (),
    returns_to: int | None = None,
) -> Draft:
    """Begin a draft with a text, correct or not."""
    draft_id = new_id(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_draft (draft_id, programme, based_on, returns_to, author, opened_at) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            (draft_id, programme or _programme_of(yaml), based_on, returns_to, by, at),
        )
        _write(cursor, draft_id, 1, 0, yaml, resting, at, by)
    return must_find(draft_id)


def open_from(plan: PublishedPlan, yaml: str, *, at: datetime, by: str, is_return: bool = False) -> Draft:
    """Begin with what a version says, and with the rules that rested in the draft which became that version."""
    resting: Sequence[str] = ()
    if not is_return:
        earlier = rows(
            "SELECT draft_id FROM loyalty_draft WHERE programme = %s AND version = %s",
            [plan.document.programme, plan.version],
        )
        if earlier and (before := must_find(earlier[0][0])).step.resting:
            yaml, resting = before.step.yaml, before.step.resting
    return open_draft(
        yaml,
        at=at,
        by=by,
        based_on=plan.version,
        programme=plan.document.programme,
        resting=resting,
        returns_to=plan.version if is_return else None,
    )


@transaction.atomic
def save(
    draft_id: UUID,
    yaml: str,
    *,
    at: datetime,
    by: str,
    resting: Sequence[str] | None = None,
    seen: int | None = None,
) -> Draft:
    """Write the next step; saving what is there already writes nothing.

    ``seen`` is the step that the person looked at: raises ``Elsewhere`` when it is no longer the present one.
    """
    draft = locked(draft_id)
    if seen is not None and seen != draft.step.n:
        raise Elsewhere(draft)
    rest = tuple(draft.step.resting if resting is None else resting)
    if (yaml, rest) == (draft.step.yaml, draft.step.resting):
        return draft
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(n) FROM loyalty_draft_step WHERE draft_id = %s", (draft_id,))
        [last] = cursor.fetchone()
        if last >= STEPS_MAX:
            raise Closed
        _write(cursor, draft_id, last + 1, draft.step.n, yaml, rest, at, by)
        cursor.execute(
            "UPDATE loyalty_draft SET at_step = %s, programme = CASE WHEN programme = '' THEN %s ELSE programme END "
            "WHERE draft_id = %s",
            (last + 1, _programme_of(yaml), draft_id),
        )
    return must_find(draft_id)


@transaction.atomic
def undo(draft_id: UUID) -> Draft:
    """Back to what the draft said before its present step; at the first one it stays."""
    draft = locked(draft_id)
    return _go_to(draft, draft.step.after) if draft.step.after else draft


@transaction.atomic
def redo(draft_id: UUID) -> Draft:
    draft = locked(draft_id)
    return _go_to(draft, draft.redo) if draft.redo is not None else draft


@transaction.atomic
def drop(draft_id: UUID, *, at: datetime) -> None:
    """It leaves the list; what it said stays in the books."""
    locked(draft_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_draft SET dropped_at = %s WHERE draft_id = %s", (at, draft_id))


def become(draft_id: UUID, version: int) -> None:
    """The draft was published."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_draft SET version = %s WHERE draft_id = %s", (version, draft_id))


def keep_typed(
    draft_id: UUID,
    person: str,
    part: str,
    typed: Mapping[str, Sequence[str]],
    *,
    at: datetime,
    begun: datetime | None = None,
) -> None:
    """Keep what somebody types in a form, until it is saved or given up.

    ``begun`` is when the form was opened: what comes from a form that ended since, and was on its way, is not kept.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_draft_typed AS kept (draft_id, person, part, typed, typed_at) "
            "VALUES (%s, %s, %s, %s::jsonb, %s) ON CONFLICT (draft_id, person, part) "
            "DO UPDATE SET typed = excluded.typed, typed_at = excluded.typed_at "
            f"WHERE kept.typed <> '{NOTHING_TYPED}' OR kept.typed_at <= %s",
            (draft_id, person, part, json.dumps(typed), at, begun or at),
        )


def forget_typed(draft_id: UUID, person: str, part: str, *, at: datetime) -> None:
    """The form ended: when is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_draft_typed (draft_id, person, part, typed, typed_at) "
            f"VALUES (%s, %s, %s, '{NOTHING_TYPED}', %s) ON CONFLICT (draft_id, person, part) "
            "DO UPDATE SET typed = excluded.typed, typed_at = excluded.typed_at",
            (draft_id, person, part, at),
        )


def _write(
    cursor: Any,
    draft_id: UUID,
    n: int,
    after: int,
    yaml: str,
    resting: Sequence[str],
    at: datetime,
    by: str,
) -> None:
    cursor.execute(
        "INSERT INTO loyalty_draft_step (draft_id, n, after, yaml, resting, written_at, written_by) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (draft_id, n, after, yaml, list(resting), at, by),
    )


def _go_to(draft: Draft, n: int) -> Draft:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_draft SET at_step = %s WHERE draft_id = %s", (n, draft.draft_id))
    return must_find(draft.draft_id)


def locked(draft_id: UUID) -> Draft:
    """Within a transaction: what is done to one draft is done one after another. Raises ``Closed``."""
    rows("SELECT 1 FROM loyalty_draft WHERE draft_id = %s FOR UPDATE", [draft_id])
    draft = must_find(draft_id)
    if not draft.is_open:
        raise Closed
    return draft


def _programme_of(yaml: str) -> str:
    document = read(yaml).document
    return document.programme if document is not None else ""


# ---------------------------------------------------------------- reading

_DRAFT = (
    "SELECT d.draft_id, d.programme, d.based_on, d.returns_to, d.author, d.opened_at, d.version, d.dropped_at, "
    "s.n, s.after, s.yaml, s.resting, s.written_at, s.written_by, "
    "(SELECT max(t.n) FROM loyalty_draft_step AS t WHERE t.draft_id = d.draft_id AND t.after = d.at_step) "
    "FROM loyalty_draft AS d JOIN loyalty_draft_step AS s ON s.draft_id = d.draft_id AND s.n = d.at_step "
)


def find(draft_id: UUID) -> Draft | None:
    found = rows(_DRAFT + "WHERE d.draft_id = %s", [draft_id])
    return _draft(*found[0]) if found else None


def must_find(draft_id: UUID) -> Draft:
    draft = find(draft_id)
    assert draft is not None, "a draft that was opened is never deleted"
    return draft


def open_drafts(programme: str) -> list[Draft]:
    """Those that are neither published nor dropped, the one that was written last first."""
    found = rows(
        _DRAFT + "WHERE d.programme IN (%s, '') AND d.version IS NULL AND d.dropped_at IS NULL "
        "ORDER BY s.written_at DESC LIMIT %s",
        [programme, LISTED_MAX],
    )
    return [_draft(*row) for row in found]


def draft_of_version(programme: str, version: int) -> UUID | None:
    found = rows(
        "SELECT draft_id FROM loyalty_draft WHERE programme = %s AND version = %s", [programme, version]
    )
    return found[0][0] if found else None


def authors(draft: Draft) -> list[str]:
    """Everybody who wrote something that is still in it: who opened it, and who saved a step on the way here."""
    written = {
        n: (after, by)
        for n, after, by in rows(
            "SELECT n, after, written_by FROM loyalty_draft_step WHERE draft_id = %s", [draft.draft_id]
        )
    }
    found = [draft.author]
    n = draft.step.n
    while n:
        n, by = written[n]
        found.append(by)
    return list(dict.fromkeys(found))


def typed(draft_id: UUID, person: str, part: str) -> tuple[dict[str, list[str]], datetime] | None:
    """What this person typed there and did not save, and when."""
    found = rows(
        "SELECT typed, typed_at FROM loyalty_draft_typed WHERE draft_id = %s AND person = %s AND part = %s "
        f"AND typed <> '{NOTHING_TYPED}'",
        [draft_id, person, part],
    )
    if not found:
        return None
    content, at = found[0]
    return (json.loads(content) if isinstance(content, str) else content), at


def typed_parts(draft_id: UUID, person: str) -> set[str]:
    """Where this person has something unsaved."""
    found = rows(
        "SELECT part FROM loyalty_draft_typed WHERE draft_id = %s AND person = %s "
        f"AND typed <> '{NOTHING_TYPED}'",
        [draft_id, person],
    )
    return {part for (part,) in found}


def _draft(
    draft_id: UUID,
    programme: str,
    based_on: int,
    returns_to: int | None,
    author: str,
    opened_at: datetime,
    version: int | None,
    dropped_at: datetime | None,
    n: int,
    after: int,
    yaml: str,
    resting: Sequence[str],
    written_at: datetime,
    written_by: str,
    redo: int | None,
) -> Draft:
    step = Step(n, after, yaml, tuple(resting), written_at, written_by)
    return Draft(
        draft_id, programme, based_on, returns_to, author, opened_at, version, dropped_at, step, redo
    )
