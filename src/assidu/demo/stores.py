"""The stores, placed in French towns: the busiest ones in the largest towns."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from assidu.demo.arrays import Ints
from assidu.demo.words import table

DISTRICTS = (
    "centre", "gare", "Halles", "Université", "Hôtel de Ville", "quai", "Saint-Michel", "rocade", "République",
    "Jean-Jaurès", "parc", "Hôpital", "Victor-Hugo", "Bellevue", "nord", "sud",
)  # fmt: skip
OPENED_FIRST = date(1986, 3, 1)
OPENED_LAST = date(2021, 9, 1)


@dataclass(frozen=True, slots=True)
class Store:
    code: str
    name: str
    town: str
    postcode: str
    region: str
    opened: date


def of_town(town: str) -> str:
    """« de » before a town, as French joins them: d'Angers, du Mans, de La Rochelle."""
    if town.startswith("Le "):
        return f"du {town[3:]}"
    elided = town[0].upper() in "AEÉÈIOÎUHY" and town not in {"Hyères"}
    return f"d'{town}" if elided else f"de {town}"


def place_stores(codes: Ints, baskets: Ints, seed: int) -> dict[int, Store]:
    """Give each store of the data set a town and a name; `baskets` counts what each one sells."""
    rng = np.random.default_rng([seed, 1])
    towns = table("towns")
    places: list[tuple[dict[str, str], str]] = []
    # One round over the towns per district: every town gets its centre before any gets a second store.
    for rank, district in enumerate(DISTRICTS):
        places += [(town, district) for town in towns if rank < int(town["stores"])]
    days = (OPENED_LAST - OPENED_FIRST).days
    stores: dict[int, Store] = {}
    for place, index in enumerate(np.lexsort((codes, -baskets)).tolist()):
        town, district = places[place]
        code = int(codes[index])
        stores[code] = Store(
            code=str(code),
            name=f"Marché {of_town(town['town'])} {district}",
            town=town["town"],
            postcode=town["postcode"],
            region=town["region"],
            opened=OPENED_FIRST + timedelta(days=int(rng.integers(days))),
        )
    return stores
