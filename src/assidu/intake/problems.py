"""Everything that can be wrong with a request, as RFC 9457 problem documents with stable codes."""

from collections.abc import Mapping, Sequence
from typing import Final

from assidu.decisions.decision import RefusalCode
from assidu.events.wire import WireError
from assidu.foundation.problems import Problem

RETRY_AFTER_SECONDS = 2


def malformed(errors: Sequence[WireError]) -> Problem:
    """The JSON itself is 400; what it says is 422."""
    first = errors[0]
    detail = f"{first.path}: {first.message}"
    if first.code in ("malformed", "too_deep"):
        return Problem(400, first.code, "The body cannot be read as JSON", detail, errors)
    return Problem(422, "invalid_event", "The event is not valid", detail, errors)


def too_large(limit: int) -> Problem:
    return Problem(413, "too_large", "The body is too large", f"At most {limit} bytes are read.")


def unavailable(code: str, title: str, detail: str = "") -> Problem:
    """Nothing was acknowledged: the sender tries again, with the same keys."""
    retry = ((b"retry-after", str(RETRY_AFTER_SECONDS).encode()),)
    return Problem(
        503,
        code,
        title,
        detail or "Send the same event again later: nothing is counted twice.",
        headers=retry,
    )


def method_not_allowed(allowed: str) -> Problem:
    return Problem(
        405, "method_not_allowed", "This address is not asked that way", f"Use {allowed}.",
        headers=((b"allow", allowed.encode()),),
    )  # fmt: skip


NOT_FOUND: Final = Problem(404, "not_found", "There is nothing at this address")
UNSUPPORTED_MEDIA: Final = Problem(
    415, "unsupported_media_type", "The body is not plain JSON",
    "Send application/json, application/cloudevents+json or application/cloudevents-batch+json.",
)  # fmt: skip
NO_KEY: Final = Problem(
    401, "key_missing", "A key is needed", "Send it as: Authorization: Bearer ask_…",
    headers=((b"www-authenticate", b"Bearer"),),
)  # fmt: skip
BAD_KEY: Final = Problem(
    401, "key_unknown", "This key opens nothing", "It is mistyped, or was revoked.",
    headers=((b"www-authenticate", b'Bearer error="invalid_token"'),),
)  # fmt: skip
OTHER_STORE: Final = Problem(
    403, "other_store", "This key speaks for another store",
    "A key that is bound to a store records what happens there, and names it.",
)  # fmt: skip
CONFLICT: Final = Problem(
    409, "idempotency_conflict", "This source and id are known with another meaning",
    "An event is never changed: send what is different under an id of its own. What was sent is set aside.",
)  # fmt: skip
TICKET_CONFLICT: Final = Problem(
    409, "ticket_conflict", "This ticket is known with another customer or amount",
    "A store numbers each ticket of a day once. Nothing was done; what was sent to be recorded is set aside.",
)  # fmt: skip
UNKNOWN_CUSTOMER: Final = Problem(
    422, "unknown_customer", "Nobody has this identifier",
    "Only a sale, joining or a take-over opens a customer.",
)  # fmt: skip
NO_PROGRAMME: Final = unavailable(
    "no_programme", "No programme is in force", "Publish one: assidu plan publish."
)
OVERLOADED: Final = unavailable("overloaded", "Too many events are waiting")
BUSY: Final = unavailable("customer_busy", "Somebody holds this customer for long")
DATABASE_DOWN: Final = unavailable("database_unavailable", "The database does not answer")
STORAGE_FULL: Final = unavailable("storage_full", "The database has no room left")
FAILED: Final = Problem(
    500, "internal_error", "Something went wrong on our side", "It is in the log under this request id."
)


def missing_scope(scope: str) -> Problem:
    return Problem(403, "missing_scope", "This key may not do that", f"It lacks the scope {scope}.")


_UNPROCESSABLE: Final = frozenset(
    {
        RefusalCode.UNKNOWN_CURRENCY,
        RefusalCode.CURRENCY_CANNOT_PAY,
        RefusalCode.PAYMENT_TOO_SMALL,
        RefusalCode.QUANTITY_TOO_SMALL,
        RefusalCode.UNKNOWN_REWARD,
        RefusalCode.UNKNOWN_SALE,
        RefusalCode.UNKNOWN_LINE,
        RefusalCode.UNKNOWN_TIER,
        RefusalCode.UNKNOWN_TERMS,
        RefusalCode.SAME_CUSTOMER,
        RefusalCode.NOT_TRANSFERABLE,
        RefusalCode.NO_SUCH_ACCOUNTS,
        RefusalCode.NOT_AN_ACCOUNT,
        RefusalCode.NOT_A_PERSON,
        RefusalCode.MONEY_NOT_ACCEPTED,
        RefusalCode.AMOUNT_OUT_OF_RANGE,
        RefusalCode.RETURN_IN_OTHER_MONEY,
    }
)


def refused(code: RefusalCode, detail: str, figures: Mapping[str, int]) -> Problem:
    """The programme says no. What could never be is 422, what is so at present 409."""
    status = 422 if code in _UNPROCESSABLE else 409
    return Problem(status, code.value, "The programme does not allow it", detail, figures=figures)
