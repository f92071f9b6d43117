"""A shop of its own for each test, committed, with intake in front of it."""

from typing import TYPE_CHECKING

import pytest

from assidu.foundation.database import Database

if TYPE_CHECKING:
    from builders.counter import Counter


@pytest.fixture
def counter(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> "Counter":
    from builders.counter import Counter, key_with
    from builders.shop import Shop

    monkeypatch.setenv("ASSIDU_NOW", "2026-03-01T12:00:00Z")
    office = ("customers:write", "customers:merge", "customers:import", "corrections:write")
    return Counter(assidu_db, Shop.opened(), key_with("events:write", "evaluate", *office))
