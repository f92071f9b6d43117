"""Draws: a secret is made and committed to before the first ticket, and told after the last one.

Whoever has the secret, the customer's pseudonym and the number of the event among theirs draws every ticket again.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from assidu.customers.vault import CannotOpen, Vault
from assidu.decisions.chance import SECRET_BYTES, OpenDraw, commitment, drawn
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows
from assidu.plans.compile_draws import compile_draws
from assidu.plans.document import Document

OPEN_DRAWS_SQL = (
    "SELECT d.offer, d.commitment, d.sealed, d.opened_at FROM loyalty_draw AS d "
    "LEFT JOIN loyalty_draw_revealed AS r USING (programme, offer) "
    "WHERE d.programme = {} AND r.offer IS NULL"
)
"""Of the draws that are open. Shared with intake, which reads it by another driver: put the driver's first
placeholder in."""

TICKETS_MAX = 200_000


class DrawRefused(Exception):
    """A draw cannot be revealed: there is none, it was, or it is not over. ``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Draw:
    """``secret`` is told once the draw is over."""

    programme: str
    offer: str
    commitment: str
    opened_at: datetime
    secret: str = ""
    revealed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DrawnTicket:
    """One ticket that was drawn. ``is_given``: it won, and there was something left to win."""

    customer_id: UUID
    seq: int
    at: datetime
    day: date
    number: int
    one_in: int
    is_given: bool

    @property
    def has_won(self) -> bool:
        return self.number == 0


@dataclass(frozen=True, slots=True)
class Verification:
    """Every ticket drawn again. ``wrong`` are those whose number is another one than was recorded."""

    draw: Draw
    keeps_its_word: bool
    tickets: int
    won: int
    given: int
    wrong: tuple[DrawnTicket, ...]

    @property
    def is_ok(self) -> bool:
        return self.keeps_its_word and not self.wrong


def open_draws(document: Document, at: datetime) -> None:
    """Make and commit to the secret of every draw, of an offer or among entries, that has none yet; part of
    publishing."""
    wanted = [offer.code for offer in document.offers if offer.chance is not None]
    wanted += [draw.name for draw in compile_draws(document.draws).values()]
    if not wanted:
        return
    vault = Vault(current_settings().vault_key)
    with connection.cursor() as cursor:
        for offer in wanted:
            secret = secrets.token_bytes(SECRET_BYTES)
            cursor.execute(
                "INSERT INTO loyalty_draw (programme, offer, commitment, sealed, opened_at) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [
                    document.programme,
                    offer,
                    commitment(secret),
                    vault.seal_for(_name(document.programme, offer), secret),
                    at,
                ],
            )


def draws_from_rows(found: Iterable[Sequence[Any]], vault: Vault, programme: str) -> dict[str, OpenDraw]:
    """What ``OPEN_DRAWS_SQL`` reads, opened. One that does not open with this vault key is not drawn with."""
    opened = {}
    for offer, committed, sealed, opened_at in found:
        try:
            secret = vault.open_for(_name(programme, offer), bytes(sealed))
        except CannotOpen:
            continue
        if commitment(secret) == committed:
            opened[offer] = OpenDraw(secret, opened_at)
    return opened


def draws_to_draw(programme: str, vault: Vault) -> Mapping[str, OpenDraw]:
    """With their secrets: for whoever decides tickets, and nobody else."""
    return draws_from_rows(rows(OPEN_DRAWS_SQL.format("%s"), [programme]), vault, programme)


def draws(programme: str) -> list[Draw]:
    """Every draw, the youngest first."""
    found = rows(
        "SELECT d.programme, d.offer, d.commitment, d.opened_at, encode(r.secret, 'hex'), r.revealed_at "
        "FROM loyalty_draw AS d LEFT JOIN loyalty_draw_revealed AS r USING (programme, offer) "
        "WHERE d.programme = %s ORDER BY d.opened_at DESC, d.offer",
        [programme],
    )
    return [
        Draw(its, offer, committed, opened_at, secret or "", revealed_at)
        for its, offer, committed, opened_at, secret, revealed_at in found
    ]


def draw_of(programme: str, offer: str) -> Draw | None:
    return next((draw for draw in draws(programme) if draw.offer == offer), None)


def reveal(programme: str, offer: str, *, last_day: date | None, today: date, at: datetime, by: str) -> Draw:
    """Tell the secret, for ever, and draw no more. ``last_day`` is the offer's last one in the plan in force; ``None``:
    it is not in it any more. Raises ``DrawRefused`` before it is over."""
    known = draw_of(programme, offer)
    if known is None:
        raise DrawRefused("no_draw")
    if known.revealed_at is not None:
        raise DrawRefused("already_revealed")
    if (last_day is not None and last_day >= today) or ":" in offer:
        raise DrawRefused("not_over")  # that of a draw among entries is told when it is drawn
    sealed = draws_to_draw(programme, Vault(current_settings().vault_key)).get(offer)
    if sealed is None:
        raise DrawRefused("sealed_with_another_key")
    tell_secret(programme, offer, sealed.secret, at=at, by=by)
    revealed = draw_of(programme, offer)
    assert revealed is not None
    return revealed


def tell_secret(programme: str, offer: str, secret: bytes, *, at: datetime, by: str) -> None:
    """For ever; the database takes only the secret that was committed to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_draw_revealed (programme, offer, secret, revealed_at, revealed_by) "
            "VALUES (%s, %s, %s, %s, %s)",
            [programme, offer, secret, at, by],
        )


def drawn_tickets(offer: str, odds: Mapping[int, int], *, limit: int = TICKETS_MAX) -> Iterator[DrawnTicket]:
    """Every ticket that this offer was drawn for, in the order in which they were told; ``odds`` by plan version. One
    that only met the offer once it was changed is drawn under its own number."""
    key = f"draw:{offer}"
    found = rows(
        "SELECT e.customer_id, coalesce((e.body ->> 'sale_seq')::integer, e.seq), e.at, e.day, "
        "       (d.record #>> ARRAY['inputs', 'grants', %(key)s])::integer, "
        "       d.plan_version, "
        "       jsonb_path_exists(d.record, '$.offers.given[*] ? (@[0] == $offer)', v.its) "
        "       OR jsonb_path_exists(d.record, '$.awards[*] ? (@[0] == $offer)', v.its) "
        "  FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq), "
        "       (SELECT jsonb_build_object('offer', %(offer)s::text) AS its) AS v "
        " WHERE d.record -> 'inputs' -> 'grants' ? %(key)s "
        " ORDER BY e.recorded_at, e.customer_id, e.seq LIMIT %(limit)s",
        {"key": key, "offer": offer, "limit": limit},
    )
    for customer_id, seq, at, day, number, version, is_given in found:
        yield DrawnTicket(customer_id, seq, at, day, number, odds.get(version, 0), is_given)


def verify(
    programme: str, offer: str, odds: Mapping[int, int], secret: bytes | None = None
) -> Verification | None:
    """Draw every ticket again: with the secret that was told or, before that, with the sealed one; or with ``secret``,
    for whoever trusts nobody. ``None``: there is no such draw."""
    known = draw_of(programme, offer)
    if known is None:
        return None
    if secret is None:
        if known.secret:
            secret = bytes.fromhex(known.secret)
        else:
            sealed = draws_to_draw(programme, Vault(current_settings().vault_key)).get(offer)
            secret = sealed.secret if sealed is not None else b""
    found = list(drawn_tickets(offer, odds))
    wrong = tuple(
        ticket
        for ticket in found
        if not ticket.one_in
        or drawn(secret, offer, str(ticket.customer_id), ticket.seq, ticket.one_in) != ticket.number
    )
    return Verification(
        known,
        commitment(secret) == known.commitment,
        len(found),
        sum(ticket.has_won for ticket in found),
        sum(ticket.is_given for ticket in found),
        wrong,
    )


def _name(programme: str, offer: str) -> str:
    return f"draw:{programme}:{offer}"
