"""The programme's key figures over a period, beside those of the stretch before: for the first screen, programs, the
command and, month by month, the views ``bi.kpi_…``."""

from datetime import date, timedelta

from assidu.decisions.plan import Plan
from assidu.ledger import queries as ledger
from assidu.measurement.periods import Period
from assidu.measurement.queries import dashboard, first_day, has_invented, points_of
from assidu.measurement.types import Kpis

EXPIRING_DAYS = 30


def kpis(plan: Plan, money: str, period: Period, today: date) -> Kpis:
    """Under the version in force."""
    first = first_day()
    before = period.before
    points = points_of(plan)
    is_over = period.until < today
    return Kpis(
        programme=plan.programme,
        money=money,
        points=points,
        period=period.key,
        now=dashboard(plan, period.since, period.until),
        # A stretch in which nothing was recorded yet would make everything look as if it had grown.
        before=dashboard(plan, before.since, before.until) if first and before.since >= first else None,
        points_expiring=None if is_over else ledger.expiring(points, today + timedelta(days=EXPIRING_DAYS)),
        has_invented=has_invented(),
    )
