"""No room left under the database: refused for that, nothing acknowledged is lost, and it goes on with room."""

import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from attacks import tills
from attacks.served import Served, eventually, furnish
from attacks.test_sql import TRIAL_BALANCE, WALLETS_THAT_DIFFER

DISK = "260m"
CARD = "2990000000012"
UNAVAILABLE = {"storage_full", "database_unavailable", "customer_busy"}


@pytest.fixture
def small_disk(open_home: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted by root alone: run this test as root to see a full one")
    disk = open_home.parent / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", str(disk)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk, root included")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def large_sale(id_: str) -> tills.Event:
    """A ticket of 900 lines that hardly any packing makes smaller."""
    event = tills.sale(id_, CARD, 1)
    event["data"]["lines"] = [{"sku": os.urandom(40).hex(), "amount_minor": 10} for _ in range(900)]
    return event


def test_a_full_disk_refuses_loses_nothing_and_recovers(small_disk: Path, django_db_blocker: Any) -> None:
    server = Served(small_disk / "home").start()
    told: dict[str, dict[str, Any]] = {}
    refused: Counter[str] = Counter()
    unheard: list[tills.Event] = []
    try:
        url = server.embedded().url
        with django_db_blocker.unblock():
            key = furnish(url)
        with httpx.Client(
            base_url=server.address, headers={"Authorization": f"Bearer {key}"}, timeout=40, trust_env=False
        ) as client:

            def send(event: tills.Event) -> int:
                response = client.post("/v1/events", json=event)
                if response.status_code == 200:
                    told[event["id"]] = response.json()
                else:
                    problem = response.json()
                    assert response.status_code == 503, problem
                    assert problem["code"] in UNAVAILABLE, problem
                    assert int(response.headers["retry-after"]) > 0
                    refused[problem["code"]] += 1
                    unheard.append(event)
                return response.status_code

            def is_told(event: tills.Event) -> bool:
                return send(event) == 200

            assert send(tills.joining("F-J", CARD)) == 200
            assert send(tills.sale("F-1", CARD, 5_000)) == 200
            ballast = small_disk / "ballast"
            with ballast.open("wb") as file:
                file.write(b"\0" * (shutil.disk_usage(small_disk).free - 6 * 1024 * 1024))

            number, deadline = 0, time.monotonic() + 40
            while refused["storage_full"] < 3 and time.monotonic() < deadline:
                number += 1
                send(large_sale(f"F-L{number}"))
            assert refused["storage_full"] == 3, refused

            # The server itself lives, and says what it can and cannot do.
            assert client.get("/livez").status_code == 200
            assert client.get("/readyz").status_code in (200, 503)
            tried = client.post("/v1/evaluate", json=tills.sale("F-T", CARD, 100))
            assert tried.status_code in (200, 503), tried.text

            ballast.unlink()
            eventually(lambda: client.get("/readyz").status_code == 200, 40, server.heard)
            again, unheard = unheard, []
            for event in again:
                eventually(partial(is_told, event), 20)
            assert send(tills.sale("F-2", CARD, 5_000)) == 200
        with psycopg.connect(url) as connection:
            keys = connection.execute(
                "SELECT id, seq FROM events_key WHERE source <> 'assidu/clock'"
            ).fetchall()
            assert sorted(keys) == sorted((id_, answer["seq"]) for id_, answer in told.items())
            assert connection.execute(TRIAL_BALANCE).fetchall() == []
            assert connection.execute(WALLETS_THAT_DIFFER).fetchall() == []
        status, verified = server.run("rebuild", "--verify")
        assert (status, verified["differences"]) == (0, 0), verified["found"]
        print(f"{len(told)} acknowledged, refused {dict(refused)}")
    finally:
        server.stop()
