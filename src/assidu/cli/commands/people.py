"""`assidu people`: sign-ins from the command line, for the first one and for whoever locked themselves out."""

import sys
from typing import Annotated

import typer

from assidu.catalogue import queries as catalogue
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.foundation.people import actions, queries
from assidu.foundation.people import types as people
from assidu.foundation.people.roles import ROLES
from assidu.foundation.settings import current_settings

app = typer.Typer(no_args_is_help=True)

Roles = Annotated[
    list[str], typer.Option("--role", help="One of: " + ", ".join(ROLES) + "; may be repeated.")
]
Stores = Annotated[
    list[str] | None,
    typer.Option("--store", help="Code of a store whose customers they see (role store); may be repeated."),
]


@app.command()
def create(
    email: Annotated[str, typer.Option(prompt=True, help="With which they sign in.")],
    name: Annotated[str, typer.Option(prompt=True, help="As colleagues know them.")],
    role: Roles,
    store: Stores = None,
    language: Annotated[str, typer.Option(help="fr or en.")] = "",
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input; else a link is made."),
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Give someone a sign-in; prints the link with which they choose their password."""
    output = Output(json)
    settings = current_settings()
    with database(output):
        chosen_language = language or settings.language
        if password_stdin:
            password = sys.stdin.readline().rstrip("\n")
            if not password:
                raise Misuse(_("The password on standard input is empty."))
            made = actions.create_person(
                email,
                name,
                role,
                people.COMMAND_LINE,
                password=password,
                language=chosen_language,
                stores=_known_stores(store),
            )
            link = None
        else:
            invited = actions.invite(
                email,
                name,
                role,
                people.COMMAND_LINE,
                language=chosen_language,
                stores=_known_stores(store),
            )
            link = None if isinstance(invited, people.Refused) else _link(invited)
            made = invited if isinstance(invited, people.Refused) else invited.person
        if isinstance(made, people.Refused):
            raise _refusal(made)
    answer = {"id": made.id, "email": made.email, "roles": made.roles, "link": link}
    output.answer(answer, f"{made.name} <{made.email}>" + (f"\n{link}" if link else ""))


@app.command()
def stores(
    email: Annotated[str, typer.Argument(help="Of whom.")],
    store: Stores = None,
    json: JsonFlag = False,
) -> None:
    """Choose the stores whose customers someone of the role "store" sees; none named: none."""
    output = Output(json)
    with database(output):
        known = queries.person_by_email(email)
        if known is None:
            raise Refused(_("Nobody signs in as %(email)s.") % {"email": email}, code="unknown_person")
        changed = actions.change_access(
            known.id, known.roles, _known_stores(store), known.is_active, people.COMMAND_LINE
        )
        if isinstance(changed, people.Refused):
            raise _refusal(changed)
    answer = {"id": changed.id, "email": changed.email, "stores": changed.stores}
    output.answer(answer, f"{changed.name}: {', '.join(changed.stores) or _('no store')}")


@app.command()
def link(email: Annotated[str, typer.Argument()], json: JsonFlag = False) -> None:
    """Make a new link with which someone chooses a password."""
    output = Output(json)
    with database(output):
        known = queries.person_by_email(email)
        if known is None:
            raise Refused(_("Nobody signs in as %(email)s.") % {"email": email}, code="unknown_person")
        invited = actions.renew_invitation(known.id, people.COMMAND_LINE)
        if isinstance(invited, people.Refused):
            raise _refusal(invited)
    output.answer({"id": invited.person.id, "link": _link(invited)}, _link(invited))


@app.command("list")
def list_people(json: JsonFlag = False) -> None:
    """Who has a sign-in."""
    output = Output(json)
    with database(output):
        known = queries.people()
    rows = [
        {
            "id": one.id,
            "email": one.email,
            "name": one.name,
            "roles": one.roles,
            "stores": one.stores,
            "active": one.is_active,
        }
        for one in known
    ]
    text = "\n".join(f"{one.email:<40} {one.name:<30} {', '.join(one.roles)}" for one in known)
    output.answer({"people": rows}, text or "Nobody yet")


def _known_stores(codes: list[str] | None) -> list[str]:
    names = {store.store_id for store in catalogue.stores()}
    for code in codes or ():
        if code not in names:
            raise Refused(
                _("There is no store %(code)s.") % {"code": code},
                _("Stores come with an import."),
                "unknown_store",
            )
    return codes or []


def _link(invited: people.Invitation) -> str:
    settings = current_settings()
    base = settings.public_url or f"http://{settings.bind}"
    return f"{base.rstrip('/')}/join/{invited.person.id}/{invited.token}/"


def _refusal(refused: people.Refused) -> Refused:
    sentences = {
        people.Refusal.EMAIL_TAKEN: _("Someone already signs in with this e-mail."),
        people.Refusal.EMAIL_INVALID: _("This is not a complete e-mail address."),
        people.Refusal.UNKNOWN_ROLE: _("Roles are: %(roles)s") % {"roles": ", ".join(ROLES)},
    }
    return Refused(sentences.get(refused.reason, refused.reason.value), code=refused.reason.value)
