"""The one clock of the house."""

from datetime import UTC, datetime

import pytest

from assidu.foundation import clock


def test_the_clock_runs_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert clock.now() <= clock.now()


@pytest.mark.parametrize("text", ["2026-03-01T10:00:00+01:00", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00"])
def test_the_environment_stops_it(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ASSIDU_NOW", text)
    assert clock.now() == datetime(2026, 3, 1, 9, tzinfo=UTC)
