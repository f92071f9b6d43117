"""Rules, offers and rewards as the back office reads them: what is left of what customers share, what was given, how
far customers are with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assidu.decisions.calendar import period_key
from assidu.decisions.offers.given import Step
from assidu.decisions.plan import EarnRule, Plan
from assidu.decisions.plan.offers import Offer
from assidu.decisions.rewards import session_key, stock_key
from assidu.decisions.sharing import budget_key
from assidu.foundation.sql import rows


class GaugeKind(StrEnum):
    QUOTA = "quota"
    BUDGET = "budget"
    STOCK = "stock"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is taken of a limit now, in this period. A budget of units counts them, else minor units; with a limit in
    each store, ``by_store`` is what was taken in each that has begun, the most first, and ``taken`` that together.
    ``session``: whose places."""

    kind: GaugeKind
    taken: int
    limit: int
    is_money: bool = False
    by_store: tuple[tuple[str, int], ...] = ()
    session: str = ""

    @property
    def left(self) -> int:
        return max(self.limit - self.taken, 0)


@dataclass(frozen=True, slots=True)
class OfferFigures:
    """What an offer gave in a time, before returns: tickets, customers, and what was taken off or given."""

    tickets: int = 0
    customers: int = 0
    off_minor: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True)
class Standings:
    """How many customers are at each step now; ``over`` are those whose time has passed unused."""

    allotted: int = 0
    seen: int = 0
    activated: int = 0
    used: int = 0
    over: int = 0

    def __bool__(self) -> bool:
        return any((self.allotted, self.seen, self.activated, self.used, self.over))


def gauges(plan: Plan, today: date) -> dict[str, list[Gauge]]:
    """By code of the rule, offer or reward; those without a limit have none, nor have sessions that are over."""
    shared: tuple[EarnRule | Offer, ...] = (*plan.rules, *plan.offers.all)
    wanted = [(one.code, kind, key, limit, "") for one in shared for kind, key, limit in _keys(one, today)]
    for reward in plan.rewards.values():
        if reward.stock is not None:
            wanted.append((reward.code, GaugeKind.STOCK, stock_key(reward), reward.stock, ""))
        for code, session in reward.sessions.items():
            if session.on >= today:
                key = session_key(reward, code)
                wanted.append((reward.code, GaugeKind.SESSION, key, session.places, code))
    if not wanted:
        return {}
    known = rows(
        "SELECT w.key, substr(q.key, length(w.key) + 1), q.taken FROM unnest(%s::text[]) AS w (key) "
        "JOIN loyalty_quota AS q ON q.key = w.key OR (right(w.key, 1) = ':' AND starts_with(q.key, w.key)) "
        "ORDER BY q.taken DESC, q.key",
        [[key for _, _, key, _, _ in wanted]],
    )
    taken: dict[str, list[tuple[str, int]]] = {}
    for key, store, count in known:
        taken.setdefault(key, []).append((store, int(count)))
    found: dict[str, list[Gauge]] = {}
    for code, kind, key, limit, session_code in wanted:
        parts = tuple(taken.get(key, ()))
        offer = plan.offers.by_code.get(code)
        is_money = kind is GaugeKind.BUDGET and offer is not None and offer.is_price
        by_store = parts if key.endswith(":") else ()
        count = sum(part for _, part in parts)
        gauge = Gauge(kind, count, limit * max(len(by_store), 1), is_money, by_store, session_code)
        found.setdefault(code, []).append(gauge)
    return found


def gauges_in(store: str, offers: Iterable[Offer], today: date) -> dict[str, list[Gauge]]:
    """Of these offers, as tickets of one store meet them: of a limit in each store, that store's own."""
    wanted = [
        (offer, kind, f"{key}{store}" if key.endswith(":") else key, limit)
        for offer in offers
        for kind, key, limit in _keys(offer, today)
    ]
    if not wanted:
        return {}
    known = rows(
        "SELECT key, taken FROM loyalty_quota WHERE key = ANY (%s)", [[key for _, _, key, _ in wanted]]
    )
    taken = {key: int(count) for key, count in known}
    found: dict[str, list[Gauge]] = {}
    for offer, kind, key, limit in wanted:
        is_money = kind is GaugeKind.BUDGET and offer.is_price
        found.setdefault(offer.code, []).append(Gauge(kind, taken.get(key, 0), limit, is_money))
    return found


def _keys(offer: EarnRule | Offer, today: date) -> Iterable[tuple[GaugeKind, str, int]]:
    """As ``decide`` claims them; a limit in each store ends with a colon, for all stores together."""
    if offer.quota is not None:
        period = period_key(offer.quota.period, today)
        where = "*" if offer.quota.scope == "programme" else ""
        yield GaugeKind.QUOTA, f"quota:{offer.code}:{period}:{where}", offer.quota.limit
    if (budget := offer.budget) is not None:
        key = budget_key(offer.code, budget, period_key(budget.period, today), store="")
        yield GaugeKind.BUDGET, key, budget.limit
    if isinstance(offer, Offer) and offer.stock is not None:
        yield GaugeKind.STOCK, f"stock:{offer.code}", offer.stock


def figures(codes: Iterable[str], since: date, until: date) -> dict[str, OfferFigures]:
    """What each offer gave on tickets of these days, both included."""
    wanted = list(codes)
    if not wanted:
        return {}
    found = rows(
        "SELECT g.offer, count(DISTINCT (g.customer_id, g.seq)), count(DISTINCT g.customer_id), sum(g.off)::bigint, "
        "       sum(g.units)::bigint "
        "  FROM (SELECT d.customer_id, d.seq, o.value ->> 0 AS offer, (o.value ->> 1)::bigint AS off, "
        "               (o.value ->> 4)::bigint AS units "
        "          FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq), "
        "               jsonb_array_elements(d.record -> 'offers' -> 'given') AS o "
        "         WHERE e.day BETWEEN %(since)s AND %(until)s AND e.type = 'Order Completed' "
        "        UNION ALL "
        "        SELECT d.customer_id, d.seq, a.value ->> 0, 0, (a.value ->> 2)::bigint "
        "          FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq), "
        "               jsonb_array_elements(d.record -> 'awards') AS a "
        "         WHERE e.day BETWEEN %(since)s AND %(until)s AND e.type = 'Order Completed') AS g "
        " WHERE g.offer = ANY (%(wanted)s) GROUP BY g.offer",
        {"since": since, "until": until, "wanted": wanted},
    )
    return {offer: OfferFigures(*numbers) for offer, *numbers in found}


def standings(codes: Iterable[str], today: date) -> dict[str, Standings]:
    """How far customers are with the offers that ask for a step."""
    wanted = list(codes)
    if not wanted:
        return {}
    found = rows(
        "SELECT o.key, CASE WHEN o.value ->> 0 <> 'used' AND (o.value ->> 2)::date <= %(today)s THEN 'over' "
        "                   ELSE o.value ->> 0 END, count(*) "
        "  FROM loyalty_member AS m, jsonb_each(m.state -> 'offers') AS o "
        " WHERE m.state ? 'offers' AND o.key = ANY (%(wanted)s) GROUP BY 1, 2",
        {"today": today, "wanted": wanted},
    )
    counts: dict[str, dict[str, int]] = {}
    for offer, step, count in found:
        counts.setdefault(offer, {})[step] = count
    return {
        offer: Standings(
            of.get(Step.ALLOTTED, 0),
            of.get(Step.SEEN, 0),
            of.get(Step.ACTIVATED, 0),
            of.get(Step.USED, 0),
            of.get("over", 0),
        )
        for offer, of in counts.items()
    }
