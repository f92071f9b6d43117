"""What the demo's files must hold so that the story they tell is possible, and the real part of it untouched."""

import csv
import hashlib
import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assidu.demo.calendar import LocalTime, seconds_of
from assidu.demo.codes import codes_named_in, written_in
from assidu.demo.feed import Feed, prepare
from assidu.demo.people import check_digit

from .conftest import TODAY

PARIS = ZoneInfo("Europe/Paris")
Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    if path.suffix == ".parquet":
        rows: list[Row] = pq.read_table(path).to_pylist()
        return rows
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def tickets_of(rows: list[Row]) -> dict[tuple[str, date, str], list[Row]]:
    tickets: dict[tuple[str, date, str], list[Row]] = defaultdict(list)
    for row in rows:
        tickets[row["store"], row["date"], row["ticket"]].append(row)
    return tickets


def fingerprints(feed: Feed) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(feed.folder.iterdir())
    }


def people_of(feed: Feed) -> list[Row]:
    return rows_of(feed.folder / "members.csv") + rows_of(feed.folder / "joins.csv")


def is_real_local_time(local: datetime) -> bool:
    aware = local.replace(tzinfo=PARIS)
    return aware.astimezone(ZoneInfo("UTC")).astimezone(PARIS).replace(tzinfo=None) == local


def test_the_same_seed_writes_the_same_bytes(small: Feed, tmp_path: Path) -> None:
    again = prepare(tmp_path, today=TODAY, households=80)

    assert fingerprints(again) == fingerprints(small)


@pytest.mark.parametrize("name", ["first-ten-minutes", "connect-a-till"])
def test_guides_find_a_card_in_a_demo_of_any_size_wherever_it_is(
    name: str, small: Feed, tmp_path: Path
) -> None:
    guide = (Path(__file__).parents[2] / f"docs/howto/{name}.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^CARD=.*$", guide, re.MULTILINE)
    with (small.folder / "members.csv").open(encoding="utf-8", newline="") as file:
        cards = {row["card"] for row in csv.DictReader(file, delimiter=";")}
    for folder, home in ((".assidu", {}), ("else where", {"ASSIDU_HOME": str(tmp_path / "else where")})):
        (tmp_path / folder / "demo").mkdir(parents=True)
        (tmp_path / folder / "demo/feed").symlink_to(small.folder)
        others = {key: value for key, value in os.environ.items() if key != "ASSIDU_HOME"}
        found = subprocess.run(
            ["sh", "-c", f"{line}\necho $CARD"],
            capture_output=True, text=True, check=True, cwd=tmp_path, env=others | home,
        )  # fmt: skip
        assert found.stdout.strip() in cards
        (tmp_path / folder / "demo/feed").unlink()


def test_another_seed_invents_other_people(small: Feed, tmp_path: Path) -> None:
    other = prepare(tmp_path, today=TODAY, households=80, seed=3)

    assert fingerprints(other)["members.csv"] != fingerprints(small)["members.csv"]


@pytest.mark.parametrize("days", [0, 1, 2, 6])
def test_the_year_ends_within_the_seven_days_before_today(days: int, tmp_path: Path) -> None:
    today = TODAY + timedelta(days=days)
    feed = prepare(tmp_path, today=today, households=16)

    assert today - timedelta(days=7) <= feed.last_day < today
    assert (feed.last_day - date(2017, 12, 31)).days == 7 * feed.shift_weeks


def test_no_file_has_a_local_time_that_the_clocks_skipped(small: Feed) -> None:
    tills = rows_of(small.folder / "till.parquet") + rows_of(small.folder / "late.parquet")
    times = {row["time_local"] for row in tills + rows_of(small.folder / "returns.parquet")}
    times |= {datetime.fromisoformat(row["joined_at"]) for row in people_of(small)}

    assert all(is_real_local_time(time) for time in times)


def test_shops_are_fullest_in_the_afternoon_and_all_but_empty_at_night_in_every_season(small: Feed) -> None:
    tickets = tickets_of(rows_of(small.folder / "till.parquet"))
    times = [lines[0]["time_local"] for lines in tickets.values()]
    for months in ((12, 1, 2), (6, 7, 8)):
        hours = Counter(time.hour for time in times if time.month in months)
        fullest = max(hours, key=lambda hour: hours[hour])
        assert 15 <= fullest <= 19
        assert sum(hours[hour] for hour in range(6)) < 0.06 * sum(hours.values())


def test_a_time_in_the_skipped_hour_moves_forward_and_keeps_its_minutes() -> None:
    clock = LocalTime(date(2026, 1, 1), date(2026, 12, 31))
    before, skipped, after = (seconds_of(date(2026, 3, 29)) + at for at in (7_199, 9_000, 10_800))
    moved = clock.existing(np.array([before, skipped, after]))

    assert moved.tolist() == [before, skipped + 3_600, after]
    assert clock.iso(int(moved[1])) == "2026-03-29T03:30:00+02:00"
    assert np.diff(clock.to_utc(np.array([before, after]))).tolist() == [1]


def test_an_hour_that_comes_twice_is_taken_as_the_first() -> None:
    clock = LocalTime(date(2026, 1, 1), date(2026, 12, 31))
    autumn = seconds_of(date(2026, 10, 25))

    assert clock.iso(autumn + 9_000) == "2026-10-25T02:30:00+02:00"
    assert clock.iso(autumn + 10_800) == "2026-10-25T03:00:00+01:00"


def test_tills_are_in_the_order_in_which_history_is_decided(small: Feed) -> None:
    for name in ("till.parquet", "late.parquet", "returns.parquet"):
        keys = [
            (
                row["time_local"].replace(tzinfo=PARIS).timestamp(),
                f"till/store-{row['store']}",
                f"{row['store']}-{row['date']}-{row['ticket']}",
            )
            for row in rows_of(small.folder / name)
        ]
        assert keys == sorted(keys), name
    events = [
        (datetime.fromisoformat(one["time"]), one["source"], one["id"])
        for one in rows_of(small.folder / "loyalty.jsonl")
    ]
    assert events == sorted(events)


def test_every_ticket_has_one_time_one_card_and_its_lines_together(small: Feed) -> None:
    rows = rows_of(small.folder / "till.parquet")
    changes = 1 + sum(
        (one["store"], one["date"], one["ticket"])
        != (next_one["store"], next_one["date"], next_one["ticket"])
        for one, next_one in pairwise(rows)
    )
    tickets = tickets_of(rows)

    assert changes == len(tickets) == small.counts["till_tickets"]
    for lines in tickets.values():
        assert (
            len(
                {
                    (line["time_local"], line["card"], line["channel"], line["paid_voucher_5"])
                    for line in lines
                }
            )
            == 1
        )
        assert lines[0]["time_local"].date() == lines[0]["date"]


def test_a_household_lives_in_the_town_where_most_of_its_money_goes(small: Feed) -> None:
    towns = {row["code"]: row["town"] for row in rows_of(small.folder / "stores.csv")}
    spent: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows_of(small.folder / "till.parquet"):
        if row["card"]:
            spent[row["card"]][row["store"]] += row["amount_eur"]
    lives = {person["card"]: person["town"] for person in people_of(small)}
    at_home = [
        lives[card] == towns[max(by_store, key=by_store.__getitem__)] for card, by_store in spent.items()
    ]

    # A second card, or tickets that came late, may move the odd one.
    assert len(at_home) - sum(at_home) <= 3
    assert len(at_home) >= 80


def test_cards_check_and_belong_to_one_person_each(small: Feed) -> None:
    cards = [person["card"] for person in people_of(small)]

    assert len(cards) == len(set(cards)) == small.counts["people"] == 80 + 10
    assert all(len(card) == 13 and card.startswith("299") for card in cards)
    assert all(card[-1] == check_digit(card[:-1]) for card in cards)
    shown = {row["card"] for row in rows_of(small.folder / "till.parquet")} - {None}
    assert shown <= set(cards)


def test_people_can_neither_be_reached_nor_confused(small: Feed) -> None:
    people = people_of(small)
    mails = [person["email"] for person in people if person["email"]]
    phones = {person["phone"][:8] for person in people if person["phone"]}

    assert len(mails) == len(set(mails))
    assert {mail.partition("@")[2] for mail in mails} <= {"exemple.fr", "example.org"}
    assert phones <= {"01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98"}
    households_by_phone = Counter(person["phone"] for person in people if person["phone"])
    assert max(households_by_phone.values()) <= 2
    born = [
        (date.fromisoformat(one["birth_date"]), datetime.fromisoformat(one["joined_at"])) for one in people
    ]
    assert all(joined.year - birth.year >= 18 for birth, joined in born)


def test_one_household_in_five_joins_during_the_year_the_others_are_taken_over(small: Feed) -> None:
    joins = rows_of(small.folder / "joins.csv")
    taken_over = {row["card"] for row in rows_of(small.folder / "takeover.csv")}
    earlier = rows_of(small.folder / "members.csv")

    assert len(joins) == 16
    assert taken_over == {person["card"] for person in earlier}
    start, end = datetime.combine(small.first_day, datetime.min.time()), small.last_day
    assert all(datetime.fromisoformat(person["joined_at"]) < start for person in earlier)
    assert all(start < datetime.fromisoformat(person["joined_at"]) for person in joins)
    assert all(datetime.fromisoformat(person["joined_at"]).date() <= end for person in joins)


def test_the_control_total_is_what_the_takeover_holds(small: Feed) -> None:
    rows = rows_of(small.folder / "takeover.csv")
    control = json.loads(small.takeover_control.read_text())
    by_month: Counter[str] = Counter()
    for row in rows:
        if row["quantity"]:
            by_month[row["issued_on"][:7]] += int(row["quantity"])
            assert date.fromisoformat(row["expires_on"]) > small.first_day

    assert control["members"] == len({row["card"] for row in rows})
    assert control["currencies"]["points"]["by_issued_month"] == dict(sorted(by_month.items()))
    assert (
        control["currencies"]["points"]["total"] == sum(by_month.values()) == small.counts["takeover_points"]
    )
    tiers = Counter({row["card"]: row["tier"] for row in rows}.values())
    assert control["tiers"] == dict(sorted(tiers.items()))
    assert all(bool(row["tier_until"]) == (row["tier"] != "bronze") for row in rows)


def test_returns_follow_their_ticket_and_never_bring_back_more_than_was_sold(small: Feed) -> None:
    sold = tickets_of(rows_of(small.folder / "till.parquet"))
    amounts: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    quantities: dict[tuple[Any, ...], int] = defaultdict(int)
    total: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for refund in tickets_of(rows_of(small.folder / "returns.parquet")).values():
        first = refund[0]
        original = (first["original_store"], first["original_date"], first["original_ticket"])
        lines = sold[original]
        assert lines[0]["time_local"] < first["time_local"]
        assert lines[0]["card"] == first["card"] is not None
        total[original] += first["total_eur"]
        for back in refund:
            if not back["whole"]:
                amounts[*original, back["line"]] += back["amount_eur"]
                quantities[*original, back["line"]] += back["quantity"]
    for key, amount in amounts.items():
        line = sold[key[:3]][key[3]]
        assert 0 < amount <= line["amount_eur"]
        assert 0 < quantities[key] <= line["quantity"]
    for original, amount in total.items():
        assert amount <= sum(line["amount_eur"] for line in sold[original])


def test_late_tickets_are_missing_from_the_tills_and_repeated_ones_come_as_they_were(small: Feed) -> None:
    in_time = tickets_of(rows_of(small.folder / "till.parquet"))
    afterwards = tickets_of(rows_of(small.folder / "late.parquet"))
    repeated = {key for key in afterwards if key in in_time}

    assert len(repeated) == small.counts["repeated_tickets"] > 0
    assert len(afterwards) - len(repeated) == small.counts["late_tickets"] > 0
    assert all(afterwards[key] == in_time[key] for key in repeated)


def test_the_web_shop_sends_tickets_that_the_tills_have_sent(small: Feed) -> None:
    sold = tickets_of(rows_of(small.folder / "till.parquet"))
    orders = rows_of(small.folder / "web-orders.jsonl")

    assert len(orders) == small.counts["web_copies"] > 0
    for order in orders:
        pickup = order["pickup"]
        lines = sold[pickup["store"], date.fromisoformat(pickup["date"]), pickup["ticket"]]
        assert {line["channel"] for line in lines} == {"web"}
        assert [Decimal(item["total"]) for item in order["items"]] == [line["amount_eur"] for line in lines]
        assert [item["sku"] for item in order["items"]] == [line["sku"] for line in lines]
        placed = datetime.fromisoformat(order["placed_at"])
        assert placed.replace(tzinfo=None) == lines[0]["time_local"]


def test_vouchers_are_asked_for_before_they_are_used(small: Feed) -> None:
    moments: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for event in rows_of(small.folder / "loyalty.jsonl"):
        if event["type"] == "Reward Requested":
            card = event["subject"].removeprefix("card:")
            moments[card].append((datetime.fromisoformat(event["time"]), event["data"]["quantity"]))
    for lines in tickets_of(rows_of(small.folder / "till.parquet")).values():
        if used := lines[0]["paid_voucher_5"]:
            assert sum(line["amount_eur"] for line in lines) >= 15
            moments[lines[0]["card"]].append((lines[0]["time_local"].replace(tzinfo=PARIS), -used))

    assert small.counts["paid_vouchers"] > 0
    for card, changes in moments.items():
        held = 0
        for _, change in sorted(changes):
            held += change
            assert held >= 0, card


def test_staff_correct_thirty_balances_and_merge_ten_second_cards(small: Feed) -> None:
    events = rows_of(small.folder / "loyalty.jsonl")
    kinds = Counter(event["type"] for event in events)
    cards = {person["card"] for person in people_of(small)}
    merges = [event for event in events if event["type"] == "Customer Merged"]

    assert (kinds["Balance Corrected"], kinds["Customer Merged"], kinds["Member Left"]) == (30, 10, 6)
    assert len({event["data"]["absorbed"] for event in merges}) == 10
    for event in merges:
        assert event["subject"] != event["data"]["absorbed"]
        assert {event["subject"], event["data"]["absorbed"]} <= {f"card:{card}" for card in cards}
    corrections = [event["data"] for event in events if event["type"] == "Balance Corrected"]
    assert all(one["reason"] and one["by"] and one["quantity"] for one in corrections)
    assert any(one["quantity"] < 0 for one in corrections)
    assert len({(event["source"], event["id"]) for event in events}) == len(events)


def test_whatever_is_invented_says_so(small: Feed) -> None:
    till = rows_of(small.folder / "till.parquet")
    told = json.loads(small.invented.read_text())

    assert all(row["invented"] == (row["card"] is None) for row in till)
    assert all(row["invented"] for row in rows_of(small.folder / "returns.parquet"))
    assert {row["invented"] for row in people_of(small)} == {"true"}
    assert {"real", "changed", "invented"} <= told.keys()
    assert all(told[part][language] for part in ("real", "changed", "invented") for language in ("en", "fr"))


def test_one_who_left_comes_back_in_time_and_the_others_do_not(small: Feed) -> None:
    events = rows_of(small.folder / "loyalty.jsonl")
    left = {event["subject"]: event["time"] for event in events if event["type"] == "Member Left"}
    back = [event for event in events if event["type"] == "Member Joined"]

    assert len(left) == 6
    [returning] = back
    gone = datetime.fromisoformat(returning["time"]) - datetime.fromisoformat(left[returning["subject"]])
    assert timedelta(0) < gone < timedelta(days=14)


def test_two_people_of_a_household_enter_its_account_once_it_is_open(small: Feed) -> None:
    accounts = rows_of(small.folder / "accounts.csv")
    homes = {person["card"]: (person["address"], person["town"]) for person in people_of(small)}
    entered: dict[str, set[str]] = defaultdict(set)
    for event in rows_of(small.folder / "loyalty.jsonl"):
        if event["type"] == "Account Member Added":
            assert datetime.fromisoformat(event["time"]) > small.accounts_at
            entered[event["subject"]].add(event["data"]["member"].removeprefix("card:"))

    assert entered.keys() == {f"external:{account['account']}" for account in accounts}
    assert all(len(cards) == 2 and len({homes[card] for card in cards}) == 1 for cards in entered.values())


def test_an_offer_is_seen_once_it_is_allotted_and_activated_once_it_is_seen(small: Feed) -> None:
    steps: dict[str, list[str]] = defaultdict(list)
    for event in rows_of(small.folder / "loyalty.jsonl"):
        if event["type"].startswith("Offer ") or event["type"] == "Audience Changed":
            steps[event["subject"]].append(event["type"])

    assert steps
    whole_way = ["Audience Changed", "Offer Allotted", "Offer Seen", "Offer Activated"]
    assert all(taken == whole_way[: len(taken)] and len(taken) >= 2 for taken in steps.values())


def test_codes_stand_by_name_where_a_member_brought_somebody_or_a_ticket_showed_one(small: Feed) -> None:
    joins = {row["card"]: row["referral_code"] for row in rows_of(small.folder / "joins.csv")}
    earlier = {row["card"] for row in rows_of(small.folder / "members.csv")}
    coded = rows_of(small.folder / "coded.jsonl")
    in_time = tickets_of(rows_of(small.folder / "till.parquet"))

    brought_by = [one.card for code in joins.values() for one in codes_named_in(code)]
    assert len(brought_by) == small.counts["referrals"] > 0
    assert set(brought_by) <= earlier
    shown = [one.name for event in coded for code in event["data"]["codes"] for one in codes_named_in(code)]
    assert len(set(shown)) == len(coded) == small.counts["coded_tickets"] > 0
    for event in coded:
        store, ticket = event["data"]["store"], event["data"]["ticket"]
        day = date.fromisoformat(event["time"][:10])
        assert (store, day, ticket) not in in_time
    written = written_in(json.dumps(shown), dict.fromkeys(shown, "X"))
    assert json.loads(written) == ["X"] * len(shown)


@pytest.mark.slow
def test_the_whole_year_keeps_the_real_totals_to_the_cent(whole: Feed) -> None:
    columns = ["store", "date", "ticket", "card", "amount_eur", "discount_eur", "channel", "paid_points"]
    in_time = pq.read_table(whole.folder / "till.parquet", columns=columns)
    afterwards = pq.read_table(whole.folder / "late.parquet", columns=columns)
    keys = ["store", "date", "ticket"]
    sent = in_time.select(keys).group_by(keys).aggregate([])
    late = afterwards.join(sent, keys, join_type="left anti")
    carded = [table.filter(table["card"].is_valid()) for table in (in_time, late)]
    coded = [event["data"]["lines"] for event in rows_of(whole.folder / "coded.jsonl")]

    def euros(column: str, minor: str) -> Decimal:
        with_code = sum(line[minor] for lines in coded for line in lines)
        return sum((pc.sum(table[column]).as_py() for table in carded), Decimal(with_code) / 100)

    assert euros("amount_eur", "amount_minor") == Decimal("4596039.58")
    # Discounts of the trade, coupons, and what the shop adds to coupons.
    assert euros("discount_eur", "discount_minor") == Decimal("822553.19")
    tickets = [table.group_by(keys).aggregate([]).num_rows for table in carded]
    assert sum(tickets) + len(coded) == 155_848
    assert whole.counts["real_lines"] == 1_469_307
    assert whole.counts["households"] == 2_469
    assert whole.counts["stores"] == 457


@pytest.mark.slow
def test_the_whole_year_has_the_promised_shares_of_what_is_invented(whole: Feed) -> None:
    counts = whole.counts

    assert counts["anonymous_tickets"] == round(0.12 * 155_848)
    assert counts["returned_tickets"] == round(0.02 * 155_848)
    assert counts["returns"] > counts["returned_tickets"], "some come back in several goes"
    assert counts["late_tickets"] == round(0.01 * counts["tickets"])
    assert 0.075 < counts["web_tickets"] / counts["real_tickets"] < 0.085
    assert counts["members_joining"] == round(0.2 * 2_469)
    assert counts["people"] == 2_469 + 10
    assert counts["tickets_paid_with_points"] > 300
    assert counts["accounts"] == 12
    assert counts["transfers"] == 20
    assert counts["coded_tickets"] == 40
    assert counts["referrals"] >= 10
    assert counts["offers_allotted"] > counts["offers_activated"] > 20
    products = pq.read_table(whole.folder / "products.parquet")
    assert len(products["department"].unique()) == 36
