"""The member's own page: opened by a signed link alone, discreet, and shut when it should be."""

import logging
import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from msgspec.structs import replace

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.customers import actions as customers
from assidu.customers.links import (
    DAYS_MAX,
    LinkRefusal,
    MadeLink,
    OpenedLink,
    links_of,
    make_link,
    open_link,
    revoke_links,
)
from assidu.customers.types import Profile
from assidu.decisions.events import Merger, Suspension
from assidu.foundation.logs import without_personal_data
from assidu.foundation.people.queries import audit_trail
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import actions, plans
from assidu.loyalty.coming import changes_to_come
from assidu.loyalty.queries import document_at
from assidu.plans.wording import Language
from assidu.portal import visits
from assidu.portal.statements import CHANGES_AT_FIRST
from builders.sales import a_line, a_sale
from builders.shop import OPENED, Shop

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


@pytest.fixture
def anne(shop: Shop) -> UUID:
    customer = shop.member(
        Profile(
            card="2990000000012",
            first_name="Anne",
            last_name="Béraud",
            email="anne@exemple.fr",
            language="fr",
        )
    )
    shop.must(customer, a_sale(a_line(4_000), a_line(2_000, sku="sku-2", department="produce"), at=OPENED))
    shop.must(customer, a_sale(a_line(900, department="tobacco"), at=OPENED + timedelta(days=4)))
    return customer


def link_for(customer: UUID, days: int = 30, at: datetime = NOW) -> MadeLink:
    made = make_link(customer, COMMAND_LINE, at, days=days)
    assert made is not None
    return made


def page(client: Client, link: MadeLink, rest: str = "", status: int = 200) -> str:
    answer = client.get(f"/m/{link.token}/{rest}")
    assert answer.status_code == status, answer.status_code
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_it_says_what_they_have_what_is_missing_and_what_happened(client: Client, anne: UUID) -> None:
    text = page(client, link_for(anne))
    assert 'lang="fr"' in text
    assert "Bonjour Anne" in text
    assert "pour Argent" in text
    assert "Achat de 60,00 €" in text
    assert "points" in text
    assert "au magasin 317, le" in page(client, link_for(anne), "0-2/"), "no store is known at all"
    put_stores([Store("318", "Nantes", "Nantes", "")])
    assert "au magasin 317 (magasin inconnu), le" in page(client, link_for(anne), "0-2/")


def test_while_it_is_suspended_no_date_is_shown_that_does_not_come(
    client: Client, anne: UUID, shop: Shop
) -> None:
    link = link_for(anne)
    assert "stands still" not in page(client, link, "?language=en")
    shop.must(anne, Suspension(OPENED + timedelta(days=30)))
    text = page(client, link, "?language=en")
    balances = text.partition('class="portal-balances"')[2].partition("</section>")[0]
    assert "Your membership stands still since 5 February 2025" in text
    assert "stands still since 5 February 2025" in balances
    assert "until" not in balances
    assert "last day" not in balances


def test_a_ticket_that_earned_nothing_says_why(client: Client, anne: UUID) -> None:
    link = link_for(anne)
    text = page(client, link)
    assert "Ce ticket n’a rien rapporté" in text
    why = page(client, link, "0-3/")
    assert "Ce ticket n’a rien rapporté" in why
    assert "1 point par euro" in why
    assert page(client, link, "0-99/", 404)
    assert page(client, link, "7-1/", 404)
    assert page(client, link, f"0-{10**30}/", 404)


def test_what_is_invented_of_somebody_is_marked_on_their_own_page(
    client: Client, shop: Shop, anne: UUID
) -> None:
    made_up = shop.member(Profile(card="2990000000029", first_name="Luc", language="fr", is_invented=True))
    mark = "Le nom, l’adresse et les coordonnées sont inventés"
    assert mark in page(client, link_for(made_up))
    assert mark not in page(client, link_for(anne))


def test_in_the_language_that_is_chosen(client: Client, anne: UUID) -> None:
    assert "Hello Anne" in page(client, link_for(anne), "?language=en")
    assert "Bonjour Anne" in page(client, link_for(anne), "?language=xx")


def test_nothing_in_the_address_or_the_log_says_who_it_is(client: Client, anne: UUID) -> None:
    link = link_for(anne)
    text = page(client, link)
    addresses = re.findall(r'(?:href|action|src)="([^"]+)"', text)
    assert all(
        str(anne) not in one and anne.hex not in one and "anne" not in one.lower() for one in addresses
    )
    assert str(anne) not in text
    told = without_personal_data(logging.getLogger(), "", {"event": f"Gone: /m/{link.token}/0-3/"})
    assert told["event"] == "Gone: /m/(hidden)/0-3/"


def test_it_is_not_indexed_told_or_kept(client: Client, anne: UUID) -> None:
    for address in (f"/m/{link_for(anne).token}/", "/m/nonsense/"):
        answer = client.get(address)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not answer.cookies


def test_it_is_read_only(client: Client, anne: UUID) -> None:
    assert client.post(f"/m/{link_for(anne).token}/").status_code == 405


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.swapcase(), lambda t: t * 20]
)
def test_a_changed_link_opens_nothing_and_asks_nothing_of_the_database(anne: UUID, change: object) -> None:
    token = change(link_for(anne).token)  # type: ignore[operator]
    assert open_link(token, NOW) is LinkRefusal.FORGED


def test_it_expires(client: Client, anne: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_for(anne, days=2)
    assert isinstance(open_link(link.token, link.expires_at - timedelta(seconds=1)), OpenedLink)
    assert open_link(link.token, link.expires_at) is LinkRefusal.EXPIRED
    monkeypatch.setenv("ASSIDU_NOW", (NOW + timedelta(days=3)).isoformat())
    assert "n’ouvre plus rien" in page(client, link, status=410)
    with pytest.raises(AssertionError):
        make_link(anne, COMMAND_LINE, NOW, days=DAYS_MAX + 1)


def test_all_links_of_a_customer_are_revoked_together(client: Client, anne: UUID, shop: Shop) -> None:
    other = shop.member(Profile(card="2990000000029"))
    first, second, others = link_for(anne), link_for(anne), link_for(other)
    assert len(links_of(anne, NOW)) == 2
    assert revoke_links(anne, COMMAND_LINE, NOW) == 2
    assert revoke_links(anne, COMMAND_LINE, NOW) == 0
    page(client, first, status=410)
    assert open_link(second.token, NOW) is LinkRefusal.REVOKED
    page(client, others)
    assert links_of(anne, NOW) == []
    assert [one.action for one in audit_trail(action="customer.links_revoked").entries] == [
        "customer.links_revoked"
    ]


def test_erasure_takes_it_away(client: Client, anne: UUID) -> None:
    link = link_for(anne)
    customers.erase(anne, COMMAND_LINE, NOW)
    assert open_link(link.token, NOW) is LinkRefusal.GONE
    page(client, link, status=410)
    assert make_link(anne, COMMAND_LINE, NOW) is None
    assert rows("SELECT count(*) FROM customers_link") == [(0,)]


def test_whoever_was_merged_opens_the_page_of_who_they_became(client: Client, anne: UUID, shop: Shop) -> None:
    twin = shop.member(Profile(card="2990000000029", first_name="A."))
    shop.must(twin, a_sale(7_700, at=OPENED + timedelta(days=6)))
    link = link_for(twin)
    shop.must(anne, Merger(OPENED + timedelta(days=8)), absorbed=twin)
    text = page(client, link)
    assert "Bonjour Anne" in text
    assert "Achat de 77,00 €" in text
    places = re.findall(r"/(\d-\d+)/", text)
    assert {place[0] for place in places} == {"0", "1"}
    for place in places:
        page(client, link, f"{place}/")
    assert revoke_links(anne, COMMAND_LINE, NOW) == 1


def test_what_staff_wrote_is_not_on_it(client: Client, anne: UUID) -> None:
    actions.correct(anne, "points", 5, "Madame très fâchée", by=COMMAND_LINE, at=NOW, programme="le-cercle")
    assert "fâchée" not in page(client, link_for(anne))


def test_long_histories_are_read_day_by_day(client: Client, anne: UUID, shop: Shop) -> None:
    for day in range(60):
        shop.must(anne, a_sale(1_000 + day, at=OPENED + timedelta(days=10 + day)))
    link = link_for(anne)
    seen: list[str] = []
    rest = ""
    for _ in range(5):
        text = page(client, link, rest)
        seen += re.findall(r"moment-title\">(Achat [^<]+)<", text)
        following = re.search(r"until=([0-9-]+)", text)
        if not following:
            break
        rest = f"?until={following[1]}"
    assert len(seen) == len(set(seen)) == 62


def test_every_opening_is_noted_without_a_name(client: Client, anne: UUID) -> None:
    link = link_for(anne)
    page(client, link)
    client.get("/m/nonsense/")
    noted = rows("SELECT what, link_id FROM portal_visit ORDER BY visit_id")
    assert noted == [("opened", link.link_id), ("refused", None)]


def test_who_guesses_is_stopped(client: Client, anne: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_for(anne)
    for _ in range(30):
        assert client.get("/m/nonsense/").status_code == 410
    answer = client.get(f"/m/{link.token}/")
    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert client.get(f"/m/{link.token}/", REMOTE_ADDR="192.0.2.7").status_code == 200
    monkeypatch.setenv("ASSIDU_NOW", (NOW + timedelta(minutes=11)).isoformat())
    assert client.get(f"/m/{link.token}/").status_code == 200


def test_visits_are_forgotten(client: Client, anne: UUID) -> None:
    visits.note(visits.Knock.OPENED, "192.0.2.7", NOW - timedelta(days=91))
    visits.note(visits.Knock.OPENED, "192.0.2.7", NOW)
    assert rows("SELECT count(*) FROM portal_visit") == [(1,)]


def test_changes_to_come_are_told_with_their_day(client: Client, anne: UUID) -> None:
    text = page(client, link_for(anne))
    assert "À partir du 1er septembre 2025" in text
    programme = plans.programmes()[0]
    [told] = changes_to_come(programme, NOW, Language.FR)
    assert (told.starts, told.announced_on, told.takes) == (date(2025, 9, 1), OPENED.date(), True)
    more = len(told.sentences) - CHANGES_AT_FIRST
    assert more > 0
    folded = text[text.index(f"{more} autre") :]
    folded = folded[: folded.index("</details>")]
    assert folded.count("<li>") == more
    # Version 3 is replaced before its day by what is in force: there is nothing to tell any more.
    before = document_at(programme, NOW)
    assert before is not None
    plans.publish(replace(before, version=None, valid_from=told.starts), "", at=NOW)
    assert changes_to_come(programme, NOW, Language.FR) == ()
    assert "À partir du" not in page(client, link_for(anne))
