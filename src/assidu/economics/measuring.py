"""Assumptions measured from a programme's own past."""

from dataclasses import dataclass
from datetime import date, datetime

from assidu.decisions.calendar import add_months, local_day, month_of
from assidu.decisions.plan import CurrencyKind
from assidu.economics.history import has_invented_margins, tier_months, tier_units
from assidu.economics.models.assumptions import Assumptions, Measured, Range
from assidu.economics.models.baseline import MARGIN, CurrencyRate, measured
from assidu.economics.models.behaviour import Behaviour, informed
from assidu.economics.models.past import past_months
from assidu.economics.models.redemption import NORMAL
from assidu.economics.queries import liability, policy
from assidu.economics.sums import end_of
from assidu.economics.tier_sums import tier_sums
from assidu.economics.types import CurrencyMonth, CurrencyPolicy, Liability, Past
from assidu.loyalty import queries as loyalty
from assidu.loyalty.book import PlanBook
from assidu.plans.wording import Language, text_in

MONTHS = 12
PAST_MONTHS = 24


def measure(
    programme: str, name: str, at: datetime, *, months: int = MONTHS, language: Language
) -> Assumptions:
    """From the latest months that are whole (``months`` at most): neither the one in which the past begins nor the one
    that is not over."""
    book = loyalty.current_book(programme)
    assert book is not None, "a programme has at least one version"
    found = liability(programme, at)
    whole = _whole(found, book, at, months)
    if not whole:
        return Assumptions(name=name, segments=())
    since, until = whole[0], end_of(whole[-1])
    sums = tier_sums(programme, since, until)
    document = loyalty.versions(programme)[-1].document
    levels = (
        {}
        if document.tiers is None
        else {one.code: text_in(one.name, language) for one in document.tiers.levels}
    )
    return measured(
        name,
        tier_months(programme, since, until, sums),
        tier_units(sums),
        _rates(programme, found, whole[-1]),
        decimals=found.decimals,
        are_margins_invented=has_invented_margins(),
        tier_names=levels,
    )


def past(programme: str, at: datetime, *, months: int = PAST_MONTHS) -> Past:
    """Month after month what `measure` takes together, and how much of what was given will be used."""
    book = loyalty.current_book(programme)
    assert book is not None, "a programme has at least one version"
    found = liability(programme, at)
    whole = _whole(found, book, at, months)
    if not whole:
        return Past(programme, found.sale_currency, found.decimals, None, ())
    main = _most_given(found, book, whole[-1])
    since, until = whole[0], end_of(whole[-1])
    told = past_months(
        tier_months(programme, since, until, tier_sums(programme, since, until)),
        () if main is None else main.ultimates,
    )
    return Past(
        programme,
        found.sale_currency,
        found.decimals,
        None if main is None else main.currency,
        told,
        has_first_month=whole[0] == found.months[0].month,
    )


def _whole(found: Liability, book: PlanBook, at: datetime, months: int) -> list[date]:
    """The latest months that are whole: not the one in which the past begins, unless there is no other."""
    last = add_months(month_of(local_day(at, book.at(at).zone)), -1)
    whole = [one.month for one in found.months if one.month <= last]
    return (whole[1:] or whole)[-months:]


def _most_given(found: Liability, book: PlanBook, month: date) -> CurrencyMonth | None:
    """The currency of which the most was given at face value, until the end of a month."""
    state, plan = found.at(month), book.versions[-1].plan
    known = [] if state is None else state.figures.currencies
    valued = [
        one
        for one in known
        if one.terms.face_minor > 0
        and one.ultimates
        and one.currency in plan.currencies
        and plan.currencies[one.currency].kind is not CurrencyKind.BADGE
    ]
    return max(
        valued,
        key=lambda one: one.terms.face_minor * sum(issue.base for issue in one.ultimates),
        default=None,
    )


def behaviour(programme: str, at: datetime, *, language: Language) -> Behaviour:
    """How customers may answer to a plan: wide ranges where nothing tells, the brand's own figures where they do."""
    return informed(Behaviour(), measure(programme, "past", at, language=language))


@dataclass(frozen=True, slots=True)
class KnownOfDiscounts:
    """What a question about discounts may begin with, per cent: what a sale earns, of net sales HT, and how much of
    what is given is used in the end. ``None`` where nothing of this brand tells it."""

    margin: Range | None
    redemption: Range | None

    @property
    def redemption_error(self) -> float:
        """The standard error of it: between its ends lie four cases of five."""
        one = self.redemption
        return 0.0 if one is None else (one.highest - one.lowest) / (2 * NORMAL[80])


def of_discounts(programme: str, at: datetime, *, language: Language) -> KnownOfDiscounts:
    """From the same past as `measure`. A margin that only departments were said to have is one, and says that it is
    assumed; the range that stands in where nobody said anything is none."""
    found = measure(programme, "past", at, language=language)
    told = informed(Behaviour(), found)
    is_said = any(
        (one.margin.lowest, one.margin.value, one.margin.highest) != MARGIN for one in found.segments
    )
    is_used = told.redemption.basis is Measured.MEASURED
    return KnownOfDiscounts(
        told.margin if is_said and is_used else None, told.redemption if is_used else None
    )


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
