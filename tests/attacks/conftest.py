"""A real `assidu serve` on a database of its own, for whoever wants to break it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assidu.foundation.database import Database

if TYPE_CHECKING:
    from attacks.served import Target


@pytest.fixture(scope="session")
def target(cluster: Database, template: Database, django_db_blocker: Any) -> Iterator["Target"]:
    """One server for all attacks of this worker; whoever attacks it leaves it standing."""
    from attacks.served import Served, Target, furnish
    from builders.databases import copy, drop

    name = f"attacked_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop(cluster, name)
    copy(cluster, name)
    database = cluster.named(name)
    with contextlib.ExitStack() as stack:
        stack.callback(drop, cluster, name)
        with django_db_blocker.unblock():
            key = furnish(database.url)
        home = Path(tempfile.mkdtemp(prefix="attacked-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        server = Served(home, {"ASSIDU_DATABASE_URL": database.url}).start()
        stack.callback(server.stop)
        yield Target(server, database, key)
