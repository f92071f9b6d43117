"""Whose events these are: every identifier of an import found or opened in bulk, profiles written on the way."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.types import Entry
from assidu.customers import resolve
from assidu.customers.actions import RECORDS_MAX, write_profiles
from assidu.customers.identifiers import identifiers_of, parse_subject
from assidu.customers.types import Identifier, NotAnIdentifier, ProfileRecord, Subject
from assidu.customers.vault import Vault
from assidu.events import wire
from assidu.foundation.ids import new_id
from assidu.foundation.settings import Settings
from assidu.loyalty.entries import OPENING_TYPES
from assidu.loyalty.personal import profile_of

UNKNOWN_CUSTOMER = "unknown_customer"

Item = TypeVar("Item")


class Identities:
    """Finds the customer of each subject, as the events write it."""

    def __init__(self, connection: Connection, settings: Settings, at: datetime) -> None:
        self._connection = connection
        self._settings = settings
        self._at = at
        self._parsed: dict[str, Subject | NotAnIdentifier] = {}
        self._customers: dict[Subject, UUID] = {}

    def customer(self, subject: str) -> UUID | None:
        parsed = self._parse(subject)
        return None if isinstance(parsed, NotAnIdentifier) else self._customers.get(parsed)

    def fault(self, subject: str) -> str | None:
        """Why a subject is nobody, as the code of a reason; ``None`` for one that is somebody."""
        parsed = self._parse(subject)
        if isinstance(parsed, NotAnIdentifier):
            return parsed.fault.value
        return None if parsed in self._customers else UNKNOWN_CUSTOMER

    def find(self, entries: Sequence[Entry]) -> None:
        """Find the customers who are known, and open nobody."""
        wanted = {e.subject for e in entries if e.subject} | {e.absorbed for e in entries if e.absorbed}
        self._find(wanted)

    def foresee(
        self, entries: Sequence[Entry], read: Callable[[Entry], wire.Incoming], *, with_records: bool
    ) -> None:
        """Find everybody, and take those who would be opened for people of their own, without writing any. What a
        profile that comes along names besides, a telephone beside a card, is the same person.

        ``with_records``: files of customers come along, which may be of anybody who is not known yet.
        """
        self.find(entries)
        told = {one.subject for one in entries if one.subject and (one.has_profile or with_records)}
        named = {self._parse(subject) for subject in told}
        newcomers = {one for one in named if isinstance(one, Identifier)} | self._newcomers(entries).keys()
        self._customers |= {one: new_id(self._at) for one in newcomers if one not in self._customers}
        besides = [
            (customer, identifier)
            for entry in entries
            if entry.has_profile and entry.subject and (customer := self.customer(entry.subject))
            for identifier in _named_in(read(entry), entry.store)
        ]
        self._find_all({identifier for _, identifier in besides})
        for customer, identifier in besides:
            self._customers.setdefault(identifier, customer)

    def settle(self, entries: Sequence[Entry], read: Callable[[Entry], wire.Incoming]) -> None:
        """Find everybody; open customers for cards that are new; write the profiles that came along."""
        told = [entry for entry in entries if entry.has_profile and entry.subject]
        for batch in _cut(told, RECORDS_MAX):
            self._write_profiles(batch, read)
        newcomers = self._newcomers(entries)
        vault = Vault(self._settings.vault_key)
        for group in _cut(list(newcomers.values()), RECORDS_MAX):
            with self._connection.transaction():
                opened = resolve.open_customers(
                    self._connection, vault, self._settings.pseudonym_key, group, self._at
                )
            self._customers |= {identifier: customer for identifier, (customer, _) in opened.items()}
        self.find(entries)

    def _newcomers(self, entries: Sequence[Entry]) -> dict[Identifier, resolve.Newcomer]:
        """Who is not known yet and is opened by what is told of them."""
        newcomers: dict[Identifier, resolve.Newcomer] = {}
        for entry in entries:
            if entry.subject is None or entry.type not in OPENING_TYPES:
                continue
            parsed = self._parse(entry.subject)
            if isinstance(parsed, Identifier) and parsed not in self._customers and parsed not in newcomers:
                newcomers[parsed] = resolve.Newcomer(parsed, entry.store, entry.source)
        return newcomers

    def _write_profiles(self, entries: Sequence[Entry], read: Callable[[Entry], wire.Incoming]) -> None:
        records = []
        subjects = []
        for entry in entries:
            assert entry.subject is not None
            subject = self._parse(entry.subject)
            if not isinstance(subject, NotAnIdentifier):
                told = read(entry).profile
                assert told is not None
                records.append(ProfileRecord(profile_of(told, entry.store), entry.source, subject))
                subjects.append(subject)
        for subject, written in zip(subjects, write_profiles(records, self._at), strict=True):
            if written.customer_id is not None:
                self._customers[subject] = written.customer_id

    def _find(self, texts: Iterable[str]) -> None:
        parsed = {self._parse(text) for text in texts}
        self._find_all(one for one in parsed if not isinstance(one, NotAnIdentifier))

    def _find_all(self, subjects: Iterable[Subject]) -> None:
        missing = [one for one in subjects if one not in self._customers]
        identifiers = [one for one in missing if isinstance(one, Identifier)]
        for group in _cut(identifiers, RECORDS_MAX):
            found = resolve.find(self._connection, self._settings.pseudonym_key, group)
            for identifier, customer in found.items():
                self._customers[identifier] = customer
        named = [one for one in missing if isinstance(one, UUID)]
        if named:
            self._customers |= dict(self._connection.execute(_FOLLOW_SQL, [named]).fetchall())

    def _parse(self, text: str) -> Subject | NotAnIdentifier:
        parsed = self._parsed.get(text)
        if parsed is None:
            parsed = self._parsed[text] = parse_subject(text)
        return parsed


_FOLLOW_SQL = resolve.FOLLOW.replace("$1", "%s")


def _named_in(incoming: wire.Incoming, store: str) -> Sequence[Identifier]:
    assert incoming.profile is not None
    identifiers, _faults = identifiers_of(profile_of(incoming.profile, store))
    return identifiers


def _cut(items: Sequence[Item], size: int) -> Iterable[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
