"""Shared accounts, compiled: a policy for each kind that is offered."""

from collections.abc import Mapping

from assidu.decisions import plan as compiled
from assidu.decisions.state import AccountKind
from assidu.plans.document import Accounts, SharedAccount


def compile_accounts(written: Accounts | None) -> Mapping[AccountKind, compiled.AccountPolicy]:
    if written is None:
        return {}
    offered = ((AccountKind.HOUSEHOLD, written.household), (AccountKind.COMPANY, written.company))
    return {kind: _policy(one) for kind, one in offered if one is not None}


def _policy(written: SharedAccount) -> compiled.AccountPolicy:
    return compiled.AccountPolicy(
        members_at_most=written.members_at_most,
        leaver_takes=written.leaver_takes,
        is_lost_with_last=written.lost_with_last,
        welcome=written.welcome,
    )
