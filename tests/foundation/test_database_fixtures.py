"""The fixtures that every other test stands on."""

import psycopg
import pytest
from django.db import connection

from assidu.foundation.database import Database


@pytest.mark.django_db
def test_django_speaks_as_the_server_and_not_as_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("assidu_app",)


def test_a_fresh_database_is_migrated_and_django_points_to_it(assidu_db: Database) -> None:
    with psycopg.connect(assidu_db.url) as direct:
        found = direct.execute("SELECT current_database(), to_regclass('django_migrations')").fetchone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), 'django_migrations'")
        assert cursor.fetchone() == found


def test_the_server_cannot_make_or_empty_tables(assidu_db: Database) -> None:
    with psycopg.connect(assidu_db.url, autocommit=True) as server:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.execute("CREATE TABLE mine (a integer)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.execute("TRUNCATE django_session")


def test_what_the_owner_makes_the_server_may_use(assidu_db: Database) -> None:
    with psycopg.connect(assidu_db.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE ours (a bigint GENERATED ALWAYS AS IDENTITY, b integer)")
    with psycopg.connect(assidu_db.url, autocommit=True) as server:
        server.execute("INSERT INTO ours (b) VALUES (1)")
        server.execute("UPDATE ours SET b = 2")
        assert server.execute("SELECT b FROM ours").fetchone() == (2,)
