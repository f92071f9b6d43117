"""What holds for every plan, customer and ticket."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Decision
from assidu.decisions.due import next_due
from assidu.decisions.events import Payment, Return, ReturnedLine, Sale, SaleLine, Tick
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Conditions, Fixed, Multiply, Plan, ReturnPolicy, Trigger
from assidu.decisions.state import State
from assidu.plans.compile import index_rules
from builders.notebook import Notebook
from builders.plans import ONE_POINT_A_EURO, a_full_plan, a_rule, with_policy, with_rules
from builders.sales import NOON, a_sale, on
from builders.states import a_member
from decisions.strategies import lines, members, sales

FULL = a_full_plan()
PER_LINE_RULES = tuple(rule for rule in FULL.rules if rule.when.amount_max_minor is None)


@settings(max_examples=50, deadline=None)
@given(sale=sales, state=members, grant=st.sampled_from([None, 0, 1]), trace=st.booleans())
def test_looking_only_at_the_rules_that_a_ticket_meets_changes_nothing(
    sale: Sale, state: State, grant: int | None, trace: bool
) -> None:
    grants = None if grant is None else {f"quota:early:2026-03-02:{sale.store}": grant}
    facts = Facts(state, grants=grants, has_happened=True)
    indexed = replace(FULL, index=index_rules(FULL.rules, FULL.tiers))
    found = decide(indexed, facts, sale, trace=trace)
    assert isinstance(found, Decision)
    naive = decide(FULL, facts, sale)
    assert isinstance(naive, Decision)
    assert replace(found, reasons=()) == replace(naive, reasons=())


@settings(max_examples=40, deadline=None)
@given(sale=sales, state=members, position=st.integers(0, len(FULL.rules)))
def test_an_unrelated_rule_changes_nothing(sale: Sale, state: State, position: int) -> None:
    elsewhere = a_rule("elsewhere", Fixed(999), when=Conditions(stores=frozenset({"nowhere"})))
    longer = with_rules(FULL, *FULL.rules[:position], elsewhere, *FULL.rules[position:])
    facts = Facts(state, grants={f"quota:early:2026-03-02:{sale.store}": 1})
    assert decide(longer, facts, sale) == decide(FULL, facts, sale)


@settings(max_examples=40, deadline=None)
@given(sale=sales, state=members)
def test_awards_add_up_to_what_is_issued(sale: Sale, state: State) -> None:
    decision = decide(FULL, Facts(state, has_happened=True), sale)
    assert isinstance(decision, Decision)
    for currency in FULL.currencies:
        awarded = sum(award.quantity for award in decision.awards if award.currency == currency)
        before = state.available(currency) - state.debts.get(currency, 0)
        after = evolve(state, decision)
        now = after.available(currency) - after.debts.get(currency, 0)
        paid = sum(p.quantity for p in sale.payments if p.currency == currency)
        unfunded = sum(s.quantity for s in decision.shortfalls if s.currency == currency)
        assert now == before + awarded - (paid - unfunded)


@settings(max_examples=50, deadline=None)
@given(
    sold=st.lists(lines, min_size=1, max_size=5),
    points=st.sampled_from([0, 7, 100]),
    earns=st.booleans(),
    policy=st.sampled_from(ReturnPolicy),
    data=st.data(),
)
def test_a_return_in_parts_takes_back_what_a_return_at_once_would(
    sold: list[SaleLine], points: int, earns: bool, policy: ReturnPolicy, data: st.DataObject
) -> None:
    plan = with_policy(with_rules(FULL, *PER_LINE_RULES), policy, earns)
    paid = (Payment("points", points),) if points else ()
    at_once, in_parts = _sold(plan, sold, paid), _sold(plan, sold, paid)
    whole = at_once.tell(Return(NOON, 1))
    for i, line in enumerate(sold):
        amount = data.draw(st.integers(1, max(line.amount_minor, 1)))
        in_parts.tell(Return(NOON, 1, (ReturnedLine(i, amount),)))
    in_parts.tell(Return(NOON, 1))
    assert in_parts.state.lots == at_once.state.lots
    assert in_parts.state.debts == at_once.state.debts
    assert in_parts.state.counters == at_once.state.counters
    if isinstance(whole, Decision):
        assert _taken_back(in_parts) == _taken_back(at_once)
        assert sum(_taken_back(at_once).values()) == sum(
            award.quantity for award in at_once.entry(1).decision.awards
        )


@settings(max_examples=40, deadline=None)
@given(
    sold=st.lists(lines, min_size=1, max_size=5), parts=st.lists(st.integers(0, 4), min_size=1, max_size=4)
)
def test_no_return_ever_gives_something(sold: list[SaleLine], parts: list[int]) -> None:
    """Whatever the ticket deserves without the line, also under rules for small tickets."""
    book = _sold(FULL, sold, ())
    for i in parts:
        before = book.state
        decision = book.tell(
            Return(NOON, 1, (ReturnedLine(i, max(sold[i % len(sold)].amount_minor // 2, 1)),))
        )
        if isinstance(decision, Decision):
            assert all(clawback.quantity > 0 for clawback in decision.clawbacks)
            assert decision.eligible_minor <= 0
            assert all(count.change < 0 for count in decision.counts)
            assert book.state.available("points") <= before.available("points")


@settings(max_examples=30, deadline=None)
@given(day=st.dates(date(2020, 1, 1), date(2030, 12, 31)), state=members)
def test_nothing_is_ever_due_early(day: date, state: State) -> None:
    due = next_due(state)
    answer = decide(FULL, Facts(state), Tick(on(day), day))
    assert isinstance(answer, Decision) == (due is not None and due <= day)
    if isinstance(answer, Decision):
        for posting in answer.postings:
            assert posting.lot is not None
            assert posting.lot.expires_on is not None
            assert posting.lot.expires_on <= day
        following = next_due(evolve(state, answer))
        assert following is None or following > day


@given(amount=st.integers(0, 10**7), percent=st.sampled_from([100, 150, 200, 333]))
def test_a_multiplier_never_gives_more_than_its_share(amount: int, percent: int) -> None:
    plan = with_rules(FULL, a_rule("base"), a_rule("more", Multiply("base", ONE_POINT_A_EURO, percent)))
    decision = decide(plan, Facts(a_member()), a_sale(amount))
    assert isinstance(decision, Decision)
    given = sum(award.quantity for award in decision.awards)
    assert amount * percent // 10_000 - 1 <= given <= amount * percent // 10_000


@given(amount=st.integers(-5, 10**6), cap=st.integers(0, 50))
def test_a_cap_per_ticket_holds(amount: int, cap: int) -> None:
    plan = with_rules(FULL, a_rule("base", cap_per_sale=cap))
    decision = decide(plan, Facts(a_member()), a_sale(amount))
    assert isinstance(decision, Decision)
    assert sum(award.quantity for award in decision.awards) == max(min(amount // 100, cap), 0)


def test_rules_of_joining_never_meet_a_ticket() -> None:
    assert any(rule.trigger is Trigger.JOINING for rule in FULL.rules)
    traced = decide(FULL, Facts(a_member()), a_sale(5000), trace=True)
    assert isinstance(traced, Decision)
    assert {"welcome", "hello-again"}.isdisjoint(reason.rule for reason in traced.reasons)


def _sold(plan: Plan, sold: list[SaleLine], paid: tuple[Payment, ...]) -> Notebook:
    """A member with 1,000 points buys; the ticket has ``seq`` 1."""
    book = Notebook(plan, a_member(points=1000, tier="silver", seq=0))
    book.must(Sale(NOON, "a", "web", tuple(sold), paid), has_happened=True)
    return book


def _taken_back(book: Notebook) -> dict[str, int]:
    totals: dict[str, int] = {}
    for entry in book.entries:
        for clawback in entry.decision.clawbacks:
            totals[clawback.currency] = totals.get(clawback.currency, 0) + clawback.quantity
    return totals
