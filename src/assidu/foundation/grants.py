"""What the server's role may not do, said in the migrations of the room that owns the table.

The role gets all four verbs on every new table by default privilege; these operations take some back. Without
that role (a PostgreSQL where we may not make one) they do nothing, and `assidu doctor` says so.
"""

from django.db.migrations.operations import RunSQL

from assidu.foundation.database import APP_ROLE


def append_only(*tables: str) -> RunSQL:
    """The server may add rows and read them, never change or remove them."""
    return _revoke("UPDATE, DELETE, TRUNCATE", tables, "UPDATE, DELETE")


def read_only(*tables: str) -> RunSQL:
    """The server may only read: a trigger of the owner keeps these rows."""
    return _revoke("INSERT, UPDATE, DELETE, TRUNCATE", tables, "INSERT, UPDATE, DELETE")


def _revoke(taken: str, tables: tuple[str, ...], given_back: str) -> RunSQL:
    names = ", ".join(f'"{table}"' for table in tables)
    return RunSQL(
        _if_role(f"REVOKE {taken} ON {names} FROM {APP_ROLE}"),
        _if_role(f"GRANT {given_back} ON {names} TO {APP_ROLE}"),
    )


def _if_role(statement: str) -> str:
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') "
        f"THEN EXECUTE '{statement}'; END IF; END $$"
    )
