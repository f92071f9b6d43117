"""Accounts that several people share: households and companies."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import LeaversShare, Welcome
from assidu.plans.document.parts import Part

PEOPLE_MAX = 1_000


class SharedAccount(Part, frozen=True, kw_only=True):
    """One wallet and one status for several people, decided as one customer's while they are in it."""

    members_at_most: Annotated[int, Meta(ge=2, le=PEOPLE_MAX)] = 6
    leaver_takes: Annotated[
        LeaversShare,
        Meta(description="Of each lot that is left, rounded down: what cannot be divided stays."),
    ] = LeaversShare.OWN
    lost_with_last: Annotated[
        bool, Meta(description="Who leaves last takes nothing along: what is left is lost.")
    ] = False
    welcome: Annotated[
        Welcome, Meta(description="Do the rules on joining give to the account once, or to each who joins?")
    ] = Welcome.ONCE


class Accounts(Part, frozen=True, kw_only=True):
    """The kinds of accounts that customers may share; a kind that is left out is not offered."""

    household: SharedAccount | None = None
    company: SharedAccount | None = None
