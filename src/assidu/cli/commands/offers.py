"""`assidu offers`: allotting them to many, draws and their proof, codes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from assidu.cli.database import database
from assidu.cli.output import EXIT_NO, JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import ngettext, number
from assidu.decisions.calendar import LAST_DAY, local_day
from assidu.foundation import clock
from assidu.foundation.ids import new_id
from assidu.foundation.people import actions
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import allotments, allotting, code_pools
from assidu.loyalty import draws as draws_of
from assidu.loyalty.book import PlanBook
from assidu.loyalty.offer_codes import POOL_MAX
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
        said += "\n" + ngettext(
            "%(n)s number differs from what was recorded.",
            "%(n)s numbers differ from what was recorded.",
            len(verified.wrong),
        ) % {"n": len(verified.wrong)}
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
    count: Annotated[
        int | None, typer.Option(min=1, max=POOL_MAX, help="How many, for whoever shows them; 1 unless said.")
    ] = None,
    audience: Annotated[str, typer.Option(help="One for each of an audience of the programme.")] = "",
    file: Annotated[
        Path | None,
        typer.Option(help="One for each of a list: a card, telephone, e-mail or `customer:…` on each line."),
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(help="One for a customer, named alike; repeat it.")
    ] = None,
    allotment: Annotated[str, typer.Option(help="One for each of an allotment, by its id.")] = "",
    pool: Annotated[str, typer.Option(help="A name for those that are made together.")] = "",
    id_: Annotated[
        str, typer.Option("--id", help="An id of your own: given again, no codes are made again.")
    ] = "",
    uses: Annotated[int, typer.Option(min=0, help="How often each serves; 0: as often as one likes.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day on which they serve no more.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Make codes of an offer: they are printed this once, only their hashes are kept."""
    output = Output(json)
    lines = [*(customer or ()), *(_lines(file) if file is not None else ())]
    whom = code_pools.Whom(audience, tuple(lines), _id(allotment) if allotment else None)
    if sum((count is not None, bool(audience), bool(lines), bool(allotment))) > 1:
        raise Misuse(
            _("Name a number, an audience, customers or an allotment: one of them."), code="choose_one"
        )
    with database(output), _code_refusals(offer):
        book, now = _book(), clock.now()
        made = code_pools.make(
            _id(id_) if id_ else new_id(now),
            book.programme,
            offer,
            at=now,
            by=COMMAND_LINE,
            name=pool,
            count=count or 1,
            whom=whom,
            uses_max=uses,
            expires_on=until.date() if until else None,
        )
    owners = made.owners or (None,) * len(made.codes)
    told = [
        f"customer:{owner} {code}" if owner else code for owner, code in zip(owners, made.codes, strict=True)
    ]
    output.answer(
        _pool_told(made.pool, book)
        | {
            "pool": made.pool.name,
            "codes": list(made.codes),
            "customers": list(made.owners),
            "left_out": dict(made.left_out),
            "unknown_lines": made.unknown,
        },
        "\n".join(told) or _("These codes were made already: they are told once."),
    )


@app.command("pools")
def list_pools(
    offer: Annotated[str, typer.Argument(help="Its code; all offers when left out.")] = "",
    json: JsonFlag = False,
) -> None:
    """Codes made together: how many are used, and what is left."""
    output = Output(json)
    with database(output):
        book = _book()
        found = code_pools.pools(book.programme, offer)
    listed = [_pool_told(one, book) for one in found]
    text = "\n".join(
        f"{one['id']}  {one['offer']:<24} {one['state']:<9} {one['used']}/{one['made']}  {one['name']}".rstrip()
        for one in listed
    )
    output.answer({"pools": listed}, text or _("No codes."))


@app.command("withdraw-codes")
def withdraw_codes(
    pool: Annotated[str, typer.Argument(help="Their id, as `pools` tells it.")], json: JsonFlag = False
) -> None:
    """Take codes back that were made together: from today on they are good for nothing."""
    output = Output(json)
    with database(output), _code_refusals(pool):
        book = _book()
        found = code_pools.withdraw(_id(pool), at=clock.now(), by=COMMAND_LINE)
    told = _pool_told(found, book)
    said = ngettext(
        "%(n)s code is good for nothing any more.",
        "%(n)s codes are good for nothing any more.",
        told["run_out"],
    )
    output.answer(told, said % {"n": number(told["run_out"])})


def _pool_told(one: code_pools.CodePool, book: PlanBook) -> dict[str, Any]:
    now = clock.now()
    today = local_day(now, book.at(now).zone)
    return {
        "id": one.pool_id,
        "offer": one.offer,
        "name": one.name,
        "is_personal": one.is_personal,
        "audience": one.audience or None,
        "state": one.state(today).value,
        "made": one.made,
        "used": one.used,
        "run_out": one.run_out(today),
        "uses": one.uses if one.uses_max else None,
        "until": one.expires_on,
    }


@app.command("allot")
def allot(
    offer: OfferCode,
    audience: Annotated[str, typer.Option(help="An audience of the programme.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="A list: a card, telephone, e-mail or `customer:…` on each line.")
    ] = None,
    customer: Annotated[list[str] | None, typer.Option(help="One customer, named alike; repeat it.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day on which it can no longer be used."),
    ] = None,
    allotment: Annotated[
        str, typer.Option(help="An id of your own: given again, it is the same allotment.")
    ] = "",
    dry_run: Annotated[bool, typer.Option(help="Only say who would have it, and who is left out.")] = False,
    json: JsonFlag = False,
) -> None:
    """Allot an offer to an audience or a list; cut off, the same command with the same id goes on."""
    output = Output(json)
    lines = [*(customer or ()), *(_lines(file) if file is not None else ())]
    with database(output), _refusals(offer):
        book, now = _book(), clock.now()
        one = allotments.look_at(
            book.programme,
            offer,
            at=now,
            by="command",
            audience=audience,
            lines=lines,
            until=until.date() if until else None,
            allotment_id=_id(allotment) if allotment else None,
        )
        seen = allotments.foreseen(one, now) if one.begun_at is None else None
        if not dry_run:
            one = allotting.begin(one.allotment_id, now, by=COMMAND_LINE)
            with output.progress(_("Allotting"), total=one.waiting) as advance:
                one = allotting.work(one.allotment_id, advance=advance)
    left_out = seen.left_out if dry_run and seen is not None else one.left_out
    will_have = seen.will_have if dry_run and seen is not None else one.allotted
    output.answer(
        _told(one) | {"will_have": will_have, "left_out": dict(left_out)}, _said(one, will_have, left_out)
    )


@app.command("allotments")
def list_allotments(
    offer: Annotated[str, typer.Argument(help="Its code; all offers when left out.")] = "",
    json: JsonFlag = False,
) -> None:
    """The last allotments, with how far each is."""
    output = Output(json)
    with database(output):
        found = allotments.allotments(_book().programme, offer)
    text = "\n".join(
        f"{one.allotment_id}  {one.offer:<24} {one.state.value:<8} {one.allotted}" for one in found
    )
    output.answer({"allotments": [_told(one) for one in found]}, text or _("No allotment."))


@app.command("undo")
def undo(
    allotment: Annotated[str, typer.Argument(help="Its id, as `allot` told it.")], json: JsonFlag = False
) -> None:
    """Take an allotment back from everybody who neither activated nor used the offer since."""
    output = Output(json)
    with database(output), _refusals(allotment):
        one = allotting.begin_undo(_id(allotment), clock.now(), by=COMMAND_LINE)
        with output.progress(_("Taking back"), total=one.total - one.done) as advance:
            one = allotting.work(one.allotment_id, advance=advance)
    output.answer(
        _told(one),
        _("Taken back from customers: %(n)s; who keep it: %(kept)s.")
        % {"n": number(one.taken_back), "kept": number(sum(one.kept.values()))},
    )


def _lines(file: Path) -> list[str]:
    try:
        return allotments.lines_in(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(str(error), code="cannot_read") from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Misuse(_("%(text)s is no id.") % {"text": text}, code="bad_id") from None


@contextmanager
def _code_refusals(subject: str) -> Iterator[None]:
    """Why codes are not made, or not taken back, in words."""
    words = {
        "unknown_offer": _("The programme has no offer %(subject)s."),
        "no_code_offer": _("No offer %(subject)s asks for a code."),
        "offer_over": _("The offer %(subject)s is over on that day."),
        "unknown_audience": _("The programme has no such audience."),
        "unknown_allotment": _("There is no such allotment."),
        "too_many_codes": _("So many codes are not made at once."),
        "nobody_for_codes": _("Nobody of these would have a code."),
        "other_pool": _("This id is known of other codes."),
        "unknown_pool": _("There are no codes %(subject)s."),
    }
    try:
        yield
    except code_pools.CodesRefused as refused:
        raise Refused(words[refused.code] % {"subject": subject}, code=refused.code) from None


@contextmanager
def _refusals(subject: str) -> Iterator[None]:
    """Why an allotment makes no sense, in words."""
    words = {
        "unknown_offer": _("The programme has no offer %(subject)s."),
        "offer_over": _("The offer %(subject)s is over on that day."),
        "unknown_audience": _("The programme has no such audience."),
        "nothing_to_allot": _("The offer %(subject)s needs no allotment: it is nobody's in particular."),
        "nobody_named": _("Name an audience, a file or customers."),
        "too_many_lines": _("The list is too long: make it an audience."),
        "other_allotment": _("This id is known of another allotment."),
        "unknown_allotment": _("There is no allotment %(subject)s."),
        "not_done_yet": _("What is not done yet cannot be taken back."),
    }
    try:
        yield
    except allotments.AllotmentRefused as refused:
        raise Refused(words[refused.code] % {"subject": subject}, code=refused.code) from None


def _told(one: allotments.Allotment) -> dict[str, object]:
    return {
        "allotment": one.allotment_id,
        "offer": one.offer,
        "state": one.state.value,
        "audience": one.audience or None,
        "lines": one.lines,
        "unknown_lines": one.unknown,
        "until": one.until,
        "customers": one.customers,
        "allotted": one.allotted,
        "left_out": dict(one.left_out),
        "taken_back": one.taken_back,
        "kept": dict(one.kept),
    }


def _said(one: allotments.Allotment, will_have: int, left_out: Mapping[str, int]) -> str:
    said = [
        _("%(n)s of %(customers)s customers: %(id)s")
        % {"n": number(will_have), "customers": number(one.customers), "id": one.allotment_id}
    ]
    said += [f"  {code}  {number(count)}" for code, count in sorted(left_out.items())]
    if one.unknown:
        said.append(_("  Lines that name nobody: %(n)s") % {"n": number(one.unknown)})
    return "\n".join(said)


def _book() -> PlanBook:
    known = programmes()
    book = plan_book(known[0]) if known else None
    if book is None:
        raise Refused(_("No programme is published yet."), code="no_programme")
    return book
