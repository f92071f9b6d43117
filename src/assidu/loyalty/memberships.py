"""Figures of memberships: who accepted which terms."""

from dataclasses import dataclass
from datetime import date, datetime

from assidu.decisions.calendar import local_day
from assidu.decisions.terms import terms_in_force
from assidu.foundation.sql import rows
from assidu.loyalty.queries import current_book, versions
from assidu.plans.document import Terms


@dataclass(frozen=True, slots=True)
class TermsAccepted:
    """A version of the terms; without a first day it is one that the programme no longer declares."""

    version: str
    first_day: date | None
    url: str
    is_in_force: bool
    accepted: int


@dataclass(frozen=True, slots=True)
class AcceptedTerms:
    versions: tuple[TermsAccepted, ...]
    unknown: int


def accepted_terms(programme: str, now: datetime) -> AcceptedTerms:
    """Of every version, how many members accepted it last. Who left is not counted."""
    book = current_book(programme)
    assert book is not None, "a programme has a version"
    plan = book.at(now)
    document = next(one.document for one in versions(programme) if one.version == plan.version)
    counts: dict[str, int] = dict(
        rows(
            "SELECT coalesce(state ->> 'terms', ''), count(*) FROM loyalty_member "
            "WHERE programme = %s AND membership IN ('member', 'suspended') GROUP BY 1",
            [programme],
        )
    )
    in_force = terms_in_force(plan, local_day(now, plan.zone))
    declared: dict[str, Terms] = {one.version: one for one in document.terms}
    gone = sorted(version for version in counts if version and version not in declared)
    return AcceptedTerms(
        tuple(
            TermsAccepted(
                version,
                declared[version].first_day if version in declared else None,
                (declared[version].url or "") if version in declared else "",
                version == in_force,
                counts.get(version, 0),
            )
            for version in (*gone, *declared)
        ),
        counts.get("", 0),
    )
