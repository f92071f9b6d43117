"""From face value to cost, and why what is owed moved: figures that add up, in whatever words."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from assidu.economics.bridge import bridge_of, bridges_of
from assidu.economics.moved import cost_moved, deferred_moved
from assidu.economics.types import MonthFigures
from economics.models.test_books import a_filling_programme

SIGNED = re.compile(r"[+−]\d+")
MONTHS = a_filling_programme()


def test_face_value_less_what_is_never_used_and_what_it_costs_less_is_what_is_owed() -> None:
    for month in MONTHS:
        for one in (*map(bridge_of, month.currencies), bridges_of(month.currencies)):
            assert one.face_minor - one.unused_minor - one.spared_minor == one.cost_minor
            assert 0 <= one.used_minor <= one.face_minor
        assert bridges_of(month.currencies).cost_minor == month.liability_minor


@pytest.mark.parametrize("months", [MONTHS[-1:], MONTHS], ids=["a month", "all of them"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_parts_of_the_sentence_are_what_it_says_in_all(months: list[MonthFigures], language: str) -> None:
    first, last = months[0].currencies[0], months[-1].currencies[0]
    with translation.override(language):
        for say, opening, closing in (
            (cost_moved, first.money.opening_minor, last.money.closing_minor),
            (deferred_moved, first.revenue.opening_minor, last.revenue.closing_minor),
        ):
            said = say(months, "A", "B", str)
            parts = [int(one.replace("−", "-")) for one in SIGNED.findall(said)]
            assert sum(parts) == closing - opening
            assert f" {abs(closing - opening)}" in said


@pytest.mark.parametrize(("day", "days"), [(1, 28), (17, 28), (28, 28), (30, 31), (31, 31)])
def test_a_month_is_told_until_the_day_on_which_it_was_looked_at(day: int, days: int) -> None:
    month = date(2026, 2 if days == 28 else 3, 1)
    assert replace(MONTHS[0], month=month, elapsed=day / days).until == month.replace(day=day)
