"""An event at the desk's door, and what may become of it. Values only."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from assidu.customers.identifiers import lookup, parse_subject
from assidu.customers.types import Fault, Identifier, NotAnIdentifier
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Decision, RefusalCode, Refused
from assidu.decisions.events import Event
from assidu.decisions.plan import Plan
from assidu.decisions.state import State
from assidu.decisions.values import value_type
from assidu.events.types import EventKey, EventType
from assidu.events.wire import Incoming, fingerprint
from assidu.foundation.people.types import Actor
from assidu.loyalty.book import PlanBook

OPENING_TYPES = frozenset({EventType.SALE, EventType.JOINING, EventType.TAKE_OVER})
"""A card that nobody has seen yet opens a customer here; anywhere else it is unknown."""


@dataclass(frozen=True, slots=True)
class Who:
    """A customer as the database looks them up: by a keyed hash, or by id."""

    identifier: Identifier | None = None
    kind: str = ""
    lookup: bytes = b""
    customer_id: UUID | None = None


NOBODY = Who()


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, read and checked, ready to be posted. ``day`` is its business date; ``by`` is known where a person
    does it by hand, or a key does what only staff may; ``is_seconded``: a second person has approved it. ``absorbed``
    is the second customer that it concerns; ``member``, who it is told of, where ``who`` was found to be an account
    that they have left since."""

    incoming: Incoming
    fingerprint: bytes
    day: date
    who: Who = NOBODY
    absorbed: Who | None = None
    by: Actor | None = None
    member: UUID | None = None
    is_seconded: bool = False

    @property
    def key(self) -> EventKey:
        return self.incoming.key

    @property
    def is_anonymous(self) -> bool:
        return self.who is NOBODY

    @property
    def is_alone(self) -> bool:
        """Posted in a transaction of its own: it concerns two customers, or personal data."""
        return self.absorbed is not None or self.incoming.profile is not None


def entry_of(
    incoming: Incoming, book: PlanBook, pseudonym_key: bytes, by: Actor | None = None
) -> Entry | NotAnIdentifier:
    who = NOBODY
    if incoming.subject is not None:
        found = _who(str(incoming.subject), pseudonym_key)
        if isinstance(found, NotAnIdentifier):
            return found
        who = found
    absorbed = None
    if incoming.absorbed is not None:
        found = _who(str(incoming.absorbed), pseudonym_key)
        if isinstance(found, NotAnIdentifier):
            return found
        absorbed = found
    day = local_day(incoming.at, book.at(incoming.at).zone)
    return Entry(incoming, fingerprint(incoming, pseudonym_key), day, who, absorbed, by)


def _who(subject: str, pseudonym_key: bytes) -> Who | NotAnIdentifier:
    found = parse_subject(subject)
    match found:
        case NotAnIdentifier():
            return found
        case UUID():
            return Who(customer_id=found)
        case _:
            return Who(found, found.kind.value, lookup(pseudonym_key, found))


# ---------------------------------------------------------------- what becomes of it


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it was decided, now or before (``is_new`` false), and the customer's state.

    ``state`` is as of now: right after the decision when it is new, without what is due since. ``duplicate_of`` names
    the event under which another source had already told the same ticket. ``member`` is who of an account it was told
    of, or who entered or left it.
    """

    key: EventKey
    type: EventType
    customer_id: UUID
    seq: int
    event: Event
    day: date
    decision: Decision
    state: State
    plan: Plan
    language: str = ""
    is_new: bool = True
    duplicate_of: EventKey | None = None
    member: UUID | None = None

    @property
    def at(self) -> datetime:
        return self.event.at

    def again(self, duplicate_of: EventKey | None = None) -> "Told":
        return replace(self, is_new=False, duplicate_of=duplicate_of)


@dataclass(frozen=True, slots=True)
class Anonymous:
    """A ticket without a customer: counted, and worth nothing."""

    key: EventKey
    day: date
    is_new: bool = True
    duplicate_of: EventKey | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The key is known, and meant something else; or its ticket is, with another customer or amount."""

    key: EventKey
    is_of_ticket: bool = False

    @property
    def code(self) -> str:
        return "ticket_conflict" if self.is_of_ticket else "idempotency_conflict"


@dataclass(frozen=True, slots=True)
class UnknownCustomer:
    """Nobody has this card, or was ever called so."""


@dataclass(frozen=True, slots=True)
class Later:
    """Depends on an event of the same batch: post it after the others. ``entry``: it is another customer's to decide,
    and is posted once more as that."""

    entry: Entry | None = None


@value_type(frozen=True, slots=True)
class RefusedTo(Refused):
    """A refusal, with the ``language`` of the customer it is said to, as far as it is known."""

    language: str = ""


Outcome = Told | Anonymous | Conflict | UnknownCustomer | Refused
"""A refusal by the core is an outcome like the others; nothing was written for it."""


def refused_to(refused: Refused, language: str) -> Refused:
    """The same refusal, said to a customer who speaks ``language``; empty: nobody knows."""
    if not language:
        return refused
    return RefusedTo(refused.code, refused.figures, refused.subject, language)


_MOVED = frozenset({RefusalCode.ABSORBED, RefusalCode.IN_ACCOUNT, RefusalCode.NOT_IN_ACCOUNT})


def was_moved(outcome: Outcome | Later) -> bool:
    """They were merged, or entered or left an account, between finding the customer and reading them: looked up once
    more, it is another one."""
    return isinstance(outcome, Refused) and outcome.code in _MOVED


def entry_again(outcome: Outcome | Later, entry: Entry) -> Entry | None:
    """What to post once more, now that it is known whose it is; ``None``: the outcome stands."""
    if isinstance(outcome, Later):
        return outcome.entry
    return entry if was_moved(outcome) else None


def outcome_code(outcome: Outcome | NotAnIdentifier) -> str:
    """Empty where it was recorded; else why it was not, and never will be."""
    match outcome:
        case Told():
            return ""
        case Refused():
            return outcome.code.value
        case UnknownCustomer():
            return "unknown_customer"
        case Conflict():
            return outcome.code
        case _:
            return "not_recorded"


__all__ = [
    "NOBODY",
    "OPENING_TYPES",
    "Anonymous",
    "Conflict",
    "Entry",
    "Fault",
    "Later",
    "Outcome",
    "RefusedTo",
    "Told",
    "UnknownCustomer",
    "Who",
    "entry_again",
    "entry_of",
    "outcome_code",
    "refused_to",
    "was_moved",
]
