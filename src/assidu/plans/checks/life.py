"""Terms, the end of the programme, referrals: what may be wrong with them."""

from collections.abc import Iterator

from assidu.plans.document import Closing, Document, Referral, Terms
from assidu.plans.problems import Path, Problem, unknown


def check_life(document: Document) -> Iterator[Problem]:
    seen = set()
    for i, terms in enumerate(document.terms):
        path: Path = ("terms", i)
        if terms.version in seen:
            yield Problem("listed_twice", (*path, "version"), {"found": terms.version})
        seen.add(terms.version)
        yield from _terms(terms, path)
        if i and terms.first_day <= document.terms[i - 1].first_day:
            figures = {"found": terms.version, "before": document.terms[i - 1].version}
            yield Problem("terms_not_rising", (*path, "first_day"), figures)
    if document.terms and document.terms[0].first_day > document.valid_from:
        found = {"found": document.terms[0].version}
        yield Problem("terms_not_yet", ("terms", 0, "first_day"), found, is_warning=True)
    if document.closing is not None:
        yield from _closing(document.closing, document)
    if document.referral is not None:
        yield from _referral(document.referral, document)


def _terms(terms: Terms, path: Path) -> Iterator[Problem]:
    if (terms.url is None) == (terms.text is None):
        yield Problem("terms_count", path, {"found": terms.version})
    if terms.url is not None and not terms.url.startswith("https://"):
        yield Problem("terms_url", (*path, "url"), {"found": terms.url})


def _closing(closing: Closing, document: Document) -> Iterator[Problem]:
    if closing.last_day_to_use < closing.last_day_to_earn:
        yield Problem("closing_reversed", ("closing", "last_day_to_use"))
    if closing.last_day_to_earn < document.valid_from:
        yield Problem("closing_over", ("closing", "last_day_to_earn"), is_warning=True)


def _referral(referral: Referral, document: Document) -> Iterator[Problem]:
    currencies = {currency.code for currency in document.currencies}
    if referral.referrer is None and referral.referee is None:
        yield Problem("referral_gives_nothing", ("referral",))
    for name, side in (("referrer", referral.referrer), ("referee", referral.referee)):
        if side is not None and side.currency not in currencies:
            yield unknown("unknown_currency", side.currency, currencies, ("referral", name, "currency"))
    if referral.referrer is not None and referral.at_most is None:
        yield Problem("referral_without_limit", ("referral",), is_warning=True)
