"""The macro model: the break-even that was published, and figures that can be worked out by hand."""

import time
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.economics.models.assumptions import (
    OF_SEGMENTS,
    Assumptions,
    Measured,
    Range,
    Segment,
    problems,
)
from assidu.economics.models.chance import triangular
from assidu.economics.models.macro import base_figures, run
from assidu.economics.models.report import MacroReport, report
from assidu.economics.tables import macro_tables
from economics.models.scenarios import SALES, a, a_segment, assuming


def told(found: Assumptions) -> MacroReport:
    assert not list(problems(found))
    return report(found)


def test_a_margin_of_40_and_a_generosity_of_1_8_with_costs_of_half_a_percent_need_6_02_percent_more() -> None:
    found = told(assuming()).total.break_even_uplift
    assert found is not None
    assert round(100 * found, 2) == 6.02


def test_at_the_break_even_nothing_is_left() -> None:
    needed = told(assuming()).total.break_even_uplift
    assert needed is not None
    at_it = told(assuming(a_segment(frequency_uplift=a(100 * needed)))).total
    assert abs(at_it.net_minor) <= 12, "half a cent a month"
    assert at_it.uplift == pytest.approx(needed, abs=1e-6)


def test_rewards_are_paid_on_what_would_have_been_sold_anyway_too() -> None:
    total = told(assuming(a_segment(frequency_uplift=a(10)), months=1)).total
    assert total.baseline_sales_ht_minor == round(100 * SALES)
    assert total.baseline_sales_ttc_minor == round(120 * SALES)
    assert total.incremental_sales_ht_minor == round(10 * SALES)
    assert total.incremental_margin_minor == round(4 * SALES)
    assert total.rewards_baseline_minor == -round(1.8 * SALES)
    assert total.rewards_incremental_minor == -round(0.18 * SALES)
    assert total.running_minor == -round(0.5 * SALES)
    assert total.net_minor == round((4 - 1.98 - 0.5) * SALES)
    assert total.roi == pytest.approx(1.52 / 2.48, abs=1e-4)


def test_the_uplift_is_net_of_what_is_no_gain() -> None:
    segment = a_segment(
        frequency_uplift=a(10), basket_uplift=a(10), retention_uplift=a(10), cannibalisation=a(50), pull_forward=a(50),
        self_selection=a(50),
    )  # fmt: skip
    assert told(assuming(segment)).total.uplift == pytest.approx((1.1**3 - 1) / 8)


def test_nothing_is_taken_from_sales_that_fall() -> None:
    falls = a_segment(frequency_uplift=a(-10), cannibalisation=a(50))
    assert told(assuming(falls)).total.uplift == pytest.approx(-0.1)


def test_what_partners_pay_is_no_cost_of_ours() -> None:
    alone, helped = (told(assuming(a_segment(funded=a(share)))).total for share in (0, 25))
    assert helped.rewards_baseline_minor == pytest.approx(0.75 * alone.rewards_baseline_minor, abs=12)
    assert helped.funded_minor == pytest.approx(-0.25 * alone.rewards_baseline_minor, abs=12)


def test_rewards_are_paid_for_when_they_are_used() -> None:
    at_once = told(assuming())
    later = told(assuming(used_by_age=(0.0, 50.0, 50.0)))
    assert later.total.net_minor == at_once.total.net_minor
    assert later.months[0].cash_minor == at_once.months[0].cash_minor + round(1.8 * SALES)
    assert later.total.rewards_not_paid_minor == pytest.approx(-1.5 * 1.8 * SALES, abs=12)
    assert later.months[-1].cash_minor - at_once.months[-1].cash_minor == -later.total.rewards_not_paid_minor


def test_an_investment_is_paid_back_by_a_month() -> None:
    gains = a_segment(frequency_uplift=a(10))
    each_month = (4 - 1.98 - 0.5) / 100 * SALES
    found = told(assuming(gains, investment=a(each_month * 3.5)))
    assert found.payback_month == 4
    assert told(assuming(gains, investment=a(each_month * 12.5))).payback_month is None
    assert told(assuming(gains)).payback_month == 0
    assert told(assuming()).payback_month is None


def test_a_loss_is_not_paid_back_by_rewards_that_nobody_has_used_yet() -> None:
    found = told(assuming(a_segment(frequency_uplift=a(4)), used_by_age=(0.0,) * 24 + (100.0,)))
    assert found.total.net_minor < 0 < found.months[-1].cash_minor
    assert found.payback_month is None


def test_an_uplift_that_comes_slowly_brings_less() -> None:
    gains = a_segment(frequency_uplift=a(12))
    slow, soon = told(assuming(gains, ramp=12)), told(assuming(gains))
    assert slow.months[0].incremental_sales_ht_minor == pytest.approx(
        soon.months[0].incremental_sales_ht_minor / 12, abs=1
    )
    assert slow.months[-1].net_minor == soon.months[-1].net_minor


def test_where_rewards_cost_more_than_the_margin_nothing_breaks_even() -> None:
    total = told(assuming(a_segment(margin=a(1.5)))).total
    assert total.break_even_uplift is None
    assert total.net_minor < 0


@pytest.mark.parametrize(
    "found",
    [
        Assumptions(name="empty", segments=()),
        assuming(a_segment(members=a(0)), fixed_cost=a(0)),
        assuming(a_segment(members=a(1)), months=1),
        assuming(a_segment("zero", **dict.fromkeys(OF_SEGMENTS, a(0))), draws=100),
    ],
    ids=["empty", "nobody", "one customer, one month", "all zero"],
)  # fmt: skip
def test_next_to_nothing_gives_an_answer_and_never_a_false_rate(found: Assumptions) -> None:
    answer = told(found)
    if not answer.total.baseline_sales_ht_minor:
        rates = ("margin_rate", "generosity_rate", "uplift", "break_even_uplift")
        assert [getattr(answer.total, name) for name in rates] == [None] * 4
        assert not answer.frontier
        assert not answer.break_even
    if not answer.total.running_minor and not answer.total.rewards_baseline_minor:
        assert answer.total.roi is None
    assert len(answer.months) == found.months


def test_where_segments_differ_the_tornado_has_the_ends_of_each() -> None:
    alike = a_segment("bronze", basket=a(40, 35, 45), frequency_uplift=a(6, 0, 12))
    found = report(
        assuming(a_segment("gold", basket=a(60, 50, 70), frequency_uplift=a(6, 0, 12)), alike, draws=0)
    )
    bars = {bar.name: bar for bar in found.tornado}
    assert (bars["frequency_uplift"].low, bars["frequency_uplift"].parts) == (0, ())
    assert (bars["basket"].low, bars["basket"].high) == (None, None)
    assert [(one.segment, one.low, one.high) for one in bars["basket"].parts] == [
        ("gold", 50, 70),
        ("bronze", 35, 45),
    ]
    [table] = [one for one in macro_tables(found, 2) if one.name == "tornado"]
    rows = [row for row in table.rows if row[0] == "basket"]
    assert [row[1:4] for row in rows] == [("", None, None), ("gold", 50, 70), ("bronze", 35, 45)]
    assert rows[0][-1] == bars["basket"].net_high_minor / 100


def test_the_tornado_moves_one_figure_at_a_time_and_the_widest_first() -> None:
    found = told(
        assuming(a_segment(frequency_uplift=a(6, 0, 12), redemption=a(75, 60, 90), basket=a(40, 35, 45)))
    )
    assert [bar.name for bar in found.tornado] == ["frequency_uplift", "redemption", "basket"]
    for bar, (low, high) in zip(found.tornado, [(0, 12), (60, 90), (35, 45)], strict=True):
        for end, net in ((low, bar.net_low_minor), (high, bar.net_high_minor)):
            moved = {"frequency_uplift": a(6)} | {bar.name: a(end)}
            alone = told(assuming(a_segment("all", **moved)))
            assert net == pytest.approx(alone.total.net_minor, abs=12)


def test_the_same_seed_draws_the_same_fan_and_another_seed_another() -> None:
    wide = assuming(a_segment(frequency_uplift=a(6, 0, 12), redemption=a(75, 60, 90)), draws=500, seed=7)
    first, again = told(wide), told(wide)
    assert first == again
    other = told(msgspec.structs.replace(wide, seed=8))
    assert other.chances != first.chances
    assert other.total == first.total


def test_a_figure_that_becomes_certain_leaves_the_luck_of_the_others() -> None:
    both = assuming(
        a_segment(frequency_uplift=a(6, 0, 12), redemption=a(75, 74.999999, 75.000001)), draws=500
    )
    one = assuming(a_segment(frequency_uplift=a(6, 0, 12)), draws=500)
    first, second = told(both).chances, told(one).chances
    assert first is not None
    assert second is not None
    assert first.net.p10_minor == pytest.approx(second.net.p10_minor, rel=1e-4)
    assert first.loss == second.loss


def test_the_fan_is_that_of_the_distribution() -> None:
    """Of one uncertain figure the net is a straight line: its quantiles are those of the triangle."""
    found = told(assuming(a_segment(frequency_uplift=a(6, 0, 12)), draws=20_000))
    assert found.chances is not None
    luck = np.array([[0.1], [0.5], [0.9]])
    for share, net in zip(triangular(a(6, 0, 12), luck)[:, 0], _middle(found), strict=True):
        exact = told(assuming(a_segment(frequency_uplift=a(float(share))))).total.net_minor
        assert net == pytest.approx(exact, abs=0.02 * 12 * SALES)
    needed = found.total.break_even_uplift
    assert needed is not None
    below = (100 * needed) ** 2 / (2 * 36) if needed < 0.06 else 1 - (12 - 100 * needed) ** 2 / (2 * 36)
    assert found.chances.loss == pytest.approx(below, abs=0.01)
    assert found.months[-1].fan == found.chances.net


def test_each_result_has_its_interval_and_what_it_does_not_rest_on_moves_none() -> None:
    found = told(assuming(a_segment(frequency_uplift=a(6, 0, 12)), draws=2_000))
    chances, total = found.chances, found.total
    assert chances is not None
    assert chances.uplift is not None
    assert chances.roi is not None
    assert total.break_even_uplift is not None
    for fan, value in (
        (chances.incremental_sales_ht, total.incremental_sales_ht_minor),
        (chances.incremental_margin, total.incremental_margin_minor),
        (chances.net, total.net_minor),
    ):
        assert fan.p2_5_minor < fan.p10_minor < value < fan.p90_minor < fan.p97_5_minor
    assert chances.uplift.p10 == pytest.approx(
        float(triangular(a(6, 0, 12), np.array([[0.1]]))[0, 0]) / 100, abs=1e-3
    )
    # What it takes to break even rests on margin and generosity, not on the uplift that there is.
    assert chances.break_even_uplift.p2_5 == pytest.approx(total.break_even_uplift)
    assert chances.break_even_uplift.p97_5 == pytest.approx(total.break_even_uplift)


def test_where_some_scenarios_never_break_even_the_interval_has_no_upper_end() -> None:
    found = told(assuming(a_segment(margin=a(2, 0, 40)), draws=500)).chances
    assert found is not None
    assert found.break_even_uplift.p10 is not None
    assert found.break_even_uplift.p97_5 is None


def _middle(found: MacroReport) -> tuple[int, int, int]:
    assert found.chances is not None
    net = found.chances.net
    return net.p10_minor, net.p50_minor, net.p90_minor


def test_the_curve_crosses_nothing_at_the_break_even_and_the_frontier_passes_through_the_plan() -> None:
    found = told(assuming(a_segment(frequency_uplift=a(4))))
    needed = found.total.break_even_uplift
    assert needed is not None
    middle = found.break_even[10]
    assert middle.uplift == pytest.approx(needed)
    assert abs(middle.net_minor) <= 1
    at_it = found.frontier[10]
    assert at_it.face_rate == pytest.approx(0.04)
    assert at_it.net_minor == pytest.approx(found.total.net_minor, abs=1)
    assert at_it.break_even_uplift == pytest.approx(needed)
    assert found.frontier[0].margin_after_rewards == pytest.approx(0.4)


TWO = (a_segment("gold", face_rate=a(8), frequency_uplift=a(9, 3, 15)), a_segment("bronze", growth=a(2)))


def test_the_break_even_curve_passes_through_what_is_needed_and_nothing_pays_beyond_the_margin() -> None:
    found = told(assuming(a_segment(face_rate=a(60), frequency_uplift=a(4)), ramp=6, investment=a(900)))
    [whole, alone] = found.needed
    middle, last = whole.points[10], whole.points[-1]
    assert middle.generosity == pytest.approx(whole.generosity, abs=1e-6)
    assert middle.break_even_uplift == pytest.approx(found.total.break_even_uplift, rel=1e-5)
    assert last.generosity > 0.4
    assert last.break_even_uplift is None
    assert alone.points[0].break_even_uplift == 0, "it is given nothing and bears no cost of its own"
    needed = found.segments[0].totals.break_even_uplift
    assert needed == alone.break_even_uplift
    assert needed is not None
    at_it = told(assuming(a_segment(face_rate=a(60), frequency_uplift=a(100 * needed)), ramp=6)).segments[0]
    assert abs(at_it.totals.net_minor) <= 12, "the ramp counts for a segment too"


def test_with_several_segments_the_programme_lies_on_its_curve_and_each_on_its_own() -> None:
    found = told(assuming(*TWO))
    assert [one.code for one in found.needed] == ["", "gold", "bronze"]
    places = np.array([point.generosity for point in found.needed[0].points])
    for one in found.needed:
        needed = np.array([point.break_even_uplift for point in one.points])
        assert float(np.interp(one.generosity, places, needed)) == pytest.approx(
            one.break_even_uplift, rel=0.01
        )


def test_a_segments_months_add_up_to_it_and_the_segments_to_the_programme() -> None:
    found = told(assuming(*TWO, fixed_cost=a(0), draws=200))
    for one in found.segments:
        assert sum(month.net_minor for month in one.months) == one.totals.net_minor
        assert one.months[0].members == one.totals.members
    assert sum(one.totals.net_minor for one in found.segments) == found.total.net_minor
    gold, bronze = (one.chances for one in found.segments)
    assert gold is not None
    assert bronze is not None
    assert found.chances is not None
    # Only the first has a range: the draws of the programme are its own.
    assert bronze.net.p2_5_minor == bronze.net.p97_5_minor
    assert bronze.net.p50_minor == pytest.approx(found.segments[1].totals.net_minor, abs=12)
    assert gold.net.p10_minor + bronze.net.p10_minor == pytest.approx(found.chances.net.p10_minor, abs=12)
    assert gold.net.p10_minor < found.segments[0].totals.net_minor < gold.net.p90_minor


def ranges(least: float, most: float) -> st.SearchStrategy[Range]:
    numbers = st.floats(least, most, allow_nan=False)
    return st.tuples(numbers, numbers, numbers).map(
        lambda three: Range(value=sorted(three)[1], low=min(three), high=max(three))
    )


usual = {
    "members": (0, 1e5), "growth": (-5, 5), "frequency": (0, 20), "basket": (0, 500), "margin": (-20, 80),
    "face_rate": (0, 30), "cost": (0, 150), "frequency_uplift": (-50, 80), "basket_uplift": (-50, 80),
    "retention_uplift": (-50, 80),
}  # fmt: skip
segments = st.fixed_dictionaries(
    {name: ranges(*usual.get(name, (bounds.least, bounds.most))) for name, bounds in OF_SEGMENTS.items()}
)


@given(st.lists(segments, max_size=3), st.integers(1, 30), st.integers(0, 6), st.sampled_from([0, 20]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_assumed_the_parts_are_the_whole_to_the_cent(
    parts: list[dict[str, Any]], months: int, ramp: int, draws: int
) -> None:
    found = Assumptions(
        name="any",
        months=months,
        ramp=ramp,
        draws=draws,
        fixed_cost=a(100, 50, 200),
        member_cost=a(0.01, 0, 0.02),
        investment=a(1000, 0, 5000),
        segments=tuple(Segment(code=f"s{place}", **one) for place, one in enumerate(parts)),
    )
    answer = told(found)
    total = answer.total
    assert sum(step.amount_minor for step in answer.waterfall) == total.net_minor
    assert sum(month.net_minor for month in answer.months) + total.investment_minor == total.net_minor
    assert (
        sum(one.totals.incremental_margin_minor for one in answer.segments) == total.incremental_margin_minor
    )
    assert sum(one.totals.baseline_sales_ht_minor for one in answer.segments) == total.baseline_sales_ht_minor
    assert total.net_minor - total.rewards_not_paid_minor == answer.months[-1].cash_minor
    exact = run(found, base_figures(found))
    assert total.net_minor == pytest.approx(100 * float(exact.total[0]), abs=0.51), (
        "rounded once, not by month"
    )
    for month, net, cash in zip(answer.months, exact.net[0].cumsum(), exact.cash[0], strict=True):
        assert month.cash_minor == pytest.approx(100 * float(cash), abs=0.51)
        so_far = sum(one.net_minor for one in answer.months[: month.number])
        assert so_far == pytest.approx(100 * float(net), abs=0.51)
    for month in answer.months:
        if month.fan is not None:
            fan = month.fan
            assert fan.p2_5_minor <= fan.p10_minor <= fan.p50_minor <= fan.p90_minor <= fan.p97_5_minor


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (assuming(a_segment(participation=a(101))), "out_of_bounds"),
        (assuming(a_segment(members=a(-1))), "out_of_bounds"),
        (assuming(a_segment(redemption=a(75, 80, 90))), "not_between"),
        (assuming(a_segment(redemption=a(75, 50, 60))), "not_between"),
        (assuming(fixed_cost=a(-1)), "out_of_bounds"),
        (assuming(a_segment(), a_segment()), "segment_twice"),
        (assuming(used_by_age=(50.0, 20.0)), "not_a_whole"),
        (assuming(a_segment(growth=a(100)), months=600), "beyond_counting"),
        (assuming(months=600, draws=100_000), "too_much_at_once"),
    ],
)
def test_what_makes_no_sense_is_refused(found: Assumptions, code: str) -> None:
    assert code in {one.code for one in problems(found)}


def test_costs_that_nobody_entered_are_named() -> None:
    nothing = told(assuming(fixed_cost=a(0)))
    assert nothing.not_entered == ("running", "investment")
    assert told(assuming()).not_entered == ("investment",)
    ranged = told(assuming(fixed_cost=a(0), member_cost=a(0, 0, 1), investment=a(9)))
    assert ranged.not_entered == (), "a range was entered"


def test_what_was_measured_is_told_from_what_is_assumed() -> None:
    found = told(assuming(a_segment(members=Range(value=10, basis=Measured.MEASURED))))
    assert (found.measured, found.assumed) == (1, 9)


def test_an_answer_comes_while_a_slider_moves() -> None:
    wide = [
        a_segment(f"s{n}", frequency_uplift=a(6, 0, 12), redemption=a(75, 60, 90), basket=a(40, 35, 45))
        for n in range(4)
    ]
    found = assuming(*wide, months=36, draws=2_000)
    told(found)
    began = time.perf_counter()
    told(found)
    assert time.perf_counter() - began < 1.0
