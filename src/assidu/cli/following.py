"""Work that goes on in a process of its own, followed from a terminal until it is over."""

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from assidu.cli.output import Advance
from assidu.foundation.work import Work

POLL_SECONDS = 0.25
AnyWork = TypeVar("AnyWork", bound=Work)


def followed(
    run_id: UUID, read: Callable[[UUID], AnyWork | None], cancel: Callable[[UUID], None], advance: Advance
) -> AnyWork:
    """The work once it is over; it is stopped when whoever waits for it stops."""
    shown = 0
    try:
        while True:
            run = read(run_id)
            assert run is not None, "it was just asked for"
            advance(run.done - shown)
            shown = run.done
            if run.state.is_over:
                return run
            time.sleep(POLL_SECONDS)
    finally:
        cancel(run_id)
