"""Keeps one server running on one home, for as many processes of ours as use it.

Two locks in the home, both released by the kernel when a process dies: `postgres.lock`, held for a moment by the
one who starts or stops; `postgres.users`, shared by everyone who uses the server. The last one to leave stops it.
Whoever uses it also watches it: a server that was killed is started again, at the same address.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from assidu.foundation.database import ADDRESS_FILE, APP_ROLE, OWNER_ROLE, Database
from assidu.foundation.postgres import cluster, configuration, server
from assidu.foundation.postgres.cluster import Passwords
from assidu.foundation.postgres.errors import PostgresError
from assidu.foundation.postgres.place import Place, existing_base, settle, socket_dir
from assidu.foundation.postgres.programs import Programs, find_programs, reachable
from assidu.foundation.postgres.server import Notify, Running
from assidu.foundation.settings import Settings

WATCH_EVERY_SECONDS = 0.25
ATTACH_SECONDS_MAX = 10.0
RESTART_PAUSE_SECONDS_MAX = 3.0


@dataclass(frozen=True, slots=True)
class Status:
    """What `assidu db status` tells."""

    is_ours: bool
    is_running: bool
    version: str | None
    data_dir: Path | None
    pid: int | None
    socket_dir: Path | None
    users: bool


def _silent(_message: str) -> None:
    pass


@contextlib.contextmanager
def ensure_running(
    settings: Settings, *, notify: Notify = _silent, is_durable: bool = True
) -> Iterator[Database]:
    """A database that answers, for as long as the block runs.

    `is_durable=False` is for the tests alone: faster, and everything is lost when the machine stops.
    """
    if settings.database_url:
        yield external(settings)
        return
    keeper = _Keeper(settings.home, notify, is_durable=is_durable)
    with keeper.kept() as database:
        yield database


def external(settings: Settings) -> Database:
    """The PostgreSQL of the settings, with whatever programs are found for its backups."""
    assert settings.database_url
    try:
        bin_dir = find_programs().bin_dir
    except PostgresError:
        bin_dir = None
    return Database(settings.database_url, settings.database_owner_url or settings.database_url, bin_dir)


def status(settings: Settings) -> Status:
    """What there is on this home, without starting anything."""
    if settings.database_url:
        return Status(False, True, None, None, None, None, True)
    data_dir = existing_base(settings.home) / "data"
    found = server.running(data_dir)
    major = cluster.major_of(data_dir)
    return Status(
        is_ours=True,
        is_running=found is not None,
        version=str(major) if major else None,
        data_dir=data_dir if major else None,
        pid=found.pid if found else None,
        socket_dir=found.socket_dir if found else None,
        users=found is not None and _is_used(settings.home),
    )


def stop(settings: Settings, *, notify: Notify = _silent, is_forced: bool = False) -> bool:
    """Stop a server that was left running; False when someone still uses it and `is_forced` was not said."""
    if settings.database_url:
        raise PostgresError("ASSIDU_DATABASE_URL names a server that is not ours to stop")
    data_dir = existing_base(settings.home) / "data"
    with _locked(settings.home, notify):
        found = server.running(data_dir)
        if found is None:
            return True
        if not is_forced and _is_used(settings.home):
            return False
        server.halt(data_dir, found.pid, notify)
        return True


class _Keeper:
    """One process's share in the server of one home."""

    def __init__(self, home: Path, notify: Notify, *, is_durable: bool) -> None:
        self._home = home
        self._notify = notify
        self._is_durable = is_durable
        self._child: subprocess.Popen[bytes] | None = None
        self._leaving = threading.Event()

    @contextlib.contextmanager
    def kept(self) -> Iterator[Database]:
        self._home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        users = _open(self._home / "postgres.users")
        try:
            with _locked(self._home, self._notify):
                # Said before looking: whoever wants to stop the server now sees that it is wanted.
                fcntl.flock(users, fcntl.LOCK_SH)
                place, database, found = self._attach_or_start()
            watcher = threading.Thread(target=self._watch, args=(place, found), name="postgres", daemon=True)
            watcher.start()
            try:
                yield database
            finally:
                self._leaving.set()
                watcher.join()
                self._leave(place, users)
        finally:
            os.close(users)

    def _leave(self, place: Place, users: int) -> None:
        with _locked(self._home, self._notify):
            fcntl.flock(users, fcntl.LOCK_UN)
            found = server.running(place.data_dir)
            if found and not _is_used(self._home):
                mine = self._child if self._child and self._child.pid == found.pid else None
                server.halt(place.data_dir, found.pid, self._notify, mine)
                if found.socket_dir.parent != place.base:
                    with contextlib.suppress(OSError):
                        found.socket_dir.rmdir()

    def _attach_or_start(self) -> tuple[Place, Database, Running]:
        place = settle(self._home)
        programs = self._programs(place)
        found = self._answering(place) or self._start(place, programs)
        return place, self._remember(programs, found), found

    def _answering(self, place: Place) -> Running | None:
        """The server that is there, if it answers; one that was killed a moment ago still looks alive."""
        deadline = time.monotonic() + ATTACH_SECONDS_MAX
        while found := server.running(place.data_dir):
            try:
                if not found.is_ready:
                    found = server.wait_until_ready(place.data_dir, found.pid, place.log_file, self._notify)
                    deadline = time.monotonic() + ATTACH_SECONDS_MAX
                psycopg.connect(cluster.admin_url(found)).close()
            except (PostgresError, psycopg.OperationalError) as error:
                if time.monotonic() > deadline:
                    raise PostgresError(
                        f"PostgreSQL runs (process {found.pid}) but does not answer: {error}"
                    ) from error
                time.sleep(server.PAUSE_SECONDS)
            else:
                return found
        return None

    def _programs(self, place: Place) -> Programs:
        programs = find_programs(cluster.major_of(place.data_dir))
        return reachable(programs, place.account, place.shelf)

    def _start(self, place: Place, programs: Programs) -> Running:
        if cluster.major_of(place.data_dir) is None:
            self._notify("Making a database (once)")
            cluster.create(place, programs, is_durable=self._is_durable)
        if not place.account.reaches(place.data_dir):
            raise PostgresError(
                f"the user {place.account.name} cannot reach {place.data_dir}: a folder above is closed"
            )
        configuration.write(place.data_dir, self._home, place.account, is_durable=self._is_durable)
        self._child = server.start(place, programs, place.data_dir, socket_dir(place))
        return server.wait_until_ready(
            place.data_dir, self._child.pid, place.log_file, self._notify, self._child
        )

    def _remember(self, programs: Programs, found: Running) -> Database:
        """Write the address into the home, for Django and for whoever comes later."""
        known = _remembered(self._home)
        words = known.get("app_password"), known.get("owner_password")
        if isinstance(words[0], str) and isinstance(words[1], str):
            passwords = Passwords(words[0], words[1])
        else:
            passwords = Passwords.fresh()
        is_new = (known.get("pid"), known.get("started")) != (found.pid, found.started)
        if is_new:
            cluster.furnish(found, passwords)
        database = Database(
            url=cluster.role_url(found, APP_ROLE, passwords.app),
            owner_url=cluster.role_url(found, OWNER_ROLE, passwords.owner),
            bin_dir=programs.bin_dir,
            admin_url=cluster.admin_url(found),
        )
        if is_new:
            _write_secret(
                self._home / ADDRESS_FILE,
                {
                    "url": database.url,
                    "owner_url": database.owner_url,
                    "admin_url": database.admin_url,
                    "bin_dir": str(programs.bin_dir),
                    "pid": found.pid,
                    "started": found.started,
                    "app_password": passwords.app,
                    "owner_password": passwords.owner,
                },
            )
        return database

    def _watch(self, place: Place, found: Running) -> None:
        """Start the server again when it was killed, at the address that everyone already knows."""
        pid, sockets = found.pid, found.socket_dir
        pause = WATCH_EVERY_SECONDS
        faults = 0
        while not self._leaving.wait(pause):
            pause = WATCH_EVERY_SECONDS
            if self._child and self._child.pid == pid:
                is_dead = self._child.poll() is not None
            else:
                is_dead = not server.is_alive(pid)
            if not is_dead:
                continue
            try:
                with _locked(self._home, self._notify):
                    if self._leaving.is_set():
                        return
                    again = server.running(place.data_dir) or self._restart(place, sockets)
                    if not again.is_ready:
                        again = server.wait_until_ready(
                            place.data_dir, again.pid, place.log_file, self._notify
                        )
                    self._remember(self._programs(place), again)
                pid = again.pid
                faults = 0
            except (PostgresError, OSError, psycopg.Error) as error:
                # A full disk, for one, or killed once more: say it, and try again until it holds.
                faults += 1
                self._notify(f"PostgreSQL could not be started again: {error}")
                pause = min(WATCH_EVERY_SECONDS * 2**faults, RESTART_PAUSE_SECONDS_MAX)

    def _restart(self, place: Place, sockets: Path) -> Running:
        self._notify("PostgreSQL died; starting it again")
        for leaving in sockets.glob(".s.PGSQL.*"):
            leaving.unlink(missing_ok=True)
        began = time.monotonic()
        self._child = server.start(place, self._programs(place), place.data_dir, sockets)
        found = server.wait_until_ready(
            place.data_dir, self._child.pid, place.log_file, self._notify, self._child
        )
        self._notify(f"PostgreSQL answers again after {time.monotonic() - began:.1f} s")
        return found


@contextlib.contextmanager
def _locked(home: Path, notify: Notify) -> Iterator[None]:
    """Only one process at a time starts or stops the server of a home."""
    lock = _open(home / "postgres.lock")
    try:
        next_news = time.monotonic() + server.NEWS_EVERY_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > next_news:
                    next_news += server.NEWS_EVERY_SECONDS
                    notify("Waiting for another process that is starting or stopping PostgreSQL")
                time.sleep(server.PAUSE_SECONDS)
        yield
    finally:
        os.close(lock)


def _is_used(home: Path) -> bool:
    """Whether any process, this one included, says that it uses the server."""
    probe = _open(home / "postgres.users")
    try:
        fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(probe)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise PostgresError(
            f"{path} belongs to another user: set ASSIDU_HOME to a folder of your own"
        ) from None


def _remembered(home: Path) -> dict[str, object]:
    try:
        known = json.loads((home / ADDRESS_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write_secret(path: Path, content: dict[str, object]) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(content, file, indent=1)
    draft.replace(path)
