"""Runs draws among entries: the list is fixed, the winners follow from it, the secret is told; then prizes are given.

The first three are one transaction, done once for each draw, whoever asks for it and however often. A prize is an event
in its winner's own sequence, under a key made of the draw and the place: killed in between, the next run goes on.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from assidu.customers.types import NotAnIdentifier
from assidu.customers.vault import Vault
from assidu.decisions.drawing import Winner, list_hash, list_of, winners
from assidu.decisions.entries import entries_moved
from assidu.decisions.plan import Draw
from assidu.events.types import AFTER_SALE, DRAW_SOURCE, EventKey, EventType
from assidu.events.wire import Incoming, PrizeData, Subject
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Actor
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows
from assidu.loyalty.actions import record
from assidu.loyalty.book import PlanBook
from assidu.loyalty.draws import DrawRefused, draws_to_draw, tell_secret
from assidu.loyalty.entries import outcome_code
from assidu.loyalty.plans import programmes
from assidu.loyalty.prize_draws import Announced, Drawn, LeftOut, announced, drawn, drawn_one
from assidu.loyalty.queries import current_book
from assidu.loyalty.rows import posting_from

PRIZES_AT_ONCE_MAX = 10_000

_ENTRIES_SQL = """
SELECT root.customer_id::text, m.membership, root.erased_at IS NOT NULL,
       CASE WHEN p.day <= %(last_day)s THEN %(last_day)s::date ELSE %(later)s::date END,
       CASE WHEN sale.day <= %(last_day)s THEN %(last_day)s::date ELSE sale.day END,
       p.source, p.target, sum(p.quantity)::bigint, min(p.issued_month)
  FROM ledger_posting AS p
  JOIN events_event AS e USING (customer_id, seq)
  JOIN customers_customer AS c USING (customer_id)
  LEFT JOIN customers_belonging AS b ON b.customer_id = coalesce(c.merged_into, c.customer_id)
  JOIN customers_customer AS root ON root.customer_id = coalesce(b.account_id, c.merged_into, c.customer_id)
  JOIN loyalty_member AS m ON m.customer_id = root.customer_id
  LEFT JOIN events_event AS sale ON e.type = ANY (%(after_sale)s)
   AND sale.customer_id = coalesce((e.body ->> 'sale_owner')::uuid, e.customer_id)
   AND sale.seq = (e.body ->> 'sale_seq')::integer
 WHERE p.currency = %(currency)s AND m.programme = %(programme)s
   AND (p.day <= %(last_day)s OR e.type = ANY (%(after_sale)s))
 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
"""What moved entries, summed: of the days on either side of the last one, all are alike. Those of somebody who entered
an account after the last day are the account's too, while they are in it."""


def run_draw(programme: str, code: str, now: datetime, *, by: Actor = COMMAND_LINE) -> Drawn:
    """Draw what is due under this code, or answer what was drawn; then give its prizes. Raises ``DrawRefused``."""
    book = current_book(programme)
    found = [] if book is None else [one for one in announced(book) if one.draw.code == code]
    if book is None or not found:
        raise DrawRefused("no_draw")
    done = drawn(programme)
    due = [one for one in found if one.due_at <= now]
    waiting = [one for one in due if one.draw.name not in done]
    if not due:
        raise DrawRefused("not_due")
    one = waiting[0] if waiting else due[-1]
    told = _run(book, one, now, by)
    give_prizes(now)
    return drawn_one(programme, told.name) or told


def run_due_draws(now: datetime) -> int:
    """The clock's: everything that is due; answers how many were drawn. One that cannot be drawn hinders no other."""
    count = 0
    for programme in programmes():
        book = current_book(programme)
        assert book is not None, "a programme has a version"
        due = [one for one in announced(book) if one.due_at <= now]
        if not due:
            continue
        done = drawn(programme)
        for one in due:
            if one.draw.name in done:
                continue
            try:
                _run(book, one, now, COMMAND_LINE)
            except DrawRefused:
                continue  # `assidu doctor` tells it
            count += 1
    return count


@transaction.atomic
def _run(book: PlanBook, one: Announced, now: datetime, by: Actor) -> Drawn:
    """Whoever runs the same draw at once waits here, and finds it done."""
    programme, draw = book.programme, one.draw
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"draw:{programme}:{draw.name}",)
        )
    if (known := drawn_one(programme, draw.name)) is not None:
        return known
    sealed = draws_to_draw(programme, Vault(current_settings().vault_key)).get(draw.name)
    if sealed is None:
        raise DrawRefused("sealed_with_another_key")
    entries, left_out = _entries(programme, draw)
    entrants = list_of(entries.items())
    found = Drawn(
        programme,
        draw.name,
        one.plan.version,
        one.won_at,
        now,
        list_hash(draw.name, entrants),
        len(entrants),
        sum(entrant.entries for entrant in entrants),
        left_out,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_prize_draw (programme, draw, plan_version, won_at, drawn_at, list_hash, members, "
            "entries, left_out) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [
                programme,
                draw.name,
                found.plan_version,
                found.won_at,
                now,
                found.list_hash,
                found.members,
                found.entries,
                json.dumps({why.value: list(counts) for why, counts in left_out.items()}),
            ],
        )
        cursor.execute(
            "INSERT INTO loyalty_draw_entrant (programme, draw, customer_id, entries) "
            "SELECT %s, %s, e.customer, e.entries FROM unnest(%s::uuid[], %s::bigint[]) AS e (customer, entries)",
            [
                programme,
                draw.name,
                [entrant.member for entrant in entrants],
                [entrant.entries for entrant in entrants],
            ],
        )
        _keep_winners(programme, draw.name, winners(sealed.secret, draw, entrants))
    tell_secret(programme, draw.name, sealed.secret, at=now, by=str(by.person_id or "draw"))
    people.record(
        by,
        "draw.drawn",
        "draw",
        draw.name,
        after={"members": found.members, "entries": found.entries, "list": found.list_hash},
    )
    return found


def _entries(programme: str, draw: Draw) -> tuple[dict[str, int], dict[LeftOut, tuple[int, int]]]:
    """Who has how many, and who is left out though they have some."""
    counted: dict[str, int] = {}
    outside: dict[str, LeftOut] = {}
    last, later = draw.last_day, draw.last_day + timedelta(days=1)
    for member, membership, is_erased, day, sold_on, source, target, quantity, issued in rows(
        _ENTRIES_SQL,
        {
            "last_day": last,
            "later": later,
            "currency": draw.entries,
            "programme": programme,
            "after_sale": [one.value for one in AFTER_SALE],
        },
    ):
        posting = posting_from(source, target, draw.entries, quantity, issued, None, None, None, None)
        moved = entries_moved(draw, day, [posting], sold_on)
        counted[member] = counted.get(member, 0) + moved
        if is_erased:
            outside[member] = LeftOut.ERASED
        elif membership != "member":
            outside[member] = LeftOut.SUSPENDED if membership == "suspended" else LeftOut.LEFT
    left_out: dict[LeftOut, tuple[int, int]] = {}
    for member, why in outside.items():
        entries = counted.pop(member)
        if entries > 0:
            members, so_far = left_out.get(why, (0, 0))
            left_out[why] = members + 1, so_far + entries
    return counted, left_out


def _keep_winners(programme: str, name: str, found: Sequence[Winner]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_prize (programme, draw, place, prize, customer_id, number, entries_left) "
            "SELECT %s, %s, w.* FROM unnest(%s::integer[], %s::integer[], %s::uuid[], %s::bigint[], %s::bigint[]) AS w",
            [
                programme,
                name,
                [one.place for one in found],
                [one.prize for one in found],
                [one.member for one in found],
                [one.number for one in found],
                [one.left for one in found],
            ],
        )


# ---------------------------------------------------------------- the prizes

_NEXT_SQL = (
    "SELECT p.programme, p.draw, p.place, p.prize, p.customer_id, d.won_at FROM loyalty_prize AS p "
    "JOIN loyalty_prize_draw AS d USING (programme, draw) WHERE p.decided_at IS NULL "
    "ORDER BY p.programme, p.draw, p.place LIMIT 1 FOR UPDATE OF p SKIP LOCKED"
)
_DECIDED_SQL = (
    "UPDATE loyalty_prize SET decided_at = %s, outcome = %s WHERE programme = %s AND draw = %s AND place = %s"
)


def give_prizes(now: datetime) -> int:
    """Give every prize that waits to its winner; answers how many."""
    for done in range(PRIZES_AT_ONCE_MAX):
        if not _give_next(now):
            return done
    return PRIZES_AT_ONCE_MAX


@transaction.atomic
def _give_next(now: datetime) -> bool:
    """Several servers share the work: one that is being given is passed over. Whoever turned out to be another member
    since is that member."""
    found = rows(_NEXT_SQL)
    if not found:
        return False
    programme, name, place, prize, customer_id, won_at = found[0]
    incoming = Incoming(
        EventKey(DRAW_SOURCE, f"{programme}:{name}:{place}"),
        EventType.PRIZE_WON,
        won_at,
        Subject("customer", str(customer_id)),
        PrizeData(draw=name.partition(":")[0], prize=prize, place=place),
    )
    outcome = record(incoming, now, programme=programme)
    assert not isinstance(outcome, NotAnIdentifier), "an id needs no reading"
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED_SQL, [now, outcome_code(outcome), programme, name, place])
    return True
