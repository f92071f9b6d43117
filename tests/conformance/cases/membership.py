"""Joining, standing still, leaving, coming back, and two who turn out to be one."""

from collections.abc import Iterator
from dataclasses import replace
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
    StatusGrant,
    Suspension,
    TransferOut,
)
from assidu.decisions.separating import separation_of
from assidu.decisions.state import Membership, State
from builders.documents import BASE, TIERS
from builders.sales import a_sale, on
from builders.states import JOINED_ON, a_lot, a_member
from conformance.cases.life import ANNE, REFERRAL
from conformance.cases.plans import CENTS, VOUCHER, points, programme, rule
from conformance.story import Programme, Story

STARS = rule("stars", "{per_amount: {give: 1, each: 1.00}}", currency="stars")
WELCOME = rule("welcome", "{fixed: 50}", "trigger: joining")
LIMITED = rule("capped", "{fixed: 4}", "cap: {units: 10, per: month}")


def stories() -> Iterator[Story]:
    yield _in_and_out()
    yield _stands_still()
    yield _stands_still_and_leaves()
    yield from _two_are_one()
    yield _debts_are_added()
    yield from _status_of_a_merger_undone()
    yield from _regretted()


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
    # As it was written before mergers kept the status that they gave: it stays until its review.
    separation = replace(separation_of(merged, own, on("2026-03-05")), status=None)
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
    moved = Story("Dates that a suspension moved since: what came goes back as it is now", plan)
    moved.tell(Joining(on("2026-02-01")))
    own = moved.state
    moved.tell(Merger(on("2026-03-03")), absorbed=before, tier="gold")
    merged = moved.written[moved.seq].decision
    moved.tell(Suspension(on("2026-03-04")))
    moved.tell(Resumption(on("2026-03-09")))
    gone = moved.tell(separation_of(merged, own, on("2026-03-10")), have={"points": 0}, tier="bronze")
    assert isinstance(gone, Decision)
    yield moved
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


def _status_of_a_merger_undone() -> Iterator[Story]:
    plan = _plan()
    theirs = a_member(tier="gold", tier_until=date(2026, 4, 1), counters={"spend:2026-02": 120_000})

    def merged(name: str) -> Story:
        story = Story(name, plan)
        story.tell(Joining(on("2026-02-01")))
        story.tell(a_sale(700, at=on("2026-03-01")), tier="bronze")
        return story

    def undone(story: Story, own: State) -> Story:
        merger = next(one.decision for one in story.written.values() if isinstance(one.event, Merger))
        story.tell(separation_of(merger, own, on("2026-03-20")))
        return story

    story = merged("A merger undone takes back the status that it gave")
    own = story.state
    story.tell(Merger(on("2026-03-03")), absorbed=theirs, tier="gold")
    assert undone(story, own).state.tier == "bronze"
    yield story

    story = merged("A merger undone leaves the status that they reach by themselves")
    own = story.state
    story.tell(Merger(on("2026-03-03")), absorbed=theirs, tier="gold")
    story.tell(a_sale(110_000, at=on("2026-03-04")))
    assert undone(story, own).state.tier == "gold"
    yield story

    story = merged("A merger undone leaves a status that staff gave since")
    own = story.state
    story.tell(Merger(on("2026-03-03")), absorbed=theirs, tier="gold")
    story.tell(StatusGrant(on("2026-03-04"), "gold", date(2026, 3, 30)))
    assert undone(story, own).state.tier == "gold"
    story.sleep_until(date(2026, 4, 10))
    yield story

    story = merged("A merger undone gives back what staff had given, and what that lay over")
    story.tell(a_sale(110_000, at=on("2026-03-02")), tier="gold")
    story.tell(StatusGrant(on("2026-03-02"), "bronze", date(2026, 3, 25)), tier="bronze")
    own = story.state
    story.tell(Merger(on("2026-03-03")), absorbed=theirs, tier="gold")
    assert undone(story, own).state.tier == "bronze"
    story.sleep_until(date(2026, 3, 25))
    assert story.state.tier == "gold"
    yield story

    story = merged("A merger undone after the end of what was held before reviews it")
    story.tell(a_sale(110_000, at=on("2026-03-02")), tier="gold")
    own = replace(story.state, tier_until=date(2026, 3, 10))
    story.state = own
    story.start = own
    story.steps.clear()
    story.written.clear()
    late = replace(theirs, tier_until=date(2027, 4, 1))
    story.tell(Merger(on("2026-03-03")), absorbed=late, tier="gold")
    assert undone(story, own).state.tier_until != date(2026, 3, 10)
    yield story


def _regretted() -> Iterator[Story]:
    tiers = TIERS.replace("{months: 12, until_end_of: month}", "{months: 2}")
    currencies = points("expires: {months: 1}", "pending: {days: 10}") + CENTS + VOUCHER
    more = "leaving: {regret: {days: 14}}\n" + REFERRAL
    plan = programme(BASE, STARS, LIMITED, WELCOME, tiers=tiers, currencies=currencies, more=more)

    def gone(name: str) -> Story:
        story = Story(name, plan)
        story.tell(Joining(on("2026-01-05"), referrer=ANNE), have={"points": 50})
        story.tell(a_sale(110_000, at=on("2026-01-06")), tier="gold")
        story.tell(Correction(on("2026-01-06"), "stars", 5))
        story.tell(Hold(on("2026-01-07"), (Payment("points", 100),), 60 * 24))
        story.tell(Leaving(on("2026-01-20")), have={"points": 1154, "stars": 1105})
        return story

    story = gone("Left and come back in time: everything is as it was, and time went on")
    story.tell(Leaving(on("2026-01-20")), refused="not_a_member")
    story.tell(a_sale(1000, at=on("2026-01-21")), have={"points": 1154})
    story.tell(a_sale(1000, at=on("2026-01-21"), payments=[Payment("points", 1)]), refused="not_a_member")
    story.tell(a_sale(1000, at=on("2026-01-21"), payments=[Payment("points", 1)]), has_happened=True)
    story.tell(Hold(on("2026-01-21"), (Payment("points", 1),), 5), refused="not_a_member")
    story.tell(TransferOut(on("2026-01-21"), "points", 5), refused="not_a_member")
    story.tell(StatusGrant(on("2026-01-21"), "gold"), refused="not_a_member")
    story.tell(Joining(on("2026-01-19")), now=on("2026-01-21"), refused="already_a_member")
    story.tell(Joining(on("2026-02-03")), have={"points": 1154, "stars": 1105}, tier="gold")
    story.tell(a_sale(1000, at=on("2026-01-25")), now=on("2026-02-04"), have={"points": 1254})
    story.tell(a_sale(1000, at=on("2026-02-04")), have={"points": 1268})
    story.sleep_until(date(2026, 8, 1))
    yield story

    story = gone("Left and not come back in time: what was left is lost on the morning after")
    story.sleep_until(date(2026, 2, 3))
    assert story.state.available("points") == 1154
    story.sleep_until(date(2026, 2, 4))
    assert story.state.available("points") == 0
    story.tell(Joining(on("2026-02-05")), have={"points": 50}, tier="bronze")
    yield story

    story = Story("Left while suspended, and suspended again on coming back", plan, a_member(points=50))
    story.tell(Suspension(on("2026-07-20")))
    story.tell(Leaving(on("2026-07-25")), have={"points": 50})
    story.tell(Resumption(on("2026-07-26")), refused="not_suspended")
    story.sleep_until(date(2026, 8, 4))
    story.tell(Joining(on("2026-08-05")), have={"points": 50})
    story.tell(a_sale(1000, at=on("2026-08-05")), have={"points": 50})
    story.tell(Resumption(on("2026-08-20")), have={"points": 50})
    story.tell(a_sale(1000, at=on("2026-08-20")), have={"points": 64})
    yield story

    story = Story("Left while suspended, and not come back", plan, a_member(points=50))
    story.tell(Suspension(on("2026-07-20")))
    story.tell(Leaving(on("2026-07-25")))
    story.sleep_until(date(2026, 8, 9))
    assert story.state.available("points") == 0
    story.tell(Joining(on("2026-08-10")), have={"points": 50})
    yield story

    left = a_member(points=60, tier="gold", tier_until=date(2026, 12, 1), seq=3)
    left = replace(left, membership=Membership.LEFT, left_on=date(2026, 3, 1), regret_until=date(2026, 3, 16))
    story = Story("Whoever left under one of two records had not, if the other is a member's", plan)
    story.tell(Joining(on("2026-03-05")), tier="bronze")
    story.tell(Merger(on("2026-03-10")), absorbed=left, have={"points": 110}, tier="gold")
    assert story.state.joined_on == JOINED_ON
    yield story

    story = Story("Who left is a member again with the record of one who is", plan, left)
    story.tell(Merger(on("2026-03-10")), absorbed=a_member(points=5), have={"points": 65}, tier="gold")
    story.sleep_until(date(2026, 4, 1))
    assert story.state.available("points") == 65
    yield story

    story = Story("Two records that left may both come back until the later day", plan, left)
    other = replace(left, left_on=date(2026, 3, 5), regret_until=date(2026, 3, 20))
    story.tell(Merger(on("2026-03-10")), absorbed=other, have={"points": 120})
    story.tell(Joining(on("2026-03-19")), have={"points": 120}, tier="gold")
    yield story

    story = Story("Somebody who never joined may come back as who they are had left", plan)
    story.tell(Merger(on("2026-03-10")), absorbed=left, have={"points": 60})
    story.sleep_until(date(2026, 3, 16))
    assert story.state.available("points") == 0
    yield story

    closing = "closing: {last_day_to_earn: 2026-03-04, last_day_to_use: 2026-09-30}\nleaving: {regret: {days: 14}}\n"
    story = Story(
        "A programme that closes takes back who regrets to have left", programme(more=closing), left
    )
    story.tell(Joining(on("2026-03-10")), have={"points": 60})
    yield story
