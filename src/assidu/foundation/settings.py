"""Settings, from `assidu.toml` and the environment, each with the place it came from. Needs no Django.

The environment wins over `assidu.toml` in the current folder, which wins over `assidu.toml` in the home.
Secrets are made once, at random, and kept in the home: they are the one thing that a backup must not lose.
"""

import base64
import json
import os
import secrets
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FILE_NAME = "assidu.toml"
SECRETS_NAME = "secrets.json"
HASHED_STATIC = "ASSIDU_HASHED_STATIC"
"""Set by `assidu serve` for itself: static files are served under names that change with their content."""
DEFAULT_BIND = "127.0.0.1:8000"
DEFAULT_LANGUAGE = "fr"
DEFAULT_TIME_ZONE = "Europe/Paris"
LANGUAGES = ("en", "fr")
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


class SettingsError(Exception):
    """A setting cannot be understood; the message says which, where it came from and what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is written in `assidu.toml` and in the environment."""

    name: str
    variable: str
    explanation: str
    is_secret: bool = False


KNOWN = (
    Setting("home", "ASSIDU_HOME", "folder of everything that is ours"),
    Setting("database_url", "ASSIDU_DATABASE_URL", "another PostgreSQL, as the server's role", True),
    Setting("database_owner_url", "ASSIDU_DATABASE_OWNER_URL", "the same, as the role that migrates", True),
    Setting("bind", "ASSIDU_BIND", "address and port to answer on"),
    Setting("public_url", "ASSIDU_PUBLIC_URL", "address under which people reach us, behind a proxy"),
    Setting("language", "ASSIDU_LANGUAGE", "language of a new session: fr or en"),
    Setting("time_zone", "ASSIDU_TIME_ZONE", "zone in which screens show times"),
    Setting("debug", "ASSIDU_DEBUG", "show details of errors; never on a server that others reach"),
    Setting("log_level", "ASSIDU_LOG_LEVEL", "debug, info, warning or error"),
    Setting("log_format", "ASSIDU_LOG_FORMAT", "text or json"),
    Setting("secret_key", "ASSIDU_SECRET_KEY", "signs sessions and forms", True),
    Setting("pseudonym_key", "ASSIDU_PSEUDONYM_KEY", "keyed hashes of identifiers and fingerprints", True),
    Setting("vault_key", "ASSIDU_VAULT_KEY", "wraps the key of each customer's personal data", True),
)
GENERATED = ("secret_key", "pseudonym_key", "vault_key")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, read and checked."""

    home: Path
    database_url: str | None
    database_owner_url: str | None
    bind: str
    public_url: str | None
    language: str
    time_zone: str
    debug: bool
    log_level: str
    log_format: str
    secret_key: str = field(repr=False)
    pseudonym_key: bytes = field(repr=False)
    vault_key: bytes = field(repr=False)
    origins: Mapping[str, str] = field(repr=False, compare=False, default_factory=dict)

    @property
    def host(self) -> str:
        return split_bind(self.bind)[0]

    @property
    def port(self) -> int:
        return split_bind(self.bind)[1]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def load_settings(environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Settings:
    """Read the settings; make the home and its secrets if they are not there yet."""
    environment = os.environ if environment is None else environment
    cwd = Path.cwd() if cwd is None else cwd
    values: dict[str, str] = {}
    origins: dict[str, str] = {}

    near = cwd / FILE_NAME
    _take_file(near, values, origins)
    home, origins["home"] = _home(environment, values, origins)
    if (far := home / FILE_NAME).resolve() != near.resolve():
        from_home: dict[str, str] = {}
        origins_of_home: dict[str, str] = {}
        _take_file(far, from_home, origins_of_home)
        for name, value in from_home.items():
            if name not in values and name != "home":
                values[name], origins[name] = value, origins_of_home[name]
    for setting in KNOWN:
        if setting.name != "home" and (text := environment.get(setting.variable)):
            values[setting.name], origins[setting.name] = text, f"environment {setting.variable}"

    missing = [name for name in GENERATED if name not in values]
    if missing:
        kept = _kept_secrets(home)
        for name in missing:
            values[name], origins[name] = kept[name], str(home / SECRETS_NAME)
    for setting in KNOWN:
        origins.setdefault(setting.name, "default")

    return Settings(
        home=home,
        database_url=values.get("database_url"),
        database_owner_url=values.get("database_owner_url", values.get("database_url")),
        bind=_checked_bind(values.get("bind", DEFAULT_BIND), origins["bind"]),
        public_url=values.get("public_url"),
        language=_one_of(values.get("language", DEFAULT_LANGUAGE), LANGUAGES, "language", origins),
        time_zone=_checked_zone(values.get("time_zone", DEFAULT_TIME_ZONE), origins["time_zone"]),
        debug=_boolean(values.get("debug", "false"), "debug", origins),
        log_level=_one_of(
            values.get("log_level", "info").lower(),
            ("debug", "info", "warning", "error"),
            "log_level",
            origins,
        ),
        log_format=_one_of(values.get("log_format", "text"), ("text", "json"), "log_format", origins),
        secret_key=values["secret_key"],
        pseudonym_key=_key_bytes(values["pseudonym_key"], "pseudonym_key", origins),
        vault_key=_key_bytes(values["vault_key"], "vault_key", origins),
        origins=origins,
    )


@cache
def current_settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()


def split_bind(bind: str) -> tuple[str, int]:
    """Split `host:port`; `[::1]:8000` and `:8000` are understood."""
    host, colon, port = bind.rpartition(":")
    if not colon or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise ValueError(bind)
    return host.strip("[]") or "127.0.0.1", int(port)


def checkout() -> Path | None:
    """The folder of the checkout we run from, or None when we are installed as a package."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "src" / "assidu").is_dir() else None


def _home(
    environment: Mapping[str, str], values: Mapping[str, str], origins: Mapping[str, str]
) -> tuple[Path, str]:
    if text := environment.get("ASSIDU_HOME"):
        return Path(text).expanduser().absolute(), "environment ASSIDU_HOME"
    if text := values.get("home"):
        return Path(text).expanduser().absolute(), origins["home"]
    if root := checkout():
        return root / ".assidu", "default"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "assidu", "default"
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "assidu", "default"


def _take_file(path: Path, values: dict[str, str], origins: dict[str, str]) -> None:
    if not path.is_file():
        return
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    known = {setting.name for setting in KNOWN}
    for name, value in document.items():
        if name not in known:
            raise SettingsError(
                f"{path} has an unknown setting {name!r}; known are {', '.join(sorted(known))}"
            )
        if not isinstance(value, str | bool | int):
            raise SettingsError(f"{path}: {name} must be a text, a number or true/false")
        values[name] = str(value).lower() if isinstance(value, bool) else str(value)
        origins[name] = str(path)


def _kept_secrets(home: Path) -> dict[str, str]:
    """The secrets of this home; those that are missing are made, once, even by two processes at the same time."""
    path = home / SECRETS_NAME
    try:
        # As root, PostgreSQL runs as another user, who must be able to walk through; nobody can list it.
        home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise SettingsError(f"the home {home} cannot be made ({error.strerror}): set ASSIDU_HOME") from error
    kept = _read_secrets(path)
    if all(name in kept for name in GENERATED):
        return kept
    fresh = {name: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for name in GENERATED} | kept
    draft = home / f".{SECRETS_NAME}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(fresh, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    try:
        if kept:
            draft.replace(path)
        else:
            os.link(draft, path)  # fails if another process was first: its secrets count
    except FileExistsError:
        return _read_secrets(path)
    finally:
        draft.unlink(missing_ok=True)
    return fresh


def _read_secrets(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{path} cannot be read ({error}): restore it from a backup, do not delete it"
        ) from error
    if not isinstance(kept, dict):
        raise SettingsError(f"{path} does not hold our secrets: restore it from a backup")
    return {str(name): str(value) for name, value in kept.items()}


def _one_of(value: str, allowed: tuple[str, ...], name: str, origins: Mapping[str, str]) -> str:
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r} ({origins[name]}); it must be one of {', '.join(allowed)}")
    return value


def _boolean(value: str, name: str, origins: Mapping[str, str]) -> bool:
    word = value.strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise SettingsError(f"{name} is {value!r} ({origins[name]}); say true or false")
    return word in TRUE_WORDS


def _checked_bind(value: str, origin: str) -> str:
    try:
        split_bind(value)
    except ValueError:
        raise SettingsError(f"bind is {value!r} ({origin}); write address:port, as {DEFAULT_BIND}") from None
    return value


def _checked_zone(value: str, origin: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"time_zone is {value!r} ({origin}); write a name as Europe/Paris") from None
    return value


def _key_bytes(value: str, name: str, origins: Mapping[str, str]) -> bytes:
    """Keys are 32 bytes in URL-safe base64."""
    try:
        key = base64.urlsafe_b64decode(value)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError(f"{name} ({origins[name]}) must be 32 bytes in URL-safe base64")
    return key
