"""The pages of offers and draws: what is left, what was given, and whether the draw is honest."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from assidu.catalogue.prices import lowest_prices, prices_of, put_prices
from assidu.catalogue.types import Price
from assidu.foundation import clock
from assidu.foundation.people import actions
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.loyalty import draws
from assidu.loyalty.plans import publish
from assidu.plans.check import examine
from builders.documents import BASE, a_programme, a_rule
from builders.offers import offers

PASSWORD = "quatre mots bien choisis"
WITH = offers(
    "produce: effect: {percent: {off: 10}}|lines: {products: [apple, pear]}|budget: {amount: 100.00}",
    "bags: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 2",
    "lucky: effect: {points: {currency: points, units: 7}}|chance: {one_in: 2}",
    "gone: effect: {amount: 1.00}|when: {last_day: 2026-01-31}",
    "mine: effect: {amount: 1.00}|needs: activated|combines: true",
)


def sign_in(client: Client, role: str, language: str = "en") -> Client:
    made = actions.create_person(
        f"{role}@exemple.fr", "Anne Roche", [role], COMMAND_LINE, password=PASSWORD, language=language
    )
    assert isinstance(made, Person)
    client.post("/sign-in/", {"email": f"{role}@exemple.fr", "password": PASSWORD})
    return client


def put(more: str, currencies: str = "", rules: tuple[str, ...] = ()) -> None:
    text = a_programme(BASE, *rules, more=more, currencies=currencies)
    document = examine(text).document
    assert document is not None
    publish(document, text, at=clock.now())


@pytest.fixture
def owner(db: None, client: Client) -> Client:
    return sign_in(client, "marketing")


def test_without_a_programme_and_without_offers_the_pages_say_what_to_do(owner: Client) -> None:
    assert "No programme yet" in owner.get("/offers/").content.decode()
    put("")
    page = owner.get("/offers/").content.decode()
    assert "No offer yet" in page
    assert "No draw" in owner.get("/offers/draws/").content.decode()
    assert owner.get("/offers/draws/none/").status_code == 404


def test_each_offer_says_its_state_its_gauges_and_how_far_customers_are(owner: Client) -> None:
    put(WITH)
    page = owner.get("/offers/").content.decode()
    assert page.count('<span class="pill good">running</span>') == 4
    assert '<span class="pill">over</span>' in page
    assert "€100.00 left" in page
    assert "2 left" in page
    assert "5 offers serve no objective" in page
    assert "Verify the draw" in page


def test_what_is_left_of_the_budget_of_a_rule_is_told_store_by_store_and_in_all(owner: Client) -> None:
    put("", rules=(a_rule("{fixed: 9}", "budget: {units: 100, per: ever, over: store}"),))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_quota (key, limit_places, taken) VALUES "
            "('budget:extra:ever:lyon', 100, 30), ('budget:extra:ever:brest', 100, 100), ('budget:extra:ev', 9, 9)"
        )
    page = owner.get("/offers/").content.decode()
    assert "Rules with a shared limit" in page
    for said in (
        "Budget, 2 stores</span>.*?70 points left",
        "brest</span>.*?0 points left",
        "lyon</span>.*?70 points",
    ):
        assert re.search(said, page, re.DOTALL), said


def test_the_places_of_coming_sessions_stand_beside_their_reward(owner: Client) -> None:
    today = clock.now().date()
    put(
        f"""
    objectives: [{{code: again, name: {{fr: Le retour, en: Coming back}}}}]
    rewards:
      - code: tasting
        name: {{fr: Dégustation, en: Tasting}}
        costs: {{currency: points, units: 300}}
        gives: {{currency: seats}}
        sessions:
          - {{code: past, name: {{fr: Passée, en: Long ago}}, on: {today - timedelta(days=3)}, places: 7}}
          - {{code: soon, name: {{fr: Bientôt, en: Soon enough}}, on: {today + timedelta(days=9)}, places: 20}}
    """,
        currencies="  - {code: seats, kind: good, name: {fr: places, en: seats}}\n",
    )
    page = owner.get("/offers/").content.decode()
    assert re.search(r"Soon enough, [^<]*</span>.*?20 left", page)
    assert "Long ago" not in page
    assert re.search(r"serve no objective: [^<]*Tasting", owner.get("/programme/").content.decode())


def test_the_lowest_price_of_thirty_days_stands_beside_what_takes_a_price_down(owner: Client) -> None:
    put(WITH)
    today = clock.now().date()
    put_prices(
        [
            Price("apple", today - timedelta(days=200), 150),
            Price("apple", today - timedelta(days=60), 250),
            Price("apple", today - timedelta(days=10), 300),
            Price("pear", today, 90),
        ]
    )
    assert lowest_prices(["apple", "pear", "plum"], today) == {"apple": 250}
    put_prices([Price("apple", today - timedelta(days=3), 199)])
    assert lowest_prices(["apple"], today) == {"apple": 199}
    # What is planned for far later makes nothing of today one of long ago, and the first of days is one.
    put_prices([Price("plum", date(2090, 1, 1), 5)])
    put_prices([Price("plum", date.min, 5)])
    assert lowest_prices(["apple"], today) == {"apple": 199}
    # What goes down since five days was not down before.
    prices = prices_of(["apple", "pear"])
    assert prices.lowest_before("apple", today - timedelta(days=5), today) == 250
    assert prices.lowest_before("apple", today + timedelta(days=5), today) == 199
    assert prices.lowest_before("pear", today - timedelta(days=5), today + timedelta(days=1)) == 90
    for address in ("/offers/", "/offers/of/produce/"):
        page = owner.get(address).content.decode()
        assert "Lowest price of the 30 days before:" in page
        assert "€1.99" in page


def test_a_draw_is_shown_with_its_fingerprint_verified_and_told_when_it_is_over(owner: Client) -> None:
    put(WITH)
    [draw] = draws.draws("club")
    page = owner.get("/offers/draws/lucky/").content.decode()
    assert draw.commitment in page
    assert "told once the offer is over" in page
    assert "0 tickets drawn again" in page
    wrong = owner.post("/offers/draws/lucky/", {"secret": "00" * 32}).content.decode()
    assert "does not have the fingerprint" in wrong
    assert "64 digits" in owner.post("/offers/draws/lucky/", {"secret": "zz"}).content.decode()
    refused = owner.post("/offers/draws/lucky/reveal/", follow=True).content.decode()
    assert "The offer still runs" in refused
    put("")
    told = owner.post("/offers/draws/lucky/reveal/", follow=True).content.decode()
    secret = draws.draws("club")[0].secret
    assert len(secret) == 64
    assert secret in told
    assert draws.draws("club")[0].commitment == draw.commitment


def test_who_may_not_publish_may_not_tell_a_secret(db: None, client: Client) -> None:
    put(WITH)
    sign_in(client, "consultant")
    assert client.get("/offers/draws/lucky/").status_code == 200
    assert client.post("/offers/draws/lucky/reveal/").status_code == 403
