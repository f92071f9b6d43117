"""Draws among entries in words: what they are, what became of them, what may be wrong with them."""

from typing import TYPE_CHECKING

from assidu.decisions.decision import Reason
from assidu.decisions.events import PrizeWon
from assidu.plans.compile_draws import drawn_on
from assidu.plans.diff import Change, Kind
from assidu.plans.document import Draw
from assidu.plans.wording import figures
from assidu.plans.wording.language import Sentence

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases

DRAW = {
    "draw": Sentence("{name} : {terms}.", "{name}: {terms}."),
    "among": Sentence(
        "tirage le {drawn_on} parmi les {entries} au compte des membres le soir du {last_day}",
        "drawn on {drawn_on} among the {entries} that members have at the end of {last_day}",
    ),
    "prizes": Sentence("à gagner : {prizes}", "to win: {prizes}"),
    "gives": Sentence("{name} ({units})", "{name} ({units})"),
    "gives_each": Sentence("{name} ({units} à chaque fois)", "{name} ({units} each)"),
    "one_each": Sentence("un lot au plus par membre", "at most one prize for each member"),
    "several_each": Sentence("un membre peut gagner plusieurs lots", "a member may win several prizes"),
    "serves": Sentence("objectif : {objective}", "objective: {objective}"),
}
CHANGES = {
    Kind.ADDED: Sentence("Nouveau tirage : {said}", "New draw: {said}"),
    Kind.REMOVED: Sentence("Le tirage {name} disparaît.", "The draw {name} is gone."),
    Kind.CHANGED: Sentence(
        "Le tirage {name} change. Désormais : {said}", "The draw {name} changes. Now: {said}"
    ),
    Kind.REORDERED: Sentence("L'ordre des tirages change.", "The order of the draws changes."),
}
WON = {
    "title": Sentence("Lot gagné au tirage : {prize}", "Prize won in a draw: {prize}"),
    "said": Sentence(
        "Tirage {draw} : {prize} (tirage n° {place}).", "Draw {draw}: {prize} (drawn as no. {place})."
    ),
    "reason": Sentence(
        "{draw} : une de ses chances a été tirée en n° {place}, {given}",
        "{draw}: one of their entries was drawn as no. {place}, {given}",
    ),
}

DRAW_PROBLEMS = {
    "draw_is_rule": Sentence(
        "une règle, une offre ou un avantage s'appelle déjà « {code} » : donnez au tirage un autre code",
        "a rule, an offer or a reward is already called `{code}`: give the draw another code",
    ),
    "not_entries": Sentence(
        "« {currency} » n'est pas de nature `entry` : on ne tire que parmi des chances",
        "`{currency}` is not of the kind `entry`: only entries are drawn",
    ),
    "prize_is_entry": Sentence(
        "un lot ne donne pas de chances : « {currency} » est de nature `entry`",
        "a prize gives no entries: `{currency}` is of the kind `entry`",
    ),
    "drawn_too_early": Sentence(
        "on tire après le dernier jour où les chances comptent (last_day)",
        "it is drawn after the last day on which entries count (last_day)",
    ),
    "draw_over": Sentence(
        "le tirage « {draw} » se ferme avant le premier jour de cette version : il n'aura pas lieu avec elle",
        "the draw `{draw}` closes before this version's first day: this version does not draw it",
    ),
    "drawn_after_closing": Sentence(
        "le tirage « {draw} » a lieu quand plus rien ne peut être utilisé (closing)",
        "the draw `{draw}` takes place when nothing can be used any more (closing)",
    ),
    "too_many_prizes": Sentence("au plus {most} lots par tirage", "at most {most} prizes in a draw"),
    "entries_cannot": Sentence(
        "« {code} » est une chance et rien d'autre : retirez « {name} »",
        "`{code}` is a chance and nothing else: take `{name}` out",
    ),
    "entries_undrawn": Sentence(
        "aucun tirage n'est prévu parmi les « {code} »", "no draw is planned among `{code}`"
    ),
}


def draw_said(draw: Draw, phrases: "Phrases") -> str:
    """A whole draw in one sentence."""
    return phrases.say(DRAW["draw"], name=phrases.quoted(draw.name), terms=draw_terms(draw, phrases))


def draw_terms(draw: Draw, phrases: "Phrases") -> str:
    """The same without its name."""
    parts = [
        phrases.say(
            DRAW["among"],
            drawn_on=phrases.day(drawn_on(draw)),
            entries=phrases.currency_name(draw.entries),
            last_day=phrases.day(draw.last_day),
        ),
        phrases.say(DRAW["prizes"], prizes=prizes_said(draw, phrases)),
        phrases.say(DRAW["several_each" if draw.several_each else "one_each"]),
    ]
    if draw.serves is not None:
        parts.append(phrases.say(DRAW["serves"], objective=phrases.objective_name(draw.serves)))
    return phrases.semicolons(parts)


def prizes_said(draw: Draw, phrases: "Phrases") -> str:
    said = []
    for prize in draw.prizes:
        name = figures.several(prize.count, phrases.quoted(prize.name), phrases.language)
        # « un vélo » (1 vélo) would say it twice.
        currency = phrases.currencies.get(prize.gives.currency)
        called = "" if currency is None else figures.name_of(prize.gives.units, currency, phrases.language)
        if called.lower() not in phrases.text(prize.name).lower():
            key = "gives" if prize.count == 1 else "gives_each"
            name = phrases.say(DRAW[key], name=name, units=phrases.side(prize.gives))
        said.append(name)
    return phrases.listing(said)


def draw_change(found: Change, old: "Phrases", new: "Phrases") -> str:
    """A draw that changes is told as a whole."""
    member = new.draws.get(found.subject) or old.draws.get(found.subject)
    name = found.subject if member is None else new.quoted(member.name)
    said = "" if found.after is None or found.kind is Kind.REORDERED else draw_said(found.after, new)
    return new.say(CHANGES[found.kind], name=name, said=said)


# ---------------------------------------------------------------- what was won


def prize_name(draw: str, prize: int, phrases: "Phrases") -> str:
    known = phrases.draws.get(draw)
    if known is None or not 1 <= prize <= len(known.prizes):
        return f"{draw} {prize}"
    return phrases.text(known.prizes[prize - 1].name)


def prize_won_said(event: PrizeWon, phrases: "Phrases") -> str:
    return phrases.say(
        WON["said"],
        draw=phrases.rule_name(event.draw),
        prize=prize_name(event.draw, event.prize, phrases),
        place=event.place,
    )


def prize_won_title(event: PrizeWon, phrases: "Phrases") -> str:
    return phrases.say(WON["title"], prize=prize_name(event.draw, event.prize, phrases))


def draw_reason(found: Reason, draw: Draw, phrases: "Phrases") -> str:
    """The only reason that there is: they won."""
    prize = found.figures.get("prize", 1)
    return phrases.say(
        WON["reason"],
        draw=phrases.quoted(draw.name),
        place=found.figures.get("place", 0),
        given=prize_name(draw.code, prize, phrases),
    )
