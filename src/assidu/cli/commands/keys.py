"""`assidu keys`: what programs need to talk to us."""

from typing import Annotated
from uuid import UUID

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.foundation.people import actions, queries
from assidu.foundation.people import types as people
from assidu.foundation.people.roles import SCOPES

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    scope: Annotated[
        list[str], typer.Option("--scope", help="One of: " + ", ".join(SCOPES) + "; may be repeated.")
    ],
    name: Annotated[str, typer.Option(help="What uses it.")] = "command line",
    store: Annotated[str, typer.Option(help="Only for this store.")] = "",
    json: JsonFlag = False,
) -> None:
    """Make a key; its secret is printed once and kept nowhere."""
    output = Output(json)
    with database(output):
        made = actions.create_key(name, scope, people.COMMAND_LINE, store=store)
    if isinstance(made, people.Refused):
        raise Misuse("Scopes are: " + ", ".join(SCOPES), code=made.reason.value)
    key, secret = made
    output.answer(
        {"id": key.id, "name": key.name, "scopes": key.scopes, "store": key.store, "secret": secret}, secret
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
        f"{key.id}  {key.name:<24} {' '.join(key.scopes)}{'' if key.is_live else '  revoked'}"
        for key in known
    )
    output.answer({"keys": rows}, text or "No key yet")


@app.command()
def revoke(
    key: Annotated[UUID, typer.Argument(help="The key's id, as `assidu keys list` prints it.")],
    json: JsonFlag = False,
) -> None:
    """Close a key for ever."""
    output = Output(json)
    with database(output):
        if key not in {one.id for one in queries.api_keys()}:
            raise Refused("No key has this id.", "`assidu keys list` prints them.", "unknown_key")
        revoked = actions.revoke_key(key, people.COMMAND_LINE)
    output.answer({"id": revoked.id, "revoked_at": revoked.revoked_at}, f"{revoked.name} is revoked")
