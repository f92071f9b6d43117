"""A terminal beside the database of a test."""

from collections.abc import Iterator

import pytest

from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings


@pytest.fixture
def terminal(assidu_db: Database) -> Iterator[Database]:
    """The settings of a process are read once: here they are read again, before and after."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
        patch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
        current_settings.cache_clear()
        yield assidu_db
    current_settings.cache_clear()
