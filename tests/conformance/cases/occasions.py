"""What customers do besides buying; missions, streaks and engagement."""

from collections.abc import Iterator

from assidu.decisions.events import Activity, Joining, Return
from builders.documents import TIERS
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import programme, rule
from conformance.story import Story

SPEND = "goal: {measure: spend, amount_at_least: 100.00, per: week}"
PLACES = "quota: {first: 1, per: day, over: store}"
ANSWERED = """\
audiences:
  - {code: green, name: {fr: g, en: g}, answered: {question: diet, answers: [vegan, vegetarian]}}
  - {code: cats, name: {fr: c, en: c}, answered: {question: pets, answers: [cat]}}
"""
WORKSHOP = "activities: [{code: workshop, name: {fr: w, en: w}}]\n"


def stories() -> Iterator[Story]:
    yield _every_activity()
    yield _limits()
    yield _departments()
    yield _spend()
    yield _days()
    yield _streak(
        "week",
        ("2026-02-22", "2026-02-23", "2026-03-02", "2026-03-09", "2026-03-17", "2026-03-23", "2026-03-30"),
    )
    yield _streak(
        "month", ("2025-11-30", "2025-12-01", "2026-01-31", "2026-02-01", "2026-03-01", "2026-05-01")
    )
    yield _streak("year", ("2025-12-31", "2026-01-01", "2027-06-01", "2028-01-01"))
    yield _status_by_engagement()
    yield _streak("quarter", ("2025-12-31", "2026-01-01", "2026-04-30", "2026-09-30", "2027-01-01"))
    yield _answers()


def _every_activity() -> Story:
    known = (
        "visit", "survey-answered", "profile-completed", "review", "social-share", "app-use", "birthday",
        "anniversary", "workshop",
    )  # fmt: skip
    rules = [
        rule(f"for-{code}", f"{{fixed: {n}}}", "trigger: activity", f"activity: {code}")
        for n, code in enumerate(known, 1)
    ]
    story = Story("Every activity, before joining and after", programme(*rules, more=WORKSHOP))
    story.tell(Activity(on("2026-03-01"), "visit"))
    story.tell(Joining(on("2026-03-02")))
    for code in known:
        story.tell(Activity(on("2026-03-03"), code, "a", "store"))
    story.tell(Activity(on("2026-03-03"), "juggling"), refused="unknown_activity")
    assert story.state.available("points") == 45
    return story


def _answers() -> Story:
    rules = (
        rule("green", "{fixed: 5}", "when: {audiences: [green]}"),
        rule("both", "{fixed: 3}", "when: {audiences: [green, cats]}"),
    )
    story = Story("Answers fill audiences, and empty them", programme(*rules, more=ANSWERED))
    survey = "survey-answered"
    story.tell(Activity(on("2026-03-01"), survey, answers=(("pets", ("cat",)),)))
    story.tell(Joining(on("2026-03-02")))
    story.tell(a_sale(at=on("2026-03-02")), have={"points": 3})
    story.tell(Activity(on("2026-03-03"), survey, answers=(("age", ("30",)), ("diet", ("vegan",)))))
    story.tell(a_sale(at=on("2026-03-04")), have={"points": 11})
    story.tell(Activity(on("2026-03-05"), survey, answers=(("diet", ("game",)), ("pets", ()))))
    assert story.state.audiences == set()
    story.tell(a_sale(at=on("2026-03-06")), have={"points": 11})
    return story


def _limits() -> Story:
    plan = programme(
        rule("visit", "{fixed: 5}", "trigger: activity", "activity: visit", "times: {limit: 1, per: day}"),
        rule("month", "{fixed: 7}", "trigger: activity", "activity: visit", "cap: {units: 10, per: month}"),
        rule("first", "{fixed: 50}", "trigger: activity", "activity: visit", PLACES),
        rule("gold", "{fixed: 9}", "trigger: activity", "activity: visit", "when: {tiers: [gold], channels: [app]}"),
        tiers=TIERS,
    )  # fmt: skip
    story = Story("Limits of what activities give", plan, a_member(tier="gold"))
    for day in ("2026-03-02", "2026-03-02", "2026-03-03", "2026-04-01"):
        story.tell(Activity(on(day), "visit", "a", "app"))
    story.tell(Activity(on("2026-04-01"), "visit", "b", "store"))
    return story


def _departments() -> Story:
    plan = programme(rule("mission", "{fixed: 30}", "goal: {measure: departments, at_least: 3, per: month}"))
    story = Story(
        "A mission: three departments in a month, given once, also where one comes back", plan, a_member()
    )
    story.tell(a_sale(a_line(department="dairy"), a_line(department="dairy")), have={"points": 0})
    story.tell(a_sale(a_line(department="produce")), have={"points": 0})
    story.tell(Return(on("2026-03-03"), story.seq))
    story.tell(a_sale(a_line(department="meat"), at=on("2026-03-04")), have={"points": 0})
    story.tell(a_sale(a_line(department="given"), at=on("2026-03-05")), have={"points": 30})
    last = story.seq
    story.tell(a_sale(a_line(department="fish"), at=on("2026-03-06")), have={"points": 30})
    story.tell(Return(on("2026-03-07"), last))
    story.tell(a_sale(a_line(department="fish"), at=on("2026-04-01")))
    return story


def _spend() -> Story:
    plan = programme(
        rule("spend", "{fixed: 10}", SPEND),
        rule("tickets", "{fixed: 4}", "goal: {measure: purchases, at_least: 3, per: month}"),
    )
    story = Story("A mission of spend, to the cent", plan, a_member())
    for amount in (9_999, 1, 10_000):
        story.tell(a_sale(amount))
    story.tell(a_sale(10_000, at=on("2026-03-09")))
    story.tell(a_sale(10_000, at=on("2026-02-22")), now=on("2026-03-10"))
    return story


def _days() -> Story:
    plan = programme(rule("days", "{fixed: 10}", "goal: {measure: days, at_least: 2, per: month}"))
    story = Story("Two different days in a month, not two tickets of one", plan, a_member())
    story.tell(a_sale())
    story.tell(a_sale(), have={"points": 0})
    story.tell(a_sale(at=on("2026-03-31")), have={"points": 10})
    story.tell(a_sale(at=on("2026-04-01")), have={"points": 10})
    return story


def _streak(period: str, days: tuple[str, ...]) -> Story:
    goal = f"goal: {{measure: purchases, at_least: 1, per: {period}, in_a_row: 3}}"
    story = Story(
        f"A streak: three times in a row, a {period} each",
        programme(rule("streak", "{fixed: 10}", goal)),
        a_member(),
    )
    for day in days:
        story.tell(a_sale(at=on(day)), now=on(days[-1]))
    return story


def _status_by_engagement() -> Story:
    more = "engagement: {half_life_months: 1, weights: [{of: visit, score: 10}, {of: sale, score: 4}]}\n"
    tiers = """tiers:
  keep: {months: 1}
  levels:
    - {code: guest, name: {fr: g, en: g}}
    - {code: friend, name: {fr: f, en: f}, engagement_at_least: 24}
"""
    story = Story("A status without spend, which fades with the score", programme(more=more, tiers=tiers))
    story.tell(Joining(on("2026-03-02")), tier="guest")
    story.tell(Activity(on("2026-03-02"), "visit"), tier="guest")
    story.tell(a_sale(100, at=on("2026-03-03")), tier="guest")
    story.tell(Activity(on("2026-03-04"), "visit"), tier="friend")
    story.tell(a_sale(100, at=on("2026-04-20")), tier="guest")
    return story
