"""Compiled plans, smallest first. The index here is the naive one: every rule may be met by every ticket."""

from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from assidu.decisions.calendar import Duration, RoundTo, Unit
from assidu.decisions.plan import (
    Conditions,
    Currency,
    CurrencyKind,
    Downgrade,
    EarnRule,
    Exclusions,
    Fixed,
    Gift,
    Lines,
    Multiply,
    PerAmount,
    PeriodCap,
    Plan,
    Quota,
    ReturnPolicy,
    Reward,
    RuleIndex,
    TierLevel,
    Tiers,
    TierWindow,
    Trigger,
)

PARIS = ZoneInfo("Europe/Paris")
SIX_MONTHS = Duration(6, Unit.MONTH, RoundTo.MONTH)
THREE_MONTHS = Duration(3, Unit.MONTH)

POINTS = Currency(
    "points", CurrencyKind.POINTS, worth_minor=500, worth_units=500, expires=SIX_MONTHS, pays=True
)
VOUCHER = Currency("voucher-5", CurrencyKind.VOUCHER, worth_minor=500, expires=THREE_MONTHS, pays=True)
ONE_POINT_A_EURO = PerAmount(1, 100)
TEN_POINTS_A_EURO = PerAmount(10, 100)

BRONZE_SILVER_GOLD = Tiers(
    levels=(TierLevel("bronze", 0), TierLevel("silver", 50_000), TierLevel("gold", 150_000)),
    window=TierWindow.ROLLING_MONTHS,
    months=12,
    keep=Duration(12, Unit.MONTH, RoundTo.MONTH),
    downgrade=Downgrade.ONE_STEP,
)


def a_rule(
    code: str = "base",
    gift: Gift = ONE_POINT_A_EURO,
    *,
    currency: str = "points",
    trigger: Trigger = Trigger.SALE,
    when: Conditions | None = None,
    lines: Lines | None = None,
    cap_per_sale: int | None = None,
    cap: PeriodCap | None = None,
    times: PeriodCap | None = None,
    quota: Quota | None = None,
    expires: Duration | None = None,
) -> EarnRule:
    return EarnRule(
        code,
        currency,
        gift,
        trigger,
        when or Conditions(),
        lines,
        cap_per_sale,
        cap,
        times,
        quota,
        expires,
    )


def a_plan(
    *rules: EarnRule,
    version: int = 1,
    zone: ZoneInfo = PARIS,
    tiers: Tiers | None = None,
    currencies: Iterable[Currency] = (POINTS, VOUCHER),
    exclusions: Exclusions | None = None,
    return_policy: ReturnPolicy = ReturnPolicy.WITHIN_BALANCE,
    earns_on_part_paid_with_rewards: bool = False,
) -> Plan:
    plan = Plan(
        version=version,
        programme="le-cercle",
        zone=zone,
        currencies={currency.code: currency for currency in currencies},
        rules=rules,
        rewards={"voucher-5": Reward("voucher-5", "points", 500, "voucher-5")},
        tiers=tiers,
        exclusions=exclusions or Exclusions(),
        return_policy=return_policy,
        earns_on_part_paid_with_rewards=earns_on_part_paid_with_rewards,
        joining_rules=(),
        index={},
    )
    return with_rules(plan, *rules)


def with_rules(plan: Plan, *rules: EarnRule) -> Plan:
    """The same plan with other rules, all of them met by everybody."""
    anywhere = tuple(i for i, rule in enumerate(rules) if rule.trigger is Trigger.SALE)
    levels = plan.tiers.levels if plan.tiers is not None else ()
    return replace(
        plan,
        rules=rules,
        joining_rules=tuple(i for i, rule in enumerate(rules) if rule.trigger is Trigger.JOINING),
        index=dict.fromkeys([None, *(level.code for level in levels)], RuleIndex(anywhere)),
    )


def welcome(give: int = 100) -> EarnRule:
    return a_rule("welcome", Fixed(give), trigger=Trigger.JOINING)


def doubled(base: PerAmount = ONE_POINT_A_EURO, code: str = "double", **rest: object) -> EarnRule:
    return a_rule(code, Multiply("base", base, 200), **rest)  # type: ignore[arg-type]
