"""Draws among entries: how they are earned, and what a winner gets."""

from collections.abc import Iterator

from assidu.decisions.events import Leaving, PrizeWon, Resumption, Return, RewardRequest, Suspension
from builders.documents import BASE
from builders.sales import a_sale, on
from builders.states import a_lot, a_member
from conformance.cases.plans import VOUCHER, programme, rule
from conformance.story import Programme, Story

CHANCES = "  - {code: chances, kind: entry, name: {fr: c, en: c}, expires: {months: 3}}\n"
EARNED = rule("chance", "{per_amount: {give: 1, each: 20.00, whole_steps: true}}", currency="chances")
DRAWS = """\
rewards:
  - {code: chance, name: {fr: c, en: c}, costs: {currency: points, units: 50}, gives: {currency: chances, units: 2}}
draws:
  - code: summer
    name: {fr: s, en: s}
    entries: chances
    last_day: 2026-06-30
    drawn_on: 2026-07-07
    prizes:
      - {name: {fr: v, en: v}, gives: {currency: voucher-5, units: 4}}
      - {name: {fr: p, en: p}, count: 3, gives: {currency: points, units: 500}}
"""


def stories() -> Iterator[Story]:
    yield _earned_and_won()
    yield _expired_since()
    yield _who_cannot_win()


def a_programme(version: int = 1) -> Programme:
    return programme(BASE, EARNED, more=DRAWS, currencies=VOUCHER + CHANCES, version=version)


def _earned_and_won() -> Story:
    story = Story("Entries earned, bought and taken back, then two prizes", a_programme(), a_member())
    story.tell(a_sale(6_500, at=on("2026-06-01")), have={"chances": 3, "points": 65})
    story.tell(RewardRequest(on("2026-06-02"), "chance"), have={"chances": 5, "points": 15})
    story.tell(a_sale(2_000, at=on("2026-06-03")), have={"chances": 6})
    story.tell(Return(on("2026-07-02"), story.seq), have={"chances": 5})
    story.tell(PrizeWon(on("2026-07-07", 0), "summer", 1, 1), have={"chances": 4, "voucher-5": 4})
    story.tell(PrizeWon(on("2026-07-07", 0), "summer", 2, 3), have={"chances": 3, "points": 515})
    return story


def _expired_since() -> Story:
    lots = a_lot(2, currency="chances", issued="2026-04-01", expires="2026-07-01")
    story = Story(
        "The entry that won expired between its count and the draw", a_programme(), a_member(lots=lots)
    )
    story.tell(PrizeWon(on("2026-07-07", 0), "summer", 2, 2), have={"chances": 0, "points": 500})
    return story


def _who_cannot_win() -> Story:
    lots = a_lot(5, currency="chances", issued="2026-06-01", expires="2026-10-01")
    story = Story("Who stands still or has left wins nothing", a_programme(), a_member(lots=lots))
    story.tell(PrizeWon(on("2026-07-07", 0), "winter", 1, 1), refused="unknown_draw")
    story.tell(PrizeWon(on("2026-07-07", 0), "summer", 3, 1), refused="unknown_draw")
    story.tell(Suspension(on("2026-07-06")))
    story.tell(PrizeWon(on("2026-07-07", 0), "summer", 1, 1), refused="suspended")
    story.tell(Resumption(on("2026-07-08")))
    story.tell(PrizeWon(on("2026-07-08"), "summer", 1, 1), have={"chances": 4, "voucher-5": 4})
    story.tell(Leaving(on("2026-07-09")))
    story.tell(PrizeWon(on("2026-07-10"), "summer", 2, 2), refused="not_a_member")
    return story
