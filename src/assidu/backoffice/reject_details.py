"""What is kept beside a record that was set aside, « amount: no number », in the reader's language.

The detail is written once, in English, where the fault is found; it names columns and never what stood in them.
What no pattern knows is shown as it is.
"""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_FIXED: dict[str, str | Promise] = {
    "no number": _("no number"),
    "too large a number": _("too large a number"),
    "no whole number": _("no whole number"),
    "neither true nor false": _("neither true nor false"),
    "no date": _("no date"),
    "no time": _("no time"),
    "no list": _("no list"),
    "no JSON": _("no JSON"),
    "a time without an offset, and the mapping names no zone": _(
        "a time without an offset, and the mapping names no zone"
    ),
    "a local time that does not exist": _("a local time that does not exist"),
    "the mapping does not translate this": _("the mapping does not translate this"),
    "a row beside it cannot be read": _("a row beside it cannot be read"),
    "a field is not of the kind that is asked for": _("a field is not of the kind that is asked for"),
    "not a JSON object": _("not a JSON object"),
    "an event is a JSON object": _("an event is a JSON object"),
    "not valid UTF-8": _("not valid UTF-8"),
    "nested too deeply": _("nested too deeply"),
    "holds a NUL character": _("holds a NUL character"),
    "Invalid RFC3339 encoded datetime": _("no time"),
    "Invalid ISO8601 date": _("no date"),
}
_WHERE: dict[str, str | Promise] = {
    "subject": _("another customer"),
    "card": _("the card"),
}
_PATTERNS: tuple[tuple[re.Pattern[str], str | Promise], ...] = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (r"nothing in the column (?P<column>.+)", _("nothing in the column %(column)s")),
        (
            r"asked=(?P<asked>-?\d+) available=(?P<available>-?\d+)",
            _("%(asked)s asked for, %(available)s available"),
        ),
        (
            r"(?P<currency>\S+) asked=(?P<asked>-?\d+) available=(?P<available>-?\d+)",
            _("%(currency)s: %(asked)s asked for, %(available)s available"),
        ),
        (r"more than (?P<count>\d+) decimals", _("more than %(count)s decimals")),
        (r"no date written as (?P<form>.+)", _("no date written as %(form)s")),
        (r"(?P<found>\d+) cells instead of (?P<wanted>\d+)", _("%(found)s cells instead of %(wanted)s")),
        (r"not valid (?P<encoding>\S+)", _("not valid %(encoding)s")),
        (
            r"amount_minor=(?P<told>-?\d+) first_told=(?P<first>-?\d+)",
            _("%(told)s cents, first told as %(first)s"),
        ),
        (r"Object missing required field `(?P<name>.+)`", _("the field %(name)s is missing")),
        (r"Object contains unknown field `(?P<name>.+)`", _("there is no field %(name)s")),
        (r"Expected `(?P<wanted>.+)`, got `(?P<found>.+)`", _("%(wanted)s expected, %(found)s found")),
        (r"Expected `(?P<wanted>.+)` of length (?P<limit>.+)", _("%(wanted)s of length %(limit)s expected")),
        (r"Expected `(?P<wanted>.+)` (?P<limit>[<>]=? .+)", _("%(wanted)s %(limit)s expected")),
        (r"Invalid enum value.*", _("none of the words that are possible here")),
        (r"must be one of: (?P<known>.+)", _("must be one of: %(known)s")),
        (r"write (?P<forms>card:….+)", _("write %(forms)s")),
    )
)


def fault_told(sentence: str, detail: str) -> str:
    """All that is known of a fault, in one sentence: the detail where it says what is wrong, else the ``sentence`` of
    its code with where it is or what it is about."""
    if not detail:
        return sentence
    parts = (detail, detail.partition(": ")[2], detail.rpartition(": ")[2])
    says_what = any(_said(part) is not None for part in parts)
    return reject_detail(detail) if says_what else _placed(sentence, reject_detail(detail))


def reject_detail(detail: str) -> str:
    """Where the fault is, and what it is."""
    if detail in _WHERE:
        return str(_WHERE[detail])
    if (whole := _said(detail)) is not None:
        return whole
    # The first colon for what itself has one: « $.type: must be one of: … ».
    for place, colon, fault in (detail.partition(": "), detail.rpartition(": ")):
        if colon and (said := _said(fault)) is not None:
            return _placed(place, said)
    return detail


def _said(fault: str) -> str | None:
    if fault in _FIXED:
        return str(_FIXED[fault])
    for pattern, sentence in _PATTERNS:
        if found := pattern.fullmatch(fault):
            return str(sentence) % found.groupdict()
    return None


def _placed(place: str, fault: str) -> str:
    return str(_("%(place)s: %(fault)s")) % {"place": place, "fault": fault}
