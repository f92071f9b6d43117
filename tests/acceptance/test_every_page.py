"""Every page: no axe fault in either theme, no request outside the server, no complaint from the browser (a policy
violation is one), nothing cut off on a tablet, everything reached by keyboard.

A page is loaded in French, whose words are the longer ones, and switched to the other theme. Those that a script draws
are loaded in English too; of the others it is enough that they answer in English.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from acceptance.conftest import (
    AXE,
    LOOKS,
    OF_COLOUR,
    PATIENCE_MS,
    TABLET,
    WIDE,
    Site,
    Visit,
    faults_of,
)
from acceptance.pages import PAGES, Page

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS_TO")
OTHER = {"light": "dark", "dark": "light"}
SHOWS_MENU = "dashboard"
STEPS_MAX = 60
WALKED = {SHOWS_MENU, "customer", "caisse", "draft-rule", "studio-expected", "simulation-done"}
"""Pages of each kind, walked through from end to end. On the others the focus is set on one place after another, which
the browser shows alike once a key was pressed: a walk of twenty steps costs as much as drawing the page."""
OVER_THE_PAGE = """[...document.querySelectorAll('.turn-side')].filter(
    e => getComputedStyle(e).position === 'sticky' && !e.querySelector(':scope > .beside')).length"""
"""Side cards that stay in the window whatever is scrolled."""
PLACES = """inMain => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, summary')].filter(
    e => !e.matches(':disabled') && e.tabIndex >= 0 && e.checkVisibility() && !e.closest('dialog')
        && (!inMain || e.closest('main')))"""
"""What can take the focus."""
SIGN = """e => {
    const style = getComputedStyle(e), around = e.closest('.choice, .switch label');
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
        || !!around && getComputedStyle(around).outlineStyle !== 'none';
}"""
"""Whether the place that has the focus shows it."""
WALK = f"""() => {{
    window.reached = [];
    document.addEventListener('focusin', ({{target: e}}) => reached.push([e.outerHTML.slice(0, 90), ({SIGN})(e)]));
}}"""
SET = f"""inMain => {{
    const still = new CSSStyleSheet();
    still.replaceSync('* {{ transition: none !important }}');
    document.adoptedStyleSheets.push(still);  // a shadow that only begins to come is none yet
    const found = ({PLACES})(inMain).map(e => {{
        e.focus();
        return [e.outerHTML.slice(0, 90), document.activeElement === e && ({SIGN})(e)];
    }});
    document.adoptedStyleSheets.pop();
    return found;
}}"""


@pytest.fixture(scope="module")
def tabs(visits: dict[tuple[str, str], Visit], site: Site, browser: Browser) -> Iterator[dict[object, Tab]]:
    """One tab of each window, and one of somebody who has not signed in."""
    opened: dict[object, Tab] = {look: visit.context.new_page() for look, visit in visits.items()}
    for language, theme in LOOKS:
        context = browser.new_context(base_url=site.address, locale=language, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        opened["nobody", language, theme] = context.new_page()
    for tab in opened.values():
        tab.add_init_script(AXE)  # kept by the browser: half of what sending it with every page costs
    yield opened
    for key, tab in opened.items():
        (tab.context if "nobody" in key else tab).close()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("shown", "language", "theme"),
    [
        pytest.param(page, *look, id=f"{page.name}-{'-'.join(look)}")
        for look in LOOKS
        for page in PAGES
        if look[0] == "fr" or page.is_drawn
    ],
)
def test_a_page_is_sound(
    shown: Page,
    language: str,
    theme: str,
    site: Site,
    visits: dict[tuple[str, str], Visit],
    tabs: dict[object, Tab],
) -> None:
    visit = visits[language, theme]
    visit.outside.clear()
    visit.complaints.clear()
    tab = tabs[("nobody", language, theme) if shown.is_public else (language, theme)]
    tab.set_viewport_size(WIDE)
    tab.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    answer = tab.goto(shown.address_on(site))
    tab.wait_for_selector(shown.ready)
    assert answer is not None
    assert answer.status == shown.status
    assert tab.evaluate("document.documentElement.lang") == language
    faults = faults_of(tab, with_menu=shown.name == SHOWS_MENU)
    assert not faults, "\n".join(faults)
    keep(tab, shown, language, theme, "1280")
    if language == "fr" and shown.status == 200:
        reaches_everything(tab, in_main=shown.name != SHOWS_MENU, is_walked=shown.name in WALKED)
    show_in(tab, OTHER[theme])
    faults = faults_of(tab, OF_COLOUR, with_menu=shown.name == SHOWS_MENU)
    assert not faults, "\n".join(faults)
    keep(tab, shown, language, OTHER[theme], "1280")
    assert fits(tab), "wider than the window at 1280"
    tab.set_viewport_size(TABLET)
    assert fits(tab), "wider than the window at 820"
    assert tab.evaluate(OVER_THE_PAGE) == 0, "only what runs a long form stays over it"
    keep(tab, shown, language, OTHER[theme], "820")
    tab.evaluate("document.body.replaceChildren()")  # made wide again, it has nothing to draw
    assert visit.outside == []
    assert [text for text in visit.complaints if "404" not in text or shown.status == 200] == []


def test_every_page_is_there_in_english(site: Site, visits: dict[tuple[str, str], Visit]) -> None:
    ask = visits["en", "dark"].context.request
    answers = {page: ask.get(page.address_on(site)) for page in PAGES if not page.is_drawn}
    assert [page.name for page, answer in answers.items() if answer.status != page.status] == []
    assert [page.name for page, answer in answers.items() if '<html lang="en"' not in answer.text()] == []


def reaches_everything(tab: Tab, *, in_main: bool, is_walked: bool) -> None:
    """By keyboard alone, and each place shows that it is reached. What stands around every page is walked through on
    one of them: on the others, its first link skips it, as whoever has no mouse does."""
    if in_main and tab.evaluate("document.activeElement === document.body"):
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        assert tab.evaluate("location.hash") == "#main", "the first link skips to the content"
    count = tab.evaluate(f"inMain => ({PLACES})(inMain).length", in_main)
    tab.evaluate(WALK)
    for _step in range(min(count + 5, STEPS_MAX) if is_walked else 1):
        tab.keyboard.press("Tab")
    reached: list[tuple[str, bool]] = tab.evaluate("reached")
    assert reached or not count, "nothing takes the focus"
    if not is_walked:
        reached += tab.evaluate(SET, in_main)
    assert [place for place, is_shown in reached if not is_shown] == [], "no sign of focus"


def show_in(tab: Tab, theme: str) -> None:
    """As the switch of themes does, and the browser for whoever follows it."""
    tab.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    tab.evaluate(
        """theme => {
            const root = document.documentElement;
            if (root.dataset.theme !== 'system') root.dataset.theme = theme;
            document.dispatchEvent(new CustomEvent('assidu:theme'));
        }""",
        theme,
    )


def fits(tab: Tab) -> bool:
    return bool(tab.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def keep(tab: Tab, shown: Page, language: str, theme: str, width: str) -> None:
    """A picture, where somebody wants to look at them."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        tab.wait_for_timeout(300)
        path = f"{SHOTS}/{shown.name}-{language}-{theme}-{width}.png"
        tab.screenshot(path=path, full_page=width == "820")
