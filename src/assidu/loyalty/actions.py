"""Everything that happens to a customer one at a time: what staff do on screens, commands, the administrative API.

The same scripts as intake's, on Django's connection and in its transaction: an action and its line in the audit
trail are written together or not at all. Hot routes and files have doors of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from assidu.catalogue.known import EMPTY, Catalogue
from assidu.catalogue.promotions import promotion_calendar
from assidu.catalogue.queries import products
from assidu.catalogue.rates import rate_book
from assidu.catalogue.types import UNKNOWN_PRODUCT, KnownProduct
from assidu.customers.types import NotAnIdentifier
from assidu.customers.vault import Vault
from assidu.decisions.events import LineKind
from assidu.events.types import CorrectionReason, EventKey, EventType
from assidu.events.wire import (
    ActivityData,
    AudienceData,
    CorrectionData,
    Data,
    HandOverData,
    HoldData,
    Incoming,
    JoiningData,
    LeavingData,
    LineData,
    MergerData,
    PaymentData,
    Profile,
    ReleaseData,
    RewardCancellationData,
    RewardData,
    SaleData,
    SaleUpdateData,
    StatusData,
    Subject,
    SuspensionData,
    TermsData,
    TransferData,
)
from assidu.foundation.ids import new_id
from assidu.foundation.people.types import Actor
from assidu.foundation.settings import current_settings
from assidu.loyalty.draws import draws_to_draw
from assidu.loyalty.entries import Entry, Later, Outcome, Told, entry_again, entry_of, was_moved
from assidu.loyalty.live import Newcomers, OutOfDate, Shop, post
from assidu.loyalty.queries import current_book, recorded_at
from assidu.loyalty.script import run_script

ATTEMPTS_MAX = 3
TRY_AGAIN = (UniqueViolation, DeadlockDetected, SerializationFailure)
STAFF_SOURCE = "assidu/staff"
PORTAL_SOURCE = "assidu/portal"


class NoProgramme(Exception):
    """Nothing can be recorded before a programme is published."""


def record(
    incoming: Incoming,
    at: datetime,
    *,
    programme: str,
    by: Actor | None = None,
    is_seconded: bool = False,
) -> Outcome | NotAnIdentifier:
    """Record one event, decided and posted. A refusal, and whatever is not new, writes nothing.

    Within a transaction of the caller it is part of it; ``at`` is now, ``by`` who does it by hand, ``is_seconded`` with
    the approval of a second person.
    """
    shop = _shop(programme, incoming)
    entry = entry_of(incoming, shop.book, shop.pseudonym_key, by)
    if isinstance(entry, NotAnIdentifier):
        return entry
    if is_seconded:
        entry = replace(entry, is_seconded=True)
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            outcome = _record(entry, shop, at)
        except TRY_AGAIN:
            # Somebody else was at the same key, ticket or customers: the next look finds what they did.
            if attempt == ATTEMPTS_MAX:
                raise
            continue
        again = entry_again(outcome, entry)
        if again is not None and attempt < ATTEMPTS_MAX:
            entry = again  # merged, or in another account, since we found them: the next look finds who counts now
            continue
        return _only([outcome])
    raise AssertionError("the last attempt answers or raises")


def record_together(
    incomings: Sequence[Incoming], at: datetime, *, programme: str
) -> list[Outcome | NotAnIdentifier]:
    """Record events of different members in one transaction, or one by one where something keeps them apart.

    For what the programme itself tells many of them; nobody is opened for it.
    """
    if not incomings:
        return []
    shop = _shop(programme, incomings[0])
    entries = [entry_of(incoming, shop.book, shop.pseudonym_key) for incoming in incomings]
    known = [entry for entry in entries if isinstance(entry, Entry)]
    assert len(known) == len(entries), "who is told outright needs no reading"
    try:
        with transaction.atomic():
            outcomes = run_script(post(known, shop, at))
    except (*TRY_AGAIN, Newcomers, OutOfDate):
        outcomes = []
    if outcomes and not any(isinstance(outcome, Later) or was_moved(outcome) for outcome in outcomes):
        return [outcome for outcome in outcomes if not isinstance(outcome, Later)]
    return [record(incoming, at, programme=programme) for incoming in incomings]


def evaluate(incoming: Incoming, at: datetime, *, programme: str) -> Outcome | NotAnIdentifier:
    """What recording it would answer; nothing is changed."""
    shop = _shop(programme, incoming)
    entry = entry_of(incoming, shop.book, shop.pseudonym_key)
    if isinstance(entry, NotAnIdentifier):
        return entry
    [outcome] = run_script(post([entry], shop, at, is_trying=True))
    if (again := entry_again(outcome, entry)) is not None:
        [outcome] = run_script(post([again], shop, at, is_trying=True))
    return _only([outcome])


# ---------------------------------------------------------------- what staff do
#
# ``event_id`` is that of the form which was sent: sent again, it answers what was done the first time.


def correct(
    customer_id: UUID,
    currency: str,
    quantity: int,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
    reason_code: CorrectionReason | None = None,
    is_seconded: bool = False,
) -> Outcome:
    """Staff add to or take from a balance. ``reason`` is erased with the customer, ``reason_code`` stays.

    Refused where it is worth more than one person may write down alone, unless ``is_seconded``.
    """
    data = CorrectionData(currency=currency, quantity=quantity, reason_code=reason_code, reason=reason)
    return own_event(
        customer_id, EventType.CORRECTION, data, at, programme, event_id, by, is_seconded=is_seconded
    )


def grant_status(
    customer_id: UUID,
    tier: str,
    until: date | None,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
) -> Outcome:
    """Staff give a status, for a time or for good. ``reason`` is erased with the customer."""
    data = StatusData(tier=tier, until=until, reason=reason)
    return own_event(customer_id, EventType.STATUS_GRANT, data, at, programme, event_id, by)


def request_reward(
    customer_id: UUID,
    reward: str,
    quantity: int,
    *,
    at: datetime,
    programme: str,
    session: str = "",
    store: str = "",
    channel: str = "",
    event_id: UUID | None = None,
) -> Outcome:
    data = RewardData(reward=reward, quantity=quantity, session=session, store=store, channel=channel)
    return own_event(customer_id, EventType.REWARD_REQUEST, data, at, programme, event_id)


def call_off_reward(
    customer_id: UUID, request_seq: int, *, at: datetime, programme: str, event_id: UUID | None = None
) -> Outcome:
    """What was asked for at ``request_seq`` goes back, and what was paid for it comes back."""
    data = RewardCancellationData(request_seq=request_seq)
    return own_event(customer_id, EventType.REWARD_CANCELLATION, data, at, programme, event_id)


def hand_over(
    customer_id: UUID,
    currency: str,
    quantity: int,
    *,
    at: datetime,
    programme: str,
    store: str = "",
    event_id: UUID | None = None,
) -> Outcome:
    """Goods that were asked for reach the customer."""
    data = HandOverData(currency=currency, quantity=quantity, store=store)
    return own_event(customer_id, EventType.HAND_OVER, data, at, programme, event_id)


def join(
    subject: Subject,
    *,
    store: str,
    channel: str,
    terms_version: str,
    profile: Profile | None,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
    consents: Sequence[str] = (),
    referral_code: str = "",
    source: str = STAFF_SOURCE,
) -> Outcome | NotAnIdentifier:
    """Somebody becomes a member: opened if nobody knows them, and their profile kept."""
    data = JoiningData(
        store=store,
        channel=channel,
        terms_version=terms_version,
        consents=list(consents),
        referral_code=referral_code,
        profile=profile,
    )
    return _once(EventType.JOINING, subject, data, at, programme, event_id, source=source)


def leave(customer_id: UUID, *, at: datetime, programme: str, event_id: UUID | None = None) -> Outcome:
    return own_event(customer_id, EventType.LEAVING, LeavingData(), at, programme, event_id)


def transfer(
    giver: UUID,
    receiver: Subject,
    currency: str,
    quantity: int,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
    is_seconded: bool = False,
) -> Outcome:
    """One member gives to another: both sides are written, or neither. ``reason`` is erased with the giver."""
    data = TransferData(to=str(receiver), currency=currency, quantity=quantity, reason=reason)
    return own_event(
        giver, EventType.TRANSFER_OUT, data, at, programme, event_id, by, is_seconded=is_seconded
    )


def hold(
    customer_id: UUID,
    currency: str,
    quantity: int,
    minutes: int,
    *,
    at: datetime,
    programme: str,
    store: str = "",
    lines: Sequence[LineData] = (),
    reason: str = "",
    by: Actor | None = None,
    event_id: UUID | None = None,
) -> Outcome:
    """Units are set aside for a purchase, for so many minutes; with its ``lines``, what its offers take of what
    customers share. ``reason`` is erased with the customer."""
    data = HoldData(
        payments=[PaymentData(currency=currency, quantity=quantity)] if quantity else [],
        minutes=minutes,
        store=store,
        lines=list(lines),
        reason=reason,
    )
    return own_event(customer_id, EventType.HOLD, data, at, programme, event_id, by)


def release(
    customer_id: UUID,
    address: str,
    *,
    at: datetime,
    programme: str,
    by: Actor | None = None,
    event_id: UUID | None = None,
) -> Outcome:
    """The purchase is not made: what was set aside for it can be used again. ``address`` is what holding answered."""
    return own_event(customer_id, EventType.RELEASE, ReleaseData(hold=address), at, programme, event_id, by)


def suspend(
    customer_id: UUID,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
) -> Outcome:
    """The membership stands still until it is resumed. ``reason`` is erased with the customer."""
    data = SuspensionData(reason=reason)
    return own_event(customer_id, EventType.SUSPENSION, data, at, programme, event_id, by)


def resume(
    customer_id: UUID,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
) -> Outcome:
    data = SuspensionData(reason=reason)
    return own_event(customer_id, EventType.RESUMPTION, data, at, programme, event_id, by)


def accept_terms(
    customer_id: UUID,
    version: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
) -> Outcome:
    """A member accepts a version of the terms, told by staff."""
    data = TermsData(version=version)
    return own_event(customer_id, EventType.TERMS_ACCEPTANCE, data, at, programme, event_id, by)


def change_audience(
    customer_id: UUID,
    audience: str,
    *,
    is_in: bool,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
) -> Outcome:
    """Staff put somebody in an audience, or take them out."""
    data = AudienceData(audience=audience, is_in=is_in)
    return own_event(customer_id, EventType.AUDIENCE_CHANGE, data, at, programme, event_id, by)


def tell_activity(
    customer_id: UUID,
    activity: str,
    store: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    answers: Mapping[str, Sequence[str]] | None = None,
    event_id: UUID | None = None,
) -> Outcome:
    """Something the customer did that is no purchase, told by staff; ``answers`` are by question: none of them takes
    back what was answered before."""
    channel = "store" if store else ""
    told: dict[str, str | list[str]] = {question: list(given) for question, given in (answers or {}).items()}
    data = ActivityData(activity=activity, store=store, channel=channel, answers=told)
    return own_event(customer_id, EventType.ACTIVITY, data, at, programme, event_id, by)


def merge(
    survivor: UUID,
    absorbed: UUID,
    *,
    by: Actor,
    reason: str,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
) -> Outcome:
    """Two customers turn out to be one: everything leaves the absorbed one and arrives at the survivor."""
    data = MergerData(absorbed=f"customer:{absorbed}", reason=reason)
    return own_event(survivor, EventType.MERGER, data, at, programme, event_id, by)


def own_event(
    customer_id: UUID,
    type_: EventType,
    data: Data,
    at: datetime,
    programme: str,
    event_id: UUID | None,
    by: Actor | None = None,
    source: str = STAFF_SOURCE,
    *,
    is_seconded: bool = False,
) -> Outcome:
    """Something that is told of one customer by hand."""
    subject = Subject("customer", str(customer_id))
    outcome = _once(type_, subject, data, at, programme, event_id, by, source, is_seconded=is_seconded)
    assert not isinstance(outcome, NotAnIdentifier), "an id needs no reading"
    return outcome


@transaction.atomic
def _once(
    type_: EventType,
    subject: Subject,
    data: Data,
    at: datetime,
    programme: str,
    event_id: UUID | None,
    by: Actor | None = None,
    source: str = STAFF_SOURCE,
    *,
    is_seconded: bool = False,
) -> Outcome | NotAnIdentifier:
    key = EventKey(source, str(event_id or new_id(at)))
    told_at = at
    if event_id is not None:
        # The moment is part of what an event means, and a form sent again comes later: it is told as of the first
        # time. Whoever sends it at the same instant waits here until the first is written.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{key.source}:{key.id}",)
            )
        told_at = recorded_at(key) or at
    incoming = Incoming(key, type_, told_at, subject, data)
    return record(incoming, at, programme=programme, by=by, is_seconded=is_seconded)


def _record(entry: Entry, shop: Shop, at: datetime) -> Outcome | Later:
    """Posted in a transaction or savepoint of its own, undone unless it is new."""
    for is_opening in (entry.is_alone, True):
        try:
            with transaction.atomic():
                [outcome] = run_script(post([entry], shop, at, is_opening=is_opening))
                if is_opening and not (isinstance(outcome, Told) and outcome.is_new):
                    transaction.set_rollback(True)
                return outcome
        except Newcomers:
            continue
    raise AssertionError("whoever is opened is no newcomer")


def _only(outcomes: list[Outcome | Later]) -> Outcome:
    (outcome,) = outcomes
    assert not isinstance(outcome, Later), "a single event waits for no other"
    return outcome


def _shop(programme: str, incoming: Incoming) -> Shop:
    book = current_book(programme)
    if book is None:
        raise NoProgramme(programme)
    settings = current_settings()
    vault = Vault(settings.vault_key)
    return Shop(
        book,
        _catalogue(incoming),
        settings.pseudonym_key,
        vault,
        draws=draws_to_draw(book.programme, vault),
    )


def _catalogue(incoming: Incoming) -> Catalogue:
    """What one ticket, or what is held for one, leaves to be said."""
    if not isinstance(incoming.data, SaleData | SaleUpdateData | HoldData):
        return EMPTY
    known = {
        sku: KnownProduct(product.department, product.brand, product.vat_bp, LineKind(product.kind))
        for sku, product in products(line.sku for line in incoming.data.lines).items()
    }
    return Catalogue(
        lambda sku: known.get(sku, UNKNOWN_PRODUCT), promotion_calendar(incoming.at.date()), rate_book()
    )
