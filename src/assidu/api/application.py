"""The administrative API: its routes, and how its errors look."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.security import HttpBearer

import assidu
from assidu.api.door import JsonParser, Stopped, answer_problem, problem_of
from assidu.api.routes import (
    accounts,
    administration,
    catalogue,
    codes,
    compared,
    corrections,
    customers,
    discounts,
    drafts,
    draws,
    economics,
    holds,
    kpis,
    library,
    members,
    memberships,
    offers,
    partners,
    programme,
    simulations,
    trials,
)
from assidu.foundation.cursors import InvalidCursor
from assidu.foundation.problems import Fault, problem

DESCRIPTION = """Records what customers do, tells what they have and why, and administers the programme.

Every request carries a key (`Authorization: Bearer ask_…`) with the scopes it needs; a key may be bound to a store.
Amounts are whole numbers in minor units (cents), instants are UTC, days are those of the programme's time zone.
Errors are problem documents (RFC 9457) whose `code` never changes. Long lists come page by page: hand back `next`
as `cursor`."""


class Bearer(HttpBearer):
    """Says in the document that a key is needed; `door.caller_at` checks it, with the scopes of the route."""

    openapi_name = "key"

    def __call__(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Ninja's)
        return True

    def authenticate(self, request: HttpRequest, token: str) -> None:  # noqa: ARG002 (Ninja's)
        raise AssertionError("`door.caller_at` does it")


class Api(NinjaAPI):
    """Ninja, with operations that are called as their functions are: `read_customer`."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        name: str = operation.view_func.__name__
        return name


api = Api(
    title="Assidu",
    version=assidu.__version__,
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    auth=Bearer(),
    parser=JsonParser(),
)
for _router in (
    customers.router,
    corrections.router,
    members.router,
    holds.router,
    accounts.router,
    programme.router,
    drafts.router,
    library.router,
    simulations.router,
    kpis.router,
    draws.router,
    offers.router,
    codes.router,
    partners.router,
    catalogue.router,
    discounts.router,
    trials.router,
    economics.router,
    compared.router,
    administration.router,
    memberships.router,
):
    api.add_router("", _router)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer_problem(
        request,
        problem(
            "invalid_request",
            errors=[Fault(_path(one["loc"]), str(one["msg"]), str(one["type"])) for one in error.errors],
        ),
    )


@api.exception_handler(InvalidCursor)
def _cursor(request: HttpRequest, _error: InvalidCursor) -> HttpResponse:
    return answer_problem(
        request, problem("invalid_cursor", "Hand back `next` as it was given, for the same list.")
    )


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Stopped):  # our own parser's, wrapped by Ninja
        return answer_problem(request, error.__cause__.problem)
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
    return answer_problem(request, problem(code.get(error.status_code, "malformed"), str(error)))


@api.exception_handler(Exception)
def _any(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer_problem(request, problem_of(error))


def _path(location: tuple[str | int, ...]) -> str:
    """``body.scopes[0]``: what of the request, then where in it."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
