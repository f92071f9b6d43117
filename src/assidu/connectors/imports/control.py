"""Compares what was posted of a takeover with the totals that the other system states."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from assidu.connectors.files.mapping import MappingError
from assidu.connectors.imports.foreseeing import Brought
from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.types import Difference, Pair
from assidu.decisions.decision import Account
from assidu.events.types import EventType

_LOTS_SQL = f"""
SELECT p.currency, coalesce(to_char(p.issued_month, 'YYYY-MM'), ''), sum(p.quantity)::bigint
  FROM unnest(%s::text[], %s::text[]) AS asked (source, id)
  JOIN events_key AS k ON k.source = asked.source AND k.id = asked.id
  JOIN ledger_posting AS p ON p.customer_id = k.customer_id AND p.seq = k.seq AND p.source = {Account.OPENING:d}
 GROUP BY 1, 2
"""
_TIERS_SQL = f"""
SELECT d.record -> 'tier' ->> 0, count(*)
  FROM unnest(%s::text[], %s::text[]) AS asked (source, id)
  JOIN events_key AS k ON k.source = asked.source AND k.id = asked.id
  JOIN events_event AS e ON e.customer_id = k.customer_id AND e.seq = k.seq AND e.type = '{EventType.TAKE_OVER.value}'
  JOIN loyalty_decision AS d ON d.customer_id = k.customer_id AND d.seq = k.seq
 GROUP BY 1
"""


class _OfCurrency(msgspec.Struct):
    total: int | msgspec.UnsetType = msgspec.UNSET
    by_issued_month: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


class _Stated(msgspec.Struct):
    """What the other system may state: whole numbers all of it."""

    members: int | msgspec.UnsetType = msgspec.UNSET
    currencies: dict[str, _OfCurrency] | msgspec.UnsetType = msgspec.UNSET
    tiers: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


def stated_totals(pair: Pair) -> dict[str, Any] | None:
    """The totals beside a file, if its mapping names any."""
    if pair.mapping.control_beside is None:
        return None
    path = pair.file.with_name(pair.mapping.control_beside)
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(str(path), 1, error.strerror or "cannot be read") from error
    except ValueError as error:
        raise MappingError(str(path), getattr(error, "lineno", 1), "this is not JSON") from error
    if not isinstance(stated, dict):
        raise MappingError(str(path), 1, "control totals are a JSON object")
    try:
        msgspec.convert(stated, _Stated)
    except msgspec.ValidationError as error:
        raise MappingError(str(path), 1, str(error)) from error
    return stated


def differences(
    connection: Connection,
    path: Path,
    stated: dict[str, Any],
    keys: Sequence[tuple[str, str]],
    foreseen: Brought,
) -> list[Difference]:
    """Each total that does not agree with what was posted for these events, or is ``foreseen`` to be."""
    columns = [[source for source, _ in keys], [id_ for _, id_ in keys]]
    units = {currency: Counter(by_month) for currency, by_month in foreseen.units.items()}
    for currency, month, quantity in connection.execute(_LOTS_SQL, columns):
        units.setdefault(currency, Counter())[month] += quantity
    tiers = Counter(foreseen.tiers)
    tiers.update(dict(connection.execute(_TIERS_SQL, columns).fetchall()))
    return [
        Difference(path.name, what, int(wanted), posted)
        for what, wanted, posted in _compared(stated, units, tiers)
        if int(wanted) != posted
    ]


def _compared(
    stated: dict[str, Any], lots: Mapping[str, Mapping[str, int]], tiers: Mapping[str | None, int]
) -> Iterable[tuple[str, int, int]]:
    if "members" in stated:
        yield "members", stated["members"], sum(tiers.values())
    for currency, totals in stated.get("currencies", {}).items():
        posted = lots.get(currency, {})
        if "total" in totals:
            yield f"{currency}: total", totals["total"], sum(posted.values())
        if "by_issued_month" in totals:
            wanted = totals["by_issued_month"]
            for month in sorted(wanted.keys() | posted.keys()):
                yield f"{currency}: issued in {month}", wanted.get(month, 0), posted.get(month, 0)
    if "tiers" in stated:
        for tier in sorted(stated["tiers"].keys() | {tier for tier in tiers if tier is not None}):
            yield f"tier {tier}", stated["tiers"].get(tier, 0), tiers.get(tier, 0)
