"""Missions and streaks, where names, returns and mergers could mislead them."""

import pytest

from assidu.decisions.events import Return
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import programme, rule
from conformance.story import Story

THREE = rule("mission", "{fixed: 30}", "goal: {measure: departments, at_least: 3, per: month}")


def a_customer() -> Story:
    return Story("somebody on a mission", programme(THREE), a_member())


@pytest.mark.parametrize("name", ["given", "#", "=", "a:b", "2026-03-01", ":", "=given"])
def test_a_department_may_be_called_as_it_likes(name: str) -> None:
    """What is kept of a mission stands beside its departments; none of them is taken for it."""
    story = a_customer()
    story.tell(a_sale(a_line(department=name)), have={"points": 0})
    story.tell(a_sale(a_line(department=name)), have={"points": 0})
    story.tell(a_sale(a_line(department="dairy")), have={"points": 0})
    story.tell(a_sale(a_line(department="meat")), have={"points": 30})
    story.tell(a_sale(a_line(department="fish")), have={"points": 30})
    story.tell(a_sale(a_line(department=name), at=on("2026-04-01")), have={"points": 30})


def test_a_department_that_another_ticket_brought_too_stays_when_one_comes_back() -> None:
    story = a_customer()
    story.tell(a_sale(a_line(department="dairy")))
    first = story.seq
    story.tell(a_sale(a_line(department="dairy"), a_line(department="meat")))
    story.tell(Return(on("2026-03-03"), first), have={"points": 0})
    story.tell(a_sale(a_line(department="fish"), at=on("2026-03-04")), have={"points": 30})


def test_a_department_that_came_back_counts_again_when_it_is_bought_again() -> None:
    story = a_customer()
    story.tell(a_sale(a_line(department="dairy")))
    story.tell(Return(on("2026-03-03"), story.seq))
    story.tell(a_sale(a_line(department="meat"), a_line(department="fish")), have={"points": 0})
    story.tell(a_sale(a_line(department="dairy"), at=on("2026-03-04")), have={"points": 30})
