"""What `assidu doctor` looks at in this room."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.catalogue.promotions import calendar_state
from assidu.foundation import clock
from assidu.foundation.checks import Finding
from assidu.foundation.guards import CHANGING, not_allowed, triggers_on
from assidu.foundation.settings import current_settings

KEPT = ("catalogue_rate",)
QUIET = timedelta(days=7)
"""A calendar in which nothing has run for so long is one that is no longer sent."""


def checks() -> Iterator[Finding]:
    yield triggers_on("append_only", [(table, f"{table}_append_only") for table in KEPT])
    yield not_allowed("grants", CHANGING, KEPT)
    yield _calendar()


def _calendar() -> Finding:
    count, told_at, ends_at = calendar_state()
    if not count or told_at is None or ends_at is None:
        return Finding("calendar", True, _("There is no calendar of promotions."))
    now = clock.now().astimezone(current_settings().zone).replace(tzinfo=None)
    figures = {"n": count, "told": told_at.date(), "end": ends_at.date()}
    if ends_at < now - QUIET:
        words = ngettext(
            "The calendar of promotions (%(n)s promotion, last told on %(told)s) ends on %(end)s: nothing in it runs.",
            "The calendar of promotions (%(n)s promotions, last told on %(told)s) ends on %(end)s: nothing in it runs.",
            count,
        )
        advice = _("If promotions still run, send their calendar: `assidu promotions import FILE`.")
        return Finding("calendar", False, words % figures, advice)
    words = ngettext(
        "The calendar of promotions has %(n)s promotion, the last until %(end)s.",
        "The calendar of promotions has %(n)s promotions, the last until %(end)s.",
        count,
    )
    return Finding("calendar", True, words % figures)
