"""Codes of the trail and of refusals, as sentences."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assidu.foundation.people.types import Refusal

REFUSALS: dict[Refusal, str | Promise] = {
    Refusal.EMAIL_TAKEN: _("Someone already signs in with this e-mail."),
    Refusal.EMAIL_INVALID: _("This is not a complete e-mail address."),
    Refusal.UNKNOWN_ROLE: _("Choose at least one role."),
    Refusal.UNKNOWN_SCOPE: _("Choose at least one thing that the key may do."),
    Refusal.UNKNOWN_PERSON: _("This person no longer has a sign-in."),
    Refusal.LAST_ADMINISTRATOR: _(
        "Somebody must remain who can manage people: give that role to someone else first."
    ),
    Refusal.WRONG_PASSWORD: _("The e-mail or the password is not right."),
    Refusal.LOCKED: _(
        "Too many tries. Wait a quarter of an hour, or ask someone who manages people for a new link."
    ),
    Refusal.LINK_EXPIRED: _("This link has been used or is too old. Ask for a new one."),
}

ACTIONS: dict[str, str | Promise] = {
    "sign_in.done": _("Signed in"),
    "sign_in.refused": _("Sign-in refused"),
    "sign_in.locked": _("Sign-in locked after too many tries"),
    "sign_out.done": _("Signed out"),
    "access.refused": _("Page refused for lack of permission"),
    "person.created": _("Gave someone a sign-in"),
    "person.link_renewed": _("Made a new link to choose a password"),
    "person.password_chosen": _("Chose a password from an invitation"),
    "person.password_changed": _("Changed the password"),
    "person.access_changed": _("Changed someone's access"),
    "key.created": _("Made an API key"),
    "key.revoked": _("Revoked an API key"),
    "list.exported": _("Exported a list"),
    "customer.looked_at": _("Looked at a customer"),
    "customer.exported": _("Exported a customer's file"),
    "customer.erased": _("Erased a customer's personal data"),
    "customer.merged": _("Merged two customers"),
    "balance.corrected": _("Corrected a balance"),
    "plan.published": _("Put a version of the programme into service"),
    "plan.checked": _("Checked a version of the programme"),
    "simulation.run": _("Ran a simulation"),
}

GROUPS: tuple[tuple[str, str | Promise], ...] = (
    ("sign_in", _("Sign-ins")),
    ("person", _("People")),
    ("key", _("API keys")),
    ("access", _("Refusals")),
    ("list", _("Exports")),
    ("customer", _("Customers")),
    ("balance", _("Corrections")),
    ("plan", _("Programme")),
    ("simulation", _("Simulations")),
)

PLACES: dict[str, str | Promise] = {
    "screen": _("on screen"),
    "key": _("by API"),
    "command": _("by command"),
}

FIELDS: dict[str, str | Promise] = {
    "roles": _("Roles"),
    "store": _("Store"),
    "is_active": _("May sign in"),
    "scopes": _("May"),
    "page": _("On the page"),
}

OBJECTS: dict[str, str | Promise] = {
    "person": _("person"),
    "customer": _("customer"),
    "key": _("key"),
    "list": _("list"),
    "permission": _("permission"),
    "plan": _("version"),
    "event": _("event"),
}


def action_sentence(action: str) -> str:
    """An action without a sentence yet shows its code: the trail never hides a line."""
    return str(ACTIONS.get(action, action))


def refusal_sentence(reason: Refusal) -> str:
    return str(REFUSALS[reason])
