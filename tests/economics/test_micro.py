"""Several plans tried on recorded customers: decided by the core, with intervals, always the same for a seed."""

from dataclasses import replace as with_

import pytest
from msgspec.structs import replace

from assidu.decisions.events import Sale, SaleUpdate
from assidu.economics.micro.answers import ANSWERS_MAX
from assidu.economics.micro.run import Choice, NothingRecorded, round_sizes, try_plans
from assidu.economics.micro.settling import moved, settled_after
from assidu.economics.micro.summing import STORES_MAX, largest
from assidu.economics.micro.types import LeftOut, MicroResult, Round, Share
from assidu.economics.models.assumptions import Range
from assidu.economics.models.behaviour import Behaviour
from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.plans.compile import compile_plan
from assidu.simulation.run import simulate
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on, sale

DRAWS = 200
TWICE = BASE.replace("give: 1", "give: 2")
ONCE = a_document(more="rewards: []")
BEHAVIOUR = Behaviour(draws=DRAWS, seed=11)
SURE_TO_ANSWER = replace(
    BEHAVIOUR,
    after_reward=Range(value=100.0),
    redemption=Range(value=100.0),
    pull_forward=Range(value=0.0),
    margin=Range(value=25.0),
)
NOBODY_ANSWERS = replace(BEHAVIOUR, near_threshold=Range(value=0.0), after_reward=Range(value=0.0))


def earnings(bought: Sale) -> tuple[int, int]:
    """Net sales and margin: a tenth is VAT, a quarter of the rest is margin."""
    net = bought.total_minor * 9 // 10
    return net, net // 4


def choice(*rules: str, more: str = "") -> Choice:
    return Choice(
        rules[0][:20] if rules else "as it is", PlanBook.of_one(compile_plan(a_document(*rules, more=more)))
    )


GENEROUS = choice(a_rule("{per_amount: {give: 20, each: 1.00}}", code="base"))


@pytest.fixture
def club(assidu_db: Database) -> History:
    history = History([a_document()])
    for n in range(40):
        anne = history.customer()
        for k in range(1 + n % 9):
            ticket = history.tell(anne, sale(on(7 * k, n), 10 + 7 * n % 160, store=str(300 + n % 3)))
            if n % 8 == 3 and k == 2:
                history.bring_back(anne, on(7 * k + 1, n), ticket)
            if n % 8 == 5 and k == 3:
                fewer = sale(on(7 * k), 9).lines
                history.tell(anne, SaleUpdate(on(7 * k + 1, n), ticket.seq, fewer))
    history.write(assidu_db.url)
    return history


def tried(database: Database, club: History, *choices: Choice, **more: object) -> MicroResult:
    settings = {"processes": 1} | more
    behaviour = settings.pop("behaviour", BEHAVIOUR)
    return try_plans(database.url, club.book, choices, earnings, behaviour, **settings)  # type: ignore[arg-type]


def test_the_plan_in_force_changes_nothing_in_any_draw(assidu_db: Database, club: History) -> None:
    [same] = tried(assidu_db, club, choice()).plans
    assert (same.net_change.low_95, same.net_change.high_95) == (0, 0)
    assert same.loss_probability == 0
    assert sum(one.winners + one.losers for one in same.deciles) == 0


def test_what_a_plan_gives_is_what_the_replay_of_everything_gives(assidu_db: Database, club: History) -> None:
    twice = choice(TWICE, a_rule("{fixed: 30}", "times: {limit: 2, per: month}"))
    report = simulate(assidu_db.url, club.book, twice.book, processes=1)
    result = tried(assidu_db, club, twice)
    [plan] = result.plans
    assert sum(one.planned_minor for one in plan.deciles) == report.replayed_cost_minor
    assert sum(one.recorded_minor for one in plan.deciles) == report.recorded_cost_minor
    assert sum(one.winners for one in plan.deciles) == report.winner_count
    assert sum(one.customers for one in plan.tiers) == sum(one.customers for one in plan.stores) == 40
    assert {one.name for one in plan.stores} == {"300", "301", "302"}
    assert plan.face.low_80 < report.replayed_cost_minor < plan.face.high_80


def test_what_rules_offers_and_statuses_cost_adds_up_to_what_the_plan_costs(
    assidu_db: Database, club: History
) -> None:
    offers = """
    offers:
      - {code: tenth, name: {fr: Dix, en: Ten}, effect: {percent: {off: 10}}}
    """
    result = tried(assidu_db, club, choice(TWICE, a_rule("{fixed: 30}"), more=offers))
    [plan] = result.plans
    assert plan.off.value > 0
    by_rule = {one.rule: one.cost for one in plan.rules if one.cost is not None}
    by_tier = [one.cost for one in plan.tiers if one.cost is not None]
    assert sum(one.value for one in by_rule.values()) == pytest.approx(plan.cost.value, abs=3)
    assert sum(one.value for one in by_tier) == pytest.approx(plan.cost.value, abs=3)
    assert by_rule["tenth"] == plan.off, "what is taken off at once costs what it is"
    [base] = [one for one in plan.rules if one.rule == "base"]
    assert 0 < by_rule["base"].low_80 < by_rule["base"].high_80 < base.face.high_80


def test_stores_beyond_the_largest_stand_in_one_line() -> None:
    def share(n: int) -> Share:
        return Share(str(n), 2, 100, 10, 20, 1, 1)

    assert largest([share(n) for n in range(STORES_MAX + 1)]) == tuple(
        share(n) for n in range(STORES_MAX + 1)
    )
    found = largest([share(n) for n in range(STORES_MAX + 3)])
    assert found[-1] == Share("other", 6, 300, 30, 60, 3, 3, names=3)
    assert found[:-1] == tuple(share(n) for n in range(STORES_MAX))


def test_twice_the_points_cost_about_twice_as_much_and_the_interval_says_how_sure_that_is(
    assidu_db: Database, club: History
) -> None:
    result = tried(assidu_db, club, choice(TWICE), behaviour=NOBODY_ANSWERS)
    [plan] = result.plans
    assert plan.cost.value == pytest.approx(2 * result.recorded_cost.value, rel=0.02)
    assert plan.net_change.value == pytest.approx(-result.recorded_cost.value, rel=0.03)
    assert (
        plan.net_change.low_95
        < plan.net_change.low_80
        < plan.net_change.high_80
        < plan.net_change.high_95
        < 0
    )
    assert plan.loss_probability == 1
    assert (plan.revenue_change.low_95, plan.revenue_change.high_95) == (0, 0)


def test_what_matters_most_is_told_first(assidu_db: Database, club: History) -> None:
    known = replace(
        NOBODY_ANSWERS,
        redemption=Range(value=70.0),
        cost=Range(value=60.0, low=40.0, high=80.0),
        margin=Range(value=25.0),
    )
    [plan] = tried(assidu_db, club, choice(TWICE), behaviour=known).plans
    assert [one.assumption for one in plan.sensitivity] == ["cost", "pull_forward"]
    cost, nothing = plan.sensitivity
    assert cost.high_minor < cost.low_minor < 0, "the dearer a unit, the more twice as many of them lose"
    assert cost.swing_minor > 3 * nothing.swing_minor


def test_who_answers_buys_more_and_is_decided_again_by_the_core(assidu_db: Database, club: History) -> None:
    quiet = tried(assidu_db, club, GENEROUS, behaviour=NOBODY_ANSWERS)
    loud = tried(assidu_db, club, GENEROUS, behaviour=SURE_TO_ANSWER)
    assert quiet.histories == 2 * 40
    assert loud.histories > quiet.histories
    assert loud.plans[0].revenue_change.low_95 > 0
    assert loud.plans[0].face.value > quiet.plans[0].face.value
    assert loud.plans[0].margin_change.value == pytest.approx(
        loud.plans[0].revenue_change.value / 4, rel=0.01
    )


def test_what_is_not_sure_of_the_margin_widens_intervals_and_may_decide_and_no_history_is_replayed_for_it(
    assidu_db: Database, club: History
) -> None:
    wide = replace(SURE_TO_ANSWER, margin=Range(value=25.0, low=5.0, high=45.0))
    sure, unsure = (tried(assidu_db, club, GENEROUS, behaviour=one) for one in (SURE_TO_ANSWER, wide))
    assert unsure.histories == sure.histories
    (a,), (b,) = sure.plans, unsure.plans
    assert (b.revenue_change, b.cost) == (a.revenue_change, a.cost)
    assert b.margin_change.value == pytest.approx(a.margin_change.value, rel=0.05)
    assert b.margin_change.low_95 < 0.7 * a.margin_change.low_95
    assert b.margin_change.high_95 > 1.2 * a.margin_change.high_95
    assert b.net_change.high_80 - b.net_change.low_80 > a.net_change.high_80 - a.net_change.low_80
    margin = next(one for one in b.sensitivity if one.assumption == "margin")
    assert margin.low_minor < margin.high_minor


def test_a_margin_that_may_be_nothing_moves_by_points_of_net_sales(
    assidu_db: Database, club: History
) -> None:
    known, around_nothing = (
        tried(assidu_db, club, GENEROUS, behaviour=replace(SURE_TO_ANSWER, margin=one)).plans[0]
        for one in (Range(value=25.0), Range(value=0.0, low=0.0, high=10.0))
    )
    brought = around_nothing.margin_change.value - known.margin_change.value
    assert brought == pytest.approx(known.revenue_change.value / 30, rel=0.1)


def test_the_same_seed_gives_the_same_figures_in_any_number_of_processes(
    assidu_db: Database, club: History
) -> None:
    plans = (
        choice(TWICE),
        choice(BASE, a_rule("{fixed: 100}", "quota: {first: 3, per: day, over: programme}")),
    )

    def figures(**more: object) -> object:
        result = tried(assidu_db, club, *plans, **more)
        return with_(result, seconds=0, rounds=tuple(with_(one, seconds=0) for one in result.rounds))

    assert figures() == figures(processes=2)
    assert figures() != figures(behaviour=replace(BEHAVIOUR, seed=12))


def test_plans_are_compared_on_the_same_customers_and_draws(assidu_db: Database, club: History) -> None:
    """The difference of two plans is far surer than either of them."""
    a, b = tried(assidu_db, club, choice(TWICE), choice(TWICE.replace("each: 1.00", "each: 0.95"))).plans
    assert a.against_first is None
    assert b.against_first is not None
    assert b.cost.low_80 < a.cost.high_80, "each of them is uncertain"
    assert b.against_first.high_80 - b.against_first.low_80 < (b.cost.high_80 - b.cost.low_80) / 5


def test_of_a_very_long_history_it_is_told_what_was_not_looked_at(assidu_db: Database) -> None:
    history = History([a_document()])
    anne, bea = history.customer(), history.customer()
    for month in range(ANSWERS_MAX + 4):
        history.tell(anne, sale(on(31 * month), 30))
    history.tell(bea, sale(on(1), 30))
    history.write(assidu_db.url)
    rich, same = tried(assidu_db, history, GENEROUS, choice(), behaviour=SURE_TO_ANSWER).plans
    moments = 28 * 30 * 20 // 500 - 28 * 30 // 500
    assert rich.left_out == LeftOut(1, moments - ANSWERS_MAX)
    assert same.left_out == LeftOut()


def test_a_first_answer_comes_from_a_part_of_the_customers_and_says_so(
    assidu_db: Database, club: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assidu.economics.micro.run.FIRST_ROUND", 10)
    seen: list[MicroResult] = []
    progress: list[tuple[int, int]] = []
    last = tried(
        assidu_db,
        club,
        choice(TWICE),
        on_round=seen.append,
        on_progress=lambda done, total: progress.append((done, total)),
    )
    assert [one.customers for one in seen] == [10, 20, 40]
    assert {one.of_customers for one in seen} == {40}
    assert seen[-1] == last
    assert progress[-1] == (40, 40)
    widths = [one.plans[0].cost.high_95 - one.plans[0].cost.low_95 for one in seen]
    assert widths[-1] < widths[0]


def test_places_that_history_gave_are_held(assidu_db: Database) -> None:
    first = a_rule("{fixed: 100}", "quota: {first: 1, per: ever, over: programme}", code="first")
    history = History([a_document(BASE, first)])
    for n in range(6):
        history.tell(history.customer(), sale(on(1, n), 20))
    history.write(assidu_db.url)
    [plan] = tried(assidu_db, history, choice(BASE, first)).plans
    assert sum(one.planned_minor for one in plan.deciles) == 6 * 20 + 100
    assert sum(one.winners + one.losers for one in plan.deciles) == 0


@pytest.mark.parametrize("customers", [1, 2])
def test_one_or_two_customers_get_an_answer(assidu_db: Database, customers: int) -> None:
    history = History([a_document()])
    for _ in range(customers):
        history.tell(history.customer(), sale(on(1), 20))
    history.write(assidu_db.url)
    result = tried(assidu_db, history, choice(TWICE))
    assert result.customers == result.of_customers == customers
    assert result.plans[0].face.value > 0


def test_without_history_there_is_no_figure(assidu_db: Database) -> None:
    history = History([a_document()])
    with pytest.raises(NothingRecorded):
        tried(assidu_db, history, choice())


def test_members_who_never_bought_give_no_generosity(assidu_db: Database) -> None:
    history = History([a_document()])
    history.customer()
    history.write(assidu_db.url)
    result = tried(assidu_db, history, choice(TWICE))
    assert result.net_sales_minor == 0
    assert result.plans[0].generosity is None
    assert result.plans[0].cost.high_95 == 0


@pytest.mark.parametrize("customers", [1, 95, 96, 97, 2_469])
def test_rounds_double_and_end_with_everybody(customers: int) -> None:
    sizes = round_sizes(customers)
    assert sum(sizes) == customers
    assert all(size == sum(sizes[:n]) for n, size in enumerate(sizes[:-1]) if n)


@pytest.mark.parametrize(
    ("ends", "settled"),
    [
        ([(0, 100)], None),
        ([(0, 100), (10, 110)], 2),
        ([(0, 100), (11, 111)], None),
        ([(0, 100), (0, 100), (50, 150)], None),
        ([(0, 100), (50, 150), (55, 150), (56, 151)], 3),
        ([(0, 0), (0, 0)], 2),
        ([(0, 1), (0, 0)], None),
    ],
)
def test_an_interval_has_settled_once_its_ends_stay_within_a_tenth_of_its_width(
    ends: list[tuple[float, float]], settled: int | None
) -> None:
    rounds: list[Round] = []
    for low, high in ends:
        one = Round(1, 1, 0.0, (0.0, low), (1_000.0, high))
        rounds.append(with_(one, moved=moved(rounds[-1], one)) if rounds else one)
    assert settled_after(rounds) == settled
