"""What earlier versions wrote is restored, migrated, proved and used by this one."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

import assidu
from assidu.customers.profiles import contact_from
from assidu.customers.vault import Vault, unseal
from assidu.decisions.events import Sale
from assidu.foundation import backup
from assidu.foundation.database import Database
from assidu.foundation.schema import connected_to, migrate
from assidu.foundation.settings import SECRETS_NAME, Settings
from assidu.foundation.sql import rows
from assidu.loyalty import queries
from assidu.loyalty.explain import explain_all
from assidu.loyalty.rebuild import verify
from assidu.plans.wording import Language
from builders.restoring import own_database
from builders.sales import a_sale
from builders.shop import PROGRAMME, Shop

HERE = Path(__file__).parent
KEPT = sorted(HERE.glob("*.backup"))
SHAPE = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
    "WHERE table_schema = 'public'",
    # Without casts and parentheses, which PostgreSQL writes otherwise once it has read its own words.
    "constraints": "SELECT conrelid::regclass::text, conname, "
    r"regexp_replace(pg_get_constraintdef(oid), '::(character varying|text|date)(\[\])?|[() ]', '', 'g') "
    "FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}
PASSPHRASE = "kept for the upgrades"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def target(cluster: Database, settings_of_home: Settings, django_db_blocker: object) -> Iterator[Database]:
    unblocked = django_db_blocker.unblock()  # type: ignore[attr-defined]
    with own_database(cluster, settings_of_home) as database, unblocked:
        yield database


def test_the_first_version_is_kept() -> None:
    assert [file.stem for file in KEPT][:1] == ["0.1.0"]
    assert all(file.stat().st_size < 500_000 for file in KEPT)
    assert assidu.__version__ >= KEPT[-1].stem


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_what_a_version_wrote_is_migrated_proved_explained_and_used(
    file: Path, target: Database, settings_of_home: Settings, tmp_path: Path
) -> None:
    manifest = backup.read_manifest(file)
    backup.restore_database(target, file, NOW, is_replacing=False)
    migrate(target)
    result = verify(target.url)
    assert result.found == []
    assert result.events == manifest.figures["rows"]["events_event"]
    with connected_to(target.url):
        customers = [row[0] for row in rows("SELECT customer_id FROM loyalty_member ORDER BY 1")]
        told = [one for customer in customers for one in explain_all(customer, Language.FR)]
        assert len(told) == result.events
        assert [one.entry.seq for one in told if one.is_same is False] == []
        buyer = next(
            customer
            for customer in customers
            if (found := queries.standing(customer, NOW)) and found.membership == "member" and found.purchases
        )
        shop = Shop()
        shop.numbers = iter(range(90_000, 90_010))
        bought = shop.must(buyer, a_sale(4000, at=NOW))
        assert isinstance(bought.fact.event, Sale)
        assert queries.current_book(PROGRAMME)
    assert verify(target.url).found == []
    _check_personal_data(file, target, settings_of_home, tmp_path)


def test_what_is_kept_of_this_version_has_its_tables(target: Database, template: Database) -> None:
    """Until a version is released its tables may still change, and what is kept of it with them."""
    file = HERE / f"{assidu.__version__}.backup"
    if not file.exists():
        pytest.skip("this version is not released yet")
    backup.restore_database(target, file, NOW, is_replacing=False)
    kept, current = _shape(target), _shape(template)
    differing = {name: kept[name] ^ current[name] for name in SHAPE if kept[name] != current[name]}
    assert differing == {}, "run tests/upgrades/keep_version.py again, or write a migration"


def _shape(database: Database) -> dict[str, set[Any]]:
    """Tables, columns, constraints, indexes, triggers and functions."""
    with psycopg.connect(database.owner_url) as connection:
        return {name: set(connection.execute(statement).fetchall()) for name, statement in SHAPE.items()}


def _check_personal_data(file: Path, target: Database, settings: Settings, home: Path) -> None:
    """Under the keys that came with it."""
    backup.restore_secrets(replace(settings, home=home), file, PASSPHRASE, NOW)
    keys = json.loads((home / SECRETS_NAME).read_text(encoding="utf-8"))
    vault = Vault(base64.urlsafe_b64decode(keys["vault_key"]))
    with connected_to(target.url):
        sealed = rows(
            "SELECT c.customer_id, c.sealed, k.wrapped FROM customers_customer AS c JOIN customers_key AS k "
            "USING (customer_id)"
        )
    contacts = [contact_from(unseal(vault.open_key(i, bytes(k)), i, bytes(s))) for i, s, k in sealed]
    assert any(contact.email.endswith("@exemple.fr") for contact in contacts)
    assert any(contact.external for contact in contacts)
