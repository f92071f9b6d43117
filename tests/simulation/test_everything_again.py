"""A programme with everything in it, some months of it through the live path: decided again nothing is otherwise."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from assidu.catalogue.rates import ToldRate, put_rates
from assidu.decisions.events import Sale
from assidu.decisions.money import Rate
from assidu.decisions.state import AccountKind
from assidu.events.wire import parse_one
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import accounts, actions
from assidu.loyalty.accounts import Opened
from assidu.loyalty.book import PlanBook
from assidu.loyalty.due import run_due
from assidu.loyalty.emissions import decide_emissions
from assidu.loyalty.entries import Told
from assidu.loyalty.offer_codes import make_codes
from assidu.loyalty.plans import plan_book, publish
from assidu.loyalty.rebuild import verify
from assidu.loyalty.referral import code_of
from assidu.loyalty.running_draws import give_prizes, run_due_draws
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document, Gift, PerAmount, published
from assidu.simulation.findings import findings
from assidu.simulation.run import Against, compare, simulate
from builders.documents import a_document
from builders.offers import offers
from conformance.cases import lives
from conformance.cases.draws import CHANCES, EARNED
from conformance.cases.life import REFERRAL, TERMS
from conformance.cases.plans import CENTS, VOUCHER, points

OPENED = datetime(2025, 12, 1, tzinfo=UTC)
EVENTS, PEOPLE = 170, 7
GOODS = "  - {code: bag, kind: good, name: {fr: b, en: b}}\n"
BAG = "  - {code: bag, name: {fr: b, en: b}, costs: {currency: points, units: 20}, gives: {currency: bag}, stock: 4}\n"
OFFERS = offers(
    "ten: effect: {percent: {off: 10, at_most: 5.00}}|lines: {departments: [produce]}|times: {limit: 9, per: month}",
    "five: effect: {amount: 5.00}|when: {amount_at_least: 30.00}|budget: {amount: 40.00, per: week}"
    "|gives_back: [budget]|group: one",
    "price: effect: {price: 1.50}|lines: {products: [soap]}|group: one",
    "third: effect: {buy: {buy: 2, get: 1}}|lines: {products: [wine]}|combines: true",
    "more: effect: {points: {currency: points, per_amount: {give: 1, each: 5.00}}}|quota: {first: 3, per: week}"
    "|gives_back: [place]",
    "tote: effect: {gift: {name: {fr: Sac, en: Bag}}}|chance: {one_in: 3}|stock: 5",
    "plus: effect: {points: {currency: stars, units: 9}}|needs: activated",
    "back: effect: {amount: 2.00}|needs: allotted|combines: true",
    "code: effect: {percent: {off: 30}}|needs: code|exclusive: true",
    stacking="stacking: {groups: [{code: one}]}\nlegal_caps: [{law: egalim-food, departments: [grocery]}]\n",
)
DRAW = """\
draws:
  - {code: spring, name: {fr: s, en: s}, entries: chances, last_day: 2026-03-31, drawn_on: 2026-04-03,
     prizes: [{name: {fr: p, en: p}, count: 2, gives: {currency: stars, units: 7}}]}
accounts: {household: {leaver_takes: own, welcome: each}}
leaving: {regret: {days: 20}}
returns: {take_back: may_go_negative}
"""


def everything() -> Document:
    stars = points(
        "expires: {weeks: 6, extended_by_purchases: true}",
        "pending: {days: 9}",
        "debt_at_most: 12",
        "transfers: {cap: {units: 30, per: month}}",
    )
    return a_document(
        *lives.RULES,
        EARNED,
        more=lives.MORE + BAG + OFFERS + REFERRAL + TERMS + DRAW,
        tiers=lives.TIERS,
        currencies=stars + CENTS + VOUCHER + CHANCES + GOODS,
        sale_currency="{code: EUR, foreign: [{code: CHF}], rate_days_at_most: 300}",
    )


@dataclass(slots=True)
class Office:
    """Tills, staff and the clock, with whatever is drawn for them from one seed."""

    now: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)
    chance: random.Random = field(default_factory=lambda: random.Random("everything"))
    people: list[UUID] = field(default_factory=list)
    home: UUID | None = None
    tickets: list[tuple[int, str, Sale]] = field(default_factory=list)
    requests: list[tuple[int, int, str]] = field(default_factory=list)
    holds: list[tuple[int, str]] = field(default_factory=list)
    at_home: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    number: int = 0
    said: Counter[str] = field(default_factory=Counter)

    def tell(
        self, who: int, type_: str, *, is_asked: bool = False, card: str = "", **data: Any
    ) -> Told | None:
        self.number += 1
        incoming = parse_one(
            {
                "specversion": "1.0",
                "id": f"e{self.number}",
                "source": "till",
                "type": type_,
                "time": self.now.isoformat(),
                "subject": card or f"card:{2990000000000 + who}",
                "data": data,
            }
        )
        do = actions.evaluate if is_asked else actions.record
        outcome = do(incoming, self.now, programme="club")
        self.said[
            type_ if isinstance(outcome, Told) else f"{type_}: {getattr(outcome, 'code', outcome)}"
        ] += not is_asked
        return outcome if isinstance(outcome, Told) else None

    def somebody(self) -> int:
        return self.chance.randrange(len(self.people))

    def sells(self) -> None:
        chance, who = self.chance, self.somebody()
        lines = [
            {
                "sku": chance.choice(["apple", "soap", "wine"]),
                "amount_minor": chance.choice([chance.randint(1, 9000), chance.randint(1, 9000), 40_000]),
                "quantity": chance.choice([1, 1, 3]),
                "department": chance.choice(["produce", "grocery", "tobacco"]),
                "brand": chance.choice(["ours", "national"]),
            }
            for _ in range(chance.randint(1, 3))
        ]
        data: dict[str, Any] = {"lines": lines, "store": chance.choice("ab"), "channel": "store"}
        if chance.random() < 0.2:
            data["codes"] = [chance.choice(self.codes)]
        if chance.random() < 0.15:
            data["currency"] = "CHF"
        elif chance.random() < 0.3:
            currency, quantity = chance.choice([("points", 10), ("stars", 1), ("voucher-5", 1), ("cents", 5)])
            data["payments"] = [{"currency": currency, "quantity": quantity}]
        if "currency" not in data and chance.random() < 0.7:
            asked = self.tell(who, "Order Completed", is_asked=True, **data)
            if asked is not None:
                data["lines"] = _taken_off(lines, asked)
        told = self.tell(who, "Order Completed", **data)
        if told is not None and isinstance(told.event, Sale):
            self.tickets.append((who, told.key.id, told.event))

    def brings_back(self) -> None:
        if not self.tickets:
            return
        who, id_, sale = self.chance.choice(self.tickets[-12:])
        of = {"source": "till", "id": id_}
        i = self.chance.randrange(len(sale.lines))
        part = max(sale.lines[i].amount_minor // self.chance.choice([1, 2]), 1)
        rest: dict[str, Any] = {"lines": [{"line": i, "amount_minor": part}]}
        self.tell(
            who,
            "Order Refunded",
            original_event=of,
            **(rest if self.chance.random() < 0.5 else {"whole": True}),
        )

    def changes(self) -> None:
        if not self.tickets:
            return
        who, id_, sale = self.chance.choice(self.tickets[-12:])
        of = {"source": "till", "id": id_}
        if self.chance.random() < 0.4 or sale.foreign is not None:
            self.tell(who, "Order Cancelled", original_event=of)
            return
        kept = [
            {"sku": line.sku, "amount_minor": line.amount_minor, "department": line.department}
            for line in sale.lines[:1]
        ]
        lines = [
            *kept,
            {"sku": "soap", "amount_minor": self.chance.randint(1, 6000), "department": "produce"},
        ]
        self.tell(who, "Order Updated", original_event=of, lines=lines)

    def holds_a_basket(self) -> None:
        who = self.somebody()
        lines = [{"sku": "apple", "amount_minor": 4000, "department": "produce"}]
        paid = [{"currency": "points", "quantity": 5}]
        minutes = self.chance.choice([15, 60 * 24])
        told = self.tell(who, "Hold Placed", lines=lines, payments=paid, minutes=minutes, store="a")
        if told is None:
            return
        hold = f"{told.customer_id}.{told.seq}"
        if self.chance.random() < 0.6:
            lines = _taken_off(lines, told)
            self.tell(
                who, "Order Completed", lines=lines, payments=paid, store="a", channel="store", hold=hold
            )
        else:
            self.holds.append((who, hold))

    def releases(self) -> None:
        if self.holds:
            who, name = self.holds.pop()
            self.tell(who, "Hold Released", hold=name)

    def asks_for_a_reward(self) -> None:
        who = self.somebody()
        reward = self.chance.choice(["voucher-5", "bag"])
        told = self.tell(who, "Reward Requested", reward=reward)
        if told is not None:
            self.requests.append((who, told.seq, reward))

    def calls_it_off_or_fetches_it(self) -> None:
        if not self.requests:
            return
        who, seq, reward = self.requests.pop()
        if reward == "bag":
            self.tell(who, "Reward Handed Over", currency="bag")
        else:
            self.tell(who, "Reward Cancelled", request_seq=seq)

    def does_something(self) -> None:
        who, to = self.somebody(), f"card:{2990000000000 + self.somebody()}"
        told: list[tuple[str, dict[str, Any]]] = (
            [
                ("Activity Recorded", {"activity": "visit", "store": "a", "channel": "store"}),
                ("Activity Recorded", {"activity": "visit", "store": "b", "channel": "store"}),
                ("Audience Changed", {"audience": "young"}),
                ("Offer Allotted", {"offer": "back", "until": (self.now + timedelta(days=30)).date().isoformat()}),
                ("Offer Allotted", {"offer": "plus"}),
                ("Offer Activated", {"offer": "plus"}),
                ("Offer Withdrawn", {"offer": "back"}),
                ("Status Granted", {"tier": "gold"}),
                ("Terms Accepted", {"version": "2026-01"}),
                ("Balance Corrected", {"currency": "points", "quantity": self.chance.choice([-30, 90])}),
                ("Balance Corrected", {"currency": "stars", "quantity": 6}),
                ("Balance Transferred", {"to": to, "currency": "stars", "quantity": 1}),
                ("Balance Transferred", {"to": to, "currency": "stars", "quantity": 2}),
            ]
        )  # fmt: skip
        type_, data = self.chance.choice(told)
        self.tell(who, type_, **data)

    def comes_or_goes(self) -> None:
        who = self.somebody()
        type_ = self.chance.choice(["Member Suspended", "Member Suspended", "Member Resumed", "Member Left"])
        if self.tell(who, type_) is None or self.chance.random() < 0.2:
            return
        self.now += timedelta(days=self.chance.choice([2, 2, 25]))
        if type_ == "Member Left":
            self.tell(who, "Member Joined", store="b", channel="store")
        elif type_ == "Member Suspended":
            self.tell(who, "Member Resumed")

    def enters_or_leaves_the_household(self) -> None:
        """The last one stays: with them it would be closed."""
        assert self.home is not None
        who = self.chance.randrange(4)
        type_ = "Account Member Added"
        if self.chance.random() < 0.4 and len(self.at_home) > 1:
            who, type_ = self.at_home[-1], "Account Member Removed"
        member = f"card:{2990000000000 + who}"
        if self.tell(0, type_, card=f"customer:{self.home}", member=member) is not None:
            self.at_home = [*self.at_home, who] if type_ == "Account Member Added" else self.at_home[:-1]

    def merges(self) -> None:
        """The last one is the one before."""
        if len(self.people) > PEOPLE - 2:
            self.people.pop()
            who = len(self.people)
            if self.tell(who - 1, "Customer Merged", absorbed=f"card:{2990000000000 + who}") is None:
                self.people.append(self.people[-1])

    def joins(self) -> None:
        for who in range(PEOPLE):
            brought = code_of(self.people[0], self.now) if who in (4, 5) else None
            told = self.tell(who, "Member Joined", store="a", channel="web", referral_code=brought or "")
            assert told is not None
            self.people.append(told.customer_id)

    def begins(self) -> None:
        """What chance alone might leave out."""
        self.joins()
        home = f"customer:{self.home}"
        for type_, who in (("Added", 0), ("Added", 1), ("Removed", 1)):
            self.goes_on()
            self.tell(0, f"Account Member {type_}", card=home, member=f"card:{2990000000000 + who}")
        self.at_home = [0]
        self.tell(3, "Member Left")
        self.goes_on()
        self.tell(3, "Member Joined", store="b", channel="store")

    def goes_on(self) -> None:
        self.now += timedelta(hours=self.chance.choice([0, 1, 3, 20, 49]))
        run_due(self.now)
        decide_emissions(self.now)
        run_due_draws(self.now)
        give_prizes(self.now)


WEIGHTS: dict[Callable[[Office], None], int] = {
    Office.sells: 40, Office.brings_back: 10, Office.changes: 10, Office.holds_a_basket: 7, Office.releases: 2,
    Office.asks_for_a_reward: 6, Office.calls_it_off_or_fetches_it: 4, Office.does_something: 22,
    Office.comes_or_goes: 5, Office.enters_or_leaves_the_household: 8, Office.merges: 1,
}  # fmt: skip


TOLD = {
    "Order Completed", "Order Refunded", "Order Updated", "Order Cancelled", "Hold Placed", "Reward Requested",
    "Reward Cancelled", "Reward Handed Over", "Activity Recorded", "Audience Changed", "Offer Allotted",
    "Offer Activated", "Status Granted", "Terms Accepted", "Balance Corrected", "Balance Transferred",
    "Member Suspended", "Member Resumed", "Member Left", "Account Member Added", "Account Member Removed",
    "Customer Merged", "Referral Kept", "Prize Won",
}  # fmt: skip
TWO_A_EURO = Gift(per_amount=PerAmount(give=2, each=Decimal(1)))


def _taken_off(lines: list[dict[str, Any]], asked: Told) -> list[dict[str, Any]]:
    """The lines as a till prints them that does what it was told."""
    found = [{**line, "offers": []} for line in lines]
    for given in asked.decision.offers.given:
        for i, amount in given.by_line:
            found[i]["amount_minor"] -= amount
            found[i]["offers"].append({"code": given.offer, "amount_minor": amount})
    return found


def test_some_months_of_everything_are_decided_again_as_they_were(assidu_db: Database) -> None:
    document = everything()
    publish(document, "", at=OPENED)
    put_rates([ToldRate("CHF", date(2026, 1, 1), Rate(107, 2))], at=OPENED, by="command")
    office = Office()
    office.codes = ["nobody-has-it", *make_codes("club", "code", at=OPENED, count=8)]
    opened = accounts.open_(AccountKind.HOUSEHOLD, "", by=COMMAND_LINE, at=office.now, programme="club")
    assert isinstance(opened, Opened)
    office.home = opened.account_id
    office.begins()
    for _ in range(EVENTS):
        office.goes_on()
        [do] = office.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        do(office)
    office.now = max(office.now, datetime(2026, 4, 10, 9, tzinfo=UTC))
    office.goes_on()
    recorded = {row[0] for row in rows("SELECT DISTINCT type FROM events_event")}
    assert recorded >= TOLD, (TOLD - recorded, office.now, sorted(office.said.items()))
    book = plan_book("club")
    assert book is not None
    again = simulate(assidu_db.url, book, None, processes=1)
    assert again.differences == {}
    assert again.replayed == again.recorded
    rules = tuple(replace(rule, gift=TWO_A_EURO) if rule.code == "base" else rule for rule in document.rules)
    changed = PlanBook.of_one(compile_plan(published(replace(document, rules=rules), 2)))
    otherwise = compare(assidu_db.url, book, changed, Against(book.version(1)), processes=1)
    assert otherwise.report.differences
    assert otherwise.report.unexplained == 0
    assert otherwise.compared is not None
    assert otherwise.compared.unexplained == 0
    told = findings(otherwise.compared, document, 1)
    assert told.cost_minor.change > 0, "twice as much for each euro, and nothing else"
    assert [one.rule for one in told.rules if not one.is_tried] == []
    assert verify(assidu_db.url).found == []
