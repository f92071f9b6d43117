"""Ready programmes to start from: documents that anybody's catalogue can decide, each with what it is for.

They name no store, department or brand: those differ from one retailer to the next, and are added in a draft.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from msgspec.structs import replace

from assidu.plans.document import Document, Text
from assidu.plans.reading import read


@dataclass(frozen=True, slots=True)
class ReadyProgramme:
    """One programme of the library; ``yaml`` is its document as it is written, comments included."""

    code: str
    purpose: Text
    yaml: str
    document: Document

    @property
    def name(self) -> Text:
        return self.document.name


_PURPOSES = {
    "points": Text(
        fr="Pour un commerce de tous les jours : des points à chaque achat, échangés contre des bons d'achat.",
        en="For an everyday shop: points on each purchase, exchanged for vouchers.",
    ),
    "cagnotte": Text(
        fr="Pour qui veut parler en euros : une part de chaque achat est mise de côté et paie les suivants.",
        en="For those who want to speak in euros: a part of each purchase is put aside and pays for the next ones.",
    ),
    "statuses": Text(
        fr="Pour reconnaître les meilleurs clients : des points de statut, à côté des points, mènent à trois statuts.",
        en="To recognise the best customers: status points, beside the points, lead to three statuses.",
    ),
    "engagement": Text(
        fr="Pour récompenser la participation, quelle que soit la dépense : activités, badges, missions et séries.",
        en="To reward taking part, whatever is spent: activities, badges, missions and streaks.",
    ),
    "restaurant": Text(
        fr="Pour un restaurant ou un café : un tampon par repas, le dixième repas est offert.",
        en="For a restaurant or a café: a stamp for each meal, the tenth meal is free.",
    ),
    "b2b": Text(
        fr="Pour des clients professionnels : des paliers par commande, des statuts à l'année, une remise en bons.",
        en="For trade customers: steps by the size of the order, statuses by the year, a rebate in vouchers.",
    ),
    "relational": Text(
        fr="Sans points : des statuts, et ce que chacun apporte ; ce qu'on dit et propose s'y adapte.",
        en="Without points: statuses and what each brings; what is said and offered adapts to them.",
    ),
    "conversational": Text(
        fr="Pour écouter : des questions et des missions ouvrent les portes, l'achat n'en est qu'une parmi d'autres.",
        en="To listen: questions and missions open doors, and buying is only one of them.",
    ),
}
"""What each is for, in the order in which they are shown."""


@cache
def library() -> dict[str, ReadyProgramme]:
    """Every programme there is to start from, by code."""
    found = {}
    for code, purpose in _PURPOSES.items():
        yaml = (resources.files(__name__) / f"{code}.yaml").read_text(encoding="utf-8")
        document = read(yaml).document
        assert document is not None, f"{code} is a programme that can be read"
        found[code] = ReadyProgramme(code, purpose, yaml, document)
    return found


HOUSE = (
    "exclusions",
    "legal_caps",
    "second_person_above",
    "returns",
    "forgotten_tickets",
    "terms",
    "notice",
    "leaving",
    "accounts",
    "labels",
)
"""What a brand has settled for whatever programme it runs: a ready one says nothing of it."""


def for_programme(ready: ReadyProgramme, live: Document) -> Document:
    """``ready`` as the next version of a programme that is in service: under its code, in its zone and its money, with
    all that it has settled besides."""
    return replace(
        ready.document,
        programme=live.programme,
        valid_from=live.valid_from,
        zone=live.zone,
        sale_currency=live.sale_currency,
        **{part: getattr(live, part) for part in HOUSE},
    )
