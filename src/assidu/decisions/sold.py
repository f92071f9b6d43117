"""The original ticket of a return, put together from what was recorded of it and of its earlier returns."""

from collections.abc import Iterable
from dataclasses import replace

from assidu.decisions.decision import Account, Decision
from assidu.decisions.events import Sale
from assidu.decisions.facts import SoldBefore, SoldPosting


def sold_before(
    seq: int, sale: Sale, decision: Decision, returns: Iterable[Decision] = (), *, is_own: bool = True
) -> SoldBefore:
    """``decision`` is the one taken on ``sale`` at ``seq``; ``returns`` those taken since on its returns."""
    assert decision.inputs is not None, "a ticket is always decided on inputs"
    awarded: dict[tuple[str, str], int] = {}
    for award in decision.awards:
        awarded[award.rule, award.currency] = awarded.get((award.rule, award.currency), 0) + award.quantity
    paid: dict[str, int] = {}
    postings = []
    for n, posting in enumerate(decision.postings):
        is_burn = posting.target is Account.USED
        if posting.source is Account.HELD and not is_burn:
            continue  # set aside for the ticket and not needed: neither earned nor paid
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
                active_on=posting.active_on,
            )
        )
    sold = SoldBefore(
        seq,
        sale,
        decision.inputs,
        tuple(postings),
        awarded,
        paid=paid,
        plan_version=decision.plan_version,
        is_own=is_own,
    )
    return returned_since(sold, returns)


def returned_since(sold: SoldBefore, returns: Iterable[Decision]) -> SoldBefore:
    """The same ticket after further returns."""
    reversed_by_n: dict[int, int] = {}
    clawed_back = dict(sold.clawed_back)
    returned = dict(sold.returned_minor)
    foreign = dict(sold.returned_foreign)
    paid_back = dict(sold.paid_back)
    for later in returns:
        for posting in later.postings:
            if posting.reverses is not None and posting.reverses[0] == sold.seq:
                n = posting.reverses[1]
                reversed_by_n[n] = reversed_by_n.get(n, 0) + posting.quantity
            if posting.source is Account.USED:
                paid_back[posting.currency] = paid_back.get(posting.currency, 0) + posting.quantity
        for clawback in later.clawbacks:
            key = (clawback.rule, clawback.currency)
            clawed_back[key] = clawed_back.get(key, 0) + clawback.quantity
        for part in later.returned:
            returned[part.line] = returned.get(part.line, 0) + part.amount_minor
            if part.foreign_minor:
                foreign[part.line] = foreign.get(part.line, 0) + part.foreign_minor
    postings = tuple(
        replace(posting, reversed_quantity=posting.reversed_quantity + reversed_by_n.get(posting.n, 0))
        for posting in sold.postings
    )
    return replace(
        sold,
        postings=postings,
        clawed_back=clawed_back,
        returned_minor=returned,
        paid_back=paid_back,
        returned_foreign=foreign,
    )
