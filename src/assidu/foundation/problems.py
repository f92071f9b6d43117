"""Errors of the API, all of one shape (RFC 9457) and each with a code that never changes.

    {"type": "urn:assidu:problem:insufficient_balance", "code": "insufficient_balance", "title": …, "status": 409,
     "detail": …, "request_id": …, "figures": {…}, "errors": [{"code": …, "where": "$.data.lines[0].sku", "detail": …}]}

Refusals of the core keep their own codes (``decisions.RefusalCode``): 409 where another moment or balance would have
allowed it, 422 where it can never be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:assidu:problem:"

KNOWN: Final[Mapping[str, tuple[int, str]]] = {
    # The request itself
    "malformed": (400, "The request cannot be read"),
    "invalid": (422, "The content of the request is not valid"),
    "invalid_cursor": (400, "The cursor is not one of this list"),
    "invalid_subject": (422, "The subject is not an identifier"),
    "too_large": (413, "The request is too large"),
    "unsupported_media_type": (415, "The content type is not understood"),
    "not_found": (404, "There is nothing at this address"),
    "method_not_allowed": (405, "This address does not answer that method"),
    "precondition_failed": (412, "It has changed in the meantime"),
    # Who asks
    "unauthenticated": (401, "A valid API key is needed"),
    "forbidden": (403, "The key does not allow this"),
    "other_store": (403, "The key belongs to another store"),
    # What it is about
    "unknown_customer": (404, "There is no such customer"),
    "erased_customer": (410, "The customer's personal data was erased"),
    "unknown_event": (404, "There is no such event"),
    "ambiguous_event": (409, "Several sources have an event with this id"),
    "unknown_plan": (404, "There is no such version of the programme"),
    "no_programme": (409, "No programme has been published yet"),
    "plan_has_errors": (422, "The programme has errors"),
    "other_programme": (422, "The programme is not the one in service"),
    "key_conflict": (409, "The same key was used for another event"),
    # What the core refuses
    "not_a_member": (409, "The customer is not a member"),
    "already_a_member": (409, "The customer is a member already"),
    "customer_absorbed": (409, "The customer was merged into another"),
    "unknown_currency": (422, "The programme has no such currency"),
    "currency_cannot_pay": (422, "The currency cannot pay"),
    "payment_too_small": (422, "The payment is below the least that may be used"),
    "quantity_too_small": (422, "The quantity is too small"),
    "pays_more_than_ticket": (422, "The payment is worth more than the ticket"),
    "insufficient_balance": (409, "The balance does not suffice"),
    "unknown_reward": (422, "The programme has no such reward"),
    "unknown_sale": (404, "The original ticket is not known"),
    "unknown_line": (422, "The original ticket has no such line"),
    "unknown_tier": (422, "The programme has no such status"),
    "return_exceeds_sale": (409, "More would come back than was bought"),
    "nothing_left_to_return": (409, "Everything has come back already"),
    "nothing_due": (409, "Nothing is due"),
    "same_customer": (422, "Both are the same customer"),
    # Us
    "overloaded": (503, "Too much is waiting; try again shortly"),
    "database_unreachable": (503, "The database does not answer; try again shortly"),
    "no_space_left": (507, "The disk is full; nothing was written"),
    "fault": (500, "A fault of ours; nothing was written"),
}
"""Every code with its status and title; the reference page lists them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where (a JSON path or the name of a parameter), what, in words."""

    code: str
    where: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error answer. ``figures`` are the numbers behind it: what was asked, what there was."""

    code: str
    detail: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[Fault, ...] = ()
    subject: str = ""

    @property
    def status(self) -> int:
        return KNOWN[self.code][0] if self.code in KNOWN else 422

    @property
    def title(self) -> str:
        return KNOWN[self.code][1] if self.code in KNOWN else "The request was refused"

    def document(self, request_id: str = "") -> dict[str, Any]:
        """The JSON of the answer; what is empty is left out."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail or f"{self.title}.",
        }
        if self.subject:
            document["subject"] = self.subject
        if self.figures:
            document["figures"] = dict(self.figures)
        if self.errors:
            document["errors"] = [
                {"code": error.code, "where": error.where, "detail": error.detail} for error in self.errors
            ]
        if request_id:
            document["request_id"] = request_id
        return document
