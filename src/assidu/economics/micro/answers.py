"""How customers may answer to a plan: the moments that it makes and the recorded one did not, and the reverse.

A moment of a new kind may bring a purchase that never was; a moment that is no more may cost one that was. Each moment
has a chance of its own, the same under every plan; whether it is taken depends on what is assumed in a draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from assidu.decisions.events import AfterSale, Sale
from assidu.economics.micro.lives import Life
from assidu.events.types import EventType
from assidu.simulation.rehearsal import Told

SAME_MOMENT = timedelta(days=30)
"""Two plans that make a moment within so long make the same one."""
ANSWERS_MAX = 24
"""So many moments of a customer are looked at, in a history of any length: the first ones. Others are counted."""
PAUSE = timedelta(days=14)
"""Between two purchases of somebody of whom too few are known."""


class AnswerKind(StrEnum):
    NEAR = "near"  # a status came near: somebody buys to reach it
    REWARD = "reward"  # a reward was earned: somebody buys after it


@dataclass(frozen=True, slots=True)
class Moment:
    """``is_new``: the plan makes it and the recorded one did not; else it is no more."""

    at: datetime
    kind: AnswerKind
    is_new: bool


def moments(recorded: Life, planned: Life) -> list[Moment]:
    """What differs between two lives, in the order of time."""
    found: list[Moment] = []
    for kind, was, is_now in (
        (AnswerKind.NEAR, recorded.near, planned.near),
        (AnswerKind.REWARD, recorded.rewards, planned.rewards),
    ):
        gone, new = unmatched(was, is_now)
        found += [Moment(at, kind, True) for at in new] + [Moment(at, kind, False) for at in gone]
    found.sort(key=lambda one: (one.at, one.kind.value, one.is_new))
    return found


def unmatched(was: Sequence[datetime], is_now: Sequence[datetime]) -> tuple[list[datetime], list[datetime]]:
    """Those of each side that have none of the other within ``SAME_MOMENT``; each serves once, the earliest first."""
    left, right = list(was), list(is_now)
    gone, new = [], []
    while left and right:
        if abs(left[0] - right[0]) <= SAME_MOMENT:
            left.pop(0)
            right.pop(0)
        elif left[0] < right[0]:
            gone.append(left.pop(0))
        else:
            new.append(right.pop(0))
    return gone + left, new + right


@dataclass(frozen=True, slots=True)
class Answered:
    """A history as it might have been: ``more`` are the purchases that were added, ``fewer`` those taken out."""

    events: tuple[Told, ...]
    more: tuple[Sale, ...]
    fewer: tuple[Sale, ...]


def answered(events: Sequence[Told], taken: Sequence[Moment], until: datetime) -> Answered:
    """``events`` with what the customer does at the moments that are ``taken``."""
    after = list(events)
    more: list[Sale] = []
    fewer: list[Sale] = []
    pause = usual_pause(events)
    for n, moment in enumerate(taken, start=1):
        if moment.is_new:
            added = _one_more(events, moment, pause, until, n)
            if added is not None:
                place = next((i for i, one in enumerate(after) if one.at > added.at), len(after))
                after.insert(place, added)
                assert isinstance(added.event, Sale)
                more.append(added.event)
        else:
            gone = _first_after(after, moment.at)
            if gone is not None:
                after = [one for one in after if not _is_of(one, gone)]
                assert isinstance(gone.event, Sale)
                fewer.append(gone.event)
    return Answered(tuple(after), tuple(more), tuple(fewer))


def usual_pause(events: Sequence[Told]) -> timedelta:
    """The customer's own: the median of the time between two purchases."""
    times = sorted(one.at for one in events if isinstance(one.event, Sale))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return timedelta(seconds=median(gaps)) if gaps else PAUSE


def _one_more(
    events: Sequence[Told], moment: Moment, pause: timedelta, until: datetime, number: int
) -> Told | None:
    """A basket like the one they had last, half a pause later; nothing after the end of what is looked at."""
    at = moment.at + pause / 2
    like = next(
        (one for one in reversed(events) if one.at <= moment.at and isinstance(one.event, Sale)), None
    )
    if like is None or at > until:
        return None
    assert isinstance(like.event, Sale)
    bought = replace(like.event, at=at, payments=(), codes=(), hold="")
    return Told(like.customer_id, -number, EventType.SALE, at, bought, {})


def _first_after(events: Sequence[Told], at: datetime) -> Told | None:
    """The first purchase after a moment that was paid in money, of which nothing came back or was changed."""
    reopened = {(one.customer_id, one.event.sale_seq) for one in events if isinstance(one.event, AfterSale)}
    for one in events:
        if (
            one.at > at
            and isinstance(one.event, Sale)
            and not one.event.payments
            and one.seq > 0
            and (one.customer_id, one.seq) not in reopened
        ):
            return one
    return None


def _is_of(one: Told, gone: Told) -> bool:
    return one.customer_id == gone.customer_id and one.seq == gone.seq
