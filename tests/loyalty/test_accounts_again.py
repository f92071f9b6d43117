"""Whatever happens in households, in whatever order: the books are what the record says, and decide again the same."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from assidu.customers.accounts import account_of, people_of
from assidu.customers.queries import follow
from assidu.customers.types import Profile
from assidu.decisions.state import AccountKind
from assidu.economics.micro.run import Choice, try_plans
from assidu.economics.models.assumptions import Range
from assidu.economics.models.behaviour import Behaviour
from assidu.events.wire import Subject, parse_one
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE, Actor
from assidu.loyalty import accounts, actions
from assidu.loyalty.accounts import Opened
from assidu.loyalty.book import PlanBook
from assidu.loyalty.due import run_due
from assidu.loyalty.entries import Told
from assidu.loyalty.erasing import erase
from assidu.loyalty.explain import explain_all
from assidu.loyalty.plans import plan_book
from assidu.loyalty.rebuild import verify
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.separating import unmerge
from assidu.plans.wording import Language
from assidu.simulation.as_decided import replay_as_decided
from assidu.simulation.run import simulate
from builders.shop import OPENED, PROGRAMME, Shop

HUGO = Actor(person_id=UUID(int=9))
CARDS = [f"29900000010{n:02d}" for n in range(5)]
NOBODY_ANSWERS = Behaviour(draws=100, near_threshold=Range(value=0.0), after_reward=Range(value=0.0))
ACCOUNTS = "accounts: {household: {leaver_takes: own, members_at_most: 3}, company: {leaver_takes: equal}}\n"
REGRET = "leaving: {regret: {days: 20}}\n"


@dataclass
class Street:
    """Five people with a card each, and what happens to them, an hour apart; some of it is refused."""

    chance: random.Random
    people: list[UUID]
    homes: list[UUID]
    at: datetime = OPENED + timedelta(days=30)
    number: int = 0
    sold: list[tuple[str, str, date]] = field(default_factory=list)
    done: int = 0

    def lives(self, steps: int) -> None:
        everything = (
            [self.buys] * 8 + [self.brings_back] * 4 + [self.changes] * 4 + [self.enters] * 4 + [self.leaves] * 2
            + [self.merges, self.unmerges, self.is_corrected, self.is_given_a_reward]
            + [self.quits, self.joins, self.joins]
        )  # fmt: skip
        for _ in range(steps):
            self.number += 1
            self.at += timedelta(hours=self.chance.choice((1, 5, 200)))
            outcome = self.chance.choice(everything)()
            self.done += isinstance(outcome, Told)

    def buys(self) -> object:
        card, id_ = self.chance.choice(CARDS), f"T-{self.number}"
        lines = self.lines()
        payments = [{"currency": "points", "quantity": 100}] * (self.chance.random() < 0.3)
        self.sold.append((id_, card, self.at.date()))
        return self.tells(id_, "Order Completed", card, ticket=id_, lines=lines, payments=payments)

    def brings_back(self) -> object:
        if not self.sold:
            return None
        ticket, card, day = self.chance.choice(self.sold)
        original = {"store": "317", "date": day.isoformat(), "ticket": ticket}
        what = (
            {"whole": True} if self.chance.random() < 0.5 else {"lines": [{"line": 0, "amount_minor": 400}]}
        )
        return self.tells(f"R-{self.number}", "Order Refunded", card, original=original, **what)

    def changes(self) -> object:
        """Told anew with other lines, paid otherwise at times, or cancelled."""
        if not self.sold:
            return None
        ticket, card, day = self.chance.choice(self.sold)
        original = {"store": "317", "date": day.isoformat(), "ticket": ticket}
        if self.chance.random() < 0.2:
            return self.tells(f"U-{self.number}", "Order Cancelled", card, original=original)
        data: dict[str, Any] = {"original": original, "lines": self.lines() * self.chance.choice((1, 1, 2))}
        if self.chance.random() < 0.3:
            data["payments"] = [{"currency": "points", "quantity": self.chance.choice((50, 150))}]
        return self.tells(f"U-{self.number}", "Order Updated", card, **data)

    def lines(self) -> list[dict[str, Any]]:
        return [{"sku": "s", "amount_minor": self.chance.randrange(1_000, 30_000), "department": "produce"}]

    def tells(self, id_: str, type_: str, card: str, **data: Any) -> object:
        data = {"store": "317", "channel": "store"} | data
        incoming = parse_one(
            {
                "specversion": "1.0", "id": id_, "source": "till/store-317", "type": type_,
                "time": self.at.isoformat(), "subject": f"card:{card}", "data": data,
            }
        )  # fmt: skip
        return actions.record(incoming, self.at, programme=PROGRAMME)

    def enters(self) -> object:
        subject = Subject("card", self.chance.choice(CARDS))
        home = self.chance.choice(self.homes)
        return accounts.enter(home, subject, "", by=HUGO, at=self.at, programme=PROGRAMME)

    def leaves(self) -> object:
        person = self.chance.choice(self.people)
        home = account_of(person)
        if home is None or len(people_of(home)) == 1:
            return None  # the account would be closed for good
        person = follow(person) or person
        with_nothing = self.chance.random() < 0.3
        return accounts.leave(
            home, person, by=HUGO, at=self.at, programme=PROGRAMME, with_nothing=with_nothing
        )

    def quits(self) -> object:
        """The programme: somebody by themselves or, now and then, a whole household."""
        who = self.chance.choice([*self.people, *self.homes])
        return actions.leave(who, at=self.at, programme=PROGRAMME)

    def joins(self) -> object:
        subject = Subject("card", self.chance.choice(CARDS))
        return actions.join(
            subject, store="317", channel="store", terms_version="", profile=None, at=self.at,
            programme=PROGRAMME,
        )  # fmt: skip

    def merges(self) -> object:
        one, other = self.chance.sample(self.people, 2)
        return actions.merge(one, other, by=HUGO, reason="", at=self.at, programme=PROGRAMME)

    def unmerges(self) -> object:
        return unmerge(self.chance.choice(self.people), "", by=HUGO, at=self.at)

    def is_corrected(self) -> object:
        who, quantity = self.chance.choice(self.people), self.chance.choice((-200, 150))
        return actions.correct(who, "points", quantity, "", by=HUGO, at=self.at, programme=PROGRAMME)

    def is_given_a_reward(self) -> object:
        who = self.chance.choice(self.people)
        return actions.request_reward(who, "voucher-5", 1, at=self.at, programme=PROGRAMME)


@pytest.mark.parametrize("seed", range(2))
def test_any_story_of_a_street_is_what_the_record_says_and_is_decided_again_the_same(
    assidu_db: Database, seed: int
) -> None:
    shop = Shop.opened(more=ACCOUNTS + REGRET * seed)
    people = [shop.member(Profile(card=card)) for card in CARDS]
    street = Street(random.Random(seed), people, [])
    for kind in (AccountKind.HOUSEHOLD, AccountKind.COMPANY):
        opened = accounts.open_(kind, "x", by=HUGO, at=street.at, programme=PROGRAMME)
        assert isinstance(opened, Opened)
        street.homes.append(opened.account_id)
    street.lives(80)
    assert street.done > 30
    erase(people[0], COMMAND_LINE, street.at)
    run_due(street.at + timedelta(days=400))

    verified = verify(assidu_db.url, processes=1)
    assert verified.differences == 0, verified.found
    book = plan_book(PROGRAMME)
    assert book is not None
    with psycopg.connect(assidu_db.url) as connection:
        groups = customers_in_groups(connection)
        replayed = replay_as_decided(connection, book, groups)
    assert replayed.differences == {}, replayed.examples
    assert simulate(assidu_db.url, book, book, processes=1).differences == {}
    other = PlanBook.of_one(replace(book.versions[-1].plan, accounts={}))
    under = simulate(assidu_db.url, book, other, processes=1)
    assert under.unexplained == 0, under.examples
    tried = try_plans(
        assidu_db.url, book, [Choice("other", other)], lambda _: (0, 0), NOBODY_ANSWERS, processes=1
    )
    [plan] = tried.plans
    assert sum(one.planned_minor for one in plan.deciles) == under.replayed_cost_minor
    assert sum(one.recorded_minor for one in plan.deciles) == under.recorded_cost_minor
    for customer in (*people, *street.homes):
        for told in explain_all(customer, Language.EN):
            assert told.is_same, (told.entry.type, told.entry.seq, told.differing)
