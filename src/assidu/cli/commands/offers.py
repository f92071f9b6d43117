"""`assidu offers`: draws and their proof, codes."""

from datetime import datetime
from typing import Annotated

import typer

from assidu.cli.database import database
from assidu.cli.output import EXIT_NO, JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.decisions.calendar import LAST_DAY, local_day
from assidu.foundation import clock
from assidu.foundation.people import actions
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import draws as draws_of
from assidu.loyalty import offer_codes
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import plan_book, programmes

app = typer.Typer(no_args_is_help=True)

OfferCode = Annotated[str, typer.Argument(help="Its code in the programme.")]


@app.command("draws")
def list_draws(json: JsonFlag = False) -> None:
    """Every draw with what was committed to before it began, and its secret once it is over."""
    output = Output(json)
    with database(output):
        found = draws_of.draws(_book().programme)
    listed = [
        {
            "offer": draw.offer,
            "commitment": draw.commitment,
            "opened_at": draw.opened_at,
            "revealed_at": draw.revealed_at,
            "secret": draw.secret or None,
        }
        for draw in found
    ]
    text = "\n".join(f"{draw.offer:<30} {draw.commitment}  {draw.secret}".rstrip() for draw in found)
    output.answer({"draws": listed}, text or _("No draw."))


@app.command("verify-draw")
def verify_draw(
    offer: OfferCode,
    secret: Annotated[
        str, typer.Option(help="64 digits from 0 to f; else the one that was told, or the sealed one.")
    ] = "",
    json: JsonFlag = False,
) -> None:
    """Draw every ticket again and compare with what was recorded; exit status 1 when a number differs."""
    output = Output(json)
    try:
        own = bytes.fromhex(secret) if secret else None
    except ValueError:
        raise Misuse(_("A secret is 64 digits from 0 to f."), code="bad_secret") from None
    with database(output):
        book = _book()
        odds = {
            version.plan.version: its.chance_one_in
            for version in book.versions
            if (its := version.plan.offers.by_code.get(offer)) is not None and its.chance_one_in is not None
        }
        verified = draws_of.verify(book.programme, offer, odds, own)
    if verified is None:
        raise Refused(_("%(offer)s has no draw.") % {"offer": offer}, code="no_draw")
    said = _("%(n)s tickets drawn again, %(won)s winning, %(given)s given.") % {
        "n": verified.tickets,
        "won": verified.won,
        "given": verified.given,
    }
    if not verified.keeps_its_word:
        said += "\n" + _("This is not the secret that was committed to.")
    elif verified.wrong:
        said += "\n" + _("%(n)s numbers differ from what was recorded.") % {"n": len(verified.wrong)}
    output.answer(
        {
            "offer": offer,
            "commitment": verified.draw.commitment,
            "keeps_its_word": verified.keeps_its_word,
            "tickets": verified.tickets,
            "won": verified.won,
            "given": verified.given,
            "wrong": [
                {"customer": ticket.customer_id, "seq": ticket.seq, "number": ticket.number}
                for ticket in verified.wrong
            ],
        },
        said,
    )
    if not verified.is_ok:
        raise typer.Exit(EXIT_NO)


@app.command("reveal")
def reveal(offer: OfferCode, json: JsonFlag = False) -> None:
    """Tell the secret of a draw that is over: from then on nothing is drawn, and anybody can verify."""
    output = Output(json)
    with database(output):
        book = _book()
        now = clock.now()
        plan = book.at(now)
        its = plan.offers.by_code.get(offer)
        last_day = None if its is None else its.when.to_day or LAST_DAY
        try:
            draw = draws_of.reveal(
                book.programme,
                offer,
                last_day=last_day,
                today=local_day(now, plan.zone),
                at=now,
                by="command",
            )
        except draws_of.DrawRefused as refused:
            raise Refused(
                _("The secret of %(offer)s cannot be told.") % {"offer": offer}, code=refused.code
            ) from None
        actions.record(COMMAND_LINE, "draw.revealed", "offer", offer)
    output.answer({"offer": offer, "commitment": draw.commitment, "secret": draw.secret}, draw.secret)


@app.command("codes")
def codes(
    offer: OfferCode,
    count: Annotated[int, typer.Option(min=1, max=offer_codes.POOL_MAX, help="How many.")] = 1,
    pool: Annotated[str, typer.Option(help="A name for those that are made together.")] = "",
    uses: Annotated[int, typer.Option(min=0, help="How often each serves; 0: as often as one likes.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day on which they serve no more.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Make codes of an offer: they are printed this once, only their hashes are kept."""
    output = Output(json)
    with database(output):
        book = _book()
        now = clock.now()
        its = book.at(now).offers.by_code.get(offer)
        if its is None or its.needs != "code":
            raise Refused(_("No offer %(offer)s asks for a code.") % {"offer": offer}, code="no_code_offer")
        made = offer_codes.make_codes(
            book.programme,
            offer,
            at=now,
            count=count,
            pool=pool,
            uses_max=uses,
            expires_on=until.date() if until else None,
            by="command",
        )
        actions.record(
            COMMAND_LINE, "offer.codes_made", "offer", offer, after={"count": len(made), "pool": pool}
        )
    output.answer({"offer": offer, "pool": pool, "codes": made}, "\n".join(made))


def _book() -> PlanBook:
    known = programmes()
    book = plan_book(known[0]) if known else None
    if book is None:
        raise Refused(_("No programme is published yet."), code="no_programme")
    return book
