"""Entries of a draw: how many a member has in it.

What counts is what lay in the wallet at the end of the draw's last day, whether it could already be used or not. What
happens later changes nothing: neither new entries nor their expiry. Only a ticket that before the draw comes back or is
changed to cost less, takes its entries with it.
"""

from collections.abc import Iterable
from datetime import date

from assidu.decisions.decision import Account, Posting
from assidu.decisions.plan.draws import Draw

_HAD = frozenset({Account.AVAILABLE, Account.PENDING, Account.HELD})


def entries_moved(draw: Draw, day: date, postings: Iterable[Posting], sold_on: date | None = None) -> int:
    """By how much what is posted on ``day`` changes a member's entries; ``sold_on``: the day of the ticket that comes
    back or is changed, where that is what happens."""
    is_return_of_counted = sold_on is not None and sold_on <= draw.last_day
    moved = 0
    for posting in postings:
        if posting.currency != draw.entries:
            continue
        if day <= draw.last_day:
            moved += posting.quantity * ((posting.target in _HAD) - (posting.source in _HAD))
        elif is_return_of_counted and posting.source in _HAD and posting.target is Account.ISSUED:
            moved -= posting.quantity
    return moved
