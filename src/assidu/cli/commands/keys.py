"""`assidu keys`: what programs need to talk to us."""

from typing import Annotated
from uuid import UUID

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.foundation.people import actions, queries
from assidu.foundation.people import types as people
from assidu.foundation.people.roles import SCOPES

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    scope: Annotated[
        list[str], typer.Option("--scope", help="One of: " + ", ".join(SCOPES) + "; may be repeated.")
    ],
    name: Annotated[
        str, typer.Option(help="What uses it: lists and the trail say so; else its scopes and store.")
    ] = "",
    store: Annotated[str, typer.Option(help="Only for this store.")] = "",
    json: JsonFlag = False,
) -> None:
    """Make a key; its secret is printed once and kept nowhere."""
    output = Output(json)
    with database(output):
        called = name or " ".join([*scope, store]).strip()
        made = actions.create_key(called, scope, people.COMMAND_LINE, store=store)
    if isinstance(made, people.Refused):
        raise Misuse(_("Scopes are: %(scopes)s") % {"scopes": ", ".join(SCOPES)}, code=made.reason.value)
    key, secret = made
    told = [
        _("The key %(name)s is made; it may: %(scopes)s.")
        % {"name": key.name, "scopes": ", ".join(key.scopes)},
        _("Its secret is shown this once and kept nowhere: put it where the program reads it."),
        "",
        f"  {secret}",
    ]
    output.answer(
        {"id": key.id, "name": key.name, "scopes": key.scopes, "store": key.store, "secret": secret},
        "\n".join(told),
    )


@app.command("list")
def list_keys(json: JsonFlag = False) -> None:
    """The keys, without their secrets."""
    output = Output(json)
    with database(output):
        known = queries.api_keys()
    rows = [
        {
            "id": key.id,
            "name": key.name,
            "scopes": key.scopes,
            "store": key.store,
            "revoked_at": key.revoked_at,
        }
        for key in known
    ]
    text = "\n".join(
        f"{key.id}  {key.name:<24} {' '.join(key.scopes)}{'' if key.is_live else '  ' + _('revoked')}"
        for key in known
    )
    output.answer({"keys": rows}, text or _("No key yet"))


@app.command()
def revoke(
    key: Annotated[UUID, typer.Argument(help="The key's id, as `assidu keys list` prints it.")],
    json: JsonFlag = False,
) -> None:
    """Close a key for ever."""
    output = Output(json)
    with database(output):
        if key not in {one.id for one in queries.api_keys()}:
            raise Refused(_("No key has this id."), _("`assidu keys list` prints them."), "unknown_key")
        revoked = actions.revoke_key(key, people.COMMAND_LINE)
    output.answer(
        {"id": revoked.id, "revoked_at": revoked.revoked_at},
        _("%(name)s is revoked") % {"name": revoked.name},
    )
