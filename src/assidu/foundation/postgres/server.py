"""One PostgreSQL server process: is it there, start it, wait for it, stop it, clear up after a violent death."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from assidu.foundation.postgres.errors import PostgresError
from assidu.foundation.postgres.place import Place
from assidu.foundation.postgres.programs import Programs

Notify = Callable[[str], None]

PAUSE_SECONDS = 0.02
NEWS_EVERY_SECONDS = 5.0
STOP_SECONDS_MAX = 120.0
ORPHANS_SECONDS_MAX = 20.0
NO_SPACE = "No space left on device"
# Answers to those who knocked too early: they hide the line that tells.
TURNED_AWAY = ("not yet accepting connections", "is starting up", "in recovery mode", "is shutting down")
TELLING = ("FATAL", "PANIC", "ERROR", "redo", "recovery")
LOG_BYTES_MAX = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Running:
    """What a live server says of itself in its `postmaster.pid`."""

    pid: int
    port: int
    socket_dir: Path
    is_ready: bool
    started: str
    """With the number of the process, names this run: numbers alone repeat."""


def running(data_dir: Path) -> Running | None:
    """The live server of this data, or None; a dead one's leavings count for nothing."""
    lines = _pid_file_lines(data_dir)
    if len(lines) < 5 or not lines[0].isdecimal():
        return None
    pid = int(lines[0])
    if not _is_server_of(pid, data_dir):
        return None
    state = lines[7].strip() if len(lines) > 7 else ""
    return Running(pid, int(lines[3]), Path(lines[4]), state == "ready", lines[2])


def is_alive(pid: int) -> bool:
    """Whether the process lives; one that died and was never reaped does not."""
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def start(place: Place, programs: Programs, data_dir: Path, socket_dir: Path) -> "subprocess.Popen[bytes]":
    """Start the server as a child; it is not ready yet."""
    clear_leavings(data_dir)
    command = [str(programs.path("postgres")), "-D", str(data_dir), "-k", str(socket_dir)]
    with _open_log(place) as log:
        return subprocess.Popen(
            command,
            cwd=place.base,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C reaches a whole process group: the server must outlive the last request.
            start_new_session=True,
            umask=0o077,
            **place.account.as_child(),
        )


def wait_until_ready(
    data_dir: Path, pid: int, log_file: Path, notify: Notify, child: "subprocess.Popen[bytes] | None" = None
) -> Running:
    """Wait as long as the server is alive: recovering from a crash may take minutes, and it says how far it is."""
    next_news = time.monotonic() + NEWS_EVERY_SECONDS
    began = time.monotonic()
    while True:
        found = running(data_dir)
        if found and found.is_ready:
            return found
        if (child.poll() is not None) if child else not is_alive(pid):
            words = last_words(log_file)
            if NO_SPACE in words:
                raise PostgresError(f"PostgreSQL did not start: the disk of {data_dir} is full, make room")
            raise PostgresError(f"PostgreSQL did not start: {words} (whole log: {log_file})")
        if time.monotonic() > next_news:
            next_news += NEWS_EVERY_SECONDS
            notify(f"PostgreSQL is recovering, {time.monotonic() - began:.0f} s: {last_words(log_file)}")
        time.sleep(PAUSE_SECONDS)


def halt(data_dir: Path, pid: int, notify: Notify, child: "subprocess.Popen[bytes] | None" = None) -> None:
    """Stop the server: open transactions are rolled back, everything committed is written."""
    deadline = time.monotonic() + STOP_SECONDS_MAX
    next_news = time.monotonic() + NEWS_EVERY_SECONDS
    _signal(pid, signal.SIGINT)
    while (child.poll() is None) if child else is_alive(pid):
        if time.monotonic() > deadline:
            _signal(pid, signal.SIGQUIT)  # loses nothing: the next start recovers from the log
            deadline = time.monotonic() + STOP_SECONDS_MAX
        if time.monotonic() > next_news:
            next_news += NEWS_EVERY_SECONDS
            notify("PostgreSQL is writing what is left and stopping")
        time.sleep(PAUSE_SECONDS)
    if not (data_dir / "postmaster.pid").exists():
        return
    with contextlib.suppress(PostgresError):  # the next start clears it as well
        clear_leavings(data_dir)


def clear_leavings(data_dir: Path) -> None:
    """Remove the lock of a server that was killed, once nothing of it is left.

    PostgreSQL looks only whether a process of that number exists. In a container it nearly always does: numbers
    repeat from one start to the next, and a first process that does not reap leaves the dead one in the table.
    """
    pid_file = data_dir / "postmaster.pid"
    if not pid_file.exists() or running(data_dir):
        return
    deadline = time.monotonic() + ORPHANS_SECONDS_MAX
    while orphans := _processes_in(data_dir):
        # Its children notice that it died and leave; they must not write under a new server.
        if time.monotonic() > deadline:
            for orphan in orphans:
                _signal(orphan.pid, signal.SIGKILL)
            deadline = time.monotonic() + ORPHANS_SECONDS_MAX
        time.sleep(PAUSE_SECONDS)
    pid_file.unlink(missing_ok=True)


def last_words(log_file: Path) -> str:
    """The last line of the server's log that says something."""
    try:
        with log_file.open("rb") as file:
            file.seek(max(0, log_file.stat().st_size - 4096))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return "it left no log"
    lines = [line for line in lines if not any(phrase in line for phrase in TURNED_AWAY)]
    telling = [line for line in lines if any(word in line for word in TELLING)]
    line = (telling or lines or ["it said nothing"])[-1]
    return line.split("] ", 1)[-1].strip()


def _pid_file_lines(data_dir: Path) -> list[str]:
    try:
        return (data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, PermissionError):
        return []


def _is_server_of(pid: int, data_dir: Path) -> bool:
    """Whether this process is a live server of this data: it lives in that folder."""
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return False
        # A server that is just starting has not moved into its folder yet.
        return Path(process.cwd()) == data_dir.resolve() or str(data_dir) in process.cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return False  # another user's process: ours we may look at


def _processes_in(data_dir: Path) -> list[psutil.Process]:
    folder = data_dir.resolve()
    found = []
    for process in psutil.process_iter():
        try:
            if (
                process.status() != psutil.STATUS_ZOMBIE
                and Path(process.cwd()) == folder
                and _is_postgres(process)
            ):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def _is_postgres(process: psutil.Process) -> bool:
    """A shell that someone left in the data folder is not part of the server."""
    return process.name().startswith("postgres")


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@contextlib.contextmanager
def _open_log(place: Place) -> Iterator[int]:
    log = place.log_file
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        place.account.give(log)
        yield descriptor
    finally:
        os.close(descriptor)
