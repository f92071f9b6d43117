"""`assidu people`: who may come in and what they may do, from the first sign-in to the last."""

import sys
from typing import Annotated, Any

import typer
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from assidu.catalogue import queries as catalogue
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import rooms_speak
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
Email = Annotated[str, typer.Argument(help="Of whom: with which they sign in.", show_default=False)]


@app.callback()
def sign_ins() -> None:
    """Give people a sign-in, list them, change what they may do, close their sign-in."""


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
            password = _strong(_from_stdin())
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
    email: Email,
    store: Stores = None,
    json: JsonFlag = False,
) -> None:
    """Choose the stores whose customers someone of the role "store" sees; none named: none."""
    _change(Output(json), email, stores=store or [])


@app.command()
def role(email: Email, role: Roles, store: Stores = None, json: JsonFlag = False) -> None:
    """Choose what someone may do: these roles, and no other; their stores stay unless some are named."""
    _change(Output(json), email, roles=role, stores=store)


@app.command()
def close(email: Email, json: JsonFlag = False) -> None:
    """Close someone's sign-in: they are out at once, and what they did stays theirs."""
    _change(Output(json), email, is_active=False)


@app.command("open")
def open_(email: Email, json: JsonFlag = False) -> None:
    """Open a sign-in that was closed, with its roles and its password."""
    _change(Output(json), email, is_active=True)


@app.command()
def password(
    email: Email,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read it from standard input; else it is asked twice.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Give someone a new password; their sessions end. `link` lets them choose one that only they know."""
    output = Output(json)
    if not password_stdin and (json or not sys.stdin.isatty()):
        raise Misuse(_("Nobody can be asked for a password."), _("Say --password-stdin."))
    with database(output):
        known = _person(email)
        new = (
            _from_stdin()
            if password_stdin
            else typer.prompt(_("New password"), hide_input=True, confirmation_prompt=True, err=True)
        )
        changed = actions.set_password(known.id, _strong(new), people.COMMAND_LINE)
        if isinstance(changed, people.Refused):
            raise _refusal(changed)
    output.answer(
        {"id": changed.id, "email": changed.email},
        _("%(name)s signs in with the new password.") % {"name": changed.name},
    )


@app.command()
def link(email: Email, json: JsonFlag = False) -> None:
    """Make a new link with which someone chooses a password."""
    output = Output(json)
    with database(output):
        invited = actions.renew_invitation(_person(email).id, people.COMMAND_LINE)
        if isinstance(invited, people.Refused):
            raise _refusal(invited)
    output.answer({"id": invited.person.id, "link": _link(invited)}, _link(invited))


@app.command("list")
def list_people(json: JsonFlag = False) -> None:
    """Who has a sign-in."""
    output = Output(json)
    with database(output):
        known = queries.people()
    rows = [_answer(one) for one in known]
    text = "\n".join(
        f"{one.email:<40} {one.name:<30} {', '.join(one.roles)}{'' if one.is_active else '  ' + _('sign-in closed')}"
        for one in known
    )
    output.answer({"people": rows}, text or _("Nobody yet"))


def _change(
    output: Output,
    email: str,
    roles: list[str] | None = None,
    stores: list[str] | None = None,
    is_active: bool | None = None,
) -> None:
    """As the page of the person does it; what is not named stays as it is."""
    with database(output):
        named = None if stores is None else _known_stores(stores)
        changed = actions.change_access(_person(email).id, roles, named, is_active, people.COMMAND_LINE)
        if isinstance(changed, people.Refused):
            raise _refusal(changed)
    output.answer(_answer(changed), _text(changed))


def _from_stdin() -> str:
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise Misuse(_("The password on standard input is empty."))
    return password


def _strong(password: str) -> str:
    """As strong as the screen asks for."""
    try:
        with rooms_speak():
            validate_password(password)
    except ValidationError as found:
        raise Refused(" ".join(found.messages), code="weak_password") from None
    return password


def _person(email: str) -> people.Person:
    known = queries.person_by_email(email)
    if known is None:
        raise Refused(_("Nobody signs in as %(email)s.") % {"email": email}, code="unknown_person")
    return known


def _answer(person: people.Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "roles": person.roles,
        "stores": person.stores,
        "active": person.is_active,
    }


def _text(person: people.Person) -> str:
    parts = list(person.roles)
    if person.may("customers.view") and person.seen_stores is not None:
        parts += person.stores or [_("no store")]
    if not person.is_active:
        parts.append(_("sign-in closed"))
    return f"{person.name}  {', '.join(parts)}"


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
        people.Refusal.LAST_ADMINISTRATOR: _(
            "Somebody must remain who can manage people: give that role to someone else first."
        ),
        people.Refusal.UNKNOWN_PERSON: _("This sign-in is closed."),
    }
    return Refused(sentences.get(refused.reason, refused.reason.value), code=refused.reason.value)
