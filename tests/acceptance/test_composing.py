"""A programme manager composes a rule and tries it; somebody else approves; it is published, and taken back."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

from acceptance.conftest import PASSWORD, Site, faults_of
from assidu.events.types import EventKey
from assidu.foundation.clock import now
from builders.sales import a_sale
from builders.shop import PROGRAMME, Shop

pytestmark = pytest.mark.browser

SOMEBODY = "2990000001012"
QUIET_DAY = "2025-02-15"
"""Anne and one other customer bought that day, each for more than 30 €."""


def signed_in(site: Site, browser: Browser, email: str) -> BrowserContext:
    context = browser.new_context(base_url=site.address, locale="fr", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    tab = context.new_page()
    tab.goto("/sign-in/")
    tab.fill("#id_email", email)
    tab.fill("#id_password", PASSWORD)
    tab.press("#id_password", "Enter")
    tab.wait_for_selector(".house")
    tab.close()
    return context


@pytest.fixture
def ines(site: Site, browser: Browser) -> Iterator[Tab]:
    """Marketing: composes and publishes."""
    context = signed_in(site, browser, "ines.delorme@exemple.fr")
    yield context.new_page()
    context.close()


@pytest.fixture
def paul(site: Site, browser: Browser) -> Iterator[Tab]:
    """Finance: approves."""
    context = signed_in(site, browser, "paul.riou@exemple.fr")
    yield context.new_page()
    context.close()


@pytest.fixture
def guarded(site: Site) -> Iterator[None]:
    """Any change of the cost needs a second person, while this story is told."""
    from assidu.foundation.clock import now
    from assidu.foundation.people.types import COMMAND_LINE
    from assidu.loyalty.approvals import set_threshold

    set_threshold(PROGRAMME, 0, at=now(), by=COMMAND_LINE)
    yield
    set_threshold(PROGRAMME, None, at=now(), by=COMMAND_LINE)


def add(tab: Tab, group: str, clause: str, blank: str) -> None:
    """By keyboard alone: open the menu of the group, choose the clause, and be in its blank."""
    summary = tab.get_by_role("group", name=group).locator(".add summary")
    summary.focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name=clause).focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(blank)).to_be_focused()


def test_a_rule_is_composed_as_a_sentence_and_tried_on_the_receipts_of_a_day(site: Site, ines: Tab) -> None:
    ines.goto("/programme/")
    ines.get_by_role("button", name="Préparer une version").click()
    ines.wait_for_selector("#draft")
    address = ines.url
    ines.get_by_role("link", name="Ajouter une règle").click()

    # Composed as a sentence, told back while it is typed.
    ines.get_by_label("en français").fill("Grand panier")
    ines.get_by_label("combien").fill("40")
    add(ines, "Quand", "quand le ticket atteint", "#b-when-amount_at_least")
    ines.keyboard.type("30")
    said = ines.locator("#said")
    expect(said).to_contain_text(re.compile(r"«\sGrand panier\s» donne 40 points dès 30\s€"))
    add(ines, "Limites", "au plus … fois", "#b-times-limit")
    ines.keyboard.type("beaucoup")
    expect(ines.locator("#e-times-limit")).to_contain_text("n'est pas un nombre entier")
    expect(ines.locator("#b-times-limit")).to_have_attribute("aria-invalid", "true")
    assert faults_of(ines) == []

    # What was typed is there again after leaving.
    ines.goto("/programme/")
    ines.goto(f"{address}rules/+/")
    expect(ines.locator("#b-times-limit")).to_have_value("beaucoup")
    ines.locator("#b-times-limit").fill("4")
    ines.keyboard.press("Enter")
    ines.wait_for_url(re.compile(r"#rules-grand-panier"))
    expect(ines.locator("#rules-grand-panier")).to_contain_text("au plus 4 fois par")

    # On the receipts of a day, before anybody approves: one that no other story buys on.
    ines.get_by_role("link", name="Essayer sur les tickets").click()
    ines.get_by_label("Jour").fill(QUIET_DAY)
    ines.get_by_label("Jour").press("Enter")
    rule = ines.get_by_role("row", name="Grand panier")
    expect(rule).to_contain_text("modifiée")
    expect(rule).to_contain_text(re.compile(r"rencontre 1 point par euro \(2 tickets\)"))
    expect(rule.get_by_role("cell")).to_have_text(["0 point", "80 points", "+80"])
    expect(ines.locator("#gainers").locator("xpath=ancestor::section")).to_contain_text("Anne Béraud")
    expect(ines.locator("#gainers").locator("xpath=ancestor::section")).to_contain_text("Zoé Client30")


def saved(tab: Tab, line: str) -> None:
    tab.keyboard.press("Enter")
    expect(tab.locator(line)).to_be_visible()


def test_a_whole_programme_is_composed_replayed_approved_published_and_answers_why_somebody_got_12_points(
    site: Site, ines: Tab, paul: Tab, guarded: None
) -> None:
    ines.goto("/library/points/")
    ines.get_by_role("button", name="En faire un brouillon").click()
    ines.wait_for_selector("#draft")
    address = ines.url

    # Three statuses: the first one comes with how long they last.
    ines.get_by_role("link", name="Ajouter un statut").click()
    ines.locator("#b-keep-number").fill("12")
    saved(ines, "#tierslevels-first")
    for name, spend in (("Argent", "300"), ("Or", "1 000")):
        ines.get_by_role("link", name="Ajouter un statut").click()
        ines.get_by_label("en français").fill(name)
        ines.locator("#b-spend_at_least").fill(spend)
        saved(ines, f"#tierslevels-{name.lower()}")

    ines.get_by_role("link", name="Modifier Le parrainage").click()
    ines.locator("#b-referrer-units").fill("300")
    ines.locator("#b-referee-units").fill("200")
    expect(ines.locator("#said")).to_contain_text("Le parrain reçoit 300 points et le filleul 200 points")
    ines.keyboard.press("Enter")
    ines.wait_for_selector("#draft")

    for name, units in (("La loterie", "500"), ("Les dix premiers", "10")):
        ines.get_by_role("link", name="Ajouter une offre").click()
        ines.get_by_label("en français").fill(name)
        ines.locator("#b-effect-kind").select_option("points")
        ines.locator("#b-effect-points-units").fill(units)
        if name == "La loterie":
            add(ines, "Quand", "par tirage au sort", "#b-chance-one_in")
            ines.keyboard.type("20")
            add(ines, "Quand", "quand le ticket atteint", "#b-when-amount_at_least")
            ines.keyboard.type("30")
        else:
            add(ines, "Limites", "premiers tickets", "#b-quota-first")
            ines.keyboard.type("10")
        saved(ines, f"#offers-{name.lower().replace(' ', '-')}")
    expect(ines.locator("#offers-la-loterie")).to_contain_text("tirage au sort : un ticket sur 20")
    expect(ines.locator("#offers-les-dix-premiers")).to_contain_text("pour les 10 premiers tickets du jour")

    # What it would have given last year, and to whom; it costs something else, so somebody else approves.
    ines.goto(f"{address}approval/")
    ines.get_by_role("button", name="Rejouer").click()
    expect(ines.locator("#cost")).to_contain_text("par an", timeout=60_000)
    expect(ines.locator("main")).to_contain_text("quelqu’un qui ne l’a pas écrite doit approuver")
    ines.get_by_role("button", name="Soumettre").click()
    expect(ines.locator("h1")).to_contain_text("attend une approbation")
    expect(ines.get_by_role("button", name="Approuver", exact=True)).to_have_count(0)
    ines.locator("#cost").get_by_role("link").first.click()
    expect(ines.get_by_role("row", name="La loterie")).to_be_visible()
    expect(ines.get_by_role("region", name="Ils y perdent le plus")).to_contain_text("Zoé Client")
    paul.goto("/programme/drafts/")
    paul.locator(f"a[href='{address.removeprefix(site.address)}']").first.click()
    paul.get_by_role("link", name="Approuver et publier").click()
    paul.get_by_role("button", name="Approuver", exact=True).click()
    expect(paul.locator("h1")).to_contain_text("approuvé")
    assert faults_of(paul) == []

    ines.goto(f"{address}approval/")
    ines.get_by_role("button", name="Publier").click()
    ines.wait_for_url("**/programme/versions/*/")
    expect(ines.locator("h1")).to_contain_text("en vigueur")
    expect(ines.locator("main")).to_contain_text("Paul Riou")
    number = int(ines.url.rstrip("/").rsplit("/", 1)[1])

    # She buys for two euros, and asks why she got 12 points.
    ines.goto(f"/customers/?q={SOMEBODY}")
    ines.get_by_role("link", name="Zoé Client12").click()
    ines.wait_for_url(re.compile(r"/customers/[0-9a-f-]{36}/"))
    customer = UUID(ines.url.rstrip("/").rsplit("/", 1)[1])
    Shop().must(customer, a_sale(200, at=now()), key=EventKey("till/store-317", "composed"), now=now())
    ines.reload()
    bought = ines.locator(".timeline li").filter(has_text="+12 points").first
    bought.get_by_role("link", name="Pourquoi").click()
    expect(ines.locator("dialog[open]")).to_contain_text(re.compile(r"Les dix premiers.{0,40}10"))

    # And back to what was before, under a number of its own.
    ines.goto(f"/programme/versions/{number - 1}/")
    ines.get_by_role("button", name=f"Revenir à la version {number - 1}").click()
    ines.wait_for_url(f"**/programme/versions/{number + 1}/")
    expect(ines.locator("main")).to_contain_text(f"Elle revient à la version {number - 1}")
    ines.goto("/programme/")
    expect(ines.locator("[aria-labelledby=section-offers]")).to_contain_text("La brioche")
    expect(ines.locator("[aria-labelledby=section-offers]")).not_to_contain_text("La loterie")


def test_rules_are_moved_and_switched_off_by_keyboard_without_losing_the_place(site: Site, ines: Tab) -> None:
    ines.goto("/programme/drafts/")
    ines.get_by_role("button", name="Nouveau brouillon").click()
    ines.wait_for_selector("#draft")
    down = ines.get_by_role("button", name="Descendre Bienvenue")
    down.focus()
    ines.keyboard.press("Enter")
    expect(ines.locator(".built li").nth(2)).to_contain_text("Bienvenue")
    expect(ines.get_by_role("button", name="Descendre Bienvenue")).to_be_focused()
    ines.get_by_role("button", name="Couper Bienvenue").focus()
    ines.keyboard.press("Enter")
    expect(ines.locator("#rules-welcome")).to_contain_text("coupée")
    ines.get_by_role("button", name="Annuler l’action").click()
    expect(ines.locator("#rules-welcome")).not_to_contain_text("coupée")


def test_channels_are_chosen_in_a_list_that_says_what_is_chosen(site: Site, ines: Tab) -> None:
    ines.goto(f"/programme/drafts/{site.draft}/rules/+/")
    add(ines, "Quand", "certains jours de la semaine", "#b-when-days > summary")
    ines.keyboard.press("Enter")
    ines.get_by_label("samedi").check()
    ines.get_by_label("dimanche").check()
    expect(ines.locator("#b-when-days [data-chosen]")).to_have_text("samedi, dimanche")
    assert faults_of(ines) == []
    ines.keyboard.press("Escape")
    expect(ines.locator("#b-when-days > summary")).to_be_focused()
    expect(ines.get_by_label("samedi")).to_be_hidden()
    ines.get_by_role("button", name="Retirer : les").click()
    expect(ines.locator("#b-when-days")).to_have_count(0)
