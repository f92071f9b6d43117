"""A file of who belongs to which household or company: accounts are opened, and people enter them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assidu.connectors.imports.identities import UNKNOWN_CUSTOMER
from assidu.customers import queries as customers
from assidu.customers.accounts import ROLES, AccountRole, account_of, set_roles
from assidu.customers.actions import write_profile
from assidu.customers.identifiers import normalise, parse_subject
from assidu.customers.types import (
    CustomerKind,
    Identifier,
    IdentifierKind,
    NotAnIdentifier,
    Profile,
    ProfileRecord,
)
from assidu.decisions.decision import Refused
from assidu.decisions.state import AccountKind
from assidu.events.wire import Subject
from assidu.loyalty import accounts
from assidu.loyalty.entries import Conflict

SOURCE = "import"
_BETWEEN = re.compile(r"[,;|\s]+")


@dataclass(frozen=True, slots=True)
class Belonging:
    """One row: the account, by what the other system calls it, and who is in it, if anybody is named."""

    account: Identifier
    kind: AccountKind
    name: str
    store: str
    member: str
    roles: tuple[AccountRole, ...]
    is_invented: bool = False


def belonging_from(one: Mapping[str, Any]) -> Belonging:
    """The row, or ``ValueError``."""
    account = normalise(IdentifierKind.EXTERNAL, str(one["account"]))
    if isinstance(account, NotAnIdentifier):
        raise ValueError("the account is called source:id")
    kind = AccountKind(str(one["kind"]))
    roles = tuple(AccountRole(role) for role in _BETWEEN.split(str(one.get("roles") or "")) if role)
    if not set(roles) <= set(ROLES[CustomerKind(kind)]):
        raise ValueError("a role of the other kind of account")
    return Belonging(
        account,
        kind,
        str(one.get("name") or ""),
        str(one.get("store") or ""),
        str(one.get("member") or ""),
        roles,
        bool(one.get("invented", False)),
    )


def take_belonging(row: Belonging, at: datetime, programme: str) -> str:
    """Open the account unless it is known, and take the person in unless they are; answers why not, by code."""
    opened = accounts.open_(
        row.kind, row.name, by=None, at=at, programme=programme, store=row.store, external=row.account
    )
    if isinstance(opened, Conflict):
        return "other_kind"
    if isinstance(opened, Refused):
        return opened.code.value
    is_renamed = not opened.is_new and row.name not in ("", *customers.names_of([opened.account_id]).values())
    if is_renamed or row.is_invented:
        told = Profile(last_name=row.name or None, is_invented=row.is_invented)
        write_profile(ProfileRecord(told, SOURCE, opened.account_id), at)
    if not row.member:
        return ""
    person_id = _person(row.member, at)
    if not isinstance(person_id, UUID):
        return person_id
    if account_of(person_id) == opened.account_id:
        set_roles(person_id, row.roles, by=None)
        return ""
    outcome = accounts.enter(
        opened.account_id,
        Subject("customer", str(person_id)),
        by=None,
        at=at,
        programme=programme,
        roles=row.roles,
    )
    return outcome.code.value if isinstance(outcome, Refused) else ""


def _person(subject: str, at: datetime) -> UUID | str:
    """Whoever has it, opened if nobody does; or why not."""
    named = parse_subject(subject)
    if isinstance(named, NotAnIdentifier):
        return named.fault.value
    found = customers.follow(named) if isinstance(named, UUID) else customers.by_identifier(named)
    if found is None and isinstance(named, Identifier):
        said: dict[str, Any] = {named.kind.value: named.value}
        found = write_profile(ProfileRecord(Profile(**said), SOURCE), at).customer_id
    return found or UNKNOWN_CUSTOMER
