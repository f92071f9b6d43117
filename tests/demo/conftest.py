"""The demo's feed, prepared once: a few households for most tests, the whole year for those on totals."""

from datetime import date

import pytest

from assidu.demo.feed import Feed, prepare

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return prepare(tmp_path_factory.mktemp("small"), today=TODAY, households=80)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return prepare(tmp_path_factory.mktemp("whole"), today=TODAY)
