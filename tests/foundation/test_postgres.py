"""The supervisor of the embedded PostgreSQL, by its deeds: real servers, real signals, several processes."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

from assidu.foundation.postgres import PostgresError, Status, ensure_running, find_programs, status, stop
from assidu.foundation.postgres import server as server_module
from assidu.foundation.postgres.account import HOME as OUTSIDE
from assidu.foundation.settings import Settings, load_settings

KEEPER = Path(__file__).with_name("keep_postgres.py")
SECONDS_MAX = 30.0
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def home(open_home: Path) -> Path:
    return open_home


def settings_of(home: Path) -> Settings:
    return load_settings({"ASSIDU_HOME": str(home)}, cwd=home.parent)


def eventually(condition: Callable[[], bool], seconds: float = SECONDS_MAX) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def query(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


class Keeper:
    """Another process that uses the server of a home."""

    def __init__(self, home: Path, python: str = sys.executable, **popen: object) -> None:
        environment = {"PATH": os.defpath, "ASSIDU_HOME": str(home)} | dict(popen.pop("env", {}))  # type: ignore[call-overload]
        self.process = subprocess.Popen(
            [python, str(KEEPER)],
            env=environment,
            cwd=tempfile.gettempdir(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **popen,  # type: ignore[call-overload]
        )
        self.said: list[str] = []
        self.url = ""
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "ready":
                self.url = rest
            self.said.append(rest)

    def wait_until_ready(self) -> "Keeper":
        eventually(lambda: bool(self.url) or self.process.poll() is not None)
        assert self.url, self.process.stderr.read()
        return self

    def leave(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(SECONDS_MAX)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS_MAX)


def pid_of(home: Path) -> int:
    pid = status(settings_of(home)).pid
    assert pid is not None
    return pid


def test_a_first_start_makes_a_database_and_the_last_to_leave_stops_it(home: Path) -> None:
    settings = settings_of(home)
    with ensure_running(settings) as database:
        assert query(database.url, "SELECT current_user") == "assidu_app"
        assert query(database.owner_url, "SELECT current_user") == "assidu_owner"
        assert query(database.url, "SHOW fsync") == "on"
        assert query(database.url, "SHOW synchronous_commit") == "on"
        assert database.bin_dir is not None
        assert (database.bin_dir / "postgres").exists()
        found = status(settings)
        assert found.is_running
        assert found.users
        told = subprocess.run(
            [sys.executable, "-m", "assidu", "db", "status"],
            env={"PATH": os.defpath, "ASSIDU_HOME": str(home), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "In use" in told.stdout
        pid = found.pid
        assert pid
    assert not status(settings).is_running
    assert not server_module.is_alive(pid)


def test_passwords_are_for_us_alone(home: Path) -> None:
    with ensure_running(settings_of(home)) as database:
        kept = home / "postgres.json"
        assert kept.stat().st_mode & 0o077 == 0
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(database.url, password="guessed")
        assert query(database.url, "SELECT 1") == 1


def test_the_server_takes_no_port_that_another_could_have_when_it_comes_back(home: Path) -> None:
    with ensure_running(settings_of(home)):
        assert psutil.Process(pid_of(home)).net_connections("inet") == []


def test_what_was_answered_survives_the_death_of_the_server(home: Path) -> None:
    said: list[str] = []
    with ensure_running(settings_of(home), notify=said.append) as database:
        query(database.owner_url, "CREATE TABLE kept (n integer)")
        for n in range(3):
            query(database.url, f"INSERT INTO kept VALUES ({n})")
            victim = pid_of(home)
            os.kill(victim, signal.SIGKILL)
            eventually(partial(is_served_by_another, home, victim))
            eventually(lambda: answers(database.url))
            assert query(database.url, "SELECT count(*) FROM kept") == n + 1
    assert sum("starting it again" in line for line in said) == 3


def fill(url: str) -> None:
    """Write until there is no room: some 15 MB each time, and as much again in the log."""
    for _ in range(20):
        query(
            url, "INSERT INTO filler SELECT repeat(md5(n::text), 20) FROM generate_series(1, 20000) AS s (n)"
        )


def is_served_by_another(home: Path, pid: int) -> bool:
    return status(settings_of(home)).pid not in (None, pid)


def answers(url: str) -> bool:
    try:
        return query(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def test_a_server_whose_keeper_was_killed_is_used_again(home: Path) -> None:
    keeper = Keeper(home).wait_until_ready()
    query(keeper.url, "CREATE TEMPORARY TABLE t (a integer)")
    pid = pid_of(home)
    keeper.kill()
    assert server_module.is_alive(pid)
    with ensure_running(settings_of(home)) as database:
        assert pid_of(home) == pid
        assert query(database.url, "SELECT 1") == 1
    assert not server_module.is_alive(pid)


def test_keeper_and_server_killed_together_are_recovered(home: Path) -> None:
    keeper = Keeper(home).wait_until_ready()
    with ensure_running(settings_of(home)) as database:
        query(database.owner_url, "CREATE TABLE kept AS SELECT 1 AS n")
    pid = pid_of(home)
    keeper.process.kill()
    os.kill(pid, signal.SIGKILL)
    keeper.process.wait(SECONDS_MAX)
    with ensure_running(settings_of(home)) as database:
        assert query(database.url, "SELECT count(*) FROM kept") == 1


def test_the_server_stays_until_its_last_user_leaves(home: Path) -> None:
    first = Keeper(home).wait_until_ready()
    second = Keeper(home).wait_until_ready()
    assert first.url == second.url
    pid = pid_of(home)
    first.leave()
    assert query(second.url, "SELECT 1") == 1
    assert not stop(settings_of(home)), "someone uses it"
    second.leave()
    eventually(lambda: not server_module.is_alive(pid))


def test_whoever_uses_a_server_revives_it_even_without_having_started_it(home: Path) -> None:
    first = Keeper(home).wait_until_ready()
    second = Keeper(home).wait_until_ready()
    first.kill()
    pid = pid_of(home)
    os.kill(pid, signal.SIGKILL)
    eventually(partial(is_served_by_another, home, pid))
    eventually(lambda: answers(second.url))
    assert query(second.url, "SELECT 1") == 1
    second.leave()


def test_several_processes_that_start_at_once_share_one_server(home: Path) -> None:
    keepers = [Keeper(home) for _ in range(4)]
    try:
        assert len({keeper.wait_until_ready().url for keeper in keepers}) == 1
    finally:
        for keeper in keepers:
            keeper.leave()
    assert not status(settings_of(home)).is_running


def test_two_homes_run_side_by_side(home: Path) -> None:
    other = home.with_name("other")
    with ensure_running(settings_of(home)) as one, ensure_running(settings_of(other)) as two:
        assert pid_of(home) != pid_of(other)
        query(one.owner_url, "CREATE TABLE only_here (a integer)")
        assert query(two.url, "SELECT to_regclass('only_here') IS NULL") is True


def test_a_lock_naming_a_stranger_is_seen_through(home: Path) -> None:
    """After a container's restart, the number in the lock often belongs to another process."""
    with ensure_running(settings_of(home)):
        data_dir = status(settings_of(home)).data_dir
        assert data_dir
        lock = (data_dir / "postmaster.pid").read_text().splitlines()
    (data_dir / "postmaster.pid").write_text("\n".join([str(os.getppid()), *lock[1:]]) + "\n")
    assert not status(settings_of(home)).is_running
    with ensure_running(settings_of(home)) as database:
        assert query(database.url, "SELECT 1") == 1


def test_a_dead_server_that_nobody_reaped_is_seen_through(home: Path) -> None:
    """A container's first process often reaps nothing: the dead server stays in the table of processes."""
    keeper = Keeper(home).wait_until_ready()
    pid = pid_of(home)
    os.kill(keeper.process.pid, signal.SIGSTOP)  # its parent, which will not reap
    try:
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        with ensure_running(settings_of(home)) as database:
            assert query(database.url, "SELECT 1") == 1
            assert pid_of(home) != pid
    finally:
        keeper.kill()


def test_an_interrupted_making_of_the_data_is_begun_again(home: Path) -> None:
    with ensure_running(settings_of(home)):
        pass
    base = home / "postgres"
    (base / "data" / "PG_VERSION").unlink()
    (base / "data").rename(base / "data.new")
    with ensure_running(settings_of(home)) as database:
        assert query(database.url, "SELECT 1") == 1


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with ensure_running(settings_of(home)):
        pass
    (home / "postgresql.conf").write_text("shared_buffers = 'many'\n")
    (home / "postgresql.conf").chmod(0o644)
    with pytest.raises(PostgresError, match="did not start"), ensure_running(settings_of(home)):
        pass
    assert not status(settings_of(home)).is_running


def test_data_of_another_version_is_refused_in_words(home: Path) -> None:
    with ensure_running(settings_of(home)):
        pass
    (home / "postgres" / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 12"), ensure_running(settings_of(home)):
        pass


def test_a_long_home_still_gets_a_short_socket(home: Path) -> None:
    long = home / ("deep" * 20) / ("deeper" * 10)
    long.parent.mkdir(parents=True)
    with ensure_running(settings_of(long)) as database:
        assert query(database.url, "SELECT 1") == 1


def test_ctrl_c_ends_the_keeper_and_stops_the_server(home: Path) -> None:
    keeper = Keeper(home, start_new_session=True).wait_until_ready()
    pid = pid_of(home)
    os.killpg(keeper.process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    keeper.process.wait(SECONDS_MAX)
    assert not server_module.is_alive(pid)


def test_another_postgresql_is_left_alone(home: Path) -> None:
    settings = load_settings(
        {"ASSIDU_HOME": str(home), "ASSIDU_DATABASE_URL": "postgresql://u:p@h/d"}, home.parent
    )
    with ensure_running(settings) as database:
        assert database.url == database.owner_url == "postgresql://u:p@h/d"
    assert not (home / "postgres").exists()
    assert status(settings) == Status(False, True, None, None, None, None, True)
    with pytest.raises(PostgresError, match="not ours"):
        stop(settings)


def test_the_programs_come_from_the_wheel() -> None:
    programs = find_programs()
    assert programs.is_from_wheel
    assert programs.major >= 18
    for name in ("psql", "pg_dump", "pg_restore", "pgbench"):
        subprocess.run([programs.path(name), "--version"], check=True, capture_output=True)


# ---------------------------------------------------------------- root, and those who are not


@as_root
def test_root_lends_the_server_a_user_of_ours(home: Path) -> None:
    with ensure_running(settings_of(home)):
        assert psutil.Process(pid_of(home)).username() == "assidu"
        assert home.stat().st_uid == 0


@as_root
def test_a_closed_home_stays_closed_and_its_data_goes_where_the_server_can_reach_it(home: Path) -> None:
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    settings = settings_of(closed / "home")
    base: Path | None = None
    try:
        with ensure_running(settings) as database:
            query(database.owner_url, "CREATE TABLE kept AS SELECT 1 AS n")
            data_dir = status(settings).data_dir
            assert data_dir
            base = data_dir.parent
            assert base.parent == OUTSIDE
            assert closed.stat().st_mode & 0o777 == 0o700
        with ensure_running(settings) as database:
            assert query(database.url, "SELECT n FROM kept") == 1
        copy = closed / "copy"
        shutil.copytree(closed / "home", copy)
        with pytest.raises(PostgresError, match="looks like a copy"), ensure_running(settings_of(copy)):
            pass
    finally:
        if base is not None:
            shutil.rmtree(base)


@as_root
def test_programs_in_a_closed_folder_are_copied_to_where_the_server_can_run_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assidu.foundation.postgres import programs as programs_module

    found = find_programs()
    closed = home.parent / "closed"
    package = found.bin_dir.parents[1]
    shutil.copytree(package, closed / package.name, symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    closed.chmod(0o700)
    inside = programs_module.Programs(
        closed / package.name / "pginstall" / "bin", found.major, found.version, is_from_wheel=True
    )
    monkeypatch.setattr(programs_module, "_all_programs", lambda: (inside,))
    with ensure_running(settings_of(home)) as database:
        assert query(database.url, "SELECT 1") == 1
        assert database.bin_dir
        assert database.bin_dir.is_relative_to(home / "programs")
        subprocess.run([database.bin_dir / "pg_dump", "--version"], check=True, capture_output=True)
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_full_disk_is_named_and_survived(home: Path) -> None:
    """The log cannot be written: PostgreSQL stops rather than lie, and comes back when there is room."""
    disk = home.parent / "disk"
    disk.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=200m,mode=755", "tmpfs", str(disk)]
    if subprocess.run(mounted, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        settings = settings_of(disk / "home")
        said: list[str] = []
        with ensure_running(settings, notify=said.append) as database:
            query(database.owner_url, "CREATE TABLE kept AS SELECT 1 AS n; CREATE TABLE filler (t text)")
            ballast = disk / "ballast"
            room = shutil.disk_usage(disk).free - 8 * 1024 * 1024
            ballast.write_bytes(b"\0" * room)
            with pytest.raises(psycopg.Error):
                fill(database.owner_url)
            eventually(lambda: any("is full, make room" in line for line in said))
            ballast.unlink()
            eventually(lambda: answers(database.url))
            assert query(database.url, "SELECT n FROM kept") == 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@as_root
def test_an_ordinary_user_runs_a_server_of_their_own(home: Path) -> None:
    python, libraries = _python_of_everybody()
    home.mkdir()
    os.chown(home, 65534, 65534)
    keeper = Keeper(
        home, python, user=65534, group=65534, extra_groups=[], env={"PYTHONPATH": libraries}
    ).wait_until_ready()
    assert psutil.Process(pid_of(home)).uids().real == 65534
    assert query(keeper.url, "SELECT 1") == 1
    keeper.leave()
    # Root may come later, and runs it as the owner of the data.
    with ensure_running(settings_of(home)) as database:
        assert psutil.Process(pid_of(home)).uids().real == 65534
        assert query(database.url, "SELECT 1") == 1


def _python_of_everybody() -> tuple[str, str]:
    """A Python that `nobody` can run, with our packages: the environment's own may lie in a closed folder."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    libraries = os.pathsep.join([str(KEEPER.parents[2] / "src"), sysconfig.get_path("purelib")])
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                [python, "-c", "import assidu, psycopg, psutil"],
                env={"PYTHONPATH": libraries},
                cwd=tempfile.gettempdir(),
                user=65534,
                group=65534,
                extra_groups=[],
                capture_output=True,
                check=True,
            )
            return python, libraries
    pytest.skip("this Python lies in a folder closed to other users")
