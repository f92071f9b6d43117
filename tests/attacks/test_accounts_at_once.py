"""One household, several people, many tills: the wallet is one, whoever of them is in it by then."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from assidu.decisions.state import AccountKind
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import accounts
from assidu.loyalty import queries as loyalty
from assidu.loyalty.accounts import Opened
from assidu.loyalty.recorded import customers_in_groups
from assidu.simulation.as_decided import replay_as_decided
from attacks import tills
from attacks.served import Target, pointing_at
from attacks.test_crowd import at_once, one_by_one
from attacks.test_sql import TRIAL_BALANCE, WALLETS_THAT_DIFFER
from builders.shop import PROGRAMME

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def household(target: Target) -> str:
    with pointing_at(target.database.url):
        opened = accounts.open_(AccountKind.HOUSEHOLD, "x", by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
    assert isinstance(opened, Opened)
    return str(opened.account_id)


def passes(id_: str, home: str, card: str, type_: str) -> tills.Event:
    event = tills.event(id_, card, type_, {"member": f"card:{card}"})
    return event | {"subject": f"customer:{home}"}


def enters(id_: str, home: str, card: str) -> tills.Event:
    return passes(id_, home, card, "Account Member Added")


def leaves(id_: str, home: str, card: str) -> tills.Event:
    return passes(id_, home, card, "Account Member Removed")


def assert_the_books_are_in_order(target: Target, home: str, *people: str) -> None:
    """Decided again in the order of ``seq``, everything comes out the same, and every sum is what it should be."""
    with pointing_at(target.database.url):
        book = loyalty.current_book(PROGRAMME)
    assert book is not None
    with psycopg.connect(target.database.url, row_factory=tuple_row) as connection:
        together = next(group for group in customers_in_groups(connection) if UUID(home) in group)
        assert set(people) <= {str(customer) for customer in together}
        again = replay_as_decided(connection, book, [together])
        assert again.differences == {}
        assert connection.execute(WALLETS_THAT_DIFFER).fetchall() == []
        assert connection.execute(TRIAL_BALANCE).fetchall() == []


def test_two_of_a_household_spend_its_last_points_at_two_tills_and_one_of_them_wins(
    target: Target, django_db_blocker: Any
) -> None:
    for round_ in range(8):
        cards = [f"29900000778{round_:02d}", f"29900000779{round_:02d}"]
        with django_db_blocker.unblock():
            home = household(target)
        one_by_one(
            target,
            [
                *(tills.joining(f"AH-J{round_}{n}", card) for n, card in enumerate(cards)),
                tills.correction(f"AH-C{round_}", cards[0], 100),
                *(enters(f"AH-E{round_}{n}", home, card) for n, card in enumerate(cards)),
            ],
        )
        burns = [
            tills.sale(f"AH-{round_}-{store}", card, 5_000, points=400, store=store)
            for store, card in zip(("317", "318"), cards, strict=True)
        ]
        answered = [response for _, response in at_once(target, burns)]
        assert sorted(response.status_code for response in answered) == [200, 409]
        [won] = [response.json() for response in answered if response.status_code == 200]
        [refused] = [response.json() for response in answered if response.status_code == 409]
        assert won["customer"] == home
        assert refused["code"] == "insufficient_balance"
        assert refused["figures"]["available"] == tills.available(won)
    with django_db_blocker.unblock():
        assert_the_books_are_in_order(target, home)


def test_whoever_enters_and_leaves_while_they_buy_loses_no_ticket_and_finds_every_point_once(
    target: Target, django_db_blocker: Any
) -> None:
    cards = ["2990000077701", "2990000077702"]
    with django_db_blocker.unblock():
        home = household(target)
    begun = one_by_one(target, [tills.joining(f"AE-J{n}", card) for n, card in enumerate(cards)])
    people = [answer["customer"] for answer in begun]
    one_by_one(target, [enters("AE-E0", home, cards[0])])
    told = []
    for round_ in range(6):
        events = [tills.sale(f"AE-{round_}-{n}", cards[n % 2], 1_000 + n) for n in range(14)]
        moves = leaves if round_ % 2 else enters
        events.insert(7, moves(f"AE-M{round_}", home, cards[1]))
        answered = at_once(target, events)
        assert Counter(response.status_code for _, response in answered) == {200: len(events)}
        told += [response.json() for _, response in answered]
    assert {answer["status"] for answer in told} == {"created"}
    his = {answer["customer"] for answer in told if answer.get("member") != people[0]}
    assert his == {home, people[1]}, "some of them were told on either side of the door"
    with django_db_blocker.unblock():
        assert_the_books_are_in_order(target, home, *people)


def test_everybody_brings_back_and_moves_at_once_and_nothing_is_counted_twice(
    target: Target, django_db_blocker: Any
) -> None:
    cards = ["2990000076801", "2990000076802", "2990000076803"]
    with django_db_blocker.unblock():
        home = household(target)
    begun = one_by_one(target, [tills.joining(f"AB-J{n}", card) for n, card in enumerate(cards)])
    one_by_one(target, [enters(f"AB-E{n}", home, card) for n, card in enumerate(cards)])
    sold = [tills.sale(f"AB-S{n}", cards[n % 3], 9_000) for n in range(9)]
    one_by_one(target, sold)
    events = [
        tills.refund(f"AB-R{n}-{again}", sale, None) for n, sale in enumerate(sold) for again in range(2)
    ]
    events.insert(4, leaves("AB-L0", home, cards[0]))
    events.insert(9, leaves("AB-L1", home, cards[1]))
    answered = at_once(target, events)
    by_code = Counter(response.status_code for _, response in answered)
    assert by_code == {200: len(sold) + 2, 409: len(sold)}, [
        r.text for _, r in answered if r.status_code != 200
    ]
    refused = {response.json()["code"] for _, response in answered if response.status_code == 409}
    assert refused == {"nothing_left_to_return"}
    with django_db_blocker.unblock():
        assert_the_books_are_in_order(target, home, *(answer["customer"] for answer in begun))
