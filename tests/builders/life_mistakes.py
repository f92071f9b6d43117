"""Every mistake that terms, the end, referrals and shared accounts can hold, its line marked `# here`."""

from builders.documents import a_programme

TERMS = "terms:\n  - {version: a, first_day: 2026-01-01, url: https://example.org/a}\n"
BOTH = "referrer: {currency: points, units: 200}, referee: {currency: points, units: 100}"
ONCE = "at_most: {limit: 5, per: year}"


def with_terms(*more: str) -> str:
    return a_programme(more=TERMS + "".join(f"  - {one}\n" for one in more))


WITHOUT_SENSE = {
    "terms_count": with_terms("{version: b, first_day: 2026-02-01}  # here"),
    "terms_url": with_terms("{version: b, first_day: 2026-02-01, url: ftp://example.org/b}  # here"),
    "terms_not_rising": with_terms("{version: b, first_day: 2026-01-01, url: https://example.org/b}  # here"),
    "closing_reversed": a_programme(
        more="closing: {last_day_to_earn: 2026-06-30, last_day_to_use: 2026-06-29}  # here\n"
    ),
    "referral_gives_nothing": a_programme(more="referral: {at_most: {limit: 5, per: year}}  # here\n"),
    "accounts_of_no_kind": a_programme(more="accounts: {}  # here\n"),
}

ODD = {
    "terms_not_yet": a_programme(
        more="terms: [{version: a, first_day: 2026-01-02, url: https://example.org/a}]  # here\n"
    ),
    "closing_over": a_programme(
        more="closing: {last_day_to_earn: 2025-06-30, last_day_to_use: 2026-06-29}  # here\n"
    ),
    "referral_without_limit": a_programme(more=f"referral: {{{BOTH}}}  # here\n"),
    "household_keeps_all": a_programme(
        more="accounts:\n  household: {leaver_takes: nothing, lost_with_last: true}  # here\n"
    ),
}

ACCEPTED = (
    with_terms("{version: b, first_day: 2026-02-01, text: {fr: Conditions., en: Terms.}}"),
    a_programme(
        more="closing: {last_day_to_earn: 2026-06-30, last_day_to_use: 2026-06-30, forfeit: false}\n"
    ),
    a_programme(more="leaving: {regret: {days: 14}}\n"),
    a_programme(
        more="accounts: {household: {leaver_takes: equal}, company: {members_at_most: 80, leaver_takes: nothing}}\n"
    ),
    a_programme(
        more=f"notice: {{days: 30}}\nreferral: {{{BOTH}, when: {{kept_for: {{days: 14}}}}, {ONCE}}}\n"
    ),
)
"""What looks close to a mistake and is none."""
