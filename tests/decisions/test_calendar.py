"""Days, periods and durations, by hand: months' ends, leap years, days without midnight."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assidu.decisions.calendar import (
    LAST_DAY,
    Duration,
    Period,
    RoundTo,
    Unit,
    add_months,
    end_after,
    local_day,
    midnight,
    period_key,
)
from decisions import model

PARIS = ZoneInfo("Europe/Paris")
ZONES = ["Europe/Paris", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/Havana", "Asia/Kolkata"]


def _day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "number", "unit", "round_to", "end"),
    [
        ("2026-03-15", 0, Unit.DAY, RoundTo.DAY, "2026-03-16"),
        ("2026-03-15", 1, Unit.DAY, RoundTo.DAY, "2026-03-17"),
        ("2026-03-15", 30, Unit.DAY, RoundTo.DAY, "2026-04-15"),
        ("2026-03-15", 2, Unit.WEEK, RoundTo.DAY, "2026-03-30"),
        ("2026-03-15", 6, Unit.MONTH, RoundTo.DAY, "2026-09-16"),
        ("2026-03-15", 6, Unit.MONTH, RoundTo.MONTH, "2026-10-01"),
        ("2026-03-15", 6, Unit.MONTH, RoundTo.YEAR, "2027-01-01"),
        ("2026-01-31", 1, Unit.MONTH, RoundTo.DAY, "2026-03-01"),
        ("2028-01-31", 1, Unit.MONTH, RoundTo.DAY, "2028-03-01"),
        ("2028-01-30", 1, Unit.MONTH, RoundTo.DAY, "2028-03-01"),
        ("2028-01-28", 1, Unit.MONTH, RoundTo.DAY, "2028-02-29"),
        ("2026-08-31", 6, Unit.MONTH, RoundTo.MONTH, "2027-03-01"),
        ("2028-02-29", 1, Unit.YEAR, RoundTo.DAY, "2029-03-01"),
        ("2028-02-29", 4, Unit.YEAR, RoundTo.DAY, "2032-03-01"),
        ("2026-12-31", 0, Unit.DAY, RoundTo.MONTH, "2027-01-01"),
        ("2026-12-31", 0, Unit.DAY, RoundTo.YEAR, "2027-01-01"),
        ("2026-12-31", 1, Unit.DAY, RoundTo.YEAR, "2028-01-01"),
        ("2026-03-15", 100_000, Unit.MONTH, RoundTo.DAY, LAST_DAY.isoformat()),
        ("2026-03-15", 100_000, Unit.YEAR, RoundTo.YEAR, LAST_DAY.isoformat()),
        ("9999-12-31", 1, Unit.MONTH, RoundTo.MONTH, LAST_DAY.isoformat()),
    ],
)
def test_a_duration_ends_on_the_day_after_its_last(
    start: str, number: int, unit: Unit, round_to: RoundTo, end: str
) -> None:
    assert end_after(_day(start), Duration(number, unit, round_to)) == _day(end)


durations = st.builds(Duration, st.integers(0, 40), st.sampled_from(Unit), st.sampled_from(RoundTo))


@given(st.dates(date(1999, 1, 1), date(2101, 1, 1)), durations)
def test_a_duration_found_by_walking_ends_on_the_same_day(start: date, duration: Duration) -> None:
    end = end_after(start, duration)
    assert end == model.end_after(start, duration)
    assert end > start


@given(st.dates(date(1999, 1, 1), date(2101, 1, 1)), st.integers(0, 300), st.integers(0, 300))
def test_months_add_up_from_the_first(start: date, one: int, other: int) -> None:
    first = start.replace(day=1)
    assert add_months(add_months(first, one), other) == add_months(first, one + other)
    assert add_months(add_months(first, one), -one) == first


@pytest.mark.parametrize(
    ("period", "day", "key"),
    [
        (Period.DAY, "2026-03-02", "2026-03-02"),
        (Period.MONTH, "2026-03-02", "2026-03"),
        (Period.QUARTER, "2026-03-31", "2026-Q1"),
        (Period.QUARTER, "2026-04-01", "2026-Q2"),
        (Period.QUARTER, "2026-12-31", "2026-Q4"),
        (Period.YEAR, "2026-03-02", "2026"),
        (Period.EVER, "2026-03-02", "ever"),
        (Period.WEEK, "2026-03-01", "2026-W09"),
        (Period.WEEK, "2026-03-02", "2026-W10"),
        (Period.WEEK, "2026-12-31", "2026-W53"),
        (Period.WEEK, "2027-01-03", "2026-W53"),
        (Period.WEEK, "2027-01-04", "2027-W01"),
        (Period.WEEK, "2024-12-30", "2025-W01"),
        (Period.DAY, "0999-01-02", "0999-01-02"),
    ],
)
def test_a_period_has_a_name_that_sorts(period: Period, day: str, key: str) -> None:
    assert period_key(period, _day(day)) == key


@given(st.sampled_from(Period), st.dates(date(1999, 1, 1)), st.dates(date(1999, 1, 1), date(2001, 1, 1)))
def test_two_days_share_a_name_exactly_when_they_share_the_period(
    period: Period, one: date, other: date
) -> None:
    assert (period_key(period, one) == period_key(period, other)) == model.is_same_period(period, one, other)


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("Europe/Paris", "2026-03-29", "2026-03-28T23:00"),
        ("Europe/Paris", "2026-03-30", "2026-03-29T22:00"),
        ("Europe/Paris", "2026-10-25", "2026-10-24T22:00"),
        ("Europe/Paris", "2026-10-26", "2026-10-25T23:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"),  # the clock jumped from 23:59 to 01:00
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00"),  # the last hour of the 17th came twice
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),  # the first hour came twice: the first one
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),  # a day that never was begins as it is skipped
    ],
)
def test_a_day_begins_at_its_first_instant(zone: str, day: str, instant: str) -> None:
    assert midnight(_day(day), ZoneInfo(zone)) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2037, 12, 31)))
def test_the_instant_before_midnight_is_another_day(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    begins = midnight(day, zone)
    assert local_day(begins, zone) == day
    assert local_day(begins - timedelta(microseconds=1), zone) == day - timedelta(days=1)
    assert midnight(day + timedelta(days=1), zone) - begins in [timedelta(hours=h) for h in (23, 24, 25)]


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-28T22:59:59", "2026-03-28"),
        ("2026-03-28T23:00:00", "2026-03-29"),
        ("2026-03-29T21:59:59", "2026-03-29"),
        ("2026-03-29T22:00:00", "2026-03-30"),
        ("2026-10-25T22:59:59", "2026-10-25"),
        ("2026-10-25T23:00:00", "2026-10-26"),
    ],
)
def test_an_instant_falls_on_a_local_day(instant: str, day: str) -> None:
    assert local_day(datetime.fromisoformat(instant).replace(tzinfo=UTC), PARIS) == _day(day)
