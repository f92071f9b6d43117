"""What people do at the screen, told through the browser: the palette, the theme, filters, a key made and revoked."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from acceptance.conftest import PASSWORD, Site, Visit, faults_of
from acceptance.studio_sets import assumed

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(visits: dict[tuple[str, str], Visit]) -> Iterator[Tab]:
    visit = visits["fr", "light"]
    visit.complaints.clear()
    page = visit.context.new_page()
    yield page
    page.close()
    # A form that is sent back with its faults answers 422, which browsers note in the console.
    assert [text for text in visit.complaints if "422" not in text] == []


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


def test_a_point_is_explained_beside_the_time_line_and_on_a_page_of_its_own(tab: Tab, site: Site) -> None:
    tab.goto(f"/customers/{site.customers.anne}/?kind=purchases")
    moment = tab.locator(".moment", has_text="payé avec").first
    moment.get_by_role("link", name="Pourquoi").click()
    drawer = tab.locator("dialog.drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("Ce qui s’est appliqué")
    expect(drawer).to_contain_text("1 point par euro")
    expect(drawer).to_contain_text("même résultat")
    drawer.get_by_role("link", name="Un retour").click()
    # Escape closes what is modal by then, and the new sheet becomes so a moment after it is there.
    expect(tab.locator("dialog.drawer:modal")).to_contain_text("Ce qui a été rendu")
    tab.keyboard.press("Escape")
    expect(tab.locator("dialog.drawer")).to_be_hidden()
    tab.goto(f"/customers/{site.customers.anne}/events/{site.customers.sale}/")
    expect(tab.locator("h1")).to_have_text("Achat en magasin")


def test_older_history_comes_when_asked_for(tab: Tab, site: Site) -> None:
    tab.goto(f"/customers/{site.customers.anne}/")
    older, begun = (
        tab.get_by_role("link", name="Plus ancien"),
        tab.get_by_text("C’est ici que tout a commencé"),
    )
    expect(begun).not_to_be_attached()
    while not begun.count():  # other stories of this worker may have made her history longer
        shown = tab.locator(".moment").count()
        older.click()
        expect(tab.locator(".moment").nth(shown)).to_be_attached()


def test_goodwill_needs_a_reason_and_is_seen_at_once(tab: Tab, site: Site) -> None:
    tab.goto(f"/customers/{site.customers.anne}/")
    tab.get_by_role("link", name="Geste, régularisation").click()
    dialog = tab.locator("#sheet dialog")
    dialog.get_by_label("Combien").fill("35")
    dialog.get_by_label("Motif").fill("Attente en caisse")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(tab.locator(".toast")).to_contain_text("+35 points")
    expect(tab.locator(".moment").first).to_contain_text("Attente en caisse")
    expect(tab.locator(".moment").first).to_contain_text("+35 points")


def test_what_cannot_be_done_is_said_in_the_dialog(tab: Tab, site: Site) -> None:
    tab.goto(f"/customers/{site.customers.anne}/")
    tab.get_by_role("link", name="Geste, régularisation").click()
    dialog = tab.locator("#sheet dialog")
    dialog.get_by_text("Retirer").click()
    dialog.get_by_label("Combien").fill("900000")
    dialog.get_by_label("Motif").fill("Essai")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(tab.locator("#sheet dialog").get_by_role("alert")).to_contain_text("Le solde ne suffit pas")


def test_customers_are_found_by_card_and_by_name_without_accents(tab: Tab) -> None:
    tab.goto("/customers/")
    for asked in ("2990000000012", "beraud anne"):
        tab.fill("#filter-q", asked)
        expect(tab.locator("#listing tbody")).to_contain_text("Anne Béraud")
        expect(tab.locator("#listing tbody")).not_to_contain_text("Zoé")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("2990 0000 0001 2")
    expect(tab.locator("#palette [aria-selected=true]")).to_contain_text("Anne Béraud")


def test_every_figure_of_the_dashboard_leads_to_its_people(tab: Tab) -> None:
    tab.goto("/dashboard/?from=2025-01-01&to=2025-12-31")
    cards = tab.locator("a.stat")
    for index in range(cards.count()):
        tab.goto("/dashboard/?from=2025-01-01&to=2025-12-31")
        label = cards.nth(index).locator(".label").inner_text()
        cards.nth(index).click()
        tab.wait_for_url("**/customers/?**")
        assert "Aucun résultat" not in tab.locator("#listing").inner_text() or "expirés" in label, label
    tab.goto("/dashboard/?from=2025-01-01&to=2025-12-31")
    tab.get_by_role("link", name="1 point par euro").click()
    expect(tab.locator(".applied")).to_contain_text("1 point par euro")
    expect(tab.locator("#listing tbody tr").first).to_be_visible()


def test_two_records_are_compared_before_they_are_merged(tab: Tab, site: Site) -> None:
    tab.goto(f"/customers/{site.customers.stranger}/")
    tab.get_by_role("link", name="Comparer et fusionner").click()
    dialog = tab.locator("#sheet dialog")
    expect(dialog).to_contain_text("Reste")
    expect(dialog).to_contain_text("Y entre")
    dialog.get_by_role("link", name="Une autre fiche").click()
    dialog.get_by_role("searchbox").fill("client7")
    dialog.locator("button.primary").click()
    expect(dialog).to_contain_text("Zoé Client7")


def ask_the_palette(tab: Tab, text: str) -> None:
    tab.keyboard.press("Control+k")
    tab.keyboard.type(text)


def test_dialogs_and_the_palette_are_sound_while_they_are_open(tab: Tab, site: Site) -> None:
    here = f"/customers/{site.customers.anne}/"
    openings: tuple[tuple[str, str, Callable[[], None]], ...] = (
        ("why", here, lambda: tab.locator(".why-link").first.click()),
        ("goodwill", here, lambda: tab.get_by_role("link", name="Geste, régularisation").click()),
        (
            "invented",
            "/dashboard/?from=2025-01-01&to=2025-12-31",
            lambda: tab.locator("[data-open]").first.click(),
        ),
        ("palette", "/customers/", lambda: ask_the_palette(tab, "be")),
        ("filters", "/customers/", lambda: tab.locator(".more-switch").click()),
        ("days", "/dashboard/", lambda: tab.locator(".pop summary").click()),
    )
    for name, address, opening in openings:
        tab.goto(address)
        opening()
        tab.wait_for_timeout(500)
        expect(tab.locator(".htmx-request")).to_have_count(0)
        tab.wait_for_timeout(300)  # what was dimmed while it was fetched is no longer
        assert faults_of(tab) == [], name


def test_pages_for_what_went_wrong_say_it_in_words(site: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=site.address, locale="fr")
    tab = context.new_page()
    tab.goto("/sign-in/")
    tab.fill("#id_email", "paul.riou@exemple.fr")
    tab.fill("#id_password", PASSWORD)
    tab.press("#id_password", "Enter")
    tab.wait_for_selector(".house")
    answer = tab.goto("/settings/people/")
    assert answer is not None
    assert answer.status == 403
    assert faults_of(tab) == []
    tab.goto("/preferences/")
    tab.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(e => { e.value = 'x' })")
    context.clear_cookies(name="csrftoken")
    tab.locator("form[action='/preferences/'] button").click()
    expect(tab.locator("body")).to_contain_text("Rien n’a été changé")
    assert faults_of(tab) == []
    tab.goto(f"/join/{site.colleague.id}/not-a-token/")
    expect(tab.locator("h1")).to_be_visible()
    assert faults_of(tab) == []
    context.close()


def test_the_address_of_a_filtered_list_holds_only_what_was_asked(tab: Tab) -> None:
    tab.goto("/customers/")
    tab.fill("#filter-q", "beraud")
    expect(tab).to_have_url(re.compile(r"/customers/\?q=beraud$"))


def test_a_segment_is_added_named_and_taken_back_by_keyboard_alone(tab: Tab, site: Site) -> None:
    tab.goto(f"/studio/expected/?set={assumed(site.address)}")
    tab.wait_for_selector(".chart svg")
    tab.press("#segments summary", "Enter")
    tab.press("#add", "Enter")
    name = tab.locator("#s2-name")
    expect(name).to_be_focused()
    name.fill("Les curieux")
    segments = tab.locator("section[aria-labelledby=segments-title] table")
    expect(segments).to_contain_text("Les curieux")
    expect(tab.locator("#s2-members-label")).to_have_text(
        "Membres au début: Les curieux", use_inner_text=False
    )
    tab.press("#remove-s0", "Enter")
    expect(tab.locator("#restore")).to_be_focused()
    expect(segments).not_to_contain_text("gold")
    expect(tab.locator("#told")).to_have_text("gold est retiré.")
    assert not (found := faults_of(tab)), "\n".join(found)
    tab.keyboard.press("Enter")
    expect(segments).to_contain_text("gold")
    expect(tab.locator("#result .chart svg")).to_have_count(6)
