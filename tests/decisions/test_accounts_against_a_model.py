"""A shared account against a second reckoning of it: who enters, buys, pays and leaves, while units expire.

The reckoning knows nothing of wallets, postings or decisions: lots are numbers by the day on which they end.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions.decision import Decision
from assidu.decisions.events import Joining, Payment
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document
from builders.member import AMember
from builders.sales import a_sale, on
from decisions.test_accounts import ANNE, BRUNO, CHLOE, Home

FIRST = date(2026, 1, 5)
Lots = dict[date, int]
"""Units by the day on which they can no longer be used."""


def two_months_after(day: date) -> date:
    month = day.month + 2
    year, month = day.year + (month - 1) // 12, (month - 1) % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last)) + timedelta(days=1)


@dataclass
class Reckoning:
    """What everybody has by themselves, and all who are in the account together."""

    takes: str
    alone: dict[str, Lots]
    together: Lots = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    """What each who is in it brought in, less what they used."""
    is_closed: bool = False

    def enters(self, name: str) -> None:
        mine, self.alone[name] = self.alone[name], {}
        self.own[name] = sum(mine.values())
        for ends, units in mine.items():
            self.together[ends] = self.together.get(ends, 0) + units

    def buys(self, name: str, cents: int, paid: int, day: date) -> None:
        lots = self.together if name in self.own else self.alone[name]
        left = paid
        for ends in sorted(lots):
            used = min(left, lots[ends])
            lots[ends] -= used
            left -= used
        assert left == 0
        earned = (cents - paid) // 100  # a point is a cent
        ends = two_months_after(day)
        lots[ends] = lots.get(ends, 0) + earned
        if name in self.own:
            self.own[name] = max(self.own[name] + earned - paid, 0)

    def leaves(self, name: str) -> None:
        people, theirs = len(self.own), self.own[name]
        everybodys = sum(self.own.values())
        for ends, units in list(self.together.items()):
            if people == 1:
                share = units
            elif self.takes == "nothing":
                share = 0
            elif self.takes == "own" and everybodys:
                share = units * theirs // everybodys
            else:
                share = units // people
            self.together[ends] -= share
            self.alone[name][ends] = self.alone[name].get(ends, 0) + share
        del self.own[name]
        self.is_closed = people == 1

    def day_comes(self, day: date) -> None:
        for lots in (self.together, *self.alone.values()):
            for ends in [one for one in lots if one <= day]:
                del lots[ends]


def lots_of(member: AMember) -> Lots:
    found: Lots = {}
    for key, units in member.state.lots.items():
        assert key.expires_on is not None
        found[key.expires_on] = found.get(key.expires_on, 0) + units
    return found


def without_empty(lots: Lots) -> Lots:
    return {ends: units for ends, units in lots.items() if units}


steps = st.lists(
    st.tuples(
        st.sampled_from(["enter", "buy", "buy", "pay", "leave"]),
        st.sampled_from([ANNE, BRUNO, CHLOE]),
        st.integers(1, 20_000),
        st.integers(0, 25),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(steps=steps, takes=st.sampled_from(["nothing", "equal", "own"]))
def test_a_shared_account_is_what_one_would_reckon_by_hand(
    steps: list[tuple[str, str, int, int]], takes: str
) -> None:
    document = a_document(
        BASE + "expires: {months: 2}\n", more=f"accounts: {{household: {{leaver_takes: {takes}}}}}\n"
    )
    plan = compile_plan(document, version=1)
    people = {name: AMember(plan, Joining(on(str(FIRST)))) for name in (ANNE, BRUNO, CHLOE)}
    home, model = Home(plan), Reckoning(takes, {name: {} for name in people})
    day = FIRST
    for what, name, amount, later in steps:
        day += timedelta(days=later)
        model.day_comes(day)
        for one in (home.account, *people.values()):
            one.wakes(str(day))
        is_in = name in model.own
        if what == "enter" and not is_in:
            home.takes_in(name, people[name], str(day))
            model.enters(name)
        elif what == "leave" and is_in:
            home.lets_go(name, str(day))
            model.leaves(name)
        elif what in ("buy", "pay"):
            whose = home.account if is_in else people[name]
            paid = min(whose.points, amount) if what == "pay" else 0
            event = a_sale(amount, at=on(str(day)), payments=[Payment("points", paid)] if paid else [])
            done = whose.does(event, member=name if is_in else "")
            assert isinstance(done, Decision)
            model.buys(name, amount, paid, day)
        assert lots_of(home.account) == without_empty(model.together)
        for who, one in people.items():
            assert lots_of(one) == without_empty(model.alone[who])
        if model.is_closed:
            break
