"""The processes that decide and write an import: as many as it is worth, or this one alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import psycopg

from assidu.connectors.imports import runs
from assidu.connectors.imports.deciding import Shop
from assidu.connectors.imports.ordering import Group, shared_out
from assidu.connectors.imports.places import Shared
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
        quotas: RefereedQuotas | Shared,
        processes: int,
        decided: Count,
        written: Count,
        together: Callable[[], object],
    ) -> Done:
        """Decide a share and, but for a dry run, write it. ``decided`` and ``written`` are told how many more;
        ``together`` waits for the other processes."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            runs.belong(connection)
            share = Share(self.shop, groups, connection, quotas, processes)
            share.decide(decided)
            check = quotas.check_parent if isinstance(quotas, RefereedQuotas) else _nothing
            writer = Writer(connection, self.shop, check, written)
            if self.shop.is_dry_run:
                writer.foresee(share.runs, anonymous)
                return writer.done
            # What is given back is written before what others were given of it.
            writer.write(run for run in share.runs if run.gives_back)
            together()
            writer.write(run for run in share.runs if not run.gives_back)
            writer.write_anonymous(anonymous)
            return writer.done

    def tell(self, watch: Watch, decided: int, written: int) -> None:
        if decided < len(self.shop.owners):
            watch("Deciding", decided, len(self.shop.owners))
        else:
            watch("Writing", written, len(self.shop.owners) + len(self.anonymous))


def do_alone(work: Work, shared: Shared, watch: Watch) -> Done:
    """Everything in this process."""
    counts = [0, 0]

    def count(which: int, more: int) -> None:
        counts[which] += more
        work.tell(watch, *counts)

    return work.do(
        work.groups,
        work.anonymous,
        shared,
        1,
        lambda more: count(0, more),
        lambda more: count(1, more),
        _nothing,
    )


def do_at_once(work: Work, parts: int, shared: Shared, watch: Watch) -> list[Done]:
    """In several processes, with a referee for what customers share."""
    shares = shared_out(work.groups, parts)
    decided = get_context("fork").Array("q", parts, lock=False)
    written = get_context("fork").Array("q", parts, lock=False)
    barrier = get_context("fork").Barrier(parts)

    def do(part: int, parts: int, quotas: RefereedQuotas) -> Done:
        return work.do(
            shares[part],
            work.anonymous[part::parts],
            quotas,
            parts,
            lambda more: _add(decided, part, more),
            lambda more: _add(written, part, more),
            barrier.wait,
        )

    def tell() -> None:
        work.tell(watch, sum(decided), sum(written))

    return Referee[Done](shared.taken, tell, shared.moved).run(do, parts)


def _add(counts: Any, part: int, more: int) -> None:
    counts[part] += more


def _nothing() -> None:
    """Nobody started this process but whoever waits for it, and there is no other to wait for."""
