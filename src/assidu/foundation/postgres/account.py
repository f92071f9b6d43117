"""Who runs the server: PostgreSQL refuses to run as root, so root lends it a system user of ours."""

import functools
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assidu.foundation.postgres.errors import PostgresError

NAME = "assidu"
HOME = Path("/var/lib/assidu")


@dataclass(frozen=True, slots=True)
class Account:
    """An operating-system user."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def as_child(self) -> dict[str, Any]:
        """The arguments by which `subprocess` runs a child as this user."""
        return {} if self.is_us else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Whether this user can walk into this folder or run this file, as things stand."""
        if self.is_us:
            return os.access(path, os.X_OK)
        # Only the kernel knows (modes, access lists, mount options): ask it, as that user.
        test = shutil.which("test") or "/usr/bin/test"
        return subprocess.run([test, "-x", path], cwd="/", check=False, **self.as_child()).returncode == 0

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder of ours."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid)


def of_uid(uid: int) -> Account:
    """The account of a user id; PostgreSQL needs it to have a name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(
            f"the user id {uid} has no name on this machine, and PostgreSQL needs one: "
            "add it to /etc/passwd, or name another PostgreSQL in ASSIDU_DATABASE_URL"
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account(data_dir: Path) -> Account:
    """Ourselves; or, for root, the owner of the data, else the system user `assidu`, made if need be."""
    if os.geteuid() != 0:
        return of_uid(os.geteuid())
    try:
        owner = data_dir.stat().st_uid
    except FileNotFoundError:
        owner = 0
    return of_uid(owner) if owner != 0 else _system_user()


@functools.cache
def _system_user() -> Account:
    for attempt in (_existing, _by_useradd, _by_adduser):
        if account := attempt():
            return account
    # A machine without any means to add a user still has this one.
    return of_uid(pwd.getpwnam("nobody").pw_uid)


def _existing() -> Account | None:
    try:
        return of_uid(pwd.getpwnam(NAME).pw_uid)
    except KeyError:
        return None


def _by_useradd() -> Account | None:
    program = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if program is None:
        return None
    command = [program, "--system", "--user-group", "--no-create-home", "--home-dir", str(HOME)]
    return _add([*command, "--shell", "/usr/sbin/nologin", NAME])


def _by_adduser() -> Account | None:
    """The form of Alpine's busybox."""
    program = shutil.which("adduser")
    if program is None:
        return None
    return _add([program, "-S", "-D", "-H", "-h", str(HOME), "-s", "/sbin/nologin", NAME])


def _add(command: list[str]) -> Account | None:
    # Two of us may try at once: what counts is whether the user is there afterwards.
    subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return _existing()
