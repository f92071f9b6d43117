"""Draws among entries: which entries count, and who wins, the same for whoever has the secret and the list."""

from collections import Counter
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assidu.decisions import decide, evolve
from assidu.decisions.chance import commitment
from assidu.decisions.decision import Account, Decision, Posting
from assidu.decisions.drawing import Entrant, Winner, list_hash, list_of, number_for_place, winners
from assidu.decisions.entries import entries_moved
from assidu.decisions.events import Absorption, Leaving, Merger, PrizeWon, Return
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Draw, Prize
from assidu.decisions.state import LotKey
from builders.sales import a_sale, on
from builders.states import a_member
from conformance.cases.draws import a_programme
from conformance.story import Story

SECRET = bytes(range(32))
JUNE_30 = date(2026, 6, 30)
LOT = LotKey("chances", date(2026, 6, 1), None)


def a_draw(*counts: int, is_one_each: bool = True) -> Draw:
    prizes = tuple(Prize("points", 100 + n, count) for n, count in enumerate(counts))
    return Draw("summer", "chances", JUNE_30, date(2026, 7, 7), prizes, is_one_each)


# ---------------------------------------------------------------- who wins

lists = st.lists(st.integers(0, 6), max_size=8).map(
    lambda counts: list_of((f"m{n}", count) for n, count in enumerate(counts))
)


def counted_off_by_hand(draw: Draw, entrants: tuple[Entrant, ...]) -> list[Winner]:
    """As an auditor does it: a row of entries, of which one after another is taken out."""
    row = [one.member for one in entrants for _ in range(one.entries)]
    hash_of_list = list_hash(draw.name, entrants)
    found: list[Winner] = []
    for n, prize in enumerate(draw.prizes, 1):
        for _ in range(prize.count):
            if row:
                place, left = len(found) + 1, len(row)
                number = number_for_place(SECRET, draw.name, hash_of_list, place) % left
                found.append(Winner(place, n, row[number], number, left))
                who = row.pop(number)
                if draw.is_one_each:
                    row = [member for member in row if member != who]
    return found


@given(lists, st.lists(st.integers(1, 3), min_size=1, max_size=3), st.booleans())
def test_an_auditor_who_counts_off_by_hand_finds_the_same_winners(
    entrants: tuple[Entrant, ...], counts: list[int], is_one_each: bool
) -> None:
    draw = a_draw(*counts, is_one_each=is_one_each)
    found = winners(SECRET, draw, entrants)
    assert list(found) == counted_off_by_hand(draw, entrants)
    won = Counter(one.member for one in found)
    entries = {one.member: one.entries for one in entrants}
    assert all(count <= (1 if is_one_each else entries[member]) for member, count in won.items())
    assert len(found) == min(draw.prize_count, len(entrants) if is_one_each else sum(entries.values()))


def test_the_proof_is_the_one_that_was_published() -> None:
    """Figures that any language can make again: SHA-256 of the list, HMAC-SHA256 of the place."""
    entrants = list_of([("b", 3), ("a", 1), ("c", 0)])
    assert entrants == (Entrant("a", 1), Entrant("b", 3))
    assert list_hash("summer:2026-06-30", entrants) == sha256(b"summer:2026-06-30\na 1\nb 3\n").hexdigest()
    assert commitment(SECRET) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    assert [
        (one.place, one.member, one.number, one.left) for one in winners(SECRET, a_draw(2), entrants)
    ] == [
        (1, "b", 1, 4),
        (2, "a", 0, 1),
    ]


def test_whoever_has_twice_the_entries_wins_twice_as_often() -> None:
    entrants = list_of([("one", 1), ("two", 2), ("five", 5)])
    won = Counter(winners(n.to_bytes(32, "big"), a_draw(1), entrants)[0].member for n in range(4_000))
    for member, entries in entrants:
        assert won[member] == pytest.approx(4_000 * entries / 8, rel=0.1)


def test_a_hundred_thousand_members_and_thousands_of_prizes_are_drawn_each_once() -> None:
    entrants = list_of((f"{n:06d}", n % 7) for n in range(100_000))
    found = winners(SECRET, a_draw(2_000), entrants)
    assert len({one.member for one in found}) == 2_000


# ---------------------------------------------------------------- which entries count


@pytest.mark.parametrize(
    ("source", "target", "day", "sold_on", "moved"),
    [
        (Account.ISSUED, Account.AVAILABLE, "2026-06-30", None, 5),
        (Account.ISSUED, Account.PENDING, "2026-06-30", None, 5),
        (Account.PENDING, Account.AVAILABLE, "2026-06-30", None, 0),
        (Account.ISSUED, Account.DEBT, "2026-06-30", None, 0),
        (Account.AVAILABLE, Account.BREAKAGE, "2026-06-30", None, -5),
        (Account.AVAILABLE, Account.ISSUED, "2026-06-30", "2026-06-01", -5),
        (Account.ISSUED, Account.AVAILABLE, "2026-07-01", None, 0),
        (Account.AVAILABLE, Account.BREAKAGE, "2026-07-01", None, 0),
        (Account.AVAILABLE, Account.ISSUED, "2026-07-01", "2026-06-30", -5),
        (Account.PENDING, Account.ISSUED, "2026-07-01", "2026-06-30", -5),
        (Account.AVAILABLE, Account.ISSUED, "2026-07-02", "2026-07-01", 0),
        (Account.USED, Account.AVAILABLE, "2026-07-02", "2026-06-30", 0),
    ],
)
def test_what_counts_is_what_was_there_at_the_end_of_the_last_day(
    source: Account, target: Account, day: str, sold_on: str | None, moved: int
) -> None:
    """After it, only a ticket that comes back takes its own entries out."""
    posting = Posting(source, target, "chances", 5, LOT)
    other = Posting(source, target, "points", 5, LOT._replace(currency="points"))
    sold = None if sold_on is None else date.fromisoformat(sold_on)
    assert entries_moved(a_draw(1), date.fromisoformat(day), [posting, other], sold) == moved


def counted(story: Story) -> int:
    draw = story.programme.plan.draws["summer"]
    total = 0
    for one in story.written.values():
        sold_on = None
        if isinstance(one.event, Return):
            sold_on = story.written[one.event.sale_seq].event.at.date()
        total += entries_moved(draw, one.event.at.date(), one.decision.postings, sold_on)
    return total


def test_a_ticket_brought_back_between_the_last_day_and_the_draw_takes_its_entries_with_it() -> None:
    story = Story("s", a_programme(), a_member())
    for day in ("2026-06-10", "2026-06-30", "2026-07-01"):
        story.tell(a_sale(4_000, at=on(day)))
    assert counted(story) == 4
    story.tell(Return(on("2026-07-02"), story.seq - 1))
    assert counted(story) == 2
    story.tell(Return(on("2026-07-03"), story.seq - 1))
    assert counted(story) == 2, "that ticket never counted"


def test_who_leaves_has_no_entries_left_and_a_merger_brings_them_to_the_survivor() -> None:
    one, other = (Story(name, a_programme(), a_member()) for name in ("one", "other"))
    for story in (one, other):
        story.tell(a_sale(6_000, at=on("2026-06-10")))
    theirs = other.state
    other.tell(Absorption(on("2026-06-20")))
    one.tell(Merger(on("2026-06-20")), absorbed=theirs)
    assert (counted(one), counted(other)) == (6, 0)
    one.tell(Leaving(on("2026-06-25")))
    assert counted(one) == 0


def test_a_prize_is_decided_the_same_again_and_uses_the_entry_that_won() -> None:
    plan = a_programme().plan
    state = a_member(lots={LOT: 2})
    event = PrizeWon(on("2026-07-07", 0), "summer", 1, 1)
    decided = decide(plan, Facts(state), event, trace=True)
    assert isinstance(decided, Decision)
    assert [reason.figures["place"] for reason in decided.reasons] == [1]
    after = evolve(state, decided)
    assert (after.available("chances"), after.available("voucher-5")) == (1, 4)
