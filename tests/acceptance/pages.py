"""The pages that every visit checks: in both languages and both themes, at two widths, with axe and the keyboard.

To add a page: write `Page("name", "/its/address/")` in `PAGES`, or a function of the site for an address that
depends on what the site holds. `tests/acceptance/test_every_page.py` does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acceptance.conftest import Site


@dataclass(frozen=True, slots=True)
class Page:
    """`ready` is a selector that must be there before the page is looked at."""

    name: str
    address: str | Callable[["Site"], str]
    is_public: bool = False
    status: int = 200
    ready: str = "h1"

    def address_on(self, site: "Site") -> str:
        return self.address if isinstance(self.address, str) else self.address(site)


PAGES: list[Page] = [
    Page("sign-in", "/sign-in/", is_public=True),
    Page("people", "/settings/people/"),
    Page("person", lambda site: f"/settings/people/{site.colleague.id}/"),
    Page("invite", "/settings/people/invite/"),
    Page("keys", "/settings/keys/"),
    Page("key-new", "/settings/keys/new/"),
    Page("audit", "/settings/audit/"),
    Page("audit-filtered", "/settings/audit/?q=nobody-has-this-name"),
    Page("looks", "/settings/audit/looks/"),
    Page("preferences", "/preferences/"),
    Page("not-found", "/nowhere/", status=404),
]
