"""Draws among entries: what can be won, who is in it, who won, and the proof that anybody can make again."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.decisions.decision import RefusalCode, Refused
from assidu.loyalty import prize_draws
from assidu.loyalty.draws import Draw as Committed
from assidu.loyalty.draws import DrawRefused, draw_of
from assidu.loyalty.prize_draws import Announced, Drawn, LeftOut, WonPrize, is_among_entries
from assidu.loyalty.running_draws import run_draw
from assidu.plans.document import Draw
from assidu.plans.wording import refusal
from assidu.plans.wording.draws import draw_terms, prize_name
from assidu.plans.wording.phrases import phrases_of

WINNERS_SHOWN_MAX = 500


@dataclass(frozen=True)
class PrizeDrawShown:
    """``state`` is open (entries still count), closed (waits for its day), due, or drawn."""

    code: str
    last_day: date
    drawn_on: date
    name: str
    state: str
    members: int
    entries: int
    commitment: str


@dataclass(frozen=True)
class WinnerShown:
    place: int
    prize: str
    customer_id: str
    counted: str
    state: str
    why_not: str


def prize_draws_shown(known: Programme) -> list[PrizeDrawShown]:
    """Every one, those to come first."""
    announced = prize_draws.announced(known.book)
    done = prize_draws.drawn(known.code)
    now_there = prize_draws.entries_now(one.draw.entries for one in announced)
    shown = [_shown(known, one, done.get(one.draw.name), now_there) for one in announced]
    return sorted(shown, key=lambda one: (one.state == "drawn", one.drawn_on))


def _shown(
    known: Programme, one: Announced, done: Drawn | None, now_there: dict[str, tuple[int, int]]
) -> PrizeDrawShown:
    members, entries = (
        (done.members, done.entries) if done is not None else now_there.get(one.draw.entries, (0, 0))
    )
    opened = draw_of(known.code, one.draw.name)
    return PrizeDrawShown(
        one.draw.code,
        one.draw.last_day,
        one.draw.drawn_on,
        known.phrases.text(_written(known, one).name),
        _state(known, one, done),
        members,
        entries,
        opened.commitment if opened is not None else "",
    )


def _state(known: Programme, one: Announced, done: Drawn | None) -> str:
    if done is not None:
        return "drawn"
    if one.due_at <= known.now:
        return "due"
    return "open" if known.today <= one.draw.last_day else "closed"


def _written(known: Programme, one: Announced) -> Draw:
    """As the version that is drawn says it."""
    written = known.document_of(one.plan.version).draw(one.draw.code)
    assert written is not None, "what is compiled was written"
    return written


# ---------------------------------------------------------------- one draw


@require_GET
@allowed("plan.view")
def prize_draw(request: HttpRequest, code: str, last_day: str) -> HttpResponse:
    known, one, done, committed = _found(request, code, last_day)
    phrases = phrases_of(known.document_of(one.plan.version), known.language)
    written = _written(known, one)
    won = prize_draws.prizes_of(known.code, one.draw.name) if done is not None else []
    now_there = prize_draws.entries_now([one.draw.entries])
    person = signed_in(request)
    may_see_figures = person.may("dashboard.view")
    context = {
        "programme": known,
        "shown": _shown(known, one, done, now_there),
        "terms": _capital(draw_terms(written, phrases)) + ".",
        "draw": done,
        "committed": committed,
        "proof": prize_draws.prove(one.draw, done) if done is not None else None,
        "left_out": _left_out(done) if done is not None and may_see_figures else [],
        "winners": [_winner(prize, code, known, one) for prize in won[:WINNERS_SHOWN_MAX]],
        "winner_count": len(won),
        "may_run": person.may("plan.publish"),
        "may_see_figures": may_see_figures,
        "may_see_people": person.sees_everybody,
    }
    return render(request, "backoffice/offers/prize_draw.html", context)


@require_POST
@allowed("plan.publish")
def run(request: HttpRequest, code: str, last_day: str) -> HttpResponse:
    """Draw what is due; the clock does the same within a minute."""
    known, one, _done, _committed = _found(request, code, last_day)
    try:
        found = run_draw(known.code, code, known.now, by=actor_at(request))
    except DrawRefused as refused:
        reasons = {
            "not_due": _("It is not yet the day of the draw."),
            "sealed_with_another_key": _("The secret was sealed with another vault key."),
        }
        messages.error(request, reasons.get(refused.code, refused.code))
    else:
        count = len(prize_draws.prizes_of(known.code, found.name))
        said = ngettext("Drawn: %(n)s prize is given.", "Drawn: %(n)s prizes are given.", count)
        messages.success(request, said % {"n": formats.number(count)})
    return redirect("prize-draw", code=code, last_day=one.draw.last_day.isoformat())


@require_GET
@allowed("customers.every_store")
def proof(request: HttpRequest, code: str, last_day: str) -> HttpResponse:
    """What an auditor needs, as a file: every member of the list by pseudonym."""
    _known, one, done, _committed = _found(request, code, last_day)
    if done is None:
        raise Http404
    response = JsonResponse(prize_draws.dossier(one.draw, done), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="draw-{code}-{last_day}.json"'
    return response


def _found(
    request: HttpRequest, code: str, last_day: str
) -> tuple[Programme, Announced, Drawn | None, Committed | None]:
    known = programme_at(request)
    name = f"{code}:{last_day}"
    announced = [] if known is None else prize_draws.announced(known.book)
    one = next((one for one in announced if one.draw.name == name), None)
    if known is None or one is None or not is_among_entries(name):
        raise Http404
    return known, one, prize_draws.drawn_one(known.code, name), draw_of(known.code, name)


def _left_out(done: Drawn) -> list[str]:
    words = {
        LeftOut.LEFT: _("Gone from the programme"),
        LeftOut.SUSPENDED: _("Suspended"),
        LeftOut.ERASED: _("Erased"),
    }
    return [
        ngettext(
            "%(why)s: %(n)s member, entries: %(entries)s",
            "%(why)s: %(n)s members, entries: %(entries)s",
            members,
        )
        % {"n": formats.number(members), "why": words[why], "entries": formats.number(entries)}
        for why, (members, entries) in done.left_out.items()
    ]


def _winner(prize: WonPrize, code: str, known: Programme, one: Announced) -> WinnerShown:
    phrases = phrases_of(known.document_of(one.plan.version), known.language)
    why_not = ""
    if prize.outcome in set(RefusalCode):
        why_not = refusal(Refused(RefusalCode(prize.outcome)), known.document, known.language)
    counted = _("%(number)s of %(left)s") % {
        "number": formats.number(prize.number),
        "left": formats.number(prize.entries_left),
    }
    state = "given" if prize.is_given else "waiting" if prize.decided_at is None else "refused"
    return WinnerShown(
        prize.place, prize_name(code, prize.prize, phrases), str(prize.customer_id), counted, state, why_not
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
