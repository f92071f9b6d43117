"""A feed of a few households, written once for all tests of the import."""

from datetime import date
from pathlib import Path

import pytest

from assidu.demo.feed import Feed, prepare


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    folder: Path = tmp_path_factory.mktemp("feed")
    return prepare(folder, today=date(2026, 11, 22), households=24)
