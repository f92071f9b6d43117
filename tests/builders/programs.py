"""Programs that talk to the API with a key, over Django's own client."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from assidu.foundation.people import actions
from assidu.foundation.people.roles import SCOPES
from assidu.foundation.people.types import COMMAND_LINE


@dataclass(frozen=True, slots=True)
class Program:
    secret: str

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(path, query or None, headers=self._headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, str | bytes) else body or {}
        return Client().post(path, content, content_type="application/json", headers=self._headers | headers)

    def put(self, path: str, body: Any = None) -> Any:
        return Client().put(path, body or {}, content_type="application/json", headers=self._headers)

    def delete(self, path: str) -> Any:
        return Client().delete(path, headers=self._headers)


def a_program(*scopes: str, store: str = "") -> Program:
    """A program with a fresh key; without scopes it may do everything."""
    made = actions.create_key("test", scopes or tuple(SCOPES), COMMAND_LINE, store=store)
    assert isinstance(made, tuple)
    return Program(made[1])
