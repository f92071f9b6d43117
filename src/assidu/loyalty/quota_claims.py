"""What a ticket may claim of the places that rules give, before it is decided."""

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Claim
from assidu.decisions.events import Sale
from assidu.decisions.plan import EarnRule, Plan
from assidu.decisions.sharing import claim_key


class QuotaClaims:
    """Whoever knows the answers already spares the ticket a second look. Of offers nothing is claimed beforehand: their
    places may come back."""

    __slots__ = ("_rules",)

    def __init__(self) -> None:
        self._rules: dict[int, tuple[EarnRule, ...]] = {}

    def of(self, plan: Plan, sale: Sale) -> list[Claim]:
        """Of every rule with a quota, whether the ticket meets it or not."""
        rules = self._rules.get(plan.version)
        if rules is None:
            rules = self._rules[plan.version] = tuple(rule for rule in plan.rules if rule.quota is not None)
        if not rules:
            return []
        day = local_day(sale.at, plan.zone)
        return [
            Claim(claim_key(rule, sale.store, day), rule.quota.limit, rule.code)
            for rule in rules
            if rule.quota is not None
        ]
