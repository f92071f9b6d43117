"""Rules without a ticket, goals, audiences, engagement, objectives: what may be wrong with them."""

from collections.abc import Iterator

from assidu.decisions.calendar import Period
from assidu.decisions.plan import KNOWN_ACTIVITIES, CurrencyKind, GoalMeasure, Trigger
from assidu.plans.document import Document, Rule
from assidu.plans.problems import Path, Problem, unknown

IN_A_ROW_MAX = {Period.MONTH: 13, Period.QUARTER: 4, Period.YEAR: 1}
"""What counts toward a goal is forgotten 400 days after its period began (``evolve``): longer streaks never end."""


def check_occasions(document: Document) -> Iterator[Problem]:
    activities = KNOWN_ACTIVITIES | {activity.code for activity in document.activities}
    audiences = {audience.code for audience in document.audiences}
    objectives = {objective.code for objective in document.objectives}
    badges = {currency.code for currency in document.currencies if currency.kind is CurrencyKind.BADGE}
    for i, activity in enumerate(document.activities):
        if activity.code in KNOWN_ACTIVITIES or activity.code == "sale":
            yield Problem("activity_known", ("activities", i, "code"), {"code": activity.code})
    if document.engagement is not None:
        seen = set()
        for i, weight in enumerate(document.engagement.weights):
            path: Path = ("engagement", "weights", i, "of")
            if weight.of in seen:
                yield Problem("listed_twice", path, {"found": weight.of})
            seen.add(weight.of)
            if weight.of != "sale" and weight.of not in activities:
                yield unknown("unknown_activity", weight.of, activities | {"sale"}, path)
    for i, rule in enumerate(document.rules):
        path = ("rules", i)
        if rule.trigger is Trigger.ACTIVITY:
            yield from _activity(rule, activities, path)
        elif rule.activity is not None:
            yield Problem("activity_without_trigger", (*path, "activity"), {"activity": rule.activity})
        if rule.profile and rule.activity != "profile-completed":
            yield Problem("profile_without_activity", (*path, "profile"))
        for n, audience in enumerate(rule.when.audiences):
            if audience not in audiences:
                yield unknown("unknown_audience", audience, audiences, (*path, "when", "audiences", n))
        if rule.when.engagement_at_least is not None and document.engagement is None:
            yield Problem("no_engagement", (*path, "when", "engagement_at_least"))
        hours = rule.when.hours
        if hours is not None and hours.first == hours.until:
            yield Problem("hours_empty", (*path, "when", "hours"))
        if rule.serves is not None and rule.serves not in objectives:
            yield unknown("unknown_objective", rule.serves, objectives, (*path, "serves"))
        if rule.goal is not None:
            yield from _goal(rule, (*path, "goal"))
        if rule.currency in badges and rule.gift.fixed != 1:
            yield Problem("badge_not_one", (*path, "gift"), {"code": rule.currency})


def _activity(rule: Rule, activities: frozenset[str] | set[str], path: Path) -> Iterator[Problem]:
    """Nothing is bought: only a fixed gift, the place, the day and the customer make sense."""
    if rule.activity is None:
        yield Problem("activity_missing", path, {"known": ", ".join(sorted(activities))})
    elif rule.activity not in activities:
        yield unknown("unknown_activity", rule.activity, activities, (*path, "activity"))
    if rule.gift.fixed is None:
        yield Problem("activity_not_fixed", (*path, "gift"))
    when = rule.when
    for name, is_set in (
        ("first_purchase", when.first_purchase),
        ("amount_at_least", when.amount_at_least is not None),
        ("amount_at_most", when.amount_at_most is not None),
    ):
        if is_set:
            yield Problem("activity_cannot", (*path, "when", name), {"name": name})
    for name, is_set in (("lines", rule.lines is not None), ("cap_per_sale", rule.cap_per_sale is not None)):
        if is_set:
            yield Problem("activity_cannot", (*path, name), {"name": name})


def _goal(rule: Rule, path: Path) -> Iterator[Problem]:
    goal = rule.goal
    assert goal is not None
    is_spend = goal.measure is GoalMeasure.SPEND
    if (goal.amount_at_least is not None) != is_spend or (goal.at_least is not None) == is_spend:
        yield Problem("goal_target", path, {"measure": goal.measure.value})
    if rule.gift.fixed is None:
        yield Problem("goal_not_fixed", path)
    if goal.per is Period.EVER and goal.in_a_row > 1:
        yield Problem("goal_ever_in_a_row", (*path, "in_a_row"))
    elif goal.in_a_row > (most := IN_A_ROW_MAX.get(goal.per, goal.in_a_row)):
        figures = {"found": goal.in_a_row, "most": most}
        yield Problem("goal_streak_too_long", (*path, "in_a_row"), figures, is_warning=True)
    if rule.trigger is Trigger.JOINING:
        yield Problem("joining_cannot", path, {"name": "goal"})
    elif rule.trigger is Trigger.ACTIVITY and goal.measure not in (GoalMeasure.TIMES, GoalMeasure.DAYS):
        yield Problem("goal_of_activity", (*path, "measure"), {"measure": goal.measure.value})
    elif rule.trigger is Trigger.SALE and goal.measure is GoalMeasure.TIMES:
        yield Problem("goal_of_sale", (*path, "measure"))
