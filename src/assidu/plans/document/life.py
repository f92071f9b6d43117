"""The life of the programme: the terms that members accept, notice of changes, and its end."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from assidu.plans.document.parts import Duration, Part

TERMS_MAX = 100
TERMS_LENGTH_MAX = 100_000
NOTICE_DAYS_MAX = 366

TermsWords = Annotated[str, Meta(min_length=1, max_length=TERMS_LENGTH_MAX)]


class TermsText(Part, frozen=True, kw_only=True):
    """The terms themselves, in the languages of the programme."""

    fr: TermsWords
    en: TermsWords


class Terms(Part, frozen=True, kw_only=True):
    """One version of the terms, in force from its first day until the next one is. Exactly one of an address and the
    text."""

    version: Annotated[str, Meta(min_length=1, max_length=40, description="As members know it: `2026-01`.")]
    first_day: date
    url: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    text: TermsText | None = None


class Notice(Part, frozen=True, kw_only=True):
    """How long before its first day a version must be published that takes something from customers."""

    days: Annotated[int, Meta(ge=1, le=NOTICE_DAYS_MAX)]


class Leaving(Part, frozen=True, kw_only=True):
    """What becomes of a member who leaves."""

    regret: Annotated[
        Duration, Meta(description="How long they find everything again by joining anew; then it is lost.")
    ]


class Closing(Part, frozen=True, kw_only=True):
    """The end of the programme: the last day to earn, then the last day to use."""

    last_day_to_earn: date
    last_day_to_use: date
    forfeit: Annotated[bool, Meta(description="What is left after the last day expires.")] = True
