"""Amounts of the sale currency, with as many decimals as it has."""

from dataclasses import dataclass

from assidu.backoffice import formats


@dataclass(frozen=True, slots=True)
class Amounts:
    currency: str
    decimals: int

    def money(self, minor: int, *, cents: bool = True) -> str:
        return formats.money(self._hundredths(minor), self.currency, cents=cents)

    def signed(self, minor: int) -> str:
        return formats.signed_money(self._hundredths(minor), self.currency)

    def units(self, minor: float) -> float:
        """As a chart draws it."""
        found: float = minor / 10**self.decimals
        return found

    def shown(self, units: float, *, cents: bool = True) -> str:
        """What a chart draws, as its table says it."""
        return formats.money(round(units * 100), self.currency, cents=cents)

    def _hundredths(self, minor: int) -> int:
        """What the formats take."""
        return round(100 * self.units(minor))
