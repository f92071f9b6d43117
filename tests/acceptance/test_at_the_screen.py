"""What people do at the screen, told through the browser: the palette, the theme, filters, a key made and revoked."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from acceptance.conftest import PASSWORD, Site, Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(visits: dict[tuple[str, str], Visit]) -> Iterator[Tab]:
    visit = visits["fr", "light"]
    visit.complaints.clear()
    page = visit.context.new_page()
    yield page
    page.close()
    assert visit.complaints == []


def test_ctrl_k_goes_anywhere_without_the_mouse(tab: Tab) -> None:
    tab.goto("/preferences/")
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette input")).to_be_focused()
    tab.keyboard.type("cles")
    expect(tab.locator("#palette [aria-selected=true]")).to_contain_text("Clés")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/settings/keys/**")


def test_the_palette_says_when_nothing_is_found_and_closes_with_escape(tab: Tab) -> None:
    tab.goto("/preferences/")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("zzzzzz")
    expect(tab.locator("#palette")).to_contain_text("Rien pour « zzzzzz »")
    tab.keyboard.press("Escape")
    expect(tab.locator("#palette")).to_be_hidden()


def test_a_filter_changes_the_list_and_the_address_so_that_a_link_is_a_report(tab: Tab) -> None:
    tab.goto("/settings/people/")
    tab.fill("#filter-q", "hugo")
    expect(tab.locator("#listing tbody tr")).to_have_count(1)
    expect(tab).to_have_url(re.compile(r"q=hugo"))
    tab.reload()
    expect(tab.locator("#listing tbody tr")).to_have_count(1)
    tab.fill("#filter-q", "personne de ce nom")
    expect(tab.locator("#listing")).to_contain_text("Aucun résultat")


def test_a_key_is_made_shown_once_and_revoked_after_a_question(tab: Tab) -> None:
    tab.goto("/settings/keys/new/")
    tab.fill("#id_name", "Borne d’essai")
    tab.locator(".choice", has_text="evaluate").click()
    tab.get_by_role("button", name="Créer la clé").click()
    expect(tab.locator("#secret")).to_contain_text("ask_")
    tab.get_by_role("link", name="Terminé").click()
    row = tab.locator("tr", has_text="Borne d’essai")
    row.get_by_role("button", name="Révoquer").click()
    expect(tab.locator("#confirm")).to_contain_text("Borne d’essai")
    tab.get_by_role("button", name="Oui, continuer").click()
    expect(row).to_contain_text("Révoquée")
    expect(tab.locator(".toast")).to_contain_text("est révoquée")


def test_the_theme_is_shown_at_once_and_kept(site: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=site.address, locale="fr", color_scheme="light")
    tab = context.new_page()
    tab.goto("/sign-in/")
    tab.fill("#id_email", "ines.delorme@exemple.fr")
    tab.fill("#id_password", PASSWORD)
    tab.press("#id_password", "Enter")
    tab.wait_for_selector(".house")
    tab.locator(".me summary").click()
    with tab.expect_response("**/theme/"):
        tab.get_by_role("button", name="Clair ou sombre").click()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    tab.goto("/preferences/")
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_a_wrong_password_is_refused_in_words(site: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=site.address, locale="fr")
    tab = context.new_page()
    tab.goto("/sign-in/")
    tab.fill("#id_email", "paul.riou@exemple.fr")
    tab.fill("#id_password", "ce n’est pas le bon")
    tab.press("#id_password", "Enter")
    expect(tab.get_by_role("alert")).to_contain_text("n’est pas le bon")
    context.close()
