"""From the document that people write to the plan that ``decide`` obeys, once ``check`` accepts it."""

from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

from assidu.decisions import calendar
from assidu.decisions import plan as compiled
from assidu.plans.document import (
    Currency,
    Document,
    Duration,
    Engagement,
    Exclusions,
    Expiry,
    Gift,
    Goal,
    Lines,
    Pending,
    Rule,
    Tiers,
    Transfers,
    When,
)


def compile_plan(document: Document, version: int | None = None) -> compiled.Plan:
    """``version`` serves a document without a number (a draft, a simulation); 0 when neither is given."""
    decimals = document.sale_currency.decimals
    rules = tuple(_rule(document, rule) for rule in document.rules)
    tiers = None if document.tiers is None else _tiers(document.tiers, decimals)
    return compiled.Plan(
        version=document.version or version or 0,
        programme=document.programme,
        zone=ZoneInfo(document.zone),
        currencies={currency.code: _currency(currency, decimals) for currency in document.currencies},
        rules=rules,
        rewards={
            reward.code: compiled.Reward(
                reward.code,
                reward.costs.currency,
                reward.costs.units,
                reward.gives.currency,
                reward.gives.units,
            )
            for reward in document.rewards
        },
        tiers=tiers,
        exclusions=_exclusions(document.exclusions),
        return_policy=document.returns.take_back,
        earns_on_part_paid_with_rewards=document.part_paid_with_rewards_earns,
        joining_rules=tuple(i for i, rule in enumerate(rules) if rule.trigger is compiled.Trigger.JOINING),
        index=index_rules(rules, tiers),
        activities=compiled.KNOWN_ACTIVITIES | {activity.code for activity in document.activities},
        activity_rules=_activity_rules(rules),
        audiences=frozenset(audience.code for audience in document.audiences),
        engagement=None if document.engagement is None else _engagement(document.engagement),
    )


def minor(amount: Decimal, decimals: int) -> int:
    """``5.00`` with two decimals is 500. Decimals that do not fit are refused by ``check``, never cut off."""
    scaled = amount.scaleb(decimals)
    whole = int(scaled)
    assert whole == scaled, "check refuses amounts with more decimals than the currency has"
    return whole


def duration(written: Duration) -> calendar.Duration:
    for number, unit in (
        (written.days, calendar.Unit.DAY),
        (written.weeks, calendar.Unit.WEEK),
        (written.months, calendar.Unit.MONTH),
        (written.years, calendar.Unit.YEAR),
    ):
        if number is not None:
            return calendar.Duration(number, unit, written.until_end_of)
    raise AssertionError("check refuses a duration without a number")


def _currency(written: Currency, decimals: int) -> compiled.Currency:
    return compiled.Currency(
        code=written.code,
        kind=written.kind,
        exponent=written.decimals,
        worth_minor=0 if written.worth is None else minor(written.worth.amount, decimals),
        worth_units=1 if written.worth is None else written.worth.units,
        expires=None if written.expires is None else _expiry(written.expires),
        pays=written.pays,
        pays_at_least=written.pays_at_least,
        pending=_pending(written.pending),
        debt_at_most=written.debt_at_most,
        transfers=None if written.transfers is None else _transfers(written.transfers),
    )


def _expiry(written: Expiry) -> compiled.Expiry:
    if written.each_year is not None:
        month, day = written.each_year.split("-")
        has_duration = any((written.days, written.weeks, written.months, written.years))
        return compiled.EachYear(int(month), int(day), duration(written) if has_duration else None)
    if written.counted_from is not compiled.ExpiryBasis.EARNING:
        is_by_purchase = written.counted_from is compiled.ExpiryBasis.LAST_PURCHASE
        return compiled.Inactivity(duration(written), is_by_purchase)
    return compiled.Extended(duration(written)) if written.extended_by_purchases else duration(written)


def _pending(written: Pending | None) -> compiled.Pending | None:
    if written is None:
        return None
    lasts = None
    if written.until is None and written.days != 0:
        lasts = duration(Duration(days=written.days, weeks=written.weeks, months=written.months))
    return compiled.Pending(lasts, written.until, written.expires_from_earning)


def _transfers(written: Transfers) -> compiled.Transfers:
    if written.cap is None:
        return compiled.Transfers(written.at_least)
    return compiled.Transfers(written.at_least, written.cap.units, written.cap.per)


def _exclusions(written: Exclusions) -> compiled.Exclusions:
    return compiled.Exclusions(
        departments=frozenset(written.departments),
        brands=frozenset(written.brands),
        skus=frozenset(written.products),
        kinds=frozenset(str(kind) for kind in written.kinds),
        discounted=written.discounted,
    )


def _tiers(written: Tiers, decimals: int) -> compiled.Tiers:
    return compiled.Tiers(
        levels=tuple(
            compiled.TierLevel(level.code, minor(level.spend_at_least, decimals)) for level in written.levels
        ),
        window=written.window.kind,
        months=written.window.months,
        keep=duration(written.keep),
        downgrade=written.downgrade,
    )


def _rule(document: Document, written: Rule) -> compiled.EarnRule:
    decimals = document.sale_currency.decimals
    return compiled.EarnRule(
        code=written.code,
        currency=written.currency,
        gift=_gift(document, written.gift),
        trigger=written.trigger,
        when=_conditions(written.when, decimals),
        lines=_lines(written.lines),
        cap_per_sale=written.cap_per_sale,
        cap=None if written.cap is None else compiled.PeriodCap(written.cap.units, written.cap.per),
        times=None if written.times is None else compiled.PeriodCap(written.times.limit, written.times.per),
        quota=None
        if written.quota is None
        else compiled.Quota(written.quota.first, written.quota.per, written.quota.over),
        expires=None if written.expires is None else duration(written.expires),
        pending=_pending(written.pending),
        activity=written.activity or "",
        goal=None if written.goal is None else _goal(written.goal, decimals),
    )


def _goal(written: Goal, decimals: int) -> compiled.Goal:
    if written.measure is compiled.GoalMeasure.SPEND:
        assert written.amount_at_least is not None, "check asks for the amount"
        target = minor(written.amount_at_least, decimals)
    else:
        assert written.at_least is not None, "check asks for the number"
        target = written.at_least
    return compiled.Goal(written.measure, target, written.per, written.in_a_row)


def _activity_rules(rules: tuple[compiled.EarnRule, ...]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for i, rule in enumerate(rules):
        if rule.trigger is compiled.Trigger.ACTIVITY:
            found.setdefault(rule.activity, []).append(i)
    return _frozen(found)


def _engagement(written: Engagement) -> compiled.Engagement:
    """What is left after m months is 2^(-m / half-life), in millionths; below a hundredth it is over."""
    fading: list[int] = []
    while True:
        left = round(1_000_000 * 0.5 ** (len(fading) / written.half_life_months))
        if left < 10_000:
            break
        fading.append(left)
    return compiled.Engagement({weight.of: weight.score for weight in written.weights}, tuple(fading))


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _conditions(written: When, decimals: int) -> compiled.Conditions:
    at_least, at_most = written.amount_at_least, written.amount_at_most
    return compiled.Conditions(
        channels=frozenset(written.channels),
        stores=frozenset(written.stores),
        weekdays=frozenset(day.number for day in written.days),
        from_day=written.first_day,
        to_day=written.last_day,
        tiers=frozenset(written.tiers),
        is_first_purchase=written.first_purchase,
        amount_min_minor=None if at_least is None else minor(at_least, decimals),
        amount_max_minor=None if at_most is None else minor(at_most, decimals),
        from_minute=None if written.hours is None else _minutes(written.hours.first),
        until_minute=None if written.hours is None else _minutes(written.hours.until),
        audiences=frozenset(written.audiences),
        engagement_min=written.engagement_at_least,
    )


def _lines(written: Lines | None) -> compiled.Lines | None:
    if written is None or not (written.departments or written.brands or written.products):
        return None
    return compiled.Lines(
        departments=frozenset(written.departments),
        brands=frozenset(written.brands),
        skus=frozenset(written.products),
    )


def _gift(document: Document, written: Gift) -> compiled.Gift:
    decimals = document.sale_currency.decimals
    if written.fixed is not None:
        return compiled.Fixed(written.fixed)
    if written.per_amount is not None:
        part = written.per_amount
        return compiled.PerAmount(part.give, minor(part.each, decimals), part.rounding, part.whole_steps)
    if written.multiply is not None:
        base = document.rule(written.multiply.rule)
        assert base is not None, "check refuses a rule that is not there"
        gift = _gift(document, base.gift)
        assert isinstance(gift, compiled.PerAmount), "check refuses to multiply anything else"
        return compiled.Multiply(base.code, gift, written.multiply.percent)
    return compiled.Threshold(tuple((minor(step.at_least, decimals), step.give) for step in written.steps))


def index_rules(
    rules: tuple[compiled.EarnRule, ...], tiers: compiled.Tiers | None
) -> dict[str | None, compiled.RuleIndex]:
    """One index for each tier, and one for customers who have none (``None``)."""
    codes: list[str | None] = [None]
    if tiers is not None:
        codes += [level.code for level in tiers.levels]
    return {code: _index(rules, code) for code in codes}


def _index(rules: tuple[compiled.EarnRule, ...], tier: str | None) -> compiled.RuleIndex:
    """Each rule stands where the fewest tickets meet it: by product, else by department, else by brand."""
    anywhere: list[int] = []
    by_sku: dict[str, list[int]] = {}
    by_department: dict[str, list[int]] = {}
    by_brand: dict[str, list[int]] = {}
    for i, rule in enumerate(rules):
        if rule.trigger is not compiled.Trigger.SALE or (rule.when.tiers and tier not in rule.when.tiers):
            continue
        if rule.lines is None:
            anywhere.append(i)
        elif rule.lines.skus:
            _put(by_sku, rule.lines.skus, i)
        elif rule.lines.departments:
            _put(by_department, rule.lines.departments, i)
        else:
            _put(by_brand, rule.lines.brands, i)
    return compiled.RuleIndex(tuple(anywhere), _frozen(by_department), _frozen(by_brand), _frozen(by_sku))


def _put(index: dict[str, list[int]], names: Iterable[str], rule: int) -> None:
    for name in sorted(names):
        index.setdefault(name, []).append(rule)


def _frozen(index: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(rules) for name, rules in index.items()}
