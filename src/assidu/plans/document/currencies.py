"""What customers earn and use."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import CurrencyKind, ExpiryBasis
from assidu.plans.document.activities import ACTIVITIES_MAX
from assidu.plans.document.parts import DAY_OF_YEAR_PATTERN, Amount, Code, Duration, Part, Text, Units
from assidu.plans.document.pending import Pending
from assidu.plans.document.rules import Cap


class Worth(Part, frozen=True, kw_only=True):
    """What units take off a ticket: `{units: 500, amount: 5.00}`."""

    units: Units = 1
    amount: Amount


class Expiry(Duration, frozen=True, kw_only=True):
    """How long units can be used: a duration, from the day they are earned unless something else is said, or until a
    day of each year."""

    each_year: (
        Annotated[
            str,
            Meta(
                pattern=DAY_OF_YEAR_PATTERN,
                description="The last day of use of each year, as month and day: `01-31`. With a duration: the first "
                "such day that gives at least that time.",
            ),
        ]
        | None
    ) = None
    counted_from: Annotated[
        ExpiryBasis,
        Meta(
            description="`last_earning`, `last_purchase`, `last_activity`: the whole balance expires at once when "
            "nothing comes."
        ),
    ] = ExpiryBasis.EARNING
    extended_by_purchases: Annotated[
        bool, Meta(description="Does each purchase give everything the customer has the whole time again?")
    ] = False
    extended_by: Annotated[
        tuple[Code, ...],
        Meta(
            max_length=ACTIVITIES_MAX,
            description="What gives everything the customer has the whole time again: `sale`, or codes of activities. "
            "With `last_activity`: which ones count.",
        ),
    ] = ()


class Transfers(Part, frozen=True, kw_only=True):
    """What a customer may give to another one."""

    at_least: Annotated[Units, Meta(description="The fewest units that can be given at once.")] = 1
    cap: Annotated[Cap, Meta(description="The most that one customer may give in a period.")] | None = None


class Currency(Part, frozen=True, kw_only=True):
    """What customers earn and use: points, money of the programme, or vouchers (one unit is one voucher)."""

    code: Code
    name: Annotated[Text, Meta(description="In the plural: points, vouchers of 5 €.")]
    singular: Annotated[Text, Meta(description="For one unit; the name when left out.")] | None = None
    kind: CurrencyKind
    decimals: Annotated[int, Meta(ge=0, le=4, description="For money: units are then cents.")] = 0
    expires: Annotated[Expiry, Meta(description="Never when left out.")] | None = None
    pending: (
        Annotated[Pending, Meta(description="What is earned waits; it can be used at once when left out.")]
        | None
    ) = None
    worth: Worth | None = None
    pays: Annotated[
        bool, Meta(description="Can a ticket be paid with it? Its worth says how much it takes off.")
    ] = False
    partner: Annotated[Code, Meta(description="Who provides it, for a good of somebody else.")] | None = None
    settles: (
        Annotated[Amount, Meta(description="What the partner is owed for each unit handed over.")] | None
    ) = None
    expected_redemption: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="How much of what is given is ever used, in per cent: what a gift costs.",
        ),
    ] = 100
    pays_at_least: Annotated[
        Units, Meta(description="The fewest units that one ticket can be paid with.")
    ] = 1
    debt_at_most: (
        Annotated[
            Units,
            Meta(
                description="How far below zero a correction by staff may bring a balance, and a return where returns "
                "may. When left out corrections never do, and returns have no limit."
            ),
        ]
        | None
    ) = None
    transfers: (
        Annotated[Transfers, Meta(description="Customers may give it to one another; never when left out.")]
        | None
    ) = None
