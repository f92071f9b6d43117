"""Accounts that several people share: households and companies."""

from dataclasses import dataclass
from enum import StrEnum


class LeaversShare(StrEnum):
    """What somebody who leaves an account takes along of what is left in it."""

    NOTHING = "nothing"
    EQUAL = "equal"
    OWN = "own"


class Welcome(StrEnum):
    """To whom in an account the rules on joining give."""

    ONCE = "once"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """``own``: in proportion of what each brought in, less what they used. Whoever leaves last takes all that is left,
    unless it ``is_lost_with_last``. A plan without a policy for a kind opens no account of it."""

    members_at_most: int = 6
    leaver_takes: LeaversShare = LeaversShare.OWN
    is_lost_with_last: bool = False
    welcome: Welcome = Welcome.ONCE
