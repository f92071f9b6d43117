"""What a status brings, and what a customer's engagement is made of: the same wherever it is asked for."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.test import Client

from assidu.cli.database import database
from assidu.cli.main import run
from assidu.cli.output import Output
from assidu.customers.links import make_link
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.settings import current_settings
from assidu.loyalty.plans import publish
from backoffice.test_pages import sign_in
from builders.documents import BASE, a_document
from builders.offer_club import MARCH, OPENED, told
from builders.programs import a_program

CARD = "29900000000001"
NOW = MARCH + timedelta(days=1)
TIERS = """\
tiers:
  levels:
    - code: bronze
      name: {fr: Bronze, en: Bronze}
      benefits: [{fr: Livraison offerte, en: Free delivery}, {fr: Caisse prioritaire, en: Priority till}]
    - {code: gold, name: {fr: Or, en: Gold}, engagement_at_least: 90, benefits: [{fr: Salon, en: Lounge}]}
  keep: {months: 12}
"""
ENGAGEMENT = "engagement: {half_life_months: 1, weights: [{of: sale, score: 10}, {of: review, score: 25}]}\n"


def a_member_who_took_part() -> UUID:
    """Two purchases, one of them in February, and a review."""
    publish(a_document(BASE, tiers=TIERS, more=ENGAGEMENT), "", at=OPENED)
    customer = told("j", "Member Joined", 1, OPENED)
    line = {"sku": "s", "amount_minor": 1_000, "department": "grocery"}
    for number, at in enumerate((MARCH - timedelta(days=20), MARCH)):
        told(
            f"s{number}",
            "Order Completed",
            1,
            at,
            store="317",
            channel="store",
            ticket=f"s{number}",
            lines=[line],
        )
    told("r", "Activity Recorded", 1, activity="review")
    return customer


@pytest.fixture
def customer(db: None, monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    return a_member_who_took_part()


def text_of(answer: object) -> str:
    text: str = answer.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


@pytest.fixture
def screens(client: Client, customer: UUID) -> dict[str, str]:
    """The till, the customer's page and their own page, in French."""
    sign_in(client, "service", "legal")
    link = make_link(customer, COMMAND_LINE, NOW, days=30)
    assert link is not None
    return {
        "till": text_of(client.post("/caisse/find/", {"who": CARD})),
        "page": text_of(client.get(f"/customers/{customer}/")),
        "statement": text_of(client.get(f"/m/{link.token}/", {"language": "fr"})),
    }


@pytest.mark.django_db
def test_what_a_status_brings_is_said_at_the_till_on_the_page_and_on_the_statement(
    screens: dict[str, str],
) -> None:
    for name, text in screens.items():
        assert "<li>Livraison offerte</li><li>Caisse prioritaire</li>" in text, name
        assert "Salon" not in text, name


@pytest.mark.django_db
def test_the_score_and_its_parts_are_on_the_customer_s_page_and_on_their_own(screens: dict[str, str]) -> None:
    """A review of this month, a purchase of this month and half of one of February; a month later, half of that."""
    for name in ("page", "statement"):
        text = screens[name]
        assert 'ote d’engagement</h2><b class="num push">40,0' in text, name
        parts = re.findall(r"<dt>([^<]+)</dt><dd class=\"num\">([\d,]+)</dd>", text)
        assert parts[-2:] == [("Un avis déposé", "25,0"), ("Un achat", "15,0")], name
        assert "20 le 1er avril 2026, sans rien de plus" in text, name
    assert "engagement-title" not in screens["till"]


@pytest.mark.django_db
@pytest.mark.urls("assidu.api.urls")
def test_a_program_is_told_what_a_status_brings_in_its_language_and_the_score_with_its_parts(
    customer: UUID,
) -> None:
    reader = a_program("customers:read")
    told_ = reader.get(f"/v1/customers/{customer}", language="fr").json()["programme"]
    assert told_["tier"]["benefits"] == ["Livraison offerte", "Caisse prioritaire"]
    assert told_["engagement"] == {
        "score": 40,
        "fades_on": "2026-04-01",
        "score_then": 20,
        "parts": [
            {"of": "review", "now_thousandths": 25_000, "then_thousandths": 12_500},
            {"of": "sale", "now_thousandths": 15_000, "then_thousandths": 7_500},
        ],
    }


@pytest.fixture
def terminal(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    monkeypatch.setattr("assidu.cli.commands.customer.database", that_stops_with_the_command)
    current_settings.cache_clear()
    yield
    connection.execute_wrappers.clear()
    monkeypatch.undo()
    current_settings.cache_clear()


@contextmanager
def that_stops_with_the_command(output: Output) -> Iterator[Database]:
    """As where no server runs: a command's own PostgreSQL answers nothing once it is done with it."""

    def stopped(*_asked: object) -> None:
        raise OperationalError("terminating connection due to administrator command")

    connection.execute_wrappers.clear()
    with database(output) as found:
        yield found
    connection.execute_wrappers.append(stopped)


def test_the_command_says_it_too(terminal: None, capsys: pytest.CaptureFixture[str]) -> None:
    a_member_who_took_part()
    assert run(["customer", "show", f"card:{CARD}", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["benefits"] == ["Free delivery", "Priority till"]
    assert (shown["engagement"]["score"], shown["engagement"]["fades_on"]) == (40, "2026-04-01")
    assert run(["customer", "show", f"card:{CARD}"]) == 0
    printed = capsys.readouterr().out
    assert "+ Priority till" in printed
    assert "Engagement score: 40  A review written 25.0  A purchase 15.0" in printed
