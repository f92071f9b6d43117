"""Where one step more or less would be another outcome: hours, gifts of a status that are over, years."""

from datetime import UTC, date, datetime

import pytest

from assidu.decisions.decision import Decision
from assidu.decisions.events import Joining, StatusGrant
from assidu.decisions.plan import TierMeasure
from assidu.decisions.state import TierCause
from assidu.decisions.tiers import to_climb, to_stay
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import programme, rule
from conformance.story import Programme, Story

LEVELS = """tiers:
  keep: {months: 2, until_end_of: month}
  levels:
    - {code: bronze, name: {fr: b, en: b}}
    - {code: silver, name: {fr: s, en: s}, spend_at_least: 100.00}
    - {code: gold, name: {fr: g, en: g}, spend_at_least: 300.00}
  window: {kind: rolling_months, months: 3}
"""


def at_paris(hour: int, minute: int) -> datetime:
    """On a winter's day, an hour before UTC."""
    return datetime(2026, 3, 2, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        ("{first: '08:30', until: '11:45'}", [(8, 30), (11, 44)], [(8, 29), (11, 45)]),
        (
            "{first: '22:15', until: '02:05'}",
            [(22, 15), (23, 59), (1, 0), (2, 4)],
            [(2, 5), (22, 14), (12, 0)],
        ),
    ],
)
def test_hours_begin_with_their_first_minute_and_end_before_their_last(
    hours: str, inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    story = Story("hours", programme(rule("now", "{fixed: 1}", f"when: {{hours: {hours}}}")), a_member())
    for given, minutes in ((1, inside), (0, outside)):
        for hour, minute in minutes:
            before = story.state.available("points")
            story.tell(a_sale(at=at_paris(hour, minute)))
            assert story.state.available("points") - before == given, (hour, minute)


def somebody(spent_minor: int = 0, plan: Programme | None = None) -> Story:
    story = Story("somebody", plan or programme(tiers=LEVELS))
    story.tell(Joining(on("2026-01-05")))
    if spent_minor:
        story.tell(a_sale(spent_minor, at=on("2026-01-06")))
    return story


def when_it_is_over(story: Story, until: date) -> tuple[str | None, date | None, TierCause]:
    """Gold given until a day; what is held on that day, until when, and why."""
    story.tell(StatusGrant(on("2026-01-10"), "gold", until), tier="gold")
    story.sleep_until(until)
    assert story.state.tiers[-1].since == until
    change = next(
        one.decision.tier
        for _, one in sorted(story.written.items(), reverse=True)
        if one.decision.tier is not None
    )
    return story.state.tier, story.state.tier_until, change.cause


def test_a_status_given_for_a_time_falls_back_to_what_was_held_as_long_as_that_is_held() -> None:
    assert when_it_is_over(somebody(10_000), date(2026, 3, 31)) == (
        "silver",
        date(2026, 4, 1),
        TierCause.LOWERED,
    )
    assert when_it_is_over(somebody(), date(2026, 3, 31)) == ("bronze", None, TierCause.LOWERED)


def test_what_was_held_before_and_is_over_meanwhile_does_not_come_back() -> None:
    """The silver of before would have ended on 1 April: what is reached counts then, by the months of the window."""
    assert when_it_is_over(somebody(10_000), date(2026, 4, 1)) == (
        "silver",
        date(2026, 7, 1),
        TierCause.LOWERED,
    )
    assert when_it_is_over(somebody(10_000), date(2026, 4, 2)) == ("bronze", None, TierCause.LOWERED)
    kept = somebody(10_000)
    kept.tell(a_sale(10_000, at=on("2026-01-20")))
    assert when_it_is_over(kept, date(2026, 3, 1))[0] == "silver"


def test_what_is_reached_by_the_end_of_a_gift_counts_where_it_is_more_than_what_was_held() -> None:
    story = somebody()
    story.tell(StatusGrant(on("2026-01-10"), "gold", date(2026, 3, 10)), tier="gold")
    story.tell(a_sale(15_000, at=on("2026-02-20")), tier="gold")
    story.sleep_until(date(2026, 3, 10))
    assert (story.state.tier, story.state.tier_until) == ("silver", date(2026, 6, 1))
    assert story.state.tiers[-1].since == date(2026, 3, 10)


def test_nobody_falls_below_the_lowest_status() -> None:
    story = somebody(10_000)
    story.sleep_until(date(2027, 1, 1))
    assert story.state.tier == "bronze"
    assert story.state.tier_until is None


def test_a_goal_of_a_year_begins_on_the_first_of_january_and_of_a_week_on_monday() -> None:
    for period, days, counter in (
        ("year", ("2026-01-01", "2026-12-31"), "goal:mission::2026-01-01"),
        ("week", ("2026-03-02", "2026-03-08"), "goal:mission::2026-03-02"),
        ("month", ("2026-02-01", "2026-02-28"), "goal:mission::2026-02-01"),
    ):
        goal = f"goal: {{measure: purchases, at_least: 2, per: {period}}}"
        story = Story(
            period, programme(rule("mission", "{fixed: 9}", goal)), a_member(joined_on=date(2025, 1, 1))
        )
        story.tell(a_sale(at=on(days[0])), have={"points": 0})
        story.tell(a_sale(at=on(days[1])), have={"points": 9})
        assert story.state.counters[counter] == 2


def test_a_mission_counts_only_the_departments_and_brands_that_it_names() -> None:
    goal = "goal: {measure: departments, at_least: 2, per: month}"
    story = Story(
        "mission",
        programme(rule("mission", "{fixed: 9}", goal, "lines: {departments: [dairy, meat], brands: [ours]}")),
        a_member(),
    )
    story.tell(
        a_sale(a_line(department="dairy", brand="ours"), a_line(department="meat")), have={"points": 0}
    )
    story.tell(a_sale(a_line(department="fish", brand="ours")), have={"points": 0})
    told = story.tell(a_sale(a_line(department="meat", brand="ours")), have={"points": 9})
    assert isinstance(told, Decision)


def test_what_is_missing_to_climb_and_to_stay_is_told_to_the_cent_and_to_the_day() -> None:
    story = somebody(10_001)
    plan = story.programme.plan
    climb = to_climb(plan, story.state, date(2026, 3, 31))
    assert climb is not None
    assert (climb.level, dict(climb.by), climb.until) == ("gold", {TierMeasure.SPEND: 19_999}, None)
    stay = to_stay(plan, story.state, date(2026, 3, 31))
    assert stay is not None, "the last day on which there is something to lose"
    assert (stay.level, dict(stay.by), stay.until) == ("silver", {TierMeasure.SPEND: 0}, date(2026, 4, 1))
    assert to_stay(plan, story.state, date(2026, 4, 1)) is None
    assert to_stay(plan, somebody().state, date(2026, 1, 7)) is None, "below the first level there is none"


def test_to_stay_counts_the_months_that_will_count_on_the_last_day() -> None:
    """Silver lasts until 30 April: of its last three months January is none, whatever it counts for today."""
    story = somebody()
    story.tell(a_sale(4_000, at=on("2026-01-31")))
    story.tell(a_sale(6_000, at=on("2026-02-01")), tier="silver")
    story.sleep_until(date(2026, 4, 1))
    assert story.state.tier_until == date(2026, 5, 1)
    stay = to_stay(story.programme.plan, story.state, date(2026, 4, 30))
    assert stay is not None
    assert dict(stay.by) == {TierMeasure.SPEND: 4_000}
