"""`assidu db`: the embedded PostgreSQL, for those who want to look at it themselves."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from assidu.cli.database import server
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.foundation import postgres
from assidu.foundation.settings import current_settings

app = typer.Typer(no_args_is_help=True)

AsOwner = Annotated[
    bool, typer.Option("--owner", help="As the role that owns the tables: it can break everything.")
]


@app.callback()
def db() -> None:
    """Look at the embedded PostgreSQL, open a shell on it, stop it."""


@app.command()
def status(json: JsonFlag = False) -> None:
    """Say whether the database runs, where its data is, and whether someone uses it."""
    output = Output(json)
    found = postgres.status(current_settings())
    result = {
        "embedded": found.is_ours,
        "running": found.is_running,
        "version": found.version,
        "data_dir": found.data_dir,
        "pid": found.pid,
        "socket_dir": found.socket_dir,
        "in_use": found.users,
    }
    if not found.is_ours:
        text = _("ASSIDU_DATABASE_URL names another PostgreSQL")
    elif found.data_dir is None:
        text = _("There is no database yet: `assidu serve` or `assidu demo` makes it")
    elif found.is_running:
        text = _(
            "PostgreSQL %(version)s runs (process %(pid)s), socket in %(socket_dir)s, data in %(folder)s"
        ) % {
            "version": found.version,
            "socket_dir": found.socket_dir,
            "pid": found.pid,
            "folder": found.data_dir,
        }
        text += "\n" + (
            _("In use: `assidu serve` or another command works with it now")
            if found.users
            else _("Nothing uses it at the moment: `assidu db stop` stops it")
        )
    else:
        text = _("PostgreSQL %(version)s is stopped, data in %(folder)s") % {
            "version": found.version,
            "folder": found.data_dir,
        }
    output.answer(result, text, is_yes=found.is_running)


@app.command()
def stop(
    force: Annotated[bool, typer.Option("--force", help="Even while another process uses it.")] = False,
    json: JsonFlag = False,
) -> None:
    """Stop an embedded PostgreSQL that was left running."""
    output = Output(json)
    if not postgres.stop(current_settings(), notify=output.say, is_forced=force):
        raise Refused(
            _("Another process uses the database."),
            _("Stop `assidu serve` first, or say --force."),
            "in_use",
        )
    output.answer({"stopped": True}, _("PostgreSQL is stopped"))


@app.command()
def shell(owner: AsOwner = False, json: JsonFlag = False) -> None:
    """Open psql on the database."""
    output = Output(json)
    if json:
        raise Misuse(_("A shell has no JSON."), _("Use `assidu db status --json`, or psql itself."))
    with server(output) as database:
        near = database.bin_dir / "psql" if database.bin_dir else None
        program = str(near) if near and near.exists() else shutil.which("psql")
        if program is None:
            raise Refused(
                _("psql was not found."), _("Install PostgreSQL's client: apt install postgresql-client")
            )
        # The address goes through the environment: arguments can be read by every user of the machine.
        environment = os.environ | {"PSQLRC": str(Path("/dev/null"))}
        url = database.owner_url if owner else database.url
        subprocess.run([program], env=environment | _as_libpq(url), check=False)


def _as_libpq(url: str) -> dict[str, str]:
    from psycopg.conninfo import conninfo_to_dict

    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    return {names[name]: str(value) for name, value in conninfo_to_dict(url).items() if name in names}
