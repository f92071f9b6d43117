"""Discounts of recorded history: what is read of it, how it is told again with smaller ones, and who decides that."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import msgspec
import numpy as np
import psycopg
import pytest

from assidu.decisions.events import (
    Foreign,
    ForeignLine,
    LineKind,
    Merger,
    Payment,
    Sale,
    SaleLine,
    SaleUpdate,
)
from assidu.decisions.money import Rate
from assidu.economics.discounts.asking import Programme, ask_discounts
from assidu.economics.discounts.lines import Period, read_bought
from assidu.economics.discounts.retold import TURNED, Retelling
from assidu.economics.discounts.turned_plan import currency_for, with_rule
from assidu.economics.discounts.types import CannotTell, DiscountsQuestion, Turning, Untold
from assidu.economics.models.bought import EPOCH, Bought
from assidu.events.types import EventType
from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.loyalty.instant import at_one_instant, read_in_shares
from assidu.loyalty.recorded import Recorded, customers_in_groups, history_of
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from assidu.plans.writing import to_yaml
from assidu.simulation.groups import Groups
from assidu.simulation.history import Progress
from assidu.simulation.run import simulate
from assidu.simulation.under import replay_under
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on
from builders.promoted_club import CUSTOMERS, PRODUCTS, WEEKS, a_promoted_club

LINE = SaleLine("A", 700, 10, 300, "grocery", "national", 550)


def tickets(*lines: SaleLine, days: int = 1) -> Sale:
    return Sale(on(days), "317", "store", lines)


def in_francs() -> Sale:
    """8.00 there are 7.00 here."""
    return replace(tickets(LINE), foreign=Foreign("CHF", 2, Rate(875, 3), (ForeignLine(800, 343),)))


def read(
    database: Database, since: date | None = None, until: date | None = None, processes: int = 1
) -> Bought:
    return read_bought(database.url, Period("club", since, until), processes=processes)[0]


def sums(bought: Bought) -> dict[str, tuple[int, int, int]]:
    """Units, paid and given by article."""
    return {
        one.sku: tuple(  # type: ignore[misc]
            int(column[bought.article == n].sum())
            for column in (bought.units, bought.paid_minor, bought.given_minor)
        )
        for n, one in enumerate(bought.articles)
    }


# ---------------------------------------------------------------- reading


def test_lines_are_read_less_what_came_back(assidu_db: Database) -> None:
    history = History([a_document()])
    anne, bob, carl = (history.customer() for _ in range(3))
    whole, part = history.tell(anne, tickets(LINE)), history.tell(bob, tickets(LINE, replace(LINE, sku="B")))
    history.tell(carl, tickets(replace(LINE, department="deli"), days=40))
    gift_card = replace(LINE, sku="G", kind=LineKind.GIFT_CARD)
    history.tell(carl, tickets(gift_card, replace(LINE, sku="V", amount_minor=-700), days=3))
    history.bring_back(anne, on(5), whole)
    history.bring_back(bob, on(5), part, (1, 140))
    history.bring_back(bob, on(6), part, (1, 70))
    history.write(assidu_db.url)
    bought = read(assidu_db)
    assert sums(bought) == {"A": (20, 1400, 600), "B": (7, 490, 210)}
    assert bought.customers == 2
    assert bought.articles[0].department == "deli", "as the latest line tells"
    assert sums(read(assidu_db, until=on(30).date())) == {"A": (10, 700, 300), "B": (7, 490, 210)}
    assert sums(read(assidu_db, since=on(30).date())) == {"A": (10, 700, 300)}
    assert len(read(assidu_db, since=on(100).date()).article) == 0


def test_who_was_merged_is_one_customer_and_their_tickets_come_back_all_the_same(assidu_db: Database) -> None:
    history = History([a_document()])
    anne, bob = history.customer(), history.customer()
    ticket = history.tell(bob, tickets(LINE))
    history.tell(anne, tickets(LINE))
    history.tell(anne, Merger(on(20)), absorbed=bob)
    history.bring_back(anne, on(21), ticket, (0, 350), owner=bob)
    history.write(assidu_db.url)
    bought = read(assidu_db)
    assert bought.customers == 1
    assert sums(bought) == {"A": (15, 1050, 450)}


def test_a_ticket_that_was_changed_is_read_as_it_stands(assidu_db: Database) -> None:
    history = History([a_document()])
    anne, bob = history.customer(), history.customer()
    ticket = history.tell(anne, tickets(LINE, replace(LINE, sku="B")))
    history.bring_back(anne, on(5), ticket, (0, 210))
    other = replace(LINE, sku="C", amount_minor=350, quantity=5)
    history.tell(anne, SaleUpdate(on(6), ticket.seq, (other, LINE)))
    history.bring_back(anne, on(7), ticket, (0, 70))
    cancelled = history.tell(bob, tickets(LINE))
    history.tell(bob, SaleUpdate(on(6), cancelled.seq))
    history.write(assidu_db.url)
    bought = read(assidu_db)
    assert sums(bought) == {"A": (7, 490, 210), "C": (4, 280, 240)}
    assert bought.customers == 1


def test_tickets_without_a_customer_are_told_apart(assidu_db: Database) -> None:
    History([a_document()]).write(assidu_db.url)
    body = msgspec.json.encode({"lines": [["A", 1, 70, 30, "grocery", "", 550]]}).decode()
    with psycopg.connect(assidu_db.owner_url) as connection:
        for id_, claimed in (("1", False), ("2", True)):
            connection.execute(
                "INSERT INTO events_anonymous "
                "VALUES ('till', %s, now(), now(), %s, 'club', '317', 'store', %s, 70, %s)",
                (id_, on(1).date(), id_, body),
            )
            if claimed:
                connection.execute(
                    "INSERT INTO events_claim VALUES ('till', %s, %s, 1, now())", (id_, UUID(int=1))
                )
    bought, elsewhere = read_bought(assidu_db.url, Period("club"), processes=1)
    assert (len(bought.article), elsewhere) == (0, 30)


# ---------------------------------------------------------------- told again


def recorded(
    connection: psycopg.Connection[tuple[object, ...]], customers: list[UUID]
) -> list[list[Recorded]]:
    return list(history_of(connection, customers))


def retelling(kept: float = 1.0, share: int = 50) -> Retelling:
    first = (on(0).date() - EPOCH).days

    def week_of(day: date) -> int:
        return ((day - EPOCH).days - first) // 7

    shares = {(sku, week): kept for sku in "AB" for week in range(10)}
    return Retelling(shares, Turning(share), week_of, seed=1)


def told(history: History, database: Database, how: Retelling) -> list[Recorded]:
    with psycopg.connect(database.url) as connection:
        histories = how(history_of(connection, list(history.members)))
    return [
        one for history_ in histories for one in history_ if one.type in (EventType.SALE, EventType.RETURN)
    ]


def test_a_share_of_each_discount_stands_on_a_line_of_its_own(assidu_db: Database) -> None:
    history = History([a_document()])
    anne = history.customer()
    history.tell(anne, tickets(LINE, replace(LINE, sku="B", discount_minor=101), replace(LINE, sku="C")))
    history.write(assidu_db.url)
    how = retelling()
    [ticket] = told(history, assidu_db, how)
    assert ticket.body()["lines"] == [
        ["A", 10, 700, 150, "grocery", "national", 550],
        ["B", 10, 700, 51, "grocery", "national", 550],
        ["C", 10, 700, 300, "grocery", "national", 550],
        [TURNED, 1, 200, 1, "grocery", "national", 550],
    ]
    assert ticket.amount_minor == 2100 + 200
    assert how.turned_minor == {anne: 200}


def test_what_comes_back_takes_back_what_was_turned_of_it(assidu_db: Database) -> None:
    history = History([a_document()])
    anne = history.customer()
    ticket = history.tell(anne, tickets(LINE, replace(LINE, sku="C")))
    history.bring_back(anne, on(2), ticket, (0, 210))
    history.bring_back(anne, on(3), ticket)
    history.write(assidu_db.url)
    _, part, rest = told(history, assidu_db, retelling())
    assert part.body()["lines"] == [[0, 210], [2, 45]]
    assert rest.body()["lines"] == [], "all the rest, also of what was turned"


def test_a_ticket_that_was_changed_stays_as_it_was(assidu_db: Database) -> None:
    history = History([a_document()])
    anne = history.customer()
    ticket = history.tell(anne, tickets(LINE))
    history.tell(anne, SaleUpdate(on(2), ticket.seq, (LINE, replace(LINE, sku="C"))))
    history.bring_back(anne, on(3), ticket, (1, 210))
    history.write(assidu_db.url)
    how = retelling(kept=0.0)
    sold, back = told(history, assidu_db, how)
    assert sold.body()["lines"] == [["A", 10, 700, 300, "grocery", "national", 550]]
    assert back.body()["lines"] == [[1, 210]]
    assert how.turned_minor == {}


def test_units_that_are_no_longer_bought_are_gone_and_cannot_come_back(assidu_db: Database) -> None:
    history = History([a_document()])
    anne = history.customer()
    small, large = (
        history.tell(anne, tickets(LINE)),
        history.tell(anne, tickets(LINE, replace(LINE, sku="C"))),
    )
    history.bring_back(anne, on(2), small)
    history.bring_back(anne, on(3), large, (0, 700), (1, 70))
    history.tell(anne, replace(tickets(LINE, days=5), payments=(Payment("points", 5),)))
    history.write(assidu_db.url)
    bought, back, paid = told(history, assidu_db, retelling(kept=0.0))
    assert bought.body()["lines"][:2] == [
        ["A", 0, 0, 0, "grocery", "national", 550],
        ["C", 10, 700, 300, "grocery", "national", 550],
    ]
    assert back.body()["lines"] == [[1, 70]]
    assert paid.body()["lines"][0][1] == 10, "what was paid with points stays as large as it was"


def test_tickets_in_another_money_are_left_out_and_told_as_they_were(assidu_db: Database) -> None:
    history = History([a_document()])
    anne = history.customer()
    ticket = history.tell(anne, in_francs())
    history.bring_back(anne, on(2), ticket, (0, 400))
    history.write(assidu_db.url)
    assert sums(read(assidu_db)) == {}
    sale, back = told(history, assidu_db, retelling(kept=0.5))
    assert [line[:4] for line in sale.body()["lines"]] == [["A", 10, 700, 300]]
    assert back.body()["lines"] == [[0, 400]]
    assert (sale.amount_minor, back.amount_minor) == (700, -350)


def test_an_article_whose_whole_discount_is_turned_is_in_no_promotion_any_more(assidu_db: Database) -> None:
    history = History([a_document()])
    history.tell(history.customer(), tickets(replace(LINE, quantity=100).promoted("fair", 300)))
    history.write(assidu_db.url)
    [fewer] = told(history, assidu_db, retelling(kept=0.5))
    [whole] = told(history, assidu_db, retelling(share=100))
    line = fewer.body()["lines"][0]
    assert line[1] < 100
    assert line[9] == ["fair", 3 * line[1]]
    assert whole.body()["lines"][0] == ["A", 100, 700, 0, "grocery", "national", 550, "product", []]


def test_about_as_many_units_stay_as_are_kept_and_the_same_ones_each_time(assidu_db: Database) -> None:
    history = History([a_document()])
    for n in range(40):
        history.tell(history.customer(), tickets(LINE, days=1 + n % 5))
    history.write(assidu_db.url)
    first, again = (told(history, assidu_db, retelling(kept=0.7)) for _ in range(2))
    assert first == again
    assert sum(one.body()["lines"][0][1] for one in first) == pytest.approx(280, abs=30)


# ---------------------------------------------------------------- decided


def question(turning: Turning | None = None, **more: object) -> DiscountsQuestion:
    return DiscountsQuestion("club", margin_percent=30.0, turning=turning, **more)  # type: ignore[arg-type]


def test_the_rule_that_gives_back_is_a_rule_of_the_document() -> None:
    document = a_document()
    currency = currency_for(document)
    assert currency is not None
    tried = with_rule(document, currency)
    assert examine(to_yaml(tried)).is_ok
    assert currency_for(document, "euros") is None


def test_history_told_as_it_was_is_decided_as_it_was(assidu_db: Database) -> None:
    history = History([a_document(BASE, a_rule("{fixed: 7}", "quota: {first: 2, per: day}", code="two"))])
    for n in range(6):
        history.tell(history.customer(), tickets(LINE, days=1 + n % 2))
    history.write(assidu_db.url)
    plan = PlanBook.of_one(compile_plan(history.documents[0]))
    expected = simulate(assidu_db.url, history.book, plan, processes=1)
    nothing = Retelling({}, Turning(50), lambda _: 0, seed=1)
    with at_one_instant(assidu_db.url) as (connection, instant):
        groups: Groups = customers_in_groups(connection)
        [outcome] = read_in_shares(
            assidu_db.url,
            instant,
            groups,
            lambda mine, share, quotas, advance: replay_under(
                mine, history.book, plan, share, date.max, quotas, advance, retold=nothing
            ),
            processes=1,
        )
    assert outcome.replayed == dict(expected.replayed)
    assert not outcome.differences
    assert nothing.turned_minor == {}


def test_discounts_turned_into_points_are_given_back_to_the_cent_by_the_core(assidu_db: Database) -> None:
    """Where a credited euro draws as much as one taken off, nothing is bought less: everything is known."""
    law = "legal_caps: [{law: egalim-food, departments: [grocery], holds_rules: true}]\n"
    document = a_document(a_rule("{fixed: 1}", "when: {tiers: [gold]}", code="never"), more=law)
    history = a_promoted_club(document)
    history.write(assidu_db.url)
    steps: list[Progress] = []
    answer = ask_discounts(
        assidu_db.url,
        question(Turning(40, pull_percent=100, redemption_percent=80.0)),
        Programme(history.book, document),
        processes=2,
        on_progress=steps.append,
    )
    told, turned = answer.told, answer.turned
    assert told is not None
    assert turned is not None
    assert (told.measured, told.customers, told.weeks) == (PRODUCTS, CUSTOMERS, WEEKS)
    assert told.elasticity.low_95 < np.log(2) / -np.log(0.7) < told.elasticity.high_95
    assert turned.units_lost.value == 0
    assert turned.turned.value == pytest.approx(0.4 * turned.given_then_minor, rel=0.001)
    assert turned.issued_minor == turned.issued_units == sum(one.paid_more_minor for one in turned.deciles)
    assert turned.issued_minor == pytest.approx(turned.turned.value, rel=0.001), "but for parts of a cent"
    assert turned.other_issued_minor == 0
    assert turned.outstanding_minor == turned.issued_minor, "nothing was used, nothing expires"
    assert turned.liability.value == pytest.approx(0.8 * turned.outstanding_minor, abs=1)
    assert (turned.winners, turned.losers) == (0, 0)
    assert turned.margin is not None
    assert turned.margin.change_ht.value == pytest.approx(
        (turned.turned.value - turned.cost_later.value) / 1.055, rel=0.001
    )
    assert steps[-1].done == steps[-1].total
    assert [one.done for one in steps] == sorted(one.done for one in steps)


def test_a_smaller_discount_sells_less_and_the_same_question_has_the_same_answer(assidu_db: Database) -> None:
    document = a_document()
    history = a_promoted_club(document)
    history.write(assidu_db.url)
    programme = Programme(history.book, document)
    asked = question(Turning(50, redemption_error=5.0), funded_percent=20.0)
    first, again = (
        ask_discounts(assidu_db.url, asked, programme, processes=processes) for processes in (1, 2)
    )
    assert replace(first, seconds=0.0) == replace(again, seconds=0.0)
    turned = first.turned
    assert turned is not None
    assert turned.redemption_percent == 100.0, "as the programme expects"
    lost = turned.units_lost
    assert lost.low_95 < lost.low_80 < lost.value < lost.high_80 < lost.high_95 < turned.units_then
    assert lost.low_95 < turned.units_then * (1 - (0.7 / 0.85) ** 1.94) < lost.high_95
    assert turned.issued_minor == pytest.approx(turned.turned.value, rel=0.1), (
        "by chance a little more or less"
    )
    assert turned.other_issued_minor < 0, "points for what is bought no more are missing"
    assert turned.cost_later.low_80 < turned.cost_later.value < turned.cost_later.high_80
    assert turned.cost_later.value == pytest.approx(turned.issued_minor), (
        "all are used: what they cost is they"
    )


def test_what_cannot_be_told_or_turned_has_a_reason(assidu_db: Database) -> None:
    document = a_document()
    history = a_promoted_club(document)
    history.write(assidu_db.url)
    programme = Programme(history.book, document)
    for turning, reason in (
        (Turning(30, currency="euros"), Untold.NO_CURRENCY),
        (Turning(30, from_percent=60), Untold.NOTHING_CHOSEN),
        (Turning(30, departments=("fuel",)), Untold.NOTHING_CHOSEN),
    ):
        answer = ask_discounts(assidu_db.url, question(turning), programme, processes=1)
        assert answer.told is not None
        assert (answer.turned, answer.turned_untold) == (None, CannotTell(reason))
    month = question(since=on(0).date(), until=on(0).date() + timedelta(days=29))
    answer = ask_discounts(assidu_db.url, month, processes=1)
    assert answer.told is None
    assert answer.cannot_tell == CannotTell(Untold.TOO_SHORT, {"weeks": 5, "weeks_min": 26})
    later = question(Turning(30), since=on(900).date())
    answer = ask_discounts(assidu_db.url, later, programme, processes=1)
    assert (answer.told, answer.turned, answer.turned_untold) == (None, None, None)
    assert answer.cannot_tell == CannotTell(Untold.NOTHING_SOLD)
