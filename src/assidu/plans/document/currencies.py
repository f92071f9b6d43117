"""What customers earn and use, and the money of the tickets."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import CurrencyKind
from assidu.plans.document.parts import Amount, Code, Duration, Part, Text, Units


class SaleCurrency(Part, frozen=True, kw_only=True):
    """The money of the tickets."""

    code: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217, for example EUR.")]
    decimals: Annotated[int, Meta(ge=0, le=4)] = 2


class Worth(Part, frozen=True, kw_only=True):
    """What units take off a ticket: `{units: 500, amount: 5.00}`."""

    units: Units = 1
    amount: Amount


class Currency(Part, frozen=True, kw_only=True):
    """What customers earn and use: points, money of the programme, or vouchers (one unit is one voucher)."""

    code: Code
    name: Annotated[Text, Meta(description="In the plural: points, vouchers of 5 €.")]
    singular: Annotated[Text, Meta(description="For one unit; the name when left out.")] | None = None
    kind: CurrencyKind
    decimals: Annotated[int, Meta(ge=0, le=4, description="For money: units are then cents.")] = 0
    expires: (
        Annotated[Duration, Meta(description="From the day it is earned; never when left out.")] | None
    ) = None
    worth: Worth | None = None
    pays: Annotated[
        bool, Meta(description="Can a ticket be paid with it? Its worth says how much it takes off.")
    ] = False
    pays_at_least: Annotated[
        Units, Meta(description="The fewest units that one ticket can be paid with.")
    ] = 1
