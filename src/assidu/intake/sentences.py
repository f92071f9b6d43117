"""Whether a sender wants a sentence with each effect, and in which language."""

from urllib.parse import parse_qs

from assidu.intake.http import Request
from assidu.plans.wording.language import Language

OWN = "own"
"""That of the customer."""
_LANGUAGES = {language.value for language in Language}

Wanted = Language | str | None


def wanted(request: Request) -> Wanted:
    """``?sentences=fr``, ``en`` or ``own``, else the first language of ``Accept-Language`` that we speak; ``None``:
    nobody asked, and nothing is put into words."""
    if request.query:
        asked = parse_qs(request.query.decode("latin-1")).get("sentences", [""])[-1].lower()
        if asked:
            return Language(asked) if asked in _LANGUAGES else OWN
    accepted = request.header(b"accept-language")
    return _first_of(accepted.decode("latin-1")) if accepted else None


def _first_of(accepted: str) -> Wanted:
    """By weight, then in the order of the header; any language at all is the customer's own."""
    found: list[tuple[float, str]] = []
    for one in accepted.split(","):
        tag, _, weight = one.partition(";")
        try:
            found.append((-float(weight.strip().removeprefix("q=") or 1), tag.strip()[:2].lower()))
        except ValueError:
            continue
    for least, tag in sorted(found, key=lambda one: one[0]):
        if least and tag in _LANGUAGES:
            return Language(tag)
        if least and tag == "*":
            return OWN
    return None
