"""Why what is owed moved, in plain words: the lines of the roll-forward as a sentence."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assidu.economics.types import CostRoll, MonthFigures, RevenueRoll, cost_roll

Money = Callable[[int], str]

COST_WENT: Mapping[int, str | Promise] = {
    1: _("From %(since)s to %(until)s, what is owed at cost rose by %(change)s: %(parts)s."),
    -1: _("From %(since)s to %(until)s, what is owed at cost fell by %(change)s: %(parts)s."),
    0: _("From %(since)s to %(until)s, what is owed at cost stayed where it was: %(parts)s."),
}
DEFERRED_WENT: Mapping[int, str | Promise] = {
    1: _("From %(since)s to %(until)s, deferred revenue rose by %(change)s: %(parts)s."),
    -1: _("From %(since)s to %(until)s, deferred revenue fell by %(change)s: %(parts)s."),
    0: _("From %(since)s to %(until)s, deferred revenue stayed where it was: %(parts)s."),
}
COST_PARTS: Mapping[str, str | Promise] = {
    "issued_minor": _("%(amount)s for what was given"),
    "used_minor": _("%(amount)s used"),
    "exchanged_minor": _("%(amount)s as points became vouchers and rewards"),
    "released_minor": _("%(amount)s expired or lost"),
    "reestimate_minor": _("%(amount)s because the estimate changed"),
}
DEFERRED_PARTS: Mapping[str, str | Promise] = {
    "allocated_minor": _("%(amount)s set aside of the price of sales"),
    "recognised_minor": _("%(amount)s earned as units were used or expired"),
    "moved_minor": _("%(amount)s carried between points and rewards"),
}


def cost_moved(months: Sequence[MonthFigures], since: str, until: str, money: Money) -> str:
    """Over months in a row, the oldest first. ``since`` is the day before they begin."""
    lines = _lines([cost_roll(one, month.month) for month in months for one in month.currencies], COST_PARTS)
    said = _said(COST_WENT, COST_PARTS, lines, since, until, money)
    return " ".join(part for part in (said, _because(lines)) if part)


def deferred_moved(months: Sequence[MonthFigures], since: str, until: str, money: Money) -> str:
    lines = _lines([one.revenue for month in months for one in month.currencies], DEFERRED_PARTS)
    return _said(DEFERRED_WENT, DEFERRED_PARTS, lines, since, until, money)


def _lines(rolls: Sequence[CostRoll] | Sequence[RevenueRoll], names: Iterable[str]) -> dict[str, int]:
    return {name: sum(getattr(one, name) for one in rolls) for name in names}


def _said(
    went: Mapping[int, str | Promise],
    parts: Mapping[str, str | Promise],
    lines: Mapping[str, int],
    since: str,
    until: str,
    money: Money,
) -> str:
    change = sum(lines.values())
    told = [
        str(words) % {"amount": ("+" if lines[name] > 0 else "−") + money(abs(lines[name]))}
        for name, words in parts.items()
        if lines[name]
    ]
    if not told:
        return gettext("From %(since)s to %(until)s, nothing moved.") % {"since": since, "until": until}
    return str(went[(change > 0) - (change < 0)]) % {
        "since": since,
        "until": until,
        "change": money(abs(change)),
        "parts": ", ".join(told),
    }


def _because(lines: Mapping[str, int]) -> str:
    """What weighs most: what members did, or what is thought of it."""
    thought = lines["reestimate_minor"]
    done = sum(lines.values()) - thought
    if not thought + done:
        return ""
    if abs(thought) > abs(done):
        if thought > 0:
            return gettext("Above all, more is expected to be used than was thought before.")
        return gettext("Above all, less is expected to be used than was thought before.")
    if done > 0:
        return gettext("Above all, more was given than was used or lost.")
    if done < 0:
        return gettext("Above all, more was used or lost than was given.")
    return ""
