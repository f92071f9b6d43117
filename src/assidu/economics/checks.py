"""What `assidu doctor` looks at in this room."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from assidu.economics.closed import broken_seals
from assidu.foundation.checks import Finding
from assidu.foundation.guards import CHANGING, not_allowed, triggers_on
from assidu.loyalty.plans import programmes

KEPT = ("economics_month", "economics_policy", "economics_assumptions")


def checks() -> Iterator[Finding]:
    yield triggers_on(
        "append_only",
        [
            *((table, f"{table}_append_only") for table in KEPT),
            ("economics_month", "economics_month_follows"),
        ],
    )
    yield not_allowed("grants", CHANGING, KEPT)
    yield _seals()


def _seals() -> Finding:
    broken = [f"{programme} {month:%Y-%m}" for programme in programmes() for month in broken_seals(programme)]
    if broken:
        return Finding(
            "months",
            False,
            _("Closed months are not what was closed: %(months)s.") % {"months": ", ".join(broken)},
            _("Compare with what was exported of them, or with a backup."),
        )
    return Finding("months", True, _("Every closed month is as it was closed."))
