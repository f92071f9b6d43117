"""Shared accounts: what may be wrong with them."""

from collections.abc import Iterator

from assidu.decisions.plan import LeaversShare
from assidu.plans.document import Document
from assidu.plans.problems import Problem


def check_accounts(document: Document) -> Iterator[Problem]:
    accounts = document.accounts
    if accounts is None:
        return
    if accounts.household is None and accounts.company is None:
        yield Problem("accounts_of_no_kind", ("accounts",))
    household = accounts.household
    if household is not None and household.lost_with_last and household.leaver_takes is LeaversShare.NOTHING:
        yield Problem("household_keeps_all", ("accounts", "household"), is_warning=True)
