"""What staff do for one customer, at the command line: each with its line on the trail, each refused in words."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from assidu.cli.main import run
from assidu.customers.types import Profile
from assidu.foundation.database import Database
from assidu.foundation.people import queries as people
from assidu.foundation.settings import current_settings
from builders.sales import a_sale
from builders.shop import OPENED, Shop

NOW = OPENED + timedelta(days=20)
ANNE, BRUNO = "card:2990000000012", "card:2990000000029"


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def says(self, *words: str, status: int = 0) -> dict[str, Any]:
        assert run([*words, "--json"]) == status, self._capsys.readouterr().err
        found: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return found

    def refuses(self, *words: str) -> str:
        return str(self.says(*words, status=1)["error"]["code"])

    def writes(self, *words: str) -> str:
        assert run(list(words)) == 0
        return self._capsys.readouterr().out

    def balance(self, who: str) -> int:
        return int(self.says("customer", "show", who)["balances"]["points"])


@pytest.fixture
def terminal(
    assidu_db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """Two members; the first has bought once."""
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    current_settings.cache_clear()
    shop = Shop.opened()
    anne, _bruno = (shop.member(Profile(card=card.partition(":")[2])) for card in (ANNE, BRUNO))
    shop.must(anne, a_sale(4_000, at=OPENED + timedelta(days=5)))
    yield Terminal(capsys)
    monkeypatch.undo()
    current_settings.cache_clear()


def test_balances_are_corrected_and_set_aside(terminal: Terminal) -> None:
    before = terminal.balance(ANNE)
    form = ("--id", "01900000-0000-7000-8000-000000000001")
    why = ("--reason", "the till was broken", "--reason-code", "mistake")
    written = terminal.says("customer", "correct", ANNE, "230", *why, *form)
    assert (written["status"], written["quantity"], written["balance"]) == ("written", 230, before + 230)
    assert terminal.says("customer", "correct", ANNE, "230", *why, *form) == written, "said twice, done once"
    assert terminal.refuses("customer", "correct", ANNE, "231", *why, *form) == "idempotency_conflict"
    assert terminal.says("customer", "correct", ANNE, "10", "--take", "--reason", "x")["quantity"] == -10
    assert (
        terminal.refuses("customer", "correct", ANNE, "900", "--take", "--reason", "x")
        == "insufficient_balance"
    )
    assert (
        terminal.refuses("customer", "correct", "card:2990000009999", "1", "--reason", "x")
        == "unknown_customer"
    )
    assert terminal.says("customer", "correct", ANNE, "1", status=2)["error"]["code"] == "misuse", (
        "a reason is needed"
    )
    assert (
        terminal.says("customer", "correct", ANNE, "1", "--reason", " ", status=2)["error"]["code"]
        == "misuse"
    )
    lines = people.audit_trail(action="balance.corrected").entries
    assert [(one.via, (one.after or {})["quantity"]) for one in lines] == [("command", -10), ("command", 230)]

    held = terminal.says("customer", "hold", ANNE, "100", "--minutes", "30")
    assert (held["quantity"], held["until"]) == (100, (NOW + timedelta(minutes=30)).isoformat())
    assert terminal.balance(ANNE) == before + 120
    assert terminal.refuses("customer", "hold", ANNE, "900") == "insufficient_balance"
    terminal.says("customer", "release", held["hold"])
    assert terminal.balance(ANNE) == before + 220
    assert terminal.refuses("customer", "release", held["hold"]) == "hold_not_open"
    assert terminal.says("customer", "release", "7", status=2)["error"]["code"] == "invalid_hold"
    assert len(people.audit_trail(action="hold.").entries) == 2


def test_two_records_become_one_and_two_again_and_an_event_says_why(terminal: Terminal) -> None:
    merged = terminal.says("customer", "merge", BRUNO, ANNE, "--reason", "the same telephone")
    assert terminal.refuses("customer", "merge", BRUNO, ANNE, "--reason", "again") == "same_customer"
    parted = terminal.says("customer", "unmerge", merged["absorbed"], "--reason", "brothers")
    assert (parted["survivor"], parted["absorbed"]) == (merged["survivor"], merged["absorbed"])
    assert terminal.refuses("customer", "unmerge", merged["absorbed"], "--reason", "again") == "not_merged"

    told = terminal.says("customer", "explain", ANNE, "2")
    assert (told["event"]["type"], told["same"]) == ("Order Completed", True)
    assert terminal.says("customer", "explain", ANNE, told["event"]["id"]) == told, "by its id as well"
    assert told["sentences"][0] in terminal.writes("customer", "explain", ANNE, "2")
    assert terminal.refuses("customer", "explain", ANNE, "99") == "unknown_event"

    entries = terminal.says("audit", "--on", merged["survivor"])["entries"]
    assert [one["action"] for one in entries] == ["customer.separated", "customer.merged"]
    first = terminal.says("audit", "--who", "command", "--limit", "1")
    rest = terminal.says("audit", "--before", str(first["next"]), "--limit", "1000")
    assert (len(first["entries"]), rest["next"]) == (1, None)
    assert {one["id"] for one in rest["entries"]}.isdisjoint({first["entries"][0]["id"]})
    assert "customer.merged" not in terminal.writes("audit", "--what", "customer.merged"), (
        "it is said in words"
    )
    day = NOW.date()
    assert terminal.says("audit", "--since", str(day), "--until", str(day))["entries"]
    assert terminal.says("audit", "--since", str(day + timedelta(days=1)))["entries"] == []
    for never in ("0001-01-01", "9999-12-31T23:59:59-23:59", "yesterday"):
        assert terminal.says("audit", "--since", never, status=2)["error"]["code"] == "bad_day"
    assert terminal.says("audit", "--who", "somebody", status=2)["error"]["code"] == "invalid_who"
    assert terminal.refuses("audit", "--who", "nobody@exemple.fr") == "unknown_person"
