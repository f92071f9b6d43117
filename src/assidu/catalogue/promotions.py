"""The calendar of other teams' promotions: told line by line, replaced code by code, read by day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from assidu.catalogue.calendar import Promotion, PromotionCalendar
from assidu.decisions.plan import Lines
from assidu.foundation.sql import rows

PAGE_MAX = 500
LINES_MAX = 5_000
"""So many lines are told at once."""

_COLUMNS = (
    "code, name, starts_at, ends_at, skus, departments, brands, stores, channels, off_bp, off_minor, kind"
)
PROMOTIONS_SQL = f"SELECT {_COLUMNS} FROM catalogue_promotion"
"""Shared with intake, which reads it by another driver."""
PROMOTIONS_MARK = "SELECT coalesce(max(line_id), 0) || '/' || count(*) FROM catalogue_promotion"
"""Changes whenever the calendar does."""


@dataclass(frozen=True, slots=True)
class KnownPromotion:
    """A promotion with all its lines summed up: how many articles, departments and brands, in how many stores (0:
    everywhere), what it takes off (the most, where that differs from line to line)."""

    code: str
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    lines: int
    articles: int
    departments: tuple[str, ...]
    brands: tuple[str, ...]
    stores: tuple[str, ...]
    channels: tuple[str, ...]
    off_bp: int | None
    off_minor: int | None
    told_at: datetime
    told_by: str


def calendar_of(found: Iterable[Sequence[Any]]) -> PromotionCalendar:
    """What ``PROMOTIONS_SQL`` reads."""
    return PromotionCalendar(_promotion(row) for row in found)


def promotion_calendar(around: date | None = None) -> PromotionCalendar:
    """The whole calendar or, for one ticket, what may run about its day."""
    if around is None:
        return calendar_of(rows(PROMOTIONS_SQL))
    days = [around + timedelta(days=2), around - timedelta(days=1)]
    return calendar_of(rows(f"{PROMOTIONS_SQL} WHERE starts_at < %s AND ends_at > %s", days))


def put_promotions(
    promotions: Iterable[Promotion], *, at: datetime, by: str, going_on: Collection[str] = ()
) -> int:
    """Tell promotions; answers how many lines. What was told of them before is forgotten, but of those that are
    ``going_on``, of which these are further lines."""
    told = list(promotions)
    if not told:
        return 0
    columns: list[list[Any]] = [
        [one.code for one in told],
        [one.name for one in told],
        [one.kind for one in told],
        [one.starts_at for one in told],
        [one.ends_at for one in told],
        [one.off_bp for one in told],
        [one.off_minor for one in told],
        *(
            ["\n".join(sorted(names)) for names in selected]
            for selected in (
                [one.stores for one in told],
                [one.channels for one in told],
                [one.lines.skus for one in told],
                [one.lines.departments for one in told],
                [one.lines.brands for one in told],
            )
        ),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM catalogue_promotion WHERE code = ANY (%s)",
            [sorted(set(columns[0]) - set(going_on))],
        )
        cursor.execute(
            "INSERT INTO catalogue_promotion (code, name, kind, starts_at, ends_at, off_bp, off_minor, stores, "
            "channels, skus, departments, brands, told_at, told_by) "
            "SELECT n.code, n.name, n.kind, n.starts_at, n.ends_at, n.off_bp, n.off_minor, "
            "       string_to_array(n.stores, E'\\n'), string_to_array(n.channels, E'\\n'), "
            "       string_to_array(n.skus, E'\\n'), string_to_array(n.departments, E'\\n'), "
            "       string_to_array(n.brands, E'\\n'), %s, %s "
            "  FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamp[], %s::timestamp[], %s::integer[], "
            "       %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) "
            "       AS n (code, name, kind, starts_at, ends_at, off_bp, off_minor, stores, channels, skus, "
            "             departments, brands)",
            [at, by, *columns],
        )
    return len(told)


def remove_promotion(code: str) -> bool:
    """It was called off: tickets that came in meanwhile keep what they know of it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_promotion WHERE code = %s", [code])
        return bool(cursor.rowcount)


def promotions(
    *,
    text: str = "",
    store: str = "",
    running_from: datetime | None = None,
    running_until: datetime | None = None,
    after: str = "",
    limit: int = 50,
) -> tuple[list[KnownPromotion], str | None]:
    """By code, and where to continue. ``running_from`` and ``running_until`` (not included) are local times at some
    moment between which it must run; ``text`` is a part of its code, its name, or an article's code."""
    assert 0 < limit <= PAGE_MAX
    found = rows(
        "SELECT p.code, min(p.name), min(p.kind), min(p.starts_at), max(p.ends_at), count(*), "
        "       sum(cardinality(p.skus))::bigint, "
        "       array(SELECT DISTINCT unnest(c.departments) FROM catalogue_promotion AS c WHERE c.code = p.code "
        "             ORDER BY 1), "
        "       array(SELECT DISTINCT unnest(c.brands) FROM catalogue_promotion AS c WHERE c.code = p.code "
        "             ORDER BY 1), "
        "       CASE WHEN bool_or(p.stores = '{}') THEN '{}'::text[] ELSE array(SELECT DISTINCT unnest(c.stores) "
        "            FROM catalogue_promotion AS c WHERE c.code = p.code ORDER BY 1) END, "
        "       CASE WHEN bool_or(p.channels = '{}') THEN '{}'::text[] ELSE array(SELECT DISTINCT unnest(c.channels) "
        "            FROM catalogue_promotion AS c WHERE c.code = p.code ORDER BY 1) END, "
        "       max(p.off_bp), max(p.off_minor), max(p.told_at), max(p.told_by) "
        "  FROM catalogue_promotion AS p "
        " WHERE (%(text)s = '' OR strpos(lower(p.code), lower(%(text)s)) > 0 "
        "        OR strpos(lower(p.name), lower(%(text)s)) > 0 OR %(text)s = ANY (p.skus)) "
        "   AND (%(store)s = '' OR p.stores = '{}' OR %(store)s = ANY (p.stores)) "
        "   AND (%(from)s::timestamp IS NULL OR p.ends_at > %(from)s) "
        "   AND (%(until)s::timestamp IS NULL OR p.starts_at < %(until)s) AND p.code > %(after)s "
        " GROUP BY p.code ORDER BY p.code LIMIT %(limit)s",
        {
            "text": text,
            "store": store,
            "from": running_from,
            "until": running_until,
            "after": after,
            "limit": limit + 1,
        },
    )
    listed = [_known(row) for row in found[:limit]]
    return listed, listed[-1].code if len(found) > limit else None


def promotion_lines(code: str, limit: int = LINES_MAX) -> list[Promotion]:
    """The lines of one promotion, as they were told."""
    found = rows(f"{PROMOTIONS_SQL} WHERE code = %s ORDER BY line_id LIMIT %s", [code, limit])
    return [_promotion(row) for row in found]


def promotion_names(codes: Iterable[str]) -> dict[str, str]:
    """What promotions are called; one that was called off since is not among them."""
    wanted = sorted(set(codes) - {""})
    if not wanted:
        return {}
    return dict(
        rows("SELECT code, min(name) FROM catalogue_promotion WHERE code = ANY (%s) GROUP BY 1", [wanted])
    )


def calendar_state() -> tuple[int, datetime | None, datetime | None]:
    """How many promotions the calendar has, when it was told last, and when the last of them ends (local time)."""
    [(count, told_at, ends_at)] = rows(
        "SELECT count(DISTINCT code), max(told_at), max(ends_at) FROM catalogue_promotion"
    )
    return count, told_at, ends_at


def _promotion(row: Sequence[Any]) -> Promotion:
    code, name, starts_at, ends_at, skus, departments, brands, stores, channels, off_bp, off_minor, kind = row
    return Promotion(
        code,
        name,
        starts_at,
        ends_at,
        Lines(frozenset(departments), frozenset(brands), frozenset(skus)),
        frozenset(stores),
        frozenset(channels),
        off_bp,
        off_minor,
        kind,
    )


def _known(row: Sequence[Any]) -> KnownPromotion:
    listed: list[Any] = [tuple(part) if isinstance(part, list) else part for part in row]
    return KnownPromotion(*listed)
