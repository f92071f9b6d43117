"""The back office, by people who want more than they may: other roles' pages, other sites' forms, hostile words."""

import csv
import hashlib
import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils.html import escape

from assidu.backoffice.urls import urlpatterns
from assidu.catalogue import actions as catalogue
from assidu.catalogue.types import Product, Store
from assidu.customers.types import Profile
from assidu.decisions.events import Correction
from assidu.foundation.people import actions as people
from assidu.foundation.people import queries
from assidu.foundation.people.roles import ROLES
from assidu.foundation.people.types import COMMAND_LINE, Invitation, Person
from assidu.foundation.sql import rows
from assidu.loyalty import plans
from assidu.plans.check import examine
from builders.sales import a_line, a_sale
from builders.shop import OPENED, PLANS, Shop

pytestmark = pytest.mark.django_db

PASSWORD = "quatre mots bien choisis"
OPEN = "open"  # without signing in
ANYBODY = ""  # who is signed in
NEEDS: dict[str, str] = {
    "home": ANYBODY, "dashboard": "dashboard.view", "sign-in": OPEN, "sign-out": OPEN, "join": OPEN,
    "choose-language": OPEN, "choose-theme": OPEN, "palette": ANYBODY, "customers": "customers.view",
    "customer-new": "customers.edit", "customer": "customers.view", "customer-statement": "customers.view",
    "customer-event": "customers.view", "customer-correct": "ledger.correct", "customer-reward": "customers.edit",
    "customer-merge": "customers.edit", "customer-not-duplicate": "customers.edit", "customer-join": "customers.edit",
    "customer-leave": "customers.edit", "customer-export": "customers.export", "customer-erase": "customers.erase",
    "programme": "plan.view", "programme-version": "plan.view", "programme-draft": "plan.edit|simulate.run",
    "programme-threshold": "plan.threshold", "programme-withdraw": "plan.publish", "programme-go-back": "plan.publish",
    "drafts": "plan.view", "draft-open": "plan.edit", "draft": "plan.view", "draft-act": "plan.edit",
    "draft-text": "plan.view", "draft-receipts": "dashboard.view", "draft-approval": "plan.view",
    "draft-whole": "plan.edit", "draft-member": "plan.edit",
    "simulation": "simulate.run", "simulation-new": "simulate.run",
    "simulation-start": "simulate.run", "simulation-compare": "simulate.run", "simulation-run": "simulate.run",
    "simulation-cancel": "simulate.run", "preferences": ANYBODY, "password": ANYBODY, "people": "people.manage",
    "invite": "people.manage", "person": "people.manage", "person-link": "people.manage", "keys": "keys.manage",
    "key-new": "keys.manage", "key-revoke": "keys.manage", "system": "system.view", "rejects": "sources.view",
    "audit": "audit.view", "looks": "audit.view", "caisse": "customers.edit", "caisse-find": "customers.edit",
    "caisse-ticket": "customers.edit", "caisse-join": "customers.edit", "caisse-activate": "customers.edit",
    "partners": "partners.view",
    "partner-close": "partners.settle", "partner-statement": "partners.view", "corrections": "ledger.correct",
    "correction-decide": "ledger.correct", "customer-hand-over": "customers.edit",
    "customer-call-off": "customers.edit",
    "customer-unmerge": "customers.edit", "customer-transfer": "ledger.correct", "customer-suspend": "customers.edit",
    "customer-resume": "customers.edit", "customer-status": "ledger.correct", "customer-audience": "customers.edit",
    "customer-activity": "customers.edit", "customer-terms": "customers.edit", "customer-referral": "customers.edit",
    "customer-link": "customers.edit", "customer-link-close": "customers.edit", "offers": "plan.view",
    "draws": "plan.view", "draw": "dashboard.view", "draw-reveal": "plan.publish", "library": "plan.view",
    "simulation-table": "simulate.run", "simulation-workbook": "simulate.run", "simulation-compare-csv": "simulate.run",
    "simulation-compare-excel": "simulate.run", "library-programme": "plan.view", "library-try": "simulate.run",
    "fairness": "simulate.run",
    "fairness-start": "simulate.run", "fairness-run": "simulate.run", "fairness-cancel": "simulate.run",
    "fairness-line": "simulate.run", "promotions": "plan.view", "promotion": "plan.view",
    "promotion-call-off": "catalogue.edit", "rates": "plan.view", "rate-set": "catalogue.edit",
    "offer": "plan.view", "offer-allot": "offers.allot", "allotment": "dashboard.view",
    "allotment-begin": "offers.allot",
    "allotment-undo": "offers.allot", "customer-offer-allot": "ledger.correct",
    "customer-offer-activate": "customers.edit", "customer-offer-take-back": "ledger.correct",
    "prize-draw": "plan.view", "prize-draw-run": "plan.publish", "prize-draw-proof": "customers.every_store",
    "studio-owed": "economics.view", "studio-owed-close": "economics.close", "studio-owed-settings": "economics.close",
    "studio-owed-file": "economics.view", "studio-expected": "economics.view",
    "studio-past": "economics.view", "studio-past-table": "economics.view", "studio-past-paper": "economics.view",
    "studio-past-workbook": "economics.view",
    "studio-expected-compare": "economics.view", "studio-expected-compare-file": "economics.view",
    "studio-tried": "economics.view",
    "studio-tried-start": "economics.view&simulate.run", "studio-tried-trial": "economics.view",
    "studio-tried-cancel": "economics.view&simulate.run", "studio-tried-table": "economics.view",
    "studio-tried-paper": "economics.view", "studio-discounts-paper": "economics.view",
    "studio-tried-workbook": "economics.view", "studio-discounts": "economics.view",
    "studio-discounts-start": "economics.view&simulate.run", "studio-discounts-look": "economics.view",
    "studio-discounts-cancel": "economics.view&simulate.run", "studio-discounts-table": "economics.view",
    "studio-discounts-workbook": "economics.view", "customer-account-open": "customers.edit",
    "customer-account-enter": "customers.edit", "customer-account-leave": "customers.edit",
    "customer-account-roles": "customers.edit", "customer-hold": "customers.edit",
    "customer-release": "customers.edit", "offer-codes": "offers.allot", "offer-codes-make": "offers.allot",
    "offer-codes-withdraw": "offers.allot",
}  # fmt: skip
"""What each page needs, said once more by somebody who did not write the pages."""

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
MARKS = ("<img src=x", "<script>alert", "onerror=alert(1)>", ">49<")


def may(person: Person, needed: str) -> bool:
    """One of those between bars, or all of those between ampersands."""
    if "|" in needed:
        return any(person.may(one) for one in needed.split("|"))
    return all(person.may(one) for one in needed.split("&") if one)


def address_of(pattern: URLPattern, customer: uuid.UUID | None = None) -> str:
    given: dict[str, object] = {}
    for name in pattern.pattern.converters:
        given[name] = {"seq": 2, "version": 1, "number": 1, "token": "x", "last_day": "2026-03-01"}.get(
            name, uuid.UUID(int=7)
        )
        if name == "customer_id" and customer:
            given[name] = customer
    return reverse(str(pattern.name), kwargs=given)


def somebody(*roles: str, name: str = "Anne Roche", email: str = "") -> Person:
    made = people.create_person(
        email or f"{'-'.join(roles)}@exemple.fr", name, roles, COMMAND_LINE, password=None, stores=["317"]
    )
    assert isinstance(made, Person)
    return made


def signed_in(person: Person, *, is_wary: bool = False) -> Client:
    """Without the scrypt of a real sign-in; ``is_wary``: forms need their token, as in a browser."""
    client = Client(enforce_csrf_checks=is_wary)
    client.force_login(get_user_model().objects.get(pk=person.id))
    return client


# ---------------------------------------------------------------- other people's pages


def test_somebody_said_of_every_page_who_may_open_it() -> None:
    assert {str(pattern.name) for pattern in urlpatterns} == NEEDS.keys()


def test_nobody_opens_anything_without_signing_in() -> None:
    client = Client()
    for pattern in urlpatterns:
        if NEEDS[str(pattern.name)] == OPEN:
            continue
        for method in ("get", "post", "put", "delete", "head", "options"):
            answer = getattr(client, method)(address_of(pattern))
            assert answer.status_code in (302, 405), (pattern.name, method, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/sign-in/?next="), pattern.name


def test_a_role_opens_its_own_pages_and_no_other() -> None:
    """A page asks for one permission, whoever asks; a role has it or not, whatever the page. So each page is opened by
    somebody who may and by somebody who may not, and each role tries each permission that there is."""
    shop = Shop.opened()
    customer = shop.member(Profile(card="2990000000012", last_name="Béraud"))
    shop.must(customer, a_sale(4_000, at=OPENED + timedelta(days=3)))
    tried: set[tuple[object, object]] = set()
    for role in sorted(ROLES):
        person = somebody(role)
        client = signed_in(person)
        for pattern in urlpatterns:
            name = str(pattern.name)
            needs = NEEDS[name]
            if needs == OPEN:
                continue
            asked = {(name, may(person, needs)), (role, needs)}
            if asked <= tried:
                continue
            tried |= asked
            for method in ("get", "post"):
                answer = getattr(client, method)(address_of(pattern, customer))
                if not may(person, needs):
                    assert answer.status_code in (403, 405), (role, name, method, answer.status_code)
                else:
                    assert answer.status_code < 500, (role, name, method)
                    assert answer.status_code != 403, (role, name, method)
    opened = {name for name, is_allowed in tried if is_allowed is True}
    assert opened == {name for name, needs in NEEDS.items() if needs != OPEN}, "somebody may open each page"


def test_a_role_that_was_taken_away_is_gone_at_once() -> None:
    boss, person = somebody("it", email="boss@exemple.fr"), somebody("service")
    client = signed_in(person)
    assert client.get("/customers/").status_code == 200
    people.change_access(person.id, ["agency"], [], True, COMMAND_LINE)
    assert client.get("/customers/").status_code == 403
    people.change_access(person.id, ["agency"], [], False, COMMAND_LINE)
    assert client.get("/programme/")["Location"].startswith("/sign-in/")
    assert boss.may("people.manage")


def test_lists_are_not_exported_by_whoever_may_only_look() -> None:
    looking = signed_in(somebody("store"))
    assert looking.get("/customers/").status_code == 200
    assert looking.get("/customers/?format=csv").status_code == 403
    assert looking.post(f"/customers/{uuid.UUID(int=7)}/export/").status_code == 403


# ---------------------------------------------------------------- other sites' forms and links


def test_a_form_without_its_token_changes_nothing() -> None:
    person = somebody(*ROLES)
    client = signed_in(person, is_wary=True)
    shop = Shop.opened()
    customer = shop.member(Profile(card="2990000000012"))
    before = counts()
    for pattern in urlpatterns:
        for headers in (
            {},
            {"Origin": "https://evil.example"},
            {"X-CSRFToken": "x" * 64},
            {"HX-Request": "true"},
        ):
            answer = client.post(address_of(pattern, customer), {"theme": "dark"}, headers=headers)
            assert answer.status_code in (403, 405), (pattern.name, answer.status_code)
    assert counts() == before


def counts() -> list[tuple[object, ...]]:
    return rows(
        "SELECT (SELECT count(*) FROM people_person), (SELECT count(*) FROM people_key), "
        "(SELECT count(*) FROM events_event), (SELECT count(*) FROM simulation_run), "
        "(SELECT count(*) FROM loyalty_plan), (SELECT count(*) FROM people_audit WHERE action <> 'access.refused')"
    )


ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "\t//evil.example", "https:evil.example", "http:///evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,x", "/\n/evil.example", "//evil.example@till/", "https://till@evil.example",
    "\x00//evil.example",
)  # fmt: skip
RELATIVE = ("／／evil.example", "%2f%2fevil.example")
"""Odd, but paths of this server."""


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, *RELATIVE])
def test_nobody_is_led_elsewhere(elsewhere: str) -> None:
    client = signed_in(somebody("agency"))
    for address, method in (("/sign-in/", "get"), ("/language/", "post"), ("/theme/", "post")):
        answer = getattr(client, method)(address, {"next": elsewhere, "language": "fr", "theme": "dark"})
        assert answer.status_code == 302
        location = answer["Location"]
        is_ours = location.startswith("/") and not location.startswith(("//", "/\\", "/\t", "/\n", "/%09/"))
        # A relative path without a scheme stays here as well, however odd.
        assert is_ours or (":" not in location and not location.startswith(("\\", "/"))), location
    if elsewhere in RELATIVE:
        return
    page = Client().get("/sign-in/", {"next": elsewhere}).content.decode()
    for name in ("href", "action", "value"):
        assert f'{name}="{escape(elsewhere)}"' not in page


def test_no_answer_is_framed_or_sniffed_or_kept() -> None:
    client = signed_in(somebody("it"))
    for address in ("/settings/people/", "/sign-in/", "/nothing/", "/customers/"):
        answer = client.get(address)
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


# ---------------------------------------------------------------- sessions


def test_a_session_that_was_there_before_signing_in_is_worth_nothing_after() -> None:
    people.create_person("a@exemple.fr", "A", ["it"], COMMAND_LINE, password=PASSWORD)
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = str(planted)
    assert client.post("/sign-in/", {"email": "a@exemple.fr", "password": PASSWORD}).status_code == 302
    own = client.cookies["sessionid"].value
    assert own != planted
    thief = Client()
    thief.cookies["sessionid"] = str(planted)
    assert thief.get("/settings/people/").status_code == 302
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    # A copy of the session does not outlive signing out.
    thief.cookies["sessionid"] = own
    assert thief.get("/settings/people/").status_code == 200
    client.post("/sign-out/")
    assert thief.get("/settings/people/").status_code == 302


def test_a_changed_password_ends_the_other_sessions() -> None:
    made = people.create_person("a@exemple.fr", "A", ["it"], COMMAND_LINE, password=PASSWORD)
    assert isinstance(made, Person)
    mine, stolen = signed_in(made), signed_in(made)
    new = "cinq mots encore mieux choisis"
    answer = mine.post("/preferences/password/", {"current": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert mine.get("/preferences/").status_code == 200
    assert stolen.get("/preferences/").status_code == 302


def test_the_time_of_a_refusal_does_not_tell_who_has_a_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is the hashing of what was typed, which is done whoever signs in: counted, since clocks waver."""
    people.create_person("known@exemple.fr", "A", ["it"], COMMAND_LINE, password=PASSWORD)
    gone = people.create_person("gone@exemple.fr", "B", ["it"], COMMAND_LINE, password=PASSWORD)
    assert isinstance(gone, Person)
    people.change_access(gone.id, ["it"], [], False, COMMAND_LINE)
    people.create_person("invited@exemple.fr", "C", ["it"], COMMAND_LINE, password=None)
    worked: list[tuple[object, ...]] = []
    scrypt = hashlib.scrypt

    def counted(password: bytes, **how: Any) -> bytes:
        worked.append((how["n"], how["r"], how["p"]))
        return scrypt(password, **how)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    found = {}
    for email in ("known@exemple.fr", "nobody@exemple.fr", "gone@exemple.fr", "invited@exemple.fr"):
        worked.clear()
        people.check_sign_in(email, "not this one", source="10.0.0.1")
        found[email] = list(worked)
    assert len(found["known@exemple.fr"]) == 1
    assert set(map(tuple, found.values())) == {tuple(found["known@exemple.fr"])}


# ---------------------------------------------------------------- hostile words


@pytest.fixture
def hostile() -> tuple[Client, uuid.UUID]:
    """A house in which every name is an attack, and somebody who may see all of it."""
    shop = Shop.opened()
    document = examine((PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8")).document
    assert document is not None
    text = (
        (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8")
        .replace("{fr: 1 point par euro, en: 1 point per euro}", f"{{fr: {quoted(EVIL)}, en: {quoted(EVIL)}}}")
        .replace("{fr: points, en: points}", f"{{fr: {quoted(EVIL)}, en: points}}")
        .replace("{fr: Argent, en: Silver}", f"{{fr: {quoted(EVIL)}, en: Silver}}")
        .replace("{fr: Bon d'achat de 5 €, en: €5 voucher}", f"{{fr: {quoted(EVIL)}, en: €5 voucher}}")
        .replace("{fr: Le Cercle, en: Le Cercle}", f"{{fr: {quoted(EVIL)}, en: Le Cercle}}")
        .replace("valid_from: 2025-09-01", "valid_from: 2025-01-01")
    )  # fmt: skip
    examined = examine(text)
    assert examined.document is not None, examined.errors
    plans.publish(examined.document, text, at=OPENED, note=EVIL)
    catalogue.put_stores([Store("317", EVIL, EVIL)])
    catalogue.put_products([Product("evil", EVIL, "produce")])
    customer = shop.member(
        Profile(
            card="2990000000012",
            first_name=EVIL,
            last_name="Zo" + EVIL,
            town=EVIL,
            title=EVIL[:20],
            store="317",
        )
    )
    shop.must(customer, Correction(OPENED + timedelta(days=1), "points", 900, EVIL))
    shop.must(
        customer, a_sale(a_line(9_000, sku="evil", department="produce"), at=OPENED + timedelta(days=2))
    )
    person = somebody(*ROLES, name=EVIL[:60])
    made = people.create_key(EVIL[:60], ["evaluate"], COMMAND_LINE, store=EVIL[:20])
    assert isinstance(made, tuple)
    return signed_in(person), customer


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_hostile_words_are_shown_as_words_on_every_page(hostile: tuple[Client, uuid.UUID]) -> None:
    client, customer = hostile
    seen = 0
    addresses = [address_of(pattern, customer) for pattern in urlpatterns]
    addresses += [f"/customers/{customer}/events/{seq}/" for seq in (1, 2, 3)]
    addresses += ["/programme/versions/4/", "/palette/?q=zo", "/customers/?q=zo", "/nothing/" + EVIL]
    searched = [f"{a}?{name}={EVIL}" for a in ("/customers/", "/settings/people/", "/settings/audit/", "/palette/")
                for name in ("q", "role", "state", "cursor", "from", "sort", "tier", "period", "since")]  # fmt: skip
    for address in (*addresses, *searched):
        answer = client.get(address)
        if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        for mark in MARKS:
            assert mark not in page, (address, mark)
        assert 'href="javascript:' not in page.lower(), address
        seen += "&lt;img src=x" in page
    assert seen >= 8, "the hostile words are somewhere, harmless"


def test_hostile_words_that_are_sent_come_back_as_words(hostile: tuple[Client, uuid.UUID]) -> None:
    client, customer = hostile
    forms = {
        f"/customers/{customer}/correct/": {
            "direction": EVIL,
            "currency": EVIL,
            "quantity": EVIL,
            "reason": EVIL,
        },
        f"/customers/{customer}/merge/": {"other": EVIL, "reason": EVIL, "q": EVIL},
        f"/customers/{customer}/erase/": {"typed": EVIL},
        "/customers/new/": {
            "first_name": EVIL,
            "last_name": EVIL,
            "card": EVIL,
            "email": EVIL,
            "phone": EVIL,
        },
        "/settings/people/invite/": {"name": EVIL, "email": EVIL, "roles": [EVIL], "language": EVIL},
        "/settings/keys/new/": {"name": EVIL, "scopes": [EVIL], "store": EVIL},
        "/programme/draft/": {"text": EVIL, "yaml": EVIL, "plan": EVIL},
        "/simulation/new/": {"name": EVIL, "label": EVIL, "rule": EVIL},
        "/preferences/": {"name": EVIL, "language": EVIL, "theme": EVIL},
        "/sign-in/": {"email": EVIL, "password": EVIL},
    }
    for address, form in forms.items():
        for who in (client, Client()):
            answer = who.post(address, form)
            assert answer.status_code < 500, address
            page = answer.content.decode()
            for mark in MARKS:
                assert mark not in page, (address, mark)


ODD = (
    "\x00", "a\x00b", "\U0001f600" * 300, "\u202e" * 50, "9" * 5_000, "-1", "1e400", "../../etc/passwd", "' OR 1=1 --",
)  # fmt: skip
PARAMETERS = ("q", "cursor", "sort", "from", "to", "period", "since", "store", "balance_min")


def test_what_no_text_should_hold_is_never_a_fault() -> None:
    client = signed_in(somebody(*ROLES))
    Shop.opened()
    addresses = ("/customers/", "/settings/people/", "/settings/audit/", "/settings/audit/looks/", "/palette/",
                 "/simulation/compare/", "/settings/system/rejects/", "/programme/draft/")  # fmt: skip
    for odd in ODD:
        for address in addresses:
            answer = client.get(address, dict.fromkeys(PARAMETERS, odd))
            assert answer.status_code < 500, (address, odd)
        for name in PARAMETERS:
            assert client.get("/customers/", {name: odd}).status_code < 500, (name, odd)
            assert client.get("/dashboard/", {name: odd}).status_code < 500, (name, odd)
        answer = client.post("/settings/keys/new/", {"name": odd, "scopes": ["evaluate"], "store": odd})
        assert answer.status_code < 500, odd
        answer = Client().post("/sign-in/", {"email": odd, "password": odd})
        assert answer.status_code in (200, 422), odd


FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", " =1+1", "＝1+1")


def test_no_list_hands_a_formula_to_a_spreadsheet() -> None:
    shop = Shop.opened()
    for n, formula in enumerate(FORMULAS):
        shop.member(Profile(card=f"29900000{n:05d}", first_name=formula, last_name=formula, town=formula))
    for formula in FORMULAS[:4]:
        people.create_key(formula, ["evaluate"], COMMAND_LINE, store=formula)
    client = signed_in(somebody(*ROLES, name=FORMULAS[0]))
    client.get("/customers/?q=" + FORMULAS[0])
    for address in ("/customers/", "/settings/people/", "/settings/keys/", "/settings/audit/", "/settings/audit/looks/",
                    "/settings/system/rejects/"):  # fmt: skip
        answer = client.get(address, {"format": "csv"})
        if answer.status_code != 200 or "csv" not in answer.get("Content-Type", ""):
            continue
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        for row in csv.reader(io.StringIO(text), delimiter=";"):
            for cell in row:
                assert not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r", "＝")), (address, cell)
                assert not cell.startswith("-") or cell[1:].replace(",", "").isdecimal(), (address, cell)


def test_links_that_invite_cannot_be_guessed_or_bent() -> None:
    boss = somebody("it", email="boss@exemple.fr")
    invitation = people.invite("new@exemple.fr", "New", ["store"], COMMAND_LINE)
    assert isinstance(invitation, Invitation)
    guest = Client()
    for person_id, token in (
        (boss.id, invitation.token),
        (invitation.person.id, invitation.token[:-1] + "x"),
        (invitation.person.id, "x-" + "0" * 32),
        (uuid.UUID(int=7), invitation.token),
    ):
        address = f"/join/{person_id}/{token}/"
        assert guest.get(address).status_code == 410
        assert guest.post(address, {"new": PASSWORD, "again": PASSWORD}).status_code == 410
    assert queries.find_person(boss.id) is not None
