"""Files become history: each event once, in the order of time, whoever sent it and however often."""

import json
import random
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import Client

from assidu.cli.main import run
from assidu.connectors.actions import ImportOrder, import_files
from assidu.connectors.files.mapping import MappingError
from assidu.connectors.files.mapping_file import parse_mapping
from assidu.connectors.imports import runs
from assidu.connectors.imports.types import AnotherImport, NoProgramme, Pair
from assidu.connectors.queries import import_runs
from assidu.demo.feed import Feed
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.loyalty.rebuild import verify
from backoffice.test_pages import sign_in
from builders.contents import contents
from builders.imports import (
    NOW,
    emptied,
    event,
    events_file,
    joined,
    publish_programme,
    read,
    sale,
    take,
    take_all,
)

FIRST_DAY = date(2025, 11, 16)


def scalar(database: Database, statement: str) -> object:
    with psycopg.connect(database.url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def points(database: Database) -> object:
    return scalar(
        database, "SELECT coalesce(sum(posted), 0)::int FROM ledger_balance WHERE currency = 'points'"
    )


@pytest.fixture
def programme(assidu_db: Database) -> Database:
    publish_programme(FIRST_DAY)
    return assidu_db


def test_a_year_comes_in_and_a_second_time_changes_nothing(assidu_db: Database, feed: Feed) -> None:
    publish_programme(feed.first_day)
    before, year, afterwards = take_all(assidu_db, feed)
    assert not before.differences
    assert before.recorded == before.events > 0
    assert year.recorded == year.events
    assert not year.set_aside
    assert afterwards.recorded == feed.counts["late_tickets"]
    assert afterwards.exists == feed.counts["repeated_tickets"] + feed.counts["web_copies"]
    tickets = sum(feed.counts[one] for one in ("till_tickets", "coded_tickets", "late_tickets"))
    assert scalar(assidu_db, "SELECT count(*) FROM events_ticket") == tickets
    # Every balance is what its postings say, whoever adds them up.
    assert (
        scalar(
            assidu_db,
            "SELECT count(*) FROM ledger_balance AS b WHERE posted <> (SELECT coalesce(sum(remaining), 0) "
            "FROM ledger_lot AS l WHERE l.customer_id = b.customer_id AND l.currency = b.currency)",
        )
        == 0
    )
    kept = contents(assidu_db.url)
    again = take_all(assidu_db, feed)
    assert [report.recorded for report in again] == [0, 0, 0]
    assert [report.exists for report in again] == [before.events, year.events, afterwards.events]
    assert contents(assidu_db.url) == kept


def test_one_process_and_three_decide_alike_and_share_places_in_the_order_of_time(
    assidu_db: Database, feed: Feed
) -> None:
    publish_programme(feed.first_day, places=1)
    take_all(assidu_db, feed, processes=1)
    alone = contents(assidu_db.url)
    assert scalar(assidu_db, "SELECT sum(taken) FROM loyalty_quota") == scalar(
        assidu_db, "SELECT count(*) FROM loyalty_quota"
    )
    emptied(assidu_db)
    publish_programme(feed.first_day, places=1)
    take_all(assidu_db, feed, processes=3)
    assert contents(assidu_db.url) == alone


@pytest.mark.parametrize("places", [1, 3, 4])
def test_a_wrong_guess_of_who_gets_a_place_changes_nothing(
    assidu_db: Database, tmp_path: Path, places: int
) -> None:
    """Each customer wants one of the day's places each month, and asks again while there was none."""
    cards = [f"29900{n:02}" for n in range(12)]
    events = [joined(card, "2026-01-01T08:00:00Z") for card in cards]
    chance = random.Random(11)
    for day in [f"2026-0{month}-{day}" for month in range(1, 5) for day in (10, 11, 12)]:
        chance.shuffle(cards)
        events += [
            sale(f"{day}-{n}", f"{day}T08:{n:02}:00Z", f"card:{card}", 4_000 + 100 * n)
            for n, card in enumerate(cards)
        ]
    file = events_file(tmp_path / "a.jsonl", *events)
    found = []
    for processes in (1, 2, 3):
        publish_programme(FIRST_DAY, places=places)
        take(assidu_db, [file], processes=processes)
        assert scalar(assidu_db, "SELECT sum(taken)::int FROM loyalty_quota") == 12 * places
        found.append(contents(assidu_db.url))
        emptied(assidu_db)
    assert found[0] == found[1] == found[2]


def test_the_order_of_lines_and_files_does_not_matter(programme: Database, tmp_path: Path) -> None:
    events = [joined(f"29900{n}", f"2026-01-0{n + 1}T08:00:00Z") for n in range(5)]
    events += [
        sale(f"t{n}", f"2026-01-{10 + n % 9}T0{n % 7}:00:00Z", f"card:29900{n % 5}", 700 + n, ticket=f"{n}")
        for n in range(60)
    ]
    events += [event("Reward Requested", f"r{n}", f"2026-02-0{n + 1}T08:00:00Z", f"card:29900{n}", reward="voucher-5")
               for n in range(5)]  # fmt: skip
    take(programme, [events_file(tmp_path / "a.jsonl", *events)])
    in_order = contents(programme.url)
    random.Random(7).shuffle(events)
    emptied(programme)
    publish_programme(FIRST_DAY)
    take(
        programme,
        [events_file(tmp_path / "b.jsonl", *events[:30]), events_file(tmp_path / "a.jsonl", *events[30:])],
    )
    without = {"events_reject": {"origin", "origin_row"}}
    shuffled = contents(programme.url, without=without)
    in_order["events_reject"] = shuffled["events_reject"]
    assert shuffled == in_order


def test_one_key_has_one_meaning(programme: Database, tmp_path: Path) -> None:
    first = sale("t1", "2026-01-10T10:00:00Z", "card:2990001")
    other = sale("t1", "2026-01-10T10:00:00Z", "card:2990001", 2000)
    report = take(
        programme,
        [events_file(tmp_path / "a.jsonl", joined("2990001", "2026-01-01T10:00:00Z"), first, first)],
    )
    assert (report.recorded, report.exists) == (2, 1)
    report = take(programme, [events_file(tmp_path / "b.jsonl", other, first)])
    assert (report.recorded, report.exists, report.set_aside) == (0, 1, {"idempotency_conflict": 1})
    assert scalar(programme, "SELECT origin || ':' || origin_row FROM events_reject") == "b.jsonl:1"


def test_one_ticket_counts_once_whoever_sends_it(programme: Database, tmp_path: Path) -> None:
    till = sale("t1", "2026-01-10T10:00:00Z", "card:2990001", ticket="17")
    shop = sale("w1", "2026-01-10T11:00:00Z", "card:2990001", ticket="17")
    report = take(
        programme, [events_file(tmp_path / "a.jsonl", joined("2990001", "2026-01-01T10:00:00Z"), shop, till)]
    )
    assert (report.recorded, report.exists) == (2, 1)
    assert scalar(programme, "SELECT id FROM events_event WHERE type = 'Order Completed'") == "t1"
    assert take(programme, [events_file(tmp_path / "b.jsonl", shop)]).exists == 1


def test_a_ticket_told_with_another_customer_or_amount_is_set_aside(
    programme: Database, tmp_path: Path
) -> None:
    at = "2026-01-10T10:00:00Z"
    first = [
        joined("2990001", "2026-01-01T10:00:00Z"),
        joined("2990002", "2026-01-01T10:00:00Z"),
        sale("t1", at, "card:2990001", ticket="17"),
        sale("t2", at, None, ticket="18"),
        sale("t3", at, "card:2990001", ticket="19"),
    ]
    second = [
        sale("w1", at, "card:2990001", ticket="17"),
        sale("w2", at, "card:2990002", ticket="17"),
        sale("w3", at, "card:2990001", 1200, ticket="17"),
        sale("w4", at, None, ticket="17"),
        sale("w5", at, "card:2990002", ticket="18"),
        sale("w6", at, None, 900, ticket="18"),
        sale("t3", "2026-01-10T11:00:00Z", "card:2990001", 1300, ticket="19"),
    ]
    conflicts = {"ticket_conflict": 3, "idempotency_conflict": 1}
    together = take(programme, [events_file(tmp_path / "all.jsonl", *first, *second)])
    assert (together.recorded, together.exists, together.set_aside) == (5, 3, conflicts)
    whole = contents(programme.url)
    emptied(programme)
    publish_programme(FIRST_DAY)
    take(programme, [events_file(tmp_path / "first.jsonl", *first)])
    for name in ("second.jsonl", "again.jsonl"):
        report = take(programme, [events_file(tmp_path / name, *second)])
        assert (report.recorded, report.exists, report.set_aside) == (0, 3, conflicts)
    with psycopg.connect(programme.url) as connection:
        told = connection.execute(
            "SELECT id, code, detail FROM events_reject WHERE origin = 'second.jsonl' ORDER BY id"
        ).fetchall()
    assert told == [
        ("t3", "idempotency_conflict", ""),
        ("w2", "ticket_conflict", "subject"),
        ("w3", "ticket_conflict", "amount_minor=1200 first_told=1000"),
        ("w6", "ticket_conflict", "amount_minor=900 first_told=1000"),
    ]
    separate = contents(programme.url)
    whole["events_reject"] = separate["events_reject"]
    assert separate == whole


def test_a_ticket_of_somebody_merged_is_the_survivors(programme: Database, tmp_path: Path) -> None:
    at = "2026-01-10T10:00:00Z"
    before = [
        joined("2990001", "2026-01-01T10:00:00Z"),
        joined("2990002", "2026-01-01T10:00:00Z"),
        sale("t1", at, "card:2990002", ticket="17"),
        event(
            "Customer Merged", "m1", "2026-01-11T10:00:00Z", "card:2990001", absorbed="card:2990002", by="x"
        ),
    ]
    again = sale("w1", "2026-01-10T11:00:00Z", "card:2990001", ticket="17")
    report = take(programme, [events_file(tmp_path / "a.jsonl", *before, again)])
    assert (report.recorded, report.exists, report.set_aside) == (4, 1, {})
    report = take(programme, [events_file(tmp_path / "b.jsonl", again)])
    assert (report.recorded, report.exists, report.set_aside) == (0, 1, {})


def test_bad_rows_are_set_aside_and_the_rest_goes_on(programme: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    pair = events_file(
        path,
        joined("2990001", "2026-01-01T10:00:00Z"),
        sale("t1", "2026-01-10T10:00:00Z", "card:29"),
        sale("t2", "2026-01-10T10:00:00", "card:2990001"),
        sale("t3", "2026-01-10T10:00:00Z", "card:2990001", colour="red"),
        event("Order Refunded", "r1", "2026-01-11T10:00:00Z", "card:2990001", whole=True,
              original={"store": "1", "date": "2026-01-10", "ticket": "none"}),
        event("Reward Requested", "v1", "2026-01-11T10:00:00Z", "card:2990001", reward="voucher-5"),
        event("Member Left", "l1", "2026-01-11T10:00:00Z", "phone:+33639980001"),
        sale("t9", "2026-01-12T10:00:00Z", "card:2990001"),
    )  # fmt: skip
    with path.open("a") as file:
        file.write("{this is no JSON\n")
    before = contents(programme.url)
    foreseen = [take(programme, [pair], dry=True, processes=processes) for processes in (1, 2)]
    assert contents(programme.url) == before
    report = take(programme, [pair])
    assert report.recorded == 2
    for dry in foreseen:
        assert (dry.recorded, dry.set_aside, dry.first_aside) == (2, report.set_aside, report.first_aside)
    assert report.set_aside == {
        "not_a_card": 1,
        "bad_time": 1,
        "unknown_field": 1,
        "unknown_sale": 1,
        "insufficient_balance": 1,
        "unknown_customer": 1,
        "malformed": 1,
    }
    with psycopg.connect(programme.url) as connection:
        told = connection.execute(
            "SELECT origin_row, code, detail FROM events_reject ORDER BY origin_row"
        ).fetchall()
    assert [row for row, _, _ in told] == [2, 3, 4, 5, 6, 7, 9]
    assert not any("red" in detail or "2990001" in detail or "639980001" in detail for _, _, detail in told)
    # What the programme refused stays refused, though the balance would do by now.
    take(
        programme,
        [events_file(tmp_path / "b.jsonl", sale("t10", "2026-01-13T10:00:00Z", "card:2990001", 100_000))],
    )
    again = take(programme, [pair])
    assert (again.recorded, scalar(programme, "SELECT count(*) FROM events_reject")) == (0, 7)
    assert (again.exists, again.refused_before) == (2, 1)
    assert again.set_aside["unknown_sale"] == 1
    assert again.set_aside["insufficient_balance"] == 0


def test_what_only_came_too_early_is_taken_by_a_later_import(programme: Database, tmp_path: Path) -> None:
    early = events_file(
        tmp_path / "a.jsonl",
        joined("2990001", "2026-01-01T10:00:00Z"),
        event("Order Refunded", "r1", "2026-01-11T10:00:00Z", "card:2990001", whole=True,
              original={"store": "1", "date": "2026-01-10", "ticket": "17"}),
    )  # fmt: skip
    assert take(programme, [early]).set_aside == {"unknown_sale": 1}
    take(
        programme,
        [events_file(tmp_path / "b.jsonl", sale("t1", "2026-01-10T10:00:00Z", "card:2990001", ticket="17"))],
    )
    again = take(programme, [early])
    assert (again.recorded, again.exists, again.refused_before, dict(again.set_aside)) == (1, 1, 0, {})


def test_what_was_refused_may_be_told_otherwise(programme: Database, tmp_path: Path) -> None:
    def asked(time: str) -> dict[str, object]:
        return event("Reward Requested", "v1", time, "card:2990001", reward="voucher-5")

    first = asked("2026-11-11T10:00:00Z")
    newcomer = joined("2990001", "2026-11-01T10:00:00Z")
    report = take(programme, [events_file(tmp_path / "a.jsonl", newcomer, first)])
    assert report.set_aside == {"insufficient_balance": 1}
    rich = event("Balance Corrected", "c1", "2026-11-12T10:00:00Z", "card:2990001",
                 currency="points", quantity=1_000, reason="goodwill", by="test")  # fmt: skip
    corrected = asked("2026-11-13T10:00:00Z")
    report = take(programme, [events_file(tmp_path / "b.jsonl", rich, first)])
    assert (report.recorded, report.exists, report.refused_before) == (1, 0, 1)
    report = take(programme, [events_file(tmp_path / "c.jsonl", corrected)])
    assert (report.recorded, report.exists, dict(report.set_aside)) == (1, 0, {})


def test_a_late_file_takes_the_next_places_in_the_sequence(programme: Database, tmp_path: Path) -> None:
    take(programme, [events_file(tmp_path / "a.jsonl", joined("2990001", "2026-01-01T10:00:00Z"),
                                 sale("t2", "2026-03-10T10:00:00Z", "card:2990001"))])  # fmt: skip
    seq = scalar(programme, "SELECT seq FROM loyalty_member")
    take(programme, [events_file(tmp_path / "b.jsonl", sale("t1", "2026-02-10T10:00:00Z", "card:2990001"))])
    late = scalar(programme, "SELECT seq FROM events_event WHERE id = 't1'")
    assert isinstance(seq, int)
    assert late == seq + 1
    assert str(scalar(programme, "SELECT day FROM events_event WHERE id = 't1'")) == "2026-02-10"


def test_a_merger_decides_both_sides_and_later_events_follow_it(programme: Database, tmp_path: Path) -> None:
    events = [
        joined("2990001", "2026-08-01T10:00:00Z"),
        joined("2990002", "2026-08-01T10:00:00Z"),
        sale("t1", "2026-08-02T10:00:00Z", "card:2990001", 3000, ticket="1"),
        sale("t2", "2026-08-02T11:00:00Z", "card:2990002", 5000, ticket="2"),
        event("Customer Merged", "m1", "2026-08-03T10:00:00Z", "card:2990001", absorbed="card:2990002", by="x"),
        sale("t3", "2026-08-04T11:00:00Z", "card:2990002", 2000, ticket="3"),
        event("Order Refunded", "r1", "2026-08-05T10:00:00Z", "card:2990001", store="1", ticket="R1",
              original={"store": "1", "date": "2026-08-02", "ticket": "2"}, whole=True),
    ]  # fmt: skip
    report = take(programme, [events_file(tmp_path / "a.jsonl", *events)])
    assert (report.recorded, dict(report.set_aside)) == (7, {})
    with psycopg.connect(programme.url) as connection:
        members = connection.execute(
            "SELECT membership, seq FROM loyalty_member ORDER BY membership"
        ).fetchall()
        balances = connection.execute(
            "SELECT m.membership, b.posted FROM ledger_balance AS b JOIN loyalty_member AS m USING (customer_id) "
            "WHERE b.currency = 'points' ORDER BY 1"
        ).fetchall()
    assert [membership for membership, _ in members] == ["absorbed", "member"]
    assert [posted for membership, posted in balances if membership == "absorbed"] == [0]
    late = take(
        programme, [events_file(tmp_path / "b.jsonl", sale("t4", "2026-08-01T11:00:00Z", "card:2990002"))]
    )
    assert late.recorded == 1
    assert scalar(
        programme,
        "SELECT m.membership FROM events_event AS e JOIN loyalty_member AS m USING (customer_id) WHERE e.id = 't4'",
    ) == "member"  # fmt: skip


def test_tickets_without_a_customer_are_kept_and_earn_nothing(programme: Database, tmp_path: Path) -> None:
    report = take(
        programme, [events_file(tmp_path / "a.jsonl", sale("t1", "2026-01-10T10:00:00Z", None, ticket="1"))]
    )
    assert (report.recorded, report.anonymous) == (1, 1)
    assert scalar(programme, "SELECT amount_minor FROM events_anonymous") == 1000
    assert points(programme) == 0


TAKEOVER = """version = 1
name = "Earlier programme"
target = "event"
[event]
type = "Member Taken Over"
source = "crm"
id = "{card}"
subject = "card:{card}"
group_by = ["card"]
[event.time]
column = "at"
zone = "Europe/Paris"
[event.data]
joined_on = "{joined}"
tier = "{tier}"
tier_until = "{until}"
[[event.list]]
field = "lots"
skip_empty = "points"
keep_empty = true
[event.list.item]
currency = "points"
quantity = { column = "points", as = "integer" }
issued_on = "{issued}"
expires_on = "{expires}"
[control]
beside = "control.json"
"""


def test_an_earlier_programme_is_taken_over_and_compared_with_its_totals(
    programme: Database, tmp_path: Path
) -> None:
    file = tmp_path / "takeover.csv"
    file.write_text(
        "card,at,joined,tier,until,points,issued,expires\n"
        "2990001,2025-11-16T00:00:00,2020-05-01,gold,2026-12-01,300,2025-10-03,2026-12-01\n"
        "2990001,2025-11-16T00:00:00,2020-05-01,gold,2026-12-01,200,2025-11-03,2027-01-01\n"
        "2990002,2025-11-16T00:00:00,2021-05-01,bronze,,,,\n"
    )
    control = tmp_path / "control.json"
    stated = (
        '{"members": 2, "currencies": {"points": {"total": %d, "by_issued_month": {"2025-10": 300, "2025-11": 200}}},'
        ' "tiers": {"bronze": 1, "gold": 1}}'
    )
    control.write_text(stated % 500)
    pair = Pair(file, parse_mapping(TAKEOVER))
    foreseen = take(programme, [pair], dry=True)
    report = take(programme, [pair])
    assert not report.differences
    assert (foreseen.recorded, foreseen.differences) == (report.recorded, [])
    assert points(programme) == 500
    assert scalar(
        programme, "SELECT tier || ' since ' || joined_on FROM loyalty_member WHERE tier = 'gold'"
    ) == ("gold since 2020-05-01")
    for wrong in ('{"members": null}', '{"currencies": []}', '{"tiers": ["a"]}', '{"members": Infinity}'):
        control.write_text(wrong)
        with pytest.raises(MappingError, match=r"control\.json"):
            take(programme, [pair])
    control.write_text((stated % 501).replace('"gold": 1', '"gold": 2'))
    foreseen = take(programme, [pair], dry=True)
    report = take(programme, [pair])
    assert foreseen.differences == report.differences
    assert [(d.what, d.stated, d.posted) for d in report.differences] == [
        ("points: total", 501, 500),
        ("tier gold", 2, 1),
    ]


def test_a_newcomer_whose_only_event_is_refused_leaves_the_books_in_order(
    programme: Database, tmp_path: Path
) -> None:
    file = tmp_path / "takeover.csv"
    file.write_text(
        "card,at,joined,tier,until,points,issued,expires\n"
        "2990001,2025-11-16T00:00:00,2020-05-01,platinum,2026-12-01,300,2025-10-03,2026-12-01\n"
    )
    (tmp_path / "control.json").write_text('{"members": 1, "tiers": {"platinum": 1}}')
    pair = Pair(file, parse_mapping(TAKEOVER))
    foreseen = take(programme, [pair], dry=True)
    report = take(programme, [pair])
    assert report.set_aside == foreseen.set_aside == {"unknown_tier": 1}
    assert report.differences == foreseen.differences
    assert [(d.what, d.stated, d.posted) for d in report.differences] == [
        ("members", 1, 0),
        ("tier platinum", 1, 0),
    ]
    assert scalar(programme, "SELECT count(*) FROM loyalty_member") == 1
    assert verify(programme.url, processes=1).found == []


def test_a_broken_promise_of_order_ends_the_import(programme: Database, tmp_path: Path) -> None:
    pair = events_file(
        tmp_path / "a.jsonl",
        sale("t2", "2026-01-10T10:00:00Z", None),
        sale("t1", "2026-01-09T10:00:00Z", None),
    )
    sorted_ = parse_mapping(
        'version = 1\nname = "E"\ntarget = "event"\n[file]\nsorted = true\n[event]\nenvelope = "cloudevents"\n'
    )
    with pytest.raises(MappingError, match=r"row 2 of a\.jsonl"):
        take(programme, [Pair(pair.file, sorted_)])
    assert scalar(programme, "SELECT count(*) FROM events_key") == 0


def test_a_dry_run_writes_nothing(programme: Database, tmp_path: Path) -> None:
    before = contents(programme.url)
    report = take(
        programme,
        [events_file(tmp_path / "a.jsonl", sale("t1", "2026-01-10T10:00:00Z", "card:2990001"))],
        dry=True,
    )
    assert (report.events, report.recorded, report.is_dry_run) == (1, 1, True)
    newcomer = joined("2990001", "2026-01-01T10:00:00Z")
    newcomer["data"]["profile"] = {"phone": "+33639980001"}
    pair = events_file(
        tmp_path / "b.jsonl",
        newcomer,
        event("Balance Corrected", "c1", "2026-01-12T10:00:00Z", "phone:+33639980001",
              currency="points", quantity=1_000, reason="goodwill", by="test"),
        event("Reward Requested", "v1", "2026-01-13T10:00:00Z", "card:2990001", reward="voucher-5"),
        event("Reward Requested", "v2", "2026-01-14T10:00:00Z", "card:2990002", reward="voucher-5"),
        sale("t2", "2026-01-14T10:00:00Z", None),
    )  # fmt: skip
    report = take(programme, [pair], dry=True)
    assert (report.recorded, report.anonymous) == (4, 1), "a card and a telephone of one person"
    assert report.set_aside == {"unknown_customer": 1}
    (tmp_path / "members.csv").write_text("number\n2990002\n")
    members = parse_mapping(
        'version = 1\nname = "M"\ntarget = "customer"\n[file]\nformat = "csv"\ndelimiter = ","\n'
        '[record]\ncard = {column = "number"}\n'
    )
    report = take(programme, [Pair(tmp_path / "members.csv", members), pair], dry=True)
    assert (report.recorded, report.anonymous, report.tries_takeovers_only) == (5, 1, True)
    assert contents(programme.url) == before


def test_columns_without_a_mapping_are_refused_and_a_rehearsal_says_that_it_tries(
    terminal: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_programme(FIRST_DAY)
    monkeypatch.setattr("assidu.cli.output.LINE_EVERY_SECONDS", 0)
    for name in ("till.csv", "TILL.PARQUET"):
        (tmp_path / name).write_text("card;amount\n2990001;12\n")
        assert run(["import", str(tmp_path / name), "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "mapping_needed"
    assert not import_runs()
    events_file(tmp_path / "a.jsonl", sale("t1", "2026-01-10T10:00:00Z", "card:2990001"))
    assert run(["import", str(tmp_path / "a.jsonl"), "--dry-run"]) == 0
    told = capsys.readouterr().err
    assert "Trying events" in told
    assert "Writing" not in told


def test_one_import_at_a_time(programme: Database, tmp_path: Path) -> None:
    with (
        psycopg.connect(programme.url, autocommit=True) as other,
        runs.alone(other),
        pytest.raises(AnotherImport),
    ):
        take(programme, [events_file(tmp_path / "a.jsonl", sale("t1", "2026-01-10T10:00:00Z", None))])


def test_events_need_a_programme(assidu_db: Database, tmp_path: Path) -> None:
    order = ImportOrder([events_file(tmp_path / "a.jsonl", sale("t1", "2026-01-10T10:00:00Z", None))], NOW)
    with pytest.raises(NoProgramme):
        import_files(order, assidu_db.url, current_settings())


def test_stores_products_and_customers_are_replaced_and_found_again(programme: Database, feed: Feed) -> None:
    pairs = [pair for pair in read(feed.known_before) if pair.mapping.record is not None]
    report = take(programme, pairs)
    assert report.records == {
        "store": feed.counts["stores"],
        "product": feed.counts["products"],
        "margin": feed.counts["margins"],
        "customer": feed.counts["members_before"],
    }
    kept = contents(programme.url)
    take(programme, pairs)
    assert contents(programme.url) == kept


def test_runs_are_listed_as_they_were_done_whenever_what_they_brought_was_learnt(
    programme: Database, tmp_path: Path, client: Client
) -> None:
    for name, at in (("a", NOW), ("b", NOW - timedelta(days=60)), ("c", NOW)):
        pair = events_file(tmp_path / f"{name}.jsonl", joined(f"299000{ord(name)}", "2026-01-01T10:00:00Z"))
        import_files(ImportOrder([pair], at, catches_up=False), programme.url, current_settings())
    assert [one.files for one in import_runs()] == [("c.jsonl",), ("b.jsonl",), ("a.jsonl",)]
    sign_in(client, "it", language="en")
    page = client.get("/settings/system/").content.decode()
    assert "counts as learnt on 23 Sept 2026" in page
