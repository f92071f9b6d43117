"""Writes decided groups, some thousand events at a time: customers are locked for the blink that it takes.

A group is written whole or not at all, in one transaction with its places and what was refused. So an import that
was killed is simply done again: what was written is known by its keys, and places are already counted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from psycopg import errors

from assidu.connectors.imports import lookups, runs
from assidu.connectors.imports.deciding import Decider, GroupRun, Shop, run_on, set_aside
from assidu.connectors.imports.foreseeing import Brought
from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.ordering import CONFLICT, Group
from assidu.connectors.imports.places import LockedOnDemand
from assidu.connectors.imports.tickets import TICKET_CONFLICT, contradiction, sold
from assidu.connectors.imports.tickets import written as written_tickets
from assidu.connectors.imports.types import SetAside, first_of
from assidu.decisions.calendar import local_day
from assidu.events import wire
from assidu.loyalty.copying import Lines, copy_lines, update_members
from assidu.loyalty.personal import write_personal
from assidu.loyalty.referral import keep_devices

CHUNK_EVENTS = 2_000
CHUNK_GROUPS = 200
ATTEMPTS_MAX = 5
_ALIAS_SQL = "SELECT customers_alias(%s, %s, %s)"
_ENTER_SQL = "SELECT customers_enter(%s, %s, %s)"
_EXIT_SQL = "SELECT customers_exit(%s, %s)"
_CROSSED = (
    errors.UniqueViolation,
    errors.CheckViolation,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)


@dataclass(slots=True)
class Done:
    """What one process wrote, or foresees; ``brought`` by takeovers of a dry run, by the number of the file."""

    recorded: int = 0
    anonymous: int = 0
    exists: int = 0
    ticks: int = 0
    undrawn: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    first_aside: list[SetAside] = field(default_factory=list)
    brought: dict[int, Brought] = field(default_factory=dict)

    def put_aside(self, aside: Sequence[SetAside]) -> None:
        self.set_aside.update(one.code for one in aside)
        self.first_aside = first_of([*self.first_aside, *aside])


class Moved(Exception):
    """A customer's history went on since it was loaded, or a place was taken."""


@dataclass(slots=True)
class Writer:
    """One process's hand: ``check`` is called before each transaction, ``wrote`` after it."""

    connection: Connection
    shop: Shop
    check: Callable[[], None]
    wrote: Callable[[int], None]
    done: Done = field(default_factory=Done)

    def write(self, groups: Iterable[GroupRun]) -> None:
        for chunk in _chunks(groups):
            self.check()
            try:
                with self.connection.transaction():
                    self._write(chunk)
            except (*_CROSSED, Moved):
                for run in chunk:
                    self._again(run)
            else:
                self._count(chunk)
            self.wrote(sum(len(run.group.places) for run in chunk))

    def foresee(self, groups: Iterable[GroupRun], anonymous: Sequence[int]) -> None:
        """Only say what writing these would come to."""
        for run in groups:
            self._count([run])
            for file, brought in run.brought.items():
                self.done.brought.setdefault(file, Brought()).update(brought)
        lines, refused = self._read_anonymous(anonymous)
        self.done.anonymous += len(lines.anonymous)
        self.done.put_aside(refused)

    def write_anonymous(self, places: Sequence[int]) -> None:
        """Tickets without a customer: nothing is decided, they are counted."""
        for start in range(0, len(places), CHUNK_EVENTS):
            chunk = list(places[start : start + CHUNK_EVENTS])
            self.check()
            try:
                written = self._write_anonymous(chunk)
            except _CROSSED:
                # Somebody told one of them meanwhile: without those.
                told = self._told_meanwhile(chunk)
                aside = [one for one in told.values() if one is not None]
                written = self._write_anonymous([place for place in chunk if place not in told], aside)
                self.done.exists += len(told) - len(aside)
            self.done.anonymous += written
            self.wrote(len(chunk))

    # ------------------------------------------------------------ groups

    def _write(self, chunk: Sequence[GroupRun]) -> None:
        members = {customer: member for run in chunk for customer, member in run.members.items()}
        locked = lookups.lock_members(self.connection, list(members))
        for run in chunk:
            if any(locked[customer].state.seq != seq for customer, seq in run.loaded_seqs.items()):
                raise Moved
        self._lock_places(chunk)
        lines = Lines()
        for run in chunk:
            lines.add(run.lines)
        copy_lines(self.connection, lines)
        update_members(self.connection, members.values())
        said = [one for run in chunk for one in run.personal]
        run_on(self.connection, write_personal(said, self.shop.vault))
        joined = [one for run in chunk for one in run.devices]
        run_on(self.connection, keep_devices(joined, self.shop.pseudonym_key, self.shop.recorded_at))
        for run in chunk:
            for passage in run.passages:
                if passage.is_in:
                    told = [passage.person, passage.account, passage.at]
                    self.connection.execute(_ENTER_SQL, told)
                else:
                    self.connection.execute(_EXIT_SQL, [passage.person, passage.account])
            for absorbed, survivor in run.aliases.items():
                self.connection.execute(_ALIAS_SQL, [absorbed, survivor, self.shop.recorded_at])
        runs.tell_set_aside(
            self.connection, self.shop.recorded_at, [one for run in chunk for one in run.aside]
        )

    def _lock_places(self, chunk: Sequence[GroupRun]) -> None:
        """Places move with the decisions. Who takes some must find enough, and nobody else takes them before."""
        moved: Counter[str] = Counter()
        limits: dict[str, int | None] = {}
        for run in chunk:
            moved.update(run.places)
            limits |= {key: run.limits.get(key, limits.get(key)) for key in run.places}
        if not moved:
            return
        taken = lookups.lock_places(self.connection, limits)
        for key, change in moved.items():
            limit = limits[key]
            if change > 0 and limit is not None and taken[key] + change > limit:
                raise Moved

    def _again(self, run: GroupRun) -> None:
        """Decide a group once more on top of what its customers have become, and write it at once."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            self.check()
            try:
                with self.connection.transaction():
                    fresh = self._decide_again(run)
                    self._write(fresh)
            except _CROSSED:
                if attempt == ATTEMPTS_MAX:
                    raise
            else:
                self.done.exists += len(run.group.places) - fresh[0].recorded - len(fresh[0].aside)
                self._count(fresh)
                return

    def _decide_again(self, run: GroupRun) -> list[GroupRun]:
        accounts = lookups.accounts_of(self.connection, run.members)
        group = Group(run.group.customers | set(accounts.values()), run.group.places)
        locked = lookups.lock_members(self.connection, list(group.customers))
        told = self._told_meanwhile(run.group.places, run.group.customers)
        fresh = GroupRun.of(group, locked, accounts)
        places = LockedOnDemand(lambda limits: lookups.lock_places(self.connection, limits))
        decider = Decider(self.shop, places, self.connection)
        for place in run.group.places:
            if place not in told:
                decider.take(fresh, place)
        decider.finish(fresh)
        fresh.aside += [one for one in told.values() if one is not None]
        return [fresh]

    def _told_meanwhile(
        self, places: Sequence[int], merging: Collection[UUID] = ()
    ) -> dict[int, SetAside | None]:
        """The events that somebody else has told since; what says something else is set aside."""
        entries, files = self.shop.entries, self.shop.files
        keys = lookups.known_keys(self.connection, (entries[place].key for place in places))
        tickets = lookups.known_tickets(
            self.connection, (t for place in places if (t := entries[place].ticket) is not None)
        )
        written = written_tickets(self.connection, tickets)
        found: dict[int, SetAside | None] = {}
        for place in places:
            entry = entries[place]
            file = files[entry.file]
            if entry.key in keys:
                is_same = keys[entry.key][0] == entry.fingerprint
                found[place] = None if is_same else SetAside.of(entry, file, CONFLICT)
            elif entry.ticket is not None and entry.ticket in written:
                mine = sold(self.shop.read(entry), self.shop.owners.get(place))
                detail = contradiction(mine, written[entry.ticket], merging)
                is_same = detail is None
                found[place] = None if is_same else SetAside.of(entry, file, TICKET_CONFLICT, detail or "")
        return found

    def _count(self, chunk: Iterable[GroupRun]) -> None:
        for run in chunk:
            self.done.recorded += run.recorded
            self.done.ticks += run.ticks
            self.done.undrawn += run.undrawn
            self.done.put_aside(run.aside)

    # ------------------------------------------------------------ tickets without a customer

    def _write_anonymous(self, places: Sequence[int], aside: Sequence[SetAside] = ()) -> int:
        lines, refused = self._read_anonymous(places)
        refused = [*aside, *refused]
        with self.connection.transaction():
            copy_lines(self.connection, lines)
            runs.tell_set_aside(self.connection, self.shop.recorded_at, refused)
        self.done.put_aside(refused)
        return len(lines.anonymous)

    def _read_anonymous(self, places: Sequence[int]) -> tuple[Lines, list[SetAside]]:
        """As they will be written, and those that cannot be."""
        lines = Lines()
        book = self.shop.book
        refused: list[SetAside] = []
        for place in places:
            entry = self.shop.entries[place]
            plan = book.at(entry.at)
            try:
                fact = wire.to_fact(
                    self.shop.read(entry),
                    catalogue=self.shop.catalogue,
                    plan=plan,
                    fingerprint=entry.fingerprint,
                )
            except wire.NotExchanged as error:
                refused.append(set_aside(entry, self.shop.files[entry.file], error.refused))
                continue
            lines.add_anonymous(
                source=entry.source,
                id_=entry.id,
                fingerprint=entry.fingerprint,
                at=entry.at,
                recorded_at=self.shop.recorded_at,
                day=local_day(entry.at, plan.zone),
                programme=book.programme,
                store=fact.store,
                channel=fact.channel,
                ticket=fact.ticket,
                amount_minor=fact.amount_minor,
                body=fact.body,
            )
        return lines, refused


def _chunks(groups: Iterable[GroupRun]) -> Iterator[list[GroupRun]]:
    chunk: list[GroupRun] = []
    events = 0
    for run in groups:
        chunk.append(run)
        events += len(run.lines.events)
        if events >= CHUNK_EVENTS or len(chunk) >= CHUNK_GROUPS:
            yield chunk
            chunk, events = [], 0
    if chunk:
        yield chunk
