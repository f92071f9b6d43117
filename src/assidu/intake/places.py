"""The stores and channels that are known, and what a sender is warned of: a code that a till misspells is recorded all
the same, and no rule of that store would ever meet it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from assidu.events.wire import Incoming, WireError
from assidu.plans.document import Document
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.phrases import CHANNELS

STORES_SQL: Final = "SELECT store_id, channel FROM catalogue_store"
STORES_MARK: Final = (
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables "
    "WHERE relname = 'catalogue_store'"
)
"""The number of changes ever made to the stores."""


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """Codes, gathered when the shop is loaded. Without any store nobody can tell which ones are meant."""

    stores: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def warnings(self, incoming: Incoming, language: Language) -> tuple[WireError, ...]:
        """What of an event names a place that nobody knows; it is recorded all the same."""
        if not self.stores:
            return ()
        store, channel = incoming.store, incoming.channel
        is_known = not store or store in self.stores
        if is_known and (not channel or channel in self.channels):
            return ()
        found = []
        if not is_known:
            found.append(_warning("$.data.store", "unknown_store", language))
        if channel and channel not in self.channels:
            found.append(_warning("$.data.channel", "unknown_channel", language))
        return tuple(found)


_WORDS: Final = {
    "unknown_store": Sentence(
        "aucun magasin du catalogue n'a ce code", "no store of the catalogue has this code"
    ),
    "unknown_channel": Sentence(
        "aucun magasin, aucune règle ni aucun libellé n'a ce canal",
        "no store and no rule or label has this channel",
    ),
}


def _warning(path: str, code: str, language: Language) -> WireError:
    return WireError(path, _WORDS[code].say(language), code)


NOWHERE = KnownPlaces()


def places_of(stores: Iterable[tuple[str, str]], documents: Iterable[Document]) -> KnownPlaces:
    """What ``STORES_SQL`` reads, with the channels that the programme names; where its labels name none, the usual
    ones."""
    codes: set[str] = set()
    channels: set[str] = set()
    for store, channel in stores:
        codes.add(store)
        channels.add(channel)
    labelled: set[str] = set()
    for document in documents:
        labelled.update(document.labels.channels)
        meant = [one.when for one in document.rules]
        meant += [one.when for one in document.rewards]
        meant += [one.when for one in document.offers]
        channels.update(code for when in meant for code in when.channels)
    return KnownPlaces(frozenset(codes), frozenset(channels | (labelled or set(CHANNELS))))
