"""What happened to a customer, as one line of a time line: a sign, a title, what it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assidu.backoffice import formats
from assidu.backoffice.programme import Programme
from assidu.catalogue.queries import store_called
from assidu.decisions.decision import Account
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountExit,
    AccountOpening,
    Activity,
    Admission,
    AudienceChange,
    Correction,
    Departure,
    HandOver,
    Hold,
    HoldExpiry,
    Joining,
    Leaving,
    Merger,
    OfferStep,
    PrizeWon,
    ProgrammeEnd,
    ReferralKept,
    Release,
    Restoration,
    Resumption,
    Return,
    RewardCancellation,
    RewardRequest,
    Sale,
    SaleUpdate,
    Separation,
    StatusGrant,
    Suspension,
    TakeOver,
    TermsAcceptance,
    Tick,
    TransferIn,
    TransferOut,
)
from assidu.events.types import EventType
from assidu.loyalty.types import TimelineEntry
from assidu.loyalty.wording import correction_reason
from assidu.plans.wording import figures, tier_cause
from assidu.plans.wording.draws import prize_won_title
from assidu.plans.wording.offers import offer_step_title

KINDS: dict[str, tuple[str | Promise, tuple[EventType, ...]]] = {
    "purchases": (
        gettext_lazy("Purchases"),
        (
            EventType.SALE,
            EventType.SALE_UPDATE,
            EventType.SALE_CANCELLATION,
            EventType.HOLD,
            EventType.RELEASE,
            EventType.HOLD_EXPIRY,
        ),
    ),
    "returns": (gettext_lazy("Returns"), (EventType.RETURN,)),
    "rewards": (
        gettext_lazy("Rewards"),
        (EventType.REWARD_REQUEST, EventType.REWARD_CANCELLATION, EventType.HAND_OVER),
    ),
    "offers": (
        gettext_lazy("Offers and draws"),
        (
            EventType.OFFER_ALLOTTED,
            EventType.OFFER_SEEN,
            EventType.OFFER_ACTIVATED,
            EventType.OFFER_WITHDRAWN,
            EventType.PRIZE_WON,
        ),
    ),
    "corrections": (gettext_lazy("Corrections"), (EventType.CORRECTION,)),
    "due": (gettext_lazy("Expiry and status"), (EventType.TICK, EventType.STATUS_GRANT)),
    "transfers": (gettext_lazy("Transfers"), (EventType.TRANSFER_OUT, EventType.TRANSFER_IN)),
    "activities": (gettext_lazy("Activities"), (EventType.ACTIVITY, EventType.AUDIENCE_CHANGE)),
    "membership": (
        gettext_lazy("Membership"),
        (
            EventType.JOINING,
            EventType.LEAVING,
            EventType.SUSPENSION,
            EventType.RESUMPTION,
            EventType.TERMS_ACCEPTANCE,
            EventType.REFERRAL_KEPT,
            EventType.PROGRAMME_END,
            EventType.TAKE_OVER,
            EventType.MERGER,
            EventType.ABSORPTION,
            EventType.SEPARATION,
            EventType.RESTORATION,
            EventType.ACCOUNT_OPENING,
            EventType.ADMISSION,
            EventType.ACCOUNT_ENTRY,
            EventType.DEPARTURE,
            EventType.ACCOUNT_EXIT,
        ),
    ),
}
"""What a time line can be reduced to, by the word in the address."""


@dataclass(frozen=True, slots=True)
class Delta:
    text: str
    tone: str  # plus, minus


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    day: date
    icon: str
    sign: str
    title: str
    detail: str
    amount: str
    deltas: tuple[Delta, ...]
    earned_nothing: bool
    notes: tuple[tuple[str, str], ...]  # words and the tone of their pill
    address: str
    id: str


@dataclass(frozen=True, slots=True)
class Names:
    """What codes and ids are called on this page."""

    stores: Mapping[str, str]
    customers: Mapping[UUID, str]
    people: Mapping[str, str]

    def store(self, code: str) -> str:
        return store_called(code, self.stores)


def moment_of(entry: TimelineEntry, programme: Programme, names: Names) -> Moment:
    icon, sign, title, detail = _told(entry, programme, names)
    notes = []
    tier = entry.decision.tier
    if tier is not None and not isinstance(entry.event, Tick):
        cause = tier_cause(tier.cause, tier.tier, programme.document, programme.language)
        notes.append((cause, programme.tier_tone(tier.tier)))
    if entry.is_late:
        notes.append((_("told later"), "info"))
    if entry.decision.shortfalls:
        notes.append((_("could not be taken in full"), "warn"))
    return Moment(
        at=entry.at,
        day=entry.day,
        icon=icon,
        sign=sign,
        title=title,
        detail=detail,
        amount=programme.money(entry.amount_minor) if entry.amount_minor else "",
        deltas=deltas_of(entry, programme),
        earned_nothing=entry.type is EventType.SALE and not entry.movements,
        notes=tuple(notes),
        address=reverse("customer-event", args=[entry.customer_id, entry.seq]),
        id=f"e-{entry.customer_id}-{entry.seq}",
    )


def deltas_of(entry: TimelineEntry, programme: Programme) -> tuple[Delta, ...]:
    """What went out of the wallet, then what came in, by currency."""
    out: dict[str, int] = {}
    came: dict[str, int] = {}
    for movement in entry.movements:
        if movement.change:
            side = came if movement.change > 0 else out
            side[movement.currency] = side.get(movement.currency, 0) + movement.change
    return (
        *(Delta(programme.change(change, currency), "minus") for currency, change in out.items()),
        *(Delta(programme.change(change, currency), "plus") for currency, change in came.items()),
    )


def _told(entry: TimelineEntry, programme: Programme, names: Names) -> tuple[str, str, str, str]:
    event = entry.event
    store = names.store(entry.store)
    match event:
        case Sale():
            is_web = entry.channel not in ("", "store")
            title = _("Order, %(channel)s") % {"channel": programme.phrases.channel_name(entry.channel)}
            articles = sum(max(line.quantity, 0) for line in event.lines)
            parts = [
                store,
                ngettext("%(n)s item", "%(n)s items", articles) % {"n": formats.number(articles)},
            ]
            if (foreign := event.foreign) is not None:
                language = programme.language
                there = (foreign.total_minor, foreign.currency, foreign.decimals)
                parts.append(figures.foreign_money(*there, language))
            if event.payments:
                paid = programme.phrases.listing(
                    programme.units(p.quantity, p.currency) for p in event.payments
                )
                parts.append(_("paid with %(what)s") % {"what": paid})
            return (
                "shopping-bag" if is_web else "shopping-basket",
                "sale",
                title if is_web else _("Purchase in store"),
                _joined(*parts),
            )
        case Return():
            return "undo-2", "returned", _("Return"), store
        case SaleUpdate():
            if not event.lines:
                return "ban", "returned", _("Ticket cancelled"), store
            articles = sum(max(line.quantity, 0) for line in event.lines)
            said = ngettext("now %(n)s item", "now %(n)s items", articles) % {"n": formats.number(articles)}
            return "pencil", "sale", _("Ticket changed"), _joined(store, said)
        case RewardRequest():
            return "gift", "used", _("Exchange for a reward"), programme.rewards(event.quantity, event.reward)
        case RewardCancellation():
            return "undo-2", "returned", _("Reward called off"), ""
        case HandOver():
            what = programme.units(event.quantity, event.currency)
            return "gift", "used", _("Reward handed over"), _joined(what, store)
        case Correction():
            title = _("Goodwill or correction") if event.quantity > 0 else _("Correction")
            return "pencil", "points", title, _joined(_reason(entry, programme), _by(entry, names))
        case Joining():
            change = entry.decision.membership
            is_back = change is not None and change.since is not None
            title = _("Came back to the programme") if is_back else _("Joined the programme")
            return "user-plus", "tier", title, store
        case Leaving():
            return "user-minus", "refused", _("Left the programme"), _may_come_back(entry)
        case TermsAcceptance():
            return "book-open", "tier", _("Terms accepted"), _("version %(v)s") % {"v": event.version}
        case ReferralKept():
            return "users", "points", _("Somebody they brought has bought"), ""
        case ProgrammeEnd():
            return "hourglass", "expired", _("End of the programme"), ""
        case Suspension():
            detail = _joined(_reason(entry, programme), _by(entry, names))
            return "ban", "refused", _("Membership suspended"), detail
        case Resumption():
            detail = _joined(_reason(entry, programme), _by(entry, names))
            return "user-plus", "tier", _("Membership resumed"), detail
        case TakeOver():
            since = _("member since %(day)s") % {"day": formats.day(event.joined_on)}
            return "book-open", "tier", _("Taken over from the earlier programme"), since
        case Merger():
            detail = _joined(_other(entry, names), _reason(entry, programme), _by(entry, names))
            return "merge", "points", _("Merged with another record"), detail
        case Activity():
            return "sparkles", "points", _capital(programme.phrases.activity_name(event.activity)), store
        case StatusGrant():
            name = programme.phrases.level_name(event.tier)
            detail = _joined(_reason(entry, programme), _by(entry, names))
            return "award", "tier", _("Status given by staff: %(status)s") % {"status": name}, detail
        case AudienceChange():
            title = _("Entered an audience") if event.is_in else _("Left an audience")
            return "users", "tier", title, programme.phrases.audience_names([event.audience])
        case OfferStep():
            return "gift", "tier", offer_step_title(event, programme.phrases), store
        case PrizeWon():
            draw = programme.phrases.rule_name(event.draw)
            return "gift", "points", prize_won_title(event, programme.phrases), draw
        case Separation():
            detail = _joined(_other(entry, names), _reason(entry, programme), _by(entry, names))
            return "undo-2", "returned", _("Merger undone"), detail
        case Restoration():
            return "user-plus", "tier", _("A record of its own again"), _other(entry, names)
        case Absorption():
            return "merge", "returned", _("Merged into another record"), _other(entry, names)
        case AccountOpening():
            return "users", "tier", _("Shared account opened"), _by(entry, names)
        case Admission():
            return (
                "user-plus",
                "tier",
                _("Entered the account"),
                _joined(_other(entry, names), _by(entry, names)),
            )
        case AccountEntry():
            return "users", "tier", _("Entered a shared account"), _other(entry, names)
        case Departure():
            detail = _joined(_other(entry, names), _reason(entry, programme), _by(entry, names))
            return "user-minus", "returned", _("Left the account"), detail
        case AccountExit():
            return "user-plus", "tier", _("Left the shared account"), _other(entry, names)
        case Hold():
            units = programme.phrases.listing(programme.units(p.quantity, p.currency) for p in event.payments)
            articles = sum(max(line.quantity, 0) for line in event.lines)
            basket = ngettext("%(n)s item", "%(n)s items", articles) % {"n": formats.number(articles)}
            return (
                "clock",
                "points",
                _("Held for a purchase"),
                _joined(
                    units,
                    basket if event.lines else "",
                    store,
                    _reason(entry, programme),
                    _by(entry, names),
                ),
            )
        case Release():
            return "undo-2", "returned", _("Hold released"), _by(entry, names)
        case HoldExpiry():
            return "clock", "returned", _("Hold ran out"), ""
        case TransferOut():
            detail = _joined(_other(entry, names), _reason(entry, programme), _by(entry, names))
            return "arrow-right", "used", _("Given to another member"), detail
        case TransferIn():
            return "gift", "points", _("Received from another member"), _other(entry, names)
        case Tick():
            return _due(entry, programme)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _reason(entry: TimelineEntry, programme: Programme) -> str:
    """What staff wrote; once the person is erased, that it was, beside the word of the list that stays."""
    code = entry.event.reason_code if isinstance(entry.event, Correction) else ""
    written = entry.written.get("reason", "")
    return _joined(
        correction_reason(code, programme.language), _("reason erased") if written is None else written
    )


def _by(entry: TimelineEntry, names: Names) -> str:
    """Who did it: the name of one of us, or the key that told it and whom it names."""
    person = str(entry.body.get("by", ""))
    operator = entry.written.get("operator") or ""
    if key := entry.body.get("key"):
        if operator:
            return _("%(operator)s, says the key “%(key)s”") % {"operator": operator, "key": key["name"]}
        return _("by the key “%(key)s”") % {"key": key["name"]}
    return names.people.get(person, person) or operator


def _other(entry: TimelineEntry, names: Names) -> str:
    return names.customers.get(entry.other, "") if entry.other else ""


def _may_come_back(entry: TimelineEntry) -> str:
    change = entry.decision.membership
    if change is None or change.until is None:
        return ""
    return _("may come back until %(day)s") % {"day": formats.day(change.until - timedelta(days=1))}


def _due(entry: TimelineEntry, programme: Programme) -> tuple[str, str, str, str]:
    expired: dict[str, int] = {}
    for movement in entry.movements:
        if movement.target is Account.BREAKAGE:
            expired[movement.currency] = expired.get(movement.currency, 0) + movement.quantity
    tier = entry.decision.tier
    said = tier_cause(tier.cause, tier.tier, programme.document, programme.language) if tier else ""
    if entry.decision.membership is not None:
        return "hourglass", "expired", _("The time to come back is over"), ""
    if any(movement.source is Account.PENDING for movement in entry.movements) and not expired:
        return "circle-check", "points", _("Usable from now on"), said
    if expired:
        return "hourglass", "expired", _("Expiry"), said
    return "crown", "tier", said or _("Due that day"), ""
