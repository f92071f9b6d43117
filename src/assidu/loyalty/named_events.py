"""Which of a customer's events somebody means: by its key, by its id alone, or by its place in the sequence."""

from uuid import UUID

from assidu.customers.accounts import family_of
from assidu.events.types import EventKey
from assidu.loyalty import queries
from assidu.loyalty.types import TimelineEntry

SEQ_MAX = 2**31 - 1


def events_named(customer_id: UUID, name: str, source: str = "") -> list[TimelineEntry]:
    """Of the customer, those merged into them, and the accounts that they are or were in; more than one where several
    sources use the same id and none is named."""
    family = family_of(customer_id)
    whose = [*family, *queries.accounts_ever(family)]
    if source:
        by_key = queries.entry_by_key(whose, EventKey(source, name))
        return [by_key] if by_key is not None else []
    if found := queries.entries_by_id(whose, name):
        return found
    if name.isascii() and name.isdigit() and int(name[:11]) <= SEQ_MAX:
        by_seq = queries.entry(family[0], int(name[:11]))
        return [by_seq] if by_seq is not None else []
    return []
