"""The till by scanner and keyboard alone, in a browser: a visit from the card to the ticket, and what may go wrong."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from acceptance.conftest import LOOKS, TABLET, WIDE, Site, Visit, faults_of

pytestmark = pytest.mark.browser

ANNE = "2990000000012"
LUC = "2990000001007"
SHOTS = os.environ.get("SCREENSHOTS_TO")
PATIENCE_MS = 3_000
"""What a cashier waits for at most, from Enter to what is painted; mostly it is a fraction of a second."""

# From the key to the second frame after the part has changed: what was asked for is on the screen then.
WATCH = """() => {
    window.painted = new Promise((done) => {
        let began = 0;
        document.addEventListener(
            "keydown", (event) => { if (event.key === "Enter") began = performance.now(); }, { capture: true });
        new MutationObserver((_changes, observer) => {
            observer.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
        }).observe(document.getElementById("desk"), { childList: true });
    });
}"""


@pytest.fixture(params=LOOKS, ids="-".join)
def look(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def tab(look: tuple[str, str], visits: dict[tuple[str, str], Visit]) -> Iterator[Tab]:
    page = visits[look].context.new_page()
    page.goto("/caisse/")
    yield page
    page.close()


def scan(tab: Tab, number: str) -> float:
    """A scanner types into whatever has the focus, then Enter; answers the milliseconds to the painted page."""
    tab.evaluate(WATCH)
    tab.keyboard.type(number)
    tab.keyboard.press("Enter")
    milliseconds: float = tab.evaluate("window.painted")
    return milliseconds


def focused(tab: Tab) -> str:
    found: str = tab.evaluate("document.activeElement.id")
    return found


def is_sound(tab: Tab, name: str, look: tuple[str, str]) -> None:
    """No axe fault, nothing cut off, at both widths."""
    tab.wait_for_timeout(250)
    faults = faults_of(tab)
    assert not faults, "\n".join(faults)
    for width, size in (("1280", WIDE), ("820", TABLET)):
        tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}"
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            tab.wait_for_timeout(300)
            tab.screenshot(path=f"{SHOTS}/{name}-{'-'.join(look)}-{width}.png", full_page=True)
    tab.set_viewport_size(WIDE)


def test_a_visit_takes_a_scan_and_a_ticket_and_no_mouse(tab: Tab, look: tuple[str, str]) -> None:
    assert focused(tab) == "scan"
    took = scan(tab, ANNE)
    expect(tab.locator(".who-name")).to_have_text("Anne Béraud")
    expect(tab.locator(".say b")).not_to_be_empty()
    assert took < PATIENCE_MS
    assert focused(tab) == "id_ticket"
    is_sound(tab, "caisse-customer", look)
    number = f"T-{uuid.uuid4()}"
    assert scan(tab, number) < PATIENCE_MS
    assert focused(tab) == "id_amount"
    expect(tab.locator("#id_ticket")).to_have_value(number)
    is_sound(tab, "caisse-amount", look)
    assert scan(tab, "42.50") < PATIENCE_MS
    expect(tab.locator(".display")).not_to_be_empty()
    assert focused(tab) == "scan"
    expect(tab.locator("#scan")).to_have_value("")
    is_sound(tab, "caisse-done", look)
    assert scan(tab, LUC) < PATIENCE_MS
    expect(tab.locator(".who-name")).to_contain_text("Client7")


def test_an_offer_is_activated_by_keyboard_and_what_was_typed_stays(tab: Tab, look: tuple[str, str]) -> None:
    scan(tab, ANNE)
    tab.keyboard.type("T-1")
    if tab.locator(".offers form").count():  # one of the looks comes first, and it is activated once
        tab.keyboard.press("F8")
        is_sound(tab, "caisse-offers", look)
        tab.keyboard.press("Enter")
        expect(tab.locator(".desk > .notice.good")).to_be_visible()
    expect(tab.locator(".offers .pill.good")).to_be_visible()
    expect(tab.locator("#id_ticket")).to_have_value("T-1")
    assert focused(tab) == "id_ticket"


def test_the_next_card_is_scanned_where_the_ticket_was_expected(tab: Tab) -> None:
    scan(tab, ANNE)
    scan(tab, LUC)
    expect(tab.locator(".who-name")).to_contain_text("Client7")
    assert focused(tab) == "id_ticket"
    tab.keyboard.press("Escape")
    expect(tab.locator("[data-state=idle]")).to_be_visible()
    assert focused(tab) == "scan"


def test_a_forgotten_ticket_is_reached_by_a_key_and_refused_with_the_reason(
    tab: Tab, look: tuple[str, str]
) -> None:
    scan(tab, ANNE)
    tab.keyboard.press("F4")
    assert focused(tab) == "id_day"
    tab.fill("#id_day", "2025-03-01")
    tab.focus("#id_ticket")
    scan(tab, "T-of-nobody")
    assert focused(tab) == "id_ticket"
    expect(tab.locator("#id_ticket_error")).to_be_visible()
    expect(tab.locator("#id_day")).to_have_value("2025-03-01")
    is_sound(tab, "caisse-forgotten", look)


def test_an_unknown_card_joins_without_leaving_the_page(tab: Tab, look: tuple[str, str]) -> None:
    card = f"299{uuid.uuid4().int % 10**10:010d}"
    scan(tab, card)
    assert focused(tab) == "scan"
    is_sound(tab, "caisse-unknown", look)
    tab.keyboard.press("F2")
    tab.keyboard.type("Zoé")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Lemaire")
    for _ in range(3):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")
    expect(tab.locator(".who-name")).to_have_text("Zoé Lemaire")
    assert focused(tab) == "id_ticket"


def test_a_network_that_is_down_loses_nothing_and_says_so(
    tab: Tab, look: tuple[str, str], visits: dict[tuple[str, str], Visit]
) -> None:
    scan(tab, ANNE)
    number = f"T-{uuid.uuid4()}"
    tab.keyboard.type(number)
    tab.fill("#id_amount", "10")
    tab.focus("#id_ticket")
    visits[look].context.set_offline(True)
    try:
        tab.keyboard.press("Enter")
        expect(tab.locator("#caisse-down")).to_be_visible()
        expect(tab.locator("#id_ticket")).to_have_value(number)
        assert focused(tab) == "id_ticket"
        is_sound(tab, "caisse-down", look)
    finally:
        visits[look].context.set_offline(False)
    tab.focus("#id_ticket")
    tab.keyboard.press("Enter")
    expect(tab.locator("[data-state=done]")).to_be_visible()
    expect(tab.locator("#caisse-down")).to_be_hidden()


def test_digits_typed_anywhere_belong_to_the_scan(tab: Tab, site: Site) -> None:
    tab.evaluate("document.activeElement.blur()")
    scan(tab, ANNE)
    expect(tab.locator(".who-name")).to_have_text("Anne Béraud")
    assert site.address in tab.url
    assert ANNE not in tab.url
