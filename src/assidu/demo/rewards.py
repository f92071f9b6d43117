"""What members do with their points, and what staff do to them: all invented, on the real baskets.

The balance kept here is an estimate on the safe side, good only to ask for vouchers that can be granted: what is
true is decided when the files are imported."""

from dataclasses import dataclass, field
from heapq import merge

import numpy as np

from assidu.demo.arrays import Ints
from assidu.demo.arrivals import Arrivals
from assidu.demo.calendar import DAY_S, day_of
from assidu.demo.happenings import Happening, JsonObject
from assidu.demo.membership import Membership
from assidu.demo.returns import Return
from assidu.demo.takeover import VOUCHER_POINTS, Opening, expiry_of
from assidu.demo.year import Year

VOUCHER_USERS_SHARE = 0.60
POINTS_PAYERS_SHARE = 0.15
ASKING_BALANCE = (
    650  # 150 more than a voucher costs: the estimate may be too high, a refusal would be a bad story
)
VOUCHER_MINOR = 500
VOUCHER_BASKET_MIN_MINOR = 1500
VOUCHER_DAYS_MAX = 55
POINTS_BASKET_MIN_MINOR = 2000
CORRECTIONS = 30
STAFF = ("c.morel", "s.benali", "j.lefevre", "m.dacosta", "a.nguyen", "p.rousseau")
REASONS = (
    (100, "Geste commercial après une longue attente en caisse"),
    (50, "Article annoncé en promotion mais encaissé au prix normal"),
    (150, "Carte oubliée : points du ticket papier ajoutés"),
    (200, "Geste commercial : produit livré abîmé au drive"),
    (80, "Points du ticket non crédités, panne de caisse"),
    (-50, "Points crédités deux fois pour le même ticket"),
    (120, "Réclamation du service clients acceptée"),
    (-30, "Erreur de saisie à l'accueil, points retirés"),
    (60, "Anniversaire de carte oublié"),
    (100, "Retour d'article repris sans ticket : points rendus"),
)
MERGE_REASONS = (
    "Deux cartes pour la même personne : même nom, même adresse, même téléphone",
    "Carte perdue puis refaite en magasin, ancienne carte retrouvée",
    "Doublon signalé par le client à l'accueil",
)


@dataclass(slots=True)
class _Estimate:
    """Points of one card by month of expiry, first to expire first."""

    lots: list[tuple[int, int]] = field(default_factory=list)  # (local day of expiry, points)

    def balance(self, day: int) -> int:
        self.lots = [lot for lot in self.lots if lot[0] > day]
        return sum(points for _, points in self.lots)

    def earn(self, expires: int, points: int) -> None:
        if self.lots and self.lots[-1][0] == expires:
            self.lots[-1] = (expires, self.lots[-1][1] + points)
        elif points:
            self.lots.append((expires, points))

    def spend(self, points: int) -> None:
        while points > 0 and self.lots:
            expires, there = self.lots[0]
            taken = min(there, points)
            points -= taken
            self.lots[0] = (expires, there - taken)
            if there == taken:
                self.lots.pop(0)


@dataclass(frozen=True, slots=True)
class Rewards:
    """What happened outside the tills, and per ticket what was paid with. ``leaving_s``: who left, and when."""

    happenings: tuple[Happening, ...]
    paid_vouchers: Ints
    paid_points: Ints
    leaving_s: dict[int, int]
    counts: dict[str, int]


def invent_rewards(
    year: Year,
    members: Membership,
    openings: list[Opening],
    returns: list[Return],
    arrivals: Arrivals,
    seed: int,
) -> Rewards:
    rng = np.random.default_rng([seed, 8])
    paid_vouchers = np.zeros(len(year.baskets), dtype=np.int64)
    paid_points = np.zeros(len(year.baskets), dtype=np.int64)
    returned: dict[int, list[Return]] = {}
    for back in returns:
        returned.setdefault(back.holder, []).append(back)
    opening_of = {opening.holder: opening for opening in openings}
    leaving_s = _leaving_times(year, members, rng)
    expiries = _expiry_days(year)
    happenings: list[Happening] = []
    for holder in range(len(members.people)):
        habits = rng.random()
        # The same person's second card is used for nothing but shopping, until it is merged away.
        is_second = any(holder == second for _, second in members.second_cards)
        if is_second or habits >= VOUCHER_USERS_SHARE + POINTS_PAYERS_SHARE:
            continue
        story = _Story(
            year, members, arrivals, holder, opening_of.get(holder), leaving_s.get(holder), expiries
        )
        if habits < VOUCHER_USERS_SHARE:
            happenings += story.use_vouchers(returned.get(holder, []), paid_vouchers, rng)
        else:
            story.pay_with_points(returned.get(holder, []), paid_points, rng)
    happenings += _corrections(year, members, leaving_s, rng)
    happenings += _merges(year, members, rng)
    happenings += [
        Happening(at_s, holder, "Member Left", "backoffice", {}) for holder, at_s in leaving_s.items()
    ]
    counts = {
        "voucher_requests": sum(happening.type == "Reward Requested" for happening in happenings),
        "paid_vouchers": int(paid_vouchers.sum()),
        "tickets_paid_with_points": int((paid_points > 0).sum()),
        "corrections": sum(happening.type == "Balance Corrected" for happening in happenings),
        "merges": sum(happening.type == "Customer Merged" for happening in happenings),
        "departures": len(leaving_s),
    }
    return Rewards(tuple(happenings), paid_vouchers, paid_points, leaving_s, counts)


class _Story:
    """One card's year, followed in the order of time."""

    def __init__(
        self,
        year: Year,
        members: Membership,
        arrivals: Arrivals,
        holder: int,
        opening: Opening | None,
        leaves_s: int | None,
        expiries: dict[int, int],
    ) -> None:
        self.baskets = year.baskets
        self.holder = holder
        self.member_from_s = members.people[holder].joined_s
        self.until_s = leaves_s if leaves_s is not None else year.last_s
        self.expiries = expiries
        own = members.baskets_of[holder]
        self.own: list[int] = own[~arrivals.is_late[own]].tolist()
        self.estimate = _Estimate()
        for lot in opening.lots if opening else ():
            self.estimate.earn((lot.expires_on - day_of(0)).days, lot.quantity)

    def _moments(self, returns: list[Return]) -> list[tuple[int, int, Return | None]]:
        sales = [(int(self.baskets.local_s[index]), index, None) for index in self.own]
        backs = [(back.local_s, back.basket, back) for back in returns]
        return [
            moment
            for moment in merge(sales, backs, key=lambda moment: moment[0])
            if self.member_from_s < moment[0] < self.until_s
        ]

    def _earn(self, index: int, at_s: int, less_minor: int) -> None:
        points = max(0, int(self.baskets.earning_minor[index]) - less_minor) // 100
        self.estimate.earn(self.expiries[at_s // DAY_S], points)

    def use_vouchers(
        self, returns: list[Return], paid_vouchers: Ints, rng: np.random.Generator
    ) -> list[Happening]:
        """Ask in the app when there is enough, then pay one of the next baskets with what was got."""
        asked: list[Happening] = []
        in_hand: list[int] = []  # days on which vouchers were got
        moments = self._moments(returns)
        for place, (at_s, index, back) in enumerate(moments):
            day = at_s // DAY_S
            if back is not None:
                self.estimate.spend(-(-back.amount_minor // 100))
                continue
            in_hand = [got for got in in_hand if day - got <= VOUCHER_DAYS_MAX]
            if (
                in_hand
                and self.baskets.total_minor[index] >= VOUCHER_BASKET_MIN_MINOR
                and rng.random() < 0.85
            ):
                in_hand.pop(0)
                paid_vouchers[index] = 1
            self._earn(index, at_s, VOUCHER_MINOR * int(paid_vouchers[index]))
            next_s = moments[place + 1][0] if place + 1 < len(moments) else self.until_s
            wait_s = min(int(rng.integers(1800, 40 * 3600)), (next_s - at_s) // 2)
            if wait_s < 120 or self.estimate.balance((at_s + wait_s) // DAY_S) < ASKING_BALANCE:
                continue
            self.estimate.spend(VOUCHER_POINTS)
            in_hand.append((at_s + wait_s) // DAY_S)
            request: JsonObject = {"reward": "voucher-5", "quantity": 1}
            asked.append(Happening(at_s + wait_s, self.holder, "Reward Requested", "app/le-cercle", request))
        return asked

    def pay_with_points(self, returns: list[Return], paid_points: Ints, rng: np.random.Generator) -> None:
        """Now and then pay a part of a basket with points instead of asking for vouchers."""
        for at_s, index, back in self._moments(returns):
            if back is not None:
                self.estimate.spend(-(-back.amount_minor // 100))
                continue
            affordable = (self.estimate.balance(at_s // DAY_S) - 150) // 100
            if (
                affordable >= 1
                and self.baskets.total_minor[index] >= POINTS_BASKET_MIN_MINOR
                and rng.random() < 0.12
            ):
                paid_points[index] = 100 * min(affordable, int(rng.integers(1, 4)))
                self.estimate.spend(int(paid_points[index]))
            self._earn(index, at_s, int(paid_points[index]))


def _expiry_days(year: Year) -> dict[int, int]:
    first = (year.first_day - day_of(0)).days
    last = (year.last_day - day_of(0)).days
    return {day: (expiry_of(day_of(day * DAY_S)) - day_of(0)).days for day in range(first, last + 2)}


def _later_in_year(year: Year, rng: np.random.Generator, from_share: float, to_share: float) -> int:
    """A moment of an office day, within so much of the year."""
    first = (year.first_day - day_of(0)).days
    days = (year.last_day - year.first_day).days
    day = first + int(days * rng.uniform(from_share, to_share))
    return day * DAY_S + int(rng.integers(9 * 3600, 18 * 3600))


def _leaving_times(year: Year, members: Membership, rng: np.random.Generator) -> dict[int, int]:
    """The last half of them when the last version of the programme gives them time to regret it."""
    early = len(members.leavers) // 2
    return {
        holder: _later_in_year(year, rng, *((0.6, 0.78) if place < early else (0.82, 0.92)))
        for place, holder in enumerate(members.leavers)
    }


def _corrections(
    year: Year, members: Membership, leaving_s: dict[int, int], rng: np.random.Generator
) -> list[Happening]:
    """By staff, for members who shop enough to have points to take back."""
    second = {holder for pair in members.second_cards for holder in pair}
    regulars = [
        holder
        for holder, own in enumerate(members.baskets_of)
        if len(own) >= 6
        and members.people[holder].is_taken_over
        and holder not in leaving_s
        and holder not in second
    ]
    if not regulars:
        return []
    drawn = rng.choice(regulars, size=CORRECTIONS, replace=len(regulars) < CORRECTIONS).tolist()
    corrections: list[Happening] = []
    for number, holder in enumerate(drawn):
        points, reason = REASONS[number % len(REASONS)]
        staff = STAFF[int(rng.integers(len(STAFF)))]
        body: JsonObject = {"currency": "points", "quantity": points, "reason": reason, "by": staff}
        at_s = _later_in_year(year, rng, 0.25, 0.97)
        corrections.append(Happening(at_s, holder, "Balance Corrected", "backoffice", body))
    return corrections


def _merges(year: Year, members: Membership, rng: np.random.Generator) -> list[Happening]:
    merges: list[Happening] = []
    for number, (kept, absorbed) in enumerate(members.second_cards):
        body: JsonObject = {
            "absorbed": f"card:{members.people[absorbed].card}",
            "by": STAFF[int(rng.integers(len(STAFF)))],
            "reason": MERGE_REASONS[number % len(MERGE_REASONS)],
        }
        at_s = _later_in_year(year, rng, 0.55, 0.9)
        merges.append(Happening(at_s, kept, "Customer Merged", "backoffice", body))
    return merges
