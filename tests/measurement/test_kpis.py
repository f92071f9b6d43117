"""Key figures are the same on the dashboard, over the API, at the command line and in the views for BI tools."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from assidu.cli.main import run
from assidu.customers.types import Profile
from assidu.decisions.events import Correction, Return, ReturnedLine, RewardRequest
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import queries as loyalty
from assidu.measurement.kpis import kpis
from assidu.measurement.periods import period_of
from builders.programs import a_program
from builders.sales import a_line, a_sale
from builders.shop import PROGRAMME, Shop

PERIOD = {"since": "2025-01-01", "until": "2025-10-31"}
PASSWORD = "quatre mots bien choisis"


def at(month: int, day: int) -> datetime:
    return datetime(2025, month, day, 11, tzinfo=UTC)


@pytest.fixture
def past(terminal: Database) -> None:
    """Two stores, a voucher that is used up by time, points that expire, something that came back, tickets of
    nobody."""
    shop = Shop.opened()
    anne = shop.member(Profile(card="2990000000012", last_name="Béraud"))
    zoe = shop.member(Profile(card="2990000000029", last_name="Zoé"), at(2, 3))
    bought = shop.must(anne, a_sale(40_000, 12_345, at=at(1, 20)))
    shop.must(zoe, a_sale(30_000, at=at(2, 4), store="401"))
    shop.must(anne, Return(at(2, 6), bought.seq, (ReturnedLine(1, 12_345),)))
    shop.must(anne, RewardRequest(at(2, 7), "voucher-5"))
    shop.must(zoe, Correction(at(4, 2), "points", 70, "Queue"))
    shop.must(anne, a_sale(a_line(2_000), at=at(10, 9), store="401"))
    shop.must(zoe, a_sale(1_000, at=at(10, 10), store="401"))
    for id_, day, store, amount in (
        ("A-1", 5, "317", 4_200),
        ("A-2", 6, "401", 1_100),
        ("A-3", 7, "401", 999),
    ):
        rows(
            "INSERT INTO events_anonymous (source, id, at, recorded_at, day, programme, store_id, amount_minor, body) "
            "VALUES ('till', %s, %s, now(), %s, %s, %s, %s, '{}') RETURNING id",
            [id_, at(3, day), at(3, day).date(), PROGRAMME, store, amount],
        )
    # The last one was Zoé's, and is among her tickets.
    rows("INSERT INTO events_claim VALUES ('till', 'A-3', %s, 1, now()) RETURNING id", [zoe])


def told_by(view: str, columns: str, *by: str) -> list[tuple[Any, ...]]:
    return rows(f"SELECT {', '.join(by)}, {columns} FROM bi.{view} ORDER BY {', '.join(by)}")


def test_everybody_tells_the_same_figures(
    past: None, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = a_program("kpis:read").get("/v1/kpis", **PERIOD).json()
    now = answer["now"]
    points, vouchers = now["currencies"][:2]
    assert (now["members"], now["active"], now["purchases"], now["joined"]) == (2, 2, 4, 2)
    assert (now["carded_minor"], now["anonymous_minor"]) == (73_000, 5_300)
    assert (points["used"], points["corrected"], vouchers["expired"]) == (500, 70, 1)
    assert points["expired"] > 0
    assert (points["worth_minor"], vouchers["worth_minor"]) == (points["issued"], 0)

    status = run(["kpis", "--from", PERIOD["since"], "--to", PERIOD["until"], "--json"])
    assert (status, json.loads(capsys.readouterr().out)) == (0, answer)

    people.create_person("a@exemple.fr", "Anne", ["agency"], COMMAND_LINE, password=PASSWORD, language="en")
    client.post("/sign-in/", {"email": "a@exemple.fr", "password": PASSWORD})
    page = client.get("/dashboard/", {"from": PERIOD["since"], "to": PERIOD["until"]}).content.decode()
    for figure in (points["issued"], points["expired"], points["outstanding"]):
        assert f">{figure:,}<" in page
    assert "€730 " in page or "€730<" in page

    months = now["months"]
    figures = (
        "members",
        "active",
        "joined",
        "purchases",
        "carded_minor",
        "anonymous_minor",
        "generosity_minor",
    )
    assert told_by("kpi_month", f"{', '.join(figures)}, outstanding_minor", "month::text")[-1][-1] == sum(
        one["outstanding_worth_minor"] for one in now["currencies"]
    )
    assert told_by("kpi_month", ", ".join(figures), "month::text") == [
        (one["month"], *(one[name] for name in figures)) for one in months
    ]
    flows = ("issued", "used", "expired", "outstanding")
    assert [
        row[1:]
        for row in told_by("kpi_month_currency", ", ".join(flows), "currency", "month::text")
        if row[0] == "points"
    ] == [(one["month"], *(one[f"points_{name}"] for name in flows)) for one in months]

    totals = ("issued", "used", "expired", "corrected")
    of_stores = {
        currency: sums
        for currency, *sums in rows(
            f"SELECT currency, {', '.join(f'sum({name})::bigint' for name in totals)}, sum(change)::bigint, "
            "sum(generosity_minor)::bigint FROM bi.kpi_month_store_currency GROUP BY currency"
        )
    }
    for one in (points, vouchers):
        assert of_stores[one["currency"]] == [
            *(one[name] for name in totals),
            one["outstanding"],
            one["worth_minor"],
        ]
    assert rows(
        "SELECT store_id, sum(purchases)::bigint, sum(carded_minor)::bigint, sum(anonymous_minor)::bigint "
        "FROM bi.kpi_month_store GROUP BY 1 ORDER BY 1"
    ) == [("317", 1, 40_000, 4_200), ("401", 3, 33_000, 1_100)]


def test_periods_go_by_name_or_by_their_days(past: None) -> None:
    program = a_program()
    named = program.get("/v1/kpis", period="3m").json()
    assert (named["period"], named["now"]["purchases"]) == ("3m", 0)
    march = program.get("/v1/kpis", since="2025-03-01", until="2025-03-31").json()
    assert (march["now"]["card_rate"], march["now"]["generosity"]) == (0.0, None)
    assert march["before"]["since"] == "2025-01-29"
    assert march["points_expiring"] is None
    for wrong in (
        {"since": "2025-03-02", "until": "2025-03-01"},
        {"period": "century"},
        {"since": "9999-99-99"},
    ):
        assert program.get("/v1/kpis", **wrong).status_code == 422
    assert program.get("/v1/kpis", until="2010-01-01").json()["before"] is None
    assert a_program("plan:read").get("/v1/kpis").status_code == 403
    assert a_program("kpis:read", store="317").get("/v1/kpis").json()["code"] == "other_store"


def test_units_whose_last_day_is_the_thirtieth_from_today_expire_within_thirty_days(past: None) -> None:
    book = loyalty.current_book(PROGRAMME)
    assert book is not None
    plan = book.at(at(10, 31))
    [(first_day_without, units)] = rows(
        "SELECT expires_on, sum(remaining)::bigint FROM ledger_lot WHERE currency = 'points' AND remaining > 0 "
        "GROUP BY 1 ORDER BY 1 LIMIT 1"
    )
    last_day = first_day_without - timedelta(days=1)

    def told(today: date) -> int | None:
        return kpis(plan, "EUR", period_of("12m", today), today).points_expiring

    assert told(last_day - timedelta(days=30)) == units > 0
    assert told(last_day - timedelta(days=31)) == 0


@pytest.mark.django_db
def test_without_a_programme_there_are_no_figures() -> None:
    assert a_program().get("/v1/kpis").json()["code"] == "no_programme"
