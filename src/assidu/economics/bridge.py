"""From what is outstanding at face value to what it is expected to cost: one line of arithmetic, to the cent."""

from collections.abc import Iterable
from dataclasses import dataclass

from assidu.economics.types import CurrencyMonth


@dataclass(frozen=True, slots=True)
class Bridge:
    """In minor units: ``face_minor - unused_minor - spared_minor = cost_minor``.

    ``face_minor`` is what outstanding units take off tickets if all of them are used (TTC); ``unused_minor`` the part
    that is never expected to be used; ``spared_minor`` what the rest costs less than its face value, because partners
    pay or goods are bought for less (negative: it costs more); ``cost_minor`` what is owed at cost (HT)."""

    face_minor: int = 0
    unused_minor: int = 0
    spared_minor: int = 0
    cost_minor: int = 0

    @property
    def used_minor(self) -> int:
        """At face value, what is expected to be used of it."""
        return self.face_minor - self.unused_minor

    @property
    def unused_share(self) -> float | None:
        return self.unused_minor / self.face_minor if self.face_minor else None

    @property
    def cost_per_face(self) -> float | None:
        """What one unit of money, used, costs."""
        return self.cost_minor / self.used_minor if self.used_minor else None

    def __add__(self, other: "Bridge") -> "Bridge":
        return Bridge(
            self.face_minor + other.face_minor,
            self.unused_minor + other.unused_minor,
            self.spared_minor + other.spared_minor,
            self.cost_minor + other.cost_minor,
        )


def bridge_of(one: CurrencyMonth) -> Bridge:
    face = round(one.units.closing * one.terms.face_minor)
    used = round(one.redemption.expected * one.terms.face_minor)
    cost = one.money.closing_minor
    return Bridge(face, face - used, used - cost, cost)


def bridges_of(currencies: Iterable[CurrencyMonth]) -> Bridge:
    """Of all currencies together."""
    return sum((bridge_of(one) for one in currencies), Bridge())
