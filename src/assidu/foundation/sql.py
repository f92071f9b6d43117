"""SQL by hand on Django's connection, and so in its transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[Row] = cursor.fetchall()
        return found


def raw_connection() -> psycopg.Connection[Any]:
    """The driver's own connection below Django's, in the same transaction."""
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    return raw


def raw_rows(statement: str, parameters: Sequence[Any]) -> list[Row]:
    """Like ``rows``, for statements with ``$1`` that other drivers use as well."""
    found: list[Row] = psycopg.RawCursor(raw_connection()).execute(statement, parameters).fetchall()
    return found
