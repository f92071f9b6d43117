"""The page that says that we broke, seen in the browser: PostgreSQL really refuses the server's connections."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Browser, Response, expect
from playwright.sync_api import Page as Tab
from psycopg import sql

from acceptance.conftest import LOOKS, WIDE, Site, Visit, faults_of
from assidu.foundation.database import Database

pytestmark = pytest.mark.browser

WORDS = {"fr": "Quelque chose a cassé", "en": "Something broke"}
SECRETS = (
    "Traceback",
    "psycopg",
    "OperationalError",
    "django",
    ".py",
    "postgres",
    "site_",
    "socket",
    "Exception",
)
"""What a stranger must not learn: what we are made of, and where it stands."""


@pytest.fixture
def refused(site: Site, cluster: Database) -> Iterator[None]:
    """The site's database takes no connection, and those that were open are gone."""
    name = connection.settings_dict["NAME"]
    assert cluster.admin_url
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        admin.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        admin.execute(allow.format(sql.Identifier(name), sql.SQL("true")))
    connection.close()


def is_told(tab: Tab, answer: Response | None, language: str) -> None:
    """In the reader's language, with the request's number, and with nothing of how we are built."""
    assert answer is not None
    assert answer.status == 500
    assert tab.evaluate("document.documentElement.lang") == language
    expect(tab.get_by_role("heading", level=1)).to_have_text(WORDS[language])
    assert tab.locator("code").inner_text() == answer.headers["x-request-id"]
    assert len(answer.headers["x-request-id"]) == 32
    whole = answer.text() + str(answer.headers)
    assert [word for word in SECRETS if word.lower() in whole.lower()] == []
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    faults = faults_of(tab)
    assert not faults, "\n".join(faults)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("address", ["/dashboard/", "/customers/"])
def test_a_page_that_fails_says_so_in_words_and_keeps_to_itself_how_we_are_built(
    refused: None, visits: dict[tuple[str, str], Visit], address: str, language: str, theme: str
) -> None:
    visit = visits[language, theme]
    visit.outside.clear()
    visit.complaints.clear()
    tab = visit.context.new_page()
    try:
        is_told(tab, tab.goto(address), language)
        assert visit.outside == []
        assert [text for text in visit.complaints if "500" not in text] == []
    finally:
        visit.complaints.clear()
        tab.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_stranger_at_the_door_is_told_in_the_language_of_the_browser(
    refused: None, site: Site, browser: Browser, language: str
) -> None:
    context = browser.new_context(base_url=site.address, locale=language, viewport=WIDE)
    tab = context.new_page()
    is_told(tab, tab.goto("/sign-in/"), language)
    context.close()


def test_what_was_open_stays_and_says_that_it_did_not_work(
    site: Site, visits: dict[tuple[str, str], Visit], request: pytest.FixtureRequest
) -> None:
    visit = visits["en", "dark"]
    tab = visit.context.new_page()
    try:
        tab.goto(f"/customers/{site.customers.anne}/")
        request.getfixturevalue("refused")
        tab.get_by_role("link", name="Corrections", exact=True).click()
        expect(tab.locator("#toasts")).to_contain_text("That did not work. Try again in a moment.")
        expect(tab.get_by_role("heading", level=1)).to_contain_text("Anne Béraud")
    finally:
        visit.complaints.clear()
        tab.close()


def test_afterwards_everything_is_there_again(visits: dict[tuple[str, str], Visit]) -> None:
    visit = visits["fr", "light"]
    tab = visit.context.new_page()
    answer = tab.goto("/customers/")
    assert answer is not None
    assert answer.status == 200
    tab.close()
