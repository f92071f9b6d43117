"""Rules with a budget that customers share: clipped or refused, over the programme or in each store, and given back."""

from collections.abc import Iterator

from assidu.decisions.events import Activity, Return, ReturnedLine, SaleUpdate
from builders.documents import BASE
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import programme, rule
from conformance.story import Story

MARCH, LATER = on("2026-03-02"), on("2026-03-20")
MONTH = "budget:spring:2026-03"


def stories() -> Iterator[Story]:
    yield _clipped()
    yield _refused()
    yield _worth()
    yield _together()
    yield _activity()
    yield _returned()
    yield _changed()


def _spring(budget: str, *more: str) -> str:
    return rule("spring", "{per_amount: {give: 2, each: 1.00}}", f"budget: {budget}", *more)


def _clipped() -> Story:
    plan = programme(BASE, _spring("{units: 100, per: month}"))
    places = {MONTH: 60}
    story = Story("What is left of a budget is given", plan, a_member(), places)
    story.tell(a_sale(1000, at=MARCH), have={"points": 30})
    story.tell(a_sale(1500, at=MARCH), have={"points": 65})
    assert places[MONTH] == 100
    story.tell(a_sale(100, at=MARCH), have={"points": 66})
    story.tell(a_sale(100, at=on("2026-04-01")), have={"points": 69})
    return story


def _refused() -> Story:
    plan = programme(_spring("{units: 50, over: store, clip: false}"))
    places = {"budget:spring:ever:a": 35}
    story = Story("Nothing where not enough of a store's budget is left", plan, a_member(), places)
    story.tell(a_sale(1000, at=MARCH, store="a"), have={})
    story.tell(a_sale(1000, at=MARCH, store="b"), have={"points": 20})
    story.tell(a_sale(750, at=MARCH, store="a"), have={"points": 35})
    assert places == {"budget:spring:ever:a": 50, "budget:spring:ever:b": 20}
    return story


def _worth() -> Story:
    plan = programme(_spring("{amount: 0.55, per: day}", "cap_per_sale: 40"))
    story = Story("A budget told as an amount, after the caps of the rule", plan, a_member())
    story.tell(a_sale(9000, at=MARCH), have={"points": 40})
    story.tell(a_sale(9000, at=MARCH), have={"points": 55})
    return story


def _together() -> Story:
    plan = programme(
        _spring("{units: 30}", "quota: {first: 3, per: day}", "cap: {units: 25, per: month}"), BASE
    )
    places = dict[str, int]()
    story = Story("A place, a budget and a cap", plan, a_member(), places)
    story.tell(a_sale(1000, at=MARCH), have={"points": 30})
    story.tell(a_sale(1000, at=MARCH), have={"points": 45})
    places["quota:spring:2026-03-02:*"] = 3
    story.tell(a_sale(1000, at=on("2026-03-02")), have={"points": 55})
    places["budget:spring:ever"] = 30
    story.tell(a_sale(1000, at=on("2026-04-02")), have={"points": 65})
    return story


def _activity() -> Story:
    reviews = rule(
        "reviews", "{fixed: 20}", "trigger: activity", "activity: review", "budget: {units: 30, per: week}"
    )
    story = Story("A budget for what customers do", programme(reviews), a_member())
    for have in ({"points": 20}, {"points": 30}, {"points": 30}):
        story.tell(Activity(MARCH, "review"), have=have)
    return story


def _returned() -> Story:
    plan = programme(BASE, _spring("{units: 50}"))
    places = dict[str, int]()
    story = Story("What comes back is there for others", plan, a_member(), places)
    story.tell(a_sale(2000, at=MARCH), have={"points": 60})
    sale = story.seq
    story.tell(a_sale(2000, at=MARCH), have={"points": 90})
    story.tell(Return(LATER, sale, (ReturnedLine(0, 1500),)), have={"points": 45})
    assert places["budget:spring:ever"] == 20
    story.tell(a_sale(1000, at=LATER), have={"points": 75})
    story.tell(Return(LATER, sale), have={"points": 60})
    assert places["budget:spring:ever"] == 30
    return story


def _changed() -> Story:
    plan = programme(BASE, _spring("{units: 50}"))
    places = dict[str, int]()
    story = Story("A changed ticket needs more of a budget, or less", plan, a_member(), places)
    story.tell(a_sale(1000, at=MARCH), have={"points": 30})
    sale = story.seq
    story.tell(SaleUpdate(LATER, sale, (a_line(2000),)), have={"points": 60})
    story.tell(SaleUpdate(LATER, sale, (a_line(3000),)), have={"points": 80})
    story.tell(SaleUpdate(LATER, sale, (a_line(500),)), have={"points": 15})
    assert places["budget:spring:ever"] == 10
    story.tell(a_sale(1500, at=LATER), have={"points": 60})
    story.tell(SaleUpdate(LATER, sale, (a_line(1500),)), have={"points": 80})
    story.tell(SaleUpdate(LATER, sale, ()), have={"points": 45})
    assert places["budget:spring:ever"] == 30
    return story
