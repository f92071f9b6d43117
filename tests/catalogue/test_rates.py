"""Rates by day: the last one told of a day counts, what was told before stays, and a day without one takes the last."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from assidu.catalogue.rates import (
    RateBook,
    ToldRate,
    is_money,
    latest_rates,
    put_rates,
    rate_book,
    rates,
)
from assidu.decisions.money import Rate

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
days = st.dates(date(2026, 1, 1), date(2026, 2, 28))


def told(currency: str, day: int, rate: str) -> ToldRate:
    read = Rate.of(rate)
    assert read is not None
    return ToldRate(currency, date(2026, 3, day), read)


def test_a_rate_that_is_set_again_counts_and_the_first_stays_in_the_history(db: None) -> None:
    assert put_rates([told("CHF", 1, "0.9432"), told("USD", 1, "0.90")], at=NOW, by="file:r.csv") == 2
    assert put_rates([told("CHF", 1, "0.94320")], at=NOW, by="command") == 0, "it says the same"
    assert put_rates([told("CHF", 1, "0.9500"), told("CHF", 3, "0.96")], at=NOW, by="command") == 2
    found, more = rates(currency="CHF")
    assert more is None
    assert [(str(one.rate), one.set_by, one.is_in_force) for one in found] == [
        ("0.96", "command", True),
        ("0.9500", "command", True),
        ("0.9432", "file:r.csv", False),
    ]
    assert [str(one.rate) for one in rates(only_in_force=True, day=date(2026, 3, 1))[0]] == ["0.9500", "0.90"]
    assert {one.currency: str(one.rate) for one in latest_rates()} == {"CHF": "0.96", "USD": "0.90"}
    known = rate_book().on("CHF", date(2026, 3, 2))
    assert known is not None
    assert (str(known.rate), known.day) == ("0.9500", date(2026, 3, 1)), "exactly as it was told"


def test_the_history_goes_on_page_by_page(db: None) -> None:
    put_rates([told("CHF", day, f"0.9{day}") for day in range(1, 8)], at=NOW, by="command")
    first, more = rates(limit=4)
    rest, end = rates(limit=4, before=more)
    assert [one.day.day for one in (*first, *rest)] == [7, 6, 5, 4, 3, 2, 1]
    assert end is None


@given(st.dictionaries(days, st.integers(1, 10**6), max_size=12), days)
def test_a_day_has_its_own_rate_or_the_last_one_before(by_day: dict[date, int], day: date) -> None:
    book = RateBook(("CHF", on, f"0.{units:06d}") for on, units in by_day.items())
    before = [on for on in by_day if on <= day]
    known = book.on("CHF", day)
    if not before:
        assert known is None
    else:
        assert known is not None
        assert (known.day, known.rate.units) == (max(before), by_day[max(before)])
    assert book.on("USD", day) is None


def test_a_money_is_three_capital_letters() -> None:
    assert is_money("CHF")
    assert not any(is_money(code) for code in ("chf", "CH", "CHFR", "CH1", "ÉUR"))
