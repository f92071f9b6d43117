"""`assidu migrate`: the tables as this version needs them."""

import os

from assidu.cli.database import server
from assidu.cli.output import JsonFlag, Output
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
    text = f"{len(applied)} migrations applied" if applied else "The tables were up to date"
    output.answer({"applied": applied}, text)
