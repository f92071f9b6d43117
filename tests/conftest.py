"""What every test can ask for. The database is always a real PostgreSQL.

One cluster is started for the whole session (all workers share it, the last one to leave stops it), migrated once
into a template, and each worker gets a database of its own, copied from it.

    db (or @pytest.mark.django_db)   Django's ORM, as the server's role; everything is rolled back after the test.
    assidu_db                        A `Database` (url, owner_url, bin_dir) freshly copied from the template, dropped
                                     after the test: for tests that commit, use several connections or processes.
                                     Django points to it as long as the test runs.
    worker_database                  The worker's own database: what `db` uses. Commit nothing here.
    terminal                         `assidu_db` again, as a command finds it: named by the environment.
    settings_of_home                 The `Settings` of the session's ASSIDU_HOME.
    open_home                        Where a test makes a home of its own, with a cluster of its own.
    browser_path                     Debian's Chromium, or the test is skipped (under CI: fails).

Do not use `transactional_db` / `@pytest.mark.django_db(transaction=True)`: the server's role may not truncate.
"""

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

MEMORY = Path("/dev/shm")
ROOM_WANTED = 6 << 30


def _is_good(place: Path) -> bool:
    """Is there room, also for programs that are copied there to be run?"""
    return (
        os.access(place, os.W_OK)
        and shutil.disk_usage(place).free > ROOM_WANTED
        and not os.statvfs(place).f_flag & os.ST_NOEXEC
    )


# Copying a database is making eight hundred files: in memory it costs a tenth of what it costs on a disk.
if _is_good(MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# Before anything reads the settings: tests never touch the home of whoever runs them.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _home = Path(tempfile.mkdtemp(prefix="assidu-test-"))
    _home.chmod(0o711)  # as root the database runs as another user, who must be able to walk through
    os.environ["ASSIDU_HOME"] = str(_home)
for _name in [name for name in os.environ if name.startswith("ASSIDU_") and name != "ASSIDU_HOME"]:
    del os.environ[_name]
os.environ["DJANGO_SETTINGS_MODULE"] = "assidu.project.settings"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # several workers' threads would wait for one another

# Machines are busy: what tests measure is never time. Whoever wants more examples of something says so there.
# What fails is printed whole; a folder of examples, read and written by every test, would take a tenth of the time.
settings.register_profile(
    "assidu", deadline=None, max_examples=40, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("assidu")

from assidu.foundation.database import Database, as_django
from assidu.foundation.settings import Settings, current_settings
from builders.databases import TEMPLATE, copy, drop


def _ours() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("ASSIDU_")}


ENVIRONMENT = _ours()
_numbers = itertools.count(1)


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell draws as Chromium does and has no window to draw around it: a quarter less work."""
PURE = ("tests/decisions", "tests/plans", "tests/economics/models")


def pytest_configure(config: pytest.Config) -> None:
    """The pure rooms are tested without Django: neither its time at the start nor its faults concern them."""
    if config.args and all(any(pure in Path(arg).as_posix() for pure in PURE) for arg in config.args):
        return
    import django
    from django.contrib.auth.hashers import ScryptPasswordHasher

    django.setup()
    # As slow as it must be for thieves, a password takes a second of each story that signs in.
    ScryptPasswordHasher.work_factor = 2


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["ASSIDU_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def settings_of_home() -> Settings:
    return current_settings()


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A short path that every user can walk to, as a socket and a system user need; nothing is there yet."""
    folder = Path(tempfile.mkdtemp(prefix="h-"))
    folder.chmod(0o755)
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(settings_of_home: Settings) -> Iterator[Database]:
    """The session's PostgreSQL, shared by all workers."""
    from assidu.foundation.postgres import ensure_running

    with ensure_running(settings_of_home, is_durable=False) as database:
        yield database


@pytest.fixture(scope="session")
def template(cluster: Database, settings_of_home: Settings, django_db_blocker: object) -> Database:
    """The migrated database that all others are copied from; the first worker makes it."""
    import fcntl

    from assidu.foundation.schema import migrate

    database = cluster.named(TEMPLATE)
    with (settings_of_home.home / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = settings_of_home.home / "template.done"
        if not done.exists():
            drop(cluster, TEMPLATE)
            copy(cluster, TEMPLATE, None)
            with django_db_blocker.unblock():  # type: ignore[attr-defined]
                migrate(database)
            done.touch()
    return database


@pytest.fixture(scope="session")
def worker_database(cluster: Database, template: Database) -> Iterator[Database]:
    name = f"worker_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop(cluster, name)
    copy(cluster, name, TEMPLATE)
    yield cluster.named(name)
    drop(cluster, name)


@pytest.fixture(scope="session")
def django_db_setup(worker_database: Database, django_db_blocker: object) -> None:
    """Replaces pytest-django's own: ours is already migrated, and reached as the server's role."""
    from assidu.foundation.schema import point_to

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        point_to(as_django(worker_database.url))


@pytest.fixture
def assidu_db(cluster: Database, template: Database, django_db_blocker: object) -> Iterator[Database]:
    from django.db import connections

    from assidu.foundation.schema import connected_to

    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_numbers)}"
    copy(cluster, name, TEMPLATE)
    database = cluster.named(name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        with connected_to(database.url):
            yield database
            connections.close_all()
        drop(cluster, name)


@pytest.fixture
def terminal(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The settings of a process are read once: here they are read again, before and after."""
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    current_settings.cache_clear()
    yield assidu_db
    monkeypatch.undo()
    current_settings.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest story begins first: as the last one, it would let every other worker wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("whole_year") is None)


gc.disable()


def pytest_collection_finish() -> None:
    """What was collected stays until the end: looking through it for garbage again and again finds none."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """A variable left behind, such as the time of a story, breaks another story minutes later."""
    yield
    left = _ours()
    for name in left:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    assert left == ENVIRONMENT, "the environment is left as it was found"


@pytest.fixture(scope="session")
def browser_path() -> Path:
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    if os.environ.get("CI") == "true":
        pytest.fail("Chromium is missing, and under CI a browser story must not be skipped")
    pytest.skip("no Chromium on this machine: apt install chromium to run the browser stories")
