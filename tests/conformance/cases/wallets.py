"""Units: how they wait, end, are owed, paid with, set aside, given away and exchanged."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from assidu.decisions.events import (
    Activity,
    Correction,
    Hold,
    Joining,
    Leaving,
    Payment,
    Release,
    Return,
    RewardRequest,
    TransferIn,
    TransferOut,
    TransferredPart,
)
from assidu.decisions.state import Held
from builders.sales import a_sale, on
from builders.states import a_lot, a_member
from conformance.cases.plans import CENTS, REWARD, VOUCHER, points, programme, rule
from conformance.story import Programme, Story

ENDS = {
    "a number of days": "{days: 10}",
    "weeks, to the end of the month": "{weeks: 2, until_end_of: month}",
    "months": "{months: 1}",
    "months, to the end of the year": "{months: 1, until_end_of: year}",
    "a year": "{years: 1}",
    "a day of each year": "{each_year: 01-31}",
    "29 February of each year, with at least three months": "{each_year: 02-29, months: 3}",
    "a time without earning": "{months: 1, counted_from: last_earning}",
    "a time without a purchase": "{months: 1, counted_from: last_purchase}",
    "months that each purchase gives again": "{months: 1, extended_by_purchases: true}",
}
WAITS = {
    "days": "{days: 14}",
    "weeks, its time running meanwhile": "{weeks: 1, expires_from_earning: true}",
    "a month": "{months: 1}",
    "a fixed day": "{until: 2026-04-04}",
}


def stories() -> Iterator[Story]:
    for what, ends in ENDS.items():
        yield _ends(f"Units that end after {what}", f"expires: {ends}")
    for what, waits in WAITS.items():
        yield _waits(f"Units that wait: {what}", waits)
    yield _rule_of_its_own()
    yield _night("the 23-hour day", date(2026, 3, 29))
    yield _night("the 25-hour day", date(2026, 10, 25))
    yield _order_of_the_night()
    yield _first_to_end_first()
    yield _corrections()
    yield _debt()
    yield _rewards()
    yield _holds()
    yield _hold_runs_out()
    yield _hold_outlives_its_units()
    yield _too_many_holds()
    yield _transfers()
    yield _kept_by_activity("{months: 1, extended_by: [sale, visit]}", "months that a visit gives again")
    yield _kept_by_activity(
        "{months: 1, counted_from: last_activity, extended_by: [visit]}", "a time without a visit"
    )
    for otherwise in ("usable", "lost"):
        yield _waits_for_event(otherwise)


def _stars(*parts: str, more: str = "") -> Programme:
    gift = "{per_amount: {give: 1, each: 1.00}}"
    return programme(rule("base", gift, currency="stars"), currencies=points(*parts), more=more)


def _ends(name: str, ends: str) -> Story:
    story = Story(name, _stars(ends))
    story.tell(Joining(on("2026-01-05")))
    for day in ("2026-01-31", "2026-02-01", "2026-02-10", "2026-02-28", "2026-03-15"):
        story.tell(a_sale(1000, at=on(day)))
    story.tell(Correction(on("2026-03-20"), "stars", 3))
    story.tell(a_sale(500, at=on("2026-03-21"), payments=[Payment("stars", 2)]))
    story.tell(a_sale(1000, at=on("2026-01-31")), now=on("2026-04-10"))
    story.sleep_until(date(2029, 1, 1))
    return story


def _kept_by_activity(ends: str, what: str) -> Story:
    story = Story(f"Units that end after {what}", _stars(f"expires: {ends}"))
    story.tell(Joining(on("2026-01-05")))
    story.tell(a_sale(1000, at=on("2026-01-31")))
    story.tell(Activity(on("2026-02-20"), "visit"))
    story.tell(Activity(on("2026-03-10"), "review"))
    story.tell(a_sale(10, at=on("2026-03-15")))
    story.sleep_until(date(2026, 12, 1))
    story.tell(Activity(on("2026-12-01"), "visit"))
    return story


def _waits_for_event(otherwise: str) -> Story:
    waits = f"{{until_event: delivered, days: 30, otherwise: {otherwise}, expires_from_earning: true}}"
    more = "activities: [{code: delivered, name: {fr: d, en: d}}]\n"
    plan = programme(
        rule("base", "{per_amount: {give: 1, each: 1.00}}", currency="stars"),
        rule("thanks", "{fixed: 5}", "trigger: activity", "activity: delivered", currency="stars"),
        currencies=points("expires: {months: 3}", f"pending: {waits}"),
        more=more,
    )
    story = Story(f"Units that wait for an event, else they are {otherwise}", plan, a_member())
    story.tell(a_sale(1000, at=on("2026-03-02")), have={"stars": 0})
    story.tell(a_sale(2000, at=on("2026-03-05")), have={"stars": 0})
    story.tell(Return(on("2026-03-08"), 2), have={"stars": 0})
    story.tell(Activity(on("2026-03-09"), "visit"), have={"stars": 0})
    story.tell(Activity(on("2026-03-10"), "delivered"), have={"stars": 20})
    story.tell(a_sale(4000, at=on("2026-03-20")), have={"stars": 20})
    story.sleep_until(date(2026, 4, 8))
    story.sleep_until(date(2026, 12, 1))
    return story


def _waits(name: str, waits: str) -> Story:
    story = Story(name, _stars("expires: {months: 1}", f"pending: {waits}"))
    story.tell(Joining(on("2026-01-05")))
    for day in ("2026-01-31", "2026-03-20", "2026-04-03", "2026-04-04"):
        story.tell(a_sale(1000, at=on(day)))
    story.tell(a_sale(5000, at=on("2026-04-05"), payments=[Payment("stars", 1)]), has_happened=True)
    story.sleep_until(date(2026, 4, 20))
    story.tell(Leaving(on("2026-04-20")))
    return story


def _rule_of_its_own() -> Story:
    gift = "{per_amount: {give: 1, each: 1.00}}"
    plan = programme(
        rule("base", gift, currency="stars"),
        rule("slow", "{fixed: 5}", "pending: {months: 2}", "expires: {days: 3}", currency="stars"),
        rule("now", "{fixed: 2}", "pending: {days: 0}", currency="stars"),
        currencies=points("expires: {months: 1}", "pending: {days: 14}"),
    )
    story = Story("A rule whose units wait and end otherwise", plan, a_member())
    story.tell(a_sale(1000), have={"stars": 2})
    story.sleep_until(date(2026, 3, 17))
    assert story.state.available("stars") == 12
    story.sleep_until(date(2026, 6, 1))
    assert story.state.available("stars") == 0
    return story


def _night(what: str, day: date) -> Story:
    """They end when the local day begins: once, and never early."""
    lots = a_lot(7, currency="stars", expires=day.isoformat())
    lots |= a_lot(5, currency="stars", expires=(day + timedelta(days=1)).isoformat())
    story = Story(f"Units that end on {what}", _stars("expires: {days: 1}"), a_member(lots=lots))
    story.tell(Correction(on(day) - timedelta(hours=14), "stars", 1), have={"stars": 13})
    story.tell(Correction(on(day, 0), "stars", 1))
    assert story.state.available("stars") == 7
    story.tell(Correction(on(day + timedelta(days=1), 0), "stars", 1))
    assert story.state.available("stars") == 2
    story.sleep_until(day + timedelta(days=3))
    assert story.state.available("stars") == 0
    return story


def _order_of_the_night() -> Story:
    """Activate, expire, review the status."""
    tiers = """tiers:
  keep: {days: 10}
  levels:
    - {code: bronze, name: {fr: b, en: b}}
    - {code: silver, name: {fr: s, en: s}, spend_at_least: 10.00}
  window: {months: 1}
"""
    plan = programme(
        rule("base", "{per_amount: {give: 1, each: 1.00}}", currency="stars"),
        currencies=points("expires: {days: 10}", "pending: {days: 5}"),
        tiers=tiers,
    )
    story = Story("Units that wait, units that end and a status that is looked at, in one night", plan)
    story.tell(Joining(on("2026-01-25")))
    story.tell(a_sale(1000, at=on("2026-01-26")), tier="silver")
    lots = (story.state.tier_until, date(2026, 2, 6))
    story.tell(Correction(on("2026-01-26"), "stars", 3))
    story.tell(a_sale(700, at=on("2026-01-31")))
    story.sleep_until(date(2026, 2, 5), on("2026-02-05"))
    assert story.state.available("stars") == 13
    assert story.state.tier == "silver"
    story.sleep_until(date(2026, 2, 6), on("2026-02-06"))
    assert lots[0] == lots[1]
    assert story.state.tier == "bronze"
    assert story.state.available("stars") == 17
    return story


def _first_to_end_first() -> Story:
    lots = {
        **a_lot(10, currency="stars", issued="2025-12-01", expires=None),
        **a_lot(10, currency="stars", issued="2026-02-01", expires="2026-09-01"),
        **a_lot(10, currency="stars", issued="2026-01-01", expires="2026-09-01"),
        **a_lot(10, currency="stars", expires="2026-04-01"),
    }
    story = Story("What ends first is used first, then what was earned first", _stars(), a_member(lots=lots))
    for quantity in (4, 9, 20, 7):
        story.tell(Correction(on("2026-03-02"), "stars", -quantity))
    return story


def _corrections() -> Story:
    story = Story("Corrections by staff", _stars(), a_member())
    story.tell(Correction(on("2026-03-02"), "stars", 5), have={"stars": 5})
    story.tell(Correction(on("2026-03-02"), "stars", 0), have={"stars": 5})
    story.tell(Correction(on("2026-03-02"), "stars", -6), refused="insufficient_balance")
    story.tell(Correction(on("2026-03-02"), "stars", -6), has_happened=True, have={"stars": 0})
    story.tell(Correction(on("2026-03-02"), "shells", 6), refused="unknown_currency")
    return story


def _debt() -> Story:
    story = Story(
        "A correction below zero, as far as the plan allows", _stars("debt_at_most: 10"), a_member()
    )
    story.tell(Correction(on("2026-03-02"), "stars", -4), have={"stars": 0})
    story.tell(Correction(on("2026-03-02"), "stars", -7), refused="insufficient_balance")
    story.tell(Correction(on("2026-03-02"), "stars", -6))
    story.tell(Correction(on("2026-03-02"), "stars", -6), has_happened=True)
    assert dict(story.state.debts) == {"stars": 10}
    story.tell(a_sale(800), have={"stars": 0})
    story.tell(a_sale(300), have={"stars": 1})
    return story


def _rewards() -> Story:
    plan = programme(currencies=VOUCHER + CENTS, more=REWARD)
    story = Story("A reward for exactly its cost", plan, a_member(points=180))
    story.tell(RewardRequest(on("2026-03-02"), "voucher-5"), have={"points": 120, "voucher-5": 1})
    story.tell(RewardRequest(on("2026-03-02"), "voucher-5", 2), have={"points": 0, "voucher-5": 3})
    story.tell(RewardRequest(on("2026-03-02"), "voucher-5"), refused="insufficient_balance")
    story.tell(RewardRequest(on("2026-03-02"), "bicycle"), refused="unknown_reward")
    story.tell(RewardRequest(on("2026-03-02"), "voucher-5", 0), refused="quantity_too_small")
    story.tell(a_sale(1000, payments=[Payment("voucher-5", 2)]), have={"voucher-5": 1})
    story.sleep_until(date(2026, 4, 14))
    assert story.state.available("voucher-5") == 0
    story.tell(Leaving(on("2026-04-15")))
    story.tell(RewardRequest(on("2026-04-16"), "voucher-5"), refused="not_a_member")
    return story


def _holds() -> Story:
    plan = _stars("expires: {months: 1}", "pays_at_least: 3")
    story = Story("Set aside, then used by the ticket for more, less or nothing, or let go", plan, a_member())
    noon = on("2026-03-02")
    story.tell(Correction(noon, "stars", 100))
    story.tell(Hold(noon, (Payment("stars", 2),), 15), refused="payment_too_small")
    story.tell(Hold(noon, (Payment("stars", 101),), 15), refused="insufficient_balance")
    for asked, paid in ((30, 30), (30, 12), (30, 40), (20, 0)):
        story.tell(Hold(noon, (Payment("stars", asked),), 15))
        payments = (Payment("stars", paid),) if paid else ()
        story.tell(replace(a_sale(10_000, at=noon, payments=payments), hold=str(story.seq)))
    story.tell(Hold(noon, (Payment("stars", 10), Payment("stars", 8)), 15))
    name = str(story.seq)
    story.tell(Hold(noon, (Payment("points", 1),), 15), refused="insufficient_balance")
    story.tell(Release(noon, name))
    story.tell(Release(noon, name), refused="hold_not_open")
    story.tell(replace(a_sale(1000, at=noon), hold=name), refused="hold_not_open")
    story.tell(replace(a_sale(1000, at=noon, payments=[Payment("stars", 9)]), hold=name), has_happened=True)
    return story


def _hold_runs_out() -> Story:
    story = Story("Set aside until its time runs out", _stars("expires: {months: 1}"), a_member())
    noon = on("2026-03-02")
    story.tell(Correction(noon, "stars", 10))
    story.tell(Hold(noon, (Payment("stars", 8),), 15), have={"stars": 2})
    late = noon + timedelta(minutes=15)
    name = str(story.seq)
    story.tell(
        replace(a_sale(1000, at=late, payments=[Payment("stars", 8)]), hold=name), refused="hold_not_open"
    )
    assert story.state.available("stars") == 10
    return story


def _hold_outlives_its_units() -> Story:
    lots = a_lot(9, currency="stars", expires="2026-03-03")
    story = Story(
        "What ended while it was set aside is lost when it comes back", _stars(), a_member(lots=lots)
    )
    story.tell(Hold(on("2026-03-02"), (Payment("stars", 5),), 60 * 24 * 3))
    name = str(story.seq)
    story.tell(a_sale(100, at=on("2026-03-03")), have={"stars": 1})
    story.tell(replace(a_sale(1000, at=on("2026-03-04"), payments=[Payment("stars", 2)]), hold=name))
    assert story.state.held("stars") == 0
    return story


def _too_many_holds() -> Story:
    until = on("2026-04-01")
    held = replace(a_member(points=9), holds={str(seq): Held(until, ()) for seq in range(2, 22)})
    story = Story("Twenty purchases may wait, and no more", _stars(), held)
    story.tell(Hold(on("2026-03-02"), (Payment("points", 1),), 5), refused="too_many_holds")
    return story


def _transfers() -> Story:
    plan = _stars("expires: {months: 2}", "transfers: {at_least: 5, cap: {units: 20, per: month}}")
    story = Story("Given to somebody else, lot by lot", plan, a_member())
    story.tell(a_sale(1000, at=on("2026-02-01")))
    story.tell(a_sale(3000, at=on("2026-03-01")))
    story.tell(TransferOut(on("2026-03-02"), "stars", 4), refused="quantity_too_small")
    story.tell(TransferOut(on("2026-03-02"), "points", 5), refused="not_transferable")
    story.tell(TransferOut(on("2026-03-02"), "shells", 5), refused="unknown_currency")
    story.tell(TransferOut(on("2026-03-02"), "stars", 15), have={"stars": 25})
    story.tell(TransferOut(on("2026-03-02"), "stars", 6), refused="transfer_limit")
    parts = (
        TransferredPart(date(2026, 2, 1), date(2026, 4, 1), 10),
        TransferredPart(date(2026, 3, 1), None, 5),
    )
    story.tell(TransferIn(on("2026-03-02"), "stars", parts), have={"stars": 40})
    story.tell(TransferOut(on("2026-04-01"), "stars", 5))
    stranger = datetime(2026, 1, 4, 11, tzinfo=on("2026-01-04").tzinfo)
    story.tell(TransferOut(stranger, "stars", 5), refused="not_a_member")
    return story
