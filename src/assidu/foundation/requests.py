"""Each request has an id: ours or the proxy's, in the answer, in the logs and in the audit trail."""

import re
import uuid
from collections.abc import Awaitable, Callable

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

HEADER = "X-Request-Id"
# What a proxy sends ends in logs: only what cannot harm them is taken over.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


def request_id(proposed: str | None) -> str:
    """The proxy's id if it is an honest one, else a new one."""
    if proposed and _ACCEPTABLE.match(proposed):
        return proposed
    return uuid.uuid4().hex


class RequestIdMiddleware:
    """Binds the request's id to the logs and puts it in the answer."""

    sync_capable = True
    async_capable = True

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponseBase]]
    ) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self.get_response):
            return self._answer_later(request)
        identity = self._bind(request)
        response = self.get_response(request)
        assert isinstance(response, HttpResponseBase)
        response[HEADER] = identity
        return response

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        identity = self._bind(request)
        answering = self.get_response(request)
        assert not isinstance(answering, HttpResponseBase)
        response = await answering
        response[HEADER] = identity
        return response

    def _bind(self, request: HttpRequest) -> str:
        identity = request_id(request.headers.get(HEADER))
        request.META["ASSIDU_REQUEST_ID"] = identity
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identity)
        return identity
