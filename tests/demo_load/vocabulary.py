"""Whatever the last version of the demo's programme offers has happened in a demo of some households."""

from collections.abc import Mapping

from assidu.demo.load import PROGRAMME
from assidu.foundation.database import Database
from assidu.foundation.sql import rows
from assidu.loyalty.plans import plan_book
from assidu.loyalty.prize_draws import announced, drawn, prizes_of, prove
from assidu.loyalty.rebuild import verify
from assidu.simulation.run import simulate

HOUSEHOLDS = 80
"""The fewest of whom two live together, one comes back, and one was brought by another."""


def the_last_version_was_used(database: Database) -> None:
    memberships_have_a_life()
    offers_and_referrals_gave_something()
    draws_are_proven()
    book = plan_book(PROGRAMME)
    assert book is not None
    again = simulate(database.url, book, None, processes=1)
    assert (dict(again.differences), dict(again.draws)) == ({}, {})
    assert not verify(database.url, processes=1).differences


def counted(statement: str) -> Mapping[str, int]:
    return dict(rows(statement))


def memberships_have_a_life() -> None:
    told = counted("SELECT type, count(*) FROM events_event GROUP BY 1")
    assert told["Account Opened"] == 2
    assert told["Account Member Added"] == told["Account Entered"] == 4
    assert told["Terms Accepted"] > 10
    assert told["Member Left"] == 6
    assert counted(
        "SELECT membership, count(*) FROM loyalty_member WHERE membership = 'left' GROUP BY 1"
    ) == {"left": 5}, "one came back in time"
    in_accounts = rows(
        "SELECT b.since = e.at FROM customers_belonging AS b JOIN events_event AS e USING (customer_id) "
        "WHERE e.type = 'Account Entered'"
    )
    assert in_accounts == [(True,)] * 4
    assert rows("SELECT is_invented FROM customers_customer WHERE kind = 'household'") == [(True,)] * 2


def offers_and_referrals_gave_something() -> None:
    gave = counted(
        "SELECT a ->> 0, count(*) FROM loyalty_decision, jsonb_array_elements(record -> 'awards') AS a GROUP BY 1"
    )
    assert {"draw-chance", "large-basket", "saturday-basket", "welcome-back", "first-monthly"} <= gave.keys()
    steps = counted("SELECT state -> 'referral' ->> 1, count(*) FROM loyalty_member GROUP BY 1")
    assert steps.keys() - {None, "waiting", "bought", "kept"} == set()
    assert len(steps) > 1, "whoever brought somebody showed a code that counts"


def draws_are_proven() -> None:
    book = plan_book(PROGRAMME)
    assert book is not None
    known = {one.draw.name: one.draw for one in announced(book)}
    done = drawn(PROGRAMME)
    assert (len(known), len(done)) == (3, 2), "the third is to come"
    for name, one in done.items():
        assert prove(known[name], one).is_ok
        assert all(prize.is_given for prize in prizes_of(PROGRAMME, name))
