"""Draws among entries: what is announced, and what an auditor needs once one is drawn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router

from assidu.api.door import caller_at, stop
from assidu.loyalty import plans, prize_draws, queries
from assidu.loyalty.book import PlanBook
from assidu.loyalty.draws import draw_of
from assidu.loyalty.prize_draws import Announced

router = Router(tags=["Offers"])

Name = Annotated[str, Path(max_length=60, description="Code and last day: `summer:2026-06-30`.")]


@dataclass(frozen=True, slots=True)
class DrawLine:
    """A draw among entries. Before it is drawn, `members` and `entries` are those on accounts now; `commitment` is the
    SHA-256 of the secret that it will be drawn with."""

    name: str
    code: str
    entries_currency: str
    last_day: date
    drawn_on: date
    prizes: int
    one_prize_each: bool
    commitment: str
    committed_at: datetime
    drawn_at: datetime | None
    members: int
    entries: int


@dataclass(frozen=True, slots=True)
class DrawList:
    draws: list[DrawLine]


@dataclass(frozen=True, slots=True)
class DrawWinner:
    """`place` counts the prizes as they were drawn, `prize` the kinds of them, from 1. `number` was counted off over
    the `entries_left` entries that were left, in the order of the list."""

    place: int
    prize: int
    customer: UUID
    number: int
    entries_left: int
    is_given: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class DrawnDetail:
    """A draw as it was drawn, with all that is needed to draw it again: the list has pseudonyms, nobody's name."""

    line: DrawLine
    secret: str
    list_hash: str
    entrants: list[tuple[UUID, int]]
    left_out: dict[str, tuple[int, int]]
    winners: list[DrawWinner]
    is_proven: bool


@router.get("/draws", response=DrawList, summary="Draws among entries")
def list_draws(request: HttpRequest) -> DrawList:
    """Those that the programme announces, the first to be drawn first."""
    caller_at(request, "plan:read")
    book = _book()
    found = prize_draws.announced(book)
    done = prize_draws.drawn(book.programme)
    now_there = prize_draws.entries_now(one.draw.entries for one in found)
    return DrawList([_line(book, one, done.get(one.draw.name), now_there) for one in found])


@router.get("/draws/{str:name}", response=DrawnDetail, summary="What an auditor needs")
def read_draw(request: HttpRequest, name: Name) -> DrawnDetail:
    """Secret, list, winners, and whether they follow from one another. Before it is drawn there is none (404)."""
    caller_at(request, "ledger:read", is_for_stores=False)
    book = _book()
    announced = next((one for one in prize_draws.announced(book) if one.draw.name == name), None)
    found = prize_draws.drawn_one(book.programme, name)
    if announced is None or found is None:
        raise stop("not_found")
    opened = draw_of(book.programme, name)
    assert opened is not None, "a draw has its commitment"
    return DrawnDetail(
        _line(book, announced, found, {}),
        opened.secret,
        found.list_hash,
        [(UUID(one.member), one.entries) for one in prize_draws.entrants_of(book.programme, name)],
        {why.value: counts for why, counts in found.left_out.items()},
        [
            DrawWinner(
                one.place,
                one.prize,
                one.customer_id,
                one.number,
                one.entries_left,
                one.is_given,
                one.outcome,
            )
            for one in prize_draws.prizes_of(book.programme, name)
        ],
        prize_draws.prove(announced.draw, found).is_ok,
    )


def _line(
    book: PlanBook,
    one: Announced,
    done: prize_draws.Drawn | None,
    now_there: dict[str, tuple[int, int]],
) -> DrawLine:
    opened = draw_of(book.programme, one.draw.name)
    assert opened is not None, "a draw has its commitment from the day it is published"
    members, entries = (done.members, done.entries) if done else now_there.get(one.draw.entries, (0, 0))
    return DrawLine(
        one.draw.name,
        one.draw.code,
        one.draw.entries,
        one.draw.last_day,
        one.draw.drawn_on,
        one.draw.prize_count,
        one.draw.is_one_each,
        opened.commitment,
        opened.opened_at,
        done.drawn_at if done else None,
        members,
        entries,
    )


def _book() -> PlanBook:
    known = plans.programmes()
    book = queries.current_book(known[0]) if known else None
    if book is None:
        raise stop("no_programme", "Publish one: POST /v1/plans, or assidu plan publish.")
    return book
