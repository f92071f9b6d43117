"""The chain ladder and Mack's error, against the figures that were published."""

import pytest

from assidu.economics.models.triangle import chain_ladder
from economics.models.published import GENINS, RAA


def test_the_triangle_of_taylor_and_ashe_comes_to_what_mack_published() -> None:
    found = chain_ladder(GENINS)
    assert round(found.reserve) == 18_680_856
    assert found.total_error is not None
    assert round(found.total_error) == 2_447_095
    errors = [one.error for one in found.projections]
    assert errors[0] == 0
    assert [round(error) for error in errors[1:] if error is not None] == [
        75_535, 121_699, 133_549, 261_406, 411_010, 558_317, 875_328, 971_258, 1_363_155,
    ]  # fmt: skip


def test_the_triangle_of_the_reinsurance_association_comes_to_what_mack_published() -> None:
    found = chain_ladder(RAA)
    assert round(found.reserve) == 52_135
    assert found.total_error is not None
    assert round(found.total_error) == 26_909
    assert [round(one.reserve) for one in found.projections] == [
        0, 154, 617, 1636, 2747, 3649, 5435, 10907, 10650, 16339,
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [[], [(0.0,)], [(5.0,)], [(0.0, 0.0), (0.0,)]])
def test_where_nothing_developed_nothing_is_expected(rows: list[tuple[float, ...]]) -> None:
    assert chain_ladder(rows).reserve == 0


def test_two_cohorts_tell_no_error_of_an_age_that_one_of_them_has_reached() -> None:
    found = chain_ladder([(10.0, 20.0), (12.0,)])
    assert found.projections[1].ultimate == 24
    assert found.projections[1].error is None
    assert found.total_error is None
