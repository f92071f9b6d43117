"""What other rooms may hold about people, keys and the trail: frozen values, never rows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from assidu.foundation.people.roles import ROLES, permissions_of


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the company, or who works for it, with a sign-in."""

    id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    language: str
    theme: str
    stores: tuple[str, ...]
    is_active: bool
    has_signed_up: bool
    created_at: datetime
    last_seen_at: datetime | None
    permissions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", permissions_of(self.roles) if self.is_active else frozenset())

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def seen_stores(self) -> tuple[str, ...] | None:
        """The stores whose customers this person sees; ``None``: every store."""
        return None if self.may("customers.every_store") else self.stores

    @property
    def sees_everybody(self) -> bool:
        """May lists show them customers of any store?"""
        return self.may("customers.view") and self.may("customers.every_store")

    @property
    def role_labels(self) -> tuple[str, ...]:
        return tuple(str(ROLES[name].label) for name in self.roles if name in ROLES)

    @property
    def initials(self) -> str:
        words = [word for word in self.name.replace("-", " ").split() if word[0].isalnum()]
        return (
            "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person on a screen, a program with a key (and its name then), or the command line."""

    person_id: UUID | None = None
    key_id: UUID | None = None
    request_id: str = ""
    key_name: str = ""

    @property
    def via(self) -> str:
        return "screen" if self.person_id else "key" if self.key_id else "command"


COMMAND_LINE = Actor()
NOBODY = UUID(int=0)
"""Who sits at the command line, where a person is written down."""


class Refusal(StrEnum):
    """Why an action on people was not done; screens and commands turn the code into a sentence."""

    EMAIL_TAKEN = "email_taken"
    EMAIL_INVALID = "email_invalid"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_SCOPE = "unknown_scope"
    SCOPE_NOT_HELD = "scope_not_held"
    UNKNOWN_PERSON = "unknown_person"
    LAST_ADMINISTRATOR = "last_administrator"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a refusal
    LOCKED = "locked"
    LINK_EXPIRED = "link_expired"


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person just invited, and the one-time token with which they choose their password."""

    person: Person
    token: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    store: str
    created_at: datetime
    created_by: UUID | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None

    def allows(self, scope: str) -> bool:
        return self.is_live and (scope in self.scopes)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: int
    at: datetime
    action: str
    via: str
    person_id: UUID | None
    person_name: str
    key_id: UUID | None
    key_name: str
    object_kind: str
    object_id: str
    request_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Look:
    """Someone looked at a customer; without a person, whoever sits at the command line."""

    id: int
    at: datetime
    person_id: UUID | None
    person_name: str
    customer_id: UUID
    page: str
