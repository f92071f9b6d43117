"""Everything that can happen to customers, with the clock jumping and months being closed in between: the
roll-forward is the ledger's, to the unit."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import rule

from assidu.decisions.calendar import local_day, month_of
from assidu.economics.models.book import booked
from assidu.economics.models.cohorts import cohorts_at
from assidu.economics.models.movements import Move, Moves, UnitRoll, roll
from assidu.economics.models.redemption import redemption
from decisions.test_every_action import Everything


class Books(Everything):
    """What was decided, as the ledger would keep it, month by month."""

    closed: list[tuple[date, Moves]]

    def by_day(self) -> dict[date, dict[Move, int]]:
        found: dict[date, dict[Move, int]] = {}
        for story in self.everybody():
            for one in story.written.values():
                month = month_of(local_day(one.event.at, one.programme.plan.zone))
                moves = found.setdefault(month, {})
                for posting in one.decision.postings:
                    lot = posting.lot
                    end = None if lot is None else lot.expires_on
                    ends = None if end is None else month_of(end - timedelta(days=1))
                    move = Move(
                        posting.currency,
                        None if lot is None else lot.issued_month,
                        ends,
                        posting.source,
                        posting.target,
                    )
                    moves[move] = moves.get(move, 0) + posting.quantity
        return found

    def last(self) -> date:
        return month_of(max(*self.by_day(), self.today()))

    def closings(self) -> list[tuple[date, Moves]]:
        if not hasattr(self, "closed"):
            self.closed = []
        return self.closed

    @rule()
    def close_the_oldest_month(self) -> None:
        closed = self.closings()
        open_ones = [one for one in booked(self.by_day(), closed, self.last()) if not one.is_closed]
        if open_ones and open_ones[0].month < month_of(self.today()):
            closed.append((open_ones[0].month, open_ones[0].moves))

    def teardown(self) -> None:
        if not hasattr(self, "people"):
            return
        book = booked(self.by_day(), self.closings(), self.last())
        there: Counter[str] = Counter()
        waiting: Counter[str] = Counter()
        held: Counter[str] = Counter()
        owed: Counter[str] = Counter()
        for story in self.everybody():
            for lots, total in ((story.state.lots, there), (story.state.pending, waiting)):
                for key, left in lots.items():
                    total[key.currency] += left
            for hold in story.state.holds.values():
                for lot, left in hold.parts:
                    held[lot.currency] += left
            for currency, left in story.state.debts.items():
                owed[currency] += left
        for currency in {move.currency for one in book for move in one.moves}:
            rolled = UnitRoll()
            in_transit = 0
            for one in book:
                rolled = roll(rolled, currency, one.moves)
                assert rolled.difference == 0
                in_transit += rolled.in_transit
            assert (rolled.available, rolled.pending, rolled.held, rolled.debt) == (
                there[currency],
                waiting[currency],
                held[currency],
                owed[currency],
            )
            assert in_transit == 0, "what left one customer arrived at another"
            found = redemption(cohorts_at(book, currency), 1.0)
            assert found.outstanding == rolled.closing
            assert 0 <= found.expected <= rolled.closing


TestBooks: Any = Books.TestCase
TestBooks.settings = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
