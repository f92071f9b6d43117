"""`assidu draw`: draws among entries: what is announced, drawing, the proof, and what an auditor needs."""

import json as json_
from pathlib import Path
from typing import Annotated, Any

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import ngettext, number
from assidu.foundation import clock
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import prize_draws
from assidu.loyalty.book import PlanBook
from assidu.loyalty.draws import DrawRefused, draw_of
from assidu.loyalty.plans import plan_book, programmes
from assidu.loyalty.prize_draws import Announced, Drawn, Proof
from assidu.loyalty.running_draws import run_draw

app = typer.Typer(no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="Its code in the programme.")]


@app.command("list")
def list_draws(json: JsonFlag = False) -> None:
    """Every draw that the programme announces: its days, its commitment, and what was drawn."""
    output = Output(json)
    with database(output):
        book = _book()
        done = prize_draws.drawn(book.programme)
        now_there = prize_draws.entries_now(one.draw.entries for one in prize_draws.announced(book))
        listed = [_told(book, one, done.get(one.draw.name), now_there) for one in prize_draws.announced(book)]
    text = "\n".join(
        f"{one['draw']:<36} {one['drawn_on']}  {_('drawn') if one['drawn_at'] else _('to come')}"
        for one in listed
    )
    output.answer({"draws": listed}, text or _("The programme announces no draw."))


@app.command("run")
def run(code: Code, json: JsonFlag = False) -> None:
    """Draw what is due, or answer what was drawn; prizes not given yet are given. Run again, it is the same."""
    output = Output(json)
    with database(output):
        book = _book()
        try:
            found = run_draw(book.programme, code, clock.now(), by=COMMAND_LINE)
        except DrawRefused as refused:
            raise Refused(_why_not(refused.code, code), code=refused.code) from None
        told = _told(book, _announced(book, found.name), found, {})
        prizes = prize_draws.prizes_of(book.programme, found.name)
    told["winners"] = [_winner(prize) for prize in prizes]
    output.answer(
        told,
        _("%(members)s members with %(entries)s entries; %(prizes)s prizes drawn, %(given)s given.")
        % {
            "members": number(found.members),
            "entries": number(found.entries),
            "prizes": number(len(prizes)),
            "given": number(sum(prize.is_given for prize in prizes)),
        },
    )


@app.command("verify")
def verify(
    code: Annotated[str, typer.Argument(help="Its code in the programme; none with a file.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="What `export` wrote: it is drawn again from that alone.")
    ] = None,
    secret: Annotated[
        str, typer.Option(help="64 digits from 0 to f, instead of the one that was told.")
    ] = "",
    json: JsonFlag = False,
) -> None:
    """Draw again from the list and the secret, and compare; exit status 1 when anything differs."""
    output = Output(json)
    if file is not None:
        proof, name = _of_file(file)
    else:
        try:
            own = bytes.fromhex(secret) if secret else None
        except ValueError:
            raise Misuse(_("A secret is 64 digits from 0 to f."), code="bad_secret") from None
        with database(output):
            book = _book()
            found = _drawn(book, code)
            proof, name = prize_draws.prove(_announced(book, found.name).draw, found, own), found.name
    output.answer(
        {
            "draw": name,
            "keeps_its_word": proof.keeps_its_word,
            "is_same_list": proof.is_same_list,
            "winners": proof.winners,
            "differing": list(proof.differing),
        },
        _said(proof),
        is_yes=proof.is_ok,
    )


@app.command("export")
def export(
    code: Code,
    file: Annotated[Path, typer.Argument(help="Where to write it; it must not exist yet.")],
    json: JsonFlag = False,
) -> None:
    """Write what an auditor needs: commitment, secret, list by pseudonym, winners."""
    output = Output(json)
    with database(output):
        book = _book()
        found = _drawn(book, code)
        told = prize_draws.dossier(_announced(book, found.name).draw, found)
    try:
        with file.open("x", encoding="utf-8") as written:
            json_.dump(told, written, ensure_ascii=False, indent=1)
    except OSError as error:
        raise Refused(str(error), code="cannot_write") from None
    output.answer({"draw": found.name, "file": str(file)}, _("Written: %(file)s") % {"file": file})


def _of_file(file: Path) -> tuple[Proof, str]:
    try:
        told = json_.loads(file.read_text(encoding="utf-8"))
        return prize_draws.prove_dossier(told), str(told["draw"])
    except OSError as error:
        raise Refused(str(error), code="cannot_read") from None
    except (KeyError, ValueError, TypeError, IndexError):
        raise Refused(
            _("%(file)s is not what `assidu draw export` writes.") % {"file": file}, code="no_dossier"
        ) from None


def _said(proof: Proof) -> str:
    if not proof.keeps_its_word:
        return _("This is not the secret that was committed to.")
    if not proof.is_same_list:
        return _("This is not the list whose fingerprint was published.")
    if proof.differing:
        return _("Other winners come out at these places: %(places)s.") % {
            "places": ", ".join(map(str, proof.differing))
        }
    return ngettext(
        "Drawn again: %(n)s prize, the same winner.",
        "Drawn again: %(n)s prizes, the same winners.",
        proof.winners,
    ) % {"n": number(proof.winners)}


def _why_not(reason: str, code: str) -> str:
    reasons = {
        "no_draw": _("The programme announces no draw %(code)s."),
        "not_due": _("It is not yet the day of the draw %(code)s: `assidu draw list`."),
        "sealed_with_another_key": _("The secret of %(code)s was sealed with another vault key."),
    }
    return reasons[reason] % {"code": code}


def _told(
    book: PlanBook, one: Announced, done: Drawn | None, now_there: dict[str, tuple[int, int]]
) -> dict[str, Any]:
    opened = draw_of(book.programme, one.draw.name)
    members, entries = now_there.get(one.draw.entries, (0, 0))
    return {
        "draw": one.draw.name,
        "code": one.draw.code,
        "last_day": one.draw.last_day,
        "drawn_on": one.draw.drawn_on,
        "prizes": one.draw.prize_count,
        "commitment": opened.commitment if opened else None,
        "secret": (opened.secret or None) if opened else None,
        "drawn_at": done.drawn_at if done else None,
        "list_hash": done.list_hash if done else None,
        "members": done.members if done else members,
        "entries": done.entries if done else entries,
        "left_out": {why.value: list(counts) for why, counts in done.left_out.items()} if done else {},
    }


def _winner(prize: prize_draws.WonPrize) -> dict[str, Any]:
    return {
        "place": prize.place,
        "prize": prize.prize,
        "customer": prize.customer_id,
        "is_given": prize.is_given,
        "outcome": prize.outcome or None,
    }


def _announced(book: PlanBook, name: str) -> Announced:
    return next(one for one in prize_draws.announced(book) if one.draw.name == name)


def _drawn(book: PlanBook, code: str) -> Drawn:
    """The last one of this code."""
    found = next((one for one in prize_draws.drawn(book.programme).values() if one.code == code), None)
    if found is None:
        raise Refused(_("%(code)s was not drawn yet.") % {"code": code}, code="not_drawn")
    return found


def _book() -> PlanBook:
    known = programmes()
    book = plan_book(known[0]) if known else None
    if book is None:
        raise Refused(_("No programme is published yet."), code="no_programme")
    return book
