"""What discounts did in the recorded history of a programme, and the same history with a share of them turned into
points. Reads only.

The points are decided by the one core: history is replayed under the programme as it is, and again, retold with smaller
discounts and units that these no longer bring, under the programme with a rule that gives the difference back.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from assidu.decisions.plan import Plan
from assidu.economics.discounts.lines import Period, read_bought, tickets_of
from assidu.economics.discounts.retold import TURNED, Retelling
from assidu.economics.discounts.turned_plan import currency_for, may_turn, turned_plan
from assidu.economics.discounts.types import (
    CannotTell,
    DiscountsAnswer,
    DiscountsQuestion,
    Turned,
    TurnedDecile,
    Turning,
    Untold,
)
from assidu.economics.models.discounts import Looked, look_at_discounts
from assidu.economics.models.promoted import Margins
from assidu.economics.models.turned import Decided, Kept, kept_of, turned_of
from assidu.loyalty.book import PlanBook
from assidu.loyalty.referee import RefereedQuotas
from assidu.plans.compile import compile_plan
from assidu.plans.document import Currency, Document
from assidu.simulation.groups import Groups
from assidu.simulation.history import Progress, over_history
from assidu.simulation.sums import face_value, outstanding_minor
from assidu.simulation.types import CustomerOutcome, Outcome
from assidu.simulation.under import Retold, replay_under

DECILES = 10
REPLAYS = 2
EVEN_PARTS = 20
"""Whoever gets back what they pay more, but for one part in so many, comes out even."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What gives the points: the versions that were in force, and the document that is tried."""

    recorded: PlanBook
    document: Document


def ask_discounts(
    database_url: str,
    question: DiscountsQuestion,
    programme: Programme | None = None,
    *,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> DiscountsAnswer:
    """The answer; ``programme`` is needed where a share is to be turned into points."""
    started = time.perf_counter()
    period = Period(question.programme, question.since, question.until)
    tickets = tickets_of(database_url, period)
    events = 0 if question.turning is None else _events(database_url)
    steps = _Steps(tickets + REPLAYS * events, on_progress)
    bought, elsewhere = read_bought(database_url, period, processes=processes, on_progress=steps.reach)
    margins = None
    if question.margin_percent is not None:
        margins = Margins(question.margin_percent, question.margins, question.funded_percent)
    looked = look_at_discounts(bought, margins=margins, seed=question.seed, given_elsewhere_minor=elsewhere)
    turned: Turned | CannotTell | None = None
    if question.turning is not None and isinstance(looked, Looked):
        assert programme is not None, "somebody has to give the points"
        turning = _Turning(
            database_url, looked, question.turning, question.seed, margins, programme, processes
        )
        turned = turning.answer(steps, tickets, events)
    steps.reach(steps.total)
    return DiscountsAnswer(
        question=question,
        told=looked.told if isinstance(looked, Looked) else None,
        cannot_tell=looked if isinstance(looked, CannotTell) else None,
        turned=turned if isinstance(turned, Turned) else None,
        turned_untold=turned if isinstance(turned, CannotTell) else None,
        seconds=round(time.perf_counter() - started, 2),
    )


@dataclass(slots=True)
class _Steps:
    total: int
    tell: Callable[[Progress], None]

    def reach(self, done: int) -> None:
        self.tell(Progress(done, self.total))


def _events(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM events_event").fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True, slots=True)
class _Turning:
    """History decided twice: as it was, and with smaller discounts."""

    database_url: str
    looked: Looked
    turning: Turning
    seed: int
    margins: Margins | None
    programme: Programme
    processes: int | None

    def answer(self, steps: _Steps, tickets: int, events: int) -> Turned | CannotTell:
        document = self.programme.document
        currency = currency_for(document, self.turning.currency)
        if currency is None:
            return CannotTell(Untold.NO_CURRENCY)
        plan, tried = compile_plan(document), turned_plan(document, currency)
        chosen = may_turn(plan.exclusions, self.looked.weekly.articles)
        kept = kept_of(self.looked, self.turning, chosen, self.margins)
        if not kept.is_chosen.any():
            return CannotTell(Untold.NOTHING_CHOSEN)
        before, _ = self._replay(plan, None, lambda one: steps.reach(tickets + one.done))
        retelling = Retelling(
            _by_article_and_week(self.looked, kept),
            self.turning,
            self.looked.weekly.week_of,
            self.seed,
            is_marked=not plan.exclusions.discounted,
        )
        after, paid_more = self._replay(
            tried, retelling, lambda one: steps.reach(tickets + events + one.done)
        )
        decided = _decided(currency, tried, before, after, paid_more)
        redemption = self.turning.redemption_percent
        return turned_of(
            self.looked,
            self.turning,
            kept,
            decided,
            self.margins,
            float(currency.expected_redemption if redemption is None else redemption),
            self.seed,
        )

    def _replay(
        self, plan: Plan, retelling: Retelling | None, on_progress: Callable[[Progress], None]
    ) -> tuple[Outcome, dict[UUID, int]]:
        """What the plan gives on history, retold or not; and what each customer then pays more at the till."""
        recorded, book = self.programme.recorded, PlanBook.of_one(plan)
        retold: Retold = iter if retelling is None else retelling

        def work(
            connection: psycopg.Connection[Any],
            groups: Groups,
            until: date,
            quotas: RefereedQuotas,
            advance: Callable[[int], None],
        ) -> tuple[Outcome, dict[UUID, int]]:
            outcome = replay_under(connection, recorded, book, groups, until, quotas, advance, retold=retold)
            by_customer = {} if retelling is None else retelling.turned_minor
            return outcome, {
                group[0]: sum(by_customer.get(customer, 0) for customer in group) for group in groups
            }

        _, parts = over_history(self.database_url, work, processes=self.processes, on_progress=on_progress)
        outcome, paid_more = Outcome(), dict[UUID, int]()
        for part, paid in parts:
            outcome.add(part)
            paid_more |= paid
        return outcome, paid_more


def _by_article_and_week(looked: Looked, kept: Kept) -> dict[tuple[str, int], float]:
    cells, articles = looked.weekly.cells, looked.weekly.articles
    chosen = np.flatnonzero(kept.is_chosen)
    return {
        (articles[article].sku, week): share
        for article, week, share in zip(
            cells.article[chosen].tolist(),
            cells.week[chosen].tolist(),
            kept.by_cell[chosen].tolist(),
            strict=True,
        )
    }


def _decided(
    currency: Currency, plan: Plan, before: Outcome, after: Outcome, paid_more: Mapping[UUID, int]
) -> Decided:
    issued = after.rules.get(TURNED, {}).get("replayed", 0)
    issued_minor = face_value(plan)(currency.code, issued)
    change = sum(one.replayed_minor for one in after.customers) - sum(
        one.replayed_minor for one in before.customers
    )
    return Decided(
        currency=currency.code,
        issued_units=issued,
        issued_minor=issued_minor,
        other_issued_minor=change - issued_minor,
        outstanding_minor=outstanding_minor(after.replayed, plan) - outstanding_minor(before.replayed, plan),
        deciles=_deciles(before.customers, after.customers, paid_more),
    )


def _deciles(
    before: list[CustomerOutcome], after: list[CustomerOutcome], paid_more: Mapping[UUID, int]
) -> tuple[TurnedDecile, ...]:
    """Cut by what customers spent in history as it was, ties by id so that the cut is always the same."""
    given = {one.customer_id: one.replayed_minor for one in after}
    ranked = sorted(before, key=lambda one: (one.spend_minor, one.customer_id))
    found = []
    for n in range(DECILES):
        part = ranked[n * len(ranked) // DECILES : (n + 1) * len(ranked) // DECILES]
        changes = [
            (given.get(one.customer_id, 0) - one.replayed_minor, paid_more.get(one.customer_id, 0))
            for one in part
        ]
        found.append(
            TurnedDecile(
                decile=n + 1,
                customers=len(part),
                spend_minor=sum(one.spend_minor for one in part),
                paid_more_minor=sum(paid for _, paid in changes),
                given_more_minor=sum(more for more, _ in changes),
                winners=sum(_side(more, paid) > 0 for more, paid in changes),
                even=sum(_side(more, paid) == 0 for more, paid in changes),
                losers=sum(_side(more, paid) < 0 for more, paid in changes),
            )
        )
    return tuple(found)


def _side(given_minor: int, paid_minor: int) -> int:
    """1 for who wins, -1 for who loses."""
    difference = given_minor - paid_minor
    if EVEN_PARTS * abs(difference) <= paid_minor:
        return 0
    return 1 if difference > 0 else -1
