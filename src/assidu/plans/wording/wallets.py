"""How units wait, expire and change hands, in words."""

from datetime import date
from typing import TYPE_CHECKING

from assidu.decisions.calendar import add_months
from assidu.decisions.plan import ExpiryBasis, WaitEnd
from assidu.plans.document import Duration, Expiry, Pending, Transfers
from assidu.plans.wording import figures
from assidu.plans.wording.language import Sentence

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases

EXPIRIES = {
    "each_year": Sentence("jusqu'au {day} de chaque année", "until {day} each year"),
    "each_year_at_least": Sentence(
        "jusqu'au premier {day} qui laisse au moins {duration}",
        "until the first {day} that leaves at least {duration}",
    ),
    ExpiryBasis.EARNING: Sentence("{duration}", "{duration}"),
    ExpiryBasis.LAST_EARNING: Sentence(
        "{duration} après le dernier gain", "{duration} after the last earning"
    ),
    ExpiryBasis.LAST_PURCHASE: Sentence(
        "{duration} après le dernier achat", "{duration} after the last purchase"
    ),
    ExpiryBasis.LAST_ACTIVITY: Sentence(
        "{duration} après la dernière activité qui compte ({activities})",
        "{duration} after the last activity that counts ({activities})",
    ),
    "extended_by": Sentence("{duration}, prolongée par {activities}", "{duration}, extended by {activities}"),
    "extended": Sentence("{duration}, prolongée à chaque achat", "{duration}, extended by each purchase"),
}
PENDING = {
    "at_once": Sentence("utilisable tout de suite", "usable at once"),
    "lasts": Sentence("utilisable après {duration}", "usable after {duration}"),
    "until": Sentence("utilisable à partir du {day}", "usable from {day} on"),
    WaitEnd.USABLE: Sentence(
        "utilisable après l'événement « {event} », au plus tard après {duration}",
        "usable after the event “{event}”, at the latest after {duration}",
    ),
    WaitEnd.LOST: Sentence(
        "utilisable après l'événement « {event} », perdu s'il n'est pas venu après {duration}",
        "usable after the event “{event}”, lost where it has not come after {duration}",
    ),
    "from_earning": Sentence(
        "{pending} (validité comptée du jour du gain)", "{pending} (validity counted from the earning)"
    ),
}
TRANSFERS = {
    "any": Sentence("peut être donné à un autre membre", "can be given to another member"),
    "from": Sentence(
        "peut être donné à un autre membre à partir de {units}",
        "can be given to another member from {units} on",
    ),
    "cap": Sentence("{transfers}, {cap}", "{transfers}, {cap}"),
}
DEBT = Sentence("solde négatif possible jusqu'à {units}", "balance may go {units} below zero")


def is_of_lot(expires: Expiry) -> bool:
    """Has each lot its own time, and no more is to be said of it?"""
    is_from_earning = expires.counted_from is ExpiryBasis.EARNING
    is_extended = expires.extended_by_purchases or bool(expires.extended_by)
    return expires.each_year is None and is_from_earning and not is_extended


def expiry_of(expires: Expiry, phrases: "Phrases") -> str:
    """« 6 mois », « jusqu'au 31 janvier de chaque année », « 12 mois après le dernier achat »."""
    has_duration = any((expires.days, expires.weeks, expires.months, expires.years))
    duration = phrases.duration(expires) if has_duration else ""
    if expires.each_year is not None:
        month, day = map(int, expires.each_year.split("-"))
        named = figures.day_of_year(add_months(date(2023, 12, day), month), phrases.language)
        key = "each_year_at_least" if has_duration else "each_year"
        return phrases.say(EXPIRIES[key], day=named, duration=duration)
    key_ = "extended" if expires.extended_by_purchases else expires.counted_from
    if expires.extended_by and key_ is ExpiryBasis.EARNING:
        key_ = "extended_by"
    activities = phrases.listing(phrases.activity_name(code) for code in expires.extended_by)
    return phrases.say(EXPIRIES[key_], duration=duration, activities=activities)


def pending_of(pending: Pending, phrases: "Phrases") -> str:
    if pending.until is not None:
        said = phrases.say(PENDING["until"], day=phrases.day(pending.until))
    elif pending.days == 0:
        return phrases.say(PENDING["at_once"])
    else:
        duration = Duration(days=pending.days, weeks=pending.weeks, months=pending.months)
        key = "lasts" if pending.otherwise is None else pending.otherwise
        event = phrases.activity_name(pending.until_event or "")
        said = phrases.say(PENDING[key], duration=phrases.duration(duration), event=event)
    return phrases.say(PENDING["from_earning"], pending=said) if pending.expires_from_earning else said


def transfers_of(transfers: Transfers, currency: str, phrases: "Phrases") -> str:
    said = phrases.say(TRANSFERS["any"])
    if transfers.at_least > 1:
        said = phrases.say(TRANSFERS["from"], units=phrases.units(transfers.at_least, currency))
    if transfers.cap is None:
        return said
    return phrases.say(TRANSFERS["cap"], transfers=said, cap=phrases.cap(transfers.cap, currency))
