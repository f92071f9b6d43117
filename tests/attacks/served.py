"""`assidu serve` in a process of its own: started, asked over the loopback, killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections

from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Refused
from assidu.foundation.schema import connected_to
from builders.shop import Shop

NOW = "2026-03-01T12:00:00Z"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
EVERY_SCOPE = (
    "events:write", "evaluate", "customers:read", "customers:write", "customers:merge", "customers:import",
    "corrections:write", "ledger:read", "plan:read",
)  # fmt: skip


@dataclass(slots=True)
class Served:
    """One server on one home. Only what was started here is ever ended here."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    bind: str = "127.0.0.1:0"
    address: str = ""
    said: list[str] = field(default_factory=list)
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> "Served":
        """Start it and wait for its address; the port stays the same from then on."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assidu", "serve", "--json", "--bind", self.bind],
            env=self._environment(),
            cwd=tempfile.gettempdir(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        assert self.process.stderr
        threading.Thread(target=self._listen, args=(self.process.stderr,), daemon=True).start()
        # It says one line, or ends.
        watchdog = threading.Timer(START_SECONDS_MAX, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        said = json.loads(line) if line else {}
        assert "address" in said, f"the server did not start: {line}" + "".join(self.said[-40:])
        self.address = said["address"].rstrip("/")
        self.bind = self.address.removeprefix("http://")
        return self

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server did not stop when asked") from None

    def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Another command on the same home, with its exit status and its JSON."""
        ended = subprocess.run(
            [sys.executable, "-m", "assidu", *arguments, "--json"],
            env=self._environment(),
            cwd=tempfile.gettempdir(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.stdout, ended.stderr
        answered: dict[str, Any] = json.loads(ended.stdout)
        return ended.returncode, answered

    def embedded(self) -> Database:
        """The database that this server keeps on its home."""
        known = json.loads((self.home / "postgres.json").read_text(encoding="utf-8"))
        return Database(known["url"], known["owner_url"], Path(known["bin_dir"]), known["admin_url"])

    def heard(self) -> str:
        """The last that the server and its database said: what a failed test is told."""
        log = self.home / "postgres" / "postgres.log"
        written = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        return "\n".join([*(line.rstrip() for line in self.said[-40:]), *written[-40:]])

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSIDU_")}
        return {
            **kept,
            "ASSIDU_HOME": str(self.home),
            "ASSIDU_NOW": NOW,
            "ASSIDU_LOG_LEVEL": "warning",
            **self.environment,
        }

    def _listen(self, errors: Any) -> None:
        for line in errors:
            self.said.append(line)


@dataclass(frozen=True, slots=True)
class Target:
    """A running server, its database, and a key that may do everything a till and its office may."""

    server: Served
    database: Database
    key: str

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def address(self) -> str:
        return self.server.address

    def rows(self, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.url) as connection:
            return connection.execute(statement, parameters).fetchall()


def furnish(url: str, *scopes: str) -> str:
    """Publish Le Cercle, with households, and make a key; both committed. Answers the key's secret."""
    with connected_to(url):
        try:
            Shop.opened(more="accounts: {household: {leaver_takes: equal}}\n")
            return key_with(*(scopes or EVERY_SCOPE))
        finally:
            connections.close_all()


def key_with(*scopes: str, store: str = "") -> str:
    made = people.create_key("test", list(scopes), COMMAND_LINE, store=store)
    assert not isinstance(made, Refused)
    return made[1]


def eventually(
    condition: Callable[[], bool], seconds: float = 30.0, heard: Callable[[], str] = lambda: ""
) -> None:
    """Wait for it; who waits in vain is told what was `heard` meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in time\n{heard()}"
        time.sleep(0.02)


@contextlib.contextmanager
def pointing_at(url: str) -> Iterator[None]:
    """Django's connection goes to a server's database within the block."""
    with connected_to(url):
        try:
            yield
        finally:
            connections.close_all()
