"""An offer allotted to many: foreseen, done once for each however it is cut off, taken back where it was not begun."""

import threading
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import Error as DatabaseError

from assidu.customers import actions as customers
from assidu.decisions.offers.theirs import OfferState
from assidu.decisions.state import AccountKind
from assidu.events.wire import Subject
from assidu.foundation.database import Database
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import accounts, actions, allotting
from assidu.loyalty.accounts import Opened
from assidu.loyalty.allotments import (
    Allotment,
    AllotmentRefused,
    AllotmentState,
    allotment,
    allotments,
    foreseen,
    left_out_people,
    lines_in,
    look_at,
    unknown_among,
)
from assidu.loyalty.allotting import begin, begin_undo, resume_allotments, set_off, work
from assidu.loyalty.customer_offers import customer_offers
from assidu.loyalty.queries import member_state
from assidu.loyalty.rebuild import verify
from builders.offer_club import MARCH, a_club, told

LATER = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def club(db: None) -> list[UUID]:
    return a_club(6)


def to_the_young(offer: str = "brioche", at: datetime = MARCH, **rest: Any) -> Allotment:
    return look_at("club", offer, at=at, by="hugo", audience="young", **rest)


def done(one: Allotment, at: datetime = MARCH) -> Allotment:
    begin(one.allotment_id, at, by=COMMAND_LINE)
    return work(one.allotment_id, lambda: at)


def steps(offer: str, found: list[UUID]) -> list[str]:
    states = [member_state(one) for one in found]
    return [state.offers[offer].step if state and offer in state.offers else "" for state in states]


def test_before_it_begins_it_says_who_would_have_it_and_who_is_left_out(club: list[UUID]) -> None:
    told("x", "Offer Activated", 0, offer="brioche")
    actions.suspend(club[1], "lost", by=COMMAND_LINE, at=MARCH, programme="club")
    actions.leave(club[2], at=MARCH, programme="club")
    customers.erase(club[3], COMMAND_LINE, MARCH)
    one = to_the_young()
    assert one.state is AllotmentState.LOOKED_AT
    seen = foreseen(one, MARCH)
    expected = {"already_allotted": 1, "suspended": 1, "not_a_member": 1, "erased": 1}
    assert (seen.customers, seen.will_have, dict(seen.left_out)) == (5, 1, expected)
    assert steps("brioche", club[4:5]) == [""], "nobody has it yet"
    after = done(one)
    assert (after.state, after.allotted, dict(after.left_out)) == (AllotmentState.DONE, 1, expected)
    assert steps("brioche", club) == ["activated", "", "", "", "allotted", ""]


def test_a_list_names_customers_as_it_likes_and_keeps_nothing_of_what_it_said(club: list[UUID]) -> None:
    lines = [
        "29900000000005",
        "card:2990 0000 0000 05",
        f"customer:{club[4]}",
        "",
        "2990000099999",
        "card:!",
        "0612",
    ]
    one = look_at("club", "back", at=MARCH, by="hugo", lines=lines, until=date(2026, 3, 31))
    assert (one.lines, one.unknown, one.customers) == (6, 3, 2)
    assert done(one).allotted == 2
    state = member_state(club[5])
    assert state is not None
    assert state.offers["back"].until == date(2026, 3, 31)
    [(kept,)] = rows("SELECT string_agg(a::text, '') FROM loyalty_allotment AS a")
    assert "2990" not in kept


def test_whoever_shares_a_household_has_what_it_is_allotted_once_for_all_of_it(db: None) -> None:
    club = a_club(4, more="accounts: {household: {}}\n")
    opened = accounts.open_(AccountKind.HOUSEHOLD, "x", by=COMMAND_LINE, at=MARCH, programme="club")
    assert isinstance(opened, Opened)
    home = opened.account_id
    for person in club[:2]:
        subject = Subject("customer", str(person))
        accounts.enter(home, subject, "", by=COMMAND_LINE, at=MARCH, programme="club")
    lines = [f"customer:{person}" for person in club]
    one = look_at("club", "back", at=MARCH, by="hugo", lines=lines)
    assert (one.lines, one.unknown, one.customers, foreseen(one, MARCH).will_have) == (4, 0, 3, 3)
    assert done(one).allotted == 3
    assert steps("back", [home, *club]) == ["allotted", "", "", "allotted", "allotted"]
    assert [one.state for one in customer_offers(club[0], MARCH) if one.offer.code == "back"] == [
        OfferState.ALLOTTED
    ]
    assert to_the_young().customers == 1, "who is asleep in a household is in no audience"


@pytest.mark.parametrize(
    ("offer", "rest", "code"),
    [
        ("none", {"audience": "young"}, "unknown_offer"),
        ("gone", {"audience": "young"}, "offer_over"),
        ("open", {"audience": "young"}, "nothing_to_allot"),
        ("back", {"audience": "old"}, "unknown_audience"),
        ("back", {"audience": "young", "until": date(2026, 3, 2)}, "offer_over"),
        ("back", {"lines": [" "]}, "nobody_named"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_concerned(
    club: list[UUID], offer: str, rest: dict[str, Any], code: str
) -> None:
    with pytest.raises(AllotmentRefused, match=code):
        look_at("club", offer, at=MARCH, by="hugo", **rest)


def test_asked_again_under_the_same_id_it_is_the_same_and_begun_twice_it_is_begun_once(
    club: list[UUID],
) -> None:
    one_id = uuid4()
    one = done(to_the_young(allotment_id=one_id))
    again = to_the_young(at=LATER, allotment_id=one_id)
    assert again == one
    assert begin(one_id, LATER, by=COMMAND_LINE).begun_at == MARCH
    assert work(one_id, lambda: LATER) == one
    assert len(people.audit_trail(action="offer.allotted").entries) == 1
    assert [seen.allotment_id for seen in allotments("club", "brioche")] == [one_id]
    with pytest.raises(AllotmentRefused, match="other_allotment"):
        to_the_young("back", allotment_id=one_id)


def test_undone_it_takes_back_what_nobody_began_and_leaves_what_came_later(club: list[UUID]) -> None:
    one = to_the_young()
    begin(one.allotment_id, MARCH, by=COMMAND_LINE)
    with pytest.raises(AllotmentRefused, match="not_done_yet"):
        begin_undo(one.allotment_id, LATER, by=COMMAND_LINE)
    work(one.allotment_id, lambda: MARCH)
    told("x", "Offer Activated", 0, LATER, offer="brioche")
    told("y", "Offer Seen", 1, LATER, offer="brioche")
    told("z", "Offer Allotted", 2, LATER, offer="brioche")
    begin_undo(one.allotment_id, LATER, by=COMMAND_LINE)
    undone = work(one.allotment_id, lambda: LATER)
    assert undone.state is AllotmentState.UNDONE
    assert (undone.taken_back, dict(undone.kept)) == (3, {"offer_begun": 1, "allotted_again": 1})
    assert steps("brioche", club) == ["activated", "", "allotted", "", "", ""]
    assert work(one.allotment_id, lambda: LATER) == undone


def test_whoever_was_merged_since_the_list_was_made_has_it_as_the_survivor(club: list[UUID]) -> None:
    one = to_the_young()
    actions.merge(club[0], club[1], by=COMMAND_LINE, reason="same", at=MARCH, programme="club")
    after = done(one)
    assert (after.allotted, dict(after.left_out)) == (4, {"already_allotted": 1})


def test_a_table_names_customers_in_its_first_column(club: list[UUID]) -> None:
    text = '\ufeffcard;name\r\n"29900000000005";Anne\r\n29900000000004,Luc\n\n'.removeprefix("\ufeff")
    lines = lines_in(text)
    assert lines == ["card", "29900000000005", "29900000000004"]
    assert unknown_among(lines) == ["card"]


def test_what_was_looked_at_and_never_begun_is_forgotten(club: list[UUID]) -> None:
    forgotten, kept = to_the_young(), done(to_the_young())
    to_the_young(at=LATER)
    assert allotment(forgotten.allotment_id) is None
    assert allotment(kept.allotment_id) == kept


def test_those_left_out_are_named_to_whoever_may_see_them(club: list[UUID]) -> None:
    actions.suspend(club[1], "lost", by=COMMAND_LINE, at=MARCH, programme="club")
    one = to_the_young()
    assert left_out_people(one, MARCH, 9) == [(club[1], "suspended")]
    assert left_out_people(done(one), MARCH, 9) == [(club[1], "suspended")]


def test_what_became_of_somebody_is_not_written_over(club: list[UUID]) -> None:
    done(to_the_young())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_allotted SET outcome = 'x'")


# ---------------------------------------------------------------- cut off, and several at once


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few customers are many batches."""
    monkeypatch.setattr(allotting, "BATCH", 5)
    monkeypatch.setattr(allotting, "AT_ONCE_MAX", 9)


@pytest.mark.usefixtures("small_batches")
def test_several_who_work_at_it_allot_it_once_to_each(assidu_db: Database) -> None:
    a_club(24)
    one = to_the_young()
    begin(one.allotment_id, MARCH, by=COMMAND_LINE)

    def serve() -> None:
        try:
            work(one.allotment_id, lambda: MARCH)
        finally:
            connection.close()

    servers = [threading.Thread(target=serve) for _ in range(3)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    after = work(one.allotment_id, lambda: MARCH)
    assert (after.state, after.allotted) == (AllotmentState.DONE, 23)
    assert rows("SELECT count(*) FROM events_event WHERE type = 'Offer Allotted'") == [(23,)]
    assert verify(assidu_db.url).found == []


@pytest.mark.usefixtures("small_batches")
def test_cut_off_in_the_middle_whole_batches_stay_and_the_clock_takes_it_up_again(
    assidu_db: Database,
) -> None:
    found = a_club(14)
    one = to_the_young()
    begin(one.allotment_id, MARCH, by=COMMAND_LINE)
    with psycopg.connect(assidu_db.url) as somebody:
        somebody.execute("SELECT 1 FROM loyalty_lock(%s)", [[max(found[:13])]])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.Error):
            work(one.allotment_id, lambda: MARCH)
    connection.close()
    [(so_far,)] = rows("SELECT count(*) FROM events_event WHERE type = 'Offer Allotted'")
    assert so_far == 10, "the batch that was held up left nothing"
    assert resume_allotments(MARCH) == 0, "it was heard of a moment ago"
    assert resume_allotments(LATER) == 1
    assert allotments("club")[0].state is AllotmentState.DONE
    assert rows("SELECT count(*) FROM events_event WHERE type = 'Offer Allotted'") == [(13,)]


@pytest.mark.usefixtures("small_batches")
def test_a_large_one_is_done_by_a_process_of_its_own(assidu_db: Database) -> None:
    a_club(12)
    one = begin(to_the_young().allotment_id, MARCH, by=COMMAND_LINE)
    set_off(one)
    deadline = datetime.now(UTC).timestamp() + 60
    while allotments("club")[0].is_at_work:
        assert datetime.now(UTC).timestamp() < deadline
        threading.Event().wait(0.1)
    assert allotments("club")[0].allotted == 11
