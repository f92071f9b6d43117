"""`assidu customer`: one customer: what is known of them, and what is done for them, without a screen."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from django.urls import reverse

from assidu.cli.commands.customer_by_hand import correct, hold, merge, release, transfer, unmerge
from assidu.cli.commands.customer_explain import explain
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as spoken
from assidu.cli.speech import ngettext, number
from assidu.cli.subjects import Subject, customer_named, nobody
from assidu.customers import links, queries
from assidu.customers.accounts import Belonging, belonging_of
from assidu.customers.queries import counts_as
from assidu.customers.types import Customer
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.foundation.people.actions import record, record_look
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.settings import current_settings
from assidu.loyalty import queries as loyalty
from assidu.loyalty.coming import Coming, changes_to_come
from assidu.loyalty.erasing import AccountNotEmpty
from assidu.loyalty.erasing import erase as erase_customer
from assidu.loyalty.person_file import person_file
from assidu.loyalty.types import Standing
from assidu.plans.wording import figures, language_of
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.plans.wording.standing import engagement_parts_said, fading_said

app = typer.Typer(no_args_is_help=True)
app.command("explain")(explain)
app.command("correct")(correct)
app.command("transfer")(transfer)
app.command("merge")(merge)
app.command("unmerge")(unmerge)
app.command("hold")(hold)
app.command("release")(release)


@app.callback()
def customer() -> None:
    """Show, explain, correct, merge, export and erase: one customer at a time."""


@app.command()
def show(subject: Subject, json: JsonFlag = False) -> None:
    """Who it is and what they have, or the account that they are in; kept in the trail."""
    output = Output(json)
    with database(output):
        found = _found(subject)
        belonging = belonging_of(found.customer_id)
        now = clock.now()
        standing = loyalty.standing(counts_as(found.customer_id), now)
        document = loyalty.document_at(standing.programme, now) if standing is not None else None
        phrases = phrases_of(document, language_of(spoken())) if document is not None else None
        record_look(COMMAND_LINE, found.customer_id, "command")
        # Both ask the database what is to change, and it may stop with this command.
        answer = _answer(found, belonging, standing, phrases)
        text = _text(found, belonging, standing, phrases)
    output.answer(answer, text)


@app.command()
def export(
    subject: Subject,
    file: Annotated[Path, typer.Argument(help="The zip to write.", show_default=False)],
    language: Annotated[str, typer.Option(help="fr or en; that of the settings.")] = "",
    json: JsonFlag = False,
) -> None:
    """Write everything that is known of one person into a zip of JSON files."""
    output = Output(json)
    if file.exists():
        raise Misuse(_("%(file)s exists.") % {"file": file}, _("Choose another name."))
    with database(output):
        found = _found(subject)
        content = person_file(
            found.customer_id, language_of(language or current_settings().language), clock.now()
        )
        with file.open("xb") as written:
            file.chmod(0o600)
            written.write(content)
        record(COMMAND_LINE, "customer.exported", "customer", str(found.customer_id))
        record_look(COMMAND_LINE, found.customer_id, "command")
    output.answer(
        {"customer": found.customer_id, "file": file, "bytes": len(content)},
        _("%(file)s: %(n)s bytes") % {"file": file, "n": number(len(content))},
    )


@app.command()
def erase(
    subject: Subject,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: JsonFlag = False,
) -> None:
    """Destroy one person's data; what they bought and earned stays, without a name. Cannot be undone."""
    output = Output(json)
    with database(output):
        found = _found(subject)
        if not yes:
            if json:
                raise Misuse(_("Erasing cannot be undone."), _("Say --yes."))
            question = _("Erase %(who)s for ever?") % {"who": found.name or found.customer_id}
            typer.confirm(question, abort=True, err=True)
        done = erase_customer(found.customer_id, COMMAND_LINE, clock.now())
        if isinstance(done, AccountNotEmpty):
            raise Refused(
                _("People are still in this account."),
                _("Take everybody out of it first: assidu account leave."),
                "account_not_empty",
            )
        assert done is not None, "the customer was just found"
    output.answer(
        {
            "customers": done.customers,
            "identifiers": done.identifiers,
            "event_fields": done.event_fields,
            "erased_at": done.erased_at,
        },
        _(
            "Erased: customers: %(customers)s, identifiers: %(identifiers)s. "
            "Backups made before still hold them: let these expire."
        )
        % {"customers": len(done.customers), "identifiers": done.identifiers},
    )


@app.command()
def link(
    subject: Subject,
    days: Annotated[int, typer.Option(min=1, max=links.DAYS_MAX, help="How long it opens.")] = links.DAYS,
    close: Annotated[
        bool, typer.Option("--close", help="Close every link of this customer instead.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Make the link with which somebody reads their own statement without signing in, or close those there are."""
    output = Output(json)
    with database(output):
        found = _found(subject)
        if close:
            closed = links.revoke_links(found.customer_id, COMMAND_LINE, clock.now())
            output.answer(
                {"customer": found.customer_id, "closed": closed},
                ngettext("%(n)s link closed", "%(n)s links closed", closed) % {"n": number(closed)},
            )
            return
        made = links.make_link(found.customer_id, COMMAND_LINE, clock.now(), days=days)
        if made is None:
            raise Refused(
                _("Personal data is erased: there is nobody to show a page to."), code="erased_customer"
            )
        settings = current_settings()
        base = settings.public_url or f"http://{settings.bind}"
        address = base.rstrip("/") + reverse("member-statement", args=[made.token])
    output.answer(
        {"customer": found.customer_id, "address": address, "expires_at": made.expires_at},
        address
        + "\n"
        + _("Opens until %(day)s; it is not shown again.")
        % {"day": figures.day(local_day(made.expires_at, current_settings().zone), language_of(spoken()))},
    )


def _found(subject: str) -> Customer:
    found = queries.customer(customer_named(subject), with_contact=True)
    if found is None:
        raise nobody()
    return found


def _answer(
    found: Customer, belonging: Belonging | None, standing: Standing | None, phrases: Phrases | None
) -> dict[str, Any]:
    contact = found.contact
    answer: dict[str, Any] = {
        "customer": found.customer_id,
        "kind": found.kind,
        "account": None if belonging is None else belonging.account_id,
        "name": found.name,
        "absorbed": found.absorbed,
        "erased_at": found.erased_at,
        "created_at": found.created_at,
        "store": found.store,
        "town": found.town,
        "email": contact.email if contact else "",
        "phone": contact.phone if contact else "",
        "cards": contact.cards if contact else (),
        "is_invented": found.is_invented,
    }
    if standing is not None and phrases is not None:
        answer |= {
            "membership": standing.membership,
            "stands_still_since": standing.stands_still_since,
            "tier": standing.tiers.tier if standing.tiers else None,
            "says": phrases.says(standing.tiers.tier if standing.tiers else None),
            "benefits": phrases.benefits(standing.tiers.tier if standing.tiers else None),
            "engagement": None if standing.engagement is None else asdict(standing.engagement),
            "events": standing.seq,
            "balances": {purse.currency: purse.available for purse in standing.purses},
            "to_come": [asdict(one) for one in _to_come(standing, phrases)],
        }
    return answer


def _to_come(standing: Standing, phrases: Phrases) -> tuple[Coming, ...]:
    return changes_to_come(standing.programme, clock.now(), phrases.language, standing.audiences)


def _text(
    found: Customer, belonging: Belonging | None, standing: Standing | None, phrases: Phrases | None
) -> str:
    lines = [f"{found.name or _('(erased)') if found.is_erased else found.name}  {found.customer_id}"]
    if found.is_invented:
        lines.append(_("Invented identity: name, address and contact details are made up."))
    if found.contact:
        parts = (*found.contact.cards, found.contact.phone, found.contact.email, found.town)
        lines.append("  ".join(part for part in parts if part))
    if belonging is not None:
        lines.append(_("In the account %(id)s, which has:") % {"id": belonging.account_id})
    if standing is not None and phrases is not None:
        tier = standing.tiers.tier if standing.tiers else None
        events = ngettext("%(n)s event", "%(n)s events", standing.seq) % {"n": number(standing.seq)}
        lines.append(", ".join(part for part in (standing.membership, tier, events) if part))
        if (since := standing.stands_still_since) is not None:
            lines.append(_("Stands still since %(day)s") % {"day": phrases.day(since)})
        lines += [f"  {number(purse.available):>10} {purse.currency}" for purse in standing.purses]
        if standing.engagement is not None:
            score = number(standing.engagement.score)
            made_of = engagement_parts_said(standing.engagement, phrases)
            said = _("Engagement score: %(score)s") % {"score": score}
            lines.append("  ".join((said, *(f"{what} {quantity}" for what, quantity in made_of))))
            lines.append(fading_said(standing.engagement, phrases))
        lines += [f"  + {benefit}" for benefit in phrases.benefits(tier)]
        for one in _to_come(standing, phrases):
            days = {"day": phrases.day(one.starts), "announced": phrases.day(one.announced_on)}
            lines.append(_("From %(day)s (announced on %(announced)s):") % days)
            lines += [f"  {sentence}" for sentence in one.sentences]
    return "\n".join(lines)
