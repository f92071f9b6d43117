"""What a hold sets aside of what customers share: used by its ticket, in part or more, or given back."""

from collections.abc import Iterator
from dataclasses import replace

from assidu.decisions.chance import Chance, OpenDraw
from assidu.decisions.events import (
    Event,
    Hold,
    HoldExpiry,
    Leaving,
    Payment,
    Release,
    SaleLine,
    ShownCode,
    Suspension,
)
from builders.documents import TIERS
from builders.offers import offers
from builders.sales import a_line, on
from builders.states import a_member
from conformance.cases.plans import VOUCHER, programme
from conformance.story import Programme, Story

NOON = on("2026-03-02")
OFFERS = (
    "tenth: effect: {percent: {off: 10}}|quota: {first: 2, per: day}|gives_back: [place]",
    "bag: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 1",
    "fund: effect: {points: {currency: points, units: 7}}|budget: {units: 10}",
    "wine: effect: {points: {currency: points, units: 4}}|lines: {departments: [wine]}|stock: 3",
    "code: effect: {amount: 1.00}|needs: code|combines: true",
    "lucky: effect: {points: {currency: points, units: 50}}|chance: {one_in: 2}|stock: 2",
)  # fmt: skip


def stories() -> Iterator[Story]:
    plan = programme(name="held", more=offers(*OFFERS), currencies=VOUCHER, tiers=TIERS)
    yield _used(plan)
    yield _less_and_more(plan)
    yield from _given_back(plan)
    yield _with_units(plan)


def _hold(*sold: SaleLine | int, **rest: object) -> Hold:
    lines = tuple(a_line(one) if isinstance(one, int) else one for one in sold)
    payments: tuple[Payment, ...] = rest.pop("payments", ())  # type: ignore[assignment]
    return Hold(NOON, payments, 15, "317", "store", lines, **rest)  # type: ignore[arg-type]


def _used(plan: Programme) -> Story:
    chance = Chance("anne", {"lucky": OpenDraw(bytes(range(32)))})
    story = Story(
        "A hold's places are its ticket's, and nothing is drawn for it", plan, a_member(), chance=chance
    )
    codes = (ShownCode("code", "c0de"),)
    told = story.hold(_hold(2000, codes=codes))
    story.hold(_hold(2000, codes=codes))
    story.tell(told)
    return story


def _less_and_more(plan: Programme) -> Story:
    story = Story(
        "A ticket of less gives the rest back, one of more asks for what was not held", plan, a_member()
    )
    told = story.hold(_hold(2000))
    story.tell(replace(told, lines=(a_line(1000, sku="other"),)))
    told = story.hold(_hold(2000))
    story.tell(replace(told, lines=(*told.lines, a_line(900, sku="w", department="wine"))))
    return story


def _given_back(plan: Programme) -> Iterator[Story]:
    ends: dict[str, Event] = {
        "is released": Release(NOON, "2"),
        "runs out": HoldExpiry(on("2026-03-03"), "2"),
        "meets a suspension": Suspension(NOON),
        "meets its customer's leaving": Leaving(NOON),
    }
    for name, end in ends.items():
        story = Story(f"A hold that {name} gives its places back", plan, a_member())
        story.hold(_hold(2000))
        story.tell(end, refused="hold_not_open" if isinstance(end, HoldExpiry) else None)
        yield story


def _with_units(plan: Programme) -> Story:
    story = Story("Units and places are held together", plan, a_member(points=500))
    told = story.hold(_hold(2000, payments=(Payment("points", 300),)))
    story.tell(told)
    return story
