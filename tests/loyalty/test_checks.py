"""`assidu doctor` on the programme's rooms: well when it is well, and plain words when it is not."""

from datetime import UTC, datetime

import psycopg
import pytest

from assidu.customers import checks as customers
from assidu.customers.types import Profile
from assidu.events import checks as events
from assidu.foundation.database import Database, with_name
from assidu.foundation.settings import current_settings
from assidu.ledger import checks as ledger
from assidu.loyalty import checks as loyalty
from builders.sales import a_sale
from builders.shop import Shop

MARCH = datetime(2025, 3, 3, 11, tzinfo=UTC)
ROOMS = (events, customers, ledger, loyalty)


def ill() -> dict[str, str]:
    """What is not well, by name."""
    return {
        f"{room.__name__.split('.')[1]}.{finding.name}": finding.what + finding.advice
        for room in ROOMS
        for finding in room.checks()
        if not finding.is_well
    }


def test_a_new_home_only_lacks_a_programme(assidu_db: Database) -> None:
    assert ill().keys() == {"loyalty.plan"}


def test_everything_that_can_be_wrong_is_told_with_what_to_do(
    assidu_db: Database, cluster: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop.opened()
    customer = shop.member(Profile(card="2990000000012", last_name="Béraud"))
    shop.must(customer, a_sale(5000, at=MARCH))
    monkeypatch.setenv("ASSIDU_NOW", MARCH.isoformat())
    assert ill() == {}
    monkeypatch.setenv("ASSIDU_NOW", datetime(2026, 6, 1, tzinfo=UTC).isoformat())
    assert "assidu tick" in ill()["loyalty.due"]
    monkeypatch.setenv("ASSIDU_NOW", MARCH.isoformat())
    assert cluster.admin_url
    name = assidu_db.url.rsplit("/", 1)[-1].split("?")[0]
    with psycopg.connect(with_name(cluster.admin_url, name), autocommit=True) as admin:
        admin.execute("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_apply")
        admin.execute("GRANT UPDATE ON events_event TO assidu_app")
        admin.execute("GRANT INSERT ON ledger_balance TO assidu_app")
        admin.execute("UPDATE ledger_lot SET pending = 1")
        admin.execute("UPDATE customers_key SET wrapped = wrapped || 'x'")
        admin.execute(
            "INSERT INTO events_reject (at, code) SELECT now(), 'unknown_sale' FROM generate_series(1, 9)"
        )
    found = ill()
    assert found.keys() == {
        "ledger.append_only",
        "events.grants",
        "ledger.kept_by_trigger",
        "ledger.sums",
        "customers.keys",
        "events.rejects",
    }
    assert found["events.rejects"].startswith("9 ")
    assert current_settings().vault_key not in found["customers.keys"].encode()
