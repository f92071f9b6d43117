"""Programmes as people write them, smallest first."""

from collections.abc import Sequence
from textwrap import dedent, indent

from assidu.plans.check import examine
from assidu.plans.document import Document

HEAD = """\
format: 1
programme: club
name: {fr: Le Club, en: The Club}
valid_from: 2026-01-01
zone: Europe/Paris
sale_currency: {code: EUR}
currencies:
  - code: points
    kind: points
    name: {fr: points, en: points}
    singular: {fr: point, en: point}
    pays: true
    worth: {units: 100, amount: 1.00}
"""

TIERS = """\
tiers:
  levels:
    - {code: bronze, name: {fr: Bronze, en: Bronze}}
    - {code: gold, name: {fr: Or, en: Gold}, spend_at_least: 1000.00}
  keep: {months: 12, until_end_of: month}
"""

BASE = """\
code: base
name: {fr: Base, en: Base}
currency: points
gift: {per_amount: {give: 1, each: 1.00}}
"""


def a_rule(gift: str, *more: str, code: str = "extra") -> str:
    """A rule as YAML, for example ``a_rule("{fixed: 10}", "when: {tiers: [gold]}")``."""
    name = f"{{fr: {code}, en: {code}}}"
    return "\n".join((f"code: {code}", f"name: {name}", "currency: points", f"gift: {gift}", *more)) + "\n"


def a_programme(
    *rules: str,
    more: str = "",
    tiers: str = TIERS,
    currencies: str = "",
    sale_currency: str = "{code: EUR}",
) -> str:
    """A whole file; without rules it has the one that gives a point for each euro, in points beside ``currencies``."""
    return (
        HEAD.replace("{code: EUR}", sale_currency)
        + currencies
        + "rules:\n"
        + "".join(_item(rule) for rule in rules or (BASE,))
        + tiers
        + dedent(more)
    )


def a_document(
    *rules: str,
    more: str = "",
    tiers: str = TIERS,
    currencies: str = "",
    sale_currency: str = "{code: EUR}",
) -> Document:
    text = a_programme(*rules, more=more, tiers=tiers, currencies=currencies, sale_currency=sale_currency)
    examined = examine(text)
    assert examined.is_ok, examined.errors
    assert examined.document is not None
    return examined.document


def _item(rule: str) -> str:
    body: Sequence[str] = indent(rule, "    ").splitlines(keepends=True)
    return "  - " + body[0][4:] + "".join(body[1:])
