"""Rewards, goods and partners: what may be wrong with them beyond types."""

from collections.abc import Iterator

from assidu.decisions.plan import CurrencyKind
from assidu.plans.document import Document, Reward
from assidu.plans.problems import Path, Problem, unknown

_NOT_OF_A_REWARD = (
    "days",
    "hours",
    "first_purchase",
    "amount_at_least",
    "amount_at_most",
)


def check_rewards(document: Document) -> Iterator[Problem]:
    currencies = {currency.code for currency in document.currencies}
    objectives = {objective.code for objective in document.objectives}
    for i, reward in enumerate(document.rewards):
        path: Path = ("rewards", i)
        for name, side in (("costs", reward.costs), ("gives", reward.gives)):
            if side.currency not in currencies:
                yield unknown("unknown_currency", side.currency, currencies, (*path, name, "currency"))
        if reward.costs.currency == reward.gives.currency:
            yield Problem("reward_same_currency", (*path, "gives", "currency"), {"reward": reward.code})
        if reward.serves is not None and reward.serves not in objectives:
            yield unknown("unknown_objective", reward.serves, objectives, (*path, "serves"))
        yield from _conditions(reward, document, path)
    partners = {partner.code for partner in document.partners}
    for i, currency in enumerate(document.currencies):
        path = ("currencies", i)
        if currency.partner is not None:
            if currency.partner not in partners:
                yield unknown("unknown_partner", currency.partner, partners, (*path, "partner"))
            elif currency.kind is not CurrencyKind.GOOD:
                yield Problem("partner_not_of_a_good", (*path, "partner"), {"code": currency.code})
        elif currency.settles is not None:
            yield Problem("settles_without_partner", (*path, "settles"), {"code": currency.code})
        if currency.kind is CurrencyKind.GOOD and currency.pays:
            yield Problem("good_pays", (*path, "pays"), {"code": currency.code})


def _conditions(reward: Reward, document: Document, path: Path) -> Iterator[Problem]:
    levels = [level.code for level in document.tiers.levels] if document.tiers is not None else []
    audiences = {audience.code for audience in document.audiences}
    for n, tier in enumerate(reward.when.tiers):
        if tier not in levels:
            yield unknown("unknown_tier", tier, levels, (*path, "when", "tiers", n))
    for n, audience in enumerate(reward.when.audiences):
        if audience not in audiences:
            yield unknown("unknown_audience", audience, audiences, (*path, "when", "audiences", n))
    for name in _NOT_OF_A_REWARD:
        if getattr(reward.when, name) not in (None, (), False):
            yield Problem("reward_cannot", (*path, "when", name), {"name": name})
    if reward.sessions and reward.stock is not None:
        yield Problem("stock_and_sessions", (*path, "stock"), {"reward": reward.code})
    seen = set()
    for n, session in enumerate(reward.sessions):
        if session.code in seen:
            yield Problem("code_twice", (*path, "sessions", n, "code"), {"code": session.code})
        seen.add(session.code)
