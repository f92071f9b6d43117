"""The programme's key figures."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from assidu.api.door import caller_at, stop
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.loyalty import plans, queries
from assidu.measurement.kpis import kpis
from assidu.measurement.periods import DEFAULT, Named, Period, period_between, period_of
from assidu.measurement.types import Kpis

router = Router(tags=["Programme"])
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]


@router.get("/kpis", response=Kpis, summary="Key figures")
def read_kpis(
    request: HttpRequest,
    period: Annotated[
        Named, Query(description="The last twelve or three months, or this year, until today.")
    ] = DEFAULT,
    since: Annotated[Day | None, Query(description="Instead of `period`: from this day on.")] = None,
    until: Annotated[Day | None, Query(description="Instead of `period`: to this day, included.")] = None,
) -> Kpis:
    """What the dashboard shows: members, sales with a card, what was issued, used, expired and is outstanding, what it
    is worth at face value, month by month, and the same of the stretch before."""
    caller_at(request, "kpis:read", is_for_stores=False)
    known = plans.programmes()
    now = clock.now()
    book, document = (
        (queries.current_book(known[0]), queries.document_at(known[0], now)) if known else (None, None)
    )
    if book is None or document is None:
        raise stop("no_programme", "Publish one: POST /v1/plans, or assidu plan publish.")
    plan = book.at(now)
    today = local_day(now, plan.zone)
    return kpis(plan, document.sale_currency.code, _period(period, since, until, today), today)


def _period(named: Named, since: date | None, until: date | None, today: date) -> Period:
    if since is None and until is None:
        return period_of(named, today)
    chosen = period_between(since, until, today)
    if chosen is None:
        raise stop("invalid_request", "The period ends before it begins.")
    return chosen
