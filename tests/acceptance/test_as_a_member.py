"""What a member sees, on a telephone first: the statement behind its link, why a ticket gave what it gave, joining."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect
from playwright.sync_api import Page as Tab

from acceptance.conftest import LOOKS, OF_COLOUR, PATIENCE_MS, RULES, WIDE, Site, Visit, faults_of

pytestmark = pytest.mark.browser

TELEPHONE: ViewportSize = {"width": 390, "height": 844}
SHOTS = os.environ.get("SCREENSHOTS_TO")


@pytest.fixture(params=LOOKS, ids="-".join)
def look(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def context(look: tuple[str, str], site: Site, browser: Browser) -> Iterator[BrowserContext]:
    """Somebody outside: no cookie, no sign-in."""
    opened = browser.new_context(
        base_url=site.address,
        viewport=TELEPHONE,
        locale=look[0],
        color_scheme=look[1],  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext, site: Site) -> Iterator[Tab]:
    complaints: list[str] = []
    outside: list[str] = []
    context.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    context.on(
        "request", lambda r: None if r.url.startswith((site.address, "data:")) else outside.append(r.url)
    )
    yield context.new_page()
    assert [one for one in complaints if not any(code in one for code in ("410", "404", "422"))] == []
    assert outside == []


@pytest.fixture
def link(site: Site) -> str:
    from assidu.customers.links import make_link
    from assidu.foundation import clock
    from assidu.foundation.people.types import COMMAND_LINE

    made = make_link(site.customers.anne, COMMAND_LINE, clock.now())
    assert made is not None
    return f"/m/{made.token}/"


def is_sound(tab: Tab, name: str, look: tuple[str, str]) -> None:
    """In the right language, no axe fault, nothing cut off, on a telephone and on a wide screen."""
    assert tab.evaluate("document.documentElement.lang") == look[0]
    faults = faults_of(tab, RULES if look[1] == "light" else OF_COLOUR)
    assert not faults, "\n".join(faults)
    for width, size in (("390", TELEPHONE), ("1280", WIDE)):
        tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}"
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            tab.screenshot(path=f"{SHOTS}/{name}-{'-'.join(look)}-{width}.png", full_page=True)
    tab.set_viewport_size(TELEPHONE)


def test_the_statement_is_read_and_every_ticket_explained(tab: Tab, look: tuple[str, str], link: str) -> None:
    tab.goto(f"{link}?language={look[0]}")
    expect(tab.locator("h1")).to_contain_text("Anne")
    is_sound(tab, "member-statement", look)
    tab.locator(".moment-more a").first.click()
    expect(tab.locator("h1")).to_be_visible()
    is_sound(tab, "member-why", look)
    tab.locator(".portal-back").click()
    tab.locator(".portal-main footer a").last.click()
    assert "until=" in tab.url
    expect(tab.locator(".moments li").first).to_be_visible()


def test_a_spent_link_says_so_and_no_more(tab: Tab, look: tuple[str, str], link: str) -> None:
    answer = tab.goto(link[:-3] + "/")
    assert answer is not None
    assert answer.status == 410
    is_sound(tab, "member-spent", look)


def test_somebody_joins_on_a_telephone(tab: Tab, look: tuple[str, str]) -> None:
    tab.goto("/join/317/")
    assert tab.locator("input[type=checkbox]:checked").count() == 0
    is_sound(tab, "join", look)
    tab.locator("button.primary").click()
    expect(tab.locator("[aria-invalid=true]").first).to_be_visible()
    is_sound(tab, "join-faults", look)
    tab.fill("#id_first_name", "Zoé")
    tab.fill("#id_last_name", "Petit")
    tab.fill("#id_email", f"zoe.{'.'.join(look)}@exemple.fr")
    tab.check("#id_accepts")
    tab.locator("button.primary").click()
    expect(tab.locator(".card-number b")).to_be_visible()
    is_sound(tab, "joined", look)


def test_whoever_has_nothing_yet_is_told_what_will_come(tab: Tab, look: tuple[str, str], site: Site) -> None:
    from assidu.customers.links import make_link
    from assidu.foundation import clock
    from assidu.foundation.people.types import COMMAND_LINE

    made = make_link(site.customers.stranger, COMMAND_LINE, clock.now() - timedelta(minutes=1))
    assert made is not None
    tab.goto(f"/m/{made.token}/?language={look[0]}")
    expect(tab.locator("h1")).to_be_visible()
    is_sound(tab, "member-empty", look)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_staff_make_the_link_on_the_customers_page_and_close_it(
    language: str, site: Site, visits: dict[tuple[str, str], Visit], browser: Browser
) -> None:
    look = next(one for one in LOOKS if one[0] == language)
    tab = visits[look].context.new_page()
    tab.goto(f"/customers/{site.customers.anne}/")
    tab.locator(".pop summary").last.click()
    tab.locator(".menu a", has_text="relevé" if language == "fr" else "statement").last.click()
    expect(tab.locator("#id_days")).to_have_value("30")
    tab.locator("#sheet .btn.primary").click()
    expect(tab.locator("#member-link")).to_be_visible()
    faults = faults_of(tab)
    assert not faults, "\n".join(faults)
    if SHOTS:
        tab.screenshot(path=f"{SHOTS}/customer-link-{'-'.join(look)}.png")
    address = tab.locator("#member-link").inner_text()
    outside = browser.new_context(locale=language)
    member = outside.new_page()
    opened = member.goto(address)
    assert opened is not None
    assert opened.status == 200
    tab.locator("#sheet .danger").click()
    expect(tab.locator(".toast")).to_be_visible()
    closed = member.goto(address)
    assert closed is not None
    assert closed.status == 410
    outside.close()
    tab.close()
