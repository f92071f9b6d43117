"""Tables of people, keys and trails. Private to this room."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """A sign-in. Never deleted, so that the audit trail keeps its author: deactivated."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=30), default=list)
    language = models.CharField(max_length=10, default="fr")
    theme = models.CharField(max_length=10, default="system")
    stores = ArrayField(models.CharField(max_length=60), default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "people_person"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(theme__in=("system", "light", "dark")), name="people_person_theme_known"
            ),
        ]


class SigninFailure(models.Model):
    """A refused sign-in, kept to slow down guessing. Holds fingerprints only: the address typed may be anyone's."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    email_fingerprint = models.CharField(max_length=64)
    source_fingerprint = models.CharField(max_length=64)

    class Meta:
        db_table = "people_signin_failure"
        indexes = [
            models.Index(fields=["email_fingerprint", "at"], name="people_failure_email"),
            models.Index(fields=["source_fingerprint", "at"], name="people_failure_source"),
        ]


class Key(models.Model):
    """An API key. The secret itself is shown once and kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    store = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_key"


class Audit(models.Model):
    """Who did what, on what, when. Append-only, by trigger and by grant; pseudonymous ids only."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    via = models.CharField(max_length=10)
    person_id = models.UUIDField(null=True)
    key_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=40, blank=True, default="")
    object_id = models.CharField(max_length=80, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "people_audit"
        indexes = [
            models.Index(fields=["-at", "-id"], name="people_audit_at"),
            models.Index(fields=["person_id", "-at"], name="people_audit_person"),
            models.Index(fields=["object_kind", "object_id", "-at"], name="people_audit_object"),
        ]


class Look(models.Model):
    """Someone looked at a customer: who, whom, where, when. Append-only."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    person_id = models.UUIDField()
    customer_id = models.UUIDField()
    page = models.CharField(max_length=40)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "people_look"
        indexes = [
            models.Index(fields=["customer_id", "-at"], name="people_look_customer"),
            models.Index(fields=["person_id", "-at"], name="people_look_person"),
        ]
