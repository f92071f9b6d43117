"""A working copy of a customer's wallet: what is credited and taken while one event is decided."""

from collections.abc import Iterable
from datetime import date

from assidu.decisions.calendar import LAST_DAY, Duration, end_after, month_of
from assidu.decisions.decision import Account, Posting
from assidu.decisions.plan import Plan
from assidu.decisions.state import LotKey, State


def lot_for(plan: Plan, currency: str, day: date, expires: Duration | None = None) -> LotKey:
    """The lot into which units earned on ``day`` go."""
    duration = expires or plan.currencies[currency].expires
    return LotKey(currency, month_of(day), None if duration is None else end_after(day, duration))


class Wallet:
    """Lots and debts as they change, and the postings that change them."""

    __slots__ = ("_debts", "_lots", "postings")

    def __init__(self, state: State) -> None:
        self._lots = dict(state.lots)
        self._debts = dict(state.debts)
        self.postings: list[Posting] = []

    def available(self, currency: str) -> int:
        return sum(left for key, left in self._lots.items() if key.currency == currency)

    def debt(self, currency: str) -> int:
        return self._debts.get(currency, 0)

    def credit(
        self, source: Account, lot: LotKey, quantity: int, reverses: tuple[int, int] | None = None
    ) -> None:
        """Add units: a debt is repaid first, the rest goes to the lot. Zero does nothing."""
        assert quantity >= 0
        repaid = min(quantity, self.debt(lot.currency))
        if repaid:
            self._debts[lot.currency] -= repaid
            self._post(source, Account.DEBT, lot.currency, repaid, None, reverses)
        if quantity > repaid:
            self._lots[lot] = self._lots.get(lot, 0) + quantity - repaid
            self._post(source, Account.AVAILABLE, lot.currency, quantity - repaid, lot, reverses)

    def take(
        self,
        target: Account,
        currency: str,
        quantity: int,
        *,
        first: Iterable[LotKey] = (),
        reverses: tuple[int, int] | None = None,
    ) -> int:
        """Take units, from the lots named ``first``, then in the order in which they expire.

        Answers what could be taken: never more than there is.
        """
        assert quantity >= 0
        missing = quantity
        wanted = [key for key in dict.fromkeys(first) if key.currency == currency]
        others = sorted(
            (key for key in self._lots if key.currency == currency and key not in wanted),
            key=lambda key: (key.expires_on or LAST_DAY, key.issued_month),
        )
        for key in (*wanted, *others):
            part = min(self._lots.get(key, 0), missing)
            if part > 0:
                self.take_from(key, target, part, reverses)
                missing -= part
        return quantity - missing

    def take_from(
        self, lot: LotKey, target: Account, quantity: int, reverses: tuple[int, int] | None = None
    ) -> None:
        left = self._lots[lot] - quantity
        assert left >= 0, "a lot is never negative"
        self._lots[lot] = left
        self._post(Account.AVAILABLE, target, lot.currency, quantity, lot, reverses)

    def owe(
        self, target: Account, currency: str, quantity: int, reverses: tuple[int, int] | None = None
    ) -> None:
        """Take units that are not there: they become a debt, repaid by the next credits."""
        self._debts[currency] = self.debt(currency) + quantity
        self._post(Account.DEBT, target, currency, quantity, None, reverses)

    def open_lots(self) -> list[tuple[LotKey, int]]:
        """Every lot with something left, in a stable order."""
        found = [(key, left) for key, left in self._lots.items() if left > 0]
        found.sort(key=lambda item: (item[0].currency, item[0].expires_on or LAST_DAY, item[0].issued_month))
        return found

    def debts(self) -> list[tuple[str, int]]:
        return sorted((currency, owed) for currency, owed in self._debts.items() if owed > 0)

    def _post(
        self,
        source: Account,
        target: Account,
        currency: str,
        quantity: int,
        lot: LotKey | None,
        reverses: tuple[int, int] | None,
    ) -> None:
        self.postings.append(Posting(source, target, currency, quantity, lot, reverses))
