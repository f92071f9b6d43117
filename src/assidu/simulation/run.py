"""Runs a replay over all recorded history, in as many processes as there are cores."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from assidu.decisions.plan import Plan
from assidu.loyalty.book import PlanBook
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.as_decided import replay_as_decided
from assidu.simulation.baseline import Baseline
from assidu.simulation.first_answers import FirstAnswers
from assidu.simulation.groups import Groups
from assidu.simulation.history import History, Past, Progress, Work, recorded_history
from assidu.simulation.report import report
from assidu.simulation.sides import Part, Sides
from assidu.simulation.types import Outcome, Partial, Report


@dataclass(frozen=True, slots=True)
class Against:
    """What a plan is compared with besides what really happened: another one, replayed over the same past.

    ``known`` answers that replay where it was kept, ``keep`` is given one that was made.
    """

    plan: Plan
    known: Callable[[Past], Baseline | None] = lambda _: None
    keep: Callable[[Past, Baseline], None] = lambda _past, _baseline: None


@dataclass(frozen=True, slots=True)
class Replayed:
    """``compared`` is beside the plan that was asked for, ``report`` beside what really happened."""

    report: Report
    compared: Report | None = None


def simulate(
    database_url: str,
    recorded_book: PlanBook,
    book: PlanBook | None,
    *,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_partial: Callable[[Partial], None] | None = None,
    seed: int = 0,
) -> Report:
    """Replay everything under ``book``, or with ``None`` as it was decided. Reads only.

    ``on_partial`` is told every second what is known so far, of the customers that ``seed`` draws first. Where they
    share places, a sample is decided for that before everybody is decided in the order of time: the report is the same.
    """
    return compare(
        database_url,
        recorded_book,
        book,
        None,
        processes=processes,
        on_progress=on_progress,
        on_partial=on_partial,
        seed=seed,
    ).report


def compare(
    database_url: str,
    recorded_book: PlanBook,
    book: PlanBook | None,
    against: Against | None,
    *,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_partial: Callable[[Partial], None] | None = None,
    seed: int = 0,
) -> Replayed:
    """The same, and beside another plan: then ``on_partial`` is told of the same customers under both."""
    started = time.perf_counter()
    with recorded_history(database_url, processes=processes, on_progress=on_progress) as history:
        past = history.past
        if book is None:
            # As it was decided nothing differs: there is nothing to estimate, and nothing to compare it with.
            outcome, baseline = _summed(history.over(_as_decided(recorded_book)))
        else:
            other = against.plan if against is not None else None
            known = against.known(past) if against is not None else None
            sides = Sides(recorded_book, book, other, known)
            first = FirstAnswers(sides, seed, on_partial) if on_partial is not None else None
            outcome, baseline = _passes(history, sides, first)
            if against is not None and baseline is not None and known is None:
                against.keep(past, baseline)

    def told(found: Outcome, other: Plan) -> Report:
        return report(
            found,
            other,
            (book or recorded_book).versions[-1].plan,
            seconds=time.perf_counter() - started,
            since=past.since,
            until=past.until,
            has_drawn=book is not None,
        )

    happened = told(outcome, recorded_book.versions[-1].plan)
    if against is None or baseline is None:
        return Replayed(happened)
    return Replayed(happened, told(baseline.compared(outcome), against.plan))


def _passes(history: History, sides: Sides, first: FirstAnswers | None) -> Part:
    """Everybody under the plan and, where that is not known, under the one that it is compared with: in one pass, or
    where everybody must be decided in one order of time, in one pass for each."""
    drawn = None
    if first is not None:
        drawn = first.prepare(history.connection, history.groups, history.past.events, history.processes)
    history.total = history.past.events * (2 if sides.needs_other else 1)
    if first is not None and not sides.needs_order:
        outcome, baseline = _summed(history.over(first.decide, drawn, first.hear))
        return outcome, sides.known or baseline
    if first is not None:
        history.total += first.events * sides.plans
        history.over(first.decide, drawn, first.hear)
    other = None
    if sides.needs_other:
        other = Baseline()
        for part in history.over(sides.other):
            other.add(part)
    outcome, same = _summed(history.over(sides.tried))
    return outcome, sides.known or other or same


def _summed(parts: Iterable[Part]) -> Part:
    outcome = Outcome()
    baseline: Baseline | None = None
    for found, other in parts:
        outcome.add(found)
        if other is not None:
            baseline = baseline or Baseline()
            baseline.add(other)
    return outcome, baseline


def _as_decided(book: PlanBook) -> Work[Part]:
    def replay(
        connection: psycopg.Connection[Any],
        groups: Groups,
        _until: date,
        _quotas: RefereedQuotas,
        advance: Callable[[int], None],
    ) -> Part:
        return replay_as_decided(connection, book, groups, advance), None

    return replay
