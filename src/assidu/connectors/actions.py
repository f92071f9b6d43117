"""Everything of this room that writes: the import of files."""

import gc
import os
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from assidu.catalogue.known import whole_catalogue
from assidu.connectors.files.mapping import Target
from assidu.connectors.imports import control, lookups, runs
from assidu.connectors.imports.deciding import Shop
from assidu.connectors.imports.foreseeing import Brought
from assidu.connectors.imports.identities import Identities
from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.ordering import (
    CONFLICT,
    first_tickets,
    first_told,
    groups_of,
    order_key,
)
from assidu.connectors.imports.places import Shared
from assidu.connectors.imports.processes import Work, do_alone, do_at_once
from assidu.connectors.imports.records import take_records
from assidu.connectors.imports.telling import Telling, tell
from assidu.connectors.imports.tickets import TICKET_CONFLICT, Sold, contradiction, sold
from assidu.connectors.imports.tickets import written as written_tickets
from assidu.connectors.imports.types import (
    Entry,
    NoProgramme,
    Pair,
    Report,
    SetAside,
    Watch,
    first_of,
    unwatched,
)
from assidu.connectors.imports.writing import Done
from assidu.customers.vault import Vault
from assidu.events import wire
from assidu.events.types import EventType
from assidu.foundation import clock
from assidu.foundation.settings import Settings
from assidu.loyalty.book import PlanBook
from assidu.loyalty.draws import draws_to_draw
from assidu.loyalty.plans import plan_book, programmes
from assidu.loyalty.referee import Moved

EVENTS_PER_PROCESS_MIN = 2_000
"""Below that a second process costs more than it takes off: it has to start."""
EVENTS_PER_SHARING_PROCESS_MIN = 8_000
"""The same where customers share places: it has to ask for every one of them, and to wait."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import, and how. ``catches_up``: decide at the end what has become due since, up to ``at``; leave it
    out when more history follows. ``processes``: as many as there are cores."""

    pairs: Sequence[Pair]
    at: datetime
    programme: str | None = None
    catches_up: bool = True
    is_dry_run: bool = False
    processes: int | None = None


def import_files(
    order: ImportOrder, database_url: str, settings: Settings, watch: Watch = unwatched
) -> Report:
    """Take everything that files tell: each event once, in the order of time, whatever happened to earlier attempts.

    Django's connection must point to the same database. Raises `MappingError`, `AnotherImport`, `NoProgramme`.
    """
    began = time.monotonic()
    report = Report(is_dry_run=order.is_dry_run)
    with (
        _without_collector(),
        psycopg.connect(database_url, autocommit=True) as connection,
        runs.alone(connection),
    ):
        events = [pair for pair in order.pairs if pair.mapping.target is Target.EVENT]
        stated = [(pair, totals) for pair in events if (totals := control.stated_totals(pair)) is not None]
        is_decided = {pair.mapping.target for pair in order.pairs} & {Target.EVENT, Target.ACCOUNT}
        book = _book(order.programme) if is_decided else None
        if order.is_dry_run:
            run = runs.Run(0, order.at, False)
        else:
            names = [pair.file.name for pair in order.pairs]
            run = runs.begin(connection, runs.fingerprint_of(order.pairs), names, order.at)
            report.is_resumed = run.is_resumed
        aside: list[SetAside] = []
        for pair in order.pairs:
            if pair.mapping.target is not Target.EVENT:
                programme = book.programme if book is not None else ""
                aside += take_records(
                    pair, run.recorded_at, report, watch, programme=programme, is_dry_run=order.is_dry_run
                )
        if book is not None and events:
            importer = _Importer(order, events, book, run, connection, database_url, settings, report, watch)
            aside += importer.take()
            for pair, totals in stated:
                file = events.index(pair)
                foreseen = importer.foreseen.get(file, Brought())
                report.differences += control.differences(
                    connection, pair.file, totals, importer.keys_of(file), foreseen
                )
        report.put_aside(aside)
        report.seconds = time.monotonic() - began
        if not order.is_dry_run:
            runs.finish(connection, run, clock.now(), report.as_json(), aside)
    return report


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing in an import makes cycles, and the collector's passes over all that was read would cost seconds, in
    each of the processes that inherit it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _book(programme: str | None) -> PlanBook:
    known = programmes()
    if programme is None:
        if len(known) > 1:
            raise NoProgramme(f"There are several programmes ({', '.join(known)}): say which.")
        programme = known[0] if known else ""
    book = plan_book(programme)
    if book is None:
        raise NoProgramme("Publish the programme first: `assidu plan publish FILE`.")
    return book


class _Importer:
    """The events of one run, from the files to the ledger."""

    def __init__(
        self,
        order: ImportOrder,
        pairs: Sequence[Pair],
        book: PlanBook,
        run: runs.Run,
        connection: Connection,
        database_url: str,
        settings: Settings,
        report: Report,
        watch: Watch,
    ) -> None:
        self._order = order
        self._pairs = pairs
        self._book = book
        self._run = run
        self._connection = connection
        self._database_url = database_url
        self._settings = settings
        self._report = report
        self._watch = watch
        self._processes = order.processes or len(os.sched_getaffinity(0))
        self._telling = Telling()
        self._files = [pair.file.name for pair in pairs]
        self.foreseen: dict[int, Brought] = {}
        """What a dry run would have brought, by the number of the file."""

    def take(self) -> list[SetAside]:
        """Everything; answers what was set aside before anything was decided."""
        zone = self._book.versions[-1].plan.zone
        self._telling = telling = tell(
            self._pairs, self._settings.pseudonym_key, zone, self._processes, self._watch
        )
        entries = telling.entries
        entries.sort(key=order_key)
        report = self._report
        report.rows += telling.rows
        report.not_meant += telling.not_meant
        report.events = len(entries)
        aside = list(telling.set_aside)
        self._watch("Finding customers", 0, 1)
        going = self._told_once(aside)
        identities = Identities(self._connection, self._settings, self._run.recorded_at)
        if self._order.is_dry_run:
            with_records = report.tries_takeovers_only = len(self._pairs) < len(self._order.pairs)
            identities.foresee([entries[place] for place in going], self._read, with_records=with_records)
        else:
            identities.settle([entries[place] for place in going], self._read)
        owned = self._owned(going, identities, aside)
        alone = self._told_first(owned, identities, aside)
        self._watch("Finding customers", 1, 1)
        if report.tries_takeovers_only:
            tried = [place for place in alone if entries[place].type is EventType.TAKE_OVER]
            report.recorded += len(alone) - len(tried)
            report.anonymous += sum(entries[place].subject is None for place in alone)
            alone = tried
        self._decide(alone, identities)
        return aside

    def keys_of(self, file: int) -> list[tuple[str, str]]:
        return [entry.key for entry in self._telling.entries if entry.file == file]

    def _read(self, entry: Entry) -> wire.Incoming:
        spool = self._telling.spools[entry.spool]
        return wire.parse(os.pread(spool.fileno(), entry.length, entry.offset))

    def _told_once(self, aside: list[SetAside]) -> list[int]:
        """The places of events that are neither known, nor told twice, nor refused by an earlier import."""
        entries = self._telling.entries
        known = lookups.known_keys(self._connection, {entry.key for entry in entries})
        resumed_from = self._run.recorded_at if self._run.is_resumed else None
        sources = {entry.source for entry in entries}
        refused = lookups.refused_before(self._connection, sources, resumed_from)
        order = first_told(entries, known, refused)
        self._report.exists += order.exists
        self._report.refused_before += len(order.refused_before)
        aside += [self._aside(place, CONFLICT) for place in order.conflicts]
        return order.going

    def _owned(self, going: Sequence[int], identities: Identities, aside: list[SetAside]) -> list[int]:
        """Those of somebody who is known by now, or of nobody at all."""
        owned = []
        for place in going:
            entry = self._telling.entries[place]
            fault = None
            for subject in (entry.subject, entry.absorbed):
                if subject is not None and fault is None:
                    fault = identities.fault(subject)
            if fault is None:
                owned.append(place)
            else:
                aside.append(self._aside(place, fault))
        return owned

    def _told_first(self, owned: Sequence[int], identities: Identities, aside: list[SetAside]) -> list[int]:
        """Those whose ticket nobody told before. One that tells it otherwise is set aside, the same again exists."""
        entries = self._telling.entries
        known = lookups.known_tickets(
            self._connection, (t for place in owned if (t := entries[place].ticket) is not None)
        )
        tickets = first_tickets(entries, owned, known)
        if not tickets.again:
            return tickets.firsts
        written = written_tickets(self._connection, known)
        again = {place for pair in tickets.again for place in pair if place is not None}
        meeting = self._meeting([p for p in owned if entries[p].absorbed or p in again], identities)

        def told(place: int) -> Sold:
            subject = entries[place].subject
            return sold(self._read(entries[place]), identities.customer(subject) if subject else None)

        for place, first in tickets.again:
            ticket = entries[place].ticket
            assert ticket is not None
            mine, other = told(place), written[ticket] if first is None else told(first)
            together = {one for owner in mine.owners for one in meeting.get(owner, ())}
            if (detail := contradiction(mine, other, together)) is None:
                self._report.exists += 1
            else:
                aside.append(self._aside(place, TICKET_CONFLICT, detail))
        return tickets.firsts

    def _meeting(self, places: Sequence[int], identities: Identities) -> dict[UUID, set[UUID]]:
        """Customers who become one in this import, or share an account in it or by now, each with the others."""
        owners: dict[int, UUID] = {}
        absorbed: dict[int, UUID] = {}
        for place in places:
            subject, other = self._telling.entries[place].subject, self._telling.entries[place].absorbed
            if subject and (owner := identities.customer(subject)):
                owners[place] = owner
                if other and (second := identities.customer(other)):
                    absorbed[place] = second
        accounts = lookups.accounts_of(self._connection, {*owners.values(), *absorbed.values()})
        groups = groups_of(owners, absorbed, [*accounts.items()])
        return {customer: group.customers for group in groups for customer in group.customers}

    def _aside(self, place: int, code: str, detail: str = "") -> SetAside:
        entry = self._telling.entries[place]
        return SetAside.of(entry, self._files[entry.file], code, detail)

    # ------------------------------------------------------------ deciding and writing

    def _decide(self, alone: Sequence[int], identities: Identities) -> None:
        entries = self._telling.entries
        owners = {p: owner for p in alone if (s := entries[p].subject) and (owner := identities.customer(s))}
        absorbed = {
            p: other for p in owners if (s := entries[p].absorbed) and (other := identities.customer(s))
        }
        anonymous = [place for place in alone if entries[place].subject is None]
        people = {*owners.values(), *absorbed.values()}
        accounts = lookups.accounts_of(self._connection, people)
        returning = {owners[p] for p in owners if entries[p].original is not None}
        left = lookups.accounts_left_by(self._connection, returning)
        groups = groups_of(owners, absorbed, [*accounts.items(), *left])
        everybody = {customer for group in groups for customer in group.customers}
        if not self._order.is_dry_run:
            lookups.enrol(self._connection, everybody, self._book.programme, self._run.recorded_at)
        vault = Vault(self._settings.vault_key)
        originals = {original for place in owners if (original := entries[place].original) is not None}
        shop = Shop(
            book=self._book,
            catalogue=whole_catalogue(),
            recorded_at=self._run.recorded_at,
            files=self._files,
            entries=entries,
            owners=owners,
            absorbed=absorbed,
            read=self._read,
            wanted=frozenset(originals),
            known_originals=lookups.known_originals(self._connection, originals),
            codes=lookups.known_codes(self._connection, self._telling.codes),
            draws=draws_to_draw(self._book.programme, vault),
            pseudonym_key=self._settings.pseudonym_key,
            vault=vault,
            accounts=accounts,
            catches_up=self._order.catches_up and not self._order.is_dry_run,
            is_dry_run=self._order.is_dry_run,
        )
        work = Work(shop, groups, anonymous, self._database_url)
        shared = self._shared()
        is_shared = any(version.plan.shares_places for version in self._book.versions)
        least = EVENTS_PER_SHARING_PROCESS_MIN if is_shared else EVENTS_PER_PROCESS_MIN
        parts = self._order.processes or max(1, min(self._processes, len(alone) // least))
        if parts == 1:
            self._add(do_alone(work, shared, self._watch))
        else:
            for done in do_at_once(work, parts, shared, self._watch):
                self._add(done)
        self._watch("Writing", len(alone), len(alone))

    def _shared(self) -> Shared:
        """What customers share. What this import had written before it was killed counts from its own place on."""
        taken = lookups.places_taken(self._connection)
        if not self._run.is_resumed:
            return Shared(taken)
        entries = self._telling.entries
        moved = []
        for at, source, id_, key, change in lookups.places_moved(self._connection, self._run.recorded_at):
            place = bisect_right(entries, (at, source, id_), key=lambda entry: entry[:3]) - 1
            moved.append(Moved(place, key, change))
            taken[key] -= change
        return Shared(taken, moved)

    def _add(self, done: Done) -> None:
        self._report.recorded += done.recorded + done.anonymous
        self._report.anonymous += done.anonymous
        self._report.exists += done.exists
        self._report.ticks += done.ticks
        self._report.undrawn += done.undrawn
        self._report.set_aside.update(done.set_aside)
        self._report.first_aside = first_of([*self._report.first_aside, *done.first_aside])
        for file, brought in done.brought.items():
            self.foreseen.setdefault(file, Brought()).update(brought)
