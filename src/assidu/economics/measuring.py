"""Assumptions measured from a programme's own past."""

from datetime import date, datetime

from assidu.decisions.calendar import add_months, local_day, month_of
from assidu.decisions.plan import CurrencyKind
from assidu.economics.history import has_invented_margins, tier_months, tier_units
from assidu.economics.models.assumptions import Assumptions
from assidu.economics.models.baseline import CurrencyRate, measured
from assidu.economics.models.behaviour import Behaviour, informed
from assidu.economics.queries import liability, policy
from assidu.economics.sums import end_of
from assidu.economics.types import CurrencyMonth, CurrencyPolicy, Liability
from assidu.loyalty import queries as loyalty
from assidu.plans.wording import Language, text_in

MONTHS = 12


def measure(
    programme: str, name: str, at: datetime, *, months: int = MONTHS, language: Language
) -> Assumptions:
    """From the latest months that are whole (``months`` at most): neither the one in which the past begins nor the one
    that is not over."""
    book = loyalty.current_book(programme)
    assert book is not None, "a programme has at least one version"
    found = liability(programme, at)
    last = add_months(month_of(local_day(at, book.at(at).zone)), -1)
    whole = [one.month for one in found.months if one.month <= last]
    whole = (whole[1:] or whole)[-months:]
    if not whole:
        return Assumptions(name=name, segments=())
    since, until = whole[0], end_of(whole[-1])
    document = loyalty.versions(programme)[-1].document
    levels = (
        {}
        if document.tiers is None
        else {one.code: text_in(one.name, language) for one in document.tiers.levels}
    )
    return measured(
        name,
        tier_months(programme, since, until),
        tier_units(programme, since, until),
        _rates(programme, found, whole[-1]),
        decimals=found.decimals,
        are_margins_invented=has_invented_margins(),
        tier_name=lambda tier: levels.get(tier, ""),
    )


def behaviour(programme: str, at: datetime, *, language: Language) -> Behaviour:
    """How customers may answer to a plan: wide ranges where nothing tells, the brand's own figures where they do."""
    return informed(Behaviour(), measure(programme, "past", at, language=language))


def _rates(programme: str, found: Liability, month: date) -> dict[str, CurrencyRate]:
    """Of what has a worth. What was only had in exchange for something else was not given, and counts nowhere."""
    state = found.at(month)
    if state is None:
        return {}
    book = loyalty.current_book(programme)
    assert book is not None, "a programme has at least one version"
    plan = book.versions[-1].plan
    costs = policy(programme).currencies
    rates = {}
    for one in state.figures.currencies:
        currency = plan.currencies.get(one.currency)
        if currency is None or currency.kind is CurrencyKind.BADGE or not one.ultimates:
            continue
        newest = max(one.ultimates, key=lambda ultimate: ultimate.month)
        own = costs.get(one.currency) or CurrencyPolicy()
        rates[one.currency] = CurrencyRate(
            one.terms.face_minor,
            newest.rate or 0.0,
            newest.within(80),
            own.cost,
            own.funded,
            _ages(one),
        )
    return rates


def _ages(one: CurrencyMonth) -> tuple[float, ...]:
    """Of what is used in the end, the per cent used at each age; empty where it is not known."""
    shares = [one.curve.share(age) for age in range(one.curve.ages)]
    if not shares or shares[-1] <= 0:
        return ()
    parts = [
        100 * (share - before) / shares[-1] for share, before in zip(shares, [0.0, *shares], strict=False)
    ]
    return tuple(round(part, 6) for part in parts)
