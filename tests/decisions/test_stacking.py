"""Which offers go together: exact against trying everything."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions.plan.offers import StackingChoice
from assidu.decisions.stacking import EXACT_MAX, Contender, Settled, settle

LINES = 4
ROOMS = (400, 700, 250, 1000)


@st.composite
def contenders(draw: st.DrawFn) -> Contender:
    lines = tuple(sorted(draw(st.sets(st.integers(0, LINES - 1), max_size=3))))
    kind = draw(st.sampled_from(["percent", "amount", "points", "percent again"]))
    group = draw(st.sampled_from(["", "", "g", "h"]))
    combines = draw(st.booleans())
    is_exclusive = draw(st.sampled_from([False] * 6 + [True]))
    if not lines or kind == "points":
        worth = draw(st.integers(1, 300))
        return Contender(lines, (0,) * len(lines), worth, False, group, is_exclusive, combines)
    if kind == "amount":
        by_line = tuple(draw(st.integers(0, ROOMS[line])) for line in lines)
        return Contender(lines, by_line, sum(by_line), False, group, is_exclusive, combines)
    rate = draw(st.integers(5, 60))
    by_line = tuple((ROOMS[line] * rate + 50) // 100 for line in lines)
    found = Contender(lines, by_line, sum(by_line), True, group, is_exclusive, combines)
    if kind == "percent again" and combines:
        again = lambda left: tuple((amount * rate + 50) // 100 for amount in left)  # noqa: E731
        if draw(st.booleans()):  # as a capped percentage: all its lines together
            return replace(found, again=again, is_shared=False)
        return replace(found, again=again, again_on_line=lambda place, left: (left * rate + 50) // 100)
    return found


def worth_of(selected: Sequence[Contender], choice: StackingChoice) -> int:
    """What a selection is worth, worked out line by line from what the words say."""
    left = list(ROOMS)
    worth = 0
    owned = set()
    for one in selected:
        if not one.is_shared and not one.combines:
            worth += one.worth
            owned |= set(one.lines)
            for line, part in zip(one.lines, one.by_line, strict=True):
                left[line] -= part
    for line in set(range(LINES)) - owned:
        parts = [
            one.by_line[one.lines.index(line)]
            for one in selected
            if one.is_shared and not one.combines and line in one.lines
        ]
        parts = [part for part in parts if part]
        if parts:
            part = max(parts) if choice is StackingChoice.CUSTOMER else min(parts)
            worth += part
            left[line] -= part
    for one in selected:
        if one.combines:
            wished = one.by_line if one.again is None else one.again([left[line] for line in one.lines])
            worth += one.worth - sum(one.by_line)
            for line, part in zip(one.lines, wished, strict=True):
                worth += min(part, left[line])
                left[line] -= min(part, left[line])
    return worth


def is_allowed(selected: Sequence[Contender], limits: dict[str, int]) -> bool:
    whole = [one for one in selected if not one.is_shared and not one.combines]
    if any(set(one.lines) & set(other.lines) for one, other in combinations(whole, 2)):
        return False
    return all(sum(one.group == group for one in selected) <= limit for group, limit in limits.items())


def best_by_trying(found: Sequence[Contender], limits: dict[str, int]) -> int:
    """The most that any allowed selection of the offers that nothing excludes is worth, or one exclusive offer."""
    members = {group: sum(one.group == group and not one.is_exclusive for one in found) for group in limits}
    free = [
        one for one in found
        if not one.is_exclusive
        and (one.is_shared or one.combines or not one.lines)
        and not (one.group and members[one.group] > limits[one.group])
    ]  # fmt: skip
    others = [one for one in found if not one.is_exclusive and not any(one is known for known in free)]
    best = max((one.worth for one in found if one.is_exclusive), default=0)
    for size in range(len(others) + 1):
        for some in combinations(others, size):
            selected = [one for one in found if any(one is x for x in (*free, *some))]
            if is_allowed(selected, limits):
                best = max(best, worth_of(selected, StackingChoice.CUSTOMER))
    return best


@settings(max_examples=120, deadline=None)
@given(st.lists(contenders(), max_size=8), st.integers(1, 2))
def test_no_other_choice_is_worth_more_to_the_customer(found: list[Contender], at_most: int) -> None:
    limits = {"g": 1, "h": at_most}
    settled = settle(found, ROOMS, limits, StackingChoice.CUSTOMER)
    assert settled.is_exact
    assert settled.worth == best_by_trying(found, limits), "\n".join(map(str, found))
    well_formed(settled, found, limits)


@settings(max_examples=80, deadline=None)
@given(st.lists(contenders(), max_size=8), st.sampled_from(list(StackingChoice)))
def test_whatever_the_choice_no_line_gives_more_than_it_has_and_no_rule_is_broken(
    found: list[Contender], choice: StackingChoice
) -> None:
    limits = {"g": 1, "h": 2}
    settled = settle(found, ROOMS, limits, choice)
    well_formed(settled, found, limits)
    again = settle(found, ROOMS, limits, choice)
    assert settled == again


def well_formed(settled: Settled, found: Sequence[Contender], limits: dict[str, int]) -> None:
    left = list(ROOMS)
    benefits = [0] * LINES
    for i, parts in settled.chosen.items():
        for line, part in zip(found[i].lines, parts, strict=True):
            assert part >= 0
            left[line] -= part
            benefits[line] += bool(part) and not found[i].combines
    assert min(left) >= 0
    assert max(benefits) <= 1, "one benefit per line, unless offers combine"
    for group, limit in limits.items():
        assert sum(found[i].group == group for i in settled.chosen) <= limit
    assert not any(found[i].is_exclusive for i in settled.chosen) or len(settled.chosen) == 1


def whole(lines: tuple[int, ...], worth: int, **rest: object) -> Contender:
    return Contender(lines, (worth, *(0,) * (len(lines) - 1)), worth, **rest)  # type: ignore[arg-type]


def test_for_the_brand_the_cheapest_complete_choice_is_made_and_nothing_is_withheld() -> None:
    dear, cheap, apart = whole((0,), 300), whole((0,), 100), whole((1,), 200)
    settled = settle([dear, cheap, apart], ROOMS, {}, StackingChoice.BRAND)
    assert set(settled.chosen) == {1, 2}, "line 1 has its offer, and line 0 the cheaper one"


def test_in_order_who_comes_first_keeps_its_lines() -> None:
    settled = settle([whole((0, 1), 50), whole((0,), 400), whole((2,), 5)], ROOMS, {}, StackingChoice.ORDER)
    assert set(settled.chosen) == {0, 2}


def test_each_line_takes_the_best_percentage_and_a_whole_offer_only_where_it_beats_them_together() -> None:
    ten = Contender((0, 1, 2, 3), (40, 70, 25, 100), 235, is_shared=True)
    produce = Contender((1,), (140,), 140, is_shared=True)
    settled = settle([ten, produce], ROOMS, {}, StackingChoice.CUSTOMER)
    assert settled.chosen == {0: (40, 0, 25, 100), 1: (140,)}
    five_off = whole((0, 3), 139)
    assert 2 not in settle([ten, produce, five_off], ROOMS, {}, StackingChoice.CUSTOMER).chosen
    six_off = whole((0, 3), 141)
    assert settle([ten, produce, six_off], ROOMS, {}, StackingChoice.CUSTOMER).chosen == {
        0: (0, 0, 25, 0),
        1: (140,),
        2: (141, 0),
    }


def test_what_combines_counts_on_what_is_left() -> None:
    twenty = Contender((0,), (80,), 80, is_shared=True)
    ten_more = Contender(
        (0,), (40,), 40, True, "", False, True, lambda left: [left[0] // 10], lambda _, left: left // 10
    )
    ten_of_first = replace(ten_more, again=None, again_on_line=None)
    assert settle([twenty, ten_more], ROOMS, {}, StackingChoice.CUSTOMER).chosen == {0: (80,), 1: (32,)}
    assert settle([twenty, ten_of_first], ROOMS, {}, StackingChoice.CUSTOMER).chosen == {0: (80,), 1: (40,)}


def test_twenty_offers_in_each_others_way_are_settled_exactly_and_more_say_that_they_are_not() -> None:
    ring = [whole((n, (n + 1) % EXACT_MAX), 100 + n * 7 % 13) for n in range(EXACT_MAX)]
    rooms = (1_000,) * (EXACT_MAX + 5)
    settled = settle(ring, rooms, {}, StackingChoice.CUSTOMER)
    assert settled.is_exact
    assert len(settled.chosen) == EXACT_MAX // 2
    more = [*ring, whole((0, 5), 1)]
    beyond = settle(more, rooms, {}, StackingChoice.CUSTOMER)
    assert not beyond.is_exact
    assert beyond.worth > 0
    assert beyond == settle(more, rooms, {}, StackingChoice.CUSTOMER)
