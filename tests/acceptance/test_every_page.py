"""Every page: no axe fault in either language or theme, no request outside the server, no complaint from the
browser (a policy violation is one), nothing cut off on a tablet, everything reached by keyboard."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from acceptance.conftest import LOOKS, OTHER_LOOKS, TABLET, WIDE, Site, Visit, faults_of
from acceptance.pages import PAGES, Page

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS_TO")
BEHIND_THE_DOOR = [page for page in PAGES if page.status == 200 and not page.is_public]
CAN_TAKE_FOCUS = "a[href], button, input:not([type=hidden]), select, summary"


@pytest.fixture
def tab(language: str, theme: str, visits: dict[tuple[str, str], Visit]) -> Iterator[Tab]:
    visit = visits[language, theme]
    visit.outside.clear()
    visit.complaints.clear()
    page = visit.context.new_page()
    yield page
    page.close()


@pytest.mark.parametrize(
    ("shown", "language", "theme"),
    [
        pytest.param(page, *look, id=f"{page.name}-{'-'.join(look)}")
        for page in PAGES
        for look in (LOOKS + OTHER_LOOKS if page.is_main else LOOKS)
    ],
)
def test_a_page_is_sound_in_each_language_and_theme(
    shown: Page,
    language: str,
    theme: str,
    site: Site,
    browser: Browser,
    visits: dict[tuple[str, str], Visit],
    tab: Tab,
) -> None:
    visit = visits[language, theme]
    if shown.is_public:
        context = browser.new_context(
            base_url=site.address,
            locale=language,
            color_scheme=theme,  # type: ignore[arg-type]
            viewport=WIDE,
        )
        tab = context.new_page()
    answer = tab.goto(shown.address_on(site))
    tab.wait_for_selector(shown.ready)
    assert answer is not None
    assert answer.status == shown.status
    assert tab.evaluate("document.documentElement.lang") == language
    faults = faults_of(tab)
    assert not faults, "\n".join(faults)
    for name, size in (("1280", WIDE), ("820", TABLET)):
        if name == "820":
            tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"wider than the window at {name}"
        )
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            tab.wait_for_timeout(300)
            tab.screenshot(
                path=f"{SHOTS}/{shown.name}-{language}-{theme}-{name}.png", full_page=name == "820"
            )
    if shown.is_public:
        tab.context.close()
    assert visit.outside == []
    assert [text for text in visit.complaints if "404" not in text or shown.status == 200] == []


@pytest.mark.parametrize(("language", "theme"), [("fr", "light")])
@pytest.mark.parametrize("shown", BEHIND_THE_DOOR, ids=lambda page: page.name)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    shown: Page, language: str, theme: str, site: Site, tab: Tab
) -> None:
    tab.goto(shown.address_on(site))
    tab.wait_for_selector(shown.ready)
    count = tab.evaluate(
        """selector => [...document.querySelectorAll(selector)].filter(
            e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility() && !e.closest('dialog')).length""",
        CAN_TAKE_FOCUS,
    )
    seen = set()
    for _step in range(min(count + 5, 120)):
        tab.keyboard.press("Tab")
        here = tab.evaluate("""() => {
            const e = document.activeElement;
            if (e === document.body) return null;
            const style = getComputedStyle(e), around = e.closest('.choice, .switch label');
            const ring = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
                || (around && getComputedStyle(around).outlineStyle !== 'none');
            return [e.outerHTML.slice(0, 90), ring];
        }""")
        if here is None:
            break
        assert here[1], f"no sign of focus on {here[0]}"
        seen.add(here[0])
    assert seen, "nothing takes the focus"
