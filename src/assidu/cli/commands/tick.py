"""`assidu tick`: what the server does every minute, once."""

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output
from assidu.foundation import clock
from assidu.loyalty.due import run_due


def command(json: JsonFlag = False) -> None:
    """Decide what has become due by now: expiries, ends of statuses."""
    output = Output(json)
    with database(output):
        count = run_due(clock.now())
    output.answer({"customers": count}, f"{count:,} customers had something due")
