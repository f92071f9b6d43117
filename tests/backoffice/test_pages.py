"""The pages without a browser: who gets in, what is kept, what a file holds."""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from assidu.backoffice import formats
from assidu.backoffice.listing import neutral
from assidu.backoffice.navigation import SECTIONS
from assidu.backoffice.periods import period_in
from assidu.backoffice.sparkline import meter, sparkline
from assidu.foundation.people import actions, queries
from assidu.foundation.people.offered import FILE, OfferedSignIn, offer
from assidu.foundation.people.roles import SCOPES
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.foundation.settings import current_settings

PASSWORD = "quatre mots bien choisis"


@pytest.fixture
def signed_in(db: None, client: Client) -> Client:
    return sign_in(client, "it")


def sign_in(client: Client, *roles: str, language: str = "fr") -> Client:
    email = f"{'-'.join(roles)}@exemple.fr"
    made = actions.create_person(
        email, "Anne Roche", roles, COMMAND_LINE, password=PASSWORD, language=language
    )
    assert isinstance(made, Person)
    answer = client.post("/sign-in/", {"email": email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/settings/people/", "/settings/audit/", "/preferences/", "/palette/"]
)
def test_nobody_gets_in_without_signing_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=")


@pytest.mark.django_db
def test_signing_in_goes_where_one_wanted_to_but_never_elsewhere(client: Client) -> None:
    actions.create_person("a@exemple.fr", "A", ["it"], COMMAND_LINE, password=PASSWORD)
    form = {"email": "a@exemple.fr", "password": PASSWORD}
    assert client.post("/sign-in/", {**form, "next": "/settings/keys/"})["Location"] == "/settings/keys/"
    client.post("/sign-out/")
    for elsewhere in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        assert client.post("/sign-in/", {**form, "next": elsewhere})["Location"] == "/"
        client.post("/sign-out/")


@pytest.mark.django_db
def test_a_demo_tells_its_sign_ins_at_its_door_and_nobody_else_does(client: Client) -> None:
    home = current_settings().home
    assert b"demo-marchand" not in client.get("/sign-in/").content
    there = OfferedSignIn("la@exemple.fr", "Là", "it", "demo-marchand")
    gone = OfferedSignIn("partie@exemple.fr", "Partie", "it", "demo-marchand")
    actions.create_person(there.email, there.name, ["it"], COMMAND_LINE, password=PASSWORD)
    offer(home, [there, gone])
    try:
        page = client.get("/sign-in/").content.decode()
        assert there.email in page
        assert "demo-marchand" in page
        assert gone.email not in page, "not in this database"
    finally:
        (home / FILE).unlink()
    assert there.email not in client.get("/sign-in/").content.decode()


@pytest.mark.django_db
def test_a_page_that_a_role_does_not_open_is_refused_and_the_refusal_kept(client: Client) -> None:
    sign_in(client, "agency")
    assert client.get("/settings/people/").status_code == 403
    assert queries.audit_trail(action="access.refused").entries[0].object_id == "people.manage"


def test_every_answer_forbids_what_is_not_ours(signed_in: Client) -> None:
    answer = signed_in.get("/settings/people/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert answer["Cache-Control"] == "no-store"
    assert b"style=" not in answer.content
    assert b"onclick" not in answer.content


@pytest.mark.django_db
def test_a_page_speaks_the_person_s_language(client: Client) -> None:
    sign_in(client, "it", language="en")
    answer = client.get("/settings/people/")
    assert b'<html lang="en"' in answer.content
    client.post("/language/", {"language": "fr", "next": "/settings/people/"})
    assert "Utilisateurs" in client.get("/settings/people/").content.decode()


@pytest.mark.django_db
def test_a_language_chosen_at_the_door_is_kept_by_who_comes_in_and_by_nobody_after(client: Client) -> None:
    def language_of(email: str) -> str:
        client.post("/sign-in/", {"email": email, "password": PASSWORD})
        page = client.get("/settings/people/").content.decode()
        client.post("/sign-out/")
        return page.split('<html lang="')[1][:2]

    for email in ("une@exemple.fr", "deux@exemple.fr"):
        actions.create_person(email, "Qui", ["it"], COMMAND_LINE, password=PASSWORD, language="fr")
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert language_of("une@exemple.fr") == "en"
    assert language_of("deux@exemple.fr") == "fr"
    client.cookies.pop("assidu_language")
    assert language_of("une@exemple.fr") == "en"


def test_the_secret_of_a_new_key_is_shown_once(signed_in: Client) -> None:
    answer = signed_in.post("/settings/keys/new/", {"name": "Caisse", "scopes": ["evaluate"], "store": ""})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert secret not in signed_in.get("/settings/keys/").content.decode()
    assert queries.key_for(secret) is not None


@pytest.mark.django_db
def test_who_makes_keys_is_offered_the_scopes_of_their_own_roles(client: Client) -> None:
    sign_in(client, "integrator", language="en")
    page = client.get("/settings/keys/new/").content.decode()
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', page))
    assert offered == {"events:write", "events:past", "evaluate", "plan:read", "catalogue:write"}
    form = {"name": "Till", "scopes": ["events:write", "customers:read"], "store": ""}
    answer = client.post("/settings/keys/new/", form)
    assert answer.status_code == 422
    assert "A key is only given what you may do yourself." in answer.content.decode()
    assert queries.api_keys() == []
    assert client.post("/settings/keys/new/", form | {"scopes": ["events:write"]}).status_code == 200
    assert len(queries.api_keys()) == 1


def test_whoever_manages_people_is_offered_every_scope(signed_in: Client) -> None:
    page = signed_in.get("/settings/keys/new/").content.decode()
    assert set(re.findall(r'name="scopes" value="([^"]+)"', page)) == SCOPES.keys()


def test_an_invited_person_comes_in_by_their_link(signed_in: Client) -> None:
    form = {"name": "Neuf", "email": "neuf@exemple.fr", "roles": ["store"], "language": "fr", "store": "317"}
    link = signed_in.post("/settings/people/invite/", form).context["address"]
    guest = Client()
    assert guest.get(link).status_code == 200
    short = guest.post(link, {"new": "court", "again": "court"})
    assert short.status_code == 200
    assert short.context["form"].errors
    assert guest.post(link, {"new": PASSWORD, "again": PASSWORD}).status_code == 302
    assert guest.get("/preferences/").status_code == 200
    assert Client().get(link).status_code == 410


def test_a_list_as_a_file_holds_no_formula_and_is_on_the_trail(signed_in: Client) -> None:
    actions.create_person("f@exemple.fr", "=cmd|' /C calc'!A0", ["store"], COMMAND_LINE)
    answer = signed_in.get("/settings/people/?format=csv&q=cmd")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][0] == "Nom"
    assert rows[1][0] == "'=cmd|' /C calc'!A0"
    assert rows[1][3] == "Invité"
    entry = queries.audit_trail(action="list.exported").entries[0]
    trail = signed_in.get("/settings/audit/?format=csv&kind=list")
    text = b"".join(trail.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    told = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")]
    moment = formats.local(entry.at)
    assert isinstance(moment, datetime)
    assert moment.isoformat(timespec="seconds") in told, "in the zone of the screens"
    assert entry.after == {"q": "*"}, "what was searched may be a name"


def test_filters_that_make_no_sense_are_left_out_and_said_to_be(signed_in: Client) -> None:
    part = signed_in.get("/settings/people/?role=king").content.decode()
    assert "« king » n’a pas été compris" in part.replace("\xa0", " ")
    assert "pas été compris" not in signed_in.get("/settings/people/?q=king").content.decode()
    assert "« abc » n’a pas été compris" in signed_in.get(
        "/settings/people/?cursor=abc"
    ).content.decode().replace("\xa0", " ")
    for asked in ("role=king", "state=%00", "cursor=-1", "cursor=abc", "q=" + "x" * 500, "q=%00"):
        assert signed_in.get(f"/settings/people/?{asked}").status_code == 200
    for asked in ("from=2026-99-99", "to=x", "cursor=999999999999", "kind=zzz"):
        assert signed_in.get(f"/settings/audit/?{asked}").status_code == 200


def test_a_part_of_a_page_is_only_that_part(signed_in: Client) -> None:
    part = signed_in.get("/settings/people/", headers={"HX-Request-Type": "partial"}).content
    assert b"<table" in part
    assert b"<html" not in part


def test_the_palette_finds_pages_without_accents(signed_in: Client) -> None:
    assert "Clés d’API" in signed_in.get("/palette/?q=cles").content.decode()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("-12", "'-12"),
        (-12, "-12"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        (" =x", "' =x"),
        ("Zed,=1+1; -2", "Zed,'=1+1; '-2"),
        ("Foire, -10 %", "Foire, '-10 %"),
        ("Nantes, centre - nord", "Nantes, centre - nord"),
        (None, ""),
        (True, "yes"),
        ("Zoé", "Zoé"),
    ],
)
def test_a_cell_that_could_be_a_formula_is_neutral(value: object, written: str) -> None:
    with translation.override("en"):
        assert neutral(value) == written


def test_figures_are_written_as_each_language_writes_them() -> None:
    with translation.override("fr"):
        assert formats.money(123456) == "1\u202f234,56\xa0€"
        assert formats.money(123456, cents=False) == "1\u202f235\xa0€"
        assert formats.percent(0.0412) == "4,1\xa0%"
        assert formats.percent(2446 / 2452, 0) == "99,8\xa0%", "not the whole"
        assert (formats.percent(1, 0), formats.percent(-0.0004, 1)) == ("100\xa0%", "−0,04\xa0%")
        assert formats.percent(float("nan")) == "–", "of nothing in nothing"
        assert formats.signed(-1250) == "−1\u202f250"
        assert formats.number(-3) == "−3"
        assert formats.money(-200) == "−2,00\xa0€"
        assert formats.on_an_axis(-12_500, "currency", "EUR", 0).startswith("−12,5")
        assert (
            formats.on_an_axis(9_000, "currency", "EUR", 0, 12_000)
            .replace("\u202f", " ")
            .startswith("9\xa0k")
        )
        assert neutral(Decimal("1234.5")) == "1234,5"
    with translation.override("en"):
        assert formats.money(123456) == "€1,234.56"
        assert formats.percent(0.0412) == "4.1%"
        assert formats.number(1234.5, 1) == "1,234.5"


@pytest.mark.parametrize(
    ("asked", "left_out"),
    [
        ({"from": "abc", "to": "2026-03-01"}, ("abc",)),
        ({"from": "2028-03-02"}, ("2028-03-02",)),
        ({"period": "zzz"}, ("zzz",)),
        ({"period": "3m", "from": ""}, ()),
    ],
)
def test_days_that_make_no_period_are_named(asked: dict[str, str], left_out: tuple[str, ...]) -> None:
    assert period_in(asked, date(2026, 3, 31)).left_out == left_out


def test_a_trend_stays_within_its_frame_even_when_flat() -> None:
    assert sparkline([1]) == ""
    assert "nan" not in sparkline([5, 5, 5]).lower()
    assert 'width="100.0%"' in meter(7, 3) or 'width="100%"' in meter(7, 3)
    assert "style" not in sparkline([1, 2, 3])


def test_no_two_pages_share_an_icon() -> None:
    """On a tablet the navigation is icons alone."""
    icons = [item.icon for section in SECTIONS for item in section.items]
    assert len(icons) == len(set(icons)) > 10
