"""What a rule or an offer asks for, in words, where the reason is that it is not so."""

from typing import TYPE_CHECKING

from assidu.decisions.decision import ReasonCode
from assidu.plans.document import When

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases


def wanted(code: ReasonCode, when: When, phrases: "Phrases") -> str:
    """« Or » where the status is another one; empty where the reason says it all."""
    if code is ReasonCode.OTHER_CHANNEL:
        return phrases.listing(phrases.channel_name(channel) for channel in when.channels)
    if code is ReasonCode.OTHER_DAY:
        return phrases.weekdays(when.days)
    if code is ReasonCode.OTHER_HOUR and when.hours is not None:
        return phrases.hours(when.hours)
    if code is ReasonCode.NOT_IN_AUDIENCE:
        return phrases.audience_names(when.audiences)
    if code is ReasonCode.OTHER_TIER:
        return phrases.level_names(when.tiers)
    if code is ReasonCode.NOT_YET and when.first_day is not None:
        return phrases.day(when.first_day)
    if code is ReasonCode.OVER:
        closing = phrases.document.closing
        days = [when.last_day, None if closing is None else closing.last_day_to_earn]
        last = min((day for day in days if day is not None), default=None)
        return "" if last is None else phrases.day(last)
    return ""
