"""Draws among entries as everybody may read them: what is announced, the list, who won, and the proof of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from assidu.decisions.calendar import midnight
from assidu.decisions.chance import commitment
from assidu.decisions.drawing import Entrant, Winner, list_hash, winners
from assidu.decisions.plan import Draw, Plan, Prize
from assidu.foundation.sql import rows
from assidu.loyalty.book import PlanBook
from assidu.loyalty.draws import draw_of

_AN_INSTANT = timedelta(seconds=1)


class LeftOut(StrEnum):
    """Why the entries of somebody are not in the list, though they had some at the end of the last day."""

    LEFT = "left"
    SUSPENDED = "suspended"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Announced:
    """A draw of the programme: which version says what is won, from when it can be drawn, and which instant its prizes
    bear."""

    draw: Draw
    plan: Plan
    due_at: datetime
    won_at: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw that was drawn. ``left_out``: why, how many members and how many entries."""

    programme: str
    name: str
    plan_version: int
    won_at: datetime
    drawn_at: datetime
    list_hash: str
    members: int
    entries: int
    left_out: Mapping[LeftOut, tuple[int, int]]

    @property
    def code(self) -> str:
        return code_of(self.name)


@dataclass(frozen=True, slots=True)
class WonPrize:
    """One prize and whose it is. ``outcome`` is why it could not be given, once it was tried."""

    place: int
    prize: int
    customer_id: UUID
    number: int
    entries_left: int
    decided_at: datetime | None
    outcome: str

    @property
    def is_given(self) -> bool:
        return self.decided_at is not None and not self.outcome


@dataclass(frozen=True, slots=True)
class Proof:
    """The draw done again from its list and its secret. ``differing`` are the places that another entry would win."""

    keeps_its_word: bool
    is_same_list: bool
    winners: int
    differing: tuple[int, ...]

    @property
    def is_ok(self) -> bool:
        return self.keeps_its_word and self.is_same_list and not self.differing


def code_of(name: str) -> str:
    return name.partition(":")[0]


def is_among_entries(name: str) -> bool:
    """Else it is the draw of an offer, ticket by ticket, and bears the offer's code."""
    return ":" in name


# ---------------------------------------------------------------- what is announced


def announced(book: PlanBook) -> list[Announced]:
    """Every draw that the versions of the programme announce, the first to be drawn first.

    The version in force when it is drawn counts; where that one no longer has the draw, the one in force when its last
    day ended: what members could still win then is drawn. What no version had on that day was called off in time.
    """
    found: dict[str, Announced] = {}
    for version in book.versions:
        for draw in version.plan.draws.values():
            due_at = midnight(draw.drawn_on, version.plan.zone)
            if book.at(due_at).draws.get(draw.code) == draw:
                found[draw.name] = Announced(draw, book.at(due_at), due_at, due_at)
    for version in book.versions:
        for draw in version.plan.draws.values():
            closed_at = midnight(draw.last_day + timedelta(days=1), version.plan.zone) - _AN_INSTANT
            if draw.name not in found and book.at(closed_at).draws.get(draw.code) == draw:
                due_at = midnight(draw.drawn_on, version.plan.zone)
                found[draw.name] = Announced(draw, book.at(closed_at), due_at, closed_at)
    return sorted(found.values(), key=lambda one: (one.due_at, one.draw.name))


# ---------------------------------------------------------------- what was drawn

_DRAWN = (
    "SELECT programme, draw, plan_version, won_at, drawn_at, list_hash, members, entries, left_out::text "
    "FROM loyalty_prize_draw WHERE programme = %s"
)


def drawn(programme: str) -> dict[str, Drawn]:
    """By name, the youngest first."""
    found = [_drawn(row) for row in rows(f"{_DRAWN} ORDER BY drawn_at DESC, draw", [programme])]
    return {one.name: one for one in found}


def drawn_one(programme: str, name: str) -> Drawn | None:
    found = rows(f"{_DRAWN} AND draw = %s", [programme, name])
    return _drawn(found[0]) if found else None


def _drawn(row: tuple[Any, ...]) -> Drawn:
    programme, name, version, won_at, drawn_at, hash_of_list, members, entries, left_out = row
    outside = {LeftOut(why): (count, theirs) for why, (count, theirs) in json.loads(left_out).items()}
    return Drawn(programme, name, version, won_at, drawn_at, hash_of_list, members, entries, outside)


def prizes_of(programme: str, name: str) -> list[WonPrize]:
    found = rows(
        "SELECT place, prize, customer_id, number, entries_left, decided_at, outcome FROM loyalty_prize "
        "WHERE programme = %s AND draw = %s ORDER BY place",
        [programme, name],
    )
    return [WonPrize(*row) for row in found]


def entrants_of(programme: str, name: str) -> tuple[Entrant, ...]:
    """The list as it was fixed."""
    found = rows(
        "SELECT customer_id::text, entries FROM loyalty_draw_entrant WHERE programme = %s AND draw = %s "
        "ORDER BY customer_id",
        [programme, name],
    )
    return tuple(Entrant(member, entries) for member, entries in found)


def entries_now(currencies: Iterable[str]) -> dict[str, tuple[int, int]]:
    """By currency of entries: how many members have some now, and how many there are."""
    found = rows(
        "SELECT b.currency, count(*), sum(b.posted)::bigint FROM ledger_balance AS b JOIN loyalty_member AS m "
        "USING (customer_id) WHERE b.currency = ANY (%s) AND b.posted > 0 AND m.membership = 'member' GROUP BY 1",
        [list(currencies)],
    )
    return {currency: (members, entries) for currency, members, entries in found}


# ---------------------------------------------------------------- the proof


def prove(draw: Draw, one: Drawn, secret: bytes | None = None) -> Proof:
    """Draw again from the list that was fixed, with the secret that was told, or with ``secret`` for whoever trusts
    nobody; and compare with who was given the prizes."""
    opened = draw_of(one.programme, one.name)
    assert opened is not None, "a draw has its commitment"
    secret = bytes.fromhex(opened.secret) if secret is None else secret
    entrants = entrants_of(one.programme, one.name)
    given = [
        (prize.place, prize.prize, str(prize.customer_id)) for prize in prizes_of(one.programme, one.name)
    ]
    return _proof(opened.commitment, secret, one.list_hash, draw, entrants, given)


def _proof(
    committed: str,
    secret: bytes,
    hash_of_list: str,
    draw: Draw,
    entrants: tuple[Entrant, ...],
    given: list[tuple[int, int, str]],
) -> Proof:
    again = [(one.place, one.prize, one.member) for one in winners(secret, draw, entrants)]
    return Proof(
        commitment(secret) == committed,
        list_hash(draw.name, entrants) == hash_of_list,
        len(given),
        tuple(sorted({place for place, _, _ in set(again) ^ set(given)})),
    )


def dossier(draw: Draw, one: Drawn) -> dict[str, Any]:
    """Everything that an auditor needs to draw again without us, as plain JSON."""
    opened = draw_of(one.programme, one.name)
    assert opened is not None, "a draw has its commitment"
    return {
        "format": 1,
        "programme": one.programme,
        "draw": one.name,
        "committed_at": opened.opened_at.isoformat(),
        "commitment": opened.commitment,
        "drawn_at": one.drawn_at.isoformat(),
        "secret": opened.secret,
        "one_prize_each": draw.is_one_each,
        "prizes": [[prize.currency, prize.quantity, prize.count] for prize in draw.prizes],
        "list_hash": one.list_hash,
        "list": [list(entrant) for entrant in entrants_of(one.programme, one.name)],
        "winners": [
            [prize.place, prize.prize, str(prize.customer_id), prize.number, prize.entries_left]
            for prize in prizes_of(one.programme, one.name)
        ],
    }


def prove_dossier(told: Mapping[str, Any]) -> Proof:
    """The same from the file alone; raises ``KeyError``, ``ValueError`` or ``TypeError`` where it is none."""
    code, _, last_day = told["draw"].partition(":")
    draw = Draw(
        code,
        "",
        datetime.fromisoformat(last_day).date(),
        datetime.fromisoformat(last_day).date(),
        tuple(Prize(*prize) for prize in told["prizes"]),
        told["one_prize_each"],
    )
    given = [(place, prize, member) for place, prize, member, *_ in told["winners"]]
    entrants = tuple(Entrant(*one) for one in told["list"])
    return _proof(told["commitment"], bytes.fromhex(told["secret"]), told["list_hash"], draw, entrants, given)


__all__ = [
    "Announced",
    "Drawn",
    "LeftOut",
    "Proof",
    "Winner",
    "WonPrize",
    "announced",
    "code_of",
    "dossier",
    "drawn",
    "drawn_one",
    "entrants_of",
    "entries_now",
    "is_among_entries",
    "prizes_of",
    "prove",
    "prove_dossier",
]
