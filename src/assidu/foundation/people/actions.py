"""Everything that writes about people, keys and trails. Each action leaves its line in the audit trail."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from email_validator import EmailNotValidError, validate_email

from assidu.foundation import clock
from assidu.foundation.people import models
from assidu.foundation.people.queries import (
    api_key,
    grantable_scopes,
    hash_secret,
    is_locked_out,
    person,
    sign_in_fingerprints,
)
from assidu.foundation.people.roles import ROLES, SCOPES, permissions_of
from assidu.foundation.people.types import (
    NOBODY,
    Actor,
    ApiKey,
    Invitation,
    Person,
    Refusal,
    Refused,
)

KEY_PREFIX = "ask_"
LAST_USED_PRECISION = timedelta(minutes=1)


def record(
    by: Actor,
    action: str,
    object_kind: str = "",
    object_id: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add a line to the audit trail. `object_id` and the values must be pseudonymous: no name, no address."""
    models.Audit.objects.create(
        at=clock.now(),
        action=action,
        via=by.via,
        person_id=by.person_id,
        key_id=by.key_id,
        object_kind=object_kind,
        object_id=object_id,
        request_id=by.request_id,
        before=before,
        after=after,
    )


def record_look(by: Actor, customer_id: UUID, page: str) -> None:
    """Remember that someone looked at a customer. A program's look is in the audit trail of its key instead; one at the
    command line is in both."""
    if by.person_id is None:
        record(by, "customer.looked_at", "customer", str(customer_id), after={"page": page})
    if by.key_id is None:
        models.Look.objects.create(
            at=clock.now(),
            person_id=by.person_id or NOBODY,
            customer_id=customer_id,
            page=page,
            request_id=by.request_id,
        )


# ---------------------------------------------------------------- people


@transaction.atomic
def create_person(
    email: str,
    name: str,
    roles: Iterable[str],
    by: Actor,
    *,
    password: str | None = None,
    language: str = "fr",
    stores: Iterable[str] = (),
) -> Person | Refused:
    """Give someone a sign-in. Without a password they cannot sign in before they have used their invitation."""
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return Refused(Refusal.EMAIL_INVALID)
    chosen, bound_to = tuple(dict.fromkeys(roles)), list(dict.fromkeys(stores))
    if not chosen or not ROLES.keys() >= set(chosen):
        return Refused(Refusal.UNKNOWN_ROLE)
    row, is_new = models.Person.objects.get_or_create(
        email=address,
        defaults={
            "name": name.strip(),
            "roles": list(chosen),
            "language": language,
            "stores": bound_to,
            "password": make_password(password),
            "created_at": clock.now(),
            "created_by": by.person_id,
        },
    )
    if not is_new:
        return Refused(Refusal.EMAIL_TAKEN)
    record(by, "person.created", "person", str(row.id), after={"roles": list(chosen), "stores": bound_to})
    return person(row.id)


def invite(
    email: str,
    name: str,
    roles: Iterable[str],
    by: Actor,
    *,
    language: str = "fr",
    stores: Iterable[str] = (),
) -> Invitation | Refused:
    """Create someone without a password, and the link with which they choose one."""
    created = create_person(email, name, roles, by, language=language, stores=stores)
    if isinstance(created, Refused):
        return created
    return Invitation(created, _token_for(created.id))


def _token_for(person_id: UUID) -> str:
    return default_token_generator.make_token(models.Person.objects.get(pk=person_id))


@transaction.atomic
def renew_invitation(person_id: UUID, by: Actor) -> Invitation | Refused:
    """A fresh link for someone who lost theirs, or their password. The old password works until it is used."""
    row = models.Person.objects.filter(pk=person_id, is_active=True).first()
    if row is None:
        return Refused(Refusal.UNKNOWN_PERSON)
    record(by, "person.link_renewed", "person", str(person_id))
    return Invitation(person(person_id), _token_for(person_id))


@transaction.atomic
def accept_invitation(person_id: UUID, token: str, password: str, request_id: str = "") -> Person | Refused:
    """The invited person chooses a password; the link is then spent."""
    row = models.Person.objects.select_for_update().filter(pk=person_id, is_active=True).first()
    if row is None or not default_token_generator.check_token(row, token):
        return Refused(Refusal.LINK_EXPIRED)
    row.set_password(password)
    row.save(update_fields=["password"])
    record(Actor(row.pk, request_id=request_id), "person.password_chosen", "person", str(row.pk))
    return person(row.pk)


@transaction.atomic
def change_access(
    person_id: UUID,
    roles: Iterable[str] | None,
    stores: Iterable[str] | None,
    is_active: bool | None,
    by: Actor,
) -> Person | Refused:
    """Change someone's roles, stores, or whether they may sign in at all; ``None`` leaves one as it is. Somebody must
    remain to manage people."""
    chosen = None if roles is None else tuple(dict.fromkeys(roles))
    if chosen is not None and not (chosen and ROLES.keys() >= set(chosen)):
        return Refused(Refusal.UNKNOWN_ROLE)
    # Everyone is locked, in id order: two administrators who demote each other at once must not both succeed.
    rows = {row.pk: row for row in models.Person.objects.select_for_update().order_by("pk")}
    row = rows.get(person_id)
    if row is None:
        return Refused(Refusal.UNKNOWN_PERSON)
    before = {"roles": list(row.roles), "stores": list(row.stores), "is_active": row.is_active}
    if chosen is not None:
        row.roles = list(chosen)
    if stores is not None:
        row.stores = list(dict.fromkeys(stores))
    if is_active is not None:
        row.is_active = is_active
    if not any(r.is_active and "people.manage" in permissions_of(tuple(r.roles)) for r in rows.values()):
        return Refused(Refusal.LAST_ADMINISTRATOR)
    after = {"roles": list(row.roles), "stores": list(row.stores), "is_active": row.is_active}
    if before != after:
        row.save(update_fields=["roles", "stores", "is_active"])
        record(by, "person.access_changed", "person", str(person_id), before, after)
    return person(person_id)


def set_preferences(
    person_id: UUID, *, name: str | None = None, language: str | None = None, theme: str | None = None
) -> Person:
    """Someone's own choices: not a matter for the audit trail."""
    wanted = {"name": name, "language": language, "theme": theme}
    models.Person.objects.filter(pk=person_id).update(**{k: v for k, v in wanted.items() if v is not None})
    return person(person_id)


@transaction.atomic
def change_password(person_id: UUID, current: str, new: str, by: Actor) -> Person | Refused:
    row = models.Person.objects.select_for_update().get(pk=person_id)
    if not row.check_password(current):
        return Refused(Refusal.WRONG_PASSWORD)
    row.set_password(new)
    row.save(update_fields=["password"])
    record(by, "person.password_changed", "person", str(person_id))
    return person(person_id)


@transaction.atomic
def set_password(person_id: UUID, new: str, by: Actor) -> Person | Refused:
    """Give someone a password without knowing theirs, for whoever runs the server; their sessions and links end."""
    assert by.via == "command", "anybody else hands over a link, and never knows the password of another"
    row = models.Person.objects.select_for_update().filter(pk=person_id, is_active=True).first()
    if row is None:
        return Refused(Refusal.UNKNOWN_PERSON)
    row.set_password(new)
    row.save(update_fields=["password"])
    record(by, "person.password_set", "person", str(person_id))
    return person(person_id)


def check_sign_in(email: str, password: str, source: str, request_id: str = "") -> Person | Refused:
    """Whether this e-mail and password open a session. Unknown, deactivated and wrong all answer the same,
    in the same time, and count alike towards the lock."""
    if is_locked_out(email, source):
        record(Actor(request_id=request_id), "sign_in.locked")
        return Refused(Refusal.LOCKED)
    row = models.Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if row is None:
        make_password(password)  # as slow as a real check: the time must not tell who has a sign-in
    if row is None or not row.check_password(password):
        email_print, source_print = sign_in_fingerprints(email, source)
        with transaction.atomic():
            models.SigninFailure.objects.create(
                at=clock.now(), email_fingerprint=email_print, source_fingerprint=source_print
            )
            record(Actor(row.pk if row else None, request_id=request_id), "sign_in.refused")
        return Refused(Refusal.WRONG_PASSWORD)
    with transaction.atomic():
        models.SigninFailure.objects.filter(email_fingerprint=sign_in_fingerprints(email, source)[0]).delete()
        record(Actor(row.pk, request_id=request_id), "sign_in.done", "person", str(row.pk))
    return person(row.pk)


# ---------------------------------------------------------------- API keys


@transaction.atomic
def create_key(
    name: str, scopes: Iterable[str], by: Actor, *, store: str = ""
) -> tuple[ApiKey, str] | Refused:
    """Make a key and its secret, which nobody can read again. Nobody gives a key more than they may do themselves."""
    chosen = tuple(dict.fromkeys(scopes))
    if not chosen or not SCOPES.keys() >= set(chosen):
        return Refused(Refusal.UNKNOWN_SCOPE)
    if missing := sorted(set(chosen) - grantable_scopes(by)):
        record(by, "access.refused", "scope", missing[0], after={"scopes": list(chosen)})
        return Refused(Refusal.SCOPE_NOT_HELD)
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    row = models.Key.objects.create(
        name=name.strip(),
        prefix=secret[: len(KEY_PREFIX) + 6],
        secret_hash=hash_secret(secret),
        scopes=list(chosen),
        store=store,
        created_at=clock.now(),
        created_by=by.person_id,
    )
    record(by, "key.created", "key", str(row.pk), after={"scopes": list(chosen), "store": store})
    return api_key(row.pk), secret


@transaction.atomic
def revoke_key(key_id: UUID, by: Actor) -> ApiKey:
    """From the next request on, the key opens nothing. Revoking twice changes nothing."""
    revoked = models.Key.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=clock.now())
    if revoked:
        record(by, "key.revoked", "key", str(key_id))
    return api_key(key_id)


def note_key_use(key_id: UUID) -> None:
    """Keep "last used" true to the minute: a busy till must not write its key's row at every sale."""
    now = clock.now()
    models.Key.objects.filter(pk=key_id).exclude(last_used_at__gt=now - LAST_USED_PRECISION).update(
        last_used_at=now
    )
