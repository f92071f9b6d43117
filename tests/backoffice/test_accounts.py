"""Households on the screen, without a browser: opened, entered, left after a look, and seen from everywhere."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from assidu.customers import queries as customers
from assidu.customers.accounts import account_of, belonging_of, people_of
from assidu.customers.links import MadeLink, make_link
from assidu.customers.types import Profile
from assidu.decisions.state import Membership
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import queries
from backoffice.test_pages import sign_in
from builders.sales import a_sale
from builders.shop import OPENED, Shop

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 2, 10, tzinfo=UTC)
CARDS = ("2990000000012", "2990000000029", "2990000000036")
ACCOUNTS = "accounts: {household: {leaver_takes: equal}, company: {leaver_takes: nothing}}\n"


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())


@pytest.fixture
def everybody(db: None) -> list[UUID]:
    shop = Shop.opened(more=ACCOUNTS)
    names = ("Anne", "Bruno", "Chloé")
    found = [
        shop.member(Profile(card=card, first_name=name, last_name="Béraud", language="fr"))
        for card, name in zip(CARDS, names, strict=True)
    ]
    for one in found:
        shop.must(one, a_sale(4_000, at=OPENED + timedelta(days=5)))
    return found


@pytest.fixture
def desk(client: Client, everybody: list[UUID]) -> Client:
    sign_in(client, "service", language="en")
    return client


def page(desk: Client, address: str, **query: Any) -> str:
    answer = desk.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def sent(desk: Client, customer: UUID, step: str, **fields: Any) -> Any:
    address = f"/customers/{customer}/account/{step}/"
    query = {"other": fields["other"]} if "other" in fields else {}
    form = desk.get(address, query).content.decode()
    found = re.search(r'name="event" value="([0-9a-f-]{36})"', form)
    event = {"event": found[1]} if found else {}
    return desk.post(address, event | fields)


@pytest.fixture
def home(desk: Client, everybody: list[UUID]) -> UUID:
    answer = sent(desk, everybody[0], "open", kind="household", name="Béraud")
    found = account_of(everybody[0])
    assert answer.status_code == 302
    assert found is not None
    return found


def test_a_household_is_opened_for_somebody_once_however_often_the_form_is_sent(
    desk: Client, everybody: list[UUID]
) -> None:
    anne = everybody[0]
    assert "Share an account" in page(desk, f"/customers/{anne}/")
    form = {"event": str(UUID(int=5)), "kind": "household", "name": "Béraud"}
    address = f"/customers/{anne}/account/open/"
    first, again = desk.post(address, form), desk.post(address, form)
    home = account_of(anne)
    assert first["Location"] == again["Location"] == f"/customers/{home}/"
    [one] = people_of(home) if home else []
    assert [role.value for role in one.roles] == ["holder"]
    assert len(people.audit_trail(action="account.opened").entries) == 1


def test_the_page_of_a_household_lists_its_people_and_theirs_shows_what_it_has(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    _anne, bruno, chloe = everybody
    found = page(desk, f"/customers/{home}/account/enter/", q=CARDS[1])
    assert f"?other={bruno}" in found
    assert sent(desk, home, "enter", other=bruno, roles=["member"], reason="spouse").status_code == 302
    shown = page(desk, f"/customers/{home}/")
    assert "Household" in shown
    assert "Anne Béraud" in shown
    assert "Bruno Béraud" in shown
    assert "never bought" not in shown
    standing = queries.standing(home, NOW)
    assert standing is not None
    figure = f'<span class="figure">{standing.purses[0].available}</span>'
    assert figure in shown
    theirs = page(desk, f"/customers/{bruno}/")
    assert figure in theirs
    assert f'href="/customers/{home}/"' in theirs
    assert "Leave the programme" not in theirs
    refused = sent(desk, home, "enter", other=bruno)
    assert refused.status_code == 422
    assert "Share an account" in page(desk, f"/customers/{chloe}/")
    line = page(desk, f"/customers/{home}/").split("Entered the account")[1]
    assert "Bruno Béraud" in line.split("</li>")[0]
    assert "Entered the account" in page(desk, f"/customers/{home}/", kind="membership")
    assert "Shared account opened" in page(desk, f"/customers/{home}/", kind="membership")
    statement = page(desk, f"/customers/{home}/statement/").split("<tbody>")[1]
    assert "Entered the account · Bruno Béraud" in statement
    birth = statement.split("<tr")[-1]
    assert "Shared account opened" in birth
    assert '<td class="end">0</td>' in birth, "it begins with nothing, and adds up from there"


def test_a_name_that_says_what_it_is_is_not_told_twice(desk: Client, everybody: list[UUID]) -> None:
    sent(desk, everybody[0], "open", kind="household", name="household Béraud")
    theirs = page(desk, f"/customers/{everybody[0]}/")
    assert "household Béraud" in theirs
    assert "household household" not in theirs.casefold()


def test_somebody_enters_a_household_that_is_found_by_the_card_of_who_is_in_it(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    found = page(desk, f"/customers/{everybody[2]}/account/open/", q=CARDS[0])
    assert f"/customers/{home}/account/enter/?other={everybody[2]}" in found


def test_whoever_is_taken_out_is_shown_what_they_take_along_before(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    bruno = everybody[1]
    sent(desk, home, "enter", other=bruno)
    before = queries.standing(home, NOW)
    assert before is not None
    half = before.purses[0].available // 2
    asked = page(desk, f"/customers/{home}/account/leave/", other=bruno)
    assert f"{half} points" in asked
    assert belonging_of(bruno) is not None
    assert sent(desk, home, "leave", other=bruno, reason="moved").status_code == 302
    after = queries.standing(bruno, NOW)
    assert after is not None
    assert after.purses[0].available == half
    assert desk.get(f"/customers/{home}/account/leave/", {"other": str(bruno)}).status_code == 404
    assert "the last one" in page(desk, f"/customers/{home}/account/leave/", other=everybody[0])
    sent(desk, home, "leave", other=everybody[0], with_nothing="on")
    closed = page(desk, f"/customers/{home}/")
    assert "Nobody is in it" in closed
    assert "Add somebody" not in closed


def test_roles_are_written_and_those_of_another_kind_refused(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    anne = everybody[0]
    assert sent(desk, home, "roles", other=anne, roles=["member"]).status_code == 302
    assert "Member of the household" in page(desk, f"/customers/{home}/")
    assert sent(desk, home, "roles", other=anne, roles=["payer"]).status_code == 422


def test_who_may_not_change_customers_sees_the_household_and_changes_nothing(
    client: Client, desk: Client, everybody: list[UUID], home: UUID
) -> None:
    other = Client()
    sign_in(other, "marketing", language="en")
    assert "Take out" not in page(other, f"/customers/{home}/")
    for step in ("open", "enter", "leave", "roles"):
        assert other.get(f"/customers/{home}/account/{step}/").status_code == 403


def test_the_list_says_what_is_an_account_and_finds_them_alone(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    listed = page(desk, "/customers/", kind="household")
    assert f'href="/customers/{home}/"' in listed
    assert str(everybody[2]) not in listed
    assert "In a shared account" in page(desk, "/customers/", q=CARDS[0])
    assert ">Household</a>" in page(desk, "/customers/"), "it is asked for at first sight"


def test_members_people_in_accounts_and_whoever_left_add_up_to_the_list_on_every_page(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    found = queries.head_count()
    listed = desk.get("/customers/").context
    assert (found.total, listed["found"].total) == (4, 4)
    member, inside = found.of(Membership.MEMBER), found.of(Membership.IN_ACCOUNT)
    assert (member, inside) == (3, 1)
    assert [step.amount for step in listed["everybody"]] == ["3", "1", "4"]
    assert [step.amount for step in listed["members"]] == ["2", "1", "3"]
    for step in (*listed["everybody"], *listed["members"]):
        if step.address:
            assert f"{step.amount} in all" in page(desk, step.address)
    assert listed["not_listed"] == ""


def test_at_the_till_any_card_of_the_household_shows_its_balance(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    sent(desk, home, "enter", other=everybody[1])
    standing = queries.standing(home, NOW)
    assert standing is not None
    served = desk.post("/caisse/find/", {"who": CARDS[1]}).content.decode()
    assert "Household Béraud" in served
    assert f'<b class="num">{standing.purses[0].available}</b>' in served
    assert "Bruno Béraud" in served


def test_the_members_own_page_tells_what_they_share_and_of_one_left_only_their_part(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    bruno = everybody[1]
    sent(desk, home, "enter", other=bruno)
    made = make_link(bruno, COMMAND_LINE, NOW)
    assert isinstance(made, MadeLink)
    standing = queries.standing(home, NOW)
    assert standing is not None
    shared = page(Client(), f"/m/{made.token}/", language="en")
    assert "You share this balance" in shared
    assert f'<span class="figure">{standing.purses[0].available}</span>' in shared
    assert shared.count("Somebody enters the account") == 1, "Anne's; his own is told from his side"
    sent(desk, home, "leave", other=bruno)
    alone = page(Client(), f"/m/{made.token}/", language="en")
    assert "You share this balance" not in alone
    assert "Somebody enters the account" not in alone
    assert "Left the shared account" in alone


def test_a_household_with_people_in_it_is_not_erased_on_the_screen(
    desk: Client, everybody: list[UUID], home: UUID
) -> None:
    boss = Client()
    sign_in(boss, "legal", language="en")
    refused = boss.post(f"/customers/{home}/erase/", {"typed": "Béraud"})
    assert refused.status_code == 422
    assert "People are still in this account" in refused.content.decode()
    found = customers.customer(home)
    assert found is not None
    assert not found.is_erased
