"""A working copy of a customer's wallet: what is credited and taken while one event is decided."""

from collections.abc import Iterable
from datetime import date

from assidu.decisions.calendar import LAST_DAY, Duration, end_after, month_of
from assidu.decisions.decision import Account, Posting
from assidu.decisions.plan import EachYear, Expiry, Extended, Pending, Plan
from assidu.decisions.state import LotKey, Moved, PendingKey, State


def lot_for(plan: Plan, currency: str, day: date, expires: Duration | None = None) -> LotKey:
    """The lot into which units earned on ``day`` go."""
    known = plan.currencies.get(currency)  # one that the plan knows no more may still come back
    policy = expires or (known.expires if known is not None else None)
    return LotKey(currency, month_of(day), None if policy is None else _end(policy, day))


def _end(policy: Expiry, day: date) -> date | None:
    """The lot's own end; ``None``: it has none, though the whole balance may."""
    if isinstance(policy, Duration):
        return end_after(day, policy)
    if isinstance(policy, EachYear):
        return policy.end(day)
    return end_after(day, policy.lasts) if isinstance(policy, Extended) else None


def earned_into(
    plan: Plan, currency: str, day: date, expires: Duration | None, pending: Pending | None
) -> tuple[LotKey, date | None]:
    """The lot of what a rule gives on ``day``, and from when it can be used (``None``: at once)."""
    known = plan.currencies[currency]
    waits = pending or known.pending
    if waits is None:
        return lot_for(plan, currency, day, expires), None
    active_on = waits.active_on(day)
    if active_on is None or waits.expires_from_earning:
        return lot_for(plan, currency, day, expires), active_on
    end = lot_for(plan, currency, active_on, expires).expires_on
    return LotKey(currency, month_of(day), end), active_on


class Wallet:
    """Lots, debts and what is pending as they change, and the postings that change them."""

    __slots__ = ("_debts", "_lots", "_pending", "_state", "postings")

    def __init__(self, state: State) -> None:
        self._state = state
        self._lots = dict(state.lots)
        self._debts = dict(state.debts)
        self._pending = dict(state.pending)
        self.postings: list[Posting] = []

    def available(self, currency: str) -> int:
        return sum(left for key, left in self._lots.items() if key.currency == currency)

    def left_in(self, lot: LotKey) -> int:
        return self._lots.get(lot, 0)

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

    def earn(self, source: Account, lot: LotKey, active_on: date | None, quantity: int) -> None:
        """Add units that may have to wait. What waits repays no debt before it can be used."""
        if active_on is None:
            self.credit(source, lot, quantity)
        elif quantity:
            key = PendingKey(lot.currency, lot.issued_month, lot.expires_on, active_on)
            self._pending[key] = self._pending.get(key, 0) + quantity
            self._post(source, Account.PENDING, lot.currency, quantity, lot, None, active_on)

    def activate(self, day: date) -> None:
        """What can be used from ``day`` on joins its lot, once a debt is repaid."""
        self._activate((key, left) for key, left in self.all_pending() if key.active_on <= day)

    def activate_all(self, currency: str) -> None:
        """Nothing of a currency waits any longer."""
        self._activate((key, left) for key, left in self.all_pending() if key.currency == currency)

    def _activate(self, waiting: Iterable[tuple[PendingKey, int]]) -> None:
        for key, left in waiting:
            repaid = self.take_pending(key, Account.DEBT, min(left, self.debt(key.currency)))
            if repaid:
                self._debts[key.currency] -= repaid
            if left > repaid:
                self.take_pending(key, Account.AVAILABLE, left - repaid)
                self._lots[key.lot] = self._lots.get(key.lot, 0) + left - repaid

    def take_pending(
        self, key: PendingKey, target: Account, quantity: int, reverses: tuple[int, int] | None = None
    ) -> int:
        """Take what is there of units that wait; answers how much."""
        part = min(quantity, self._pending.get(key, 0))
        if part > 0:
            self._pending[key] -= part
            self._post(Account.PENDING, target, key.currency, part, key.lot, reverses, key.active_on)
        return part

    def moved_since(self, seq: int, owner: str = "") -> tuple[Moved, ...]:
        """What moved the dates of units that came to their ``owner`` at ``seq``: see ``State.moved_since``."""
        return self._state.moved_since(seq, owner)

    def all_pending(self) -> list[tuple[PendingKey, int]]:
        """Everything that waits, the first to be used first."""
        found = [(key, left) for key, left in self._pending.items() if left > 0]
        found.sort(
            key=lambda item: (
                item[0].currency,
                item[0].active_on,
                item[0].expires_on or LAST_DAY,
                item[0].issued_month,
            )
        )
        return found

    def leave_hold(self, lot: LotKey, target: Account, quantity: int) -> None:
        """Held units leave the wallet."""
        self._post(Account.HELD, target, lot.currency, quantity, lot, None)

    def release(self, lot: LotKey, quantity: int, day: date) -> None:
        """Held units can be used again, once a debt is repaid; those that expired while they were held are lost."""
        if not quantity:
            return
        end = self._state.end_of(lot)
        if end is not None and end <= day:
            self.leave_hold(lot, Account.BREAKAGE, quantity)
            return
        repaid = min(quantity, self.debt(lot.currency))
        if repaid:
            self._debts[lot.currency] -= repaid
            self.leave_hold(lot, Account.DEBT, repaid)
        if quantity > repaid:
            self._lots[lot] = self._lots.get(lot, 0) + quantity - repaid
            self._post(Account.HELD, Account.AVAILABLE, lot.currency, quantity - repaid, lot, None)

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

    def room_to_owe(self, currency: str, debt_at_most: int) -> int:
        """How much more may be owed."""
        return max(debt_at_most - self.debt(currency), 0)

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
        active_on: date | None = None,
    ) -> None:
        self.postings.append(Posting(source, target, currency, quantity, lot, reverses, active_on))
