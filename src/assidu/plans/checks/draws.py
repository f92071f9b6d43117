"""Draws among entries, and the currencies that are entries: what may be wrong with them."""

from collections.abc import Iterator

from assidu.decisions.plan import CurrencyKind
from assidu.plans.compile_draws import drawn_on
from assidu.plans.document import PRIZES_MAX, Document, Draw
from assidu.plans.problems import Path, Problem, unknown

_NOT_OF_ENTRIES = ("worth", "pays", "transfers", "partner", "settles", "debt_at_most")


def check_draws(document: Document) -> Iterator[Problem]:
    entries = {one.code for one in document.currencies if one.kind is CurrencyKind.ENTRY}
    taken = {rule.code for rule in document.rules}
    taken |= {reward.code for reward in document.rewards} | {offer.code for offer in document.offers}
    seen = set()
    for i, draw in enumerate(document.draws):
        path: Path = ("draws", i)
        if draw.code in seen:
            yield Problem("code_twice", (*path, "code"), {"code": draw.code})
        seen.add(draw.code)
        if draw.code in taken:
            yield Problem("draw_is_rule", (*path, "code"), {"code": draw.code})
        yield from _currencies(draw, entries, document, path)
        yield from _days(draw, document, path)
        if sum(prize.count for prize in draw.prizes) > PRIZES_MAX:
            yield Problem("too_many_prizes", (*path, "prizes"), {"most": PRIZES_MAX})
        objectives = {objective.code for objective in document.objectives}
        if draw.serves is not None and draw.serves not in objectives:
            yield unknown("unknown_objective", draw.serves, objectives, (*path, "serves"))
    yield from _entries(document)


def _currencies(draw: Draw, entries: set[str], document: Document, path: Path) -> Iterator[Problem]:
    known = {currency.code for currency in document.currencies}
    if draw.entries not in known:
        yield unknown("unknown_currency", draw.entries, known, (*path, "entries"))
    elif draw.entries not in entries:
        yield Problem("not_entries", (*path, "entries"), {"currency": draw.entries})
    for n, prize in enumerate(draw.prizes):
        currency = prize.gives.currency
        if currency not in known:
            yield unknown("unknown_currency", currency, known, (*path, "prizes", n, "gives", "currency"))
        elif currency in entries:
            yield Problem("prize_is_entry", (*path, "prizes", n, "gives", "currency"), {"currency": currency})


def _days(draw: Draw, document: Document, path: Path) -> Iterator[Problem]:
    day = drawn_on(draw)
    if day <= draw.last_day:
        yield Problem("drawn_too_early", (*path, "drawn_on"))
    if draw.last_day < document.valid_from:
        yield Problem("draw_over", (*path, "last_day"), {"draw": draw.code}, is_warning=True)
    if document.closing is not None and day > document.closing.last_day_to_use:
        yield Problem("drawn_after_closing", path, {"draw": draw.code})


def _entries(document: Document) -> Iterator[Problem]:
    """An entry is a chance and nothing else: it pays for nothing, and nobody gives it away."""
    drawn = {draw.entries for draw in document.draws}
    costs = {reward.costs.currency: i for i, reward in enumerate(document.rewards)}
    for i, currency in enumerate(document.currencies):
        if currency.kind is not CurrencyKind.ENTRY:
            continue
        path: Path = ("currencies", i)
        for name in _NOT_OF_ENTRIES:
            if getattr(currency, name) not in (None, False):
                yield Problem("entries_cannot", (*path, name), {"code": currency.code, "name": name})
        if currency.code in costs:
            found = ("rewards", costs[currency.code], "costs", "currency")
            yield Problem("entries_cannot", found, {"code": currency.code, "name": "costs"})
        if currency.code not in drawn:
            yield Problem("entries_undrawn", path, {"code": currency.code}, is_warning=True)
