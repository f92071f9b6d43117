"""People of the role "store": whom they find, what they see of them, what the trail keeps."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.customers.types import Profile
from assidu.decisions.events import Correction, Merger
from assidu.foundation import clock
from assidu.foundation.people import actions
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.loyalty import plans, queries
from assidu.loyalty.types import CustomerFilter
from assidu.plans.check import examine
from builders.sales import a_line, a_sale
from builders.shop import OPENED, PLANS, Shop

pytestmark = pytest.mark.django_db
PASSWORD = "quatre mots bien choisis"
CARDS = {"Nantes": "2990000000012", "Lille": "2990000000029", "Both": "2990000000036"}


@pytest.fixture
def shop(db: None) -> Shop:
    put_stores([Store("317", "Marché de Nantes", "Nantes"), Store("401", "Marché de Lille", "Lille")])
    return Shop.opened()


def of(shop: Shop, name: str, *stores: str) -> UUID:
    """A customer called Martin who joined in the first store and bought once in each."""
    phone = f"061111111{len(name)}"
    profile = Profile(card=CARDS[name], first_name=name, last_name="Martin", phone=phone, store=stores[0])
    customer = shop.member(profile)
    for day, store in enumerate(stores, 2):
        sale = a_sale(a_line(4000, department="produce"), at=OPENED + timedelta(days=day), store=store)
        shop.must(customer, sale)
    return customer


def sign_in(client: Client, *stores: str, roles: Sequence[str] = ("store",)) -> Person:
    made = actions.create_person(
        "caisse@exemple.fr", "Inès", roles, COMMAND_LINE, password=PASSWORD, language="en", stores=stores
    )
    assert isinstance(made, Person)
    assert client.post("/sign-in/", {"email": made.email, "password": PASSWORD}).status_code == 302
    return made


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def test_lists_and_names_show_who_joined_or_bought_in_their_stores(shop: Shop, client: Client) -> None:
    nantes, lille = of(shop, "Nantes", "317"), of(shop, "Lille", "401")
    both = of(shop, "Both", "401", "317")
    sign_in(client, "317")
    for address in ("/customers/", "/customers/?q=martin", "/palette/?q=martin"):
        shown = page(client, address)
        assert str(nantes) in shown, address
        assert str(both) in shown, address
        assert str(lille) not in shown, address
    assert "Marché de Lille" not in page(client, "/customers/?more=1&q=nantes")
    assert str(lille) not in page(client, f"/customers/{nantes}/merge/?q=martin")


@pytest.mark.parametrize(("roles", "is_offered"), [(["store"], False), (["service"], True)])
def test_a_reward_of_other_stores_is_offered_to_whoever_serves_there(
    shop: Shop, client: Client, roles: list[str], is_offered: bool
) -> None:
    written = (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8")
    before, costs, after = written.partition("    costs: {currency: points, units: 500}\n")
    text = f'{before}    when: {{stores: ["401"]}}\n{costs}{after}'
    examined = examine(text)
    assert examined.document is not None
    plans.publish(examined.document, text, at=OPENED)
    nantes = of(shop, "Nantes", "317")
    shop.must(nantes, Correction(clock.now() - timedelta(days=1), "points", 600, "goodwill"))
    sign_in(client, "317", roles=roles)
    is_quiet = f'class="btn quiet" href="/customers/{nantes}/reward/"' in page(
        client, f"/customers/{nantes}/"
    )
    assert is_quiet is not is_offered
    sheet = page(client, f"/customers/{nantes}/reward/")
    assert ("voucher-5" in sheet) is is_offered
    assert ("in store 401" in sheet) is is_offered, "where it is given is told with it"


def test_figures_of_the_whole_programme_are_nobodys_at_a_till(shop: Shop, client: Client) -> None:
    of(shop, "Lille", "401")
    sign_in(client, "317")
    assert 'href="/dashboard/"' not in page(client, "/customers/")
    page(client, "/dashboard/", 403)
    rules = page(client, "/programme/")
    assert "What each rule gave" not in rules
    assert 'class="gave"' not in rules
    assert "Gave" not in page(client, "/offers/")


def test_of_several_stores_all_are_seen_and_of_none_nobody(shop: Shop, client: Client) -> None:
    ids = {of(shop, "Nantes", "317"), of(shop, "Lille", "401")}
    person = sign_in(client, "317", "401")
    assert all(str(one) in page(client, "/customers/") for one in ids)
    actions.create_person(
        "it@exemple.fr", "A", ["it"], COMMAND_LINE
    )  # somebody must remain who manages people
    assert actions.change_access(person.id, ["store"], [], True, COMMAND_LINE) == people.person(person.id)
    assert not any(str(one) in page(client, "/customers/") for one in ids)


def test_another_role_beside_it_sees_every_store(shop: Shop, client: Client) -> None:
    lille = of(shop, "Lille", "401")
    sign_in(client, "317", roles=("store", "service"))
    assert str(lille) in page(client, "/customers/")
    assert "Why?" in page(client, f"/customers/{lille}/")


@pytest.mark.parametrize("place", ["/customers/", "/palette/"])
@pytest.mark.parametrize("asked", [CARDS["Lille"], "06 11 11 11 15"])
def test_a_whole_card_or_telephone_finds_anybody_and_is_a_look(
    shop: Shop, client: Client, place: str, asked: str
) -> None:
    lille = of(shop, "Lille", "401")
    person = sign_in(client, "317")
    page(client, f"/customers/{lille}/", 403)
    refused = people.audit_trail(action="access.refused").entries[0]
    assert (refused.person_id, refused.object_id) == (person.id, str(lille))
    assert people.looks(customer_id=lille).entries == ()
    assert str(lille) in client.get(place, {"q": asked}).content.decode()
    assert [(one.person_id, one.page) for one in people.looks(customer_id=lille).entries] == [
        (person.id, "search")
    ]
    shown = page(client, f"/customers/{lille}/")
    assert "Customer of another store" in shown
    assert "Why?" not in shown
    assert asked not in shown
    for history in ("statement/", "events/2/"):
        page(client, f"/customers/{lille}/{history}", 403)


def test_who_was_looked_up_stays_open_for_an_hour_and_for_nobody_else(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lille = of(shop, "Lille", "401")
    sign_in(client, "317")
    page(client, f"/customers/?q={CARDS['Lille']}")
    page(client, f"/customers/{lille}/reward/")
    colleague = Client()
    made = actions.create_person(
        "b@exemple.fr", "B", ["store"], COMMAND_LINE, password=PASSWORD, stores=["317"]
    )
    assert isinstance(made, Person)
    colleague.post("/sign-in/", {"email": made.email, "password": PASSWORD})
    page(colleague, f"/customers/{lille}/", 403)
    monkeypatch.setenv(clock.VARIABLE, (clock.now() + timedelta(minutes=61)).isoformat())
    page(client, f"/customers/{lille}/reward/", 403)


def test_the_answer_to_a_refusal_says_how_to_find_them(shop: Shop, client: Client) -> None:
    lille = of(shop, "Lille", "401")
    sign_in(client, "317")
    assert "whole card or telephone number" in page(client, f"/customers/{lille}/", 403)


def test_an_email_or_an_identifier_finds_only_their_own(shop: Shop, client: Client) -> None:
    lille = of(shop, "Lille", "401")
    sign_in(client, "317")
    assert f'href="/customers/{lille}/"' not in page(client, f"/palette/?q={lille}")
    assert people.looks(customer_id=lille).entries == ()


def test_tickets_of_other_stores_show_without_store_and_lines(shop: Shop, client: Client) -> None:
    both = of(shop, "Both", "317", "401")
    entries = {one.store: one.seq for one in queries.timeline([both], types=()).entries if one.amount_minor}
    sign_in(client, "317")
    shown = page(client, f"/customers/{both}/")
    assert "Marché de Lille" not in shown
    assert shown.count("not in your stores") == 1
    assert f"/events/{entries['317']}/" in shown
    assert f"/events/{entries['401']}/" not in shown
    statement = page(client, f"/customers/{both}/statement/")
    assert "not in your stores" in statement
    assert f"/events/{entries['401']}/" not in statement
    assert f"/events/{entries['317']}/" in statement
    page(client, f"/customers/{both}/events/{entries['317']}/")
    page(client, f"/customers/{both}/events/{entries['401']}/", 403)


def test_what_a_merged_record_bought_counts(shop: Shop, client: Client) -> None:
    lille, nantes = of(shop, "Lille", "401"), of(shop, "Nantes", "317")
    sign_in(client, "317")
    assert str(lille) not in page(client, "/customers/")
    shop.must(lille, Merger(OPENED + timedelta(days=20)), absorbed=nantes)
    assert str(lille) in page(client, "/customers/")
    page(client, f"/customers/{lille}/")
    assert client.get(f"/customers/{nantes}/")["Location"] == f"/customers/{lille}/"
    listed = queries.customers(CustomerFilter(known_in=("317",))).rows
    assert [row.customer_id for row in listed] == [lille]
    assert queries.count_customers(CustomerFilter(known_in=("317",))) == 1


def test_pairs_of_other_stores_are_neither_shown_nor_settled(shop: Shop, client: Client) -> None:
    nantes, lille = of(shop, "Nantes", "317"), of(shop, "Lille", "401")
    sign_in(client, "317")
    answer = client.post(f"/customers/{nantes}/not-duplicate/", {"other": str(lille)})
    assert answer.status_code == 403


def test_a_new_member_is_one_of_their_stores(shop: Shop, client: Client) -> None:
    sign_in(client, "401")
    shown = page(client, "/customers/new/")
    assert '<option value="401" selected>Marché de Lille' in shown
    assert "Marché de Nantes" not in shown


def test_the_stores_of_a_person_are_chosen_on_their_page(shop: Shop, client: Client) -> None:
    sign_in(client, roles=("it",))
    other = actions.create_person("h@exemple.fr", "Hugo", ["store"], COMMAND_LINE, stores=["999"])
    assert isinstance(other, Person)
    address = f"/settings/people/{other.id}/"
    assert '<option value="999" selected>999' in page(
        client, address
    )  # a store that is not known (any more) is kept
    form = {"roles": ["store"], "stores": ["317", "401"], "is_active": "on"}
    assert client.post(address, form).status_code == 302
    assert people.person(other.id).stores == ("317", "401")
    assert client.post(address, form | {"stores": ["nowhere"]}).status_code == 422
    assert "Marché de Nantes, Marché de Lille" in page(client, "/settings/people/")
