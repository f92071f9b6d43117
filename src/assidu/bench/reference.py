"""L, the limit: pgbench calls `loyalty_record` once for each event, with postings that were decided beforehand.

Same tables, triggers and bytes, the same number of clients, one prepared statement and one commit for each event,
under the customer's lock; nothing is read, decided or answered. Whoever decides live events as fast has nothing
left to win.
"""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from assidu.bench.baskets import Load
from assidu.bench.figures import Measured, percentile
from assidu.bench.population import CUSTOMER_SQL, WALLET_SQL, customer_id, wallet_id
from assidu.catalogue.known import Catalogue
from assidu.customers.vault import Vault
from assidu.decisions.chance import OpenDraw
from assidu.decisions.state import LotKey, Membership, State, TierSpan
from assidu.events.wire import fingerprint, parse_one, to_fact
from assidu.foundation.database import Database
from assidu.foundation.settings import Settings
from assidu.intake.database import SETTINGS
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Decided, Desk, Member, Tally
from assidu.loyalty.draws import draws_to_draw
from assidu.loyalty.rows import EVENT_COLUMNS, POSTING_COLUMNS, RECORD_COLUMNS, record_columns

SCRIPTS = 16
WARM_UP_SECONDS = 4
_CUSTOMERS = {0, len(EVENT_COLUMNS), len(EVENT_COLUMNS) + len(POSTING_COLUMNS)}
_SEQS = {1, len(EVENT_COLUMNS) + 1, len(EVENT_COLUMNS) + len(POSTING_COLUMNS) + 1}
_ID, _TICKET = 3, 12
_WALLET = len(EVENT_COLUMNS) + 3


def measure(
    database: Database, scripts: Sequence[Path], population: int, clients: int, seconds: int, folder: Path
) -> Measured:
    """Run pgbench and read its log of latencies, once every connection has prepared every statement."""
    assert database.bin_dir is not None
    warm_up = min(WARM_UP_SECONDS, seconds)
    begins = time.time() + warm_up
    _run(database, scripts, population, clients, warm_up + seconds, folder)
    latencies: list[float] = []
    for log in folder.glob("limit.*"):
        with log.open(encoding="ascii") as lines:
            for line in lines:
                _, _, elapsed_us, _, at, _ = line.split(" ", 5)
                if begins <= int(at) < begins + seconds:
                    latencies.append(int(elapsed_us) / 1000)
        log.unlink()
    latencies.sort()
    return Measured(len(latencies) / seconds, percentile(latencies, 0.5), percentile(latencies, 0.99))


def _run(
    database: Database, scripts: Sequence[Path], population: int, clients: int, seconds: int, folder: Path
) -> None:
    assert database.bin_dir is not None
    command = [
        str(database.bin_dir / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={clients}",
        f"--jobs={min(clients, 2)}", f"--time={seconds}", f"--define=population={population}", "--define=i=0",
        "--log", f"--log-prefix={folder / 'limit'}", *(f"--file={script}" for script in scripts),
    ]  # fmt: skip
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items() if name not in _INTAKES_OWN)
    environment = os.environ | _address(database.url) | {"PGOPTIONS": options}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-2000:]}")


_INTAKES_OWN = (
    "application_name",
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
)
"""What intake asks of its connections, pgbench's get as well, but for these."""


def write_scripts(
    folder: Path, load: Load, book: PlanBook, catalogue: Catalogue, settings: Settings, at: datetime
) -> list[Path]:
    """One script for each of some tickets, decided as intake would, with another customer at each call."""
    day = at.astimezone(book.at(at).zone).date()
    draws = draws_to_draw(book.programme, Vault(settings.vault_key))
    paths = []
    for n in range(SCRIPTS):
        decided = _decided(n, load, book, catalogue, draws, settings.pseudonym_key, at, day)
        columns = record_columns([decided], {decided.customer_id: day}, book.programme)
        arguments = ", ".join(
            _argument(position, kind, column)
            for position, (kind, column) in enumerate(zip(RECORD_COLUMNS, columns, strict=True))
        )
        path = folder / f"limit-{n}.sql"
        lock = f"SELECT seq FROM loyalty_member WHERE customer_id = {CUSTOMER_SQL.format(n=':c')} FOR UPDATE"
        call = f"SELECT loyalty_record({arguments}) FROM ({lock}) AS locked;"
        path.write_text(f"\\set c random(1, :population)\n\\set i :i + 1\n{call}\n", encoding="utf-8")
        paths.append(path)
    return paths


def _decided(
    n: int,
    load: Load,
    book: PlanBook,
    catalogue: Catalogue,
    draws: Mapping[str, OpenDraw],
    key: bytes,
    at: datetime,
    day: date,
) -> Decided:
    month = day.replace(day=1)
    state = State(
        seq=60,
        membership=Membership.MEMBER,
        joined_on=date(2024, 1, 15),
        tiers=(TierSpan(date(2024, 1, 15), "silver"),),
        counters={"sales:ever": 58}
        | {f"spend:{_months_before(month, m)}": 9_000 + m * 911 for m in range(12)},
        lots={LotKey("points", month, date(9999, 1, 1)): 100},
    )
    basket = load.baskets[n % len(load.baskets)]
    incoming = parse_one(
        {
            "specversion": "1.0", "id": f"limit-{n}", "source": "till/bench", "type": "Order Completed",
            "time": at.isoformat(), "subject": "card:2990000000001",
            "data": {
                "store": str(300 + n), "channel": "store", "ticket": f"limit-{n}",
                "lines": [line.document() for line in basket],
            },
        }
    )  # fmt: skip
    fact = to_fact(incoming, catalogue=catalogue, plan=book.at(at), fingerprint=fingerprint(incoming, key))
    taken = Tally({f"quota:first-ten:{day.isoformat()}:*": 10})
    desk = Desk(book, taken, lambda *_: None, at, draws=draws)
    decided = desk.take(Member(customer_id(1), wallet_id(1), state, day), fact)
    assert isinstance(decided, Decided), decided
    return decided


def _months_before(month: date, months: int) -> str:
    year, index = divmod(month.year * 12 + month.month - 1 - months, 12)
    return f"{year:04d}-{index + 1:02d}"


def _argument(position: int, kind: str, column: Sequence[Any]) -> str:
    """A parameter of `loyalty_record`: what must differ from call to call is computed, the rest is written out."""
    if not column:
        return f"'{{}}'::{kind}[]"
    if position in _CUSTOMERS:
        one = CUSTOMER_SQL.format(n=":c")
    elif position == _WALLET:
        one = WALLET_SQL.format(n=":c")
    elif position in _SEQS:
        one = "locked.seq + 1"
    elif position in (_ID, _TICKET):
        one = "'L' || :client_id::integer || '-' || :i::integer"
    else:
        return f"ARRAY[{', '.join(_literal(value) for value in column)}]::{kind}[]"
    return f"ARRAY[{', '.join([one] * len(column))}]::{kind}[]"


def _literal(value: Any) -> str:
    """A constant; colons are hidden from pgbench, which would take them for its variables."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case bytes():
            return f"'\\x{value.hex()}'"
        case datetime() | date():
            text = value.isoformat()
        case UUID() | str():
            text = str(value)
        case _:
            raise TypeError(type(value).__name__)
    hidden = text.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\x3A")
    return f"E'{hidden}'"


def _address(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = parts.hostname or query.get("host", [""])[0]
    port = str(parts.port) if parts.port else query.get("port", ["5432"])[0]
    return {
        "PGHOST": host,
        "PGPORT": port,
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
