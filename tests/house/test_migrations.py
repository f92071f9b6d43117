"""Migrations are safe while the previous version still runs, and follow the models."""

import io
import subprocess
import sysconfig
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"
NOT_OURS = {
    "prefer-bigint-over-int": "quantities and basis points stay small; what grows without end is bigint",
    "prefer-bigint-over-smallint": "the same",
    "prefer-text-field": "Django declares lengths; they guard the door, not the disk",
    "require-lock-timeout": "the connection that migrates has one",
    "require-statement-timeout": "filling a large table in batches may take its time; locks may not",
}


def ours() -> list[tuple[str, str]]:
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return sorted(
        key for key, migration in migrations.items() if type(migration).__module__.startswith("assidu.")
    )


@pytest.mark.django_db
def test_the_models_and_the_migrations_say_the_same() -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail("a model was changed without its migration: see above")


@pytest.mark.django_db
def test_migrations_are_linted(tmp_path: Path) -> None:
    for room, name in ours():
        script = io.StringIO()
        call_command("sqlmigrate", room, name, stdout=script, no_color=True)
        (tmp_path / f"{room}_{name}.sql").write_text(script.getvalue(), encoding="utf-8")
    linted = subprocess.run(
        [SQUAWK, "--pg-version", "15", "--exclude", ",".join(NOT_OURS), *sorted(tmp_path.glob("*.sql"))],
        capture_output=True,
        text=True,
        check=False,
        env={"NO_COLOR": "1"},
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
