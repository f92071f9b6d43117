"""What was paid for a ticket, in the money it was told in: two systems that tell one ticket must say the same."""

from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from assidu.events.bodies import foreign_from
from assidu.events.wire import SaleData


@dataclass(frozen=True, slots=True)
class TicketAmount:
    """``amount_minor`` is in the programme's money; of a ticket told in another one it is not known before it is
    converted, and ``foreign_minor`` counts."""

    amount_minor: int | None
    currency: str = ""
    foreign_minor: int = 0

    @property
    def told_minor(self) -> int | None:
        return self.foreign_minor if self.currency else self.amount_minor

    def is_that_of(self, first: "TicketAmount") -> bool:
        """Each of two systems has a rate of its own: in the money that was paid they agree."""
        if self.currency and self.currency == first.currency:
            return self.foreign_minor == first.foreign_minor
        return self.amount_minor is not None and self.amount_minor == first.amount_minor


def amount_told(data: SaleData) -> TicketAmount:
    total = sum(line.amount_minor for line in data.lines)
    return TicketAmount(total) if data.currency is UNSET else TicketAmount(None, data.currency, total)


def amount_written(amount_minor: int, foreign: str | None) -> TicketAmount:
    """``foreign`` is what the stored body says of the money, encoded."""
    if foreign is None:
        return TicketAmount(amount_minor)
    told = foreign_from(msgspec.json.decode(foreign))
    return TicketAmount(amount_minor, told.currency, told.total_minor)
