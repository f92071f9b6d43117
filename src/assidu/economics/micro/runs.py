"""Trials of plans that people asked for: worked on in a process of their own, told round by round, kept for a while."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec

from assidu.economics.micro.types import MicroQuestion, MicroResult
from assidu.foundation import work
from assidu.foundation.clock import now
from assidu.foundation.work import Kind, Work
from assidu.simulation import tried_plans

# Its matrices are many and small: more threads would only wait for one another.
TRIAL = Kind("economics_trial", ("assidu.economics.micro.job",), 20, {"OPENBLAS_NUM_THREADS": "1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRun(Work):
    """``result``: what is known so far, and all of it once it is done."""

    question: MicroQuestion
    result: MicroResult | None


def start(programme: str, question: MicroQuestion, *, label: str, by: str) -> UUID:
    """Ask, and set it off in a process of its own; answers at once."""
    run_id = ask(programme, question, label=label, by=by)
    work.set_off(TRIAL, run_id)
    return run_id


def ask(programme: str, question: MicroQuestion, *, label: str, by: str) -> UUID:
    """Write down what is asked; of earlier questions, the last ones stay."""
    own = {"question": msgspec.json.encode(question).decode()}
    return work.ask(TRIAL, programme, "", label=label, by=by, own=own)


def cancel(run_id: UUID) -> None:
    """Stop one that is not over: what was known by then stays. One that is over stays as it ended."""
    work.cancel(TRIAL, run_id)


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How many customers are done, ``seconds`` after it began."""
    work.tell(TRIAL, run_id, done, total, seconds)


def show(run_id: UUID, result: MicroResult) -> None:
    """What is known so far."""
    work.show(TRIAL, run_id, msgspec.json.encode(result))


def finish(run_id: UUID, result: MicroResult) -> None:
    work.end(TRIAL, run_id, msgspec.json.encode(result))


def fail(run_id: UUID, why: str) -> None:
    """It did not come to its end."""
    work.end(TRIAL, run_id, None, why)


# ---------------------------------------------------------------- reading

_OWN = "question::text, report::text"


def run(run_id: UUID) -> TrialRun | None:
    row = work.one(TRIAL, run_id, _OWN)
    return None if row is None else _run(row)


def runs(programme: str) -> list[TrialRun]:
    """The last ones first."""
    assert TRIAL.kept_max is not None
    return [_run(row) for row in work.last(TRIAL, programme, _OWN, TRIAL.kept_max)]


def as_read(run: TrialRun) -> TrialRun:
    """The trial with its plans named for who reads it, in the active language."""
    made_of = [one.label for one in run.question.plans]
    said = dict(zip(made_of, tried_plans.names(made_of, run.programme), strict=True))
    plans = tuple(replace(one, label=said[one.label]) for one in run.question.plans)
    result = run.result
    if result is not None:
        tried = tuple(replace(one, label=said.get(one.label, one.label)) for one in result.plans)
        result = replace(result, plans=tried)
    return replace(run, question=replace(run.question, plans=plans), result=result)


def _run(row: Sequence[Any]) -> TrialRun:
    question, report = row[-2:]
    found = TrialRun(
        **work.shared(row),
        question=msgspec.json.decode(question, type=MicroQuestion),
        result=None if report is None else msgspec.json.decode(report, type=MicroResult),
    )
    return work.as_heard(found, now())
