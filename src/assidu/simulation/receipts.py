"""One recorded day under two plans: the same tickets of the same customers, decided both ways, and nothing written.

Each customer begins the day as they were; each side then goes its own way until the evening.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg

from assidu.decisions import evolve
from assidu.decisions.events import AfterSale
from assidu.decisions.facts import SoldBefore
from assidu.decisions.plan import EarnRule, Plan
from assidu.decisions.plan.offers import Offer
from assidu.decisions.state import State
from assidu.events.types import AFTER_SALE, EventKey, EventType, Fact
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Decided, Desk, Member, Tally
from assidu.loyalty.recorded import Recorded, history_of
from assidu.simulation.rehearsal import rehearsed_draws
from assidu.simulation.sums import face_value

CUSTOMERS_MAX = 1_000
"""The histories of so many are read in seconds. Of more, these are drawn by lot, always the same ones."""
NAMED_MAX = 6
MET_MAX = 5
_KEY = EventKey("trial", "")
_NOT_AGAIN = frozenset(
    {
        *AFTER_SALE,
        EventType.TICK,
        EventType.MERGER,
        EventType.ABSORPTION,
        EventType.ACCOUNT_OPENING,
        EventType.ADMISSION,
        EventType.ACCOUNT_ENTRY,
        EventType.DEPARTURE,
        EventType.ACCOUNT_EXIT,
        EventType.HOLD_EXPIRY,
        EventType.TRANSFER_IN,
    }
)
"""What happens to a ticket obeys the version of that ticket, the clock comes by itself, and two customers do not meet
twice."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one rule or offer gave on one side; ``minor`` is at face value, with what was taken off at once."""

    units: int = 0
    times: int = 0
    minor: int = 0

    def plus(self, units: int, minor: int) -> "Given":
        return Given(self.units + units, self.times + 1, self.minor + minor)


@dataclass(frozen=True, slots=True)
class RuleTried:
    """A rule or an offer. ``met`` are those that gave on the same tickets, with how many tickets that were; for changed
    ones only. No ``currency``: it takes something off, or hands something over."""

    rule: str
    currency: str
    live: Given
    draft: Given
    is_changed: bool
    met: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonTried:
    """``seq`` is the ticket with the largest difference; a currency without worth counts in ``change_units``."""

    customer_id: UUID
    seq: int
    spend_minor: int
    live_minor: int
    draft_minor: int
    change_units: int

    @property
    def change_minor(self) -> int:
        return self.draft_minor - self.live_minor


@dataclass(frozen=True, slots=True)
class DayTried:
    """``is_part``: there were more customers on that day than were looked at."""

    day: date
    tickets: int
    customers: int
    spend_minor: int
    live_minor: int
    draft_minor: int
    rules: tuple[RuleTried, ...]
    gainers: tuple[PersonTried, ...]
    losers: tuple[PersonTried, ...]
    gainer_count: int
    loser_count: int
    is_part: bool
    seconds: float

    @property
    def change_minor(self) -> int:
        return self.draft_minor - self.live_minor


def last_day(connection: psycopg.Connection[Any], today: date) -> date | None:
    """The last whole one on which something was sold to a customer: ``today`` is not over."""
    row = connection.execute(
        "SELECT day FROM events_event WHERE type = %s AND day < %s ORDER BY day DESC LIMIT 1",
        [EventType.SALE.value, today],
    ).fetchone()
    return row[0] if row is not None else None


def try_day(
    connection: psycopg.Connection[Any],
    live: Plan,
    draft: Plan,
    day: date,
    *,
    customers_max: int = CUSTOMERS_MAX,
) -> DayTried:
    """Decide ``day`` under both plans. Costs are at face value of each side's plan."""
    started = time.perf_counter()
    customers = [
        customer
        for (customer,) in connection.execute(
            "SELECT customer_id FROM events_event WHERE day = %s AND type <> ALL (%s) "
            "GROUP BY customer_id ORDER BY md5(customer_id::text) LIMIT %s",
            [day, [one.value for one in _NOT_AGAIN], customers_max + 1],
        ).fetchall()
    ]
    is_part = len(customers) > customers_max
    customers = customers[:customers_max]
    taken = _taken_before(connection, day)
    sides = _Side(live, taken), _Side(draft, taken)
    happened: list[Recorded] = []
    for history in history_of(connection, customers):
        state, today = _morning(history, day)
        for side in sides:
            side.welcome(history[0].customer_id, state)
        happened += today
    happened.sort(key=lambda one: (one.at, one.customer_id, one.seq))
    summed = _Sums(live, draft)
    for recorded in happened:
        summed.add(recorded, *(side.decide(recorded) for side in sides))
    return summed.tried(day, is_part, started)


def _morning(history: Iterable[Recorded], day: date) -> tuple[State, list[Recorded]]:
    """How the customer was before the day's first event, and what happened on that day."""
    state, today = State(), list[Recorded]()
    for recorded in history:
        if recorded.day == day and recorded.type not in _NOT_AGAIN:
            today.append(recorded)
        elif not today and recorded.day <= day:
            state = evolve(state, recorded.decision())
    return state, today


def _taken_before(connection: psycopg.Connection[Any], day: date) -> dict[str, int]:
    """Places that customers share, as they were taken when the day began."""
    now = dict(connection.execute("SELECT key, taken FROM loyalty_quota").fetchall())
    if not now:
        return {}
    since = connection.execute(
        "SELECT m.key, sum(m.change)::int FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq), "
        "LATERAL loyalty_places_moved(d.record) AS m WHERE e.day >= %s GROUP BY m.key",
        [day],
    ).fetchall()
    for key, moved in since:
        if key in now:
            now[key] = max(now[key] - moved, 0)
    return now


class _Side:
    """A desk at which the day happens under one plan."""

    def __init__(self, plan: Plan, taken: Mapping[str, int]) -> None:
        book = PlanBook.of_one(plan)
        self._desk = Desk(
            book,
            Tally(taken),
            _never_sold,
            datetime.max.replace(tzinfo=UTC),
            draws=rehearsed_draws(book),
            is_basket=True,  # what would its till have been told to take off?
        )
        self._members: dict[UUID, Member] = {}

    def welcome(self, customer_id: UUID, state: State) -> None:
        self._members[customer_id] = Member(customer_id, customer_id, state)

    def decide(self, recorded: Recorded) -> Decided | None:
        """Nothing where this plan refuses what happened."""
        body = recorded.body()
        fact = Fact(_KEY, recorded.type, recorded.event(body), body, has_happened=True)
        answer = self._desk.take(self._members[recorded.customer_id], fact)
        self._desk.gathered.clear()
        return answer if isinstance(answer, Decided) else None


def _never_sold(_customer: UUID, _event: AfterSale) -> SoldBefore | None:
    return None


def _named(plan: Plan) -> dict[str, EarnRule | Offer]:
    rules = {rule.code: rule for rule in plan.rules}
    return rules | {offer.code: offer for offer in plan.offers.all}


@dataclass(slots=True)
class _Person:
    spend_minor: int = 0
    minor: list[int] = field(default_factory=lambda: [0, 0])
    units: list[int] = field(default_factory=lambda: [0, 0])
    largest: int = -1
    seq: int = 0


class _Sums:
    """Both sides, ticket by ticket."""

    def __init__(self, live: Plan, draft: Plan) -> None:
        self._worth = face_value(live), face_value(draft)
        self._rules: tuple[dict[str, Given], dict[str, Given]] = ({}, {})
        self._currencies: dict[str, str] = {}
        self._people: dict[UUID, _Person] = {}
        self._met: dict[tuple[str, str], int] = {}
        self._tickets = self._spend = 0
        old, new = map(_named, (live, draft))
        self._order = [*new, *(code for code in old if code not in new)]
        self._changed = {code for code in self._order if old.get(code) != new.get(code)}

    def add(self, recorded: Recorded, live: Decided | None, draft: Decided | None) -> None:
        person = self._people.setdefault(recorded.customer_id, _Person())
        if recorded.type is EventType.SALE:
            self._tickets += 1
            self._spend += recorded.amount_minor
            person.spend_minor += recorded.amount_minor
        gave = [self._side(n, person, decided) for n, decided in enumerate((live, draft))]
        # A rule that is gone met others under the plan in force, any other meets them under the draft.
        for rule in self._changed & (gave[0].keys() | gave[1].keys()):
            for other in gave[1] if rule in gave[1] else gave[0]:
                if other != rule:
                    self._met[rule, other] = self._met.get((rule, other), 0) + 1
        difference = abs(sum(gave[1].values()) - sum(gave[0].values()))
        if difference > person.largest:
            person.largest, person.seq = difference, recorded.seq

    def _side(self, n: int, person: _Person, decided: Decided | None) -> dict[str, int]:
        gave: dict[str, int] = {}
        if decided is None:
            return gave
        for award in decided.decision.awards:
            minor = self._worth[n](award.currency, award.quantity)
            known = self._rules[n]
            known[award.rule] = known.get(award.rule, Given()).plus(award.quantity, minor)
            self._currencies[award.rule] = award.currency
            person.minor[n] += minor
            person.units[n] += award.quantity
            gave[award.rule] = gave.get(award.rule, 0) + award.quantity
        for given in decided.decision.offers.given:
            if given.offer in gave:
                continue  # its units are an award
            known = self._rules[n]
            known[given.offer] = known.get(given.offer, Given()).plus(given.quantity, given.given_minor)
            person.minor[n] += given.given_minor
            gave[given.offer] = given.given_minor
        return gave

    def tried(self, day: date, is_part: bool, started: float) -> DayTried:
        people = sorted(
            (
                PersonTried(
                    customer_id,
                    one.seq,
                    one.spend_minor,
                    one.minor[0],
                    one.minor[1],
                    one.units[1] - one.units[0],
                )
                for customer_id, one in self._people.items()
            ),
            key=lambda one: (one.change_minor, one.change_units, one.customer_id),
        )
        losers = [one for one in people if (one.change_minor, one.change_units) < (0, 0)]
        gainers = [one for one in reversed(people) if (one.change_minor, one.change_units) > (0, 0)]
        return DayTried(
            day=day,
            tickets=self._tickets,
            customers=len(people),
            spend_minor=self._spend,
            live_minor=sum(one.live_minor for one in people),
            draft_minor=sum(one.draft_minor for one in people),
            rules=tuple(self._rule(code) for code in self._order if self._is_told(code)),
            gainers=tuple(gainers[:NAMED_MAX]),
            losers=tuple(losers[:NAMED_MAX]),
            gainer_count=len(gainers),
            loser_count=len(losers),
            is_part=is_part,
            seconds=round(time.perf_counter() - started, 3),
        )

    def _is_told(self, code: str) -> bool:
        return code in self._changed or code in self._rules[0] or code in self._rules[1]

    def _rule(self, code: str) -> RuleTried:
        met = sorted(
            ((other, count) for (rule, other), count in self._met.items() if rule == code),
            key=lambda one: (-one[1], one[0]),
        )
        return RuleTried(
            code,
            self._currencies.get(code, ""),
            self._rules[0].get(code, Given()),
            self._rules[1].get(code, Given()),
            code in self._changed,
            tuple(met[:MET_MAX]),
        )
