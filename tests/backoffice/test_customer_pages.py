"""Customers on the screens, without a browser: who may see and do what, what is logged, what a file holds."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from assidu.backoffice.periods import period_in
from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.customers import actions as customer_actions
from assidu.customers import queries as customers
from assidu.customers.types import Profile
from assidu.decisions.events import Correction, Merger, Return, ReturnedLine
from assidu.foundation.people import actions as people_actions
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows as database_rows
from assidu.ledger import queries as ledger
from assidu.loyalty import queries
from assidu.loyalty.plans import plan_book
from assidu.loyalty.ticket_lines import NotCounted, ticket_lines
from assidu.measurement import queries as measurement
from assidu.measurement.sums import stretches
from backoffice.test_pages import sign_in
from builders.sales import a_line, a_sale
from builders.shop import OPENED, PROGRAMME, Shop

pytestmark = pytest.mark.django_db

SERVICE = ("service", "legal")


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


def anne(shop: Shop) -> UUID:
    customer = shop.member(
        Profile(
            card="2990000000012", first_name="Anne", last_name="Béraud", email="anne@exemple.fr",
            phone="0611111111", store="317", town="Nantes", language="fr",
        )
    )  # fmt: skip
    lines = (a_line(4000), a_line(2000, sku="sku-2", department="produce"))
    shop.must(customer, a_sale(*lines, at=OPENED + timedelta(days=10)))
    return customer


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def test_whoever_looks_at_a_customer_is_noted_page_by_page(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE)
    dialogs = ("correct", "reward", "join", "leave", "erase", "merge")
    for page in ("", "statement/", "events/2/", *(f"{dialog}/" for dialog in dialogs)):
        text_of(client, f"/customers/{customer}/{page}")
    looks = people.looks(customer_id=customer).entries
    assert [look.page for look in looks][::-1] == ["customer", "statement", "explain", *dialogs]


def test_both_records_that_are_compared_are_looked_at(shop: Shop, client: Client) -> None:
    customer, other = anne(shop), shop.member(Profile(card="2990000000029", last_name="Béraud"))
    sign_in(client, *SERVICE)
    text_of(client, f"/customers/{customer}/merge/?other={other}")
    assert [look.page for look in people.looks(customer_id=other).entries] == ["merge"]


def event_of(client: Client, address: str) -> str:
    """The hidden id that a form was shown with."""
    found = re.search(r'name="event" value="([0-9a-f-]{36})"', text_of(client, address))
    assert found
    return found[1]


GOODWILL = {"direction": "add", "currency": "points", "quantity": "600", "reason": "Queue at the till"}


@pytest.mark.parametrize(
    ("dialog", "fields", "action"),
    [
        ("correct", GOODWILL, "balance.corrected"),
        ("reward", {"reward": "voucher-5", "quantity": "1"}, "reward.given"),
        ("leave", {}, "customer.left"),
        ("merge", {"reason": "Same telephone"}, "customer.merged"),
        ("join", {}, "customer.joined"),
    ],
)
def test_what_is_sent_twice_counts_once(
    shop: Shop, client: Client, dialog: str, fields: dict[str, str], action: str
) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE, language="en")
    prepare = f"/customers/{customer}/correct/"
    assert client.post(prepare, GOODWILL | {"event": event_of(client, prepare)}).status_code == 302
    if dialog == "join":
        client.post(f"/customers/{customer}/leave/", {"event": str(uuid4())})
    address, query = f"/customers/{customer}/{dialog}/", ""
    if dialog == "merge":
        other = shop.member(Profile(card="2990000000029", last_name="Béraud"))
        shop.must(other, a_sale(3000, at=OPENED + timedelta(days=11)))
        fields, query = fields | {"other": str(other)}, f"?other={other}"
    form = fields | {"event": event_of(client, address + query)}
    first = client.post(address, form)
    assert (first.status_code, first["Location"]) == (302, f"/customers/{customer}/")
    moved = ledger.statement(customer).movements
    lines = people.audit_trail(action=action).entries
    again = client.post(address, form)
    assert (again.status_code, again["Location"]) == (302, f"/customers/{customer}/")
    assert ledger.statement(customer).movements == moved
    assert people.audit_trail(action=action).entries == lines


def test_a_member_who_is_sent_twice_joins_once(shop: Shop, client: Client) -> None:
    sign_in(client, *SERVICE, language="en")
    form = {
        "first_name": "Zoé", "last_name": "Marin", "language": "fr", "card": "2990000000999", "accepts": "on",
        "event": event_of(client, "/customers/new/"),
    }  # fmt: skip
    first, again = client.post("/customers/new/", form), client.post("/customers/new/", form)
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert len(people.audit_trail(action="customer.joined").entries) == 1


def test_a_form_that_was_changed_after_it_was_sent_is_another_event(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE, language="en")
    address = f"/customers/{customer}/correct/"
    form = GOODWILL | {"event": event_of(client, address)}
    client.post(address, form)
    before = len(ledger.statement(customer).movements)
    answer = client.post(address, form | {"quantity": "7"})
    assert answer.status_code == 422
    assert "already recorded, otherwise" in answer.content.decode()
    assert form["event"] not in answer.content.decode()
    assert len(ledger.statement(customer).movements) == before


@pytest.mark.parametrize("event", ["", "1", "\x00", "' OR 1=1 --"])
def test_a_form_without_its_id_does_nothing(shop: Shop, client: Client, event: str) -> None:
    customer = anne(shop)
    before = ledger.statement(customer).movements
    sign_in(client, *SERVICE, language="en")
    for dialog, fields in (("correct", GOODWILL), ("leave", {})):
        answer = client.post(f"/customers/{customer}/{dialog}/", fields | {"event": event})
        assert answer.status_code == 422
        assert "open it again" in answer.content.decode()
    assert ledger.statement(customer).movements == before


@pytest.mark.parametrize("dialog", ["correct", "reward", "leave", "merge"])
def test_what_cannot_be_noted_is_not_done(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch, dialog: str
) -> None:
    customer = anne(shop)
    other = shop.member(Profile(card="2990000000029", last_name="Béraud"))
    shop.must(other, a_sale(3000, at=OPENED + timedelta(days=11)))
    sign_in(client, *SERVICE)
    address = f"/customers/{customer}/correct/"
    client.post(address, GOODWILL | {"event": event_of(client, address)})
    before = ledger.statement(customer).movements
    events = len(queries.timeline((customer,)).entries)

    def crash(*_args: object, **_more: object) -> None:
        raise RuntimeError("the server stops here")

    # There is no other way to stop between the two: what is tested is that they are one transaction.
    monkeypatch.setattr(people_actions, "record", crash)
    fields = {
        "correct": GOODWILL,
        "reward": {"reward": "voucher-5", "quantity": "1"},
        "leave": {},
        "merge": {"other": str(other), "reason": "Same telephone"},
    }[dialog]
    with pytest.raises(RuntimeError):
        client.post(f"/customers/{customer}/{dialog}/", fields | {"event": str(uuid4())})
    assert ledger.statement(customer).movements == before
    assert len(queries.timeline((customer,)).entries) == events


def test_contact_details_are_for_those_who_may_see_them(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, "finance")
    page = text_of(client, f"/customers/{customer}/")
    assert "Anne Béraud" in page
    assert "anne@exemple.fr" not in page
    assert "masqué" in page
    client.post("/sign-out/")
    sign_in(client, "service")
    assert "anne@exemple.fr" in text_of(client, f"/customers/{customer}/")


@pytest.mark.parametrize("action", ["correct", "reward", "merge", "leave", "erase", "export"])
def test_nothing_is_done_to_a_customer_without_the_permission(
    shop: Shop, client: Client, action: str
) -> None:
    customer = anne(shop)
    sign_in(client, "finance")
    assert client.post(f"/customers/{customer}/{action}/").status_code == 403


def test_goodwill_is_posted_with_its_reason_and_leaves_a_line_on_the_trail(
    shop: Shop, client: Client
) -> None:
    customer = anne(shop)
    before = queries.standing(customer, datetime.now(UTC))
    sign_in(client, *SERVICE, language="en")
    form = {
        "direction": "add", "currency": "points", "quantity": "35", "reason": "Queue at the till",
        "event": str(uuid4()),
    }  # fmt: skip
    assert client.post(f"/customers/{customer}/correct/", form).status_code == 302
    after = queries.standing(customer, datetime.now(UTC))
    assert before
    assert after
    assert after.available("points") == before.available("points") + 35
    assert "Queue at the till" in text_of(client, f"/customers/{customer}/")
    line = people.audit_trail(action="balance.").entries[0]
    assert line.after
    assert (line.object_id, line.after["quantity"]) == (str(customer), 35)
    assert "Queue" not in str(line.after)


def test_what_staff_wrote_about_somebody_is_gone_with_them_and_its_word_stays(
    shop: Shop, client: Client
) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE, language="en")
    form = {
        "direction": "add", "currency": "points", "quantity": "35", "reason_code": "complaint",
        "reason": "Her daughter Capucine fell", "event": str(uuid4()),
    }  # fmt: skip
    assert client.post(f"/customers/{customer}/correct/", form).status_code == 302
    page = text_of(client, f"/customers/{customer}/")
    assert "a complaint · Her daughter Capucine fell · Anne Roche" in page
    assert "Capucine" not in str(database_rows("SELECT body::text FROM events_event"))
    customer_actions.erase(customer, COMMAND_LINE, datetime.now(UTC))
    page = text_of(client, f"/customers/{customer}/")
    assert "a complaint · reason erased · Anne Roche" in page


def test_what_the_core_refuses_is_said_and_nothing_is_written(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE, language="en")
    form = {
        "direction": "take", "currency": "points", "quantity": "900000", "reason": "A try",
        "event": str(uuid4()),
    }  # fmt: skip
    answer = client.post(f"/customers/{customer}/correct/", form)
    assert answer.status_code == 422
    assert "The balance is not enough" in answer.content.decode()
    assert not people.audit_trail(action="balance.").entries
    assert client.post(f"/customers/{customer}/correct/", form | {"reason": ""}).status_code == 422


def test_a_new_member_needs_a_way_to_be_found_and_to_have_accepted(shop: Shop, client: Client) -> None:
    sign_in(client, *SERVICE, language="en")
    form = {"first_name": "Zoé", "last_name": "Marin", "language": "fr", "store": "", "event": str(uuid4())}
    assert client.post("/customers/new/", form).status_code == 422
    assert client.post("/customers/new/", form | {"accepts": "on"}).status_code == 422
    answer = client.post("/customers/new/", form | {"accepts": "on", "card": "2990000000999"})
    assert answer.status_code == 302
    found = customers.search("2990000000999")
    assert [one.name for one in found] == ["Zoé Marin"]
    assert "Joined the programme" in text_of(client, f"/customers/{found[0].customer_id}/")
    form |= {"event": str(uuid4())}
    again = client.post("/customers/new/", form | {"accepts": "on", "card": "2990000000999"})
    assert "already a member" in again.content.decode()


def test_a_merged_record_leads_to_the_one_it_became(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    other = shop.member(Profile(card="2990000000029", first_name="A.", last_name="Béraud"))
    shop.must(other, a_sale(3000, at=OPENED + timedelta(days=11)))
    sign_in(client, *SERVICE, language="en")
    form = {"other": str(other), "reason": "Same telephone", "event": str(uuid4())}
    assert client.post(f"/customers/{customer}/merge/", form).status_code == 302
    assert client.get(f"/customers/{other}/")["Location"] == f"/customers/{customer}/"
    page = text_of(client, f"/customers/{customer}/")
    assert "Merged with another record" in page
    assert "€30.00" in page
    assert (
        client.post(f"/customers/{customer}/merge/", {"other": str(customer), "reason": "x"}).status_code
        == 422
    )


def test_nobody_is_erased_by_a_slip(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE, language="en")
    assert client.post(f"/customers/{customer}/erase/", {"typed": "Zoé"}).status_code == 422
    assert client.post(f"/customers/{customer}/erase/", {"typed": "anne beraud"}).status_code == 302
    page = text_of(client, f"/customers/{customer}/")
    assert "Béraud" not in page
    assert "Erased customer" in page
    assert "€60.00" in page


def test_one_persons_file_is_handed_over_and_noted(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE)
    answer = client.post(f"/customers/{customer}/export/")
    assert answer["Content-Type"] == "application/zip"
    assert people.audit_trail(action="customer.exported").entries[0].object_id == str(customer)


def test_a_list_is_filtered_sorted_counted_and_exported(shop: Shop, client: Client) -> None:
    anne(shop)
    for number in range(55):
        shop.member(Profile(card=f"29900000001{number:02d}", first_name="Zoé", last_name=f"C{number:02d}"))
    sign_in(client, "marketing", language="en")
    page = text_of(client, "/customers/")
    assert "56 in all" in page
    assert 'rel="next"' in page
    assert re.search(r'<span class="only-narrow">[^<]*member since \d+ Jan', page), "told on a tablet too"
    assert "Anne Béraud" in text_of(client, "/customers/?q=2990000000012")
    assert "Zoé" not in text_of(client, "/customers/?rule=base&from=2025-01-01&to=2025-12-31")
    assert "Nothing matches" in text_of(client, "/customers/?balance_min=999999")
    file = b"".join(client.get("/customers/?format=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(file)))
    assert len(rows) == 56
    anne_there = next(row for row in rows if row["Customer"] == "Anne Béraud")
    assert anne_there["Points"]
    assert anne_there["Status"] == "Bronze", "in words"
    assert client.get("/customers/?cursor=forged&sort=balance").status_code == 200


def test_a_return_says_what_came_back_and_what_it_undid(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    back = shop.must(customer, Return(OPENED + timedelta(days=12), 2, (ReturnedLine(0, 4000),)))
    sign_in(client, *SERVICE, language="en")
    page = text_of(client, f"/customers/{customer}/events/{back.seq}/")
    assert "What came back" in page
    assert re.search(r"Undoes the movement of [^<]*2025 \(purchase\): 160 points", page), page
    assert "The original ticket" in page
    assert "What the customer was told" in page
    sale = text_of(client, f"/customers/{customer}/events/2/")
    assert "Something came back" in sale
    assert "Points and vouchers, at face value" in sale
    assert client.get(f"/customers/{customer}/events/999/").status_code == 404
    assert client.get(f"/customers/{customer}/events/{2**40}/").status_code == 404


def test_nothing_counts_for_who_is_no_member(shop: Shop, client: Client) -> None:
    stranger = shop.customer(Profile(card="2990000000555", first_name="Nobody", last_name="Yet"))
    bought = shop.must(stranger, a_sale(a_line(1000), at=OPENED + timedelta(days=2)))
    sign_in(client, *SERVICE, language="en")
    page = text_of(client, f"/customers/{stranger}/events/{bought.seq}/")
    assert "rules and offers are for members" in page
    assert "Counts for" not in page


def test_lines_say_what_they_count_for_and_why_less(shop: Shop) -> None:
    book = plan_book(PROGRAMME)
    assert book
    plan = book.versions[0].plan
    sale = a_sale(a_line(1000), a_line(500, department="fuel"), a_line(800, brand="private"))
    told = ticket_lines(plan, sale, set())
    assert [line.counting_minor for line in told] == [1000, 0, 800]
    assert [line.why_less for line in told] == [None, NotCounted.DEPARTMENT, None]


def test_months_that_are_kept_are_added_up_again_when_something_late_comes_in(shop: Shop) -> None:
    customer = anne(shop)
    january = OPENED.date().replace(day=1), OPENED.date().replace(day=31)
    [first] = stretches(*january)
    assert [first] == stretches(*january)
    shop.must(customer, a_sale(7000, at=OPENED + timedelta(days=20)))
    [later] = stretches(*january)
    assert later.carded_minor == first.carded_minor + 7000
    assert later.moved != first.moved


def test_the_dashboard_agrees_with_the_books_at_any_day(shop: Shop) -> None:
    customer = anne(shop)
    shop.must(customer, Correction(OPENED + timedelta(days=40), "points", 500, "goodwill"))
    plan = queries.current_book(PROGRAMME).versions[-1].plan  # type: ignore[union-attr]
    until = (OPENED + timedelta(days=39)).date()
    before = measurement.dashboard(plan, OPENED.date(), until).currency("points")
    after = measurement.dashboard(plan, OPENED.date(), until + timedelta(days=1)).currency("points")
    assert before
    assert after
    assert after.outstanding == before.outstanding + 500
    assert after.issued == before.issued


def test_a_merger_counts_its_customers_once(shop: Shop) -> None:
    customer = anne(shop)
    other = shop.member(Profile(card="2990000000029", first_name="A.", last_name="Béraud"))
    shop.must(other, a_sale(3000, at=OPENED + timedelta(days=11)))
    shop.must(customer, Merger(OPENED + timedelta(days=13)), absorbed=other)
    plan = queries.current_book(PROGRAMME).versions[-1].plan  # type: ignore[union-attr]
    figures = measurement.dashboard(plan, OPENED.date(), (OPENED + timedelta(days=30)).date())
    assert (figures.active, figures.members, figures.purchases) == (1, 1, 2)
    counted = queries.head_count()
    assert (counted.total, counted.merged, counted.erased) == (1, 1, 0)


def test_expiries_of_one_day_of_two_records_say_whose_they_were(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    other = shop.member(Profile(card="2990000000029", first_name="A.", last_name="Béraud"))
    for one in (customer, other):
        shop.must(one, a_sale(3000, at=OPENED + timedelta(days=11)))
        shop.must(one, a_sale(3000, at=OPENED + timedelta(days=330)))
    shop.must(customer, Merger(OPENED + timedelta(days=340)), absorbed=other)
    sign_in(client, *SERVICE)
    due = text_of(client, f"/customers/{customer}/?kind=due")
    assert due.count("Expiration") > 1
    assert 0 < due.count("de la fiche fusionnée depuis") < due.count('class="moment"')


def test_a_period_is_read_from_the_address_or_is_the_last_twelve_months() -> None:
    today = datetime(2026, 11, 22, tzinfo=UTC).date()
    assert period_in({}, today).since.isoformat() == "2025-12-01"
    assert period_in({"period": "3m"}, today).since.isoformat() == "2026-09-01"
    assert period_in({"period": "3m"}, today).before.until.isoformat() == "2026-08-22"
    chosen = period_in({"from": "2026-03-05", "to": "2026-03-09"}, today)
    assert (chosen.days, chosen.before.since.isoformat()) == (5, "2026-02-28")
    assert period_in({"from": "2026-03-09", "to": "2026-03-05"}, today) == chosen
    for nonsense in ({"from": "9999-99-99"}, {"from": "2028-01-01"}, {"period": "x"}):
        assert period_in(nonsense, today).key == "12m"


def test_the_dashboard_says_what_needs_a_look_and_where_to_look(shop: Shop, client: Client) -> None:
    anne(shop)
    shop.customer(Profile(card="2990000000029", first_name="Anne", last_name="Beraud", phone="0611111111"))
    sign_in(client, "management", "it", language="en")
    page = text_of(client, "/dashboard/?from=2025-01-01&to=2025-12-31")
    assert "1 pair of customers shares" in page
    assert "/customers/?duplicates=open" in page
    assert "was due before today" in page, "points of the past have expired, and nobody has written it"
    pair = text_of(client, "/customers/?duplicates=open")
    assert pair.count("main-link") == 2
    for until, said in (
        ("2025-12-31", ""),
        ("2025-12-20", "The last month is not over."),
        ("2025-12-03", "Of the last month, only 3 days are counted."),
        ("2025-12-01", "Of the last month, only 1 day is counted."),
    ):
        page = text_of(client, f"/dashboard/?from=2025-01-01&to={until}")
        assert said in page
        assert ("he last month" in page) is bool(said)


def test_the_dashboard_shows_no_way_to_a_page_that_is_closed(shop: Shop, client: Client) -> None:
    anne(shop)
    shop.customer(Profile(card="2990000000029", first_name="Anne", last_name="Beraud", phone="0611111111"))
    sign_in(client, "it", language="en")
    page = text_of(client, "/dashboard/?from=2025-01-01&to=2025-12-31")
    assert "1 pair of customers shares" in page
    assert "duplicates=open" not in page, "who looks after the machine does not see customers"


def test_a_look_is_told_in_the_words_of_the_screen(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, "service", "legal")
    text_of(client, f"/customers/{customer}/statement/")
    page = text_of(client, "/settings/audit/looks/")
    assert ">Relevé<" in page
    assert ">statement<" not in page


def test_a_purchase_without_points_says_so(shop: Shop, client: Client) -> None:
    customer = anne(shop)
    sign_in(client, *SERVICE)
    assert "rien gagné" not in text_of(client, f"/customers/{customer}/")
    shop.must(customer, a_sale(a_line(40), at=OPENED + timedelta(days=11)))
    assert text_of(client, f"/customers/{customer}/").count("rien gagné") == 1
    assert "317 (" not in text_of(client, f"/customers/{customer}/"), (
        "without a catalogue no store is unknown"
    )
    put_stores([Store("318", "Marché d'Agen", "Agen", "")])
    assert "Marché d’Agen" in text_of(client, f"/customers/{customer}/activity/")
    assert "317 (magasin inconnu)" in text_of(client, f"/customers/{customer}/")


def test_a_search_that_finds_nobody_says_what_to_try(shop: Shop, client: Client) -> None:
    anne(shop)
    sign_in(client, *SERVICE)
    page = text_of(client, "/customers/?q=zzzz")
    assert "Essayez le début d’un nom" in page
    assert "assidu import" not in page
    assert "Essayez le début d’un nom" in text_of(client, "/customers/?q=%27%22%3B--"), "not everybody"
    assert "« zzz » n’a pas été compris" in text_of(client, "/customers/?cursor=zzz")
    customer = shop.member(Profile(last_name="Morel", card="2990000000029"))
    for address in (f"/customers/{customer}/", f"/customers/{customer}/statement/"):
        assert "« zzz » n’a pas été compris" in text_of(client, f"{address}?cursor=zzz")


def test_before_there_is_anything_the_dashboard_says_how_to_begin(db: None, client: Client) -> None:
    sign_in(client, "management", language="en")
    assert "assidu plan publish" in text_of(client, "/dashboard/")
    shop = Shop.opened()
    assert "assidu import" in text_of(client, "/dashboard/")
    assert "No customers yet" in text_of(client, "/customers/")
    anne = shop.member(Profile(card="2990000000012"))
    page = text_of(client, "/dashboard/")
    assert "No sale has been recorded yet" in page, (
        "somebody joined: there are figures, and no sale among them"
    )
    assert "No sale in this period" in page
    assert "sales come with a card" not in page
    shop.must(anne, a_sale(5000, at=datetime.now(UTC)))
    assert "No sale" not in text_of(client, "/dashboard/")
