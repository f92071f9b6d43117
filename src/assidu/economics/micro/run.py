"""Runs a trial of several plans over all customers, in rounds: an answer in seconds, better with each round.

Customers come in an order of the seed's chance, so that those of any round stand for all.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import psycopg

from assidu.economics.micro.expiry import differently_long
from assidu.economics.micro.settling import moved, settled_after
from assidu.economics.micro.summing import Summed
from assidu.economics.micro.trying import Earnings, Part, Trial, nobody, try_on
from assidu.economics.micro.types import MicroResult, Round
from assidu.economics.models.behaviour import Behaviour
from assidu.economics.models.bootstrap import spread
from assidu.loyalty.book import PlanBook
from assidu.loyalty.instant import Advance, at_one_instant, read_in_shares
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.groups import Groups
from assidu.simulation.rehearsal import with_accounts
from assidu.simulation.sample import by_chance, places_taken

FIRST_ROUND = 96
"""So many customers are decided in seconds."""
AT_ONCE = 16
"""So many share their part of what is scarce: whoever decides them, in whatever process, decides alike."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan to try and what people call it."""

    label: str
    book: PlanBook


OnRound = Callable[[MicroResult], None]


def try_plans(
    database_url: str,
    recorded: PlanBook,
    choices: Sequence[Choice],
    earnings: Earnings,
    behaviour: Behaviour,
    *,
    processes: int | None = None,
    on_round: OnRound = lambda _: None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> MicroResult:
    """Try ``choices`` beside what was recorded. The same seed and history give the same figures in any number of
    processes.

    ``on_round`` is told what is known so far, ``on_progress`` how many customers are done, of how many. Raises
    ``NothingRecorded`` where there is no history to speak of.
    """
    began = time.perf_counter()
    with at_one_instant(database_url) as (connection, instant):
        groups = by_chance(customers_in_groups(connection), behaviour.seed)
        if not groups:
            raise NothingRecorded("there is no history to try a plan on")
        wanted = groups[: behaviour.customers_max]
        trial = Trial(
            tuple(with_accounts(book, recorded) for book in (recorded, *(choice.book for choice in choices))),
            spread(behaviour.ranges(), behaviour.draws, behaviour.seed),
            behaviour.draws,
            behaviour.seed,
            _last_day(connection),
            places_taken(connection),
            earnings,
            behaviour.margin,
        )
        part, done, rounds, result = nobody(trial), 0, list[Round](), None
        for size in round_sizes(len(wanted)):
            some = wanted[done : done + size]
            for one in read_in_shares(
                database_url,
                instant,
                [some[n : n + AT_ONCE] for n in range(0, size, AT_ONCE)],
                _reader(trial, len(groups)),
                processes=processes,
                on_progress=lambda more, done=done: on_progress(done + more, len(wanted)),  # type: ignore[misc]
            ):
                part.add(one)
            done += size
            seconds = time.perf_counter() - began
            result = _result(trial, part, choices, len(groups), seconds, rounds)
            on_round(result)
    assert result is not None, "there is a round for whoever is there"
    return result


class NothingRecorded(Exception):
    """There is no history to try a plan on."""


def round_sizes(customers: int) -> list[int]:
    """A first round that takes seconds, then each as large as all before it."""
    sizes = [min(FIRST_ROUND, customers)]
    while sum(sizes) < customers:
        sizes.append(min(sum(sizes), customers - sum(sizes)))
    return sizes


def _reader(trial: Trial, of_customers: int) -> Callable[..., Part]:
    def read(
        connection: psycopg.Connection[Any],
        parts: Sequence[Groups],
        _quotas: RefereedQuotas,
        advance: Advance,
    ) -> Part:
        # Nothing made here is garbage before the end: looking for it would cost a third of the time.
        gc.disable()
        found = nobody(trial)
        for some in parts:
            found.add(try_on(connection, trial, some, len(some) / of_customers))
            advance(len(some))
        return found

    return read


def _result(
    trial: Trial,
    part: Part,
    choices: Sequence[Choice],
    of_customers: int,
    seconds: float,
    rounds: list[Round],
) -> MicroResult:
    summed = Summed(trial, part, of_customers)
    net_sales = round(part.net_sales_minor * of_customers / max(len(part.customers), 1))
    plans = tuple(summed.plan(n, choice.label, net_sales) for n, choice in enumerate(choices, start=1))
    now = Round(
        len(part.customers),
        part.histories,
        round(seconds, 3),
        tuple(plan.net_change.low_80 for plan in plans),
        tuple(plan.net_change.high_80 for plan in plans),
    )
    rounds.append(replace(now, moved=round(moved(rounds[-1], now), 4)) if rounds else now)
    return MicroResult(
        customers=len(part.customers),
        of_customers=of_customers,
        histories=part.histories,
        seconds=round(seconds, 3),
        recorded_cost=summed.recorded_cost,
        recorded_face=summed.recorded_face,
        net_sales_minor=net_sales,
        plans=plans,
        rounds=tuple(rounds),
        settled_after=settled_after(rounds),
        lives_differ=differently_long([book.versions[-1].plan for book in trial.books]),
        recorded_off=summed.recorded_off,
    )


def _last_day(connection: psycopg.Connection[Any]) -> date:
    row = connection.execute("SELECT max(day) FROM events_event").fetchone()
    if row is None or row[0] is None:
        raise NothingRecorded("there is no history to try a plan on")
    found: date = row[0]
    return found
