"""Work on the database told without a driver: a generator yields statements and is sent their rows.

Intake runs scripts on asyncpg, everything else on psycopg, in a transaction that whoever runs them opens and closes.
So what a live event does to the database is written once.
"""

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple, TypeVar

import psycopg

from assidu.foundation.sql import raw_connection

Answer = TypeVar("Answer")
Row = Sequence[Any]


class Step(NamedTuple):
    """One statement with parameters ``$1``, ``$2``… as both drivers understand them."""

    statement: str
    parameters: Sequence[Any]


Script = Generator[Step, list[Row], Answer]


def run_script(script: Script[Answer]) -> Answer:
    """Run a script on Django's connection, in its transaction."""
    cursor = psycopg.RawCursor(raw_connection())
    try:
        step = next(script)
        while True:
            cursor.execute(step.statement, step.parameters)
            step = script.send(cursor.fetchall() if cursor.description else [])
    except StopIteration as finished:
        answer: Answer = finished.value
        return answer
