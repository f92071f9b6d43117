"""The original ticket of a return, put together from what was recorded of it and of its earlier returns."""

from collections.abc import Iterable

from assidu.decisions.decision import Account, Decision
from assidu.decisions.events import Sale
from assidu.decisions.facts import SoldBefore, SoldPosting


def sold_before(
    seq: int, sale: Sale, decision: Decision, returns: Iterable[Decision] = (), *, is_own: bool = True
) -> SoldBefore:
    """``decision`` is the one taken on ``sale`` at ``seq``; ``returns`` those taken since on its returns."""
    assert decision.inputs is not None, "a ticket is always decided on inputs"
    reversed_by_n: dict[int, int] = {}
    clawed_back: dict[tuple[str, str], int] = {}
    returned: dict[int, int] = {}
    paid_back: dict[str, int] = {}
    for later in returns:
        for posting in later.postings:
            if posting.reverses is not None and posting.reverses[0] == seq:
                n = posting.reverses[1]
                reversed_by_n[n] = reversed_by_n.get(n, 0) + posting.quantity
            if posting.source is Account.USED:
                paid_back[posting.currency] = paid_back.get(posting.currency, 0) + posting.quantity
        for clawback in later.clawbacks:
            key = (clawback.rule, clawback.currency)
            clawed_back[key] = clawed_back.get(key, 0) + clawback.quantity
        for part in later.returned:
            returned[part.line] = returned.get(part.line, 0) + part.amount_minor
    awarded: dict[tuple[str, str], int] = {}
    for award in decision.awards:
        awarded[award.rule, award.currency] = awarded.get((award.rule, award.currency), 0) + award.quantity
    paid: dict[str, int] = {}
    postings = []
    for n, posting in enumerate(decision.postings):
        is_burn = posting.target is Account.USED
        if is_burn:
            paid[posting.currency] = paid.get(posting.currency, 0) + posting.quantity
        lot = posting.lot
        postings.append(
            SoldPosting(
                n,
                posting.currency,
                posting.quantity,
                is_burn,
                lot.issued_month if lot else None,
                lot.expires_on if lot else None,
                reversed_by_n.get(n, 0),
            )
        )
    return SoldBefore(
        seq,
        sale,
        decision.inputs,
        tuple(postings),
        awarded,
        clawed_back,
        returned,
        paid,
        paid_back,
        decision.plan_version,
        is_own,
    )
