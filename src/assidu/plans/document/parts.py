"""What every part of the document is made of: codes, words, amounts, durations, and how many of each there may be."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from assidu.decisions.calendar import RoundTo

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
DAY_OF_YEAR_PATTERN = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
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


class Side(Part, frozen=True, kw_only=True):
    """Units of a currency."""

    currency: Code
    units: Units = 1
