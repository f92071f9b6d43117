"""Errors of the API, all of one shape (RFC 9457) and each with a code that never changes.

{"type": "urn:assidu:problem:insufficient_balance", "code": "insufficient_balance", "title": …, "status": 409,
 "detail": …, "request_id": …, "figures": {…}, "errors": [{"code": …, "path": "$.data.lines[0].sku", "message": …}]}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:assidu:problem:"


class Located(Protocol):
    """One thing wrong with a request: where (a JSON path, or the name of a parameter), in words, as a code."""

    @property
    def path(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def code(self) -> str: ...


def located(found: Sequence[Located]) -> list[dict[str, str]]:
    """As answers tell them: the errors of a problem, the warnings beside what was taken all the same."""
    return [{"path": one.path, "message": one.message, "code": one.code} for one in found]


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    message: str
    code: str = "invalid"


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` is what programs read and never changes; ``detail`` is for people; ``figures`` are what it is about."""

    status: int
    code: str
    title: str
    detail: str = ""
    errors: Sequence[Located] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    headers: Sequence[tuple[bytes, bytes]] = ()

    def document(self, request_id: str) -> dict[str, Any]:
        """The JSON of the answer; what is empty is left out."""
        document: dict[str, Any] = {
            "type": f"{TYPE_PREFIX}{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            document["detail"] = self.detail
        if self.errors:
            document["errors"] = located(self.errors)
        if self.figures:
            document["figures"] = dict(self.figures)
        document["request_id"] = request_id
        return document


KNOWN: Final[Mapping[str, tuple[int, str]]] = {
    "not_http": (400, "The request cannot be read as HTTP"),
    "head_too_large": (431, "The head of the request is too large"),
    "too_slow": (408, "The request did not arrive in time"),
    "malformed": (400, "The body cannot be read as JSON"),
    "too_deep": (400, "The body is nested too deeply"),
    "invalid_request": (422, "The request is not valid"),
    "invalid_event": (422, "The event is not valid"),
    "invalid_cursor": (422, "The cursor is not one of this list"),
    "invalid_subject": (422, "The subject is not an identifier"),
    "too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "The body is of a kind that is not understood"),
    "not_found": (404, "There is nothing at this address"),
    "method_not_allowed": (405, "This address is not asked that way"),
    "key_missing": (401, "A key is needed"),
    "key_unknown": (401, "This key opens nothing"),
    "missing_scope": (403, "This key may not do that"),
    "other_store": (403, "This key speaks for another store"),
    "unknown_customer": (404, "There is no such customer"),
    "not_a_member": (409, "They are no active member of the programme"),
    "not_merged": (409, "This record is not merged with another one"),
    "customer_absorbed": (409, "Their survivor was merged since: undo that merger first"),
    "account_not_empty": (409, "People are still in this account"),
    "unknown_member": (404, "This person is not in this account"),
    "unknown_role": (422, "Nobody has this role in an account of this kind"),
    "not_an_account": (422, "This customer is no household and no company"),
    "erased_customer": (410, "The customer's personal data was erased"),
    "unknown_event": (404, "The customer has no such event"),
    "ambiguous_event": (409, "Several sources have an event with this id"),
    "unknown_plan": (404, "There is no such version of the programme"),
    "plan_has_errors": (422, "The programme has errors"),
    "notice_too_short": (422, "Customers were promised to be told earlier of what this version takes"),
    "starts_in_the_past": (422, "A new version begins today or later"),
    "other_programme": (422, "Another programme is in service"),
    "unknown_draft": (404, "There is no such draft"),
    "unknown_allotment": (404, "There is no such allotment"),
    "nothing_to_allot": (422, "This offer is nobody's in particular: it needs no allotment"),
    "nobody_named": (422, "Name an audience or customers"),
    "too_many_lines": (422, "The list is too long: make it an audience"),
    "other_allotment": (409, "This id is known of another allotment"),
    "unknown_pool": (404, "There are no such codes"),
    "no_code_offer": (422, "This offer asks for no code"),
    "nobody_for_codes": (422, "Nobody of these would have a code"),
    "too_many_codes": (422, "So many codes are not made at once"),
    "other_pool": (409, "This id is known of other codes"),
    "not_done_yet": (409, "What is not done yet cannot be taken back"),
    "look_at_work": (409, "One is at work already: wait for it, or stop it"),
    "simulations_at_work": (409, "Two simulations are at work already: wait for one, or stop it"),
    "draft_closed": (409, "The draft was published or dropped"),
    "draft_changed": (409, "Somebody else changed the draft"),
    "needs_approval": (409, "Others may have to approve this version"),
    "not_simulated": (409, "Who must approve depends on a cost that nobody simulated"),
    "not_submitted": (409, "This text of the draft was not submitted"),
    "not_approved": (409, "Somebody who did not write it must approve it"),
    "not_waiting": (409, "Somebody has decided on it already, or nobody asked for it"),
    "not_a_person": (403, "Only a person decides, by hand or by a key that they made"),
    "own_work": (403, "Nobody approves what they wrote"),
    "sent_back": (409, "The draft was sent back"),
    "nothing_changes": (409, "The version in force says the same"),
    "has_begun": (409, "This version has begun"),
    "unknown_promotion": (404, "The calendar has no such promotion"),
    "unknown_partner": (404, "The programme has no such partner"),
    "unknown_statement": (404, "There is no such statement"),
    "nothing_owed": (409, "Nothing is owed that is not on a statement yet"),
    "other_statement": (409, "The next statement has another number"),
    "unknown_scope": (422, "There is no such scope"),
    "scope_not_held": (403, "A key is only given what its maker may do"),
    "unknown_key": (404, "There is no such key"),
    "unknown_person": (404, "Nobody has this sign-in"),
    "last_administrator": (409, "Somebody must remain who can manage people"),
    "month_not_closed": (409, "This month cannot be closed now"),
    "unknown_month": (404, "There is nothing of this month"),
    "unknown_assumptions": (404, "There is no such set of assumptions"),
    "assumptions_have_errors": (422, "The assumptions have errors"),
    "settings_have_errors": (422, "The settings have errors"),
    "no_programme": (503, "No programme is in force"),
    "idempotency_conflict": (409, "This source and id are known with another meaning"),
    "ticket_conflict": (409, "This ticket is known with another customer or amount"),
    "overloaded": (503, "Too many events are waiting"),
    "customer_busy": (503, "Somebody holds this customer for long"),
    "database_unavailable": (503, "The database does not answer"),
    "storage_full": (503, "The database has no room left"),
    "internal_error": (500, "Something went wrong on our side"),
}
"""Codes with their status and title. Refusals of the core have their own (`decisions.RefusalCode`)."""


def problem(
    code: str, detail: str = "", *, errors: Sequence[Located] = (), figures: Mapping[str, Any] | None = None
) -> Problem:
    """The problem of a known code."""
    status, title = KNOWN[code]
    return Problem(status, code, title, detail, errors, figures or {})
