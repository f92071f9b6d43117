"""Rates of other moneys and the calendar of promotions, told and read by programs."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from assidu.catalogue.rates import rate_book
from assidu.foundation.people import queries as people
from builders.programs import a_program

pytestmark = [pytest.mark.django_db, pytest.mark.urls("assidu.api.urls")]

FAIR = {
    "code": "fair-2026/1",
    "name": "Wine fair",
    "first_day": "2026-03-02",
    "last_day": "2026-03-08",
    "departments": ["wine"],
    "percent": "20",
}


def rate(currency: str, day: str, written: str) -> dict[str, str]:
    return {"currency": currency, "day": day, "rate": written}


def test_rates_are_set_exactly_and_once_and_who_set_them_is_told() -> None:
    bank = a_program("catalogue:write")
    told = [rate("CHF", "2026-03-02", "0.943212345678"), rate("JPY", "2026-03-02", "0.00612")]
    assert bank.put("/v1/rates", {"rates": told}).json() == {"set": 2}
    assert bank.put("/v1/rates", {"rates": told}).json() == {"set": 0}
    assert bank.put("/v1/rates", {"rates": [rate("CHF", "2026-03-02", "0.95")]}).json() == {"set": 1}
    known = rate_book().on("CHF", date(2026, 3, 5))
    assert known is not None
    assert str(known.rate) == "0.95"
    history = bank.get("/v1/rates", currency="chf").json()["rates"]
    assert [(one["rate"], one["is_in_force"]) for one in history] == [
        ("0.95", True),
        ("0.943212345678", False),
    ]
    assert history[0]["set_by"].startswith("key:")
    page = bank.get("/v1/rates", limit=2).json()
    rest = bank.get("/v1/rates", limit=2, cursor=page["next"]).json()
    assert len(page["rates"] + rest["rates"]) == 3
    assert rest["next"] is None
    assert len(bank.get("/v1/rates", in_force="true", day="2026-03-02").json()["rates"]) == 2
    assert [entry.after for entry in people.audit_trail(action="rate.set").entries] == [
        {"count": 1},
        {"count": 2},
    ]


@pytest.mark.parametrize(
    "told",
    [
        rate("CHF", "2026-03-02", "0"),
        rate("CHF", "2026-03-02", "1000001"),
        rate("CHF", "2026-03-02", "-1"),
        rate("CHF", "2026-03-02", "NaN"),
        rate("CHF", "2026-03-02", "1e3"),
        rate("chf", "2026-03-02", "1"),
        rate("CHF", "2026-02-30", "1"),
    ],
)
def test_what_is_no_rate_sets_nothing(told: dict[str, str]) -> None:
    bank = a_program("catalogue:write")
    refused = bank.put("/v1/rates", {"rates": [rate("CHF", "2026-03-02", "1"), told]})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert rate_book().on("CHF", date(2026, 3, 2)) is None


def test_the_calendar_is_told_found_replaced_and_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", datetime(2026, 3, 1, tzinfo=UTC).isoformat())
    office = a_program("catalogue:write")
    night = {
        **FAIR,
        "code": "night",
        "name": "Night",
        "first_hour": "18:00",
        "stores": ["317"],
        "percent": None,
    }
    told = [FAIR, {**FAIR, "departments": [], "products": ["a", "b"]}, night]
    assert office.put("/v1/promotions", {"promotions": told}).json() == {"promotions": 2, "lines": 3}

    def found(**query: Any) -> list[str]:
        return [one["code"] for one in office.get("/v1/promotions", **query).json()["promotions"]]

    assert found() == ["fair-2026/1", "night"]
    assert found(text="wine") == ["fair-2026/1"]
    assert found(text="b") == ["fair-2026/1"], "an article"
    assert found(store="12") == ["fair-2026/1"]
    assert found(day="2026-03-09") == []
    page = office.get("/v1/promotions", limit=1).json()
    assert [one["code"] for one in page["promotions"]] == ["fair-2026/1"]
    assert found(limit=1, cursor=page["next"]) == ["night"]
    [line] = office.get("/v1/promotions/night").json()["lines"]
    assert (line["starts_at"], line["ends_at"]) == ("2026-03-02T18:00:00", "2026-03-09T00:00:00")
    assert (
        office.put("/v1/promotions", {"promotions": [{**night, "last_day": "2026-03-02"}]}).json()["lines"]
        == 1
    )
    assert found(day="2026-03-05") == ["fair-2026/1"], (
        "the one that is told again is replaced, the other stays"
    )
    assert office.delete("/v1/promotions/night").status_code == 200
    assert office.delete("/v1/promotions/night").json()["code"] == "unknown_promotion"
    assert office.get("/v1/promotions/night").json()["code"] == "unknown_promotion"


def test_a_calendar_with_a_line_that_makes_no_sense_is_refused_whole() -> None:
    office = a_program("catalogue:write")
    for wrong in (
        {**FAIR, "last_day": "2026-03-01"},
        {**FAIR, "percent": "20", "amount_minor": 5},
        {**FAIR, "percent": "101"},
        {**FAIR, "first_hour": "25:00"},
        {**FAIR, "name": ""},
    ):
        refused = office.put("/v1/promotions", {"promotions": [{**FAIR, "code": "good"}, wrong]})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request"), wrong
    assert office.get("/v1/promotions").json()["promotions"] == []


def test_neither_is_written_without_the_scope_or_by_a_store() -> None:
    for program in (a_program("events:write"), a_program("catalogue:write", store="317")):
        assert program.put("/v1/rates", {"rates": [rate("CHF", "2026-03-02", "1")]}).status_code == 403
        assert program.put("/v1/promotions", {"promotions": [FAIR]}).status_code == 403
        assert program.delete("/v1/promotions/x").status_code == 403
