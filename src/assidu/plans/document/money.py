"""The money of the tickets, and the foreign ones that they may be paid in."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import RATE_DAYS_MAX
from assidu.plans.document.parts import Part

FOREIGN_MAX = 40
MoneyCode = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217, for example EUR.")]
Decimals = Annotated[int, Meta(ge=0, le=4)]


class ForeignMoney(Part, frozen=True, kw_only=True):
    """Another money that tickets may be paid in."""

    code: MoneyCode
    decimals: Decimals = 2


class SaleCurrency(Part, frozen=True, kw_only=True):
    """The money of the tickets, and others that are converted when a ticket is told, once and for all."""

    code: MoneyCode
    decimals: Decimals = 2
    foreign: Annotated[
        tuple[ForeignMoney, ...],
        Meta(max_length=FOREIGN_MAX, description="Other moneys that tickets may be paid in."),
    ] = ()
    rate_days_at_most: Annotated[
        int,
        Meta(
            ge=0,
            le=366,
            description="How many days old a rate may be where none is known for the day of the ticket.",
        ),
    ] = RATE_DAYS_MAX
