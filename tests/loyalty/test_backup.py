"""A backup restored has the same sums, the same history, and the same rights; and it never destroys what was there."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from assidu.cli.commands.backup import figures_of
from assidu.customers.types import Profile
from assidu.decisions.events import Correction
from assidu.foundation import backup
from assidu.foundation.backup import BackupError, Manifest
from assidu.foundation.database import Database
from assidu.foundation.settings import SECRETS_NAME, Settings
from assidu.loyalty.rebuild import verify
from builders.restoring import own_database
from builders.sales import a_sale
from builders.shop import Shop

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def saved(assidu_db: Database, settings_of_home: Settings, tmp_path: Path) -> tuple[Path, Manifest]:
    shop = Shop.opened()
    for n in range(4):
        customer = shop.member(
            Profile(card=f"29900000004{n:02d}", last_name="Béraud", phone=f"063998{n:04d}")
        )
        shop.must(customer, a_sale(5000 + n, at=datetime(2025, 3, 3, tzinfo=UTC)))
    file = tmp_path / "assidu.backup"
    manifest = backup.make(
        assidu_db, settings_of_home, file, passphrase=PASSPHRASE, at=NOW, figures=figures_of
    )
    # What comes after is not in it.
    shop.must(customer, Correction(datetime(2025, 3, 4, tzinfo=UTC), "points", 10, "later"))
    return file, manifest


@pytest.fixture
def target(cluster: Database, settings_of_home: Settings) -> Iterator[Database]:
    with own_database(cluster, settings_of_home) as database:
        yield database


def test_a_restored_copy_has_the_same_sums_rights_and_history(
    saved: tuple[Path, Manifest], target: Database
) -> None:
    file, manifest = saved
    assert backup.read_manifest(file) == manifest
    assert manifest.figures["rows"]["loyalty_decision"] == 8
    assert sum(total for _, _, total in manifest.figures["trial_balance"]) == 0
    assert file.stat().st_mode & 0o077 == 0
    assert backup.restore_database(target, file, NOW, is_replacing=False) is None
    with psycopg.connect(target.owner_url) as connection:
        assert json.loads(json.dumps(figures_of(connection))) == json.loads(json.dumps(manifest.figures))
    result = verify(target.url)
    assert (result.found, result.customers, result.events) == ([], 4, 8)
    for forbidden in (
        "UPDATE ledger_posting SET quantity = 1",
        "DELETE FROM events_event",
        "UPDATE ledger_balance SET posted = 0",
        "UPDATE people_audit SET action = ''",
    ):
        with psycopg.connect(target.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(forbidden)
    with psycopg.connect(target.url) as connection:
        connection.execute("UPDATE loyalty_member SET next_due = next_due")
    # A second time only on demand, and what was there is kept.
    with pytest.raises(BackupError, match="--replace"):
        backup.restore_database(target, file, NOW, is_replacing=False)
    kept = backup.restore_database(target, file, NOW + timedelta(hours=1), is_replacing=True)
    assert kept == "assidu_before_20261120T110000"
    assert verify(target.named(kept).url).found == []


def test_a_damaged_file_or_a_busy_database_leaves_everything_as_it_was(
    saved: tuple[Path, Manifest], target: Database, tmp_path: Path
) -> None:
    file, _ = saved
    broken = tmp_path / "broken"
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    broken.write_bytes(content)
    with pytest.raises(BackupError):
        backup.restore_database(target, broken, NOW, is_replacing=False)
    (tmp_path / "text").write_text("not a backup")
    for nothing in (tmp_path / "text", tmp_path / "missing"):
        with pytest.raises(BackupError):
            backup.read_manifest(nothing)
    with psycopg.connect(target.url), pytest.raises(BackupError, match="`assidu serve`"):
        backup.restore_database(target, file, NOW, is_replacing=False)
    assert backup.restore_database(target, file, NOW, is_replacing=False) is None


def test_the_keys_come_back_under_the_passphrase_alone(
    saved: tuple[Path, Manifest], settings_of_home: Settings, tmp_path: Path
) -> None:
    file, _ = saved
    home = tmp_path / "home"
    home.mkdir()
    (home / SECRETS_NAME).write_text('{"vault_key": "another"}')
    elsewhere = replace(settings_of_home, home=home)
    with pytest.raises(BackupError, match="phrase"):
        backup.check_passphrase(file, "not the passphrase")
    aside = backup.restore_secrets(elsewhere, file, PASSPHRASE, NOW)
    assert aside is not None
    assert "another" in aside.read_text()
    restored = json.loads((home / SECRETS_NAME).read_text())
    assert restored == json.loads((settings_of_home.home / SECRETS_NAME).read_text())
    assert (home / SECRETS_NAME).stat().st_mode & 0o077 == 0
    assert backup.restore_secrets(elsewhere, file, PASSPHRASE, NOW) is None, "the same keys are left alone"
