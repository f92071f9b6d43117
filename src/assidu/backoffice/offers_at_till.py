"""The offers that a customer can use in a store now, as the till's page shows them: what is left, what to do first."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.backoffice import formats
from assidu.backoffice.programme import Programme
from assidu.backoffice.their_offers import TONES
from assidu.decisions.offers.theirs import OfferState
from assidu.decisions.plan import GivesUnits
from assidu.foundation.ids import new_id
from assidu.loyalty.customer_offers import OfferInStore, offers_in_store
from assidu.loyalty.offers import Gauge, GaugeKind
from assidu.loyalty.reduced import LowestPrice, lowest_told
from assidu.plans.wording.offers import state_said, terms_to_member


@dataclass(frozen=True, slots=True)
class TillOffer:
    """``left`` says what remains of each limit; ``event`` is the id of its activation, ``None`` where there is nothing
    to activate."""

    code: str
    name: str
    terms: str
    state: str
    tone: str
    left: list[str]
    last_day: date | None
    event: UUID | None
    lowest: list[LowestPrice]


@dataclass(frozen=True, slots=True)
class TillOffers:
    """Those to activate first, then those that the customer has, then those with a code; ``open_count`` others need
    nothing."""

    listed: list[TillOffer]
    open_count: int

    @property
    def may_activate(self) -> bool:
        return any(one.event is not None for one in self.listed)


def offers_at_till(customer_id: UUID, programme: Programme, store: str) -> TillOffers | None:
    """``None``: there is none that they can use here, or they are no active member."""
    found = offers_in_store(customer_id, programme.now, store)
    if not found:
        return None
    wanted = [one for one in found if not _needs_nothing(one)]
    written = [programme.phrases.offers[one.here.offer.code] for one in wanted]
    lowest = lowest_told(written, programme.phrases, programme.today)
    listed = [_shown(one, programme, lowest.get(one.here.offer.code, [])) for one in wanted]
    with_code = {one.here.offer.code for one in found if one.here.theirs is None}
    listed.sort(key=lambda one: (one.event is None, one.code in with_code))
    return TillOffers(listed, sum(_needs_nothing(one) and not one.is_gone for one in found))


def _needs_nothing(one: OfferInStore) -> bool:
    return one.here.theirs is not None and one.here.theirs.state is OfferState.OPEN


def _shown(one: OfferInStore, programme: Programme, lowest: list[LowestPrice]) -> TillOffer:
    offer, theirs = one.here.offer, one.here.theirs
    written = programme.phrases.offers[offer.code]
    last_day = offer.when.to_day
    if theirs is None:
        state, tone = _("with a code"), ""
    else:
        state, tone = state_said(theirs.state, programme.language), TONES.get(theirs.state, "")
        last_day = theirs.until - timedelta(days=1) if theirs.until is not None else None
    may_activate = theirs is not None and theirs.may_be_activated and not one.is_gone
    return TillOffer(
        offer.code,
        programme.phrases.text(written.name),
        terms_to_member(written, programme.phrases),
        _("nothing left") if one.is_gone else state,
        "bad" if one.is_gone else tone,
        [] if one.is_gone else _left(one, programme),
        last_day,
        new_id(programme.now) if may_activate else None,
        lowest,
    )


def _left(one: OfferInStore, programme: Programme) -> list[str]:
    said = [_gauge(gauge, one, programme) for gauge in one.gauges]
    times = one.here.times_left
    if times is not None:
        said.append(
            ngettext("%(n)s time left for them", "%(n)s times left for them", times)
            % {"n": formats.number(times)}
        )
    return said


def _gauge(gauge: Gauge, one: OfferInStore, programme: Programme) -> str:
    count = {"n": formats.number(gauge.left)}
    if gauge.kind is GaugeKind.QUOTA:
        return ngettext("%(n)s place left", "%(n)s places left", gauge.left) % count
    if gauge.kind is GaugeKind.STOCK:
        return ngettext("%(n)s piece left", "%(n)s pieces left", gauge.left) % count
    effect = one.here.offer.effect
    if gauge.is_money:
        left = programme.money(gauge.left)
    elif isinstance(effect, GivesUnits):
        left = programme.units(gauge.left, effect.currency)
    else:
        left = formats.number(gauge.left)
    return _("%(left)s left of its budget") % {"left": left}
