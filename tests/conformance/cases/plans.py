"""The programmes of the stories, made of small pieces of YAML."""

from builders.documents import a_document
from conformance.story import Programme

VOUCHER = """\
  - {code: voucher-5, kind: voucher, name: {fr: v, en: v}, worth: {amount: 5.00}, pays: true, expires: {weeks: 6}}
"""
CENTS = """\
  - {code: cents, kind: money, decimals: 2, name: {fr: c, en: c}, worth: {units: 1, amount: 0.01}, pays: true}
"""
REWARD = """\
rewards:
  - code: voucher-5
    name: {fr: v, en: v}
    costs: {currency: points, units: 60}
    gives: {currency: voucher-5, units: 1}
"""


def programme(
    *rules: str,
    name: str = "club",
    more: str = "",
    tiers: str = "",
    currencies: str = "",
    version: int = 1,
    sale_currency: str = "{code: EUR}",
) -> Programme:
    """Points worth 100 for 1 €; without rules, one point for each euro."""
    document = a_document(*rules, more=more, tiers=tiers, currencies=currencies, sale_currency=sale_currency)
    return Programme.of(name, document, version)


def rule(code: str, gift: str, *more: str, currency: str = "points") -> str:
    parts = (
        f"code: {code}",
        f"name: {{fr: {code}, en: {code}}}",
        f"currency: {currency}",
        f"gift: {gift}",
        *more,
    )
    return "\n".join(parts) + "\n"


def points(*parts: str) -> str:
    """A second currency of points, with whatever is to be tried on it."""
    head = (
        "code: stars",
        "kind: points",
        "name: {fr: s, en: s}",
        "pays: true",
        "worth: {units: 1, amount: 1.00}",
    )
    lines = [*head, *parts]
    return "  - " + "\n    ".join(lines) + "\n"
