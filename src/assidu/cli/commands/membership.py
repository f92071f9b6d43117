"""`assidu membership`: join and leave, suspend and resume, codes to bring others, who accepted which terms."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import typer
from django.db import transaction

from assidu.cli.by_hand import Reason, record_by_hand
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import number
from assidu.cli.subjects import Subject, customer_named
from assidu.customers.types import NotAnIdentifier
from assidu.decisions.calendar import local_day
from assidu.decisions.state import State
from assidu.decisions.terms import terms_shown
from assidu.events import wire
from assidu.foundation import clock
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import actions, plans
from assidu.loyalty.entries import Outcome
from assidu.loyalty.memberships import accepted_terms
from assidu.loyalty.queries import current_book
from assidu.loyalty.referral import code_of, referral_standing

app = typer.Typer(no_args_is_help=True)


@app.callback()
def membership() -> None:
    """Join and leave, suspend and resume memberships, hand out codes to bring others, count accepted terms."""


@app.command()
def suspend(subject: Subject, reason: Reason, json: JsonFlag = False) -> None:
    """Let a membership stand still: nothing is earned, used or lost until it is resumed."""
    _change(
        Output(json),
        subject,
        "customer.suspended",
        lambda customer_id, programme: actions.suspend(
            customer_id, reason, by=COMMAND_LINE, at=clock.now(), programme=programme
        ),
    )


@app.command()
def resume(subject: Subject, reason: Reason, json: JsonFlag = False) -> None:
    """Let a suspended membership go on; every date moves by as many days as it stood still."""
    _change(
        Output(json),
        subject,
        "customer.resumed",
        lambda customer_id, programme: actions.resume(
            customer_id, reason, by=COMMAND_LINE, at=clock.now(), programme=programme
        ),
    )


@app.command()
def leave(subject: Subject, json: JsonFlag = False) -> None:
    """End a membership; where the programme gives time to regret it, everything is found again by joining in time."""
    _change(
        Output(json),
        subject,
        "customer.left",
        lambda customer_id, programme: actions.leave(customer_id, at=clock.now(), programme=programme),
    )


@app.command()
def join(subject: Subject, json: JsonFlag = False) -> None:
    """Make a member, again, of a customer who is known and accepts the terms in force."""
    _change(Output(json), subject, "customer.joined", _joined)


@app.command(name="referral-code")
def referral_code(subject: Subject, json: JsonFlag = False) -> None:
    """A member's code to bring others, made if they had none, and how many they brought."""
    output = Output(json)
    with database(output), transaction.atomic():
        customer_id = customer_named(subject)
        had = referral_standing(customer_id).code
        code = code_of(customer_id, clock.now())
        if code is None:
            raise Refused(_("They are no active member of the programme."), code="not_a_member")
        if not had:
            record(COMMAND_LINE, "referral.code_given", "customer", str(customer_id))
        standing = referral_standing(customer_id)
    output.answer(
        {
            "customer": customer_id,
            "code": code,
            "brought": standing.brought,
            "rewarded": standing.rewarded,
            "step": standing.step,
        },
        _("%(code)s   brought: %(n)s, rewarded: %(m)s")
        % {"code": code, "n": number(standing.brought), "m": number(standing.rewarded)},
    )


@app.command()
def terms(json: JsonFlag = False) -> None:
    """How many members accepted which version of the terms."""
    output = Output(json)
    with database(output):
        known = plans.programmes()
        if not known:
            raise Refused(_("No programme is published yet."), code="no_programme")
        found = accepted_terms(known[0], clock.now())
    lines = [
        f"{number(one.accepted):>12}  {one.version}" + (_("  (in force)") if one.is_in_force else "")
        for one in found.versions
    ]
    lines.append(f"{number(found.unknown):>12}  " + _("no version known"))
    output.answer(
        {
            "versions": [
                {"version": one.version, "accepted": one.accepted, "is_in_force": one.is_in_force}
                for one in found.versions
            ],
            "unknown": found.unknown,
        },
        "\n".join(lines),
    )


def _joined(customer_id: UUID, programme: str) -> Outcome:
    now = clock.now()
    book = current_book(programme)
    assert book is not None, "whoever is in a programme's books has one"
    plan = book.at(now)
    outcome = actions.join(
        wire.Subject("customer", str(customer_id)),
        store="",
        channel="",
        terms_version=terms_shown(plan, local_day(now, plan.zone)),
        profile=None,
        at=now,
        programme=programme,
    )
    assert not isinstance(outcome, NotAnIdentifier), "an id needs no reading"
    return outcome


def _change(output: Output, subject: str, action: str, do: Callable[[UUID, str], Outcome]) -> None:
    with database(output):
        customer_id = customer_named(subject)
        outcome = record_by_hand(customer_id, action, do)
    output.answer(
        {
            "customer": customer_id,
            "membership": outcome.state.membership,
            "regret_until": outcome.state.regret_until,
            "event": outcome.key.id,
        },
        f"{customer_id}  {outcome.state.membership}{_until(outcome.state)}",
    )


def _until(state: State) -> str:
    if state.regret_until is None:
        return ""
    last_day = state.regret_until - timedelta(days=1)
    return "  " + _("everything is found again by joining until %(day)s") % {"day": last_day.isoformat()}
