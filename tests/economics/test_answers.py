"""How customers may answer to a plan: moments that it makes, purchases that were not or would not have been."""

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from assidu.decisions.events import Joining, Payment, Return, Sale
from assidu.economics.micro.answers import SAME_MOMENT, AnswerKind, Moment, answered, moments, unmatched
from assidu.economics.micro.lives import Life
from assidu.events.types import EventType
from assidu.simulation.rehearsal import Told
from builders.history import on, sale

ANNE = UUID(int=1)
UNTIL = on(300)
days = st.lists(st.integers(0, 300).map(on), max_size=12).map(sorted)


def bought(seq: int, at: datetime, euros: float = 20, **more: object) -> Told:
    event = sale(at, euros)
    if more:
        event = Sale(event.at, event.store, event.channel, event.lines, **more)  # type: ignore[arg-type]
    return Told(ANNE, seq, EventType.SALE, at, event, {})


HISTORY = [
    Told(ANNE, 1, EventType.JOINING, on(0), Joining(on(0)), {}),
    bought(2, on(10), 20),
    bought(3, on(20), 30),
    bought(4, on(40), 50),
]


@given(days, days)
def test_every_moment_has_one_of_the_other_side_or_is_told_as_different(
    was: list[datetime], is_now: list[datetime]
) -> None:
    gone, new = unmatched(was, is_now)
    assert len(was) - len(gone) == len(is_now) - len(new)
    assert all(one in was for one in gone)
    assert all(one in is_now for one in new)
    assert (gone == new == []) or was != is_now


def test_the_same_moment_a_little_later_is_no_new_one() -> None:
    assert unmatched([on(10)], [on(10) + SAME_MOMENT]) == ([], [])
    assert unmatched([on(10)], [on(11) + SAME_MOMENT]) == ([on(10)], [on(11) + SAME_MOMENT])


def test_the_same_life_has_nothing_to_answer_to() -> None:
    assert moments(Life(rewards=[on(1)], near=[on(2)]), Life(rewards=[on(1)], near=[on(2)])) == []


def test_a_new_reward_may_bring_a_basket_like_the_last_half_a_pause_later() -> None:
    after = answered(HISTORY, [Moment(on(21), AnswerKind.REWARD, True)], UNTIL)
    [more] = after.more
    assert more.lines == HISTORY[2].event.lines  # type: ignore[union-attr]
    assert more.at == on(21) + timedelta(days=15) / 2  # of 10 and 20 days, the median is 15
    assert [one.at for one in after.events] == [on(0), on(10), on(20), more.at, on(40)]
    assert after.fewer == ()


def test_a_moment_that_is_no_more_may_cost_the_purchase_after_it() -> None:
    after = answered(HISTORY, [Moment(on(15), AnswerKind.NEAR, False)], UNTIL)
    assert [one.seq for one in after.events] == [1, 2, 4]
    assert [one.total_minor for one in after.fewer] == [3000]


def test_a_purchase_that_was_paid_with_points_or_came_back_is_not_taken_out() -> None:
    paid = bought(3, on(20), payments=(Payment("points", 100),))
    back = Told(ANNE, 5, EventType.RETURN, on(50), Return(on(50), 4), {})
    history = [*HISTORY[:2], paid, HISTORY[3], back]
    after = answered(history, [Moment(on(15), AnswerKind.REWARD, False)], UNTIL)
    assert after.events == tuple(history)


def test_nothing_is_bought_after_the_end_nor_before_the_first_purchase() -> None:
    late = [Moment(UNTIL, AnswerKind.REWARD, True), Moment(on(5), AnswerKind.REWARD, True)]
    assert answered(HISTORY, late, UNTIL).events == tuple(HISTORY)
