"""What changes in offers from one version to the next, in plain sentences: each offer is told as a whole."""

from typing import TYPE_CHECKING

from assidu.plans.diff import Change, Kind
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.offers import offer_said, stacking_said

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases

OFFERS = {
    Kind.ADDED: Sentence("Nouvelle offre : {said}", "New offer: {said}"),
    Kind.REMOVED: Sentence("L'offre {name} disparaît.", "The offer {name} is gone."),
    Kind.CHANGED: Sentence(
        "L'offre {name} change. Désormais : {said}", "The offer {name} changes. Now: {said}"
    ),
    Kind.REORDERED: Sentence("L'ordre des offres change.", "The order of the offers changes."),
}
TOGETHER = Sentence(
    "Le cumul des offres change. Désormais : {said}", "How offers go together changes. Now: {said}"
)
PARTS = frozenset({"offers", "stacking"})


def offer_change(found: Change, old: "Phrases", new: "Phrases") -> str:
    """``part`` is ``offers`` or ``stacking``, the legal caps included."""
    if found.part == "stacking":
        document = new.document
        return new.say(TOGETHER, said=" ".join(stacking_said(document.stacking, document.legal_caps, new)))
    member = new.offers.get(found.subject) or old.offers.get(found.subject)
    name = found.subject if member is None else new.quoted(member.name)
    said = "" if found.after is None or found.kind is Kind.REORDERED else offer_said(found.after, new)
    return new.say(OFFERS[found.kind], name=name, said=said)
