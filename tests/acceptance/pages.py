"""The pages that every visit checks: in both languages, each with a theme, at two widths, with axe and the keyboard.

To add a page: write `Page("name", "/its/address/")` in `PAGES`, or a function of the site for an address that
depends on what the site holds. `tests/acceptance/test_every_page.py` does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.discounts_look import looked_at_discounts
from acceptance.fairness_look import looked
from acceptance.studio_sets import assumed
from acceptance.trial_look import tried

if TYPE_CHECKING:
    from acceptance.conftest import Site


@dataclass(frozen=True, slots=True)
class Page:
    """`ready` is a selector that must be there before the page is looked at; what is drawn on one with charts is
    drawn anew when the theme is switched."""

    name: str
    address: str | Callable[["Site"], str]
    is_public: bool = False
    status: int = 200
    ready: str = "h1"
    is_drawn: bool = False

    def address_on(self, site: "Site") -> str:
        return self.address if isinstance(self.address, str) else self.address(site)


YEAR = "period=custom&from=2025-01-01&to=2025-12-31"


def _customer(site: "Site", rest: str = "") -> str:
    return f"/customers/{site.customers.anne}/{rest}"


def _household(site: "Site", rest: str = "") -> str:
    return f"/customers/{site.customers.household}/{rest}"


def _draft(site: "Site", rest: str = "") -> str:
    return f"/programme/drafts/{site.draft}/{rest}"


PAGES: list[Page] = [
    Page("sign-in", "/sign-in/", is_public=True),
    Page("dashboard", f"/dashboard/?{YEAR}", ready=".chart svg", is_drawn=True),
    Page("dashboard-quiet", "/dashboard/?from=2010-01-01&to=2010-03-31"),
    Page("customers", "/customers/"),
    Page(
        "customers-filtered", "/customers/?more=1&bought_from=2025-02-01&rule=base&balance_min=1&sort=balance"
    ),
    Page("customers-none", "/customers/?q=personne-de-ce-nom"),
    Page("customer", lambda site: _customer(site)),
    Page("customer-corrections", lambda site: _customer(site, "?kind=corrections")),
    Page("customer-stranger", lambda site: f"/customers/{site.customers.stranger}/"),
    Page("customer-erased", lambda site: f"/customers/{site.customers.erased}/"),
    Page("statement", lambda site: _customer(site, "statement/")),
    Page("why-sale", lambda site: _customer(site, f"events/{site.customers.sale}/")),
    Page("why-return", lambda site: _customer(site, f"events/{site.customers.returned}/")),
    Page("why-correction", lambda site: _customer(site, f"events/{site.customers.corrected}/")),
    Page("customer-new", "/customers/new/"),
    Page("customer-correct", lambda site: _customer(site, "correct/")),
    Page("customer-reward", lambda site: _customer(site, "reward/")),
    Page("customer-hand-over", lambda site: _customer(site, "hand-over/")),
    Page("customer-call-off", lambda site: _customer(site, "call-off/")),
    Page("corrections", "/corrections/"),
    Page("partners", "/partners/"),
    Page("customer-hold", lambda site: _customer(site, "hold/")),
    Page("customer-allot", lambda site: _customer(site, "offers/allot/")),
    Page("customer-suspend", lambda site: _customer(site, "suspend/")),
    Page("customer-status", lambda site: _customer(site, "status/")),
    Page("customer-audience", lambda site: _customer(site, "audience/")),
    Page("customer-activity", lambda site: _customer(site, "activity/")),
    Page("customer-terms", lambda site: _customer(site, "terms/")),
    Page("customer-referral", lambda site: _customer(site, "referral/")),
    Page("customer-leave", lambda site: _customer(site, "leave/")),
    Page("customer-join", lambda site: f"/customers/{site.customers.stranger}/join/"),
    Page("customer-merge", lambda site: _customer(site, "merge/?q=client")),
    Page("customer-merge-compare", lambda site: _customer(site, f"merge/?other={site.customers.stranger}")),
    Page("customer-link", lambda site: _customer(site, "link/")),
    Page("account", lambda site: _household(site)),
    Page("account-open", lambda site: _customer(site, "account/open/?q=2990000001059")),
    Page("account-enter", lambda site: _household(site, f"account/enter/?other={site.customers.anne}")),
    Page("account-leave", lambda site: _household(site, f"account/leave/?other={site.customers.zoe}")),
    Page("account-roles", lambda site: _household(site, f"account/roles/?other={site.customers.zoe}")),
    Page("customer-transfer", lambda site: _customer(site, "transfer/")),
    Page("customer-unmerge", lambda site: _customer(site, f"unmerge/?other={site.customers.double}")),
    Page("customer-erase", lambda site: _customer(site, "erase/")),
    Page("caisse", "/caisse/", ready="#scan"),
    Page("programme", f"/programme/?{YEAR}"),
    Page("programme-version", "/programme/versions/1/"),
    Page("programme-draft", "/programme/draft/"),
    Page("drafts", "/programme/drafts/"),
    Page("draft", lambda site: _draft(site)),
    Page("draft-rule", lambda site: _draft(site, "rules/full-basket/")),
    Page("draft-rule-new", lambda site: _draft(site, "rules/+/")),
    Page("draft-currency", lambda site: _draft(site, "currencies/points/")),
    Page("draft-level", lambda site: _draft(site, "tiers.levels/gold/")),
    Page("draft-offer-new", lambda site: _draft(site, "offers/+/")),
    Page("draft-tiers", lambda site: _draft(site, "tiers/")),
    Page("draft-exclusions", lambda site: _draft(site, "exclusions/")),
    Page("draft-general", lambda site: _draft(site, "general/")),
    Page("draft-names", lambda site: _draft(site, "labels.departments/")),
    Page("draft-text", lambda site: _draft(site, "text/")),
    Page("draft-receipts", lambda site: _draft(site, "receipts/")),
    Page("draft-receipts-none", lambda site: _draft(site, "receipts/?day=2011-01-01")),
    Page("draft-approval", lambda site: _draft(site, "approval/")),
    Page("programme-threshold", "/programme/approval/"),
    Page("offers", "/offers/"),
    Page("offer", "/offers/of/brioche/"),
    Page("draws", "/offers/draws/"),
    Page("promotions", "/promotions/"),
    Page("promotion", "/promotions/foire/"),
    Page("rates", "/rates/"),
    Page("library", "/library/"),
    Page("library-programme", "/library/engagement/"),
    Page("fairness", "/fairness/"),
    Page("fairness-done", lambda site: f"/fairness/{looked(site.address)}/", is_drawn=True),
    Page("fairness-rule", lambda site: f"/fairness/{looked(site.address)}/rule/drive/"),
    Page("studio-tried", "/studio/tried/"),
    Page("studio-tried-done", lambda site: f"/studio/tried/{tried(site.address)}/", ready=".chart svg"),
    Page("studio-discounts", "/studio/discounts/"),
    Page(
        "studio-discounts-done",
        lambda site: f"/studio/discounts/{looked_at_discounts(site.address)}/",
        ready=".chart svg",
        is_drawn=True,
    ),
    Page("simulation", "/simulation/"),
    Page("simulation-new", "/simulation/new/"),
    Page("simulation-done", lambda site: f"/simulation/{site.runs.done}/", ready=".chart svg"),
    Page("simulation-same", lambda site: f"/simulation/{site.runs.other}/", ready=".chart svg"),
    Page("simulation-running", lambda site: f"/simulation/{site.runs.running}/"),
    Page("simulation-failed", lambda site: f"/simulation/{site.runs.failed}/"),
    Page("simulation-stopped", lambda site: f"/simulation/{site.runs.stopped}/"),
    Page("simulation-compare", "/simulation/compare/"),
    Page("studio-owed", "/studio/owed/", ready=".chart svg", is_drawn=True),
    Page("studio-owed-settings", "/studio/owed/settings/"),
    Page(
        "studio-expected",
        lambda site: f"/studio/expected/?set={assumed(site.address)}",
        ready=".chart svg",
        is_drawn=True,
    ),
    Page("studio-expected-blank", "/studio/expected/?measure=1"),
    Page(
        "studio-expected-compare",
        lambda site: f"/studio/expected/compare/?set={assumed(site.address)}&set=Ambitieux",
    ),
    Page("studio-past", "/studio/expected/past/"),
    Page("system", "/settings/system/"),
    Page("rejects", "/settings/system/rejects/"),
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
