"""With what the liability is valued: what units cost, who pays a part, and the numbers of accounts. A document."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import Currency, CurrencyKind
from assidu.economics.models.curve import WINDOW
from assidu.economics.models.journal import Accounts, View
from assidu.economics.models.valuation import Terms
from assidu.plans.document.parts import Code, Part

Percent = Annotated[float, Meta(ge=0, le=100)]


class CurrencyPolicy(Part, frozen=True, kw_only=True):
    """What a unit of one currency costs."""

    cost: Annotated[
        float,
        Meta(
            ge=0, le=1_000, description="Per cent of the face value (TTC) that it costs (HT) when it is used."
        ),
    ] = 100.0
    funded: Annotated[Percent, Meta(description="Per cent of that cost that partners pay.")] = 0.0
    expected: (
        Annotated[Percent, Meta(description="Per cent expected to be used; that of the plan when left out.")]
        | None
    ) = None


class Policy(Part, frozen=True, kw_only=True):
    """The newest counts for months that are open; a closed month keeps its own."""

    books: Annotated[View, Meta(description="Which of the two views the journal holds.")] = View.COST
    accounts: Accounts = Accounts()
    currencies: Annotated[dict[Code, CurrencyPolicy], Meta(max_length=50)] = {}
    latest_months: Annotated[
        int, Meta(ge=1, le=60, description="How many of the latest months say how units are used.")
    ] = WINDOW
    vat: Annotated[Percent, Meta(description="Per cent, where no sales say it.")] = 20.0

    @property
    def vat_bp(self) -> int:
        return round(self.vat * 100)

    def terms(self, currency: Currency) -> Terms:
        """What a unit is worth and costs. A good that a partner provides costs what the partner is owed."""
        own = self.currencies.get(currency.code) or CurrencyPolicy()
        face = currency.worth_minor / currency.worth_units
        cost = face * own.cost / 100
        if currency.kind is CurrencyKind.GOOD and currency.partner:
            cost = float(currency.settles_minor)
        expected = currency.expected_redemption if own.expected is None else own.expected
        return Terms(currency.code, face, cost * (1 - own.funded / 100), expected / 100)
