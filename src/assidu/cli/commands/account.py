"""`assidu account`: households and companies, who is in them, and what whoever leaves takes along."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as spoken
from assidu.cli.speech import number
from assidu.cli.subjects import customer_named, nobody, refused
from assidu.customers import queries as customers
from assidu.customers.accounts import ROLES, AccountRole, Belonging, people_of
from assidu.customers.identifiers import normalise
from assidu.customers.queries import counts_as
from assidu.customers.types import Customer, Identifier, IdentifierKind
from assidu.decisions.state import AccountKind
from assidu.events.wire import Subject
from assidu.foundation import clock
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import accounts, plans
from assidu.loyalty import queries as loyalty
from assidu.loyalty.accounts import Opened, Part, Share
from assidu.loyalty.entries import Told
from assidu.loyalty.types import Standing
from assidu.plans.wording import figures, language_of

app = typer.Typer(no_args_is_help=True)

Account = Annotated[
    str,
    typer.Argument(
        help="The account: its id, external:…, or card:…, phone:… of somebody in it.", show_default=False
    ),
]
Person = Annotated[
    str, typer.Argument(help="Who: an id, or card:…, phone:…, email:…, external:…", show_default=False)
]
Reason = Annotated[str, typer.Option("--reason", help="Why; erased with the person.")]


@app.callback()
def account() -> None:
    """Open a household or a company, take people in and out, show who is in it."""


@app.command()
def create(
    kind: Annotated[AccountKind, typer.Argument(help="What it is.", show_default=False)],
    name: Annotated[str, typer.Argument(help="What it is called.")] = "",
    external: Annotated[str, typer.Option(help="What another system calls it, as source:id.")] = "",
    store: Annotated[str, typer.Option(help="Where it belongs.")] = "",
    json: JsonFlag = False,
) -> None:
    """Open a household or a company with nobody in it; of one that is known by --external, answer its id."""
    output = Output(json)
    with database(output):
        known = plans.programmes()
        if not known:
            raise Refused(_("No programme is published yet."), code="no_programme")
        outcome = accounts.open_(
            kind, name, by=COMMAND_LINE, at=clock.now(), programme=known[0], store=store,
            external=_external(external) if external else None,
        )  # fmt: skip
        if not isinstance(outcome, Opened):
            raise refused(outcome, known[0])
    output.answer({"account": outcome.account_id, "is_new": outcome.is_new}, str(outcome.account_id))


@app.command()
def enter(
    account: Account,
    person: Person,
    role: Annotated[
        list[AccountRole] | None, typer.Option(help="What they are in it; as often as they have roles.")
    ] = None,
    reason: Reason = "",
    json: JsonFlag = False,
) -> None:
    """Take somebody in with everything that they have."""
    output = Output(json)
    with database(output):
        found, programme = _account(account)
        roles = tuple(role or ())
        if not set(roles) <= set(ROLES[found.kind]):
            raise Misuse(
                _("Nobody has this role in an account of this kind."),
                ", ".join(ROLES[found.kind]),
                "unknown_role",
            )
        outcome = accounts.enter(
            found.customer_id, Subject("customer", str(customer_named(person))), reason, by=COMMAND_LINE,
            at=clock.now(), programme=programme, roles=roles,
        )  # fmt: skip
        if not isinstance(outcome, Told):
            raise refused(outcome, programme)
        people = people_of(found.customer_id)
    output.answer(
        {"account": found.customer_id, "member": accounts.member_told_of(outcome), "seq": outcome.seq},
        _listed(people),
    )


@app.command()
def leave(
    account: Account,
    person: Person,
    with_nothing: Annotated[
        bool, typer.Option("--with-nothing", help="They renounce what the programme gives them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what they would take along.")] = False,
    reason: Reason = "",
    json: JsonFlag = False,
) -> None:
    """Take somebody out with the share that the programme gives them."""
    output = Output(json)
    with database(output):
        found, programme = _account(account)
        person_id = customer_named(person)
        if dry_run:
            tried = accounts.share_of(
                found.customer_id, person_id, clock.now(), programme=programme, with_nothing=with_nothing
            )
            if not isinstance(tried, Share):
                raise refused(tried, programme)
            share = tried
        else:
            outcome = accounts.leave(
                found.customer_id, person_id, reason, by=COMMAND_LINE, at=clock.now(), programme=programme,
                with_nothing=with_nothing,
            )  # fmt: skip
            if not isinstance(outcome, Told):
                raise refused(outcome, programme)
            share = accounts.share_in(outcome.decision)
    lines = [_("They take along:"), *_parts_said(share.taken)]
    if share.lost:
        lines += [_("Lost:"), *_parts_said(share.lost)]
    if share.closes:
        lines.append(_("They are the last one: the account is closed."))
    output.answer(
        {
            "account": found.customer_id,
            "member": person_id,
            "is_dry_run": dry_run,
            "taken": [_part(part) for part in share.taken],
            "lost": [_part(part) for part in share.lost],
            "closes": share.closes,
        },
        "\n".join(lines),
    )


@app.command()
def show(account: Account, json: JsonFlag = False) -> None:
    """Who is in it and what they have; kept in the trail."""
    output = Output(json)
    with database(output):
        found, _programme = _account(account)
        people = people_of(found.customer_id)
        standing = loyalty.standing(found.customer_id, clock.now())
        record(
            COMMAND_LINE, "customer.looked_at", "customer", str(found.customer_id), after={"page": "command"}
        )
    output.answer(_answer(found, people, standing), _text(found, people, standing))


def _account(named: str) -> tuple[Customer, str]:
    """The account that is meant, also by somebody in it, and its programme."""
    found = customers.customer(counts_as(customer_named(named)))
    if found is None or found.is_erased:
        raise nobody()
    programme = loyalty.programme_of(found.customer_id)
    if not found.is_account or programme is None:
        raise Refused(_("This is no household and no company."), code="not_an_account")
    return found, programme


def _external(text: str) -> Identifier:
    found = normalise(IdentifierKind.EXTERNAL, text)
    if not isinstance(found, Identifier):
        raise Misuse(_("Write it as source:id."), code=found.fault)
    return found


def _answer(found: Customer, people: Iterable[Belonging], standing: Standing | None) -> dict[str, Any]:
    return {
        "account": found.customer_id,
        "kind": found.kind,
        "name": found.name,
        "members": [
            {"customer": one.customer_id, "name": one.name, "roles": one.roles, "since": one.since}
            for one in people
        ],
        "membership": None if standing is None else standing.membership,
        "stands_still_since": None if standing is None else standing.stands_still_since,
        "tier": standing.tiers.tier if standing and standing.tiers else None,
        "balances": {} if standing is None else {one.currency: one.available for one in standing.purses},
    }


def _text(found: Customer, people: Iterable[Belonging], standing: Standing | None) -> str:
    lines = [f"{found.name}  {found.customer_id}", _listed(people)]
    if standing is not None:
        tier = standing.tiers.tier if standing.tiers else None
        lines.append(", ".join(part for part in (standing.membership, tier) if part))
        if (since := standing.stands_still_since) is not None:
            day = figures.day(since, language_of(spoken()))
            lines.append(_("Stands still since %(day)s") % {"day": day})
        lines += [f"  {number(purse.available):>10} {purse.currency}" for purse in standing.purses]
    return "\n".join(lines)


def _listed(people: Iterable[Belonging]) -> str:
    lines = ["  ".join((str(one.customer_id), one.name, *one.roles)) for one in people]
    return "\n".join(lines) or _("Nobody is in it.")


def _part(part: Part) -> dict[str, Any]:
    return {"currency": part.currency, "quantity": part.quantity, "expires_on": part.expires_on}


def _parts_said(parts: Iterable[Part]) -> list[str]:
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.currency] = sums.get(part.currency, 0) + part.quantity
    return [f"  {number(quantity):>10} {currency}" for currency, quantity in sums.items()] or [
        f"  {_('nothing')}"
    ]
