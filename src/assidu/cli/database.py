"""How a command gets its database: started if need be, at the right version, with Django pointing to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from assidu.cli.output import Output, Refused
from assidu.foundation.database import Database, as_django, without_password
from assidu.foundation.postgres import ensure_running
from assidu.foundation.settings import Settings, current_settings


@contextmanager
def server(output: Output) -> Iterator[Database]:
    """A PostgreSQL that answers; its tables may be old or missing."""
    settings: Settings = current_settings()
    with ensure_running(settings, notify=output.say) as database:
        try:
            psycopg.connect(database.url, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise Refused(
                f"The database {without_password(database.url)} does not answer: {str(error).strip()}",
                "See ASSIDU_DATABASE_URL, or leave it out to use the embedded PostgreSQL.",
                code="database_unreachable",
            ) from error
        yield database


@contextmanager
def database(output: Output) -> Iterator[Database]:
    """A PostgreSQL whose tables are as this version needs them, with Django ready to use it.

    Our own embedded server is brought up to date on the way; another one is not ours to change unasked.
    """
    import django

    with server(output) as found:
        django.setup()
        # Only now: these read Django's settings.
        from assidu.foundation.schema import migrate, missing_migrations, point_to

        point_to(as_django(found.url))
        if missing := missing_migrations():
            if found.admin_url is None:
                raise Refused(
                    f"The database lacks {len(missing)} migrations of this version.",
                    "Run `assidu migrate` (as the role of ASSIDU_DATABASE_OWNER_URL), then start again.",
                    code="database_outdated",
                )
            output.say(f"Bringing the tables up to date ({len(missing)} steps)")
            migrate(found, output.say)
        yield found
