"""What changes from one document to another: a list of facts, put into words by ``plans.wording.changes``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assidu.plans.document import (
    Activity,
    Audience,
    Currency,
    Document,
    Draw,
    Exclusions,
    Labels,
    Level,
    Lines,
    Objective,
    Offer,
    Partner,
    Returns,
    Reward,
    Rule,
    Tiers,
    When,
    Worth,
)
from assidu.plans.parts import fields_of


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Change:
    """``part`` is the list or part of the document, ``subject`` the code of what changed in it, ``field`` the way to
    what is different (``when.tiers``); ``before`` and ``after`` are the values themselves."""

    kind: Kind
    part: str
    subject: str = ""
    field: str = ""
    before: Any = None
    after: Any = None


Listed = Currency | Rule | Reward | Level | Objective | Activity | Audience | Partner
"""What the document lists by code."""

_WHOLE = (When, Lines, Exclusions, Returns, Labels)
"""Parts that are looked into; every other part is told as a whole."""

NOT_COMPARED = {
    "format",
    "version",
    "objectives",
    "activities",
    "audiences",
    "partners",
    "currencies",
    "rules",
    "rewards",
    "offers",
    "stacking",
    "legal_caps",
    "draws",
    "tiers",
}


def diff(before: Document, after: Document) -> tuple[Change, ...]:
    """Nothing when both say the same; the number and the order inside selections do not count."""
    found = [*_fields("document", "", before, after, NOT_COMPARED)]
    found += _listed("objectives", before.objectives, after.objectives)
    found += _listed("activities", before.activities, after.activities)
    found += _listed("audiences", before.audiences, after.audiences)
    found += _listed("partners", before.partners, after.partners)
    found += _listed("currencies", before.currencies, after.currencies)
    found += _listed("rules", before.rules, after.rules)
    found += _listed("rewards", before.rewards, after.rewards)
    found += _told_whole("offers", before.offers, after.offers)
    found += _together(before, after)
    found += _told_whole("draws", before.draws, after.draws)
    found += _tiers(before.tiers, after.tiers)
    return tuple(found)


def _tiers(before: Tiers | None, after: Tiers | None) -> Iterator[Change]:
    if before is None and after is None:
        return
    if before is None:
        yield Change(Kind.ADDED, "tiers", after=after)
    elif after is None:
        yield Change(Kind.REMOVED, "tiers", before=before)
    else:
        yield from _listed("levels", before.levels, after.levels)
        yield from _fields("tiers", "", before, after, {"levels"})


def _listed(
    part: str,
    before: Sequence[Listed],
    after: Sequence[Listed],
) -> Iterator[Change]:
    """Members of a list are told apart by their code: a new code is a new member."""
    old = {member.code: member for member in before}
    new = {member.code: member for member in after}
    for code, member in old.items():
        if code not in new:
            yield Change(Kind.REMOVED, part, code, before=member)
    for code, member in new.items():
        if code not in old:
            yield Change(Kind.ADDED, part, code, after=member)
        else:
            yield from _fields(part, code, old[code], member, {"code"})
    if [code for code in old if code in new] != [code for code in new if code in old]:
        yield Change(Kind.REORDERED, part, before=tuple(old), after=tuple(new))


def _told_whole(part: str, before: Sequence[Offer | Draw], after: Sequence[Offer | Draw]) -> Iterator[Change]:
    """A member that changes is told as a whole, since its parts only mean something together."""
    old = {member.code: member for member in before}
    new = {member.code: member for member in after}
    for code, member in old.items():
        if code not in new:
            yield Change(Kind.REMOVED, part, code, before=member)
    for code, member in new.items():
        if code not in old:
            yield Change(Kind.ADDED, part, code, after=member)
        elif member != old[code]:
            yield Change(Kind.CHANGED, part, code, before=old[code], after=member)
    if [code for code in old if code in new] != [code for code in new if code in old]:
        yield Change(Kind.REORDERED, part, before=before, after=after)


def _together(before: Document, after: Document) -> Iterator[Change]:
    """How offers go together."""
    together = (before.stacking, before.legal_caps), (after.stacking, after.legal_caps)
    if together[0] != together[1]:
        yield Change(Kind.CHANGED, "stacking", before=together[0], after=together[1])


def _fields(
    part: str, subject: str, before: Any, after: Any, but: set[str], prefix: str = ""
) -> Iterator[Change]:
    for field in fields_of(before.__class__):
        if field.name in but:
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        name = prefix + field.encode_name
        if old == new:
            continue
        looked_into = next(
            (whole for whole in _WHOLE if isinstance(old, whole) or isinstance(new, whole)), None
        )
        if looked_into is not None:
            # No selection of lines is a selection that asks nothing.
            empty = looked_into()
            old, new = (empty if old is None else old), (empty if new is None else new)
            yield from _fields(part, subject, old, new, set(), f"{name}.")
        elif not (_same_members(old, new) or _same_worth(old, new)):
            yield Change(Kind.CHANGED, part, subject, name, old, new)


def _same_members(old: Any, new: Any) -> bool:
    """Are both the same selection in another order?"""
    if not (isinstance(old, tuple) and isinstance(new, tuple)):
        return False
    return all(isinstance(item, str) for item in old + new) and set(old) == set(new)


def _same_worth(old: Any, new: Any) -> bool:
    """100 points for 1 € are 1 point for a cent."""
    if not (isinstance(old, Worth) and isinstance(new, Worth)):
        return False
    return old.amount * new.units == new.amount * old.units
