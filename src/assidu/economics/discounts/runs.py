"""Questions about discounts that people asked: worked on in a process of their own, told, kept for a while, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from assidu.economics.discounts.types import DiscountsAnswer, DiscountsQuestion
from assidu.foundation import work
from assidu.foundation.clock import now
from assidu.foundation.work import Kind, Work

# Its matrices are many and small: more threads would only wait for one another.
DISCOUNTS = Kind(
    "economics_discounts", ("assidu.economics.discounts.job",), 20, {"OPENBLAS_NUM_THREADS": "1"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountsRun(Work):
    """``answer`` once it is done; ``yaml`` is the programme that gives points, where a share is turned into them."""

    question: DiscountsQuestion
    answer: DiscountsAnswer | None


def ask(question: DiscountsQuestion, yaml: str = "", *, label: str, by: str) -> UUID:
    """Write down what is asked; of earlier questions, the last ones stay."""
    own = {"question": msgspec.json.encode(question).decode()}
    return work.ask(DISCOUNTS, question.programme, yaml, label=label, by=by, own=own)


def start(question: DiscountsQuestion, yaml: str = "", *, label: str, by: str) -> UUID:
    """Ask, and set it off in a process of its own; answers at once."""
    run_id = ask(question, yaml, label=label, by=by)
    work.set_off(DISCOUNTS, run_id)
    return run_id


def cancel(run_id: UUID) -> None:
    """Stop one that is not over; one that is over stays as it ended."""
    work.cancel(DISCOUNTS, run_id)


def tell(run_id: UUID, done: int, total: int, seconds: float) -> None:
    """How far it is, ``seconds`` after it began; one that was cancelled stays so."""
    work.tell(DISCOUNTS, run_id, done, total, seconds)


def finish(run_id: UUID, answer: DiscountsAnswer) -> None:
    work.end(DISCOUNTS, run_id, msgspec.json.encode(answer))


def fail(run_id: UUID, why: str) -> None:
    """It did not come to its end."""
    work.end(DISCOUNTS, run_id, None, why)


# ---------------------------------------------------------------- reading

_OWN = "question::text, report::text"


def run(run_id: UUID) -> DiscountsRun | None:
    row = work.one(DISCOUNTS, run_id, _OWN)
    return None if row is None else _run(row)


def runs(programme: str) -> list[DiscountsRun]:
    """The last ones first."""
    assert DISCOUNTS.kept_max is not None
    return [_run(row) for row in work.last(DISCOUNTS, programme, _OWN, DISCOUNTS.kept_max)]


def _run(row: Sequence[Any]) -> DiscountsRun:
    question, report = row[-2:]
    found = DiscountsRun(
        **work.shared(row),
        question=msgspec.json.decode(question, type=DiscountsQuestion),
        answer=None if report is None else msgspec.json.decode(report, type=DiscountsAnswer),
    )
    return work.as_heard(found, now())
