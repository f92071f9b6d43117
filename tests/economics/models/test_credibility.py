"""The credibility of Bühlmann and Straub, against the figures that were published."""

import pytest

from assidu.economics.models.credibility import Credibility, credibility, mean

# Hachemeister, C. A. (1975), "Credibility for regression models with application to trend": average claims of five
# states over twelve quarters, and the numbers of claims; the example of most textbooks.
AVERAGES = (
    (1738, 1642, 1794, 2051, 2079, 2234, 2032, 2035, 2115, 2262, 2267, 2517),
    (1364, 1408, 1597, 1444, 1342, 1675, 1470, 1448, 1464, 1831, 1612, 1471),
    (1759, 1685, 1479, 1763, 1674, 2103, 1502, 1622, 1828, 2155, 2233, 2059),
    (1223, 1146, 1010, 1257, 1426, 1532, 1953, 1123, 1343, 1243, 1762, 1306),
    (1456, 1499, 1609, 1741, 1482, 1572, 1606, 1735, 1607, 1573, 1613, 1690),
)
CLAIMS = (
    (7861, 9251, 8706, 8575, 7917, 8263, 9456, 8003, 7365, 7832, 7849, 9077),
    (1622, 1742, 1523, 1515, 1622, 1602, 1964, 1515, 1527, 1748, 1654, 1861),
    (1147, 1357, 1329, 1204, 998, 1077, 1277, 1218, 896, 1003, 1108, 1121),
    (407, 396, 348, 341, 315, 328, 352, 331, 287, 384, 321, 342),
    (2902, 3172, 3046, 3068, 2693, 2910, 3275, 2697, 2663, 3017, 3242, 3425),
)
GROUPS = [
    [(float(ratio), float(weight)) for ratio, weight in zip(ratios, weights, strict=True)]
    for ratios, weights in zip(AVERAGES, CLAIMS, strict=True)
]


def test_the_states_of_hachemeister_are_believed_as_was_published() -> None:
    found = credibility(GROUPS)
    assert round(found.within) == 139_120_026
    assert round(found.between) == 89_639
    factors = [found.factor(sum(weight for _, weight in group)) for group in GROUPS]
    assert [round(factor, 4) for factor in factors] == [0.9847, 0.9276, 0.8985, 0.7279, 0.9588]
    premium = sum(factor * mean(group) for factor, group in zip(factors, GROUPS, strict=True)) / sum(factors)
    assert premium == pytest.approx(1683.713, abs=0.001)


def test_groups_that_differ_no_more_than_each_from_itself_are_not_believed() -> None:
    found = credibility([[(0.9, 10.0), (1.1, 10.0)], [(1.1, 10.0), (0.9, 10.0)]])
    assert found.factor(20) == 0


@pytest.mark.parametrize(
    "groups", [[], [[]], [[(1.0, 2.0)]], [[(1.0, 2.0)], [(3.0, 2.0)]], [[(2.0, 0.0)] * 3] * 3]
)
def test_too_few_groups_or_times_are_not_believed(groups: list[list[tuple[float, float]]]) -> None:
    assert credibility(groups) == Credibility(0.0, 0.0)
