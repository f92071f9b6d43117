"""What a version costs more or less in a year than the one in force: the same history replayed under both."""

from dataclasses import dataclass
from uuid import UUID

from assidu.foundation.sql import rows
from assidu.loyalty.needs import YearlyChange
from assidu.plans.document import Document
from assidu.plans.identity import what_it_says
from assidu.simulation import actions, queries
from assidu.simulation.types import Run
from assidu.simulation.up_to_date import RecordedByNow, is_up_to_date


@dataclass(frozen=True, slots=True)
class Yearly:
    """``change`` once it is done; ``run`` is the replay of the version, beside the one in force. ``is_outdated``: that
    is done, and of a past that is no longer ours."""

    change: YearlyChange | None
    run: Run | None = None
    is_outdated: bool = False

    @property
    def is_running(self) -> bool:
        return self.run is not None and not self.run.state.is_over

    @property
    def percent(self) -> int:
        return 0 if self.run is None else self.run.percent


def yearly_of(document: Document, live: Document, recorded: RecordedByNow | None = None) -> Yearly:
    """What is known of it by now; nothing is started. Where nothing was ever recorded, nothing changes."""
    if not rows("SELECT 1 FROM events_event LIMIT 1"):
        return Yearly(YearlyChange.of(0, 0))
    run = latest_run(document, against=live.version)
    found = None if run is None else run.compared
    if run is None or found is None or found.since is None or found.until is None:
        return Yearly(None, run)  # not yet over, or of a day on which nothing had been recorded
    if not is_up_to_date(found, recorded):
        return Yearly(None, run, is_outdated=True)
    change = YearlyChange.of(
        found.replayed_cost_minor - found.recorded_cost_minor,
        (found.until - found.since).days + 1,
        str(run.run_id),
    )
    return Yearly(change, run)


def start_missing(document: Document, yaml: str, live: Document, *, label: str, by: str) -> Yearly:
    """Start the replay that is not there yet, with a name."""
    known = yearly_of(document, live)
    if known.change is None and (known.run is None or known.run.state.is_over):
        actions.start(document, yaml, label=label, by=by, against=live.version)
    return yearly_of(document, live)


def latest_run(document: Document, against: int | None = None) -> Run | None:
    """The last replay of exactly what the document says, done or on its way; beside a version where one is named."""
    found = rows(
        "SELECT run_id FROM simulation_run WHERE programme = %s AND document - 'version' - 'valid_from' = %s::jsonb "
        "AND state IN ('waiting', 'running', 'done') AND (%s::bigint IS NULL OR against = %s) "
        "ORDER BY asked_at DESC LIMIT 1",
        [document.programme, what_it_says(document), against, against],
    )
    run_id: UUID | None = found[0][0] if found else None
    return queries.run(run_id) if run_id is not None else None
