"""Where the files of one home's server lie.

In the home, unless the server's user cannot get there (a home under /root): then in /var/lib/assidu, and the home
remembers it. Nobody's folder is ever opened to others.
"""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assidu.foundation.postgres import account as accounts
from assidu.foundation.postgres.account import Account
from assidu.foundation.postgres.errors import PostgresError

FOLDER = "postgres"
POINTER = "postgres.place"
_SOCKET_PATH_BYTES_MAX = 100  # the kernel allows 107, with the name of the socket


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one server, and the user it runs as."""

    home: Path
    base: Path
    account: Account

    @property
    def data_dir(self) -> Path:
        return self.base / "data"

    @property
    def draft_dir(self) -> Path:
        """Where a new cluster is made, until it is complete."""
        return self.base / "data.new"

    @property
    def log_file(self) -> Path:
        return self.base / "server.log"

    @property
    def shelf(self) -> Path:
        """Where programs are copied that the user cannot reach elsewhere."""
        return accounts.HOME / "programs" if self.is_outside else self.home / "programs"

    @property
    def is_outside(self) -> bool:
        return self.base != self.home / FOLDER


def existing_base(home: Path) -> Path:
    """Where the server's files are, or would first be sought."""
    pointer = home / POINTER
    if (home / FOLDER / "data").exists() or not pointer.is_file():
        return home / FOLDER
    return Path(pointer.read_text(encoding="utf-8").strip())


def settle(home: Path) -> Place:
    """Find the place of this home's server, or choose and make it."""
    base = existing_base(home)
    account = accounts.server_account(base / "data")
    if base == home / FOLDER and not (base / "data").exists() and not account.reaches(home):
        base = accounts.HOME / f"{home.name.lstrip('.') or 'home'}-{_mark(home)}"
        _make_outside(base, home, account)
        (home / POINTER).write_text(f"{base}\n", encoding="utf-8")
    elif base == home / FOLDER:
        base.mkdir(mode=0o700, exist_ok=True)
        account.give(base)
    else:
        _check_outside(base, home)
    return Place(home, base, account)


def socket_dir(place: Place) -> Path:
    """A folder for the socket whose path is short enough for the kernel."""
    near = place.base / "run"
    if len(os.fsencode(near)) <= _SOCKET_PATH_BYTES_MAX - len(".s.PGSQL.65535"):
        shutil.rmtree(
            near, ignore_errors=True
        )  # a lock left by a dead server names a process that is not ours
        near.mkdir(mode=0o700)
        place.account.give(near)
        return near
    # A random name: a predictable one in a folder open to all could be waiting for us.
    far = Path(tempfile.mkdtemp(prefix="assidu-", dir="/tmp"))
    place.account.give(far)
    return far


def _mark(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:10]


def _make_outside(base: Path, home: Path, account: Account) -> None:
    accounts.HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    base.mkdir(mode=0o700, exist_ok=True)
    (base / "home").write_text(f"{home}\n", encoding="utf-8")
    account.give(base)


def _check_outside(base: Path, home: Path) -> None:
    """A copied home would point to the data of the original: two servers must not share it."""
    try:
        belongs_to = Path((base / "home").read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        raise PostgresError(
            f"{home / POINTER} says that the data is in {base}, which is gone: bring it back, or restore a backup "
            f"into a new home"
        ) from None
    if belongs_to != home and belongs_to.exists():
        raise PostgresError(
            f"the data in {base} belongs to {belongs_to}; {home} looks like a copy of it: "
            f"use a backup to copy a home, and remove {home / POINTER}"
        )
