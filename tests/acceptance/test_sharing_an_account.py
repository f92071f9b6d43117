"""A household on the screen, in a browser: opened for somebody, another one taken in by their card, served at the till,
and taken out after a look at what they take along."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from acceptance.conftest import Visit, faults_of

pytestmark = pytest.mark.browser

HERS, HIS = "2990000001050", "2990000001051"


@pytest.fixture
def tab(visits: dict[tuple[str, str], Visit]) -> Iterator[Tab]:
    page = visits["fr", "light"].context.new_page()
    yield page
    page.close()


def test_two_share_a_household_and_one_of_them_leaves(tab: Tab) -> None:
    tab.goto(f"/customers/?q={HERS}")
    tab.locator("tbody a").first.click()
    card = tab.locator("section[aria-labelledby=account-title]")
    expect(card).to_be_visible()
    card.locator("footer a").click()
    expect(tab.locator("#sheet #id_name")).not_to_have_value("")
    tab.locator("#sheet .primary").click()
    expect(card.locator(".identities li")).to_have_count(1)
    home = tab.url
    card.locator("footer a").last.click()
    tab.fill("#sheet input[type=search]", HIS)
    tab.press("#sheet input[type=search]", "Enter")
    tab.locator("#sheet .pick a").click()
    tab.locator("#sheet .choice").last.click()
    tab.locator("#sheet .primary").click()
    expect(card.locator(".identities li")).to_have_count(2)
    card.locator(".identities li b").last.click()
    expect(tab.locator("h1 a.pill")).to_be_visible()
    tab.goto("/caisse/")
    tab.keyboard.type(HIS)
    tab.keyboard.press("Enter")
    expect(tab.locator(".served .pill").last).to_be_visible()
    faults = faults_of(tab)
    assert not faults, "\n".join(faults)
    tab.goto(home)
    card.locator(".identities li").last.locator("a.bad-text").click()
    expect(tab.locator("#sheet .facts")).to_be_visible()
    tab.locator("#sheet .primary").click()
    expect(card.locator(".identities li")).to_have_count(1)
