"""`assidu account`: a household from its opening to its last member, for whoever has no screen."""

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
CARDS = ("2990000000012", "2990000000029")


@pytest.fixture
def terminal(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The settings of a process are read once: here they are read again, before and after."""
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    current_settings.cache_clear()
    yield assidu_db
    monkeypatch.undo()
    current_settings.cache_clear()


def test_a_household_by_command(terminal: Database, capsys: pytest.CaptureFixture[str]) -> None:
    shop = Shop.opened(more="accounts: {household: {leaver_takes: equal, members_at_most: 2}}\n")
    anne, bruno = (shop.member(Profile(card=card, last_name="Béré")) for card in CARDS)
    for one in (anne, bruno):
        shop.must(one, a_sale(4_000, at=OPENED + timedelta(days=5)))

    def says(*words: str, status: int = 0) -> dict[str, Any]:
        assert run(["account", *words, "--json"]) == status
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    home = says("create", "household", "Béré", "--external", "crm:H-1")["account"]
    assert says("create", "household", "--external", "crm:H-1") == {"account": home, "is_new": False}
    says("enter", "external:crm:H-1", f"card:{CARDS[0]}", "--role", "holder")
    says("enter", home, f"card:{CARDS[1]}", "--reason", "they live together")
    shown = says("show", f"card:{CARDS[1]}")
    assert (shown["account"], shown["kind"], shown["name"]) == (home, "household", "Béré")
    assert {one["customer"]: one["roles"] for one in shown["members"]} == {
        str(anne): ["holder"],
        str(bruno): [],
    }
    assert shown["balances"]["points"] > 0

    assert shown["stands_still_since"] is None
    assert run(["membership", "suspend", home, "--reason", "two people use it"]) == 0
    capsys.readouterr()
    assert run(["account", "show", home]) == 0
    assert f"Stands still since {NOW:%-d %B %Y}" in capsys.readouterr().out
    assert run(["membership", "resume", home, "--reason", "settled"]) == 0
    capsys.readouterr()

    tried = says("leave", home, f"card:{CARDS[1]}", "--dry-run")
    assert len(says("show", home)["members"]) == 2
    gone = says("leave", home, f"card:{CARDS[1]}")
    assert gone == tried | {"is_dry_run": False}
    assert sum(part["quantity"] for part in gone["taken"]) == shown["balances"]["points"] // 2
    assert says("leave", home, str(bruno), status=1)["error"]["code"] == "not_in_account"
    assert says("enter", home, str(bruno), "--role", "payer", status=2)["error"]["code"] == "unknown_role"
    assert says("show", f"card:{CARDS[1]}", status=1)["error"]["code"] == "not_an_account"

    assert run(["customer", "show", f"card:{CARDS[0]}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["account"] == home
    assert run(["customer", "erase", home, "--yes", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "account_not_empty"
    assert says("leave", home, str(anne))["closes"]
    assert len(people.audit_trail(action="account.member_removed").entries) == 2
