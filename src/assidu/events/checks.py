"""What `assidu doctor` looks at in this room."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.events.queries import reject_counts
from assidu.foundation.checks import Finding
from assidu.foundation.guards import CHANGING, not_allowed, triggers_on
from assidu.foundation.sql import rows

FACTS = ("events_event", "events_key", "events_ticket", "events_anonymous", "events_claim", "events_reject")
REJECTED_PERCENT_MAX = 5


def checks() -> Iterator[Finding]:
    yield triggers_on("append_only", [(table, f"{table}_append_only") for table in FACTS])
    yield not_allowed("grants", CHANGING, FACTS)
    yield _rejects()


def _rejects() -> Finding:
    counts = reject_counts()
    rejected = sum(counts.values())
    if not rejected:
        return Finding("rejects", True, _("No event was set aside."))
    [(known,)] = rows("SELECT count(*) FROM events_key")
    words = ngettext(
        "%(n)s record was set aside; events recorded: %(known)s.",
        "%(n)s records were set aside; events recorded: %(known)s.",
        rejected,
    )
    # Said even when they are few: whoever sent them waits for what they would have brought.
    return Finding(
        "rejects",
        rejected * 100 <= (known + rejected) * REJECTED_PERCENT_MAX,
        words % {"n": rejected, "known": known},
        _(
            "Look at each with its row and reason (screen Settings, System, Set aside, or GET /v1/rejects), "
            "mend the source and send them again."
        ),
        counts,
    )
