"""Compiled plans, smallest first. The index here is the naive one: every rule may be met by every ticket."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from assidu.decisions.calendar import Duration, Period, RoundTo, Unit
from assidu.decisions.money import Rounding
from assidu.decisions.plan import (
    Budget,
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
    QuotaScope,
    ReturnPolicy,
    Reward,
    RuleIndex,
    Threshold,
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
CENTS = Currency("cents", CurrencyKind.MONEY, exponent=2, worth_minor=1, pays=True, pays_at_least=2)
THREE_DAYS = Duration(3, Unit.DAY)
WINE = Lines(skus=frozenset({"wine"}), departments=frozenset({"grocery", "produce"}))
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
    budget: Budget | None = None,
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
        budget,
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
        activities=frozenset(rule.activity for rule in rules if rule.activity),
        activity_rules={
            activity: tuple(i for i, rule in enumerate(rules) if rule.activity == activity)
            for activity in sorted({rule.activity for rule in rules if rule.activity})
        },
        index=dict.fromkeys([None, *(level.code for level in levels)], RuleIndex(anywhere)),
    )


def welcome(give: int = 100) -> EarnRule:
    return a_rule("welcome", Fixed(give), trigger=Trigger.JOINING)


def doubled(base: PerAmount = ONE_POINT_A_EURO, code: str = "double", **rest: object) -> EarnRule:
    return a_rule(code, Multiply("base", base, 200), **rest)  # type: ignore[arg-type]


def a_full_plan() -> Plan:
    """One rule of every kind, with every kind of limit."""
    weekend = Conditions(weekdays=frozenset({5, 6}), channels=frozenset({"web"}))
    plan = a_plan(
        a_rule("base"),
        doubled(
            lines=Lines(departments=frozenset({"produce"})),
            when=Conditions(tiers=frozenset({"silver", "gold"})),
            cap_per_sale=60,
        ),
        a_rule("halves", PerAmount(1, 200, Rounding.HALF_EVEN), cap=PeriodCap(40, Period.DAY)),
        a_rule("steps", Threshold(((2000, 20), (5000, 80))), times=PeriodCap(2, Period.WEEK)),
        a_rule("small", Fixed(5), when=Conditions(amount_max_minor=3000), cap=PeriodCap(12, Period.MONTH)),
        a_rule("big", Fixed(1), currency="voucher-5", when=Conditions(amount_min_minor=8000)),
        a_rule("first", Fixed(20), when=Conditions(is_first_purchase=True)),
        a_rule("early", Fixed(10), quota=Quota(2, Period.DAY, QuotaScope.STORE), expires=THREE_DAYS),
        a_rule(
            "ours",
            PerAmount(3, 1000, whole_steps=True),
            lines=Lines(brands=frozenset({"ours"})),
            when=Conditions(stores=frozenset({"a"})),
        ),
        a_rule("cash", PerAmount(1, 50, Rounding.UP), currency="cents", when=weekend),
        a_rule("wine", Multiply("halves", PerAmount(1, 200, Rounding.HALF_UP), 350), lines=WINE),
        a_rule("summer", Fixed(7), when=Conditions(from_day=date(2026, 6, 1), to_day=date(2026, 8, 31))),
        welcome(100),
        a_rule(
            "hello-again", Fixed(30), trigger=Trigger.JOINING, cap=PeriodCap(50, Period.YEAR), expires=None
        ),
        tiers=BRONZE_SILVER_GOLD,
        currencies=(POINTS, VOUCHER, CENTS),
        exclusions=Exclusions(departments=frozenset({"tobacco"}), discounted=True),
    )
    return replace(plan, rewards={"voucher-5": Reward("voucher-5", "points", 60, "voucher-5")})


def with_policy(plan: Plan, policy: ReturnPolicy, earns_on_part_paid: bool) -> Plan:
    return replace(plan, return_policy=policy, earns_on_part_paid_with_rewards=earns_on_part_paid)
