"""Le Cercle with offers of every kind: the demo's programme as it could go on."""

import re
from datetime import datetime

from assidu.loyalty.plans import publish
from assidu.plans.check import examine
from builders.shop import PLANS

LE_CERCLE_OFFERS = """
stacking:
  groups:
    - {code: welcome}
legal_caps:
  - {law: egalim-food, departments: [produce, meat, seafood, deli]}
offers:
  - code: produce-20
    name: {fr: 20 % sur les fruits et légumes, en: 20% off produce}
    effect: {percent: {off: 20}}
    lines: {departments: [produce]}
    budget: {amount: 80.00, per: month}
  - code: bananas
    name: {fr: Les bananes au même prix, en: Bananas at one price}
    effect: {price: 1.50}
    lines: {products: ["4011"]}
    group: welcome
  - code: big-basket
    name: {fr: 10 € dès 150 €, en: €10 from €150}
    effect: {amount: 10.00}
    when: {amount_at_least: 150.00}
    combines: true
  - code: bags
    name: {fr: Cabas, en: Bag}
    effect: {gift: {name: {fr: un cabas, en: a bag}, worth: 2.00}}
    stock: 10
  - code: lucky
    name: {fr: Ticket gagnant, en: Lucky ticket}
    effect: {points: {currency: points, units: 500}}
    chance: {one_in: 2}
    quota: {first: 3, per: day, over: programme}
  - code: third-free
    name: {fr: Trois pour deux, en: Three for two}
    effect: {buy: {buy: 2, get: 1}}
    lines: {departments: [pastry]}
    when: {last_day: 2020-12-31}
  - code: welcome-back
    name: {fr: 5 € pour votre retour, en: €5 for coming back}
    effect: {amount: 5.00}
    needs: activated
"""


def le_cercle_with_offers(at: datetime) -> None:
    """Le Cercle's fourth version, in force from the day of ``at``."""
    text = (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8")
    text = re.sub(r"valid_from: .*", f"valid_from: {at.date().isoformat()}", text, count=1) + LE_CERCLE_OFFERS
    examined = examine(text)
    assert not examined.errors, examined.errors
    assert examined.document is not None
    publish(examined.document, text, at=at)
