"""One ASGI application: the hot routes go to intake, everything else to Django.

Intake is imported when it is first needed, so that the screens start without it and it without them.
"""

import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any, cast

from assidu.foundation.loading import loading

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

INTAKE = "assidu.intake.app:application"
HOT_PATHS = re.compile(r"/(?:livez|readyz|metrics|v1/events|v1/evaluate|v1/holds(?:/[^/]{1,80})?)/?\Z")


def is_hot(path: str) -> bool:
    """Whether intake answers this path."""
    return HOT_PATHS.match(path) is not None


class Dispatcher:
    """Sends each request to the application that answers it, and start and stop to intake."""

    def __init__(self, hot: Callable[[], Application], rest: Callable[[], Application]) -> None:
        self._load_hot = hot
        self._load_rest = rest
        self._hot: Application | None = None
        self._rest: Application | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._rest = self._load_rest()
            self._hot = self._load_hot()
            await self._hot(scope, receive, send)
        elif scope["type"] == "http" and is_hot(scope["path"]):
            if self._hot is None:
                self._hot = self._load_hot()
            await self._hot(scope, receive, send)
        else:
            if self._rest is None:
                self._rest = self._load_rest()
            await self._rest(scope, receive, send)


def _intake() -> Application:
    module, _, name = INTAKE.partition(":")
    with loading():
        loaded: Application = getattr(import_module(module), name)
    return loaded


def _django() -> Application:
    from django.core.asgi import get_asgi_application
    from django.urls import get_resolver

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assidu.project.settings")
    with loading():
        loaded = get_asgi_application()
        # A screen that cannot be imported is found when the server starts, not by its first visitor.
        assert get_resolver().url_patterns
    # Django's own types say `dict`; what a server passes is one.
    return cast(Application, loaded)


application = Dispatcher(hot=_intake, rest=_django)
