"""Everything that reads people, keys and trails."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q, QuerySet

from assidu.foundation import clock
from assidu.foundation.people import models
from assidu.foundation.people.roles import SCOPES, scopes_grantable_with
from assidu.foundation.people.types import NOBODY, Actor, ApiKey, AuditEntry, Look, Person
from assidu.foundation.settings import current_settings

FAILURES_PER_EMAIL = 5
FAILURES_PER_SOURCE = 50
LOCK = timedelta(minutes=15)


def person(person_id: UUID) -> Person:
    return person_of(models.Person.objects.get(pk=person_id))


def find_person(person_id: UUID) -> Person | None:
    row = models.Person.objects.filter(pk=person_id).first()
    return person_of(row) if row else None


def person_by_email(email: str) -> Person | None:
    row = models.Person.objects.filter(email=email.strip().lower()).first()
    return person_of(row) if row else None


def people(search: str = "", role: str = "", active: bool | None = None) -> list[Person]:
    """Everyone with a sign-in, by name."""
    rows = models.Person.objects.order_by("name", "email")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(email__icontains=search))
    if role:
        rows = rows.filter(roles__contains=[role])
    if active is not None:
        rows = rows.filter(is_active=active)
    return [person_of(row) for row in rows]


def names_of(person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {person_id for person_id in person_ids if person_id}
    return dict(models.Person.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def is_anyone_here() -> bool:
    return models.Person.objects.exists()


def is_invitation_good(person_id: UUID, token: str) -> bool:
    row = models.Person.objects.filter(pk=person_id, is_active=True).first()
    return row is not None and default_token_generator.check_token(row, token)


def person_of(row: models.Person) -> Person:
    """The value of a row; the one place where a person's row becomes what other rooms may hold."""
    return Person(
        id=row.pk,
        email=row.email,
        name=row.name,
        roles=tuple(row.roles),
        language=row.language,
        theme=row.theme,
        stores=tuple(row.stores),
        is_active=row.is_active,
        has_signed_up=is_password_usable(row.password),
        created_at=row.created_at,
        last_seen_at=row.last_login,
    )


# ---------------------------------------------------------------- signing in


def sign_in_fingerprints(email: str, source: str) -> tuple[str, str]:
    """Keyed hashes under which refused sign-ins are counted."""
    return _fingerprint("email:" + email.strip().lower()), _fingerprint("source:" + source)


def is_locked_out(email: str, source: str) -> bool:
    """Too many refusals lately, for this e-mail or from this network address."""
    email_print, source_print = sign_in_fingerprints(email, source)
    recent = models.SigninFailure.objects.filter(at__gt=clock.now() - LOCK)
    return (
        recent.filter(email_fingerprint=email_print).count() >= FAILURES_PER_EMAIL
        or recent.filter(source_fingerprint=source_print).count() >= FAILURES_PER_SOURCE
    )


def _fingerprint(text: str) -> str:
    return hmac.new(current_settings().pseudonym_key, text.encode(), hashlib.sha256).hexdigest()


# ---------------------------------------------------------------- API keys


def grantable_scopes(by: Actor) -> frozenset[str]:
    """The scopes that somebody may give a key: a person those of their roles, a key its own, the command line all."""
    if by.person_id is not None:
        maker = find_person(by.person_id)
        return scopes_grantable_with(maker.permissions) if maker is not None else frozenset()
    if by.key_id is not None:
        key = api_key(by.key_id)
        return frozenset(key.scopes) if key.is_live else frozenset()
    return frozenset(SCOPES)


def hash_secret(secret: str) -> str:
    """A plain hash is enough: a secret is 256 random bits, nobody guesses it from the hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def key_for(secret: str) -> ApiKey | None:
    """The live key with this secret, if there is one. Writes nothing: see `actions.note_key_use`."""
    row = models.Key.objects.filter(secret_hash=hash_secret(secret), revoked_at=None).first()
    return _key_of(row) if row else None


def api_key(key_id: UUID) -> ApiKey:
    return _key_of(models.Key.objects.get(pk=key_id))


def api_keys() -> list[ApiKey]:
    """Every key, the live ones first, the youngest first."""
    rows = models.Key.objects.order_by("-created_at")
    return sorted((_key_of(row) for row in rows), key=lambda key: not key.is_live)


def _key_of(row: models.Key) -> ApiKey:
    return ApiKey(
        id=row.pk,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        store=row.store,
        created_at=row.created_at,
        created_by=row.created_by,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


# ---------------------------------------------------------------- trails


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A stretch of the audit trail, the youngest first; `before` continues it."""

    entries: tuple[AuditEntry, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class LookPage:
    entries: tuple[Look, ...]
    before: int | None


def audit_trail(
    *,
    search: str = "",
    action: str = "",
    object_id: str = "",
    via: str = "",
    person_id: UUID | None = None,
    key_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> TrailPage:
    """The trail, filtered. `search` finds an object, a request id, an action, or the name of a person; `via` is
    ``screen``, ``key`` or ``command``."""
    rows: QuerySet[models.Audit] = models.Audit.objects.order_by("-id")
    if search:
        who = models.Person.objects.filter(Q(name__icontains=search) | Q(email__icontains=search))
        rows = rows.filter(
            Q(object_id__icontains=search)
            | Q(request_id__icontains=search)
            | Q(action__icontains=search)
            | Q(person_id__in=list(who.values_list("pk", flat=True)))
        )
    if action:
        rows = rows.filter(action__startswith=action)
    if object_id:
        rows = rows.filter(object_id=object_id)
    if via:
        rows = rows.filter(via=via)
    if person_id:
        rows = rows.filter(person_id=person_id)
    if key_id:
        rows = rows.filter(key_id=key_id)
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows[: limit + 1])
    names = names_of(row.person_id for row in found)
    keys = dict(
        models.Key.objects.filter(pk__in={row.key_id for row in found if row.key_id}).values_list(
            "pk", "name"
        )
    )
    entries = tuple(
        AuditEntry(
            id=row.pk,
            at=row.at,
            action=row.action,
            via=row.via,
            person_id=row.person_id,
            person_name=names.get(row.person_id, "") if row.person_id else "",
            key_id=row.key_id,
            key_name=keys.get(row.key_id, "") if row.key_id else "",
            object_kind=row.object_kind,
            object_id=row.object_id,
            request_id=row.request_id,
            before=row.before,
            after=row.after,
        )
        for row in found[:limit]
    )
    return TrailPage(entries, entries[-1].id if len(found) > limit else None)


def looks(
    *,
    customer_id: UUID | None = None,
    person_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
) -> LookPage:
    """Who looked at whom, the youngest first."""
    rows: QuerySet[models.Look] = models.Look.objects.order_by("-id")
    if customer_id:
        rows = rows.filter(customer_id=customer_id)
    if person_id:
        rows = rows.filter(person_id=person_id)
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows[: limit + 1])
    names = names_of(row.person_id for row in found)
    entries = tuple(
        Look(
            row.pk,
            row.at,
            None if row.person_id == NOBODY else row.person_id,
            names.get(row.person_id, ""),
            row.customer_id,
            row.page,
        )
        for row in found[:limit]
    )
    return LookPage(entries, entries[-1].id if len(found) > limit else None)


def has_looked(person_id: UUID, customer_id: UUID, page: str, since: datetime) -> bool:
    """Whether the trail holds such a look since then."""
    return models.Look.objects.filter(
        customer_id=customer_id, at__gte=since, person_id=person_id, page=page
    ).exists()
