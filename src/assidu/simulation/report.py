"""From the sum of a replay to what people read: costs, statuses, winners and losers."""

from collections.abc import Sequence
from datetime import date

from assidu.decisions.plan import Plan
from assidu.simulation.entries import draws_replayed
from assidu.simulation.sums import outstanding_minor
from assidu.simulation.types import Cause, CustomerOutcome, Decile, Flow, Outcome, Partial, Report

DECILES = 10
NAMED_MAX = 10


def report(
    outcome: Outcome,
    recorded_plan: Plan,
    plan: Plan,
    *,
    seconds: float,
    since: date | None = None,
    until: date | None = None,
    has_drawn: bool = True,
) -> Report:
    """``seconds`` is the whole wall time; costs are what was given, net of what returns took back and of what was
    handed in for a reward, at face value of the plan of each side, and what its offers took off at once. ``has_drawn``:
    entries were counted, as they are under another plan."""
    customers = outcome.customers
    changes = sorted(customers, key=lambda c: (c.replayed_minor - c.recorded_minor, c.customer_id))
    winners = [c for c in reversed(changes) if c.replayed_minor > c.recorded_minor]
    losers = [c for c in changes if c.replayed_minor < c.recorded_minor]
    return Report(
        sales=outcome.sales,
        events=outcome.events,
        customers=len(customers),
        since=since,
        until=until,
        spend_minor=sum(c.spend_minor for c in customers),
        replayed=dict(sorted(outcome.replayed.items())),
        recorded=dict(sorted(outcome.recorded.items())),
        recorded_cost_minor=sum(c.recorded_minor for c in customers),
        replayed_cost_minor=sum(c.replayed_minor for c in customers),
        recorded_outstanding_minor=outstanding_minor(outcome.recorded, recorded_plan),
        replayed_outstanding_minor=outstanding_minor(outcome.replayed, plan),
        tiers=_tiers(customers),
        rules=dict(sorted(outcome.rules.items())),
        deciles=deciles(customers),
        winners=tuple(winners[:NAMED_MAX]),
        losers=tuple(losers[:NAMED_MAX]),
        winner_count=len(winners),
        loser_count=len(losers),
        differences={cause.value: count for cause, count in sorted(outcome.differences.items())},
        unexplained=outcome.differences.get(Cause.UNEXPLAINED, 0),
        skipped_reversals=outcome.skipped_reversals,
        unfunded_burns=outcome.unfunded_burns,
        refused=outcome.refused,
        examples=tuple(outcome.examples),
        seconds=round(seconds, 3),
        sales_per_second=round(outcome.sales / seconds, 1) if seconds else 0.0,
        draws=draws_replayed(plan, outcome.entries) if has_drawn else {},
    )


def report_so_far(partial: Partial) -> Report:
    """A report in which only what is known before the end is told; its figures are estimates."""
    flows = {
        side: {
            currency: Flow(**{name: getattr(figure, side) for name, figure in figures.items()})
            for currency, figures in partial.flows.items()
        }
        for side in ("recorded", "replayed")
    }
    return Report(
        sales=0,
        events=0,
        customers=partial.of_customers,
        since=None,
        until=None,
        spend_minor=partial.spend_minor,
        replayed=flows["replayed"],
        recorded=flows["recorded"],
        recorded_cost_minor=partial.cost_minor.recorded,
        replayed_cost_minor=partial.cost_minor.replayed,
        recorded_outstanding_minor=partial.outstanding_minor.recorded,
        replayed_outstanding_minor=partial.outstanding_minor.replayed,
        tiers={tier: (one.recorded, one.replayed) for tier, one in partial.tiers.items()},
        rules={},
        deciles=partial.deciles,
        winners=(),
        losers=(),
        winner_count=partial.winners.value,
        loser_count=partial.losers.value,
        differences={},
        unexplained=0,
        skipped_reversals=0,
        unfunded_burns=0,
        refused=0,
        examples=(),
        seconds=partial.seconds,
        sales_per_second=0.0,
    )


def deciles(customers: Sequence[CustomerOutcome]) -> tuple[Decile, ...]:
    """Customers cut in ten by what they spent, ties by id so that the cut is always the same."""
    ranked = sorted(customers, key=lambda c: (c.spend_minor, c.customer_id))
    found = []
    for i in range(DECILES):
        part = ranked[i * len(ranked) // DECILES : (i + 1) * len(ranked) // DECILES]
        found.append(
            Decile(
                decile=i + 1,
                customers=len(part),
                spend_minor=sum(c.spend_minor for c in part),
                recorded_minor=sum(c.recorded_minor for c in part),
                replayed_minor=sum(c.replayed_minor for c in part),
                winners=sum(c.replayed_minor > c.recorded_minor for c in part),
                losers=sum(c.replayed_minor < c.recorded_minor for c in part),
            )
        )
    return tuple(found)


def _tiers(customers: Sequence[CustomerOutcome]) -> dict[str, tuple[int, int]]:
    """Members by status; whoever left, or never joined, has none and is not counted."""
    counts: dict[str, list[int]] = {}
    for customer in customers:
        for side, tier in enumerate((customer.recorded_tier, customer.replayed_tier)):
            if tier is not None:
                counts.setdefault(tier, [0, 0])[side] += 1
    return {tier: (before, after) for tier, (before, after) in sorted(counts.items())}
