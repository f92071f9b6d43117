"""However many processes decide, the first to ask are the first in time."""

import os
import random
import signal
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions.decision import Claim
from assidu.loyalty.desk import Tally
from assidu.loyalty.referee import ProcessDied, Referee, RefereedQuotas
from builders.imports import NOW

LIMITS = {"a": 1, "b": 3, "c": 10}
NOBODY = UUID(int=0)

asked = st.lists(st.sampled_from(["", *LIMITS]), max_size=60)


def claim(key: str) -> Claim:
    return Claim(key, LIMITS[key], "rule")


@settings(max_examples=25, deadline=None)
@given(
    asked,
    st.integers(2, 3),
    st.integers(0, 2**30),
    st.dictionaries(st.sampled_from(["b", "c"]), st.integers(0, 3)),
)
def test_places_go_to_the_first_whoever_decides_them(
    keys: list[str], parts: int, seed: int, taken: dict[str, int]
) -> None:
    chance = random.Random(seed)
    deciders = [chance.randrange(parts) for _ in keys]
    alone = Tally(taken)
    expected = [alone.place(claim(key), NOBODY, NOW) if key else 0 for key in keys]

    def work(part: int, _parts: int, quotas: RefereedQuotas) -> list[tuple[int, int]]:
        answers = []
        for place, key in enumerate(keys):
            if deciders[place] == part:
                quotas.reach(place)
                answers.append((place, quotas.place(claim(key), uuid4(), NOW) if key else 0))
        return answers

    referee = Referee[list[tuple[int, int]]](taken)
    answers = dict(answer for part in referee.run(work, parts) for answer in part)
    assert [answers[place] for place in range(len(keys))] == expected
    assert {key: count for key, count in referee.tally.taken.items() if count} == {
        key: count for key, count in alone.taken.items() if count
    }


class Happens(NamedTuple):
    """Somebody asks for one of a key, and gives it back at once where they turn out not to need it; or, without
    asking, brings one back."""

    key: str
    is_return: bool
    is_needed: bool


happenings = st.lists(
    st.builds(Happens, st.sampled_from(list(LIMITS)), st.booleans(), st.booleans()), max_size=50
)


@settings(max_examples=25, deadline=None)
@given(happenings, st.integers(2, 3), st.integers(0, 2**30))
def test_what_is_given_back_is_there_for_whoever_comes_after_it_and_for_nobody_before(
    story: list[Happens], parts: int, seed: int
) -> None:
    chance = random.Random(seed)
    deciders = [chance.randrange(parts) for _ in story]
    listens = [chance.random() < 0.3 for _ in story]
    alone = Tally()
    expected = {}
    for place, one in enumerate(story):
        if one.is_return:
            alone.give_back(one.key, 1)
            continue
        expected[place] = alone.place(claim(one.key), NOBODY, NOW)
        if expected[place] and not one.is_needed:
            alone.give_back(one.key, 1)

    def work(part: int, _parts: int, quotas: RefereedQuotas) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        waiting: dict[UUID, int] = {}

        def listen(*, is_waiting: bool = False) -> None:
            for customer, grants in quotas.answers(is_waiting=is_waiting):
                place = waiting.pop(customer)
                one = story[place]
                found.append((place, grants[one.key]))
                quotas.settle(customer, {} if one.is_needed or not grants[one.key] else {one.key: 1})

        for place, one in enumerate(story):
            if deciders[place] != part:
                continue
            quotas.reach(place)
            if one.is_return:
                quotas.give_back(one.key, 1)
            else:
                customer = uuid4()
                waiting[customer] = place
                quotas.ask(customer, (replace(claim(one.key), can_come_back=True),))
            if listens[place]:
                listen()
        quotas.close()
        while waiting:
            listen(is_waiting=True)
        return found

    referee = Referee[list[tuple[int, int]]]()
    assert dict(answer for part in referee.run(work, parts) for answer in part) == expected


def test_what_is_asked_together_is_answered_in_the_order_of_time() -> None:
    """Two processes take turns; each asks for everything before it listens."""

    def work(part: int, _parts: int, quotas: RefereedQuotas) -> list[int]:
        for place in range(part, 12, 2):
            quotas.reach(place)
            quotas.ask(UUID(int=place), (claim("b"), claim("c")))
        quotas.close()
        granted: dict[int, int] = {}
        while len(granted) < 6:
            granted |= {customer.int: grants["b"] for customer, grants in quotas.answers(is_waiting=True)}
        assert quotas.full == {"b", "c"}
        return [place for place, got in granted.items() if got]

    assert sorted(Referee[list[int]]().run(work, 2), key=len) == [[1], [0, 2]]


def test_what_a_process_raises_is_raised_here() -> None:
    def work(part: int, _parts: int, quotas: RefereedQuotas) -> None:
        if part:
            raise ValueError("broken")
        quotas.reach(0)
        quotas.place(claim("a"), NOBODY, NOW)

    with pytest.raises(ValueError, match="broken"):
        Referee[None]().run(work, 2)


def test_a_process_that_is_killed_is_told() -> None:
    def work(part: int, _parts: int, quotas: RefereedQuotas) -> None:
        if part:
            os.kill(os.getpid(), signal.SIGKILL)
        quotas.reach(0)
        quotas.place(claim("a"), NOBODY, NOW)

    with pytest.raises(ProcessDied):
        Referee[None]().run(work, 2)
