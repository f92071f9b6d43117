"""Budgets of rules and offers: what may be wrong with them."""

from collections.abc import Iterator

from assidu.plans.document import Budget, Currency, Document
from assidu.plans.problems import Path, Problem

BUDGET_MAX = 2_000_000_000
"""In minor units or units: what one counter of the database holds."""


def check_budgets(document: Document) -> Iterator[Problem]:
    """Those of rules."""
    for i, rule in enumerate(document.rules):
        if rule.budget is not None:
            currency = document.currency(rule.currency)
            yield from check_budget(rule.budget, document, ("rules", i, "budget"), currency)


def check_budget(
    budget: Budget, document: Document, path: Path, currency: Currency | None = None
) -> Iterator[Problem]:
    """``currency``: what an amount stands for units of."""
    if (budget.amount is None) == (budget.units is None):
        yield Problem("budget_count", path)
    elif budget.amount is not None and currency is not None and currency.worth is None:
        yield Problem("budget_without_worth", (*path, "amount"), {"currency": currency.code})
    elif _counted(budget, document, currency) > BUDGET_MAX:
        yield Problem("budget_too_large", path, {"most": BUDGET_MAX})


def _counted(budget: Budget, document: Document, currency: Currency | None) -> int:
    """In minor units, or in units."""
    if budget.amount is None:
        return budget.units or 0
    if currency is None or currency.worth is None:
        return int(budget.amount.scaleb(document.sale_currency.decimals))
    worth = currency.worth
    return int(budget.amount * worth.units / worth.amount) if worth.amount else 0
