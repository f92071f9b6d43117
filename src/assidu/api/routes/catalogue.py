"""What tickets leave for the catalogue to say: rates of other moneys, and the calendar of other teams' promotions."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from assidu.api.door import caller_at, stop
from assidu.api.parameters import Cursor, Limit
from assidu.catalogue import promotions as calendar
from assidu.catalogue import rates as moneys
from assidu.catalogue.calendar import Promotion as Told
from assidu.catalogue.promotions import LINES_MAX, KnownPromotion
from assidu.catalogue.rates import SetRate, ToldRate
from assidu.catalogue.told import CODES_MAX, NAME_LENGTH_MAX, OFF_MINOR_MAX, promotion_told
from assidu.decisions.money import RATE_DECIMALS_MAX, RATE_MAX
from assidu.decisions.money import Rate as ExactRate
from assidu.foundation import clock
from assidu.foundation.cursors import read_cursor, write_cursor
from assidu.foundation.people.actions import record
from assidu.foundation.problems import Fault

router = Router(tags=["Catalogue"])

RATES_MAX = 5_000
ID_MAX = 2**62
HOUR = "^([01][0-9]|2[0-3]):[0-5][0-9]$"

Money = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217, for example CHF.")]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
Codes = Annotated[list[Name], Field(max_length=CODES_MAX)]
PromotionCode = Annotated[str, Path(min_length=1, max_length=NAME_LENGTH_MAX)]


# ---------------------------------------------------------------- rates


class RateBody(Schema):
    """One unit of `currency` is worth `rate` in the programme's money, from `day` on."""

    currency: Money
    day: date
    rate: Annotated[
        str,
        Field(pattern=r"^[0-9]{1,7}(\.[0-9]{1,12})?$", description="A decimal, kept exactly: `0.9432`."),
    ]


class RatesBody(Schema):
    rates: Annotated[list[RateBody], Field(min_length=1, max_length=RATES_MAX)]


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate as it was set. ``is_in_force``: nothing was set for its day since. ``set_by`` is a person, `key:…`,
    `file:…` or `command`."""

    currency: str
    day: date
    rate: str
    set_at: datetime
    set_by: str
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class RatePage:
    rates: list[RateLine]
    next: str | None


@dataclass(frozen=True, slots=True)
class RatesSet:
    """``set`` is how many were new: what was in force already is not set again."""

    set: int


@router.get("/rates", response=RatePage, summary="Rates of other moneys")
def list_rates(
    request: HttpRequest,
    currency: Annotated[str, Query("", max_length=3)] = "",
    day: Annotated[date | None, Query(None)] = None,
    in_force: Annotated[bool, Query(False, description="Without those that were replaced.")] = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> RatePage:
    """Every rate that was set, the latest first, with who set it. A ticket keeps the one that it was converted at."""
    caller_at(request)
    before = max(0, min(int(read_cursor(cursor, int)[0]), ID_MAX)) if cursor else None
    found, more = moneys.rates(
        currency=currency.upper(), day=day, only_in_force=in_force, before=before, limit=limit
    )
    return RatePage([_rate(one) for one in found], write_cursor(more) if more else None)


@router.put("/rates", response=RatesSet, summary="Set rates")
def put_rates(request: HttpRequest, body: RatesBody) -> RatesSet:
    """Set what other moneys are worth. Tickets that were converted keep their rate; those that are still to come in for
    that day take the new one within seconds."""
    caller = caller_at(request, "catalogue:write", is_for_stores=False)
    told, faults = [], []
    for n, one in enumerate(body.rates):
        rate = ExactRate.of(Decimal(one.rate))
        if rate is None:
            words = f"must be above 0, at most {RATE_MAX}, with at most {RATE_DECIMALS_MAX} decimals"
            faults.append(Fault(f"body.rates[{n}].rate", words, "bad_rate"))
        else:
            told.append(ToldRate(one.currency, one.day, rate))
    if faults:
        raise stop("invalid_request", errors=faults)
    with transaction.atomic():
        count = moneys.put_rates(told, at=clock.now(), by=f"key:{caller.key.id}")
        if count:
            record(caller.actor, "rate.set", "money", "", after={"count": count})
    return RatesSet(count)


def _rate(one: SetRate) -> RateLine:
    return RateLine(one.currency, one.day, str(one.rate), one.set_at, one.set_by, one.is_in_force)


# ---------------------------------------------------------------- promotions


class PromotionBody(Schema):
    """One line of a promotion; a promotion with several has one code. A list that is empty asks nothing: no store means
    everywhere, no product, department or brand everything."""

    code: Name
    name: Name
    kind: Annotated[str, Field(max_length=NAME_LENGTH_MAX, description="In your own words.")] = ""
    first_day: date
    first_hour: Annotated[str | None, Field(pattern=HOUR, description="Local time.")] = None
    last_day: Annotated[date, Field(description="Included, unless `last_hour` says until when.")]
    last_hour: Annotated[str | None, Field(pattern=HOUR)] = None
    stores: Codes = []
    channels: Codes = []
    products: Codes = []
    departments: Codes = []
    brands: Codes = []
    percent: Annotated[
        Decimal | None,
        Field(gt=0, le=100, max_digits=5, decimal_places=2, description="What it takes off, if known."),
    ] = None
    amount_minor: Annotated[
        int | None, Field(gt=0, le=OFF_MINOR_MAX, description="Or what it takes off each unit, if known.")
    ] = None


class PromotionsBody(Schema):
    promotions: Annotated[list[PromotionBody], Field(min_length=1, max_length=LINES_MAX)]


@dataclass(frozen=True, slots=True)
class PromotionLine:
    """A line as it was told; times are local, ``ends_at`` is the first moment at which it no longer runs."""

    code: str
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    stores: list[str]
    channels: list[str]
    products: list[str]
    departments: list[str]
    brands: list[str]
    percent: float | None
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class PromotionSummary:
    """A promotion with its lines taken together: the widest times, the largest reduction."""

    code: str
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    lines: int
    products: int
    departments: list[str]
    brands: list[str]
    stores: list[str]
    channels: list[str]
    percent: float | None
    amount_minor: int | None
    told_at: datetime
    told_by: str


@dataclass(frozen=True, slots=True)
class PromotionPage:
    promotions: list[PromotionSummary]
    next: str | None


@dataclass(frozen=True, slots=True)
class PromotionLines:
    promotion: str
    lines: list[PromotionLine]


@dataclass(frozen=True, slots=True)
class PromotionsSet:
    """``lines`` is how many lines the calendar now has of the promotions that were told."""

    promotions: int
    lines: int


@router.get("/promotions", response=PromotionPage, summary="The calendar of promotions")
def list_promotions(
    request: HttpRequest,
    text: Annotated[
        str, Query("", max_length=200, description="A part of a code or a name, or a whole product code.")
    ] = "",
    store: Annotated[str, Query("", max_length=200)] = "",
    day: Annotated[date | None, Query(None, description="What runs on that day.")] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> PromotionPage:
    """Promotions that are not the programme's, by code: an article in one counts as discounted."""
    caller_at(request)
    begin = datetime.combine(day, time()) if day is not None else None
    found, more = calendar.promotions(
        text=text.replace("\0", ""),
        store=store.replace("\0", ""),
        running_from=begin,
        running_until=begin + timedelta(days=1) if begin is not None and day != date.max else None,
        after=str(read_cursor(cursor, str)[0]) if cursor else "",
        limit=limit,
    )
    return PromotionPage([_summary(one) for one in found], write_cursor(more) if more else None)


@router.put("/promotions", response=PromotionsSet, summary="Tell promotions")
def put_promotions(request: HttpRequest, body: PromotionsBody) -> PromotionsSet:
    """Tell promotions, each with all its lines: what was known under their codes is replaced, others stay. Tickets that
    came in keep what was known then; those that come in from now on see it within seconds."""
    caller = caller_at(request, "catalogue:write", is_for_stores=False)
    told: list[Told] = []
    faults = []
    for n, one in enumerate(body.promotions):
        try:
            told.append(promotion_told(_plain(one)))
        except ValueError as error:
            faults.append(Fault(f"body.promotions[{n}]", str(error), "bad_promotion"))
    if faults:
        raise stop("invalid_request", errors=faults)
    codes = {one.code for one in told}
    with transaction.atomic():
        lines = calendar.put_promotions(told, at=clock.now(), by=f"key:{caller.key.id}")
        after: dict[str, Any] = {"promotions": len(codes), "lines": lines}
        record(caller.actor, "promotion.told", "promotion", "", after=after)
    return PromotionsSet(len(codes), lines)


@router.get("/promotions/{code}", response=PromotionLines, summary="One promotion, line by line")
def read_promotion(request: HttpRequest, code: PromotionCode) -> PromotionLines:
    caller_at(request)
    found = calendar.promotion_lines(code)
    if not found:
        raise stop("unknown_promotion")
    return PromotionLines(code, [_line(one) for one in found])


@router.delete("/promotions/{code}", response=PromotionsSet, summary="Call a promotion off")
def delete_promotion(request: HttpRequest, code: PromotionCode) -> PromotionsSet:
    """It is no longer in the calendar. Tickets that came in meanwhile keep what was known of it."""
    caller = caller_at(request, "catalogue:write", is_for_stores=False)
    with transaction.atomic():
        if not calendar.remove_promotion(code):
            raise stop("unknown_promotion")
        record(caller.actor, "promotion.removed", "promotion", code)
    return PromotionsSet(1, 0)


def _plain(one: PromotionBody) -> dict[str, Any]:
    return {name: value for name, value in one.dict().items() if value not in (None, [], "")}


def _summary(one: KnownPromotion) -> PromotionSummary:
    return PromotionSummary(
        code=one.code,
        name=one.name,
        kind=one.kind,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        lines=one.lines,
        products=one.articles,
        departments=list(one.departments),
        brands=list(one.brands),
        stores=list(one.stores),
        channels=list(one.channels),
        percent=_percent(one.off_bp),
        amount_minor=one.off_minor,
        told_at=one.told_at,
        told_by=one.told_by,
    )


def _line(one: Told) -> PromotionLine:
    return PromotionLine(
        code=one.code,
        name=one.name,
        kind=one.kind,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        stores=sorted(one.stores),
        channels=sorted(one.channels),
        products=sorted(one.lines.skus),
        departments=sorted(one.lines.departments),
        brands=sorted(one.lines.brands),
        percent=_percent(one.off_bp),
        amount_minor=one.off_minor,
    )


def _percent(off_bp: int | None) -> float | None:
    return None if off_bp is None else off_bp / 100
