"""The programme's own life, compiled: terms, leaving, closing, referral."""

from dataclasses import replace
from datetime import date

from assidu.decisions import plan as compiled
from assidu.plans.compile_parts import duration, minor
from assidu.plans.document import Closing, Document, Referral, Side


def with_life(plan: compiled.Plan, document: Document) -> compiled.Plan:
    """A plan that says nothing of its life stays as it is."""
    if not (document.terms or document.leaving or document.closing or document.referral):
        return plan
    closing = document.closing
    plan = replace(
        plan,
        terms=tuple(compiled.Terms(terms.version, terms.first_day) for terms in document.terms),
        regret=None if document.leaving is None else duration(document.leaving.regret),
        referral=None
        if document.referral is None
        else _referral(document.referral, document.sale_currency.decimals),
    )
    return plan if closing is None else _closing(plan, closing)


def _referral(written: Referral, decimals: int) -> compiled.Referral:
    least, kept_for, times = written.when.first_purchase_at_least, written.when.kept_for, written.at_most
    return compiled.Referral(
        referrer=_units(written.referrer),
        referee=_units(written.referee),
        spend_min_minor=0 if least is None else minor(least, decimals),
        kept_for=None if kept_for is None else duration(kept_for),
        times=None if times is None else compiled.PeriodCap(times.limit, times.per),
    )


def _units(side: Side | None) -> compiled.Units | None:
    return None if side is None else compiled.Units(side.currency, side.units)


def _closing(plan: compiled.Plan, written: Closing) -> compiled.Plan:
    """After the last day to earn every rule and every offer is over: no decision needs to know more."""
    last = written.last_day_to_earn
    offers = plan.offers
    if offers:
        ended = tuple(replace(offer, when=_ended(offer.when, last)) for offer in offers.all)
        offers = replace(offers, all=ended, by_code={offer.code: offer for offer in ended})
    return replace(
        plan,
        rules=tuple(replace(rule, when=_ended(rule.when, last)) for rule in plan.rules),
        offers=offers,
        closing=compiled.Closing(last, written.last_day_to_use, written.forfeit),
    )


def _ended(when: compiled.Conditions, last: date) -> compiled.Conditions:
    return when if when.to_day is not None and when.to_day <= last else replace(when, to_day=last)
