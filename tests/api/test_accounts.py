"""Households and companies over the API: opened, entered, read, left, by keys that may."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from assidu.customers.types import Profile
from assidu.foundation.people import queries as people
from builders.programs import Program, a_program
from builders.sales import a_sale
from builders.shop import OPENED, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.urls("assidu.api.urls")]
NOW = OPENED + timedelta(days=20)
ACCOUNTS = "accounts: {household: {leaver_takes: equal, members_at_most: 2}}\n"
CARDS = ("2990000000012", "2990000000029", "2990000000036")


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())


@pytest.fixture
def office(db: None) -> Program:
    return a_program("customers:write", "customers:read", "ledger:read")


@pytest.fixture
def everybody(db: None) -> list[str]:
    shop = Shop.opened(more=ACCOUNTS)
    found = [shop.member(Profile(card=card, first_name="Anne", last_name="Béré")) for card in CARDS]
    for one in found:
        shop.must(one, a_sale(4_000, at=OPENED + timedelta(days=5)))
    return [str(one) for one in found]


def post(office: Program, path: str, **body: Any) -> Any:
    return office.post(path, body)


def points(answer: dict[str, Any]) -> int:
    return int(next(b["available"] for b in answer["programme"]["balances"] if b["currency"] == "points"))


def test_a_household_is_opened_entered_read_and_left(office: Program, everybody: list[str]) -> None:
    anne, bruno, chloe = everybody
    opened = post(office, "/v1/accounts", kind="household", name="Béré", id=str(UUID(int=4)))
    assert (opened.status_code, opened.json()["status"]) == (200, "created")
    home = opened.json()["account"]
    again = post(office, "/v1/accounts", kind="household", name="Béré", id=str(UUID(int=4)))
    assert again.json() == {"status": "exists", "account": home}

    members = f"/v1/accounts/{home}/members"
    entered = post(office, members, member=f"card:{CARDS[0]}", roles=["holder"], reason="they live together")
    assert (entered.status_code, entered.json()["member"]) == (200, anne)
    assert post(office, members, member=f"customer:{bruno}").json()["account"] == home
    full = post(office, members, member=f"customer:{chloe}")
    assert (full.status_code, full.json()["code"], full.json()["figures"]) == (
        409,
        "account_full",
        {"limit": 2},
    )

    account = office.get(f"/v1/accounts/{home}").json()
    assert (account["kind"], account["name"]) == ("household", "Béré")
    assert {one["customer_id"]: one["roles"] for one in account["members"]} == {anne: ["holder"], bruno: []}
    person = office.get(f"/v1/customers/{bruno}").json()
    assert (person["customer_id"], person["counts_as"]) == (bruno, home)
    assert person["account"]["account_id"] == home
    assert points(person) == points(account) > 0
    assert office.get(f"/v1/customers/{bruno}/ledger").json()["customer_id"] == home
    told = office.get(f"/v1/customers/{home}/events").json()["events"]
    assert {one["member"] for one in told if one["customer_id"] == home} == {anne, bruno, None}

    share = office.get(f"{members}/{bruno}/share").json()
    assert not share["closes"]
    left = office.delete(f"{members}/{bruno}")
    assert left.json()["share"] == share
    alone = office.get(f"/v1/customers/{bruno}").json()
    assert (alone["counts_as"], alone["account"]) == (bruno, None)
    assert points(alone) == sum(part["quantity"] for part in share["taken"] if part["currency"] == "points")
    again = office.delete(f"{members}/{bruno}")
    assert (again.status_code, again.json()["code"]) == (409, "not_in_account")

    lines = [one.action for one in people.audit_trail(action="account.member_added").entries]
    assert len(lines) == 2
    [line] = people.audit_trail(action="account.member_removed").entries
    assert (line.object_id, line.after and line.after["member"]) == (home, bruno)


def test_roles_are_those_of_the_kind_of_account(office: Program, everybody: list[str]) -> None:
    home = post(office, "/v1/accounts", kind="household").json()["account"]
    members = f"/v1/accounts/{home}/members"
    post(office, members, member=f"customer:{everybody[0]}")
    written = office.put(f"{members}/{everybody[0]}", {"roles": ["holder"]})
    assert written.json()["roles"] == ["holder"]
    refused = office.put(f"{members}/{everybody[0]}", {"roles": ["payer"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_role")
    unknown = office.put(f"{members}/{everybody[1]}", {"roles": []})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_member")
    refused = post(office, members, member=f"customer:{everybody[1]}", roles=["buyer"])
    assert refused.json()["code"] == "unknown_role"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/accounts", {"kind": "company"}, 422, "no_such_accounts"),
        ("/v1/accounts", {"kind": "household", "external": "no"}, 422, "invalid_subject"),
        ("/v1/accounts/{person}/members", {"member": "card:2990000000029"}, 422, "not_an_account"),
        ("/v1/accounts/{nobody}/members", {"member": "card:2990000000029"}, 404, "unknown_customer"),
        ("/v1/accounts/{home}/members", {"member": "card:1"}, 422, "invalid_subject"),
        ("/v1/accounts/{home}/members", {"member": "card:666600001111"}, 404, "unknown_customer"),
        ("/v1/accounts/{home}/members", {"member": "customer:{home}"}, 422, "not_a_person"),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(
    office: Program, everybody: list[str], path: str, body: dict[str, str], status: int, code: str
) -> None:
    home = post(office, "/v1/accounts", kind="household").json()["account"]
    names = {"home": home, "person": everybody[0], "nobody": str(UUID(int=3))}
    said = {name: value.format(**names) for name, value in body.items()}
    refused = post(office, path.format(**names), **said)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_household_with_people_in_it_is_not_erased(everybody: list[str]) -> None:
    office = a_program("customers:write", "admin")
    home = post(office, "/v1/accounts", kind="household", name="Béré").json()["account"]
    post(office, f"/v1/accounts/{home}/members", member=f"customer:{everybody[0]}")
    refused = post(office, f"/v1/customers/{home}/erase")
    assert (refused.status_code, refused.json()["code"]) == (409, "account_not_empty")
    assert post(office, f"/v1/customers/{everybody[0]}/erase").status_code == 200
    assert post(office, f"/v1/customers/{home}/erase").status_code == 200


def test_a_key_that_only_reads_changes_nobody(everybody: list[str]) -> None:
    reader = a_program("customers:read")
    refused = post(reader, "/v1/accounts", kind="household")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    till = a_program("customers:write", store="317")
    assert post(till, "/v1/accounts", kind="household").json()["code"] == "other_store"
