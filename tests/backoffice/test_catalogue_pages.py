"""Rates of other moneys, the calendar of promotions, and what a purchase cost, on the pages."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.test import Client

from assidu.catalogue.promotions import promotion_names, put_promotions
from assidu.catalogue.rates import ToldRate, put_rates, rate_book
from assidu.catalogue.told import promotion_told
from assidu.decisions.money import Rate
from assidu.events.wire import parse_one
from assidu.foundation.people import queries as people
from assidu.loyalty import actions
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import publish
from backoffice.test_pages import sign_in
from builders.documents import a_document

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
FAIR = {
    "code": "fair-2026/1", "name": "Foire aux vins", "first_day": "2026-03-02", "last_day": "2026-03-08",
    "products": "wine", "percent": 20,
}  # fmt: skip
FRANC = ToldRate("CHF", date(2026, 3, 1), Rate(9432, 4))


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    abroad = "{code: EUR, foreign: [{code: CHF}, {code: JPY, decimals: 0}], rate_days_at_most: 3}"
    publish(a_document(sale_currency=abroad), "", at=datetime(2026, 1, 1, tzinfo=UTC))


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_a_rate_is_set_on_its_page_with_who_set_it_and_the_old_one_stays_in_view(
    club: None, client: Client
) -> None:
    put_rates([FRANC], at=NOW, by="file:bank.csv")
    sign_in(client, "finance")
    before = text(client, "/rates/")
    assert "vieux de 4 jours" in before
    assert "bank.csv" in before
    assert "pas de cours" in before, "of the yen"
    form = {"currency": "CHF", "day": "2026-03-01", "rate": "0,95"}
    assert client.post("/rates/set/", form)["Location"] == "/rates/"
    after = text(client, "/rates/")
    assert after.index("0,95") < after.index("0,9432")
    assert "Remplacé" in after
    assert "Anne Roche" in after
    known = rate_book().on("CHF", date(2026, 3, 2))
    assert known is not None
    assert str(known.rate) == "0.95"
    for wrong in ({"rate": "0"}, {"rate": "x"}, {"currency": "USD"}, {"day": ""}):
        assert client.post("/rates/set/", form | wrong).status_code == 422
    [entry] = people.audit_trail(action="rate.set").entries
    assert entry.after == {"day": "2026-03-01", "rate": "0.95"}


def test_whoever_only_looks_sets_nothing_and_calls_nothing_off(club: None, client: Client) -> None:
    put_promotions([promotion_told(FAIR)], at=NOW, by="command")
    sign_in(client, "service")
    assert "/rates/set/" not in client.get("/rates/").content.decode()
    assert (
        client.post("/rates/set/", {"currency": "CHF", "day": "2026-03-01", "rate": "1"}).status_code == 403
    )
    assert client.post("/promotions/fair-2026/1/call-off/").status_code == 403
    assert promotion_names(["fair-2026/1"])


def test_what_runs_is_found_by_name_article_store_and_day_and_may_be_called_off(
    club: None, client: Client
) -> None:
    night = {**FAIR, "code": "night", "name": "Nocturne", "stores": "317", "first_day": "2026-03-08"}
    put_promotions([promotion_told(FAIR), promotion_told(night)], at=NOW, by="command")
    sign_in(client, "marketing")
    for query, shown in (
        ("", (True, True)),
        ("?q=foire", (True, False)),
        ("?q=wine", (True, True)),
        ("?on=2026-03-05", (True, False)),
        ("?on=2026-03-09", (False, False)),
    ):
        page = text(client, f"/promotions/{query}")
        assert ("Foire aux vins" in page, "Nocturne" in page) == shown, query
    assert "20 %" in text(client, "/promotions/fair-2026/1/")
    assert client.get("/promotions/nothing/").status_code == 404
    assert client.post("/promotions/fair-2026/1/call-off/")["Location"] == "/promotions/"
    assert "Foire aux vins" not in text(client, "/promotions/?q=foire")
    assert people.audit_trail(action="promotion.removed").entries[0].object_id == "fair-2026/1"


def test_why_a_purchase_tells_its_rate_its_promotions_and_what_it_cost_in_all(
    club: None, client: Client
) -> None:
    put_rates([FRANC], at=NOW, by="command")
    put_promotions([promotion_told(FAIR)], at=NOW, by="command")
    customer, seq = bought(currency="CHF")
    sign_in(client, "service")
    page = text(client, f"/customers/{customer}/events/{seq}/")
    assert "50,00 CHF au cours de 0,9432" in page
    assert "47,16 €" in page
    assert "Foire aux vins" in page
    assert "Ce que coûte ce ticket" in page
    # 40 francs at 80 %: 10 francs off by the calendar; the points of the rest at a cent each.
    assert "9,43 €" in page
    assert "dont 9,43 € d’après le calendrier des promotions" in page
    timeline = text(client, f"/customers/{customer}/")
    assert "50,00 CHF" in timeline


def bought(**data: str) -> tuple[UUID, int]:
    lines = [
        {"sku": "wine", "amount_minor": 4000, "department": "wine"},
        {"sku": "bread", "amount_minor": 1000, "department": "bread"},
    ]
    told = {
        "specversion": "1.0", "id": "T", "source": "till", "type": "Order Completed", "subject": "card:2990000000012",
        "time": "2026-03-03T10:00:00+01:00", "data": {"store": "317", "channel": "store", "lines": lines} | data,
    }  # fmt: skip
    joined = told | {"id": "J", "type": "Member Joined", "time": "2026-03-02T10:00:00+01:00", "data": {}}
    for event in (joined, told):
        outcome = actions.record(parse_one(event), NOW, programme="club")
        assert isinstance(outcome, Told), outcome
        where = outcome.customer_id, outcome.seq
    return where
