"""The calendar of promotions: which article is in which, where and when, and what it takes off."""

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.catalogue.calendar import Promotion, PromotionCalendar
from assidu.catalogue.promotions import (
    calendar_state,
    promotion_calendar,
    promotion_lines,
    promotion_names,
    promotions,
    put_promotions,
    remove_promotion,
)
from assidu.catalogue.told import promotion_told
from assidu.decisions.events import AppliedOffer, LineKind, Sale, SaleLine
from builders.plans import PARIS
from builders.sales import a_line, a_sale, on

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
FAIR = {"code": "fair", "name": "Wine fair", "first_day": "2026-03-02", "last_day": "2026-03-08"}


def told(**fields: object) -> Promotion:
    return promotion_told({**FAIR, **fields})


def noted(calendar: Sequence[Promotion], sale: Sale) -> list[tuple[str, int]]:
    found = PromotionCalendar(calendar).noted(sale, PARIS)
    return [(line.promotion, line.promotion_minor) for line in found.lines]


# ---------------------------------------------------------------- what runs


@pytest.mark.parametrize(
    ("fields", "at", "runs"),
    [
        ({}, on("2026-03-02", 0), True),
        ({}, on("2026-03-01", 23), False),
        ({}, on("2026-03-08", 23), True),
        ({}, on("2026-03-09", 0), False),
        ({"first_hour": "10:00"}, on("2026-03-02", 9), False),
        ({"first_hour": "10:00"}, on("2026-03-03", 9), True),
        ({"last_hour": "18:00"}, on("2026-03-08", 17), True),
        ({"last_hour": "18:00"}, on("2026-03-08", 18), False),
    ],
)
def test_it_runs_from_its_first_hour_to_its_last_in_the_stores_own_time(
    fields: dict[str, object], at: datetime, runs: bool
) -> None:
    assert noted([told(**fields)], a_sale(1000, at=at)) == [("fair", 0) if runs else ("", 0)]


@pytest.mark.parametrize(
    ("fields", "runs"),
    [
        ({"stores": ["317"]}, True),
        ({"stores": "318|319"}, False),
        ({"channels": ["web"]}, False),
        ({"products": "sku-1; sku-2"}, True),
        ({"products": ["other"]}, False),
        ({"departments": ["grocery"]}, True),
        ({"departments": ["grocery"], "brands": ["own"]}, False),
        ({"brands": ["ours"]}, True),
    ],
)
def test_it_runs_for_its_articles_in_its_stores_and_channels(fields: dict[str, object], runs: bool) -> None:
    sale = a_sale(a_line(1000, brand="ours"), at=on("2026-03-03"))
    assert noted([told(**fields)], sale) == [("fair", 0) if runs else ("", 0)]


def test_an_article_in_a_promotion_is_otherwise_as_it_was() -> None:
    line = SaleLine(
        "sku-1", 800, 2, 100, "grocery", "ours", 550, LineKind.FEE, (AppliedOffer("half", 50),), "old", 7
    )
    plain = SaleLine("", 0)
    assert all(
        getattr(line, field.name) != getattr(plain, field.name) for field in dataclasses.fields(SaleLine)
    )
    assert line.promoted("fair", 200) == replace(line, promotion="fair", promotion_minor=200)


def test_what_it_takes_off_follows_from_what_was_paid() -> None:
    """8.00 after 20 % is 2.00 off 10.00; an amount is taken off each unit; half price says as much as it may."""
    at = on("2026-03-03")
    fair = told(percent=20, products=["wine"])
    each = told(code="each", amount_minor=50, products=["soap"])
    unknown = told(code="bundle", products=["cheese"], kind="2 + 1")
    applied = replace(a_line(700, sku="wine"), offers=(AppliedOffer("ten", 100),))
    sale = a_sale(
        a_line(800, sku="wine"),
        applied,
        a_line(600, sku="soap", quantity=3),
        a_line(500, sku="cheese"),
        at=at,
    )
    assert noted([fair, each, unknown], sale) == [("fair", 200), ("fair", 200), ("each", 150), ("bundle", 0)]


def test_of_several_the_one_that_takes_most_off_is_noted() -> None:
    several = [
        told(),
        told(code="less", percent=5),
        told(code="more", percent=30),
        told(code="also", percent=30),
    ]
    assert noted(several, a_sale(700, at=on("2026-03-03"))) == [("also", 300)]


def test_only_articles_that_are_paid_are_in_a_promotion() -> None:
    sale = a_sale(a_line(2000, kind=LineKind.GIFT_CARD), a_line(-500), a_line(0), at=on("2026-03-03"))
    assert noted([told(percent=20)], sale) == [("", 0)] * 3


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
codes = st.frozensets(st.sampled_from(["a", "b"]), max_size=2)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(days, st.integers(0, 120), codes, codes, codes, codes), max_size=8),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["a", "b", "c"]),
)
def test_the_index_finds_what_going_over_every_line_would(
    lines: list[tuple[date, int, frozenset[str], frozenset[str], frozenset[str], frozenset[str]]],
    local: datetime,
    name: str,
) -> None:
    calendar = [
        promotion_told(
            {
                "code": f"p{n}",
                "name": "p",
                "first_day": first,
                "last_day": first + timedelta(days=length),
                "products": skus,
                "departments": departments,
                "brands": brands,
                "stores": stores,
            }
        )
        for n, (first, length, skus, departments, brands, stores) in enumerate(lines)
    ]
    line = SaleLine(name, 1000, department=name, brand=name)
    sale = Sale(local.replace(tzinfo=PARIS).astimezone(UTC), name, "store", (line,))
    at = sale.at.astimezone(PARIS).replace(tzinfo=None)
    running = sorted(
        one.code
        for one in calendar
        if one.starts_at <= at < one.ends_at and one.holds(line) and (not one.stores or name in one.stores)
    )
    assert noted(calendar, sale) == [(running[0] if running else "", 0)]


@pytest.mark.parametrize(
    "fields",
    [
        {"last_day": "2026-03-01"},
        {"first_hour": "10:00", "last_day": "2026-03-02", "last_hour": "10:00"},
        {"percent": 0},
        {"percent": 101},
        {"percent": 10, "amount_minor": 100},
        {"amount_minor": 0},
        {"code": " "},
        {"name": "x" * 201},
        {"products": "a\x07"},
        {"first_hour": "25:00"},
    ],
)
def test_a_line_that_makes_no_sense_is_not_taken(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        told(**fields)


# ---------------------------------------------------------------- kept


def test_what_is_told_again_replaces_what_was_known_under_its_code(db: None) -> None:
    put_promotions([told(products=["a"]), told(products=["b"], percent=20)], at=NOW, by="command")
    put_promotions([told(code="other", stores=["9"])], at=NOW, by="command")
    put_promotions([told(products=["c"], percent=10)], at=NOW, by="command")
    put_promotions([told(products=["d"])], at=NOW, by="command", going_on={"fair"})
    assert [sorted(one.lines.skus) for one in promotion_lines("fair")] == [["c"], ["d"]]
    found, more = promotions()
    assert more is None
    assert [(one.code, one.lines, one.articles, one.off_bp) for one in found] == [
        ("fair", 2, 2, 1000),
        ("other", 1, 0, None),
    ]
    assert [one.code for one in promotions(text="d")[0]] == ["fair"], "by the code of an article"
    assert [one.code for one in promotions(store="317")[0]] == ["fair"]
    assert promotions(running_from=datetime(2026, 3, 9))[0] == []  # noqa: DTZ001 (local time)
    assert promotion_names(["fair", "gone", ""]) == {"fair": "Wine fair"}
    assert calendar_state()[0] == 2
    assert remove_promotion("fair")
    assert not remove_promotion("fair")
    assert not promotion_calendar(around=date(2026, 6, 1))
    assert promotion_calendar(around=date(2026, 3, 8))
