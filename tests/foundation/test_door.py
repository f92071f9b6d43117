"""The one door of `assidu serve`: hot routes to intake, the rest to Django."""

import contextlib
from typing import Any

import pytest

from assidu.project.asgi import Application, Dispatcher, Receive, Scope, Send, is_hot


@pytest.mark.parametrize(
    "path",
    ["/livez", "/readyz", "/metrics", "/v1/events", "/v1/evaluate", "/v1/events/"],
)
def test_hot_routes_are_intakes(path: str) -> None:
    assert is_hot(path)


@pytest.mark.parametrize(
    "path", ["/", "/v1/customers/0192", "/v1/openapi.json", "/v1/customers", "/static/livez", "/v1/eventsx"]
)
def test_all_others_are_djangos(path: str) -> None:
    assert not is_hot(path)


def recording(name: str, calls: list[str]) -> Application:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(f"{name} {scope['type']}")

    return application


def test_each_application_is_loaded_once_and_only_when_needed() -> None:
    calls: list[str] = []
    loaded: list[str] = []

    def loading(name: str) -> Any:
        def load() -> Application:
            loaded.append(name)
            return recording(name, calls)

        return load

    door = Dispatcher(hot=loading("intake"), rest=loading("django"))

    async def receive() -> dict[str, Any]:
        return {}

    async def send(message: object) -> None:
        pass

    async def visit() -> None:
        for path in ("/", "/livez", "/livez", "/customers"):
            await door({"type": "http", "path": path}, receive, send)

    # Nothing in it waits, so that it needs no loop: a browser test beside it may hold this thread's.
    with contextlib.suppress(StopIteration):
        visit().send(None)
    assert calls == ["django http", "intake http", "intake http", "django http"]
    assert loaded == ["django", "intake"]
