"""Somebody of the role "store" at the screen: who is not of their store is found by card, and is told apart."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from acceptance.conftest import PASSWORD, TABLET, WIDE, Site, faults_of
from assidu.foundation.people import actions, queries
from assidu.foundation.people.types import COMMAND_LINE

pytestmark = pytest.mark.browser

CARD = "2990000000012"


@pytest.fixture(params=[("fr", "dark"), ("en", "light")], ids="-".join)
def tab(site: Site, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Tab]:
    language, theme = request.param
    email = f"lille.{language}@exemple.fr"
    if queries.person_by_email(email) is None:
        actions.create_person(
            email, "Inès Lemoine", ["store"], COMMAND_LINE,
            password=PASSWORD, language=language, stores=["401"],
        )  # fmt: skip
    context = browser.new_context(base_url=site.address, viewport=WIDE, locale=language, color_scheme=theme)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("#id_email", email)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_selector(".house")
    yield page
    context.close()


def is_sound(tab: Tab) -> None:
    faults = faults_of(tab)
    assert not faults, "\n".join(faults)
    tab.set_viewport_size(TABLET)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.set_viewport_size(WIDE)


def test_who_is_of_another_store_is_refused_found_by_card_and_served(tab: Tab, site: Site) -> None:
    address = f"/customers/{site.customers.anne}/"
    answer = tab.goto(address)
    assert answer is not None
    assert answer.status == 403
    expect(tab.get_by_role("heading", level=1)).to_have_text(
        ["Vu par un autre magasin", "Seen by another store"][
            tab.evaluate("document.documentElement.lang") == "en"
        ]
    )
    is_sound(tab)
    tab.goto("/customers/")
    expect(tab.locator("body")).not_to_contain_text("Béraud")
    is_sound(tab)
    tab.keyboard.press("Control+k")
    tab.keyboard.type(CARD)
    expect(tab.locator("#palette [aria-selected=true]")).to_contain_text("Béraud")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{address}")
    expect(tab.locator("#elsewhere-title")).to_be_visible()
    expect(tab.locator(".timeline")).to_have_count(0)
    is_sound(tab)
