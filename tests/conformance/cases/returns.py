"""What comes back, under each policy: in parts, after the units were used, while they wait, after a merger."""

from collections.abc import Iterator
from datetime import date

from assidu.decisions.events import (
    Absorption,
    Correction,
    Leaving,
    Merger,
    Payment,
    Return,
    ReturnedLine,
    RewardRequest,
)
from builders.documents import BASE, TIERS
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import CENTS, REWARD, VOUCHER, points, programme, rule
from conformance.story import Programme, Story

POLICIES = ("within_balance", "may_go_negative", "only_pending")
MARCH, LATER = on("2026-03-02"), on("2026-03-20")


def stories() -> Iterator[Story]:
    for policy in POLICIES:
        plan = _plan(policy)
        yield _after_use(policy, plan)
        yield _in_parts(policy, plan)
        yield _threshold(policy, plan)
        yield _paid_with_units(policy, plan)
        yield _while_pending(policy)
        yield _after_leaving(policy, plan)
    yield _debt_limit()
    yield _refused()
    yield _odd_lines()
    yield _under_its_own_version()
    yield _counters()
    yield _first_purchase_again()


def _plan(policy: str) -> Programme:
    return programme(
        BASE,
        rule("double", "{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}"),
        rule("basket", "{steps: [{at_least: 20.00, give: 15}, {at_least: 50.00, give: 40}]}"),
        rule("short", "{fixed: 3}", "expires: {days: 5}"),
        name=policy,
        more=f"returns: {{take_back: {policy}}}\n" + REWARD,
        currencies=VOUCHER + CENTS,
        tiers=TIERS,
    )  # fmt: skip


def _after_use(policy: str, plan: Programme) -> Story:
    story = Story(f"All comes back after the points were used: {policy}", plan, a_member())
    story.tell(a_sale(6000, at=MARCH), have={"points": 103})
    sale = story.seq
    story.tell(RewardRequest(MARCH, "voucher-5"), have={"points": 43})
    left = {"within_balance": 0, "may_go_negative": 0, "only_pending": 43}[policy]
    story.tell(Return(LATER, sale), have={"points": left})
    story.tell(Return(LATER, sale), refused="nothing_left_to_return")
    story.tell(a_sale(8000, at=LATER))
    return story


def _in_parts(policy: str, plan: Programme) -> Story:
    story = Story(f"Brought back in parts, to the unit: {policy}", plan, a_member())
    story.tell(a_sale(a_line(1999, department="produce"), 3333, 1, at=MARCH))
    sale = story.seq
    story.tell(Return(LATER, sale, (ReturnedLine(0, 667),)))
    story.tell(Return(LATER, sale, (ReturnedLine(0, 1), ReturnedLine(1, 1111), ReturnedLine(1, 1))))
    story.tell(Return(LATER, sale, (ReturnedLine(0, 1332),)), refused="return_exceeds_sale")
    story.tell(Return(LATER, sale, (ReturnedLine(7, 1),)), refused="unknown_line")
    story.tell(Return(LATER, sale, (ReturnedLine(2, 1),)))
    story.tell(Return(LATER, sale))
    return story


def _threshold(policy: str, plan: Programme) -> Story:
    story = Story(f"One line of three, without which a threshold no longer holds: {policy}", plan, a_member())
    story.tell(a_sale(2000, 2000, 1000, at=MARCH), have={"points": 93})
    story.tell(Return(on("2026-03-03"), story.seq, (ReturnedLine(2, 1000),)))
    assert story.state.available("points") == (93 if policy == "only_pending" else 58)
    return story


def _paid_with_units(policy: str, plan: Programme) -> Story:
    story = Story(
        f"Paid with points and a voucher, then brought back: {policy}", plan, a_member(points=500, vouchers=2)
    )
    paid = [Payment("points", 333), Payment("voucher-5", 1)]
    story.tell(a_sale(1000, 2000, at=MARCH, payments=paid))
    sale = story.seq
    story.tell(Return(on("2026-03-03"), sale, (ReturnedLine(0, 500),)))
    story.tell(Return(on("2026-03-04"), sale, (ReturnedLine(0, 500), ReturnedLine(1, 1))))
    story.tell(Return(on("2026-09-01"), sale))
    assert story.state.available("voucher-5") <= 2
    return story


def _while_pending(policy: str) -> Story:
    plan = programme(
        rule("base", "{per_amount: {give: 1, each: 1.00}}", currency="stars"),
        currencies=points("pending: {days: 14}", "expires: {months: 1}"),
        more=f"returns: {{take_back: {policy}}}\n",
    )
    story = Story(f"Brought back while the units wait, and after: {policy}", plan, a_member())
    story.tell(a_sale(3000, at=MARCH))
    first = story.seq
    story.tell(Return(on("2026-03-05"), first, (ReturnedLine(0, 1000),)))
    story.tell(a_sale(500, at=on("2026-03-10")))
    story.sleep_until(date(2026, 3, 18))
    story.tell(Return(on("2026-03-18"), first))
    return story


def _after_leaving(policy: str, plan: Programme) -> Story:
    story = Story(f"Brought back by somebody who left: {policy}", plan, a_member())
    story.tell(a_sale(3000, at=MARCH))
    sale = story.seq
    story.tell(Leaving(on("2026-03-05")), have={"points": 0})
    story.tell(Return(LATER, sale))
    return story


def _debt_limit() -> Story:
    plan = programme(
        rule("base", "{per_amount: {give: 1, each: 1.00}}", currency="stars"),
        currencies=points("debt_at_most: 12"),
        more="returns: {take_back: may_go_negative}\n",
    )
    story = Story("Below zero by a return, as far as the plan allows, and repaid first", plan, a_member())
    story.tell(a_sale(3000, at=MARCH))
    sale = story.seq
    story.tell(Correction(MARCH, "stars", -30))
    story.tell(Return(LATER, sale))
    assert dict(story.state.debts) == {"stars": 12}
    story.tell(a_sale(1000, at=LATER), have={"stars": 0})
    story.tell(a_sale(1000, at=LATER), have={"stars": 8})
    return story


def _refused() -> Story:
    story = Story("Returns of what was never sold", programme(), a_member())
    story.tell(Return(LATER, 99), refused="unknown_sale")
    story.tell(a_sale(0, -1, at=MARCH))
    story.tell(Return(LATER, story.seq), refused="nothing_left_to_return")
    return story


def _odd_lines() -> Story:
    story = Story(
        "Voided lines and quantities of nothing come back as what was paid", programme(), a_member()
    )
    story.tell(a_sale(a_line(1000), a_line(-400), a_line(0, quantity=0), a_line(250, quantity=-1), at=MARCH))
    sale = story.seq
    story.tell(Return(LATER, sale, (ReturnedLine(0, 300),)))
    story.tell(Return(LATER, sale))
    assert story.state.available("points") == 0
    return story


def _under_its_own_version() -> Story:
    story = Story(
        "A ticket is taken back as it was decided, whatever the plan says today", programme(), a_member()
    )
    story.tell(a_sale(1000, 1000, at=MARCH), have={"points": 20})
    sale = story.seq
    story.programme = programme(rule("base", "{per_amount: {give: 9, each: 1.00}}"), name="club-2", version=2)
    story.tell(a_sale(1000, at=LATER), have={"points": 110})
    story.tell(Return(LATER, sale, (ReturnedLine(1, 1000),)), have={"points": 100})
    return story


def _counters() -> Story:
    plan = programme(
        rule("capped", "{per_amount: {give: 1, each: 1.00}}", "cap: {units: 25, per: month}"),
        rule("once", "{fixed: 5}", "times: {limit: 1, per: month}"),
    )
    story = Story("What came back leaves room under the caps again", plan, a_member())
    story.tell(a_sale(2000, at=MARCH), have={"points": 25})
    sale = story.seq
    story.tell(a_sale(2000, at=MARCH), have={"points": 30})
    story.tell(Return(LATER, sale), have={"points": 5})
    story.tell(a_sale(1000, at=LATER), have={"points": 20})
    return story


def _first_purchase_again() -> Story:
    plan = programme(rule("first", "{fixed: 20}", "when: {first_purchase: true}"))
    story = Story("The first purchase is the first that was kept", plan, a_member())
    story.tell(a_sale(1000, at=MARCH), have={"points": 20})
    story.tell(Return(LATER, story.seq), have={"points": 0})
    story.tell(a_sale(1000, at=LATER), have={"points": 20})
    story.tell(Absorption(LATER), have={"points": 0})
    story.tell(a_sale(1000, at=LATER), refused="customer_absorbed")
    story.tell(Merger(LATER), refused="customer_absorbed", absorbed=a_member())
    return story
