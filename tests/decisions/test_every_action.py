"""Everything that can happen, in any order, with the clock jumping: what must always hold, holds.

The oracle knows a part of the vocabulary; here all of it is used, and no outcome is foretold. Only what is so whatever
happens is checked: the books balance, the fold gives the state, what is scarce is never given twice, and what was
decided is decided the same again, from its JSON too.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from assidu.decisions import evolve
from assidu.decisions.accounts import exit_of
from assidu.decisions.chance import Chance, OpenDraw
from assidu.decisions.decision import Account, Decision, EmissionKind, Posting, Refused
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountOpening,
    Activity,
    Admission,
    AudienceChange,
    Correction,
    Departure,
    Event,
    HandOver,
    Hold,
    Joining,
    Leaving,
    MergedPart,
    Merger,
    OfferStep,
    OpeningLot,
    Payment,
    PrizeWon,
    ProgrammeEnd,
    ReferralKept,
    Release,
    Restoration,
    Resumption,
    Return,
    ReturnedLine,
    RewardCancellation,
    RewardRequest,
    Sale,
    SaleLine,
    SaleUpdate,
    ShownCode,
    StatusGrant,
    Suspension,
    TakeOver,
    TermsAcceptance,
    TransferIn,
    TransferOut,
    TransferredPart,
)
from assidu.decisions.places import places_moved
from assidu.decisions.plan import LeaversShare, ReturnPolicy, Welcome
from assidu.decisions.record import state_from, state_record
from assidu.decisions.separating import separation_of
from assidu.decisions.state import AccountKind, LotKey, Membership, PendingKey, State
from assidu.plans.document import Accounts, Closing, Document, Returns, SharedAccount
from conformance.cases import lives
from conformance.cases.draws import CHANCES, EARNED
from conformance.cases.life import REFERRAL, TERMS
from conformance.cases.plans import CENTS, VOUCHER, points, programme
from conformance.reader import answer_to
from conformance.story import Programme, Story
from decisions.strategies import lines

DRAW = """\
draws:
  - code: spring
    name: {fr: s, en: s}
    entries: chances
    last_day: 2026-06-30
    prizes: [{name: {fr: p, en: p}, gives: {currency: stars, units: 7}}]
"""
PEOPLE = 3
payment = st.builds(
    Payment, st.sampled_from(["points", "points", "stars", "voucher-5", "cents"]), st.sampled_from([1, 2, 30])
)
people = st.integers(0, PEOPLE - 1)
wallets = st.sampled_from(
    [
        "expires: {weeks: 6}",
        "expires: {weeks: 6, extended_by_purchases: true}",
        "expires: {weeks: 4, counted_from: last_earning}",
        "expires: {each_year: 02-29}",
    ]
)


regrets = st.sampled_from(["", "leaving: {regret: {days: 10}}\n"])


GOOD = "  - {code: tote, kind: good, name: {fr: t, en: t}, expires: {weeks: 9}}\n"
TOTE = """\
  - {code: tote, name: {fr: t, en: t}, costs: {currency: points, units: 15}, gives: {currency: tote}, stock: 4}
"""
CLOSING = Closing(last_day_to_earn=date(2026, 6, 30), last_day_to_use=date(2026, 7, 31))


@cache
def a_document(expires: str, regret: str) -> Document:
    """Read once: most of the time of these tests would be spent on it."""
    stars = points(
        expires, "pending: {days: 9}", "debt_at_most: 12", "transfers: {cap: {units: 60, per: month}}"
    )
    more = f"{lives.MORE}{TOTE}{lives.OFFERS}{REFERRAL}{TERMS}{DRAW}{regret}"
    currencies = stars + CENTS + VOUCHER + CHANCES + GOOD
    return programme(*lives.RULES, EARNED, more=more, tiers=lives.TIERS, currencies=currencies).document


@cache
def a_programme(
    policy: str, expires: str, regret: str, takes: str, is_closing: bool, version: int = 1
) -> Programme:
    document = a_document(expires, regret)
    household = SharedAccount(leaver_takes=LeaversShare(takes), welcome=Welcome.EACH)
    document = replace(
        document,
        returns=Returns(take_back=ReturnPolicy(policy)),
        accounts=Accounts(household=household),
        closing=CLOSING if is_closing else None,
    )
    return Programme.of(f"v{version}", document, version)


class Everything(RuleBasedStateMachine):
    """Three customers of one programme who share its places, and at times a household; whoever is merged away is
    replaced by somebody new."""

    last_merger: tuple[Story, Story, State, State, Decision] | None = None
    looked: dict[str, int]
    """By name, how many steps of them were looked at."""

    @initialize(
        policy=st.sampled_from(lives.POLICIES),
        expires=wallets,
        regret=regrets,
        hour=st.integers(0, 23),
        takes=st.sampled_from(["nothing", "equal", "own"]),
        is_closing=st.sampled_from([False, False, True]),
    )
    def open(self, policy: str, expires: str, regret: str, hour: int, takes: str, is_closing: bool) -> None:
        self.expires, self.regret, self.takes, self.is_closing = expires, regret, takes, is_closing
        self.programme = a_programme(policy, expires, regret, takes, is_closing)
        self.now = datetime(2026, 1, 14, hour, 30, tzinfo=UTC)
        self.places: dict[str, int] = {}
        self.arrived = 0
        self.gone: list[Story] = []
        self.last_merger = None
        self.looked = {}
        self.people = [self.somebody_new() for _ in range(PEOPLE)]
        for story in self.people:
            story.try_(Joining(self.now, "a", "web"))
        self.home = self.a_household()

    def a_household(self) -> Story:
        story = self.somebody_new()
        story.try_(AccountOpening(self.now, AccountKind.HOUSEHOLD))
        return story

    def somebody_new(self) -> Story:
        self.arrived += 1
        story = Story(f"person {self.arrived}", self.programme, places=self.places, is_traced=False)
        story.chance = Chance(story.name, {"bag": OpenDraw(lives.SECRET)})
        return story

    def tell(self, who: int, event: Event, **rest: Any) -> Decision | None:
        """What is decided, after what was due; what is emitted reaches the one whom it is about. Of whoever is in the
        household it is told there."""
        story = self.counts_as(who)
        if story is self.home:
            rest["member"] = self.people[who].name
        answer = story.try_(event, now=self.now, **rest)
        return answer if isinstance(answer, Decision) else None

    def counts_as(self, who: int) -> Story:
        """Whose wallet it is that they use."""
        story = self.people[who]
        return self.home if story.state.membership is Membership.IN_ACCOUNT else story

    # ------------------------------------------------------------ what happens

    @rule(days=st.sampled_from([0, 1, 3, 9, 25, 45, 200]), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)
        for story in (*self.people, self.home):
            story.sleep_until(self.today(), self.now)

    @rule(policy=st.sampled_from(lives.POLICIES))
    def change_the_plan(self, policy: str) -> None:
        number = self.programme.plan.version + 1
        self.programme = a_programme(policy, self.expires, self.regret, self.takes, self.is_closing, number)
        for story in (*self.people, self.home):
            story.programme = self.programme

    @rule(
        who=people, sold=st.lists(lines, max_size=4), paid=st.lists(payment, max_size=2), store=st.sampled_from("ab"),
        channel=st.sampled_from(["store", "web"]), late_days=st.sampled_from([0, 0, 0, 1, 33]),
        has_happened=st.booleans(), is_asked=st.booleans(), code=st.sampled_from([None, None, "x", "y"]),
        uses_hold=st.booleans(),
    )  # fmt: skip
    def buy(
        self, who: int, sold: list[SaleLine], paid: list[Payment], store: str, channel: str, late_days: int,
        has_happened: bool, is_asked: bool, code: str | None, uses_hold: bool,
    ) -> None:  # fmt: skip
        story = self.counts_as(who)
        codes = () if code is None else (ShownCode("code", code),)
        hold = next(iter(story.state.holds), "") if uses_hold else ""
        at = self.now - timedelta(days=late_days)
        sale = Sale(at, store, channel, tuple(sold), tuple(paid), codes, hold)
        self.tell(who, story.ask(sale) if is_asked else sale, has_happened=has_happened)

    @rule(
        who=people,
        amounts=st.lists(st.integers(1, 40_000), min_size=1, max_size=3),
        points=st.sampled_from([0, 0, 10, 100]),
        is_asked=st.booleans(),
    )
    def buy_the_ordinary_way(self, who: int, amounts: list[int], points: int, is_asked: bool) -> None:
        departments = ("produce", "grocery", "produce")
        sold = tuple(
            SaleLine(f"sku-{i}", amount, department=departments[i], brand="ours")
            for i, amount in enumerate(amounts)
        )
        paid = (Payment("points", points),) if points else ()
        sale = Sale(self.now, "a", "web", sold, paid)
        self.tell(who, self.counts_as(who).ask(sale) if is_asked else sale)

    @precondition(lambda self: any(self.sales(who) for who in range(PEOPLE)))
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from([who for who in range(PEOPLE) if self.sales(who)]))
        seq, sale = data.draw(st.sampled_from(self.sales(who)))
        amounts = [data.draw(st.integers(0, max(line.amount_minor, 0))) for line in sale.lines]
        parts = tuple(ReturnedLine(i, amount) for i, amount in enumerate(amounts) if amount)
        self.tell(who, Return(self.now, seq, parts if data.draw(st.booleans()) else ()))

    @precondition(lambda self: any(self.sales(who) for who in range(PEOPLE)))
    @rule(
        data=st.data(),
        sold=st.lists(lines, max_size=3),
        paid=st.one_of(st.none(), st.lists(payment, max_size=1)),
        is_kept=st.booleans(),
        has_happened=st.booleans(),
    )
    def change_a_ticket(
        self,
        data: st.DataObject,
        sold: list[SaleLine],
        paid: list[Payment] | None,
        is_kept: bool,
        has_happened: bool,
    ) -> None:
        """Told anew: some or all of its lines, and others; with none it is cancelled."""
        who = data.draw(st.sampled_from([who for who in range(PEOPLE) if self.sales(who)]))
        seq, sale = data.draw(st.sampled_from(self.sales(who)))
        reads = (*(sale.lines if is_kept else ()), *sold)
        payments = None if paid is None else tuple(paid)
        self.tell(who, SaleUpdate(self.now, seq, reads, payments), has_happened=has_happened)

    @rule(
        who=people,
        amounts=st.lists(st.integers(1, 9_000), min_size=1, max_size=3),
        points=st.sampled_from([0, 5]),
        minutes=st.sampled_from([15, 60_000]),
    )
    def hold_a_basket(self, who: int, amounts: list[int], points: int, minutes: int) -> None:
        sold = tuple(SaleLine(f"sku-{i}", amount, department="produce") for i, amount in enumerate(amounts))
        paid = (Payment("points", points),) if points else ()
        self.tell(who, Hold(self.now, paid, minutes, "a", "web", sold))

    @rule(
        who=people,
        currency=st.sampled_from(["points", "stars", "cents"]),
        quantity=st.sampled_from([-150, -8, 0, 40, 300]),
    )
    def correct(self, who: int, currency: str, quantity: int) -> None:
        self.tell(who, Correction(self.now, currency, quantity))

    @rule(who=people, reward=st.sampled_from(["voucher-5", "tote"]), quantity=st.sampled_from([1, 1, 2, 0]))
    def ask_for_a_reward(self, who: int, reward: str, quantity: int) -> None:
        self.tell(who, RewardRequest(self.now, reward, quantity))

    @precondition(lambda self: any(self.counts_as(who).state.available("tote") for who in range(PEOPLE)))
    @rule(who=people, quantity=st.sampled_from([1, 1, 2]))
    def hand_over(self, who: int, quantity: int) -> None:
        self.tell(who, HandOver(self.now, "tote", quantity))

    @precondition(lambda self: self.today() > CLOSING.last_day_to_use)
    @rule(who=people, is_home=st.booleans())
    def end(self, who: int, is_home: bool) -> None:
        """Once the programme has closed nothing is left, and there is nothing more to end; of one that has not, nothing
        ends."""
        story = self.home if is_home else self.people[who]
        ended = story.try_(ProgrammeEnd(self.now), now=self.now)
        if self.is_closing:
            assert not any((story.state.lots, story.state.pending, story.state.holds)), "nothing is left"
            assert isinstance(story.try_(ProgrammeEnd(self.now), now=self.now), Refused)
        else:
            assert isinstance(ended, Refused)

    @precondition(lambda self: any(self.counts_as(who).state.asked for who in range(PEOPLE)))
    @rule(data=st.data())
    def call_a_reward_off(self, data: st.DataObject) -> None:
        found = [(who, seq) for who in range(PEOPLE) for seq in self.counts_as(who).state.asked]
        who, seq = data.draw(st.sampled_from(found))
        self.tell(who, RewardCancellation(self.now, seq))

    @rule(
        who=people,
        currency=st.sampled_from(["points", "stars"]),
        quantity=st.integers(1, 40),
        minutes=st.sampled_from([15, 60_000]),
    )
    def hold(self, who: int, currency: str, quantity: int, minutes: int) -> None:
        self.tell(who, Hold(self.now, (Payment(currency, quantity),), minutes))

    @precondition(lambda self: any(self.counts_as(who).state.holds for who in range(PEOPLE)))
    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        found = [(who, name) for who in range(PEOPLE) for name in self.counts_as(who).state.holds]
        who, name = data.draw(st.sampled_from(found))
        self.tell(who, Release(self.now, name))

    @rule(
        who=people,
        event=st.sampled_from(
            [
                lambda now: Activity(now, "visit", "a", "store"),
                lambda now: AudienceChange(now, "young"),
                lambda now: AudienceChange(now, "young", is_in=False),
                lambda now: OfferStep(now, "plus", "allotted", (now + timedelta(days=20)).date()),
                lambda now: OfferStep(now, "plus", "activated"),
                lambda now: OfferStep(now, "plus", "allotted", anew=False),
                lambda now: OfferStep(now, "plus", "withdrawn"),
                lambda now: StatusGrant(now, "gold", (now + timedelta(days=30)).date()),
                lambda now: StatusGrant(now, "silver"),
                lambda now: TermsAcceptance(now, "2026-06"),
                lambda now: PrizeWon(now, "spring", 1, 1),
            ]
        ),
    )
    def do_something(self, who: int, event: Any) -> None:
        self.tell(who, event(self.now))

    @rule(
        who=people,
        event=st.sampled_from([Suspension, Resumption, Resumption, Leaving]),
    )
    def change_the_membership(self, who: int, event: Any) -> None:
        self.tell(who, event(self.now))

    @precondition(lambda self: not all(story.state.membership is Membership.MEMBER for story in self.people))
    @rule(who=people, referrer=st.one_of(st.none(), people))
    def join(self, who: int, referrer: int | None) -> None:
        name = "" if referrer in (None, who) else self.people[referrer or 0].name
        self.tell(who, Joining(self.now, "b", "store", referrer=name))

    @precondition(lambda self: not all(story.state.joined_on for story in self.people))
    @rule(who=people, tier=st.sampled_from([None, "gold"]))
    def take_over(self, who: int, tier: str | None) -> None:
        day = self.now.date()
        lots = (
            OpeningLot("points", 250, day - timedelta(days=90), day + timedelta(days=60)),
            OpeningLot("stars", 6, day, None, day + timedelta(days=9)),
        )
        self.tell(who, TakeOver(self.now, day - timedelta(days=500), tier, day + timedelta(days=9), lots))

    @rule(giver=people, receiver=people, quantity=st.sampled_from([1, 5, 30]))
    def give(self, giver: int, receiver: int, quantity: int) -> None:
        """Both sides, or neither: the receiver's is decided first, on what the giver's would be."""
        if giver == receiver:
            return
        story = self.people[giver]
        self.people[receiver].sleep_until(self.today(), self.now)
        may_receive = self.people[receiver].state.is_member_on(self.today())
        out = self.tell(giver, TransferOut(self.now, "stars", quantity)) if may_receive else None
        if out is not None:
            parts = tuple(
                TransferredPart(p.lot.issued_month, p.lot.expires_on, p.quantity)
                for p in out.postings
                if p.lot is not None
            )
            came = self.tell(receiver, TransferIn(self.now, "stars", parts))
            assert came is not None, f"{story.name} gave to nobody"

    @rule(who=people)
    def enter_or_leave_the_household(self, who: int) -> None:
        """Both sides, or neither; with the last one it closes, and another one begins."""
        story = self.people[who]
        for one in (story, self.home):
            one.sleep_until(self.today(), self.now)
        before, theirs = self.home.state, story.state
        if theirs.membership is not Membership.IN_ACCOUNT:
            taken = self.home.try_(Admission(self.now, story.name), now=self.now, person=theirs)
            if isinstance(taken, Decision):
                assert isinstance(story.try_(AccountEntry(self.now), now=self.now), Decision)
            return
        event = Departure(self.now, story.name)
        gone = self.home.try_(event, now=self.now, person=theirs)
        if isinstance(gone, Decision):
            back = exit_of(gone, before, theirs, event)
            assert isinstance(story.try_(back, now=self.now), Decision)
        account = self.home.state.account
        assert account is not None
        if account.is_closed or (self.home.state.membership is Membership.LEFT and not account.people):
            self.gone.append(self.home)
            self.home = self.a_household()

    @rule(survivor=people, absorbed=people)
    def merge(self, survivor: int, absorbed: int) -> None:
        if survivor == absorbed:
            return
        for who in (survivor, absorbed):
            self.people[who].sleep_until(self.today(), self.now)
        theirs = self.people[absorbed].state
        states = theirs, self.people[survivor].state
        if any(one.stands_still or one.membership is Membership.IN_ACCOUNT for one in states):
            return
        own = self.people[survivor].state
        assert self.tell(absorbed, Absorption(self.now)) is not None
        merger = self.tell(survivor, Merger(self.now), absorbed=theirs)
        assert merger is not None
        self.last_merger = (self.people[survivor], self.people[absorbed], own, theirs, merger)
        self.gone.append(self.people[absorbed])
        self.people[absorbed] = self.somebody_new()

    @precondition(
        lambda self: (
            self.last_merger is not None
            and self.last_merger[0] in self.people
            and self.last_merger[0].state.membership is not Membership.IN_ACCOUNT
        )
    )
    @rule()
    def undo_the_last_merger(self) -> None:
        """What is left goes back, and so does what they owed; whoever came instead makes room."""
        assert self.last_merger is not None
        survivor, absorbed, own, theirs, merger = self.last_merger
        self.last_merger = None
        undone = separation_of(merger, own, self.now)
        gone = survivor.try_(undone, now=self.now)
        assert isinstance(gone, Decision)
        parts = tuple(
            MergedPart(p.currency, p.lot.issued_month, p.lot.expires_on, p.active_on, p.quantity)
            for p in gone.postings
            if p.target is Account.IN_TRANSIT and p.lot is not None
        )
        owed = Counter(dict(undone.owed))
        for part in undone.paid:
            owed[part.currency] += part.quantity
        on = theirs.left_on if theirs.membership is Membership.LEFT else theirs.joined_on
        back = Restoration(
            self.now, theirs.membership.value, on, parts, tuple(sorted(owed.items())), theirs.regret_until
        )
        assert isinstance(absorbed.try_(back, now=self.now), Decision)
        absorbed.programme = self.programme
        self.gone.remove(absorbed)
        place = next(
            (
                i
                for i, story in enumerate(self.people)
                if story is not survivor and story.state.membership is not Membership.IN_ACCOUNT
            ),
            None,
        )
        if place is None:
            self.people.append(absorbed)
            return
        self.gone.append(self.people[place])
        self.people[place] = absorbed

    @precondition(lambda self: self.undelivered())
    @rule()
    def deliver_what_was_emitted(self) -> None:
        """Once each, in the order in which it was emitted; what is about somebody merged since is not followed here."""
        for source, seq, n, to in self.undelivered():
            self.delivered.add((source, seq, n))
            for who, story in enumerate(self.people):
                if story.name == to:
                    self.tell(who, ReferralKept(self.now, source))

    delivered: set[tuple[str, int, int]]

    def undelivered(self) -> list[tuple[str, int, int, str]]:
        if not hasattr(self, "delivered"):
            self.delivered = set()
        return [
            (story.name, seq, n, emission.to)
            for story in getattr(self, "people", [])
            for seq, one in sorted(story.written.items())
            for n, emission in enumerate(one.decision.emissions)
            if emission.kind is EmissionKind.REFERRAL_KEPT and (story.name, seq, n) not in self.delivered
        ]

    def sales(self, who: int) -> list[tuple[int, Sale]]:
        return [
            (seq, one.event)
            for seq, one in self.counts_as(who).written.items()
            if isinstance(one.event, Sale)
        ]

    def is_forgotten(self, counter: str) -> bool:
        """Counters of one day are dropped after two months; a return of such a day's ticket begins below nothing."""
        day = counter.rsplit(":", 1)[-1]
        return len(day) == len("2026-01-01") and date.fromisoformat(day) < self.today() - timedelta(days=60)

    def today(self) -> date:
        return self.now.astimezone(self.programme.plan.zone).date()

    def everybody(self) -> list[Story]:
        return [*self.people, self.home, *self.gone]

    # ------------------------------------------------------------ what is always so

    @invariant()
    def a_membership_stands_still_or_may_come_back_and_never_half(self) -> None:
        for state in (story.state for story in (*self.people, self.home)):
            may_come_back = state.regret_until is not None and state.membership is not Membership.IN_ACCOUNT
            assert not may_come_back or state.membership is Membership.LEFT
            assert state.membership is not Membership.LEFT or not state.holds
            assert state.stands_still or state.membership is not Membership.SUSPENDED
            assert not state.stands_still or state.membership is Membership.SUSPENDED or may_come_back

    @invariant()
    def what_was_told_last_left_everything_in_order(self) -> None:
        """Of whom nothing was told since, everything is as it was."""
        for story in (*self.people, self.home):
            if self.looked.get(story.name) == len(story.steps):
                continue
            self.looked[story.name] = len(story.steps)
            self.the_wallet_is_the_fold_of_its_postings(story)
            self.reversals_never_exceed_the_original(story)
            self.the_fold_in_order_gives_the_state_and_the_state_can_be_written_down(story)
            self.what_was_decided_last_is_decided_the_same_from_its_json(story)

    def the_wallet_is_the_fold_of_its_postings(self, story: Story) -> None:
        lots, pending, held, debts = folded(
            [p for one in story.written.values() for p in one.decision.postings]
        )
        state = story.state
        assert lots == state.lots
        assert pending == state.pending
        assert held == _held(state)
        assert debts == state.debts
        assert all(left > 0 for left in (*lots.values(), *pending.values(), *held.values(), *debts.values()))

    @invariant()
    def nothing_is_made_or_lost_between_customers(self) -> None:
        transit: Counter[str] = Counter()
        for story in self.everybody():
            for one in story.written.values():
                for posting in one.decision.postings:
                    if posting.target is Account.IN_TRANSIT:
                        transit[posting.currency] += posting.quantity
                    elif posting.source is Account.IN_TRANSIT:
                        transit[posting.currency] -= posting.quantity
        assert not any(transit.values())

    def reversals_never_exceed_the_original(self, story: Story) -> None:
        undone: Counter[tuple[int, int]] = Counter()
        for one in story.written.values():
            for posting in one.decision.postings:
                if posting.reverses is not None:
                    undone[posting.reverses] += posting.quantity
        for (seq, n), quantity in undone.items():
            assert quantity <= story.written[seq].decision.postings[n].quantity

    @invariant()
    def what_is_scarce_is_never_given_twice(self) -> None:
        limits = {
            claim[0]: claim[1]
            for story in self.everybody()
            for step in story.steps
            for claim in step.get("decision", {}).get("claims", ())
        }
        for key, taken in self.places.items():
            assert 0 <= taken <= limits[key], key
        moved: Counter[str] = Counter()
        for story in self.everybody():
            for one in story.written.values():
                moved.update(places_moved(one.decision))
        assert {key: taken for key, taken in self.places.items() if taken} == {
            key: taken for key, taken in moved.items() if taken
        }, "what is taken is what decisions say"

    def the_fold_in_order_gives_the_state_and_the_state_can_be_written_down(self, story: Story) -> None:
        state = State()
        for seq in sorted(story.written):
            state = evolve(state, story.written[seq].decision)
            assert state.seq == seq, "the sequence has no gap"
        assert state == story.state
        assert state_from(state_record(state), state.seq, state.lots, state.debts) == state
        assert all(count >= 0 for name, count in state.counters.items() if not self.is_forgotten(name))

    def what_was_decided_last_is_decided_the_same_from_its_json(self, story: Story) -> None:
        before = story.as_json()["start"]
        for step in story.steps[:-1]:
            before = step.get("next", before)
        if story.steps:
            step = story.steps[-1]
            plan = story.programmes[step.get("plan", story.first.name)].plan
            expected = {
                k: v for k, v in step.items() if k in ("refused", "decision", "postings", "reasons", "next")
            }
            assert answer_to(plan, before, step) == expected


Wallet = tuple[dict[LotKey, int], dict[PendingKey, int], dict[LotKey, int], dict[str, int]]


def folded(postings: list[Posting]) -> Wallet:
    """What there is, waits, is held and owed after ``postings``: each unit leaves one place and enters another."""
    there: Counter[LotKey] = Counter()
    waits: Counter[PendingKey] = Counter()
    held: Counter[LotKey] = Counter()
    owed: Counter[str] = Counter()
    for posting in postings:
        for account, change in ((posting.source, -posting.quantity), (posting.target, posting.quantity)):
            if account is Account.DEBT:
                owed[posting.currency] -= change
            elif account.is_in_wallet:
                assert posting.lot is not None
                if account is Account.PENDING:
                    assert posting.active_on is not None
                    waits[PendingKey(*posting.lot, posting.active_on)] += change
                else:
                    (there if account is Account.AVAILABLE else held)[posting.lot] += change
    return _left(there), _left(waits), _left(held), _left(owed)


def _left(found: Any) -> Any:
    assert all(quantity >= 0 for quantity in found.values()), "nothing below zero"
    return {key: quantity for key, quantity in found.items() if quantity}


def _held(state: State) -> dict[LotKey, int]:
    found: Counter[LotKey] = Counter()
    for hold in state.holds.values():
        for lot, quantity in hold.parts:
            found[lot] += quantity
    return {lot: quantity for lot, quantity in found.items() if quantity}


TestEverything = Everything.TestCase
TestEverything.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
