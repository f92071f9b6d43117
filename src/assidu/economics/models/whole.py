"""Whole minor units that add up, from sums that are kept unrounded.

Cells (a line, of a segment, in a month) are not rounded one by one: hundreds of half cents would lie between the sum of
the cells and what model, workbook and tornado say. What all cells up to a line, a segment and a month come to is
rounded instead, once, and each cell is what it adds to those before it. So every table adds up, whichever way it is
read, and the net, the margin and the cash up to any month are those of the unrounded model. What stands between two
such sums may be a cent beside its own, a single cell of a segment a few; nothing stays nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assidu.economics.models.macro import COSTS, FLOWS, OF_NET, Flows, Numbers, Run

Whole = npt.NDArray[np.int64]
ADDED = (*OF_NET, *COSTS)
"""Lines that the net is the sum of, besides the investment; the order of the waterfall."""
RUNNING = ADDED.index("running") + 1
CASH = "rewards_paid"


@dataclass(frozen=True, slots=True)
class WholeRun:
    """The first scenario of a run. By segment and line: month by month; ``fixed`` and ``investment`` are nobody's."""

    segments: dict[str, dict[str, Whole]]
    fixed: Whole
    investment: int


def whole_of(base: Run, scale: int) -> WholeRun:
    """``scale``: minor units in one of money."""
    flows, fixed = list(base.segments.values()), base.fixed[0]
    months = len(fixed)
    # The investment comes first: a line of its own, before the first month; what the programme costs as a whole stands
    # before the segments. Both are nobody's, and are then the same in what is owed and in what is paid.
    exact = np.zeros((len(ADDED) + 1, len(flows) + 1, months + 1))
    exact[0, 0, 0] = base.investment[0, 0]
    exact[RUNNING, 0, 1:] = fixed
    for line, name in enumerate(ADDED, start=1):
        exact[line, 1:, 1:] += _by_segment(flows, name, months)
    added = cells(exact, scale)
    in_cash = [0, *range(1, len(OF_NET) + 1), RUNNING]
    cash = exact[in_cash].sum(axis=0)
    cash[1:, 1:] += _by_segment(flows, CASH, months)
    paid = cells(cash, scale) - added[in_cash].sum(axis=0)
    alone = {
        name: cells(_by_segment(flows, name, months), scale) for name in FLOWS if name not in (*ADDED, CASH)
    }
    return WholeRun(
        {
            code: {name: added[line, place + 1, 1:] for line, name in enumerate(ADDED, start=1)}
            | {name: found[place] for name, found in alone.items()}
            | {CASH: paid[place + 1, 1:]}
            for place, code in enumerate(base.segments)
        },
        added[RUNNING, 0, 1:],
        int(added[0, 0, 0]),
    )


def cells(exact: Numbers, scale: int) -> Whole:
    """Each cell: what it adds to the rounded sum of all up to it, along every axis."""
    sums = exact * scale
    for axis in range(sums.ndim):
        sums = sums.cumsum(axis=axis)
    found: Whole = np.rint(sums).astype(np.int64)
    for axis in range(found.ndim):
        found = np.diff(found, axis=axis, prepend=0)
    return found


def _by_segment(flows: Sequence[Flows], name: str, months: int) -> Numbers:
    found: Numbers = np.array([getattr(one, name)[0] for one in flows]).reshape(len(flows), months)
    return found
