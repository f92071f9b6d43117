"""Offers: what takes something off a ticket or gives more for it, for whom, how often, and how they go together."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import GivesBack, OfferNeeds, StackingChoice
from assidu.plans.document.conditions import Lines, When
from assidu.plans.document.gifts import PerAmount
from assidu.plans.document.parts import (
    SELECTED_MAX,
    Amount,
    Code,
    Duration,
    Part,
    Selected,
    Text,
    Units,
)
from assidu.plans.document.rules import Budget, Quota, Times

OFFERS_MAX = 2_000
GROUPS_MAX = 200
ODDS_MAX = 100_000_000
PIECES_MAX = 10_000_000
BUY_MAX = 1_000
LEGAL_CAPS_MAX = 20


class PercentOff(Part, frozen=True, kw_only=True):
    """So much of the price: `{off: 20, at_most: 5.00}`."""

    off: Annotated[int, Meta(ge=1, le=100)]
    at_most: Annotated[Amount, Meta(description="For all lines of a ticket together.")] | None = None


class BuyGet(Part, frozen=True, kw_only=True):
    """The cheapest of so many: `{buy: 2, get: 1}` gives the third; `percent: 50` takes half of it off."""

    buy: Annotated[int, Meta(ge=1, le=BUY_MAX)]
    get: Annotated[int, Meta(ge=1, le=BUY_MAX)] = 1
    percent: Annotated[int, Meta(ge=1, le=100)] = 100
    times: Annotated[int, Meta(ge=1, le=BUY_MAX, description="At most so often on one ticket.")] | None = None


class Given(Part, frozen=True, kw_only=True):
    """Units of a currency: a fixed number, or for each amount spent on the lines of the offer."""

    currency: Code
    units: Units | None = None
    per_amount: PerAmount | None = None
    expires: Annotated[Duration, Meta(description="Instead of the currency's own.")] | None = None


class Article(Part, frozen=True, kw_only=True):
    """Something that is handed over or done for the customer."""

    name: Text
    worth: Annotated[Amount, Meta(description="What it is worth to the customer.")] | None = None


class OfferEffect(Part, frozen=True, kw_only=True):
    """What an offer does: exactly one of these."""

    percent: PercentOff | None = None
    amount: Annotated[Amount, Meta(description="Off the lines together.")] | None = None
    price: Annotated[Amount, Meta(description="For each unit of the lines.")] | None = None
    free: Annotated[int, Meta(ge=1, le=100, description="So many units, the cheapest first.")] | None = None
    buy: BuyGet | None = None
    points: Given | None = None
    voucher: Given | None = None
    gift: Article | None = None


class Odds(Part, frozen=True, kw_only=True):
    """The offer is drawn for each ticket that meets it: `{one_in: 50}`."""

    one_in: Annotated[int, Meta(ge=2, le=ODDS_MAX)]


class Offer(Part, frozen=True, kw_only=True):
    """One offer."""

    code: Code
    name: Text
    effect: OfferEffect
    when: When = When()
    lines: Lines | None = None
    needs: Annotated[
        OfferNeeds, Meta(description="What a customer must have or have done before the offer is theirs.")
    ] = OfferNeeds.NOTHING
    chance: Odds | None = None
    times: Times | None = None
    quota: Quota | None = None
    budget: Budget | None = None
    stock: Annotated[int, Meta(ge=1, le=PIECES_MAX, description="So many in all, for ever.")] | None = None
    group: Annotated[Code, Meta(description="A group of `stacking`.")] | None = None
    exclusive: Annotated[bool, Meta(description="Alone on a ticket, or not at all.")] = False
    combines: Annotated[bool, Meta(description="May it join other offers on the same lines?")] = False
    priority: Annotated[int, Meta(ge=0, le=1_000, description="The highest counts first.")] = 0
    on_initial_price: Annotated[
        bool, Meta(description="Where it joins others: worked out on the price before them, or after?")
    ] = False
    takes_discounted: Annotated[
        bool, Meta(description="Also lines that another team's promotion already discounted?")
    ] = False
    gives_back: Annotated[
        tuple[GivesBack, ...], Meta(max_length=4, description="What is free again when a ticket comes back.")
    ] = (GivesBack.STOCK,)
    serves: Annotated[Code, Meta(description="The objective that it serves.")] | None = None


class StackingGroup(Part, frozen=True, kw_only=True):
    """Of these offers a ticket has at most so many."""

    code: Code
    at_most: Annotated[int, Meta(ge=1, le=20)] = 1


class Stacking(Part, frozen=True, kw_only=True):
    """Which offers stay when not all can be given together."""

    choose: StackingChoice = StackingChoice.CUSTOMER
    groups: Annotated[tuple[StackingGroup, ...], Meta(max_length=GROUPS_MAX)] = ()


class LegalCap(Part, frozen=True, kw_only=True):
    """A limit that the law sets on promotions, and the departments that it is about here."""

    law: Annotated[Code, Meta(description="One of those that Assidu knows, for example `egalim-food`.")]
    departments: Annotated[tuple[Selected, ...], Meta(min_length=1, max_length=SELECTED_MAX)]
    holds_rules: Annotated[
        bool,
        Meta(
            description="Does it also hold what rules give on lines that they select, at its worth? Else only what "
            "offers take off and give."
        ),
    ] = False
