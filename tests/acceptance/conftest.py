"""A real server with people and keys, and a browser that looks at it."""

import asyncio
import fcntl
import os
import pickle
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, sync_playwright

from assidu.foundation.database import Database
from assidu.foundation.settings import Settings
from builders.runs import Runs, runs_of

# Playwright's synchronous API runs a loop in this thread, which Django would take for an asynchronous view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FURNISHED = "furnished_site"
PASSWORD = "quatre mots bien choisis"
# Contrast depends on the theme, wording on the language: two visits show both of each.
LOOKS = (("fr", "light"), ("en", "dark"))
PATIENCE_MS = 20_000
WIDE: ViewportSize = {"width": 1280, "height": 900}
TABLET: ViewportSize = {"width": 820, "height": 1180}
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


AXE = Axe().axe_script
# Only what is wrong is told: all that is right is a hundred times as much to be carried over.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
OF_COLOUR = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
"""The rules that another theme can break; how a page is built is the same in both."""
WITHOUT_COLOUR = {"rules": {rule: {"enabled": False} for rule in ("color-contrast", "link-in-text-block")}}
ALIKE = ["tbody > tr:nth-child(n+9)"]
"""Rows of a table are drawn by the same lines of a template: eight are looked at, not a hundred."""
MENU = "header.side > *"


AT_REST = """async () => {
    const moving = () => document.getAnimations().filter(
        one => one.playState === 'running' && one.effect.getComputedTiming().endTime < Infinity);
    for (let left = moving(); left.length; left = moving())
        await Promise.allSettled(left.map(one => one.finished));
}"""
"""A colour that changes starts that of what is inside it, one after the other; a sheet that is still coming does not
cover the page for axe."""


WORN = r"""exclude => {
    const beneath = new Map([[null, '']]), worn = new Set();
    const under = e => {
        if (!beneath.has(e)) {
            const {backgroundColor: colour, backgroundImage: image, opacity} = getComputedStyle(e);
            const isPlain = image === 'none' && opacity === '1';
            const rest = isPlain && /^rgb\(/.test(colour) ? '' : under(e.parentElement);
            beneath.set(e, isPlain && colour === 'rgba(0, 0, 0, 0)' ? rest : [colour, image, opacity, rest].join());
        }
        return beneath.get(e);
    };
    const wears = (e, pseudo) => {
        if (e.closest(exclude) || !e.checkVisibility()) return;
        const {color, fontSize, fontWeight} = getComputedStyle(e, pseudo), link = e.closest('a');
        const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
        worn.add([color, isLarge, !!e.closest(':disabled, [aria-disabled=true]'), under(e),
            link && getComputedStyle(link.parentElement).color].join());
    };
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) if (words.currentNode.data.trim()) wears(words.currentNode.parentElement);
    for (const field of document.querySelectorAll('input, select, textarea')) {
        wears(field);
        if (field.placeholder) wears(field, '::placeholder');
    }
    return [...worn];
}"""
"""The colours in which words stand, large or small, with what is beneath them: what contrast depends on."""
PROVED: set[str] = set()
"""What axe saw worn, on whatever page, and found right: it takes as long as drawing the page to look at it again."""


def faults_of(tab: Page, rules: dict[str, Any] = RULES, *, with_menu: bool = False) -> list[str]:
    """What axe finds wrong with the page as it is now; what stands around every page is looked at on one of them."""
    tab.evaluate(AT_REST)
    exclude = ALIKE if with_menu else [*ALIKE, MENU]
    worn = tab.evaluate(WORN, ", ".join(exclude))
    if PROVED.issuperset(worn):
        if rules is OF_COLOUR:
            return []
        rules = rules | WITHOUT_COLOUR
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE)
    found = tab.evaluate(
        "([exclude, rules]) => axe.run({exclude}, rules).then(found => found.violations)", [exclude, rules]
    )
    if not found:
        PROVED.update(worn)
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found
        for node in fault["nodes"]
    ]


@dataclass(frozen=True, slots=True)
class Site:
    """A running server, and who and what it knows."""

    address: str
    colleague: Any
    people: dict[tuple[str, str], Any]
    customers: "Customers"
    runs: Runs
    draft: uuid.UUID
    waiting: uuid.UUID
    """A correction that waits for somebody else's yes."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Some customers of the site, and events of the first one by what they are. ``double`` was merged into her; ``zoe``
    shares ``household``."""

    anne: uuid.UUID
    stranger: uuid.UUID
    double: uuid.UUID
    erased: uuid.UUID
    sale: int
    returned: int
    corrected: int
    household: uuid.UUID
    zoe: uuid.UUID


@pytest.fixture(scope="package")
def furnished(
    cluster: Database, template: Database, settings_of_home: Settings, django_db_blocker: Any
) -> Site:
    """Who and what the site knows, in the database ``FURNISHED``, which the first worker makes for all of them."""
    from django.db import connections

    from assidu.foundation.schema import connected_to
    from builders.databases import TEMPLATE, copy, drop

    with (settings_of_home.home / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = settings_of_home.home / "site.pickle"
        if kept.exists():
            found: Site = pickle.loads(kept.read_bytes())
            return found
        drop(cluster, FURNISHED)
        copy(cluster, FURNISHED, TEMPLATE)
        with django_db_blocker.unblock(), connected_to(cluster.named(FURNISHED).url):
            people, colleague = _staff()
            customers = _shop()
            runs = _tried()
            draft = _begun(people["fr", "light"].id)
            waiting = _asked(customers.anne, colleague.id)
            connections.close_all()
        made = Site("", colleague, people, customers, runs, draft, waiting)
        kept.write_bytes(pickle.dumps(made))
        return made


@pytest.fixture(scope="package")
def site(cluster: Database, furnished: Site, django_db_blocker: Any) -> Iterator[Site]:
    """The server, on a database of its own that lasts for all browser stories of this worker."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.db import connections

    from assidu.foundation.schema import connected_to
    from builders.databases import copy, drop

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing: pytest shows what failed."""

    name = f"site_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop(cluster, name)
    copy(cluster, name, FURNISHED)
    with django_db_blocker.unblock(), connected_to(cluster.named(name).url):
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, connections_override={})
        server.set_app(WSGIHandler())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield replace(furnished, address=f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        server.server_close()
        connections.close_all()
    with django_db_blocker.unblock():
        drop(cluster, name)


def _staff() -> tuple[dict[tuple[str, str], Any], Any]:
    """One person who may do everything per look, and some others to be looked at."""
    from assidu.foundation.people import actions
    from assidu.foundation.people.roles import ROLES
    from assidu.foundation.people.types import COMMAND_LINE, Actor

    people = {}
    for language, theme in LOOKS:
        person = actions.create_person(
            f"claire.{language}.{theme}@exemple.fr",
            "Claire Vasseur",
            ["management", *sorted(ROLES.keys() - {"management"})],
            COMMAND_LINE,
            password=PASSWORD,
            language=language,
        )
        people[language, theme] = actions.set_preferences(person.id, theme=theme)  # type: ignore[union-attr]
    by = Actor(people["fr", "light"].id, request_id="0f3a9c1d2e4b")
    colleague = actions.create_person(
        "hugo.marchand@exemple.fr", "Hugo Marchand", ["store"], by, stores=["317"]
    )
    actions.change_access(colleague.id, ["service", "store"], ["317"], True, by)  # type: ignore[union-attr]
    actions.create_person(
        "ines.delorme@exemple.fr", "Inès Delorme", ["marketing", "data"], by, password=PASSWORD
    )
    actions.create_person("paul.riou@exemple.fr", "Paul Riou", ["finance"], by, password=PASSWORD)
    key, _secret = actions.create_key("Caisses de Nantes", ["events:write", "evaluate"], by, store="317")  # type: ignore[misc]
    actions.note_key_use(key.id)
    spent, _secret = actions.create_key("Ancien export", ["customers:read"], by)  # type: ignore[misc]
    actions.revoke_key(spent.id, by)
    for page in ("customer", "explain"):
        actions.record_look(by, uuid.UUID("0198c0de-0000-7000-8000-000000000317"), page)
    return people, colleague


def _tried() -> Runs:
    from assidu.loyalty import queries
    from builders.shop import PROGRAMME

    return runs_of(queries.versions(PROGRAMME)[-1].document)


def _begun(author: uuid.UUID) -> uuid.UUID:
    """A draft with a rule that is switched off, one that was changed, and an objective that most serve none of."""
    from assidu.foundation.clock import now
    from assidu.loyalty import drafts, queries
    from builders.shop import PROGRAMME

    plan = queries.versions(PROGRAMME)[-1]
    text = plan.yaml.replace("give: 20}", "give: 25}").replace(
        "rules:\n",
        "objectives:\n  - {code: second, name: {fr: Un second achat, en: A second purchase}}\n\nrules:\n",
    )
    draft = drafts.open_from(plan, text, at=now(), by=str(author))
    drafts.save(draft.draft_id, text, at=now(), by=str(author), resting=["drive"])
    return draft.draft_id


def _asked(customer: uuid.UUID, by: uuid.UUID) -> uuid.UUID:
    from assidu.events.types import CorrectionReason
    from assidu.foundation.clock import now
    from assidu.foundation.people.types import Actor
    from assidu.loyalty import corrections
    from builders.shop import PROGRAMME

    correction = uuid.uuid4()
    corrections.ask(
        correction, customer, "points", 5000, "Panne de caisse", CorrectionReason.GOODWILL,
        by=Actor(by), at=now(), programme=PROGRAMME,
    )  # fmt: skip
    return correction


def _shop() -> Customers:
    """Le Cercle with a year of Anne: tickets, a return, a voucher, goodwill, a merge, and somebody like her."""
    from datetime import UTC, datetime, timedelta

    from assidu.catalogue.actions import put_products, put_stores
    from assidu.catalogue.promotions import put_promotions
    from assidu.catalogue.rates import ToldRate, put_rates
    from assidu.catalogue.told import promotion_told
    from assidu.catalogue.types import Department, Product, Store
    from assidu.customers import actions
    from assidu.customers.types import Profile
    from assidu.decisions.events import Correction, Merger, Payment, Return, ReturnedLine, RewardRequest
    from assidu.decisions.money import Rate
    from assidu.foundation.clock import now
    from assidu.foundation.people.types import COMMAND_LINE
    from assidu.loyalty import queries
    from builders.sales import a_line, a_sale
    from builders.shop import OPENED, PROGRAMME, Shop

    put_stores([Store("317", "Marché de Nantes centre", "Nantes", "Pays de la Loire", is_invented=True)])
    put_products(
        [Product("sku-1", "Café moulu, 250 g", "grocery"), Product("sku-2", "Pommes, 1 kg", "produce")],
        [Department("grocery", "Épicerie", "Grocery"), Department("produce", "Fruits et légumes", "Produce")],
    )
    francs = (ToldRate("CHF", OPENED.date() + timedelta(days=n), Rate(9432 + n, 4)) for n in range(3))
    put_rates(francs, at=OPENED, by="file:cours.csv")
    put_promotions(
        (
            promotion_told({"code": code, "name": name, "first_day": first, "last_day": last, **more})
            for code, name, first, last, more in (
                (
                    "foire",
                    "Foire aux pommes",
                    "2025-09-01",
                    "2025-09-14",
                    {"departments": "produce", "percent": 15},
                ),
                (
                    "nocturne",
                    "Nocturne",
                    "2025-06-20",
                    "2025-06-20",
                    {"first_hour": "18:00", "stores": "317"},
                ),
            )
        ),
        at=OPENED,
        by="file:calendrier.csv",
    )
    shop = Shop.opened(
        more="accounts: {household: {leaver_takes: equal}, company: {leaver_takes: nothing}}\n"
        "offers:\n  - code: brioche\n    name: {fr: La brioche à moitié prix, en: Brioche at half price}\n"
        "    effect: {percent: {off: 50}}\n    lines: {departments: [pastry]}\n    needs: activated\n"
        "    quota: {first: 100, per: day, over: store}\n"
    )

    def profile(first: str, last: str, card: str, **rest: Any) -> Profile:
        return Profile(
            first_name=first, last_name=last, card=card, store="317", town="Nantes", language="fr", **rest
        )

    anne = shop.member(
        profile("Anne", "Béraud", "2990000000012", email="anne@exemple.fr", phone="+33611111111")
    )
    twin = shop.customer(profile("Anne", "Beraud", "2990000000029", phone="+33611111111"))
    double = shop.member(profile("A.", "Béraud", "2990000000036"))
    shop.must(double, a_sale(3000, at=OPENED + timedelta(days=3)))
    for week in range(40):
        lines = (a_line(4200, discount_minor=100), a_line(1300 + week, sku="sku-2", department="produce"))
        shop.must(anne, a_sale(*lines, at=OPENED + timedelta(days=5 + 7 * week)))
    shop.must(anne, RewardRequest(OPENED + timedelta(days=120), "voucher-5"))
    paid = a_sale(5200, at=OPENED + timedelta(days=121), payments=[Payment("voucher-5", 1)])
    sale = shop.must(anne, paid).seq
    returned = shop.must(anne, Return(OPENED + timedelta(days=122), sale, (ReturnedLine(0, 2600),))).seq
    reason = "Panne de caisse"
    corrected = shop.must(anne, Correction(OPENED + timedelta(days=123), "points", 50, reason)).seq
    shop.must(anne, Merger(OPENED + timedelta(days=124)), absorbed=double)
    erased = shop.member(profile("Luc", "Morel", "2990000000043"))
    shop.must(erased, a_sale(2500, at=OPENED + timedelta(days=9)))
    actions.erase(erased, COMMAND_LINE, datetime(2025, 12, 1, tzinfo=UTC))
    zoes = []
    for number in range(60):
        card = f"29900000010{number:02d}"
        one = shop.member(profile("Zoé", f"Client{number}", card), OPENED + timedelta(days=number))
        shop.must(one, a_sale(2000 + 90 * number, at=OPENED + timedelta(days=10 + number)))
        zoes.append(one)
    assert queries.current_book(PROGRAMME)
    for one, points in zip(zoes[-2:], (1240, 385), strict=True):
        shop.must(one, Correction(now(), "points", points, reason))
    household = _shared(zoes[-2:])
    return Customers(anne, twin, double, erased, sale, returned, corrected, household, zoes[-1])


def _shared(people: list[uuid.UUID]) -> uuid.UUID:
    """A household of some who were members on their own."""
    from assidu.customers.accounts import AccountRole
    from assidu.decisions.state import AccountKind
    from assidu.events.wire import Subject
    from assidu.foundation.clock import now
    from assidu.foundation.people.types import COMMAND_LINE
    from assidu.loyalty import accounts
    from assidu.loyalty.entries import Told
    from builders.shop import PROGRAMME

    opened = accounts.open_(AccountKind.HOUSEHOLD, "Client", by=COMMAND_LINE, at=now(), programme=PROGRAMME)
    assert isinstance(opened, accounts.Opened)
    for role, person in zip(AccountRole, people, strict=False):
        entered = accounts.enter(
            opened.account_id, Subject("customer", str(person)), by=COMMAND_LINE, at=now(),
            programme=PROGRAMME, roles=[role],
        )  # fmt: skip
        assert isinstance(entered, Told)
    return opened.account_id


@pytest.fixture(scope="package")
def browser(browser_path: Path) -> Iterator[Browser]:
    """Gone before other stories begin: its driver leaves its loop marked as running in this thread."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        yield running
        running.close()
    asyncio._set_running_loop(None)


@dataclass(slots=True)
class Visit:
    """A browser window of one person, which notes what it should not see."""

    context: BrowserContext
    outside: list[str]
    complaints: list[str]


@pytest.fixture(scope="package")
def visits(site: Site, browser: Browser) -> Iterator[dict[tuple[str, str], Visit]]:
    """One signed-in window per language, each with a theme, kept open: signing in is slow on purpose."""
    opened = {key: open_window(site, browser, *key) for key in site.people}
    yield opened
    for visit in opened.values():
        visit.context.close()


def open_window(site: Site, browser: Browser, language: str, theme: str) -> Visit:
    context = browser.new_context(
        base_url=site.address,
        viewport=WIDE,
        locale=language,
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context, [], [])

    def note(request: Request) -> None:
        if not request.url.startswith((site.address, "data:", "blob:")):
            visit.outside.append(request.url)

    context.on("request", note)
    context.on(
        "console", lambda m: visit.complaints.append(m.text) if m.type in ("error", "warning") else None
    )
    context.on("weberror", lambda e: visit.complaints.append(str(e.error)))
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("#id_email", site.people[language, theme].email)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_selector(".house")
    page.close()
    visit.complaints.clear()
    return visit
