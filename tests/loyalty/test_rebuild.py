"""What is kept follows from what was recorded; where somebody made it differ, the customer and the thing are named."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from assidu.customers.types import Profile
from assidu.decisions.events import Correction, Merger, Payment, Return, RewardRequest
from assidu.foundation.database import Database, with_name
from assidu.loyalty.rebuild import Verification, repair, verify
from assidu.plans.check import examine
from builders.documents import BASE, a_programme
from builders.history import History, on, sale
from builders.offers import offers
from builders.sales import a_sale
from builders.shop import Shop

WITH_STOCK = offers(
    "bags: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 3|gives_back: [stock]",
    "points: effect: {points: {currency: points, units: 10}}|budget: {units: 100}|gives_back: [budget]",
)
MARCH = datetime(2025, 3, 3, 11, tzinfo=UTC)


@pytest.fixture
def customers(assidu_db: Database) -> list[UUID]:
    """A small history with everything in it, committed."""
    shop = Shop.opened()
    ids = [shop.member(Profile(card=f"29900000003{n:02d}", last_name=f"No {n}")) for n in range(12)]
    for n, customer in enumerate(ids):
        bought = shop.must(customer, a_sale(6000, 2000 + n, at=MARCH + timedelta(minutes=n)))
        if n % 3 == 0:
            shop.must(customer, Return(MARCH + timedelta(days=1), bought.seq))
        if n % 3 == 1:
            shop.must(customer, Correction(MARCH + timedelta(days=2), "points", 500, "goodwill"))
            shop.must(customer, RewardRequest(MARCH + timedelta(days=3), "voucher-5"))
            shop.must(
                customer, a_sale(3000, at=MARCH + timedelta(days=4), payments=[Payment("voucher-5", 1)])
            )
    shop.must(ids[0], Merger(MARCH + timedelta(days=5)), absorbed=ids[1])
    shop.must(ids[2], a_sale(1500, at=MARCH + timedelta(days=300)))
    return ids


@pytest.fixture
def meddler(cluster: Database, assidu_db: Database) -> Iterator[psycopg.Connection]:
    """Somebody with every right and the triggers switched off."""
    assert cluster.admin_url
    name = assidu_db.url.rsplit("/", 1)[-1].split("?")[0]
    with psycopg.connect(with_name(cluster.admin_url, name), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def told(result: Verification) -> set[tuple[UUID | None, str]]:
    assert len(result.found) == result.differences
    return {(difference.customer_id, difference.what) for difference in result.found}


@pytest.mark.parametrize("processes", [1, 2])
def test_an_honest_history_shows_no_difference(
    assidu_db: Database, customers: list[UUID], processes: int
) -> None:
    seen: list[int] = []
    result = verify(assidu_db.url, processes=processes, on_progress=seen.append)
    assert result.found == []
    assert result.customers == len(customers) == sum(seen)
    assert result.events > 30
    assert result.postings > 30


def test_a_wrong_balance_lot_counter_tier_and_place_are_each_named_and_put_right(
    assidu_db: Database, customers: list[UUID], meddler: psycopg.Connection
) -> None:
    meddler.execute(
        "UPDATE ledger_balance SET posted = posted + 1 WHERE customer_id = %s AND currency = 'points'",
        [customers[3]],
    )
    meddler.execute(
        "UPDATE ledger_lot SET remaining = remaining + 7 WHERE customer_id = %s AND remaining > 0",
        [customers[5]],
    )
    meddler.execute(
        "UPDATE loyalty_member SET state = jsonb_set(state, '{counters,spend:2025-03}', '999') WHERE customer_id = %s",
        [customers[6]],
    )
    meddler.execute("UPDATE loyalty_member SET tier = 'gold' WHERE customer_id = %s", [customers[8]])
    meddler.execute("UPDATE loyalty_quota SET taken = taken - 1 WHERE taken > 0")
    result = verify(assidu_db.url)
    lots = {what for customer, what in told(result) if customer == customers[5]}
    assert lots
    assert all(what.startswith("lot points of 2025-0") for what in lots)
    assert told(result) >= {
        (customers[3], "balance points"),
        (customers[6], "counter spend:2025-03"),
        (customers[8], "column tier"),
        (None, "places of quota:first-ten:2025-03-03:*"),
    }
    assert {customer for customer, _ in told(result)} == {None, *(customers[n] for n in (3, 5, 6, 8))}
    assert repair(assidu_db.owner_url, result.found) == 5
    assert verify(assidu_db.url).found == []


def test_places_that_were_never_freed_or_never_written_are_named_and_put_right(
    assidu_db: Database, meddler: psycopg.Connection
) -> None:
    examined = examine(a_programme(BASE, more=WITH_STOCK))
    assert examined.document is not None
    history = History([examined.document])
    customers = [history.customer(on(n)) for n in range(3)]
    tickets = [history.tell(customer, sale(on(10 + n), 40)) for n, customer in enumerate(customers)]
    history.bring_back(customers[0], on(20), tickets[0])
    history.write(assidu_db.url)
    assert [one for one in verify(assidu_db.url).found if one.customer_id is None] == []
    right = meddler.execute("SELECT key, taken FROM loyalty_quota ORDER BY key").fetchall()
    assert right == [("budget:points:ever", 20), ("stock:bags", 2)]
    # As an import left them once: the bag that came back is still taken.
    meddler.execute("UPDATE loyalty_quota SET taken = taken + 1 WHERE key = 'stock:bags'")
    meddler.execute("DELETE FROM loyalty_quota WHERE key = 'budget:points:ever'")
    found = [one for one in verify(assidu_db.url).found if one.customer_id is None]
    assert [(one.what, one.stored, one.expected) for one in found] == [
        ("places of budget:points:ever", "0", "20"),
        ("places of stock:bags", "3", "2"),
    ]
    assert repair(assidu_db.owner_url, found) == 2
    assert meddler.execute("SELECT key, taken FROM loyalty_quota ORDER BY key").fetchall() == right


def test_a_record_that_was_tampered_with_is_named_and_left_alone(
    assidu_db: Database, customers: list[UUID], meddler: psycopg.Connection
) -> None:
    meddler.execute("DELETE FROM ledger_posting WHERE customer_id = %s AND seq = 2", [customers[4]])
    meddler.execute("DELETE FROM events_key WHERE (customer_id, seq) = (%s, 2)", [customers[7]])
    meddler.execute("UPDATE events_event SET seq = 9 WHERE (customer_id, seq) = (%s, 2)", [customers[9]])
    result = verify(assidu_db.url)
    named = told(result)
    assert (customers[7], "the key of an event") in named
    assert (customers[9], "an event without its decision, or the reverse") in named
    assert any(customer == customers[4] for customer, _ in named)
    assert all(
        not difference.is_repairable for difference in result.found if difference.customer_id == customers[7]
    )


def test_units_lost_between_two_merged_customers_are_noticed(
    assidu_db: Database, customers: list[UUID], meddler: psycopg.Connection
) -> None:
    meddler.execute("UPDATE ledger_posting SET quantity = quantity + 1 WHERE target = 15")
    assert (None, "units in transit between merged customers") in told(verify(assidu_db.url))
