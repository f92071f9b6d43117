"""A ticket that was recorded, put together as it stands now: how it was decided, what came back, what was changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from assidu.decisions.decision import (
    Account,
    Decision,
    Posting,
    RefusalCode,
    Refused,
    ShortfallCause,
)
from assidu.decisions.earning import charged_minor
from assidu.decisions.events import AfterSale, Sale, SaleLine, SaleUpdate
from assidu.decisions.exchange import converted
from assidu.decisions.facts import SaleInputs, SoldBefore, SoldPosting
from assidu.decisions.money import Rounding, divide
from assidu.decisions.offers.meeting import DRAW
from assidu.decisions.paying import quantities
from assidu.decisions.places import places_moved


class Later(NamedTuple):
    """Something that happened to the ticket since. ``is_own``: in the sequence of the customer who asks."""

    seq: int
    event: AfterSale
    decision: Decision
    is_own: bool = True


def sold_before(
    seq: int, sale: Sale, decision: Decision, later: Iterable[Later] = (), *, is_own: bool = True
) -> SoldBefore:
    """``decision`` is the one taken on ``sale`` at ``seq``; ``later`` what was decided on it since, in order."""
    assert decision.inputs is not None, "a ticket is always decided on inputs"
    awarded: dict[tuple[str, str], int] = {}
    for award in decision.awards:
        awarded[award.rule, award.currency] = awarded.get((award.rule, award.currency), 0) + award.quantity
    paid: dict[str, int] = {}
    for posting in decision.postings:
        if posting.target is Account.USED:
            paid[posting.currency] = paid.get(posting.currency, 0) + posting.quantity
    sold = SoldBefore(
        seq,
        sale,
        decision.inputs,
        tuple(_postings(decision.postings)),
        awarded,
        paid=paid,
        plan_version=decision.plan_version,
        is_own=is_own,
        taken=_taken({}, decision),
        promoted=tuple([line for line in sale.lines if line.promotion]),
    )
    return since(sold, later)


def since(sold: SoldBefore, later: Iterable[Later]) -> SoldBefore:
    """The same ticket after what happened to it."""
    for one in later:
        is_changed = isinstance(one.event, SaleUpdate) and not one.decision.returned
        sold = _changed(sold, one) if is_changed else _returned(sold, one)
    return sold


def _postings(postings: Iterable[Posting], seq: int = 0, *, is_named: bool = True) -> Iterator[SoldPosting]:
    """What a ticket, or a change of it, gave and was paid with."""
    for n, posting in enumerate(postings):
        is_burn = posting.target is Account.USED
        if is_burn or posting.source is Account.ISSUED:
            lot = posting.lot
            yield SoldPosting(
                n,
                posting.currency,
                posting.quantity,
                is_burn,
                lot.issued_month if lot else None,
                lot.expires_on if lot else None,
                active_on=posting.active_on,
                seq=seq,
                is_named=is_named,
            )


def _returned(sold: SoldBefore, later: Later) -> SoldBefore:
    decision = later.decision
    returned = dict(sold.returned_minor)
    foreign = dict(sold.returned_foreign)
    paid_back = dict(sold.paid_back)
    for posting in decision.postings:
        if posting.source is Account.USED:
            paid_back[posting.currency] = paid_back.get(posting.currency, 0) + posting.quantity
    for part in decision.returned:
        returned[part.line] = returned.get(part.line, 0) + part.amount_minor
        if part.foreign_minor:
            foreign[part.line] = foreign.get(part.line, 0) + part.foreign_minor
    return replace(
        sold,
        postings=_reversed(sold, later),
        clawed_back=_clawed_back(sold, decision),
        returned_minor=returned,
        paid_back=paid_back,
        returned_foreign=foreign,
        not_recovered=_not_recovered(sold, decision),
        taken=_taken(sold.taken, decision),
    )


def _changed(sold: SoldBefore, later: Later) -> SoldBefore:
    decision, event = later.decision, later.event
    assert isinstance(event, SaleUpdate)
    assert decision.inputs is not None or decision == Decision(decision.plan_version), "it changed something"
    sale = updated(sold, event)
    assert not isinstance(sale, Refused), "it was converted before"
    returned = carried(sold, sale)
    assert not isinstance(returned, Refused), "what came back is still on the ticket"
    awarded = dict(sold.awarded)
    for award in decision.awards:
        key = award.rule, award.currency
        awarded[key] = awarded.get(key, 0) + award.quantity
    paid, paid_back = _paid(sold, sale, decision)
    return replace(
        sold,
        sale=sale,
        inputs=_inputs(sold, decision.inputs),
        postings=(
            *_reversed(sold, later),
            *_postings(decision.postings, later.seq, is_named=later.is_own),
        ),
        awarded=awarded,
        clawed_back=_clawed_back(sold, decision),
        returned_minor=returned.minor,
        returned_foreign=returned.foreign,
        paid=paid,
        paid_back=paid_back,
        not_recovered=_not_recovered(sold, decision),
        taken=_taken(sold.taken, decision),
    )


def updated(sold: SoldBefore, event: SaleUpdate) -> Sale | Refused:
    """The ticket as it reads after a change; one without lines is paid with nothing. In another money it is told in
    that one, and worth what it is at the ticket's own rate."""
    sale = sold.sale
    payments = sale.payments if event.payments is None else event.payments
    codes = sale.codes + tuple(code for code in event.codes if code not in sale.codes)
    now = replace(sale, lines=event.lines, payments=payments if event.lines else (), codes=codes)
    if sale.foreign is not None:
        exchanged = converted(now, sale.foreign)
        if isinstance(exchanged, Refused):
            return exchanged
        now = exchanged
    return replace(now, lines=tuple([_promoted(line, sold.promoted) for line in now.lines]))


def _promoted(line: SaleLine, sold: tuple[SaleLine, ...]) -> SaleLine:
    """An article stays in the promotion that it was sold in. What that takes off follows from what it is sold for."""
    known = [one for one in sold if one.sku == line.sku]
    if not known or line.promotion:
        return line
    for one in known:
        if (one.quantity, one.amount_minor) == (line.quantity, line.amount_minor):
            return line.promoted(one.promotion, one.promotion_minor)
    first = known[0]
    if first.amount_minor <= 0 or line.amount_minor <= 0:
        return line.promoted(first.promotion, 0)
    off = divide(first.promotion_minor * line.amount_minor, first.amount_minor, Rounding.HALF_UP)
    return line.promoted(first.promotion, off)


class Carried(NamedTuple):
    """What came back of a changed ticket, by its lines; ``foreign`` in the money of one that was not paid in ours."""

    minor: dict[int, int]
    foreign: dict[int, int]


def carried(sold: SoldBefore, sale: Sale) -> Carried | Refused:
    """What came back, by line of the ticket as it reads now: of the same line where it is the same article, else of
    another one of that article. A change that takes away what came back is refused."""
    foreign = sale.foreign
    amounts = [line.amount_minor for line in (sale.lines if foreign is None else foreign.lines)]
    rooms = [
        amount if charged > 0 else 0 for amount, charged in zip(amounts, charged_minor(sale), strict=True)
    ]
    found: dict[int, int] = {}
    back = sold.returned_minor if foreign is None else sold.returned_foreign
    missing = dict(back)

    def bring(i: int, line: int) -> None:
        part = min(missing[line], rooms[i]) if sale.lines[i].sku == sold.sale.lines[line].sku else 0
        if part > 0:
            missing[line] -= part
            rooms[i] -= part
            found[i] = found.get(i, 0) + part

    for line in sorted(missing):
        if line < len(sale.lines):
            bring(line, line)
    for line in sorted(missing):
        for i in range(len(sale.lines)):
            bring(i, line)
        if missing[line]:
            figures = {"line": line, "returned_minor": back[line], "missing_minor": missing[line]}
            currency = "" if foreign is None else foreign.currency
            return Refused(RefusalCode.RETURNED_LINE_CHANGED, figures, currency)
    if foreign is None:
        return Carried(found, {})
    # As on a return: all of a line there is all of what it was converted to.
    return Carried({i: sale.lines[i].amount_minor * part // amounts[i] for i, part in found.items()}, found)


def kept_of(sold: SoldBefore) -> dict[tuple[str, str], int]:
    """What the ticket was given and still has, by rule and currency, recovered or not."""
    return {key: given - sold.clawed_back.get(key, 0) for key, given in sold.awarded.items()}


def grants_of(sold: SoldBefore, answered: Mapping[str, int]) -> dict[str, int]:
    """What a changed ticket has of each place that it asked for anew: what it had, and what it got besides."""
    return {
        key: granted if key.startswith(DRAW) else sold.taken.get(key, 0) + granted
        for key, granted in answered.items()
    }


def paid_with(sold: SoldBefore, sale: Sale, currency: str) -> int:
    """What the ticket as it reads now is paid with of a currency, of what it could be paid with before."""
    before = quantities(sold.sale.payments).get(currency, 0)
    now = quantities(sale.payments).get(currency, 0)
    paid = sold.paid.get(currency, 0)
    return min(paid, now) if now < before else paid + now - before


def _paid(sold: SoldBefore, sale: Sale, decision: Decision) -> tuple[dict[str, int], dict[str, int]]:
    net = {currency: paid - sold.paid_back.get(currency, 0) for currency, paid in sold.paid.items()}
    for posting in decision.postings:
        if posting.target is Account.USED:
            net[posting.currency] = net.get(posting.currency, 0) + posting.quantity
        elif posting.source is Account.USED:
            net[posting.currency] = net.get(posting.currency, 0) - posting.quantity
    paid = {}
    for currency in {**net, **quantities(sale.payments)}:
        short = _short(decision, currency, ShortfallCause.UNFUNDED_BURN)
        paid[currency] = paid_with(sold, sale, currency) - short
    return paid, {currency: paid[currency] - net.get(currency, 0) for currency in paid}


def _inputs(sold: SoldBefore, more: SaleInputs | None) -> SaleInputs:
    """What its rules looked at: at first, and since where more lines asked for more."""
    if more is None:
        return sold.inputs
    return sold.inputs.kept(
        {**more.counters, **sold.inputs.counters}, {**sold.inputs.grants, **grants_of(sold, more.grants)}
    )


def _reversed(sold: SoldBefore, later: Later) -> tuple[SoldPosting, ...]:
    """A reversal names a posting of its own customer."""
    undone: dict[tuple[int, int], int] = {}
    for posting in later.decision.postings:
        if posting.reverses is not None:
            undone[posting.reverses] = undone.get(posting.reverses, 0) + posting.quantity
    if not undone:
        return sold.postings
    found = []
    for known in sold.postings:
        is_theirs = later.is_own == (known.is_named if known.seq else sold.is_own)
        more = undone.get((known.seq or sold.seq, known.n), 0) if is_theirs else 0
        found.append(replace(known, reversed_quantity=known.reversed_quantity + more))
    return tuple(found)


def _clawed_back(sold: SoldBefore, decision: Decision) -> dict[tuple[str, str], int]:
    found = dict(sold.clawed_back)
    for clawback in decision.clawbacks:
        key = clawback.rule, clawback.currency
        found[key] = found.get(key, 0) + clawback.quantity
    return found


def _not_recovered(sold: SoldBefore, decision: Decision) -> dict[str, int]:
    """What the customer has of the ticket beyond what it deserves: it was gone when it should have been taken back."""
    found = dict(sold.not_recovered)
    for posting in decision.postings:
        came = (posting.source is Account.ISSUED) - (posting.target is Account.ISSUED)
        found[posting.currency] = found.get(posting.currency, 0) + came * posting.quantity
    for award in decision.awards:
        found[award.currency] = found.get(award.currency, 0) - award.quantity
    for clawback in decision.clawbacks:
        found[clawback.currency] = found.get(clawback.currency, 0) + clawback.quantity
    return {currency: quantity for currency, quantity in found.items() if quantity}


def _short(decision: Decision, currency: str, cause: ShortfallCause) -> int:
    return sum(one.quantity for one in decision.shortfalls if one.currency == currency and one.cause is cause)


def _taken(before: Mapping[str, int], decision: Decision) -> dict[str, int]:
    """What the ticket has of what customers share. A hold that it ended gives back what it had, not what it has."""
    found = dict(before)
    for key, change in places_moved(replace(decision, holds=())).items():
        found[key] = found.get(key, 0) + change
    return {key: taken for key, taken in found.items() if taken > 0}
