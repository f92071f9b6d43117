"""What the macro model assumes, as a document: by segment, each figure with its range and whether it was measured.

Rates are per cent. Money is in units of the sale currency, without VAT (HT); the face value of what is given is what
customers take off at the till, VAT included (TTC).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta

from assidu.plans.document.parts import Code, Part, Words
from assidu.plans.problems import Path, Problem

SEGMENTS_MAX = 50
MONTHS_MAX = 600
DRAWS_MAX = 100_000
CELLS_MAX = 2_000_000
"""Months times draws times segments: what is computed at once."""

SALES_MAX = 1e12
"""Sales over all months, and members: beyond it cents are no longer counted exactly."""

Number = Annotated[float, Meta(ge=-1e12, le=1e12)]


class Measured(StrEnum):
    """Where a figure comes from."""

    MEASURED = "measured"
    ASSUMED = "assumed"


class Range(Part, frozen=True, kw_only=True):
    """A figure, and between what it may lie: ``low`` and ``high`` are left out where it is certain."""

    value: Number
    low: Number | None = None
    high: Number | None = None
    basis: Measured = Measured.ASSUMED

    @property
    def lowest(self) -> float:
        return self.value if self.low is None else self.low

    @property
    def highest(self) -> float:
        return self.value if self.high is None else self.high


NONE = Range(value=0.0)


class Segment(Part, frozen=True, kw_only=True):
    """A group of members that behave alike: a status, for example. All rates are monthly."""

    code: Code
    name: Words | None = None
    members: Annotated[Range, Meta(description="At the beginning.")]
    growth: Annotated[Range, Meta(description="Per cent by which members grow each month.")] = NONE
    participation: Annotated[Range, Meta(description="Per cent of members who buy in a month.")]
    frequency: Annotated[Range, Meta(description="Purchases in a month of each of them.")]
    basket: Annotated[Range, Meta(description="Net sales of a purchase, HT.")]
    margin: Annotated[Range, Meta(description="Per cent of net sales HT: net sales HT less their cost HT.")]
    vat: Annotated[Range, Meta(description="Per cent on top of net sales HT; only to tell them TTC.")] = NONE
    face_rate: Annotated[Range, Meta(description="Face value given (TTC), per cent of net sales HT.")]
    redemption: Annotated[Range, Meta(description="Per cent of what is given that is used in the end.")]
    cost: Annotated[Range, Meta(description="Cost (HT) of what is used, per cent of its face value.")]
    funded: Annotated[Range, Meta(description="Per cent of that cost that partners pay.")] = NONE
    frequency_uplift: Annotated[
        Range, Meta(description="Per cent more purchases, because of the programme.")
    ] = NONE
    basket_uplift: Annotated[Range, Meta(description="Per cent more in each.")] = NONE
    retention_uplift: Annotated[Range, Meta(description="Per cent more members who stay active.")] = NONE
    cannibalisation: Annotated[
        Range, Meta(description="Per cent of the uplift that is taken from other sales of ours.")
    ] = NONE
    pull_forward: Annotated[
        Range, Meta(description="Per cent of the uplift that would have been bought later.")
    ] = NONE
    self_selection: Annotated[
        Range, Meta(description="Per cent of the uplift that these members would have shown by themselves.")
    ] = NONE

    @property
    def called(self) -> str:
        """As tables and charts call it."""
        return self.name or self.code


class Assumptions(Part, frozen=True, kw_only=True):
    """One set, under a name."""

    name: Words
    months: Annotated[int, Meta(ge=1, le=MONTHS_MAX)] = 24
    first_month: Annotated[date | None, Meta(description="The first day of the first month; only told.")] = (
        None
    )
    segments: Annotated[tuple[Segment, ...], Meta(max_length=SEGMENTS_MAX)]
    fixed_cost: Annotated[Range, Meta(description="Of running the programme, a month, HT.")] = NONE
    member_cost: Annotated[Range, Meta(description="The same for each member, HT.")] = NONE
    investment: Annotated[Range, Meta(description="Once, before the first month, HT.")] = NONE
    ramp: Annotated[
        int,
        Meta(
            ge=0, le=MONTHS_MAX, description="Months until the uplift is whole; 0: it is from the first on."
        ),
    ] = 0
    used_by_age: Annotated[
        tuple[Annotated[float, Meta(ge=0, le=100)], ...],
        Meta(
            max_length=240,
            description="Per cent of what is used in the end that is used in the month it is given, in "
            "the next one…: when rewards are paid for. At once when left out.",
        ),
    ] = ()
    draws: Annotated[int, Meta(ge=0, le=DRAWS_MAX, description="Of the fan; 0: none.")] = 2_000
    seed: Annotated[int, Meta(ge=0, le=2**53, description="The same seed gives the same figures.")] = 1


class Bounds(NamedTuple):
    """Between what a figure makes sense."""

    least: float
    most: float


PERCENT = Bounds(0, 100)
UPLIFT = Bounds(-100, 1_000)
OF_SEGMENTS: Mapping[str, Bounds] = {
    "members": Bounds(0, 1e10),
    "growth": Bounds(-100, 100),
    "participation": PERCENT,
    "frequency": Bounds(0, 1_000),
    "basket": Bounds(0, 1e9),
    "margin": Bounds(-100, 100),
    "vat": PERCENT,
    "face_rate": Bounds(0, 1_000),
    "redemption": PERCENT,
    "cost": Bounds(0, 1_000),
    "funded": PERCENT,
    "frequency_uplift": UPLIFT,
    "basket_uplift": UPLIFT,
    "retention_uplift": UPLIFT,
    "cannibalisation": PERCENT,
    "pull_forward": PERCENT,
    "self_selection": PERCENT,
}
OF_PROGRAMME: Mapping[str, Bounds] = {
    "fixed_cost": Bounds(0, 1e12),
    "member_cost": Bounds(0, 1e6),
    "investment": Bounds(0, 1e12),
}


def problems(found: Assumptions) -> Iterator[Problem]:
    """What is wrong beyond types; the model takes only what has no problem."""
    codes: set[str] = set()
    names: set[str] = set()
    for place, segment in enumerate(found.segments):
        path: Path = ("segments", place)
        if segment.code in codes:
            yield Problem("segment_twice", (*path, "code"), {"found": segment.code})
        elif segment.called.casefold() in names:
            yield Problem("segment_named_twice", (*path, "name"), {"found": segment.called})
        codes.add(segment.code)
        names.add(segment.called.casefold())
        for name, bounds in OF_SEGMENTS.items():
            yield from in_bounds(getattr(segment, name), bounds, (*path, name))
    for name, bounds in OF_PROGRAMME.items():
        yield from in_bounds(getattr(found, name), bounds, (name,))
    if found.used_by_age and abs(sum(found.used_by_age) - 100) > 0.01:
        yield Problem("not_a_whole", ("used_by_age",), {"found": f"{sum(found.used_by_age):g}"})
    if found.first_month is not None and found.first_month.day != 1:
        yield Problem("not_a_first_day", ("first_month",), {"found": found.first_month.isoformat()})
    for place, segment in enumerate(found.segments):
        if not _sales_at_most(segment, found.months) * found.months <= SALES_MAX:
            yield Problem("beyond_counting", ("segments", place), {"most": f"{SALES_MAX:g}"})
    cells = found.months * max(found.draws, 1) * max(len(found.segments), 1)
    if cells > CELLS_MAX:
        yield Problem("too_much_at_once", ("draws",), {"found": cells, "most": CELLS_MAX})


def _sales_at_most(segment: Segment, months: int) -> float:
    """In a month, at the high end of every figure."""
    growth = max(1 + segment.growth.highest / 100, 0.0)
    try:
        members = segment.members.highest * max(growth ** (months - 1), 1.0)
    except OverflowError:
        return float("inf")
    buys = segment.participation.highest / 100 * segment.frequency.highest
    return members * max(buys * segment.basket.highest, 1.0)


def in_bounds(found: Range, bounds: Bounds, path: Path) -> Iterator[Problem]:
    """What is wrong with one figure."""
    for part in ("low", "value", "high"):
        number = getattr(found, part)
        if number is not None and not bounds.least <= number <= bounds.most:
            figures = {"found": f"{number:g}", "least": f"{bounds.least:g}", "most": f"{bounds.most:g}"}
            yield Problem("out_of_bounds", (*path, part), figures)
    if not found.lowest <= found.value <= found.highest:
        figures = {"low": f"{found.lowest:g}", "value": f"{found.value:g}", "high": f"{found.highest:g}"}
        yield Problem("not_between", path, figures)
