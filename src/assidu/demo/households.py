"""Two cards of one home that share an account, in the last version of the programme; invented."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from assidu.demo.calendar import DAY_S, seconds_of
from assidu.demo.happenings import Happening, card_of
from assidu.demo.membership import Membership

OPENED_AFTER_DAYS = 2
ENTER_WITHIN_DAYS = 25


def account_of(number: int) -> str:
    """What the CRM calls a household."""
    return f"crm:F{number:04d}"


def opened_s(begins: date) -> int:
    """When the CRM hands its households over, before anybody enters one."""
    return seconds_of(begins) + OPENED_AFTER_DAYS * DAY_S + 8 * 3600


def enter_households(members: Membership, begins: date, seed: int) -> Iterator[Happening]:
    """Both enter on the same day, one after the other."""
    rng = np.random.default_rng([seed, 9])
    for number, people in enumerate(members.households, start=1):
        at_s = (
            opened_s(begins) + int(rng.integers(1, ENTER_WITHIN_DAYS)) * DAY_S + int(rng.integers(9 * 3600))
        )
        for place, holder in enumerate(people):
            yield Happening(
                at_s + 90 * place,
                holder,
                "Account Member Added",
                "crm/households",
                {"member": card_of(members, holder)},
                subject=f"external:{account_of(number)}",
            )
