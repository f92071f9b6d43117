"""The clock's work: what has become due is decided at the desk, batch by batch, beside everything else that goes on."""

from datetime import datetime

import psycopg
from django.db import transaction

from assidu.decisions.calendar import local_day
from assidu.decisions.due import next_due, next_release
from assidu.foundation.sql import raw_connection, raw_rows
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Desk, Member, NoQuotas
from assidu.loyalty.live import RECORD
from assidu.loyalty.plans import programmes
from assidu.loyalty.queries import current_book
from assidu.loyalty.rows import member_from, record_columns

BATCH = 200
BATCHES_MAX = 1_000_000
_CLAIM_SQL = (
    "SELECT customer_id FROM loyalty_member WHERE programme = $1 AND next_due <= $2::date "
    "ORDER BY next_due, customer_id LIMIT $3 FOR UPDATE SKIP LOCKED"
)
"""Waits for nobody, so that the order of locks does not matter: who is being served is served by somebody else."""
_LOCK_SQL = (
    "SELECT customer_id, wallet_id, seq, state::text, last_purchase, lots::text, debts::text "
    "FROM loyalty_lock($1::uuid[])"
)


_RAN_OUT_SQL = (
    "SELECT customer_id FROM loyalty_member WHERE programme = $1 AND next_release <= $2::timestamptz "
    "ORDER BY next_release, customer_id LIMIT $3 FOR UPDATE SKIP LOCKED"
)
_NOTHING_DUE_SQL = "UPDATE loyalty_member SET next_due = $2, next_release = $3 WHERE customer_id = $1"
"""Of whom nothing is due any more: a release may ask for less than the one that noted the day."""


def run_due(now: datetime, batch: int = BATCH) -> int:
    """Decide everything that is due by ``now``; answers for how many customers."""
    done = 0
    for programme in programmes():
        book = current_book(programme)
        assert book is not None, "a programme has a version"
        for _ in range(BATCHES_MAX):
            count = _run_batch(book, now, batch)
            done += count
            if count < batch:
                break
    return done


@transaction.atomic
def _run_batch(book: PlanBook, now: datetime, batch: int) -> int:
    today = local_day(now, book.at(now).zone)
    claimed = {row[0] for row in raw_rows(_CLAIM_SQL, (book.programme, today, batch))}
    if len(claimed) < batch:
        claimed |= {row[0] for row in raw_rows(_RAN_OUT_SQL, (book.programme, now, batch - len(claimed)))}
    if not claimed:
        return 0
    members = [member_from(*row) for row in raw_rows(_LOCK_SQL, (sorted(claimed),))]
    desk = Desk(book, NoQuotas(), lambda *_: None, now)
    for member in members:
        desk.catch_up(member, today)
    if desk.gathered:
        last_purchases = {member.customer_id: member.last_purchase for member in members}
        psycopg.RawCursor(raw_connection()).execute(
            RECORD, record_columns(desk.gathered, last_purchases, book.programme)
        )
    decided = {one.customer_id for one in desk.gathered}
    _note_next([member for member in members if member.customer_id not in decided])
    return len(members)


def _note_next(members: list[Member]) -> None:
    """They would be claimed again and again."""
    for member in members:
        noted = (member.customer_id, next_due(member.state), next_release(member.state))
        psycopg.RawCursor(raw_connection()).execute(_NOTHING_DUE_SQL, noted)
