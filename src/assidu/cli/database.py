"""How a command gets its database: started if need be, at the right version, with Django pointing to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from assidu.cli.output import Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import gettext_noop, ngettext
from assidu.foundation.database import Database, as_django, without_password
from assidu.foundation.postgres import ensure_running
from assidu.foundation.settings import Settings, current_settings

NOTICES = frozenset(
    {
        gettext_noop("Making a database (once)"),
        gettext_noop("PostgreSQL died; starting it again"),
        gettext_noop("Waiting for another process that is starting or stopping PostgreSQL"),
        gettext_noop("PostgreSQL is writing what is left and stopping"),
    }
)
"""What the embedded server says of itself; words of PostgreSQL's own, in English, may come besides."""


@contextmanager
def server(output: Output) -> Iterator[Database]:
    """A PostgreSQL that answers; its tables may be old or missing."""
    settings: Settings = current_settings()

    def tell(notice: str) -> None:
        output.say(_(notice) if notice in NOTICES else notice)

    with ensure_running(settings, notify=tell) as database:
        try:
            psycopg.connect(database.url, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise Refused(
                _("The database %(url)s does not answer: %(fault)s")
                % {"url": without_password(database.url), "fault": str(error).strip()},
                _("See ASSIDU_DATABASE_URL, or leave it out to use the embedded PostgreSQL."),
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
                    ngettext(
                        "The database lacks %(n)s migration of this version.",
                        "The database lacks %(n)s migrations of this version.",
                        len(missing),
                    )
                    % {"n": len(missing)},
                    _("Run `assidu migrate` (as the role of ASSIDU_DATABASE_OWNER_URL), then start again."),
                    code="database_outdated",
                )
            output.say(_("Bringing the tables up to date (steps: %(n)s)") % {"n": len(missing)})
            migrate(found, output.say)
        yield found
