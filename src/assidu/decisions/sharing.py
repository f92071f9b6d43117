"""What rules take of what customers share: a place among the first, a part of a budget.

A budget counts what its rule gives, exactly: what a ticket takes and does not need, and what a return takes back, is
there for others. A place among the first stays taken.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date

from assidu.decisions.calendar import period_key
from assidu.decisions.decision import Claim, ReasonCode
from assidu.decisions.facts import Grants, SaleInputs, SoldBefore
from assidu.decisions.offers.given import Release
from assidu.decisions.plan import Budget, EarnRule, Plan, QuotaScope


@dataclass(frozen=True, slots=True)
class Known:
    """What was taken for a ticket before it is decided, by key: with a hold, or when it was sold. No more is asked of
    it, but of what is ``open``: there, what the ticket wishes beyond."""

    taken: Mapping[str, int] = field(default_factory=dict)
    open: Set[str] = frozenset()

    def missing(self, claim: Claim) -> Claim | None:
        """What must still be asked for a claim."""
        taken = self.taken.get(claim.key)
        if taken is None:
            return claim
        if claim.key not in self.open or claim.quantity <= taken:
            return None
        return replace(claim, quantity=claim.quantity - taken)


NOTHING_KNOWN = Known()


def known_from(granted: Grants, taken: Mapping[str, int], wished: Mapping[str, int]) -> Known:
    """What a recorded ticket has. It may have more of what it was given in full; what was refused then is not asked for
    again, and what it gave back since is asked for anew."""
    has = {key: taken.get(key, 0) for key in granted}
    return Known(
        {key: quantity for key, quantity in has.items() if quantity or not granted[key]},
        {key for key, quantity in granted.items() if quantity and quantity >= wished.get(key, 0)},
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What must be answered before it is known what a rule gives."""

    claims: tuple[Claim, ...]


class Sharing:
    """What the rules of one ticket, or of another occasion, ask and take, gathered. ``wished`` is by key, before the
    limit; ``granted`` are the answers that were looked at; ``releases`` what was granted and is not needed,
    ``clipped`` the rules whose budget had less."""

    __slots__ = ("_day", "_grants", "_known", "_store", "clipped", "granted", "releases", "wished")

    def __init__(self, grants: Grants, store: str, day: date, known: Known = NOTHING_KNOWN) -> None:
        self._grants = grants
        self._known = known
        self._store = store
        self._day = day
        self.granted: dict[str, int] = {}
        self.wished: dict[str, int] = {}
        self.releases: list[Release] = []
        self.clipped: set[str] = set()

    def take(self, rule: EarnRule, wished: int) -> int | Asked | ReasonCode:
        """What the rule may give of ``wished``, or what it must ask first, or why it gives nothing."""
        asked = _claims(rule, self._store, self._day, wished)
        self.wished |= {claim.key: claim.quantity for claim in asked}
        missing = [
            more
            for claim in asked
            if claim.key not in self._grants and (more := self._known.missing(claim)) is not None
        ]
        if missing:
            return Asked(tuple(missing))
        granted = {claim.key: self._has(claim.key) for claim in asked}
        self.granted |= {key: quantity for key, quantity in granted.items() if key in self._grants}
        refused = next((_REFUSED[key.partition(":")[0]] for key, had in granted.items() if had <= 0), None)
        if rule.budget is None:
            return wished if refused is None else refused
        key = asked[-1].key
        given = 0 if refused is not None else min(wished, granted[key])
        if given < wished:
            self.clipped.add(rule.code)
        if granted[key] > given:
            self.releases.append(Release(key, granted[key] - given))
        return given if refused is None else refused

    def _has(self, key: str) -> int:
        granted = self._grants.get(key)
        return self._known.taken.get(key, 0) if granted is None else granted


BUDGET = "budget:"
_REFUSED = {"quota": ReasonCode.QUOTA_TAKEN, "budget": ReasonCode.BUDGET_GONE}


def _claims(rule: EarnRule, store: str, day: date, wished: int) -> list[Claim]:
    """A budget's last."""
    claims = []
    if rule.quota is not None:
        claims.append(Claim(claim_key(rule, store, day), rule.quota.limit, rule.code))
    if (budget := rule.budget) is not None:
        key = budget_key(rule.code, budget, period_key(budget.period, day), store)
        claims.append(Claim(key, budget.limit, rule.code, wished, budget.is_clipped, can_come_back=True))
    return claims


def claim_key(rule: EarnRule, store: str, day: date) -> str:
    """The shared counter that a quota draws on, for example ``quota:first-ten:2026-11-22:*``."""
    assert rule.quota is not None
    where = store if rule.quota.scope is QuotaScope.STORE else "*"
    return f"quota:{rule.code}:{period_key(rule.quota.period, day)}:{where}"


def budget_key(code: str, budget: Budget, period: str, store: str) -> str:
    """The shared counter of a budget: ``budget:spring:2026-11``, ``budget:spring:2026-11:lyon`` in each store."""
    key = f"{BUDGET}{code}:{period}"
    return f"{key}:{store}" if budget.scope is QuotaScope.STORE else key


# ---------------------------------------------------------------- a ticket that was recorded


def budgets_of(plan: Plan, sold: SoldBefore) -> dict[tuple[str, str], str]:
    """The keys of the budgets that the ticket asked, by rule and currency."""
    found = {}
    for rule in plan.rules:
        if rule.budget is not None:
            period = period_key(rule.budget.period, sold.inputs.day)
            found[rule.code, rule.currency] = budget_key(rule.code, rule.budget, period, sold.sale.store)
    return found


def as_taken(budgets: Iterable[str], sold: SoldBefore) -> SaleInputs:
    """What the ticket was decided on, with what it still has of each budget rather than what it was granted once."""
    asked = {key: sold.taken.get(key, 0) for key in budgets if key in sold.inputs.grants}
    return replace(sold.inputs, grants={**sold.inputs.grants, **asked}) if asked else sold.inputs


def freed(
    budgets: Mapping[tuple[str, str], str],
    sold: SoldBefore,
    given: Mapping[tuple[str, str], int],
    newly: Grants | None = None,
) -> tuple[Release, ...]:
    """What of its budgets the ticket no longer needs; ``given`` is what each rule gives it from now on, ``newly`` what
    was granted besides."""
    found = []
    for rule, key in budgets.items():
        has = sold.taken.get(key, 0) + (newly or {}).get(key, 0)
        if (back := has - given.get(rule, 0)) > 0:
            found.append(Release(key, back))
    return tuple(found)
