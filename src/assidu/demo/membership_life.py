"""What members decide about their membership in the last version of the programme, all invented: new terms accepted, a
departure regretted, points given to somebody else."""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from assidu.demo.calendar import DAY_S, seconds_of
from assidu.demo.happenings import Happening, JsonObject, card_of
from assidu.demo.membership import Membership
from assidu.demo.people import LAST_TERMS
from assidu.demo.rewards import Rewards
from assidu.demo.year import Year

ACCEPTING_SHARE = 0.35
ACCEPT_WITHIN_DAYS = 45
REGRET_DAYS = (3, 11)
GIVERS_SHARE = 0.01
GIVERS_MAX = 20
GIVER_POINTS_MIN = 400
GIFTS = (50, 100, 150, 200)
GIFT_REASONS = ("Pour Noël", "Cadeau d'anniversaire", "Pour ma fille", "Merci pour le coup de main", "")


def lead_memberships(
    year: Year, members: Membership, rewards: Rewards, begins: date, seed: int
) -> list[Happening]:
    rng = np.random.default_rng([seed, 11])
    return [
        *_accepted_terms(members, begins, rng),
        *_came_back(members, rewards.leaving_s, rng),
        *_given(year, members, rewards, begins, rng),
    ]


def _accepted_terms(members: Membership, begins: date, rng: np.random.Generator) -> Iterator[Happening]:
    """The others have not been asked yet, or have not answered: the edition that they know stays theirs."""
    first_s = seconds_of(begins)
    for holder, person in enumerate(members.people):
        is_asked = rng.random() < ACCEPTING_SHARE
        at_s = first_s + int(rng.integers(8 * 3600, ACCEPT_WITHIN_DAYS * DAY_S))
        if is_asked and person.joined_s < first_s and holder not in members.apart:
            yield Happening(at_s, holder, "Terms Accepted", "app/le-cercle", {"version": LAST_TERMS})


def _came_back(
    members: Membership, leaving_s: Mapping[int, int], rng: np.random.Generator
) -> Iterator[Happening]:
    """The last of those who left, in time to find everything again."""
    for holder in list(leaving_s)[-1:]:
        at_s = leaving_s[holder] + int(rng.integers(REGRET_DAYS[0] * DAY_S, REGRET_DAYS[1] * DAY_S))
        data: JsonObject = {
            "store": members.people[holder].store,
            "channel": "web",
            "terms_version": LAST_TERMS,
        }
        yield Happening(at_s, holder, "Member Joined", "app/le-cercle", data)


def _given(
    year: Year, members: Membership, rewards: Rewards, begins: date, rng: np.random.Generator
) -> Iterator[Happening]:
    """By members who surely have more than they give: they used nothing, and earned much in the months before."""
    last_s = year.last_s - DAY_S
    users = {one.holder for one in rewards.happenings}
    lately = (year.baskets.local_s > seconds_of(begins) - 90 * DAY_S) & (
        year.baskets.local_s < seconds_of(begins)
    )
    rich = [
        holder
        for holder, own in enumerate(members.baskets_of)
        if holder not in members.apart
        and holder not in users
        and members.people[holder].is_taken_over
        and not rewards.paid_points[own].any()
        and int(year.baskets.earning_minor[own[lately[own]]].sum()) >= 100 * GIVER_POINTS_MIN
    ]
    count = min(int(len(members.people) * GIVERS_SHARE), GIVERS_MAX, len(rich) // 2)
    drawn = rng.permutation(rich).tolist()[: 2 * count]
    for giver, receiver in zip(drawn[:count], drawn[count:], strict=True):
        at_s = int(rng.integers(seconds_of(begins) + DAY_S, last_s))
        data: JsonObject = {
            "to": card_of(members, receiver),
            "currency": "points",
            "quantity": GIFTS[int(rng.integers(len(GIFTS)))],
        }
        if reason := GIFT_REASONS[int(rng.integers(len(GIFT_REASONS)))]:
            data["reason"] = reason
        yield Happening(at_s, giver, "Balance Transferred", "app/le-cercle", data)
