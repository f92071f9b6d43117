"""Which PostgreSQL this process talks to, and as whom.

Two roles: `assidu_app` is the server, and may do only what it was granted; `assidu_owner` owns the tables and
is used by migrations alone (`ASSIDU_AS_OWNER=1`). A URL in the settings wins; otherwise the address is that of
the embedded server, which `foundation.postgres` writes into the home when it starts.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from assidu.foundation.settings import Settings, SettingsError

AS_OWNER = "ASSIDU_AS_OWNER"
NAME = "assidu"
OWNER_ROLE = "assidu_owner"
APP_ROLE = "assidu_app"
ADDRESS_FILE = "postgres.json"


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is: for the server, for migrations, and the folder of PostgreSQL's own programs."""

    url: str
    owner_url: str
    bin_dir: Path | None
    admin_url: str | None = None
    """The superuser, of the embedded server alone; its database is `postgres`."""

    def named(self, name: str) -> "Database":
        """Another database of the same server."""
        return replace(self, url=with_name(self.url, name), owner_url=with_name(self.owner_url, name))


def with_name(url: str, name: str) -> str:
    """The same address with another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{quote(name)}", parts.query, parts.fragment))


def without_password(url: str) -> str:
    """The same address, fit to be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{user.split(':')[0]}:***@{host}", parts.path, parts.query, ""))


def known_database(settings: Settings) -> Database | None:
    """The database as the settings or the home tell it, started or not; None if there was never one."""
    if settings.database_url:
        return Database(settings.database_url, settings.database_owner_url or settings.database_url, None)
    try:
        address = json.loads((settings.home / ADDRESS_FILE).read_text(encoding="utf-8"))
        return Database(address["url"], address["owner_url"], Path(address["bin_dir"]), address["admin_url"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{settings.home / ADDRESS_FILE} cannot be understood: {error}") from error


def django_database(settings: Settings) -> dict[str, Any]:
    """The entry of Django's DATABASES; without a known database, an address that refuses clearly."""
    database = known_database(settings)
    if database is None:
        # Commands that need no database (help, checks) must start; those that do call ensure_running first.
        database = Database(
            f"postgresql://{APP_ROLE}@127.0.0.1:1/{NAME}",
            f"postgresql://{OWNER_ROLE}@127.0.0.1:1/{NAME}",
            None,
        )
    return as_django(database.owner_url if os.environ.get(AS_OWNER) == "1" else database.url)


def as_django(url: str) -> dict[str, Any]:
    """Turn a `postgresql://` URL into Django's dictionary."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingsError(
            f"the database must be a postgresql:// address, not {parts.scheme or 'nothing'}://"
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    # A socket is written as a folder in the query, as in libpq.
    host = options.pop("host", None) or unquote(parts.hostname or "")
    port = options.pop("port", None) or parts.port
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def as_url(entry: Mapping[str, Any]) -> str:
    """The `postgresql://` URL of an entry of Django's DATABASES, for another driver or another process."""
    query = urlencode({"host": entry["HOST"], "port": entry["PORT"], **entry["OPTIONS"]})
    user = f"{quote(entry['USER'], safe='')}:{quote(entry['PASSWORD'], safe='')}"
    return f"postgresql://{user}@/{quote(entry['NAME'])}?{query}"
