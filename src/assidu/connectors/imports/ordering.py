"""Puts all events of an import in their one order, finds what is told twice, and shares customers between processes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from assidu.connectors.imports.types import Entry, Place, Ticket

CONFLICT = "idempotency_conflict"


@dataclass(slots=True)
class Order:
    """What is to be done, as places in the sorted list of entries."""

    going: list[int] = field(default_factory=list)
    exists: int = 0
    conflicts: list[int] = field(default_factory=list)
    refused_before: list[int] = field(default_factory=list)


def order_key(entry: Entry) -> tuple[object, ...]:
    return entry.at, entry.source, entry.id, entry.fingerprint, entry.file, entry.row


def first_told(
    entries: Sequence[Entry],
    known: Mapping[tuple[str, str], tuple[bytes, Place]],
    refused: set[tuple[str, str, bytes]],
) -> Order:
    """One key, one meaning, one effect: the first in the order counts, what says the same again exists."""
    order = Order()
    meanings: dict[tuple[str, str], bytes] = {}
    for place, entry in enumerate(entries):
        key = entry.key
        meaning = known[key][0] if key in known else meanings.get(key)
        if meaning is not None:
            if meaning == entry.fingerprint:
                order.exists += 1
            else:
                order.conflicts.append(place)
            continue
        meanings[key] = entry.fingerprint
        if (*key, entry.fingerprint) in refused:
            order.refused_before.append(place)
        else:
            order.going.append(place)
    return order


@dataclass(slots=True)
class Tickets:
    """``firsts`` are to be done. ``again`` tell a ticket that the database knows, or that the event at the second
    place told first."""

    firsts: list[int] = field(default_factory=list)
    again: list[tuple[int, int | None]] = field(default_factory=list)


def first_tickets(entries: Sequence[Entry], going: Sequence[int], known: Mapping[Ticket, Place]) -> Tickets:
    """Of several events that tell one ticket, the first: two systems may both send it, under keys of their own."""
    tickets = Tickets()
    seen: dict[Ticket, int] = {}
    for place in going:
        ticket = entries[place].ticket
        if ticket is not None:
            if ticket in known:
                tickets.again.append((place, None))
                continue
            if (first := seen.setdefault(ticket, place)) != place:
                tickets.again.append((place, first))
                continue
        tickets.firsts.append(place)
    return tickets


@dataclass(slots=True)
class Group:
    """Customers whose histories meet in a merger, a transfer or an account, mostly just one, and the places of their
    events in the order."""

    customers: set[UUID] = field(default_factory=set)
    places: list[int] = field(default_factory=list)


def groups_of(
    owners: Mapping[int, UUID], absorbed: Mapping[int, UUID], accounts: Iterable[tuple[UUID, UUID]] = ()
) -> list[Group]:
    """``owners`` has the person of every event in order; ``absorbed`` the second one of every event that has one;
    ``accounts`` who of them belongs, or belonged, to which account."""
    parents: dict[UUID, UUID] = {}

    def root(customer: UUID) -> UUID:
        while (parent := parents.get(customer, customer)) != customer:
            parents[customer] = parents.get(parent, parent)
            customer = parent
        return customer

    for customer in owners.values():
        parents.setdefault(customer, customer)
    meetings = [(owners[place], second) for place, second in absorbed.items()]
    meetings += accounts
    for first, second in meetings:
        one, other = sorted((root(first), root(second)))
        parents[other] = one
    groups: dict[UUID, Group] = {}
    for place, customer in owners.items():
        group = groups.setdefault(root(customer), Group())
        group.customers.add(customer)
        group.places.append(place)
        if place in absorbed:
            group.customers.add(absorbed[place])
    for person, account in accounts:
        if (found := groups.get(root(person))) is not None:
            found.customers |= {person, account}
    return list(groups.values())


def shared_out(groups: Sequence[Group], parts: int) -> list[list[Group]]:
    """Groups by process, each with about as many events."""
    shares: list[list[Group]] = [[] for _ in range(parts)]
    loads = [0] * parts
    for group in sorted(groups, key=lambda one: (-len(one.places), one.places[0])):
        lightest = loads.index(min(loads))
        shares[lightest].append(group)
        loads[lightest] += len(group.places)
    return shares
