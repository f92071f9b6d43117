"""From what was seen of one member to what became of them with one thing that the programme gives."""

from collections.abc import Iterator, Sequence
from datetime import date

from assidu.decisions.plan import (
    REFERRAL,
    Conditions,
    Draw,
    GivesUnits,
    OfferNeeds,
    Plan,
    TierLevel,
    TierMeasure,
    Tiers,
    Trigger,
)
from assidu.simulation.fairness_seen import FURTHER, Seen
from assidu.simulation.fairness_types import COULD_HAVE, REACHED, Barrier, Kind

ASKED_BY_MESSAGE = frozenset({"survey-answered"})
"""Activities that only whoever can be written to is ever asked for."""
REFERRAL_LINE = "referral"
"""The code of the one line that is about members who bring others."""


def lines_of(plan: Plan, since: date = date.min) -> list[tuple[Kind, str]]:
    """Everything that a programme gives from ``since`` on, in its own order."""
    levels = plan.tiers.levels if plan.tiers is not None else ()
    return [
        *((Kind.RULE, rule.code) for rule in plan.rules),
        *((Kind.OFFER, offer.code) for offer in plan.offers.all),
        *((Kind.REWARD, code) for code in plan.rewards),
        *((Kind.DRAW, draw.code) for draw in plan.draws.values() if draw.last_day >= since),
        *((Kind.STATUS, level.code) for level in levels if level.asks),
        *([(Kind.REFERRAL, REFERRAL_LINE)] if plan.referral is not None else []),
    ]


def conditions_of(plan: Plan, kind: Kind, code: str) -> Conditions | None:
    if kind is Kind.RULE:
        return next((rule.when for rule in plan.rules if rule.code == code), None)
    if kind is Kind.OFFER:
        return plan.offers.by_code[code].when
    return plan.rewards[code].when if kind is Kind.REWARD else None


def outcome_of(plan: Plan, kind: Kind, code: str, seen: Seen) -> str:
    match kind:
        case Kind.RULE | Kind.OFFER:
            return _of_rule(plan, kind, code, seen)
        case Kind.REWARD:
            return seen.rewards.get(code, Barrier.NEVER_EARNED.value)
        case Kind.DRAW:
            return _of_draw(plan, plan.draws[code], seen)
        case Kind.STATUS:
            assert plan.tiers is not None, "a line about a status is of a plan that has some"
            return _of_status(plan, plan.tiers, plan.tiers.rank(code), seen)
        case Kind.REFERRAL:
            return _of_referral(plan, seen)


def _of_rule(plan: Plan, kind: Kind, code: str, seen: Seen) -> str:
    outcome = seen.outcomes.get(code)
    if outcome is None:
        return _never_asked(plan, kind, code, seen).value
    if outcome == Barrier.NOT_GIVEN:
        offer = plan.offers.by_code.get(code)
        if offer is not None and offer.needs in (OfferNeeds.ALLOTTED, OfferNeeds.ACTIVATED):
            return _unreached(seen, Barrier.NOT_GIVEN).value
    return outcome


def _never_asked(plan: Plan, kind: Kind, code: str, seen: Seen) -> Barrier:
    """Why no occasion of theirs asked this rule at all."""
    rule = next((rule for rule in plan.rules if rule.code == code), None) if kind is Kind.RULE else None
    if rule is not None and rule.trigger is Trigger.JOINING:
        return Barrier.JOINED_BEFORE
    if rule is not None and rule.trigger is Trigger.ACTIVITY:
        is_asked = rule.activity in ASKED_BY_MESSAGE
        return _unreached(seen, Barrier.NO_ACTIVITY) if is_asked else Barrier.NO_ACTIVITY
    return Barrier.NO_PURCHASE


def _unreached(seen: Seen, otherwise: Barrier) -> Barrier:
    """Why no message could reach them. Of whom nothing is known, nothing is said."""
    if not seen.has_contact:
        return Barrier.NO_CONTACT
    return Barrier.NO_CONSENT if seen.consents == frozenset() else otherwise


# ---------------------------------------------------------------- draws among entries


def _of_draw(plan: Plan, draw: Draw, seen: Seen) -> str:
    """An entry is what one can have of a draw; whoever never had any came as far as with what gives them."""
    known = seen.draws.get(draw.code)
    if known == REACHED:
        return REACHED
    outcomes = [known] if known is not None else []
    for kind, code in givers_of(plan, draw.entries):
        outcome = outcome_of(plan, kind, code, seen)
        if kind in (Kind.REWARD, Kind.REFERRAL) or code not in seen.outcomes:
            outcomes.append(COULD_HAVE if outcome == REACHED else outcome)
    return max(outcomes, key=FURTHER.__getitem__, default=Barrier.NOTHING_GIVES.value)


def givers_of(plan: Plan, currency: str) -> Iterator[tuple[Kind, str]]:
    """The lines that give units of a currency."""
    yield from ((Kind.RULE, rule.code) for rule in plan.rules if rule.currency == currency)
    for offer in plan.offers.all:
        if isinstance(offer.effect, GivesUnits) and offer.effect.currency == currency:
            yield Kind.OFFER, offer.code
    yield from ((Kind.REWARD, code) for code, reward in plan.rewards.items() if reward.gives == currency)
    sides = (plan.referral.referrer, plan.referral.referee) if plan.referral is not None else ()
    if any(side is not None and side.currency == currency for side in sides):
        yield Kind.REFERRAL, REFERRAL_LINE


# ---------------------------------------------------------------- statuses


def _of_status(plan: Plan, tiers: Tiers, rank: int, seen: Seen) -> str:
    """Whoever held it, or a higher one; else what they were nearest to of what it asks for or, where it asks for all of
    it, furthest from."""
    if any(tiers.rank(tier) >= rank for tier in seen.tiers):
        return REACHED
    level = tiers.levels[rank]
    short = [(share, barrier) for share, barrier in _shares(plan, level, seen) if share < 1]
    if not short or (not tiers.needs_all and len(short) < len(level.asks)):
        return COULD_HAVE  # all of it was there, at different times
    share = (min if tiers.needs_all else max)(share for share, _ in short)
    return next(barrier.value for one, barrier in short if one == share)


def _shares(plan: Plan, level: TierLevel, seen: Seen) -> Sequence[tuple[float, Barrier]]:
    """How much of each thing that a level asks for they ever had, and what keeps them from the rest."""
    found = []
    for measure, least in level.asks:
        best = seen.measures.get(measure, 0)
        found.append((best / least, _short_of(plan, measure, best, seen)))
    return found


def _short_of(plan: Plan, measure: TierMeasure, best: int, seen: Seen) -> Barrier:
    match measure:
        case TierMeasure.UNITS:
            return Barrier.NEVER_ENOUGH if best > 0 else Barrier.NEVER_EARNED
        case TierMeasure.ENGAGEMENT:
            return _unengaged(plan, best, seen)
        case _ if seen.purchases == 0:
            return Barrier.NO_PURCHASE
        case TierMeasure.SPEND:
            return Barrier.TOO_LITTLE
        case TierMeasure.PURCHASES:
            return Barrier.TOO_SELDOM


def _unengaged(plan: Plan, best: int, seen: Seen) -> Barrier:
    """A score that rests on what they are never asked for is out of their reach, whatever they buy."""
    weights = plan.engagement.weights.keys() if plan.engagement is not None else set[str]()
    activities = weights - {"sale"}
    if activities and activities <= ASKED_BY_MESSAGE and not activities & seen.activities.keys():
        return _unreached(seen, Barrier.ENGAGEMENT if best > 0 else Barrier.NO_ACTIVITY)
    if best > 0:
        return Barrier.ENGAGEMENT
    return Barrier.NO_PURCHASE if "sale" in weights and seen.purchases == 0 else Barrier.NO_ACTIVITY


# ---------------------------------------------------------------- referral


def _of_referral(plan: Plan, seen: Seen) -> str:
    """Who brings somebody needs a code to share, which is on the page that they are written to about; a newcomer was
    brought, or was not."""
    known = seen.outcomes.get(REFERRAL)
    if known is not None:
        return known
    if plan.referral is None or plan.referral.referrer is None:
        return COULD_HAVE if seen.has_joined else Barrier.JOINED_BEFORE.value
    could_be_brought = seen.has_joined and plan.referral.referee is not None
    return COULD_HAVE if seen.has_contact or could_be_brought else Barrier.NO_CONTACT.value
