"""Several simulations of the same past, laid side by side by their main figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from assidu.simulation.findings import Findings

COMPARED_MAX = 4
FLOWS = ("issued", "used", "expired", "outstanding")


@dataclass(frozen=True, slots=True)
class MainFigure:
    """One figure of one simulation. ``currency`` where it is units of one; ``recorded`` and ``change`` are ``null``
    where there is no before: how many win and lose."""

    figure: str
    currency: str | None
    recorded: int | float | None
    replayed: int | float
    change: int | float | None


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure over several simulations, in the order in which these are told: what was recorded, and each one's."""

    figure: str
    currency: str | None
    recorded: int | float | None
    replayed: tuple[int | float, ...]


def main_figures(found: Findings) -> list[MainFigure]:
    """Cost and what is outstanding in minor units, the cost as a share of sales, units by currency, winners and
    losers."""
    figures = [
        MainFigure(name, None, one.recorded, one.replayed, one.change)
        for name, one in (
            ("cost_minor", found.cost_minor),
            ("cost_share", found.cost_share),
            ("outstanding_minor", found.outstanding_minor),
        )
    ]
    for currency in found.currencies:
        for name in FLOWS:
            one = getattr(currency, name)
            figures.append(MainFigure(name, currency.currency, one.recorded, one.replayed, one.change))
    return [
        *figures,
        MainFigure("winner_count", None, None, found.winner_count, None),
        MainFigure("loser_count", None, None, found.loser_count, None),
    ]


def side_by_side(runs: Sequence[Findings]) -> list[ComparedFigure]:
    """Only what all of them know; the first one says what was recorded."""
    known = [{(one.figure, one.currency): one for one in main_figures(run)} for run in runs]
    return [
        ComparedFigure(*key, one.recorded, tuple(figures[key].replayed for figures in known))
        for key, one in (known[0] if known else {}).items()
        if all(key in figures for figures in known)
    ]
