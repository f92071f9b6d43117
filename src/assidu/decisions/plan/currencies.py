"""What customers earn and use."""

from dataclasses import dataclass
from enum import StrEnum

from assidu.decisions.calendar import Duration


class CurrencyKind(StrEnum):
    POINTS = "points"
    MONEY = "money"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True)
class Currency:
    """``worth_units`` units take ``worth_minor`` off a ticket (500 points = 500 cents); 0 when they cannot pay."""

    code: str
    kind: CurrencyKind
    exponent: int = 0
    worth_minor: int = 0
    worth_units: int = 1
    expires: Duration | None = None
    pays: bool = False
    pays_at_least: int = 1
