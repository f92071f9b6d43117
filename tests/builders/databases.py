"""Databases of the tests' own cluster: copied from the migrated template, dropped afterwards."""

import psycopg
from psycopg import sql

from assidu.foundation.database import Database, with_name
from assidu.foundation.postgres.cluster import create_database, grant_defaults

TEMPLATE = "assidu_template"


def copy(cluster: Database, name: str, template: str | None = TEMPLATE) -> None:
    """A database like the template; without one, empty and with our default rights."""
    assert cluster.admin_url
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        create_database(connection, name, template)
    if template is None:
        with psycopg.connect(with_name(cluster.admin_url, name), autocommit=True) as connection:
            grant_defaults(connection)


def drop(cluster: Database, name: str) -> None:
    assert cluster.admin_url
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
