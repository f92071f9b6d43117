"""The oracle: what the programme promises, written once more, as naively as can be and without the core's code.

Every unit earned is an entry of a list, every figure is counted again from what happened. Only the values that
come in (plans and events) are the core's; calendar, roundings, rules, wallet, tiers and returns are its own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TypeVar
from zoneinfo import ZoneInfo

from assidu.decisions.calendar import Duration, Period, RoundTo, Unit
from assidu.decisions.events import (
    Activity,
    Correction,
    Hold,
    Joining,
    Leaving,
    Release,
    Resumption,
    Return,
    RewardRequest,
    Sale,
    SaleUpdate,
    Suspension,
    TakeOver,
    TransferOut,
)
from assidu.decisions.money import Rounding
from assidu.decisions.plan import (
    REFERRAL,
    CurrencyKind,
    Downgrade,
    EachYear,
    EarnRule,
    Extended,
    Fixed,
    Gift,
    Inactivity,
    Multiply,
    PerAmount,
    Plan,
    QuotaScope,
    ReturnPolicy,
    Threshold,
    TierWindow,
    Trigger,
)
from assidu.decisions.plan.offers import GivesArticle, GivesBack, GivesUnits, Offer

FOR_EVER = date(9999, 12, 31)
Key = TypeVar("Key")


class No(Exception):
    """The model refuses; the code is the core's, so that both can be compared."""


@dataclass(eq=False)
class Earning:
    """Units that came in at once."""

    currency: str
    left: int
    issued_on: date
    expires_on: date | None
    waits_until: date | None = None
    came: int = 0
    """How much came in; of that, ``unwaited`` went back to where it came from while it waited until ``waited``."""
    unwaited: int = 0
    waited: date | None = None
    moved: "Earning | None" = None
    """What became of it when a suspension moved its dates."""

    def __post_init__(self) -> None:
        self.came, self.waited = self.left, self.waits_until

    @property
    def now(self) -> "Earning":
        return self if self.moved is None else self.moved.now

    @property
    def month(self) -> tuple[int, int]:
        return self.issued_on.year, self.issued_on.month

    def is_like(self, other: "Earning") -> bool:
        return (self.currency, self.month, self.expires_on) == (other.currency, other.month, other.expires_on)

    def waits_like(self, other: "Earning") -> bool:
        return self.is_like(other) and self.waits_until is not None and self.waits_until == other.waited


@dataclass(eq=False)
class Given:
    rule: EarnRule
    quantity: int
    taken_back: int = 0


@dataclass(eq=False)
class Piece:
    """Units of one earning that paid a part of a ticket."""

    earning: Earning
    quantity: int
    back: int = 0


@dataclass(eq=False)
class Ticket:
    sale: Sale
    plan: Plan
    day: date
    was_member: bool
    tier: str | None
    was_first: bool
    used_before: dict[str, int] = field(default_factory=dict)
    times_before: dict[str, int] = field(default_factory=dict)
    granted: dict[str, int] = field(default_factory=dict)
    """By rule or offer, what it was given when it asked for what customers share; by offer, what it has of it."""
    taken: Counter[str] = field(default_factory=Counter)
    things: set[str] = field(default_factory=set)
    looked: set[str] = field(default_factory=set)
    """The rules whose caps it came to ask for."""
    missing: Counter[str] = field(default_factory=Counter)
    """What should have been taken back of it, and was gone."""
    given: list[Given] = field(default_factory=list)
    earnings: list[Earning] = field(default_factory=list)
    paid: list[Piece] = field(default_factory=list)
    returned: Counter[int] = field(default_factory=Counter)
    counted: int = 0
    is_back: bool = False


@dataclass(eq=False)
class Brought:
    """A newcomer whom a member brought: by which ticket it counts, and from when that is kept."""

    by: str
    ticket: Ticket | None = None
    kept_on: date | None = None
    is_over: bool = False


@dataclass(eq=False)
class SetAside:
    """Units held for a purchase."""

    until: datetime
    pieces: list[Piece]
    places: Counter[str] = field(default_factory=Counter)
    """By offer, what its basket takes of what customers share."""


@dataclass
class Programme:
    """What customers share: the places of quotas.

    ``limits`` are, by offer, how much of it there is for all ``customers`` together and for ever.
    ``answers`` are, by rule or offer, what the next ticket is given of it, where many ask at once and nobody knows in
    what order: then what it ``wished`` is noted.
    """

    taken: list[tuple[str, date, str]] = field(default_factory=list)
    answers: Mapping[str, int] | None = None
    wished: dict[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    customers: list["Customer"] = field(default_factory=list)

    def give(self, code: str, quantity: int, held: int = 0) -> int:
        """Of an offer; what a basket ``held`` of it is its own, and then nothing else is asked for."""
        if self.answers is not None:
            self.wished[code] = quantity
            return self.answers[code]
        return held or min(quantity, self.limits[code] - self.gone(code))

    def gone(self, code: str) -> int:
        """What tickets have of it, and what is held for others."""
        tickets = [ticket for customer in self.customers for ticket in customer.tickets]
        holds = [hold for customer in self.customers for hold in customer.holds.values()]
        return sum(ticket.taken[code] for ticket in tickets) + sum(hold.places[code] for hold in holds)


@dataclass
class Customer:
    plan: Plan
    programme: Programme
    is_member: bool = False
    has_left: bool = False
    is_absorbed: bool = False
    has_absorbed: bool = False
    joined_on: date | None = None
    left_on: date | None = None
    tiers: list[tuple[date, str]] = field(default_factory=list)
    tier_until: date | None = None
    stood_still: list[tuple[date, date | None]] = field(default_factory=list)
    """From a day on, and before another one, a card that could do nothing."""
    earnings: list[Earning] = field(default_factory=list)
    owed: Counter[str] = field(default_factory=Counter)
    tickets: list[Ticket] = field(default_factory=list)
    gifts: list[tuple[date, Given]] = field(default_factory=list)
    holds: dict[str, SetAside] = field(default_factory=dict)
    active_on: dict[str, date] = field(default_factory=dict)
    """By currency whose balance lives on activity, the last day of it."""
    given_away: list[tuple[str, date, int]] = field(default_factory=list)
    brought: Brought | None = None
    kept: list[date] = field(default_factory=list)
    """The nights on which it was certain that whoever brought them is thanked."""
    taken_back: list[tuple[str, date, int]] = field(default_factory=list)
    """Units that a ticket gave and that left the wallet with it: their currency, the day of the ticket, how many."""
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (account of the programme, currency), what came from there less what went there."""

    # ------------------------------------------------------------ what can be read

    @property
    def tier(self) -> str | None:
        return self.tiers[-1][1] if self.tiers else None

    def balance(self, currency: str) -> int:
        return sum(e.left for e in self.earnings if e.currency == currency and e.waits_until is None)

    def waiting(self) -> dict[tuple[str, date, date | None, date], int]:
        found: Counter[tuple[str, date, date | None, date]] = Counter()
        for e in self.earnings:
            if e.waits_until is not None:
                found[e.currency, e.issued_on.replace(day=1), e.expires_on, e.waits_until] += e.left
        return {key: left for key, left in found.items() if left}

    def held(self) -> dict[str, tuple[datetime, dict[tuple[str, date, date | None], int]]]:
        told = {}
        for name, hold in self.holds.items():
            parts: Counter[tuple[str, date, date | None]] = Counter()
            for piece in hold.pieces:
                e = piece.earning
                parts[e.currency, e.issued_on.replace(day=1), e.expires_on] += piece.quantity
            told[name] = (hold.until, dict(parts))
        return told

    def end_of(self, e: Earning) -> date | None:
        """When an earning is over: at its own time, or when its owner was active for the last time long ago."""
        policy = self._policy(e.currency)
        if policy is None or e.currency not in self.active_on:
            return e.expires_on
        over = end_after(self.active_on[e.currency], policy.lasts)
        assert over is not None
        return over if e.expires_on is None else max(over, e.expires_on)

    def _policy(self, currency: str) -> Inactivity | Extended | None:
        known = self.plan.currencies.get(currency)
        policy = known.expires if known is not None else None
        return policy if isinstance(policy, Inactivity | Extended) else None

    def _has_bought(self, day: date) -> None:
        for code in self.plan.currencies:
            policy = self._policy(code)
            if policy is not None and "sale" in policy.by:
                self.active_on[code] = max(day, self.active_on.get(code, day))

    def _has_received(self, currency: str, day: date, *, is_earned: bool) -> None:
        """An earning is activity where the plan says so; anything that comes in finds a clock that runs."""
        policy = self._policy(currency)
        if policy is None:
            return
        last = self.active_on.get(currency)
        if is_earned and isinstance(policy, Inactivity) and not policy.by:
            self.active_on[currency] = max(day, last or day)
            return
        over = None if last is None else end_after(last, policy.lasts)
        if over is None or over <= day:
            self.active_on[currency] = day

    def lots(self) -> dict[tuple[str, date, date | None], int]:
        found: Counter[tuple[str, date, date | None]] = Counter()
        for e in self.earnings:
            if e.waits_until is None:
                found[e.currency, e.issued_on.replace(day=1), e.expires_on] += e.left
        return {key: left for key, left in found.items() if left}

    def debts(self) -> dict[str, int]:
        return {currency: owed for currency, owed in self.owed.items() if owed}

    def sales(self) -> int:
        return sum(t.was_member and not t.is_back for t in self.tickets)

    def used(self, rule: EarnRule, period: Period, day: date) -> int:
        return sum(g.quantity - g.taken_back for g in self._gifts(rule, period, day))

    def times(self, rule: EarnRule, period: Period, day: date) -> int:
        return sum(g.taken_back < g.quantity for g in self._gifts(rule, period, day))

    def _gifts(self, rule: EarnRule, period: Period, day: date) -> Iterator[Given]:
        dated = [*self.gifts, *((t.day, given) for t in self.tickets for given in t.given)]
        return (g for on, g in dated if g.rule.code == rule.code and is_same_period(period, on, day))

    def spend(self, day: date) -> int:
        """What counts for the tier on ``day``, by whole months."""
        tiers = self.plan.tiers
        assert tiers is not None
        this = day.year * 12 + day.month
        total = 0
        for ticket in self.tickets:
            month = ticket.day.year * 12 + ticket.day.month
            if tiers.window is TierWindow.CALENDAR_YEAR:
                counts = ticket.day.year == day.year and month <= this
            else:
                counts = this - tiers.months < month <= this
            if counts and ticket.was_member:
                total += ticket.counted
        return total

    @property
    def stands_still(self) -> bool:
        return bool(self.stood_still) and self.stood_still[-1][1] is None

    def stood_still_on(self, day: date) -> bool:
        return any(since <= day and (until is None or day < until) for since, until in self.stood_still)

    def was_member_on(self, day: date) -> bool:
        if not (self.is_member or self.has_left) or self.joined_on is None or self.stood_still_on(day):
            return False
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)

    def tier_on(self, day: date) -> str | None:
        held = None
        for since, tier in self.tiers:
            if since <= day:
                held = tier
        return held

    # ------------------------------------------------------------ what can happen

    def join(self, event: Joining) -> None:
        self._is_free()
        day = self._day(event.at)
        welcomes = [rule for rule in self.plan.rules if rule.trigger is Trigger.JOINING]
        self._give(welcomes, day, event.channel, event.store)
        if event.referrer and self.plan.referral is not None and self.joined_on is None and not self.tickets:
            self.brought = Brought(event.referrer)
        self._enter(day)
        self._enter_tier(day)

    def leave(self, event: Leaving) -> None:
        if not self.is_member:
            raise No("not_a_member")
        for e in self.earnings:
            self._move("forfeited", e.currency, -e.left)
            e.left = 0
        for piece in self._all_held():
            self._move("forfeited", piece.earning.currency, -piece.quantity)
        self.is_member, self.has_left, self.left_on = False, True, self._day(event.at)
        self._goes_on(self.left_on)
        if self.brought is not None:
            self.brought.is_over = True

    def suspend(self, event: Suspension) -> None:
        day = self._day(event.at)
        self._is_not_absorbed()
        if self.stands_still:
            raise No("already_suspended")
        if not self.is_member:
            raise No("not_a_member")
        for name in list(self.holds):
            self._end_hold(name, day, {})
        self.stood_still.append((day, None))

    def resume(self, event: Resumption) -> None:
        self._is_not_absorbed()
        if not self.stands_still:
            raise No("not_suspended")
        day = self._day(event.at)
        by = timedelta(days=max((day - self.stood_still[-1][0]).days, 0))
        if self.brought is not None and self.brought.kept_on is not None:
            self.brought.kept_on = max(self.brought.kept_on, day)
        self._goes_on(day)
        for e in list(self.earnings):
            is_lost = e.waits_until is not None and self._is_lost_without_event(e)
            if e.moved is None and (e.expires_on is not None or is_lost):
                end = None if e.expires_on is None else e.expires_on + by
                waits = e.waits_until + by if is_lost and e.waits_until is not None else e.waits_until
                e.moved = Earning(e.currency, e.left, e.issued_on, end, waits)
                self.earnings.append(e.moved)
                e.left = 0
        self.active_on = {currency: on + by for currency, on in self.active_on.items()}
        if self.tier_until is not None:
            self.tier_until += by

    def does(self, event: Activity) -> None:
        self._is_not_absorbed()
        rules = [rule for rule in self.plan.rules if rule.activity == event.activity]
        if not rules:
            raise No("unknown_activity")
        day = self._day(event.at)
        if self.was_member_on(day) or self.stood_still_on(day):
            for e in self._waiting_in_order():
                waits = self.plan.currencies[e.currency].pending
                if waits is not None and waits.event == event.activity:
                    self._can_be_used(e)
        if self.was_member_on(day):
            given = len(self.gifts)
            self._give(rules, day, event.channel, event.store)
            if len(self.gifts) > given:
                self._rise(day)  # what a merger brought may be enough

    def _give(self, rules: list[EarnRule], day: date, channel: str, store: str) -> None:
        for rule in rules:
            if not is_open(rule, day, channel, store):
                continue
            assert isinstance(rule.gift, Fixed)
            quantity = self._within_caps(rule, rule.gift.give, day)
            if quantity:
                self._earn(rule, quantity, day, "issued")
                self.gifts.append((day, Given(rule, quantity)))

    def _goes_on(self, day: date) -> None:
        if self.stands_still:
            self.stood_still[-1] = (self.stood_still[-1][0], day)

    def take_over(self, event: TakeOver) -> None:
        self._is_free()
        names = [level.code for level in self.plan.tiers.levels] if self.plan.tiers is not None else []
        if event.tier is not None and event.tier not in names:
            raise No("unknown_tier")
        for lot in event.lots:
            if lot.currency not in self.plan.currencies:
                raise No("unknown_currency")
            if lot.quantity < 0:
                raise No("quantity_too_small")
        for lot in event.lots:
            came = Earning(lot.currency, lot.quantity, lot.issued_on, lot.expires_on, lot.active_on)
            self._come_in(came, "opening")
            if lot.quantity:
                self._has_received(lot.currency, self._day(event.at), is_earned=False)
        self._enter(event.joined_on)
        if event.tier is not None:
            self._hold(event.tier, min(event.joined_on, self._day(event.at)), event.tier_until)
        else:
            self._enter_tier(event.joined_on)

    def correct(self, event: Correction, *, has_happened: bool = False) -> None:
        self._is_not_absorbed()
        if event.currency not in self.plan.currencies:
            raise No("unknown_currency")
        if event.quantity >= 0:
            day = self._day(event.at)
            ends = self._own_end(event.currency, day)
            self._come_in(Earning(event.currency, event.quantity, day, ends), "corrected")
            if event.quantity:
                self._has_received(event.currency, day, is_earned=False)
            return
        room = max((self.plan.currencies[event.currency].debt_at_most or 0) - self.owed[event.currency], 0)
        if self.balance(event.currency) + room < -event.quantity and not has_happened:
            raise No("insufficient_balance")
        taken = sum(p.quantity for p in self._go_out(event.currency, -event.quantity, "corrected"))
        self._owe(event.currency, min(-event.quantity - taken, room), "corrected")

    def request(self, event: RewardRequest) -> None:
        day = self._day(event.at)
        self._is_served(day)
        reward = self.plan.rewards.get(event.reward)
        if reward is None:
            raise No("unknown_reward")
        if event.quantity < 1:
            raise No("quantity_too_small")
        if self.balance(reward.currency) < reward.cost * event.quantity:
            raise No("insufficient_balance")
        self._go_out(reward.currency, reward.cost * event.quantity, "used")
        ends = self._own_end(reward.gives, day)
        self._come_in(Earning(reward.gives, reward.quantity_each * event.quantity, day, ends), "issued")
        self._has_received(reward.gives, day, is_earned=True)

    def buy(self, sale: Sale, *, has_happened: bool = False) -> None:
        self._is_not_absorbed()
        day = self._day(sale.at)
        ticket = Ticket(
            sale, self.plan, day, self.was_member_on(day), self.tier_on(day), was_first=self.sales() == 0
        )
        hold = self.holds.get(sale.hold) if sale.hold else None
        if sale.hold and hold is None and not has_happened:
            raise No("hold_not_open")
        self._check_payments(ticket, has_happened, hold)
        needed = payments(sale)
        if hold is not None:
            ticket.paid += self._end_hold(sale.hold, day, needed)
        for currency, quantity in payments(sale).items():
            if ticket.was_member:
                quantity -= sum(p.quantity for p in ticket.paid if p.earning.currency == currency)
                ticket.paid += self._go_out(currency, quantity, "used")
        for rule in self.plan.rules:
            if rule.cap is not None:
                ticket.used_before[rule.code] = self.used(rule, rule.cap.period, day)
            if rule.times is not None:
                ticket.times_before[rule.code] = self.times(rule, rule.times.period, day)
        for rule in self.plan.rules:
            if asked_of(ticket, rule, ticket.returned):
                ticket.looked.add(rule.code)
            quantity = gift(ticket, rule, ticket.returned)
            if quantity and rule.quota is not None:
                ticket.granted[rule.code] = int(self._draw(rule, day, sale.store))
                quantity = quantity if ticket.granted[rule.code] else 0
            if quantity:
                ticket.given.append(Given(rule, quantity))
        self._ask_for_offers(ticket, held=hold.places if hold is not None else None)
        for offer in units_offers(self.plan):
            if ticket.taken[offer.code]:
                ticket.given.append(Given(as_a_rule(offer), ticket.taken[offer.code]))
        ticket.things = handed_over(ticket)
        # What expires together comes in together, which matters when there is a debt to repay.
        terms = [given.rule.expires for given in ticket.given]
        for given in sorted(ticket.given, key=lambda given: terms.index(given.rule.expires)):
            ticket.earnings.append(self._earn(given.rule, given.quantity, day, "issued"))
        ticket.counted = sum(counting(ticket, ticket.returned).values())
        self.tickets.append(ticket)
        if ticket.was_member:
            self._has_bought(day)
        if ticket.was_member and ticket.counted:
            self._rise(day)
        self._counts_for_the_referral(ticket)

    def bring_back(self, ticket: Ticket, event: Return) -> None:
        self._is_not_absorbed()
        lines = ticket.sale.lines
        charged = charged_lines(ticket.sale)
        open_lines = {
            i: lines[i].amount_minor - ticket.returned[i]
            for i in range(len(lines))
            if charged[i] > 0 and lines[i].amount_minor > ticket.returned[i]
        }
        if not open_lines:
            raise No("nothing_left_to_return")
        asked: Counter[int] = Counter()
        for part in event.lines:
            if not 0 <= part.line < len(lines):
                raise No("unknown_line")
            asked[part.line] += part.amount_minor
        if not event.lines:
            asked = Counter(open_lines)
        if any(amount > open_lines.get(line, 0) for line, amount in asked.items()):
            raise No("return_exceeds_sale")
        ticket.returned.update(asked)
        ticket.is_back = asked == Counter(open_lines)
        today = self._day(event.at)
        for currency in self._pay_back(ticket, today):
            self._has_received(currency, today, is_earned=False)
        self._take_back(ticket)
        ticket.counted = sum(counting(ticket, ticket.returned).values())
        self._no_longer_counts_for_the_referral(ticket)
        self._free(ticket)

    def change(self, ticket: Ticket, event: SaleUpdate) -> None:
        """As it now reads it might have been sold from the start. Not here: tickets that are paid with units and keep
        lines, and plans that give a currency with several dates."""
        self._is_not_absorbed()
        if not event.lines and ticket.returned:
            self.bring_back(ticket, Return(event.at, event.sale_seq))
        if event.lines == ticket.sale.lines or (ticket.is_back and not event.lines):
            return
        assert not (event.lines and ticket.sale.payments)
        before = {offer.code: offered(ticket, offer) for offer in ticket.plan.offers.all}
        ticket.sale = replace(ticket.sale, lines=event.lines, payments=())
        ticket.is_back = all(line.amount_minor <= ticket.returned[i] for i, line in enumerate(event.lines))
        if not event.lines:
            self._pay_back(ticket, self._day(event.at))
        self._look_again(ticket)
        self._ask_for_offers(ticket, before)
        self._free(ticket)
        now, more = deserved(ticket), Counter[str]()
        for rule in givers(ticket.plan):
            known = {given.rule.code: given for given in ticket.given}
            given = known.get(rule.code) or Given(rule, 0)
            change = now[rule.code] - (given.quantity - given.taken_back)
            given.quantity += change
            more[rule.currency] += change
            if rule.code not in known:
                ticket.given.append(given)
        for currency, change in more.items():
            self._recover(ticket, currency, max(-change, 0))
            made_up = min(max(change, 0), ticket.missing[currency])
            ticket.missing[currency] -= made_up
            rule = next(given.rule for given in ticket.given if given.rule.currency == currency)
            if change > made_up:
                ticket.earnings.append(self._earn(rule, change - made_up, ticket.day, "issued"))
        ticket.counted = sum(counting(ticket, ticket.returned).values())
        self._no_longer_counts_for_the_referral(ticket)
        self._counts_for_the_referral(ticket)

    def _counts_for_the_referral(self, ticket: Ticket) -> None:
        """The first purchase that comes to the amount; it is kept once so much time has gone by."""
        policy, brought = self.plan.referral, self.brought
        if policy is None or brought is None or brought.is_over or brought.ticket is not None:
            return
        if ticket.was_member and ticket.counted > 0 and ticket.counted >= policy.spend_min_minor:
            brought.ticket, brought.kept_on = ticket, end_after(ticket.day, policy.kept_for) or ticket.day

    def _no_longer_counts_for_the_referral(self, ticket: Ticket) -> None:
        policy, brought = self.plan.referral, self.brought
        if policy is None or brought is None or brought.is_over or brought.ticket is not ticket:
            return
        if ticket.counted <= 0 or ticket.counted < policy.spend_min_minor:
            brought.ticket = brought.kept_on = None

    def bring(self, day: date) -> None:
        """Somebody whom they brought keeps their purchase."""
        policy = self.plan.referral
        assert policy is not None
        if policy.referrer is not None and self.was_member_on(day):
            units = policy.referrer
            rule = EarnRule(REFERRAL, units.currency, Fixed(units.quantity), times=policy.times)
            self._give([rule], day, "", "")

    def _look_again(self, ticket: Ticket) -> None:
        """What its rules looked at then stays so; now they may ask for more."""
        for rule in ticket.plan.rules:
            if rule.code not in ticket.looked and asked_of(ticket, rule, ticket.returned):
                ticket.looked.add(rule.code)
                if rule.cap is not None:
                    ticket.used_before[rule.code] = self.used(rule, rule.cap.period, ticket.day)
                if rule.times is not None:
                    ticket.times_before[rule.code] = self.times(rule, rule.times.period, ticket.day)
            is_open = rule.quota is not None and rule.code not in ticket.granted
            if is_open and gift(ticket, rule, ticket.returned):
                ticket.granted[rule.code] = int(self._draw(rule, ticket.day, ticket.sale.store))

    def _ask_for_offers(
        self,
        ticket: Ticket,
        before: Mapping[str, int] | None = None,
        held: Counter[str] | None = None,
    ) -> None:
        """What it needs beyond what it has. A ticket that was refused, or has less than it wished ``before``, had its
        answer."""
        for offer in ticket.plan.offers.all:
            code, wished, has = offer.code, offered(ticket, offer), ticket.taken[offer.code]
            had_its_answer = (
                before is not None
                and code in ticket.granted
                and (not ticket.granted[code] or (has and ticket.granted[code] < before[code]))
            )
            if wished > has and not had_its_answer:
                aside = 0 if held is None else held[code]
                ticket.granted[code] = has + self.programme.give(code, wished - has, aside)
            ticket.taken[code] = max(has, min(wished, ticket.granted.get(code, 0)))
        ticket.things = handed_over(ticket)

    def _free(self, ticket: Ticket) -> None:
        """What it no longer needs, where its offer gives that back."""
        for offer in ticket.plan.offers.all:
            limit = GivesBack.STOCK if offer.stock is not None else GivesBack.BUDGET
            if (GivesBack.PLACE if offer.quota is not None else limit) in offer.gives_back:
                ticket.taken[offer.code] = min(ticket.taken[offer.code], offered(ticket, offer))
        ticket.things = handed_over(ticket)

    def be_absorbed(self) -> None:
        self._is_not_absorbed()
        for e in self.earnings:
            self._move("in_transit", e.currency, -e.left)
            e.left = 0
        for piece in self._all_held():
            self._move("in_transit", piece.earning.currency, -piece.quantity)
        for currency, owed in self.owed.items():
            self._move("in_transit", currency, owed)
        self.owed.clear()
        self.is_member, self.is_absorbed = False, True

    def absorb(self, other: "Customer", at: datetime) -> None:
        """``other`` as it was before it was absorbed."""
        self._is_not_absorbed()
        for e in sorted(other.earnings, key=lambda e: (e.expires_on or FOR_EVER, e.month)):
            came = Earning(e.currency, e.left, e.issued_on, e.expires_on, e.waits_until)
            self._come_in(came, "in_transit")
            if e.left:
                self._has_received(e.currency, self._day(at), is_earned=False)
        for piece in [piece for hold in other.holds.values() for piece in hold.pieces]:
            e = piece.earning
            self._come_in(Earning(e.currency, piece.quantity, e.issued_on, e.expires_on), "in_transit")
            self._has_received(e.currency, self._day(at), is_earned=False)
        for code, day in other.active_on.items():
            self.active_on[code] = max(day, self.active_on.get(code, day))
        for currency, owed in other.owed.items():
            found = sum(piece.quantity for piece in self._go_out(currency, owed, "in_transit"))
            self.owed[currency] += owed - found
            self._move("in_transit", currency, -(owed - found))
        self.has_absorbed = True
        self.given_away += other.given_away
        self.tickets += other.tickets
        self.gifts += other.gifts
        if not other.is_member:
            return
        if other.tier is not None and self.plan.tiers is not None:
            mine = (self._rank(self.tier), self.tier_until or FOR_EVER) if self.is_member else (-1, FOR_EVER)
            if (self._rank(other.tier), other.tier_until or FOR_EVER) > mine:
                self._hold(other.tier, self._day(at), other.tier_until)
        assert other.joined_on is not None
        if not self.is_member or self.joined_on is None or other.joined_on < self.joined_on:
            self._enter(other.joined_on)

    def hold(self, event: Hold, name: str) -> None:
        self._is_not_absorbed()
        self._is_served(self._day(event.at))
        if len(self.holds) >= 20:
            raise No("too_many_holds")
        asked: Counter[str] = Counter()
        for payment in event.payments:
            asked[payment.currency] += payment.quantity
        for currency, quantity in asked.items():
            self._check_payment(currency, quantity)
            if self.balance(currency) < quantity:
                raise No("insufficient_balance")
        pieces = [piece for currency, n in asked.items() for piece in self._go_out(currency, n, "")]
        aside = SetAside(event.at + timedelta(minutes=event.minutes), pieces)
        if event.lines:
            basket = Sale(event.at, event.store, event.channel, event.lines)
            as_sold = Ticket(basket, self.plan, self._day(event.at), True, self.tier, was_first=False)
            self._ask_for_offers(as_sold)
            aside.places = as_sold.taken
        self.holds[name] = aside

    def let_go(self, event: Release) -> None:
        if event.hold not in self.holds:
            raise No("hold_not_open")
        self._end_hold(event.hold, self._day(event.at), {})

    def give_to(self, other: "Customer", event: TransferOut) -> None:
        day = self._day(event.at)
        self._is_served(day)
        known = self.plan.currencies.get(event.currency)
        if known is None:
            raise No("unknown_currency")
        policy = known.transfers
        if policy is None:
            raise No("not_transferable")
        if event.quantity < policy.at_least:
            raise No("quantity_too_small")
        given = sum(
            n
            for code, on, n in self.given_away
            if code == event.currency and is_same_period(policy.period, on, day)
        )
        if policy.limit is not None and given + event.quantity > policy.limit:
            raise No("transfer_limit")
        if self.balance(event.currency) < event.quantity:
            raise No("insufficient_balance")
        if not other.was_member_on(day):
            raise No("receiver_not_a_member")
        self.given_away.append((event.currency, day, event.quantity))
        for piece in self._go_out(event.currency, event.quantity, "in_transit"):
            e = piece.earning
            other._come_in(Earning(e.currency, piece.quantity, e.issued_on, e.expires_on), "in_transit")
            other._has_received(e.currency, day, is_earned=False)

    def sleep_until(self, today: date, now: datetime | None = None) -> None:
        """Every night until ``today``, one by one: what waited can be used, units expire, then the tier is reviewed.
        Holds end at their own instants, until ``now``."""
        if self.is_absorbed or self.stands_still:
            return
        now = now or midnight_of(today, self.plan.zone)
        days = [day for e in self.earnings if e.left for day in (self.end_of(e), e.waits_until) if day]
        if self.brought is not None and self.brought.kept_on is not None and not self.brought.is_over:
            days.append(self.brought.kept_on)
        night = min([*days, self.tier_until or FOR_EVER])
        while True:
            ran_out = sorted((hold.until, name) for name, hold in self.holds.items() if hold.until <= now)
            if ran_out and (night > today or ran_out[0][0] < midnight_of(night, self.plan.zone)):
                until, name = ran_out[0]
                self._end_hold(name, self._day(until), {})
                night = min(night, self._day(until))
                continue
            if night > today:
                return
            self._night(night)
            night += timedelta(days=1)

    def _night(self, night: date) -> None:
        for e in self._waiting_in_order():
            if e.waits_until is not None and e.waits_until > night:
                continue
            if self._is_lost_without_event(e):
                self._move("breakage", e.currency, -e.left)
                e.left = 0
            else:
                self._can_be_used(e)
        for e in self.earnings:
            end = self.end_of(e)
            if end is not None and end <= night:
                self._move("breakage", e.currency, -e.left)
                e.left = 0
        if self.is_member and self.tier_until is not None and self.tier_until <= night:
            self._review(night)
        brought, policy = self.brought, self.plan.referral
        if brought is None or brought.is_over or brought.kept_on is None or brought.kept_on > night:
            return
        assert policy is not None
        brought.is_over = True
        self.kept.append(night)
        if policy.referee is not None:
            units = policy.referee
            rule = EarnRule(REFERRAL, units.currency, Fixed(units.quantity))
            self._earn(rule, units.quantity, night, "issued")

    def _waiting_in_order(self) -> list[Earning]:
        waiting = [e for e in self.earnings if e.left and e.waits_until is not None]
        return sorted(waiting, key=lambda e: (e.waits_until, e.expires_on or FOR_EVER, e.month))

    def _can_be_used(self, earning: Earning) -> None:
        repaid = min(earning.left, self.owed[earning.currency])
        self.owed[earning.currency] -= repaid
        earning.left -= repaid
        earning.waits_until = None

    # ------------------------------------------------------------ the wallet

    def _move(self, account: str, currency: str, quantity: int) -> None:
        self.moved[account, currency] += quantity

    def _come_in(self, earning: Earning, account: str) -> Earning:
        """A debt is repaid first."""
        self._move(account, earning.currency, earning.left)
        if earning.waits_until is not None:
            self.earnings.append(earning)
            return earning
        repaid = min(earning.left, self.owed[earning.currency])
        self.owed[earning.currency] -= repaid
        earning.left -= repaid
        self.earnings.append(earning)
        return earning

    def _go_out(
        self, currency: str, quantity: int, account: str, like: list[Earning] | None = None
    ) -> list[Piece]:
        """Unit by unit is too slow, earning by earning will do: those ``like`` first, then the first to expire."""
        own = [e for wanted in like or [] for e in self.earnings if e.is_like(wanted)]
        others = sorted(self.earnings, key=lambda e: (e.expires_on or FOR_EVER, e.month))
        pieces = []
        for e in [*own, *others]:
            part = min(quantity, e.left)
            if part > 0 and e.currency == currency and e.waits_until is None:
                e.left -= part
                quantity -= part
                if account:
                    self._move(account, currency, -part)
                pieces.append(Piece(e, part))
        return pieces

    def _owe(self, currency: str, quantity: int, account: str) -> None:
        self.owed[currency] += quantity
        self._move(account, currency, -quantity)

    def _all_held(self) -> list[Piece]:
        pieces = [piece for hold in self.holds.values() for piece in hold.pieces]
        self.holds.clear()
        return pieces

    def _end_hold(self, name: str, day: date, needed: dict[str, int]) -> list[Piece]:
        """What is needed is used; the rest comes back unless it has expired."""
        used: list[Piece] = []
        pieces = self.holds.pop(name).pieces
        for piece in sorted(pieces, key=lambda p: (p.earning.expires_on or FOR_EVER, p.earning.month)):
            e = piece.earning
            wanted = needed.get(e.currency, 0) - sum(
                p.quantity for p in used if p.earning.currency == e.currency
            )
            part = max(min(piece.quantity, wanted), 0)
            if part:
                used.append(Piece(e, part))
                self._move("used", e.currency, -part)
            rest = piece.quantity - part
            end = self.end_of(e)
            if end is not None and end <= day:
                self._move("breakage", e.currency, -rest)
                continue
            repaid = min(rest, self.owed[e.currency])
            self.owed[e.currency] -= repaid
            e.left += rest - repaid
        return used

    def _own_end(self, currency: str, day: date, instead: Duration | None = None) -> date | None:
        policy = instead or self.plan.currencies[currency].expires
        if isinstance(policy, EachYear):
            least = day if policy.at_least is None else end_after(day, policy.at_least)
            assert least is not None
            last = least if policy.at_least is None else least - timedelta(days=1)
            while not is_day_of_year(last, policy.month, policy.day):
                last += timedelta(days=1)
            return last + timedelta(days=1)
        if isinstance(policy, Inactivity):
            return None
        return end_after(day, policy.lasts if isinstance(policy, Extended) else policy)

    def _earn(self, rule: EarnRule, quantity: int, day: date, account: str) -> Earning:
        pending = rule.pending or self.plan.currencies[rule.currency].pending
        waits = None
        if pending is not None:
            waits = end_after(day, pending.lasts) if pending.lasts is not None else pending.until
            waits = waits if waits is not None and waits > day else None
        counted = day if waits is None or pending is None or pending.expires_from_earning else waits
        ends = self._own_end(rule.currency, counted, rule.expires)
        earning = Earning(rule.currency, quantity, day, ends, waits)
        came = self._come_in(earning, account)
        if quantity:
            self._has_received(rule.currency, day, is_earned=True)
        return came

    def _check_payment(self, currency: str, quantity: int) -> None:
        known = self.plan.currencies.get(currency)
        if known is None:
            raise No("unknown_currency")
        if not known.pays:
            raise No("currency_cannot_pay")
        if quantity < known.pays_at_least:
            raise No("payment_too_small")

    def _check_payments(self, ticket: Ticket, has_happened: bool, hold: SetAside | None = None) -> None:
        sale, worth = ticket.sale, 0
        for currency, quantity in payments(sale).items():
            known = self.plan.currencies.get(currency)
            if not (has_happened and quantity > 0):
                self._check_payment(currency, quantity)
            if known is not None:
                worth += quantity * known.worth_minor // known.worth_units
            held = (
                [p.quantity for p in hold.pieces if p.earning.currency == currency]
                if hold is not None
                else []
            )
            missing = quantity - min(sum(held), quantity)
            if missing and not has_happened:
                self._is_served(ticket.day)
            if not has_happened and self.balance(currency) < missing:
                raise No("insufficient_balance")
        if worth > sum(charged_lines(sale)) and not has_happened:
            raise No("pays_more_than_ticket")

    # ------------------------------------------------------------ rules

    def _within_caps(self, rule: EarnRule, quantity: int, day: date) -> int:
        if rule.cap_per_sale is not None:
            quantity = min(quantity, rule.cap_per_sale)
        if rule.times is not None and self.times(rule, rule.times.period, day) >= rule.times.limit:
            return 0
        if rule.cap is not None:
            quantity = min(quantity, rule.cap.limit - self.used(rule, rule.cap.period, day))
        return max(quantity, 0)

    def _draw(self, rule: EarnRule, day: date, store: str) -> bool:
        assert rule.quota is not None
        if self.programme.answers is not None:
            return bool(self.programme.give(rule.code, 1))
        place = (rule.code, day, store if rule.quota.scope is QuotaScope.STORE else "")
        taken = [
            other
            for other in self.programme.taken
            if other[0] == place[0]
            and other[2] == place[2]
            and is_same_period(rule.quota.period, other[1], day)
        ]
        if len(taken) >= rule.quota.limit:
            return False
        self.programme.taken.append(place)
        return True

    # ------------------------------------------------------------ returns

    def _pay_back(self, ticket: Ticket, today: date) -> list[str]:
        """Answers in which currencies something came back."""
        sale, charged = ticket.sale, charged_lines(ticket.sale)
        came_back = sum(
            int(Fraction(charged[i] * amount, sale.lines[i].amount_minor))
            for i, amount in ticket.returned.items()
            if amount
        )
        currencies = list(dict.fromkeys(piece.earning.currency for piece in ticket.paid))
        came = []
        for currency in currencies:
            pieces = [piece for piece in ticket.paid if piece.earning.currency == currency]
            paid = sum(piece.quantity for piece in pieces)
            known = ticket.plan.currencies[currency]
            due = paid if ticket.is_back else paid * came_back // sum(charged)
            if known.kind is CurrencyKind.VOUCHER and not ticket.is_back:
                due = 0
            due -= sum(piece.back for piece in pieces)
            for piece in pieces:
                part = min(due, piece.quantity - piece.back)
                if part <= 0:
                    continue
                piece.back += part
                due -= part
                again = Earning(currency, part, piece.earning.issued_on, piece.earning.expires_on)
                if again.expires_on is not None and again.expires_on <= today:
                    again = Earning(currency, part, today, self._own_end(currency, today))
                self._come_in(again, "used")
                came.append(currency)
        return came

    def _take_back(self, ticket: Ticket) -> None:
        currencies = list(dict.fromkeys(given.rule.currency for given in ticket.given))
        now = deserved(ticket)
        for currency in currencies:
            given = [g for g in ticket.given if g.rule.currency == currency]
            too_much = sum(g.quantity - g.taken_back for g in given)
            too_much -= sum(now[rule.code] for rule in givers(ticket.plan) if rule.currency == currency)
            quantity = 0
            for g in given:
                part = min(too_much - quantity, g.quantity - g.taken_back - now[g.rule.code])
                if part > 0:
                    g.taken_back += part
                    quantity += part
            self._recover(ticket, currency, quantity)

    def _recover(self, ticket: Ticket, currency: str, quantity: int) -> None:
        """What waits first, then what can be used, of the same dates first; then a debt, or it is gone."""
        wanted = quantity
        quantity -= self._go_out_of_waiting(ticket, currency, quantity)
        if ticket.plan.return_policy is not ReturnPolicy.ONLY_PENDING:
            pieces = self._go_out(currency, quantity, "issued", like=[e.now for e in ticket.earnings])
            quantity -= sum(piece.quantity for piece in pieces)
        self.taken_back.append((currency, ticket.day, wanted - quantity))
        if ticket.plan.return_policy is ReturnPolicy.MAY_GO_NEGATIVE:
            floor = ticket.plan.currencies[currency].debt_at_most
            room = quantity if floor is None else max(floor - self.owed[currency], 0)
            self._owe(currency, min(quantity, room), "issued")
            quantity -= min(quantity, room)
        ticket.missing[currency] += quantity

    def _is_lost_without_event(self, earning: Earning) -> bool:
        waits = self.plan.currencies[earning.currency].pending
        return waits is not None and waits.is_lost

    def _go_out_of_waiting(self, ticket: Ticket, currency: str, quantity: int) -> int:
        """What still waits of units that came in with the ticket: others of the same dates are the same units."""
        gone = 0
        for own in ticket.earnings:
            if own.currency != currency or own.waited is None:
                continue
            for e in [e for e in self.earnings if e.waits_like(own.now)]:
                if e.left:
                    part = min(quantity - gone, e.left, own.came - own.unwaited)
                    e.left -= part
                    own.unwaited += part
                    gone += part
                    self._move("issued", currency, -part)
        return gone

    # ------------------------------------------------------------ membership and tiers

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.plan.zone).date()

    def _is_not_absorbed(self) -> None:
        if self.is_absorbed:
            raise No("customer_absorbed")

    def _is_served(self, day: date) -> None:
        if not self.was_member_on(day):
            raise No("suspended" if self.stood_still_on(day) else "not_a_member")

    def _is_free(self) -> None:
        self._is_not_absorbed()
        if self.stands_still:
            raise No("suspended")
        if self.is_member:
            raise No("already_a_member")

    def _enter(self, day: date) -> None:
        self.is_member, self.joined_on, self.left_on = True, day, None

    def _rank(self, tier: str | None) -> int:
        assert self.plan.tiers is not None
        codes = [level.code for level in self.plan.tiers.levels]
        return codes.index(tier) if tier in codes else -1

    def _hold(self, tier: str, since: date, until: date | None) -> None:
        if self.tier != tier:
            if self.tiers:
                since = max(since, self.tiers[-1][0])
            self.tiers.append((since, tier))
        self.tier_until = until

    def _enter_tier(self, day: date) -> None:
        if self.plan.tiers is not None and self.plan.tiers.levels[0].spend_min_minor == 0:
            self._hold(self.plan.tiers.levels[0].code, day, None)

    def _reached(self, day: date) -> int:
        assert self.plan.tiers is not None
        spent = self.spend(day)
        return sum(spent >= level.spend_min_minor for level in self.plan.tiers.levels) - 1

    def _rise(self, day: date) -> None:
        """On the day or, where a late ticket was what a later month missed, from the first of that month on."""
        if self.plan.tiers is None:
            return
        months = {ticket.day.replace(day=1) for ticket in self.tickets if ticket.was_member}
        for since in (day, *sorted(first for first in months if first > day)):
            if self._reached(since) > self._rank(self.tier):
                self._hold_rank(self._reached(since), since)
                return

    def _hold_rank(self, rank: int, day: date) -> None:
        assert self.plan.tiers is not None
        until = end_after(day, self.plan.tiers.keep) if rank > 0 else None
        self._hold(self.plan.tiers.levels[rank].code, day, until)

    def _review(self, day: date) -> None:
        assert self.plan.tiers is not None
        held, reached = self._rank(self.tier), self._reached(day - timedelta(days=1))
        if reached < held and self.plan.tiers.downgrade is Downgrade.ONE_STEP:
            reached = held - 1
        self._hold_rank(max(reached, 0), day)


# ---------------------------------------------------------------- a ticket


def payments(sale: Sale) -> dict[str, int]:
    totals: dict[str, int] = {}
    for payment in sale.payments:
        totals[payment.currency] = totals.get(payment.currency, 0) + payment.quantity
    return totals


def charged_lines(sale: Sale) -> list[int]:
    """What was paid for each line in the end: negative lines void their article, then make all cheaper."""
    charged = [max(line.amount_minor, 0) for line in sale.lines]
    rest = 0
    for negative in sale.lines:
        off = max(-negative.amount_minor, 0)
        for i, line in enumerate(sale.lines):
            if line.sku == negative.sku:
                part = min(off, charged[i])
                charged[i] -= part
                off -= part
        rest += off
    return cheaper(charged, rest)


def cheaper(amounts: list[int], off: int) -> list[int]:
    """Each amount less its fair share, the odd cents going to those with the largest fraction."""
    total = sum(amounts)
    off = min(off, total)
    if not off:
        return amounts
    shares = [Fraction(off * amount, total) for amount in amounts]
    whole = [int(share) for share in shares]
    while sum(whole) < off:
        lacking = [share - part for share, part in zip(shares, whole, strict=True)]
        whole[lacking.index(max(lacking))] += 1
    return [amount - part for amount, part in zip(amounts, whole, strict=True)]


def counting(ticket: Ticket, returned: Counter[int]) -> dict[int, int]:
    """By line, what earns: eligible, less what was paid with rewards, less what came back."""
    plan, sale = ticket.plan, ticket.sale
    amounts = charged_lines(sale)
    if not plan.earns_on_part_paid_with_rewards:
        worth = 0
        for payment in sale.payments:
            known = plan.currencies.get(payment.currency)
            worth += payment.quantity * known.worth_minor // known.worth_units if known is not None else 0
        amounts = cheaper(amounts, worth)
    out = plan.exclusions
    found = {}
    for i, line in enumerate(sale.lines):
        is_out = (
            line.kind in out.kinds
            or line.department in out.departments
            or line.brand in out.brands
            or line.sku in out.skus
            or (out.discounted and (line.discount_minor > 0 or line.promotion != ""))
        )
        left = amounts[i]
        if left and returned[i]:
            left = int(Fraction(left * (line.amount_minor - returned[i]), line.amount_minor))
        if left > 0 and not is_out:
            found[i] = left
    return found


def is_open(rule: EarnRule | Offer, day: date, channel: str, store: str) -> bool:
    when = rule.when
    return (
        (when.from_day is None or day >= when.from_day)
        and (when.to_day is None or day <= when.to_day)
        and (not when.channels or channel in when.channels)
        and (not when.stores or store in when.stores)
        and (not when.weekdays or day.weekday() in when.weekdays)
    )


def gift(ticket: Ticket, rule: EarnRule, returned: Counter[int]) -> int:
    """What a rule gives for a ticket, its own caps applied, whatever its quota says."""
    quantity = asked_of(ticket, rule, returned)
    if rule.times is not None and ticket.times_before[rule.code] >= rule.times.limit:
        return 0
    if rule.cap is not None:
        quantity = min(quantity, rule.cap.limit - ticket.used_before[rule.code])
    return max(quantity, 0)


def asked_of(ticket: Ticket, rule: EarnRule, returned: Counter[int]) -> int:
    """What a rule would give for it to somebody who had nothing of it yet."""
    sale, when = ticket.sale, rule.when
    if rule.trigger is not Trigger.SALE or not ticket.was_member:
        return 0
    if not is_open(rule, ticket.day, sale.channel, sale.store):
        return 0
    if when.tiers and ticket.tier not in when.tiers:
        return 0
    if when.is_first_purchase and not ticket.was_first:
        return 0
    amounts = counting(ticket, returned)
    total = sum(amounts.values())
    if when.amount_min_minor is not None and total < when.amount_min_minor:
        return 0
    if when.amount_max_minor is not None and total > when.amount_max_minor:
        return 0
    chosen = []
    for i, amount in amounts.items():
        line, wanted = sale.lines[i], rule.lines
        if wanted is None or (
            (not wanted.departments or line.department in wanted.departments)
            and (not wanted.brands or line.brand in wanted.brands)
            and (not wanted.skus or line.sku in wanted.skus)
        ):
            chosen.append(amount)
    if not chosen:
        return 0
    quantity = worth_of_gift(rule.gift, sum(chosen))
    return quantity if rule.cap_per_sale is None else min(quantity, rule.cap_per_sale)


def deserved(ticket: Ticket) -> Counter[str]:
    """By rule or offer, the units that a ticket gives for what stays of it."""
    found = Counter[str]()
    for rule in ticket.plan.rules:
        if rule.quota is None or ticket.granted.get(rule.code):
            found[rule.code] = gift(ticket, rule, ticket.returned)
    for offer in units_offers(ticket.plan):
        found[offer.code] = min(offered(ticket, offer), ticket.taken[offer.code])
    return found


def offered(ticket: Ticket, offer: Offer) -> int:
    """Units, or one thing, of an offer that takes nothing off and selects no lines: for what stays of the ticket,
    however that is paid."""
    sale, when = ticket.sale, offer.when
    if not ticket.was_member or not is_open(offer, ticket.day, sale.channel, sale.store):
        return 0
    charged = charged_lines(sale)
    total = sum(
        charged[i] * (line.amount_minor - ticket.returned[i]) // line.amount_minor
        for i, line in enumerate(sale.lines)
        if line.amount_minor > 0
    )
    if not total or (when.amount_min_minor is not None and total < when.amount_min_minor):
        return 0
    if isinstance(offer.effect, GivesUnits):
        return worth_of_gift(offer.effect.gift, total)
    assert isinstance(offer.effect, GivesArticle)
    return 1


def units_offers(plan: Plan) -> list[Offer]:
    return [offer for offer in plan.offers.all if isinstance(offer.effect, GivesUnits)]


def givers(plan: Plan) -> list[EarnRule]:
    """Rules, and the offers that give units."""
    return [*plan.rules, *map(as_a_rule, units_offers(plan))]


def as_a_rule(offer: Offer) -> EarnRule:
    """Its units go where those of a rule go."""
    effect = offer.effect
    assert isinstance(effect, GivesUnits)
    return EarnRule(offer.code, effect.currency, effect.gift, expires=effect.expires)


def handed_over(ticket: Ticket) -> set[str]:
    articles = [offer for offer in ticket.plan.offers.all if isinstance(offer.effect, GivesArticle)]
    return {o.code for o in articles if offered(ticket, o) and ticket.taken[o.code]}


def worth_of_gift(given: Gift, basis: int) -> int:
    if isinstance(given, Fixed):
        return given.give
    if isinstance(given, Threshold):
        return max((give for at_least, give in given.steps if basis >= at_least), default=0)
    per = given.base if isinstance(given, Multiply) else given
    assert isinstance(per, PerAmount)
    percent = Fraction(given.percent - 100, 100) if isinstance(given, Multiply) else Fraction(1)
    if per.whole_steps:
        return int(basis // per.per_minor * per.give * percent)
    return rounded(Fraction(basis * per.give, per.per_minor) * percent, per.rounding)


def rounded(exact: Fraction, rounding: Rounding) -> int:
    below = int(exact)
    fraction = exact - below
    if rounding is Rounding.HALF_EVEN:
        return round(exact)
    if rounding is Rounding.UP:
        return below + (fraction > 0)
    if rounding is Rounding.HALF_UP:
        return below + (fraction >= Fraction(1, 2))
    return below


# ---------------------------------------------------------------- the calendar, day by day


def is_same_period(period: Period, one: date, other: date) -> bool:
    if period is Period.DAY:
        return one == other
    if period is Period.WEEK:
        return one - timedelta(days=one.weekday()) == other - timedelta(days=other.weekday())
    if period is Period.MONTH:
        return (one.year, one.month) == (other.year, other.month)
    if period is Period.QUARTER:
        return (one.year, (one.month - 1) // 3) == (other.year, (other.month - 1) // 3)
    return period is Period.EVER or one.year == other.year


def end_after(start: date, duration: Duration | None) -> date | None:
    """The first day outside, found by walking."""
    if duration is None:
        return None
    day = start
    if duration.unit is Unit.DAY:
        day += timedelta(days=duration.number)
    elif duration.unit is Unit.WEEK:
        day += timedelta(weeks=duration.number)
    else:
        months = duration.number * (12 if duration.unit is Unit.YEAR else 1)
        first = start.replace(day=1)
        for _ in range(months):
            first = (first + timedelta(days=31)).replace(day=1)
        day = first
        while day.day < start.day and (day + timedelta(days=1)).month == first.month:
            day += timedelta(days=1)
    last = day
    day += timedelta(days=1)
    while (duration.round_to is RoundTo.MONTH and day.month == last.month) or (
        duration.round_to is RoundTo.YEAR and day.year == last.year
    ):
        day += timedelta(days=1)
    return day


def is_day_of_year(day: date, month: int, number: int) -> bool:
    """The last day of the month where the month is shorter."""
    is_last = (day + timedelta(days=1)).month != day.month
    return day.month == month and (day.day == number or (is_last and day.day < number))


def midnight_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
