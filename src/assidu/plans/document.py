"""The programme as people write it: a closed vocabulary of typed parts, with names in French and English.

Amounts are decimals of the sale currency (``5.00``); ``compile`` turns them into minor units. Codes are what
events and the ledger speak of; names are what customers and staff read.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from assidu.decisions.calendar import Period, RoundTo
from assidu.decisions.events import LineKind
from assidu.decisions.money import Rounding
from assidu.decisions.plan import CurrencyKind, Downgrade, QuotaScope, ReturnPolicy, TierWindow, Trigger

FORMAT = 1
CURRENCIES_MAX = 50
RULES_MAX = 2_000
REWARDS_MAX = 500
LEVELS_MAX = 20
STEPS_MAX = 50
SELECTED_MAX = 5_000
LABELS_MAX = 5_000
UNITS_MAX = 1_000_000_000
AMOUNT_MAX = Decimal(100_000_000)
PERCENT_MAX = 10_000
WINDOW_MONTHS_MAX = 36

CODE_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"

Code = Annotated[
    str,
    Meta(
        pattern=CODE_PATTERN,
        max_length=40,
        description="A name that never changes: small letters, digits, hyphens. For example `double-fruit`.",
    ),
]
Selected = Annotated[str, Meta(min_length=1, max_length=80)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
Units = Annotated[int, Meta(ge=1, le=UNITS_MAX, description="Whole units of a currency of the programme.")]
Amount = Annotated[
    Decimal, Meta(description="An amount of the sale currency, VAT included, for example `5.00`.")
]


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every part of the document has in common: nothing unknown is let in, defaults are not written."""


class Text(Part, frozen=True, kw_only=True):
    """The same words in the languages of the programme."""

    fr: Words
    en: Words


class Duration(Part, frozen=True, kw_only=True):
    """Exactly one of days, weeks, months or years, prolonged in the customer's favour."""

    days: Annotated[int, Meta(ge=1, le=3_660)] | None = None
    weeks: Annotated[int, Meta(ge=1, le=520)] | None = None
    months: Annotated[int, Meta(ge=1, le=120)] | None = None
    years: Annotated[int, Meta(ge=1, le=10)] | None = None
    until_end_of: Annotated[
        RoundTo, Meta(description="`month`: six months from 15 March last until 30 September.")
    ] = RoundTo.DAY


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


class Exclusions(Part, frozen=True, kw_only=True):
    """Lines that never earn, whatever the rule, nor count for the status."""

    departments: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    brands: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    products: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    kinds: Annotated[
        tuple[LineKind, ...], Meta(description="Kinds of lines; products are never excluded as such.")
    ] = (
        LineKind.GIFT_CARD,
        LineKind.DEPOSIT,
        LineKind.SHIPPING,
        LineKind.FEE,
    )
    discounted: Annotated[bool, Meta(description="Are lines with a discount excluded too?")] = False


class Weekday(StrEnum):
    """A day of the week, in the zone of the programme."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As in ``date.weekday``: Monday is 0."""
        return list(Weekday).index(self)


class When(Part, frozen=True, kw_only=True):
    """What must hold for a rule to apply; what is left out asks nothing."""

    channels: Annotated[tuple[Selected, ...], Meta(max_length=50)] = ()
    stores: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    days: Annotated[tuple[Weekday, ...], Meta(max_length=7)] = ()
    first_day: date | None = None
    last_day: Annotated[date, Meta(description="Included.")] | None = None
    tiers: Annotated[tuple[Code, ...], Meta(max_length=LEVELS_MAX)] = ()
    first_purchase: Annotated[bool, Meta(description="Only for the customer's very first ticket.")] = False
    amount_at_least: (
        Annotated[Amount, Meta(description="Of the whole ticket, exclusions taken off.")] | None
    ) = None
    amount_at_most: Amount | None = None


class Lines(Part, frozen=True, kw_only=True):
    """Which lines of the ticket count; a line must be in each list that is given."""

    departments: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    brands: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    products: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()


class PerAmount(Part, frozen=True, kw_only=True):
    """So many units for each amount spent: `{give: 1, each: 1.00}`."""

    give: Units
    each: Amount
    rounding: Rounding = Rounding.DOWN
    whole_steps: Annotated[bool, Meta(description="Count full steps only: 19 € at 5 per 10 € give 5.")] = (
        False
    )


class Multiply(Part, frozen=True, kw_only=True):
    """Another rule's gift, multiplied on the lines of this one: 200 % doubles it."""

    rule: Annotated[Code, Meta(description="A rule with a `per_amount` gift.")]
    percent: Annotated[int, Meta(ge=101, le=PERCENT_MAX)]


class Step(Part, frozen=True, kw_only=True):
    """The gift from an amount on: `{at_least: 50.00, give: 20}`."""

    at_least: Amount
    give: Units


class Gift(Part, frozen=True, kw_only=True):
    """What a rule gives: exactly one of these."""

    per_amount: PerAmount | None = None
    fixed: Units | None = None
    multiply: Multiply | None = None
    steps: Annotated[
        tuple[Step, ...],
        Meta(
            max_length=STEPS_MAX, description="Rising amounts; the gift is that of the highest step reached."
        ),
    ] = ()


class Cap(Part, frozen=True, kw_only=True):
    """At most so many units for one customer in a period."""

    units: Units
    per: Period


class Times(Part, frozen=True, kw_only=True):
    """At most so often for one customer in a period."""

    limit: Annotated[int, Meta(ge=1, le=1_000_000)]
    per: Period


class Quota(Part, frozen=True, kw_only=True):
    """Only for the first tickets of a period, over the programme or in each store."""

    first: Annotated[int, Meta(ge=1, le=10_000_000)]
    per: Period
    over: QuotaScope = QuotaScope.PROGRAMME


class Rule(Part, frozen=True, kw_only=True):
    """One way to earn."""

    code: Code
    name: Text
    trigger: Trigger = Trigger.SALE
    currency: Code
    gift: Gift
    when: When = When()
    lines: Lines | None = None
    cap_per_sale: Units | None = None
    cap: Cap | None = None
    times: Times | None = None
    quota: Quota | None = None
    expires: Annotated[Duration, Meta(description="Instead of the currency's own.")] | None = None


class Side(Part, frozen=True, kw_only=True):
    """Units of a currency."""

    currency: Code
    units: Units = 1


class Reward(Part, frozen=True, kw_only=True):
    """What customers can ask in exchange for what they earned."""

    code: Code
    name: Text
    costs: Side
    gives: Side


class Level(Part, frozen=True, kw_only=True):
    """A status, and the spend from which it is given; the first one is usually free."""

    code: Code
    name: Text
    spend_at_least: Amount = Decimal(0)


class Window(Part, frozen=True, kw_only=True):
    """Whose spend counts: this calendar month and those before it, or the calendar year."""

    kind: TierWindow = TierWindow.ROLLING_MONTHS
    months: Annotated[
        int, Meta(ge=1, le=WINDOW_MONTHS_MAX, description="For rolling months; this month is one of them.")
    ] = 12


class Tiers(Part, frozen=True, kw_only=True):
    """The statuses, by rising spend. A status is given at once and looked at again when its time is over."""

    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=LEVELS_MAX)]
    window: Window = Window()
    keep: Duration
    downgrade: Downgrade = Downgrade.ONE_STEP


class Returns(Part, frozen=True, kw_only=True):
    """What happens when goods come back after what they earned was used."""

    take_back: ReturnPolicy = ReturnPolicy.WITHIN_BALANCE


class Labels(Part, frozen=True, kw_only=True):
    """How sentences call the codes of the catalogue. Where given, a code that is not listed is questioned."""

    departments: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    brands: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    stores: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    products: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    channels: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}


class Document(Part, frozen=True, kw_only=True):
    """A loyalty programme, as Assidu reads it."""

    format: Annotated[int, Meta(ge=FORMAT, le=FORMAT, description="The version of this format: 1.")]
    programme: Code
    name: Text
    version: (
        Annotated[int, Meta(ge=1, le=1_000_000, description="Given when the programme is published.")] | None
    ) = None
    valid_from: Annotated[
        date, Meta(description="The first day on which tickets are decided with this version.")
    ]
    zone: Annotated[str, Meta(min_length=1, max_length=64, description="For example Europe/Paris.")]
    sale_currency: SaleCurrency
    currencies: Annotated[tuple[Currency, ...], Meta(min_length=1, max_length=CURRENCIES_MAX)]
    exclusions: Exclusions = Exclusions()
    rules: Annotated[tuple[Rule, ...], Meta(max_length=RULES_MAX)] = ()
    rewards: Annotated[tuple[Reward, ...], Meta(max_length=REWARDS_MAX)] = ()
    tiers: Tiers | None = None
    returns: Returns = Returns()
    part_paid_with_rewards_earns: Annotated[
        bool, Meta(description="Does the part of a ticket paid with points or vouchers earn?")
    ] = False
    labels: Labels = Labels()

    def rule(self, code: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.code == code), None)

    def currency(self, code: str) -> Currency | None:
        return next((currency for currency in self.currencies if currency.code == code), None)

    def reward(self, code: str) -> Reward | None:
        return next((reward for reward in self.rewards if reward.code == code), None)

    def level(self, code: str) -> Level | None:
        levels = self.tiers.levels if self.tiers is not None else ()
        return next((level for level in levels if level.code == code), None)


def published(document: Document, version: int, valid_from: date | None = None) -> Document:
    """The document as it is kept once it has a number."""
    return msgspec.structs.replace(
        document, version=version, valid_from=valid_from if valid_from is not None else document.valid_from
    )
