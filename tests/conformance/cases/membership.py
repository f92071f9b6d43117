"""Joining, standing still, leaving, coming back, and two who turn out to be one."""

from collections.abc import Iterator
from datetime import date

from assidu.decisions.decision import Account, Decision
from assidu.decisions.events import (
    Absorption,
    Activity,
    Correction,
    Hold,
    Joining,
    Leaving,
    MergedPart,
    Merger,
    Payment,
    Restoration,
    Resumption,
    Return,
    Suspension,
)
from assidu.decisions.separating import separation_of
from builders.documents import BASE, TIERS
from builders.sales import a_sale, on
from builders.states import a_lot, a_member
from conformance.cases.plans import CENTS, VOUCHER, points, programme, rule
from conformance.story import Programme, Story

STARS = rule("stars", "{per_amount: {give: 1, each: 1.00}}", currency="stars")
LIMITED = rule("capped", "{fixed: 4}", "cap: {units: 10, per: month}")


def stories() -> Iterator[Story]:
    yield _in_and_out()
    yield _stands_still()
    yield _stands_still_and_leaves()
    yield from _two_are_one()
    yield _debts_are_added()


def _plan() -> Programme:
    tiers = TIERS.replace("{months: 12, until_end_of: month}", "{months: 2}")
    currencies = points("expires: {months: 1}", "pending: {days: 10}") + CENTS + VOUCHER
    more = "engagement: {half_life_months: 2, weights: [{of: sale, score: 1}]}\n"
    return programme(BASE, STARS, LIMITED, tiers=tiers, currencies=currencies, more=more)


def _in_and_out() -> Story:
    story = Story("In, out and in again", _plan())
    story.tell(Leaving(on("2026-01-04")), refused="not_a_member")
    story.tell(Joining(on("2026-01-05"), "a", "web", "3"), tier="bronze")
    story.tell(a_sale(110_000, at=on("2026-01-06")), tier="gold")
    story.tell(Hold(on("2026-01-07"), (Payment("points", 100),), 60))
    story.tell(Leaving(on("2026-01-07")), have={"points": 0, "stars": 0})
    story.tell(Leaving(on("2026-01-07")), refused="not_a_member")
    story.tell(a_sale(1000, at=on("2026-01-08")), have={"points": 0})
    story.tell(Correction(on("2026-01-08"), "points", 8))
    story.tell(a_sale(1000, at=on("2026-01-06")), now=on("2026-01-09"))
    story.tell(Joining(on("2026-01-10")))
    story.tell(a_sale(1000, at=on("2026-01-10")))
    story.sleep_until(date(2026, 12, 1))
    return story


def _stands_still() -> Story:
    story = Story("A membership that stands still earns nothing, loses nothing and says why", _plan())
    story.tell(Suspension(on("2026-01-04")), refused="not_a_member")
    story.tell(Joining(on("2026-01-05")))
    story.tell(Resumption(on("2026-01-05")), refused="not_suspended")
    story.tell(a_sale(110_000, at=on("2026-01-06")), tier="gold")
    sale = story.seq
    story.tell(Correction(on("2026-01-06"), "stars", 5))
    story.tell(Hold(on("2026-01-08"), (Payment("points", 100),), 60 * 24))
    story.tell(Suspension(on("2026-01-08")), have={"points": 1104})
    story.tell(Suspension(on("2026-01-08")), refused="already_suspended")
    story.tell(a_sale(1000, at=on("2026-02-20")), have={"points": 1104, "stars": 5})
    story.tell(a_sale(1000, at=on("2026-02-20"), payments=[Payment("points", 1)]), refused="suspended")
    story.tell(a_sale(1000, at=on("2026-02-20"), payments=[Payment("points", 1)]), has_happened=True)
    story.tell(Hold(on("2026-02-20"), (Payment("points", 1),), 5), refused="suspended")
    story.tell(Activity(on("2026-02-20"), "visit"))
    story.tell(a_sale(1000, at=on("2026-01-07")), now=on("2026-02-21"))
    story.tell(Return(on("2026-02-22"), sale))
    story.sleep_until(date(2026, 6, 1))
    story.tell(Resumption(on("2026-06-01")))
    story.tell(a_sale(1000, at=on("2026-06-02")))
    story.sleep_until(date(2026, 12, 1))
    return story


def _stands_still_and_leaves() -> Story:
    story = Story("A membership that stands still and ends", _plan(), a_member(points=50))
    story.tell(Suspension(on("2026-02-01")), have={"points": 50})
    story.tell(Joining(on("2026-02-02")), refused="suspended")
    story.tell(Leaving(on("2026-02-02")), have={"points": 0})
    story.tell(Joining(on("2026-02-03")))
    return story


def _two_are_one() -> Iterator[Story]:
    plan = _plan()
    other = Story("The other one, until it is known", plan)
    other.tell(Joining(on("2026-01-02")))
    other.tell(a_sale(120_000, at=on("2026-01-10")), tier="gold")
    for day in ("2026-03-01", "2026-03-02"):
        other.tell(a_sale(500, at=on(day)))
    other.tell(Hold(on("2026-03-02"), (Payment("points", 10),), 60 * 24 * 30))
    before = other.state
    other.tell(Absorption(on("2026-03-03")), have={"points": 0, "stars": 0})
    story = Story(
        "The one who stays has the best status, all lots with their dates, and the caps of both", plan
    )
    story.tell(Joining(on("2026-02-01")))
    for day in ("2026-03-01", "2026-03-02"):
        story.tell(a_sale(700, at=on(day)), tier="bronze")
    own = story.state
    story.tell(Merger(on("2026-03-03")), absorbed=before, tier="gold")
    assert story.state.available("points") == 1244
    merged = story.written[story.seq].decision
    story.tell(a_sale(700, at=on("2026-03-04"), payments=[Payment("points", 500)]))
    separation = separation_of(merged, own, on("2026-03-05"))
    gone = story.tell(separation)
    assert isinstance(gone, Decision)
    back = tuple(
        MergedPart(p.currency, p.lot.issued_month, p.lot.expires_on, p.active_on, p.quantity)
        for p in gone.postings
        if p.target is Account.IN_TRANSIT and p.lot is not None
    )
    other.tell(Restoration(on("2026-03-05"), "member", date(2026, 1, 2), back))
    other.tell(Restoration(on("2026-03-05"), "member", date(2026, 1, 2), back), refused="not_merged")
    story.sleep_until(date(2026, 12, 1))
    yield story
    yield other
    stranger = Story("Somebody who never joined receives what a member had", plan)
    stranger.tell(a_sale(700, at=on("2026-03-01")))
    stranger.tell(Merger(on("2026-03-03")), absorbed=before, tier="gold")
    yield stranger


def _debts_are_added() -> Story:
    owing = a_member(debts={"points": 30}, lots=a_lot(4, currency="cents", expires=None))
    story = Story(
        "What the other one owed is paid from what there is", programme(currencies=CENTS), a_member(points=20)
    )
    story.tell(Merger(on("2026-03-03")), absorbed=owing, have={"points": 0, "cents": 4})
    assert dict(story.state.debts) == {"points": 10}
    story.tell(a_sale(1500, at=on("2026-03-04")), have={"points": 5})
    return story
