"""What a simulation found, as tables to take away: the same figures as pages and the API tell, in the same order."""

from collections.abc import Sequence
from itertools import chain

from assidu.foundation.tables import Cell, Table
from assidu.simulation.findings import BeforeAfter, Findings
from assidu.simulation.side_by_side import main_figures, side_by_side
from assidu.simulation.types import Flow

TRIPLE = ("before", "after", "change")
FLOWS = tuple(Flow.__dataclass_fields__)


def tables(found: Findings) -> list[Table]:
    """Amounts in minor units. Customers by their pseudonymous ids. Why events came out differently is told beside what
    really happened only."""
    causes = Table(
        "causes", ("cause", "events"), tuple((one.cause.value, one.events) for one in found.causes)
    )
    return [
        *_found(found),
        *([causes] if found.against is None else []),
    ]


def _found(found: Findings) -> list[Table]:
    return [
        Table(
            "figures",
            ("figure", "currency", *TRIPLE),
            tuple(
                (one.figure, one.currency, one.before, one.after, one.change) for one in main_figures(found)
            ),
        ),
        Table(
            "currencies",
            ("currency", "movement", *TRIPLE),
            tuple(
                (one.currency, flow, *_triple(getattr(one, flow)))
                for one in found.currencies
                for flow in FLOWS
            ),
        ),
        Table(
            "statuses",
            ("status", *TRIPLE),
            tuple((one.tier, *_triple(one.members)) for one in found.tiers),
        ),
        Table(
            "rules",
            ("rule", "is_tried", *_triples("units", "times", "off_minor")),
            tuple(
                (one.rule, one.is_tried, *_triple(one.units), *_triple(one.times), *_triple(one.off_minor))
                for one in found.rules
            ),
        ),
        Table(
            "draws",
            ("draw", "members", "entries", "prizes", "cost_minor"),
            tuple((one.draw, one.members, one.entries, one.prizes, one.cost_minor) for one in found.draws),
        ),
        Table(
            "tenths",
            (
                "tenth",
                "customers",
                "spend_minor",
                *_triples("given_minor"),
                "winners",
                "losers",
                "unchanged",
            ),
            tuple(
                (one.decile, one.customers, one.spend_minor, *_triple(one.given_minor), one.winners, one.losers,
                 one.unchanged)
                for one in found.deciles
            ),
        ),
        Table(
            "customers",
            ("customer", "spend_minor", *_triples("given_minor"), "status_before", "status_after"),
            tuple(
                (str(one.customer_id), one.spend_minor, *_triple(one.given_minor), one.before_tier, one.after_tier)
                for one in (*found.winners, *found.losers)
            ),
        ),
    ]  # fmt: skip


def compared_table(labels: Sequence[str], runs: Sequence[Findings]) -> Table:
    """The main figures of several, each with its change beside what all of them are compared with."""
    rows: list[tuple[Cell, ...]] = []
    for one in side_by_side(runs):
        each = ((after, None if one.before is None else after - one.before) for after in one.after)
        rows.append((one.figure, one.currency, one.before, *chain.from_iterable(each)))
    heads = chain.from_iterable((label, f"{label}: change") for label in labels)
    return Table("side-by-side", ("figure", "currency", "before", *heads), tuple(rows))


def _triples(*names: str) -> tuple[str, ...]:
    """As the API nests them: `units.before`."""
    return tuple(f"{name}.{end}" for name in names for end in TRIPLE)


def _triple(one: BeforeAfter) -> tuple[int, int, int]:
    return one.before, one.after, one.change
