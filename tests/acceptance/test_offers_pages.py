"""Offers with gauges, and a draw with its proof: sound in both languages and themes, at two widths."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from acceptance.conftest import PASSWORD, TABLET, WIDE, faults_of
from assidu.foundation.database import Database

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS_TO")


@dataclass(frozen=True, slots=True)
class Stall:
    """``pages`` that depend on what it holds: an allotment that waits to be confirmed."""

    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def stall(cluster: Database, template: Database, django_db_blocker: Any) -> Iterator[Stall]:
    """A server whose programme has offers of every kind, some of them used."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.db import connections

    from assidu.foundation.schema import connected_to
    from builders.databases import TEMPLATE, copy, drop

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing: pytest shows what failed."""

    name = f"stall_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop(cluster, name)
    copy(cluster, name, TEMPLATE)
    with django_db_blocker.unblock(), connected_to(cluster.named(name).url):
        pages = _filled()
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, connections_override={})
        server.set_app(WSGIHandler())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Stall(f"http://127.0.0.1:{server.server_port}", pages)
        server.shutdown()
        server.server_close()
        connections.close_all()
    with django_db_blocker.unblock():
        drop(cluster, name)


def _filled() -> dict[str, str]:
    from assidu.catalogue.prices import put_prices
    from assidu.catalogue.types import Price
    from assidu.customers.types import Profile
    from assidu.foundation import clock
    from assidu.foundation.people import actions
    from assidu.foundation.people.types import COMMAND_LINE
    from assidu.loyalty import actions as loyalty
    from assidu.loyalty.allotments import look_at
    from builders.le_cercle_offers import le_cercle_with_offers
    from builders.sales import a_line, a_sale
    from builders.shop import Shop

    for language in ("fr", "en"):
        for theme in ("light", "dark"):
            person = actions.create_person(
                f"claire.{language}.{theme}@exemple.fr",
                "Claire Vasseur",
                ["marketing"],
                COMMAND_LINE,
                password=PASSWORD,
                language=language,
            )
            actions.set_preferences(person.id, theme=theme)  # type: ignore[union-attr]
    shop = Shop.opened()
    now = clock.now()
    midnight = datetime.combine(now.date(), datetime.min.time(), UTC)
    le_cercle_with_offers(midnight)  # draws are committed to before their first ticket
    put_prices([Price("4011", now.date() - timedelta(days=20), 199)])
    for n in range(9):
        member = shop.member(Profile(card=f"29900001{n:05d}"))
        at = midnight + timedelta(minutes=n)
        shop.must(member, a_sale(a_line(4000, department="produce"), at=at))
    loyalty.suspend(member, "lost", by=COMMAND_LINE, at=now, programme="le-cercle")
    lines = [f"29900001{n:05d}" for n in range(10)]
    one = look_at("le-cercle", "welcome-back", at=now, by="command", lines=lines)
    return {"allotment": f"/offers/allotments/{one.allotment_id}/"}


@pytest.mark.parametrize(
    "page", ["/offers/", "/offers/draws/", "/offers/draws/lucky/", "/offers/of/welcome-back/", "allotment"]
)
@pytest.mark.parametrize(("language", "theme"), [("fr", "light"), ("en", "dark")])
def test_a_page_of_offers_is_sound_with_something_on_it(
    page: str, language: str, theme: str, stall: Stall, browser: Browser
) -> None:
    context = browser.new_context(base_url=stall.address, locale=language, viewport=WIDE)
    outside: list[str] = []
    context.on(
        "request", lambda request: outside.append(request.url) if stall.address not in request.url else None
    )
    tab = context.new_page()
    tab.goto("/sign-in/")
    tab.fill("[name=email]", f"claire.{language}.{theme}@exemple.fr")
    tab.fill("[name=password]", PASSWORD)
    tab.press("[name=password]", "Enter")
    tab.wait_for_url("**/dashboard/")
    answer = tab.goto(stall.pages.get(page, page))
    assert answer is not None
    assert answer.status == 200
    faults = faults_of(tab)
    for name, size in (("1280", WIDE), ("820", TABLET)):
        tab.set_viewport_size(size)
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            tab.wait_for_timeout(300)
            kind = page.strip("/").replace("/", "-")
            tab.screenshot(path=f"{SHOTS}/filled-{kind}-{language}-{theme}-{name}.png", full_page=True)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"too wide at {name}"
    assert not faults, "\n".join(faults)
    assert [url for url in outside if not url.startswith("data:")] == []
    if page == "/offers/draws/lucky/":
        assert tab.locator("tbody tr").count() == 9
        tab.fill("#secret", "00" * 32)
        tab.press("#secret", "Enter")
        tab.wait_for_selector(".warn-text")
    context.close()
