"""Members who bring others, in the last version of the programme; invented."""

from datetime import date

import numpy as np

from assidu.demo.calendar import DAY_S, seconds_of
from assidu.demo.membership import Membership
from assidu.demo.year import Year

BROUGHT_SHARE = 0.7
BROUGHT_MAX = 14


def bring(year: Year, members: Membership, begins: date, seed: int) -> dict[int, int]:
    """Who brought whom, by newcomer: among those who join early enough for their first purchase to be kept."""
    rng = np.random.default_rng([seed, 10])
    first_s, last_s = seconds_of(begins) + DAY_S, year.last_s - 21 * DAY_S
    newcomers = [
        holder
        for holder, person in enumerate(members.people)
        if not person.is_taken_over and first_s < person.joined_s < last_s
    ]
    wanted = min(-(-len(newcomers) * BROUGHT_SHARE // 1), BROUGHT_MAX)
    brought = sorted(rng.permutation(newcomers).tolist()[: int(wanted)])
    known = [
        holder
        for holder, person in enumerate(members.people)
        if person.is_taken_over and holder not in members.apart
    ]
    return {holder: int(rng.choice(known)) for holder in brought} if known else {}
