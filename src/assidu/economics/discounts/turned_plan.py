"""The programme that gives back what a smaller discount takes: any programme, with one rule more."""

from dataclasses import replace

import msgspec
import numpy as np

from assidu.decisions.plan import Exclusions, Plan
from assidu.economics.discounts.retold import TURNED
from assidu.economics.models.bought import Article, Flags
from assidu.plans.compile import compile_plan
from assidu.plans.document import Currency, Document, Gift, Lines, PerAmount, Rule, Text

NAME = Text(fr="Remise transformée", en="Discount turned into points")


def currency_for(document: Document, wanted: str = "") -> Currency | None:
    """The currency in which discounts come back: the one that is named, or the first that can pay."""
    for one in document.currencies:
        if one.pays and one.worth is not None and one.worth.amount and wanted in ("", one.code):
            return one
    return None


def with_rule(document: Document, currency: Currency) -> Document:
    """The same programme, which gives as much as customers pay more on lines of turned discounts."""
    assert currency.worth is not None, "a currency that can pay is worth something"
    gift = Gift(per_amount=PerAmount(give=currency.worth.units, each=currency.worth.amount))
    rule = Rule(code=TURNED, name=NAME, currency=currency.code, gift=gift, lines=Lines(products=(TURNED,)))
    return msgspec.structs.replace(document, rules=(*document.rules, rule))


def turned_plan(document: Document, currency: Currency) -> Plan:
    """That programme, to decide by.

    The law limits what is taken off a product's price, at once and later together. What is turned was taken off before:
    it is the same advantage, and on its own line it would look as though all of a price were given back.
    """
    plan = compile_plan(with_rule(document, currency))
    return replace(plan, rules=tuple(replace(one, is_within_law=one.code != TURNED) for one in plan.rules))


def may_turn(excluded: Exclusions, articles: tuple[Article, ...]) -> Flags:
    """A programme gives nothing on what it excludes: the discounts of that stay as they are."""
    return np.array(
        [
            one.department not in excluded.departments
            and one.brand not in excluded.brands
            and one.sku not in excluded.skus
            for one in articles
        ],
        dtype=bool,
    )
