"""How what was decided about offers is written down with a decision."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from assidu.decisions.offers.given import (
    NoteCause,
    OfferGiven,
    OfferMove,
    OfferNote,
    OffersDecided,
    Release,
    Step,
)


def offers_record(decided: OffersDecided) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if decided.given:
        record["given"] = [
            [one.offer, one.given_minor, one.wished_minor, [list(part) for part in one.by_line], one.quantity]
            for one in decided.given
        ]
    if decided.notes:
        record["notes"] = [
            [note.offer, note.cause.value, note.told_minor, note.due_minor] for note in decided.notes
        ]
    if decided.moves:
        record["moves"] = [
            [move.offer, move.step.value, move.on.isoformat(), move.until.isoformat() if move.until else None]
            for move in decided.moves
        ]
    if decided.releases:
        record["releases"] = [list(release) for release in decided.releases]
    if not decided.is_exact:
        record["is_exact"] = False
    return record


def offers_from(record: Mapping[str, Any]) -> OffersDecided:
    get = record.get
    return OffersDecided(
        given=tuple(
            OfferGiven(offer, given, wished, tuple((line, amount) for line, amount in by_line), quantity)
            for offer, given, wished, by_line, quantity in get("given", ())
        ),
        notes=tuple(
            OfferNote(offer, NoteCause(cause), told, due) for offer, cause, told, due in get("notes", ())
        ),
        moves=tuple(
            OfferMove(offer, Step(step), date.fromisoformat(on), date.fromisoformat(until) if until else None)
            for offer, step, on, until in get("moves", ())
        ),
        releases=tuple(Release(key, quantity) for key, quantity in get("releases", ())),
        is_exact=get("is_exact", True),
    )
