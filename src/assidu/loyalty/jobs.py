"""What runs in the background beside a server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from django.db import connections
from django.db.utils import Error as DatabaseError

from assidu.foundation import clock
from assidu.loyalty.allotting import resume_allotments
from assidu.loyalty.anniversaries import tell_anniversaries
from assidu.loyalty.closing import close_programmes
from assidu.loyalty.due import run_due
from assidu.loyalty.emissions import decide_emissions
from assidu.loyalty.profiles_completed import tell_completed_profiles
from assidu.loyalty.running_draws import give_prizes, run_due_draws

EVERY_SECONDS = 60.0
ANNIVERSARIES_EVERY = timedelta(hours=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caught:
    """How much was due, by what brought it about."""

    customers: int
    anniversaries: int
    profiles: int
    closed: int
    emissions: int
    draws: int
    prizes: int


def catch_up(now: datetime) -> Caught:
    """Decide everything that is due by ``now``, whatever brings it about, at once and to the end."""
    due = run_due(now)
    anniversaries = tell_anniversaries(now)
    profiles = 0
    while told := tell_completed_profiles(now):
        profiles += told
    caught = Caught(
        due,
        anniversaries,
        profiles,
        close_programmes(now),
        decide_emissions(now),
        run_due_draws(now),
        give_prizes(now),
    )
    resume_allotments(now)
    return caught


@contextmanager
def ticking(every_seconds: float = EVERY_SECONDS) -> Iterator[None]:
    """While the block runs, what becomes due is decided within a minute; several servers share the work."""
    is_over = threading.Event()
    looked_at = datetime.min.replace(tzinfo=UTC)

    def tick() -> None:
        nonlocal looked_at
        while not is_over.wait(every_seconds):
            try:
                now = clock.now()
                if count := run_due(now):
                    log.info("due", customers=count)
                if count := decide_emissions(now):
                    log.info("emissions", decided=count)
                if count := run_due_draws(now):
                    log.info("draws", drawn=count)
                if count := give_prizes(now):
                    log.info("prizes", given=count)
                if count := resume_allotments(now):
                    log.info("allotments", resumed=count)
                if now - looked_at >= ANNIVERSARIES_EVERY:
                    if count := close_programmes(now):
                        log.info("closing", customers=count)
                    if count := tell_anniversaries(now):
                        log.info("anniversaries", told=count)
                    if count := tell_completed_profiles(now):
                        log.info("profiles_completed", told=count)
                    looked_at = now
            except (DatabaseError, psycopg.Error) as error:
                # The database may come back; until then nothing is lost, only later.
                log.warning("due_later", error=type(error).__name__)
            finally:
                connections.close_all()

    thread = threading.Thread(target=tick, name="clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(timeout=10)
