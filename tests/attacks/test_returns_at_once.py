"""Goods brought back, told twice and at two tills: they come back once."""

import random
from collections import Counter
from typing import Any

from attacks import tills
from attacks.served import Target
from attacks.test_crowd import assert_decided_in_one_order, at_once, one_by_one


def test_the_same_return_sent_twice_or_many_times_at_once_has_one_effect(
    target: Target, django_db_blocker: Any
) -> None:
    card = "2990000055551"
    sold = tills.sale("RR-S", card, 10_000)
    begun = one_by_one(target, [tills.joining("RR-J", card), sold])
    earned = tills.available(begun[-1])
    back = tills.refund("RR-B", sold, None)
    answered = at_once(target, [back] * 12)
    assert {response.status_code for _, response in answered} == {200}
    told = [response.json() for _, response in answered]
    assert Counter(answer["status"] for answer in told) == {"created": 1, "exists": 11}
    assert len({answer["seq"] for answer in told}) == 1
    again = one_by_one(target, [back])
    assert again[0]["status"] == "exists"
    assert again[0]["effects"] == told[0]["effects"]
    with django_db_blocker.unblock():
        points = assert_decided_in_one_order(target, begun[0]["customer"], begun + told)
    assert points[-1] < earned
    assert len(points) == len(begun) + 2


def test_one_line_brought_back_at_ten_tills_at_once_comes_back_as_often_as_it_was_sold(
    target: Target, django_db_blocker: Any
) -> None:
    """Each till tells it under a key of its own: a third of the line, ten times."""
    card = "2990000055552"
    sold = tills.sale("RT-S", card, 9_000)
    begun = one_by_one(target, [tills.joining("RT-J", card), sold])
    backs = [tills.refund(f"RT-B{n}", sold, 3_000) for n in range(10)]
    random.Random(5).shuffle(backs)
    answered = at_once(target, backs)
    assert Counter(response.status_code for _, response in answered) == {200: 3, 409: 7}
    refused = {response.json()["code"] for _, response in answered if response.status_code == 409}
    assert refused <= {"return_exceeds_sale", "nothing_left_to_return"}
    told = [response.json() for _, response in answered if response.status_code == 200]
    with django_db_blocker.unblock():
        points = assert_decided_in_one_order(target, begun[0]["customer"], begun + told)
    assert points[-1] == points[1], "what the ticket gave is gone to the unit"
