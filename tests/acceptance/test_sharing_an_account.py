"""A household on the screen, in a browser: opened for somebody, another one taken in by their card, served at the till,
and taken out after a look at what they take along."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from acceptance.conftest import LOOKS, TABLET, WIDE, Visit, faults_of

pytestmark = pytest.mark.browser

CARDS = {"fr": ("2990000001050", "2990000001051"), "en": ("2990000001052", "2990000001053")}
SHOTS = os.environ.get("SCREENSHOTS_TO")


@pytest.fixture(params=LOOKS, ids="-".join)
def look(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def tab(look: tuple[str, str], visits: dict[tuple[str, str], Visit]) -> Iterator[Tab]:
    page = visits[look].context.new_page()
    yield page
    page.close()


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


def test_two_share_a_household_and_one_of_them_leaves(tab: Tab, look: tuple[str, str]) -> None:
    hers, his = CARDS[look[0]]
    tab.goto(f"/customers/?q={hers}")
    tab.locator("tbody a").first.click()
    card = tab.locator("section[aria-labelledby=account-title]")
    expect(card).to_be_visible()
    card.locator("footer a").click()
    expect(tab.locator("#sheet #id_name")).not_to_have_value("")
    is_sound(tab, "account-open", look)
    tab.locator("#sheet .primary").click()
    expect(card.locator(".identities li")).to_have_count(1)
    home = tab.url
    card.locator("footer a").last.click()
    tab.fill("#sheet input[type=search]", his)
    tab.press("#sheet input[type=search]", "Enter")
    tab.locator("#sheet .pick a").click()
    expect(tab.locator("#sheet .choice").first).to_be_visible()
    is_sound(tab, "account-enter", look)
    tab.locator("#sheet .choice").last.click()
    tab.locator("#sheet .primary").click()
    expect(card.locator(".identities li")).to_have_count(2)
    is_sound(tab, "account-two", look)
    card.locator(".identities li b").last.click()
    expect(tab.locator("h1 a.pill")).to_be_visible()
    is_sound(tab, "account-person", look)
    tab.goto("/caisse/")
    tab.keyboard.type(his)
    tab.keyboard.press("Enter")
    expect(tab.locator(".served .pill").last).to_be_visible()
    is_sound(tab, "account-caisse", look)
    tab.goto(home)
    card.locator(".identities li").last.locator("a.bad-text").click()
    expect(tab.locator("#sheet .facts")).to_be_visible()
    is_sound(tab, "account-leave", look)
    tab.locator("#sheet .primary").click()
    expect(card.locator(".identities li")).to_have_count(1)
