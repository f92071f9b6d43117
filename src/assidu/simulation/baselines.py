"""Baselines that are kept: a version is replayed once over a past, however many changes are compared with it."""

import zlib
from collections.abc import Sequence
from hashlib import sha256

import msgspec
import structlog
from django.db import Error, connection, transaction

import assidu
from assidu.decisions import SEMANTICS_VERSION
from assidu.foundation.clock import now
from assidu.foundation.sql import rows
from assidu.loyalty.plans import PublishedPlan, book_of, published_plans
from assidu.plans.identity import identity
from assidu.simulation.baseline import Baseline
from assidu.simulation.history import Past
from assidu.simulation.run import Against

KEPT_MAX = 4
"""So many of each programme stay: the version in force, and some that were compared with besides."""
FORMAT = 3
"""Of what is kept: another one when ``Baseline``, what it adds up or what the program decides changes."""
log = structlog.get_logger(__name__)
_packed = msgspec.msgpack.Encoder()
_unpacked = msgspec.msgpack.Decoder(Baseline)


def against(programme: str, version: int) -> Against:
    """A published version to compare with, replayed only where no replay of it was kept."""
    published = published_plans(programme)
    key = key_of(published, version)

    def known_of(past: Past) -> Baseline | None:
        return known(key, past)

    def keep_it(past: Past, baseline: Baseline) -> None:
        try:
            keep(key, programme, past, baseline)
        except Error:  # the next run pays for it again; this one has its answer
            log.exception("simulation.baseline_not_kept")

    return Against(book_of(published).version(version), known_of, keep_it)


def key_of(published: Sequence[PublishedPlan], version: int) -> str:
    """What tells one from another besides the past: what the version says, what was in force before (accounts that
    existed go on existing), and the program that decided."""
    program = f"{assidu.__version__} {SEMANTICS_VERSION} {FORMAT}"
    told = [program, *(identity(one.document) for one in published)]
    [wanted] = (identity(one.document) for one in published if one.version == version)
    return sha256("\n".join([wanted, *told]).encode()).hexdigest()


def known(key: str, past: Past) -> Baseline | None:
    """The one that was kept of exactly this past. Events are never changed or taken away, so that as many of them, up
    to the same day, are the same."""
    found = rows(
        "SELECT replayed FROM simulation_baseline WHERE key = %s AND events = %s AND until = %s",
        [key, past.events, past.until],
    )
    try:
        return _unpacked.decode(zlib.decompress(found[0][0])) if found else None
    except (msgspec.MsgspecError, zlib.error):
        return None  # written by another program: as if it had not been kept


@transaction.atomic
def keep(key: str, programme: str, past: Past, baseline: Baseline) -> None:
    """Instead of that of an earlier past; the oldest ones go."""
    if past.until is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO simulation_baseline (key, programme, events, until, kept_at, replayed) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO UPDATE SET events = excluded.events, "
            "until = excluded.until, kept_at = excluded.kept_at, replayed = excluded.replayed",
            (key, programme, past.events, past.until, now(), zlib.compress(_packed.encode(baseline), 1)),
        )
        cursor.execute(
            "DELETE FROM simulation_baseline WHERE programme = %s AND key NOT IN "
            "(SELECT key FROM simulation_baseline WHERE programme = %s ORDER BY kept_at DESC LIMIT %s)",
            (programme, programme, KEPT_MAX),
        )
