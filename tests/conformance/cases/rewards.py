"""Rewards with a stock or places, called off, handed over, and what a partner is owed."""

from collections.abc import Iterator
from datetime import date

from assidu.decisions.events import HandOver, Payment, RewardCancellation, RewardRequest
from builders.documents import BASE
from builders.sales import a_sale, on
from builders.states import a_member
from conformance.cases.plans import programme
from conformance.story import Story

GOODS = """\
  - {code: bag, kind: good, name: {fr: sacs, en: bags}, partner: tailor, settles: 3.50}
  - {code: seat, kind: good, name: {fr: places, en: seats}}
  - {code: voucher, kind: voucher, name: {fr: v, en: v}, worth: {amount: 5.00}, pays: true, expires: {days: 5}}
"""
REWARDS = """\
partners: [{code: tailor, name: {fr: t, en: t}}]
rewards:
  - code: bag
    name: {fr: b, en: b}
    costs: {currency: points, units: 100}
    gives: {currency: bag}
    stock: 2
    cancel_within: {days: 7}
  - code: tasting
    name: {fr: t, en: t}
    costs: {currency: points, units: 50}
    gives: {currency: seat}
    sessions:
      - {code: april, name: {fr: a, en: a}, on: 2026-04-10, places: 3}
    cancel_within: {months: 6}
  - code: voucher
    name: {fr: v, en: v}
    costs: {currency: points, units: 60}
    gives: {currency: voucher, units: 2}
    when: {first_day: 2026-03-05, last_day: 2026-05-01}
    cancel_within: {days: 30}
"""
PLACED = """\
partners: [{code: tailor, name: {fr: t, en: t}}]
rewards:
  - code: bag
    name: {fr: b, en: b}
    costs: {currency: points, units: 100}
    gives: {currency: bag}
    when: {stores: ["317", "401"], channels: [store]}
  - code: voucher
    name: {fr: v, en: v}
    costs: {currency: points, units: 60}
    gives: {currency: voucher}
    when: {channels: [app, web]}
"""


def stories() -> Iterator[Story]:
    plan = programme(BASE, more=REWARDS, currencies=GOODS)
    yield _stock(
        Story("Two bags in all: asked for, called off once, handed over", plan, a_member(points=1000))
    )
    yield _sessions(Story("Places at a tasting", plan, a_member(points=1000)))
    yield _vouchers(Story("Vouchers called off before any of them was used", plan, a_member(points=1000)))
    placed = programme(BASE, more=PLACED, currencies=GOODS)
    yield _placed(Story("Some stores and channels give what others do not", placed, a_member(points=1000)))


def _stock(story: Story) -> Story:
    at = on("2026-03-02")
    story.tell(RewardRequest(at, "bag", 2), have={"points": 800, "bag": 2})
    request = story.seq
    story.tell(RewardRequest(at, "bag"), refused="out_of_stock")
    story.tell(RewardCancellation(at, request), have={"points": 1000, "bag": 0})
    story.tell(RewardCancellation(at, request), refused="unknown_request")
    assert story.places["stock:bag"] == 0
    story.tell(RewardRequest(at, "bag"), have={"points": 900})
    request = story.seq
    story.tell(HandOver(at, "bag", 2), refused="insufficient_balance")
    story.tell(HandOver(at, "points"), refused="nothing_to_hand_over")
    story.tell(a_sale(1000, payments=[Payment("bag", 1)]), refused="currency_cannot_pay")
    story.tell(HandOver(at, "bag"), have={"bag": 0})
    story.tell(RewardCancellation(at, request), refused="already_used")
    story.tell(RewardRequest(at, "bag"), have={"bag": 1})
    story.tell(RewardCancellation(on("2026-03-10"), story.seq), refused="already_over")
    return story


def _sessions(story: Story) -> Story:
    at = on("2026-03-02")
    story.tell(RewardRequest(at, "tasting"), refused="unknown_session")
    story.tell(RewardRequest(at, "tasting", 1, "may"), refused="unknown_session")
    story.tell(RewardRequest(at, "tasting", 2, "april"), have={"seat": 2})
    request = story.seq
    story.tell(RewardRequest(at, "tasting", 2, "april"), refused="out_of_stock")
    story.tell(RewardRequest(at, "tasting", 1, "april"), have={"seat": 3})
    story.tell(RewardCancellation(on("2026-04-09"), request), have={"seat": 1})
    assert story.places["session:tasting:april"] == 1
    story.tell(RewardCancellation(on("2026-04-10"), request + 1), refused="already_over")
    story.tell(RewardRequest(on("2026-04-11"), "tasting", 1, "april"), refused="already_over")
    return story


def _vouchers(story: Story) -> Story:
    story.tell(RewardRequest(on("2026-03-02"), "voucher"), refused="reward_not_for_them")
    story.tell(RewardRequest(on("2026-03-05"), "voucher"), have={"voucher": 2})
    story.tell(RewardCancellation(on("2026-03-06"), story.seq), have={"voucher": 0, "points": 1000})
    story.tell(RewardRequest(on("2026-03-07"), "voucher"), have={"voucher": 2})
    request = story.seq
    story.tell(a_sale(1000, at=on("2026-03-08"), payments=[Payment("voucher", 1)]))
    story.tell(RewardCancellation(on("2026-03-08"), request), refused="already_used")
    story.sleep_until(date(2026, 4, 1))
    story.tell(RewardCancellation(on("2026-04-01"), request), refused="already_used")
    return story


def _placed(story: Story) -> Story:
    at = on("2026-03-02")
    story.tell(RewardRequest(at, "bag"), refused="reward_not_here")
    story.tell(RewardRequest(at, "bag", store="999", channel="store"), refused="reward_not_here")
    story.tell(RewardRequest(at, "bag", store="317", channel="app"), refused="reward_not_here")
    story.tell(RewardRequest(at, "bag", store="401", channel="store"), have={"bag": 1})
    story.tell(RewardRequest(at, "voucher", channel="store"), refused="reward_not_here")
    story.tell(RewardRequest(at, "voucher", store="999", channel="web"), have={"voucher": 1, "points": 840})
    return story
