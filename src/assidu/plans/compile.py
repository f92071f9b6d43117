"""From the document that people write to the plan that ``decide`` obeys, once ``check`` accepts it."""

from zoneinfo import ZoneInfo

from assidu.decisions import plan as compiled
from assidu.plans.compile_accounts import compile_accounts
from assidu.plans.compile_draws import compile_draws
from assidu.plans.compile_life import with_life
from assidu.plans.compile_offers import compile_offers
from assidu.plans.compile_parts import (
    answers,
    budget,
    conditions,
    duration,
    index_by_line,
    lines,
    minor,
    per_amount,
)
from assidu.plans.document import (
    Budget,
    Currency,
    Document,
    Duration,
    Engagement,
    Exclusions,
    Expiry,
    Gift,
    Goal,
    Needs,
    Pending,
    Reward,
    Rule,
    SaleCurrency,
    Tiers,
    Transfers,
)


def compile_plan(document: Document, version: int | None = None) -> compiled.Plan:
    """``version`` serves a document without a number (a draft, a simulation); 0 when neither is given."""
    decimals = document.sale_currency.decimals
    rules = tuple(_rule(document, rule) for rule in document.rules)
    tiers = None if document.tiers is None else _tiers(document.tiers, decimals)
    currencies = {currency.code: _currency(currency, decimals) for currency in document.currencies}
    plan = compiled.Plan(
        version=document.version or version or 0,
        programme=document.programme,
        zone=ZoneInfo(document.zone),
        currencies=currencies,
        lapsing=tuple(
            currency.code
            for currency in currencies.values()
            if isinstance(currency.expires, compiled.Inactivity | compiled.Extended)
        ),
        rules=rules,
        rewards={
            reward.code: _reward(reward, document.sale_currency.decimals) for reward in document.rewards
        },
        tiers=tiers,
        exclusions=_exclusions(document.exclusions),
        return_policy=document.returns.take_back,
        earns_on_part_paid_with_rewards=document.part_paid_with_rewards_earns,
        joining_rules=tuple(i for i, rule in enumerate(rules) if rule.trigger is compiled.Trigger.JOINING),
        index=index_rules(rules, tiers),
        activities=compiled.KNOWN_ACTIVITIES | {activity.code for activity in document.activities},
        activity_rules=_activity_rules(rules),
        asks_engagement=any(
            when.engagement_at_least is not None
            for when in (
                *(rule.when for rule in document.rules),
                *(reward.when for reward in document.rewards),
                *(offer.when for offer in document.offers),
            )
        ),
        second_person_above_minor=None
        if document.second_person_above is None
        else minor(document.second_person_above, document.sale_currency.decimals),
        audiences=frozenset(audience.code for audience in document.audiences),
        answers=answers(document.audiences),
        engagement=None if document.engagement is None else _engagement(document.engagement),
        offers=compile_offers(document),
        accounts=compile_accounts(document.accounts),
        draws=compile_draws(document.draws),
        money=_money(document.sale_currency),
    )
    return with_life(plan, document)


def _money(written: SaleCurrency) -> compiled.Money:
    foreign = {money.code: money.decimals for money in written.foreign}
    return compiled.Money(written.code, written.decimals, foreign, written.rate_days_at_most)


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
        expected_redemption=written.expected_redemption,
        partner=written.partner or "",
        settles_minor=0 if written.settles is None else minor(written.settles, decimals),
        pending=_pending(written.pending),
        debt_at_most=written.debt_at_most,
        transfers=None if written.transfers is None else _transfers(written.transfers),
    )


def _reward(written: Reward, decimals: int) -> compiled.Reward:
    return compiled.Reward(
        code=written.code,
        currency=written.costs.currency,
        cost=written.costs.units,
        gives=written.gives.currency,
        quantity_each=written.gives.units,
        when=conditions(written.when, decimals),
        stock=written.stock,
        sessions={one.code: compiled.Session(one.on, one.places) for one in written.sessions},
        cancel=None if written.cancel_within is None else duration(written.cancel_within),
    )


def _expiry(written: Expiry) -> compiled.Expiry:
    if written.each_year is not None:
        month, day = written.each_year.split("-")
        has_duration = any((written.days, written.weeks, written.months, written.years))
        return compiled.EachYear(int(month), int(day), duration(written) if has_duration else None)
    by = frozenset(written.extended_by)
    match written.counted_from:
        case compiled.ExpiryBasis.LAST_EARNING:
            return compiled.Inactivity(duration(written))
        case compiled.ExpiryBasis.LAST_PURCHASE:
            return compiled.Inactivity(duration(written), compiled.PURCHASES)
        case compiled.ExpiryBasis.LAST_ACTIVITY:
            return compiled.Inactivity(duration(written), by)
    if written.extended_by_purchases:
        by = compiled.PURCHASES
    return compiled.Extended(duration(written), by) if by else duration(written)


def _pending(written: Pending | None) -> compiled.Pending | None:
    if written is None:
        return None
    lasts = None
    if written.until is None and written.days != 0:
        lasts = duration(Duration(days=written.days, weeks=written.weeks, months=written.months))
    return compiled.Pending(
        lasts,
        written.until,
        written.expires_from_earning,
        written.until_event or "",
        written.otherwise is compiled.WaitEnd.LOST,
    )


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
    levels = tuple(
        compiled.TierLevel(
            level.code,
            minor(level.spend_at_least, decimals),
            0 if level.units_at_least is None else level.units_at_least.units,
            level.purchases_at_least or 0,
            level.engagement_at_least or 0,
        )
        for level in written.levels
    )
    units = [level.units_at_least.currency for level in written.levels if level.units_at_least is not None]
    return compiled.Tiers(
        levels=levels,
        window=written.window.kind,
        months=written.window.months,
        keep=duration(written.keep),
        downgrade=written.downgrade,
        needs_all=written.needs is Needs.ALL,
        units_currency=units[0] if units else "",
        grace=None if written.grace is None else duration(written.grace),
        measures=frozenset(measure for level in levels for measure, _ in level.asks)
        or frozenset({compiled.TierMeasure.SPEND}),
    )


def _rule(document: Document, written: Rule) -> compiled.EarnRule:
    decimals = document.sale_currency.decimals
    return compiled.EarnRule(
        code=written.code,
        currency=written.currency,
        gift=_gift(document, written.gift),
        trigger=written.trigger,
        when=conditions(written.when, decimals),
        lines=lines(written.lines),
        cap_per_sale=written.cap_per_sale,
        cap=None if written.cap is None else compiled.PeriodCap(written.cap.units, written.cap.per),
        times=None if written.times is None else compiled.PeriodCap(written.times.limit, written.times.per),
        quota=None
        if written.quota is None
        else compiled.Quota(written.quota.first, written.quota.per, written.quota.over),
        budget=None if written.budget is None else _budget(document, written.budget, written.currency),
        expires=None if written.expires is None else duration(written.expires),
        pending=_pending(written.pending),
        activity=written.activity or "",
        goal=None if written.goal is None else _goal(written.goal, decimals),
    )


def _budget(document: Document, written: Budget, code: str) -> compiled.Budget:
    currency = document.currency(code)
    assert currency is not None, "check refuses a currency that is not there"
    return budget(written, document.sale_currency.decimals, currency.worth)


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


def _gift(document: Document, written: Gift) -> compiled.Gift:
    decimals = document.sale_currency.decimals
    if written.fixed is not None:
        return compiled.Fixed(written.fixed)
    if written.per_amount is not None:
        return per_amount(written.per_amount, decimals)
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
    return {
        code: index_by_line(
            (i, rule.lines)
            for i, rule in enumerate(rules)
            if rule.trigger is compiled.Trigger.SALE and (not rule.when.tiers or code in rule.when.tiers)
        )
        for code in codes
    }


def _frozen(index: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(rules) for name, rules in index.items()}
