"""A draw among entries from the first ticket to the last prize: who is in it, drawn once, given once, provable."""

import json
import threading
from datetime import date
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import Error as DatabaseError

from assidu.customers import actions as customers
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import actions, queries
from assidu.loyalty.draws import DrawRefused, draw_of, draws, reveal
from assidu.loyalty.explain import explain
from assidu.loyalty.plans import plan_book, publish
from assidu.loyalty.prize_draws import (
    LeftOut,
    announced,
    dossier,
    drawn_one,
    entrants_of,
    prizes_of,
    prove,
    prove_dossier,
)
from assidu.loyalty.rebuild import verify
from assidu.loyalty.running_draws import give_prizes, run_draw, run_due_draws
from assidu.plans.wording import Language
from assidu.simulation.run import simulate
from builders.documents import BASE, a_document
from builders.draw_club import (
    CLOSED,
    DRAWN,
    JUNE,
    NAME,
    OPENED,
    POINTS,
    a_club,
    a_draw_club,
    a_home,
    buys,
    enters,
    from_day,
    leaves,
    members,
)
from builders.draw_mistakes import CHANCES, EARNED
from builders.offer_club import told
from conformance.cases.plans import VOUCHER


@pytest.fixture
def club(db: None) -> list[UUID]:
    return a_draw_club()


def test_the_commitment_is_there_before_the_first_entry_and_the_secret_after_the_draw(
    club: list[UUID],
) -> None:
    [open_one] = draws("club")
    assert (open_one.offer, open_one.opened_at, open_one.secret) == (NAME, OPENED, "")
    with pytest.raises(DrawRefused, match="not_over"):
        reveal("club", NAME, last_day=None, today=date(2026, 7, 30), at=DRAWN, by="x")
    run_draw("club", "summer", DRAWN)
    told_one = draw_of("club", NAME)
    assert told_one is not None
    assert told_one.commitment == open_one.commitment
    assert told_one.revealed_at == DRAWN


def test_nothing_is_drawn_before_its_day_and_then_once_whoever_asks(club: list[UUID]) -> None:
    assert run_due_draws(DRAWN.replace(minute=0, hour=21)) == 0
    with pytest.raises(DrawRefused, match="not_due"):
        run_draw("club", "summer", CLOSED)
    with pytest.raises(DrawRefused, match="no_draw"):
        run_draw("club", "winter", DRAWN)
    assert run_due_draws(DRAWN) == 1
    assert give_prizes(DRAWN) == 4, "fewer members than prizes"
    first = drawn_one("club", NAME)
    assert run_due_draws(DRAWN) == 0
    assert give_prizes(DRAWN) == 0
    assert run_draw("club", "summer", CLOSED.replace(month=8)) == first


def test_each_prize_is_an_event_of_its_winner_explained_and_on_the_statement(club: list[UUID]) -> None:
    run_draw("club", "summer", DRAWN)
    won = prizes_of("club", NAME)
    assert sorted(prize.customer_id for prize in won) == sorted(club)
    assert all(prize.is_given for prize in won)
    for prize in won:
        standing = queries.standing(prize.customer_id, DRAWN)
        assert standing is not None
        entries = club.index(prize.customer_id) + 1
        assert standing.available("chances") == entries - 1, "the entry that won is used"
        assert standing.available("voucher-5") == (4 if prize.prize == 1 else 0)
        explained = explain(prize.customer_id, standing.seq, Language.EN)
        assert explained is not None
        assert explained.is_same
        assert explained.sentences[0].startswith("Draw “Summer”: ")
        assert [one.name for one in explained.applied] == ["Summer"]


def test_the_list_is_what_lay_on_the_accounts_at_the_end_of_the_last_day(club: list[UUID]) -> None:
    buys("late", 0, CLOSED)  # counts no more
    told("r", "Order Refunded", 3, CLOSED, original_event={"source": "till", "id": "s3-0"}, whole=True)
    found = run_draw("club", "summer", DRAWN)
    assert entrants_of("club", NAME) == tuple(
        sorted((str(member), entries) for member, entries in zip(club, (1, 2, 3, 3), strict=True))
    )
    assert (found.members, found.entries, found.left_out) == (4, 9, {})


def test_who_left_stands_still_or_was_erased_is_left_out_and_counted(club: list[UUID]) -> None:
    actions.leave(club[0], at=CLOSED, programme="club")
    actions.suspend(club[1], "lost", by=COMMAND_LINE, at=CLOSED, programme="club")
    customers.erase(club[2], COMMAND_LINE, CLOSED)
    found = run_draw("club", "summer", DRAWN)
    assert entrants_of("club", NAME) == ((str(club[3]), 4),)
    assert found.left_out == {LeftOut.SUSPENDED: (1, 2), LeftOut.ERASED: (1, 3), LeftOut.LEFT: (1, 1)}
    assert [prize.customer_id for prize in prizes_of("club", NAME)] == [club[3]]


def test_a_merger_brings_the_entries_to_the_survivor_before_the_draw_and_the_prize_after_it(
    club: list[UUID],
) -> None:
    actions.merge(club[0], club[1], by=COMMAND_LINE, reason="same", at=CLOSED, programme="club")
    run_draw("club", "summer", DRAWN)
    assert dict(entrants_of("club", NAME)) == {str(club[0]): 3, str(club[2]): 3, str(club[3]): 4}


def test_entries_lie_where_the_wallet_was_on_the_last_day_and_whoever_shares_it_now_has_them(
    db: None,
) -> None:
    publish(a_club(more="accounts: {household: {leaver_takes: nothing}}\n"), "", at=OPENED)
    found = members(4)
    home = a_home(JUNE)
    enters(home, found[3], JUNE)
    enters(home, found[1], CLOSED)
    leaves(home, found[3], CLOSED)
    assert run_due_draws(DRAWN) == 1
    assert dict(entrants_of("club", NAME)) == {str(found[0]): 1, str(found[2]): 3, str(home): 4 + 2}
    enters(home, found[0], DRAWN)
    assert give_prizes(DRAWN) == 3
    assert [prize.outcome for prize in prizes_of("club", NAME)] == ["", "", ""]
    won = rows("SELECT customer_id, body ->> 'member' FROM events_event WHERE type = 'Prize Won'")
    expected = {(home, None), (home, str(found[0])), (found[2], None)}
    assert set(won) == expected


def test_the_winner_who_is_merged_before_the_prize_is_given_has_it_as_the_survivor(club: list[UUID]) -> None:
    assert run_due_draws(DRAWN) == 1
    won = [prize.customer_id for prize in prizes_of("club", NAME)]
    actions.merge(won[0], won[1], by=COMMAND_LINE, reason="same", at=DRAWN, programme="club")
    actions.leave(won[2], at=DRAWN, programme="club")
    assert give_prizes(DRAWN) == 4
    assert [prize.outcome for prize in prizes_of("club", NAME)] == ["", "", "not_a_member", ""]
    [(count,)] = rows(
        "SELECT count(*) FROM events_event WHERE customer_id = %s AND type = 'Prize Won'", [won[0]]
    )
    assert count == 2


def test_anybody_draws_again_from_the_file_and_a_forged_one_is_found_out(club: list[UUID]) -> None:
    found = run_draw("club", "summer", DRAWN)
    book = plan_book("club")
    assert book is not None
    draw = announced(book)[0].draw
    assert prove(draw, found).is_ok
    assert not prove(draw, found, bytes(32)).keeps_its_word
    told_ = json.loads(json.dumps(dossier(draw, found)))
    assert prove_dossier(told_).is_ok
    assert prove_dossier(told_).winners == 4
    more = {**told_, "list": [[member, entries + 1] for member, entries in told_["list"]]}
    assert not prove_dossier(more).is_same_list
    other = {**told_, "winners": [[1, 1, told_["winners"][1][2], 0, 1], *told_["winners"][1:]]}
    assert prove_dossier(other).differing == (1,)


def test_what_a_later_version_says_counts_until_the_draw_and_one_that_forgets_it_takes_nothing(
    db: None,
) -> None:
    publish(a_club(), "", at=OPENED)
    publish(a_club(f"[{POINTS}]", valid_from="2026-06-15"), "", at=OPENED)
    book = plan_book("club")
    assert book is not None
    [one] = announced(book)
    assert (one.plan.version, one.draw.prize_count) == (2, 3)
    without = from_day(a_document(BASE, EARNED, currencies=VOUCHER + CHANCES), "2026-07-02")
    publish(without, "", at=OPENED)
    book = plan_book("club")
    assert book is not None
    [one] = announced(book)
    assert (one.plan.version, one.due_at, one.won_at.date()) == (2, DRAWN, date(2026, 6, 30))
    members(1)
    run_draw("club", "summer", DRAWN)
    assert [prize.is_given for prize in prizes_of("club", NAME)] == [True]


def test_the_database_refuses_another_list_another_winner_and_a_second_giving(club: list[UUID]) -> None:
    run_draw("club", "summer", DRAWN)
    for statement in (
        "UPDATE loyalty_prize SET prize = 2, number = 0 WHERE place = 1",
        "UPDATE loyalty_prize SET decided_at = now() WHERE place = 1",
        "DELETE FROM loyalty_prize",
        "UPDATE loyalty_draw_entrant SET entries = entries + 1",
        "DELETE FROM loyalty_prize_draw",
        "INSERT INTO loyalty_prize (programme, draw, place, prize, customer_id, number, entries_left) "
        "VALUES ('club', 'summer:2026-06-30', 9, 1, gen_random_uuid(), 0, 1)",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# ---------------------------------------------------------------- several at once, and cut off


@pytest.fixture
def committed(assidu_db: Database) -> Database:
    publish(a_club(), "", at=OPENED)
    members(4)
    return assidu_db


def test_two_servers_draw_it_once_and_give_each_prize_once(committed: Database) -> None:
    def serve() -> None:
        try:
            run_due_draws(DRAWN)
            give_prizes(DRAWN)
        finally:
            connection.close()

    servers = [threading.Thread(target=serve) for _ in range(3)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert rows("SELECT count(*) FROM loyalty_prize_draw") == [(1,)]
    assert rows("SELECT count(*) FROM events_event WHERE type = 'Prize Won'") == [(4,)]
    assert verify(committed.url).found == []
    book = plan_book("club")
    assert book is not None
    again = simulate(committed.url, book, None, processes=1)
    assert (again.differences, again.unexplained) == ({}, 0)


def test_cut_off_between_two_prizes_the_next_run_gives_the_others_to_the_same_winners(
    committed: Database,
) -> None:
    run_due_draws(DRAWN)
    drawn_as = [(prize.place, prize.customer_id) for prize in prizes_of("club", NAME)]
    third = drawn_as[2][1]
    with psycopg.connect(committed.url) as somebody:
        # The third winner is held up elsewhere: what waits for them is cut off.
        somebody.execute("SELECT 1 FROM loyalty_lock(%s)", [[third]])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.Error):
            give_prizes(DRAWN)
    connection.close()
    assert [prize.is_given for prize in prizes_of("club", NAME)] == [True, True, False, False]
    assert give_prizes(DRAWN) == 2
    assert [(prize.place, prize.customer_id) for prize in prizes_of("club", NAME)] == drawn_as
    assert rows("SELECT count(*) FROM events_event WHERE type = 'Prize Won'") == [(4,)]
