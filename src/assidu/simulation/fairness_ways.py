"""Another way for those left out: rules that they do reach, and how this one would have to be for them to have it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import median_low

from assidu.decisions.plan import Plan, Threshold, TierMeasure, Trigger
from assidu.simulation.fairness_seen import Seen
from assidu.simulation.fairness_types import REACHED, Barrier, Kind, Line, Way, WayKind

OTHER_RULES_MAX = 2
BARRIERS_MAX = 3
STORES_MAX = 3
HOURS_TOGETHER = 3
ROUND_TO_MINOR = 500
"""Thresholds that are proposed are multiples of this, where they are at least that much."""
_UNGIVEN = frozenset(
    {
        Barrier.NOTHING_GIVES,
        Barrier.TOO_LITTLE,
        Barrier.NEVER_EARNED,
        Barrier.NEVER_ENOUGH,
        Barrier.NO_CONTACT,
    }
)
"""What keeps members from a draw that an entry for any purchase would open to them."""


def ways_of(
    plan: Plan, n: int, lines: Sequence[Line], outcomes: Sequence[Sequence[str]], members: Sequence[Seen]
) -> tuple[Way, ...]:
    """For the line of this place: first what there is already, then variants for what keeps most of them out."""
    line = lines[n]
    left = [place for place, row in enumerate(outcomes) if row[n] in line.left_out]
    if not left:
        return ()
    found = list(_other_rules(plan, n, lines, [outcomes[place] for place in left]))
    for barrier, _count in line.reasons[:BARRIERS_MAX]:
        kept_out = [members[place] for place in left if outcomes[place][n] == barrier]
        way = _variant(plan, line, Barrier(barrier), kept_out)
        if way is not None and way.reach:
            found.append(way)
    return tuple(found)


def _other_rules(plan: Plan, n: int, lines: Sequence[Line], left: Sequence[Sequence[str]]) -> Iterator[Way]:
    """What those left out do have; what gives the same currency first. Joining happens only once: it is no way."""
    joining = {rule.code for rule in plan.rules if rule.trigger is Trigger.JOINING}
    currency = _currency(plan, lines[n])
    reach = [
        (_currency(plan, other) == currency, sum(row[m] == REACHED for row in left), m, other)
        for m, other in enumerate(lines)
        if m != n and other.kind in (Kind.RULE, Kind.OFFER) and other.code not in joining
    ]
    reach.sort(key=lambda one: (not one[0], -one[1], one[2]))
    for _, count, _, other in [one for one in reach if one[1]][:OTHER_RULES_MAX]:
        yield Way(WayKind.OTHER_RULE, (other.code,), count)


def _currency(plan: Plan, line: Line) -> str:
    match line.kind:
        case Kind.RULE:
            return next(rule.currency for rule in plan.rules if rule.code == line.code)
        case Kind.REWARD:
            return plan.rewards[line.code].currency
        case Kind.DRAW:
            return plan.draws[line.code].entries
        case Kind.STATUS:
            return plan.tiers.units_currency if plan.tiers is not None else ""
        case _:
            return ""


def _variant(plan: Plan, line: Line, barrier: Barrier, left: Sequence[Seen]) -> Way | None:
    """How the line would have to be for those whom this one thing keeps out."""
    if line.kind is Kind.STATUS:
        return _other_status(barrier, left)
    match barrier:
        case Barrier.CHANNEL:
            return _most(WayKind.CHANNEL, left, lambda seen: seen.channels)
        case Barrier.STORE:
            return _stores(left)
        case Barrier.WEEKDAY:
            return _most(WayKind.WEEKDAY, left, lambda seen: [str(day) for day in seen.weekdays])
        case Barrier.HOUR:
            return _hours(left)
        case Barrier.STATUS:
            return _most(WayKind.STATUS, left, lambda seen: seen.tiers)
        case Barrier.AUDIENCE | Barrier.NOT_GIVEN | Barrier.NOT_FOR_THEM:
            return Way(WayKind.EVERYBODY, (), len(left))
        case Barrier.NO_CONSENT:
            return Way(WayKind.ASK_CONSENT, (), sum(seen.purchases > 0 for seen in left))
        case Barrier.NO_CONTACT if line.kind is Kind.REFERRAL:
            return Way(WayKind.TOLD_AT_TILL, (), sum(seen.purchases > 0 for seen in left))
        case _ if line.kind is Kind.DRAW and barrier in _UNGIVEN:
            return Way(WayKind.PURCHASE, (), sum(seen.purchases > 0 for seen in left))
        case Barrier.TOO_LITTLE:
            asked = _lowest_minor(plan, line)
            came_to = [asked - seen.missing_minor.get(line.code, asked) for seen in left]
            return _threshold(WayKind.AMOUNT, came_to, ROUND_TO_MINOR)
        case Barrier.NEVER_ENOUGH:
            currency = plan.rewards[line.code].currency
            return _threshold(WayKind.COST, [seen.best.get(currency, 0) for seen in left], 1)
        case Barrier.NO_ACTIVITY | Barrier.NO_CONTACT:
            return _done(WayKind.PURCHASE, WayKind.ACTIVITY, left)
        case Barrier.JOINED_BEFORE | Barrier.NOT_FIRST:
            return Way(WayKind.ANNIVERSARY, (), len(left))
        case Barrier.PLACES_GONE:
            return Way(WayKind.PLACES_BY_STORE, (), len(left))
        case _:
            return None


def _other_status(barrier: Barrier, left: Sequence[Seen]) -> Way | None:
    """What a status would have to ask for instead, or count as well."""
    match barrier:
        case Barrier.TOO_LITTLE:
            return _reached_by_half(WayKind.AMOUNT, TierMeasure.SPEND, left, ROUND_TO_MINOR)
        case Barrier.TOO_SELDOM:
            return _reached_by_half(WayKind.TIMES, TierMeasure.PURCHASES, left)
        case Barrier.NEVER_ENOUGH:
            return _reached_by_half(WayKind.UNITS, TierMeasure.UNITS, left)
        case Barrier.ENGAGEMENT:
            return _reached_by_half(WayKind.SCORE, TierMeasure.ENGAGEMENT, left)
        case Barrier.NO_ACTIVITY | Barrier.NO_CONTACT | Barrier.NO_CONSENT | Barrier.NEVER_EARNED:
            return _done(WayKind.ALSO_PURCHASE, WayKind.ALSO_ACTIVITY, left)
        case _:
            return None


def _reached_by_half(kind: WayKind, measure: TierMeasure, left: Sequence[Seen], step: int = 1) -> Way | None:
    return _threshold(kind, [seen.measures.get(measure, 0) for seen in left], step)


def _done(buying: WayKind, doing: WayKind, left: Sequence[Seen]) -> Way:
    """What most of them do: buy, or something else."""
    purchase = Way(buying, (), sum(seen.purchases > 0 for seen in left))
    activity = _most(doing, left, lambda seen: seen.activities)
    return activity if activity is not None and activity.reach > purchase.reach else purchase


def _lowest_minor(plan: Plan, line: Line) -> int:
    """The amount from which on a rule or an offer gives."""
    if line.kind is Kind.OFFER:
        return plan.offers.by_code[line.code].when.amount_min_minor or 0
    rule = next(rule for rule in plan.rules if rule.code == line.code)
    first_step = rule.gift.steps[0][0] if isinstance(rule.gift, Threshold) else 0
    return max(rule.when.amount_min_minor or 0, first_step)


def _most(
    kind: WayKind, left: Sequence[Seen], codes: Callable[[Seen], Sequence[str] | set[str] | Counter[str]]
) -> Way | None:
    """What most of them have at least once."""
    counts = Counter(code for seen in left for code in codes(seen))
    if not counts:
        return None
    code = min(counts, key=lambda one: (-counts[one], one))
    return Way(kind, (code,), counts[code])


def _stores(left: Sequence[Seen]) -> Way | None:
    """A few stores that together are used by as many as possible, one after another."""
    rest = list(left)
    chosen: list[str] = []
    while rest and len(chosen) < STORES_MAX:
        way = _most(WayKind.STORES, rest, lambda seen: seen.stores)
        if way is None:
            break
        chosen.append(way.values[0])
        rest = [seen for seen in rest if way.values[0] not in seen.stores]
    return Way(WayKind.STORES, tuple(chosen), len(left) - len(rest)) if chosen else None


def _hours(left: Sequence[Seen]) -> Way | None:
    """The hours in a row in which most of them came at least once."""
    best = max(
        range(24 - HOURS_TOGETHER + 1),
        key=lambda first: sum(
            any(first <= hour < first + HOURS_TOGETHER for hour in seen.hours) for seen in left
        ),
    )
    reach = sum(any(best <= hour < best + HOURS_TOGETHER for hour in seen.hours) for seen in left)
    return Way(WayKind.HOURS, (f"{best:02d}:00", f"{best + HOURS_TOGETHER:02d}:00"), reach)


def _threshold(kind: WayKind, highest: Sequence[int], step: int) -> Way | None:
    """What half of them would reach, rounded down."""
    middle = median_low(highest)
    at_least = middle // step * step or middle
    if at_least <= 0:
        return None
    return Way(kind, (str(at_least),), sum(one >= at_least for one in highest))
