"""Rules beyond the single ticket: activities, hours, audiences, engagement, missions, streaks and badges."""

from dataclasses import replace
from datetime import date

import pytest

from assidu.decisions import decide, evolve
from assidu.decisions.decision import AudienceMove, Decision, ReasonCode, RefusalCode, Refused
from assidu.decisions.engagement import parts_of, score
from assidu.decisions.events import (
    Activity,
    AfterSale,
    AudienceChange,
    Event,
    Joining,
    Merger,
    Return,
    ReturnedLine,
    Sale,
)
from assidu.decisions.facts import Facts, SoldBefore
from assidu.decisions.nearness import reached_percent, with_streak
from assidu.decisions.plan import Plan
from assidu.decisions.record import decision_from, decision_record, state_from, state_record
from assidu.decisions.sold import Later, since, sold_before
from assidu.decisions.state import State
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document, a_rule
from builders.sales import a_line, a_sale, on

BADGE = "  - {code: explorer, kind: badge, name: {fr: Explorateur, en: Explorer}}\n"


def a_plan(*rules: str, more: str = "") -> Plan:
    return compile_plan(a_document(BASE, *rules, more=more), version=1)


class Customer:
    """Somebody's history under one plan, decided event after event."""

    def __init__(self, plan: Plan, *, joins: str | None = "2026-01-02") -> None:
        self.plan = plan
        self.state = State()
        self.tickets: dict[int, SoldBefore] = {}
        if joins is not None:
            self.does(Joining(on(joins)))

    def does(self, event: Event, *, facts: Facts | None = None) -> Decision:
        decision = self.tries(event, facts=facts)
        assert isinstance(decision, Decision), decision
        written = decision_from(decision_record(decision), decision.plan_version, decision.postings)
        assert written == replace(decision, reasons=()), "what is written down is what was decided"
        self.state = evolve(self.state, decision)
        state = self.state
        kept = state_from(state_record(state), state.seq, state.lots, state.debts)
        assert kept == state, "and so is the state"
        if isinstance(event, Sale):
            self.tickets[state.seq] = sold_before(state.seq, event, decision)
        if isinstance(event, AfterSale):
            later = Later(self.state.seq, event, decision)
            self.tickets[event.sale_seq] = since(self.tickets[event.sale_seq], [later])
        return decision

    def tries(self, event: Event, *, facts: Facts | None = None) -> Decision | Refused:
        sold = self.tickets.get(event.sale_seq) if isinstance(event, AfterSale) else None
        return decide(self.plan, facts or Facts(self.state, sold=sold), event)

    def buys(self, day: str, *departments: str, hour: int = 12, amount: int = 1000) -> Decision:
        lines = [a_line(amount, department=name) for name in departments or ("grocery",)]
        return self.does(a_sale(*lines, at=on(day, hour)))

    def why(self, event: Event) -> dict[str, ReasonCode]:
        decision = decide(self.plan, Facts(self.state), event, trace=True)
        assert isinstance(decision, Decision)
        return {reason.rule: reason.code for reason in decision.reasons}


def given(decision: Decision, rule: str = "extra") -> int:
    return sum(award.quantity for award in decision.awards if award.rule == rule)


# ---------------------------------------------------------------- activities


def test_a_review_gives_its_points_at_most_once_a_month() -> None:
    rule = a_rule("{fixed: 20}", "trigger: activity", "activity: review", "times: {limit: 1, per: month}")
    customer = Customer(a_plan(rule))
    assert given(customer.does(Activity(on("2026-03-02"), "review"))) == 20
    assert given(customer.does(Activity(on("2026-03-30"), "review"))) == 0
    assert given(customer.does(Activity(on("2026-04-01"), "review"))) == 20
    assert customer.state.available("points") == 40


def test_what_a_programme_declares_can_be_done_and_nothing_else() -> None:
    rule = a_rule("{fixed: 5}", "trigger: activity", "activity: jar-returned")
    customer = Customer(
        a_plan(rule, more="activities:\n  - {code: jar-returned, name: {fr: bocal, en: jar}}\n")
    )
    assert given(customer.does(Activity(on("2026-03-02"), "jar-returned"))) == 5
    refused = customer.tries(Activity(on("2026-03-02"), "knitting"))
    assert refused == Refused(RefusalCode.UNKNOWN_ACTIVITY, subject="knitting")


def test_an_activity_of_somebody_who_is_no_member_is_known_and_gives_nothing() -> None:
    customer = Customer(a_plan(a_rule("{fixed: 5}", "trigger: activity", "activity: visit")), joins=None)
    visit = Activity(on("2026-03-02"), "visit")
    assert customer.why(visit) == {"extra": ReasonCode.NOT_A_MEMBER}
    assert customer.does(visit).postings == ()
    assert customer.state.seq == 1


def test_an_activity_asks_for_a_place_and_is_decided_again_with_the_answer() -> None:
    rule = a_rule(
        "{fixed: 50}", "trigger: activity", "activity: survey-answered", "quota: {first: 10, per: day}"
    )
    customer = Customer(a_plan(rule))
    survey = Activity(on("2026-03-02"), "survey-answered")
    asked = customer.tries(survey)
    assert isinstance(asked, Decision)
    (claim,) = asked.claims
    for place, points in ((1, 50), (0, 0)):
        answered = customer.tries(survey, facts=Facts(customer.state, grants={claim.key: place}))
        assert isinstance(answered, Decision)
        assert (answered.claims, given(answered)) == ((), points)
        assert answered.inputs is not None
        assert answered.inputs.grants == {claim.key: place}


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("first", "until", "hours_that_give"),
    [("08:00", "11:00", {8, 10}), ("22:00", "02:00", {23, 1})],
)
def test_hours_are_those_of_the_programmes_clock_and_may_run_past_midnight(
    first: str, until: str, hours_that_give: set[int]
) -> None:
    plan = a_plan(a_rule("{fixed: 5}", f'when: {{hours: {{first: "{first}", until: "{until}"}}}}'))
    for hour in (1, 2, 7, 8, 10, 11, 21, 23):
        assert (given(Customer(plan).buys("2026-07-06", hour=hour)) == 5) == (hour in hours_that_give), hour


def test_a_rule_for_an_audience_follows_who_enters_and_leaves_it() -> None:
    plan = a_plan(
        a_rule("{fixed: 5}", "when: {audiences: [students, nurses]}"),
        more="audiences:\n  - {code: students, name: {fr: a, en: a}}\n  - {code: nurses, name: {fr: a, en: a}}\n",
    )
    customer = Customer(plan)
    assert customer.why(a_sale(at=on("2026-03-02")))["extra"] is ReasonCode.NOT_IN_AUDIENCE
    customer.does(AudienceChange(on("2026-03-03"), "students"))
    assert given(customer.buys("2026-03-04")) == 5
    customer.does(AudienceChange(on("2026-03-05"), "students", is_in=False))
    customer.does(AudienceChange(on("2026-03-05"), "students", is_in=False))
    assert given(customer.buys("2026-03-06")) == 0
    refused = customer.tries(AudienceChange(on("2026-03-07"), "pilots"))
    assert refused == Refused(RefusalCode.UNKNOWN_AUDIENCE, subject="pilots")


def test_an_answer_leads_into_the_audiences_that_it_fills_from_the_next_event_on() -> None:
    plan = a_plan(
        a_rule("{fixed: 5}", "when: {audiences: [green]}"),
        a_rule(
            "{fixed: 7}",
            "trigger: activity",
            "activity: survey-answered",
            "when: {audiences: [green]}",
            code="survey",
        ),
        more="audiences:\n"
        "  - {code: green, name: {fr: a, en: a}, answered: {question: diet, answers: [vegan, vegetarian]}}\n"
        "  - {code: hunters, name: {fr: a, en: a}, answered: {question: diet, answers: [game]}}\n"
        "  - {code: cats, name: {fr: a, en: a}, answered: {question: pets, answers: [cat]}}\n",
    )

    def answers(**given: tuple[str, ...]) -> Activity:
        return Activity(on("2026-03-03"), "survey-answered", answers=tuple(given.items()))

    customer = Customer(plan)
    assert customer.does(answers(diet=("vegan",), age=("30",))).awards == ()
    assert customer.state.audiences == {"green"}
    assert given(customer.buys("2026-03-04")) == 5
    again = customer.does(answers(diet=("vegetarian",), pets=("cat", "dog")))
    assert [award.quantity for award in again.awards] == [7]
    assert again.answered == (AudienceMove("cats", True),), "they are among the green already"
    customer.does(answers(diet=("game",)))
    assert customer.state.audiences == {"hunters", "cats"}
    for known, after in ((("vegan",), {"green", "cats"}), ((), {"hunters", "cats"})):
        survivor = Customer(plan)
        survivor.does(answers(diet=known))
        merger, facts = Merger(on("2026-03-04")), Facts(survivor.state, absorbed=customer.state)
        merged = decide(plan, facts, merger)
        assert isinstance(merged, Decision)
        assert evolve(survivor.state, merged).audiences == after, "their own answer stands, others come along"
    customer.does(answers(diet=()))
    customer.does(answers())
    assert customer.state.audiences == {"cats"}, "whoever no longer answers so is no longer in it"
    assert given(customer.buys("2026-03-05")) == 0


# ---------------------------------------------------------------- engagement

ENGAGEMENT = """
engagement:
  half_life_months: 2
  weights: [{of: sale, score: 10}, {of: review, score: 30}]
"""


def test_the_score_adds_what_was_done_on_every_channel_and_fades() -> None:
    plan = a_plan(a_rule("{fixed: 5}", "when: {engagement_at_least: 40}"), more=ENGAGEMENT)
    customer = Customer(plan)
    assert given(customer.buys("2026-03-02")) == 0
    customer.does(Activity(on("2026-03-03"), "review"))
    customer.does(Activity(on("2026-03-04"), "visit"))  # weighs nothing in this programme
    assert plan.engagement is not None
    counters = customer.state.counters
    assert parts_of(plan.engagement, counters, date(2026, 3, 9)) == {"sale": 10_000, "review": 30_000}
    assert [score(plan.engagement, counters, date(2026, month, 9)) for month in (3, 5, 7)] == [40, 20, 10]
    assert given(customer.buys("2026-03-31")) == 5
    assert given(customer.buys("2026-05-01")) == 0


def test_a_ticket_that_comes_back_whole_no_longer_counts_as_engagement() -> None:
    customer = Customer(a_plan(more=ENGAGEMENT))
    customer.buys("2026-03-02")
    seq = customer.state.seq
    customer.does(Return(on("2026-04-02"), seq))
    assert score(customer.plan.engagement, customer.state.counters, date(2026, 3, 9)) == 0


# ---------------------------------------------------------------- missions, streaks, badges

THREE_DEPARTMENTS = a_rule("{fixed: 100}", "goal: {measure: departments, at_least: 3, per: month}")


def test_three_departments_in_a_month_give_once_whatever_the_number_of_tickets() -> None:
    customer = Customer(a_plan(THREE_DEPARTMENTS))
    assert given(customer.buys("2026-03-02", "dairy", "meat")) == 0
    assert customer.why(a_sale(a_line(department="dairy"), at=on("2026-03-03")))["extra"] is (
        ReasonCode.GOAL_NOT_REACHED
    )
    assert given(customer.buys("2026-03-20", "dairy", "produce")) == 100
    assert given(customer.buys("2026-03-21", "pastry")) == 0
    assert given(customer.buys("2026-04-01", "dairy", "produce", "meat")) == 100


def test_a_department_that_comes_back_opens_the_mission_again() -> None:
    customer = Customer(a_plan(THREE_DEPARTMENTS))
    customer.buys("2026-03-02", "dairy", "meat")
    customer.buys("2026-03-03", "produce", "dairy")
    reached = customer.state.seq
    back = customer.does(Return(on("2026-03-04"), reached, (ReturnedLine(0, 1000),)))
    assert {(c.rule, c.quantity) for c in back.clawbacks} == {("extra", 100), ("base", 10)}
    assert given(customer.buys("2026-03-05", "pastry")) == 100


def test_what_was_spent_in_all_reaches_a_mission_to_the_cent() -> None:
    rule = a_rule("{fixed: 7}", "goal: {measure: spend, amount_at_least: 50.00, per: year}")
    customer = Customer(a_plan(rule))
    assert given(customer.buys("2026-03-02", amount=4999)) == 0
    assert given(customer.buys("2026-11-02", amount=1)) == 7


STREAK = a_rule("{fixed: 30}", "goal: {measure: purchases, at_least: 1, per: week, in_a_row: 3}")


def test_three_weeks_in_a_row_give_and_then_the_streak_begins_again() -> None:
    customer = Customer(a_plan(STREAK))
    mondays = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06"]
    assert [given(customer.buys(day)) for day in mondays] == [0, 0, 30, 0, 0, 30]


def test_how_far_a_streak_has_come_follows_from_what_the_rule_looked_at() -> None:
    customer = Customer(a_plan(STREAK))
    told = []
    for day in ("2026-03-02", "2026-03-04", "2026-03-09", "2026-03-10", "2026-03-23"):
        decision = decide(customer.plan, Facts(customer.state), a_sale(a_line(), at=on(day)), trace=True)
        assert isinstance(decision, Decision)
        [found] = [one for one in decision.reasons if one.rule == "extra"]
        told.append(with_streak(customer.plan, decision.inputs, found))
        customer.buys(day)
    assert [one.figures["in_a_row"] for one in told] == [1, 1, 2, 2, 1]
    assert [reached_percent(customer.plan, None, (), one, {}) for one in told] == [33, 33, 66, 66, 33]


def test_a_week_without_a_purchase_breaks_the_streak() -> None:
    customer = Customer(a_plan(STREAK))
    assert [
        given(customer.buys(day)) for day in ("2026-03-02", "2026-03-09", "2026-03-23", "2026-03-30")
    ] == [
        0,
        0,
        0,
        0,
    ]
    assert given(customer.buys("2026-04-06")) == 30


def test_visits_on_two_days_give_a_badge_that_nothing_can_spend() -> None:
    rule = a_rule(
        "{fixed: 1}",
        "trigger: activity",
        "activity: visit",
        "goal: {measure: days, at_least: 2, per: ever}",
    ).replace("currency: points", "currency: explorer")
    plan = compile_plan(a_document(BASE, rule, currencies=BADGE), version=1)
    customer = Customer(plan)
    for day in ("2026-03-02", "2026-03-02", "2026-03-05", "2026-03-09"):
        customer.does(Activity(on(day, 15), "visit"))
    assert customer.state.available("explorer") == 1


def test_a_mission_of_the_year_is_remembered_over_the_year() -> None:
    rule = a_rule("{fixed: 7}", "goal: {measure: purchases, at_least: 3, per: year}")
    customer = Customer(a_plan(rule))
    days = ("2026-01-05", "2026-06-05", "2026-12-24", "2026-12-31", "2027-01-02")
    assert [given(customer.buys(day)) for day in days] == [0, 0, 7, 0, 0]


def test_two_halves_of_a_mission_make_a_whole_once_their_customers_are_one() -> None:
    plan = a_plan(THREE_DEPARTMENTS)
    one, other = Customer(plan), Customer(plan)
    one.buys("2026-03-02", "dairy")
    other.buys("2026-03-03", "meat")
    one.does(Merger(on("2026-03-04")), facts=Facts(one.state, absorbed=other.state))
    assert given(one.buys("2026-03-05", "produce")) == 100


def test_a_department_that_two_tickets_brought_is_still_there_when_one_comes_back() -> None:
    customer = Customer(a_plan(THREE_DEPARTMENTS))
    customer.buys("2026-03-02", "dairy", "meat")
    first = customer.state.seq
    customer.buys("2026-03-03", "dairy")
    customer.does(Return(on("2026-03-04"), first))
    assert given(customer.buys("2026-03-05", "produce")) == 0
    assert given(customer.buys("2026-03-06", "pastry")) == 100


def test_what_both_halves_of_a_merger_brought_counts_once() -> None:
    plan = a_plan(THREE_DEPARTMENTS)
    one, other = Customer(plan), Customer(plan)
    one.buys("2026-03-02", "dairy")
    other.buys("2026-03-03", "dairy", "meat")
    one.does(Merger(on("2026-03-04")), facts=Facts(one.state, absorbed=other.state))
    assert given(one.buys("2026-03-05", "dairy")) == 0
    assert given(one.buys("2026-03-06", "produce")) == 100


def test_a_return_after_a_day_was_forgotten_leaves_no_room_below_nothing_in_its_cap() -> None:
    rule = a_rule("{fixed: 5}", "cap: {units: 5, per: day}")
    customer = Customer(a_plan(rule))
    customer.buys("2026-03-02")
    seq = customer.state.seq
    customer.buys("2026-07-01")  # the day of March is forgotten
    customer.does(Return(on("2026-07-02"), seq))
    assert min(customer.state.counters.values()) >= 0
    assert given(customer.buys("2026-03-02")) == 5
    assert given(customer.buys("2026-03-02")) == 0
