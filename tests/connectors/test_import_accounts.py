"""Households and companies from files: who belongs to which, and what is told of them in the same import."""

from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from assidu.connectors.files.mapping_file import parse_mapping
from assidu.connectors.imports.types import Pair, Report
from assidu.customers.accounts import people_of
from assidu.foundation.database import Database
from assidu.foundation.sql import rows
from assidu.loyalty.plans import publish
from assidu.loyalty.queries import current_book
from assidu.loyalty.rebuild import verify
from assidu.loyalty.recorded import customers_in_groups
from assidu.plans.writing import to_yaml
from assidu.simulation.as_decided import replay_as_decided
from assidu.simulation.run import simulate
from builders.documents import a_document
from builders.imports import NOW, event, events_file, joined, sale, take

MAPPING = parse_mapping("""
version = 1
name = "Households"
target = "account"
[record]
account = "crm:{home}"
kind = { column = "kind", default = "household" }
name = "{name}"
member = "card:{card}"
roles = "{role}"
""")
ANNE, BRUNO, CHLOE = "2990000000012", "2990000000029", "2990000000036"


@pytest.fixture
def club(assidu_db: Database) -> Database:
    document = a_document(
        more="accounts: {household: {members_at_most: 2, leaver_takes: nothing}, company: {}}\n"
    )
    publish(document, to_yaml(document), at=NOW)
    return assidu_db


def homes(folder: Path, *lines: str) -> Pair:
    path = folder / "homes.csv"
    path.write_text("home,kind,name,card,role\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Pair(path, MAPPING)


def balances() -> dict[UUID, int]:
    return dict(rows("SELECT customer_id, posted FROM ledger_balance WHERE posted > 0"))


def aside(report: Report) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in report.first_aside]


def test_people_are_put_in_their_household_and_what_the_file_tells_of_them_is_its_own(
    club: Database, tmp_path: Path
) -> None:
    who = homes(tmp_path, f"H1,,Béré,{ANNE},holder", f"H1,,Béré,{BRUNO},")
    told = events_file(
        tmp_path / "e.jsonl",
        joined(ANNE, "2026-03-01T10:00:00Z"),
        sale("t-1", "2026-03-02T10:00:00Z", f"card:{ANNE}", 2000),
        sale("t-2", "2026-03-02T11:00:00Z", f"card:{BRUNO}", 3000, ticket="17"),
        # The web shop knows the ticket too, with another card of the household, and with a stranger's.
        sale("w-2", "2026-03-02T11:00:00Z", f"card:{ANNE}", 3000, ticket="17"),
        sale("w-3", "2026-03-02T11:00:00Z", f"card:{CHLOE}", 3000, ticket="17"),
    )
    report = take(club, [who, told])
    assert report.records["account"] == 2
    assert (report.recorded, report.exists, aside(report)) == (3, 1, [(5, "ticket_conflict")])
    [(home, name)] = rows("SELECT customer_id, last_name FROM customers_customer WHERE kind = 'household'")
    assert name == "Béré"
    assert [len(one.roles) for one in people_of(home)].count(1) == 1
    assert balances() == {home: 50}
    members = rows(
        "SELECT count(DISTINCT body ->> 'member') FROM events_event WHERE customer_id = %s", [home]
    )
    assert members == [(2,)]
    again = take(club, [homes(tmp_path, f"H1,,Béré-Martin,{ANNE},holder"), told])
    assert aside(again) == [(5, "ticket_conflict")]
    assert balances() == {home: 50}
    assert rows("SELECT last_name FROM customers_customer WHERE customer_id = %s", [home]) == [
        ("Béré-Martin",)
    ]
    verified = verify(club.url, processes=1)
    assert verified.differences == 0, verified.found


def test_what_cannot_be_is_set_aside_with_the_reason_and_the_rest_goes_on(
    club: Database, tmp_path: Path
) -> None:
    who = homes(
        tmp_path,
        f"H1,,Béré,{ANNE},",
        f"H2,,Roux,{ANNE},",
        f"H1,company,Béré,{BRUNO},",
        f"H1,,Béré,{BRUNO},payer",
        "H1,,Béré,12,",
        f"H1,,Béré,{BRUNO},member",
        f"H1,,Béré,{CHLOE},",
        "H1,clan,Béré,,",
    )
    report = take(club, [who])
    assert aside(report) == [
        (2, "in_account"), (3, "other_kind"), (4, "bad_value"), (5, "not_a_card"), (7, "account_full"),
        (8, "bad_value"),
    ]  # fmt: skip
    assert report.records["account"] == 2


def test_who_entered_and_left_on_a_day_is_told_as_events_in_the_order_of_time(
    club: Database, tmp_path: Path
) -> None:
    take(club, [homes(tmp_path, "H1,,Béré,,")])

    def passes(type_: str, id_: str, time: str) -> dict[str, object]:
        return event(type_, id_, time, "external:crm:H1", member=f"card:{ANNE}")

    told = events_file(
        tmp_path / "e.jsonl",
        joined(ANNE, "2026-03-01T10:00:00Z"),
        joined(BRUNO, "2026-03-01T11:00:00Z"),
        sale("t-1", "2026-03-02T10:00:00Z", f"card:{ANNE}", 2000),
        passes("Account Member Added", "in", "2026-03-03T10:00:00Z"),
        event(
            "Account Member Added", "in-b", "2026-03-03T10:00:00Z", "external:crm:H1", member=f"card:{BRUNO}"
        ),
        sale("t-2", "2026-03-04T10:00:00Z", f"card:{ANNE}", 3000),
        passes("Account Member Removed", "out", "2026-03-05T10:00:00Z"),
        sale("t-3", "2026-03-06T10:00:00Z", f"card:{ANNE}", 700),
    )
    report = take(club, [told])
    assert aside(report) == []
    [(home,)] = rows("SELECT customer_id FROM customers_customer WHERE kind = 'household'")
    found = balances()
    assert found.pop(home) == 50
    assert list(found.values()) == [7]
    verified = verify(club.url, processes=1)
    assert verified.differences == 0, verified.found


def test_a_ticket_is_changed_and_comes_back_where_it_was_bought_whoever_is_where_by_then(
    club: Database, tmp_path: Path
) -> None:
    take(club, [homes(tmp_path, "H1,,Béré,,")])

    def passes(type_: str, id_: str, time: str, card: str = ANNE) -> dict[str, object]:
        return event(type_, id_, time, "external:crm:H1", member=f"card:{card}")

    def changed(id_: str, time: str, of: str, *amounts: int, **data: object) -> dict[str, object]:
        named = {"original_event": {"source": "till/1", "id": of}}
        lines = [{"sku": "s", "amount_minor": amount} for amount in amounts]
        return event("Order Updated", id_, time, f"card:{ANNE}", lines=lines, **named, **data)

    def back(id_: str, time: str, of: str, amount: int) -> dict[str, object]:
        named = {"original_event": {"source": "till/1", "id": of}}
        lines = [{"line": 0, "amount_minor": amount}]
        return event("Order Refunded", id_, time, f"card:{ANNE}", lines=lines, **named)

    told = [
        joined(ANNE, "2026-03-01T10:00:00Z"),
        joined(BRUNO, "2026-03-01T10:30:00Z"),
        joined(CHLOE, "2026-03-01T10:45:00Z"),
        passes("Account Member Added", "in-b", "2026-03-01T11:00:00Z", BRUNO),
        sale("t-1", "2026-03-02T10:00:00Z", f"card:{ANNE}", 2000),
        changed("u-1", "2026-03-02T11:00:00Z", "t-1", 4000),
        passes("Account Member Added", "in", "2026-03-03T10:00:00Z"),
        changed("u-2", "2026-03-03T11:00:00Z", "t-1", 5000),
        back("r-1", "2026-03-03T12:00:00Z", "t-1", 1000),
        sale("t-2", "2026-03-04T10:00:00Z", f"card:{ANNE}", 3000, ticket="17"),
        passes("Account Member Removed", "out", "2026-03-05T10:00:00Z"),
        # What she bought before is hers again, what she bought there is theirs.
        changed("u-3", "2026-03-06T10:00:00Z", "t-1", 9000),
        back("r-2", "2026-03-06T11:00:00Z", "t-1", 500),
        changed("u-4", "2026-03-06T12:00:00Z", "t-2", 1000),
        changed("u-5", "2026-03-06T13:00:00Z", "t-2", 1000, payments=[{"currency": "points", "quantity": 1}]),
    ]
    report = take(club, [events_file(tmp_path / "e.jsonl", *told)])
    assert aside(report) == [(15, "not_in_account")]
    # The ticket that she bought there, told by the web shop too, is hers and theirs, and nobody else's.
    web = [
        sale(f"w-{card}", "2026-03-04T10:00:00Z", f"card:{card}", 3000, ticket="17")
        for card in (ANNE, BRUNO, CHLOE)
    ]
    again = take(club, [events_file(tmp_path / "web.jsonl", *web)])
    assert (again.recorded, again.exists, aside(again)) == (0, 2, [(3, "ticket_conflict")])
    [(home,)] = rows("SELECT customer_id FROM customers_customer WHERE kind = 'household'")
    found = balances()
    # She left nothing behind but what the account has: 50 - 10 of the first ticket and 10 of the second.
    assert found.pop(home) == 40 + 10
    assert list(found.values()) == [40 - 5]
    verified = verify(club.url, processes=1)
    assert verified.differences == 0, verified.found
    book = current_book("club")
    assert book is not None
    assert simulate(club.url, book, book, processes=1).differences == {}
    with psycopg.connect(club.url) as connection:
        replayed = replay_as_decided(connection, book, customers_in_groups(connection))
    assert replayed.differences == {}, replayed.examples
