"""Who may ask, and how every refusal looks: keys, scopes, stores, and problems for whatever goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja.parser import Parser

from assidu.customers import queries as customers
from assidu.foundation.people import queries as people
from assidu.foundation.people.actions import note_key_use, record, record_look
from assidu.foundation.people.types import Actor, ApiKey
from assidu.foundation.problems import MEDIA_TYPE, Problem, problem
from assidu.loyalty import queries as loyalty

PREFIX = "/v1/"
_log = structlog.get_logger(__name__)


class Stopped(Exception):
    """A request that ends with a problem."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.code)
        self.problem = found


def stop(code: str, detail: str = "", **rest: Any) -> Stopped:
    return Stopped(problem(code, detail, **rest))


@dataclass(frozen=True, slots=True)
class Caller:
    """The key behind a request."""

    key: ApiKey
    request_id: str

    @property
    def actor(self) -> Actor:
        return Actor(key_id=self.key.id, request_id=self.request_id)

    @property
    def author(self) -> Actor:
        """The same, with the name that is written beside what a key does by hand."""
        return Actor(key_id=self.key.id, key_name=self.key.name, request_id=self.request_id)

    @property
    def store(self) -> str:
        """The store that the key is bound to; empty: none."""
        return self.key.store

    def may(self, scope: str) -> bool:
        return self.key.allows(scope)


def caller_at(request: HttpRequest, *scopes: str, is_for_stores: bool = True) -> Caller:
    """The caller, who must have every one of ``scopes``; a refusal is kept in the trail.

    ``is_for_stores``: may a key that is bound to one store ask this at all?
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise stop("key_missing", "Send it as: Authorization: Bearer ask_…")
    key = people.key_for(secret.strip())
    if key is None:
        raise stop("key_unknown", "It is mistyped, or was revoked.")
    caller = Caller(key, request_id_at(request))
    for scope in scopes:
        if not caller.may(scope):
            record(caller.actor, "access.refused", "scope", scope)
            raise stop("missing_scope", f"It lacks the scope {scope}.")
    if key.store and not is_for_stores:
        record(caller.actor, "access.refused", "store", key.store)
        raise stop("other_store", "A key that is bound to a store may not do this.")
    note_key_use(key.id)
    return caller


def request_id_at(request: HttpRequest) -> str:
    return str(request.META.get("ASSIDU_REQUEST_ID", ""))


def answer_problem(request: HttpRequest, found: Problem) -> HttpResponse:
    response = HttpResponse(
        msgspec.json.encode(found.document(request_id_at(request))),
        status=found.status,
        content_type=MEDIA_TYPE,
    )
    for name, value in found.headers:
        response[name.decode()] = value.decode()
    if found.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


class JsonParser(Parser):
    """Reads bodies strictly: no NaN, no repeated surprises, a depth that ends."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            read = msgspec.json.decode(request.body)
        except RecursionError:
            raise stop("too_deep") from None
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise stop("malformed", str(error)) from None
        if b"\\u0000" in request.body:
            raise stop("invalid_request", "The database keeps no NUL in a text, and nobody means one.")
        return read


class ProblemMiddleware:
    """Below ``/v1/``, whatever Django itself answers in words or pages becomes a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return answer_problem(request, problem("invalid_request", "A NUL character in the address."))
        response = self.get_response(request)
        if response.status_code >= 400 and response.get("Content-Type") != MEDIA_TYPE:
            allow = response.get("Allow")
            response = answer_problem(request, _of_status(response.status_code))
            if allow:
                response["Allow"] = allow
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not request.path_info.startswith(PREFIX):
            return None
        return answer_problem(request, problem_of(error))


def problem_of(error: Exception) -> Problem:
    """The problem behind an exception; what we did not expect is logged and told without details."""
    match error:
        case Stopped():
            return error.problem
        case RequestDataTooBig() | TooManyFieldsSent():
            return problem("too_large")
        case BadRequest() | SuspiciousOperation():
            return problem("malformed")
        case InterfaceError():
            return problem("database_unavailable")
        case OperationalError():
            code = (
                "storage_full"
                if getattr(error.__cause__, "sqlstate", None) == "53100"
                else "database_unavailable"
            )
            return problem(code)
        case _:
            _log.error("api.failed", exc_info=error)
            return problem("internal_error", "It is in the log under this request id.")


def _of_status(status: int) -> Problem:
    match status:
        case 404:
            return problem("not_found")
        case 403 | 405:  # 403: a page that is only read was posted to, and Django missed a form's token
            return problem("method_not_allowed")
        case 413:
            return problem("too_large")
        case _ if status < 500:
            return problem("malformed")
        case _:
            return problem("internal_error")


def customer_at(caller: Caller, customer_id: UUID) -> UUID:
    """Who this customer is now, if the caller's key may look at them."""
    found = customers.follow(customer_id)
    if found is None:
        raise stop("unknown_customer")
    if caller.store and not loyalty.is_known_in_store(found, caller.store):
        record(caller.actor, "access.refused", "customer", str(found))
        raise stop("other_store", "The customer neither joined nor bought in the store of this key.")
    return found


def looked_at(caller: Caller, customer_id: UUID, page: str) -> UUID:
    """The same for a route that shows their name, history or balances: each look is kept in the trail of the key."""
    found = customer_at(caller, customer_id)
    record_look(caller.actor, found, page)
    return found
