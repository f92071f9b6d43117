"""What rules may look at, of a customer who buys or does something."""

from collections.abc import Mapping
from datetime import date

from assidu.decisions.engagement import score
from assidu.decisions.facts import Facts, SaleInputs
from assidu.decisions.offers.standing import standing_steps
from assidu.decisions.plan import Plan

SALES = "sales:ever"
"""How many tickets a customer has, those that came back whole taken off."""


def inputs_on(plan: Plan, facts: Facts, day: date) -> SaleInputs:
    """As the customer is on ``day``; counters are all that there are, before it is known which are read."""
    state = facts.state
    counters: Mapping[str, int] = state.counters
    return SaleInputs(
        day=day,
        is_member=state.is_member_on(day),
        tier=state.tier_on(day),
        is_first_purchase=counters.get(SALES, 0) == 0,
        counters=counters,
        grants=facts.grants or {},
        audiences=state.audiences & plan.audiences,
        engagement=score(plan.engagement, counters, day) if plan.asks_engagement else 0,
        offers=standing_steps(plan, state, day) if plan.offers else {},
        is_suspended=bool(state.suspensions) and state.is_suspended_on(day),
    )
