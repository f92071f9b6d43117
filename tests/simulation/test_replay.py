"""Recorded history decided again, over a real database: the ledger to the unit, and a cause for every difference."""

from dataclasses import replace
from typing import Any

import msgspec
import psycopg
import pytest

from assidu.decisions.events import (
    Correction,
    Leaving,
    Merger,
    OpeningLot,
    Payment,
    RewardRequest,
    Sale,
    TakeOver,
)
from assidu.foundation.database import Database, with_name
from assidu.loyalty.book import PlanBook
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.simulation.history import Progress
from assidu.simulation.run import simulate
from assidu.simulation.types import Report
from builders.documents import BASE, a_programme, a_rule
from builders.history import History, on, sale

VOUCHERS = """\
rewards:
  - code: voucher-5
    name: {fr: Bon, en: Voucher}
    costs: {currency: points, units: 50}
    gives: {currency: vouchers, units: 1}
"""
DOUBLE = a_rule("{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}", code="double")
FIRST_TWO = a_rule("{fixed: 40}", "quota: {first: 2, per: day}", code="first-two")
WELCOME = a_rule("{fixed: 20}", "trigger: joining", code="welcome")


def a_club(*rules: str) -> Document:
    """Points that expire after three months, vouchers for 50 of them, gold from 1000 € on."""
    text = a_programme(*(rules or (BASE, WELCOME)), more=VOUCHERS)
    text = text.replace(
        "    worth: {units: 100, amount: 1.00}\n",
        "    worth: {units: 100, amount: 1.00}\n"
        "    expires: {months: 3}\n"
        "  - code: vouchers\n    kind: voucher\n    name: {fr: bons, en: vouchers}\n"
        "    pays: true\n    worth: {amount: 0.50}\n",
    )
    examined = examine(text)
    assert examined.document is not None, examined.errors
    assert examined.is_ok, examined.errors
    return examined.document


@pytest.fixture
def club(assidu_db: Database) -> History:
    return History([a_club()])


def again(database: Database, history: History, *, processes: int = 1) -> Report:
    return simulate(database.url, history.book, None, processes=processes)


def under(database: Database, history: History, plan: Document, *, processes: int = 1) -> Report:
    return simulate(database.url, history.book, PlanBook.of_one(compile_plan(plan)), processes=processes)


def a_year(history: History) -> None:
    """Everything that can happen to customers, at least once."""
    anne, bob, carl, dora = (history.customer(on(n)) for n in range(4))
    first = history.tell(anne, sale(on(5), 120, department="produce"))
    history.tell(bob, sale(on(5, 30), 1100))
    history.tell(carl, sale(on(6), 60))
    history.tell(anne, RewardRequest(on(8), "voucher-5"))
    paid = Sale(on(9), "317", "store", sale(on(9), 30).lines, (Payment("vouchers", 1), Payment("points", 10)))
    second = history.tell(anne, paid)
    history.bring_back(anne, on(10), first, (0, 5000))
    history.bring_back(anne, on(11), second)
    history.tell(carl, sale(on(4), 10))  # late: learnt after what came later
    history.tell(carl, Correction(on(12), "points", 25, "goodwill"))
    history.tell(carl, Correction(on(13), "points", -500, "mistake"))
    ticket = history.tell(dora, sale(on(14), 80))
    history.tell(bob, Merger(on(20)), absorbed=dora)
    history.bring_back(bob, on(21), ticket, (0, 3000), owner=dora)
    history.tell(anne, sale(on(140), 20))  # her points have expired in the meantime
    history.tell(carl, Leaving(on(150)))
    eve = history.customer(on(150))
    history.tell(eve, sale(on(160), 15))


def ledger(database: Database) -> dict[str, tuple[int, int, int]]:
    """Issued, used and outstanding by currency, as the tables say."""
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            "SELECT currency, sum(CASE WHEN source = 10 THEN quantity WHEN target = 10 THEN -quantity ELSE 0 END), "
            "sum(CASE WHEN target = 11 THEN quantity WHEN source = 11 THEN -quantity ELSE 0 END) "
            "FROM ledger_posting GROUP BY 1"
        ).fetchall()
        held: dict[str, int] = dict(
            connection.execute("SELECT currency, sum(posted) FROM ledger_balance GROUP BY 1").fetchall()
        )
    return {currency: (int(issued), int(used), int(held[currency])) for currency, issued, used in rows}


def test_history_decided_again_as_it_was_decided_gives_the_real_ledger(
    assidu_db: Database, club: History
) -> None:
    a_year(club)
    club.write(assidu_db.url)
    answer = again(assidu_db, club)
    assert answer.differences == {}
    assert answer.unexplained == 0
    assert answer.replayed == answer.recorded
    found = {code: (flow.issued, flow.used, flow.outstanding) for code, flow in answer.replayed.items()}
    assert found == ledger(assidu_db)
    assert answer.sales == 8
    assert answer.replayed["points"].expired > 0


def change_as_owner(database: Database, sql: str, *parameters: Any) -> None:
    """What nobody may do: change what was recorded, with the triggers off."""
    assert database.admin_url
    name = database.url.rsplit("/", 1)[1].split("?")[0]
    with psycopg.connect(with_name(database.admin_url, name)) as owner:
        owner.execute("SET session_replication_role = replica")
        assert owner.execute(sql, parameters).rowcount == 1


def test_a_decision_changed_behind_our_back_is_found_and_named(assidu_db: Database, club: History) -> None:
    a_year(club)
    club.write(assidu_db.url)
    sold = next(d for d in club.desk.gathered if isinstance(d.fact.event, Sale))
    change_as_owner(
        assidu_db,
        """UPDATE loyalty_decision SET record = jsonb_set(record, '{awards,0,2}', '121')
            WHERE customer_id = %s AND seq = %s""",
        sold.customer_id,
        sold.seq,
    )
    answer = again(assidu_db, club)
    assert answer.unexplained >= 1
    assert (str(sold.customer_id), sold.seq, "unexplained") in answer.examples
    assert under(assidu_db, club, club.documents[0]).unexplained >= 1
    other_rules = under(assidu_db, club, a_club(BASE, WELCOME, DOUBLE))
    assert (str(sold.customer_id), sold.seq, "unexplained") in other_rules.examples, "not blamed on the plan"


@pytest.mark.parametrize("change", ["quantity = quantity - 1", "quantity = 1", "expires_on = expires_on + 1"])
def test_a_posting_changed_behind_our_back_is_found(assidu_db: Database, club: History, change: str) -> None:
    a_year(club)
    club.write(assidu_db.url)
    sold = next(d for d in club.desk.gathered if isinstance(d.fact.event, Sale))
    change_as_owner(
        assidu_db,
        f"UPDATE ledger_posting SET {change} WHERE customer_id = %s AND seq = %s",
        sold.customer_id,
        sold.seq,
    )
    answer = again(assidu_db, club)
    assert answer.unexplained >= 1
    assert (str(sold.customer_id), sold.seq, "unexplained") in answer.examples


def test_the_plan_in_force_gives_what_it_gave(assidu_db: Database, club: History) -> None:
    a_year(club)
    club.write(assidu_db.url)
    answer = under(assidu_db, club, club.documents[0])
    assert answer.differences == {}
    assert answer.replayed == answer.recorded
    assert answer.winner_count == answer.loser_count == 0


def test_one_changed_rule_gives_differences_and_every_one_has_its_cause(
    assidu_db: Database, club: History
) -> None:
    a_year(club)
    club.write(assidu_db.url)
    answer = under(assidu_db, club, a_club(BASE, WELCOME, DOUBLE))
    assert answer.differences["plan"] >= 2, "the sale of produce, and what comes back of it"
    assert answer.unexplained == 0
    assert answer.replayed["points"].issued > answer.recorded["points"].issued
    assert answer.replayed_cost_minor > answer.recorded_cost_minor
    assert answer.spend_minor == sum(decile.spend_minor for decile in answer.deciles)
    assert answer.rules["double"]["replayed_times"] == 1
    assert "recorded_times" not in answer.rules["double"]
    assert answer.winner_count == 1
    assert answer.winners[0].replayed_minor > answer.winners[0].recorded_minor


def test_a_reward_for_fewer_points_costs_what_it_gives_on_top(assidu_db: Database, club: History) -> None:
    a_year(club)
    club.write(assidu_db.url)
    (reward,) = club.documents[0].rewards
    costs = msgspec.structs.replace(reward.costs, units=20)
    cheaper = msgspec.structs.replace(
        club.documents[0], rewards=(msgspec.structs.replace(reward, costs=costs),)
    )
    answer = under(assidu_db, club, cheaper)
    assert answer.replayed["points"].issued == answer.recorded["points"].issued
    assert answer.replayed_cost_minor - answer.recorded_cost_minor == 30, "50 cents for 20 points, not for 50"
    assert answer.replayed_cost_minor == sum(decile.replayed_minor for decile in answer.deciles)
    assert (answer.winner_count, answer.loser_count) == (1, 0)


def test_a_poorer_plan_names_what_it_could_not_fund(assidu_db: Database, club: History) -> None:
    a_year(club)
    club.write(assidu_db.url)
    poor = BASE.replace("each: 1.00", "each: 10.00")
    answer = under(assidu_db, club, a_club(poor))
    assert answer.unexplained == 0
    assert answer.differences["unfunded_burn"] == 2, (
        "the reward that she could not afford, and the ticket paid with it"
    )
    assert answer.differences["correction"] == 1
    assert answer.differences["merge"] == 1
    assert answer.differences["plan"] > 0
    assert answer.unfunded_burns >= 2
    assert answer.loser_count == answer.customers == 4, "Bob and Dora are one"
    assert answer.replayed["points"].outstanding >= 0


def test_a_reward_of_some_stores_is_given_again_to_whoever_did_not_say_where(
    assidu_db: Database, club: History
) -> None:
    for n, store in enumerate(("", "", "401")):
        customer = club.customer()
        club.tell(customer, sale(on(n), 200))
        club.tell(customer, RewardRequest(on(n + 5), "voucher-5", store=store))
    club.write(assidu_db.url)
    (reward,) = club.documents[0].rewards
    somewhere = msgspec.structs.replace(reward.when, stores=("317",))
    limited = msgspec.structs.replace(
        club.documents[0], rewards=(msgspec.structs.replace(reward, when=somewhere),)
    )
    answer = under(assidu_db, club, limited)
    assert answer.unfunded_burns == 1, "the one of which it is known that it was elsewhere"
    assert answer.replayed["vouchers"].issued == 2


def test_what_the_plan_does_not_know_is_skipped_and_counted(assidu_db: Database, club: History) -> None:
    """Without the reward and its voucher, asking for it and paying with it come to nothing."""
    a_year(club)
    club.write(assidu_db.url)
    other = msgspec.structs.replace(
        club.documents[0],
        rewards=(),
        currencies=tuple(c for c in club.documents[0].currencies if c.code != "vouchers"),
    )
    answer = under(assidu_db, club, other)
    assert answer.unexplained == 0
    assert answer.differences["unfunded_burn"] == 3, (
        "the voucher, the ticket paid with it, points expiring instead"
    )
    assert "vouchers" not in answer.replayed


def test_places_are_given_in_the_order_of_time_whoever_decides_them(assidu_db: Database) -> None:
    history = History([a_club(BASE)])
    crowd = [history.customer() for _ in range(9)]
    for day in range(1, 6):
        for place, customer in enumerate(crowd):
            history.tell(customer, sale(on(day, (place * 7 + day * 5) % 9), 25))
    history.write(assidu_db.url)
    quota = a_club(BASE, FIRST_TWO)
    alone = under(assidu_db, history, quota)
    assert alone.rules["first-two"]["replayed_times"] == 10, "two a day, five days"
    assert set(alone.differences) == {"plan"}
    for processes in (2, 3):
        together = under(assidu_db, history, quota, processes=processes)
        assert same(together) == same(alone)


def test_a_place_that_goes_to_somebody_else_says_so(assidu_db: Database) -> None:
    """Recorded, the late ticket found both places taken; with one rule less before, the order is another."""
    history = History([a_club(BASE, FIRST_TWO)])
    one, two, three = (history.customer() for _ in range(3))
    history.tell(one, sale(on(1, 50), 25))
    history.tell(two, sale(on(1, 40), 25))
    history.tell(three, sale(on(1, 10), 25))  # came in last: both places were gone
    history.write(assidu_db.url)
    assert again(assidu_db, history).differences == {}
    answer = under(assidu_db, history, history.documents[0])
    assert answer.differences == {"claim": 2}
    assert answer.rules["first-two"]["replayed_times"] == 2


def test_several_processes_give_the_same_as_one(assidu_db: Database, club: History) -> None:
    a_year(club)
    club.write(assidu_db.url)
    richer = a_club(BASE, WELCOME, DOUBLE, FIRST_TWO)
    alone, together = (under(assidu_db, club, richer, processes=n) for n in (1, 2))
    assert same(alone) == same(together)
    assert same(again(assidu_db, club, processes=1)) == same(again(assidu_db, club, processes=2))


def same(answer: Report) -> Report:
    """Without what a clock measures, and the few examples, which come in any order."""
    return replace(answer, seconds=0.0, sales_per_second=0.0, examples=())


def test_what_happened_under_earlier_versions_is_replayed_under_the_one_in_force(assidu_db: Database) -> None:
    later = msgspec.structs.replace(a_club(BASE, WELCOME, DOUBLE), valid_from=on(10).date())
    history = History([a_club(), later])
    anne = history.customer()
    early = history.tell(anne, sale(on(5), 40, department="produce"))
    late = history.tell(anne, sale(on(12), 40, department="produce"))
    assert (early.decision.plan_version, late.decision.plan_version) == (1, 2)
    history.bring_back(anne, on(13), early, (0, 1000))
    history.write(assidu_db.url)
    assert again(assidu_db, history).differences == {}
    answer = under(assidu_db, history, later)
    assert answer.differences == {"plan": 2}, "the ticket under the first version, and its return"


def test_what_is_still_due_is_left_due_on_both_sides(assidu_db: Database, club: History) -> None:
    """History that nobody has brought up to today says so; expiry that it does not know is no difference."""
    anne, bob = club.customer(), club.customer()
    club.tell(anne, sale(on(1), 50))
    club.tell(bob, sale(on(200), 50))
    club.write(assidu_db.url)
    assert under(assidu_db, club, club.documents[0]).differences == {}
    shorter = msgspec.structs.replace(
        club.documents[0],
        currencies=tuple(
            msgspec.structs.replace(c, expires=msgspec.structs.replace(c.expires, months=1))
            if c.expires
            else c
            for c in club.documents[0].currencies
        ),
    )
    answer = under(assidu_db, club, shorter)
    assert answer.unexplained == 0
    assert set(answer.differences) == {"plan"}


def test_members_taken_over_keep_what_they_brought(assidu_db: Database, club: History) -> None:
    anne = club.customer()
    club.tell(anne, Leaving(on(1)))
    lots = (OpeningLot("points", 300, on(-40).date(), on(60).date()),)
    club.tell(anne, TakeOver(on(2), on(-400).date(), "gold", on(90).date(), lots))
    club.tell(anne, sale(on(70), 12))
    club.tell(anne, sale(on(95), 12))
    club.write(assidu_db.url)
    assert again(assidu_db, club).differences == {}
    answer = under(assidu_db, club, a_club(BASE))
    assert answer.unexplained == 0
    assert answer.replayed["points"].opening == 300
    assert answer.tiers == {"bronze": (1, 1)}


def test_a_merger_waits_for_all_that_the_absorbed_customer_did(assidu_db: Database, club: History) -> None:
    """The same second for everything, a ticket of the future before the merger, and a chain of two mergers."""
    one, two, three = (club.customer() for _ in range(3))
    club.tell(three, sale(on(9), 30))  # a till whose clock is ahead
    club.tell(two, sale(on(5), 20))
    club.tell(two, Merger(on(5)), absorbed=three)
    club.tell(one, Merger(on(5)), absorbed=two)
    club.tell(one, sale(on(6), 10))
    club.write(assidu_db.url)
    assert again(assidu_db, club).differences == {}
    answer = under(assidu_db, club, club.documents[0])
    assert answer.differences == {}
    assert answer.customers == 1
    assert answer.spend_minor == 6000


def test_nothing_recorded_is_an_answer_too(assidu_db: Database, club: History) -> None:
    for answer in (again(assidu_db, club), under(assidu_db, club, club.documents[0])):
        assert (answer.sales, answer.customers, answer.unexplained) == (0, 0, 0)
        assert answer.since is None
        assert len(answer.deciles) == 10


def test_customers_are_cut_in_ten_and_nobody_is_lost(assidu_db: Database, club: History) -> None:
    for n in range(23):
        club.tell(club.customer(), sale(on(1, n), 10 + n, department="produce" if n % 2 else "grocery"))
    club.write(assidu_db.url)
    answer = under(assidu_db, club, a_club(BASE, WELCOME, DOUBLE), processes=2)
    assert sum(decile.customers for decile in answer.deciles) == 23
    means = [decile.spend_minor / decile.customers for decile in answer.deciles]
    assert means == sorted(means)
    assert sum(decile.winners for decile in answer.deciles) == answer.winner_count == 11
    assert len(answer.winners) == 10
    assert answer.winners[0].spend_minor >= answer.winners[-1].spend_minor


def test_what_happens_meanwhile_is_not_half_seen(assidu_db: Database, club: History) -> None:
    """A merger is written while the replay is at work: it sees neither side of it."""
    one, two = club.customer(), club.customer()
    for day in range(1, 4):
        club.tell(one, sale(on(day), 20))
        club.tell(two, sale(on(day), 30))
    club.write(assidu_db.url)
    before = len(club.desk.gathered)
    club.tell(one, Merger(on(5)), absorbed=two)
    told: list[Progress] = []

    def write_more(progress: Progress) -> None:
        if not told:
            club.write(assidu_db.url, since=before)
        told.append(progress)

    answer = simulate(assidu_db.url, club.book, None, processes=2, on_progress=write_more)
    assert told
    assert (answer.unexplained, answer.events) == (0, before)
    assert again(assidu_db, club).events == before + 2
