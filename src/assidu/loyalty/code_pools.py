"""Codes of an offer made together: for anybody or one for each of many, how many are used, and taken back.

A pool is made once under its id. Codes are told in the answer to who made it and never again: whoever lost them takes
the pool back and makes another.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from assidu.customers.accounts import family_of
from assidu.customers.queries import by_lines, counts_as
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import RefusalCode
from assidu.decisions.plan.offers import OfferNeeds
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty.allotments import LINES_MAX, allotment
from assidu.loyalty.offer_codes import POOL_MAX, make_codes
from assidu.loyalty.queries import current_book

NAME_MAX = 60
POOLS_MAX = 200


class CodesRefused(Exception):
    """No code is made, or taken back. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PoolState(StrEnum):
    LIVE = "live"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Whom:
    """For whom a code each is made: an audience, customers named by ``lines``, or those who were allotted an offer."""

    audience: str = ""
    lines: tuple[str, ...] = ()
    allotment_id: UUID | None = None

    def __bool__(self) -> bool:
        return bool(self.audience or self.lines or self.allotment_id)


@dataclass(frozen=True, slots=True)
class ForWhom:
    """Whom a code would be made for, and why others are left out."""

    customers: tuple[UUID, ...]
    left_out: Mapping[str, int]
    unknown: int


@dataclass(frozen=True, slots=True)
class CodePool:
    """``used`` of the codes are used up; they served ``uses`` times in all, which is not counted where they serve as
    often as one likes (``uses_max`` 0)."""

    pool_id: UUID
    programme: str
    offer: str
    name: str
    is_personal: bool
    audience: str
    made: int
    uses_max: int
    expires_on: date | None
    made_at: datetime
    made_by: str
    withdrawn_at: datetime | None
    used: int
    uses: int

    def state(self, today: date) -> PoolState:
        if self.withdrawn_at is not None:
            return PoolState.WITHDRAWN
        return PoolState.OVER if self.expires_on is not None and self.expires_on <= today else PoolState.LIVE

    def run_out(self, today: date) -> int:
        """How many were not used up in time, or before they were taken back."""
        return 0 if self.state(today) is PoolState.LIVE else self.made - self.used


@dataclass(frozen=True, slots=True)
class Made:
    """``codes`` are told this once: none where the pool was there already. ``owners``: whose each is, if anybody's."""

    pool: CodePool
    codes: tuple[str, ...] = ()
    owners: tuple[UUID, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0


class CodeState(StrEnum):
    USABLE = "usable"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PersonalCode:
    """That a customer has a code of an offer, and what it is still good for; the code itself is theirs alone."""

    offer: str
    pool_id: UUID
    state: CodeState
    made_at: datetime
    expires_on: date | None


# ---------------------------------------------------------------- making


def for_whom(programme: str, offer: str, whom: Whom, today: date) -> ForWhom:
    """Active members without a code of the offer that is still good for something."""
    if whom.audience:
        named, unknown = rows(_OF_AUDIENCE, [programme, whom.audience]), 0
    elif whom.allotment_id is not None:
        named, unknown = rows(_OF_ALLOTMENT, [whom.allotment_id]), 0
    else:
        lines = list(dict.fromkeys(line for line in (line.strip() for line in whom.lines) if line))
        found = by_lines(lines)
        named, unknown = rows(_OF_LIST, [sorted(set(found.values()))]), len(lines) - len(found)
    told = rows(
        _WHY_NOT,
        {
            "named": sorted({row[0] for row in named}),
            "programme": programme,
            "offer": offer,
            "today": today,
        },
    )
    left_out = Counter(why for _customer, why in told if why)
    return ForWhom(tuple(customer for customer, why in told if not why), dict(left_out), unknown)


_OF_AUDIENCE = (
    "SELECT customer_id FROM loyalty_member WHERE programme = %s AND membership NOT IN ('absorbed', 'in_account') "
    "AND state -> 'audiences' ? %s"
)
_OF_ALLOTMENT = (
    "SELECT coalesce(b.account_id, c.merged_into, c.customer_id) FROM loyalty_allotted AS a "
    "JOIN customers_customer AS c USING (customer_id) "
    "LEFT JOIN customers_belonging AS b ON b.customer_id = coalesce(c.merged_into, c.customer_id) "
    "WHERE a.allotment_id = %s AND a.outcome = '' AND a.undo_outcome IS DISTINCT FROM ''"
)
_OF_LIST = (
    "SELECT coalesce(b.account_id, n.id) FROM unnest(%s::uuid[]) AS n (id) "
    "LEFT JOIN customers_belonging AS b ON b.customer_id = n.id"
)
"""Whoever shares an account is that account, once for all of it."""
_IS_GOOD = (
    "w.pool_id IS NULL AND (k.expires_on IS NULL OR k.expires_on > %(today)s) "
    "AND (k.uses_max = 0 OR coalesce(q.taken, 0) < k.uses_max)"
)
_CODES = (
    "loyalty_offer_code AS k LEFT JOIN loyalty_code_pool_withdrawn AS w USING (pool_id) "
    "LEFT JOIN loyalty_quota AS q ON q.key = 'code:' || encode(k.hash, 'hex')"
)
"""Codes with what was taken of each, by the claim that the core makes on it."""
_WHY_NOT = f"""
SELECT c.customer_id,
       CASE WHEN c.erased_at IS NOT NULL THEN 'erased'
            WHEN m.membership = 'suspended' THEN 'suspended'
            WHEN m.membership IS DISTINCT FROM 'member' OR m.joined_on > %(today)s THEN 'not_a_member'
            WHEN EXISTS (SELECT FROM {_CODES} WHERE k.customer_id = c.customer_id AND k.programme = %(programme)s
                            AND k.offer = %(offer)s AND {_IS_GOOD}) THEN 'has_code'
            ELSE '' END
  FROM unnest(%(named)s::uuid[]) AS n (id) JOIN customers_customer AS c ON c.customer_id = n.id
  LEFT JOIN loyalty_member AS m ON m.customer_id = c.customer_id AND m.programme = %(programme)s
 ORDER BY c.customer_id
"""


def check(
    programme: str, offer: str, *, at: datetime, whom: Whom, count: int, expires_on: date | None
) -> date:
    """Raise ``CodesRefused`` where such codes make no sense; answers the programme's day."""
    book = current_book(programme)
    if book is None:
        raise CodesRefused("no_programme")
    plan = book.at(at)
    today, its = local_day(at, plan.zone), plan.offers.by_code.get(offer)
    if its is None:
        raise CodesRefused(RefusalCode.UNKNOWN_OFFER.value)
    if its.needs is not OfferNeeds.CODE:
        raise CodesRefused("no_code_offer")
    if (its.when.to_day is not None and its.when.to_day < today) or (
        expires_on is not None and expires_on <= today
    ):
        raise CodesRefused(RefusalCode.OFFER_OVER.value)
    if whom.audience and whom.audience not in plan.audiences:
        raise CodesRefused(RefusalCode.UNKNOWN_AUDIENCE.value)
    if len(whom.lines) > LINES_MAX or count > POOL_MAX:
        raise CodesRefused("too_many_codes")
    if whom.allotment_id is not None:
        one = allotment(whom.allotment_id)
        if one is None or one.programme != programme or one.begun_at is None:
            raise CodesRefused("unknown_allotment")
    return today


@transaction.atomic
def make(
    pool_id: UUID,
    programme: str,
    offer: str,
    *,
    at: datetime,
    by: Actor,
    name: str = "",
    count: int = 1,
    whom: Whom | None = None,
    uses_max: int = 1,
    expires_on: date | None = None,
) -> Made:
    """``count`` codes for whoever shows them, or one for each of ``whom``. Made once under this id; raises
    ``CodesRefused``."""
    whom = whom or Whom()
    with connection.cursor() as cursor:
        # One pool of an offer at a time, so that nobody is given two by two who ask at once.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"codes:{programme}"])
    if (known := pool(pool_id)) is not None:
        if (known.programme, known.offer, known.audience) != (programme, offer, whom.audience):
            raise CodesRefused("other_pool")
        return Made(known)
    today = check(programme, offer, at=at, whom=whom, count=count, expires_on=expires_on)
    chosen = for_whom(programme, offer, whom, today) if whom else ForWhom((), {}, 0)
    if whom and not chosen.customers:
        raise CodesRefused("nobody_for_codes")
    if len(chosen.customers) > POOL_MAX:
        raise CodesRefused("too_many_codes")
    codes = make_codes(
        programme,
        offer,
        at=at,
        count=count,
        customers=chosen.customers,
        pool=name,
        audience=whom.audience,
        uses_max=uses_max,
        expires_on=expires_on,
        by=_written(by),
        pool_id=pool_id,
    )
    made = pool(pool_id)
    assert made is not None, "it was just written"
    people.record(by, "offer.codes_made", "offer", offer, after=_trail(made))
    return Made(made, tuple(codes), chosen.customers, chosen.left_out, chosen.unknown)


# ---------------------------------------------------------------- afterwards


@transaction.atomic
def withdraw(pool_id: UUID, *, at: datetime, by: Actor) -> CodePool:
    """From today on none of its codes is good for anything; twice is once. Raises ``CodesRefused``."""
    found = pool(pool_id)
    if found is None:
        raise CodesRefused("unknown_pool")
    book = current_book(found.programme)
    assert book is not None, "a pool is of a programme"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_code_pool_withdrawn (pool_id, withdrawn_on, withdrawn_at, withdrawn_by) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [pool_id, local_day(at, book.at(at).zone), at, _written(by)],
        )
        is_new = bool(cursor.rowcount)
    after = pool(pool_id)
    assert after is not None, "pools stay"
    if is_new:
        people.record(by, "offer.codes_withdrawn", "offer", after.offer, after=_trail(after))
    return after


_POOL = f"""
SELECT p.pool_id, p.programme, p.offer, p.name, p.is_personal, p.audience, p.made, p.uses_max, p.expires_on, p.made_at,
       p.made_by, w.withdrawn_at, u.used, u.uses
  FROM loyalty_code_pool AS p LEFT JOIN loyalty_code_pool_withdrawn AS w USING (pool_id)
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE k.uses_max > 0 AND q.taken >= k.uses_max),
                            coalesce(sum(q.taken), 0)::bigint
                       FROM {_CODES} WHERE k.pool_id = p.pool_id) AS u (used, uses)
"""


def pool(pool_id: UUID) -> CodePool | None:
    found = rows(f"{_POOL} WHERE p.pool_id = %s", [pool_id])
    return CodePool(*found[0]) if found else None


def pools(programme: str, offer: str = "", limit: int = POOLS_MAX) -> list[CodePool]:
    """The youngest first."""
    found = rows(
        f"{_POOL} WHERE p.programme = %s AND (%s = '' OR p.offer = %s) ORDER BY p.made_at DESC, p.pool_id LIMIT %s",
        [programme, offer, offer, limit],
    )
    return [CodePool(*row) for row in found]


def personal_codes(customer_id: UUID, today: date) -> list[PersonalCode]:
    """A customer's own, with those of whoever turned out to be them and of the account that they share; the youngest
    first."""
    mine: Collection[UUID] = {*family_of(customer_id), *family_of(counts_as(customer_id))}
    found: list[tuple[Any, ...]] = rows(
        f"SELECT k.offer, k.pool_id, CASE WHEN k.uses_max > 0 AND q.taken >= k.uses_max THEN 'used' "
        "WHEN w.pool_id IS NOT NULL THEN 'withdrawn' WHEN k.expires_on <= %(today)s THEN 'expired' "
        f"ELSE 'usable' END, k.made_at, k.expires_on FROM {_CODES} "
        "WHERE k.customer_id = ANY (%(mine)s) ORDER BY k.made_at DESC, k.offer",
        {"today": today, "mine": sorted(mine)},
    )
    return [
        PersonalCode(offer, pool_id, CodeState(state), at, until)
        for offer, pool_id, state, at, until in found
    ]


def _written(by: Actor) -> str:
    if by.person_id is not None and by.key_id is None:
        return str(by.person_id)
    return f"key:{by.key_id}" if by.key_id is not None else "command"


def _trail(one: CodePool) -> dict[str, object]:
    return {
        "pool": str(one.pool_id),
        "name": one.name,
        "count": one.made,
        "audience": one.audience or None,
        "until": one.expires_on.isoformat() if one.expires_on else None,
    }
