"""The processes that decide and write an import: as many as it is worth, or this one alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import psycopg

from assidu.connectors.imports import runs
from assidu.connectors.imports.deciding import Shop
from assidu.connectors.imports.ordering import Group, shared_out
from assidu.connectors.imports.sharing import Share
from assidu.connectors.imports.types import Watch
from assidu.connectors.imports.writing import Done, Writer
from assidu.loyalty.referee import Referee, RefereedQuotas

Count = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Work:
    """``anonymous`` are the places of tickets that nobody showed a card for."""

    shop: Shop
    groups: Sequence[Group]
    anonymous: Sequence[int]
    database_url: str

    def do(
        self,
        groups: Sequence[Group],
        anonymous: Sequence[int],
        quotas: RefereedQuotas | Mapping[str, int],
        processes: int,
        decided: Count,
        written: Count,
    ) -> Done:
        """Decide a share and write it. ``decided`` and ``written`` are told how many more."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            runs.belong(connection)
            share = Share(self.shop, groups, connection, quotas, processes)
            share.decide(decided)
            check = quotas.check_parent if isinstance(quotas, RefereedQuotas) else _nothing
            writer = Writer(connection, self.shop, check, written)
            writer.write(share.runs)
            writer.write_anonymous(anonymous)
            return writer.done

    def tell(self, watch: Watch, decided: int, written: int) -> None:
        if decided < len(self.shop.owners):
            watch("Deciding", decided, len(self.shop.owners))
        else:
            watch("Writing", written, len(self.shop.owners) + len(self.anonymous))


def do_alone(work: Work, taken: Mapping[str, int], watch: Watch) -> Done:
    """Everything in this process. ``taken`` are the places that are gone."""
    counts = [0, 0]

    def count(which: int, more: int) -> None:
        counts[which] += more
        work.tell(watch, *counts)

    return work.do(
        work.groups, work.anonymous, taken, 1, lambda more: count(0, more), lambda more: count(1, more)
    )


def do_at_once(work: Work, parts: int, taken: Mapping[str, int], watch: Watch) -> list[Done]:
    """In several processes, with a referee for the places of which ``taken`` are gone."""
    shares = shared_out(work.groups, parts)
    decided = get_context("fork").Array("q", parts, lock=False)
    written = get_context("fork").Array("q", parts, lock=False)

    def do(part: int, parts: int, quotas: RefereedQuotas) -> Done:
        return work.do(
            shares[part],
            work.anonymous[part::parts],
            quotas,
            parts,
            lambda more: _add(decided, part, more),
            lambda more: _add(written, part, more),
        )

    return Referee[Done](taken, lambda: work.tell(watch, sum(decided), sum(written))).run(do, parts)


def _add(counts: Any, part: int, more: int) -> None:
    counts[part] += more


def _nothing() -> None:
    """Nobody started this process but whoever waits for it."""
