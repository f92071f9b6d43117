"""`assidu migrate`: the tables as this version needs them."""

import os

from assidu.cli.database import server
from assidu.cli.output import JsonFlag, Output
from assidu.cli.speech import gettext as _
from assidu.foundation.database import AS_OWNER


def command(json: JsonFlag = False) -> None:
    """Bring the tables of the database up to date, as the role that owns them."""
    output = Output(json)
    with server(output) as database:
        os.environ[AS_OWNER] = "1"
        import django

        django.setup()
        from assidu.foundation.schema import migrate

        applied = migrate(database, output.say)
    text = (
        _("Migrations applied: %(n)s") % {"n": len(applied)} if applied else _("The tables were up to date")
    )
    output.answer({"applied": applied}, text)
