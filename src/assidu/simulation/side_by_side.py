"""Several simulations of the same past, laid side by side by their main figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from assidu.simulation.findings import Findings
from assidu.simulation.types import Run

COMPARED_MAX = 4
FLOWS = ("issued", "used", "expired", "outstanding")


@dataclass(frozen=True, slots=True)
class MainFigure:
    """One figure of one simulation. ``currency`` where it is units of one; ``before`` and ``change`` are ``null`` where
    there is no before: how many win and lose."""

    figure: str
    currency: str | None
    before: int | float | None
    after: int | float
    change: int | float | None


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure over several simulations, in the order in which these are told: what they are all compared with, and
    each one's."""

    figure: str
    currency: str | None
    before: int | float | None
    after: tuple[int | float, ...]


def main_figures(found: Findings) -> list[MainFigure]:
    """Cost and what is outstanding in minor units, the cost as a share of sales, units by currency, winners and
    losers."""
    figures = [
        MainFigure(name, None, one.before, one.after, one.change)
        for name, one in (
            ("cost_minor", found.cost_minor),
            ("cost_share", found.cost_share),
            ("outstanding_minor", found.outstanding_minor),
        )
    ]
    for currency in found.currencies:
        for name in FLOWS:
            one = getattr(currency, name)
            figures.append(MainFigure(name, currency.currency, one.before, one.after, one.change))
    return [
        *figures,
        MainFigure("winner_count", None, None, found.winner_count, None),
        MainFigure("loser_count", None, None, found.loser_count, None),
    ]


def side_by_side(runs: Sequence[Findings]) -> list[ComparedFigure]:
    """Only what all of them know; the first one says what they are compared with."""
    known = [{(one.figure, one.currency): one for one in main_figures(run)} for run in runs]
    return [
        ComparedFigure(*key, one.before, tuple(figures[key].after for figures in known))
        for key, one in (known[0] if known else {}).items()
        if all(key in figures for figures in known)
    ]


def common_against(runs: Sequence[Run]) -> int | None:
    """The version that all of them are compared with; where they are not compared with one and the same, none: what
    really happened is told beside each of them."""
    versions = {run.against for run in runs if run.answer is not None}
    return versions.pop() if len(versions) == 1 else None
