"""What a version costs more or less in a year than the one in force: two replays of the same history, compared."""

from dataclasses import dataclass
from uuid import UUID

from assidu.foundation.sql import rows
from assidu.foundation.work import RunState
from assidu.loyalty.needs import YearlyChange
from assidu.plans.document import Document
from assidu.plans.identity import what_it_says
from assidu.simulation import actions, queries
from assidu.simulation.types import Run


@dataclass(frozen=True, slots=True)
class Yearly:
    """``change`` once both are done; ``run`` and ``other`` are the replays of the version and of the one in force."""

    change: YearlyChange | None
    run: Run | None = None
    other: Run | None = None

    @property
    def is_running(self) -> bool:
        return any(one is not None and not one.state.is_over for one in (self.run, self.other))

    @property
    def percent(self) -> int:
        """How far both are, together."""
        known = [
            100 if one.state is RunState.DONE else one.percent
            for one in (self.run, self.other)
            if one is not None
        ]
        return sum(known) // 2


def yearly_of(document: Document, live: Document) -> Yearly:
    """What is known of it by now; nothing is started. Where nothing was ever recorded, nothing changes."""
    if not rows("SELECT 1 FROM events_event LIMIT 1"):
        return Yearly(YearlyChange.of(0, 0))
    run, other = latest_run(document), latest_run(live)
    if run is None or other is None or run.report is None or other.report is None:
        return Yearly(None, run, other)
    here, there = run.report, other.report
    if (here.since, here.until) != (there.since, there.until) or here.since is None or here.until is None:
        # History went on between the two: the older one says nothing about the newer.
        return Yearly(
            None,
            run if run.asked_at > other.asked_at else None,
            other if other.asked_at > run.asked_at else None,
        )
    change = YearlyChange.of(
        here.replayed_cost_minor - there.replayed_cost_minor,
        (here.until - here.since).days + 1,
        str(run.run_id),
        str(other.run_id),
    )
    return Yearly(change, run, other)


def start_missing(
    document: Document, yaml: str, live: Document, live_yaml: str, *, labels: tuple[str, str], by: str
) -> Yearly:
    """Start the replays that are not there yet; ``labels`` name that of the version and that of the one in force.

    A version that was never replayed is compared with the one in force as of now: customers go on buying, and an
    earlier replay of it would know less.
    """
    known = yearly_of(document, live)
    if known.change is None:
        if known.run is None:
            actions.start(document, yaml, label=labels[0], by=by)
        is_at_work = known.other is not None and not known.other.state.is_over
        if known.other is None or (known.run is None and not is_at_work):
            actions.start(live, live_yaml, label=labels[1], by=by)
    return yearly_of(document, live)


def latest_run(document: Document) -> Run | None:
    """The last replay of exactly what the document says, done or on its way."""
    found = rows(
        "SELECT run_id FROM simulation_run WHERE programme = %s AND document - 'version' - 'valid_from' = %s::jsonb "
        "AND state IN ('waiting', 'running', 'done') ORDER BY asked_at DESC LIMIT 1",
        [document.programme, what_it_says(document)],
    )
    run_id: UUID | None = found[0][0] if found else None
    return queries.run(run_id) if run_id is not None else None
