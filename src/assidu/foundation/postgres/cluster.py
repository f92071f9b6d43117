"""What is inside a new server: the data folder, the two roles, the database and what it grants by default."""

import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from assidu.foundation.database import APP_ROLE, NAME, OWNER_ROLE
from assidu.foundation.postgres.configuration import SUPERUSER
from assidu.foundation.postgres.errors import PostgresError
from assidu.foundation.postgres.place import Place
from assidu.foundation.postgres.programs import Programs
from assidu.foundation.postgres.server import Running

STRETCHES_SINCE = 160000
"""The first version of PostgreSQL that lets say how often a password is stretched."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the two roles; the superuser has none and is let in by the operating system's word."""

    app: str
    owner: str

    @classmethod
    def fresh(cls) -> "Passwords":
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def major_of(data_dir: Path) -> int | None:
    """The version of PostgreSQL that made this data; None if there is none."""
    try:
        return int((data_dir / "PG_VERSION").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def create(place: Place, programs: Programs, *, is_durable: bool) -> None:
    """Make the data folder; one that was interrupted is made again."""
    shutil.rmtree(place.draft_dir, ignore_errors=True)
    command = [str(programs.path("initdb")), "-D", str(place.draft_dir), "-U", SUPERUSER, "--encoding=UTF8"]
    command += ["--auth-local=peer", "--auth-host=scram-sha-256", "--no-instructions", "--data-checksums"]
    # Order by code point, the same on every machine: an upgrade of the C library cannot break an index.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if programs.major >= 17 else []
    command += ["--locale=C"] if programs.major >= 17 else ["--locale=C.UTF-8"]
    command += [] if is_durable else ["--no-sync"]
    made = subprocess.run(
        command,
        cwd=place.base,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
        **place.account.as_child(),
    )
    if made.returncode != 0:
        raise PostgresError(f"the data folder {place.data_dir} could not be made: {made.stderr.strip()}")
    place.draft_dir.rename(place.data_dir)


def admin_url(server: Running, name: str = "postgres") -> str:
    """The superuser's address, through the socket alone."""
    query = urlencode({"host": str(server.socket_dir), "port": server.port})
    return f"postgresql://{SUPERUSER}@/{name}?{query}"


def role_url(server: Running, role: str, password: str) -> str:
    query = urlencode({"host": str(server.socket_dir), "port": server.port})
    return f"postgresql://{role}:{password}@/{NAME}?{query}"


def furnish(server: Running, passwords: Passwords) -> None:
    """Make the roles and the database if they are missing, and let the passwords be those that we remember.

    They are drawn at random, so nobody guesses them however quick a try is: they are not stretched, which would cost
    each connection some milliseconds on both sides.
    """
    with psycopg.connect(admin_url(server), autocommit=True) as connection:
        if connection.info.server_version >= STRETCHES_SINCE:
            connection.execute("SET scram_iterations = 1")
        for role, password in ((OWNER_ROLE, passwords.owner), (APP_ROLE, passwords.app)):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                    verb, sql.Identifier(role), sql.Literal(password)
                )
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            create_database(connection, NAME)
    with psycopg.connect(admin_url(server, NAME), autocommit=True) as connection:
        grant_defaults(connection)


def create_database(
    connection: "psycopg.Connection[tuple[object, ...]]", name: str, template: str | None = None
) -> None:
    """Make a database that belongs to the owner's role and lets nobody else in but the server's."""
    database, owner, app = sql.Identifier(name), sql.Identifier(OWNER_ROLE), sql.Identifier(APP_ROLE)
    statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner)
    if template:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    connection.execute(statement)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, app))


def grant_defaults(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """What the owner will create, the server may read and write; each room's migrations take back what it may not."""
    owner, app = sql.Identifier(OWNER_ROLE), sql.Identifier(APP_ROLE)
    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
    for what, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        connection.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} ON {} TO {}").format(
                owner, sql.SQL(rights), sql.SQL(what), app
            )
        )
