"""The core against the oracle: any sequence of events gives the same books, and the invariants hold all the way."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assidu.decisions import decide, evolve
from assidu.decisions.calendar import Duration, Period, Unit
from assidu.decisions.decision import Account, Decision, Refused
from assidu.decisions.events import (
    Absorption,
    Activity,
    Correction,
    Event,
    Hold,
    Joining,
    Leaving,
    MergedPart,
    Merger,
    OpeningLot,
    Payment,
    Release,
    Restoration,
    Resumption,
    Return,
    ReturnedLine,
    RewardRequest,
    Sale,
    SaleLine,
    Suspension,
    TakeOver,
    TransferIn,
    TransferOut,
    TransferredPart,
)
from assidu.decisions.evolve import apply_postings
from assidu.decisions.facts import Facts
from assidu.decisions.plan import (
    PURCHASES,
    EachYear,
    Extended,
    Fixed,
    Inactivity,
    Pending,
    PeriodCap,
    Plan,
    ReturnPolicy,
    Transfers,
    Trigger,
)
from assidu.decisions.separating import separation_of
from assidu.decisions.state import Membership, Moved, State
from assidu.decisions.suspending import lost_without_event
from builders.notebook import Entry, Notebook
from builders.plans import PARIS, SIX_MONTHS, THREE_DAYS, a_full_plan, a_rule, with_policy, with_rules
from decisions.model import Customer, No, Programme, Ticket
from decisions.strategies import lines

payment = st.builds(
    Payment,
    st.sampled_from(["points", "points", "voucher-5", "cents"]),
    st.one_of(st.integers(0, 3), st.sampled_from([40, 100, 500])),
)


ACTIVITIES = (
    replace(
        a_rule("visit", Fixed(4), trigger=Trigger.ACTIVITY, times=PeriodCap(1, Period.DAY)), activity="visit"
    ),
    replace(
        a_rule("review", Fixed(15), trigger=Trigger.ACTIVITY, cap=PeriodCap(20, Period.MONTH)),
        activity="review",
    ),
)
ALL_RULES = (*a_full_plan().rules, *ACTIVITIES)
FOUR_WEEKS = Duration(4, Unit.WEEK)
wallets = st.fixed_dictionaries(
    {
        "expires": st.sampled_from(
            [
                SIX_MONTHS,
                EachYear(2, 29, THREE_DAYS),
                EachYear(1, 31),
                Inactivity(FOUR_WEEKS),
                Inactivity(FOUR_WEEKS, by=PURCHASES),
                Extended(FOUR_WEEKS),
                None,
            ]
        ),
        "pending": st.sampled_from(
            [
                None,
                None,
                Pending(Duration(14, Unit.DAY)),
                Pending(Duration(6, Unit.WEEK), expires_from_earning=True),
                Pending(until=date(2026, 4, 4)),
                Pending(Duration(14, Unit.DAY), event="visit", is_lost=True),
            ]
        ),
        "debt_at_most": st.sampled_from([None, 30]),
        "transfers": st.sampled_from([None, Transfers(), Transfers(5, 50, Period.MONTH)]),
    }
)
"""How the points wait, expire, may be owed and given."""


def with_wallets(plan: Plan, points: Mapping[str, object]) -> Plan:
    currencies = {**plan.currencies, "points": replace(plan.currencies["points"], **points)}  # type: ignore[arg-type]
    rules = [replace(r, pending=Pending()) if r.code == "first" else r for r in plan.rules]
    rules += ACTIVITIES
    is_lapsing = isinstance(points["expires"], Inactivity | Extended)
    return replace(with_rules(plan, *rules), currencies=currencies, lapsing=("points",) if is_lapsing else ())


class Books(RuleBasedStateMachine):
    """Two customers of one programme, each kept twice: by the core's notebook and by the oracle."""

    @initialize(
        policy=st.sampled_from(ReturnPolicy), earns=st.booleans(), hour=st.integers(0, 23), wallets=wallets
    )
    def open_the_books(
        self, policy: ReturnPolicy, earns: bool, hour: int, wallets: Mapping[str, object]
    ) -> None:
        plan = self.plan = with_wallets(with_policy(a_full_plan(), policy, earns), wallets)
        self.all_rules = plan.rules
        self.places: dict[str, int] = {}
        self.programme = Programme()
        self.now = datetime(2026, 1, 14, hour, 30, tzinfo=UTC)
        self.books = [Notebook(plan, places=self.places) for _ in range(2)]
        self.models = [Customer(plan, self.programme) for _ in range(2)]
        self.tickets: list[list[Ticket | None]] = [[], []]
        joining = Joining(self.now, "a", "web")
        for who in range(2):
            self.tell(who, joining, lambda model: model.join(joining))

    def tell(
        self, who: int, event: Event, act: Callable[[Customer], None], *, has_happened: bool = False
    ) -> Decision | Refused:
        """Both are told, and both must say the same."""
        book, model = self.books[who], self.models[who]
        model.sleep_until(self.now.astimezone(PARIS).date(), self.now)
        answer = book.tell(event, now=self.now, has_happened=has_happened)
        said = "done"
        try:
            act(model)
        except No as no:
            said = str(no)
        assert said == (answer.code if isinstance(answer, Refused) else "done")
        return answer

    def somebody_is_out(self) -> bool:
        return not all(model.is_member for model in self.models)

    def nobody_stands_still(self) -> bool:
        return not any(model.stands_still for model in self.models)

    # ------------------------------------------------------------ what happens

    @rule(change=st.sampled_from(["base", "steps", "early"]), policy=st.sampled_from(ReturnPolicy))
    def change_the_plan(self, change: str, policy: ReturnPolicy) -> None:
        """A new version without one rule, with another return policy; what was sold keeps its own version."""
        kept = [found for found in self.all_rules if found.code != change]
        self.plan = replace(with_rules(self.plan, *kept), version=self.plan.version + 1, return_policy=policy)
        for book, model in zip(self.books, self.models, strict=True):
            book.plan = model.plan = self.plan

    @rule(days=st.sampled_from([0, 1, 3, 25, 45, 200]), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)
        for book, model in zip(self.books, self.models, strict=True):
            today = self.now.astimezone(PARIS).date()
            book.catch_up(today, self.now)
            model.sleep_until(today, self.now)

    @rule(
        who=st.integers(0, 1),
        sold=st.lists(lines, max_size=4),
        paid=st.one_of(st.just([]), st.lists(payment, max_size=2)),
        where=st.sampled_from(["a", "b"]),
        channel=st.sampled_from(["store", "web"]),
        late_days=st.sampled_from([0, 0, 0, 1, 33]),
        has_happened=st.booleans(),
    )
    def buy(
        self,
        who: int,
        sold: list[SaleLine],
        paid: list[Payment],
        where: str,
        channel: str,
        late_days: int,
        has_happened: bool,
    ) -> None:
        sale = Sale(self.now - timedelta(days=late_days), where, channel, tuple(sold), tuple(paid))
        self._buy(who, sale, has_happened=has_happened)

    @rule(
        who=st.integers(0, 1),
        amounts=st.lists(st.integers(1, 40_000), min_size=1, max_size=3),
        departments=st.permutations(["produce", "grocery", "produce"]),
        points=st.sampled_from([0, 0, 10, 100]),
    )
    def buy_the_ordinary_way(self, who: int, amounts: list[int], departments: list[str], points: int) -> None:
        sold = tuple(
            SaleLine(f"sku-{i}", amount, department=department, brand="ours")
            for i, (amount, department) in enumerate(zip(amounts, departments, strict=False))
        )
        paid = (Payment("points", points),) if points else ()
        self._buy(who, Sale(self.now, "a", "web", sold, paid))

    def _buy(self, who: int, sale: Sale, *, has_happened: bool = False) -> None:
        answer = self.tell(
            who, sale, lambda model: model.buy(sale, has_happened=has_happened), has_happened=has_happened
        )
        if isinstance(answer, Decision):
            self._leaf(who)
            self.tickets[who][-1] = self.models[who].tickets[-1]
            self._check_again(self.books[who].entries[-1])

    @precondition(lambda self: any(ticket for tickets in self.tickets for ticket in tickets))
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        found = [
            (who, seq)
            for who in range(2)
            for seq, ticket in enumerate(self.tickets[who], 1)
            if ticket is not None
        ]
        who, seq = data.draw(st.sampled_from(found))
        ticket = self.tickets[who][seq - 1]
        assert ticket is not None
        parts = []
        if data.draw(st.booleans()):
            for i, line in enumerate(ticket.sale.lines):
                amount = data.draw(
                    st.one_of(
                        st.just(0), st.integers(0, max(line.amount_minor, 0) + 1), st.just(line.amount_minor)
                    )
                )
                if amount > 0:
                    parts.append(ReturnedLine(i, amount))
        event = Return(self.now, seq, tuple(parts))
        self.tell(who, event, lambda model: model.bring_back(ticket, event))

    @precondition(lambda self: self.now.day % 3 == 0)
    @rule(
        who=st.integers(0, 1),
        currency=st.sampled_from(["points", "points", "cents", "shells"]),
        quantity=st.sampled_from([-400, -5, 0, 3, 300, 600]),
        has_happened=st.booleans(),
    )
    def correct(self, who: int, currency: str, quantity: int, has_happened: bool) -> None:
        event = Correction(self.now, currency, quantity)
        self.tell(
            who,
            event,
            lambda model: model.correct(event, has_happened=has_happened),
            has_happened=has_happened,
        )

    @rule(
        who=st.integers(0, 1),
        currency=st.sampled_from(["points", "points", "points", "points", "voucher-5", "shells"]),
        quantity=st.sampled_from([20, 20, 20, 60, 1]),
        minutes=st.sampled_from([600, 15, 60_000]),
    )
    def hold(self, who: int, currency: str, quantity: int, minutes: int) -> None:
        book, model = self.books[who], self.models[who]
        book.catch_up(self.now.astimezone(PARIS).date(), self.now)
        name = str(book.state.seq + 1)
        event = Hold(self.now, (Payment(currency, quantity),), minutes)
        self.tell(who, event, lambda _: model.hold(event, name))

    @precondition(lambda self: any(model.holds for model in self.models))
    @rule(
        data=st.data(),
        points=st.sampled_from([20, 20, 25, 7, 0]),
        has_happened=st.booleans(),
        is_sale=st.booleans(),
    )
    def end_a_hold(self, data: st.DataObject, points: int, has_happened: bool, is_sale: bool) -> None:
        """Used by its ticket for more, less or nothing of what it holds; or released. Also when it has just run out."""
        found = [(who, name) for who, model in enumerate(self.models) for name in model.holds]
        who, name = data.draw(st.sampled_from(found))
        if not is_sale:
            event = Release(self.now, name)
            self.tell(who, event, lambda model: model.let_go(event))
            return
        paid = (Payment("points", points),) if points else ()
        line = SaleLine("soap", 4200, department="grocery", brand="ours")
        self._buy(who, Sale(self.now, "a", "web", (line,), paid, hold=name), has_happened=has_happened)

    @rule(
        giver=st.integers(0, 1),
        currency=st.sampled_from(["points", "points", "points", "cents", "shells"]),
        quantity=st.sampled_from([1, 5, 30, 400]),
    )
    def give(self, giver: int, currency: str, quantity: int) -> None:
        """From one to the other: both sides, or neither."""
        today = self.now.astimezone(PARIS).date()
        for book, model in zip(self.books, self.models, strict=True):
            book.catch_up(today, self.now)
            model.sleep_until(today, self.now)
        sums = self._sums()
        giving, receiving = self.books[giver], self.books[1 - giver]
        event = TransferOut(self.now, currency, quantity)
        answer = decide(self.plan, Facts(giving.state), event)
        if isinstance(answer, Decision):
            parts = tuple(
                TransferredPart(p.lot.issued_month, p.lot.expires_on, p.quantity)
                for p in answer.postings
                if p.lot is not None
            )
            came = receiving.tell(TransferIn(self.now, currency, parts), now=self.now)
            if isinstance(came, Decision):
                assert giving.must(event, now=self.now) == answer
            else:
                answer = came
        said = "done"
        try:
            self.models[giver].give_to(self.models[1 - giver], event)
        except No as no:
            said = str(no)
        assert said == (answer.code if isinstance(answer, Refused) else "done")
        assert self._sums() == sums, "a transfer makes and loses nothing"

    @rule(who=st.integers(0, 1), quantity=st.sampled_from([1, 1, 1, 2, 0]))
    def request(self, who: int, quantity: int) -> None:
        event = RewardRequest(self.now, "voucher-5", quantity)
        self.tell(who, event, lambda model: model.request(event))

    @precondition(somebody_is_out)
    @rule(who=st.integers(0, 1), late_days=st.sampled_from([0, 0, 20]))
    def join(self, who: int, late_days: int) -> None:
        event = Joining(self.now - timedelta(days=late_days), "b", "store")
        self.tell(who, event, lambda model: model.join(event))

    @rule(who=st.integers(0, 1), activity=st.sampled_from(["visit", "visit", "review", "dance"]))
    def do(self, who: int, activity: str) -> None:
        event = Activity(self.now, activity, "a", "store")
        self.tell(who, event, lambda model: model.does(event))

    @rule(who=st.integers(0, 1), is_over=st.sampled_from([False, True, True]))
    def suspend_or_resume(self, who: int, is_over: bool) -> None:
        if is_over:
            resumption = Resumption(self.now)
            self.tell(who, resumption, lambda model: model.resume(resumption))
        else:
            suspension = Suspension(self.now)
            self.tell(who, suspension, lambda model: model.suspend(suspension))

    @precondition(lambda self: len(self.books[0].entries) > 4)
    @rule(who=st.integers(0, 1))
    def leave(self, who: int) -> None:
        event = Leaving(self.now)
        self.tell(who, event, lambda model: model.leave(event))

    @precondition(somebody_is_out)
    @rule(
        who=st.integers(0, 1),
        tier=st.sampled_from([None, "silver", "gold", "platinum"]),
        days=st.sampled_from([None, -3, 0, 50]),
        quantity=st.sampled_from([0, 250, 700]),
    )
    def take_over(self, who: int, tier: str | None, days: int | None, quantity: int) -> None:
        today = self.now.astimezone(PARIS).date()
        end = None if days is None else today + timedelta(days=days)
        lots = (
            OpeningLot("points", quantity, today - timedelta(days=90), end),
            OpeningLot("points", 6, today - timedelta(days=5), end, today + timedelta(days=9)),
            OpeningLot("points", 10, today - timedelta(days=80), None),
        )
        event = TakeOver(self.now, today - timedelta(days=500), tier, end, lots)
        self.tell(who, event, lambda model: model.take_over(event))

    @precondition(lambda self: len(self.books[1].entries) > 5 and self.nobody_stands_still())
    @rule()
    def merge(self) -> None:
        """The second customer is the first; somebody new takes the second place."""
        today = self.now.astimezone(PARIS).date()
        for book, model in zip(self.books, self.models, strict=True):
            book.catch_up(today, self.now)
            model.sleep_until(today, self.now)
        theirs, before = self.books[1].state, replace(self.models[1])
        before.earnings = [replace(earning) for earning in before.earnings]
        before.holds = dict(before.holds)
        before.owed = Counter(before.owed)
        sums = self._sums()
        left = self.tell(1, Absorption(self.now), lambda model: model.be_absorbed())
        came = self.books[0].tell(Merger(self.now), now=self.now, absorbed=theirs)
        self.models[0].absorb(before, self.now)
        assert isinstance(left, Decision)
        assert isinstance(came, Decision)
        assert self._sums() == sums, "a merger makes and loses nothing"
        assert not any(_moved((left, came)).values()), "nothing stays in transit"
        assert isinstance(self.books[1].tell(Joining(self.now), now=self.now), Refused)
        self.books[1] = Notebook(self.plan, places=self.places)
        self.models[1] = Customer(self.plan, self.programme)
        self.tickets[1] = []

    @precondition(lambda self: self.nobody_stands_still() and not any(model.debts() for model in self.models))
    @rule(suspended_days=st.sampled_from([0, 0, 3, 20]))
    def merge_by_mistake(self, suspended_days: int) -> None:
        """Two who owe nothing are merged and separated at once, or after a suspension that moved all dates: both have
        again what they had."""
        today = self.now.astimezone(PARIS).date()
        if not all(model.is_member for model in self.models):
            return
        for book, model in zip(self.books, self.models, strict=True):
            book.catch_up(today, self.now)
            model.sleep_until(today, self.now)
        before = [book.state for book in self.books]
        if any(state.holds for state in before):
            return
        came = decide(self.plan, Facts(before[0], absorbed=before[1]), Merger(self.now))
        left = decide(self.plan, Facts(before[1]), Absorption(self.now))
        assert isinstance(came, Decision)
        assert isinstance(left, Decision)
        one, other = evolve(before[0], came), evolve(before[1], left)
        later = self.now + timedelta(days=suspended_days)
        undone = separation_of(came, before[0], later)
        for event in (Suspension(self.now), Resumption(later)) if suspended_days else ():
            stood_still = decide(self.plan, Facts(one), event)
            assert isinstance(stood_still, Decision)
            one = evolve(one, stood_still)
        gone = decide(self.plan, Facts(one), undone)
        assert isinstance(gone, Decision)
        parts = tuple(
            MergedPart(p.currency, p.lot.issued_month, p.lot.expires_on, p.active_on, p.quantity)
            for p in gone.postings
            if p.lot is not None
        )
        back = decide(self.plan, Facts(other), Restoration(later, "member", before[1].joined_on, parts))
        assert isinstance(back, Decision)
        moved = Moved(0, suspended_days, lost_without_event(self.plan))
        for state, was in zip((evolve(one, gone), evolve(other, back)), before, strict=True):
            assert state.lots == {moved.lot(key): left for key, left in was.lots.items()}
            assert state.pending == {moved.pending(key): left for key, left in was.pending.items()}
            assert (state.joined_on, state.left_on, state.debts) == (was.joined_on, was.left_on, was.debts)
            assert state.counters == was.counters
            if suspended_days:
                continue
            assert (state.tier, state.tier_until) == (was.tier, was.tier_until)
            assert (state.tier_cause, state.tier_before) == (was.tier_cause, was.tier_before)

    # ------------------------------------------------------------ what is always so

    @invariant()
    def both_keep_the_same_books(self) -> None:
        for book, model in zip(self.books, self.models, strict=True):
            state = book.state
            lots = {(k.currency, k.issued_month, k.expires_on): left for k, left in state.lots.items()}
            assert lots == model.lots()
            pending = {tuple(key): left for key, left in state.pending.items()}
            assert pending == model.waiting()
            assert {
                h: (held.until, {tuple(k): n for k, n in held.parts}) for h, held in state.holds.items()
            } == model.held()
            assert dict(state.debts) == model.debts()
            assert (state.membership in (Membership.MEMBER, Membership.SUSPENDED)) == model.is_member
            assert state.stands_still == model.stands_still
            assert (state.tier, state.tier_until) == (model.tier, model.tier_until)
            assert (state.joined_on, state.left_on) == (model.joined_on, model.left_on)
            moved = _moved(entry.decision for entry in book.entries)
            assert moved == {k: v for k, v in model.moved.items() if v}
            _compare_counters(state, model)

    @invariant()
    def the_wallet_is_the_fold_of_its_postings(self) -> None:
        for book in self.books:
            lots, debts = apply_postings({}, {}, [p for e in book.entries for p in e.decision.postings])
            assert lots == book.state.lots
            assert debts == book.state.debts
            assert all(left > 0 for left in lots.values())
            assert all(owed > 0 for owed in debts.values())
            for currency in debts:
                assert book.state.available(currency) == 0, "nobody has units and owes them at once"

    @invariant()
    def reversals_never_exceed_the_original(self) -> None:
        for book in self.books:
            reversed_quantity: Counter[tuple[int, int]] = Counter()
            for entry in book.entries:
                for posting in entry.decision.postings:
                    if posting.reverses is not None:
                        reversed_quantity[posting.reverses] += posting.quantity
            for (seq, n), quantity in reversed_quantity.items():
                assert quantity <= book.entry(seq).decision.postings[n].quantity

    @invariant()
    def the_fold_in_order_gives_the_state(self) -> None:
        for book in self.books:
            state = State()
            for entry in book.entries:
                state = evolve(state, entry.decision)
            assert state == book.state

    # ------------------------------------------------------------ in support

    def _leaf(self, who: int) -> None:
        """One place for each ``seq``, so that a ticket is found under its own."""
        seqs = self.books[who].state.seq
        self.tickets[who] += [None] * (seqs - len(self.tickets[who]))

    def _check_again(self, entry: Entry) -> None:
        """Decided again it is the same, traced it is the same but for its reasons."""
        assert decide(entry.plan, entry.facts, entry.event) == entry.decision
        traced = decide(entry.plan, entry.facts, entry.event, trace=True)
        assert isinstance(traced, Decision)
        assert replace(traced, reasons=entry.decision.reasons) == entry.decision
        applied = [reason.rule for reason in traced.reasons if reason.code == "applied"]
        assert applied == [award.rule for award in entry.decision.awards]
        told = [reason.rule for reason in traced.reasons]
        assert told == [r.code for r in entry.plan.rules if r.trigger == "sale"]

    def _sums(self) -> dict[str, int]:
        """By currency, what both customers have less what they owe."""
        return {
            currency: sum(
                b.state.available(currency)
                + b.state.held(currency)
                + sum(quantity for _, quantity in b.state.awaited(currency))
                - b.state.debts.get(currency, 0)
                for b in self.books
            )
            for currency in self.plan.currencies
        }


def _moved(decisions: Iterable[Decision]) -> dict[tuple[str, str], int]:
    """By account of the programme and currency, what came from there less what went there."""
    moved: Counter[tuple[str, str]] = Counter()
    for decision in decisions:
        for posting in decision.postings:
            for account, sign in ((posting.source, 1), (posting.target, -1)):
                if account >= Account.ISSUED:
                    moved[account.name.lower(), posting.currency] += sign * posting.quantity
    return {key: quantity for key, quantity in moved.items() if quantity}


def _compare_counters(state: State, model: Customer) -> None:
    """Counters equal committed effects, as long as they are kept."""
    newest = max((t.day for t in model.tickets), default=date(1900, 1, 1))
    expected: Counter[str] = Counter()
    for currency, day, quantity in model.given_away:
        policy = model.plan.currencies[currency].transfers
        if policy is not None and policy.limit is not None:
            expected[f"cap:transfer {currency}:{_name_of(policy.period, day)}"] += quantity
    if model.sales():
        expected["sales:ever"] = model.sales()
    for one in ALL_RULES:
        for kind, cap in (("cap", one.cap), ("times", one.times)):
            days = {t.day for t in model.tickets} | {day for day, _ in model.gifts}
            for day in days if cap is not None else ():
                assert cap is not None
                count = model.used if kind == "cap" else model.times
                expected[f"{kind}:{one.code}:{_name_of(cap.period, day)}"] = count(one, cap.period, day)
    for ticket in model.tickets:
        if ticket.was_member:
            expected[f"spend:{ticket.day:%Y-%m}"] += ticket.counted

    def is_old(name: str) -> bool:
        tail = name.rsplit(":", 1)[-1]
        if name.startswith("spend:"):
            return date.fromisoformat(f"{tail}-01") < newest - timedelta(days=35 * 30)
        return len(tail) == 10 and date.fromisoformat(tail) < newest - timedelta(days=60)

    found = {name: value for name, value in state.counters.items() if not is_old(name)}
    assert found == {name: value for name, value in expected.items() if value and not is_old(name)}
    assert all(value >= 0 for value in found.values())
    if not model.has_absorbed:
        _check_caps(model)


def _check_caps(model: Customer) -> None:
    for one in model.plan.rules:
        for ticket in model.tickets:
            if one.cap is not None:
                assert model.used(one, one.cap.period, ticket.day) <= one.cap.limit
            if one.times is not None:
                assert model.times(one, one.times.period, ticket.day) <= one.times.limit


def _name_of(period: Period, day: date) -> str:
    return {
        Period.DAY: f"{day:%Y-%m-%d}",
        Period.WEEK: f"{day:%G-W%V}",
        Period.MONTH: f"{day:%Y-%m}",
        Period.YEAR: f"{day:%Y}",
        Period.EVER: "ever",
    }[period]


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
