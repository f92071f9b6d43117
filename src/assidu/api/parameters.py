"""What callers may say, and within which bounds."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Schema
from pydantic import Field

from assidu.customers import types as customers
from assidu.decisions.state import Membership
from assidu.loyalty.types import CustomerFilter, CustomerSort, Moved
from assidu.plans.wording import Language, language_of

AMOUNT_MAX = 10**15

CustomerId = Annotated[
    UUID, Path(description="The customer's id; that of a merged customer leads to the survivor.")
]
UnmergedId = Annotated[UUID, Path(description="The id of the record that was merged into another one.")]
Cursor = Annotated[
    str, Query("", max_length=512, description="`next` of the page before; left out: the first page.")
]
Limit = Annotated[int, Query(50, ge=1, le=200, description="How many at most.")]
Code = Annotated[str, Field(max_length=60)]
Spoken = Annotated[
    Literal["fr", "en"] | None,
    Query(None, description="The language of sentences; else that of Accept-Language."),
]


class CustomerFilters(Schema):
    """Every part that is given must hold. Days are included on both sides."""

    membership: Membership | None = None
    tier: Code = ""
    store: Annotated[str, Field(max_length=60, description="Where they joined.")] = ""
    joined_since: date | None = None
    joined_until: date | None = None
    last_purchase_since: date | None = None
    last_purchase_until: date | None = None
    bought_since: Annotated[date | None, Field(description="With a purchase from this day on.")] = None
    bought_until: date | None = None
    currency: Code = "points"
    balance_min: Annotated[int | None, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)] = None
    balance_max: Annotated[int | None, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)] = None
    moved: Annotated[Moved | None, Field(description="With such a movement of `currency` in the period.")] = (
        None
    )
    rule: Annotated[
        str, Field(max_length=60, description="To whom this rule gave something in the period.")
    ] = ""
    since: Annotated[date | None, Field(description="The period of `moved` and `rule`.")] = None
    until: date | None = None
    sort: CustomerSort = CustomerSort.NAME

    def filter(self) -> CustomerFilter:
        return CustomerFilter(
            memberships=(self.membership,) if self.membership else (),
            tiers=(self.tier,) if self.tier else (),
            store=self.store,
            joined_since=self.joined_since,
            joined_until=self.joined_until,
            last_purchase_since=self.last_purchase_since,
            last_purchase_until=self.last_purchase_until,
            bought_since=self.bought_since,
            bought_until=self.bought_until,
            currency=self.currency,
            balance_min=self.balance_min,
            balance_max=self.balance_max,
            moved=self.moved,
            rule=self.rule,
            since=self.since,
            until=self.until,
        )


class UnmergeBody(Schema):
    """Why they are two people."""

    reason: Annotated[str, Field(min_length=1, max_length=1_000, description="Erased with the person.")]


class SearchBody(Schema):
    """In the body, not in the address: addresses end in the logs of every machine on the way."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=320,
            description="A whole card, telephone or e-mail, or beginnings of names.",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=50)] = 20


Word = Annotated[str | None, Field(max_length=200)]


class ProfileBody(Schema):
    """What is known of somebody; a field that is left out changes nothing, an empty text empties."""

    card: Word = None
    external: Annotated[
        str | None, Field(max_length=261, description="`source:id`: how another system calls the customer.")
    ] = None
    phone: Word = None
    email: Annotated[str | None, Field(max_length=320)] = None
    title: Word = None
    first_name: Word = None
    last_name: Word = None
    birth_date: date | None = None
    address: Annotated[str | None, Field(max_length=500)] = None
    postcode: Annotated[str | None, Field(max_length=20)] = None
    town: Word = None
    language: Annotated[str | None, Field(max_length=10)] = None
    store: Annotated[str | None, Field(max_length=60)] = None

    def profile(self) -> customers.Profile:
        return customers.Profile(**self.dict())


class PlanBody(Schema):
    """A programme in YAML or JSON, as `assidu plan check` reads it."""

    content: Annotated[str, Field(min_length=1, max_length=1_000_000)]


class PublishBody(PlanBody):
    note: Annotated[str, Field(max_length=500)] = ""


class DraftBody(PlanBody):
    """``step``: the one that was read; a draft that somebody else changed since is not overwritten."""

    step: Annotated[int, Field(ge=1, le=100_000)] | None = None


class NoteBody(Schema):
    note: Annotated[str, Field(max_length=500)] = ""


class FirstDayBody(NoteBody):
    """``first_day``: today or later."""

    first_day: date


class KeyBody(Schema):
    name: Annotated[str, Field(min_length=1, max_length=120)]
    scopes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=20)]
    store: Annotated[str, Field(max_length=60)] = ""


def language_at(request: HttpRequest, chosen: str | None) -> Language:
    """The language that was asked for; of `Accept-Language`, the first."""
    return language_of(
        chosen or request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    )
