"""Offers of the last version of the programme that ask for more than a purchase, and what became of them; invented."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from assidu.demo.arrays import Flags
from assidu.demo.arrivals import Arrivals
from assidu.demo.calendar import DAY_S, seconds_of
from assidu.demo.happenings import Happening, JsonObject
from assidu.demo.membership import Membership
from assidu.demo.returns import Return
from assidu.demo.rewards import Rewards
from assidu.demo.year import Year

AUDIENCE = "young-families"
AUDIENCE_SHARE = 0.06
ALLOTTED_OFFER = "family-treat"
ALLOTTED_DAYS = 100
SEEN_SHARE = 0.70
ACTIVATED_SHARE = 0.60
CODE_OFFER = "welcome-back"
CODES_MAX = 40
CODES_SHARE = 0.05
CODE_BASKET_MIN_MINOR = 2500


def run_campaigns(members: Membership, begins: date, seed: int) -> Iterator[Happening]:
    """An audience, one offer allotted to it, seen by most of it and activated by some."""
    rng = np.random.default_rng([seed, 12])
    first_s = seconds_of(begins)
    until = (begins + timedelta(days=ALLOTTED_DAYS)).isoformat()
    for holder, person in enumerate(members.people):
        is_in, is_seen, is_activated = rng.random(3) < (AUDIENCE_SHARE, SEEN_SHARE, ACTIVATED_SHARE)
        seen_s = first_s + 8 * DAY_S + int(rng.integers(12 * DAY_S))
        if not is_in or not person.is_taken_over or holder in members.apart:
            continue
        chosen_s, allotted_s = first_s + 9 * 3600, first_s + 7 * DAY_S + 6 * 3600
        yield Happening(chosen_s, holder, "Audience Changed", "crm/audiences", {"audience": AUDIENCE})
        offer: JsonObject = {"offer": ALLOTTED_OFFER}
        yield Happening(allotted_s, holder, "Offer Allotted", "crm/campaigns", {**offer, "until": until})
        if is_seen:
            yield Happening(seen_s, holder, "Offer Seen", "app/le-cercle", {**offer, "channel": "web"})
        if is_seen and is_activated:
            at_s = seen_s + int(rng.integers(20, 3 * DAY_S))
            yield Happening(at_s, holder, "Offer Activated", "app/le-cercle", {**offer, "channel": "web"})


def coded_tickets(
    year: Year,
    members: Membership,
    rewards: Rewards,
    arrivals: Arrivals,
    returns: list[Return],
    begins: date,
    seed: int,
) -> Flags:
    """Tickets for which a code was shown: one each, of members who had been sent one."""
    rng = np.random.default_rng([seed, 13])
    baskets = year.baskets
    may = (
        (members.holder >= 0)
        & (baskets.local_s > seconds_of(begins) + 5 * DAY_S)
        & (baskets.earning_minor >= CODE_BASKET_MIN_MINOR)
        & (rewards.paid_vouchers == 0)
        & (rewards.paid_points == 0)
        & ~(arrivals.is_late | arrivals.is_repeated | arrivals.is_also_from_web)
    )
    may[[back.basket for back in returns]] = False
    candidates = rng.permutation(np.flatnonzero(may)).tolist()
    wanted = min(int(len(members.people) * CODES_SHARE), CODES_MAX)
    chosen: dict[int, int] = {}
    for index in candidates:
        holder = int(members.holder[index])
        if len(chosen) < wanted and holder not in members.apart:
            chosen.setdefault(holder, index)
    flags = np.zeros(len(baskets), dtype=bool)
    flags[list(chosen.values())] = True
    return flags
