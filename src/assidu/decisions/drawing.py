"""Who wins a draw among entries: from the secret and the list, the same for ever and for whoever has both.

The secret was fixed, and its hash published, when the draw was announced; the list is fixed, and its hash with it, when
it is drawn. For each prize in turn a number is made of both (HMAC-SHA256) and counted off over the entries that are
left, in the order of the list, from 0. The entry that it meets wins and leaves; where a member wins one prize at most,
all of theirs leave.
"""

import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from assidu.decisions.plan.draws import Draw


class Entrant(NamedTuple):
    """A member, by pseudonym, and how many entries they have."""

    member: str
    entries: int


class Winner(NamedTuple):
    """``place`` counts the prizes that are drawn, ``prize`` the kinds of them as the draw lists them, both from 1.
    ``number`` is what was counted off, ``left`` the entries that were left to count over."""

    place: int
    prize: int
    member: str
    number: int
    left: int


def list_of(entries: Iterable[tuple[str, int]]) -> tuple[Entrant, ...]:
    """Whoever has an entry, in the one order that counts."""
    return tuple(Entrant(member, count) for member, count in sorted(entries) if count > 0)


def list_hash(draw: str, entrants: Iterable[Entrant]) -> str:
    """SHA-256 of the draw's name and of a line for each member, ``pseudonym entries``."""
    lines = "".join(f"{one.member} {one.entries}\n" for one in entrants)
    return sha256(f"{draw}\n{lines}".encode()).hexdigest()


def number_for_place(secret: bytes, draw: str, hash_of_list: str, place: int) -> int:
    """A whole number below 2^256."""
    message = f"{draw}\n{hash_of_list}\n{place}".encode()
    return int.from_bytes(hmac.digest(secret, message, "sha256"), "big")


def winners(secret: bytes, draw: Draw, entrants: Sequence[Entrant]) -> tuple[Winner, ...]:
    """As many as there are prizes, or entries (members, where each wins one at most) where these are fewer."""
    hash_of_list = list_hash(draw.name, entrants)
    urn = _Urn([one.entries for one in entrants])
    found: list[Winner] = []
    for n, prize in enumerate(draw.prizes, start=1):
        for _ in range(prize.count):
            if not urn.left:
                return tuple(found)
            place = len(found) + 1
            number = number_for_place(secret, draw.name, hash_of_list, place) % urn.left
            who = urn.holder_of(number)
            found.append(Winner(place, n, entrants[who].member, number, urn.left))
            urn.take(who, urn.held(who) if draw.is_one_each else 1)
    return tuple(found)


class _Urn:
    """Entries counted off and taken out among many members: sums over ranges (a Fenwick tree), so that a hundred
    thousand members and thousands of prizes take seconds."""

    __slots__ = ("_counts", "_sums", "left")

    def __init__(self, counts: Sequence[int]) -> None:
        self._counts = list(counts)
        self.left = sum(counts)
        self._sums = [0, *counts]
        for i in range(1, len(self._sums)):
            above = i + (i & -i)
            if above < len(self._sums):
                self._sums[above] += self._sums[i]

    def held(self, who: int) -> int:
        return self._counts[who]

    def holder_of(self, number: int) -> int:
        """Whose entry it is that ``number`` others come before."""
        assert 0 <= number < self.left
        place = 0
        step = 1 << (len(self._sums) - 1).bit_length()
        while step:
            beyond = place + step
            if beyond < len(self._sums) and self._sums[beyond] <= number:
                place = beyond
                number -= self._sums[beyond]
            step >>= 1
        return place

    def take(self, who: int, count: int) -> None:
        assert 0 < count <= self._counts[who]
        self._counts[who] -= count
        self.left -= count
        i = who + 1
        while i < len(self._sums):
            self._sums[i] -= count
            i += i & -i
